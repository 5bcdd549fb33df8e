// SPDX-License-Identifier: GPL-3.0-or-later
// Shares of a whole (accuracies, rates) and their intervals. Everything is a share of 1.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/result.h"
#include "engine/statistics/interval.h"

namespace bnof::statistics {

struct Share {
    std::uint64_t successes = 0;
    std::uint64_t trials = 0;
    [[nodiscard]] double value() const
    {
        return trials > 0 ? static_cast<double>(successes) / static_cast<double>(trials) : 0;
    }
};

/// Wilson's score interval (J. Am. Stat. Assoc. 22 (1927) 209-212), for display. Refuses no trials, or more successes
/// than trials.
[[nodiscard]] Result<Interval> wilsonInterval(const Share& share, double alpha = 0.05);
/// Clopper & Pearson's exact interval (Biometrika 26 (1934) 404-413), for claims.
[[nodiscard]] Result<Interval> clopperPearsonInterval(const Share& share, double alpha = 0.05);

struct TwoProportions {
    double difference = 0;   ///< first less second
    std::optional<double> z; ///< pooled; absent when both shares are 0 or both are 1
    double p = 1;            ///< two-sided
    Interval wald;           ///< of the difference, from the unpooled normal approximation
    Interval newcombe;       ///< of the difference, from two Wilson intervals (Newcombe, Stat. Med. 17 (1998) 873-890,
                             ///< method 10)
};
/// Two independent shares. Refuses no trials, or more successes than trials.
[[nodiscard]] Result<TwoProportions> compareShares(const Share& first, const Share& second, double alpha = 0.05);

} // namespace bnof::statistics
