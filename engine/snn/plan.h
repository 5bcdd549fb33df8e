// SPDX-License-Identifier: GPL-3.0-or-later
// A network made ready to run: constants, synapses and the shape of the state. Immutable, and the same for
// every back end and machine.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "engine/base/sha256.h"
#include "engine/snn/connectivity.h"
#include "engine/snn/kernels.h"
#include "engine/snn/network.h"

namespace bnof::snn {

/// The accumulators of one receptor: a ring with one slot a tick, as long as the longest delay.
struct ReceptorPlan {
    std::uint32_t slots = 0;      ///< 0: no projection ends here
    bool perNeuron = false;       ///< some projection needs an accumulator for every neuron
    double unitMv = 1;            ///< one weight unit
    std::uint64_t largestSum = 0; ///< most weight units that one neuron can receive in a tick
};

struct PopulationPlan {
    bool lif = true;
    std::uint32_t size = 0;
    std::array<ReceptorPlan, 2> receptors; ///< excitatory, inhibitory
    LifConstants constants;
    float initialMembrane = 0;          ///< mV
    std::uint32_t initialThreshold = 0; ///< Poisson: probability in 2^-32
};

struct ProjectionPlan {
    std::uint32_t source = 0;
    std::uint32_t target = 0;
    std::uint32_t receptor = 0;
    std::uint32_t delay = 1; ///< ticks
    Synapses synapses;
};

struct Plan {
    Network network;
    Sha256Digest digest{}; ///< identifies everything that the dynamics depend on, and the names
    std::vector<PopulationPlan> populations;
    std::vector<ProjectionPlan> projections;
    std::uint64_t synapseCount = 0;
};

/// Validates, draws the connections and computes the constants. Errors: those of validate(), sums that an
/// accumulator cannot hold, memory.
[[nodiscard]] Result<std::shared_ptr<const Plan>> buildPlan(const Network& network);

/// The probability of a Poisson spike in one tick, rate * tick, in units of 2^-32 (at most 1 - 2^-32).
[[nodiscard]] std::uint32_t poissonThreshold(double rateHz, double tickMs);

} // namespace bnof::snn
