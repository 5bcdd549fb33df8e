// SPDX-License-Identifier: GPL-3.0-or-later
// Many tests at once. Adjusted p values are compared with the level that one test would have had; they are in the order
// of what was given.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace bnof::statistics {

/// m p, at most 1.
[[nodiscard]] std::vector<double> bonferroni(std::span<const double> p);
/// Family-wise error, under any dependence: Holm, Scand. J. Stat. 6 (1979) 65-70.
[[nodiscard]] std::vector<double> holm(std::span<const double> p);
/// Family-wise error, for independent or positively dependent tests: Hochberg, Biometrika 75 (1988) 800-802.
[[nodiscard]] std::vector<double> hochberg(std::span<const double> p);
/// False discovery rate, for independent or positively dependent tests: Benjamini & Hochberg, J. R. Stat. Soc. B 57
/// (1995) 289-300.
[[nodiscard]] std::vector<double> benjaminiHochberg(std::span<const double> p);
/// False discovery rate under any dependence: Benjamini & Yekutieli, Ann. Stat. 29 (2001) 1165-1188.
[[nodiscard]] std::vector<double> benjaminiYekutieli(std::span<const double> p);
/// Which e-values are rejected at false discovery rate alpha, under any dependence: with the k-th largest e_(k), the
/// largest k with k e_(k) >= m / alpha (Wang & Ramdas, J. R. Stat. Soc. B 84 (2022) 822-852).
[[nodiscard]] std::vector<bool> eBenjaminiHochberg(std::span<const double> logE, double alpha);

} // namespace bnof::statistics
