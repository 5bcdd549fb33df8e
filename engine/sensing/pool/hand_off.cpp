// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/pool/hand_off.h"

#include <algorithm>

#include "engine/base/time.h"

namespace bnof::sensing {
namespace {

/// A batch that waits takes more frames up to this many.
constexpr std::size_t batchFrames = 4096;
constexpr std::size_t spareBatches = 4;
/// A sensor's smallest part of the room, and the least in frames.
constexpr std::size_t shareDivisor = 16;
constexpr std::size_t smallestShare = 64;

void append(FrameBatch& to, const FrameBatch& from, const FrameBatch::Entry& entry)
{
    FrameBatch::Entry copy = entry;
    copy.first = static_cast<std::uint32_t>(to.values.size());
    const auto begin = from.values.begin() + entry.first;
    to.values.insert(to.values.end(), begin, begin + entry.width);
    to.entries.push_back(copy);
}

} // namespace

const char* toString(OverflowPolicy policy)
{
    switch (policy) {
    case OverflowPolicy::Reject: return "reject";
    case OverflowPolicy::DropOldest: return "drop-oldest";
    case OverflowPolicy::Block: return "block";
    }
    return "unknown";
}

std::optional<OverflowPolicy> overflowPolicyFromString(std::string_view name)
{
    for (const auto policy : {OverflowPolicy::Reject, OverflowPolicy::DropOldest, OverflowPolicy::Block})
        if (name == toString(policy))
            return policy;
    return std::nullopt;
}

SensorTable::~SensorTable()
{
    for (auto& block : m_blocks)
        delete[] block.load(std::memory_order_relaxed);
}

std::uint32_t SensorTable::add()
{
    const std::uint32_t number = m_size.load(std::memory_order_relaxed);
    auto& block = m_blocks[number / blockSize];
    if (block.load(std::memory_order_relaxed) == nullptr)
        block.store(new SensorCounters[blockSize], std::memory_order_release);
    m_size.store(number + 1, std::memory_order_release);
    return number;
}

HandOff::HandOff(SensorTable& sensors, OverflowPolicy policy, std::size_t capacity)
    : m_sensors(sensors), m_policy(policy), m_capacity(std::max<std::size_t>(capacity, 1))
{}

std::size_t HandOff::share() const
{
    const std::size_t parts = std::clamp<std::size_t>(m_sensors.size(), 1, shareDivisor);
    return std::min(m_capacity, std::max(smallestShare, m_capacity / parts));
}

void HandOff::setReady(std::function<void()> ready)
{
    const std::lock_guard lock(m_mutex);
    m_ready = std::move(ready);
}

void HandOff::setRoom(std::function<void()> room)
{
    const std::lock_guard lock(m_mutex);
    m_room = std::move(room);
}

HandOff::Waiting& HandOff::waitingOf(std::uint32_t sensor)
{
    if (sensor >= m_waiting.size()) {
        m_waiting.resize(std::max<std::size_t>(sensor + 1, m_waiting.size() + m_waiting.size() / 2));
        m_lost.resize(m_waiting.size());
    }
    Waiting& waiting = m_waiting[sensor];
    if (waiting.round != m_round)
        waiting = {0, 0, m_round};
    return waiting;
}

void HandOff::lose(std::uint32_t sensor)
{
    m_sensors.at(sensor).dropped.fetch_add(1, std::memory_order_relaxed);
    if (m_lost[sensor]++ == 0)
        m_losers.push_back(sensor);
}

/// The oldest frame in the queue that is not lost yet is lost now.
void HandOff::dropFront()
{
    while (!m_items.empty()) {
        auto* batch = std::get_if<FrameBatch>(&m_items.front());
        if (batch == nullptr) { // announcements are kept: they move behind, in order, with the frames in front gone
            break;
        }
        while (m_head < batch->entries.size()) {
            Waiting& waiting = waitingOf(batch->entries[m_head].sensor);
            ++m_head;
            if (waiting.skip > 0) {
                --waiting.skip;
                --m_dead;
                continue;
            }
            --waiting.frames;
            --m_total;
            lose(batch->entries[m_head - 1].sensor);
            return;
        }
        m_items.pop_front();
        m_head = 0;
    }
    // An announcement stands in front: the oldest frame behind it goes instead.
    for (Item& item : m_items) {
        const auto* batch = std::get_if<FrameBatch>(&item);
        if (batch == nullptr)
            continue;
        for (const auto& entry : batch->entries) {
            Waiting& waiting = waitingOf(entry.sensor);
            if (waiting.frames == 0)
                continue;
            ++waiting.skip;
            ++m_dead;
            --waiting.frames;
            --m_total;
            lose(entry.sensor);
            return;
        }
    }
}

bool HandOff::admit(std::uint32_t sensor)
{
    Waiting& own = waitingOf(sensor);
    if (m_policy == OverflowPolicy::Block || (own.frames < share() && m_total < m_capacity)) {
        ++own.frames;
        ++m_total;
        return true;
    }
    if (m_policy == OverflowPolicy::Reject) {
        lose(sensor);
        return false;
    }
    if (own.frames > 0) {
        ++own.skip;
        ++m_dead;
        lose(sensor); // an older one goes, this one takes its place
        return true;
    }
    dropFront();
    ++own.frames;
    ++m_total;
    return true;
}

FrameBatch& HandOff::tail()
{
    if (!m_items.empty()) {
        auto* last = std::get_if<FrameBatch>(&m_items.back());
        if (last != nullptr && last->entries.size() < batchFrames)
            return *last;
    }
    if (m_spare.empty())
        return std::get<FrameBatch>(m_items.emplace_back(FrameBatch{}));
    FrameBatch spare = std::move(m_spare.back());
    m_spare.pop_back();
    return std::get<FrameBatch>(m_items.emplace_back(std::move(spare)));
}

/// Removes the entries that are lost, so that memory stays bounded whoever floods.
void HandOff::compact()
{
    for (Item& item : m_items) {
        auto* batch = std::get_if<FrameBatch>(&item);
        if (batch == nullptr)
            continue;
        FrameBatch kept;
        for (std::size_t i = &item == &m_items.front() ? m_head : 0; i < batch->entries.size(); ++i) {
            Waiting& waiting = waitingOf(batch->entries[i].sensor);
            if (waiting.skip > 0)
                --waiting.skip;
            else
                append(kept, *batch, batch->entries[i]);
        }
        *batch = std::move(kept);
    }
    m_head = 0;
    m_dead = 0;
}

void HandOff::push(FrameBatch& batch)
{
    if (batch.entries.empty())
        return;
    std::function<void()> ready;
    {
        const std::lock_guard lock(m_mutex);
        const bool first = m_items.empty();
        FrameBatch* to = nullptr;
        for (const auto& entry : batch.entries) {
            if (!admit(entry.sensor))
                continue;
            if (to == nullptr || to->entries.size() >= batchFrames || m_policy == OverflowPolicy::DropOldest)
                to = &tail(); // dropping may have removed the batch
            append(*to, batch, entry);
        }
        if (m_dead > m_capacity)
            compact();
        if (first && !m_items.empty())
            ready = m_ready;
    }
    batch.clear();
    if (ready)
        ready();
}

void HandOff::announce(Announcement announcement)
{
    std::function<void()> ready;
    {
        const std::lock_guard lock(m_mutex);
        if (m_items.empty())
            ready = m_ready;
        m_items.emplace_back(std::move(announcement));
    }
    if (ready)
        ready();
}

bool HandOff::isFull(std::uint32_t sensor)
{
    const std::lock_guard lock(m_mutex);
    const bool full = m_total >= m_capacity || waitingOf(sensor).frames >= share();
    m_wantsRoom = m_wantsRoom || full;
    return full;
}

std::vector<std::pair<std::uint32_t, std::uint64_t>> HandOff::takeLosses()
{
    std::vector<std::pair<std::uint32_t, std::uint64_t>> losses;
    const std::lock_guard lock(m_mutex);
    for (const std::uint32_t sensor : m_losers)
        losses.emplace_back(sensor, std::exchange(m_lost[sensor], 0));
    m_losers.clear();
    return losses;
}

std::size_t HandOff::waiting() const
{
    const std::lock_guard lock(m_mutex);
    return m_total;
}

std::size_t HandOff::deliver(std::deque<Item>& items, std::size_t head, std::vector<std::uint32_t>& skips,
                             SensorVisitor& visitor)
{
    std::size_t frames = 0;
    for (Item& item : items) {
        if (auto* announcement = std::get_if<Announcement>(&item)) {
            if (const auto* added = std::get_if<SensorAdded>(announcement))
                visitor.sensorAdded(*added);
            else if (const auto* channels = std::get_if<SensorChannels>(announcement))
                visitor.sensorChannels(*channels);
            else if (const auto* event = std::get_if<SensorEvent>(announcement))
                visitor.sensorEvent(*event);
            else
                visitor.sensorState(std::get<SensorStateChange>(*announcement));
            continue;
        }
        const auto& batch = std::get<FrameBatch>(item);
        const std::int64_t now = monotonicNow();
        for (std::size_t i = std::exchange(head, 0); i < batch.entries.size(); ++i) {
            const auto& entry = batch.entries[i];
            if (!skips.empty() && skips[entry.sensor] > 0) {
                --skips[entry.sensor];
                continue;
            }
            m_sensors.at(entry.sensor).latency.record(now - entry.arrival);
            visitor.sensorFrame(entry.sensor, batch.frame(entry), entry.arrival);
            ++frames;
        }
    }
    return frames;
}

std::size_t HandOff::take(SensorVisitor& visitor)
{
    std::deque<Item> items;
    std::vector<std::uint32_t> skips;
    std::size_t head = 0;
    std::function<void()> room;
    {
        const std::lock_guard lock(m_mutex);
        items.swap(m_items);
        head = std::exchange(m_head, 0);
        if (m_dead > 0) {
            skips.resize(m_waiting.size());
            for (std::size_t i = 0; i < m_waiting.size(); ++i)
                skips[i] = m_waiting[i].round == m_round ? m_waiting[i].skip : 0;
        }
        m_total = 0;
        m_dead = 0;
        ++m_round; // nothing of anybody waits any more
        if (std::exchange(m_wantsRoom, false))
            room = m_room;
    }
    if (room)
        room();
    const std::size_t frames = deliver(items, head, skips, visitor);
    const std::lock_guard lock(m_mutex);
    for (Item& item : items) {
        auto* batch = std::get_if<FrameBatch>(&item);
        if (batch == nullptr || m_spare.size() >= spareBatches)
            continue;
        batch->clear();
        m_spare.push_back(std::move(*batch));
    }
    return frames;
}

} // namespace bnof::sensing
