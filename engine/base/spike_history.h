// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/base/atomic_cells.h"
#include "engine/base/types.h"

namespace bnof {

/// How a SpikeHistory bins and how much it keeps.
struct SpikeHistoryOptions {
    Timestamp binWidth = 20 * nanosecondsPerMillisecond;
    Timestamp keep = 600 * nanosecondsPerSecond;      ///< density is kept at least this long
    std::uint32_t maxRowsPerLayer = 128;              ///< larger layers share rows
    std::size_t spikeCapacity = std::size_t{1} << 20; ///< single spikes kept for zooming in
};

/// The newest spikes of a network, for displays: counts per (row, time bin) of every layer for the last
/// minutes, and a ring of the most recent single spikes.
///
/// Threads: one writer (add, advanceTo), any number of readers (everything const). The writer never
/// waits; a reader that was overtaken gets zero counts for what was overwritten.
class SpikeHistory {
public:
    using Options = SpikeHistoryOptions;

    struct Layer {
        LayerInfo info;
        std::uint32_t firstNeuron = 0; ///< in network order
        std::uint32_t rows = 0;
        std::uint32_t firstRow = 0; ///< in the concatenation of all layers' rows
    };
    /// A single spike, neuron in network order.
    struct Event {
        Timestamp t = 0;
        std::uint32_t neuron = 0;

        bool operator==(const Event&) const = default;
    };
    /// Mean rate and share of neurons that fired at least once.
    struct Activity {
        double rate = 0;   ///< spikes per neuron and second, Hz
        double active = 0; ///< 0 ... 1
    };

    explicit SpikeHistory(const std::vector<LayerInfo>& layers, Options options = {});

    /// A spike of the network's neuron `neuron` (network order) at `t`. Spikes come in order of time;
    /// one that is older than the bin being filled is counted in late() only. Writer thread only.
    void add(Timestamp t, std::uint32_t neuron);
    /// Time has come to `t`: bins that end at or before it become readable. Writer thread only.
    void advanceTo(Timestamp t);

    [[nodiscard]] const std::vector<Layer>& layers() const { return m_layers; }
    [[nodiscard]] std::uint32_t rowCount() const { return m_rowCount; }
    [[nodiscard]] Timestamp binWidth() const { return m_options.binWidth; }
    /// Neurons that share a row: row r of a layer holds neurons [r*size/rows, (r+1)*size/rows).
    [[nodiscard]] static std::uint32_t rowOf(const Layer& layer, std::uint32_t neuronInLayer);

    /// End of the newest readable bin; nothing before the first.
    [[nodiscard]] std::optional<Timestamp> latest() const;
    /// Start of the oldest bin that may still be read.
    [[nodiscard]] std::optional<Timestamp> earliest() const;
    /// Grows with every bin made readable.
    [[nodiscard]] std::uint64_t published() const { return m_published.load(std::memory_order_acquire); }
    [[nodiscard]] std::uint64_t late() const { return m_late.load(std::memory_order_relaxed); }

    /// Index of the bin that holds `t`; bin b covers [b*binWidth, (b+1)*binWidth).
    [[nodiscard]] std::int64_t binAt(Timestamp t) const;
    /// Counts of one bin, all rows of all layers (rowCount() entries; they saturate at 65535). False,
    /// and zeros, when the bin is not readable (silent, too old, not finished).
    bool counts(std::int64_t bin, std::vector<std::uint16_t>& out) const;
    /// Single spikes in [t0, t1), oldest first, at most `limit` (the newest are kept).
    [[nodiscard]] std::vector<Event> spikes(Timestamp t0, Timestamp t1, std::size_t limit = 200'000) const;
    /// From here on single spikes are complete; nothing before the first spike.
    [[nodiscard]] std::optional<Timestamp> spikesSince() const;
    /// Rate and sparsity of every layer in [t0, t1), from single spikes; the part of the window before
    /// the first spike or after the newest bin does not count.
    [[nodiscard]] std::vector<Activity> activity(Timestamp t0, Timestamp t1) const;

private:
    void openBin(std::int64_t bin);
    void publishOpenBin();
    [[nodiscard]] std::uint64_t firstIntactSpike() const;
    [[nodiscard]] std::uint64_t spikeLowerBound(std::uint64_t begin, std::uint64_t end, Timestamp t) const;

    Options m_options;
    std::vector<Layer> m_layers;
    std::uint32_t m_rowCount = 0;
    std::uint32_t m_neuronCount = 0;
    std::vector<std::uint32_t> m_rowOfNeuron;

    std::int64_t m_slots = 0;
    AtomicCells<std::int64_t> m_tags; ///< bin + 1 held by a slot; 0: being written or never used
    AtomicCells<std::uint16_t> m_counts;
    std::atomic<std::int64_t> m_firstBin{0};
    std::atomic<std::int64_t> m_endBin{0}; ///< bins before this are readable
    std::atomic<std::uint64_t> m_published{0};
    std::atomic<std::uint64_t> m_late{0};
    std::atomic<bool> m_started{false};

    std::size_t m_spikeMask = 0;
    AtomicCells<Timestamp> m_spikeTimes;
    AtomicCells<std::uint32_t> m_spikeNeurons;
    std::atomic<std::uint64_t> m_spikeCount{0};
    Timestamp m_lastSpike = 0;

    std::int64_t m_openBin = 0; ///< writer only
    bool m_openDirty = false;
    std::vector<std::uint16_t> m_open;
};

} // namespace bnof
