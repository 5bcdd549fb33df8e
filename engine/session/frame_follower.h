// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "engine/session/live_view.h"

namespace bnof::session {

/// Hands over every raw frame of one source that came since the last look, out of the history that displays read: the
/// session never waits for whoever follows. One thread at a time.
class FrameFollower {
public:
    FrameFollower(std::shared_ptr<const LiveView> live, std::uint32_t source)
        : m_live(std::move(live)), m_source(source)
    {}

    /// Calls `take` with the new frames in order of time. The first look (and the first one after the device changed
    /// its channels) only finds where to begin. Frames that the history has lost meanwhile are left out.
    void pull(const std::function<void(const SensorFrame&)>& take);

private:
    std::shared_ptr<const LiveView> m_live;
    std::uint32_t m_source;
    std::shared_ptr<const TraceHistory> m_history;
    std::uint64_t m_published = 0;
    Timestamp m_last = 0;
};

} // namespace bnof::session
