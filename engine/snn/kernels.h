// SPDX-License-Identifier: GPL-3.0-or-later
// The border between the back ends and the code that is compiled once for each instruction set. Only plain
// data crosses it: a function that were inline on both sides could be merged by the linker into the copy
// that an older CPU cannot execute.
#pragma once

#include <cstdint>

namespace bnof::snn {

/// What reaches one receptor of a population in this tick.
enum class InputMode : std::uint8_t {
    Absent, ///< no projection ends here: the current is zero for ever and is not touched
    None,   ///< nothing arrives in this tick: the current only decays
    Shared, ///< the same integer for every neuron
    Array,  ///< one integer a neuron, plus the shared one
};

/// Constants of a LIF population, each computed in double precision and rounded once.
struct LifConstants {
    float membraneDecay = 0;     ///< exp(-h / tau_m)
    float excitatoryDecay = 0;   ///< exp(-h / tau_e)
    float inhibitoryDecay = 0;   ///< exp(-h / tau_i)
    float excitatoryGain = 0;    ///< mV of membrane change in a tick for one unit of current
    float inhibitoryGain = 0;    ///< the same, negative
    float driveGain = 0;         ///< 1 - exp(-h / tau_m)
    float restTerm = 0;          ///< rest * (1 - exp(-h / tau_m)), mV
    float threshold = 0;         ///< mV
    float reset = 0;             ///< mV
    std::int32_t refractory = 0; ///< ticks
};

/// Currents below this many weight units become exactly zero. A denormal would stay for ever under round to
/// nearest and cost a microcode assist each tick; a current this small no longer moves any membrane bit.
constexpr float currentFloor = 0x1p-40F;

/// One tick of a LIF population. Arrays are padded to a multiple of 64 elements.
struct LifStep {
    const LifConstants* constants = nullptr;
    float* membrane = nullptr;               ///< mV
    float* excitatory = nullptr;             ///< weight units
    float* inhibitory = nullptr;             ///< weight units
    std::uint16_t* refractory = nullptr;     ///< ticks still to wait
    const float* drive = nullptr;            ///< mV; null when no neuron is driven
    std::int32_t* excitatoryInput = nullptr; ///< InputMode::Array: read and set to zero
    std::int32_t* inhibitoryInput = nullptr;
    std::int32_t excitatoryShared = 0;
    std::int32_t inhibitoryShared = 0;
    std::uint32_t size = 0;
    InputMode excitatoryMode = InputMode::Absent;
    InputMode inhibitoryMode = InputMode::Absent;
    std::uint32_t* fired = nullptr; ///< receives the indices of the neurons that fire, ascending
    bool* changed = nullptr;        ///< when given: receives whether any bit of the state changed
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
    Sparse16, ///< rows of 16-bit target indices
    Sparse32, ///< rows of 32-bit target indices
};

/// The synapses of one projection, source-major.
struct SynapseRows {
    RowForm form = RowForm::Shared;
    const std::uint32_t* rowStart = nullptr; ///< sparse: sources + 1 offsets
    const std::uint16_t* targets16 = nullptr;
    const std::uint32_t* targets32 = nullptr;
    const std::int16_t* weights = nullptr; ///< null: every synapse has `weight`
    std::int32_t weight = 0;
    std::uint32_t rowLength = 0; ///< dense: targets
    std::uint32_t rowStride = 0; ///< dense: padded row length
};

/// One instruction set's kernels.
struct KernelTable {
    /// Advances the population; returns how many neurons fired.
    std::uint32_t (*updateLif)(const LifStep& step);
    std::uint32_t (*firePoisson)(const PoissonStep& step);
    /// Adds the rows of `fired` to the accumulators; returns the number of synapses served. Sums wrap
    /// around like unsigned integers; the plan has proved that they never reach that.
    std::uint64_t (*deliver)(const SynapseRows& rows, const std::uint32_t* fired, std::uint32_t count,
                             std::int32_t* accumulators);
};

extern const KernelTable scalarKernels;
#if defined(__x86_64__)
extern const KernelTable avx2Kernels;   ///< needs AVX2 and FMA
extern const KernelTable avx512Kernels; ///< needs AVX-512 F, BW, DQ, VL
#endif

/// The fourth Philox counter word of Poisson draws is the tick's high half combined with this, which keeps
/// them apart from the draws that built the connections.
constexpr std::uint32_t poissonDomain = 0x504F4953U;

} // namespace bnof::snn
