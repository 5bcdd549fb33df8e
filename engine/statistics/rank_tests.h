// SPDX-License-Identifier: GPL-3.0-or-later
// Tests that look at ranks only. Higher values are better where "best" is spoken of.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace bnof::statistics {

struct WilcoxonSignedRank {
    std::size_t used = 0; ///< differences that are not zero
    double plus = 0;      ///< rank sum of the positive ones
    double minus = 0;
    double variance = 0;                 ///< n(n+1)(2n+1)/24 less sum(t^3 - t)/48 for ties
    double z = 0;                        ///< (min(plus, minus) - mean) / sqrt(variance), without continuity correction
    double normal = 1;                   ///< two-sided p from z
    double normalCorrected = 1;          ///< with continuity correction 1/2
    std::optional<double> exact;         ///< two-sided; only for up to 50 differences without ties and zeros
    std::optional<double> exactGreater;  ///< one-sided: "differences tend to be positive"
    double rankBiserial = 0;             ///< (plus - minus) / (plus + minus), -1 to 1 (Kerby 2014)
    std::optional<double> hodgesLehmann; ///< median of all pairwise means; only for up to 2,000 differences
    std::string reason;                  ///< why p is 1 without a test: "no differences"

    /// The exact p where there is one, else the corrected normal one.
    [[nodiscard]] double p() const { return exact ? *exact : normalCorrected; }
};

/// Wilcoxon, Biometrics Bull. 1 (1945) 80-83: zeros are dropped, equal sizes share mid-ranks; Hodges & Lehmann, Ann.
/// Math. Stat. 34 (1963) 598-611. All differences zero: p = 1 with a reason. Refuses an empty list and values that are
/// not finite.
[[nodiscard]] Result<WilcoxonSignedRank> wilcoxonSignedRank(std::span<const double> differences);

struct MannWhitney {
    double ua = 0; ///< pairs with a > b, ties count half
    double ub = 0;
    double normal = 1;           ///< two-sided p with tie-corrected variance
    double normalCorrected = 1;  ///< with continuity correction 1/2
    std::optional<double> exact; ///< two-sided; only without ties and up to 50 values a group
    double superiority = 0.5;    ///< P(a > b) + P(a = b) / 2
    double cliffsDelta = 0;      ///< 2 superiority - 1

    [[nodiscard]] double p() const { return exact ? *exact : normalCorrected; }
};

/// Mann & Whitney, Ann. Math. Stat. 18 (1947) 50-60. Refuses an empty group; all values equal gives p = 1.
[[nodiscard]] Result<MannWhitney> mannWhitney(std::span<const double> a, std::span<const double> b);

struct RankedGroups {
    double chiSquared = 0;         ///< corrected for ties
    double p = 1;                  ///< from chi-squared with groups - 1 degrees of freedom
    std::vector<double> meanRanks; ///< one a column; friedman: 1 is the largest value of a block
};

/// Friedman's test of columns (algorithms) over rows (blocks: data sets, exposures), J. Am. Stat. Assoc. 32 (1937)
/// 675-701. Refuses fewer than 3 columns or 2 rows, rows of unequal length, rows in which all values are equal
/// throughout.
[[nodiscard]] Result<RankedGroups> friedman(const std::vector<std::vector<double>>& rows);

/// Kruskal & Wallis, J. Am. Stat. Assoc. 47 (1952) 583-621: the columns as independent groups; mean ranks ascend with
/// the values. Refuses fewer than 2 groups, an empty group, values that are all equal.
[[nodiscard]] Result<RankedGroups> kruskalWallis(const std::vector<std::vector<double>>& groups);

} // namespace bnof::statistics
