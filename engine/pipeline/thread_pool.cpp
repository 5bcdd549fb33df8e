// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/instruments.h"
#include "engine/pipeline/executor.h"

namespace bnof {
namespace {

class ThreadPool : public Executor {
public:
    explicit ThreadPool(unsigned threads)
    {
        for (unsigned i = 0; i < threads; ++i)
            m_workers.emplace_back([this] { work(); });
    }
    ~ThreadPool() override
    {
        {
            const std::lock_guard lock(m_mutex);
            m_stopping = true;
        }
        m_changed.notify_all();
        for (std::thread& worker : m_workers)
            worker.join();
    }

    bool submit(Priority priority, std::string_view, std::function<void()> task) override
    {
        {
            const std::lock_guard lock(m_mutex);
            if (m_stopping)
                return false;
            m_queues[static_cast<std::size_t>(priority)].push_back(std::move(task));
            ++m_unfinished;
        }
        m_submitted.add();
        m_changed.notify_one();
        return true;
    }

    void drain() override
    {
        std::unique_lock lock(m_mutex);
        m_idle.wait(lock, [this] { return m_unfinished == 0; });
    }

private:
    bool take(std::function<void()>& task)
    {
        for (auto& queue : m_queues) {
            if (!queue.empty()) {
                task = std::move(queue.front());
                queue.pop_front();
                return true;
            }
        }
        return false;
    }

    void work()
    {
        std::unique_lock lock(m_mutex);
        while (true) {
            std::function<void()> task;
            m_changed.wait(lock, [&] { return take(task) || m_stopping; });
            if (!task)
                return;
            lock.unlock();
            task();
            task = nullptr;
            lock.lock();
            if (--m_unfinished == 0)
                m_idle.notify_all();
        }
    }

    Counter& m_submitted = Instruments::counter("pipeline.tasks");
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::condition_variable m_idle;
    std::array<std::deque<std::function<void()>>, 4> m_queues; // by Priority
    std::size_t m_unfinished = 0;
    bool m_stopping = false;
    std::vector<std::thread> m_workers;
};

} // namespace

std::unique_ptr<Executor> makeThreadPool(unsigned threads)
{
    return std::make_unique<ThreadPool>(threads ? threads : std::max(1U, std::thread::hardware_concurrency()));
}

} // namespace bnof
