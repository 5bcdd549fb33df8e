// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/olfaction/explanation.h"

namespace bnof::session {

/// Why a recogniser said what it said in a recording.
struct ExplainedRecording {
    olfaction::Explanation explanation;
    olfaction::PresentedSpan span; ///< the frames that it was explained with, see Explanation::edges
    std::vector<ChannelInfo> channels;
    std::vector<std::string> gases;
    std::string modelName;
    std::string recogniserKind;
    /// Whether the decision is the recorded one, bit for bit; nothing when another model was asked.
    std::optional<bool> asRecorded;
};

/// Runs the recording from its beginning to the decision, with its own model or `otherModel` (not empty), and explains
/// it. Without `at` (INT64_MAX) it is the surest recorded decision that names a gas; with another model the last one.
/// `progress` gets the share done and stops with false. Errors: no model, no decision up to `at`, what explain() tells.
[[nodiscard]] Result<ExplainedRecording> explainRecording(const std::string& path,
                                                          const std::vector<std::uint8_t>& otherModel,
                                                          const olfaction::ExplanationOptions& options,
                                                          const std::function<bool(double)>& progress = {});

} // namespace bnof::session
