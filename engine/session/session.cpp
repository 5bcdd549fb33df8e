// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/session.h"

#include "engine/session/live_session.h"
#include "engine/session/replay_session.h"

namespace bnof::session {

Result<std::unique_ptr<Session>> Session::start(SessionConfiguration configuration)
{
    if (configuration.sources.empty())
        return makeError(ErrorKind::Usage, "a session needs at least one source", {},
                         "Give a source such as serial:/dev/ttyUSB0 or replay:run.bnr.");
    for (const auto& source : configuration.sources) {
        if (source.scheme == "replay" && configuration.sources.size() > 1)
            return makeError(ErrorKind::Usage, "a replay cannot be combined with other sources", source.toString());
    }
    if (configuration.sources.front().scheme == "replay")
        return startReplaySession(std::move(configuration));
    return startLiveSession(std::move(configuration));
}

} // namespace bnof::session
