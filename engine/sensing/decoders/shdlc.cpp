// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/decoders/shdlc.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/sensing/decoders/plain_number.h"

namespace bnof::sensing {
namespace {

constexpr std::uint8_t flag = 0x7E;
constexpr std::uint8_t escape = 0x7D;
constexpr std::size_t longestContent = 262;

void appendStuffed(std::string& out, std::uint8_t byte)
{
    switch (byte) {
    case 0x7E: out += "\x7D\x5E"; return;
    case 0x7D: out += "\x7D\x5D"; return;
    case 0x11: out += "\x7D\x31"; return;
    case 0x13: out += "\x7D\x33"; return;
    default: out += static_cast<char>(byte);
    }
}

std::string framed(std::string_view content)
{
    std::string out(1, static_cast<char>(flag));
    unsigned sum = 0;
    for (const char c : content) {
        sum += static_cast<std::uint8_t>(c);
        appendStuffed(out, static_cast<std::uint8_t>(c));
    }
    appendStuffed(out, static_cast<std::uint8_t>(0xFF - (sum & 0xFF)));
    out += static_cast<char>(flag);
    return out;
}

/// Are some of the word's bytes `byte`? The lowest bit set tells the first of them.
std::uint64_t bytesThatAre(std::uint8_t byte, std::uint64_t word)
{
    const std::uint64_t zeros = word ^ byte * 0x0101010101010101U;
    return (zeros - 0x0101010101010101U) & ~zeros & 0x8080808080808080U;
}

/// What stands behind an opening flag.
struct Unstuffed {
    std::size_t end = 0;    ///< where the closing flag is; the size of the bytes: there is none
    std::size_t length = 0; ///< of the content in `out`; 0: an escape is wrong, or it is too long
};

/// Takes the stuffing out of `bytes`, the flag in front already left away, as far as the next flag. `out` has room
/// for a whole word more than the longest content.
Unstuffed unstuff(Bytes bytes, std::span<std::uint8_t> out)
{
    const std::size_t longest = out.size() - 8;
    Unstuffed found;
    bool good = true;
    std::size_t at = 0;
    while (at < bytes.size() && bytes[at] != flag) {
        if (bytes.size() - at >= 8 && found.length <= longest) {
            const std::uint64_t word = loadWord(reinterpret_cast<const char*>(&bytes[at]));
            const std::uint64_t special = bytesThatAre(flag, word) | bytesThatAre(escape, word);
            std::memcpy(&out[found.length], &bytes[at], 8);
            const auto plain = static_cast<unsigned>(std::countr_zero(special)) >> 3;
            at += plain;
            found.length += plain;
            if (plain == 8 || bytes[at] == flag)
                continue;
        }
        std::uint8_t byte = bytes[at++];
        if (byte == escape) {
            byte = at < bytes.size() ? bytes[at] ^ 0x20 : 0;
            good = good && (byte == 0x7E || byte == 0x7D || byte == 0x11 || byte == 0x13);
            at += at < bytes.size() && bytes[at] != flag ? 1 : 0;
        }
        if (found.length <= longest)
            out[found.length++] = byte;
    }
    found.end = at;
    if (!good || found.length > longest)
        found.length = 0;
    return found;
}

bool checksumFits(Bytes content)
{
    return (sumOfBytes(content) & 0xFF) == 0xFF;
}

constexpr auto crcTable = [] {
    std::array<std::uint8_t, 256> table{};
    for (unsigned i = 0; i < 256; ++i) {
        unsigned crc = i;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 0x80) != 0 ? (crc << 1 ^ 0x31) & 0xFF : crc << 1;
        table[i] = static_cast<std::uint8_t>(crc);
    }
    return table;
}();

} // namespace

std::string shdlcRequest(std::uint8_t address, std::uint8_t command, std::string_view data)
{
    std::string content{static_cast<char>(address), static_cast<char>(command), static_cast<char>(data.size())};
    return framed(content.append(data));
}

std::string shdlcReply(std::uint8_t address, std::uint8_t command, std::uint8_t state, std::string_view data)
{
    std::string content{static_cast<char>(address), static_cast<char>(command), static_cast<char>(state),
                        static_cast<char>(data.size())};
    return framed(content.append(data));
}

std::uint8_t sensirionCrc(std::uint8_t first, std::uint8_t second)
{
    return crcTable[crcTable[0xFF ^ first] ^ second];
}

Scan ShdlcDecoder::scan(Bytes bytes, DecoderSink& sink)
{
    if (bytes[0] != flag) {
        const void* next = std::memchr(bytes.data(), flag, bytes.size());
        const auto* begin = next == nullptr ? bytes.data() + bytes.size() : static_cast<const std::uint8_t*>(next);
        return Scan::skip(static_cast<std::size_t>(begin - bytes.data()), "the bytes are outside of a frame");
    }
    const Unstuffed found = unstuff(bytes.subspan(1, std::min(bytes.size() - 1, longestFrame)), m_content);
    const std::size_t end = 1 + found.end;
    if (end >= longestFrame)
        return Scan::skip(longestFrame - 1, "a frame does not end");
    if (end == bytes.size())
        return Scan::more();
    if (end == 1)
        return Scan::skip(1, "a frame is empty");
    // What follows a damaged frame may begin with the flag that seemed to end it.
    const std::size_t length = found.length;
    if (length < 5)
        return Scan::skip(end, "a frame is too short, or an escape in it is wrong");
    const Bytes content = Bytes(m_content).first(length);
    if (!checksumFits(content)) {
        countChecksumError();
        return Scan::skip(end, "the checksum is wrong");
    }
    if (content[3] != length - 5) // an adapter's echo of our own request has its length one byte earlier
        return content[2] == length - 4 ? Scan::message(end + 1) : Scan::skip(end, "the length of a frame is wrong");
    countAnswer();
    if (!reply({content[0], content[1], content[2], content.subspan(4, length - 5)}, sink))
        return Scan::skip(end + 1, m_reason);
    return Scan::message(end + 1);
}

void ShdlcRequestReader::add(std::string_view bytes)
{
    m_bytes.append(bytes);
    if (m_bytes.size() > 4096)
        m_bytes.erase(0, m_bytes.size() - 4096);
}

std::optional<ShdlcRequestReader::Request> ShdlcRequestReader::next()
{
    while (true) {
        const std::size_t begin = m_bytes.find(static_cast<char>(flag));
        const std::size_t end = begin == std::string::npos ? begin : m_bytes.find(static_cast<char>(flag), begin + 1);
        if (end == std::string::npos)
            return std::nullopt;
        std::array<std::uint8_t, longestContent + 8> content;
        const Bytes stuffed(reinterpret_cast<const std::uint8_t*>(m_bytes.data()) + begin + 1, end - begin - 1);
        const std::size_t length = unstuff(stuffed, content).length;
        if (length < 4 || !checksumFits(Bytes(content).first(length)) || content[2] != length - 4) {
            m_bytes.erase(0, end);
            continue;
        }
        Request request{content[0], content[1],
                        std::string(reinterpret_cast<const char*>(content.data()) + 3, length - 4)};
        m_bytes.erase(0, end + 1);
        return request;
    }
}

} // namespace bnof::sensing
