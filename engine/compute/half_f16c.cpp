// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/compute/half_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace bnof::compute {

std::size_t halvesFromFloatsF16c(const float* values, std::uint16_t* halves, std::size_t count)
{
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        // The rounding mode is part of the instruction, so the thread's control register has no say.
        const __m128i packed = _mm256_cvtps_ph(_mm256_loadu_ps(values + i), _MM_FROUND_TO_NEAREST_INT);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(halves + i), packed);
    }
    return i;
}

std::size_t floatsFromHalvesF16c(const std::uint16_t* halves, float* values, std::size_t count)
{
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8)
        _mm256_storeu_ps(values + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(halves + i))));
    return i;
}

} // namespace bnof::compute
#endif
