// SPDX-License-Identifier: GPL-3.0-or-later
// More than two variants on the same exposures.
#pragma once

#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::experiments {

struct LeagueRow {
    std::string name;
    double accuracy = 0; ///< mean over the groups, share
    double meanRank = 0; ///< 1 is best
};

struct LeaguePair {
    std::size_t first = 0; ///< indices into League::rows
    std::size_t second = 0;
    double difference = 0; ///< Hodges-Lehmann estimate of second less first, share
    double p = 1;          ///< Wilcoxon's signed-rank test, corrected by Holm over all pairs
    bool told = false;     ///< p < alpha, and Friedman's test rejected before
};

struct League {
    std::vector<LeagueRow> rows; ///< best first
    std::vector<LeaguePair> pairs;
    double friedmanP = 1;
    std::size_t groups = 0;
    std::string words; ///< for people
};

/// `accuracies[g][v]` is the accuracy of variant v in group g (day, batch, recording). Friedman's test asks whether any
/// variants differ; only then pairs are told apart (Demsar, J. Mach. Learn. Res. 7 (2006) 1-30). Refuses fewer than 3
/// variants, fewer than 6 groups, rows of unequal length, figures that are not finite.
[[nodiscard]] Result<League> leagueOf(const std::vector<std::string>& names,
                                      const std::vector<std::vector<double>>& accuracies, double alpha = 0.05);
[[nodiscard]] Json toJson(const League& league);

} // namespace bnof::experiments
