// SPDX-License-Identifier: GPL-3.0-or-later
// A confidence sequence for a share: an interval that may be looked at after every observation.
#pragma once

#include <cstdint>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::snn {

/// Interval for the success probability of yes/no observations, valid at all times at once: whatever the rule by which
/// one stops or looks, the interval misses the true probability at any time with at most the given error probability.
///
/// Beta-binomial mixture (Robbins 1970; Howard, Ramdas, McAuliffe & Sekhon 2021, Annals of Statistics 49(2), section
/// 3.2; Waudby-Smith & Ramdas 2020, "Confidence sequences for sampling without replacement", as prior-posterior ratio):
/// for s successes and f failures and the prior Beta(1/2, 1/2),
///   E(p) = B(s + 1/2, f + 1/2) / (B(1/2, 1/2) p^s (1 - p)^f)
/// is a non-negative martingale of mean 1 when p is true, so by Ville's inequality it ever reaches 1 / alpha with
/// probability at most alpha; the interval is the set of p with E(p) < 1 / alpha. Logarithms are exactLog's and B is
/// updated by ratios, so that every machine takes the same decisions.
class BernoulliSequence {
public:
    /// `errorProbability` in (0, 1).
    explicit BernoulliSequence(double errorProbability = 0.05);

    void observe(bool success);

    [[nodiscard]] std::uint64_t count() const { return m_successes + m_failures; }
    [[nodiscard]] std::uint64_t successes() const { return m_successes; }
    /// Share of successes; 1 before the first observation.
    [[nodiscard]] double mean() const;
    [[nodiscard]] double lower() const; ///< 0 before the first observation
    [[nodiscard]] double upper() const; ///< 1 before the first observation
    /// upper() < p, without solving for the bound. p in (0, 1).
    [[nodiscard]] bool upperIsBelow(double p) const;

    /// For saved states: exact.
    [[nodiscard]] Json toJson() const;
    /// Errors: `json` is not what toJson() gives.
    [[nodiscard]] static Result<BernoulliSequence> fromJson(const Json& json);

    bool operator==(const BernoulliSequence&) const = default;

private:
    /// ln E(p) - ln(1 / alpha): the interval is where this is negative.
    [[nodiscard]] double excess(double p) const;
    [[nodiscard]] double solve(double inside, double outside) const;

    double m_threshold;   ///< ln(1 / alpha)
    double m_mixture = 0; ///< ln of the ratio of Beta functions
    std::uint64_t m_successes = 0;
    std::uint64_t m_failures = 0;
};

} // namespace bnof::snn
