// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/xdf_writer.h"

#include <algorithm>
#include <bit>

#include "engine/recording/interchange/numbers_text.h"
#include "engine/recording/interchange/text_codes.h"

namespace bnof::recording {
namespace {

enum Tag : std::uint16_t { FileHeader = 1, StreamHeader = 2, Samples = 3, Boundary = 5, StreamFooter = 6 };

/// The bytes that let a reader find its way again in a damaged file, as the specification has them.
constexpr unsigned char boundaryUuid[16] = {0x43, 0xA5, 0x46, 0xDC, 0xCB, 0xF5, 0x41, 0x0F,
                                            0xB3, 0x0E, 0xD5, 0x46, 0x73, 0x83, 0xCB, 0xE4};
constexpr std::size_t chunkBytes = 64U * 1024;
constexpr std::uint64_t boundaryBytes = 1U << 20;

template <typename T> void put(std::string& out, T value)
{
    for (unsigned shift = 0; shift < sizeof(T) * 8; shift += 8)
        out += static_cast<char>((value >> shift) & 0xFFU);
}

/// A length with the number of its bytes before it: 1, 4 or 8.
void putLength(std::string& out, std::uint64_t length)
{
    if (length < 256) {
        out += '\x01';
        put(out, static_cast<std::uint8_t>(length));
    } else if (length <= UINT32_MAX) {
        out += '\x04';
        put(out, static_cast<std::uint32_t>(length));
    } else {
        out += '\x08';
        put(out, length);
    }
}

std::string element(const char* name, const std::string& text)
{
    return std::string("<") + name + ">" + xmlText(text) + "</" + name + ">";
}

std::string seconds(double value)
{
    std::string out;
    appendShortest(out, value);
    return out;
}

} // namespace

Result<void> XdfWriter::chunk(std::uint16_t tag, std::string_view content)
{
    std::string head;
    putLength(head, content.size() + 2);
    put(head, tag);
    BNOF_TRY(m_file.write(head));
    BNOF_TRY(m_file.write(content));
    m_sinceBoundary += content.size();
    if (m_sinceBoundary < boundaryBytes || tag == Boundary)
        return {};
    m_sinceBoundary = 0;
    return chunk(Boundary, {reinterpret_cast<const char*>(boundaryUuid), sizeof boundaryUuid});
}

Result<void> XdfWriter::begin(const std::string& utc)
{
    BNOF_TRY(m_file.write("XDF:"));
    return chunk(FileHeader,
                 "<?xml version=\"1.0\"?><info>" + element("version", "1.0") + element("datetime", utc) + "</info>");
}

Result<std::size_t> XdfWriter::stream(const std::string& name, const std::string& type, Format format,
                                      const std::vector<XdfChannel>& channels, const std::string& sourceId,
                                      const std::string& description)
{
    const std::size_t number = m_streams.size();
    m_streams.emplace_back();
    const char* formats[] = {"float32", "int64", "string"};
    std::string xml = "<?xml version=\"1.0\"?><info>" + element("name", name) + element("type", type) +
                      element("channel_count", std::to_string(channels.size())) + element("nominal_srate", "0") +
                      element("channel_format", formats[static_cast<int>(format)]) + element("source_id", sourceId) +
                      element("version", "1.0") + "<desc>";
    if (!description.empty())
        xml += element("bnof", description);
    xml += "<channels>";
    for (const XdfChannel& channel : channels)
        xml += "<channel>" + element("label", channel.label) + element("unit", channel.unit) +
               element("type", channel.type) + "</channel>";
    xml += "</channels></desc></info>";
    std::string content;
    put(content, static_cast<std::uint32_t>(number + 1));
    BNOF_TRY(chunk(StreamHeader, content + xml));
    return number;
}

void XdfWriter::stamp(Stream& stream, double at)
{
    stream.waiting += '\x08';
    put(stream.waiting, std::bit_cast<std::uint64_t>(at));
}

Result<void> XdfWriter::added(std::size_t number, double at)
{
    Stream& stream = m_streams[number];
    if (stream.samples++ == 0)
        stream.first = at;
    stream.last = at;
    ++stream.waitingSamples;
    return stream.waiting.size() < chunkBytes ? Result<void>() : flush(number);
}

Result<void> XdfWriter::sample(std::size_t number, double at, std::span<const float> values)
{
    Stream& stream = m_streams[number];
    stamp(stream, at);
    for (const float value : values)
        put(stream.waiting, std::bit_cast<std::uint32_t>(value));
    return added(number, at);
}

Result<void> XdfWriter::sample(std::size_t number, double at, std::int64_t value)
{
    Stream& stream = m_streams[number];
    stamp(stream, at);
    put(stream.waiting, static_cast<std::uint64_t>(value));
    return added(number, at);
}

Result<void> XdfWriter::sample(std::size_t number, double at, const std::string& text)
{
    Stream& stream = m_streams[number];
    stamp(stream, at);
    putLength(stream.waiting, text.size());
    stream.waiting += text;
    return added(number, at);
}

Result<void> XdfWriter::flush(std::size_t number)
{
    Stream& stream = m_streams[number];
    if (stream.waitingSamples == 0)
        return {};
    std::string content;
    put(content, static_cast<std::uint32_t>(number + 1));
    putLength(content, stream.waitingSamples);
    content += stream.waiting;
    stream.waiting.clear();
    stream.waitingSamples = 0;
    return chunk(Samples, content);
}

Result<void> XdfWriter::finish()
{
    for (std::size_t i = 0; i < m_streams.size(); ++i)
        BNOF_TRY(flush(i));
    for (std::size_t i = 0; i < m_streams.size(); ++i) {
        const Stream& stream = m_streams[i];
        std::string content;
        put(content, static_cast<std::uint32_t>(i + 1));
        content += "<?xml version=\"1.0\"?><info>" + element("first_timestamp", seconds(stream.first)) +
                   element("last_timestamp", seconds(stream.last)) +
                   element("sample_count", std::to_string(stream.samples)) + "<clock_offsets/></info>";
        BNOF_TRY(chunk(StreamFooter, content));
    }
    return {};
}

} // namespace bnof::recording
