// SPDX-License-Identifier: GPL-3.0-or-later
// Four neurons at a time. Every 64-bit ARM processor has these instructions, fused multiply-add included.
#if defined(__aarch64__)

#include <arm_neon.h>

#include "engine/snn/kernels_impl.h"

namespace bnof::snn {
namespace {

struct Neon {
    static constexpr std::uint32_t width = 4;
    static constexpr std::uint32_t interleave = 2;
    using Float = float32x4_t;
    using Int = int32x4_t;
    using Mask = uint32x4_t; ///< all bits of a lane set or clear

    static Float load(const float* p) { return vld1q_f32(p); }
    static void store(float* p, Float value) { vst1q_f32(p, value); }
    static Float broadcast(float value) { return vdupq_n_f32(value); }
    static Float multiply(Float a, Float b) { return vmulq_f32(a, b); }
    static Float add(Float a, Float b) { return vaddq_f32(a, b); }
    static Float minimum(Float a, Float b) { return vminq_f32(a, b); }
    static Float subtract(Float a, Float b) { return vsubq_f32(a, b); }
    static Float fusedMultiplyAdd(Float a, Float b, Float c) { return vfmaq_f32(c, a, b); }
    static Float toFloat(Int value) { return vcvtq_f32_s32(value); }

    static Int load(const std::int32_t* p) { return vld1q_s32(p); }
    static void store(std::int32_t* p, Int value) { vst1q_s32(p, value); }
    static Int broadcast(std::int32_t value) { return vdupq_n_s32(value); }
    static Int add(Int a, Int b) { return vaddq_s32(a, b); }
    static Int loadBytes(const std::uint8_t* p)
    {
        std::uint32_t four = 0;
        __builtin_memcpy(&four, p, sizeof four);
        const uint16x8_t wide = vmovl_u8(vcreate_u8(four));
        return vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(wide)));
    }
    static void clearBytes(std::uint8_t* p) { __builtin_memset(p, 0, 4); }
    static Int loadCount(const std::uint16_t* p) { return vreinterpretq_s32_u32(vmovl_u16(vld1_u16(p))); }
    static void storeCount(std::uint16_t* p, Int value) { vst1_u16(p, vmovn_u32(vreinterpretq_u32_s32(value))); }
    static Int loadSmallWeights(const std::int8_t* p)
    {
        std::uint32_t four = 0;
        __builtin_memcpy(&four, p, sizeof four);
        return vmovl_s16(vget_low_s16(vmovl_s8(vcreate_s8(four))));
    }
    static Int loadWeights(const std::int16_t* p) { return vmovl_s16(vld1_s16(p)); }
    static Int addWhere(Mask mask, Int value, Int addend)
    {
        return vaddq_s32(value, vandq_s32(vreinterpretq_s32_u32(mask), addend));
    }
    static Int decrementWhere(Mask mask, Int value) { return vaddq_s32(value, vreinterpretq_s32_u32(mask)); }

    static Mask greaterEqual(Float a, Float b) { return vcgeq_f32(a, b); }
    static Mask positive(Int value) { return vcgtzq_s32(value); }
    static Mask either(Mask a, Mask b) { return vorrq_u32(a, b); }
    static Mask butNot(Mask a, Mask b) { return vbicq_u32(a, b); }
    static Mask differ(Int a, Int b) { return vmvnq_u32(vceqq_s32(a, b)); }
    static Mask differ(Float a, Float b) { return differ(vreinterpretq_s32_f32(a), vreinterpretq_s32_f32(b)); }
    static Float keepWhere(Mask mask, Float value)
    {
        return vreinterpretq_f32_u32(vandq_u32(mask, vreinterpretq_u32_f32(value)));
    }
    static Float select(Mask mask, Float yes, Float no) { return vbslq_f32(mask, yes, no); }
    static std::uint32_t bits(Mask mask)
    {
        constexpr uint32x4_t weights = {1, 2, 4, 8};
        return vaddvq_u32(vandq_u32(mask, weights));
    }

    static Int broadcastBits(std::uint32_t value) { return vreinterpretq_s32_u32(vdupq_n_u32(value)); }
    static Int loadBits(const std::uint32_t* p) { return vreinterpretq_s32_u32(vld1q_u32(p)); }
    static Int ascending(std::uint32_t first)
    {
        constexpr int32x4_t steps = {0, 1, 2, 3};
        return vaddq_s32(broadcastBits(first), steps);
    }
    static Int exclusiveOr(Int a, Int b) { return veorq_s32(a, b); }
    static Int multiplyLow(Int a, std::uint32_t b) { return vmulq_s32(a, broadcastBits(b)); }
    static Int multiplyHigh(Int a, std::uint32_t b)
    {
        const uint32x4_t factor = vdupq_n_u32(b);
        const uint32x4_t value = vreinterpretq_u32_s32(a);
        const uint64x2_t low = vmull_u32(vget_low_u32(value), vget_low_u32(factor));
        const uint64x2_t high = vmull_high_u32(value, factor);
        return vreinterpretq_s32_u32(vuzp2q_u32(vreinterpretq_u32_u64(low), vreinterpretq_u32_u64(high)));
    }
    static Mask belowUnsigned(Int a, Int b) { return vcltq_u32(vreinterpretq_u32_s32(a), vreinterpretq_u32_s32(b)); }
};

} // namespace

constinit const KernelTable neonKernels = kernelTable<Neon>();

} // namespace bnof::snn

#endif
