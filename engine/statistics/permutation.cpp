// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/permutation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/base/philox.h"
#include "engine/statistics/checks.h"
#include "engine/statistics/clusters.h"
#include "engine/statistics/summary.h"

namespace bnof::statistics {
namespace {

constexpr std::uint64_t flipKey = 0xF11B'0000'0000'0000ULL;
constexpr std::uint64_t shuffleKey = 0x5A0F'F1E0'0000'0000ULL;
constexpr std::size_t enumeratedGroups = 16;

/// Sums that differ by rounding only are equally extreme.
bool asLarge(double figure, double observed, double size)
{
    return figure >= observed - 1e-12 * size;
}

} // namespace

Result<PermutationResult> pairedPermutationTest(std::span<const double> differences, std::span<const int> groups,
                                                const PermutationOptions& options)
{
    BNOF_TRY(requireValues(differences, 1, "the list of differences"));
    if (groups.size() != differences.size())
        return cannotTest("there are not as many groups as differences");
    std::vector<double> sums;
    for (const auto& units : unitsByCluster(groups)) {
        double sum = 0;
        for (const std::uint32_t unit : units)
            sum += differences[unit];
        sums.push_back(sum);
    }
    if (sums.size() < 2)
        return cannotTest("there is only one independent group", "Collect units of another exposure, day or board.");
    double total = 0;
    double size = 0;
    for (const double sum : sums) {
        total += sum;
        size += std::abs(sum);
    }
    PermutationResult out;
    out.observed = total / static_cast<double>(differences.size());
    out.exact = sums.size() <= enumeratedGroups;
    out.rounds = out.exact ? std::uint64_t{1} << sums.size() : static_cast<std::uint64_t>(std::max(1, options.rounds));
    std::uint64_t extreme = 0;
    for (std::uint64_t round = 0; round < out.rounds; ++round) {
        double flipped = 0;
        if (out.exact) {
            for (std::size_t i = 0; i < sums.size(); ++i)
                flipped += (round >> i & 1U) != 0 ? -sums[i] : sums[i];
        } else {
            PhiloxSequence random(options.seed ^ flipKey, static_cast<std::uint32_t>(round));
            std::uint32_t bits = 0;
            for (std::size_t i = 0; i < sums.size(); ++i) {
                bits = i % 32 == 0 ? random.next() : bits >> 1;
                flipped += (bits & 1U) != 0 ? -sums[i] : sums[i];
            }
        }
        extreme += asLarge(std::abs(flipped), std::abs(total), size) ? 1 : 0;
    }
    const double own = out.exact ? 0 : 1; // drawn rounds do not hold the observed arrangement for sure
    out.p = (static_cast<double>(extreme) + own) / (static_cast<double>(out.rounds) + own);
    return out;
}

Result<PermutationResult> labelPermutationTest(std::span<const int> labels, std::span<const int> strata,
                                               const LabelStatistic& statistic, const PermutationOptions& options)
{
    if (!strata.empty() && strata.size() != labels.size())
        return cannotTest("there are not as many strata as labels");
    const std::vector<int> oneStratum(strata.empty() ? labels.size() : 0);
    const auto groups = unitsByCluster(strata.empty() ? std::span<const int>(oneStratum) : strata);
    const bool mixed = std::any_of(groups.begin(), groups.end(), [&labels](const auto& units) {
        return std::any_of(units.begin(), units.end(), [&](auto unit) { return labels[unit] != labels[units[0]]; });
    });
    if (!mixed) {
        return cannotTest("no stratum has two different labels, so nothing can be rearranged",
                          "Use wider strata, or record every class on every day.");
    }
    PermutationResult out;
    out.rounds = static_cast<std::uint64_t>(std::max(1, options.rounds));
    std::vector<int> shuffled(labels.begin(), labels.end());
    out.observed = statistic(shuffled);
    std::uint64_t extreme = 0;
    for (std::uint64_t round = 0; round < out.rounds; ++round) {
        PhiloxSequence random(options.seed ^ shuffleKey, static_cast<std::uint32_t>(round));
        std::copy(labels.begin(), labels.end(), shuffled.begin());
        for (const auto& units : groups) {
            for (std::size_t i = units.size(); i > 1; --i) // Fisher-Yates
                std::swap(shuffled[units[i - 1]], shuffled[units[random.below(static_cast<std::uint32_t>(i))]]);
        }
        const double figure = statistic(shuffled);
        if (!std::isfinite(figure) || !std::isfinite(out.observed))
            return cannotTest("the figure is not finite for some arrangement of the labels");
        extreme += asLarge(figure, out.observed, std::abs(out.observed)) ? 1 : 0;
    }
    out.p = (static_cast<double>(extreme) + 1) / (static_cast<double>(out.rounds) + 1);
    return out;
}

} // namespace bnof::statistics
