// SPDX-License-Identifier: GPL-3.0-or-later
// Turns the bits of a spike record into lists in canonical order (by instance, population, tick, neuron): count the
// bits of every segment, add up the counts, write each segment's spikes at its place. No order depends on threads.
#pragma once

#include "engine/snn/cuda_primitives.h"

namespace bnof::snn::cuda {

constexpr std::uint32_t segmentWords = 32;

/// What has been recorded by one instance.
struct RecordedTicks {
    std::uint64_t firstTick = 0;
    std::uint32_t ticks = 0;
    std::uint32_t unused = 0;
};

struct Compaction {
    const std::uint32_t* record = nullptr;   ///< [instance][population][tick][word]
    std::uint64_t recordStride = 0;          ///< words between instances
    const RecordedTicks* recorded = nullptr; ///< by instance
    const std::uint64_t* listSegments =
        nullptr; ///< by population: segments before it; the last entry: all of one instance
    std::uint32_t instances = 0;
    std::uint32_t* counts = nullptr;  ///< by segment of all instances: spikes
    std::uint64_t* begins = nullptr;  ///< by segment: spikes before it
    std::uint64_t* partial = nullptr; ///< by thread of the scan
    std::uint64_t* starts = nullptr;  ///< by instance and population: first spike; the last entry: all spikes
    ListedSpike* out = nullptr;
};

/// Segments of one population: its words of all ticks of a chunk, cut up.
BNOF_KERNEL std::uint64_t segmentsOf(const DeviceNetwork& net, const DevicePopulation& p)
{
    return (std::uint64_t{p.words} * net.chunkTicks + segmentWords - 1) / segmentWords;
}

BNOF_KERNEL std::uint64_t allSegments(const DeviceNetwork& net, const Compaction& c)
{
    return c.listSegments[net.populationCount] * c.instances;
}

/// Where a segment lies.
struct Segment {
    std::uint32_t instance = 0;
    std::uint32_t population = 0;
    std::uint64_t firstWord = 0; ///< of the population's record
    std::uint64_t endWord = 0;
};

BNOF_KERNEL Segment locateSegment(const DeviceNetwork& net, const Compaction& c, std::uint64_t index)
{
    const std::uint64_t each = c.listSegments[net.populationCount];
    const std::uint64_t inside = index % each;
    std::uint32_t low = 0; // the last population that begins at or before it
    std::uint32_t high = net.populationCount - 1;
    while (low < high) {
        const std::uint32_t middle = low + (high - low + 1) / 2;
        if (c.listSegments[middle] <= inside)
            low = middle;
        else
            high = middle - 1;
    }
    Segment segment{static_cast<std::uint32_t>(index / each), low, (inside - c.listSegments[low]) * segmentWords, 0};
    const std::uint64_t used = std::uint64_t{populationsOf(net)[low].words} * c.recorded[segment.instance].ticks;
    segment.endWord = segment.firstWord + segmentWords < used ? segment.firstWord + segmentWords : used;
    return segment;
}

BNOF_KERNEL const std::uint32_t* wordsOf(const DeviceNetwork& net, const Compaction& c, const Segment& segment)
{
    return c.record + segment.instance * c.recordStride +
           std::uint64_t{populationsOf(net)[segment.population].wordsBefore} * net.chunkTicks;
}

BNOF_KERNEL void countPhase(const DeviceNetwork& net, const Compaction& c, std::uint64_t thread, std::uint64_t threads)
{
    for (std::uint64_t i = thread; i < allSegments(net, c); i += threads) {
        const Segment segment = locateSegment(net, c, i);
        const std::uint32_t* words = wordsOf(net, c, segment);
        std::uint32_t count = 0;
        for (std::uint64_t w = segment.firstWord; w < segment.endWord; ++w)
            count += bitCount(words[w]);
        c.counts[i] = count;
    }
}

/// A run of segments a thread of the scan.
BNOF_KERNEL std::uint64_t runOf(const DeviceNetwork& net, const Compaction& c, std::uint64_t threads)
{
    return (allSegments(net, c) + threads - 1) / threads;
}

/// The scan is done by one thread block; partial has an entry a thread.
BNOF_KERNEL void sumPhase(const DeviceNetwork& net, const Compaction& c, std::uint32_t thread, std::uint32_t threads)
{
    const std::uint64_t all = allSegments(net, c);
    const std::uint64_t run = runOf(net, c, threads);
    std::uint64_t sum = 0;
    for (std::uint64_t i = thread * run; i < (thread + 1) * run && i < all; ++i)
        sum += c.counts[i];
    c.partial[thread] = sum;
}

BNOF_KERNEL void placePhase(const DeviceNetwork& net, const Compaction& c, std::uint32_t thread, std::uint32_t threads)
{
    std::uint64_t begin = 0;
    for (std::uint32_t i = 0; i < thread; ++i)
        begin += c.partial[i];
    const std::uint64_t all = allSegments(net, c);
    const std::uint64_t run = runOf(net, c, threads);
    for (std::uint64_t i = thread * run; i < (thread + 1) * run && i < all; ++i) {
        c.begins[i] = begin;
        begin += c.counts[i];
    }
    if (thread == threads - 1)
        c.starts[std::uint64_t{c.instances} * net.populationCount] = begin;
}

BNOF_KERNEL void startsPhase(const DeviceNetwork& net, const Compaction& c, std::uint32_t thread, std::uint32_t threads)
{
    for (std::uint64_t i = thread; i < std::uint64_t{c.instances} * net.populationCount; i += threads)
        c.starts[i] = c.begins[i / net.populationCount * c.listSegments[net.populationCount] +
                               c.listSegments[i % net.populationCount]];
}

BNOF_KERNEL void writePhase(const DeviceNetwork& net, const Compaction& c, std::uint64_t thread, std::uint64_t threads)
{
    for (std::uint64_t i = thread; i < allSegments(net, c); i += threads) {
        if (c.counts[i] == 0)
            continue;
        const Segment segment = locateSegment(net, c, i);
        const std::uint32_t* words = wordsOf(net, c, segment);
        const std::uint32_t each = populationsOf(net)[segment.population].words;
        ListedSpike* out = c.out + c.begins[i];
        for (std::uint64_t w = segment.firstWord; w < segment.endWord; ++w) {
            const auto tick = static_cast<std::uint32_t>(c.recorded[segment.instance].firstTick + w / each);
            const auto first = static_cast<std::uint32_t>(w % each) * teamSize;
            for (std::uint32_t bits = words[w]; bits != 0; bits &= bits - 1)
                *out++ = {first + lowestBit(bits), tick};
        }
    }
}

} // namespace bnof::snn::cuda
