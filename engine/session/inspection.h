// SPDX-License-Identifier: GPL-3.0-or-later
// What can be seen of a running network. A display asks, the compute thread answers between two frames; nothing here
// is part of the network's state, so looking changes no spike and no decision.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/types.h"
#include "engine/olfaction/recogniser.h"
#include "engine/snn/network.h"
#include "engine/snn/simulation.h"

namespace bnof::session {

/// What a display wants beside the counts, which it always gets. What does not exist is left out of the answer.
struct InspectionRequest {
    std::uint32_t population = 0;           ///< whose membranes
    std::vector<std::uint32_t> neurons;     ///< of that population, at most 64
    std::optional<std::uint32_t> weightsOf; ///< a projection; one pass over its synapses
};

/// Weights of a projection as they are now, in bins of one width from `lowest` to `highest`.
struct WeightHistogram {
    static constexpr std::size_t binCount = 40;

    std::uint32_t projection = 0;
    double lowest = 0; ///< in the projection's unit
    double highest = 0;
    double mean = 0;
    std::uint64_t count = 0;
    std::vector<std::uint64_t> bins; ///< one bin when all weights are equal; none without a synapse
};

/// The network at one moment. Counts grow since the network was built; rates are differences of two snapshots.
struct NetworkSnapshot {
    std::uint64_t number = 0; ///< grows with every snapshot of the session
    Timestamp t = 0;          ///< monotonic time at which it was taken
    snn::Activity activity;
    std::uint32_t population = 0;       ///< whose membranes follow
    std::vector<std::uint32_t> neurons; ///< those of the request that exist
    std::vector<float> membraneMv;      ///< one each; none for sources
    std::optional<WeightHistogram> weights;
    std::string backEnd;       ///< that computes now: "auto" may change it
    std::string backEndReason; ///< for people
};

/// The network that runs. Never changes; another model is another object.
struct RunningModel {
    std::vector<std::uint8_t> bytes; ///< of the model
    olfaction::RecogniserInfo info;
    snn::Network network;         ///< with the readout; empty when the recogniser does not spike
    std::size_t firstReadout = 0; ///< projections from here on are made from the model's readout weights
    std::uint64_t synapses = 0;
    std::vector<std::string> backEnds; ///< that this machine can run
};

[[nodiscard]] NetworkSnapshot inspect(const snn::Simulation& simulation, const InspectionRequest& request);
[[nodiscard]] WeightHistogram histogramOf(std::uint32_t projection, const std::vector<float>& weights);

} // namespace bnof::session
