// SPDX-License-Identifier: GPL-3.0-or-later
// Eight neurons at a time. Compiled with -mavx2 -mfma; called only on CPUs that have both.
#if defined(__x86_64__)

#include <immintrin.h>

#include "engine/snn/kernels_impl.h"

namespace bnof::snn {
namespace {

struct Avx2 {
    static constexpr std::uint32_t width = 8;
    static constexpr std::uint32_t interleave = 2;
    using Float = __m256;
    using Int = __m256i;
    using Mask = __m256; ///< all bits of a lane set or clear

    static Float load(const float* p) { return _mm256_loadu_ps(p); }
    static void store(float* p, Float value) { _mm256_storeu_ps(p, value); }
    static Float broadcast(float value) { return _mm256_set1_ps(value); }
    static Float multiply(Float a, Float b) { return _mm256_mul_ps(a, b); }
    static Float add(Float a, Float b) { return _mm256_add_ps(a, b); }
    static Float minimum(Float a, Float b) { return _mm256_min_ps(a, b); }
    static Float subtract(Float a, Float b) { return _mm256_sub_ps(a, b); }
    static Float fusedMultiplyAdd(Float a, Float b, Float c) { return _mm256_fmadd_ps(a, b, c); }
    static Float toFloat(Int value) { return _mm256_cvtepi32_ps(value); }

    static Int load(const std::int32_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
    static void store(std::int32_t* p, Int value) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), value); }
    static Int broadcast(std::int32_t value) { return _mm256_set1_epi32(value); }
    static Int add(Int a, Int b) { return _mm256_add_epi32(a, b); }
    static Int loadBytes(const std::uint8_t* p)
    {
        return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
    }
    static void clearBytes(std::uint8_t* p) { _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_setzero_si128()); }
    static Int loadCount(const std::uint16_t* p)
    {
        return _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    }
    static void storeCount(std::uint16_t* p, Int value) // counts fit 16 bits, so packing never saturates
    {
        const __m128i packed = _mm_packus_epi32(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(p), packed);
    }
    static Int loadSmallWeights(const std::int8_t* p)
    {
        return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
    }
    static Int loadWeights(const std::int16_t* p)
    {
        return _mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    }
    static Int addWhere(Mask mask, Int value, Int addend)
    {
        return _mm256_add_epi32(value, _mm256_and_si256(_mm256_castps_si256(mask), addend));
    }
    static Int decrementWhere(Mask mask, Int value) { return _mm256_add_epi32(value, _mm256_castps_si256(mask)); }

    static Mask greaterEqual(Float a, Float b) { return _mm256_cmp_ps(a, b, _CMP_GE_OQ); }
    static Mask positive(Int value) { return _mm256_castsi256_ps(_mm256_cmpgt_epi32(value, _mm256_setzero_si256())); }
    static Mask either(Mask a, Mask b) { return _mm256_or_ps(a, b); }
    static Mask butNot(Mask a, Mask b) { return _mm256_andnot_ps(b, a); }
    static Mask differ(Int a, Int b)
    {
        return _mm256_castsi256_ps(_mm256_xor_si256(_mm256_cmpeq_epi32(a, b), _mm256_set1_epi32(-1)));
    }
    static Mask differ(Float a, Float b) { return differ(_mm256_castps_si256(a), _mm256_castps_si256(b)); }
    static Float keepWhere(Mask mask, Float value) { return _mm256_and_ps(mask, value); }
    static Float select(Mask mask, Float yes, Float no) { return _mm256_blendv_ps(no, yes, mask); }
    static std::uint32_t bits(Mask mask) { return static_cast<std::uint32_t>(_mm256_movemask_ps(mask)); }

    static Int broadcastBits(std::uint32_t value) { return _mm256_set1_epi32(static_cast<int>(value)); }
    static Int loadBits(const std::uint32_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
    static Int ascending(std::uint32_t first)
    {
        return _mm256_add_epi32(broadcastBits(first), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    }
    static Int exclusiveOr(Int a, Int b) { return _mm256_xor_si256(a, b); }
    static Int multiplyLow(Int a, std::uint32_t b) { return _mm256_mullo_epi32(a, broadcastBits(b)); }
    static Int multiplyHigh(Int a, std::uint32_t b)
    {
        const Int factor = broadcastBits(b);
        const Int even = _mm256_srli_epi64(_mm256_mul_epu32(a, factor), 32);
        const Int odd = _mm256_mul_epu32(_mm256_srli_epi64(a, 32), factor);
        return _mm256_blend_epi32(even, odd, 0xAA);
    }
    static Mask belowUnsigned(Int a, Int b) // there is no unsigned comparison: move both to the signed range
    {
        const Int offset = _mm256_set1_epi32(static_cast<int>(0x80000000U));
        return _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_xor_si256(b, offset), _mm256_xor_si256(a, offset)));
    }
};

} // namespace

constinit const KernelTable avx2Kernels = kernelTable<Avx2>();

} // namespace bnof::snn

#endif
