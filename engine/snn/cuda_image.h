// SPDX-License-Identifier: GPL-3.0-or-later
// From a plan to the tables that the device reads, and between the arenas of the device and the portable state. Plain
// C++: it is built and tested on machines without CUDA.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "engine/snn/backend.h"
#include "engine/snn/cuda_network.h"

namespace bnof::snn::cuda {

/// How a network is cut up in time.
struct ImageOptions {
    std::uint32_t blockTicks = maximumBlockTicks; ///< at most the plan's; fewer need less memory
    std::uint32_t chunkTicks = 64;                ///< spikes that are recorded on the device before they are fetched
};

class DeviceImage {
public:
    DeviceImage(std::shared_ptr<const Plan> plan, const ImageOptions& options);

    /// The tables; `constants` is to be set to where the image has been copied.
    [[nodiscard]] const DeviceNetwork& network() const { return m_network; }
    [[nodiscard]] std::uint64_t constantBytes() const { return m_bytes; }
    [[nodiscard]] std::uint64_t recordBytes() const;
    /// Segments of the spike record before each population; the last entry is of all (see Compaction).
    [[nodiscard]] std::vector<std::uint64_t> listSegments() const;
    /// Calls copy(offset, data, bytes) for every part of the constants.
    template <class Copy> void forEachPiece(Copy copy) const
    {
        for (const Piece& piece : m_pieces)
            copy(piece.offset, piece.data, piece.bytes);
    }

    [[nodiscard]] const std::vector<DevicePopulation>& populations() const { return m_populations; }
    [[nodiscard]] const std::vector<DeviceLearning>& learning() const { return m_learning; }
    [[nodiscard]] const Plan& plan() const { return *m_plan; }

    /// The portable state from copies of the arenas; `carried` may be empty.
    [[nodiscard]] NetworkState readState(std::span<const char> hot, std::span<const char> cold,
                                         std::span<const char> carried) const;
    /// The arenas of a state. `carried` stays empty where nothing is on its way.
    void writeState(const NetworkState& state, std::vector<char>& hot, std::vector<char>& cold,
                    std::vector<char>& carried) const;

private:
    struct Piece {
        std::uint64_t offset = 0;
        const void* data = nullptr;
        std::uint64_t bytes = 0;
    };
    struct View;

    std::uint64_t add(const void* data, std::uint64_t bytes);
    template <class T> std::uint64_t add(std::span<const T> values) { return add(values.data(), values.size_bytes()); }
    template <class T> std::uint64_t keep(std::vector<T> values);
    std::uint64_t hot(std::uint64_t bytes);
    std::uint64_t cold(std::uint64_t bytes);
    void addPopulation(std::uint32_t index);
    void addProjection(std::uint32_t index);
    void addLearning(std::uint32_t index);
    void addPlasticRows(DeviceLearning& rule, const Synapses& synapses);
    void addDecay(DeviceDecay& decay, const DecayTable& table);
    void planDelivery(DeviceProjection& projection, const Synapses& synapses);
    void readPopulation(const View& view, std::size_t index, PopulationState& out) const;
    void readPending(const View& view, std::size_t index, PopulationState& out) const;
    [[nodiscard]] LearningState readLearning(const View& view, std::size_t index) const;
    void writePopulation(const PopulationState& state, std::size_t index, std::vector<char>& hot,
                         std::vector<char>& carried) const;
    void writeLearning(const LearningState& state, std::size_t index, std::uint64_t tick, std::vector<char>& hot,
                       std::vector<char>& cold) const;

    std::shared_ptr<const Plan> m_plan;
    DeviceNetwork m_network;
    std::vector<DevicePopulation> m_populations;
    std::vector<DeviceProjection> m_projections;
    std::vector<DeviceLearning> m_learning;
    std::vector<std::uint32_t> m_incoming;
    std::vector<Piece> m_pieces;
    std::deque<std::shared_ptr<const void>> m_kept; ///< tables that the plan does not have
    std::uint64_t m_bytes = 0;
};

} // namespace bnof::snn::cuda
