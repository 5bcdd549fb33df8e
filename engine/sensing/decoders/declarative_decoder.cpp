// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/decoders/declarative_decoder.h"

#include <QRegularExpression>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "engine/sensing/decoders/binary_decoder.h"
#include "engine/sensing/decoders/checksums.h"
#include "engine/sensing/decoders/line_decoder.h"
#include "engine/sensing/decoders/plain_number.h"

namespace bnof::sensing {
namespace {

using Description = DecoderDescription;
using Shared = std::shared_ptr<const Description>;

constexpr double noNumber = std::numeric_limits<double>::quiet_NaN();
/// Longer lines do not go through a regular expression.
constexpr std::size_t longestPatternLine = 4096;

/// Values of one message, collected and told.
class FieldValues {
public:
    explicit FieldValues(Shared description) : m_description(std::move(description))
    {
        for (const auto& field : m_description->fields)
            if (!field.time)
                m_channels.push_back(field.channel);
        makeNamesUnique(m_channels);
        m_values.assign(m_channels.size(), std::numeric_limits<float>::quiet_NaN());
    }

    void begin()
    {
        std::ranges::fill(m_values, std::numeric_limits<float>::quiet_NaN());
        m_seconds = noNumber;
        m_next = 0;
    }
    /// Fields come in the order of the description.
    void add(const Description::Field& field, double raw)
    {
        const bool absent = !field.missing.empty() && std::ranges::find(field.missing, raw) != field.missing.end();
        addValue(field, absent ? noNumber : raw * field.scale + field.add);
    }
    void addValue(const Description::Field& field, double value)
    {
        if (field.time)
            m_seconds = value;
        else
            m_values[m_next++] = toFloat(value);
    }
    void tell(DecoderSink& sink)
    {
        if (!m_told)
            sink.channels(m_channels);
        m_told = true;
        sink.frame(m_values, m_seconds);
    }

private:
    Shared m_description;
    std::vector<ChannelInfo> m_channels;
    std::vector<float> m_values;
    std::size_t m_next = 0;
    double m_seconds = noNumber;
    bool m_told = false;
};

/// Index in a message of `size` bytes; negative places count from the end. `size` when it is outside.
std::size_t place(int at, std::size_t size)
{
    const auto signedSize = static_cast<std::ptrdiff_t>(size);
    const std::ptrdiff_t index = at < 0 ? signedSize + at : at;
    return index < 0 || index > signedSize ? size : static_cast<std::size_t>(index);
}

bool readNumber(Bytes message, const Description::Field& field, double& value)
{
    // Most fields of most devices.
    if (field.type == Description::Type::U16 && field.mask == 0 && field.at >= 0) {
        const auto first = static_cast<std::size_t>(field.at);
        if (first + 2 > message.size())
            return false;
        value = field.littleEndian ? message[first + 1] << 8 | message[first] : bigEndian16(message, first);
        return true;
    }
    const std::size_t size =
        static_cast<std::size_t>(field.type == Description::Type::Ascii ? field.length : sizeOf(field.type));
    const std::size_t at = place(field.at, message.size());
    if (at + size > message.size())
        return false;
    if (field.type == Description::Type::Ascii)
        return parseValue(trimmed({reinterpret_cast<const char*>(message.data()) + at, size}), true, value);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < size; ++i)
        bits = bits << 8 | message[field.littleEndian ? at + size - 1 - i : at + i];
    if (field.mask != 0) {
        value = static_cast<double>((bits & field.mask) >> field.shift);
        return true;
    }
    using Type = Description::Type;
    switch (field.type) {
    case Type::I8: value = static_cast<std::int8_t>(bits); break;
    case Type::I16: value = static_cast<std::int16_t>(bits); break;
    case Type::I24: value = static_cast<std::int32_t>(static_cast<std::uint32_t>(bits << 8)) >> 8; break;
    case Type::I32: value = static_cast<std::int32_t>(bits); break;
    case Type::F32: value = double{std::bit_cast<float>(static_cast<std::uint32_t>(bits))}; break;
    case Type::F64: value = std::bit_cast<double>(bits); break;
    default: value = static_cast<double>(bits);
    }
    return true;
}

class DeclarativeBinary final : public BinaryDecoder {
public:
    DeclarativeBinary(Shared description, bool tellPassedOver)
        : BinaryDecoder(2 * description->length + description->end.size() + 4), m_description(std::move(description)),
          m_values(m_description), m_tell(tellPassedOver)
    {
        const Description& d = *m_description;
        if (d.framing == Description::Framing::Stuffed)
            m_content.resize(d.length);
        m_checksumWidth = d.checksum == Description::Checksum::None ? 0 : static_cast<std::size_t>(sizeOf(d.checksum));
        if (!d.start.empty() && d.start.size() <= 8) {
            std::array<char, 8> padded{};
            std::ranges::copy(d.start, padded.begin());
            m_start = loadWord(padded.data());
            m_startMask = ~std::uint64_t{0} >> (64 - 8 * d.start.size());
        }
    }
    std::string name() const override { return m_description->name; }
    const DialoguePlan* dialogue() const override { return &m_description->dialogue; }

protected:
    Scan scan(Bytes bytes, DecoderSink& sink) override
    {
        switch (m_description->framing) {
        case Description::Framing::Delimited: return delimited(bytes, sink);
        case Description::Framing::Stuffed: return stuffed(bytes, sink);
        default: return started(bytes, sink);
        }
    }

private:
    /// Fixed and counted messages.
    Scan started(Bytes bytes, DecoderSink& sink)
    {
        const Description& d = *m_description;
        const auto first = static_cast<std::uint8_t>(d.start[0]);
        if (bytes[0] != first) {
            const auto next = std::find(bytes.begin(), bytes.end(), first);
            return Scan::skip(static_cast<std::size_t>(next - bytes.begin()), "the bytes are no message");
        }
        const std::size_t compared = std::min(bytes.size(), d.start.size());
        const bool begins = m_startMask != 0 && bytes.size() >= 8
                                ? (loadWord(reinterpret_cast<const char*>(bytes.data())) & m_startMask) == m_start
                                : std::memcmp(bytes.data(), d.start.data(), compared) == 0;
        if (!begins)
            return Scan::skip(1, "the bytes are no message");
        if (compared < d.start.size())
            return Scan::more();
        std::size_t length = d.length;
        if (d.framing == Description::Framing::Counted) {
            const auto at = static_cast<std::size_t>(d.countAt);
            const bool two = sizeOf(d.countType) == 2;
            if (bytes.size() < at + (two ? 2 : 1))
                return at + 2 > d.length ? Scan::skip(1, "the length lies beyond the longest message") : Scan::more();
            const int count = !two                  ? bytes[at]
                              : d.countLittleEndian ? bytes[at + 1] << 8 | bytes[at]
                                                    : bytes[at] << 8 | bytes[at + 1];
            const int whole = count + d.countAdd;
            if (whole < static_cast<int>(d.start.size()) || whole > static_cast<int>(d.length))
                return Scan::skip(1, "the length of a message cannot be right");
            length = static_cast<std::size_t>(whole);
        }
        if (bytes.size() < length)
            return Scan::more();
        return message(bytes.first(length), length, 1, sink);
    }

    Scan delimited(Bytes bytes, DecoderSink& sink)
    {
        const std::string& end = m_description->end;
        const auto* text = reinterpret_cast<const char*>(bytes.data());
        const std::size_t longest = m_description->length + end.size();
        const std::size_t at = std::string_view(text, std::min(bytes.size(), longest)).find(end);
        if (at == std::string_view::npos)
            return bytes.size() < longest ? Scan::more() : Scan::skip(m_description->length, "a message does not end");
        if (at == 0)
            return Scan::message(end.size());
        return message(bytes.first(at), at + end.size(), at + end.size(), sink);
    }

    Scan stuffed(Bytes bytes, DecoderSink& sink)
    {
        const Description& d = *m_description;
        const auto start = static_cast<std::uint8_t>(d.start[0]);
        const auto end = static_cast<std::uint8_t>(d.end[0]);
        if (bytes[0] != start) {
            const auto next = std::find(bytes.begin(), bytes.end(), start);
            return Scan::skip(static_cast<std::size_t>(next - bytes.begin()), "the bytes are outside of a frame");
        }
        const std::size_t longest = 2 * d.length + 2;
        std::size_t length = 0;
        bool good = true;
        for (std::size_t i = 1; i < bytes.size() && i < longest; ++i) {
            std::uint8_t byte = bytes[i];
            if (byte == end) {
                if (length == 0)
                    return Scan::skip(1, "a frame is empty");
                const std::size_t whole = i + 1;
                const std::size_t retry = start == end ? i : whole; // the end may be the next one's start
                return good ? message(Bytes(m_content).first(length), whole, retry, sink)
                            : Scan::skip(retry, "a frame is too long, or an escape in it is wrong");
            }
            if (byte == start)
                return Scan::skip(i, "a frame does not end");
            if (byte == d.escape) {
                if (i + 1 == bytes.size())
                    return Scan::more();
                byte = bytes[i + 1];
                if (byte == end || byte == start) {
                    good = false;
                    continue;
                }
                ++i;
                byte ^= d.escapeXor;
            }
            if (length == m_content.size())
                good = false;
            else
                m_content[length++] = byte;
        }
        return bytes.size() < longest ? Scan::more() : Scan::skip(longest - 1, "a frame does not end");
    }

    /// `content` is the message, `whole` its bytes in the stream, `retry` how many of them are skipped when it is
    /// damaged.
    Scan message(Bytes content, std::size_t whole, std::size_t retry, DecoderSink& sink)
    {
        const Description& d = *m_description;
        if (d.checksum != Description::Checksum::None) {
            const std::size_t from = place(d.checksumFrom, content.size());
            const std::size_t to = place(d.checksumTo, content.size());
            const std::size_t at = place(d.checksumAt, content.size());
            const std::size_t width = m_checksumWidth;
            if (from > to || to >= content.size() || at + width > content.size())
                return Scan::skip(retry, "the message is too short for its checksum");
            std::uint32_t told = 0;
            for (std::size_t i = 0; i < width; ++i)
                told = told << 8 | content[d.checksumLittleEndian ? at + width - 1 - i : at + i];
            if (checksumOf(d.checksum, content.subspan(from, to - from + 1)) != told) {
                countChecksumError();
                return Scan::skip(retry, "the checksum is wrong");
            }
        }
        for (const auto& match : d.matches) {
            const std::size_t at = place(match.at, content.size());
            if (at + match.bytes.size() > content.size() ||
                std::memcmp(content.data() + at, match.bytes.data(), match.bytes.size()) != 0) {
                if (m_tell)
                    sink.remark("a message of another type");
                return Scan::message(whole);
            }
        }
        m_values.begin();
        for (const auto& field : d.fields) {
            double raw = 0;
            if (!readNumber(content, field, raw))
                return Scan::skip(retry, "a value lies beyond the message, or is no number");
            m_values.add(field, raw);
        }
        countAnswer();
        m_values.tell(sink);
        return Scan::message(whole);
    }

    Shared m_description;
    FieldValues m_values;
    std::vector<std::uint8_t> m_content;
    std::size_t m_checksumWidth = 0;
    std::uint64_t m_start = 0;     ///< the start bytes as a word
    std::uint64_t m_startMask = 0; ///< 0: too many of them for a word
    bool m_tell;
};

class DeclarativeLines final : public LineDecoder {
public:
    DeclarativeLines(Shared description, bool tellPassedOver)
        : m_description(std::move(description)), m_values(m_description), m_tell(tellPassedOver)
    {
        if (!m_description->pattern.empty()) {
            // A bound against patterns that would try for hours.
            m_pattern.setPattern(QStringLiteral("(*LIMIT_MATCH=100000)") +
                                 QString::fromStdString(m_description->pattern));
            m_pattern.optimize();
        }
    }
    std::string name() const override { return m_description->name; }
    const DialoguePlan* dialogue() const override { return &m_description->dialogue; }
    std::uint64_t checksumErrors() const override { return m_checksumErrors; }

protected:
    void line(std::string_view text, bool first, DecoderSink& sink) override
    {
        const Description& d = *m_description;
        if (trimmed(text).empty() || (!d.comment.empty() && trimmed(text).starts_with(d.comment))) {
            if (m_tell)
                sink.remark("a comment");
            return;
        }
        std::string_view content = text;
        if (d.checksum == Description::Checksum::Nmea && !stripNmea(content)) {
            if (!first) {
                ++m_checksumErrors;
                skip(text, "the checksum is wrong or missing", sink);
            }
            return;
        }
        m_values.begin();
        const char* problem = d.pattern.empty() ? readColumns(content) : readPattern(content);
        if (problem != nullptr) {
            if (!first)
                skip(text, problem, sink);
            return;
        }
        // The values of a half line look whole; a checksum or a pattern proves that they are.
        if (first && d.checksum == Description::Checksum::None && d.pattern.empty() && !d.asks()) {
            if (m_tell)
                sink.remark("the first line may be half a one");
            return;
        }
        countAnswer();
        m_values.tell(sink);
    }

private:
    static bool stripNmea(std::string_view& text)
    {
        const std::size_t dollar = text.find_first_of("$!");
        const std::size_t star = text.rfind('*');
        if (dollar == std::string_view::npos || star == std::string_view::npos || star < dollar ||
            text.size() < star + 3)
            return false;
        const std::string told = bytesOfHex(text.substr(star + 1, 2));
        std::uint8_t sum = 0;
        for (const char c : text.substr(dollar + 1, star - dollar - 1))
            sum = static_cast<std::uint8_t>(sum ^ static_cast<std::uint8_t>(c));
        text = text.substr(dollar + 1, star - dollar - 1);
        return told.size() == 1 && static_cast<std::uint8_t>(told[0]) == sum;
    }

    /// The next field of the line. False at its end.
    bool next(std::string_view& rest, std::string_view& field) const
    {
        if (m_description->separator.empty()) {
            rest = trimmed(rest);
            if (rest.empty())
                return false;
            const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
            field = rest.substr(0, end);
            rest.remove_prefix(end);
            return true;
        }
        if (rest.data() == nullptr)
            return false;
        const std::size_t end = rest.find(m_description->separator[0]);
        field = trimmed(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        return true;
    }

    bool find(std::string_view text, const Description::Field& wanted, std::string_view& value) const
    {
        std::string_view field;
        for (int column = 0; next(text, field); ++column) {
            if (wanted.source == Description::Source::Column) {
                if (column != wanted.index)
                    continue;
                value = field;
                return true;
            }
            const std::size_t sign = field.find_first_of(":=");
            if (sign != std::string_view::npos && trimmed(field.substr(0, sign)) == wanted.label) {
                value = trimmed(field.substr(sign + 1));
                return true;
            }
            // "Z 00521": the label is a field of its own.
            if (field == wanted.label && next(text, value))
                return true;
        }
        return false;
    }

    const char* readColumns(std::string_view text)
    {
        const bool decimalComma = m_description->separator != ",";
        for (const auto& field : m_description->fields) {
            std::string_view value;
            double raw = 0;
            if (!find(text, field, value))
                return field.source == Description::Source::Label ? "a label is missing"
                                                                  : "the line has too few columns";
            if (!parseValue(value, decimalComma, raw))
                return "a value is no number";
            m_values.add(field, raw);
        }
        return nullptr;
    }

    const char* readPattern(std::string_view text)
    {
        if (text.size() > longestPatternLine)
            return "the line is too long for a pattern";
        const QString line = QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
        const QRegularExpressionMatch match = m_pattern.match(line);
        if (!match.hasMatch())
            return "the line does not fit the pattern";
        for (const auto& field : m_description->fields) {
            double raw = 0;
            const QByteArray value = match.captured(field.index).toUtf8();
            if (!parseValue(trimmed({value.constData(), static_cast<std::size_t>(value.size())}), true, raw))
                return "a value is no number";
            m_values.add(field, raw);
        }
        return nullptr;
    }

    Shared m_description;
    FieldValues m_values;
    QRegularExpression m_pattern;
    bool m_tell;
    std::uint64_t m_checksumErrors = 0;
};

} // namespace

std::unique_ptr<Decoder> makeDeclarativeDecoder(std::shared_ptr<const DecoderDescription> description,
                                                bool tellPassedOver)
{
    if (description->text())
        return std::make_unique<DeclarativeLines>(std::move(description), tellPassedOver);
    return std::make_unique<DeclarativeBinary>(std::move(description), tellPassedOver);
}

} // namespace bnof::sensing
