// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/decoders/binary_decoder.h"

#include <algorithm>

#include "engine/sensing/decoders/plain_number.h"

namespace bnof::sensing {
namespace {

/// Longer runs of skipped bytes are told in pieces, so that a wrong baud rate shows soon.
constexpr std::size_t skipPiece = 256;

int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

} // namespace

BinaryDecoder::BinaryDecoder(std::size_t longestMessage) : m_longest(longestMessage)
{
    m_pending.reserve(2 * longestMessage);
}

void BinaryDecoder::reset()
{
    m_pending.clear();
    m_skipRun = 0;
    m_fresh = true;
}

void BinaryDecoder::feed(std::span<const char> portion, DecoderSink& sink)
{
    Bytes bytes(reinterpret_cast<const std::uint8_t*>(portion.data()), portion.size());
    while (!bytes.empty()) {
        if (m_pending.empty()) {
            const std::size_t done = run(bytes, sink);
            m_pending.assign(bytes.begin() + static_cast<std::ptrdiff_t>(done), bytes.end());
            return;
        }
        const std::size_t old = m_pending.size();
        const std::size_t taken = std::min(bytes.size(), m_longest);
        m_pending.insert(m_pending.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
        const std::size_t done = run(m_pending, sink);
        if (done >= old) {
            m_pending.clear();
            bytes = bytes.subspan(done - old);
        } else {
            m_pending.erase(m_pending.begin(), m_pending.begin() + static_cast<std::ptrdiff_t>(done));
            bytes = bytes.subspan(taken);
        }
    }
}

std::size_t BinaryDecoder::run(Bytes bytes, DecoderSink& sink)
{
    std::size_t at = 0;
    while (at < bytes.size()) {
        const Scan found = scan(bytes.subspan(at), sink);
        if (found.kind == Scan::Kind::More)
            break;
        if (found.kind == Scan::Kind::Skip)
            skip(bytes.subspan(at, found.bytes), found.why, sink);
        at += found.bytes;
        if (found.kind == Scan::Kind::Message) {
            endSkipping(sink, true);
            m_fresh = false;
        }
    }
    return at;
}

void BinaryDecoder::skip(Bytes bytes, const char* why, DecoderSink& sink)
{
    for (const std::uint8_t byte : bytes) {
        if (m_skipRun == 0)
            m_skipWhy = why;
        if (m_skipRun < m_sample.size())
            m_sample[m_skipRun] = byte;
        if (++m_skipRun == skipPiece)
            endSkipping(sink, false);
    }
}

void BinaryDecoder::endSkipping(DecoderSink& sink, bool messageFollows)
{
    const std::size_t count = m_skipRun;
    m_skipRun = 0;
    const bool restOfMessage = m_fresh && messageFollows && count < m_longest;
    if (count > 0 && !restOfMessage)
        sink.skipped(count, m_skipWhy, hexText(Bytes(m_sample).first(std::min(count, m_sample.size()))));
    if (!messageFollows)
        m_fresh = false;
}

std::uint32_t sumOfBytes(Bytes bytes)
{
    constexpr std::uint64_t even = 0x00FF00FF00FF00FFU;
    constexpr std::size_t wordsBeforeOverflow = 128; // a lane of 16 bits takes 128 times two bytes
    const auto* at = reinterpret_cast<const char*>(bytes.data());
    std::size_t left = bytes.size();
    std::uint32_t sum = 0;
    while (left >= 8) {
        std::uint64_t lanes = 0;
        for (std::size_t words = std::min(left / 8, wordsBeforeOverflow); words > 0; --words, at += 8, left -= 8) {
            const std::uint64_t word = loadWord(at);
            lanes += (word & even) + (word >> 8 & even);
        }
        constexpr std::uint64_t low = 0x0000FFFF0000FFFFU;
        lanes = (lanes & low) + (lanes >> 16 & low);
        sum += static_cast<std::uint32_t>(lanes) + static_cast<std::uint32_t>(lanes >> 32);
    }
    for (; left > 0; --left)
        sum += static_cast<std::uint8_t>(*at++);
    return sum;
}

std::string hexText(Bytes bytes, std::size_t limit)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string text;
    for (std::size_t i = 0; i < bytes.size() && i < limit; ++i) {
        if (i > 0)
            text += ' ';
        text += digits[bytes[i] >> 4];
        text += digits[bytes[i] & 15];
    }
    return bytes.size() > limit ? text + " ..." : text;
}

std::string bytesOfHex(std::string_view hex)
{
    std::string bytes;
    for (std::size_t i = 0; i < hex.size();) {
        if (hex[i] == ' ') {
            ++i;
            continue;
        }
        const int high = hexDigit(hex[i]);
        const int low = i + 1 < hex.size() ? hexDigit(hex[i + 1]) : -1;
        if (high < 0 || low < 0)
            return {};
        bytes += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return bytes;
}

} // namespace bnof::sensing
