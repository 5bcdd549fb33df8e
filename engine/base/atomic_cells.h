// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace bnof {

/// A fixed array of small numbers that one thread writes while others read. Every cell is stored with
/// release and loaded with acquire order: a reader that meets a cell written after a count was
/// published therefore also sees that count, which is how the histories detect overwritten data. Both
/// are plain moves on x86-64. The memory is zeroed by the operating system page by page, so that a
/// large history costs nothing until it fills.
template <typename T> class AtomicCells {
    static_assert(std::is_trivial_v<T> && std::atomic_ref<T>::is_always_lock_free);

public:
    AtomicCells() = default;
    explicit AtomicCells(std::size_t count) : m_cells(static_cast<T*>(std::calloc(count ? count : 1, sizeof(T))))
    {
        if (!m_cells)
            throw std::bad_alloc();
    }

    [[nodiscard]] T load(std::size_t index) const
    {
        return std::atomic_ref<T>(m_cells.get()[index]).load(std::memory_order_acquire);
    }
    void store(std::size_t index, T value)
    {
        std::atomic_ref<T>(m_cells.get()[index]).store(value, std::memory_order_release);
    }

private:
    struct Free {
        void operator()(T* cells) const { std::free(cells); }
    };
    std::unique_ptr<T, Free> m_cells;
};

} // namespace bnof
