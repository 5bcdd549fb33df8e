// SPDX-License-Identifier: GPL-3.0-or-later
// One network on a CUDA device. Large networks: the whole grid works on each phase, the launches of some tens of ticks
// are one CUDA graph. Small ones run inside one thread block, with their state in shared memory where it fits. Only
// for builds with CUDA.
#pragma once

#include <memory>

#include "engine/compute/cuda_devices.h"
#include "engine/snn/backend.h"

namespace bnof::snn {

struct CudaOptions {
    enum class Path { Auto, Grid, OneBlock };
    int device = -1; ///< CUDA's number; -1: chosen
    Path path = Path::Auto;
    std::uint64_t memoryLimitBytes = 0; ///< of the device; 0: what is free. Tests make it too small.
    bool graphs = true;                 ///< launches as CUDA graphs
    std::uint32_t blockTicks = 0;       ///< ticks that a neuron advances at a time at most; 0: chosen
    std::uint32_t chunkTicks = 0;       ///< ticks between two fetches of spikes; 0: chosen
};

/// Errors: no usable device, too little device memory, whatever the runtime reports; each named. A device that fails
/// later is reported by BackEnd::failure().
[[nodiscard]] Result<std::unique_ptr<BackEnd>> makeCudaBackEnd(std::shared_ptr<const Plan> plan,
                                                               const CudaOptions& options = {});

namespace cuda {

/// How a network is laid out on a device.
struct DeviceShape {
    bool oneBlock = false;
    std::uint32_t blockTicks = 1;
    unsigned threads = 256;        ///< of the one block
    std::uint64_t sharedBytes = 0; ///< hot arena in shared memory; 0: it does not fit
};

/// `batch`: many instances, so always one block each.
[[nodiscard]] DeviceShape chooseShape(const std::shared_ptr<const Plan>& plan, const compute::CudaDevice& device,
                                      CudaOptions::Path path, bool batch);
/// Ticks of spikes that fit into `bytes`, a multiple of the block.
[[nodiscard]] std::uint32_t chunkFor(const Plan& plan, std::uint32_t blockTicks, std::uint64_t bytes);

} // namespace cuda
} // namespace bnof::snn
