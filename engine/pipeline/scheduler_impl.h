// SPDX-License-Identifier: GPL-3.0-or-later
// The inside of the scheduler. scheduler.cpp takes tasks in, runner.cpp runs them, status.cpp counts.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>

#include "engine/base/instruments.h"
#include "engine/pipeline/ring.h"
#include "engine/pipeline/scheduler.h"
#include "engine/pipeline/waiting_tasks.h"
#include "engine/pipeline/wake_point.h"

namespace bnof::pipeline {

constexpr std::size_t indexOf(Priority priority)
{
    return static_cast<std::size_t>(priority);
}
/// Bit of a shared class (high is 0) in a mask of classes.
constexpr unsigned bitOf(Priority priority)
{
    return 1U << (indexOf(priority) - 1);
}
constexpr Priority sharedPriority(std::size_t sharedClass)
{
    return static_cast<Priority>(sharedClass + 1);
}
constexpr unsigned allShared = (1U << sharedClasses) - 1;
constexpr unsigned urgentShared = bitOf(Priority::High) | bitOf(Priority::Normal);

/// Workers that sleep and wake together, because they may run the same classes.
struct WorkerGroup {
    WakePoint point;
    alignas(64) std::atomic<int> searching{0}; ///< awake without a task, looking for one
    int size = 0;
};

/// A thread that runs tasks: a worker, or the critical thread.
struct alignas(64) Runner {
    struct Counts {
        std::atomic<std::uint64_t> done{0};
        std::atomic<std::uint32_t> running{0};
        Histogram wait;
        Histogram service;
    };

    Scheduler::Impl* owner = nullptr;
    WorkerGroup* group = nullptr;      ///< nullptr: the critical thread
    unsigned allowed = 0;              ///< shared classes that it may run
    std::optional<unsigned> processor; ///< that it is to be kept on
    std::atomic<bool> pinned{false};
    std::array<Counts, priorityCount> counts; ///< written by its thread only
    /// Tasks that its own tasks submitted, or that it took from a ring in one go; others steal from here.
    std::array<std::unique_ptr<Ring<Task>>, sharedClasses> local;
    std::atomic<std::uint64_t> busy{0}; ///< ns
    std::atomic<std::uint64_t> steals{0};
    std::atomic<std::uint64_t> yielded{0};
    std::atomic<const char*> taskName{nullptr};

    // of its thread only
    ClassPicker picker;
    std::array<std::int64_t, sharedClasses> typicalService; ///< ns, a moving mean
    unsigned depth = 0;                                     ///< tasks on its stack
    const Task* current = nullptr;
    std::int64_t nested = 0; ///< ns that the current task has lent to others at its yield points
    unsigned nextVictim = 0;
    std::thread thread;
};

class Scheduler::Impl {
public:
    explicit Impl(SchedulerOptions options);
    ~Impl() = default;

    Submission submit(Priority priority, Task&& task, const TaskOptions& options);
    std::size_t submitMany(Priority priority, std::span<Task> tasks, const TaskOptions& options, DropReason* refused);
    void drain();
    void stop(Stop how);
    [[nodiscard]] PipelineStatus status() const;
    [[nodiscard]] const SchedulerOptions& options() const { return m_options; }
    [[nodiscard]] unsigned workerCount() const { return static_cast<unsigned>(m_workers.size()); }

private:
    // taking in (scheduler.cpp)
    bool enter(Priority priority, std::size_t count);
    Submission place(Priority priority, Task& task);
    bool tryPlace(Priority priority, Task& task);
    bool makeRoom(Priority priority, std::int64_t waitingSince, std::int64_t& slept);
    void displaceOldest(Priority priority);
    void wakeWorkers(unsigned classes, int count);
    void countDrop(Priority priority, DropReason reason, std::uint64_t count = 1);
    void drop(Task& task, DropReason reason);
    [[nodiscard]] bool allFinished() const;
    [[nodiscard]] bool finished(Priority priority) const;

    // running (runner.cpp)
    static bool yieldHook(void* runner);
    bool yield(Runner& runner);
    void startThread(Runner& runner, const std::string& name);
    void work(Runner& runner);
    void serveCritical(Runner& runner);
    bool next(Runner& runner, Task& task, std::int64_t now);
    bool take(Runner& runner, std::size_t sharedClass, Task& task);
    bool steal(Runner& runner, Task& task, unsigned classes);
    bool search(Runner& runner, Task& task);
    std::int64_t execute(Runner& runner, Task& task, std::int64_t now);
    [[nodiscard]] std::int64_t oldestFor(const Runner* runner, std::size_t sharedClass) const;
    [[nodiscard]] bool anythingFor(unsigned classes) const;

    struct alignas(64) PerClass {
        explicit PerClass(std::size_t capacity) : ring(capacity) {}
        Ring<Task> ring;
        Overflow overflow;
        KeyedTasks keyed;
        WakePoint room; ///< callers that wait until there is some
        std::array<std::atomic<std::uint64_t>, dropReasonCount> dropped{};
        std::array<Counter*, dropReasonCount> droppedInstruments{};
        alignas(64) std::atomic<std::uint64_t> submitted{0}; ///< taken or refused; never less than what has ended
    };

    const SchedulerOptions m_options;
    const std::int64_t m_startedAt;
    std::array<std::unique_ptr<PerClass>, priorityCount> m_classes;
    OldestTimes m_ageLimits{};
    WorkerGroup m_general;
    WorkerGroup m_reserved;
    WakePoint m_laneWork;
    WakePoint m_idle; ///< those who drain
    std::atomic<bool> m_stopping{false};
    std::atomic<bool> m_discarding{false};
    bool m_spin = true;
    Counter& m_taskCounter;
    Runner m_lane;
    std::vector<std::unique_ptr<Runner>> m_workers;
    RealTimeState m_realTime; ///< written before the constructor returns
    std::mutex m_stopMutex;
    bool m_stopped = false;

    static thread_local Runner* t_runner;
};

} // namespace bnof::pipeline
