// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

namespace bnof::pipeline {

/// Where threads sleep until something may have changed. Waking when nobody sleeps costs a fence and a load.
///
/// The sleeper:  const auto ticket = point.prepare();  if (what it waits for is there) point.cancel();
///               else point.wait(ticket, time limit);
/// The waker:    changes what is waited for, then wakeOne() or wakeAll().
/// Neither can miss the other: prepare() announces the sleeper before it looks once more.
class WakePoint {
public:
    [[nodiscard]] std::uint32_t prepare()
    {
        m_sleepers.fetch_add(1, std::memory_order_seq_cst);
        const std::uint32_t ticket = m_epoch.load(std::memory_order_seq_cst);
        std::atomic_thread_fence(std::memory_order_seq_cst);
        return ticket;
    }
    void cancel() { m_sleepers.fetch_sub(1, std::memory_order_relaxed); }
    /// Sleeps until woken after prepare(), for `nanoseconds` at most (negative: no limit). May return early.
    void wait(std::uint32_t ticket, std::int64_t nanoseconds = -1)
    {
        sleepUnlessChanged(ticket, nanoseconds);
        m_sleepers.fetch_sub(1, std::memory_order_relaxed);
    }

    void wakeOne()
    {
        std::atomic_thread_fence(std::memory_order_seq_cst);
        if (m_sleepers.load(std::memory_order_relaxed) > 0)
            wake(1);
    }
    void wakeMany(int count)
    {
        std::atomic_thread_fence(std::memory_order_seq_cst);
        if (m_sleepers.load(std::memory_order_relaxed) > 0)
            wake(count);
    }
    void wakeAll() { wakeMany(1 << 30); }
    [[nodiscard]] bool anybodySleeps() const { return m_sleepers.load(std::memory_order_relaxed) > 0; }

private:
    void sleepUnlessChanged(std::uint32_t ticket, std::int64_t nanoseconds);
    void wake(int count);

    alignas(64) std::atomic<std::uint32_t> m_epoch{0};
    std::atomic<int> m_sleepers{0};
};

} // namespace bnof::pipeline
