// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/decoders/csv_decoder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/sensing/decoders/plain_number.h"

namespace bnof::sensing {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
/// A device without a header that keeps sending another number of fields has changed its mind.
constexpr int adoptUnnamedAfter = 3;
constexpr int adoptNamedAfter = 10;

/// Walks over the fields of a line. Runs of spaces count as one separator; a separator at the very end opens
/// one more (empty) field, except for spaces.
class Fields {
public:
    /// `readable`: see TextSpan; null: nothing is known of what follows the text.
    Fields(std::string_view text, char separator, const char* readable = nullptr)
        : m_rest(trimmedFor(text, separator)), m_separator(separator),
          m_readable(readable != nullptr ? readable : text.data() + text.size())
    {}

    /// The next field, when it is a plain decimal; the same value as parseValue() has. False: next() will tell.
    bool nextPlain(double& value)
    {
        TextSpan text{m_rest.data(), m_rest.data() + m_rest.size(), m_readable};
        if (m_done)
            return false;
        while (text.at < text.end && *text.at == ' ')
            ++text.at;
        if (!scanPlain(text, m_separator != ',' ? ',' : '.', value))
            return false;
        if (text.at == text.end) {
            m_done = true;
        } else if (*text.at == m_separator) {
            m_rest.remove_prefix(static_cast<std::size_t>(text.at + 1 - m_rest.data()));
            if (m_separator == ' ')
                m_rest = trimmed(m_rest);
        } else {
            return false;
        }
        if (value == 4294967295.0)
            value = missing;
        return true;
    }

    bool next(std::string_view& field)
    {
        if (m_done)
            return false;
        const auto end = m_rest.find(m_separator);
        if (end == std::string_view::npos) {
            field = trimmed(m_rest);
            m_done = true;
            return true;
        }
        field = m_separator == '\t' ? trimSpaces(m_rest.substr(0, end)) : trimmed(m_rest.substr(0, end));
        m_rest.remove_prefix(end + 1);
        if (m_separator == ' ')
            m_rest = trimmed(m_rest);
        return true;
    }

private:
    static std::string_view trimSpaces(std::string_view text)
    {
        while (!text.empty() && text.front() == ' ')
            text.remove_prefix(1);
        while (!text.empty() && text.back() == ' ')
            text.remove_suffix(1);
        return text;
    }
    static std::string_view trimmedFor(std::string_view text, char separator)
    {
        return separator == '\t' ? trimSpaces(text) : trimmed(text);
    }

    std::string_view m_rest;
    char m_separator;
    const char* m_readable;
    bool m_done = false;
};

struct Count {
    std::size_t fields = 0;
    bool lastEmpty = false;
};
Count countFields(std::string_view text, char separator)
{
    Count count;
    Fields fields(text, separator);
    std::string_view field;
    while (fields.next(field)) {
        ++count.fields;
        count.lastEmpty = field.empty();
    }
    return count;
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Commas that all stand between digits, while spaces stand between words, are decimal commas.
char separatorOf(std::string_view text)
{
    text = trimmed(text);
    if (text.find('\t') != std::string_view::npos)
        return '\t';
    if (text.find(';') != std::string_view::npos)
        return ';';
    if (text.find(',') == std::string_view::npos)
        return ' ';
    bool betweenDigits = true;
    bool betweenWords = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ',')
            betweenDigits =
                betweenDigits && i > 0 && i + 1 < text.size() && isDigit(text[i - 1]) && isDigit(text[i + 1]);
        else if (text[i] == ' ')
            betweenWords = betweenWords ||
                           (text[text.find_last_not_of(' ', i)] != ',' && text[text.find_first_not_of(' ', i)] != ',');
    }
    return betweenDigits && betweenWords ? ' ' : ',';
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (static_cast<unsigned char>(c) & 0x80) != 0;
}

/// Could this be the name of a column? (Begins with a letter, plain characters, no number or missing value.)
bool isName(std::string_view field)
{
    if (field.size() >= 2 && field.front() == '"' && field.back() == '"')
        field = trimmed(field.substr(1, field.size() - 2));
    if (field.empty() || field.size() > 2 * maximumNameLength || !isLetter(field.front()) || !validUtf8(field))
        return false;
    for (const char c : field) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F || c == '"' || c == '{' || c == '}' || c == '=' || c == '<' || c == '>' ||
            c == '!' || c == ':')
            return false;
    }
    double value = 0;
    return !parseValue(field, false, value);
}

/// A clock of minutes and seconds, whose name looks like a label and its value.
bool isMinuteClock(std::string_view name)
{
    return equalIgnoringCase(name, "Min:Sec") || equalIgnoringCase(name, "mm:ss");
}

/// All fields are names; one empty field at the end is forgiven.
bool isHeader(std::string_view text, char separator)
{
    Fields fields(text, separator);
    std::string_view field;
    bool any = false;
    bool ended = false;
    while (fields.next(field)) {
        if (ended)
            return false;
        if (field.empty()) {
            ended = true;
            continue;
        }
        if (!isName(field) && !isMinuteClock(field))
            return false;
        any = true;
    }
    return any;
}

bool isText(std::string_view field)
{
    return !field.empty() && (isLetter(field.front()) || field.front() == '"') && validUtf8(field) &&
           std::ranges::none_of(field, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

bool allNumbers(std::string_view text, char separator)
{
    Fields fields(text, separator);
    std::string_view field;
    bool any = false;
    while (fields.next(field)) {
        double value = 0;
        if (!parseValue(field, separator != ',', value))
            return false;
        any = any || !field.empty();
    }
    return any;
}

/// One "label: value unit" item. The unit may follow the number where spaces do not separate items.
bool parsePair(std::string_view item, std::string_view& label, double& value, std::string_view& unit)
{
    const auto colon = item.find(':');
    if (colon == std::string_view::npos)
        return false;
    label = trimmed(item.substr(0, colon));
    std::string_view rest = trimmed(item.substr(colon + 1));
    if (!isName(label) || rest.empty())
        return false;
    unit = {};
    if (parseValue(rest, true, value))
        return true;
    auto end = rest.find_first_not_of("+-.,0123456789eE");
    if (end == std::string_view::npos || end == 0)
        return false;
    unit = trimmed(rest.substr(end));
    if (unit.size() > 12 || !validUtf8(unit) || std::ranges::any_of(unit, [](char c) {
            return (c >= '0' && c <= '9') || c == ':' || static_cast<unsigned char>(c) < 0x20;
        }))
        return false;
    return parseValue(trimmed(rest.substr(0, end)), true, value);
}

/// Calls `item(label, value, unit)` for each pair; false when the line is not made of pairs only. With spaces
/// as separators a space may also follow the colon.
template <typename Item> bool forPairs(std::string_view text, char separator, Item&& item)
{
    std::string_view rest = trimmed(text);
    bool any = false;
    while (!rest.empty()) {
        std::size_t end = 0;
        if (separator == ' ') {
            const auto colon = rest.find(':');
            if (colon == std::string_view::npos)
                return false;
            const auto value = rest.find_first_not_of(' ', colon + 1);
            if (value == std::string_view::npos)
                return false;
            end = rest.find(' ', value);
        } else {
            end = rest.find(separator);
        }
        const std::string_view pair = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        rest = trimmed(rest);
        std::string_view label;
        std::string_view unit;
        double value = 0;
        if (!parsePair(pair, label, value, unit) || (separator == ' ' && label.find(' ') != std::string_view::npos))
            return false;
        if (!item(label, value, unit))
            return false;
        any = true;
    }
    return any;
}

/// "59:58.5" in seconds.
bool parseMinutes(std::string_view text, double& seconds)
{
    const std::size_t colon = text.find(':');
    double minutes = 0;
    double rest = 0;
    if (colon == 0 || colon > 2 || !parseValue(text.substr(0, colon), false, minutes) ||
        !parseValue(text.substr(colon + 1), true, rest) || !(minutes >= 0 && minutes < 60) || !(rest >= 0 && rest < 60))
        return false;
    seconds = minutes * 60 + rest;
    return true;
}

char pairSeparator(std::string_view text)
{
    if (text.find(':') == std::string_view::npos)
        return 0;
    for (const char separator : {'\t', ';', ',', ' '}) {
        if (separator != ' ' && text.find(separator) == std::string_view::npos)
            continue;
        if (forPairs(text, separator, [](std::string_view, double, std::string_view) { return true; }))
            return separator;
    }
    return 0;
}

} // namespace

void CsvDecoder::feed(std::span<const char> bytes, DecoderSink& sink)
{
    m_lines.feed(
        bytes,
        [&](std::string_view text, bool first) {
            m_readable = m_lines.readableEnd();
            line(text, first, sink);
        },
        [&](std::size_t length, std::string_view beginning) {
            sink.skipped(length, "a line is longer than 64 KiB", printable(beginning));
        });
}

void CsvDecoder::reset()
{
    m_lines.reset();
    m_pendingHeader.clear();
    m_otherRun = 0;
    m_wrapOffset = 0;
    m_lastWrapped = 0;
}

void CsvDecoder::line(std::string_view text, bool first, DecoderSink& sink)
{
    if (!isDigit(text.front())) {
        if (text.starts_with("\xEF\xBB\xBF"))
            text.remove_prefix(3);
        if (trimmed(text).empty())
            return;
        if (trimmed(text).front() == '#') {
            comment(trimmed(text).substr(1), sink);
            return;
        }
    }
    if (m_layout.separator != 0 && m_pendingHeader.empty()) {
        const Row row = m_layout.pairs ? parsePairs(text, m_layout) : parseRow(text, m_layout);
        if (row == Row::Good) {
            m_otherRun = 0;
            if (!first)
                emitFrame(sink);
            return;
        }
    }
    unknownLine(text, first, sink);
}

void CsvDecoder::unknownLine(std::string_view text, bool first, DecoderSink& sink)
{
    if (headerLine(text, first, sink) || pairsLine(text, first, sink))
        return;
    if (!m_pendingHeader.empty()) {
        if (!first && confirmHeader(text, sink))
            return;
        dropPendingHeader(sink);
        if (m_layout.separator != 0) {
            line(text, first, sink);
            return;
        }
    }
    if (first)
        return;
    const char separator = separatorOf(text);
    if (!allNumbers(text, separator)) {
        skip(text, m_layout.separator == 0 ? "the line is neither a header nor numbers" : "a value is not a number",
             sink);
        return;
    }
    Count count = countFields(text, separator);
    otherCount(text, separator, count.fields - (count.lastEmpty && count.fields > 1 ? 1 : 0), first, sink);
}

/// Numbers, but not as many as the layout says (or there is no layout yet).
void CsvDecoder::otherCount(std::string_view text, char separator, std::size_t fields, bool first, DecoderSink& sink)
{
    if (fields > maximumChannels) {
        skip(text, "the line has more than 4096 fields", sink);
        return;
    }
    m_otherRun = fields == m_otherCount ? m_otherRun + 1 : 1;
    m_otherCount = fields;
    const bool known = m_layout.separator != 0;
    if (known && m_otherRun < (m_layout.named ? adoptNamedAfter : adoptUnnamedAfter)) {
        skip(text,
             "the line has " + std::to_string(fields) + " fields instead of " + std::to_string(m_layout.columns.size()),
             sink);
        return;
    }
    Layout layout;
    layout.separator = separator;
    layout.columns.resize(fields);
    for (std::size_t i = 0; i < fields; ++i) {
        ChannelInfo info;
        info.name = "ch" + std::to_string(i + 1);
        layout.channels.push_back(std::move(info));
    }
    adopt(std::move(layout), sink);
    if (parseRow(text, m_layout) == Row::Good && !first)
        emitFrame(sink);
}

CsvDecoder::Row CsvDecoder::parseRow(std::string_view text, const Layout& layout)
{
    Fields fields(text, layout.separator, m_readable);
    std::string_view field;
    std::size_t column = 0;
    std::size_t channel = 0;
    m_deviceSeconds = missing;
    const bool decimalComma = layout.separator != ',';
    double plain = 0;
    while (true) {
        while (column < layout.columns.size() && layout.columns[column].role == Role::Channel &&
               fields.nextPlain(plain)) {
            m_values[channel++] = toFloat(plain);
            ++column;
        }
        if (!fields.next(field))
            break;
        if (column == layout.columns.size()) {
            // "1,2,3," has three fields.
            if (!field.empty() || fields.next(field))
                return Row::WrongCount;
            break;
        }
        const Column& role = layout.columns[column++];
        double value = 0;
        switch (role.role) {
        case Role::Channel:
            if (!parseValue(field, decimalComma, value))
                return Row::BadValue;
            m_values[channel++] = toFloat(value);
            break;
        case Role::Time:
            m_wrapping = role.wraps;
            if (role.wraps) {
                if (!parseMinutes(field, m_deviceSeconds))
                    return Row::BadValue;
            } else if (parseValue(field, decimalComma, value))
                m_deviceSeconds = secondsFromTime(value, role.timeScale);
            else if (!parseClock(field, m_deviceSeconds))
                return Row::BadValue;
            break;
        case Role::Text:
            if (!field.empty() && !isText(field) && !parseValue(field, decimalComma, value))
                return Row::BadValue;
            break;
        }
    }
    return column == layout.columns.size() ? Row::Good : Row::WrongCount;
}

CsvDecoder::Row CsvDecoder::parsePairs(std::string_view text, const Layout& layout)
{
    std::ranges::fill(m_values, std::numeric_limits<float>::quiet_NaN());
    m_deviceSeconds = missing;
    std::size_t expected = 0;
    const bool good = forPairs(text, layout.separator, [&](std::string_view label, double value, std::string_view) {
        std::size_t at = expected;
        if (at >= layout.columns.size() || layout.columns[at].label != label) {
            const auto it = std::ranges::find(layout.columns, label, &Column::label);
            if (it == layout.columns.end())
                return false;
            at = static_cast<std::size_t>(it - layout.columns.begin());
        }
        expected = at + 1;
        if (layout.columns[at].role == Role::Time) {
            m_deviceSeconds = secondsFromTime(value, layout.columns[at].timeScale);
            return true;
        }
        m_values[layout.columns[at].channel] = toFloat(value);
        return true;
    });
    return good ? Row::Good : Row::BadValue;
}

void CsvDecoder::emitFrame(DecoderSink& sink)
{
    if (m_wrapping) {
        constexpr double hour = 3600;
        if (m_deviceSeconds + m_wrapOffset < m_lastWrapped - hour / 2)
            m_wrapOffset += hour;
        m_deviceSeconds += m_wrapOffset;
        m_lastWrapped = m_deviceSeconds;
    }
    sink.frame(m_values, m_deviceSeconds);
}

/// A line of names: known already, or kept until a data line of its length confirms it.
bool CsvDecoder::headerLine(std::string_view text, bool first, DecoderSink& sink)
{
    const char separator = separatorOf(text);
    if (!isHeader(text, separator))
        return false;
    if (m_layout.named && text == m_layout.header) {
        dropPendingHeader(sink);
        return true;
    }
    if (first) {
        // One word may be the end of anything; the end of the known header tells nothing new.
        if (countFields(text, separator).fields < 2 || (m_layout.named && m_layout.header.ends_with(text)))
            return true;
    }
    dropPendingHeader(sink);
    m_pendingHeader = text;
    return true;
}

bool CsvDecoder::confirmHeader(std::string_view text, DecoderSink& sink)
{
    const char headerSeparator = separatorOf(m_pendingHeader);
    Count names = countFields(m_pendingHeader, headerSeparator);
    if (names.lastEmpty)
        --names.fields;
    char separator = names.fields > 1 ? headerSeparator : ' ';
    const auto fits = [&](char candidate) {
        const Count count = countFields(text, candidate);
        return count.fields == names.fields || (count.fields == names.fields + 1 && count.lastEmpty);
    };
    if (!fits(separator)) {
        separator = separatorOf(text);
        if (!fits(separator))
            return false;
    }
    Layout layout;
    layout.separator = separator;
    layout.named = true;
    layout.header = m_pendingHeader;
    Fields labels(m_pendingHeader, headerSeparator);
    Fields values(text, separator);
    std::string_view label;
    std::string_view field;
    bool timeFound = false;
    for (std::size_t i = 0; i < names.fields && labels.next(label) && values.next(field); ++i) {
        ChannelInfo info = channelFromName(label);
        Column column;
        double value = 0;
        const bool number = parseValue(field, separator != ',', value);
        if (const auto scale = timeScale(info.name, info.unit);
            scale && !timeFound && (number || parseClock(field, value))) {
            column.role = Role::Time;
            column.timeScale = *scale;
            timeFound = true;
        } else if (!timeFound && isMinuteClock(info.name) && parseMinutes(field, value)) {
            column.role = Role::Time;
            column.wraps = true;
            timeFound = true;
        } else if (number) {
            layout.channels.push_back(std::move(info));
        } else if (isText(field)) {
            column.role = Role::Text;
        } else if (!parseClock(field, value)) {
            return false;
        } else {
            column.role = Role::Text;
        }
        layout.columns.push_back(std::move(column));
    }
    if (layout.channels.empty() || layout.channels.size() > maximumChannels)
        return false;
    m_pendingHeader.clear();
    adopt(std::move(layout), sink);
    if (parseRow(text, m_layout) == Row::Good)
        emitFrame(sink);
    else
        skip(text, "a value is not a number", sink);
    return true;
}

void CsvDecoder::dropPendingHeader(DecoderSink& sink)
{
    if (m_pendingHeader.empty())
        return;
    skip(m_pendingHeader, "text that is not a header", sink);
    m_pendingHeader.clear();
}

bool CsvDecoder::pairsLine(std::string_view text, bool first, DecoderSink& sink)
{
    const char separator = pairSeparator(text);
    if (separator == 0)
        return false;
    if (first)
        return true;
    dropPendingHeader(sink);
    Layout layout;
    layout.separator = separator;
    layout.pairs = true;
    layout.named = true;
    bool timeFound = false;
    forPairs(text, separator, [&](std::string_view label, double, std::string_view unit) {
        ChannelInfo info = channelFromName(label);
        if (!unit.empty())
            info.unit = std::string(unit);
        Column column;
        column.label = std::string(label);
        if (const auto scale = timeScale(info.name, info.unit); scale && !timeFound) {
            column.role = Role::Time;
            column.timeScale = *scale;
            timeFound = true;
        } else {
            layout.channels.push_back(std::move(info));
        }
        layout.columns.push_back(std::move(column));
        return layout.columns.size() <= maximumChannels;
    });
    if (layout.channels.empty()) {
        skip(text, "the line has no value besides the time", sink);
        return true;
    }
    // A damaged label must not become a channel: a new set of labels has to come several times.
    m_otherRun = layout.columns.size() == m_otherCount ? m_otherRun + 1 : 1;
    m_otherCount = layout.columns.size();
    if (m_layout.separator != 0 && m_otherRun < adoptUnnamedAfter) {
        skip(text, "the line has labels that were not there before", sink);
        return true;
    }
    adopt(std::move(layout), sink);
    if (parsePairs(text, m_layout) == Row::Good)
        emitFrame(sink);
    return true;
}

void CsvDecoder::adopt(Layout layout, DecoderSink& sink)
{
    makeNamesUnique(layout.channels);
    m_descriptions.apply(layout.channels);
    const bool changed = layout.channels != m_layout.channels;
    m_layout = std::move(layout);
    m_wrapping = false;
    std::size_t channel = 0;
    for (Column& column : m_layout.columns)
        if (column.role == Role::Channel)
            column.channel = channel++;
    m_values.assign(m_layout.channels.size(), 0);
    m_otherRun = 0;
    if (changed)
        sink.channels(m_layout.channels);
}

void CsvDecoder::comment(std::string_view text, DecoderSink& sink)
{
    text = trimmed(text);
    if (text.starts_with("bnof ") || text.starts_with("bnof{")) {
        const auto json = Json::parse(text.substr(4), "#bnof line");
        auto description = json.ok() ? deviceDescriptionFromJson(*json) : Result<DeviceDescription>(json.error());
        if (!description.ok()) {
            skip(text, "the description line of the device is damaged", sink);
            return;
        }
        m_descriptions.add(*description, sink);
    } else if (const auto channel = channelFromComment(text)) {
        m_descriptions.add(*channel);
    } else {
        sink.remark(validUtf8(text) ? std::string(text.substr(0, 500)) : printable(text, 500));
        return;
    }
    if (m_layout.separator != 0) {
        Layout described = m_layout;
        m_descriptions.apply(described.channels);
        if (described.channels != m_layout.channels) {
            m_layout.channels = described.channels;
            sink.channels(m_layout.channels);
        }
    }
}

void CsvDecoder::skip(std::string_view text, std::string_view why, DecoderSink& sink)
{
    sink.skipped(text.size() + 1, why, printable(text));
}

} // namespace bnof::sensing
