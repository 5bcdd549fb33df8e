// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/storage/spike_merge.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "engine/storage/spike_codec.h"

namespace bnof::storage {
namespace {

/// Sorting by tick costs about as much as merging each spike so often; so many parts would need more.
constexpr std::size_t mergesPerSpike = 4;
constexpr std::size_t mostParts = 64;
constexpr std::uint64_t afterAll = UINT64_MAX;
/// Keys lie strictly between 0 and `afterAll`, whatever the columns hold: the step is at most this.
constexpr std::uint32_t greatestStep = UINT32_MAX - 2;

/// Merge two runs from both ends at once: two chains of dependent loads instead of one. Each run has a 0 before and
/// `afterAll` behind it, so neither is overrun, in whatever order its keys are.
void mergeTwo(const std::uint64_t* a, std::size_t countA, const std::uint64_t* b, std::size_t countB,
              std::uint64_t* out)
{
    const std::size_t total = countA + countB;
    const std::uint64_t* lastA = a + countA - 1;
    const std::uint64_t* lastB = b + countB - 1;
    std::uint64_t* last = out + total - 1;
    for (std::size_t i = 0; i < total / 2; ++i) {
        const std::size_t second = *b < *a ? 1 : 0;
        *out++ = second != 0 ? *b : *a;
        b += second;
        a += 1 - second;
        const std::size_t first = *lastA > *lastB ? 1 : 0;
        *last-- = first != 0 ? *lastA : *lastB;
        lastA -= first;
        lastB -= 1 - first;
    }
    if (total % 2 != 0)
        *out = std::min(*a, *b);
}

} // namespace

/// Into m_runs behind the first `after`, which keeps them sorted by length.
void SpikeMerger::insert(const Run& run, std::size_t after)
{
    const auto place = std::lower_bound(m_runs.begin() + static_cast<std::ptrdiff_t>(after), m_runs.end(), run,
                                        [](const Run& a, const Run& b) { return a.count < b.count; });
    m_runs.insert(place, run);
}

/// Keys that are written when always the two shortest runs are merged.
std::size_t SpikeMerger::keysOfAllMerges(std::span<const std::size_t> ends)
{
    m_runs.clear();
    for (std::size_t i = 0; i < ends.size(); ++i)
        insert({0, ends[i] - (i > 0 ? ends[i - 1] : 0)}, 0);
    std::size_t written = 0;
    for (std::size_t next = 0; next + 1 < m_runs.size(); next += 2) {
        const Run merged{0, m_runs[next].count + m_runs[next + 1].count};
        written += merged.count;
        insert(merged, next + 2);
    }
    return written;
}

SpikeMerger::Run SpikeMerger::makeRoom(std::size_t count)
{
    const Run run{m_used + 1, count};
    m_keys[m_used] = 0;
    m_keys[m_used + count + 1] = afterAll;
    m_used += count + 2;
    return run;
}

void SpikeMerger::merge(SpikeColumns& spikes, std::span<const std::size_t> ends, std::uint32_t firstTick,
                        std::uint32_t lastTick)
{
    if (ends.size() < 2)
        return;
    const std::size_t count = spikes.size();
    const bool fits = ends.size() <= mostParts && lastTick - firstTick <= greatestStep - 1;
    const std::size_t written = fits ? keysOfAllMerges(ends) : 0;
    if (!fits || written > mergesPerSpike * count) {
        sortByTick(spikes, firstTick, lastTick);
        return;
    }
    const std::size_t room = count + written + 4 * ends.size();
    if (m_keys.size() < room)
        m_keys.resize(room);
    m_used = 0;
    m_runs.clear();
    for (std::size_t part = 0, begin = 0; part < ends.size(); begin = ends[part++]) {
        const Run run = makeRoom(ends[part] - begin);
        for (std::size_t i = 0; i < run.count; ++i) {
            const std::uint32_t step = std::min(spikes.ticks[begin + i] - firstTick, greatestStep - 1);
            m_keys[run.first + i] = std::uint64_t{step + 1} << 32 | spikes.neurons[begin + i];
        }
        insert(run, 0);
    }
    for (std::size_t next = 0; next + 1 < m_runs.size(); next += 2) {
        const Run a = m_runs[next];
        const Run b = m_runs[next + 1];
        const Run merged = makeRoom(a.count + b.count);
        mergeTwo(&m_keys[a.first], a.count, &m_keys[b.first], b.count, &m_keys[merged.first]);
        insert(merged, next + 2);
    }
    const std::uint64_t* keys = &m_keys[m_runs.back().first];
    for (std::size_t i = 0; i < count; ++i) {
        spikes.ticks[i] = static_cast<std::uint32_t>(keys[i] >> 32) - 1 + firstTick;
        spikes.neurons[i] = static_cast<std::uint32_t>(keys[i]);
    }
}

void SpikeMerger::sortByTick(SpikeColumns& spikes, std::uint32_t firstTick, std::uint32_t lastTick)
{
    const std::size_t count = spikes.size();
    const auto bits = static_cast<unsigned>(std::bit_width(lastTick - firstTick));
    const unsigned passes = (bits + 10) / 11;
    if (passes == 0)
        return;
    const unsigned digit = (bits + passes - 1) / passes;
    const std::uint32_t mask = (1U << digit) - 1;
    m_buckets.assign(std::size_t{passes} << digit, 0);
    for (const std::uint32_t tick : spikes.ticks) {
        std::uint32_t key = tick - firstTick;
        for (unsigned pass = 0; pass < passes; ++pass, key >>= digit)
            ++m_buckets[(std::size_t{pass} << digit) + (key & mask)];
    }
    for (unsigned pass = 0; pass < passes; ++pass) {
        std::uint32_t* buckets = m_buckets.data() + (std::size_t{pass} << digit);
        std::uint32_t before = 0;
        for (std::size_t b = 0; b <= mask; ++b)
            before += std::exchange(buckets[b], before);
        m_ticks.resize(count);
        m_neurons.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t tick = spikes.ticks[i];
            const std::uint32_t place = buckets[((tick - firstTick) >> (pass * digit)) & mask]++;
            m_ticks[place] = tick;
            m_neurons[place] = spikes.neurons[i];
        }
        std::swap(spikes.ticks, m_ticks);
        std::swap(spikes.neurons, m_neurons);
    }
}

} // namespace bnof::storage
