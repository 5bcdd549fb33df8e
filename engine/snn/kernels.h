// SPDX-License-Identifier: GPL-3.0-or-later
// The border between the back ends and the code that is compiled once for each instruction set. Only plain
// data crosses it: a function that were inline on both sides could be merged by the linker into the copy
// that an older CPU cannot execute.
#pragma once

#include <cstdint>

namespace bnof::snn {

/// Ticks that one call of an update advances at most. State stays in registers meanwhile, which is what makes
/// large populations faster than memory; spikes need at least as long to arrive, so none is missed.
constexpr std::uint32_t maximumBlockTicks = 8;

enum class NeuronKind : std::uint8_t { Lif, Poisson, ConductanceLif, AdaptiveLif, Izhikevich, Counter, SpikeList };

/// Constants of a population, each computed in double precision and rounded once. What a model does not use is 0.
struct NeuronConstants {
    float membraneDecay = 0;   ///< exp(-h / tau_m)
    float excitatoryDecay = 0; ///< exp(-h / tau_e)
    float inhibitoryDecay = 0; ///< exp(-h / tau_i)
    /// LIF: mV of membrane change in a tick for one unit of current; conductances, Izhikevich: one weight unit.
    float excitatoryGain = 0;
    float inhibitoryGain = 0;          ///< the same; negative where it is a current
    float driveGain = 0;               ///< LIF: 1 - exp(-h / tau_m)
    float restTerm = 0;                ///< LIF: rest * (1 - exp(-h / tau_m)); conductances: rest; mV
    float threshold = 0;               ///< mV; Izhikevich: the peak
    float reset = 0;                   ///< mV
    float adaptationDecay = 0;         ///< exp(-h / tau_a)
    float adaptationStep = 0;          ///< mV; Izhikevich: d
    float step = 0;                    ///< conductances: h / tau_m; Izhikevich: h a
    float halfStep = 0;                ///< conductances: h / (2 tau_m); Izhikevich: h / 2
    float conductanceLimit = 0;        ///< of each receptor, leak conductances; keeps the midpoint step stable
    float excitatoryReversal = 0;      ///< mV
    float inhibitoryReversal = 0;      ///< mV
    float recoverySlope = 0;           ///< Izhikevich: b
    std::int32_t refractory = 0;       ///< ticks
    std::int32_t counterThreshold = 0; ///< weight units
};

/// Currents below this many weight units become exactly zero. A denormal would stay for ever under round to
/// nearest and cost a microcode assist each tick; a current this small no longer moves any membrane bit.
constexpr float currentFloor = 0x1p-40F;
/// The same for the adaptation of the threshold, in mV.
constexpr float adaptationFloor = 0x1p-40F;
/// Izhikevich's V is held above this, mV: further down the quadratic would throw it up to a spike in one step.
constexpr float izhikevichFloor = -120.0F;
/// A counter never holds more than this many units, so that one more tick of input cannot overflow it.
constexpr std::int32_t counterLimit = 1 << 30;

/// Up to maximumBlockTicks ticks of a run of neurons of one population. Arrays are padded to a multiple of 64
/// elements.
struct UpdateStep {
    NeuronKind kind = NeuronKind::Lif;
    const NeuronConstants* constants = nullptr;
    std::uint32_t size = 0;
    std::uint32_t ticks = 0;
    float* membrane = nullptr;           ///< mV
    float* second = nullptr;             ///< adaptation of the threshold or Izhikevich's U, mV
    float* current[2] = {};              ///< excitatory, inhibitory, weight units; null: no projection ends here
    std::uint16_t* refractory = nullptr; ///< ticks still to wait
    std::int32_t* count = nullptr;       ///< counters: weight units
    const float* drive = nullptr;        ///< null when no neuron is driven
    /// What arrives in each tick: an accumulator a neuron, read and set to zero, or null, and one sum for all.
    std::int32_t* input[2][maximumBlockTicks] = {};
    /// Or, where every weight onto the receptor is a multiple of one: a byte a neuron that counts that weight, read and
    /// set to zero.
    std::uint8_t* counted[2][maximumBlockTicks] = {};
    std::int32_t countUnit[2] = {}; ///< weight units of one count; a full byte of them is below 2^24
    std::int32_t shared[2][maximumBlockTicks] = {};
    std::uint32_t* fired[maximumBlockTicks] = {}; ///< receive the indices of the neurons that fire, ascending
    std::uint32_t firedCount[maximumBlockTicks] = {};
    bool watch = false;  ///< find out whether the last tick changed the state
    bool changed = true; ///< the answer
};

/// One tick of a Poisson population: neuron n fires when its random word is below thresholds[n].
struct PoissonStep {
    const std::uint32_t* thresholds = nullptr;
    std::uint32_t size = 0;
    std::uint32_t key[2] = {};     ///< the network's seed
    std::uint32_t counter[3] = {}; ///< population, tick (low, high): counter words 1 to 3
    std::uint32_t* fired = nullptr;
};

enum class RowForm : std::uint8_t {
    Shared,   ///< every source reaches every target with one weight: a spike count is enough
    Identity, ///< source i reaches target i with one weight
    Dense,    ///< every source reaches every target, a weight each: contiguous rows
    Sparse,   ///< rows of 16-bit target indices, relative to the first neuron of a target block
};

/// The synapses of one projection that end in one block of the target population, source-major.
struct SynapseRows {
    RowForm form = RowForm::Shared;
    const std::uint32_t* rowStart = nullptr; ///< sparse: sources + 1 offsets
    const std::uint16_t* targets = nullptr;
    const std::int16_t* weights = nullptr;     ///< a weight a synapse, or
    const std::int8_t* smallWeights = nullptr; ///< a weight a synapse in units of 2^smallShift, or
    std::int32_t weight = 0;                   ///< one for all
    std::uint32_t smallShift = 0;
    std::uint32_t firstTarget = 0; ///< of the block
    std::uint32_t rowLength = 0;   ///< targets in the block
    std::uint32_t rowStride = 0;   ///< dense: padded length of a whole row
};

/// One instruction set's kernels.
struct KernelTable {
    /// Advances neurons of every kind but the sources.
    void (*update)(UpdateStep& step);
    std::uint32_t (*firePoisson)(const PoissonStep& step);
    /// Adds the rows of `fired` to the block's accumulators; returns the number of synapses served. Sums wrap
    /// around like unsigned integers; the plan has proved that they never reach that.
    std::uint64_t (*deliver)(const SynapseRows& rows, const std::uint32_t* fired, std::uint32_t count,
                             std::int32_t* accumulators);
    /// The same for byte counts: every synapse adds `multiple` (Identity and Sparse rows without weights of their own).
    std::uint64_t (*deliverCounts)(const SynapseRows& rows, const std::uint32_t* fired, std::uint32_t count,
                                   std::uint8_t multiple, std::uint8_t* counts);
    /// Plastic rows: sums[j] += weights[j] >> 16, and weights[j] = clamp(weights[j] + change[j], 0, limit).
    void (*deliverPlastic)(std::int32_t* weights, const std::int32_t* change, std::int32_t limit, std::uint32_t length,
                           std::int32_t* sums);
};

extern const KernelTable scalarKernels;
#if defined(__x86_64__)
extern const KernelTable avx2Kernels;   ///< needs AVX2 and FMA
extern const KernelTable avx512Kernels; ///< needs AVX-512 F, BW, DQ, VL
#elif defined(__aarch64__)
extern const KernelTable neonKernels;
#endif

/// The fourth Philox counter word of Poisson draws is the tick's high half combined with this, which keeps
/// them apart from the draws that built the connections.
constexpr std::uint32_t poissonDomain = 0x504F4953U;
/// The same for the intervals between Poisson spikes.
constexpr std::uint32_t intervalDomain = 0x494E5456U;

} // namespace bnof::snn
