// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/tuning/search_space.h"

namespace bnof::tuning {

enum class TrialState {
    Running,  ///< or left behind by a process that ended
    Complete, ///< every step was run
    Pruned,   ///< given up, because earlier trials were better by then
    Failed,   ///< could not be run with these values
};

/// One point of the space and what became of it. Losses: smaller is better.
struct Trial {
    std::uint64_t number = 0;
    Point point;
    TrialState state = TrialState::Running;
    std::vector<double> losses; ///< one a step (a fold of cross-validation) that was run
    Json detail;                ///< an object: whatever else the objective tells (bytes, seconds)
    std::string reason;         ///< of Failed

    /// Mean of the losses so far; NaN before the first.
    [[nodiscard]] double loss() const;
    /// Standard error of that mean over the steps; 0 for fewer than two.
    [[nodiscard]] double standardError() const;
    bool operator==(const Trial&) const = default;
};

/// "running", "complete", "pruned", "failed".
[[nodiscard]] const char* nameOf(TrialState state);

/// Ranks finished trials, best first, by their indices into `trials`: complete ones by loss, then pruned ones (those
/// that came farther first, then by loss), then failed ones; equal ones in the order of their numbers.
[[nodiscard]] std::vector<std::size_t> ranked(const std::vector<Trial>& trials);

} // namespace bnof::tuning
