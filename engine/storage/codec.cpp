// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/storage/codec.h"

#ifdef BNOF_WITH_LZ4
#include <lz4.h>
#endif

namespace bnof::storage {
namespace {

#ifndef BNOF_WITH_LZ4
Error withoutLz4()
{
    return makeError(ErrorKind::Usage, "this build has no lz4 support", {},
                     "Install liblz4-dev and build again, or use the codec \"none\".");
}
#endif

} // namespace

Result<Codec> codecFromName(std::string_view name)
{
    if (name == "none")
        return Codec::None;
    if (name == "lz4") {
#ifdef BNOF_WITH_LZ4
        return Codec::Lz4;
#else
        return withoutLz4();
#endif
    }
    return makeError(ErrorKind::Usage, "there is no codec \"" + std::string(name) + "\"", {},
                     "Use \"none\" or \"lz4\".");
}

std::string codecName(std::uint8_t codec)
{
    switch (codec) {
    case 0: return "none";
    case 1: return "lz4";
    default: return "codec " + std::to_string(codec);
    }
}

std::uint8_t codecVersion(Codec codec)
{
    return codec == Codec::None ? 0 : 1;
}

std::optional<Bytes> pack(Codec codec, ByteView raw)
{
#ifdef BNOF_WITH_LZ4
    if (codec == Codec::Lz4 && raw.size() > 16 && raw.size() <= LZ4_MAX_INPUT_SIZE) {
        Bytes packed(raw.size() - 1);
        const int length =
            LZ4_compress_default(reinterpret_cast<const char*>(raw.data()), reinterpret_cast<char*>(packed.data()),
                                 static_cast<int>(raw.size()), static_cast<int>(packed.size()));
        if (length > 0) {
            packed.resize(static_cast<std::size_t>(length));
            return packed;
        }
    }
#else
    static_cast<void>(codec);
    static_cast<void>(raw);
#endif
    return std::nullopt;
}

bool lengthsArePossible(std::uint8_t codec, std::uint64_t storedLength, std::uint64_t rawLength)
{
    switch (codec) {
    case static_cast<std::uint8_t>(Codec::None): return storedLength == rawLength;
    // A length byte of an LZ4 block adds at most 255 bytes of output.
    case static_cast<std::uint8_t>(Codec::Lz4): return rawLength <= storedLength * 255 + 64;
    default: return true;
    }
}

Result<Bytes> unpack(std::uint8_t codec, std::uint8_t version, ByteView stored, std::uint32_t rawLength)
{
    const bool known = (codec == 0 && version == 0) || (codec == 1 && version == 1);
    if (!known)
        return makeError(ErrorKind::BadInput,
                         "it is packed with " + codecName(codec) + " version " + std::to_string(version) +
                             ", which this program does not know",
                         {}, "Use a newer version of the program.");
    if (!lengthsArePossible(codec, stored.size(), rawLength))
        return makeError(ErrorKind::BadInput, "its stated length is impossible");
    if (codec == 0)
        return Bytes(stored.begin(), stored.end());
#ifdef BNOF_WITH_LZ4
    Bytes raw(rawLength);
    const int length =
        LZ4_decompress_safe(reinterpret_cast<const char*>(stored.data()), reinterpret_cast<char*>(raw.data()),
                            static_cast<int>(stored.size()), static_cast<int>(rawLength));
    if (length < 0 || static_cast<std::uint32_t>(length) != rawLength)
        return makeError(ErrorKind::BadInput, "its packed bytes do not unpack");
    return raw;
#else
    return withoutLz4();
#endif
}

} // namespace bnof::storage
