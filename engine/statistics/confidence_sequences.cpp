// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/confidence_sequences.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/statistics/checks.h"
#include "engine/statistics/special.h"

namespace bnof::statistics {
namespace {

/// Where a function that is negative at `low` and not at `high` crosses zero.
template <typename Function> double crossing(double low, double high, Function function)
{
    for (int i = 0; i < 200; ++i) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            break;
        (function(middle) < 0 ? low : high) = middle;
    }
    return low + (high - low) / 2;
}

} // namespace

double normalMixtureRho(double intrinsicTime, double alpha)
{
    const double l = 2 * std::log(1 / alpha);
    return intrinsicTime / (l + std::log1p(l));
}

double NormalMixture::logE(double sum, double v) const
{
    const double both = v + rho;
    const double twoSidedLog = 0.5 * std::log(rho / both) + sum * sum / (2 * both);
    return twoSided ? twoSidedLog : twoSidedLog + std::numbers::ln2 + normalLogCdf(sum / std::sqrt(both));
}

double NormalMixture::bound(double v, double alpha) const
{
    const double wanted = std::log(1 / alpha);
    const double both = v + rho;
    const double closed = std::sqrt(both * (std::log(both / rho) + 2 * wanted));
    if (twoSided)
        return closed;
    // The positive half weighs at most twice as much, so its bound lies below that of both halves.
    return crossing(0, closed, [&](double sum) { return logE(sum, v) - wanted; });
}

NormalMixture tunedNormalMixture(double intrinsicTime, double alpha, bool twoSided)
{
    return {normalMixtureRho(intrinsicTime, twoSided ? alpha : 2 * alpha), twoSided};
}

Result<EmpiricalBernsteinSequence> EmpiricalBernsteinSequence::create(double alpha, double truncation)
{
    BNOF_TRY(requireLevel(alpha));
    if (!(truncation > 0 && truncation < 1))
        return cannotTest("the truncation of bets must lie between 0 and 1", "1/2 is usual.");
    EmpiricalBernsteinSequence out;
    out.m_logTerm = std::log(2 / alpha);
    out.m_truncation = truncation;
    return out;
}

Result<void> EmpiricalBernsteinSequence::add(double value)
{
    if (!(value >= 0 && value <= 1))
        return cannotTest("a value lies outside 0 to 1", "Map score differences d by (d + 1) / 2.");
    const auto t = static_cast<double>(m_count + 1);
    const double variance = (0.25 + m_squares) / t; // of the values before this one
    const double bet = std::min(m_truncation, std::sqrt(2 * m_logTerm / (t * std::log1p(t) * variance)));
    const double psi = -std::log1p(-bet) - bet;
    const double mirrored = 1 - value;
    m_bets += bet;
    m_weighted += bet * value;
    m_penaltyLow += (value - m_previousLow) * (value - m_previousLow) * psi;
    m_penaltyHigh += (mirrored - m_previousHigh) * (mirrored - m_previousHigh) * psi;
    ++m_count;
    m_sum += value;
    m_previousLow = m_sum / t;
    m_previousHigh = (t - m_sum) / t;
    const double shrunken = std::min(1.0, (0.5 + m_sum) / (t + 1));
    m_squares += (value - shrunken) * (value - shrunken);
    const double low = (m_weighted - m_logTerm - m_penaltyLow) / m_bets;
    const double high = 1 - ((m_bets - m_weighted) - m_logTerm - m_penaltyHigh) / m_bets;
    m_now = {std::clamp(low, 0.0, 1.0), std::clamp(high, 0.0, 1.0)};
    m_running = {std::max(m_running.low, m_now.low), std::min(m_running.high, m_now.high)};
    return {};
}

Result<Interval> shareSequence(const Share& share, double alpha, double tuneAt)
{
    BNOF_TRY(requireLevel(alpha));
    if (share.trials == 0 || share.successes > share.trials)
        return cannotTest("the counts are no share", "Give successes up to trials, and at least one trial.");
    if (!(tuneAt > 0))
        return cannotTest("the sequence must be tuned for at least one unit");
    const auto n = static_cast<double>(share.trials);
    const auto k = static_cast<double>(share.successes);
    const double wanted = std::log(1 / alpha);
    const auto evidence = [&](double p) { // against the candidate p, less what is wanted
        const double spread = p * (1 - p);
        const double r = std::max(normalMixtureRho(tuneAt * spread, alpha) - spread, 1e-3 * spread);
        const double a = r / (1 - p);
        const double b = r / p;
        const double likelihood = (k > 0 ? k * std::log(p) : 0) + (k < n ? (n - k) * std::log1p(-p) : 0);
        return logBeta(a + k, b + n - k) - logBeta(a, b) - likelihood - wanted;
    };
    constexpr double edge = 1e-12;
    const double seen = std::clamp(k / n, edge, 1 - edge);
    Interval out{0, 1};
    if (k > 0 && evidence(edge) > 0)
        out.low = crossing(edge, seen, [&](double p) { return -evidence(p); });
    if (k < n && evidence(1 - edge) > 0)
        out.high = crossing(seen, 1 - edge, evidence);
    return out;
}

double asymptoticRho(double alpha, double tuneAt)
{
    const double l = -2 * std::log(alpha);
    return std::sqrt((l + std::log1p(l)) / tuneAt);
}

Result<AsymptoticInterval> asymptoticInterval(double estimate, double standardError, double units, double alpha,
                                              double tuneAt)
{
    BNOF_TRY(requireLevel(alpha));
    if (!(standardError > 0 && std::isfinite(standardError) && std::isfinite(estimate)))
        return cannotTest("the estimate has no standard error above 0", "The values must vary.");
    if (!(units >= 1 && tuneAt > 0))
        return cannotTest("there are no units yet");
    const double rho = asymptoticRho(alpha, tuneAt);
    const double scale = units * rho * rho;
    AsymptoticInterval out;
    out.halfWidth = standardError * std::sqrt(units) *
                    std::sqrt(2 * (scale + 1) / (scale * units) * std::log(std::sqrt(scale + 1) / alpha));
    const double z = estimate / standardError;
    const double logE = scale * z * z / (2 * (scale + 1)) - 0.5 * std::log1p(scale);
    out.p = std::min(1.0, std::exp(-logE));
    return out;
}

Result<Interval> AsymptoticSequence::interval() const
{
    if (m_moments.count() < minimumUnits) {
        return cannotTest("there are " + std::to_string(m_moments.count()) + " units and the interval holds from " +
                              std::to_string(minimumUnits) + " on",
                          "Wait for more units.");
    }
    const auto units = static_cast<double>(m_moments.count());
    BNOF_TRY_ASSIGN(
        const AsymptoticInterval at,
        asymptoticInterval(m_moments.mean(), std::sqrt(m_moments.variance() / units), units, m_alpha, m_tuneAt));
    return Interval{m_moments.mean() - at.halfWidth, m_moments.mean() + at.halfWidth};
}

} // namespace bnof::statistics
