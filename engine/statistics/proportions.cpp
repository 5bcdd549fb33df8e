// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/proportions.h"

#include <algorithm>
#include <cmath>

#include "engine/statistics/checks.h"
#include "engine/statistics/distributions.h"
#include "engine/statistics/special.h"

namespace bnof::statistics {
namespace {

Result<void> requireShare(const Share& share)
{
    if (share.trials == 0)
        return cannotTest("there are no trials", "Collect at least one unit.");
    if (share.successes > share.trials)
        return cannotTest("there are more successes than trials");
    return {};
}

} // namespace

Result<Interval> wilsonInterval(const Share& share, double alpha)
{
    BNOF_TRY(requireShare(share));
    BNOF_TRY(requireLevel(alpha));
    const auto n = static_cast<double>(share.trials);
    const double p = share.value();
    const double z = normalQuantile(1 - alpha / 2);
    const double scale = 1 + z * z / n;
    const double centre = (p + z * z / (2 * n)) / scale;
    const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale;
    // At the ends of the range one limit is exact; what rounding leaves beyond it is cut off.
    return Interval{share.successes == 0 ? 0.0 : std::max(0.0, centre - half),
                    share.successes == share.trials ? 1.0 : std::min(1.0, centre + half)};
}

Result<Interval> clopperPearsonInterval(const Share& share, double alpha)
{
    BNOF_TRY(requireShare(share));
    BNOF_TRY(requireLevel(alpha));
    const auto n = static_cast<double>(share.trials);
    const auto k = static_cast<double>(share.successes);
    return Interval{k == 0 ? 0.0 : betaQuantile(alpha / 2, k, n - k + 1),
                    k == n ? 1.0 : betaQuantile(1 - alpha / 2, k + 1, n - k)};
}

Result<TwoProportions> compareShares(const Share& first, const Share& second, double alpha)
{
    BNOF_TRY_ASSIGN(const Interval one, wilsonInterval(first, alpha));
    BNOF_TRY_ASSIGN(const Interval two, wilsonInterval(second, alpha));
    const auto n1 = static_cast<double>(first.trials);
    const auto n2 = static_cast<double>(second.trials);
    const double p1 = first.value();
    const double p2 = second.value();
    TwoProportions out;
    out.difference = p1 - p2;
    const double pooled = static_cast<double>(first.successes + second.successes) / (n1 + n2);
    const double variance = pooled * (1 - pooled) * (1 / n1 + 1 / n2);
    if (variance > 0) {
        out.z = out.difference / std::sqrt(variance);
        out.p = normalTwoSided(*out.z);
    }
    const double half = normalQuantile(1 - alpha / 2) * std::sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2);
    out.wald = {out.difference - half, out.difference + half};
    out.newcombe = {out.difference - std::hypot(p1 - one.low, two.high - p2),
                    out.difference + std::hypot(one.high - p1, p2 - two.low)};
    return out;
}

} // namespace bnof::statistics
