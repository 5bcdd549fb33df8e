// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cache/s3_fifo.h"

#include <algorithm>
#include <atomic>
#include <new>

namespace bnof::cache {

void S3Fifo::push(Slot slot, Where where)
{
    Queue& queue = m_queues[where];
    Node& node = m_nodes[slot];
    node.where = where;
    node.newer = none;
    node.older = queue.newest;
    (queue.newest != none ? m_nodes[queue.newest].newer : queue.oldest) = slot;
    queue.newest = slot;
    queue.bytes += node.bytes;
    ++queue.count;
}

void S3Fifo::unlink(Slot slot)
{
    Node& node = m_nodes[slot];
    Queue& queue = m_queues[node.where];
    (node.newer != none ? m_nodes[node.newer].older : queue.newest) = node.older;
    (node.older != none ? m_nodes[node.older].newer : queue.oldest) = node.newer;
    queue.bytes -= node.bytes;
    --queue.count;
    node.where = Outside;
}

void S3Fifo::insert(Slot slot, std::uint64_t bytes, std::uint64_t name, std::uint8_t credit)
{
    if (slot >= m_nodes.size())
        m_nodes.resize(std::max<std::size_t>(std::size_t{slot} + 1, m_nodes.size() * 2));
    Node& node = m_nodes[slot];
    node.bytes = bytes;
    node.name = name;
    node.hits = std::min(credit, mostHits);
    const bool cameBack = m_ghostNumbers.erase(name) > 0;
    m_ghostHits += cameBack ? 1 : 0;
    push(slot, cameBack ? Main : Small);
}

void S3Fifo::hit(Slot slot) const
{
    // Lost counts of hits at the same moment do no harm.
    const std::atomic_ref<std::uint8_t> hits(m_nodes[slot].hits);
    const std::uint8_t before = hits.load(std::memory_order_relaxed);
    if (before < mostHits)
        hits.store(static_cast<std::uint8_t>(before + 1), std::memory_order_relaxed);
}

void S3Fifo::erase(Slot slot)
{
    if (slot < m_nodes.size() && m_nodes[slot].where != Outside)
        unlink(slot);
}

void S3Fifo::remember(std::uint64_t name)
{
    m_ghosts.emplace_back(name, ++m_ghostCount);
    m_ghostNumbers[name] = m_ghostCount;
    // As many names as there are entries.
    while (m_ghosts.size() > std::max<std::size_t>(size(), 16)) {
        const auto [oldest, number] = m_ghosts.front();
        m_ghosts.pop_front();
        const auto found = m_ghostNumbers.find(oldest);
        if (found != m_ghostNumbers.end() && found->second == number)
            m_ghostNumbers.erase(found);
    }
}

std::optional<S3Fifo::Slot> S3Fifo::evict(std::uint64_t capacity)
{
    while (size() > 0) {
        const bool fromSmall =
            m_queues[Main].count == 0 || (m_queues[Small].count > 0 && m_queues[Small].bytes >= capacity / 10);
        const Slot slot = m_queues[fromSmall ? Small : Main].oldest;
        Node& node = m_nodes[slot];
        unlink(slot);
        if (fromSmall && node.hits > 1) {
            node.hits = 0;
            push(slot, Main);
        } else if (!fromSmall && node.hits > 0) {
            --node.hits;
            push(slot, Main);
        } else {
            try {
                if (fromSmall)
                    remember(node.name);
            } catch (const std::bad_alloc&) { // then it is a stranger when it comes back
            }
            return slot;
        }
    }
    return std::nullopt;
}

} // namespace bnof::cache
