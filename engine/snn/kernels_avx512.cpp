// SPDX-License-Identifier: GPL-3.0-or-later
// Sixteen neurons at a time. Compiled with -mavx512f/bw/dq/vl; called only on CPUs that have all of them.
#if defined(__x86_64__)

#include <immintrin.h>

#include "engine/snn/kernels_impl.h"

namespace bnof::snn {
namespace {

struct Avx512 {
    static constexpr std::uint32_t width = 16;
    static constexpr std::uint32_t interleave = 4;
    using Float = __m512;
    using Int = __m512i;
    using Mask = __mmask16;

    static Float load(const float* p) { return _mm512_loadu_ps(p); }
    static void store(float* p, Float value) { _mm512_storeu_ps(p, value); }
    static Float broadcast(float value) { return _mm512_set1_ps(value); }
    static Float multiply(Float a, Float b) { return _mm512_mul_ps(a, b); }
    static Float add(Float a, Float b) { return _mm512_add_ps(a, b); }
    static Float minimum(Float a, Float b) { return _mm512_min_ps(a, b); }
    static Float subtract(Float a, Float b) { return _mm512_sub_ps(a, b); }
    static Float fusedMultiplyAdd(Float a, Float b, Float c) { return _mm512_fmadd_ps(a, b, c); }
    static Float toFloat(Int value) { return _mm512_cvtepi32_ps(value); }

    static Int load(const std::int32_t* p) { return _mm512_loadu_si512(p); }
    static void store(std::int32_t* p, Int value) { _mm512_storeu_si512(p, value); }
    static Int broadcast(std::int32_t value) { return _mm512_set1_epi32(value); }
    static Int add(Int a, Int b) { return _mm512_add_epi32(a, b); }
    static Int loadBytes(const std::uint8_t* p)
    {
        return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    }
    static void clearBytes(std::uint8_t* p) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm_setzero_si128()); }
    static Int loadCount(const std::uint16_t* p)
    {
        return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    }
    static void storeCount(std::uint16_t* p, Int value)
    {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(value));
    }
    static Int loadSmallWeights(const std::int8_t* p)
    {
        return _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    }
    static Int loadWeights(const std::int16_t* p)
    {
        return _mm512_cvtepi16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    }
    static Int addWhere(Mask mask, Int value, Int addend) { return _mm512_mask_add_epi32(value, mask, value, addend); }
    static Int decrementWhere(Mask mask, Int value)
    {
        return _mm512_mask_sub_epi32(value, mask, value, _mm512_set1_epi32(1));
    }

    static Mask greaterEqual(Float a, Float b) { return _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ); }
    static Mask positive(Int value) { return _mm512_cmpgt_epi32_mask(value, _mm512_setzero_si512()); }
    static Mask either(Mask a, Mask b) { return static_cast<Mask>(a | b); }
    static Mask butNot(Mask a, Mask b) { return static_cast<Mask>(a & ~b); }
    static Mask differ(Int a, Int b) { return _mm512_cmpneq_epi32_mask(a, b); }
    static Mask differ(Float a, Float b) { return differ(_mm512_castps_si512(a), _mm512_castps_si512(b)); }
    static Float keepWhere(Mask mask, Float value) { return _mm512_maskz_mov_ps(mask, value); }
    static Float select(Mask mask, Float yes, Float no) { return _mm512_mask_blend_ps(mask, no, yes); }
    static std::uint32_t bits(Mask mask) { return mask; }

    static Int broadcastBits(std::uint32_t value) { return _mm512_set1_epi32(static_cast<int>(value)); }
    static Int loadBits(const std::uint32_t* p) { return _mm512_loadu_si512(p); }
    static Int ascending(std::uint32_t first)
    {
        return _mm512_add_epi32(broadcastBits(first),
                                _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    }
    static Int exclusiveOr(Int a, Int b) { return _mm512_xor_si512(a, b); }
    static Int multiplyLow(Int a, std::uint32_t b) { return _mm512_mullo_epi32(a, broadcastBits(b)); }
    static Int multiplyHigh(Int a, std::uint32_t b)
    {
        const Int factor = broadcastBits(b);
        const Int even = _mm512_srli_epi64(_mm512_mul_epu32(a, factor), 32);
        const Int odd = _mm512_mul_epu32(_mm512_srli_epi64(a, 32), factor);
        return _mm512_mask_blend_epi32(0xAAAA, even, odd);
    }
    static Mask belowUnsigned(Int a, Int b) { return _mm512_cmplt_epu32_mask(a, b); }
};

} // namespace

constinit const KernelTable avx512Kernels = kernelTable<Avx512>();

} // namespace bnof::snn

#endif
