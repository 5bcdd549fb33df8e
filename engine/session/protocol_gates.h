// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/session/live_view.h"
#include "engine/session/protocol.h"
#include "engine/session/session.h"

namespace bnof::session {

/// One condition for the start of a protocol, in words.
struct Gate {
    std::string id;    ///< "devices", "warm-up", "baseline", "temperature", "humidity", "disk", "valves"
    std::string title; ///< for people
    bool open = false;
    std::string reason; ///< what was found, and what to wait for when it is shut

    bool operator==(const Gate&) const = default;
};

/// Looks at a live session. `folder`: where the recording will be; `valves`: Ready, or the trouble with their line
/// (null: the protocol has none). Baselines are judged on the traces, so the session must keep a history.
[[nodiscard]] std::vector<Gate> judgeGates(const GateLimits& limits, const SessionStatus& status, const LiveView& live,
                                           const std::string& folder, double plannedSeconds,
                                           const std::optional<std::string>& valveTrouble);
[[nodiscard]] bool allOpen(const std::vector<Gate>& gates);

} // namespace bnof::session
