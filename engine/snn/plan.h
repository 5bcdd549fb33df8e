// SPDX-License-Identifier: GPL-3.0-or-later
// A network made ready to run: constants, synapses and the shape of the state. Immutable, and the same for
// every back end and machine.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "engine/base/sha256.h"
#include "engine/base/types.h"
#include "engine/snn/connectivity.h"
#include "engine/snn/kernels.h"
#include "engine/snn/network.h"
#include "engine/snn/plasticity_plan.h"

namespace bnof::snn {

/// What reaches one receptor of a population.
struct ReceptorPlan {
    bool used = false;       ///< some projection ends here
    bool perNeuron = false;  ///< some projection needs an accumulator for every neuron
    std::uint32_t slots = 0; ///< longest delay of the projections that are not plastic, ticks
    double unitMv = 1;       ///< one weight unit
    /// Where every synapse's weight is a multiple of this and a byte can count all of them at once: sums can be kept as
    /// counts. 0 where they cannot.
    std::int32_t countUnit = 0;
    std::uint64_t largestSum = 0; ///< most weight units that one neuron can receive in a tick
};

struct PopulationPlan {
    NeuronKind kind = NeuronKind::Lif;
    std::uint32_t size = 0;
    std::uint32_t blockSize = 0;           ///< neurons that are advanced together
    std::array<ReceptorPlan, 2> receptors; ///< excitatory, inhibitory
    NeuronConstants constants;
    float initialMembrane = 0;          ///< mV
    float initialSecond = 0;            ///< mV
    std::uint32_t initialThreshold = 0; ///< Poisson: probability in 2^-32
    PoissonSampling sampling = PoissonSampling::EveryTick;
    std::vector<Spike> spikes;      ///< spike lists, by tick, then neuron
    std::uint32_t longestDelay = 0; ///< of what starts here, ticks
    bool learns = false;            ///< a plastic projection ends here

    [[nodiscard]] bool isSource() const { return kind == NeuronKind::Poisson || kind == NeuronKind::SpikeList; }
    [[nodiscard]] std::uint32_t blocks() const { return (size + blockSize - 1) / blockSize; }
};

struct ProjectionPlan {
    std::uint32_t source = 0;
    std::uint32_t target = 0;
    std::uint32_t receptor = 0;
    std::uint32_t delay = 1; ///< ticks
    Synapses synapses;       ///< of plastic projections: the initial weights
    std::optional<PlasticityPlan> plasticity;
};

struct Plan {
    Network network;
    Sha256Digest digest{}; ///< identifies everything that the dynamics depend on, and the names
    std::vector<PopulationPlan> populations;
    std::vector<ProjectionPlan> projections;
    std::vector<std::vector<std::uint32_t>> incoming; ///< by population: projections that end there
    std::uint64_t synapseCount = 0;
    /// Ticks that every population can be advanced before any spike of them arrives: the shortest delay, at most
    /// maximumBlockTicks.
    std::uint32_t blockTicks = maximumBlockTicks;
};

/// Validates, draws the connections and computes the constants. Errors: those of validate(), sums that an
/// accumulator cannot hold, memory.
[[nodiscard]] Result<std::shared_ptr<const Plan>> buildPlan(const Network& network);

/// The probability of a Poisson spike in one tick, rate * tick, in units of 2^-32 (at most 1 - 2^-32).
[[nodiscard]] std::uint32_t poissonThreshold(double rateHz, double tickMs);
/// A time in whole ticks, a half rounds up.
[[nodiscard]] double roundToTicks(double timeMs, double tickMs);

} // namespace bnof::snn
