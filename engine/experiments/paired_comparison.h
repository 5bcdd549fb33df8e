// SPDX-License-Identifier: GPL-3.0-or-later
// Two variants that answered the same exposures of a finished replay, compared once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/experiments/verdict.h"
#include "engine/statistics/contingency.h"

namespace bnof::experiments {

/// No verdict from fewer units (exposures) than this.
constexpr std::size_t fewestUnits = 6;

/// One exposure and what both variants made of it.
struct PairedUnit {
    int group = 0; ///< day, batch, recording: units of one group depend on each other
    bool aRight = false;
    bool bRight = false; ///< a missing or wrong answer is not right
};

struct ComparisonOptions {
    double alpha = 0.05;
    double margin = 0.01; ///< difference of accuracies that does not matter, share
    double power = 0.8;
    std::uint64_t seed = 1;
    int bootstrapRounds = 10000;
    unsigned threads = 1; ///< the result does not depend on it
};

struct PairedComparison {
    std::size_t units = 0;
    std::size_t groups = 0;
    bool byGroup = false; ///< resampling drew whole groups; else there were too few of them and it drew exposures
    double accuracyA = 0;
    double accuracyB = 0;
    statistics::Discordant discordant;
    statistics::McNemar mcNemar;
    double permutationP = 1;
    statistics::Interval interval;    ///< of the difference, at 1 - alpha, by the paired bootstrap
    statistics::Interval equivalence; ///< at 1 - 2 alpha, as two one-sided tests have it
    double effectiveUnits = 0;        ///< how many independent exposures these are worth
    Verdict verdict;
};

/// One variant is better when the exact McNemar test and the permutation test both reject at alpha and the bootstrap
/// interval excludes 0; equivalent or not worse by the bootstrap interval at 1 - 2 alpha. With 6 groups or more
/// everything but McNemar's test treats whole groups as the unit. Exchanging A and B mirrors the result exactly.
/// Fewer than 6 units: the verdict is Invalid, with the reason.
[[nodiscard]] Result<PairedComparison> comparePaired(std::span<const PairedUnit> units,
                                                     const ComparisonOptions& options = {});
[[nodiscard]] Json toJson(const PairedComparison& comparison);

} // namespace bnof::experiments
