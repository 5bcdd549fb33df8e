// SPDX-License-Identifier: GPL-3.0-or-later
// Enqueues the device code. The only border to what nvcc compiles.
#pragma once

#include <cuda_runtime_api.h>

#include "engine/snn/cuda_compact.h"
#include "engine/snn/cuda_schedule.h"

namespace bnof::snn::cuda {

/// Where to, and how many threads are worth while.
struct Launcher {
    cudaStream_t stream = nullptr;
    unsigned multiprocessors = 1;
};

/// All phases of some ticks, at most a block, with the whole grid for each phase.
[[nodiscard]] cudaError_t enqueueBlock(const Launcher& to, const DeviceNetwork& net, const Instance& instance,
                                       const Step& step);
/// The header's clock goes forward.
[[nodiscard]] cudaError_t enqueueClock(const Launcher& to, const Instance& instance, std::uint32_t ticks);
/// The initial state.
[[nodiscard]] cudaError_t enqueueReset(const Launcher& to, const DeviceNetwork& net, const Instance& instance,
                                       std::uint64_t drawSeed);
[[nodiscard]] cudaError_t enqueueRates(const Launcher& to, const DeviceNetwork& net, const Instance& instance,
                                       std::uint32_t population, const std::uint32_t* thresholds);
[[nodiscard]] cudaError_t enqueueDrive(const Launcher& to, const DeviceNetwork& net, const Instance& instance,
                                       std::uint32_t population, const float* drive, bool driven);
[[nodiscard]] cudaError_t enqueueModulation(const Launcher& to, const DeviceNetwork& net, const Instance& instance,
                                            std::uint32_t learning, const float* modulation, std::uint32_t count);

/// The arenas of many instances, one behind the other.
struct InstanceArray {
    char* hot = nullptr;
    char* cold = nullptr;
    const char* carried = nullptr; ///< of a single instance
    std::uint32_t* record = nullptr;
    std::uint64_t* events = nullptr; ///< shared by all, or null
    std::uint64_t recordStride = 0;  ///< words
};

/// How a network runs inside one thread block.
struct BlockShape {
    unsigned threads = 256;
    std::uint64_t sharedBytes = 0; ///< hot arena in shared memory; 0: it stays where it is
};

/// `ticks` ticks of one network in one thread block.
[[nodiscard]] cudaError_t enqueueInOneBlock(const Launcher& to, const DeviceNetwork& net, const InstanceArray& arrays,
                                            const BlockShape& shape, std::uint32_t ticks);
/// A chunk of many trials, a thread block each.
[[nodiscard]] cudaError_t enqueueTrials(const Launcher& to, const DeviceNetwork& net, const InstanceArray& arrays,
                                        const BlockShape& shape, const BatchTables& tables, std::uint32_t trials,
                                        bool first);
/// Thread blocks of this shape that the device runs at once; 0 when the shape does not fit.
[[nodiscard]] cudaError_t trialsAtOnce(const BlockShape& shape, unsigned multiprocessors, unsigned& trials);

constexpr unsigned scanThreads = 1024;
/// Counts and places the spikes of a record; writing them follows when the host knows how many there are.
[[nodiscard]] cudaError_t enqueueCounting(const Launcher& to, const DeviceNetwork& net, const Compaction& compaction,
                                          std::uint64_t segments);
[[nodiscard]] cudaError_t enqueueWriting(const Launcher& to, const DeviceNetwork& net, const Compaction& compaction,
                                         std::uint64_t segments);

} // namespace bnof::snn::cuda
