// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/spike_history.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace bnof {

SpikeHistory::SpikeHistory(const std::vector<LayerInfo>& layers, Options options) : m_options(options)
{
    m_options.binWidth = std::max<Timestamp>(m_options.binWidth, nanosecondsPerMillisecond);
    m_options.maxRowsPerLayer = std::max<std::uint32_t>(m_options.maxRowsPerLayer, 1);
    for (const LayerInfo& info : layers) {
        Layer layer{info, m_neuronCount, std::min(info.size, m_options.maxRowsPerLayer), m_rowCount};
        for (std::uint32_t neuron = 0; neuron < info.size; ++neuron)
            m_rowOfNeuron.push_back(layer.firstRow + rowOf(layer, neuron));
        m_neuronCount += info.size;
        m_rowCount += layer.rows;
        m_layers.push_back(std::move(layer));
    }
    // A sixteenth more than promised, so that readers of the oldest bins are not overtaken at once.
    const std::int64_t bins = std::max<std::int64_t>(m_options.keep / m_options.binWidth + 1, 64);
    m_slots = bins + bins / 16;
    m_tags = AtomicCells<std::int64_t>(static_cast<std::size_t>(m_slots));
    m_counts = AtomicCells<std::uint16_t>(static_cast<std::size_t>(m_slots) * m_rowCount);
    const std::size_t spikes = std::bit_ceil(std::max<std::size_t>(m_options.spikeCapacity, 1024));
    m_spikeMask = spikes - 1;
    m_spikeTimes = AtomicCells<Timestamp>(spikes);
    m_spikeNeurons = AtomicCells<std::uint32_t>(spikes);
    m_open.assign(m_rowCount, 0);
}

std::uint32_t SpikeHistory::rowOf(const Layer& layer, std::uint32_t neuronInLayer)
{
    // The row r with r*size/rows <= neuron < (r+1)*size/rows, in whole numbers.
    return static_cast<std::uint32_t>(((std::uint64_t{neuronInLayer} + 1) * layer.rows - 1) / layer.info.size);
}

std::int64_t SpikeHistory::binAt(Timestamp t) const
{
    return std::max<Timestamp>(t, 0) / m_options.binWidth;
}

void SpikeHistory::add(Timestamp t, std::uint32_t neuron)
{
    if (neuron >= m_neuronCount)
        return;
    const std::int64_t bin = binAt(t);
    openBin(bin);
    if (bin < m_openBin) {
        m_late.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    std::uint16_t& count = m_open[m_rowOfNeuron[neuron]];
    if (count < std::numeric_limits<std::uint16_t>::max())
        ++count;
    m_openDirty = true;

    const std::uint64_t index = m_spikeCount.load(std::memory_order_relaxed);
    m_lastSpike = std::max(m_lastSpike, t);
    m_spikeTimes.store(index & m_spikeMask, m_lastSpike);
    m_spikeNeurons.store(index & m_spikeMask, neuron);
    m_spikeCount.store(index + 1, std::memory_order_release);
}

void SpikeHistory::advanceTo(Timestamp t)
{
    openBin(binAt(t));
}

/// Make `bin` the one being filled; those before it become readable.
void SpikeHistory::openBin(std::int64_t bin)
{
    if (!m_started.load(std::memory_order_relaxed)) {
        m_openBin = bin;
        m_firstBin.store(bin, std::memory_order_relaxed);
        m_endBin.store(bin, std::memory_order_relaxed);
        m_started.store(true, std::memory_order_release);
        return;
    }
    if (bin <= m_openBin)
        return;
    publishOpenBin();
    m_openBin = bin;
    m_endBin.store(bin, std::memory_order_release);
    m_published.fetch_add(1, std::memory_order_release);
}

void SpikeHistory::publishOpenBin()
{
    // A silent bin is not written: a slot that holds another bin's tag reads as zeros.
    if (!m_openDirty)
        return;
    const auto slot = static_cast<std::size_t>(m_openBin % m_slots);
    m_tags.store(slot, 0);
    for (std::size_t row = 0; row < m_rowCount; ++row) {
        m_counts.store(slot * m_rowCount + row, m_open[row]);
        m_open[row] = 0;
    }
    m_tags.store(slot, m_openBin + 1);
    m_openDirty = false;
}

std::optional<Timestamp> SpikeHistory::latest() const
{
    if (!m_started.load(std::memory_order_acquire))
        return std::nullopt;
    return m_endBin.load(std::memory_order_acquire) * m_options.binWidth;
}

std::optional<Timestamp> SpikeHistory::earliest() const
{
    if (!m_started.load(std::memory_order_acquire))
        return std::nullopt;
    const std::int64_t kept = m_slots - m_slots / 17;
    const std::int64_t oldest = m_endBin.load(std::memory_order_acquire) - kept;
    return std::max(oldest, m_firstBin.load(std::memory_order_relaxed)) * m_options.binWidth;
}

bool SpikeHistory::counts(std::int64_t bin, std::vector<std::uint16_t>& out) const
{
    out.resize(m_rowCount);
    if (bin >= 0) {
        const auto slot = static_cast<std::size_t>(bin % m_slots);
        if (m_tags.load(slot) == bin + 1) {
            for (std::size_t row = 0; row < m_rowCount; ++row)
                out[row] = m_counts.load(slot * m_rowCount + row);
            if (m_tags.load(slot) == bin + 1)
                return true;
        }
    }
    std::fill(out.begin(), out.end(), std::uint16_t{0});
    return false;
}

std::uint64_t SpikeHistory::firstIntactSpike() const
{
    const std::uint64_t end = m_spikeCount.load(std::memory_order_acquire);
    const std::uint64_t capacity = m_spikeMask + 1;
    return end >= capacity ? end - capacity + 1 : 0;
}

std::uint64_t SpikeHistory::spikeLowerBound(std::uint64_t begin, std::uint64_t end, Timestamp t) const
{
    while (begin < end) {
        const std::uint64_t middle = begin + (end - begin) / 2;
        if (m_spikeTimes.load(middle & m_spikeMask) < t)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

std::vector<SpikeHistory::Event> SpikeHistory::spikes(Timestamp t0, Timestamp t1, std::size_t limit) const
{
    const std::uint64_t count = m_spikeCount.load(std::memory_order_acquire);
    const std::uint64_t keep = (m_spikeMask + 1) - (m_spikeMask + 1) / 16;
    const std::uint64_t oldest = count > keep ? count - keep : 0;
    std::uint64_t begin = spikeLowerBound(oldest, count, t0);
    const std::uint64_t end = spikeLowerBound(begin, count, t1);
    if (end - begin > limit)
        begin = end - limit;
    std::vector<Event> result;
    result.reserve(end - begin);
    for (std::uint64_t i = begin; i < end; ++i)
        result.push_back({m_spikeTimes.load(i & m_spikeMask), m_spikeNeurons.load(i & m_spikeMask)});
    // If the writer came past while we searched, bounds found in overwritten slots mean nothing: keep
    // only what is intact and inside the window.
    const std::uint64_t intact = firstIntactSpike();
    if (oldest < intact) {
        const auto overwritten = std::min<std::uint64_t>(intact > begin ? intact - begin : 0, result.size());
        result.erase(result.begin(), result.begin() + static_cast<std::ptrdiff_t>(overwritten));
        std::erase_if(result, [&](const Event& spike) { return spike.t < t0 || spike.t >= t1; });
    }
    return result;
}

std::optional<Timestamp> SpikeHistory::spikesSince() const
{
    for (int attempt = 0; attempt < 4; ++attempt) {
        const std::uint64_t count = m_spikeCount.load(std::memory_order_acquire);
        if (count == 0)
            return std::nullopt;
        const std::uint64_t keep = (m_spikeMask + 1) - (m_spikeMask + 1) / 16;
        if (count <= keep)
            return m_firstBin.load(std::memory_order_relaxed) * m_options.binWidth;
        const Timestamp t = m_spikeTimes.load((count - keep) & m_spikeMask);
        if (count - keep >= firstIntactSpike())
            return t;
    }
    return latest();
}

std::vector<SpikeHistory::Activity> SpikeHistory::activity(Timestamp t0, Timestamp t1) const
{
    std::vector<Activity> result(m_layers.size());
    const auto since = spikesSince();
    const auto until = latest();
    if (!since || !until)
        return result;
    t0 = std::max(t0, *since);
    t1 = std::min(t1, *until);
    if (t1 <= t0)
        return result;
    std::vector<std::uint32_t> fired(m_neuronCount, 0);
    for (const Event& spike : spikes(t0, t1, m_spikeMask + 1))
        ++fired[spike.neuron];
    for (std::size_t l = 0; l < m_layers.size(); ++l) {
        const Layer& layer = m_layers[l];
        if (layer.info.size == 0)
            continue;
        std::uint64_t spikeCount = 0;
        std::uint32_t active = 0;
        for (std::uint32_t n = 0; n < layer.info.size; ++n) {
            spikeCount += fired[layer.firstNeuron + n];
            active += fired[layer.firstNeuron + n] > 0 ? 1 : 0;
        }
        result[l].rate = static_cast<double>(spikeCount) / layer.info.size / toSeconds(t1 - t0);
        result[l].active = static_cast<double>(active) / layer.info.size;
    }
    return result;
}

} // namespace bnof
