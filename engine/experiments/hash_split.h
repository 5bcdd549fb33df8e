// SPDX-License-Identifier: GPL-3.0-or-later
// Every exposure goes to one of two variants, always the same one.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/result.h"
#include "engine/experiments/verdict.h"
#include "engine/statistics/proportions.h"

namespace bnof::experiments {

/// Place of a unit in [0, 1): FNV-1a (32 bit) of the decimal text of FNV-1a(seed + unit), modulo 10,000 (GrowthBook's
/// hash version 2, https://docs.growthbook.io/lib/build-your-own). Seed and unit decide, nothing else.
[[nodiscard]] double bucketOf(std::string_view seed, std::string_view unit);
/// A while the bucket is below its weight. A growing weight moves units to A and none away from it.
[[nodiscard]] inline bool goesToA(std::string_view seed, std::string_view unit, double weightA)
{
    return bucketOf(seed, unit) < weightA;
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
