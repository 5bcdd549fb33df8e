// SPDX-License-Identifier: GPL-3.0-or-later
// Delivery on the device over synapses that do not learn; the twin of deliver() in kernels_impl.h. Integers only, so
// the order of the additions does not matter. All ticks of a block are served at once.
#pragma once

#include "engine/snn/cuda_primitives.h"

namespace bnof::snn::cuda {

/// The spikes of a projection's source that arrive in one tick.
struct Arriving {
    const std::uint32_t* words = nullptr;
    std::uint32_t count = 0; ///< 0: none
};

BNOF_KERNEL Arriving arrivingAt(const DeviceNetwork& net, const Instance& instance, const DeviceProjection& projection,
                                std::uint64_t tick)
{
    // What was on its way over other projections when a state was loaded is carried as sums.
    const std::uint64_t first = projection.plastic ? 0 : headerOf(instance).loadedAt;
    if (tick < first + projection.delay)
        return {};
    const DevicePopulation& source = populationsOf(net)[projection.source];
    const auto slot = static_cast<std::uint32_t>((tick - projection.delay) % source.slots);
    return {hotAt<const std::uint32_t>(instance, source.history) + std::uint64_t{slot} * source.words,
            hotAt<const std::uint32_t>(instance, source.historyCount)[slot]};
}

/// Input that is one number for a whole population, and whether the accumulators will hold anything; one receptor of
/// one population in one tick.
BNOF_KERNEL void summarise(const DeviceNetwork& net, const Instance& instance, const Step& step, std::uint32_t item)
{
    const std::uint32_t k = item % net.blockTicks;
    const std::uint32_t receptor = item / net.blockTicks % 2;
    const DevicePopulation& population = populationsOf(net)[item / net.blockTicks / 2];
    if (k >= step.ticks || population.arrivals[receptor] == absent)
        return;
    const InstanceHeader& header = headerOf(instance);
    const std::uint64_t tick = header.tick + step.offset + k;
    std::uint32_t shared = 0;
    Arrival arrival;
    const std::uint64_t sinceLoading = tick - header.loadedAt;
    if (instance.carried != nullptr && sinceLoading < population.carriedSlots[receptor]) {
        shared = static_cast<std::uint32_t>(
            reinterpret_cast<const std::int32_t*>(instance.carried + population.carriedShared[receptor])[sinceLoading]);
        arrival.summed = population.carried[receptor] != absent ? 2 : 0;
    }
    const std::uint32_t* incoming = constantsAt<std::uint32_t>(net, net.incoming);
    for (std::uint32_t i = population.incomingBegin; i < population.incomingEnd; ++i) {
        const DeviceProjection& projection = projectionsOf(net)[incoming[i]];
        if (projection.receptor != receptor)
            continue;
        const std::uint32_t count = arrivingAt(net, instance, projection, tick).count;
        if (count == 0)
            continue;
        if (projection.plastic || projection.form != RowForm::Shared) {
            arrival.summed |= 1;
            continue;
        }
        shared += count * static_cast<std::uint32_t>(projection.weight);
        if (instance.events != nullptr)
            addTo(instance.events + incoming[i], std::uint64_t{count} * projection.targets);
    }
    arrival.shared = static_cast<std::int32_t>(shared);
    hotAt<Arrival>(instance, population.arrivals[receptor])[k] = arrival;
}

BNOF_KERNEL std::int32_t sparseWeight(const DeviceNetwork& net, const DeviceProjection& p, std::uint64_t k)
{
    if (p.weights != absent)
        return constantsAt<std::int16_t>(net, p.weights)[k];
    if (p.smallWeights != absent)
        return std::int32_t{constantsAt<std::int8_t>(net, p.smallWeights)[k]} << p.smallShift;
    return p.weight;
}

/// The sources of `bits` (from neuron `first` on) and one part of their rows in one block of targets.
BNOF_KERNEL std::uint64_t deliverRows(const DeviceNetwork& net, const DeviceProjection& p, std::uint32_t first,
                                      std::uint32_t bits, std::uint32_t block, std::uint32_t begin, std::int32_t* sums)
{
    const std::uint32_t* rowStart =
        constantsAt<std::uint32_t>(net, p.rowStart) + std::uint64_t{block} * (p.sources + 1);
    const std::uint16_t* targets = constantsAt<std::uint16_t>(net, p.rowTargets);
    std::int32_t* blockSums = sums + std::uint64_t{block} * p.blockSize;
    std::uint64_t events = 0;
    for (; bits != 0; bits &= bits - 1) {
        const std::uint32_t source = first + lowestBit(bits);
        const std::uint32_t rowBegin = rowStart[source];
        const std::uint32_t rowEnd = rowStart[source + 1];
        events += rowEnd - rowBegin;
        for (std::uint32_t k = rowBegin + begin; k < rowEnd; k += teamSize * p.rowParts)
            addTo(blockSums + targets[k], sparseWeight(net, p, k));
    }
    return events;
}

/// Four neighbouring targets of the dense rows of the sources of `bits`; summed in registers.
BNOF_KERNEL void deliverDenseRows(const DeviceNetwork& net, const DeviceProjection& p, std::uint32_t first,
                                  std::uint32_t bits, std::uint32_t target, std::int32_t (&sum)[4])
{
    for (; bits != 0; bits &= bits - 1) {
        const std::uint64_t at = std::uint64_t{first + lowestBit(bits)} * p.stride + target;
        if (p.weights != absent) {
            const std::int16_t* row = constantsAt<std::int16_t>(net, p.weights) + at;
#if defined(__CUDA_ARCH__)
            const short4 four = *reinterpret_cast<const short4*>(row);
            sum[0] += four.x;
            sum[1] += four.y;
            sum[2] += four.z;
            sum[3] += four.w;
#else
            for (std::uint32_t i = 0; i < 4; ++i)
                sum[i] += row[i];
#endif
        } else {
            const std::int8_t* row = constantsAt<std::int8_t>(net, p.smallWeights) + at;
#if defined(__CUDA_ARCH__)
            const char4 four = *reinterpret_cast<const char4*>(row);
            sum[0] += four.x << p.smallShift; // weights are never negative
            sum[1] += four.y << p.smallShift;
            sum[2] += four.z << p.smallShift;
            sum[3] += four.w << p.smallShift;
#else
            for (std::uint32_t i = 0; i < 4; ++i)
                sum[i] += std::int32_t{row[i]} << p.smallShift;
#endif
        }
    }
}

/// One item of the delivery: a few words of sources, a part of the targets or of the rows, one tick.
BNOF_KERNEL void deliverItem(const DeviceNetwork& net, const Instance& instance, const Step& step,
                             std::uint32_t projectionIndex, std::uint32_t item, std::uint32_t lane)
{
    const DeviceProjection& p = projectionsOf(net)[projectionIndex];
    const std::uint32_t rowPart = item % p.rowParts;
    const std::uint32_t targetPart = item / p.rowParts % p.targetParts;
    const std::uint32_t group = item / p.rowParts / p.targetParts % p.wordGroups;
    const std::uint32_t k = item / p.rowParts / p.targetParts / p.wordGroups;
    if (k >= step.ticks)
        return;
    const Arriving arriving = arrivingAt(net, instance, p, headerOf(instance).tick + step.offset + k);
    if (arriving.count == 0)
        return;
    const DevicePopulation& target = populationsOf(net)[p.target];
    std::int32_t* sums =
        hotAt<std::int32_t>(instance, target.sums[p.receptor]) + std::uint64_t{k} * target.words * teamSize;
    const std::uint32_t words = (p.sources + teamSize - 1) / teamSize;
    const std::uint32_t end = (group + 1) * p.groupWords < words ? (group + 1) * p.groupWords : words;
    std::uint64_t events = 0;
    std::int32_t dense[4] = {};
    const std::uint32_t denseTarget = targetPart * 4 * teamSize + 4 * lane;
    for (std::uint32_t word = group * p.groupWords; word < end; ++word) {
        const std::uint32_t bits = arriving.words[word];
        if (bits == 0)
            continue;
        const std::uint32_t first = word * teamSize;
        if (p.form == RowForm::Sparse) {
            events += deliverRows(net, p, first, bits, targetPart, rowPart * teamSize + lane, sums);
        } else if (p.form == RowForm::Dense) {
            events += std::uint64_t{bitCount(bits)} * (targetPart == 0 ? p.targets : 0);
            if (denseTarget < p.targets)
                deliverDenseRows(net, p, first, bits, denseTarget, dense);
        } else {
            events += bitCount(bits);
            if ((bits >> lane & 1) != 0)
                addTo(sums + first + lane, p.weight);
        }
    }
    for (std::uint32_t i = 0; i < 4; ++i)
        if (dense[i] != 0)
            addTo(sums + denseTarget + i, dense[i]);
    if (lane == 0 && rowPart == 0 && events != 0 && instance.events != nullptr)
        addTo(instance.events + projectionIndex, events);
}

/// Everything that arrives in the ticks of a block, and the spike counts of the slots that the block will fill.
BNOF_KERNEL void deliverPhase(const DeviceNetwork& net, const Instance& instance, const Step& step,
                              std::uint32_t thread, std::uint32_t threads)
{
    for (std::uint32_t i = thread; i < net.populationCount * 2 * net.blockTicks; i += threads)
        summarise(net, instance, step, i);
    for (std::uint32_t i = thread; i < net.populationCount * step.ticks; i += threads) {
        const DevicePopulation& population = populationsOf(net)[i / step.ticks];
        const std::uint64_t tick = headerOf(instance).tick + step.offset + i % step.ticks;
        if (population.slots > 0)
            hotAt<std::uint32_t>(instance, population.historyCount)[tick % population.slots] = 0;
    }
    const DeviceProjection* projections = projectionsOf(net);
    const auto end = [](const DeviceProjection& p) { return p.deliverEnd; };
    std::uint32_t index = 0;
    for (std::uint32_t item = thread / teamSize; item < net.deliverItems; item += threads / teamSize) {
        index = entryOf(projections, index, item, end);
        const std::uint32_t begin = index == 0 ? 0 : projections[index - 1].deliverEnd;
        deliverItem(net, instance, step, index, item - begin, thread % teamSize);
    }
}

} // namespace bnof::snn::cuda
