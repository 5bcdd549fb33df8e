// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/storage/codec.h"

#include <array>

#ifdef BNOF_WITH_LZ4
#include <lz4.h>
#endif
#ifdef BNOF_WITH_ZSTD
#include <zstd.h>
#endif
#ifdef BNOF_WITH_GZIP
#include <zlib.h>
#endif

namespace bnof::storage {
namespace {

/// Shorter payloads are not worth a codec's own overhead.
constexpr std::size_t shortest = 17;

#ifdef BNOF_WITH_LZ4
std::optional<Bytes> packLz4(ByteView raw)
{
    if (raw.size() > LZ4_MAX_INPUT_SIZE)
        return std::nullopt;
    Bytes packed(raw.size() - 1);
    const int length =
        LZ4_compress_default(reinterpret_cast<const char*>(raw.data()), reinterpret_cast<char*>(packed.data()),
                             static_cast<int>(raw.size()), static_cast<int>(packed.size()));
    if (length <= 0)
        return std::nullopt;
    packed.resize(static_cast<std::size_t>(length));
    return packed;
}
bool unpackLz4(ByteView stored, Bytes& raw)
{
    const int length =
        LZ4_decompress_safe(reinterpret_cast<const char*>(stored.data()), reinterpret_cast<char*>(raw.data()),
                            static_cast<int>(stored.size()), static_cast<int>(raw.size()));
    return length >= 0 && static_cast<std::size_t>(length) == raw.size();
}
#endif

#ifdef BNOF_WITH_ZSTD
std::optional<Bytes> packZstd(ByteView raw)
{
    constexpr int level = 3; // higher ones gain a few per cent for several times the time
    Bytes packed(raw.size() - 1);
    const std::size_t length = ZSTD_compress(packed.data(), packed.size(), raw.data(), raw.size(), level);
    if (ZSTD_isError(length) != 0U)
        return std::nullopt;
    packed.resize(length);
    return packed;
}
bool unpackZstd(ByteView stored, Bytes& raw)
{
    return ZSTD_decompress(raw.data(), raw.size(), stored.data(), stored.size()) == raw.size();
}
#endif

#ifdef BNOF_WITH_GZIP
constexpr int gzipWindow = 15 + 16; // largest window, gzip header

std::optional<Bytes> packGzip(ByteView raw)
{
    z_stream stream{};
    if (raw.size() > UINT32_MAX || deflateInit2(&stream, 6, Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return std::nullopt;
    Bytes packed(raw.size() - 1);
    stream.next_in = const_cast<Bytef*>(raw.data()); // zlib's interface forgot the const; it only reads
    stream.avail_in = static_cast<uInt>(raw.size());
    stream.next_out = packed.data();
    stream.avail_out = static_cast<uInt>(packed.size());
    const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return done ? std::optional<Bytes>(std::move(packed)) : std::nullopt;
}
bool unpackGzip(ByteView stored, Bytes& raw)
{
    z_stream stream{};
    if (stored.size() > UINT32_MAX || inflateInit2(&stream, gzipWindow) != Z_OK)
        return false;
    std::uint8_t none = 0;
    stream.next_in = const_cast<Bytef*>(stored.data());
    stream.avail_in = static_cast<uInt>(stored.size());
    stream.next_out = raw.empty() ? &none : raw.data();
    stream.avail_out = static_cast<uInt>(raw.size());
    const bool done = inflate(&stream, Z_FINISH) == Z_STREAM_END;
    const bool whole = stream.total_out == raw.size() && stream.avail_in == 0;
    inflateEnd(&stream);
    return done && whole;
}
#endif

/// What this build can do with a codec; null functions: its library was missing.
struct Packer {
    Codec codec;
    const char* name;
    const char* package;
    std::optional<Bytes> (*pack)(ByteView raw);
    bool (*unpack)(ByteView stored, Bytes& raw);
    /// A byte of input gives at most so many bytes of output (beside 64).
    std::uint64_t expansion;
};

constexpr std::array<Packer, 3> packers{{
#ifdef BNOF_WITH_LZ4
    // A length byte of an LZ4 block adds at most 255 bytes of output.
    {Codec::Lz4, "lz4", "liblz4-dev", packLz4, unpackLz4, 255},
#else
    {Codec::Lz4, "lz4", "liblz4-dev", nullptr, nullptr, 255},
#endif
#ifdef BNOF_WITH_ZSTD
    // A block of at most 128 KiB takes at least 4 bytes (RFC 8878, 3.1.1.2).
    {Codec::Zstd, "zstd", "libzstd-dev", packZstd, unpackZstd, 32768},
#else
    {Codec::Zstd, "zstd", "libzstd-dev", nullptr, nullptr, 32768},
#endif
#ifdef BNOF_WITH_GZIP
    // Deflate repeats at most 258 bytes by two bits.
    {Codec::Gzip, "gzip", "zlib1g-dev", packGzip, unpackGzip, 1032},
#else
    {Codec::Gzip, "gzip", "zlib1g-dev", nullptr, nullptr, 1032},
#endif
}};

const Packer* packerOf(std::uint8_t codec)
{
    for (const Packer& packer : packers) {
        if (static_cast<std::uint8_t>(packer.codec) == codec)
            return &packer;
    }
    return nullptr;
}

Error without(const Packer& packer)
{
    return makeError(ErrorKind::Usage, std::string("this build has no ") + packer.name + " support", {},
                     std::string("Install ") + packer.package + " and build again, or use the codec \"none\".");
}

} // namespace

Result<Codec> codecFromName(std::string_view name)
{
    if (name == "none")
        return Codec::None;
    if (name == "auto")
        return Codec::Auto;
    for (const Packer& packer : packers) {
        if (name == packer.name)
            return packer.pack != nullptr ? Result<Codec>(packer.codec) : Result<Codec>(without(packer));
    }
    return makeError(ErrorKind::Usage, "there is no codec \"" + std::string(name) + "\"", {},
                     R"(Use "auto", "none", "lz4", "zstd" or "gzip".)");
}

std::string codecName(std::uint8_t codec)
{
    if (codec == 0)
        return "none";
    if (codec == static_cast<std::uint8_t>(Codec::Auto))
        return "auto";
    const Packer* packer = packerOf(codec);
    return packer != nullptr ? packer->name : "codec " + std::to_string(codec);
}

std::uint8_t codecVersion(Codec codec)
{
    return codec == Codec::None ? 0 : 1;
}

std::optional<Bytes> pack(Codec codec, ByteView raw)
{
    const Packer* packer = packerOf(static_cast<std::uint8_t>(codec));
    if (packer == nullptr || packer->pack == nullptr || raw.size() < shortest)
        return std::nullopt;
    return packer->pack(raw);
}

Packed packBest(Codec codec, ByteView raw)
{
    if (codec != Codec::Auto) {
        auto bytes = pack(codec, raw);
        return bytes ? Packed{codec, std::move(*bytes)} : Packed{};
    }
    const bool hasLz4 = packerOf(static_cast<std::uint8_t>(Codec::Lz4))->pack != nullptr;
    auto fast = pack(Codec::Lz4, raw);
    // What LZ4 cannot shorten by a thirty-second has no repetitions; Zstandard would find little but skewed bytes.
    const bool worthwhile = fast && fast->size() <= raw.size() - raw.size() / 32;
    if (hasLz4 && !worthwhile && raw.size() >= 65536)
        return {};
    auto small = pack(Codec::Zstd, raw);
    if (small && (!fast || small->size() <= fast->size() - fast->size() / 10))
        return {Codec::Zstd, std::move(*small)};
    return fast ? Packed{Codec::Lz4, std::move(*fast)} : Packed{};
}

bool lengthsArePossible(std::uint8_t codec, std::uint64_t storedLength, std::uint64_t rawLength)
{
    if (codec == static_cast<std::uint8_t>(Codec::None))
        return storedLength == rawLength;
    const Packer* packer = packerOf(codec);
    if (packer == nullptr || rawLength <= 64)
        return true;
    return (rawLength - 64 + packer->expansion - 1) / packer->expansion <= storedLength;
}

Result<Bytes> unpack(std::uint8_t codec, std::uint8_t version, ByteView stored, std::uint32_t rawLength)
{
    const Packer* packer = packerOf(codec);
    if ((codec != 0 && packer == nullptr) || version != (codec == 0 ? 0 : 1))
        return makeError(ErrorKind::BadInput,
                         "it is packed with " + codecName(codec) + " version " + std::to_string(version) +
                             ", which this program does not know",
                         {}, "Use a newer version of the program.");
    if (!lengthsArePossible(codec, stored.size(), rawLength))
        return makeError(ErrorKind::BadInput, "its stated length is impossible");
    if (codec == 0)
        return Bytes(stored.begin(), stored.end());
    if (packer->unpack == nullptr)
        return without(*packer);
    Bytes raw(rawLength);
    if (!packer->unpack(stored, raw))
        return makeError(ErrorKind::BadInput, "its packed bytes do not unpack");
    return raw;
}

} // namespace bnof::storage
