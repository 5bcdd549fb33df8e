// SPDX-License-Identifier: GPL-3.0-or-later
// Who does the trials of a batch: threads of the CPU, CUDA devices or shares of one.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/snn/batch.h"
#include "engine/snn/plan.h"

namespace bnof::snn {

class BatchWorker {
public:
    virtual ~BatchWorker() = default;
    /// Trials that are best done together.
    [[nodiscard]] virtual std::size_t portion() const = 0;
    [[nodiscard]] virtual std::string name() const = 0;
    /// Runs the trials with these numbers. An error means that the worker cannot go on; the trials are then done
    /// elsewhere.
    [[nodiscard]] virtual Result<void> run(std::span<const Trial> trials, std::span<const std::size_t> numbers,
                                           BatchResult& result) = 0;
    /// Waits for what is still going on beside run().
    [[nodiscard]] virtual Result<void> finish() { return {}; }
};

using BatchWorkers = std::vector<std::unique_ptr<BatchWorker>>;

/// Threads with the CPU back end `backEnd`.
[[nodiscard]] Result<BatchWorkers> cpuWorkers(const std::shared_ptr<const Plan>& plan, const std::string& backEnd,
                                              unsigned threads);
/// All usable CUDA devices, each split into `split` workers. The error says why there is none.
[[nodiscard]] Result<BatchWorkers> cudaWorkers(const std::shared_ptr<const Plan>& plan, unsigned split);

} // namespace bnof::snn
