// SPDX-License-Identifier: GPL-3.0-or-later
// The units of plasticity, which the device code shares with the CPU's: see plasticity_plan.h.
#pragma once

#include <cstdint>

namespace bnof::snn {

constexpr std::uint32_t traceUnit = 1U << 12;
constexpr unsigned traceShift = 12;
constexpr unsigned decayShift = 16;
constexpr unsigned weightShift = 16;
/// No trace grows beyond this; it would take 4,096 spikes inside one time constant.
constexpr std::uint32_t traceLimit = 1U << 24;
/// Eligibilities, changes by modulation, and the changes that the pair and symmetric rules make at an arrival stay
/// within this.
constexpr std::int32_t changeLimit = 1 << 30;

enum class LearningRule : std::uint8_t { Pair, Triplet, Symmetric, ThreeFactor };

} // namespace bnof::snn
