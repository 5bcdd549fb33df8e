// SPDX-License-Identifier: GPL-3.0-or-later
// Many trials on a CUDA device at once, a thread block each. Only for builds with CUDA.
#pragma once

#include <memory>
#include <span>

#include "engine/compute/cuda_devices.h"
#include "engine/snn/batch.h"
#include "engine/snn/plan.h"

namespace bnof::snn {

/// A device, or a share of one, that runs trials. For one thread.
class CudaBatch {
public:
    /// `share`: of the device's free memory and of the trials that it runs at once, 0..1.
    [[nodiscard]] static Result<std::unique_ptr<CudaBatch>> create(std::shared_ptr<const Plan> plan,
                                                                   const compute::CudaDevice& device, double share);
    virtual ~CudaBatch() = default;

    /// Trials that run at once.
    [[nodiscard]] virtual std::size_t capacity() const = 0;
    /// For people.
    [[nodiscard]] virtual std::string name() const = 0;
    /// Runs the trials with these numbers and fills in their spikes; state hashes follow until finish(). The inputs
    /// have been checked. After an error the results of these trials are void.
    [[nodiscard]] virtual Result<void> run(std::span<const Trial> trials, std::span<const std::size_t> numbers,
                                           BatchResult& result) = 0;
    /// Waits for the state hashes of all trials that were run.
    [[nodiscard]] virtual Result<void> finish() = 0;
};

} // namespace bnof::snn
