// SPDX-License-Identifier: GPL-3.0-or-later
// Supervised training of LIF networks by back-propagation through time with surrogate gradients (Neftci, Mostafa &
// Zenke 2019, IEEE Signal Processing Magazine 36(6)): spikes are hard in the forward pass, which is the simulator's
// own step with the simulator's own constants, and have the slope of a smooth function in the backward pass.
//
// One tick h of a LIF population, as Simulation does it (network.h has the equation in continuous time):
//   E(t) = fma(E(t-1), exp(-h/tau_e), sum of w z(t - delay)),   I(t) likewise,   below 2^-40 weight units -> 0
//   U(t) = fma(V(t-1), exp(-h/tau_m), fma(E, k_e, fma(I, -k_i, (rest + drive) (1 - exp(-h/tau_m)))))
//   z(t) = 1 when U(t) >= threshold and the neuron is not held by its refractory time, else 0
//   V(t) = reset when z(t) or held, else U(t)
// Backwards, with s(U) the surrogate slope and d* the derivative of the loss by *:
//   dU(t) = dV(t) (1 - z) + s(U) (dz(t) + dV(t) (reset - U)),   dV(t) = exp(-h/tau_m) dU(t+1),   0 while held
//   dE(t) = k_e dU(t) + exp(-h/tau_e) dE(t+1),   dw = sum over t of z(t - delay) dE(t),
//   dz(t) = sum over targets of w dE(t + delay), plus the loss where z is an output.
// The term with (reset - U) is left out when SurrogateOptions::detachReset is set (Zenke & Vogels 2021, Neural
// Computation 33(4), found training more robust without it).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/compute/quantisation.h"
#include "engine/snn/network.h"
#include "engine/snn/signed_weights.h"
#include "engine/snn/simulation.h"

namespace bnof::snn {

/// The drive of every neuron of a LIF population from a tick on, as Simulation::setDrive takes it.
struct DriveChange {
    std::uint32_t tick = 0;
    std::uint32_t population = 0;
    std::vector<float> driveMv; ///< one a neuron
};

/// One input with its class.
struct Presentation {
    std::uint32_t ticks = 0;
    /// Spikes of the source populations (those that are not LIF), by population index, in canonical order: by tick,
    /// then by neuron, at most one spike a neuron and tick. Shorter than the list of populations where the rest is
    /// silent.
    SpikesByPopulation spikes;
    std::vector<DriveChange> drives; ///< ordered by tick; no drive before the first
    std::uint32_t label = 0;         ///< neuron of the output population that stands for the class
};

/// Slope of the spike at distance x = (U - threshold) / width. Both integrate to one spike:
enum class SurrogateShape : std::uint8_t {
    /// s = 1 / (2 width (1 + |x|)^2): SuperSpike (Zenke & Ganguli 2018, Neural Computation 30(6), eq. 15), there
    /// without the factor 1 / (2 width); its integral is the fast sigmoid (1 + x / (1 + |x|)) / 2.
    FastSigmoid,
    /// s = 1 / (2 width (1 + (pi x / 2)^2)), the arctan surrogate of Fang et al. 2021 (ICCV, arXiv:2007.05785) with
    /// alpha = 1 / width; its integral is arctan(pi x / 2) / pi + 1/2.
    Arctan,
};

/// Cross-entropy of softmax(logits) with the label, where the logit of an output neuron is
enum class SurrogateLoss : std::uint8_t {
    SpikeCount,  ///< logitScale * its number of spikes from `scoreFromTick` on
    MaxMembrane, ///< logitScale * (highest U - rest) in mV from `scoreFromTick` on, for a readout that never fires
};

enum class SurrogateOptimiser : std::uint8_t {
    Adam, ///< Kingma & Ba 2015 (arXiv:1412.6980), beta 0.9 and 0.999, epsilon 1e-8
    Sgd,  ///< with momentum 0.9
};

/// What the forward and backward products see; the master weights are float32 in every form, and gradients pass
/// through the rounding unchanged (straight-through, Bengio et al. 2013, arXiv:1308.3432).
enum class TrainingWeights : std::uint8_t {
    /// The integers that the simulator rounds weights to, in the precision of each projection, so that int8 networks
    /// are
    /// trained for int8. The forward pass then computes the very bits that Simulation computes from the trained
    /// network,
    /// spikes and membranes.
    SimulatorGrid,
    Float32, ///< unrounded; the simulator differs by the rounding of each weight to its receptor's grid
    /// binary16, with each group's gradient rounded to binary16 under a dynamic loss scale (Micikevicius et al. 2018).
    /// The trained network holds the rounded weights.
    Half,
};

struct SurrogateOptions {
    std::uint32_t output = 0; ///< the LIF population that is scored; it has one neuron a class
    /// Projections whose weights are trained on their own: they stay >= 0, as their receptor has the sign.
    std::vector<std::uint32_t> trained;
    /// Pairs that hold one signed weight a synapse (signed_weights.h): the excitatory one carries its positive part
    /// and the inhibitory one its negative part. Both lists must name the same synapses; where both have weight at the
    /// start, training begins with the difference.
    std::vector<SignedPair> signedPairs;
    SurrogateShape shape = SurrogateShape::FastSigmoid;
    /// Width of the surrogate as a share of threshold - max(rest, reset).
    double width = 0.2;
    bool detachReset = true;
    SurrogateLoss loss = SurrogateLoss::SpikeCount;
    double logitScale = 1;
    std::uint32_t scoreFromTick = 0;
    SurrogateOptimiser optimiser = SurrogateOptimiser::Adam;
    double learningRate = 0.02;    ///< in mV of weight (Adam: roughly the step a batch)
    double learningRateDecay = 1;  ///< factor after each epoch
    double clipNorm = 1;           ///< Euclidean norm to which the mean gradient is limited (Pascanu et al. 2013)
    double largestWeightMv = 1000; ///< magnitudes stay at or below
    std::uint32_t epochs = 10;
    std::uint32_t batch = 32; ///< presentations a step
    std::uint64_t seed = 1;   ///< of the order of presentations
    TrainingWeights weights = TrainingWeights::SimulatorGrid;
    compute::LossScaleOptions lossScale; ///< used with TrainingWeights::Half
    unsigned threads = 0;                ///< 0: one a logical core. Results do not depend on it.
    /// A batch is summed in this many groups, each in order, and the groups in order: the bits of a result depend on
    /// this number and not on the threads. At most this many threads are used.
    unsigned reductionGroups = 16;
};

struct TrainingProgress {
    std::uint32_t epoch = 0;
    std::uint32_t step = 0;  ///< steps so far, over all epochs
    std::uint32_t steps = 0; ///< in all
    double loss = 0;         ///< mean over the batch, before the step
    double accuracy = 0;     ///< share of the batch, 0..1
    double gradientNorm = 0; ///< before clipping
};
/// Called after every step in the calling thread; training stops when it returns false.
using TrainingProgressFunction = std::function<bool(const TrainingProgress&)>;

struct TrainingEpoch {
    double loss = 0;         ///< mean over the epoch's presentations, each before its step
    double accuracy = 0;     ///< 0..1
    double gradientNorm = 0; ///< mean over the steps, before clipping
};

struct TrainingReport {
    Network network; ///< the trained one: trained projections are explicit lists, all else as it was
    std::vector<TrainingEpoch> epochs;
    std::uint32_t steps = 0;
    std::uint64_t skippedSteps = 0; ///< with TrainingWeights::Half: steps whose gradient was not finite
    double lossScale = 1;           ///< at the end
    std::uint64_t parameters = 0;
    bool cancelled = false; ///< the callback asked to stop; the network holds what was learnt until then
};

/// What the training forward pass says of one presentation.
struct SurrogateOutcome {
    double loss = 0;
    std::uint32_t predicted = 0;       ///< highest logit, the lowest neuron among equals
    std::vector<std::uint32_t> counts; ///< spikes of each output neuron from `scoreFromTick` on
    std::vector<double> logits;
};

/// Trains. Populations are current-based LIF neurons and sources; projections have no plasticity rule. Projections are
/// explicit lists, all-to-all or one-to-one; random rules are refused, because the draw belongs to the simulator: write
/// the drawn list into the network first. Same network, presentations and options give the same bits on every machine
/// and for any number of threads. Errors name the field; a loss that is not finite without fp16 is an error too.
[[nodiscard]] Result<TrainingReport> trainSurrogate(const Network& network, std::span<const Presentation> presentations,
                                                    const SurrogateOptions& options,
                                                    const TrainingProgressFunction& progress = {});

/// The training forward pass of every presentation, in their order; `options` as for training.
[[nodiscard]] Result<std::vector<SurrogateOutcome>>
evaluateSurrogate(const Network& network, std::span<const Presentation> presentations, const SurrogateOptions& options);

/// Runs a presentation through the simulator from its initial state: source spikes are set by rates of 0 and 1 / tick,
/// so the sources must be Poisson populations drawn every tick. Returns the spikes of all populations.
[[nodiscard]] Result<SpikesByPopulation> simulatePresentation(Simulation& simulation, const Presentation& presentation);

} // namespace bnof::snn
