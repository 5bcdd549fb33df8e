// SPDX-License-Identifier: GPL-3.0-or-later
// Unpacking eight values at a time with 256-bit registers, for the files that are compiled for AVX2 or more: eight
// values of w bits take w whole bytes, the first four begin at bit 0 and the last four at bit 4w. Each half of the
// register loads its sixteen bytes, one byte shuffle puts the four bytes around every value into its lane, a
// variable shift and a mask cut the value out. Good for w <= 25 (7 bits of shift + 25 = 32); wider ones, which real
// data hardly has, are read one by one.
#pragma once

#include <immintrin.h>

#include "engine/storage/bit_packing.h"

namespace bnof::storage {
namespace {

struct UnpackPlan {
    alignas(32) std::uint8_t shuffle[32];
    alignas(32) std::uint32_t shift[8];
};

struct UnpackPlans {
    UnpackPlan of[26];
    constexpr UnpackPlans() : of()
    {
        for (unsigned width = 0; width <= 25; ++width) {
            for (unsigned i = 0; i < 8; ++i) {
                const unsigned bit = i < 4 ? i * width : (width % 2) * 4 + (i - 4) * width;
                for (unsigned byte = 0; byte < 4; ++byte)
                    of[width].shuffle[i * 4 + byte] = static_cast<std::uint8_t>(bit / 8 + byte);
                of[width].shift[i] = bit % 8;
            }
        }
    }
};

constexpr UnpackPlans unpackPlans;

/// Eight values a step while sixteen bytes may be loaded for the second half; returns how many were read.
inline std::size_t unpackEights(const std::uint8_t* in, const std::uint8_t* end, unsigned width, std::size_t count,
                                std::uint32_t* out)
{
    const UnpackPlan& plan = unpackPlans.of[width];
    const __m256i shuffle = _mm256_load_si256(reinterpret_cast<const __m256i*>(plan.shuffle));
    const __m256i shift = _mm256_load_si256(reinterpret_cast<const __m256i*>(plan.shift));
    const __m256i mask = _mm256_set1_epi32(static_cast<int>((1U << width) - 1));
    const std::size_t half = width / 2;
    const auto available = static_cast<std::size_t>(end - in);
    std::size_t steps = count / 8;
    if (available < half + 16)
        return 0;
    if (width > 0 && steps > (available - half - 16) / width + 1)
        steps = (available - half - 16) / width + 1;
#pragma GCC unroll 4
    for (std::size_t k = 0; k < steps; ++k) {
        const std::uint8_t* at = in + k * width;
        __m256i bytes = _mm256_castsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
        bytes = _mm256_inserti128_si256(bytes, _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + half)), 1);
        const __m256i words = _mm256_srlv_epi32(_mm256_shuffle_epi8(bytes, shuffle), shift);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + k * 8), _mm256_and_si256(words, mask));
    }
    return steps * 8;
}

/// What the wide steps left over; `done` values, a multiple of 8, are already there.
inline void unpackRest(const std::uint8_t* in, const std::uint8_t* end, unsigned width, std::size_t done,
                       std::size_t count, std::uint32_t* out)
{
    if (done < count)
        scalarPackingKernels.unpack(in + done / 8 * width, end, width, count - done, out + done);
}

} // namespace
} // namespace bnof::storage
