// SPDX-License-Identifier: GPL-3.0-or-later
// Neurons and sources on the device, one neuron a thread; the twin of update() and firePoisson() in kernels_impl.h and
// of the sources of CpuBackEnd. State is read and written once for all ticks of a block.
#pragma once

#include "engine/base/exact_log.h"
#include "engine/base/philox.h"
#include "engine/snn/cuda_primitives.h"

namespace bnof::snn::cuda {

/// The first tick from `from` on in which a source fires: a geometric number of failures later.
BNOF_KERNEL std::uint64_t nextInterval(std::uint64_t drawSeed, std::uint32_t population, std::uint32_t neuron,
                                       std::uint32_t draw, double inverseLog, std::uint64_t from)
{
    constexpr double never = 0x1p62;
    if (inverseLog == 0)
        return ~std::uint64_t{0};
    const PhiloxBlock words = philox({neuron, population, draw, intervalDomain}, static_cast<std::uint32_t>(drawSeed),
                                     static_cast<std::uint32_t>(drawSeed >> 32));
    const double uniform = static_cast<double>((std::uint64_t{words[0]} << 32 | words[1]) >> 11) * 0x1p-53;
    const double failures = exactLogBody(1 - uniform) * inverseLog;
    return failures < never ? from + static_cast<std::uint64_t>(failures) : ~std::uint64_t{0};
}

BNOF_KERNEL void drawInterval(const Instance& instance, const DevicePopulation& p, std::uint32_t population,
                              std::uint32_t n, std::uint64_t from)
{
    const double inverseLog = hotAt<double>(instance, p.inverseLog)[n];
    std::uint32_t& draws = hotAt<std::uint32_t>(instance, p.draws)[n];
    hotAt<std::uint64_t>(instance, p.nextSpike)[n] =
        nextInterval(headerOf(instance).drawSeed, population, n, draws, inverseLog, from);
    draws += inverseLog == 0 ? 0 : 1;
}

/// 1 / ln(1 - p); 0 for a silent source.
BNOF_KERNEL double inverseLogOf(std::uint32_t threshold)
{
    return threshold == 0 ? 0 : 1 / exactLogBody(1 - threshold * 0x1p-32);
}

/// What arrives at one receptor of a neuron; accumulators are left at zero.
BNOF_KERNEL std::int32_t takeInput(const Instance& instance, const DevicePopulation& p, std::uint32_t receptor,
                                   const Arrival& arrival, std::uint32_t row, std::uint32_t n, std::uint64_t tick)
{
    auto sum = static_cast<std::uint32_t>(arrival.shared);
    if ((arrival.summed & 1) != 0) {
        std::int32_t& input =
            hotAt<std::int32_t>(instance, p.sums[receptor])[std::uint64_t{row} * p.words * teamSize + n];
        sum += static_cast<std::uint32_t>(input);
        input = 0;
    }
    if ((arrival.summed & 2) != 0) {
        const std::uint64_t slot = tick - headerOf(instance).loadedAt;
        sum += static_cast<std::uint32_t>(reinterpret_cast<const std::int32_t*>(
            instance.carried + p.carried[receptor])[slot * p.words * teamSize + n]);
    }
    return static_cast<std::int32_t>(sum);
}

template <NeuronKind Kind, bool Driven, bool Excited, bool Inhibited>
BNOF_KERNEL void advanceNeuron(const DeviceNetwork& net, const Instance& instance, const DevicePopulation& p,
                               const Step& step, std::uint32_t n)
{
    using T = ThreadTrait;
    constexpr bool second = Kind == NeuronKind::AdaptiveLif || Kind == NeuronKind::Izhikevich;
    constexpr bool waits = Kind != NeuronKind::Izhikevich;
    const NeuronConstants c = p.constants; // a copy: no store below can change it
    NeuronRegisters<T> neuron{};
    neuron.membrane = hotAt<float>(instance, p.membrane)[n];
    if constexpr (second)
        neuron.second = hotAt<float>(instance, p.second)[n];
    if constexpr (Excited)
        neuron.current[0] = hotAt<float>(instance, p.current[0])[n];
    if constexpr (Inhibited)
        neuron.current[1] = hotAt<float>(instance, p.current[1])[n];
    if constexpr (waits)
        neuron.wait = hotAt<std::uint16_t>(instance, p.refractory)[n];
    neuron.input = steadyPart<T, Kind, Driven>(c, Driven ? hotAt<float>(instance, p.drive) + n : nullptr);
    const std::uint64_t tick = headerOf(instance).tick + step.offset;
    SpikeCursor to = spikeCursor(net, instance, p, step);
    for (std::uint32_t k = 0; k < step.ticks; ++k, to.nextTick()) {
        const std::uint32_t row = step.row + k;
        std::int32_t arriving[2] = {};
        if constexpr (Excited)
            arriving[0] = takeInput(instance, p, 0, hotAt<Arrival>(instance, p.arrivals[0])[row], row, n, tick + k);
        if constexpr (Inhibited)
            arriving[1] = takeInput(instance, p, 1, hotAt<Arrival>(instance, p.arrivals[1])[row], row, n, tick + k);
        const bool fires = tickOf<T, Kind, Excited, Inhibited>(c, neuron, arriving);
        // The padding behind the last neuron never reports a spike.
        storeBallot(to, n / teamSize, n % teamSize, fires && n < p.size);
    }
    hotAt<float>(instance, p.membrane)[n] = neuron.membrane;
    if constexpr (second)
        hotAt<float>(instance, p.second)[n] = neuron.second;
    if constexpr (Excited)
        hotAt<float>(instance, p.current[0])[n] = neuron.current[0];
    if constexpr (Inhibited)
        hotAt<float>(instance, p.current[1])[n] = neuron.current[1];
    if constexpr (waits)
        hotAt<std::uint16_t>(instance, p.refractory)[n] = static_cast<std::uint16_t>(neuron.wait);
}

template <NeuronKind Kind, bool Driven>
BNOF_KERNEL void advanceReceptors(const DeviceNetwork& net, const Instance& instance, const DevicePopulation& p,
                                  const Step& step, std::uint32_t n)
{
    const bool excited = p.current[0] != absent;
    const bool inhibited = p.current[1] != absent;
    if (excited && inhibited)
        advanceNeuron<Kind, Driven, true, true>(net, instance, p, step, n);
    else if (excited)
        advanceNeuron<Kind, Driven, true, false>(net, instance, p, step, n);
    else if (inhibited)
        advanceNeuron<Kind, Driven, false, true>(net, instance, p, step, n);
    else
        advanceNeuron<Kind, Driven, false, false>(net, instance, p, step, n);
}

template <NeuronKind Kind>
BNOF_KERNEL void advanceDriven(const DeviceNetwork& net, const Instance& instance, const DevicePopulation& p,
                               const Step& step, std::uint32_t n)
{
    if (*hotAt<std::uint32_t>(instance, p.driven) != 0)
        advanceReceptors<Kind, true>(net, instance, p, step, n);
    else
        advanceReceptors<Kind, false>(net, instance, p, step, n);
}

BNOF_KERNEL void advanceCounter(const DeviceNetwork& net, const Instance& instance, const DevicePopulation& p,
                                const Step& step, std::uint32_t n)
{
    std::int64_t sum = hotAt<std::int32_t>(instance, p.count)[n];
    const std::uint64_t tick = headerOf(instance).tick + step.offset;
    SpikeCursor to = spikeCursor(net, instance, p, step);
    for (std::uint32_t k = 0; k < step.ticks; ++k, to.nextTick()) {
        const std::uint32_t row = step.row + k;
        for (std::uint32_t receptor = 0; receptor < 2; ++receptor) {
            if (p.arrivals[receptor] == absent)
                continue;
            const Arrival arrival = hotAt<Arrival>(instance, p.arrivals[receptor])[row];
            const std::int64_t arriving = takeInput(instance, p, receptor, arrival, row, n, tick + k);
            sum += receptor == 0 ? arriving : -arriving;
        }
        sum = sum < 0 ? 0 : sum > counterLimit ? counterLimit : sum;
        const bool fires = sum >= p.constants.counterThreshold && n < p.size;
        if (fires)
            sum -= p.constants.counterThreshold;
        storeBallot(to, n / teamSize, n % teamSize, fires);
    }
    hotAt<std::int32_t>(instance, p.count)[n] = static_cast<std::int32_t>(sum);
}

/// Two groups of 64 Poisson sources: Philox block `b` of a group has the words of the neurons 16 w + b.
BNOF_KERNEL void drawEveryTick(const DeviceNetwork& net, const Instance& instance, const DevicePopulation& p,
                               std::uint32_t population, const Step& step, std::uint32_t item, std::uint32_t lane)
{
    const std::uint64_t seed = headerOf(instance).drawSeed;
    const std::uint32_t group = 2 * item + lane / 16; // of 64 neurons
    const bool exists = 2 * group < p.words;
    const std::uint32_t* thresholds = hotAt<std::uint32_t>(instance, p.thresholds) + 64 * std::uint64_t{group};
    const std::uint64_t first = headerOf(instance).tick + step.offset;
    SpikeCursor to = spikeCursor(net, instance, p, step);
    for (std::uint32_t k = 0; k < step.ticks; ++k, to.nextTick()) {
        const std::uint64_t tick = first + k;
        bool fires[4] = {};
        if (exists) {
            const PhiloxBlock words = philox({16 * group + lane % 16, population, static_cast<std::uint32_t>(tick),
                                              static_cast<std::uint32_t>(tick >> 32) ^ poissonDomain},
                                             static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
            for (std::uint32_t w = 0; w < 4; ++w)
                fires[w] = words[w] < thresholds[16 * w + lane % 16]; // behind the last neuron: 0
        }
        storeGroups(to, 4 * item, lane, fires);
    }
}

BNOF_KERNEL void fireIntervals(const DeviceNetwork& net, const Instance& instance, const DevicePopulation& p,
                               std::uint32_t population, const Step& step, std::uint32_t n)
{
    const std::uint64_t first = headerOf(instance).tick + step.offset;
    SpikeCursor to = spikeCursor(net, instance, p, step);
    for (std::uint32_t k = 0; k < step.ticks; ++k, to.nextTick()) {
        const bool fires = n < p.size && hotAt<std::uint64_t>(instance, p.nextSpike)[n] <= first + k;
        if (fires)
            drawInterval(instance, p, population, n, first + k + 1);
        storeBallot(to, n / teamSize, n % teamSize, fires);
    }
}

/// One word of a spike list, which is ordered by tick, then by neuron.
BNOF_KERNEL void fireListed(const DeviceNetwork& net, const Instance& instance, const DevicePopulation& p,
                            const Step& step, std::uint32_t word)
{
    const auto* list = constantsAt<ListedSpike>(net, p.list);
    const std::uint64_t first = headerOf(instance).tick + step.offset;
    SpikeCursor to = spikeCursor(net, instance, p, step);
    for (std::uint32_t k = 0; k < step.ticks; ++k, to.nextTick()) {
        std::uint32_t low = 0;
        std::uint32_t high = p.listCount;
        while (low < high) {
            const std::uint32_t middle = low + (high - low) / 2;
            const bool before =
                list[middle].tick != first + k ? list[middle].tick < first + k : list[middle].neuron < word * teamSize;
            (before ? low : high) = before ? middle + 1 : middle;
        }
        std::uint32_t bits = 0;
        for (; low < p.listCount && list[low].tick == first + k && list[low].neuron / teamSize == word; ++low)
            bits |= 1U << list[low].neuron % teamSize;
        storeWord(to, word, bits);
    }
}

/// One item of the update: 32 neurons, 128 Poisson sources, or 32 words of a spike list.
BNOF_KERNEL void updateItem(const DeviceNetwork& net, const Instance& instance, const Step& step,
                            std::uint32_t population, std::uint32_t item, std::uint32_t lane)
{
    const DevicePopulation& p = populationsOf(net)[population];
    const std::uint32_t n = item * teamSize + lane;
    switch (p.kind) {
    case NeuronKind::Lif: return advanceDriven<NeuronKind::Lif>(net, instance, p, step, n);
    case NeuronKind::ConductanceLif: return advanceDriven<NeuronKind::ConductanceLif>(net, instance, p, step, n);
    case NeuronKind::AdaptiveLif: return advanceDriven<NeuronKind::AdaptiveLif>(net, instance, p, step, n);
    case NeuronKind::Izhikevich: return advanceDriven<NeuronKind::Izhikevich>(net, instance, p, step, n);
    case NeuronKind::Counter: return advanceCounter(net, instance, p, step, n);
    case NeuronKind::Poisson:
        if (p.intervals)
            return fireIntervals(net, instance, p, population, step, n);
        return drawEveryTick(net, instance, p, population, step, item, lane);
    case NeuronKind::SpikeList:
        if (n < p.words)
            fireListed(net, instance, p, step, n);
    }
}

/// Advances the populations that learn, or those that do not.
BNOF_KERNEL void updatePhase(const DeviceNetwork& net, const Instance& instance, const Step& step, bool learners,
                             std::uint32_t thread, std::uint32_t threads)
{
    const DevicePopulation* populations = populationsOf(net);
    std::uint32_t begin = 0; // of the items of `index`
    std::uint32_t index = 0;
    for (std::uint32_t item = thread / teamSize; item < net.updateItems[learners ? 1 : 0]; item += threads / teamSize) {
        while (populations[index].learns != learners || item >= populations[index].updateEnd) {
            if (populations[index].learns == learners)
                begin = populations[index].updateEnd;
            ++index;
        }
        updateItem(net, instance, step, index, item - begin, thread % teamSize);
    }
}

} // namespace bnof::snn::cuda
