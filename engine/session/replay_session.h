// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/session/session.h"

namespace bnof::session {

/// A session that plays a recording through the recogniser again, on one thread, and compares the hashes of
/// the spikes and decisions with the recorded ones.
[[nodiscard]] Result<std::unique_ptr<Session>> startReplaySession(SessionConfiguration configuration);

} // namespace bnof::session
