// SPDX-License-Identifier: GPL-3.0-or-later
// A spiking network as plain data: populations, projections and their parameters. No behaviour; a
// Simulation runs it. Everything survives a JSON round trip bit for bit.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::snn {

/// Leaky integrate-and-fire neuron with exponential current synapses, exact integration on a fixed tick
/// (Rotter & Diesmann 1999). Membrane in mV, times in ms, synaptic weights in mV of membrane drive:
///   tau_m dV/dt = (rest - V) + Ie - Ii + drive,   tau_e dIe/dt = -Ie,   tau_i dIi/dt = -Ii.
/// A tick takes in what arrives, then integrates; a membrane at or above the threshold at its end fires, is
/// reset, and is held there for the refractory time (rounded to ticks). A spike of tick t with a delay of d
/// ticks is taken in by tick t + d. Currents below 2^-40 weight units are set to zero.
struct LifParameters {
    double membraneTimeConstantMs = 20;
    double restMv = -60;
    double thresholdMv = -50;
    double resetMv = -60;
    double refractoryMs = 2;
    double excitatoryTimeConstantMs = 5;
    double inhibitoryTimeConstantMs = 10;

    bool operator==(const LifParameters&) const = default;
};

/// Independent Poisson sources: one draw a neuron and tick, keyed by (seed, population, neuron, tick), that
/// fires with probability rate * tick (at most one spike a tick, so the rate is at most 1 / tick).
struct PoissonParameters {
    double rateHz = 10; ///< initial rate of every neuron; Simulation::setRates changes it

    bool operator==(const PoissonParameters&) const = default;
};

struct Population {
    std::string name;
    std::uint32_t size = 0;
    std::variant<LifParameters, PoissonParameters> model;

    bool operator==(const Population&) const = default;
};

enum class Receptor : std::uint8_t { Excitatory, Inhibitory };

/// Who is connected to whom. Random rules are drawn from (network seed, projection index) when the
/// simulation is built, with IEEE-exact operations only, so that every machine builds the same graph. Within
/// one population a rule may connect a neuron to itself; an explicit list may name a pair more than once.
struct OneToOne {
    bool operator==(const OneToOne&) const = default;
};
struct AllToAll {
    bool operator==(const AllToAll&) const = default;
};
struct FixedProbability {
    double probability = 0.1;
    bool operator==(const FixedProbability&) const = default;
};
/// Every target draws `inDegree` different sources.
struct FixedInDegree {
    std::uint32_t inDegree = 10;
    bool operator==(const FixedInDegree&) const = default;
};
/// An explicit list; `weights` (mV, >= 0) has one entry a synapse, or is empty for the constant weight.
struct ExplicitList {
    std::vector<std::uint32_t> sources;
    std::vector<std::uint32_t> targets;
    std::vector<float> weights;
    bool operator==(const ExplicitList&) const = default;
};

struct Projection {
    std::string name;
    std::uint32_t source = 0; ///< index into Network::populations
    std::uint32_t target = 0; ///< a LIF population
    Receptor receptor = Receptor::Excitatory;
    std::variant<OneToOne, AllToAll, FixedProbability, FixedInDegree, ExplicitList> connectivity;
    double weight = 1;  ///< mV of drive that one spike adds to the receptor; >= 0 (the receptor has the sign)
    double delayMs = 0; ///< rounded to ticks, at least one tick; at most 255 ticks

    bool operator==(const Projection&) const = default;
};

struct Network {
    std::string name;
    double tickMs = 1;
    std::uint64_t seed = 1;
    std::vector<Population> populations;
    std::vector<Projection> projections;

    bool operator==(const Network&) const = default;

    /// Index of a population, or -1.
    [[nodiscard]] int populationIndex(std::string_view populationName) const;
};

/// Check everything that a simulation relies on: names, sizes (at most 2^24 neurons and 2^31 synapses in
/// all), finite parameters, indices, weight sums that stay inside the integer accumulators (for randomly drawn
/// connections that is known only when the simulation is built, and checked there). The error's `where` is the
/// path of the offending field, e.g. "network.projections[2].delay_ms".
[[nodiscard]] Result<void> validate(const Network& network);

[[nodiscard]] Json toJson(const Network& network);
/// Parses and validates.
[[nodiscard]] Result<Network> networkFromJson(const Json& json);

} // namespace bnof::snn
