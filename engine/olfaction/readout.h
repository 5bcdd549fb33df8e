// SPDX-License-Identifier: GPL-3.0-or-later
// From output spikes to a decision. Nothing but the spike counts of the output population goes in.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::olfaction {

/// The known gases together must be so probable before one of them is named.
constexpr double leastKnownProbability = 0.4;

/// What a winner among so many gases must reach: twice what guessing gives where there are more than five gases. To be
/// torn between two of fifty is doubt, which its probability shows; only "none of these" is unknown.
[[nodiscard]] double minimumProbabilityAmong(std::size_t gases);

/// How the counts are read. With n_g the spikes of gas g's block within the decision window,
///   evidence_g = e^(inverseTemperature n_g) - 1,   p_g = evidence_g / (noneWeight + sum of evidence),
/// so that silence means probability 0 for every gas; what is missing to 1 is "none of these".
struct ReadoutCalibration {
    double inverseTemperature = 0.05; ///< per spike of a block
    double noneWeight = 10;           ///< > 0
    double minimumProbability = 0.4;  ///< a winner below it is not named

    bool operator==(const ReadoutCalibration&) const = default;
};

struct CountDecision {
    int gas = -1;                     ///< -1: unknown
    std::vector<float> probabilities; ///< one a gas
    float novelty = 1;                ///< 1 - sum of probabilities
};

/// `counts` holds the spikes of every output neuron, equal blocks gas after gas. With no spikes at all the
/// answer is "unknown", every probability is 0 and the novelty 1.
[[nodiscard]] CountDecision decideFromCounts(std::span<const std::uint32_t> counts, std::size_t gases,
                                             const ReadoutCalibration& calibration);

/// One window whose truth is known; gas -1 is "none of these".
struct CalibrationWindow {
    std::vector<std::uint32_t> blockCounts; ///< one a gas
    int gas = -1;
    double weight = 1;
};

/// Temperature and none-weight of the smallest log loss on windows that were not trained on.
[[nodiscard]] ReadoutCalibration calibrateReadout(const std::vector<CalibrationWindow>& windows);

[[nodiscard]] Json toJson(const ReadoutCalibration& calibration);
[[nodiscard]] Result<ReadoutCalibration> readoutFromJson(const Json& json, const std::string& path);

} // namespace bnof::olfaction
