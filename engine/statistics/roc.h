// SPDX-License-Identifier: GPL-3.0-or-later
// Areas under ROC curves and their comparison on the same units.
#pragma once

#include <optional>
#include <span>

#include "engine/base/result.h"
#include "engine/statistics/interval.h"

namespace bnof::statistics {

struct DeLong {
    double areaA = 0.5;
    double areaB = 0.5;
    double varianceA = 0;
    double varianceB = 0;
    double covariance = 0;
    std::optional<double> z; ///< (A - B) / standard error; absent when the difference does not vary
    double p = 1;            ///< two-sided; 1 when the difference does not vary
    Interval intervalA;      ///< area +- z standard errors, at 1 - alpha; not cut off at 1
    Interval intervalB;
};

/// Two correlated areas on the same units (DeLong, DeLong & Clarke-Pearson, Biometrics 44 (1988) 837-845), by mid-ranks
/// in O(n log n) (Sun & Xu, IEEE Signal Process. Lett. 21 (2014) 1389-1393). `positive` is not 0 where a unit is a
/// case. Equal scores of a case and a control count half. Refuses fewer than two cases or controls, unequal lengths,
/// scores that are not finite.
[[nodiscard]] Result<DeLong> deLong(std::span<const int> positive, std::span<const double> scoresA,
                                    std::span<const double> scoresB, double alpha = 0.05);

/// The same by comparing every case with every control, as the definition reads: the reference for deLong().
[[nodiscard]] Result<DeLong> deLongByPairs(std::span<const int> positive, std::span<const double> scoresA,
                                           std::span<const double> scoresB, double alpha = 0.05);

} // namespace bnof::statistics
