// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/replay_source.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace bnof::sensing {
namespace {

/// How long a change of speed, a pause or a stop may stay unnoticed.
constexpr std::int64_t napNanoseconds = 20 * nanosecondsPerMillisecond;

/// When the item happened; a decision is due with the frame that it belongs to.
Timestamp timeOf(const recording::Item& item)
{
    if (const auto* frame = std::get_if<recording::FrameItem>(&item))
        return frame->t;
    if (const auto* decision = std::get_if<recording::DecisionItem>(&item))
        return decision->decision.t;
    if (const auto* event = std::get_if<StreamEvent>(&item))
        return event->t;
    if (const auto* mark = std::get_if<Mark>(&item))
        return mark->t;
    return -1; // spikes carry ticks: they follow the item before them
}

} // namespace

ReplayPlayer::ReplayPlayer(std::unique_ptr<recording::Reader> reader, double speed)
    : m_reader(std::move(reader)), m_speed(speed > 0 ? speed : 0)
{
    m_position.store(m_reader->summary().firstTime, std::memory_order_relaxed);
}

bool ReplayPlayer::run(const std::function<void(const recording::Item&)>& item)
{
    recording::Item present;
    m_anchorSpeed = -1;
    bool first = true;
    while (!m_stopped.load(std::memory_order_relaxed)) {
        if (!m_reader->next(present))
            return true;
        if (const Timestamp t = timeOf(present); t >= 0) {
            if (first) // the reader may have been moved: the first item is due at once
                m_position.store(t, std::memory_order_relaxed);
            first = false;
            waitUntilDue(t);
            if (m_stopped.load(std::memory_order_relaxed))
                return false;
            m_position.store(std::max(t, m_position.load(std::memory_order_relaxed)), std::memory_order_relaxed);
        }
        item(present);
    }
    return false;
}

void ReplayPlayer::waitUntilDue(Timestamp t)
{
    while (!m_stopped.load(std::memory_order_relaxed)) {
        if (Timestamp target = m_fastUntil.load(std::memory_order_relaxed); target >= 0) {
            m_anchorSpeed = -1;
            if (t <= target)
                return;
            m_fastUntil.compare_exchange_strong(target, -1, std::memory_order_relaxed); // arrived
        }
        if (m_paused.load(std::memory_order_relaxed)) {
            m_anchorSpeed = -1;
            std::this_thread::sleep_for(std::chrono::nanoseconds(napNanoseconds));
            continue;
        }
        const double speed = m_speed.load(std::memory_order_relaxed);
        if (speed <= 0) {
            m_anchorSpeed = -1;
            return;
        }
        const std::int64_t now = monotonicNow();
        if (speed != m_anchorSpeed) {
            m_anchorSpeed = speed;
            m_clockAnchor = now;
            m_timeAnchor = m_position.load(std::memory_order_relaxed);
        }
        const auto due = static_cast<std::int64_t>(static_cast<double>(t - m_timeAnchor) / speed) + m_clockAnchor;
        if (due <= now)
            return;
        std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(due - now, napNanoseconds)));
    }
}

std::optional<Timestamp> ReplayPlayer::goingTo() const
{
    const Timestamp target = m_fastUntil.load(std::memory_order_relaxed);
    return target > position() ? std::optional(target) : std::nullopt;
}

void ReplayPlayer::setSpeed(double speed)
{
    m_speed.store(speed > 0 ? speed : 0, std::memory_order_relaxed);
}

void ReplayPlayer::setPaused(bool paused)
{
    m_paused.store(paused, std::memory_order_relaxed);
}

void ReplayPlayer::stop()
{
    m_stopped.store(true, std::memory_order_relaxed);
}

} // namespace bnof::sensing
