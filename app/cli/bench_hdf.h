// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/storage/spike_codec.h"

namespace bnof::bench {

/// Spikes as labs keep them in HDF5: one column of times and one of neurons, in chunks with shuffle and deflate, and
/// the first time of every chunk in an index, which stays in memory. What the library does wrong shows as no answer.
class IndexedHdf {
public:
    IndexedHdf(const std::string& path, std::uint64_t most);
    ~IndexedHdf();
    IndexedHdf(const IndexedHdf&) = delete;
    IndexedHdf& operator=(const IndexedHdf&) = delete;

    void add(const storage::SpikeColumns& spikes);
    void finish();
    /// How many spikes of neurons [first, end) there are between two ticks.
    [[nodiscard]] std::size_t ask(std::uint64_t from, std::uint64_t to, std::uint32_t first, std::uint32_t end);
    [[nodiscard]] std::uint64_t rows() const { return m_rows; }
    [[nodiscard]] std::uint64_t lastTick() const { return m_lastTick; }

private:
    void flush();

    std::uint64_t m_most;
    std::uint64_t m_rows = 0;
    std::uint64_t m_lastTick = 0;
    std::int64_t m_file;
    std::int64_t m_times;
    std::int64_t m_neurons;
    std::uint64_t m_written = 0;
    std::vector<std::uint32_t> m_tickBuffer;
    std::vector<std::uint32_t> m_neuronBuffer;
    std::vector<std::uint32_t> m_index;
};

} // namespace bnof::bench
