// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/decoders/decoder_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace bnof::sensing {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool isMissingWord(std::string_view text)
{
    static constexpr std::array<std::string_view, 14> words{"nan",  "inf", "infinity", "ovf", "na",  "n/a", "null",
                                                            "none", "-",   "--",       "---", "err", "nil", "?"};
    if (!text.empty() && (text.front() == '-' || text.front() == '+') && text.size() > 3)
        text.remove_prefix(1);
    return std::ranges::any_of(words, [&](std::string_view word) { return equalIgnoringCase(text, word); });
}

/// Out of from_chars's range: too large is missing, too small is zero.
double outOfRange(std::string_view text)
{
    const auto exponent = text.find_first_of("eE");
    const bool tiny = exponent != std::string_view::npos && text.substr(exponent + 1).starts_with('-');
    return tiny ? 0 : missing;
}

/// Plain decimals of at most 15 digits, which most values are: an exact integer over an exact power of ten, so
/// that one division gives the correctly rounded result (Clinger, "How to read floating point numbers
/// accurately", PLDI 1990), the same as from_chars gives. False: not of this form.
bool parsePlain(std::string_view text, double& value)
{
    static constexpr std::array<double, 16> powers{1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                   1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const char* at = text.data();
    const char* const end = at + text.size();
    const bool negative = at < end && *at == '-';
    at += negative ? 1 : 0;
    if (end - at < 1 || end - at > 16)
        return false;
    std::uint64_t mantissa = 0;
    const char* point = nullptr;
    int count = 0;
    for (; at < end; ++at) {
        const auto digit = static_cast<unsigned>(*at - '0');
        if (digit <= 9) {
            mantissa = mantissa * 10 + digit;
            ++count;
        } else if (*at == '.' && point == nullptr) {
            point = at;
        } else {
            return false;
        }
    }
    if (count == 0 || count > 15)
        return false;
    value = static_cast<double>(mantissa);
    if (point != nullptr)
        value /= powers[static_cast<std::size_t>(end - point - 1)];
    value = negative ? -value : value;
    return true;
}

bool digits(std::string_view text, int& value)
{
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    return code == std::errc() && end == text.data() + text.size() && value >= 0;
}

/// Days from 1970-01-01 in the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date
/// algorithms").
std::int64_t daysFromCivil(std::int64_t year, std::int64_t month, std::int64_t day)
{
    year -= month <= 2;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const std::int64_t yearOfEra = year - era * 400;
    const std::int64_t dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const std::int64_t dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146097 + dayOfEra - 719468;
}

std::string quantityFromName(std::string_view name)
{
    if (containsIgnoringCase(name, "temp"))
        return "temperature";
    if (containsIgnoringCase(name, "humid") || equalIgnoringCase(name, "rh"))
        return "relative humidity";
    if (containsIgnoringCase(name, "pressure"))
        return "pressure";
    return {};
}

} // namespace

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

bool equalIgnoringCase(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

bool containsIgnoringCase(std::string_view text, std::string_view needle)
{
    return !std::ranges::search(text, needle, [](char x, char y) { return lower(x) == lower(y); }).empty() ||
           needle.empty();
}

bool validUtf8(std::string_view text)
{
    std::size_t i = 0;
    while (i < text.size()) {
        const auto lead = static_cast<unsigned char>(text[i]);
        std::size_t more = 0;
        if (lead >= 0xC2 && lead <= 0xDF)
            more = 1;
        else if (lead >= 0xE0 && lead <= 0xEF)
            more = 2;
        else if (lead >= 0xF0 && lead <= 0xF4)
            more = 3;
        else if (lead >= 0x80)
            return false;
        if (i + more >= text.size() + (more == 0 ? 1 : 0))
            return false;
        for (std::size_t k = 1; k <= more; ++k)
            if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80)
                return false;
        const auto second = more > 0 ? static_cast<unsigned char>(text[i + 1]) : 0;
        if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
            (lead == 0xF4 && second > 0x8F))
            return false;
        i += more + 1;
    }
    return true;
}

bool parseValue(std::string_view text, bool decimalComma, double& value)
{
    if (parsePlain(text, value)) {
        if (value == 4294967295.0)
            value = missing;
        return true;
    }
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        text = trimmed(text.substr(1, text.size() - 2));
    if (text.empty()) {
        value = missing;
        return true;
    }
    std::array<char, 64> copy;
    if (decimalComma && text.find(',') != std::string_view::npos) {
        if (text.size() > copy.size() || text.find('.') != std::string_view::npos)
            return false;
        std::ranges::replace_copy(text, copy.begin(), ',', '.');
        text = std::string_view(copy.data(), text.size());
    }
    const std::string_view whole = text;
    if (text.front() == '+' && text.size() > 1 && text[1] != '-')
        text.remove_prefix(1);
    const char* const end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, value);
    if (stop != end || code == std::errc::invalid_argument) {
        if (!isMissingWord(whole))
            return false;
        value = missing;
        return true;
    }
    if (code == std::errc::result_out_of_range)
        value = outOfRange(text);
    if (!std::isfinite(value) || value == 4294967295.0)
        value = missing;
    return true;
}

std::optional<double> timeScale(std::string_view name, std::string_view unit)
{
    struct Known {
        std::string_view name;
        double scale;
    };
    static constexpr std::array<Known, 23> table{{
        {"t", 0},
        {"time", 0},
        {"timestamp", 0},
        {"t_s", 1},
        {"time_s", 1},
        {"sec", 1},
        {"secs", 1},
        {"seconds", 1},
        {"timestamp_s", 1},
        {"t_ms", 1e-3},
        {"time_ms", 1e-3},
        {"ms", 1e-3},
        {"millis", 1e-3},
        {"milliseconds", 1e-3},
        {"timestamp_ms", 1e-3},
        {"t_us", 1e-6},
        {"time_us", 1e-6},
        {"us", 1e-6},
        {"micros", 1e-6},
        {"timestamp_us", 1e-6},
        {"uptime", 0},
        {"uptime_s", 1},
        {"datetime", 0},
    }};
    for (const Known& known : table) {
        // A large T without a unit of time is a temperature.
        if (!equalIgnoringCase(name, known.name) || (name == "T" && unit.empty()))
            continue;
        if (equalIgnoringCase(unit, "s"))
            return 1;
        if (equalIgnoringCase(unit, "ms"))
            return 1e-3;
        if (equalIgnoringCase(unit, "us") || unit == "µs")
            return 1e-6;
        // A column "s" or "t" with the unit "counts" is a sensor.
        if (!unit.empty())
            return std::nullopt;
        return known.scale;
    }
    return std::nullopt;
}

double secondsFromTime(double value, double scale)
{
    if (scale == 1e-3)
        return value / 1e3;
    if (scale == 1e-6)
        return value / 1e6;
    if (scale != 0)
        return value * scale;
    const double size = std::fabs(value);
    if (size > 1e17)
        return value / 1e9;
    if (size > 1e14)
        return value / 1e6;
    if (size > 1e11)
        return value / 1e3;
    return value;
}

bool parseClock(std::string_view text, double& seconds)
{
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        text = text.substr(1, text.size() - 2);
    double day = 0;
    if (text.size() >= 19 && text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == ' ')) {
        int year = 0;
        int month = 0;
        int dayOfMonth = 0;
        if (!digits(text.substr(0, 4), year) || !digits(text.substr(5, 2), month) ||
            !digits(text.substr(8, 2), dayOfMonth) || month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > 31)
            return false;
        day = static_cast<double>(daysFromCivil(year, month, dayOfMonth)) * 86400;
        text.remove_prefix(11);
        if (text.ends_with('Z'))
            text.remove_suffix(1);
    }
    if (text.size() < 8 || text[2] != ':' || text[5] != ':')
        return false;
    int hours = 0;
    int minutes = 0;
    double rest = 0;
    if (!digits(text.substr(0, 2), hours) || !digits(text.substr(3, 2), minutes) || hours > 24 || minutes > 59 ||
        text[6] < '0' || text[6] > '9')
        return false;
    const auto [stop, code] =
        std::from_chars(text.data() + 6, text.data() + text.size(), rest, std::chars_format::fixed);
    if (code != std::errc() || stop != text.data() + text.size() || !(rest < 61))
        return false;
    seconds = day + hours * 3600 + minutes * 60 + rest;
    return true;
}

ChannelInfo channelFromName(std::string_view text)
{
    text = trimmed(text);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        text = trimmed(text.substr(1, text.size() - 2));
    ChannelInfo info;
    for (const auto& [open, close] : {std::pair{'[', ']'}, std::pair{'(', ')'}}) {
        const auto at = text.rfind(open);
        if (at != std::string_view::npos && at > 0 && text.back() == close) {
            info.unit = std::string(trimmed(text.substr(at + 1, text.size() - at - 2)));
            text = trimmed(text.substr(0, at));
            break;
        }
    }
    info.name = std::string(text.substr(0, maximumNameLength));
    while (!validUtf8(info.name))
        info.name.pop_back();
    info.quantity = quantityFromName(info.name);
    return info;
}

void makeNamesUnique(std::vector<ChannelInfo>& channels)
{
    std::vector<std::string> taken;
    for (ChannelInfo& channel : channels) {
        const std::string base = channel.name;
        for (int copy = 2; std::ranges::find(taken, channel.name) != taken.end(); ++copy)
            channel.name = base + " (" + std::to_string(copy) + ")";
        taken.push_back(channel.name);
    }
}

Result<DeviceDescription> deviceDescriptionFromJson(const Json& json)
{
    if (!json.isObject())
        return makeError(ErrorKind::BadInput, "a device description must be a JSON object", "#bnof line");
    DeviceDescription description;
    description.device = json["device"].toString().substr(0, 200);
    description.simulated = json["simulated"].toBool();
    const auto& list = json["channels"].items();
    if (list.size() > maximumChannels)
        return makeError(ErrorKind::BadInput, "the device describes too many channels", "#bnof line");
    for (const Json& item : list) {
        ChannelInfo channel;
        channel.name = item["name"].toString().substr(0, maximumNameLength);
        if (channel.name.empty() || !validUtf8(channel.name))
            return makeError(ErrorKind::BadInput, "a described channel has no name", "#bnof line");
        channel.quantity = item["quantity"].toString();
        channel.unit = item["unit"].toString();
        channel.gas = item["gas"].toString();
        if (const auto& range = item["range"].items(); range.size() == 2) {
            channel.rangeLow = range[0].toDouble();
            channel.rangeHigh = range[1].toDouble();
        }
        description.channels.push_back(std::move(channel));
    }
    return description;
}

Json toJson(const DeviceDescription& description)
{
    Json json = Json::object();
    if (!description.device.empty())
        json.set("device", description.device);
    json.set("simulated", description.simulated);
    Json list = Json::array();
    for (const ChannelInfo& channel : description.channels) {
        Json item = Json::object();
        item.set("name", channel.name);
        for (const auto& [key, text] : {std::pair{"quantity", &channel.quantity}, std::pair{"unit", &channel.unit},
                                        std::pair{"gas", &channel.gas}})
            if (!text->empty())
                item.set(key, *text);
        if (channel.rangeLow != channel.rangeHigh) {
            Json range = Json::array();
            range.push(channel.rangeLow);
            range.push(channel.rangeHigh);
            item.set("range", std::move(range));
        }
        list.push(std::move(item));
    }
    json.set("channels", std::move(list));
    return json;
}

std::optional<ChannelInfo> channelFromComment(std::string_view comment)
{
    ChannelInfo channel;
    while (!comment.empty()) {
        const std::string_view item = comment.substr(0, comment.find(','));
        comment.remove_prefix(std::min(comment.size(), item.size() + 1));
        const auto equals = item.find('=');
        if (equals == std::string_view::npos)
            return std::nullopt;
        const std::string_view key = trimmed(item.substr(0, equals));
        const std::string_view value = trimmed(item.substr(equals + 1));
        if (equalIgnoringCase(key, "name"))
            channel.name = std::string(value.substr(0, maximumNameLength));
        else if (equalIgnoringCase(key, "quantity"))
            channel.quantity = std::string(value);
        else if (equalIgnoringCase(key, "unit"))
            channel.unit = std::string(value);
        else if (equalIgnoringCase(key, "gas"))
            channel.gas = std::string(value);
    }
    if (channel.name.empty() || !validUtf8(channel.name) || !validUtf8(channel.unit))
        return std::nullopt;
    return channel;
}

void ChannelDescriptions::add(const ChannelInfo& channel)
{
    for (ChannelInfo& known : m_known) {
        if (known.name == channel.name) {
            known = channel;
            return;
        }
    }
    if (m_known.size() < maximumChannels)
        m_known.push_back(channel);
}

void ChannelDescriptions::add(const DeviceDescription& description, DecoderSink& sink)
{
    for (const ChannelInfo& channel : description.channels)
        add(channel);
    if (description.simulated)
        sink.remark("simulated");
    if (!description.device.empty())
        sink.remark("device: " + description.device);
}

void ChannelDescriptions::apply(std::vector<ChannelInfo>& channels) const
{
    for (ChannelInfo& channel : channels) {
        const auto it = std::ranges::find(m_known, channel.name, &ChannelInfo::name);
        if (it == m_known.end())
            continue;
        if (!it->quantity.empty())
            channel.quantity = it->quantity;
        if (!it->unit.empty())
            channel.unit = it->unit;
        if (!it->gas.empty())
            channel.gas = it->gas;
        if (it->rangeLow != it->rangeHigh) {
            channel.rangeLow = it->rangeLow;
            channel.rangeHigh = it->rangeHigh;
        }
    }
}

std::string printable(std::string_view bytes, std::size_t limit)
{
    static constexpr char hex[] = "0123456789abcdef";
    std::string out;
    for (const char c : bytes.substr(0, limit)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7F) {
            out += c;
        } else {
            out += "\\x";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
    }
    if (bytes.size() > limit)
        out += "...";
    return out;
}

} // namespace bnof::sensing
