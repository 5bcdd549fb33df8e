// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/safety/safety.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string_view>
#include <utility>

#include "engine/base/configuration.h"
#include "engine/base/files.h"

namespace bnof::sensing {
namespace {

constexpr std::int64_t longestHold = 5 * nanosecondsPerSecond; ///< what one reading stands for at most
constexpr double clearAt = 0.8;
constexpr double enoughCoverage = 0.75;

std::optional<double> optionalNumber(JsonFields& fields, const char* key)
{
    if (!fields.has(key))
        return std::nullopt;
    return fields.number(key, 0, 1e9);
}

void put(Json& out, const char* key, const std::optional<double>& value)
{
    if (value)
        out.set(key, *value);
}

} // namespace

const char* toString(SafetyLevel level)
{
    switch (level) {
    case SafetyLevel::None: return "none";
    case SafetyLevel::Low: return "low";
    case SafetyLevel::High: return "high";
    case SafetyLevel::Stel: return "STEL";
    case SafetyLevel::Twa: return "TWA";
    }
    return "none";
}

bool SafetyReading::alarmed() const
{
    return std::any_of(alarms.begin(), alarms.end(), [](bool alarm) { return alarm; });
}

std::string canonicalGas(const std::string& name)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 15> aliases{{
        {"co", "carbon monoxide"},
        {"co2", "carbon dioxide"},
        {"nh3", "ammonia"},
        {"h2s", "hydrogen sulfide"},
        {"hydrogen sulphide", "hydrogen sulfide"},
        {"no2", "nitrogen dioxide"},
        {"so2", "sulfur dioxide"},
        {"sulphur dioxide", "sulfur dioxide"},
        {"cl2", "chlorine"},
        {"h2", "hydrogen"},
        {"ch4", "methane"},
        {"o3", "ozone"},
        {"o2", "oxygen"},
        {"alcohol", "ethanol"},
        {"butanol", "n-butanol"},
    }};
    std::string plain = name;
    for (char& c : plain)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    for (const auto& [alias, full] : aliases) {
        if (plain == alias)
            return std::string(full);
    }
    return plain;
}

Result<std::vector<GasLimits>> limitsFromJson(const Json& json, const std::string& where)
{
    JsonFields root(json, where);
    const auto& list = root.array("gases").items();
    BNOF_TRY(root.status());
    std::vector<GasLimits> out;
    for (std::size_t i = 0; i < list.size() && i < 1000; ++i) {
        JsonFields fields(list[i], where + ".gases[" + std::to_string(i) + "]");
        GasLimits limits;
        limits.gas = canonicalGas(fields.string("gas"));
        limits.unit = fields.stringOr("unit", "ppm");
        limits.low = optionalNumber(fields, "low");
        limits.high = optionalNumber(fields, "high");
        limits.stel = optionalNumber(fields, "stel");
        limits.twa = optionalNumber(fields, "twa");
        limits.falling = fields.booleanOr("falling", false);
        limits.reference = fields.stringOr("reference", "");
        if (fields.ok() && limits.low && limits.high && (*limits.low > *limits.high) != limits.falling &&
            *limits.low != *limits.high)
            fields.fail("high", limits.falling ? "the second alarm must not be above the first"
                                               : "the second alarm must not be below the first");
        if (fields.ok() && std::any_of(out.begin(), out.end(), [&](const auto& o) { return o.gas == limits.gas; }))
            fields.fail("gas", "\"" + limits.gas + "\" is listed twice");
        BNOF_TRY(fields.status());
        out.push_back(std::move(limits));
    }
    return out;
}

Json toJson(const std::vector<GasLimits>& limits)
{
    Json list = Json::array();
    for (const GasLimits& each : limits) {
        Json entry = Json::object().set("gas", each.gas).set("unit", each.unit);
        put(entry, "low", each.low);
        put(entry, "high", each.high);
        put(entry, "stel", each.stel);
        put(entry, "twa", each.twa);
        if (each.falling)
            entry.set("falling", true);
        list.push(entry.set("reference", each.reference));
    }
    return Json::object()
        .set("notice", std::string("Reference values, ") + safetyNotice + ".")
        .set("gases", std::move(list));
}

std::string userLimitsPath()
{
    const std::string path = Configuration::defaultPath();
    return path.substr(0, path.rfind('/') + 1) + "safety_limits.json";
}

Result<std::vector<GasLimits>> loadLimits(const std::string& userPath)
{
    const auto read = [](const std::string& path) -> Result<std::vector<GasLimits>> {
        BNOF_TRY_ASSIGN(const std::string text, readFile(path, 16U << 20));
        BNOF_TRY_ASSIGN(const Json json, Json::parse(text, path));
        return limitsFromJson(json, path);
    };
    BNOF_TRY_ASSIGN(const std::string shipped, findResource("safety/limits.json"));
    BNOF_TRY_ASSIGN(std::vector<GasLimits> all, read(shipped));
    std::error_code ignored;
    if (userPath.empty() || !std::filesystem::exists(userPath, ignored))
        return all;
    BNOF_TRY_ASSIGN(const std::vector<GasLimits> own, read(userPath));
    for (const GasLimits& limits : own) {
        const auto it = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.gas == limits.gas; });
        if (it == all.end())
            all.push_back(limits);
        else
            *it = limits;
    }
    return all;
}

void SafetyMonitor::Window::open(std::int64_t binWidth, std::size_t bins)
{
    width = binWidth;
    sum.assign(bins, 0);
    covered.assign(bins, 0);
}

void SafetyMonitor::Window::moveTo(Timestamp t)
{
    const std::int64_t bin = t / width;
    const auto bins = static_cast<std::int64_t>(sum.size());
    if (newest < 0 || bin - newest >= bins) {
        std::fill(sum.begin(), sum.end(), 0);
        std::fill(covered.begin(), covered.end(), 0);
        newest = std::max(newest, bin);
        return;
    }
    while (newest < bin) {
        ++newest;
        sum[static_cast<std::size_t>(newest % bins)] = 0;
        covered[static_cast<std::size_t>(newest % bins)] = 0;
    }
}

void SafetyMonitor::Window::add(Timestamp from, Timestamp to, double value)
{
    // Pieces that each lie in one bin.
    while (from < to) {
        moveTo(from);
        const Timestamp end = std::min(to, (from / width + 1) * width);
        const double span = toSeconds(end - from);
        const auto index = static_cast<std::size_t>((from / width) % static_cast<std::int64_t>(sum.size()));
        sum[index] += value * span;
        covered[index] += span;
        from = end;
    }
    moveTo(to);
}

double SafetyMonitor::Window::seconds() const
{
    return toSeconds(width) * static_cast<double>(sum.size());
}

double SafetyMonitor::Window::coveredSeconds() const
{
    double total = 0;
    for (const double each : covered)
        total += each;
    return total;
}

double SafetyMonitor::Window::dose() const
{
    double total = 0;
    for (const double each : sum)
        total += each;
    return total;
}

SafetyMonitor::SafetyMonitor(std::vector<GasLimits> limits)
{
    setLimits(std::move(limits));
}

void SafetyMonitor::setLimits(std::vector<GasLimits> limits)
{
    std::vector<Gas> before = std::move(m_gases);
    m_gases.clear();
    for (GasLimits& each : limits) {
        const auto known = std::find_if(before.begin(), before.end(), [&](const Gas& gas) {
            return gas.limits.gas == each.gas && gas.limits.unit == each.unit;
        });
        Gas& gas = known == before.end() ? m_gases.emplace_back() : m_gases.emplace_back(std::move(*known));
        if (known == before.end()) {
            gas.quarter.open(10 * nanosecondsPerSecond, 90);
            gas.day.open(60 * nanosecondsPerSecond, 480);
        }
        if (gas.limits == each)
            continue;
        gas.limits = std::move(each);
        gas.alarms = {};
        if (gas.seen)
            judge(gas);
    }
}

void SafetyMonitor::update(const std::string& name, Timestamp t, double value)
{
    const std::string plain = canonicalGas(name);
    const auto it =
        std::find_if(m_gases.begin(), m_gases.end(), [&](const Gas& each) { return each.limits.gas == plain; });
    if (it == m_gases.end() || !std::isfinite(value))
        return;
    Gas& gas = *it;
    if (gas.seen && t > gas.last) {
        // The earlier value held until now, but not through a gap.
        const Timestamp until = std::min(t, gas.last + longestHold);
        gas.quarter.add(gas.last, until, gas.value);
        gas.day.add(gas.last, until, gas.value);
    }
    gas.quarter.moveTo(t);
    gas.day.moveTo(t);
    gas.seen = true;
    gas.last = std::max(gas.last, t);
    gas.value = value;
    judge(gas);
}

void SafetyMonitor::advance(Timestamp t)
{
    for (Gas& gas : m_gases) {
        if (!gas.seen)
            continue;
        if (t - gas.last > longestHold && std::isfinite(gas.value)) {
            gas.quarter.add(gas.last, gas.last + longestHold, gas.value);
            gas.day.add(gas.last, gas.last + longestHold, gas.value);
            gas.last += longestHold;
            gas.value = std::numeric_limits<double>::quiet_NaN();
        }
        gas.quarter.moveTo(t);
        gas.day.moveTo(t);
        judge(gas);
    }
}

void SafetyMonitor::judge(Gas& gas)
{
    const auto set = [&](SafetyLevel level, const std::optional<double>& limit, double figure, bool falling) {
        bool& alarm = gas.alarms[static_cast<std::size_t>(level)];
        if (!limit || !std::isfinite(figure))
            return; // an alarm stays while nothing is measured
        if (falling)
            alarm = figure < *limit || (alarm && figure < *limit * (2 - clearAt) && figure < *limit + 0.5);
        else
            alarm = figure >= *limit || (alarm && figure >= clearAt * *limit);
    };
    set(SafetyLevel::Low, gas.limits.low, gas.value, gas.limits.falling);
    set(SafetyLevel::High, gas.limits.high, gas.value, gas.limits.falling);
    const auto average = [](const Window& window) {
        const double covered = window.coveredSeconds();
        const double lower = window.dose() / window.seconds();
        const bool enough = covered >= enoughCoverage * window.seconds();
        return enough ? std::max(lower, window.dose() / covered) : lower;
    };
    set(SafetyLevel::Stel, gas.limits.stel, average(gas.quarter), false);
    set(SafetyLevel::Twa, gas.limits.twa, average(gas.day), false);
}

std::vector<SafetyReading> SafetyMonitor::readings() const
{
    std::vector<SafetyReading> out;
    for (const Gas& gas : m_gases) {
        if (!gas.seen)
            continue;
        SafetyReading reading;
        reading.gas = gas.limits.gas;
        reading.unit = gas.limits.unit;
        reading.value = gas.value;
        const double quarter = gas.quarter.coveredSeconds();
        const double day = gas.day.coveredSeconds();
        reading.stel = quarter > 0 ? gas.quarter.dose() / quarter : 0;
        reading.stelCoverage = quarter / gas.quarter.seconds();
        reading.twa = day > 0 ? gas.day.dose() / day : 0;
        reading.twaCoverage = day / gas.day.seconds();
        reading.alarms = gas.alarms;
        reading.limits = gas.limits;
        out.push_back(std::move(reading));
    }
    return out;
}

} // namespace bnof::sensing
