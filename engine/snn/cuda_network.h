// SPDX-License-Identifier: GPL-3.0-or-later
// A network as the device sees it: plain tables with offsets instead of pointers, so that the same bytes work in
// the memory of a GPU, in the shared memory of one thread block, and on the host, where the tests run them.
//
// Constant data are one image. What changes is in two arenas: the hot one (neurons, accumulators, recent spikes; it
// moves into shared memory where it fits) and the cold one (plastic weights). Spikes are bits, a word for 32
// neurons, so that they are in canonical order whatever the threads do.
#pragma once

#include <cstdint>

#include "engine/base/kernel.h"
#include "engine/snn/kernels.h"
#include "engine/snn/plasticity_units.h"

namespace bnof::snn::cuda {

/// Offset of what does not exist.
constexpr std::uint64_t absent = ~std::uint64_t{0};
/// Threads that work together on one item, and neurons of one spike word.
constexpr std::uint32_t teamSize = 32;

/// At the beginning of the hot arena.
struct InstanceHeader {
    std::uint64_t tick = 0;     ///< the next one
    std::uint64_t loadedAt = 0; ///< tick of the loaded state
    std::uint64_t drawSeed = 0;
    std::uint32_t nextInput = 0; ///< batches: input changes that have been made
    std::uint32_t recorded = 0;  ///< ticks that the spike record already holds
};

/// What reaches one receptor of a population in one tick, besides the accumulators.
struct Arrival {
    std::int32_t shared = 0;  ///< the same for every neuron
    std::uint32_t summed = 0; ///< the accumulators have to be looked at
};

struct DevicePopulation {
    NeuronConstants constants;
    NeuronKind kind = NeuronKind::Lif;
    bool learns = false;
    bool intervals = false; ///< Poisson sampling
    std::uint32_t size = 0;
    std::uint32_t words = 0; ///< of one tick's spikes; a multiple of 2
    std::uint32_t slots = 0; ///< ticks of spikes that are kept for delivery
    std::uint32_t initialThreshold = 0;
    float initialMembrane = 0;
    float initialSecond = 0;
    std::uint32_t incomingBegin = 0; ///< in the table of incoming projections
    std::uint32_t incomingEnd = 0;
    std::uint32_t updateEnd = 0; ///< items of populations up to this one, among those that learn or that do not
    std::uint32_t listCount = 0; ///< spike lists
    std::uint64_t list = absent; ///< constants: ListedSpike
    // In the hot arena, in bytes; a neuron each where nothing else is said.
    std::uint64_t membrane = absent, second = absent, current[2] = {absent, absent}, refractory = absent;
    std::uint64_t count = absent, drive = absent, thresholds = absent, nextSpike = absent, draws = absent;
    std::uint64_t inverseLog = absent;
    std::uint64_t driven = absent;                ///< one word: some drive is not zero
    std::uint64_t history = absent;               ///< [slot][word]
    std::uint64_t historyCount = absent;          ///< [slot]: spikes
    std::uint64_t sums[2] = {absent, absent};     ///< [tick of the block][neuron]
    std::uint64_t arrivals[2] = {absent, absent}; ///< [tick of the block]: Arrival
    // In the buffer of input that was on its way when a state was loaded, in bytes.
    std::uint64_t carried[2] = {absent, absent}; ///< [slot][neuron]
    std::uint64_t carriedShared[2] = {absent, absent};
    std::uint32_t carriedSlots[2] = {0, 0};
    std::uint32_t wordsBefore = 0; ///< of the populations before this one
};

struct ListedSpike {
    std::uint32_t neuron = 0;
    std::uint32_t tick = 0;
};

struct DeviceProjection {
    std::uint32_t source = 0;
    std::uint32_t target = 0;
    std::uint32_t receptor = 0;
    std::uint32_t delay = 1; ///< ticks
    std::uint32_t sources = 0;
    std::uint32_t targets = 0;
    RowForm form = RowForm::Shared;
    bool plastic = false;
    std::int32_t weight = 0;
    std::uint32_t smallShift = 0;
    std::uint32_t blockSize = 0;
    std::uint32_t blocks = 1;
    std::uint32_t stride = 0;            ///< dense rows
    std::uint32_t learning = 0;          ///< plastic: which
    std::uint64_t rowStart = absent;     ///< constants: as in Synapses
    std::uint64_t rowTargets = absent;   ///< constants
    std::uint64_t weights = absent;      ///< constants
    std::uint64_t smallWeights = absent; ///< constants
    // Work of one tick's delivery: words of sources times blocks of targets times parts of a row.
    std::uint32_t wordGroups = 0;
    std::uint32_t groupWords = 1;
    std::uint32_t targetParts = 1; ///< dense: runs of 128 targets; sparse: blocks
    std::uint32_t rowParts = 1;    ///< sparse: teams that share a row
    std::uint32_t deliverEnd = 0;  ///< items of all ticks of a block, of projections up to this one
};

/// A decay table in the constants.
struct DeviceDecay {
    std::uint64_t factors = absent;
    std::uint32_t length = 0;
};

/// One plastic projection.
struct DeviceLearning {
    std::uint32_t projection = 0;
    LearningRule rule = LearningRule::Pair;
    bool narrow = false; ///< weights are kept as int16
    bool dense = false;
    std::int32_t limit = 0;
    std::uint32_t roundingKey = 0;
    DeviceDecay pre, post, slowPre, slowPost;
    std::int64_t potentiation = 0;
    std::int64_t depression = 0;
    std::int64_t tripletPotentiation = 0;
    std::int64_t tripletDepression = 0;
    std::int64_t offset = 0;
    std::uint32_t eligibilityPeriod = 0;
    std::uint32_t eligibilityDecay = 0;
    double learningRate = 0;
    std::uint32_t scalingPeriod = 0;
    double scalingTarget = 0;
    double scalingStrength = 0;
    std::uint32_t stride = 0;              ///< dense
    std::uint64_t positions = 0;           ///< of the weight array
    std::uint64_t rowStart = absent;       ///< constants, sparse: sources + 1
    std::uint64_t rowTargets = absent;     ///< constants, sparse
    std::uint64_t columnStart = absent;    ///< constants, sparse: targets + 1
    std::uint64_t columnPlace = absent;    ///< constants, sparse: position in the weight array
    std::uint64_t columnSource = absent;   ///< constants, sparse
    std::uint64_t initialWeights = absent; ///< constants, int16 weight units
    std::uint64_t weights = absent;        ///< cold
    std::uint64_t eligibilities = absent;  ///< cold
    // Hot, by source or by target.
    std::uint64_t preTrace = absent, slowPreTrace = absent, lastArrival = absent;
    std::uint64_t postTrace = absent, slowPostTrace = absent, lastSpike = absent, spikesInPeriod = absent;
    std::uint32_t rowParts = 1;    ///< teams that share a row
    std::uint32_t columnParts = 1; ///< teams that share a column
    std::uint32_t arriveEnd = 0;   ///< items, of learning projections up to this one
    std::uint32_t fireEnd = 0;
    std::uint32_t sourceEnd = 0; ///< sources
    std::uint32_t targetEnd = 0; ///< targets
};

/// The tables. Passed to kernels by value.
struct DeviceNetwork {
    const char* constants = nullptr;
    std::uint64_t populations = 0; ///< offsets of the tables in the constants
    std::uint64_t projections = 0;
    std::uint64_t incoming = 0;
    std::uint64_t learning = 0;
    std::uint32_t populationCount = 0;
    std::uint32_t projectionCount = 0;
    std::uint32_t learningCount = 0;
    std::uint32_t blockTicks = 1;
    std::uint32_t chunkTicks = 1;          ///< ticks that the spike record holds
    std::uint32_t recordWords = 0;         ///< of one tick
    std::uint32_t deliverItems = 0;        ///< for whole teams
    std::uint32_t updateItems[2] = {0, 0}; ///< of populations that do not learn, that learn
    std::uint32_t arriveItems = 0;
    std::uint32_t fireItems = 0;
    std::uint32_t learningSources = 0;
    std::uint32_t learningTargets = 0;
    bool periodic = false; ///< some rule has something to do at regular ticks
    std::uint64_t hotBytes = 0;
    std::uint64_t coldBytes = 0;
    std::uint64_t carriedBytes = 0;
};

/// One network in motion.
struct Instance {
    char* hot = nullptr;
    char* cold = nullptr;
    const char* carried = nullptr;   ///< or null: nothing was on its way
    std::uint32_t* record = nullptr; ///< [population][tick of the chunk][word]
    std::uint64_t* events = nullptr; ///< by projection, or null
};

/// Some ticks.
struct Step {
    std::uint32_t offset = 0; ///< of the first, from the header's tick
    std::uint32_t ticks = 0;
    std::uint32_t row = 0; ///< of the first, in the accumulators of the block
};

template <class T> BNOF_KERNEL const T* constantsAt(const DeviceNetwork& net, std::uint64_t offset)
{
    return reinterpret_cast<const T*>(net.constants + offset);
}
template <class T> BNOF_KERNEL T* hotAt(const Instance& instance, std::uint64_t offset)
{
    return reinterpret_cast<T*>(instance.hot + offset);
}
template <class T> BNOF_KERNEL T* coldAt(const Instance& instance, std::uint64_t offset)
{
    return reinterpret_cast<T*>(instance.cold + offset);
}
BNOF_KERNEL const DevicePopulation* populationsOf(const DeviceNetwork& net)
{
    return constantsAt<DevicePopulation>(net, net.populations);
}
BNOF_KERNEL const DeviceProjection* projectionsOf(const DeviceNetwork& net)
{
    return constantsAt<DeviceProjection>(net, net.projections);
}
BNOF_KERNEL const DeviceLearning* learningOf(const DeviceNetwork& net)
{
    return constantsAt<DeviceLearning>(net, net.learning);
}
BNOF_KERNEL InstanceHeader& headerOf(const Instance& instance)
{
    return *hotAt<InstanceHeader>(instance, 0);
}
/// The record of one tick of a population; `offset` is counted from the header's tick.
BNOF_KERNEL std::uint32_t* recordOf(const DeviceNetwork& net, const Instance& instance, const DevicePopulation& p,
                                    std::uint32_t offset)
{
    return instance.record + std::uint64_t{p.wordsBefore} * net.chunkTicks +
           std::uint64_t{headerOf(instance).recorded + offset} * p.words;
}

} // namespace bnof::snn::cuda
