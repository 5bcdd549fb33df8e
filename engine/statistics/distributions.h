// SPDX-License-Identifier: GPL-3.0-or-later
// Distribution functions and quantiles of Boost.Math behind plain functions, so that one translation unit compiles it.
// Arguments outside a function's domain are the caller's fault; the tests above this file refuse before they ask.
#pragma once

namespace bnof::statistics {

/// z with P[N(0,1) <= z] = p, 0 < p < 1.
[[nodiscard]] double normalQuantile(double p);
/// P[T_df > t].
[[nodiscard]] double studentTail(double t, double df);
/// P[|T_df| >= |t|].
[[nodiscard]] double studentTwoSided(double t, double df);
/// t with P[T_df <= t] = p, 0 < p < 1.
[[nodiscard]] double studentQuantile(double p, double df);
/// P[T_df(nc) > t] and P[T_df(nc) <= t] of the noncentral t distribution.
[[nodiscard]] double noncentralStudentTail(double t, double df, double noncentrality);
[[nodiscard]] double noncentralStudentCdf(double t, double df, double noncentrality);
/// P[chi2_df > x].
[[nodiscard]] double chiSquaredTail(double x, double df);
/// x with P[Beta(a, b) <= x] = p.
[[nodiscard]] double betaQuantile(double p, double a, double b);
/// P[Bin(n, 1/2) <= k] and P[Bin(n, 1/2) = k].
[[nodiscard]] double fairBinomialCdf(double k, double n);
[[nodiscard]] double fairBinomialMass(double k, double n);
/// P(a, x), the regularised lower incomplete gamma function, a > 0, x >= 0.
[[nodiscard]] double lowerGamma(double a, double x);

} // namespace bnof::statistics
