// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/simulator/fault_injector.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace bnof::sensing {
namespace {

constexpr std::size_t longLineBytes = 1U << 20;
constexpr int floodFactor = 100;

struct FaultName {
    std::string_view name;
    Fault::Kind kind;
    bool random; ///< takes a probability
    bool timed;  ///< takes a start and a duration
    std::string_view help;
};
constexpr std::array<FaultName, 11> faultNames{{
    {"garbage", Fault::Kind::Garbage, true, false, "random bytes in front of a line"},
    {"half-lines", Fault::Kind::HalfLines, true, false, "a line breaks off and runs into the next"},
    {"drop", Fault::Kind::Drop, true, false, "a line is not sent"},
    {"nan", Fault::Kind::Nan, true, false, "a value is missing"},
    {"decimal-comma", Fault::Kind::DecimalComma, false, false, "decimal commas, semicolons between values"},
    {"longline", Fault::Kind::LongLine, false, true, "one line of a megabyte"},
    {"flood", Fault::Kind::Flood, false, true, "every line a hundred times"},
    {"baud", Fault::Kind::Baud, false, true, "bytes as at a wrong baud rate"},
    {"disconnect", Fault::Kind::Disconnect, false, true, "the device goes away and comes back"},
    {"bit-flips", Fault::Kind::BitFlips, true, false, "one to three bits of a line are wrong"},
    {"splits", Fault::Kind::Splits, true, false, "a line comes in two portions"},
}};

const FaultName* named(std::string_view name)
{
    const auto it = std::ranges::find(faultNames, name, &FaultName::name);
    return it == faultNames.end() ? nullptr : &*it;
}

bool number(std::string_view text, double low, double high, double& value)
{
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    return code == std::errc() && end == text.data() + text.size() && value >= low && value <= high;
}

Error faultError(std::string_view item, std::string what)
{
    return makeError(ErrorKind::Usage, std::move(what), "fault \"" + std::string(item) + "\"",
                     "A correct list looks like garbage:0.05,disconnect@20+3,nan");
}

} // namespace

Result<std::vector<Fault>> parseFaults(std::string_view text)
{
    std::vector<Fault> faults;
    while (!text.empty()) {
        const std::string_view item = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), item.size() + 1));
        if (item.empty())
            continue;
        const std::size_t nameEnd = item.find_first_of(":@");
        const FaultName* kind = named(item.substr(0, nameEnd));
        if (kind == nullptr)
            return faultError(
                item, "there is no such fault (known:" + [] {
                    std::string list;
                    for (const FaultName& name : faultNames)
                        list += " " + std::string(name.name);
                    return list;
                }() + ")");
        Fault fault;
        fault.kind = kind->kind;
        std::string_view rest = nameEnd == std::string_view::npos ? std::string_view() : item.substr(nameEnd);
        if (rest.starts_with(':')) {
            if (!kind->random || !number(rest.substr(1), 0, 1, fault.probability))
                return faultError(item, kind->random ? "the probability must be a number from 0 to 1"
                                                     : "this fault has no probability");
        } else if (rest.starts_with('@')) {
            rest.remove_prefix(1);
            const std::size_t plus = rest.find('+');
            const bool good =
                kind->timed && number(rest.substr(0, plus), 0, 1e9, fault.atSeconds) &&
                (plus == std::string_view::npos || number(rest.substr(plus + 1), 0, 1e9, fault.lastsSeconds));
            if (!good)
                return faultError(item, kind->timed ? "the time must look like @20+3 (start and duration in seconds)"
                                                    : "this fault has no time");
        }
        faults.push_back(fault);
    }
    return faults;
}

std::string faultHelp()
{
    std::string help;
    for (const FaultName& name : faultNames) {
        std::string head = std::string(name.name) + (name.random ? "[:P]" : name.timed ? "[@T+D]" : "");
        head.resize(std::max<std::size_t>(head.size(), 18), ' ');
        help += "  " + head + " " + std::string(name.help) + "\n";
    }
    return help;
}

FaultInjector::FaultInjector(std::vector<Fault> faults, std::uint64_t seed)
    : m_faults(std::move(faults)), m_random(seed, 0xFA17), m_done(m_faults.size())
{}

bool FaultInjector::has(Fault::Kind kind) const
{
    return std::ranges::find(m_faults, kind, &Fault::kind) != m_faults.end();
}

bool FaultInjector::strikes(Fault::Kind kind)
{
    const auto it = std::ranges::find(m_faults, kind, &Fault::kind);
    return it != m_faults.end() && m_random.uniform() < it->probability;
}

const Fault* FaultInjector::active(Fault::Kind kind, double seconds) const
{
    for (const Fault& fault : m_faults)
        if (fault.kind == kind && seconds >= fault.atSeconds && seconds < fault.atSeconds + fault.lastsSeconds)
            return &fault;
    return nullptr;
}

bool FaultInjector::away(double seconds) const
{
    return active(Fault::Kind::Disconnect, seconds) != nullptr;
}

int FaultInjector::missingField(std::size_t fields)
{
    if (fields == 0 || !strikes(Fault::Kind::Nan))
        return -1;
    return static_cast<int>(m_random.below(static_cast<std::uint32_t>(fields)));
}

std::size_t FaultInjector::splitAt(std::size_t bytes)
{
    if (bytes < 2 || !strikes(Fault::Kind::Splits))
        return 0;
    return 1 + m_random.below(static_cast<std::uint32_t>(bytes - 1));
}

void FaultInjector::apply(double seconds, std::string& line)
{
    if (strikes(Fault::Kind::Drop)) {
        line.clear();
        return;
    }
    if (strikes(Fault::Kind::BitFlips) && !line.empty())
        for (std::uint32_t left = 1 + m_random.below(3); left > 0; --left) {
            const std::uint32_t bit = m_random.below(static_cast<std::uint32_t>(8 * line.size()));
            line[bit / 8] = static_cast<char>(line[bit / 8] ^ (1 << bit % 8));
        }
    if (strikes(Fault::Kind::HalfLines) && line.size() > 2)
        line.resize(1 + m_random.below(static_cast<std::uint32_t>(line.size() - 2)));
    if (strikes(Fault::Kind::Garbage)) {
        std::string garbage;
        for (std::uint32_t left = 1 + m_random.below(32); left > 0; --left)
            garbage += static_cast<char>(m_random.below(256));
        line.insert(0, garbage);
    }
    for (std::size_t i = 0; i < m_faults.size(); ++i) {
        if (m_faults[i].kind != Fault::Kind::LongLine || m_done[i] || seconds < m_faults[i].atSeconds)
            continue;
        m_done[i] = true;
        line += std::string(longLineBytes, '7') + "\n";
    }
    if (active(Fault::Kind::Flood, seconds) != nullptr) {
        const std::string once = line;
        for (int i = 1; i < floodFactor; ++i)
            line += once;
    }
    if (active(Fault::Kind::Baud, seconds) != nullptr)
        for (char& c : line)
            c = static_cast<char>(0x80 | m_random.below(128));
}

} // namespace bnof::sensing
