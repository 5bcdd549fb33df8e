// SPDX-License-Identifier: GPL-3.0-or-later
// The queue of a class: a bounded ring for many producers and many consumers after D. Vyukov ("Bounded MPMC queue",
// 1024cores.net). Chosen over a queue of one sub-queue a producer (moodycamel), because a class needs an exact bound,
// its oldest task first whoever brought it, and a look at how long that one has waited.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

namespace bnof::pipeline {

/// First in, first out, without locks. `T` is default constructible and moves without throwing. A producer or
/// consumer that is interrupted half-way delays those behind its own cell, never those of other rings.
template <typename T> class Ring {
public:
    /// Nothing waits: what oldest() says then.
    static constexpr std::int64_t nothing = std::numeric_limits<std::int64_t>::max();

    /// `capacity` is rounded up to a power of two, at least 2.
    explicit Ring(std::size_t capacity)
        : m_mask(std::bit_ceil(capacity < 2 ? std::size_t{2} : capacity) - 1),
          m_cells(std::make_unique<Cell[]>(m_mask + 1))
    {
        for (std::size_t i = 0; i <= m_mask; ++i)
            m_cells[i].turn.store(i, std::memory_order_relaxed);
    }

    [[nodiscard]] std::size_t capacity() const { return m_mask + 1; }
    /// Exact when nobody else is at work.
    [[nodiscard]] std::size_t size() const
    {
        const std::uint64_t head = m_head.load(std::memory_order_acquire);
        const std::uint64_t tail = m_tail.load(std::memory_order_acquire);
        return tail > head ? tail - head : 0;
    }
    [[nodiscard]] bool empty() const { return size() == 0; }

    /// False when full; `item` is then untouched. `stamp` is what oldest() shows.
    bool push(T&& item, std::int64_t stamp) { return pushMany(&item, 1, stamp) == 1; }

    /// Moves in as many of `count` items as there is room for, one behind the other, and returns how many.
    std::size_t pushMany(T* items, std::size_t count, std::int64_t stamp)
    {
        std::uint64_t tail = m_tail.load(std::memory_order_relaxed);
        while (true) {
            // Free cells stay free until a producer moves the tail on, which the exchange below notices.
            std::size_t free = 0;
            while (free < count && free <= m_mask &&
                   m_cells[(tail + free) & m_mask].turn.load(std::memory_order_acquire) == tail + free)
                ++free;
            if (free == 0) {
                const std::uint64_t now = m_tail.load(std::memory_order_relaxed);
                if (now == tail)
                    return 0;
                tail = now;
                continue;
            }
            if (!m_tail.compare_exchange_weak(tail, tail + free, std::memory_order_relaxed))
                continue;
            for (std::size_t i = 0; i < free; ++i) {
                Cell& cell = m_cells[(tail + i) & m_mask];
                cell.item = std::move(items[i]);
                cell.stamp.store(stamp, std::memory_order_relaxed);
                cell.turn.store(tail + i + 1, std::memory_order_release);
            }
            return free;
        }
    }

    bool pop(T& item) { return popMany(&item, 1) == 1; }

    /// Moves out up to `count` items, the oldest first, and returns how many.
    std::size_t popMany(T* items, std::size_t count)
    {
        std::uint64_t head = m_head.load(std::memory_order_relaxed);
        while (true) {
            std::size_t ready = 0;
            while (ready < count && ready <= m_mask &&
                   m_cells[(head + ready) & m_mask].turn.load(std::memory_order_acquire) == head + ready + 1)
                ++ready;
            if (ready == 0) {
                const std::uint64_t now = m_head.load(std::memory_order_relaxed);
                if (now == head)
                    return 0;
                head = now;
                continue;
            }
            if (!m_head.compare_exchange_weak(head, head + ready, std::memory_order_relaxed))
                continue;
            for (std::size_t i = 0; i < ready; ++i) {
                Cell& cell = m_cells[(head + i) & m_mask];
                items[i] = std::move(cell.item);
                cell.turn.store(head + i + m_mask + 1, std::memory_order_release);
            }
            return ready;
        }
    }

    /// The stamp of the item whose turn it is, or `nothing`. May be that of one that has just been taken.
    [[nodiscard]] std::int64_t oldest() const
    {
        const std::uint64_t head = m_head.load(std::memory_order_relaxed);
        const Cell& cell = m_cells[head & m_mask];
        return cell.turn.load(std::memory_order_acquire) == head + 1 ? cell.stamp.load(std::memory_order_relaxed)
                                                                     : nothing;
    }

private:
    struct Cell {
        std::atomic<std::uint64_t> turn{0}; ///< position whose producer may write; plus one: whose consumer may read
        std::atomic<std::int64_t> stamp{0};
        T item;
    };

    const std::size_t m_mask;
    std::unique_ptr<Cell[]> m_cells;
    alignas(64) std::atomic<std::uint64_t> m_tail{0};
    alignas(64) std::atomic<std::uint64_t> m_head{0};
};

} // namespace bnof::pipeline
