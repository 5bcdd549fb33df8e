// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/decoders/ndjson_decoder.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "engine/sensing/decoders/plain_number.h"

namespace bnof::sensing {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr int maximumDepth = 16;
constexpr std::uint64_t openTable = 8;  ///< objects after which new members have to prove themselves
constexpr std::uint32_t admitAfter = 3; ///< appearances that prove a late member
constexpr std::size_t maximumCandidates = 64;
constexpr std::size_t maximumPath = 256;

void skipSpace(const char*& at, const char* end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        ++at;
}

/// Bare words that JSON libraries print for missing values, besides null.
bool isMissingLiteral(std::string_view word)
{
    return word == "null" || word == "NaN" || word == "nan" || word == "Infinity" || word == "-Infinity" ||
           word == "inf" || word == "-inf" || word == "-nan" || word == "None";
}

} // namespace

NdjsonDecoder::NdjsonDecoder()
{
    m_path.reserve(maximumPath + 32);
}

void NdjsonDecoder::feed(std::span<const char> bytes, DecoderSink& sink)
{
    m_lines.feed(
        bytes,
        [&](std::string_view content, bool first) {
            if (!lineOfKnownShape(content, sink))
                line(content, first, sink);
        },
        [&](std::size_t length, std::string_view beginning) {
            sink.skipped(length, "a line is longer than 64 KiB", printable(beginning));
        });
}

bool NdjsonDecoder::lineOfKnownShape(std::string_view content, DecoderSink& sink)
{
    if (m_shape.text.empty() || m_shape.width != m_values.size())
        return false;
    TextSpan text{content.data(), content.data() + content.size(), m_lines.readableEnd()};
    if (m_shape.leavesGaps)
        std::ranges::fill(m_values, std::numeric_limits<float>::quiet_NaN());
    double seconds = missing;
    std::size_t passed = 0;
    for (const Place& place : m_shape.places) {
        const std::size_t length = place.begin - passed;
        if (!standsThere(text.at, text, m_shape.text.data() + passed, length))
            return false;
        text.at += length;
        double parsed = 0;
        if (!scanPlain(text, '.', parsed))
            return false;
        if (parsed == 4294967295.0)
            parsed = missing;
        if (place.channel == timeColumn)
            seconds = secondsFromTime(parsed, place.timeScale);
        else
            m_values[place.channel] = toFloat(parsed);
        passed = place.end;
    }
    const std::size_t rest = m_shape.length - passed;
    if (static_cast<std::size_t>(text.end - text.at) != rest ||
        !standsThere(text.at, text, m_shape.text.data() + passed, rest))
        return false;
    ++m_line;
    ++m_objects;
    sink.frame(m_values, seconds);
    return true;
}

void NdjsonDecoder::learnShape(std::string_view text)
{
    m_shape.text.assign(text);
    m_shape.text.append(8, '\0'); // standsThere() reads words
    m_shape.length = text.size();
    m_shape.places = m_places;
    m_shape.width = m_values.size();
    // Numbers in another order than the channels' count as gaps, too: that costs a little and does no harm.
    std::size_t next = 0;
    for (const Place& place : m_places)
        next += place.channel == next ? 1 : 0;
    m_shape.leavesGaps = next != m_shape.width;
}

void NdjsonDecoder::foundPlace(std::size_t channel, double scale)
{
    if (!m_plainLine)
        return;
    const auto begin = static_cast<std::size_t>(m_digits.data() - m_lineBegin);
    m_places.push_back({begin, begin + m_digits.size(), channel, scale});
}

void NdjsonDecoder::line(std::string_view content, bool first, DecoderSink& sink)
{
    const std::string_view whole = content;
    m_lineBegin = content.data();
    m_places.clear();
    m_plainLine = true;
    if (content.starts_with("\xEF\xBB\xBF"))
        content.remove_prefix(3);
    content = trimmed(content);
    if (content.ends_with(','))
        content.remove_suffix(1);
    if (content.empty())
        return;
    if (content.front() == '#') {
        sink.remark(validUtf8(content) ? std::string(trimmed(content.substr(1, 500))) : printable(content, 500));
        return;
    }
    ++m_line;
    m_path.clear();
    m_guess = 0;
    m_numbers = 0;
    m_deviceSeconds = missing;
    m_simulated = false;
    m_seenCandidates.clear();
    std::ranges::fill(m_values, std::numeric_limits<float>::quiet_NaN());
    Cursor cursor{content.data(), content.data() + content.size()};
    const bool good = *cursor.at == '{' && members(cursor, 0, '}') && cursor.at == cursor.end;
    if (!good || !validUtf8(content)) {
        if (!first)
            sink.skipped(content.size() + 1, good ? "the text is not UTF-8" : "the line is not a JSON object",
                         printable(content));
        return;
    }
    if (content.find("\"bnof\"") != std::string_view::npos) {
        if (description(content, sink))
            return;
        m_plainLine = false;
    }
    if (m_simulated && !m_simulatedTold) {
        m_simulatedTold = true;
        sink.remark("simulated");
    }
    ++m_objects;
    const bool extended = admitCandidates(sink);
    if (m_numbers == 0 && !extended) {
        sink.skipped(content.size() + 1, "the object has no numbers", printable(content));
        return;
    }
    if (m_plainLine && m_numbers > 0)
        learnShape(whole);
    sink.frame(m_values, m_deviceSeconds);
}

bool NdjsonDecoder::members(Cursor& cursor, int depth, char close)
{
    if (depth >= maximumDepth)
        return false;
    ++cursor.at;
    skipSpace(cursor.at, cursor.end);
    if (cursor.at < cursor.end && *cursor.at == close) {
        ++cursor.at;
        return true;
    }
    const std::size_t pathLength = m_path.size();
    for (std::size_t i = 0;; ++i) {
        if (!(close == '}' ? key(cursor, pathLength > 0) : index(i)) || !value(cursor, depth))
            return false;
        m_path.resize(pathLength);
        skipSpace(cursor.at, cursor.end);
        if (cursor.at == cursor.end)
            return false;
        const char c = *cursor.at++;
        if (c == close)
            return true;
        if (c != ',')
            return false;
    }
}

bool NdjsonDecoder::index(std::size_t i)
{
    char digits[24];
    const auto [stop, code] = std::to_chars(digits, digits + sizeof digits, i);
    m_path += '.';
    m_path.append(digits, stop);
    return code == std::errc();
}

bool NdjsonDecoder::key(Cursor& cursor, bool nested)
{
    skipSpace(cursor.at, cursor.end);
    if (nested)
        m_path += '.';
    if (cursor.at == cursor.end || *cursor.at != '"')
        return false;
    const char* start = ++cursor.at;
    while (cursor.at < cursor.end && *cursor.at != '"') {
        if (static_cast<unsigned char>(*cursor.at) < 0x20)
            return false;
        cursor.at += *cursor.at == '\\' ? 2 : 1;
    }
    if (cursor.at >= cursor.end)
        return false;
    const std::string_view name(start, static_cast<std::size_t>(cursor.at - start));
    ++cursor.at;
    if (name.empty() || m_path.size() + name.size() > maximumPath)
        return false;
    m_path += name;
    skipSpace(cursor.at, cursor.end);
    if (cursor.at == cursor.end || *cursor.at != ':')
        return false;
    ++cursor.at;
    return true;
}

bool NdjsonDecoder::value(Cursor& cursor, int depth)
{
    skipSpace(cursor.at, cursor.end);
    if (cursor.at == cursor.end)
        return false;
    switch (*cursor.at) {
    case '{': return members(cursor, depth + 1, '}');
    case '[': return members(cursor, depth + 1, ']');
    case '"': {
        const char* start = ++cursor.at;
        while (cursor.at < cursor.end && *cursor.at != '"') {
            if (static_cast<unsigned char>(*cursor.at) < 0x20)
                return false;
            cursor.at += *cursor.at == '\\' ? 2 : 1;
        }
        if (cursor.at >= cursor.end)
            return false;
        text(std::string_view(start, static_cast<std::size_t>(cursor.at - start)));
        ++cursor.at;
        return true;
    }
    default: return scalar(cursor);
    }
}

bool NdjsonDecoder::scalar(Cursor& cursor)
{
    const char first = *cursor.at;
    if ((first >= '0' && first <= '9') ||
        (first == '-' && cursor.at + 1 < cursor.end && cursor.at[1] >= '0' && cursor.at[1] <= '9')) {
        double parsed = 0;
        const auto [stop, code] = std::from_chars(cursor.at, cursor.end, parsed);
        if (code == std::errc::invalid_argument)
            return false;
        const std::string_view digits(cursor.at, static_cast<std::size_t>(stop - cursor.at));
        cursor.at = stop;
        if (code == std::errc::result_out_of_range)
            parsed = digits.find("e-") != std::string_view::npos || digits.find("E-") != std::string_view::npos
                         ? 0
                         : missing;
        m_digits = digits;
        number(parsed == 4294967295.0 ? missing : parsed);
        return true;
    }
    m_plainLine = m_plainLine && first != 'n' && first != 'N' && first != '-' && first != 'I' && first != 'i';
    const char* start = cursor.at;
    while (cursor.at < cursor.end &&
           ((*cursor.at >= 'a' && *cursor.at <= 'z') || (*cursor.at >= 'A' && *cursor.at <= 'Z') || *cursor.at == '-'))
        ++cursor.at;
    const std::string_view word(start, static_cast<std::size_t>(cursor.at - start));
    if (word == "true" || word == "false") {
        m_simulated = m_simulated || (word == "true" && m_path == "simulated");
        return true;
    }
    if (!isMissingLiteral(word))
        return false;
    // A missing value keeps its channel but cannot make one: nothing says that it would be a number.
    if (m_index.contains(std::string_view(m_path)))
        number(missing);
    return true;
}

void NdjsonDecoder::text(std::string_view content)
{
    double seconds = 0;
    m_plainLine = m_plainLine && !isMissingLiteral(content) && !timeScale(m_path, "");
    if (std::isnan(m_deviceSeconds) && timeScale(m_path, "") && parseClock(content, seconds))
        m_deviceSeconds = seconds;
    else if (isMissingLiteral(content) && m_index.contains(std::string_view(m_path)))
        number(missing);
}

void NdjsonDecoder::number(double parsed)
{
    // Devices repeat their members in one order, so the next channel is the likely one.
    if (m_guess < m_order.size() && m_order[m_guess] == m_path) {
        foundPlace(m_guess, 0);
        m_values[m_guess++] = toFloat(parsed);
        ++m_numbers;
        return;
    }
    if (const auto it = m_index.find(std::string_view(m_path)); it != m_index.end()) {
        foundPlace(it->second, 0);
        m_values[it->second] = toFloat(parsed);
        m_guess = it->second + 1;
        ++m_numbers;
        return;
    }
    if (const auto scale = timeScale(m_path, "")) {
        if (std::isnan(m_deviceSeconds)) {
            foundPlace(timeColumn, *scale);
            m_deviceSeconds = secondsFromTime(parsed, *scale);
            return;
        }
    }
    m_plainLine = false;
    if (Candidate* found = candidate(m_path); found != nullptr) {
        if (found->lastLine != m_line)
            ++found->lines;
        found->lastLine = m_line;
        found->value = parsed;
        m_seenCandidates.push_back(static_cast<std::size_t>(found - m_candidates.data()));
    }
}

NdjsonDecoder::Candidate* NdjsonDecoder::candidate(std::string_view name)
{
    const auto it = std::ranges::find(m_candidates, name, &Candidate::name);
    if (it != m_candidates.end())
        return &*it;
    const std::size_t limit = m_objects < openTable ? maximumChannels : maximumCandidates;
    if (m_candidates.size() < limit) {
        m_candidates.push_back({std::string(name), 0, 0, 0});
        return &m_candidates.back();
    }
    if (m_objects < openTable)
        return nullptr;
    // Forget the one that has not been seen for longest.
    Candidate& oldest = *std::ranges::min_element(m_candidates, {}, &Candidate::lastLine);
    if (oldest.lastLine == m_line)
        return nullptr;
    oldest = {std::string(name), 0, 0, 0};
    return &oldest;
}

/// Makes channels of the new members of this object, where they are proven. True when there are new ones.
bool NdjsonDecoder::admitCandidates(DecoderSink& sink)
{
    bool extended = false;
    for (const std::size_t at : m_seenCandidates) {
        Candidate& found = m_candidates[at];
        if ((m_objects > openTable && found.lines < admitAfter) || m_channels.size() >= maximumChannels ||
            m_index.contains(found.name))
            continue;
        addChannel(found.name, found.value);
        extended = true;
    }
    if (!extended)
        return false;
    std::erase_if(m_candidates, [&](const Candidate& c) { return m_index.contains(c.name); });
    tellChannels(sink);
    return true;
}

void NdjsonDecoder::addChannel(const std::string& name, double value)
{
    if (!m_index.emplace(name, m_channels.size()).second)
        return;
    ChannelInfo info = channelFromName(name);
    if (info.name.empty()) // nothing but spaces, or a unit
        info.name = name;
    m_channels.push_back(std::move(info));
    m_values.push_back(toFloat(value));
}

void NdjsonDecoder::tellChannels(DecoderSink& sink)
{
    if (m_channels.empty())
        return;
    m_order.assign(m_channels.size(), {});
    for (const auto& [name, index] : m_index)
        m_order[index] = name;
    makeNamesUnique(m_channels);
    m_descriptions.apply(m_channels);
    sink.channels(m_channels);
}

bool NdjsonDecoder::description(std::string_view content, DecoderSink& sink)
{
    const auto json = Json::parse(content, "description line");
    if (!json.ok() || !(*json).contains("bnof"))
        return false;
    const auto parsed = deviceDescriptionFromJson((*json)["bnof"]);
    if (!parsed.ok()) {
        sink.skipped(content.size() + 1, "the description of the device is damaged", printable(content));
        return true;
    }
    m_descriptions.add(*parsed, sink);
    if (m_channels.empty() && (*json)["bnof"]["complete"].toBool()) {
        for (const ChannelInfo& channel : parsed->channels)
            addChannel(channel.name, missing);
        tellChannels(sink);
        return true;
    }
    if (!m_channels.empty()) {
        const auto before = m_channels;
        m_descriptions.apply(m_channels);
        if (before != m_channels)
            sink.channels(m_channels);
    }
    return true;
}

} // namespace bnof::sensing
