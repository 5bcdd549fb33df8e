// SPDX-License-Identifier: GPL-3.0-or-later
// Compiled for AVX2 and called only where the processor has it, so nothing here may include or instantiate code that
// other files share.
#if defined(__x86_64__)
#include "engine/storage/bit_packing_avx2.h"

namespace bnof::storage {
namespace {

void unpack(const std::uint8_t* in, const std::uint8_t* end, unsigned width, std::size_t count, std::uint32_t* out)
{
    const std::size_t done = width <= 25 ? unpackEights(in, end, width, count, out) : 0;
    unpackRest(in, end, width, done, count, out);
}

std::uint32_t prefixSum(std::uint32_t* values, std::size_t count, std::uint32_t start)
{
    __m256i carry = _mm256_set1_epi32(static_cast<int>(start));
    const __m256i upper = _mm256_set_epi32(-1, -1, -1, -1, 0, 0, 0, 0);
    std::size_t i = 0;
#pragma GCC unroll 2
    for (; i + 8 <= count; i += 8) {
        __m256i sums = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values + i));
        sums = _mm256_add_epi32(sums, _mm256_slli_si256(sums, 4));
        sums = _mm256_add_epi32(sums, _mm256_slli_si256(sums, 8));
        // The sum of each half, all over it; then those of the other half.
        const __m256i own = _mm256_shuffle_epi32(sums, 0xFF);
        const __m256i other = _mm256_permute2x128_si256(own, own, 1);
        sums = _mm256_add_epi32(sums, _mm256_and_si256(other, upper));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(values + i), _mm256_add_epi32(sums, carry));
        // The chain from step to step is this one addition.
        carry = _mm256_add_epi32(carry, _mm256_add_epi32(own, other));
    }
    auto sum = static_cast<std::uint32_t>(_mm256_cvtsi256_si32(carry));
    for (; i < count; ++i)
        values[i] = sum += values[i];
    return sum;
}

void addOffset(std::uint32_t* values, std::size_t count, std::uint32_t offset)
{
    const __m256i all = _mm256_set1_epi32(static_cast<int>(offset));
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        auto* at = reinterpret_cast<__m256i*>(values + i);
        _mm256_storeu_si256(at, _mm256_add_epi32(_mm256_loadu_si256(at), all));
    }
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
        const __m256i tick = _mm256_set1_epi32(static_cast<int>(firstTick + static_cast<std::uint32_t>(k)));
        const __m256i base = _mm256_set1_epi32(static_cast<int>(firstId - before));
        const std::size_t count = counts[k];
        for (std::size_t j = 0; j < count; j += 8) {
            const __m256i part = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(sums + i + j));
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(outTicks + i + j), tick);
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(outIds + i + j), _mm256_add_epi32(part, base));
        }
        i += count;
        before = i > 0 ? sums[i - 1] : 0;
    }
}

} // namespace

const PackingKernels avx2PackingKernels{"avx2", unpack, prefixSum, addOffset, expandRuns};

} // namespace bnof::storage
#endif
