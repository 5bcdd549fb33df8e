// SPDX-License-Identifier: GPL-3.0-or-later
// A spiking network as plain data: populations, projections and their parameters. No behaviour; a
// Simulation runs it. Everything survives a JSON round trip bit for bit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

/// LIF neuron with exponential conductance synapses (the COBA network of Vogels & Abbott 2005; Brette et al. 2007).
/// Conductances and weights are in units of the leak conductance:
///   tau_m dV/dt = (rest - V) + ge (Ee - V) + gi (Ei - V) + drive,   tau_e dge/dt = -ge,   tau_i dgi/dt = -gi.
/// One explicit midpoint step a tick: forward Euler lets recurrent networks die that live under exact
/// integration. Each conductance saturates at (1.5 tau_m / tick - 1) / 2, which keeps that step stable; at the usual
/// ticks that is a hundred times the leak.
struct ConductanceLifParameters {
    LifParameters lif{20, -60, -50, -60, 5, 5, 10};
    double excitatoryReversalMv = 0;
    double inhibitoryReversalMv = -80;

    bool operator==(const ConductanceLifParameters&) const = default;
};

/// LIF neuron with spike-triggered threshold adaptation (Bellec et al. 2018, "ALIF"): the threshold is
/// `lif.thresholdMv + a`, where a decays with the adaptation time constant and grows by the step at each spike.
struct AdaptiveLifParameters {
    LifParameters lif;
    double adaptationTimeConstantMs = 200;
    double adaptationStepMv = 2;

    bool operator==(const AdaptiveLifParameters&) const = default;
};

/// Izhikevich (2003) neuron, V and U in mV, rates per ms; two half steps for V, one for U, as published:
///   dV/dt = 0.04 V^2 + 5 V + 140 - U + I,   dU/dt = a (b V - U);   V >= peak: V = c, U = U + d.
/// V is held above -120 mV and enters U as the peak at most, so that no input can make a step diverge.
/// I is the drive plus excitatory minus inhibitory synaptic current; weights are in the same units.
struct IzhikevichParameters {
    double a = 0.02;
    double b = 0.2;
    double c = -65; ///< mV
    double d = 8;
    double peakMv = 30;
    double excitatoryTimeConstantMs = 5;
    double inhibitoryTimeConstantMs = 10;

    bool operator==(const IzhikevichParameters&) const = default;
};

/// Integrate-and-fire counter for global feedback (e.g. the anterior paired lateral neuron): adds up weights
/// without a leak, never below zero, and fires and subtracts its threshold when it has reached it. At most one
/// spike a tick; what is above stays for the next.
struct CounterParameters {
    double threshold = 10; ///< in the unit of the weights

    bool operator==(const CounterParameters&) const = default;
};

/// When Poisson sources draw. Both give independent Bernoulli trials a tick; the draws, so the spikes, differ.
enum class PoissonSampling : std::uint8_t {
    EveryTick, ///< one draw a neuron and tick
    Intervals, ///< one draw a spike: the geometric distance to the next; far cheaper at low rates
};

/// Independent Poisson sources, keyed by (seed, population, neuron, tick or spike number), that fire with
/// probability rate * tick (at most one spike a tick, so the rate is at most 1 / tick).
struct PoissonParameters {
    double rateHz = 10; ///< initial rate of every neuron; Simulation::setRates changes it
    PoissonSampling sampling = PoissonSampling::EveryTick;

    bool operator==(const PoissonParameters&) const = default;
};

/// Sources that fire at given times, in any order; a time is rounded to its tick.
struct SpikeListParameters {
    std::vector<double> timesMs;
    std::vector<std::uint32_t> neurons; ///< one a time

    bool operator==(const SpikeListParameters&) const = default;
};

/// The order is part of the format of saved states: append only.
using NeuronModel = std::variant<LifParameters, PoissonParameters, ConductanceLifParameters, AdaptiveLifParameters,
                                 IzhikevichParameters, CounterParameters, SpikeListParameters>;

/// True for models that only emit spikes and take no synapses.
[[nodiscard]] constexpr bool isSource(const NeuronModel& model)
{
    return std::holds_alternative<PoissonParameters>(model) || std::holds_alternative<SpikeListParameters>(model);
}

struct Population {
    std::string name;
    std::uint32_t size = 0;
    NeuronModel model;

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

/// Pair-based spike-timing dependent plasticity, all pairs (Song, Miller & Abbott 2000; Morrison, Diesmann &
/// Gerstner 2008). "Pre" is the arrival at the synapse, so after the delay:
///   pre:  w -= depression * y,  x += 1;      post:  w += potentiation * x,  y += 1
/// with the presynaptic trace x (tau_plus) and the postsynaptic trace y (tau_minus).
struct PairStdp {
    double tauPlusMs = 20;
    double tauMinusMs = 20;
    double potentiation = 0.01; ///< in the unit of the weight
    double depression = 0.012;

    bool operator==(const PairStdp&) const = default;
};

/// Triplet STDP (Pfister & Gerstner 2006, J. Neurosci. 26; the defaults are table 4's for visual cortex, full model),
/// all to all:
///   pre:  w -= o1 (depression + tripletDepression r2);         post:  w += r1 (potentiation + tripletPotentiation o2)
/// with r1 (tau_plus), r2 (tau_x) of the source and o1 (tau_minus), o2 (tau_y) of the target; r2 and o2 are read
/// before their own spike counts.
struct TripletStdp {
    double tauPlusMs = 16.8;
    double tauMinusMs = 33.7;
    double tauXMs = 101;
    double tauYMs = 125;
    double potentiation = 5e-10;
    double depression = 0.007;
    double tripletPotentiation = 0.0062;
    double tripletDepression = 0.00023;

    bool operator==(const TripletStdp&) const = default;
};

/// Symmetric STDP with an offset (Vogels et al. 2011; Nowotny et al. 2003 for the mushroom body):
///   pre:  w += amplitude * y - offset;       post:  w += amplitude * x
struct SymmetricStdp {
    double tauMs = 20;
    double amplitude = 0.01;
    double offset = 0.002;

    bool operator==(const SymmetricStdp&) const = default;
};

/// Three-factor rule (Fremaux & Gerstner 2016): pair STDP moves an eligibility e instead of the weight;
/// e decays, and Simulation::modulate(m) does w += learningRate * m * e, m one number (reward) or one a
/// target (error).
struct ThreeFactor {
    PairStdp pairing;
    double eligibilityTimeConstantMs = 500;
    double learningRate = 1;

    bool operator==(const ThreeFactor&) const = default;
};

/// Multiplicative synaptic scaling (Turrigiano 2008; van Rossum, Bi & Turrigiano 2000): at every period the
/// weights that reach a neuron are multiplied by 1 + strength (target - rate) / target, between 1/2 and 2.
struct HomeostaticScaling {
    double targetRateHz = 10;
    double periodMs = 1000;
    double strength = 0.1;

    bool operator==(const HomeostaticScaling&) const = default;
};

/// How plastic weights are kept. Rounding to nearest would lose steps below one unit, so int16 rounds at random
/// (keyed by synapse and tick, the same on every machine).
enum class PlasticStorage : std::uint8_t { Int32, Int16 };

struct Plasticity {
    std::variant<PairStdp, TripletStdp, SymmetricStdp, ThreeFactor> rule;
    double maximumWeight = 1; ///< weights stay between 0 and this
    PlasticStorage storage = PlasticStorage::Int32;
    std::optional<HomeostaticScaling> scaling = {};

    bool operator==(const Plasticity&) const = default;
};

/// The form in which weights are given. Every form is rounded once to the receptor's integer scale; int8 keeps one
/// byte a synapse at run time, with a power-of-two scale of its own for each projection.
enum class Precision : std::uint8_t { Float32, Float16, Int16, Int8 };

/// "fp32", "fp16", "int16", "int8".
[[nodiscard]] std::string_view precisionName(Precision precision);
[[nodiscard]] std::optional<Precision> precisionNamed(std::string_view name);

struct Projection {
    std::string name;
    std::uint32_t source = 0; ///< index into Network::populations
    std::uint32_t target = 0; ///< a population that takes synapses
    Receptor receptor = Receptor::Excitatory;
    std::variant<OneToOne, AllToAll, FixedProbability, FixedInDegree, ExplicitList> connectivity;
    /// What one spike adds to the receptor, >= 0 (the receptor has the sign): mV of drive, leak conductances,
    /// or the unit of the target's model. The initial weight where the projection is plastic.
    double weight = 1;
    double delayMs = 0; ///< rounded to ticks, at least one tick; at most 255 ticks
    Precision precision = Precision::Float32;
    std::optional<Plasticity> plasticity = {};

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
