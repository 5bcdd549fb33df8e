// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "engine/recording/reader.h"
#include "engine/sensing/source.h"

namespace bnof::sensing {

/// Plays the items of a recording in their recorded order, paced by their timestamps. Runs on the thread
/// that calls run(); pause, speed and stop work from any thread.
class ReplayPlayer {
public:
    /// `speed`: 1 is real time; 0 is as fast as possible.
    ReplayPlayer(std::unique_ptr<recording::Reader> reader, double speed);

    /// Calls `item` for every item until the end or stop(). Returns true when the end was reached.
    bool run(const std::function<void(const recording::Item&)>& item);
    void setSpeed(double speed);
    void setPaused(bool paused);
    void stop();
    /// Go on without waiting, even when paused, up to `t`; from there as before.
    void runTo(Timestamp t) { m_fastUntil.store(t, std::memory_order_relaxed); }
    /// The time that is being run to; nothing when the pace is the usual one.
    [[nodiscard]] std::optional<Timestamp> goingTo() const;

    [[nodiscard]] const recording::Reader& reader() const { return *m_reader; }
    [[nodiscard]] Timestamp position() const { return m_position.load(std::memory_order_relaxed); }

private:
    void waitUntilDue(Timestamp t);

    std::unique_ptr<recording::Reader> m_reader;
    std::atomic<double> m_speed;
    std::atomic<bool> m_paused{false};
    std::atomic<bool> m_stopped{false};
    std::atomic<Timestamp> m_position{0};
    std::atomic<Timestamp> m_fastUntil{-1};
    std::int64_t m_clockAnchor = 0;
    Timestamp m_timeAnchor = 0;
    double m_anchorSpeed = -1;
};

} // namespace bnof::sensing
