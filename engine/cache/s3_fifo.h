// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace bnof::cache {

/// Who is evicted next: S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023). New
/// entries wait in a small queue (a tenth of the bytes); those that are hit there more than once, or come back soon
/// after they left (the ghost queue remembers names), move to the main queue, where every hit, up to three, saves an
/// entry once. Entries that are dear to compute begin with `credit` hits.
///
/// hit() may run beside itself in several threads; everything else needs the object alone.
class S3Fifo {
public:
    using Slot = std::uint32_t;

    /// `name` is what a later entry of the same content would have, too. The slot must not be inside.
    void insert(Slot slot, std::uint64_t bytes, std::uint64_t name, std::uint8_t credit = 0);
    void hit(Slot slot) const;
    /// Does nothing for a slot that is not inside. Leaves no ghost.
    void erase(Slot slot);
    /// Takes the next one out; nothing when there is none. `capacity` is what all entries together may have.
    [[nodiscard]] std::optional<Slot> evict(std::uint64_t capacity);

    [[nodiscard]] std::uint64_t bytes() const { return m_queues[0].bytes + m_queues[1].bytes; }
    [[nodiscard]] std::size_t size() const { return m_queues[0].count + m_queues[1].count; }
    /// Entries that came back while their names were remembered: what a larger cache would have kept.
    [[nodiscard]] std::uint64_t ghostHits() const { return m_ghostHits; }

private:
    static constexpr Slot none = UINT32_MAX;
    static constexpr std::uint8_t mostHits = 3;
    enum Where : std::uint8_t { Small = 0, Main = 1, Outside = 2 };
    struct Node {
        Slot newer = none;
        Slot older = none;
        std::uint64_t bytes = 0;
        std::uint64_t name = 0;
        mutable std::uint8_t hits = 0; ///< through atomic_ref
        Where where = Outside;
    };
    struct Queue {
        Slot newest = none;
        Slot oldest = none;
        std::uint64_t bytes = 0;
        std::size_t count = 0;
    };

    void push(Slot slot, Where where);
    void unlink(Slot slot);
    void remember(std::uint64_t name);

    std::vector<Node> m_nodes;
    Queue m_queues[2];
    // A name that came back leaves a stale number in the queue.
    std::deque<std::pair<std::uint64_t, std::uint64_t>> m_ghosts; ///< name, number
    std::unordered_map<std::uint64_t, std::uint64_t> m_ghostNumbers;
    std::uint64_t m_ghostCount = 0;
    std::uint64_t m_ghostHits = 0;
};

} // namespace bnof::cache
