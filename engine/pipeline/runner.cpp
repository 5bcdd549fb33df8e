// SPDX-License-Identifier: GPL-3.0-or-later
// The threads of the scheduler: what they run next, and how.
#include <algorithm>
#include <semaphore>

#include "engine/base/yield_point.h"
#include "engine/pipeline/scheduler_impl.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace bnof::pipeline {
namespace {

/// Looks before a thread sleeps: some 10 us, about what falling asleep and being woken costs.
constexpr int spins = 200;
/// Tasks of a class are taken in one go while they are expected to run for this long together, so that short ones
/// share the cost of the ring.
constexpr std::int64_t grabNanoseconds = 20'000;
constexpr std::size_t grabMaximum = 16;
/// At a yield point, so many tasks of class high run before the long task goes on, or one of another class.
constexpr int yieldMaximum = 8;
constexpr unsigned depthMaximum = 4;
/// While the scheduler stops, threads look again this often.
constexpr std::int64_t stoppingSlice = nanosecondsPerMillisecond / 2;

void pause()
{
#if defined(__x86_64__)
    _mm_pause();
#endif
}

/// Of a number that one thread writes.
void addTo(std::atomic<std::uint64_t>& count, std::uint64_t n)
{
    count.store(count.load(std::memory_order_relaxed) + n, std::memory_order_release);
}

} // namespace

thread_local Runner* Scheduler::Impl::t_runner = nullptr;

void Scheduler::Impl::startThread(Runner& runner, const std::string& name)
{
    std::binary_semaphore ready(0);
    runner.thread = std::thread([this, &runner, &ready, name] {
        nameThread(name);
        t_runner = &runner;
        if (runner.group == nullptr) {
            if (m_options.realTimeLane)
                m_realTime = askForRealTime(m_options.realTimePriority);
            else
                m_realTime.reason = "SCHED_FIFO was not asked for";
        } else {
            if (runner.processor)
                runner.pinned = pinThread(*runner.processor);
            setYieldHook(&Impl::yieldHook, &runner);
        }
        ready.release();
        if (runner.group == nullptr)
            serveCritical(runner);
        else
            work(runner);
    });
    ready.acquire();
}

void Scheduler::Impl::serveCritical(Runner& runner)
{
    Ring<Task>& ring = m_classes[indexOf(Priority::Critical)]->ring;
    while (true) {
        Task task;
        bool found = ring.pop(task);
        for (int i = 0; !found && m_spin && i < spins; ++i) {
            pause();
            found = ring.pop(task);
        }
        if (found) {
            execute(runner, task, m_options.clock());
            continue;
        }
        const std::uint32_t ticket = m_laneWork.prepare();
        const bool stopping = m_stopping.load(std::memory_order_seq_cst);
        if (ring.oldest() != Ring<Task>::nothing) {
            m_laneWork.cancel();
        } else if (stopping && finished(Priority::Critical)) {
            m_laneWork.cancel();
            return;
        } else {
            if (m_idle.anybodySleeps())
                m_idle.wakeAll();
            m_laneWork.wait(ticket, stopping ? stoppingSlice : -1);
        }
    }
}

void Scheduler::Impl::work(Runner& runner)
{
    std::int64_t now = m_options.clock();
    while (true) {
        Task task;
        if (next(runner, task, now)) {
            now = execute(runner, task, now);
            continue;
        }
        if (search(runner, task)) {
            now = execute(runner, task, m_options.clock());
            continue;
        }
        WakePoint& point = runner.group->point;
        const std::uint32_t ticket = point.prepare();
        const bool stopping = m_stopping.load(std::memory_order_seq_cst);
        if (anythingFor(runner.allowed)) {
            point.cancel();
        } else if (stopping && allFinished()) {
            point.cancel();
            return;
        } else {
            if (m_idle.anybodySleeps())
                m_idle.wakeAll();
            point.wait(ticket, stopping ? stoppingSlice : -1);
        }
        now = m_options.clock();
    }
}

/// Look for a task for a while before sleeping. Whoever is the last one to stop looking makes sure that somebody else
/// wakes up when there is more, for nobody was woken meanwhile.
bool Scheduler::Impl::search(Runner& runner, Task& task)
{
    WorkerGroup& group = *runner.group;
    if (!m_spin || group.searching.load(std::memory_order_relaxed) > group.size / 2)
        return false;
    group.searching.fetch_add(1, std::memory_order_seq_cst);
    bool found = false;
    for (int i = 0; i < spins && !found; ++i) {
        pause();
        found = anythingFor(runner.allowed) && next(runner, task, m_options.clock());
    }
    const bool last = group.searching.fetch_sub(1, std::memory_order_seq_cst) == 1;
    if (found && last) {
        for (std::size_t c = 0; c < sharedClasses; ++c) {
            if (anythingFor(1U << c)) {
                wakeWorkers(1U << c, 1);
                break;
            }
        }
    }
    return found;
}

/// When the oldest task that this worker sees in the class was queued: its own, and those of all.
std::int64_t Scheduler::Impl::oldestFor(const Runner* runner, std::size_t sharedClass) const
{
    const PerClass& queue = *m_classes[sharedClass + 1];
    std::int64_t oldest = std::min(queue.ring.oldest(), queue.overflow.oldest());
    if (runner != nullptr && runner->local[sharedClass] != nullptr)
        oldest = std::min(oldest, runner->local[sharedClass]->oldest());
    return oldest;
}

/// Whether any task of these classes waits anywhere.
bool Scheduler::Impl::anythingFor(unsigned classes) const
{
    for (std::size_t c = 0; c < sharedClasses; ++c) {
        if ((classes >> c & 1U) == 0)
            continue;
        if (oldestFor(nullptr, c) != nothingWaits)
            return true;
        for (const auto& worker : m_workers) {
            if (worker->local[c] != nullptr && worker->local[c]->oldest() != nothingWaits)
                return true;
        }
    }
    return false;
}

/// Choose the class, then the task.
bool Scheduler::Impl::next(Runner& runner, Task& task, std::int64_t now)
{
    OldestTimes oldest;
    oldest.fill(nothingWaits);
    unsigned waiting = 0;
    for (std::size_t c = 0; c < sharedClasses; ++c) {
        if ((runner.allowed >> c & 1U) == 0)
            continue;
        oldest[c] = oldestFor(&runner, c);
        waiting |= oldest[c] != nothingWaits ? 1U << c : 0U;
    }
    int overdue = waiting != 0 ? ClassPicker::mostOverdue(oldest, m_ageLimits, now) : -1;
    while (waiting != 0) {
        const int c = runner.picker.pick(waiting, overdue);
        if (take(runner, static_cast<std::size_t>(c), task))
            return true;
        waiting &= ~(1U << c); // another worker was faster
        if (overdue == c)
            overdue = -1;
    }
    return steal(runner, task, runner.allowed);
}

/// A task of the class: what was kept beyond the ring, what this worker has, then the ring's oldest.
bool Scheduler::Impl::take(Runner& runner, std::size_t sharedClass, Task& task)
{
    PerClass& queue = *m_classes[sharedClass + 1];
    if (queue.overflow.pop(task))
        return true;
    Ring<Task>* local = runner.local[sharedClass].get();
    if (local != nullptr && local->pop(task))
        return true;
    std::size_t count = 1;
    if (local != nullptr && runner.depth == 0) // leave the others theirs
        count = std::clamp<std::size_t>(
            std::min(static_cast<std::size_t>(grabNanoseconds /
                                              std::max<std::int64_t>(1, runner.typicalService[sharedClass])),
                     queue.ring.size() / (2 * m_workers.size())),
            1, grabMaximum);
    if (count == 1) {
        if (!queue.ring.pop(task))
            return false;
    } else {
        std::array<Task, grabMaximum> grabbed;
        const std::size_t got = queue.ring.popMany(grabbed.data(), count);
        if (got == 0)
            return false;
        task = std::move(grabbed[0]);
        for (std::size_t i = 1; i < got; ++i) {
            const std::int64_t stamp = grabbed[i].queuedAt;
            // Its own ring was empty and nobody else fills it; but a thief may be half-way out of a cell.
            while (!local->push(std::move(grabbed[i]), stamp))
                pause();
        }
    }
    if (queue.room.anybodySleeps())
        queue.room.wakeAll();
    return true;
}

bool Scheduler::Impl::steal(Runner& runner, Task& task, unsigned classes)
{
    for (std::size_t c = 1; c < sharedClasses; ++c) {
        if ((classes >> c & 1U) == 0)
            continue;
        for (std::size_t i = 0; i < m_workers.size(); ++i) {
            Runner& victim = *m_workers[(runner.nextVictim + i) % m_workers.size()];
            if (&victim == &runner || victim.local[c] == nullptr || !victim.local[c]->pop(task))
                continue;
            ++runner.nextVictim;
            addTo(runner.steals, 1);
            return true;
        }
    }
    return false;
}

/// Run a task, or drop it when it came too late. Returns the time at its end.
std::int64_t Scheduler::Impl::execute(Runner& runner, Task& task, std::int64_t now)
{
    if (task.key != 0)
        m_classes[indexOf(task.priority)]->keyed.claim(task);
    if (m_discarding.load(std::memory_order_acquire)) {
        drop(task, DropReason::Stopped);
        return now;
    }
    if (task.cancel.cancelled()) {
        drop(task, DropReason::Cancelled);
        return now;
    }
    if (task.deadline != 0 && now > task.deadline) {
        drop(task, DropReason::Expired);
        return now;
    }
    Runner::Counts& counts = runner.counts[indexOf(task.priority)];
    counts.wait.record(static_cast<std::uint64_t>(std::max<std::int64_t>(0, now - task.queuedAt)));
    counts.running.store(counts.running.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    const Task* const outer = std::exchange(runner.current, &task);
    const std::int64_t outerNested = std::exchange(runner.nested, 0);
    const char* const outerName = runner.taskName.exchange(task.name, std::memory_order_relaxed);
    ++runner.depth;

    task.run();
    task.clear();

    --runner.depth;
    const std::int64_t end = m_options.clock();
    const std::int64_t own = std::max<std::int64_t>(0, end - now - runner.nested);
    runner.current = outer;
    runner.nested = outerNested + (end - now);
    runner.taskName.store(outerName, std::memory_order_relaxed);
    counts.service.record(static_cast<std::uint64_t>(own));
    if (runner.group != nullptr) {
        std::int64_t& typical = runner.typicalService[indexOf(task.priority) - 1];
        typical += (own - typical) / 8;
    }
    addTo(runner.busy, static_cast<std::uint64_t>(own));
    counts.running.store(counts.running.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
    addTo(counts.done, 1); // last: whoever drains may go on now
    return end;
}

bool Scheduler::Impl::yieldHook(void* runner)
{
    auto* own = static_cast<Runner*>(runner);
    return own->depth == 0 || own->owner->yield(*own);
}

/// What is more urgent than the task that runs here has its turn now.
bool Scheduler::Impl::yield(Runner& runner)
{
    const std::size_t own = indexOf(runner.current->priority) - 1;
    for (int ran = 0; ran < yieldMaximum && runner.depth < depthMaximum; ++ran) {
        std::size_t c = 0;
        while (c < own && oldestFor(&runner, c) == nothingWaits)
            ++c;
        Task task;
        if (c >= own || (c > 0 && ran > 0) || !take(runner, c, task))
            break;
        addTo(runner.yielded, 1);
        execute(runner, task, m_options.clock());
    }
    return !runner.current->cancel.cancelled() && !m_discarding.load(std::memory_order_acquire);
}

} // namespace bnof::pipeline
