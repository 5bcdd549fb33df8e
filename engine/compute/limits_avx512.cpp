// SPDX-License-Identifier: GPL-3.0-or-later
// The measuring loops. Compiled with this instruction set's flags; called only on CPUs that have it.
#if defined(__x86_64__)

#include <immintrin.h>

#include "engine/compute/limits_kernels.h"

namespace bnof::compute {
namespace {

constexpr std::size_t width = 16;

void triad(float* a, const float* b, const float* c, float s, std::size_t size)
{
    const __m512 scale = _mm512_set1_ps(s);
    for (std::size_t i = 0; i < size; i += 2 * width) {
        const __m512 low = _mm512_fmadd_ps(scale, _mm512_loadu_ps(c + i), _mm512_loadu_ps(b + i));
        const __m512 high = _mm512_fmadd_ps(scale, _mm512_loadu_ps(c + i + width), _mm512_loadu_ps(b + i + width));
        _mm512_storeu_ps(a + i, low);
        _mm512_storeu_ps(a + i + width, high);
    }
}

float multiplyAdd(std::uint64_t rounds)
{
    // Two multiply-adds can start in a cycle and each takes four or five: ten chains keep both units busy.
    const __m512 factor = _mm512_set1_ps(0.75F);
    const __m512 term = _mm512_set1_ps(0.25F);
    __m512 x0 = term, x1 = term, x2 = term, x3 = term, x4 = term;
    __m512 x5 = factor, x6 = factor, x7 = factor, x8 = factor, x9 = factor;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        x0 = _mm512_fmadd_ps(x0, factor, term);
        x1 = _mm512_fmadd_ps(x1, factor, term);
        x2 = _mm512_fmadd_ps(x2, factor, term);
        x3 = _mm512_fmadd_ps(x3, factor, term);
        x4 = _mm512_fmadd_ps(x4, factor, term);
        x5 = _mm512_fmadd_ps(x5, factor, term);
        x6 = _mm512_fmadd_ps(x6, factor, term);
        x7 = _mm512_fmadd_ps(x7, factor, term);
        x8 = _mm512_fmadd_ps(x8, factor, term);
        x9 = _mm512_fmadd_ps(x9, factor, term);
    }
    const __m512 low = _mm512_add_ps(_mm512_add_ps(_mm512_add_ps(x0, x1), _mm512_add_ps(x2, x3)), x4);
    const __m512 high = _mm512_add_ps(_mm512_add_ps(_mm512_add_ps(x5, x6), _mm512_add_ps(x7, x8)), x9);
    float lanes[width];
    _mm512_storeu_ps(lanes, _mm512_add_ps(low, high));
    float sum = 0;
    for (const float lane : lanes)
        sum += lane;
    return sum;
}

std::uint64_t lifTick(float* membrane, float* current, std::uint16_t* wait, std::size_t size)
{
    std::uint64_t fired = 0;
    for (std::size_t i = 0; i < size; i += width) {
        const __m512 e = _mm512_mul_ps(_mm512_loadu_ps(current + i), _mm512_set1_ps(lifSynapseDecay));
        _mm512_storeu_ps(current + i, e);
        const __m512 input = _mm512_mul_ps(e, _mm512_set1_ps(lifGain));
        const __m512 v = _mm512_fmadd_ps(_mm512_loadu_ps(membrane + i), _mm512_set1_ps(lifDecay), input);
        const __m256i waiting = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(wait + i));
        const __mmask16 held = _mm512_test_epi32_mask(_mm512_cvtepu16_epi32(waiting), _mm512_set1_epi32(-1));
        const __mmask16 above = _mm512_cmp_ps_mask(v, _mm512_set1_ps(lifThreshold), _CMP_GE_OQ);
        const auto fires = static_cast<__mmask16>(above & ~held);
        _mm512_storeu_ps(membrane + i, _mm512_maskz_mov_ps(static_cast<__mmask16>(~(fires | held)), v));
        __m256i next = _mm256_subs_epu16(waiting, _mm256_set1_epi16(1));
        if (fires != 0) {
            fired += static_cast<unsigned>(__builtin_popcount(fires));
            const __m512i refractory = _mm512_maskz_set1_epi32(fires, lifRefractory);
            next = _mm256_or_si256(next, _mm512_cvtepi32_epi16(refractory));
        }
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(wait + i), next);
    }
    return fired;
}

} // namespace

constinit const LimitKernels avx512LimitKernels = {triad, multiplyAdd, 2 * 10 * width, lifTick};

} // namespace bnof::compute

#endif
