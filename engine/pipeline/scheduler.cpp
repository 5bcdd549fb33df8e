// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pipeline/scheduler.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <string_view>

#include "engine/pipeline/scheduler_impl.h"

namespace bnof::pipeline {
namespace {

/// Tasks that wait for a worker of their own; more go to the class's ring.
constexpr std::size_t localCapacity = 256;

} // namespace

std::array<ClassRules, priorityCount> defaultClassRules()
{
    std::array<ClassRules, priorityCount> rules;
    // Lost on purpose only where there is a newer value (normal) or a later chance (low, batch).
    rules[indexOf(Priority::Critical)].capacity = 1024;
    rules[indexOf(Priority::Critical)].whenFull = WhenFull::Reject;
    rules[indexOf(Priority::High)].whenFull = WhenFull::Block;
    rules[indexOf(Priority::High)].ageLimit = 5 * nanosecondsPerMillisecond;
    rules[indexOf(Priority::Normal)].whenFull = WhenFull::DropOldest;
    rules[indexOf(Priority::Normal)].ageLimit = 50 * nanosecondsPerMillisecond;
    rules[indexOf(Priority::Low)].whenFull = WhenFull::Shed;
    rules[indexOf(Priority::Low)].ageLimit = 250 * nanosecondsPerMillisecond;
    rules[indexOf(Priority::Batch)].whenFull = WhenFull::Shed;
    rules[indexOf(Priority::Batch)].ageLimit = 500 * nanosecondsPerMillisecond;
    return rules;
}

Scheduler::Impl::Impl(SchedulerOptions given)
    : m_options(std::move(given)), m_startedAt(m_options.clock()), m_taskCounter(Instruments::counter("pipeline.tasks"))
{
    for (std::size_t c = 0; c < priorityCount; ++c) {
        m_classes[c] = std::make_unique<PerClass>(m_options.rules[c].capacity);
        for (std::size_t r = 0; r < dropReasonCount; ++r) {
            std::string name = "pipeline.dropped.";
            name.append(priorityNames[c]).append(".").append(dropReasonNames[r]);
            m_classes[c]->droppedInstruments[r] = &Instruments::counter(name);
        }
    }
    for (std::size_t c = 0; c < sharedClasses; ++c)
        m_ageLimits[c] = m_options.rules[c + 1].ageLimit;

    const std::vector<unsigned> processors = allowedProcessors();
    const auto machine = static_cast<unsigned>(std::max<std::size_t>(1, processors.size()));
    const unsigned workers = m_options.workers > 0 ? m_options.workers : machine;
    const unsigned reserved = std::min(m_options.reservedWorkers, workers - 1);
    m_spin = machine > 1;

    m_lane.owner = this;
    startThread(m_lane, "bnof-critical");
    for (unsigned i = 0; i < workers; ++i) {
        auto worker = std::make_unique<Runner>();
        worker->owner = this;
        const bool isReserved = i >= workers - reserved;
        worker->group = isReserved ? &m_reserved : &m_general;
        ++worker->group->size;
        worker->allowed = isReserved ? urgentShared : allShared;
        worker->typicalService.fill(nanosecondsPerMillisecond);
        worker->nextVictim = i + 1;
        if (m_options.pinWorkers && !processors.empty())
            worker->processor = processors[i % processors.size()];
        for (std::size_t c = 1; c < sharedClasses; ++c) // high tasks go to whoever is free first
            worker->local[c] = std::make_unique<Ring<Task>>(localCapacity);
        m_workers.push_back(std::move(worker));
    }
    for (unsigned i = 0; i < workers; ++i) // all are there before the first one looks for victims
        startThread(*m_workers[i], "bnof-worker-" + std::to_string(i));
}

// ---- taking in -----------------------------------------------------------------------------------------------------

/// Announce tasks before they are anywhere, so that nobody thinks that all is done. False: no more are taken.
bool Scheduler::Impl::enter(Priority priority, std::size_t count)
{
    // Both are seq_cst: either we see that the scheduler is stopping, or its threads see that there is more to come.
    m_classes[indexOf(priority)]->submitted.fetch_add(count, std::memory_order_seq_cst);
    if (!m_stopping.load(std::memory_order_seq_cst))
        return true;
    countDrop(priority, DropReason::Stopped, count);
    return false;
}

Submission Scheduler::Impl::submit(Priority priority, Task&& task, const TaskOptions& options)
{
    if (!enter(priority, 1))
        return DropReason::Stopped;
    const bool critical = priority == Priority::Critical;
    task.queuedAt = m_options.clock();
    task.deadline = options.deadline;
    task.key = critical ? 0 : options.key;
    task.kept = !critical && options.kept;
    task.name = options.name;
    task.cancel = options.cancel;
    task.priority = priority;
    const Submission placed = place(priority, task);
    if (!placed)
        return placed;
    m_taskCounter.add();
    if (critical)
        m_laneWork.wakeOne();
    else
        wakeWorkers(bitOf(priority), 1);
    return {};
}

std::size_t Scheduler::Impl::submitMany(Priority priority, std::span<Task> tasks, const TaskOptions& options,
                                        DropReason* refused)
{
    if (tasks.empty())
        return 0;
    if (!enter(priority, tasks.size())) {
        if (refused != nullptr)
            *refused = DropReason::Stopped;
        return 0;
    }
    const bool critical = priority == Priority::Critical;
    const std::int64_t now = m_options.clock();
    for (Task& task : tasks) {
        task.queuedAt = now;
        task.deadline = options.deadline;
        task.key = 0;
        task.kept = !critical && options.kept;
        task.name = options.name;
        task.cancel = options.cancel;
        task.priority = priority;
    }
    const ClassRules& rules = m_options.rules[indexOf(priority)];
    PerClass& queue = *m_classes[indexOf(priority)];
    std::size_t room = queue.ring.capacity();
    if (rules.whenFull == WhenFull::Shed && !options.kept) {
        const auto mark = static_cast<std::size_t>(rules.watermark * static_cast<double>(room));
        const std::size_t size = queue.ring.size();
        room = mark > size ? mark - size : 0;
    }
    std::size_t taken = queue.ring.pushMany(tasks.data(), std::min(room, tasks.size()), now);
    while (taken < tasks.size()) {
        if (taken > 0 && !critical)
            wakeWorkers(bitOf(priority), static_cast<int>(std::min<std::size_t>(taken, 1024)));
        const Submission placed = place(priority, tasks[taken]);
        if (!placed) {
            const std::size_t left = tasks.size() - taken;
            if (left > 1)
                countDrop(priority, placed.reason(), left - 1); // place() counted the first one
            if (refused != nullptr)
                *refused = placed.reason();
            break;
        }
        ++taken;
    }
    m_taskCounter.add(taken);
    if (critical)
        m_laneWork.wakeOne();
    else if (taken > 0)
        wakeWorkers(bitOf(priority), static_cast<int>(std::min<std::size_t>(taken, 1024)));
    return taken;
}

/// Put the task where it waits, by the rules of its class; counts it when it is refused.
Submission Scheduler::Impl::place(Priority priority, Task& task)
{
    const ClassRules& rules = m_options.rules[indexOf(priority)];
    PerClass& queue = *m_classes[indexOf(priority)];
    std::int64_t slept = 0;
    while (true) {
        if (tryPlace(priority, task))
            return {};
        if (task.kept) {
            const auto overflow = [&queue](Task&& kept) {
                queue.overflow.push(std::move(kept));
                return true;
            };
            if (task.key == 0)
                overflow(std::move(task));
            else if (queue.keyed.place(task, overflow) == KeyedTasks::Placed::Replaced)
                drop(task, DropReason::Coalesced);
            return {};
        }
        switch (rules.whenFull) {
        case WhenFull::Reject: countDrop(priority, DropReason::Rejected); return DropReason::Rejected;
        case WhenFull::Shed: countDrop(priority, DropReason::Shed); return DropReason::Shed;
        case WhenFull::DropOldest: displaceOldest(priority); break;
        case WhenFull::Block:
            if (!makeRoom(priority, task.queuedAt, slept)) {
                countDrop(priority, DropReason::TimedOut);
                return DropReason::TimedOut;
            }
            break;
        }
    }
}

/// One try without waiting. False: no room.
bool Scheduler::Impl::tryPlace(Priority priority, Task& task)
{
    const ClassRules& rules = m_options.rules[indexOf(priority)];
    PerClass& queue = *m_classes[indexOf(priority)];
    const auto push = [&](Task&& item) {
        if (rules.whenFull == WhenFull::Shed && !item.kept &&
            static_cast<double>(queue.ring.size()) >= rules.watermark * static_cast<double>(queue.ring.capacity()))
            return false;
        const std::int64_t stamp = item.queuedAt;
        return queue.ring.push(std::move(item), stamp);
    };
    if (task.key != 0) {
        switch (queue.keyed.place(task, push)) {
        case KeyedTasks::Placed::InRing: return true;
        case KeyedTasks::Placed::Replaced: drop(task, DropReason::Coalesced); return true;
        case KeyedTasks::Placed::RingFull: return false;
        }
    }
    if (Runner* runner = t_runner; runner != nullptr && runner->owner == this && runner->group != nullptr &&
                                   priority != Priority::High && priority != Priority::Critical &&
                                   (runner->allowed & bitOf(priority)) != 0) {
        const std::int64_t stamp = task.queuedAt;
        if (runner->local[indexOf(priority) - 1]->push(std::move(task), stamp))
            return true;
    }
    return push(std::move(task));
}

/// Wait for room, or make some: a worker runs a task instead of waiting, because all workers might be waiting.
/// False: the caller has waited for as long as the class allows.
bool Scheduler::Impl::makeRoom(Priority priority, std::int64_t waitingSince, std::int64_t& slept)
{
    constexpr std::int64_t slice = nanosecondsPerMillisecond;
    const std::int64_t limit = m_options.rules[indexOf(priority)].blockLimit;
    if (m_stopping.load(std::memory_order_acquire))
        return false;
    PerClass& queue = *m_classes[indexOf(priority)];
    if (Runner* runner = t_runner; runner != nullptr && runner->owner == this) {
        Task other;
        if (runner->group == nullptr || runner->depth > 8 || !take(*runner, indexOf(priority) - 1, other))
            return false;
        execute(*runner, other, m_options.clock());
        return true;
    }
    // The clock may be a test's and stand still: what was slept counts as well.
    if (std::max(slept, m_options.clock() - waitingSince) >= limit)
        return false;
    const std::uint32_t ticket = queue.room.prepare();
    if (queue.ring.size() < queue.ring.capacity()) {
        queue.room.cancel();
        std::this_thread::yield();
        return true;
    }
    queue.room.wait(ticket, std::min(slice, limit));
    slept += std::min(slice, limit);
    return true;
}

void Scheduler::Impl::displaceOldest(Priority priority)
{
    PerClass& queue = *m_classes[indexOf(priority)];
    Task oldest;
    if (!queue.ring.pop(oldest)) {
        std::this_thread::yield(); // somebody is just taking it
        return;
    }
    if (oldest.kept) { // moves over, for it must not be lost
        queue.overflow.push(std::move(oldest));
        return;
    }
    if (oldest.key != 0)
        queue.keyed.claim(oldest);
    drop(oldest, DropReason::Displaced);
}

void Scheduler::Impl::wakeWorkers(unsigned classes, int count)
{
    // A worker that is searching finds the task, or wakes another when it leaves more behind.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (count == 1 && m_general.searching.load(std::memory_order_relaxed) > 0)
        return;
    const bool urgent = (classes & urgentShared) != 0;
    if (urgent && count == 1 && m_reserved.searching.load(std::memory_order_relaxed) > 0)
        return;
    if (m_general.point.anybodySleeps())
        m_general.point.wakeMany(count);
    else if (urgent && m_reserved.point.anybodySleeps())
        m_reserved.point.wakeMany(count);
}

void Scheduler::Impl::countDrop(Priority priority, DropReason reason, std::uint64_t count)
{
    PerClass& queue = *m_classes[indexOf(priority)];
    queue.droppedInstruments[static_cast<std::size_t>(reason)]->add(count);
    queue.dropped[static_cast<std::size_t>(reason)].fetch_add(count, std::memory_order_release);
}

/// Of a task that had been taken.
void Scheduler::Impl::drop(Task& task, DropReason reason)
{
    const Priority priority = task.priority;
    task.drop(reason);
    task.clear();
    countDrop(priority, reason); // last: whoever drains may go on now
}

// ---- the end -------------------------------------------------------------------------------------------------------

/// Everything of the class that was ever submitted has run or was dropped. Counts only grow, and what has ended was
/// submitted before; so when the sum of what has ended, read first, equals what was submitted, read afterwards, they
/// were equal in between.
bool Scheduler::Impl::finished(Priority priority) const
{
    const std::size_t c = indexOf(priority);
    const PerClass& queue = *m_classes[c];
    std::uint64_t ended = m_lane.counts[c].done.load(std::memory_order_acquire);
    for (const auto& worker : m_workers)
        ended += worker->counts[c].done.load(std::memory_order_acquire);
    for (const auto& dropped : queue.dropped)
        ended += dropped.load(std::memory_order_acquire);
    return ended == queue.submitted.load(std::memory_order_seq_cst);
}

bool Scheduler::Impl::allFinished() const
{
    for (std::size_t c = 0; c < priorityCount; ++c) {
        if (!finished(static_cast<Priority>(c)))
            return false;
    }
    return true;
}

void Scheduler::Impl::drain()
{
    // A class may be refilled by tasks of another one after it was looked at, so that all must have been idle twice
    // with nothing submitted in between.
    const auto submitted = [this] {
        std::uint64_t sum = 0;
        for (const auto& queue : m_classes)
            sum += queue->submitted.load(std::memory_order_seq_cst);
        return sum;
    };
    while (true) {
        const std::uint32_t ticket = m_idle.prepare();
        const std::uint64_t before = submitted();
        if (allFinished() && submitted() == before) {
            m_idle.cancel();
            return;
        }
        m_idle.wait(ticket, nanosecondsPerMillisecond);
    }
}

void Scheduler::Impl::stop(Stop how)
{
    const std::lock_guard lock(m_stopMutex);
    if (how == Stop::Discard)
        m_discarding.store(true, std::memory_order_release);
    m_stopping.store(true, std::memory_order_seq_cst);
    if (m_stopped)
        return;
    m_stopped = true;
    m_general.point.wakeAll();
    m_reserved.point.wakeAll();
    m_laneWork.wakeAll();
    for (const auto& queue : m_classes)
        queue->room.wakeAll();
    for (const auto& worker : m_workers)
        worker->thread.join();
    m_lane.thread.join();
}

// ---- the outside ---------------------------------------------------------------------------------------------------

Scheduler::Scheduler(SchedulerOptions options) : m_impl(std::make_unique<Impl>(std::move(options))) {}

Scheduler::~Scheduler()
{
    stop();
}

Submission Scheduler::submit(Priority priority, Task&& task, const TaskOptions& options)
{
    return m_impl->submit(priority, std::move(task), options);
}

std::size_t Scheduler::submitMany(Priority priority, std::span<Task> tasks, const TaskOptions& options,
                                  DropReason* refused)
{
    return m_impl->submitMany(priority, tasks, options, refused);
}

void Scheduler::drain()
{
    m_impl->drain();
}

void Scheduler::stop(Stop how)
{
    m_impl->stop(how);
}

unsigned Scheduler::workerCount() const
{
    return m_impl->workerCount();
}

std::int64_t Scheduler::now() const
{
    return m_impl->options().clock();
}

PipelineStatus Scheduler::status() const
{
    return m_impl->status();
}

namespace {

/// The scheduler of the process, while there is one.
struct ProcessPool {
    std::mutex mutex;
    std::unique_ptr<Scheduler> scheduler;
};

ProcessPool& processPool()
{
    static ProcessPool pool;
    return pool;
}

} // namespace

Scheduler& processScheduler()
{
    ProcessPool& pool = processPool();
    const std::lock_guard lock(pool.mutex);
    if (!pool.scheduler) {
        SchedulerOptions options;
        const auto processors = static_cast<unsigned>(allowedProcessors().size());
        options.workers = std::max(4U, processors) + processReservedWorkers;
        options.reservedWorkers = processReservedWorkers;
        const char* pin = std::getenv("BNOF_PIN_WORKERS");
        options.pinWorkers = pin != nullptr && std::string_view(pin) == "1";
        pool.scheduler = std::make_unique<Scheduler>(std::move(options));
    }
    return *pool.scheduler;
}

void endProcessScheduler()
{
    ProcessPool& pool = processPool();
    std::unique_ptr<Scheduler> ended;
    {
        const std::lock_guard lock(pool.mutex);
        ended = std::move(pool.scheduler);
    }
}

} // namespace bnof::pipeline
