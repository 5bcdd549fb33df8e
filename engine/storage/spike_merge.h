// SPDX-License-Identifier: GPL-3.0-or-later
// Brings spikes that are ordered in parts into canonical order; for SpikeDecoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bnof::storage {

struct SpikeColumns;

/// Keeps its working memory. Safe with columns in any order; right only with honest ones.
class SpikeMerger {
public:
    /// `ends`: where each part ends, rising, the last at the end of the columns. The parts are each in canonical order.
    /// All ticks lie in [firstTick, lastTick].
    void merge(SpikeColumns& spikes, std::span<const std::size_t> ends, std::uint32_t firstTick,
               std::uint32_t lastTick);
    /// Stable sort by tick alone: for parts whose neurons rise from part to part, and inside each at equal ticks.
    void sortByTick(SpikeColumns& spikes, std::uint32_t firstTick, std::uint32_t lastTick);

private:
    struct Run {
        std::size_t first = 0; ///< place in m_keys; a spare key stands before and one behind
        std::size_t count = 0;
    };
    [[nodiscard]] std::size_t keysOfAllMerges(std::span<const std::size_t> ends);
    [[nodiscard]] Run makeRoom(std::size_t count);
    void insert(const Run& run, std::size_t after);

    std::vector<std::uint64_t> m_keys;
    std::size_t m_used = 0;
    std::vector<Run> m_runs; ///< shortest first
    std::vector<std::uint32_t> m_buckets;
    std::vector<std::uint32_t> m_ticks;
    std::vector<std::uint32_t> m_neurons;
};

} // namespace bnof::storage
