// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace bnof::sensing {

/// Where a connection stands.
///
///   Idle -start-> Connecting -first frame-> WarmingUp -rate known, warm-up over-> Streaming <-frame/silence-> Stalled
///     Connecting | WarmingUp | Streaming | Stalled -connection lost-> Reconnecting -opened-> Connecting
///     any -a person has to act-> Failed;   any -stop-> Idle;   a source with an end -end-> Finished
///
/// Reconnecting is the pause of the back-off and the attempt after it. Sources that have nothing to wait for leave
/// WarmingUp out.
enum class ConnectionState : std::uint8_t {
    Idle,       ///< not started, or stopped by the user
    Connecting, ///< opening, or open and waiting for the first frame
    WarmingUp,  ///< frames come, but their rate is not known yet or the declared warm-up time is not over
    Streaming,
    Stalled,      ///< open, but no frame for several periods
    Reconnecting, ///< the device went away; trying again with back-off, or waiting for it to connect again
    Failed,       ///< given up: needs the user (permission, bad parameter)
    Finished,     ///< a replay or a bounded source came to its end
};
[[nodiscard]] const char* toString(ConnectionState state);

/// Frames come in this state.
[[nodiscard]] constexpr bool isDelivering(ConnectionState state)
{
    return state == ConnectionState::Streaming || state == ConnectionState::WarmingUp;
}

} // namespace bnof::sensing
