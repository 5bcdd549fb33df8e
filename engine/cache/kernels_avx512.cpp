// SPDX-License-Identifier: GPL-3.0-or-later
// Compiled for AVX-512 (F, BW, VL, VPOPCNTDQ) and called only where the processor has it.
#if defined(__x86_64__)
#include <immintrin.h>

#include "engine/cache/kernel_loops.h"

namespace bnof::cache {
namespace {

/// Four signatures of 128 bits at a time: the distances of a whole step are compared with the bound by one
/// instruction, and only a step that holds a nearer one is looked at in detail.
std::size_t nearest128(const std::uint64_t* signatures, std::size_t count, const std::uint64_t* query,
                       std::uint32_t limit, std::uint32_t* distance)
{
    const __m512i wanted = _mm512_set_epi64(static_cast<long long>(query[1]), static_cast<long long>(query[0]),
                                            static_cast<long long>(query[1]), static_cast<long long>(query[0]),
                                            static_cast<long long>(query[1]), static_cast<long long>(query[0]),
                                            static_cast<long long>(query[1]), static_cast<long long>(query[0]));
    std::size_t best = count;
    std::uint32_t bound = limit + 1;
    std::size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        const __m512i bits = _mm512_popcnt_epi64(_mm512_xor_si512(_mm512_loadu_si512(signatures + i * 2), wanted));
        const __m512i both = _mm512_add_epi64(bits, _mm512_shuffle_epi32(bits, _MM_PERM_BADC));
        if (_mm512_cmplt_epu64_mask(both, _mm512_set1_epi64(bound)) == 0)
            continue;
        alignas(64) std::uint64_t sums[8];
        _mm512_store_si512(sums, both);
        for (std::size_t k = 0; k < 4; ++k) {
            if (sums[k * 2] < bound) {
                bound = static_cast<std::uint32_t>(sums[k * 2]);
                best = i + k;
            }
        }
    }
    std::uint32_t rest = 0;
    if (i < count && bound > 0) {
        const std::size_t at = nearestWords<2>(signatures + i * 2, count - i, query, bound - 1, &rest);
        if (at < count - i) {
            best = i + at;
            bound = rest;
        }
    }
    *distance = bound;
    return best;
}

std::size_t nearestWide(const std::uint64_t* signatures, std::size_t count, std::size_t words,
                        const std::uint64_t* query, std::uint32_t limit, std::uint32_t* distance)
{
    return words == 2 ? nearest128(signatures, count, query, limit, distance)
                      : nearestWords<4>(signatures, count, query, limit, distance);
}

} // namespace

const Kernels avx512Kernels{"avx512", projectLoop, squaredDistanceLoop, nearestWide};

} // namespace bnof::cache
#endif
