// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "engine/pipeline/priority.h"

namespace bnof {

namespace pipeline {
class Scheduler;
}

/// Work that must happen, away from the caller: the way of the window and of a session to the pool. Unlike the
/// scheduler itself it neither refuses nor drops anything, so its callers bound what they submit. Tasks must not
/// throw.
class Executor {
public:
    virtual ~Executor() = default;
    /// Never blocks; false when the executor is stopping and the task was not taken.
    virtual bool submit(Priority priority, std::string_view name, std::function<void()> task) = 0;
    /// Wait until no task is left, those included that tasks submit meanwhile. What has not begun runs on the calling
    /// thread, so that this may be called from a task of another executor.
    virtual void drain() = 0;
};

/// An executor on the process's scheduler (pipeline::processScheduler) that runs at most `concurrency` of its tasks
/// at a time (0: as many as there are workers), higher priorities first; with 1, tasks of one priority run in
/// the order in which they came. Destruction runs what is queued to its end.
[[nodiscard]] std::unique_ptr<Executor> makeExecutor(unsigned concurrency = 0);
/// The same on another scheduler, which outlives the executor.
[[nodiscard]] std::unique_ptr<Executor> makeExecutor(pipeline::Scheduler& scheduler, unsigned concurrency = 0);

} // namespace bnof
