// SPDX-License-Identifier: GPL-3.0-or-later
// How many units a comparison needs, and what a given number of them can show. Numbers are real: round up. They are for
// a test that looks once; the always-valid tests need about `alwaysValidFactor` times as many.
#pragma once

#include "engine/base/result.h"

namespace bnof::statistics {

/// What free looking costs in units, measured on the McNemar e-value at 80 % power (1.8 to 2.2).
constexpr double alwaysValidFactor = 2.2;

struct PowerOptions {
    double alpha = 0.05; ///< two-sided
    double power = 0.8;
};

/// Pairs for McNemar's test: (z_(a/2) sqrt(psi) + z_b sqrt(psi - d^2))^2 / d^2 (Miettinen 1968; Connor, Biometrics 43
/// (1987) 207-211). psi is the share of units on which exactly one variant is right, d the difference of accuracies.
/// Refuses d = 0, |d| > psi, psi outside (0, 1].
[[nodiscard]] Result<double> pairsForMcNemar(double discordantShare, double difference,
                                             const PowerOptions& options = {});

/// The smallest difference of accuracies that this many pairs show with the wanted power, by inverting
/// pairsForMcNemar(). Refuses when even d = psi needs more pairs.
[[nodiscard]] Result<double> detectableDifference(double pairs, double discordantShare,
                                                  const PowerOptions& options = {});

struct TwoShareSize {
    double perGroup = 0; ///< (z_(a/2) sqrt(2 p q) + z_b sqrt(p1 q1 + p2 q2))^2 / (p1 - p2)^2 (Fleiss 1981)
    double perGroupArcsine =
        0;             ///< of the normal test of h with both tails, about 2 (z_(a/2) + z_b)^2 / h^2 (Cohen 1988)
    double cohenH = 0; ///< |2 asin sqrt(p1) - 2 asin sqrt(p2)|
};
/// Units a group for two independent shares. Refuses equal shares and shares outside [0, 1].
[[nodiscard]] Result<TwoShareSize> unitsForTwoShares(double first, double second, const PowerOptions& options = {});

/// Power of Student's t tests at effect size d = difference / deviation, from the noncentral t distribution (Cohen
/// 1988; as statsmodels). `units` a group or pairs, from 2. Refuses fewer.
[[nodiscard]] Result<double> powerOfTwoSampleT(double effect, double unitsPerGroup, double alpha = 0.05);
[[nodiscard]] Result<double> powerOfPairedT(double effect, double pairs, double alpha = 0.05);
/// The number at which the power is reached, by bisection. Refuses an effect of 0 and more than 10^9 units.
[[nodiscard]] Result<double> unitsForTwoSampleT(double effect, const PowerOptions& options = {});
[[nodiscard]] Result<double> pairsForPairedT(double effect, const PowerOptions& options = {});

} // namespace bnof::statistics
