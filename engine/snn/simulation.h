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
    /// "vector-avx2", "vector-avx512", or "auto" (the fastest that this machine can run).
    std::string backEnd = "auto";
};

/// Spikes by population, each in canonical order: by tick, then by neuron.
using SpikesByPopulation = std::vector<std::vector<Spike>>;

class BackEnd;

/// Owns the state of one network. Not thread-safe; distinct objects are independent.
class Simulation {
public:
    /// Builds the connectivity and constants. Errors: whatever validate() refuses, an unknown back end, a
    /// back end that this CPU cannot run.
    [[nodiscard]] static Result<Simulation> create(const Network& network, const SimulationOptions& options = {});
    Simulation(Simulation&&) noexcept;
    Simulation& operator=(Simulation&&) noexcept;
    ~Simulation();

    /// Steady external drive in mV for every neuron of a LIF population, from the next tick on.
    Result<void> setDrive(std::uint32_t population, std::span<const float> driveMv);
    /// Rates in Hz for every neuron of a Poisson population, from the next tick on.
    Result<void> setRates(std::uint32_t population, std::span<const float> rateHz);

    /// Advance by `ticks`, appending the spikes of every population to `spikes` (resized to the number of
    /// populations; what it already holds stays).
    void run(std::uint32_t ticks, SpikesByPopulation& spikes);

    /// The number of ticks run so far; the next tick to run has this number.
    [[nodiscard]] std::uint64_t tick() const;
    /// Back to the state after create(): tick 0, everything at rest, drives and rates initial.
    void reset();

    /// Everything that the future depends on, independent of the back end; loads into a simulation of the
    /// same network on any back end.
    [[nodiscard]] std::vector<std::uint8_t> saveState() const;
    Result<void> loadState(std::span<const std::uint8_t> state);
    /// SHA-256 of saveState().
    [[nodiscard]] std::string stateHash() const;

    /// For people: "vector (AVX2)", "reference".
    [[nodiscard]] std::string backEndName() const;
    [[nodiscard]] const Network& network() const;
    /// Synapses in the built graph.
    [[nodiscard]] std::uint64_t synapseCount() const;
    /// Synapses that have carried a spike since create(), for displays and benchmarks; not part of the state.
    [[nodiscard]] std::uint64_t synapticEvents() const;

private:
    explicit Simulation(std::unique_ptr<BackEnd> backEnd);
    std::unique_ptr<BackEnd> m_backEnd;
};

/// The back ends that this CPU can run, fastest first, by the names that SimulationOptions takes.
[[nodiscard]] std::vector<std::string> availableBackEnds();

} // namespace bnof::snn
