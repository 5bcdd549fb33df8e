// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/t_tests.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/statistics/checks.h"
#include "engine/statistics/distributions.h"
#include "engine/statistics/special.h"
#include "engine/statistics/summary.h"

namespace bnof::statistics {
namespace {

/// A spread that is nothing but rounding of equal values counts as none.
bool varies(double deviation, double size)
{
    return deviation > 1e-14 * std::abs(size) && deviation > 0;
}

} // namespace

Result<WelchT> welchT(std::span<const double> a, std::span<const double> b, double alpha)
{
    BNOF_TRY(requireValues(a, 2, "the first group"));
    BNOF_TRY(requireValues(b, 2, "the second group"));
    BNOF_TRY(requireLevel(alpha));
    const auto na = static_cast<double>(a.size());
    const auto nb = static_cast<double>(b.size());
    const double partA = sampleVariance(a) / na;
    const double partB = sampleVariance(b) / nb;
    const double error = std::sqrt(partA + partB);
    WelchT out;
    out.difference = mean(a) - mean(b);
    if (!varies(error, std::max(std::abs(mean(a)), std::abs(mean(b)))))
        return cannotTest("neither group varies", "Compare the values themselves.");
    out.t = out.difference / error;
    out.df = (partA + partB) * (partA + partB) / (partA * partA / (na - 1) + partB * partB / (nb - 1));
    out.twoSided = studentTwoSided(out.t, out.df);
    out.aGreater = studentTail(out.t, out.df);
    const double half = studentQuantile(1 - alpha / 2, out.df) * error;
    out.interval = {out.difference - half, out.difference + half};
    const double m = na + nb - 2;
    out.cohenD = out.difference / std::sqrt(((na - 1) * sampleVariance(a) + (nb - 1) * sampleVariance(b)) / m);
    out.hedgesG = out.cohenD;
    if (m > 1)
        out.hedgesG *= std::exp(logGamma(m / 2) - logGamma((m - 1) / 2)) / std::sqrt(m / 2);
    return out;
}

Result<PairedT> pairedT(std::span<const double> a, std::span<const double> b, double alpha)
{
    if (a.size() != b.size())
        return cannotTest("paired groups must have the same length");
    BNOF_TRY(requireValues(a, 2, "the first group"));
    BNOF_TRY(requireValues(b, 2, "the second group"));
    BNOF_TRY(requireLevel(alpha));
    std::vector<double> differences(a.size());
    double size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        differences[i] = a[i] - b[i];
        size = std::max({size, std::abs(a[i]), std::abs(b[i])});
    }
    const double error = sampleDeviation(differences) / std::sqrt(static_cast<double>(a.size()));
    if (!varies(error, size))
        return cannotTest("the differences do not vary", "Compare the values themselves.");
    PairedT out;
    out.difference = mean(differences);
    out.t = out.difference / error;
    out.df = static_cast<double>(a.size() - 1);
    out.twoSided = studentTwoSided(out.t, out.df);
    const double half = studentQuantile(1 - alpha / 2, out.df) * error;
    out.interval = {out.difference - half, out.difference + half};
    return out;
}

Result<Tost> tostPaired(std::span<const double> differences, double margin)
{
    BNOF_TRY(requireValues(differences, 2, "the list of differences"));
    if (!(margin > 0 && std::isfinite(margin)))
        return cannotTest("the margin must be above 0");
    const double centre = mean(differences);
    const double error = sampleDeviation(differences) / std::sqrt(static_cast<double>(differences.size()));
    if (!varies(error, std::abs(centre)))
        return cannotTest("the differences do not vary", "Compare their value with the margin itself.");
    const auto df = static_cast<double>(differences.size() - 1);
    Tost out;
    out.tLower = (centre + margin) / error;
    out.tUpper = (centre - margin) / error;
    out.pLower = studentTail(out.tLower, df);
    out.pUpper = studentTail(-out.tUpper, df);
    out.pEquivalent = std::max(out.pLower, out.pUpper);
    return out;
}

} // namespace bnof::statistics
