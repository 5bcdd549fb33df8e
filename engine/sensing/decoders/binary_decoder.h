// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/sensing/decoders/decoder.h"

namespace bnof::sensing {

using Bytes = std::span<const std::uint8_t>;

/// What stands at the beginning of some bytes.
struct Scan {
    enum class Kind : std::uint8_t {
        Message, ///< whole messages, one or several of `bytes` together; they were taken in
        Skip,    ///< `bytes` that belong to no message
        More,    ///< not decidable yet
    };
    Kind kind = Kind::More;
    std::size_t bytes = 0;
    const char* why = ""; ///< of Skip: a sentence

    [[nodiscard]] static Scan message(std::size_t bytes) { return {Kind::Message, bytes, ""}; }
    [[nodiscard]] static Scan skip(std::size_t bytes, const char* why) { return {Kind::Skip, bytes, why}; }
    [[nodiscard]] static Scan more() { return {}; }
};

/// Base of decoders of binary messages: finds messages in a byte stream, whatever the portions in which it comes,
/// and after damage finds the next one. Messages that lie whole in a portion are read in place; memory is bounded
/// by the longest message. Skipped bytes are told in runs, those before the first message after a (re)connection
/// not at all when they may be the rest of one message.
class BinaryDecoder : public Decoder {
public:
    void feed(std::span<const char> bytes, DecoderSink& sink) final;
    void reset() override;
    [[nodiscard]] std::uint64_t answers() const override { return m_answers; }
    [[nodiscard]] std::uint64_t checksumErrors() const override { return m_checksumErrors; }

protected:
    explicit BinaryDecoder(std::size_t longestMessage);

    /// Looks at the beginning of `bytes` (never empty). Whatever it returns for some bytes it must return for the
    /// same bytes with more behind them, unless it is More; and More only for fewer than the longest message.
    /// Skip and Message may be longer when more bytes follow.
    virtual Scan scan(Bytes bytes, DecoderSink& sink) = 0;

    /// Skipped bytes wait to be told behind the next message: then one message at a time may be returned, so that what
    /// is told comes in the same order in any portions.
    [[nodiscard]] bool isSkipping() const { return m_skipRun > 0; }
    void countAnswer() { ++m_answers; }
    void countChecksumError() { ++m_checksumErrors; }

private:
    /// Bytes that were dealt with.
    std::size_t run(Bytes bytes, DecoderSink& sink);
    void skip(Bytes bytes, const char* why, DecoderSink& sink);
    void endSkipping(DecoderSink& sink, bool messageFollows);

    const std::size_t m_longest;
    std::vector<std::uint8_t> m_pending;
    std::size_t m_skipRun = 0;
    const char* m_skipWhy = "";
    std::array<std::uint8_t, 12> m_sample{};
    bool m_fresh = true; ///< no message yet since the connection opened
    std::uint64_t m_answers = 0;
    std::uint64_t m_checksumErrors = 0;
};

/// The sum of all bytes, as many checksums begin, eight at a time.
[[nodiscard]] std::uint32_t sumOfBytes(Bytes bytes);
/// "FF 86 01 ..." for messages to people.
[[nodiscard]] std::string hexText(Bytes bytes, std::size_t limit = 12);
/// "FF 01 86 00" into bytes; empty when it is not pairs of hexadecimal digits. Spaces are free.
[[nodiscard]] std::string bytesOfHex(std::string_view hex);

[[nodiscard]] constexpr std::uint16_t bigEndian16(Bytes bytes, std::size_t at)
{
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
[[nodiscard]] constexpr std::uint32_t bigEndian32(Bytes bytes, std::size_t at)
{
    return std::uint32_t{bigEndian16(bytes, at)} << 16 | bigEndian16(bytes, at + 2);
}

} // namespace bnof::sensing
