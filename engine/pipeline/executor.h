// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace bnof {

/// How soon a task matters. Whatever does not run on one of the session's own threads is submitted here.
enum class Priority { High, Normal, Low, Batch };

/// Runs tasks away from the caller. Tasks must not throw and must not wait for the caller.
class Executor {
public:
    virtual ~Executor() = default;
    /// Never blocks; false when the executor is stopping and the task was not taken.
    virtual bool submit(Priority priority, std::string_view name, std::function<void()> task) = 0;
    /// Wait until every task submitted so far has ended.
    virtual void drain() = 0;
};

/// A pool of `threads` workers (0: one a core) that takes higher priorities first. Destruction runs what
/// is queued to its end.
[[nodiscard]] std::unique_ptr<Executor> makeThreadPool(unsigned threads = 0);

} // namespace bnof
