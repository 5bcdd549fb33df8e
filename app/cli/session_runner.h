// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/cli/command.h"
#include "engine/session/session.h"

namespace bnof::cli {

/// One decision as a JSON line: t in seconds, gas or "unknown", probabilities by gas, ppm with interval.
[[nodiscard]] Json decisionLine(const Decision& decision, const std::vector<std::string>& gases,
                                std::int64_t latencyNanoseconds);

/// What a calibration makes of a frame, by channel: resistance, ratio, equivalent concentration, flags.
[[nodiscard]] Json calibratedJson(const sensing::Calibrator& calibrator, const std::vector<ChannelInfo>& channels,
                                  const std::vector<sensing::CalibratedValue>& values);
/// Where calibrations are kept, and the limits of the safety figures, as the settings say.
[[nodiscard]] Result<void> applySensingSettings(session::SessionConfiguration& configuration);

/// Source URIs from the command line; --baud style mistakes are named with the argument.
[[nodiscard]] Result<std::vector<sensing::SourceUri>> parseSources(const QStringList& arguments);

struct RunOptions {
    double durationSeconds = 0;                         ///< 0: until Ctrl-C or the end
    std::function<void(session::Session&)> everySecond; ///< progress
    std::function<bool()> finished;                     ///< asked often; true stops the session
};

/// Runs the event loop until the session ends, the time is up, a source has failed for good, or Ctrl-C; then
/// stops the session and waits until everything is on disk. The first fatal problem is the result, or, when no
/// frame ever came, what kept the source from opening.
Result<void> runSession(session::Session& session, const RunOptions& options);
/// Starts a session, runs it, prints what went wrong; the exit code.
int startAndRun(session::SessionConfiguration configuration, const RunOptions& options);

} // namespace bnof::cli
