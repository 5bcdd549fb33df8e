// SPDX-License-Identifier: GPL-3.0-or-later
// The fixed-size parts of a .bnr file: file header, chunk header, tail. FORMAT.md describes every byte.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/storage/bytes.h"

namespace bnof::storage {

using Uuid = std::array<std::uint8_t, 16>;

/// A random (version 4) UUID from the operating system.
[[nodiscard]] Uuid makeUuid();
/// "f81d4fae-7dec-41d0-a765-00a0c91e6bf6"
[[nodiscard]] std::string toString(const Uuid& uuid);
[[nodiscard]] Result<Uuid> uuidFromString(std::string_view text);

inline constexpr std::uint16_t formatMajor = 1; ///< readers refuse a larger one
inline constexpr std::uint16_t formatMinor = 0; ///< readers ignore what a larger one adds
inline constexpr std::size_t fileHeaderBytes = 64;
inline constexpr std::size_t chunkHeaderBytes = 80;
inline constexpr std::size_t tailBytes = 48;
/// Longest payload, packed or not: bounds what a reader ever allocates for one chunk.
inline constexpr std::uint32_t maxPayloadBytes = 64U << 20;
inline constexpr std::array<std::uint8_t, 8> syncPattern{0xB1, 0x0E, 'C', 'h', 0x8F, 0xD7, 0x5A, 0xE3};
/// Stream type of the footer; every other number belongs to the layer above.
inline constexpr std::uint16_t footerStreamType = 0x7FFF;

struct FileHeader {
    std::uint16_t major = formatMajor;
    std::uint16_t minor = formatMinor;
    Uuid uuid{};
    std::int64_t createdUtc = 0; ///< nanoseconds since 1970
};

struct ChunkHeader {
    std::uint32_t payloadCrc = 0;
    std::uint64_t sequence = 0; ///< 0, 1, 2 ... through the file
    std::int64_t t0 = 0;        ///< smallest and largest time inside, session nanoseconds
    std::int64_t t1 = 0;
    std::uint32_t count = 0; ///< items
    std::uint32_t rawLength = 0;
    std::uint32_t storedLength = 0;
    std::uint16_t streamType = 0;
    std::uint16_t streamId = 0;
    std::uint32_t group = 0; ///< chunks written together; items of one group interleave
    std::uint32_t idMin = 0; ///< range of neuron ids inside; 0..0 where that means nothing
    std::uint32_t idMax = 0;
    std::uint8_t codec = 0;
    std::uint8_t codecVersion = 0;
    std::uint8_t layoutVersion = 0; ///< of the unpacked payload
    std::uint8_t flags = 0;
    std::uint64_t aux = 0; ///< a second count, by stream type

    bool operator==(const ChunkHeader&) const = default;
};

struct Tail {
    std::uint64_t footerOffset = 0;
    std::uint64_t footerLength = 0; ///< of the whole footer chunk with header and padding
    Uuid uuid{};
};

[[nodiscard]] std::array<std::uint8_t, fileHeaderBytes> encode(const FileHeader& header);
[[nodiscard]] std::array<std::uint8_t, chunkHeaderBytes> encode(const ChunkHeader& header, const Uuid& uuid);
[[nodiscard]] std::array<std::uint8_t, tailBytes> encode(const Tail& tail);

[[nodiscard]] bool looksLikeRecording(ByteView start);
/// Nothing when the magic or the checksum is wrong.
[[nodiscard]] std::optional<FileHeader> parseFileHeader(ByteView bytes);
/// Nothing when sync pattern or checksum are wrong, or a length is beyond every limit.
[[nodiscard]] std::optional<ChunkHeader> parseChunkHeader(ByteView bytes, const Uuid& uuid);
[[nodiscard]] std::optional<Tail> parseTail(ByteView bytes);

/// Checksum of a stored payload, chained with the file's uuid and the chunk's place in the file: a block
/// that was written for another file, or for another place in this one, does not match.
[[nodiscard]] std::uint32_t payloadChecksum(ByteView stored, const Uuid& uuid, std::uint64_t sequence);

/// Chunks start on multiples of eight.
[[nodiscard]] constexpr std::uint64_t padded(std::uint64_t length)
{
    return (length + 7) & ~std::uint64_t{7};
}

} // namespace bnof::storage
