// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/sensing/connection_state.h"
#include "engine/sensing/pool/quality.h"

namespace bnof::sensing {

/// What happens to frames that come faster than they are taken; "policy" in a source's URI.
enum class OverflowPolicy : std::uint8_t {
    Reject,     ///< the newest is lost and counted ("reject")
    DropOldest, ///< the oldest waiting one of that sensor is lost and counted ("drop-oldest")
    Block,      ///< nothing is lost: the sensor is not read until there is room, and TCP makes it wait ("block")
};
[[nodiscard]] const char* toString(OverflowPolicy policy);
[[nodiscard]] std::optional<OverflowPolicy> overflowPolicyFromString(std::string_view name);

/// Frames of many sensors, in the order in which they came. Values lie one after another.
struct FrameBatch {
    struct Entry {
        std::uint32_t sensor = 0;
        std::uint32_t first = 0; ///< of its values
        std::uint32_t width = 0;
        Timestamp t = 0;
        double deviceSeconds = 0;
        std::int64_t arrival = 0; ///< monotonicNow() when the bytes came
    };
    std::vector<Entry> entries;
    std::vector<float> values;

    [[nodiscard]] SensorFrame frame(const Entry& entry) const
    {
        return {entry.t, std::span<const float>(values).subspan(entry.first, entry.width), entry.deviceSeconds};
    }
    void clear()
    {
        entries.clear();
        values.clear();
    }
};

using ChannelTable = std::shared_ptr<const std::vector<ChannelInfo>>;

struct SensorAdded {
    std::uint32_t sensor = 0;
    std::string name;    ///< what the sensor calls itself, or its address
    std::string address; ///< of its first connection
};
struct SensorChannels {
    std::uint32_t sensor = 0;
    ChannelTable channels; ///< sensors with equal tables share one
    std::string device;
    bool simulated = false;
};
struct SensorEvent {
    std::uint32_t sensor = 0;
    StreamEvent event;
};
struct SensorStateChange {
    std::uint32_t sensor = 0;
    ConnectionState state = ConnectionState::Idle;
    std::optional<Error> problem;
};

/// Receives what sensors of one source deliver, in order, on the thread that takes it.
class SensorVisitor {
public:
    virtual ~SensorVisitor() = default;
    /// Numbers count from 0 without a gap; before anything else of that sensor.
    virtual void sensorAdded(const SensorAdded& sensor) = 0;
    virtual void sensorChannels(const SensorChannels& channels) = 0;
    virtual void sensorFrame(std::uint32_t sensor, const SensorFrame& frame, std::int64_t arrival) = 0;
    virtual void sensorEvent(const SensorEvent& event) = 0;
    virtual void sensorState(const SensorStateChange& change) = 0;
};

/// Figures of one sensor. Written by one thread (the latency and `dropped` by the hand-off), read by any.
struct SensorCounters {
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<std::uint64_t> frames{0};
    std::atomic<std::uint64_t> skippedBytes{0};
    std::atomic<std::uint64_t> copiedBytes{0}; ///< moved in memory once more because a line came in two portions
    std::atomic<std::uint64_t> dropped{0};     ///< frames lost in the hand-off
    std::atomic<std::uint32_t> skippedLines{0};
    std::atomic<std::uint32_t> gaps{0};
    std::atomic<std::uint32_t> reconnects{0};
    std::atomic<std::uint32_t> memoryBytes{0}; ///< buffers of its present connection
    std::atomic<float> rateHz{0};
    std::atomic<float> expectedHz{0};
    std::atomic<float> jitterSeconds{0};
    std::atomic<float> errorShare{0};
    std::atomic<float> recentGaps{0};
    std::atomic<float> recentDrops{0};
    std::atomic<std::uint8_t> health{0};
    std::atomic<ConnectionState> state{ConnectionState::Idle};
    LatencyHistogram latency;
};

/// The counters of up to 65,536 sensors; grows without moving them. One thread adds, any reads.
class SensorTable {
public:
    static constexpr std::size_t capacity = 65536;

    ~SensorTable();
    SensorTable() = default;
    SensorTable(const SensorTable&) = delete;
    SensorTable& operator=(const SensorTable&) = delete;
    /// The number of the new one; not called beyond `capacity`.
    std::uint32_t add();
    [[nodiscard]] std::uint32_t size() const { return m_size.load(std::memory_order_acquire); }
    [[nodiscard]] SensorCounters& at(std::uint32_t sensor)
    {
        return m_blocks[sensor / blockSize].load(std::memory_order_acquire)[sensor % blockSize];
    }
    [[nodiscard]] const SensorCounters& at(std::uint32_t sensor) const
    {
        return m_blocks[sensor / blockSize].load(std::memory_order_acquire)[sensor % blockSize];
    }

private:
    static constexpr std::size_t blockSize = 64;
    std::array<std::atomic<SensorCounters*>, capacity / blockSize> m_blocks{};
    std::atomic<std::uint32_t> m_size{0};
};

/// The bounded way from the I/O thread to whoever uses the frames: batches instead of frames, so that a lock is taken
/// once for many.
///
/// At most `capacity` frames wait, and of one sensor at most share(), so that one that floods takes nothing from the
/// others: an equal part of the room while there are up to 16 sensors, a sixteenth of it with more. What is beyond
/// follows the policy, and every lost frame is counted with its sensor. Announcements (sensors, channels, events,
/// states) are few and always kept.
class HandOff {
public:
    HandOff(SensorTable& sensors, OverflowPolicy policy, std::size_t capacity);

    /// Called on the thread that pushes whenever something waits after nothing did.
    void setReady(std::function<void()> ready);
    /// Called on the thread that takes when there is room again after isFull() was true.
    void setRoom(std::function<void()> room);

    // I/O thread
    /// Takes the frames over and leaves `batch` empty.
    void push(FrameBatch& batch);
    using Announcement = std::variant<SensorAdded, SensorChannels, SensorEvent, SensorStateChange>;
    void announce(Announcement announcement);
    /// With Block: do not read this sensor now; setRoom's function is called when that has changed.
    [[nodiscard]] bool isFull(std::uint32_t sensor);
    /// Sensors that lost frames since the last call, and how many each.
    [[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint64_t>> takeLosses();

    // consumer
    /// Hands everything that waits to `visitor`; returns the number of frames.
    std::size_t take(SensorVisitor& visitor);

    [[nodiscard]] std::size_t waiting() const; ///< any thread
    [[nodiscard]] std::size_t capacity() const { return m_capacity; }
    [[nodiscard]] std::size_t share() const;
    [[nodiscard]] OverflowPolicy policy() const { return m_policy; }

private:
    using Item = std::variant<FrameBatch, Announcement>;
    struct Waiting {
        std::uint32_t frames = 0;
        std::uint32_t skip = 0; ///< of those in the queue the oldest so many are lost
        std::uint32_t round = 0;
    };

    Waiting& waitingOf(std::uint32_t sensor);
    [[nodiscard]] bool admit(std::uint32_t sensor);
    void lose(std::uint32_t sensor);
    void dropFront();
    void compact();
    FrameBatch& tail();
    std::size_t deliver(std::deque<Item>& items, std::size_t head, std::vector<std::uint32_t>& skips,
                        SensorVisitor& visitor);

    SensorTable& m_sensors;
    const OverflowPolicy m_policy;
    const std::size_t m_capacity;

    mutable std::mutex m_mutex;
    std::function<void()> m_ready;
    std::function<void()> m_room;
    std::deque<Item> m_items;
    std::size_t m_head = 0;  ///< entries of the front batch that are gone already
    std::size_t m_total = 0; ///< frames that wait and will be taken
    std::size_t m_dead = 0;  ///< entries in the queue that are lost
    std::uint32_t m_round = 1;
    std::vector<Waiting> m_waiting;
    std::vector<std::uint64_t> m_lost; ///< by sensor, since takeLosses()
    std::vector<std::uint32_t> m_losers;
    std::vector<FrameBatch> m_spare;
    bool m_wantsRoom = false;
};

} // namespace bnof::sensing
