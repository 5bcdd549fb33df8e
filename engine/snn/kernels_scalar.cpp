// SPDX-License-Identifier: GPL-3.0-or-later
// The specification: one neuron at a time, in plain C++.
#include "engine/snn/kernels_impl.h"

namespace bnof::snn {
namespace {

struct Scalar {
    static constexpr std::uint32_t width = 1;
    static constexpr std::uint32_t interleave = 1;
    using Float = float;
    using Int = std::int32_t;
    using Mask = bool;

    static Float load(const float* p) { return *p; }
    static void store(float* p, Float value) { *p = value; }
    static Float broadcast(float value) { return value; }
    static Float multiply(Float a, Float b) { return a * b; }
    static Float add(Float a, Float b) { return a + b; }
    static Float minimum(Float a, Float b) { return a < b ? a : b; }
    static Float subtract(Float a, Float b) { return a - b; }
    /// a * b + c rounded once. Without a hardware instruction the C library computes it exactly.
    static Float fusedMultiplyAdd(Float a, Float b, Float c) { return __builtin_fmaf(a, b, c); }
    static Float toFloat(Int value) { return static_cast<float>(value); }

    static Int load(const std::int32_t* p) { return *p; }
    static void store(std::int32_t* p, Int value) { *p = value; }
    static Int broadcast(std::int32_t value) { return value; }
    static Int add(Int a, Int b)
    {
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
    }
    static Int loadBytes(const std::uint8_t* p) { return *p; }
    static void clearBytes(std::uint8_t* p) { *p = 0; }
    static Int loadCount(const std::uint16_t* p) { return *p; }
    static void storeCount(std::uint16_t* p, Int value) { *p = static_cast<std::uint16_t>(value); }
    static Int loadSmallWeights(const std::int8_t* p) { return *p; }
    static Int loadWeights(const std::int16_t* p) { return *p; }
    static Int addWhere(Mask mask, Int value, Int addend) { return mask ? value + addend : value; }
    static Int decrementWhere(Mask mask, Int value) { return mask ? value - 1 : value; }

    static Mask greaterEqual(Float a, Float b) { return a >= b; }
    static Mask positive(Int value) { return value > 0; }
    static Mask either(Mask a, Mask b) { return a || b; }
    static Mask butNot(Mask a, Mask b) { return a && !b; }
    static Mask differ(Float a, Float b)
    {
        return __builtin_bit_cast(std::uint32_t, a) != __builtin_bit_cast(std::uint32_t, b);
    }
    static Mask differ(Int a, Int b) { return a != b; }
    static Float keepWhere(Mask mask, Float value) { return mask ? value : 0.0F; }
    static Float select(Mask mask, Float yes, Float no) { return mask ? yes : no; }
    static std::uint32_t bits(Mask mask) { return mask ? 1U : 0U; }

    static std::uint32_t broadcastBits(std::uint32_t value) { return value; }
    static std::uint32_t loadBits(const std::uint32_t* p) { return *p; }
    static std::uint32_t ascending(std::uint32_t first) { return first; }
    static std::uint32_t exclusiveOr(std::uint32_t a, std::uint32_t b) { return a ^ b; }
    static std::uint32_t multiplyLow(std::uint32_t a, std::uint32_t b) { return a * b; }
    static Int multiplyLow(Int a, std::uint32_t b) { return static_cast<Int>(static_cast<std::uint32_t>(a) * b); }
    static std::uint32_t multiplyHigh(std::uint32_t a, std::uint32_t b)
    {
        return static_cast<std::uint32_t>(std::uint64_t{a} * b >> 32);
    }
    static Mask belowUnsigned(std::uint32_t a, std::uint32_t b) { return a < b; }
};

} // namespace

constinit const KernelTable scalarKernels = kernelTable<Scalar>();

} // namespace bnof::snn
