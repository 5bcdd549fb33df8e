// SPDX-License-Identifier: GPL-3.0-or-later
// The scheduler of the process: who waits for whom when there is more to do than processors.
//
// Critical tasks have a ring and a thread of their own and share no lock with anything else; where the system permits
// it, that thread runs under SCHED_FIFO. The other classes have a bounded ring each. Workers serve them by weight
// (16:4:2:1), every fourth time the class that is overdue, and steal from each other when nothing else is there.
// Long tasks call yieldPoint() (engine/base/yield_point.h), where waiting work of higher classes runs on the spot.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/pipeline/class_picker.h"
#include "engine/pipeline/priority.h"
#include "engine/pipeline/task.h"
#include "engine/pipeline/thread_settings.h"

namespace bnof::pipeline {

/// What a class does with a task that finds its ring full.
enum class WhenFull : std::uint8_t {
    Reject,     ///< refuse at once; the caller is never held up
    Block,      ///< hold the caller up until there is room, `blockLimit` at most; a worker runs a task meanwhile
    DropOldest, ///< the oldest task makes room
    Shed,       ///< refuse from `watermark` on, so that bursts of what is already accepted still fit
};

/// How a class is treated.
struct ClassRules {
    std::size_t capacity = 4096; ///< tasks; rounded up to a power of two
    WhenFull whenFull = WhenFull::Reject;
    double watermark = 0.875;                                       ///< share of the capacity, for Shed
    std::int64_t blockLimit = 10 * nanosecondsPerMillisecond;       ///< for Block, ns
    std::int64_t ageLimit = std::int64_t{1} * nanosecondsPerSecond; ///< waiting for longer makes it overdue, ns
};

[[nodiscard]] std::array<ClassRules, priorityCount> defaultClassRules();

struct SchedulerOptions {
    unsigned workers = 0; ///< 0: one for each processor that the process may use
    /// So many workers never run low or batch tasks (at least one always does), so that a task that waits for a disk
    /// cannot hold up what is urgent.
    unsigned reservedWorkers = 0;
    bool pinWorkers = false;   ///< keep each worker on one processor
    bool realTimeLane = true;  ///< ask for SCHED_FIFO for the critical thread
    int realTimePriority = 20; ///< of SCHED_FIFO, 1..99; drivers' threads have 50
    std::array<ClassRules, priorityCount> rules = defaultClassRules();
    std::int64_t (*clock)() = monotonicNow; ///< ns; tests bring their own
};

struct TaskOptions {
    const char* name = "task"; ///< shown while it runs; must live for ever
    std::int64_t deadline = 0; ///< on the scheduler's clock, ns; not run later than this (0: none)
    /// Not 0: a task that waits with the same class and key is replaced by this one and keeps its place; it is told
    /// DropReason::Coalesced. Ignored for critical tasks, which share no table with others. Costs a look-up under a
    /// lock.
    std::uint64_t key = 0;
    /// Never refused or dropped because of room: what does not fit waits beyond the ring, where it is allocated. For
    /// work that must happen and that its callers bound themselves. Ignored for critical tasks.
    bool kept = false;
    CancelToken cancel;
};

/// What became of a submission: taken, or the reason why not (the task is then untouched).
class [[nodiscard]] Submission {
public:
    Submission() = default;
    Submission(DropReason refused) : m_refused(refused) {}
    [[nodiscard]] bool taken() const { return !m_refused.has_value(); }
    explicit operator bool() const { return taken(); }
    [[nodiscard]] DropReason reason() const { return *m_refused; }

private:
    std::optional<DropReason> m_refused;
};

/// Counts since the start; times in ns, quantiles exact to 1/16.
struct ClassStatus {
    std::size_t queued = 0;
    std::size_t running = 0;
    std::uint64_t done = 0;
    std::array<std::uint64_t, dropReasonCount> dropped{}; ///< by DropReason
    std::uint64_t waitP50 = 0, waitP99 = 0;               ///< from submission to start
    std::uint64_t serviceP50 = 0, serviceP99 = 0;         ///< from start to end, without what ran at yield points
};

struct WorkerStatus {
    double busySeconds = 0;
    std::uint64_t done = 0;
    std::uint64_t steals = 0;          ///< tasks that it took from other workers
    std::uint64_t yielded = 0;         ///< tasks that it ran at yield points of others
    std::optional<unsigned> processor; ///< the one it is kept on
    std::string task;                  ///< the name of what it is running, or empty
};

/// A snapshot; the numbers in it were read one after the other.
struct PipelineStatus {
    std::array<ClassStatus, priorityCount> classes; ///< by Priority
    std::vector<WorkerStatus> workers;
    WorkerStatus lane;      ///< the critical thread
    RealTimeState realTime; ///< of the critical thread
    double seconds = 0;     ///< since the start; busySeconds / seconds is a worker's busy share
};

class Scheduler {
public:
    class Impl; ///< the inside
    explicit Scheduler(SchedulerOptions options = {});
    /// stop(Stop::Finish)
    ~Scheduler();
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    /// Safe from any thread, tasks included. Takes `task` or leaves it untouched and says why; blocks only as the
    /// class's rules say. Allocates only for a key, or for a kept task beyond the ring.
    Submission submit(Priority priority, Task&& task, const TaskOptions& options = {});
    /// Several at once, which is cheaper; the options (without a key) are those of each. Returns how many of them were
    /// taken, from the front; the others are untouched and counted as refused for `*refused`.
    std::size_t submitMany(Priority priority, std::span<Task> tasks, const TaskOptions& options = {},
                           DropReason* refused = nullptr);

    /// Waits until nothing is queued or running. Not from a task.
    void drain();

    enum class Stop {
        Finish,  ///< what was taken still runs
        Discard, ///< what is running ends, what is waiting is dropped with DropReason::Stopped
    };
    /// Takes no more tasks, and returns when the threads have ended. Not from a task. Safe to repeat.
    void stop(Stop how = Stop::Finish);

    [[nodiscard]] unsigned workerCount() const;
    [[nodiscard]] std::int64_t now() const;
    [[nodiscard]] PipelineStatus status() const;

private:
    std::unique_ptr<Impl> m_impl;
};

/// Of the process's workers so many take no low or batch work.
constexpr unsigned processReservedWorkers = 2;

/// The scheduler of this process, made when first asked for: a worker for each processor, at least four, because the
/// process's tasks also wait for disks and devices, and the reserved ones. Pinned when the environment has
/// BNOF_PIN_WORKERS=1.
[[nodiscard]] Scheduler& processScheduler();
/// Runs what was taken to its end and ends its threads, while the things that threads leave behind at their end (a GUI
/// toolkit's fonts) can still be given back. Not while an executor of it lives. Whoever asks again gets a new one.
void endProcessScheduler();

} // namespace bnof::pipeline
