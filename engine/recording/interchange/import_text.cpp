// SPDX-License-Identifier: GPL-3.0-or-later
// Values, times, rows and columns as they stand in text.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "engine/recording/interchange/importers.h"

namespace bnof::recording {
namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t maxLabel = 4096;
constexpr std::int64_t nanosecondsPerDay = 86'400 * nanosecondsPerSecond;

/// The field with '.' as its decimal sign and without a leading '+', in `copy`.
std::string_view plainNumber(std::string_view text, bool decimalComma, std::array<char, 64>& copy)
{
    if (!text.empty() && text.front() == '+')
        text.remove_prefix(1);
    if (text.size() > copy.size())
        return {};
    if (!decimalComma || text.find(',') == std::string_view::npos)
        return text;
    std::copy(text.begin(), text.end(), copy.begin());
    std::replace(copy.begin(), copy.end(), ',', '.');
    return {copy.data(), text.size()};
}

bool isMissing(std::string_view text)
{
    static constexpr std::array<std::string_view, 9> words{"nan", "na", "n/a", "null", "none", "-", "--", "?", "."};
    if (text.empty() || text == "4294967295")
        return true;
    if (text.size() > 4)
        return false;
    const std::string lower = lowerAscii(text);
    return std::find(words.begin(), words.end(), lower) != words.end();
}

/// Days since 1970-01-01 of a Gregorian date (Hinnant, "chrono-compatible low-level date algorithms").
std::int64_t daysFromCivil(std::int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2 ? 1 : 0;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const auto yearOfEra = static_cast<unsigned>(year - era * 400);
    const unsigned dayOfYear = (153 * (month + (month > 2 ? -3U : 9U)) + 2) / 5 + day - 1;
    const unsigned dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146097 + static_cast<std::int64_t>(dayOfEra) - 719468;
}

/// Takes a run of at most `most` digits from the front.
std::optional<unsigned> takeDigits(std::string_view& text, std::size_t most)
{
    unsigned value = 0;
    std::size_t n = 0;
    while (n < most && n < text.size() && text[n] >= '0' && text[n] <= '9')
        value = value * 10 + static_cast<unsigned>(text[n++] - '0');
    if (n == 0)
        return std::nullopt;
    text.remove_prefix(n);
    return value;
}

bool take(std::string_view& text, std::string_view any)
{
    if (text.empty() || any.find(text.front()) == std::string_view::npos)
        return false;
    text.remove_prefix(1);
    return true;
}

/// "14:02", "14:02:11", "14:02:11.25"; takes it from the front.
std::optional<std::int64_t> takeClock(std::string_view& text)
{
    const auto hour = takeDigits(text, 2);
    if (!hour || *hour > 23 || !take(text, ":"))
        return std::nullopt;
    const auto minute = takeDigits(text, 2);
    if (!minute || *minute > 59)
        return std::nullopt;
    std::int64_t total = (*hour * 60 + *minute) * 60 * nanosecondsPerSecond;
    if (!take(text, ":"))
        return total;
    const auto second = takeDigits(text, 2);
    if (!second || *second > 60)
        return std::nullopt;
    total += *second * nanosecondsPerSecond;
    if (take(text, ".,")) {
        std::int64_t unit = nanosecondsPerSecond;
        while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
            unit /= 10;
            total += unit * (text.front() - '0');
            text.remove_prefix(1);
        }
    }
    return total;
}

/// "Z", "+01:00", "-0530" or nothing: what to add to get UTC.
std::optional<std::int64_t> takeZone(std::string_view& text)
{
    if (text.empty() || take(text, "Zz"))
        return 0;
    const bool east = text.front() == '+';
    if (!take(text, "+-"))
        return std::nullopt;
    const auto hour = takeDigits(text, 2);
    take(text, ":");
    const auto minute = text.empty() ? std::optional<unsigned>(0) : takeDigits(text, 2);
    if (!hour || !minute || *hour > 14 || *minute > 59)
        return std::nullopt;
    const std::int64_t offset = (*hour * 60 + *minute) * 60 * nanosecondsPerSecond;
    return east ? -offset : offset;
}

std::optional<std::int64_t> parseDate(std::string_view text)
{
    std::string_view rest = text;
    auto year = takeDigits(rest, 4);
    const bool german = rest.starts_with('.');
    if (!year || !take(rest, german ? "." : "-/"))
        return std::nullopt;
    const auto month = takeDigits(rest, 2);
    if (!month || !take(rest, german ? "." : "-/"))
        return std::nullopt;
    auto day = takeDigits(rest, german ? 4 : 2);
    if (german)
        std::swap(year, day);
    if (!day || !year || *month < 1 || *month > 12 || *day < 1 || *day > 31 || *year < 1700 || *year > 2200)
        return std::nullopt;
    std::int64_t total = daysFromCivil(*year, *month, *day) * nanosecondsPerDay;
    rest = trimBlanks(rest);
    if (rest.empty())
        return total;
    take(rest, "Tt");
    const auto clock = takeClock(rest);
    rest = trimBlanks(rest);
    const auto zone = takeZone(rest);
    if (!clock || !zone || !rest.empty())
        return std::nullopt;
    return total + *clock + *zone;
}

std::int64_t unitNanoseconds(TimeKind kind)
{
    switch (kind) {
    case TimeKind::Milliseconds: return 1'000'000;
    case TimeKind::Microseconds: return 1000;
    case TimeKind::Nanoseconds: return 1;
    case TimeKind::Minutes: return 60 * nanosecondsPerSecond;
    case TimeKind::Hours: return 3600 * nanosecondsPerSecond;
    case TimeKind::Seconds:
    case TimeKind::Date:
    case TimeKind::Clock: break;
    }
    return nanosecondsPerSecond;
}

/// Digits, and perhaps a point and at most nine more digits: exact in integers.
std::optional<std::int64_t> exactTime(std::string_view text, std::int64_t unit)
{
    const bool negative = take(text, "-");
    std::int64_t whole = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (failed != std::errc() || whole < 0 || whole > std::numeric_limits<std::int64_t>::max() / unit - 1)
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    std::int64_t part = 0;
    if (take(text, ".")) {
        if (text.size() > 9 || unit > nanosecondsPerSecond)
            return std::nullopt;
        std::int64_t scale = nanosecondsPerSecond;
        for (const char c : text) {
            if (c < '0' || c > '9')
                return std::nullopt;
            scale /= 10;
            part += scale * (c - '0');
        }
        part = (part * (unit / 1000) / 1'000'000) + (unit < 1000 && part >= 500'000'000 ? 1 : 0);
    } else if (!text.empty()) {
        return std::nullopt;
    }
    const std::int64_t total = whole * unit + part;
    return negative ? -total : total;
}

bool names(const ColumnMapping& mapping, std::string_view name, std::size_t number)
{
    return mapping.column == "#" + std::to_string(number + 1) || lowerAscii(mapping.column) == lowerAscii(name);
}

} // namespace

std::string_view trimBlanks(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

std::string lowerAscii(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

bool parseValue(std::string_view text, bool decimalComma, float& value)
{
    text = trimBlanks(text);
    value = missing;
    if (isMissing(text))
        return true;
    std::array<char, 64> copy{};
    text = plainNumber(text, decimalComma, copy);
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || end != text.data() + text.size() || failed == std::errc::invalid_argument)
        return false;
    if (failed == std::errc::result_out_of_range) {
        // Too large, or too small: what the double says, if that can.
        double wide = 0;
        const auto again = std::from_chars(text.data(), text.data() + text.size(), wide);
        value = again.ec == std::errc() ? static_cast<float>(std::clamp(wide, -1e300, 1e300)) : missing;
        if (again.ec == std::errc() && std::abs(wide) > 1)
            value = std::copysign(std::numeric_limits<float>::infinity(), wide > 0 ? 1.0F : -1.0F);
    }
    return true;
}

std::optional<TimeKind> timeKindFromUnit(std::string_view unit)
{
    const std::string name = lowerAscii(trimBlanks(unit));
    const auto is = [&name](std::initializer_list<const char*> names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (is({"s", "sec", "secs", "second", "seconds"}))
        return TimeKind::Seconds;
    if (is({"ms", "msec", "millis", "millisecond", "milliseconds"}))
        return TimeKind::Milliseconds;
    if (is({"us", "\xC2\xB5s", "\xCE\xBCs", "usec", "micros", "microseconds"}))
        return TimeKind::Microseconds;
    if (is({"ns", "nsec", "nanoseconds"}))
        return TimeKind::Nanoseconds;
    if (is({"min", "mins", "minute", "minutes"}))
        return TimeKind::Minutes;
    if (is({"h", "hour", "hours"}))
        return TimeKind::Hours;
    if (is({"date", "iso", "iso8601", "datetime"}))
        return TimeKind::Date;
    if (is({"clock", "hh:mm:ss"}))
        return TimeKind::Clock;
    return std::nullopt;
}

const char* timeKindUnit(TimeKind kind)
{
    static constexpr const char* names[] = {"s", "ms", "us", "ns", "min", "h", "date", "clock"};
    return names[static_cast<int>(kind)];
}

std::optional<std::int64_t> parseTime(std::string_view text, TimeKind kind, bool decimalComma)
{
    text = trimBlanks(text);
    if (kind == TimeKind::Date)
        return parseDate(text);
    if (kind == TimeKind::Clock) {
        const auto clock = takeClock(text);
        return text.empty() ? clock : std::nullopt;
    }
    std::array<char, 64> copy{};
    text = plainNumber(text, decimalComma, copy);
    const std::int64_t unit = unitNanoseconds(kind);
    if (const auto exact = exactTime(text, unit))
        return exact;
    double value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    value *= static_cast<double>(unit);
    if (text.empty() || failed != std::errc() || end != text.data() + text.size() || !(std::abs(value) < 9.2e18))
        return std::nullopt;
    return static_cast<std::int64_t>(std::llround(value));
}

Result<void> RowProblems::add(const std::string& place, const std::string& what)
{
    if (m_strict)
        return makeError(ErrorKind::BadInput, what, m_name + ": " + place,
                         "Mend this row, or import without --strict, which leaves such rows out and counts them.");
    if (m_first.size() < 3)
        m_first.push_back(place + ": " + what);
    ++m_count;
    return {};
}

Result<void> RowProblems::finish(std::uint64_t good, ImportTarget& target) const
{
    if (m_count == 0 && good > 0)
        return {};
    if (m_count == 0)
        return makeError(ErrorKind::BadInput, "there are no rows of data", m_name,
                         "Check that this is the right file, and its format with --preview.");
    if (m_count > good)
        return makeError(ErrorKind::BadInput,
                         std::to_string(m_count) + " of " + std::to_string(m_count + good) +
                             " rows cannot be used; the first is " + m_first.front(),
                         m_name, "See how the file is understood with --preview; --map and --format correct it.");
    std::string text = std::to_string(m_count) + (m_count == 1 ? " row was" : " rows were") + " left out: ";
    for (const std::string& first : m_first)
        text += (&first == &m_first.front() ? "" : "; ") + first;
    return target.note(text + (m_count > m_first.size() ? "; ..." : ""));
}

const ColumnMapping* mappingFor(const ImportOptions& options, std::string_view name, std::size_t number)
{
    for (const ColumnMapping& mapping : options.map) {
        if (names(mapping, name, number))
            return &mapping;
    }
    return nullptr;
}

Result<void> checkMappings(const ImportOptions& options, const std::vector<std::string>& columns,
                           const std::string& file)
{
    for (const ColumnMapping& mapping : options.map) {
        bool found = false;
        for (std::size_t i = 0; i < columns.size(); ++i)
            found = found || names(mapping, columns[i], i);
        if (found)
            continue;
        std::string list;
        for (std::size_t i = 0; i < columns.size() && i < 40; ++i)
            list += (list.empty() ? "" : ", ") + columns[i];
        return makeError(ErrorKind::Usage, "there is no column \"" + mapping.column + "\" to map", file,
                         "The columns are: " + list + (columns.size() > 40 ? ", ..." : "") + ".");
    }
    return {};
}

Result<void> LabelMarks::label(Timestamp t, const std::string& text)
{
    if (text == m_last)
        return {};
    m_last = text;
    return text.empty() ? Result<void>() : m_target.mark({t, text.substr(0, maxLabel)});
}

const char* columnRoleName(ColumnRole role)
{
    static constexpr const char* names[] = {"time", "device", "channel", "label", "mark", "ignore"};
    return names[static_cast<int>(role)];
}

std::optional<ColumnRole> columnRoleFromName(std::string_view name)
{
    for (const ColumnRole role : {ColumnRole::Time, ColumnRole::Device, ColumnRole::Channel, ColumnRole::Label,
                                  ColumnRole::Mark, ColumnRole::Ignore}) {
        if (name == columnRoleName(role))
            return role;
    }
    return std::nullopt;
}

Result<ColumnMapping> columnMappingFromText(std::string_view text)
{
    // The name may contain '=': the role is behind the last one.
    const std::size_t at = text.rfind('=');
    const auto wrong = [&](const std::string& what) {
        return makeError(
            ErrorKind::Usage, what, "--map \"" + std::string(text) + "\"",
            "Write COLUMN=time[:UNIT], COLUMN=device, COLUMN=channel[:UNIT[:QUANTITY[:GAS]]], COLUMN=label, "
            "COLUMN=mark or COLUMN=ignore; COLUMN is a name or #3 for the third.");
    };
    if (at == std::string_view::npos || at == 0)
        return wrong("there is no role");
    ColumnMapping mapping;
    mapping.column = std::string(text.substr(0, at));
    std::string_view role = text.substr(at + 1);
    if (const std::size_t colon = role.find(':'); colon != std::string_view::npos) {
        std::string_view rest = role.substr(colon + 1);
        role = role.substr(0, colon);
        for (std::string* part : {&mapping.unit, &mapping.quantity}) {
            const std::size_t end = std::min(rest.find(':'), rest.size());
            *part = std::string(rest.substr(0, end));
            rest = rest.substr(std::min(end + 1, rest.size()));
        }
        mapping.gas = std::string(rest);
    }
    const auto known = columnRoleFromName(lowerAscii(role));
    if (!known)
        return wrong("there is no role \"" + std::string(role) + "\"");
    mapping.role = *known;
    if (mapping.role == ColumnRole::Time && !mapping.unit.empty() && !timeKindFromUnit(mapping.unit))
        return wrong("there is no unit of time \"" + mapping.unit + "\" (s, ms, us, ns, min, h, date or clock)");
    if (mapping.role != ColumnRole::Channel && !(mapping.quantity.empty() && mapping.gas.empty()))
        return wrong("only a channel has a quantity and a gas");
    return mapping;
}

} // namespace bnof::recording
