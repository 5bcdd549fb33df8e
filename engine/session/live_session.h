// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/session/session.h"

namespace bnof::session {

/// A session on live sources. Threads: one I/O thread (event loop) for all sources, one compute thread that
/// sees everything in one order, the recorder's own writer thread.
[[nodiscard]] Result<std::unique_ptr<Session>> startLiveSession(SessionConfiguration configuration);

} // namespace bnof::session
