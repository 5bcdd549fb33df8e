// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/cache/pattern.h"

namespace bnof::cache {

/// Content to slot: one array with linear probing, at most half full; the contents are hashes already. What is erased
/// is filled by moving later ones up, so look-ups never get longer.
class ContentMap {
public:
    using Slot = std::uint32_t;

    [[nodiscard]] std::optional<Slot> find(const ContentKey& content) const
    {
        if (m_cells.empty())
            return std::nullopt;
        for (std::size_t at = home(content);; at = next(at)) {
            if (m_cells[at].slot == none)
                return std::nullopt;
            if (m_cells[at].content == content)
                return m_cells[at].slot;
        }
    }
    /// May throw std::bad_alloc and then changes nothing.
    void insert(const ContentKey& content, Slot slot)
    {
        if (2 * (m_size + 1) > m_cells.size()) {
            std::vector<Cell> old(m_cells.empty() ? 64 : 2 * m_cells.size());
            old.swap(m_cells);
            for (const Cell& cell : old) {
                if (cell.slot != none)
                    place(cell);
            }
        }
        m_size += place({content, slot}) ? 1 : 0;
    }
    void erase(const ContentKey& content)
    {
        if (m_cells.empty())
            return;
        std::size_t gap = home(content);
        for (; m_cells[gap].content != content || m_cells[gap].slot == none; gap = next(gap)) {
            if (m_cells[gap].slot == none)
                return;
        }
        for (std::size_t at = next(gap); m_cells[at].slot != none; at = next(at)) {
            // It may move up unless its own place lies behind the gap.
            const std::size_t mask = m_cells.size() - 1;
            if (((at - home(m_cells[at].content)) & mask) >= ((at - gap) & mask)) {
                m_cells[gap] = m_cells[at];
                gap = at;
            }
        }
        m_cells[gap].slot = none;
        --m_size;
    }
    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] std::size_t bytes() const { return m_cells.capacity() * sizeof(Cell); }

private:
    static constexpr Slot none = UINT32_MAX;
    struct Cell {
        ContentKey content{};
        Slot slot = none;
    };

    [[nodiscard]] std::size_t home(const ContentKey& content) const
    {
        return static_cast<std::size_t>(content[0]) & (m_cells.size() - 1);
    }
    [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (m_cells.size() - 1); }
    /// False when the content was there already and got another slot.
    bool place(const Cell& cell)
    {
        std::size_t at = home(cell.content);
        while (m_cells[at].slot != none && m_cells[at].content != cell.content)
            at = next(at);
        const bool fresh = m_cells[at].slot == none;
        m_cells[at] = cell;
        return fresh;
    }

    std::vector<Cell> m_cells;
    std::size_t m_size = 0;
};

} // namespace bnof::cache
