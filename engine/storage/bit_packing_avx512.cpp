// SPDX-License-Identifier: GPL-3.0-or-later
// Compiled for AVX-512 (F, BW, VL) and called only where the processor has it; see bit_packing_avx2.cpp.
#if defined(__x86_64__)
#include "engine/storage/bit_packing_avx2.h"

namespace bnof::storage {
namespace {

struct WidePlan {
    alignas(64) std::uint16_t words[32];
    alignas(64) std::uint32_t shift[16];
};

struct WidePlans {
    WidePlan of[18];
    constexpr WidePlans() : of()
    {
        for (unsigned width = 0; width <= 17; ++width) {
            for (unsigned i = 0; i < 16; ++i) {
                const unsigned bit = i * width;
                of[width].words[i * 2] = static_cast<std::uint16_t>(bit / 16);
                of[width].words[i * 2 + 1] = static_cast<std::uint16_t>(bit / 16 + 1);
                of[width].shift[i] = bit % 16;
            }
        }
    }
};

constexpr WidePlans widePlans;

/// Sixteen values a step from one load of 64 bytes: two 16-bit words around every value hold it whole up to
/// 17 bits (15 bits of shift + 17 = 32).
std::size_t unpackSixteens(const std::uint8_t* in, const std::uint8_t* end, unsigned width, std::size_t count,
                           std::uint32_t* out)
{
    const __m512i words = _mm512_load_si512(widePlans.of[width].words);
    const __m512i shift = _mm512_load_si512(widePlans.of[width].shift);
    const __m512i mask = _mm512_set1_epi32(static_cast<int>((1U << width) - 1));
    const auto available = static_cast<std::size_t>(end - in);
    std::size_t steps = count / 16;
    if (available < 64)
        return 0;
    if (width > 0 && steps > (available - 64) / (2 * width) + 1)
        steps = (available - 64) / (2 * width) + 1;
    for (std::size_t k = 0; k < steps; ++k) {
        const __m512i bytes = _mm512_loadu_si512(in + k * 2 * width);
        const __m512i pairs = _mm512_permutexvar_epi16(words, bytes);
        _mm512_storeu_si512(out + k * 16, _mm512_and_si512(_mm512_srlv_epi32(pairs, shift), mask));
    }
    return steps * 16;
}

void unpack(const std::uint8_t* in, const std::uint8_t* end, unsigned width, std::size_t count, std::uint32_t* out)
{
    std::size_t done = width <= 17 ? unpackSixteens(in, end, width, count, out) : 0;
    if (width <= 25)
        done += unpackEights(in + done / 8 * width, end, width, count - done, out + done);
    unpackRest(in, end, width, done, count, out);
}

std::uint32_t prefixSum(std::uint32_t* values, std::size_t count, std::uint32_t start)
{
    const __m512i zero = _mm512_setzero_si512();
    const __m512i last = _mm512_set1_epi32(15);
    __m512i carry = _mm512_set1_epi32(static_cast<int>(start));
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        __m512i sums = _mm512_loadu_si512(values + i);
        sums = _mm512_add_epi32(sums, _mm512_alignr_epi32(sums, zero, 15));
        sums = _mm512_add_epi32(sums, _mm512_alignr_epi32(sums, zero, 14));
        sums = _mm512_add_epi32(sums, _mm512_alignr_epi32(sums, zero, 12));
        sums = _mm512_add_epi32(sums, _mm512_alignr_epi32(sums, zero, 8));
        _mm512_storeu_si512(values + i, _mm512_add_epi32(sums, carry));
        carry = _mm512_add_epi32(carry, _mm512_permutexvar_epi32(last, sums));
    }
    auto sum = static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm512_castsi512_si128(carry)));
    for (; i < count; ++i)
        values[i] = sum += values[i];
    return sum;
}

void addOffset(std::uint32_t* values, std::size_t count, std::uint32_t offset)
{
    const __m512i all = _mm512_set1_epi32(static_cast<int>(offset));
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16)
        _mm512_storeu_si512(values + i, _mm512_add_epi32(_mm512_loadu_si512(values + i), all));
    for (; i < count; ++i)
        values[i] += offset;
}

void expandRuns(const std::uint32_t* sums, const std::uint32_t* counts, std::size_t ticks, std::size_t,
                std::uint32_t firstTick, std::uint32_t firstId, std::uint32_t* outTicks, std::uint32_t* outIds)
{
    // Whole registers are written; what is too much is overwritten by the next tick or lies in the spare room.
    std::uint32_t before = 0;
    std::size_t i = 0;
    for (std::size_t k = 0; k < ticks; ++k) {
        const __m512i tick = _mm512_set1_epi32(static_cast<int>(firstTick + static_cast<std::uint32_t>(k)));
        const __m512i base = _mm512_set1_epi32(static_cast<int>(firstId - before));
        const std::size_t count = counts[k];
        for (std::size_t j = 0; j < count; j += 16) {
            _mm512_storeu_si512(outTicks + i + j, tick);
            _mm512_storeu_si512(outIds + i + j, _mm512_add_epi32(_mm512_loadu_si512(sums + i + j), base));
        }
        i += count;
        before = i > 0 ? sums[i - 1] : 0;
    }
}

} // namespace

const PackingKernels avx512PackingKernels{"avx512", unpack, prefixSum, addOffset, expandRuns};

} // namespace bnof::storage
#endif
