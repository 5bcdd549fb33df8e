// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/storage/crc32c.h"

#include <array>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace bnof::storage {
namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

// tables[k][b]: the sum of byte b followed by k zero bytes, so that eight bytes are folded at once.
constexpr Tables makeTables()
{
    Tables tables{};
    for (std::uint32_t b = 0; b < 256; ++b) {
        std::uint32_t crc = b;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
        tables[0][b] = crc;
    }
    for (std::size_t k = 1; k < 8; ++k) {
        for (std::size_t b = 0; b < 256; ++b)
            tables[k][b] = (tables[k - 1][b] >> 8) ^ tables[0][tables[k - 1][b] & 0xFFU];
    }
    return tables;
}

constexpr Tables tables = makeTables();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32cSse42(ByteView bytes, std::uint32_t previous)
{
    std::uint64_t crc = ~previous;
    while (bytes.size() >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), 8);
        crc = _mm_crc32_u64(crc, word);
        bytes = bytes.subspan(8);
    }
    auto narrow = static_cast<std::uint32_t>(crc);
    for (const std::uint8_t byte : bytes)
        narrow = _mm_crc32_u8(narrow, byte);
    return ~narrow;
}

bool detect()
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("sse4.2") != 0;
}
#endif

} // namespace

std::uint32_t crc32cPortable(ByteView bytes, std::uint32_t previous)
{
    std::uint32_t crc = ~previous;
    while (bytes.size() >= 8) {
        const std::uint64_t word = loadLittle<std::uint64_t>(bytes.data()) ^ crc;
        std::uint32_t next = 0;
        for (std::size_t i = 0; i < 8; ++i)
            next ^= tables[7 - i][(word >> (8 * i)) & 0xFFU];
        crc = next;
        bytes = bytes.subspan(8);
    }
    for (const std::uint8_t byte : bytes)
        crc = (crc >> 8) ^ tables[0][(crc ^ byte) & 0xFFU];
    return ~crc;
}

bool crc32cIsAccelerated()
{
#if defined(__x86_64__)
    static const bool accelerated = detect();
    return accelerated;
#else
    return false;
#endif
}

std::uint32_t crc32c(ByteView bytes, std::uint32_t previous)
{
#if defined(__x86_64__)
    if (crc32cIsAccelerated())
        return crc32cSse42(bytes, previous);
#endif
    return crc32cPortable(bytes, previous);
}

} // namespace bnof::storage
