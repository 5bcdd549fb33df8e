// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/power.h"

#include <cmath>

#include "engine/statistics/checks.h"
#include "engine/statistics/distributions.h"
#include "engine/statistics/special.h"

namespace bnof::statistics {
namespace {

constexpr double mostUnits = 1e9;

Result<void> requireOptions(const PowerOptions& options)
{
    BNOF_TRY(requireLevel(options.alpha));
    if (!(options.power > 0 && options.power < 1))
        return cannotTest("the power must lie between 0 and 1", "0.8 is usual.");
    return {};
}

double square(double x)
{
    return x * x;
}

/// Both tails of the noncentral t distribution beyond the two-sided critical value.
double noncentralPower(double df, double noncentrality, double alpha)
{
    const double critical = studentQuantile(1 - alpha / 2, df);
    return noncentralStudentTail(critical, df, noncentrality) + noncentralStudentCdf(-critical, df, noncentrality);
}

template <typename Power> Result<double> unitsFor(double effect, const PowerOptions& options, Power power)
{
    BNOF_TRY(requireOptions(options));
    if (effect == 0 || !std::isfinite(effect))
        return cannotTest("an effect of 0 cannot be found with any number of units");
    double low = 2;
    double high = 4;
    while (power(high) < options.power) {
        low = high;
        high *= 2;
        if (high > mostUnits)
            return cannotTest("more than 10^9 units would be needed");
    }
    for (int i = 0; i < 100 && high - low > 1e-9 * high; ++i) {
        const double middle = (low + high) / 2;
        (power(middle) < options.power ? low : high) = middle;
    }
    return (low + high) / 2;
}

} // namespace

Result<double> pairsForMcNemar(double discordantShare, double difference, const PowerOptions& options)
{
    BNOF_TRY(requireOptions(options));
    if (!(discordantShare > 0 && discordantShare <= 1))
        return cannotTest("the share of discordant units must lie above 0 and at most at 1");
    if (difference == 0 || !(std::abs(difference) <= discordantShare)) {
        return cannotTest("the difference of accuracies must not be 0 and cannot exceed the share of discordant units");
    }
    const double za = normalQuantile(1 - options.alpha / 2);
    const double zb = normalQuantile(options.power);
    return square(za * std::sqrt(discordantShare) + zb * std::sqrt(discordantShare - square(difference))) /
           square(difference);
}

Result<double> detectableDifference(double pairs, double discordantShare, const PowerOptions& options)
{
    BNOF_TRY_ASSIGN(const double least, pairsForMcNemar(discordantShare, discordantShare, options));
    if (!(pairs >= least)) {
        return cannotTest("this many units cannot show any difference with that power",
                          "At least " + std::to_string(std::llround(std::ceil(least))) + " units are needed.");
    }
    double low = 0;
    double high = discordantShare;
    for (int i = 0; i < 100; ++i) { // pairs needed fall with the difference
        const double middle = (low + high) / 2;
        const auto needed = pairsForMcNemar(discordantShare, middle, options);
        (needed.ok() && *needed <= pairs ? high : low) = middle;
    }
    return high;
}

Result<TwoShareSize> unitsForTwoShares(double first, double second, const PowerOptions& options)
{
    BNOF_TRY(requireOptions(options));
    if (!(first >= 0 && first <= 1 && second >= 0 && second <= 1) || first == second)
        return cannotTest("the shares must differ and lie between 0 and 1");
    const double za = normalQuantile(1 - options.alpha / 2);
    const double zb = normalQuantile(options.power);
    const double pooled = (first + second) / 2;
    TwoShareSize out;
    out.perGroup = square(za * std::sqrt(2 * pooled * (1 - pooled)) +
                          zb * std::sqrt(first * (1 - first) + second * (1 - second))) /
                   square(first - second);
    out.cohenH = std::abs(2 * std::asin(std::sqrt(first)) - 2 * std::asin(std::sqrt(second)));
    BNOF_TRY_ASSIGN(out.perGroupArcsine, unitsFor(out.cohenH, options, [&](double n) {
                        const double shift = out.cohenH * std::sqrt(n / 2);
                        return normalTail(za - shift) + normalCdf(-za - shift);
                    }));
    return out;
}

Result<double> powerOfTwoSampleT(double effect, double unitsPerGroup, double alpha)
{
    BNOF_TRY(requireLevel(alpha));
    if (!(unitsPerGroup >= 2))
        return cannotTest("a group needs at least two units");
    return noncentralPower(2 * unitsPerGroup - 2, effect * std::sqrt(unitsPerGroup / 2), alpha);
}

Result<double> powerOfPairedT(double effect, double pairs, double alpha)
{
    BNOF_TRY(requireLevel(alpha));
    if (!(pairs >= 2))
        return cannotTest("there must be at least two pairs");
    return noncentralPower(pairs - 1, effect * std::sqrt(pairs), alpha);
}

Result<double> unitsForTwoSampleT(double effect, const PowerOptions& options)
{
    return unitsFor(std::abs(effect), options, [&](double n) {
        return noncentralPower(2 * n - 2, std::abs(effect) * std::sqrt(n / 2), options.alpha);
    });
}

Result<double> pairsForPairedT(double effect, const PowerOptions& options)
{
    return unitsFor(std::abs(effect), options,
                    [&](double n) { return noncentralPower(n - 1, std::abs(effect) * std::sqrt(n), options.alpha); });
}

} // namespace bnof::statistics
