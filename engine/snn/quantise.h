// SPDX-License-Identifier: GPL-3.0-or-later
// Weights as integers. Each receptor of a population has one power-of-two scale, so that everything that
// reaches it can be summed as integers, in any order, to the same bits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/snn/network.h"

namespace bnof::snn {

constexpr int maximumDelayTicks = 255;
constexpr int maximumRefractoryTicks = 65535;
/// Largest sum that a 32-bit accumulator holds.
constexpr std::uint64_t accumulatorLimit = 2147483647;

/// Largest sum that may reach one neuron of this model in a tick.
[[nodiscard]] std::uint64_t inputLimit(const NeuronModel& model);

/// The scale 2^ceil(log2(largest weight / 32767)) of one receptor.
struct ReceptorScale {
    int exponent = 0;  ///< one weight unit is 2^exponent mV
    bool used = false; ///< some projection ends here

    [[nodiscard]] double unitMv() const;
    /// Nearest whole number of units, 0 to 32767; a half rounds up.
    [[nodiscard]] std::int32_t quantise(double weightMv) const;
};

/// Index into the result of receptorScales: two receptors a population, excitatory first.
[[nodiscard]] inline std::size_t receptorIndex(const Projection& projection)
{
    return std::size_t{projection.target} * 2 + static_cast<std::size_t>(projection.receptor);
}

/// A weight in the precision that it is given in, before it is rounded to its receptor's scale.
[[nodiscard]] double inPrecision(double weight, Precision precision);

/// The scale of every receptor of a network whose indices and weights have been checked. A counter has one scale for
/// both receptors, because it subtracts them as integers.
[[nodiscard]] std::vector<ReceptorScale> receptorScales(const Network& network);

[[nodiscard]] Error accumulatorError(std::string where, std::uint64_t sum, std::uint64_t limit);

} // namespace bnof::snn
