// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/clusters.h"

#include <algorithm>
#include <map>

#include "engine/statistics/checks.h"
#include "engine/statistics/summary.h"

namespace bnof::statistics {

std::vector<std::vector<std::uint32_t>> unitsByCluster(std::span<const int> clusters)
{
    std::map<int, std::vector<std::uint32_t>> byNumber;
    for (std::size_t i = 0; i < clusters.size(); ++i)
        byNumber[clusters[i]].push_back(static_cast<std::uint32_t>(i));
    std::vector<std::vector<std::uint32_t>> out;
    for (auto& [number, units] : byNumber)
        out.push_back(std::move(units));
    return out;
}

Result<double> effectiveUnits(std::span<const double> values, std::span<const int> clusters)
{
    if (values.size() != clusters.size())
        return cannotTest("there are not as many clusters as values");
    BNOF_TRY(requireValues(values, 2, "the list of values"));
    const auto groups = unitsByCluster(clusters);
    if (groups.size() < 2)
        return cannotTest("there are fewer than two independent clusters of units");
    const double variance = sampleVariance(values);
    if (!(variance > 0))
        return cannotTest("the values do not vary");
    const double centre = mean(values);
    double squares = 0;
    for (const auto& units : groups) {
        double sum = 0;
        for (const std::uint32_t unit : units)
            sum += values[unit] - centre;
        squares += sum * sum;
    }
    const auto n = static_cast<double>(values.size());
    const auto k = static_cast<double>(groups.size());
    const double ofMean = squares * k / (k - 1) / (n * n);
    return ofMean > 0 ? std::clamp(variance / ofMean, 1.0, n) : n;
}

} // namespace bnof::statistics
