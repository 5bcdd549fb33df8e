// SPDX-License-Identifier: GPL-3.0-or-later
// Has a distribution changed? A reference stretch against a current one.
#pragma once

#include <cstddef>
#include <span>

#include "engine/base/result.h"

namespace bnof::statistics {

/// P[D_n > d] of Kolmogorov's one-sample statistic by the method that Simard & L'Ecuyer (J. Stat. Softw. 39 (2011) 11)
/// choose for each n and d: the matrix of Marsaglia, Tsang & Wang (J. Stat. Softw. 8 (2003) 18), exact, up to 140
/// values; twice the one-sided sum of Birnbaum & Tingey (Ann. Math. Stat. 22 (1951) 592-596) in the tail; elsewhere the
/// expansion of Pelz & Good (J. R. Stat. Soc. B 38 (1976) 152-156), to five digits at least.
[[nodiscard]] double kolmogorovTail(double d, std::size_t n);

struct DriftFigures {
    double kolmogorovSmirnov = 0; ///< largest distance of the distribution functions, 0..1
    double p = 1; ///< kolmogorovTail() at the effective number n m / (n + m), rounded; approximate for two samples
    double wasserstein = 0; ///< area between the distribution functions, in the unit of the values
    /// Population stability index over the reference's deciles (type 7, bins closed below), shares floored at 1e-4:
    /// above 0.1 look, above 0.2 act (Siddiqi, Credit Risk Scorecards, 2006; Yurdakul 2018 on its distribution).
    double stabilityIndex = 0;
};
/// Refuses empty stretches and values that are not finite.
[[nodiscard]] Result<DriftFigures> driftBetween(std::span<const double> reference, std::span<const double> current);

} // namespace bnof::statistics
