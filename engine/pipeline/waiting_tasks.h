// SPDX-License-Identifier: GPL-3.0-or-later
// Where tasks wait besides the rings; part of the scheduler's inside.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "engine/pipeline/class_picker.h"
#include "engine/pipeline/task.h"

namespace bnof::pipeline {

/// Kept tasks that found their ring full. Served before the ring.
class Overflow {
public:
    void push(Task&& task)
    {
        const std::lock_guard lock(m_mutex);
        m_tasks.push_back(std::move(task));
        publish();
    }
    bool pop(Task& task)
    {
        if (empty())
            return false;
        const std::lock_guard lock(m_mutex);
        if (m_tasks.empty())
            return false;
        task = std::move(m_tasks.front());
        m_tasks.pop_front();
        publish();
        return true;
    }
    [[nodiscard]] std::size_t size() const { return m_count.load(std::memory_order_acquire); }
    [[nodiscard]] bool empty() const { return size() == 0; }
    /// When the first of them was queued, or nothingWaits.
    [[nodiscard]] std::int64_t oldest() const { return m_oldest.load(std::memory_order_acquire); }

private:
    void publish()
    {
        m_oldest.store(m_tasks.empty() ? nothingWaits : m_tasks.front().queuedAt, std::memory_order_release);
        m_count.store(m_tasks.size(), std::memory_order_release);
    }

    std::mutex m_mutex;
    std::deque<Task> m_tasks;
    std::atomic<std::int64_t> m_oldest{nothingWaits};
    std::atomic<std::size_t> m_count{0};
};

/// The waiting tasks of a class that have keys. Such a task waits here, and a stand-in with its key waits in the
/// ring, so that a newer task can take its place without touching the ring. A key stands in the ring once.
class KeyedTasks {
public:
    enum class Placed { InRing, Replaced, RingFull };

    /// Put `task` in the place of the one with its key, which is handed back in `task` (Replaced), or else give its
    /// stand-in to `push` (InRing, or RingFull: the task is untouched).
    template <typename Push> Placed place(Task& task, Push push)
    {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_tasks.find(task.key); found != m_tasks.end()) {
            task.queuedAt = found->second.queuedAt; // the place has been waiting since then
            std::swap(found->second, task);
            return Placed::Replaced;
        }
        Task standIn;
        standIn.key = task.key;
        standIn.queuedAt = task.queuedAt;
        standIn.priority = task.priority;
        standIn.kept = task.kept;
        const std::uint64_t key = task.key;
        const auto [place, inserted] = m_tasks.emplace(key, std::move(task));
        if (push(std::move(standIn)))
            return Placed::InRing;
        task = std::move(place->second);
        m_tasks.erase(place);
        return Placed::RingFull;
    }
    /// The task for which the stand-in waited.
    void claim(Task& standIn)
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_tasks.find(standIn.key);
        standIn = std::move(found->second);
        m_tasks.erase(found);
    }

private:
    std::mutex m_mutex;
    std::unordered_map<std::uint64_t, Task> m_tasks;
};

} // namespace bnof::pipeline
