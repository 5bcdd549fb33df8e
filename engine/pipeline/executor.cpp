// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pipeline/executor.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>

#include "engine/pipeline/scheduler.h"

namespace bnof {
namespace {

/// The tasks of one executor. The scheduler gets a "runner" for each, kept, which runs the most urgent task that is
/// here when its turn comes; one too many finds nothing and ends. Runners may outlive the executor.
class Tasks : public std::enable_shared_from_this<Tasks> {
public:
    Tasks(pipeline::Scheduler& scheduler, unsigned concurrency) : m_scheduler(scheduler), m_concurrency(concurrency) {}

    bool submit(Priority priority, std::function<void()> task)
    {
        {
            const std::lock_guard lock(m_mutex);
            if (m_stopping)
                return false;
            m_waiting[static_cast<std::size_t>(priority)].push_back({m_submitted, std::move(task)});
            ++m_submitted;
        }
        sendRunner(priority);
        return true;
    }

    /// Until no task is left.
    void drain()
    {
        std::unique_lock lock(m_mutex);
        while (firstUnfinished() < m_submitted) {
            if (m_running < m_concurrency && runOne(lock))
                continue;
            m_changed.wait(lock);
        }
    }

    void stop()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_stopping = true;
        }
        drain();
    }

private:
    struct Item {
        std::uint64_t number;
        std::function<void()> work;
    };

    void sendRunner(Priority priority)
    {
        pipeline::TaskOptions options;
        options.name = "executor";
        options.kept = true;
        pipeline::Task runner([self = shared_from_this()] { self->runNext(); });
        if (priority == Priority::Critical && m_scheduler.submit(Priority::Critical, std::move(runner), options))
            return;
        // The critical thread takes no more than fits; then it is at least the first of the others. A scheduler that
        // has stopped takes nothing: the task runs when the executor is drained.
        (void)m_scheduler.submit(std::max(priority, Priority::High), std::move(runner), options);
    }

    void runNext()
    {
        std::unique_lock lock(m_mutex);
        if (m_running < m_concurrency)
            runOne(lock);
    }

    /// Runs the most urgent task, with the lock given back meanwhile; false when there is none.
    bool runOne(std::unique_lock<std::mutex>& lock)
    {
        const auto queue = std::find_if(m_waiting.begin(), m_waiting.end(), [](const auto& q) { return !q.empty(); });
        if (queue == m_waiting.end())
            return false;
        Item item = std::move(queue->front());
        queue->pop_front();
        ++m_running;
        m_begun.push_back(item.number);
        lock.unlock();
        item.work();
        item.work = nullptr;
        lock.lock();
        --m_running;
        std::erase(m_begun, item.number);
        m_changed.notify_all();
        // Those whose runners came while the limit was reached need another one.
        const auto more = std::find_if(m_waiting.begin(), m_waiting.end(), [](const auto& q) { return !q.empty(); });
        if (m_concurrency != std::numeric_limits<unsigned>::max() && more != m_waiting.end()) {
            const auto priority = static_cast<Priority>(more - m_waiting.begin());
            lock.unlock();
            sendRunner(priority);
            lock.lock();
        }
        return true;
    }

    /// The number of the first task that has not ended.
    [[nodiscard]] std::uint64_t firstUnfinished() const
    {
        std::uint64_t first = m_submitted;
        for (const std::uint64_t number : m_begun)
            first = std::min(first, number);
        for (const auto& queue : m_waiting) {
            if (!queue.empty())
                first = std::min(first, queue.front().number);
        }
        return first;
    }

    pipeline::Scheduler& m_scheduler;
    const unsigned m_concurrency;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::array<std::deque<Item>, priorityCount> m_waiting; // by Priority
    std::vector<std::uint64_t> m_begun;                    // numbers of the tasks that are running
    std::uint64_t m_submitted = 0;
    unsigned m_running = 0;
    bool m_stopping = false;
};

class PoolExecutor final : public Executor {
public:
    PoolExecutor(pipeline::Scheduler& scheduler, unsigned concurrency)
        : m_tasks(std::make_shared<Tasks>(scheduler, concurrency ? concurrency : std::numeric_limits<unsigned>::max()))
    {}
    ~PoolExecutor() override { m_tasks->stop(); }
    bool submit(Priority priority, std::string_view, std::function<void()> task) override
    {
        return m_tasks->submit(priority, std::move(task));
    }
    void drain() override { m_tasks->drain(); }

private:
    std::shared_ptr<Tasks> m_tasks;
};

} // namespace

std::unique_ptr<Executor> makeExecutor(unsigned concurrency)
{
    return makeExecutor(pipeline::processScheduler(), concurrency);
}

std::unique_ptr<Executor> makeExecutor(pipeline::Scheduler& scheduler, unsigned concurrency)
{
    return std::make_unique<PoolExecutor>(scheduler, concurrency);
}

} // namespace bnof
