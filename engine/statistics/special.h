// SPDX-License-Identifier: GPL-3.0-or-later
// Special functions that need no library. std::lgamma writes a global variable, which threads would share.
#pragma once

namespace bnof::statistics {

/// ln Gamma(x) for x > 0: recurrence up to 10, then Stirling's series (Abramowitz & Stegun 6.1.40); relative error
/// below 1e-14 away from the zeros at 1 and 2.
[[nodiscard]] double logGamma(double x);
/// ln B(a, b) for a, b > 0.
[[nodiscard]] double logBeta(double a, double b);
/// P[N(0,1) <= z].
[[nodiscard]] double normalCdf(double z);
/// ln P[N(0,1) <= z], also where the probability is too small for a number.
[[nodiscard]] double normalLogCdf(double z);
/// P[N(0,1) > z], exact far out in the tail.
[[nodiscard]] double normalTail(double z);
/// P[|N(0,1)| >= |z|].
[[nodiscard]] double normalTwoSided(double z);

} // namespace bnof::statistics
