// SPDX-License-Identifier: GPL-3.0-or-later
// IEEE 754 binary16 ("half"), the storage form of fp16 weights. Only conversions: nothing computes in half.
#pragma once

#include <cstdint>
#include <span>

namespace bnof::compute {

/// The bits of a binary16 number: 1 sign, 5 exponent and 10 fraction bits (IEEE 754-2008, 3.6).
using HalfBits = std::uint16_t;

constexpr float largestHalf = 65504.0F;
constexpr float smallestNormalHalf = 0x1p-14F;

/// Nearest half, ties to even, whatever the thread's rounding mode. Subnormal halves are kept; a magnitude of
/// 65520 or more becomes infinity, one of 2^-25 or less becomes zero with its sign. A NaN stays a NaN: its sign
/// and the ten highest fraction bits are kept and the quiet bit is set, which is what F16C does.
[[nodiscard]] HalfBits halfFromFloat(float value);

/// Exact: every half is a float. A NaN keeps its sign and fraction bits and comes out quiet.
[[nodiscard]] float floatFromHalf(HalfBits bits);

/// The same conversions for arrays of equal length (the shorter one decides otherwise), by F16C where this CPU
/// has it. Bits are the same on every path.
void halvesFromFloats(std::span<const float> values, std::span<HalfBits> halves);
void floatsFromHalves(std::span<const HalfBits> halves, std::span<float> values);

/// Rounds every value to the nearest half in place.
void roundToHalf(std::span<float> values);

/// Whether the array functions run on F16C instructions on this CPU.
[[nodiscard]] bool halfConversionIsAccelerated();

} // namespace bnof::compute
