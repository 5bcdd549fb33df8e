// SPDX-License-Identifier: GPL-3.0-or-later
// Intervals that hold at every look at once: the chance that one of them ever misses the true value is at most alpha.
// Every object is a plain value: a copy saves its state, and adding a unit costs a few operations.
#pragma once

#include <cstdint>

#include "engine/base/result.h"
#include "engine/statistics/interval.h"
#include "engine/statistics/proportions.h"
#include "engine/statistics/summary.h"

namespace bnof::statistics {

/// The rho at which a normal mixture's bound is tightest at intrinsic time v: v / (2 ln(1/a) + ln(1 + 2 ln(1/a)))
/// (Howard, Ramdas, McAuliffe & Sekhon, Ann. Stat. 49 (2021) 1055-1080, section 3.5; the closed form of confseq, MIT).
[[nodiscard]] double normalMixtureRho(double intrinsicTime, double alpha);

/// Mixture of e-values exp(l s - l^2 v / 2) of a sum s with intrinsic time v, over l ~ N(0, 1/rho) or its positive half
/// (Howard et al. 2021, propositions 5 and 6).
struct NormalMixture {
    double rho = 1;
    bool twoSided = true;

    [[nodiscard]] double logE(double sum, double v) const;
    /// The sum at which e reaches 1/alpha. One-sided: found by bisection to 1e-12 of its value.
    [[nodiscard]] double bound(double v, double alpha) const;
};
/// Tuned for `alpha` at `intrinsicTime`; one-sided mixtures are tuned at 2 alpha.
[[nodiscard]] NormalMixture tunedNormalMixture(double intrinsicTime, double alpha, bool twoSided);

/// The mean of values in [0, 1] by the predictable plug-in empirical Bernstein sequence (Waudby-Smith & Ramdas, J. R.
/// Stat. Soc. B 86 (2024) 1-27, theorem 2), each side at alpha / 2. A paired score difference d in [-1, 1] goes in as
/// (d + 1) / 2; limits map back as 2 x - 1.
class EmpiricalBernsteinSequence {
public:
    /// Refuses levels outside (0, 1) and a truncation outside (0, 1).
    [[nodiscard]] static Result<EmpiricalBernsteinSequence> create(double alpha = 0.05, double truncation = 0.5);

    /// Refuses values outside [0, 1], leaving the state as it was.
    Result<void> add(double value);
    [[nodiscard]] std::uint64_t count() const { return m_count; }
    /// At this unit alone, within [0, 1].
    [[nodiscard]] Interval interval() const { return m_now; }
    /// The intersection of all intervals so far: valid too and never wider. Empty (low above high) when the values
    /// contradict a constant mean.
    [[nodiscard]] Interval running() const { return m_running; }

private:
    double m_logTerm = 0; ///< ln(2 / alpha)
    double m_truncation = 0.5;
    std::uint64_t m_count = 0;
    double m_sum = 0;
    double m_squares = 0; ///< of the values about the shrunken means
    double m_bets = 0;
    double m_weighted = 0;     ///< sum of bet times value
    double m_penaltyLow = 0;   ///< sum of (x - previous mean)^2 psi(bet)
    double m_penaltyHigh = 0;  ///< the same of 1 - x
    double m_previousLow = 0;  ///< mean of the values so far; 0 before the first
    double m_previousHigh = 0; ///< the same of 1 - x
    Interval m_now{0, 1};
    Interval m_running{0, 1};
};

/// An accuracy after `share.trials` units, by a Beta mixture of likelihoods around every candidate, tuned for `tuneAt`
/// units (Howard et al. 2021, the beta-binomial mixture; as confseq, MIT). Needs nothing but the counts, so counting is
/// its stream; a look costs two bisections, about 20 microseconds. Refuses more successes than trials, no trials,
/// levels outside (0, 1), tuneAt not above 0.
[[nodiscard]] Result<Interval> shareSequence(const Share& share, double alpha = 0.05, double tuneAt = 100);

/// Tuning of the asymptotic sequence: sqrt((-2 ln a + ln(1 - 2 ln a)) / tuneAt).
[[nodiscard]] double asymptoticRho(double alpha, double tuneAt);

struct AsymptoticInterval {
    double halfWidth = 0;
    double p = 1; ///< min(1, 1/e) of "the value is 0" at this unit
};
/// From any estimate with a standard error after `units` units (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, Ann.
/// Stat. 52 (2024) 2613-2640, arXiv:2103.06476; as GrowthBook's sequential tests). Holds for large samples only: use it
/// from 30 units on. Refuses a standard error that is not above 0, no units, levels outside (0, 1).
[[nodiscard]] Result<AsymptoticInterval> asymptoticInterval(double estimate, double standardError, double units,
                                                            double alpha = 0.05, double tuneAt = 5000);

/// The same of the mean of unbounded values (latency, energy) as they come.
class AsymptoticSequence {
public:
    static constexpr std::uint64_t minimumUnits = 30;

    explicit AsymptoticSequence(double alpha = 0.05, double tuneAt = 5000) : m_alpha(alpha), m_tuneAt(tuneAt) {}
    void add(double value) { m_moments.add(value); }
    [[nodiscard]] const RunningMoments& moments() const { return m_moments; }
    /// Refuses fewer than 30 units and values that do not vary.
    [[nodiscard]] Result<Interval> interval() const;

private:
    double m_alpha;
    double m_tuneAt;
    RunningMoments m_moments;
};

} // namespace bnof::statistics
