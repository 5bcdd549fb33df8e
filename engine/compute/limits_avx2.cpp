// SPDX-License-Identifier: GPL-3.0-or-later
// The measuring loops. Compiled with this instruction set's flags; called only on CPUs that have it.
#if defined(__x86_64__)

#include <immintrin.h>

#include "engine/compute/limits_kernels.h"

namespace bnof::compute {
namespace {

constexpr std::size_t width = 8;

void triad(float* a, const float* b, const float* c, float s, std::size_t size)
{
    const __m256 scale = _mm256_set1_ps(s);
    for (std::size_t i = 0; i < size; i += 2 * width) {
        const __m256 low = _mm256_fmadd_ps(scale, _mm256_loadu_ps(c + i), _mm256_loadu_ps(b + i));
        const __m256 high = _mm256_fmadd_ps(scale, _mm256_loadu_ps(c + i + width), _mm256_loadu_ps(b + i + width));
        _mm256_storeu_ps(a + i, low);
        _mm256_storeu_ps(a + i + width, high);
    }
}

float multiplyAdd(std::uint64_t rounds)
{
    // Two multiply-adds can start in a cycle and each takes four or five: ten chains keep both units busy.
    const __m256 factor = _mm256_set1_ps(0.75F);
    const __m256 term = _mm256_set1_ps(0.25F);
    __m256 x0 = term, x1 = term, x2 = term, x3 = term, x4 = term;
    __m256 x5 = factor, x6 = factor, x7 = factor, x8 = factor, x9 = factor;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        x0 = _mm256_fmadd_ps(x0, factor, term);
        x1 = _mm256_fmadd_ps(x1, factor, term);
        x2 = _mm256_fmadd_ps(x2, factor, term);
        x3 = _mm256_fmadd_ps(x3, factor, term);
        x4 = _mm256_fmadd_ps(x4, factor, term);
        x5 = _mm256_fmadd_ps(x5, factor, term);
        x6 = _mm256_fmadd_ps(x6, factor, term);
        x7 = _mm256_fmadd_ps(x7, factor, term);
        x8 = _mm256_fmadd_ps(x8, factor, term);
        x9 = _mm256_fmadd_ps(x9, factor, term);
    }
    const __m256 low = _mm256_add_ps(_mm256_add_ps(_mm256_add_ps(x0, x1), _mm256_add_ps(x2, x3)), x4);
    const __m256 high = _mm256_add_ps(_mm256_add_ps(_mm256_add_ps(x5, x6), _mm256_add_ps(x7, x8)), x9);
    float lanes[width];
    _mm256_storeu_ps(lanes, _mm256_add_ps(low, high));
    float sum = 0;
    for (const float lane : lanes)
        sum += lane;
    return sum;
}

std::uint64_t lifTick(float* membrane, float* current, std::uint16_t* wait, std::size_t size)
{
    std::uint64_t fired = 0;
    for (std::size_t i = 0; i < size; i += width) {
        const __m256 e = _mm256_mul_ps(_mm256_loadu_ps(current + i), _mm256_set1_ps(lifSynapseDecay));
        _mm256_storeu_ps(current + i, e);
        const __m256 input = _mm256_mul_ps(e, _mm256_set1_ps(lifGain));
        const __m256 v = _mm256_fmadd_ps(_mm256_loadu_ps(membrane + i), _mm256_set1_ps(lifDecay), input);
        const __m128i waiting = _mm_loadu_si128(reinterpret_cast<const __m128i*>(wait + i));
        const __m256i held = _mm256_cmpgt_epi32(_mm256_cvtepu16_epi32(waiting), _mm256_setzero_si256());
        const __m256 above = _mm256_cmp_ps(v, _mm256_set1_ps(lifThreshold), _CMP_GE_OQ);
        const __m256 fires = _mm256_andnot_ps(_mm256_castsi256_ps(held), above);
        _mm256_storeu_ps(membrane + i, _mm256_andnot_ps(_mm256_or_ps(fires, _mm256_castsi256_ps(held)), v));
        __m128i next = _mm_subs_epu16(waiting, _mm_set1_epi16(1));
        if (const int bits = _mm256_movemask_ps(fires); bits != 0) {
            fired += static_cast<unsigned>(__builtin_popcount(static_cast<unsigned>(bits)));
            const __m256i lanes = _mm256_castps_si256(fires);
            const __m128i narrow = _mm_packs_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
            next = _mm_or_si128(next, _mm_and_si128(narrow, _mm_set1_epi16(lifRefractory)));
        }
        _mm_storeu_si128(reinterpret_cast<__m128i*>(wait + i), next);
    }
    return fired;
}

} // namespace

constinit const LimitKernels avx2LimitKernels = {triad, multiplyAdd, 2 * 10 * width, lifTick};

} // namespace bnof::compute

#endif
