// SPDX-License-Identifier: GPL-3.0-or-later
// Which CUDA device a piece of work goes to, and why. The choice is a function of plain data, so that it can be tested
// without a GPU.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace bnof::compute {

/// A CUDA device as far as the choice needs to know it.
struct CudaDevice {
    int ordinal = 0;  ///< CUDA's number
    std::string name; ///< as the driver names it
    int major = 0;    ///< compute capability
    int minor = 0;
    std::uint64_t totalBytes = 0;
    std::uint64_t freeBytes = 0;
    unsigned multiprocessors = 0;
    unsigned threadsOfMultiprocessor = 0; ///< threads that one multiprocessor holds at once
    std::uint64_t sharedBytes = 0;        ///< that one thread block can have
    double clockHertz = 0;
};

struct CudaNeeds {
    std::uint64_t bytes = 0; ///< of device memory
    int major = 7;           ///< oldest compute capability that the kernels are built for
    int minor = 5;
};

struct CudaChoice {
    CudaDevice device;
    std::string reason; ///< one sentence for people
};

/// The fastest device (multiprocessors times clock) that is new enough and has the memory free. The error lists why
/// each device was left out.
[[nodiscard]] Result<CudaChoice> chooseCudaDevice(std::span<const CudaDevice> devices, const CudaNeeds& needs);

/// Every usable device. Errors: no device, driver missing or too old, a build without CUDA; each with the reason that
/// the driver or NVML gives.
[[nodiscard]] Result<std::vector<CudaDevice>> cudaDevices();

} // namespace bnof::compute
