// SPDX-License-Identifier: GPL-3.0-or-later
// A challenger beside the model of a command that runs a session.
#pragma once

#include <memory>

#include "app/cli/session_runner.h"
#include "engine/session/live_comparison.h"

namespace bnof::cli {

/// Adds --compare, --challenger and --store.
void describeLiveCompare(QCommandLineParser& parser);

/// Null without --challenger. `configuration` is complete but for its observer, which this becomes; keep it until the
/// session is gone.
[[nodiscard]] Result<std::unique_ptr<session::LiveComparison>>
startLiveCompare(const Invocation& invocation, session::SessionConfiguration& configuration,
                 session::ActingDecision acting = {});

/// Waits for answers that are missing, prints where the comparison stands as a last line; the exit code.
int finishLiveCompare(session::LiveComparison& comparison, bool json);

/// Turns lines on standard input into marks as long as it lives.
[[nodiscard]] std::shared_ptr<void> readMarks(session::Session& session);

} // namespace bnof::cli
