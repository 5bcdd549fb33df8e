// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/connection_state.h"

namespace bnof::sensing {

const char* toString(ConnectionState state)
{
    switch (state) {
    case ConnectionState::Idle: return "idle";
    case ConnectionState::Connecting: return "connecting";
    case ConnectionState::WarmingUp: return "warming up";
    case ConnectionState::Streaming: return "streaming";
    case ConnectionState::Stalled: return "stalled";
    case ConnectionState::Reconnecting: return "reconnecting";
    case ConnectionState::Failed: return "failed";
    case ConnectionState::Finished: return "finished";
    }
    return "unknown";
}

} // namespace bnof::sensing
