// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/storage/bytes.h"

namespace bnof::storage {

/// How a chunk's payload is packed. The numbers are in the files: never renumber.
enum class Codec : std::uint8_t {
    None = 0,
    Lz4 = 1,    ///< one LZ4 block, version 1
    Zstd = 2,   ///< one Zstandard frame with its content size (RFC 8878), version 1
    Gzip = 3,   ///< one gzip member (RFC 1952), version 1
    Auto = 255, ///< never in a file: whichever of the others suits the bytes, see packBest()
};

/// "none", "lz4", "zstd", "gzip" or "auto"; an error that lists the names otherwise, or when this build lacks the
/// library.
[[nodiscard]] Result<Codec> codecFromName(std::string_view name);
[[nodiscard]] std::string codecName(std::uint8_t codec);
/// The version of the packing that this program writes.
[[nodiscard]] std::uint8_t codecVersion(Codec codec);

/// Pack `raw`; nothing when packing would not make it smaller, or for Codec::Auto.
[[nodiscard]] std::optional<Bytes> pack(Codec codec, ByteView raw);

struct Packed {
    Codec codec = Codec::None; ///< what was used; None: store the bytes as they are, `bytes` is empty
    Bytes bytes;
};
/// Pack `raw` by `codec`, which may be Auto: then none where LZ4 hardly gains (packed or random bytes), else Zstandard
/// where it gains a tenth on LZ4, else LZ4. Decided on the payload itself, so the same bytes always pack alike.
[[nodiscard]] Packed packBest(Codec codec, ByteView raw);

/// Refuse lengths that no honest packing can have, before any memory is asked for.
[[nodiscard]] bool lengthsArePossible(std::uint8_t codec, std::uint64_t storedLength, std::uint64_t rawLength);
/// Unpack to exactly `rawLength` bytes. Errors: unknown codec or version, bytes that do not unpack.
[[nodiscard]] Result<Bytes> unpack(std::uint8_t codec, std::uint8_t version, ByteView stored, std::uint32_t rawLength);

} // namespace bnof::storage
