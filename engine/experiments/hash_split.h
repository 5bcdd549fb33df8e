// SPDX-License-Identifier: GPL-3.0-or-later
// Every exposure goes to one of two variants, always the same one.
#pragma once

#include <string_view>

#include "engine/base/result.h"
#include "engine/experiments/verdict.h"
#include "engine/statistics/assignment.h"
#include "engine/statistics/proportions.h"

namespace bnof::experiments {

/// A while statistics::hashBucket() is below its weight: seed and unit decide, nothing else. A growing weight moves
/// units to A and none away from it.
[[nodiscard]] inline bool goesToA(std::string_view seed, std::string_view unit, double weightA)
{
    return statistics::hashBucket(seed, unit) < weightA;
}

/// What came of a split.
struct SplitCounts {
    statistics::Share a; ///< right answers of the exposures that went to A
    statistics::Share b;
    double weightA = 0.5; ///< as planned
};

/// Looked at once. Invalid when the arms' sizes cannot be chance (sampleRatio()) or an arm has fewer than 6 exposures;
/// better by the two-sided test of two shares at alpha with Newcombe's interval beside it.
[[nodiscard]] Verdict judgeSplit(const SplitCounts& counts, double alpha = 0.05, double margin = 0.01);

} // namespace bnof::experiments
