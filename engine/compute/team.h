// SPDX-License-Identifier: GPL-3.0-or-later
// A few threads that work on one thing together, many thousand times a second: a simulation splits every block of
// ticks among them. Waking a sleeping thread would cost more than such a piece of work, so members spin for a
// while before they sleep.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bnof::compute {

class Team {
public:
    /// `size` threads in all, the caller of run() included; at least one.
    explicit Team(unsigned size);
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    [[nodiscard]] unsigned size() const { return static_cast<unsigned>(m_threads.size()) + 1; }

    /// Calls work(member) once for every member from 0, the caller, to size() - 1, at the same time, and returns when
    /// all are done. `work` does not throw. One caller at a time.
    void run(const std::function<void(unsigned member)>& work);

private:
    void serve(unsigned member);

    std::vector<std::thread> m_threads;
    const std::function<void(unsigned)>* m_work = nullptr;
    std::atomic<std::uint64_t> m_round{0}; ///< ~0 ends the threads
    std::atomic<unsigned> m_busy{0};
    std::mutex m_mutex;
    std::condition_variable m_wake;
    unsigned m_sleeping = 0; ///< guarded by m_mutex
};

} // namespace bnof::compute
