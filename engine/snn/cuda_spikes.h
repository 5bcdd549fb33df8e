// SPDX-License-Identifier: GPL-3.0-or-later
// Fetches recorded spikes from the device, in canonical order. Only for builds with CUDA.
#pragma once

#include "engine/compute/cuda_memory.h"
#include "engine/snn/cuda_image.h"
#include "engine/snn/cuda_kernels.h"

namespace bnof::snn::cuda {

class SpikeFetcher {
public:
    /// For records of `instances` instances at most.
    [[nodiscard]] static Result<SpikeFetcher> create(compute::CudaStream& stream, const DeviceImage& image,
                                                     std::uint32_t instances);
    /// Appends the spikes of each instance to out[instance]. `record` as in Compaction.
    [[nodiscard]] Result<void> fetch(const Launcher& launcher, const DeviceNetwork& net, const std::uint32_t* record,
                                     std::span<const RecordedTicks> recorded, std::span<SpikesByPopulation*> out);
    /// Device bytes beside the list itself.
    [[nodiscard]] static std::uint64_t bytesFor(const DeviceImage& image, std::uint32_t instances);

private:
    Result<void> makeRoom(std::uint64_t spikes);

    compute::CudaStream* m_stream = nullptr;
    std::uint64_t m_segments = 0; ///< of one instance
    std::uint64_t m_recordStride = 0;
    compute::CudaBuffer m_counts, m_begins, m_partial, m_starts, m_listSegments, m_recorded, m_list;
    compute::PinnedBuffer m_hostStarts, m_hostList;
};

} // namespace bnof::snn::cuda
