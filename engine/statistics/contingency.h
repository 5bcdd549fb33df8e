// SPDX-License-Identifier: GPL-3.0-or-later
// Tests on tables of counts: paired right and wrong answers, two-by-two tables.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "engine/base/result.h"

namespace bnof::statistics {

/// Units on which exactly one of two variants was right.
struct Discordant {
    std::uint64_t onlyA = 0;
    std::uint64_t onlyB = 0;
};

/// p values are two-sided, of the hypothesis that both are right equally often.
struct McNemar {
    double exact = 1; ///< min(1, 2 P[Bin(n, 1/2) <= min(b, c)]); what decides
    double midP = 1;  ///< exact less P[Bin(n, 1/2) = min(b, c)] (Fagerland et al. 2013); what is shown beside it
    std::optional<double> chiSquared;          ///< (b - c)^2 / n; absent without discordant units
    double chiSquaredP = 1;                    ///< 1 without discordant units
    std::optional<double> chiSquaredCorrected; ///< (|b - c| - 1)^2 / n (Edwards 1948)
    double chiSquaredCorrectedP = 1;
};

/// McNemar, Psychometrika 12 (1947) 153-157; exact form and mid-p: Fagerland, Lydersen & Laake, BMC Med. Res.
/// Methodol. 13 (2013) 91.
[[nodiscard]] McNemar mcNemar(const Discordant& counts);

/// Rows are groups, columns outcomes.
using TwoByTwo = std::array<std::array<std::uint64_t, 2>, 2>;

struct FisherExact {
    std::optional<double> oddsRatio; ///< (a d) / (b c); absent when b c = 0
    double twoSided = 1;             ///< all tables with these margins that are no likelier than the one seen
    double less = 1;                 ///< P[first cell <= seen]
    double greater = 1;              ///< P[first cell >= seen]
};

/// Fisher's exact test by enumeration (Fisher, J. R. Stat. Soc. 85 (1922) 87-94); tables within 1e-7 of the seen
/// one's probability count as equally likely. Refuses tables of more than 10 million units.
[[nodiscard]] Result<FisherExact> fisherExact(const TwoByTwo& table);

} // namespace bnof::statistics
