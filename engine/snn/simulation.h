// SPDX-License-Identifier: GPL-3.0-or-later
// A network being run. The same network, seed and input give the same spikes and the same state bits on
// every back end: synaptic input is summed as integers, state advances by explicit fused multiply-adds,
// and all constants are computed once, in double precision, when the simulation is built.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/types.h"
#include "engine/snn/network.h"

namespace bnof::snn {

struct SimulationOptions {
    /// "reference" (plain scalar, the specification), "vector" (widest instruction set of this CPU),
    /// "vector-avx2", "vector-avx512", "vector-neon", "parallel" (vector on several threads), "cuda", or "auto" (the
    /// fastest that this machine can run). All give the same bits.
    std::string backEnd = "auto";
    unsigned threads = 0;    ///< of "parallel"; 0: as many as the CPU has
    bool timePhases = false; ///< measure Activity::seconds; costs a few clock readings a block of ticks
};

/// What a simulation has done since it was created. For displays and benchmarks; no part of the state, and looking at
/// it changes nothing.
struct Activity {
    std::uint64_t ticks = 0;
    std::vector<std::uint64_t> spikes; ///< by population
    /// By projection: synapses that have carried a spike. What was on its way when a state was loaded is not counted.
    std::vector<std::uint64_t> events;
    /// CPU seconds by phase, summed over threads, where SimulationOptions::timePhases asks for them.
    struct Seconds {
        double deliver = 0; ///< synapses
        double update = 0;  ///< neurons and sources
        double learn = 0;   ///< plastic projections
        double collect = 0; ///< putting the spikes in order
    } seconds;

    [[nodiscard]] std::uint64_t synapticEvents() const;
};

/// Spikes by population, each in canonical order: by tick, then by neuron.
using SpikesByPopulation = std::vector<std::vector<Spike>>;

class BackEnd;
struct Plan;

/// Owns the state of one network. Not thread-safe; distinct objects are independent.
class Simulation {
public:
    /// Builds the connectivity and constants. Errors: whatever validate() refuses, an unknown back end, a
    /// back end that this CPU cannot run.
    [[nodiscard]] static Result<Simulation> create(const Network& network, const SimulationOptions& options = {});
    /// The same from a plan, which many simulations of one network can share.
    [[nodiscard]] static Result<Simulation> create(std::shared_ptr<const Plan> plan,
                                                   const SimulationOptions& options = {});
    Simulation(Simulation&&) noexcept;
    Simulation& operator=(Simulation&&) noexcept;
    ~Simulation();

    /// Steady external drive in mV for every neuron of a LIF population, from the next tick on.
    Result<void> setDrive(std::uint32_t population, std::span<const float> driveMv);
    /// Rates in Hz for every neuron of a Poisson population, from the next tick on.
    Result<void> setRates(std::uint32_t population, std::span<const float> rateHz);

    /// Three-factor plasticity of a projection: every weight grows by learning rate * modulation * eligibility, before
    /// the next tick. One modulation for all (a reward), or one a target neuron (an error). Finite numbers.
    Result<void> modulate(std::uint32_t projection, std::span<const float> modulation);

    /// Advance by `ticks`, appending the spikes of every population to `spikes` (resized to the number of
    /// populations; what it already holds stays).
    void run(std::uint32_t ticks, SpikesByPopulation& spikes);

    /// The number of ticks run so far; the next tick to run has this number.
    [[nodiscard]] std::uint64_t tick() const;
    /// Back to the state after create(): tick 0, everything at rest, drives and rates initial.
    void reset();
    /// The same, and the Poisson sources draw from another seed than the network's until the next reset. Saved states
    /// do not hold that seed.
    void reset(std::uint64_t drawSeed);

    /// Everything that the future depends on, independent of the back end; loads into a simulation of the
    /// same network on any back end.
    [[nodiscard]] std::vector<std::uint8_t> saveState() const;
    Result<void> loadState(std::span<const std::uint8_t> state);
    /// Go on where `other` stands, a simulation of the same network in another precision. Weights that learn cannot be
    /// carried over. After an error nothing has changed.
    Result<void> adopt(const Simulation& other);
    /// SHA-256 of saveState().
    [[nodiscard]] std::string stateHash() const;

    /// For people: "vector (AVX2)", "reference".
    [[nodiscard]] std::string backEndName() const;
    /// Why that one, for people: what "auto" has measured, or that it was asked for.
    [[nodiscard]] std::string backEndReason() const;
    [[nodiscard]] const Network& network() const;
    /// Synapses in the built graph.
    [[nodiscard]] std::uint64_t synapseCount() const;
    /// Synapses that have carried a spike since create().
    [[nodiscard]] std::uint64_t synapticEvents() const;
    [[nodiscard]] Activity activity() const;
    /// Membrane potentials in mV, one a neuron (counters: their content in the unit of the weights). Sources have none.
    [[nodiscard]] std::vector<float> membrane(std::uint32_t population) const;
    /// The weights of a projection as they are now, in its unit: by source, then by target. Empty for an index that
    /// does not exist.
    [[nodiscard]] std::vector<float> weights(std::uint32_t projection) const;

private:
    explicit Simulation(std::unique_ptr<BackEnd> backEnd);
    std::unique_ptr<BackEnd> m_backEnd;
};

/// The back ends that this machine can run, by the names that SimulationOptions takes: the instruction sets from the
/// fastest on, "parallel", and the reference.
[[nodiscard]] std::vector<std::string> availableBackEnds();

} // namespace bnof::snn
