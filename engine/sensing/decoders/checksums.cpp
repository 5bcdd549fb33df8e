// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/decoders/checksums.h"

#include <zlib.h>

namespace bnof::sensing {
namespace {

std::uint32_t reflectedCrc16(Bytes bytes)
{
    std::uint32_t crc = 0xFFFF;
    for (const std::uint8_t byte : bytes) {
        crc ^= byte;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1;
    }
    return crc;
}

/// Highest bit first, of `width` bits.
std::uint32_t plainCrc(Bytes bytes, std::uint32_t polynomial, std::uint32_t initial, unsigned width)
{
    const std::uint32_t top = 1U << (width - 1);
    const std::uint32_t all = (top << 1) - 1;
    std::uint32_t crc = initial;
    for (const std::uint8_t byte : bytes) {
        crc ^= std::uint32_t{byte} << (width - 8);
        for (int bit = 0; bit < 8; ++bit)
            crc = ((crc & top) != 0 ? crc << 1 ^ polynomial : crc << 1) & all;
    }
    return crc;
}

} // namespace

std::uint32_t checksumOf(DecoderDescription::Checksum kind, Bytes bytes)
{
    using Checksum = DecoderDescription::Checksum;
    switch (kind) {
    case Checksum::Sum8: return sumOfBytes(bytes) & 0xFF;
    case Checksum::Sum8Negated: return (0x100 - (sumOfBytes(bytes) & 0xFF)) & 0xFF;
    case Checksum::Sum8Inverted: return 0xFF - (sumOfBytes(bytes) & 0xFF);
    case Checksum::Sum16: return sumOfBytes(bytes) & 0xFFFF;
    case Checksum::Crc8: return plainCrc(bytes, 0x31, 0xFF, 8);
    case Checksum::Crc16Modbus: return reflectedCrc16(bytes);
    case Checksum::Crc16Ccitt: return plainCrc(bytes, 0x1021, 0xFFFF, 16);
    case Checksum::Crc32:
        return static_cast<std::uint32_t>(::crc32(0, bytes.data(), static_cast<unsigned>(bytes.size())));
    case Checksum::Xor8: {
        std::uint8_t all = 0;
        for (const std::uint8_t byte : bytes)
            all ^= byte;
        return all;
    }
    case Checksum::None:
    case Checksum::Nmea: break;
    }
    return 0;
}

} // namespace bnof::sensing
