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

inline constexpr std::uint16_t formatMajor = 2; ///< readers refuse a larger one
inline constexpr std::uint16_t formatMinor = 0; ///< readers ignore what a larger one adds
inline constexpr std::size_t fileHeaderBytes = 64;
/// Length of a chunk's header in a file of this major version.
[[nodiscard]] constexpr std::size_t chunkHeaderBytes(std::uint16_t major)
{
    return major == 1 ? 80 : 64;
}
inline constexpr std::size_t tailBytes = 48;
/// Longest payload, packed or not: bounds what a reader ever allocates for one chunk.
inline constexpr std::uint32_t maxPayloadBytes = 64U << 20;
/// What a chunk begins with; version 1 has four more bytes behind it.
inline constexpr std::array<std::uint8_t, 4> syncPattern{0xB1, 0x0E, 'C', 'h'};
/// Stream types of the footer and of index pages; every other number belongs to the layer above.
inline constexpr std::uint16_t footerStreamType = 0x7F;
inline constexpr std::uint16_t indexStreamType = 0x7E;

struct FileHeader {
    std::uint16_t major = formatMajor;
    std::uint16_t minor = formatMinor;
    Uuid uuid{};
    std::int64_t createdUtc = 0;     ///< nanoseconds since 1970
    std::uint32_t segment = 0;       ///< number of this file in its recording
    std::uint32_t firstSequence = 0; ///< of this file's first chunk
};

struct ChunkHeader {
    std::uint64_t payloadSum = 0; ///< see payloadChecksum()
    std::uint64_t sequence = 0;   ///< 0, 1, 2 ... through the recording
    std::int64_t t0 = 0;          ///< smallest and largest time inside, session nanoseconds
    std::int64_t t1 = 0;
    std::uint32_t count = 0; ///< items
    std::uint32_t rawLength = 0;
    std::uint32_t storedLength = 0;
    std::uint16_t streamType = 0;
    std::uint16_t streamId = 0;
    bool startsGroup = false;
    /// Chunks written together; items of one group interleave. Version 2 stores startsGroup only: ChunkReader::next()
    /// fills this in with the sequence of the group's first chunk.
    std::uint32_t group = 0;
    std::uint32_t idMin = 0; ///< range of neuron ids inside; 0..0 where that means nothing
    std::uint32_t idMax = 0;
    std::uint8_t codec = 0;
    std::uint8_t layoutVersion = 0; ///< of the unpacked payload
    std::uint64_t aux = 0;          ///< a second count, by stream type

    bool operator==(const ChunkHeader&) const = default;
};

struct Tail {
    std::uint64_t footerOffset = 0;
    std::uint64_t footerLength = 0; ///< of the whole footer chunk with header and padding
    Uuid uuid{};
};

[[nodiscard]] std::array<std::uint8_t, fileHeaderBytes> encode(const FileHeader& header);
/// The 64 bytes of version 2, in which everything is written.
[[nodiscard]] std::array<std::uint8_t, 64> encode(const ChunkHeader& header, const Uuid& uuid);
[[nodiscard]] std::array<std::uint8_t, tailBytes> encode(const Tail& tail);

/// This program can read and write files of this major version. `name` is the file, for the error.
[[nodiscard]] Result<void> checkVersion(std::uint16_t major, const std::string& name);
[[nodiscard]] bool looksLikeRecording(ByteView start);
/// Nothing when the magic or the checksum is wrong.
[[nodiscard]] std::optional<FileHeader> parseFileHeader(ByteView bytes);
/// Nothing when sync pattern or checksum are wrong, or a length is beyond every limit.
[[nodiscard]] std::optional<ChunkHeader> parseChunkHeader(ByteView bytes, const Uuid& uuid, std::uint16_t major);
[[nodiscard]] std::optional<Tail> parseTail(ByteView bytes);

/// Checksum of a stored payload, chained with the file's uuid and the chunk's place in the file: a block
/// that was written for another file, or for another place in this one, does not match.
[[nodiscard]] std::uint64_t payloadChecksum(ByteView stored, const Uuid& uuid, std::uint64_t sequence,
                                            std::uint16_t major = formatMajor);

/// Chunks start on multiples of eight.
[[nodiscard]] constexpr std::uint64_t padded(std::uint64_t length)
{
    return (length + 7) & ~std::uint64_t{7};
}

} // namespace bnof::storage
