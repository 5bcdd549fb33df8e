// SPDX-License-Identifier: GPL-3.0-or-later
// Comparisons of means with Student's distribution. Units of the results are those of the values.
#pragma once

#include <span>

#include "engine/base/result.h"
#include "engine/statistics/interval.h"

namespace bnof::statistics {

struct WelchT {
    double t = 0;
    double df = 0; ///< Welch-Satterthwaite
    double twoSided = 1;
    double aGreater = 1;   ///< one-sided p of "the mean of a is larger"
    double difference = 0; ///< mean of a less mean of b
    Interval interval;     ///< of the difference, at 1 - alpha
    double cohenD = 0;     ///< difference / pooled deviation
    double hedgesG = 0;    ///< d times Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)), m = n_a + n_b - 2 (Hedges 1981)
};

/// Welch's t test for unequal variances (Biometrika 34 (1947) 28-35). Refuses fewer than two values in a group, and
/// two groups that do not vary at all.
[[nodiscard]] Result<WelchT> welchT(std::span<const double> a, std::span<const double> b, double alpha = 0.05);

struct PairedT {
    double t = 0;
    double df = 0;
    double twoSided = 1;
    double difference = 0; ///< mean of a - b
    Interval interval;     ///< at 1 - alpha
};

/// Student's t test of paired differences (Biometrika 6 (1908) 1-25). The units must be independent of each other.
/// Refuses groups of unequal length, fewer than two pairs, differences that do not vary.
[[nodiscard]] Result<PairedT> pairedT(std::span<const double> a, std::span<const double> b, double alpha = 0.05);

/// Two one-sided tests of paired differences d = B - A against +-margin (Schuirmann, J. Pharmacokinet. Biopharm. 15
/// (1987) 657-680).
struct Tost {
    double tLower = 0;      ///< (mean + margin) / standard error
    double tUpper = 0;      ///< (mean - margin) / standard error
    double pLower = 1;      ///< of "mean <= -margin"; also the p of non-inferiority of B
    double pUpper = 1;      ///< of "mean >= margin"
    double pEquivalent = 1; ///< the larger of both: below alpha, the mean lies within +-margin
};
/// Refuses a margin that is not above 0, fewer than two differences, differences that do not vary.
[[nodiscard]] Result<Tost> tostPaired(std::span<const double> differences, double margin);

} // namespace bnof::statistics
