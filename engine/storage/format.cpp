// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/storage/format.h"

#include <algorithm>
#include <random>

#if defined(BNOF_WITH_XXHASH)
// All of it inside this file: no library at run time, and the compiler sees the length.
#define XXH_INLINE_ALL
#include <xxhash.h>
#endif

#include "engine/storage/codec.h"
#include "engine/storage/crc32c.h"

namespace bnof::storage {
namespace {

// Like PNG's: the first byte is not ASCII, and a transfer that changes line ends destroys it.
constexpr std::array<std::uint8_t, 8> fileMagic{0x89, 'B', 'N', 'R', '\r', '\n', 0x1A, '\n'};
constexpr std::array<std::uint8_t, 8> tailMagic{'B', 'N', 'R', 't', 'a', 'i', 'l', '\n'};
constexpr std::array<std::uint8_t, 8> syncPatternOne{0xB1, 0x0E, 'C', 'h', 0x8F, 0xD7, 0x5A, 0xE3};
constexpr std::uint16_t footerTypeOne = 0x7FFF;
constexpr unsigned groupBit = 0x80; ///< of the byte with the stream type
constexpr std::uint64_t golden = 0x9E37'79B9'7F4A'7C15ULL;

bool startsWith(ByteView bytes, ByteView pattern)
{
    return bytes.size() >= pattern.size() && std::equal(pattern.begin(), pattern.end(), bytes.begin());
}

} // namespace

Uuid makeUuid()
{
    std::random_device device;
    Uuid uuid{};
    for (std::size_t i = 0; i < uuid.size(); i += 4)
        storeLittle<std::uint32_t>(uuid.data() + i, device());
    uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0FU) | 0x40U); // RFC 4122: version 4
    uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3FU) | 0x80U); // variant 1
    return uuid;
}

std::string toString(const Uuid& uuid)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text += '-';
        text += digits[uuid[i] >> 4];
        text += digits[uuid[i] & 15U];
    }
    return text;
}

Result<Uuid> uuidFromString(std::string_view text)
{
    Uuid uuid{};
    std::size_t digits = 0;
    for (const char c : text) {
        unsigned value = 16;
        if (c >= '0' && c <= '9')
            value = static_cast<unsigned>(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = static_cast<unsigned>(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            value = static_cast<unsigned>(c - 'A') + 10;
        else if (c == '-')
            continue;
        if (value > 15 || digits >= 32)
            return makeError(ErrorKind::BadInput, "\"" + std::string(text) + "\" is not a UUID");
        auto& byte = uuid[digits / 2];
        byte = static_cast<std::uint8_t>((byte << 4) | value);
        ++digits;
    }
    if (digits != 32)
        return makeError(ErrorKind::BadInput, "\"" + std::string(text) + "\" is not a UUID");
    return uuid;
}

Result<void> checkVersion(std::uint16_t major, const std::string& name)
{
    if (major > formatMajor)
        return makeError(ErrorKind::BadInput,
                         "this recording has format version " + std::to_string(major) +
                             ", and this program reads versions up to " + std::to_string(formatMajor),
                         name, "Open it with a newer version of the program.");
#if !defined(BNOF_WITH_XXHASH)
    if (major > 1)
        return makeError(ErrorKind::BadInput, "this program was built without xxHash, which recordings need", name,
                         "Install libxxhash-dev and build again.");
#endif
    return {};
}

std::array<std::uint8_t, fileHeaderBytes> encode(const FileHeader& header)
{
    std::array<std::uint8_t, fileHeaderBytes> out{};
    std::copy(fileMagic.begin(), fileMagic.end(), out.begin());
    storeLittle(out.data() + 8, header.major);
    storeLittle(out.data() + 10, header.minor);
    storeLittle(out.data() + 12, static_cast<std::uint32_t>(fileHeaderBytes));
    std::copy(header.uuid.begin(), header.uuid.end(), out.begin() + 16);
    storeLittle(out.data() + 32, header.createdUtc);
    storeLittle(out.data() + 40, header.segment);
    storeLittle(out.data() + 44, header.firstSequence);
    storeLittle(out.data() + 60, crc32c(ByteView(out).first(60)));
    return out;
}

std::array<std::uint8_t, 64> encode(const ChunkHeader& header, const Uuid& uuid)
{
    std::array<std::uint8_t, 64> out{};
    std::uint8_t* p = out.data();
    std::copy(syncPattern.begin(), syncPattern.end(), out.begin());
    storeLittle(p + 8, header.payloadSum);
    storeLittle(p + 16, static_cast<std::uint32_t>(header.sequence));
    storeLittle(p + 20, header.count);
    storeLittle(p + 24, header.t0);
    storeLittle(p + 32, header.t1);
    storeLittle(p + 40, header.storedLength);
    storeLittle(p + 44, header.rawLength);
    storeLittle(p + 48, header.idMin);
    storeLittle(p + 52, header.idMax);
    storeLittle(p + 56, static_cast<std::uint32_t>(header.aux));
    p[60] = static_cast<std::uint8_t>(header.streamType | (header.startsGroup ? groupBit : 0));
    p[61] = static_cast<std::uint8_t>(header.codec | (header.layoutVersion << 4));
    storeLittle(p + 62, header.streamId);
    storeLittle(p + 4, crc32c(ByteView(out).subspan(8), crc32c(uuid)));
    return out;
}

std::array<std::uint8_t, tailBytes> encode(const Tail& tail)
{
    std::array<std::uint8_t, tailBytes> out{};
    storeLittle(out.data(), tail.footerOffset);
    storeLittle(out.data() + 8, tail.footerLength);
    std::copy(tail.uuid.begin(), tail.uuid.end(), out.begin() + 16);
    storeLittle(out.data() + 36, crc32c(ByteView(out).first(36)));
    std::copy(tailMagic.begin(), tailMagic.end(), out.begin() + 40);
    return out;
}

bool looksLikeRecording(ByteView start)
{
    return startsWith(start, fileMagic);
}

std::optional<FileHeader> parseFileHeader(ByteView bytes)
{
    if (bytes.size() < fileHeaderBytes || !looksLikeRecording(bytes) ||
        loadLittle<std::uint32_t>(bytes.data() + 60) != crc32c(bytes.first(60)))
        return std::nullopt;
    FileHeader header;
    header.major = loadLittle<std::uint16_t>(bytes.data() + 8);
    header.minor = loadLittle<std::uint16_t>(bytes.data() + 10);
    std::copy_n(bytes.begin() + 16, 16, header.uuid.begin());
    header.createdUtc = loadLittle<std::int64_t>(bytes.data() + 32);
    header.segment = loadLittle<std::uint32_t>(bytes.data() + 40);
    header.firstSequence = loadLittle<std::uint32_t>(bytes.data() + 44);
    return header;
}

namespace {

std::optional<ChunkHeader> parseVersionOne(ByteView bytes, const Uuid& uuid)
{
    if (!startsWith(bytes, syncPatternOne))
        return std::nullopt;
    const std::uint8_t* p = bytes.data();
    if (loadLittle<std::uint32_t>(p + 8) != crc32c(bytes.subspan(12, chunkHeaderBytes(1) - 12), crc32c(uuid)))
        return std::nullopt;
    ChunkHeader header;
    header.payloadSum = loadLittle<std::uint32_t>(p + 12);
    header.sequence = loadLittle<std::uint64_t>(p + 16);
    header.t0 = loadLittle<std::int64_t>(p + 24);
    header.t1 = loadLittle<std::int64_t>(p + 32);
    header.count = loadLittle<std::uint32_t>(p + 40);
    header.rawLength = loadLittle<std::uint32_t>(p + 44);
    header.storedLength = loadLittle<std::uint32_t>(p + 48);
    header.streamType = loadLittle<std::uint16_t>(p + 52);
    if (header.streamType == footerTypeOne)
        header.streamType = footerStreamType;
    else if (header.streamType >= indexStreamType)
        return std::nullopt; // version 1 knows no such stream
    header.streamId = loadLittle<std::uint16_t>(p + 54);
    header.group = loadLittle<std::uint32_t>(p + 56);
    header.idMin = loadLittle<std::uint32_t>(p + 60);
    header.idMax = loadLittle<std::uint32_t>(p + 64);
    header.codec = p[68];
    header.layoutVersion = p[70];
    header.aux = loadLittle<std::uint64_t>(p + 72);
    return header;
}

std::optional<ChunkHeader> parseVersionTwo(ByteView bytes, const Uuid& uuid)
{
    if (!startsWith(bytes, syncPattern))
        return std::nullopt;
    const std::uint8_t* p = bytes.data();
    if (loadLittle<std::uint32_t>(p + 4) != crc32c(bytes.subspan(8, chunkHeaderBytes(2) - 8), crc32c(uuid)))
        return std::nullopt;
    ChunkHeader header;
    header.payloadSum = loadLittle<std::uint64_t>(p + 8);
    header.sequence = loadLittle<std::uint32_t>(p + 16);
    header.count = loadLittle<std::uint32_t>(p + 20);
    header.t0 = loadLittle<std::int64_t>(p + 24);
    header.t1 = loadLittle<std::int64_t>(p + 32);
    header.storedLength = loadLittle<std::uint32_t>(p + 40);
    header.rawLength = loadLittle<std::uint32_t>(p + 44);
    header.idMin = loadLittle<std::uint32_t>(p + 48);
    header.idMax = loadLittle<std::uint32_t>(p + 52);
    header.aux = loadLittle<std::uint32_t>(p + 56);
    header.streamType = p[60] & (groupBit - 1);
    header.startsGroup = (p[60] & groupBit) != 0;
    header.codec = p[61] & 15;
    header.layoutVersion = p[61] >> 4;
    header.streamId = loadLittle<std::uint16_t>(p + 62);
    return header;
}

} // namespace

std::optional<ChunkHeader> parseChunkHeader(ByteView bytes, const Uuid& uuid, std::uint16_t major)
{
    if (bytes.size() < chunkHeaderBytes(major))
        return std::nullopt;
    const auto header = major == 1 ? parseVersionOne(bytes, uuid) : parseVersionTwo(bytes, uuid);
    if (!header || header->rawLength > maxPayloadBytes || header->storedLength > maxPayloadBytes ||
        !lengthsArePossible(header->codec, header->storedLength, header->rawLength))
        return std::nullopt;
    return header;
}

std::optional<Tail> parseTail(ByteView bytes)
{
    if (bytes.size() < tailBytes || !startsWith(bytes.subspan(40), tailMagic) ||
        loadLittle<std::uint32_t>(bytes.data() + 36) != crc32c(bytes.first(36)))
        return std::nullopt;
    Tail tail;
    tail.footerOffset = loadLittle<std::uint64_t>(bytes.data());
    tail.footerLength = loadLittle<std::uint64_t>(bytes.data() + 8);
    std::copy_n(bytes.begin() + 16, 16, tail.uuid.begin());
    return tail;
}

std::uint64_t payloadChecksum(ByteView stored, const Uuid& uuid, std::uint64_t sequence, std::uint16_t major)
{
    if (major == 1) {
        std::array<std::uint8_t, 8> place{};
        storeLittle(place.data(), sequence);
        return crc32c(stored, crc32c(place, crc32c(uuid)));
    }
#if defined(BNOF_WITH_XXHASH)
    const std::uint64_t seed =
        loadLittle<std::uint64_t>(uuid.data()) ^ loadLittle<std::uint64_t>(uuid.data() + 8) ^ (sequence * golden);
    return XXH3_64bits_withSeed(stored.data(), stored.size(), seed);
#else
    return 0; // checkVersion() has refused
#endif
}

} // namespace bnof::storage
