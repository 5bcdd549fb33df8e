// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

namespace bnof::statistics {

struct GammaExponentialOptions {
    double scale = 1;      ///< c: of a sub-exponential sum (of an empirical Bernstein sum: the values' range)
    double tunedFor = 100; ///< intrinsic time
    double tunedAlpha = 0.05;
};

/// The sum that a sub-exponential sum with intrinsic time v exceeds at any time with chance alpha at most: the
/// conjugate gamma-exponential mixture (Howard, Ramdas, McAuliffe & Sekhon, Ann. Stat. 49 (2021) 1055-1080, proposition
/// 9; with the empirical variance as v it is the paper's empirical Bernstein bound). Refuses v, scale or tuning not
/// above 0.
[[nodiscard]] Result<double> gammaExponentialBound(double v, double alpha, const GammaExponentialOptions& options);

} // namespace bnof::statistics
