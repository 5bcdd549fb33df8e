// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/compute/half.h"

#include <algorithm>
#include <array>
#include <bit>

#include "engine/compute/half_kernels.h"

namespace bnof::compute {
namespace {

bool detectF16c()
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx") != 0 && __builtin_cpu_supports("f16c") != 0;
#else
    return false;
#endif
}

/// `value` shifted right by `shift`, rounded to nearest, ties to even.
std::uint32_t shiftRoundEven(std::uint32_t value, unsigned shift)
{
    const std::uint32_t half = 1U << (shift - 1);
    const std::uint32_t odd = value >> shift & 1U;
    return (value + half - 1U + odd) >> shift;
}

} // namespace

HalfBits halfFromFloat(float value)
{
    constexpr std::uint32_t infinity = 0x7F800000U;
    constexpr std::uint32_t overflow = 0x477FF000U;  // 65520, half-way to the half that does not exist
    constexpr std::uint32_t normal = 0x38800000U;    // 2^-14
    constexpr std::uint32_t underflow = 0x33000000U; // 2^-25, half of the smallest half: ties to zero
    constexpr std::uint32_t rebias = (127U - 15U) << 23;
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<HalfBits>(bits >> 16 & 0x8000U);
    const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
    std::uint32_t half = 0;
    if (magnitude > infinity)
        half = 0x7E00U | (magnitude >> 13 & 0x03FFU);
    else if (magnitude >= overflow)
        half = 0x7C00U;
    else if (magnitude >= normal)
        half = shiftRoundEven(magnitude - rebias, 13);
    else if (magnitude > underflow)
        half = shiftRoundEven((magnitude & 0x7FFFFFU) | 0x800000U, 126U - (magnitude >> 23));
    return static_cast<HalfBits>(sign | half);
}

float floatFromHalf(HalfBits bits)
{
    const std::uint32_t sign = (bits & 0x8000U) << 16;
    const std::uint32_t exponent = bits >> 10 & 0x1FU;
    const std::uint32_t fraction = bits & 0x03FFU;
    std::uint32_t magnitude = 0;
    if (exponent == 0x1FU)
        magnitude = fraction == 0 ? 0x7F800000U : 0x7FC00000U | fraction << 13;
    else if (exponent != 0)
        magnitude = (exponent + 127U - 15U) << 23 | fraction << 13;
    else
        magnitude = std::bit_cast<std::uint32_t>(static_cast<float>(fraction) * 0x1p-24F); // exact
    return std::bit_cast<float>(sign | magnitude);
}

void halvesFromFloats(std::span<const float> values, std::span<HalfBits> halves)
{
    const std::size_t count = std::min(values.size(), halves.size());
    std::size_t i = 0;
#if defined(__x86_64__)
    if (halfConversionIsAccelerated())
        i = halvesFromFloatsF16c(values.data(), halves.data(), count);
#endif
    for (; i < count; ++i)
        halves[i] = halfFromFloat(values[i]);
}

void floatsFromHalves(std::span<const HalfBits> halves, std::span<float> values)
{
    const std::size_t count = std::min(values.size(), halves.size());
    std::size_t i = 0;
#if defined(__x86_64__)
    if (halfConversionIsAccelerated())
        i = floatsFromHalvesF16c(halves.data(), values.data(), count);
#endif
    for (; i < count; ++i)
        values[i] = floatFromHalf(halves[i]);
}

void roundToHalf(std::span<float> values)
{
    std::array<HalfBits, 256> block{};
    for (std::size_t i = 0; i < values.size(); i += block.size()) {
        const std::span<float> part = values.subspan(i, std::min(block.size(), values.size() - i));
        halvesFromFloats(part, block);
        floatsFromHalves(std::span(block).first(part.size()), part);
    }
}

bool halfConversionIsAccelerated()
{
    static const bool accelerated = detectF16c();
    return accelerated;
}

} // namespace bnof::compute
