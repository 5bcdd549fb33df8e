// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/paired_comparison.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "engine/statistics/bootstrap.h"
#include "engine/statistics/clusters.h"
#include "engine/statistics/permutation.h"
#include "engine/statistics/power.h"

namespace bnof::experiments {
namespace {

constexpr std::size_t fewestGroups = 6;

/// The interval at this level; the BCa one where it exists. A bootstrap of -d is not exactly that of d mirrored, so the
/// difference is always taken in the direction in which it is not negative.
Result<statistics::Interval> intervalOf(const std::vector<double>& differences, const std::vector<int>& clusters,
                                        const ComparisonOptions& options, double alpha)
{
    BNOF_TRY_ASSIGN(const statistics::BootstrapResult result,
                    statistics::clusterBootstrapOfMean(
                        differences, clusters, {options.bootstrapRounds, alpha, options.seed, options.threads}));
    return result.bca ? *result.bca : result.percentile;
}

Result<void> setIntervals(PairedComparison& out, std::vector<double> differences, const std::vector<int>& clusters,
                          const ComparisonOptions& options)
{
    const bool turned = out.discordant.onlyA > out.discordant.onlyB;
    if (turned) {
        for (double& d : differences)
            d = -d;
    }
    BNOF_TRY_ASSIGN(out.interval, intervalOf(differences, clusters, options, options.alpha));
    BNOF_TRY_ASSIGN(out.equivalence, intervalOf(differences, clusters, options, 2 * options.alpha));
    if (turned) {
        out.interval = {-out.interval.high, -out.interval.low};
        out.equivalence = {-out.equivalence.high, -out.equivalence.low};
    }
    return {};
}

Verdict verdictOf(const PairedComparison& c, const ComparisonOptions& options)
{
    Verdict out;
    out.difference = c.accuracyB - c.accuracyA;
    out.interval = c.interval;
    const bool told = c.mcNemar.exact < options.alpha && c.permutationP < options.alpha;
    if (told && c.interval.low > 0)
        out.finding = Finding::BBetter;
    else if (told && c.interval.high < 0)
        out.finding = Finding::ABetter;
    else if (c.equivalence.low > -options.margin && c.equivalence.high < options.margin)
        out.finding = Finding::Equivalent;
    else if (c.equivalence.low > -options.margin)
        out.finding = Finding::BNotWorse;
    if (out.finding != Finding::Undecided)
        return out;
    const auto n = static_cast<double>(c.units);
    const double discordant = static_cast<double>(c.discordant.onlyA + c.discordant.onlyB) / n;
    const double wanted = std::max(std::abs(out.difference), options.margin);
    if (const auto pairs =
            statistics::pairsForMcNemar(discordant, std::min(wanted, discordant), {options.alpha, options.power});
        pairs.ok()) {
        const double factor = std::max(1.0, n / std::max(c.effectiveUnits, 1.0));
        out.unitsNeeded = static_cast<std::uint64_t>(std::max(1.0, std::ceil(*pairs * factor - n)));
    }
    return out;
}

} // namespace

Result<PairedComparison> comparePaired(std::span<const PairedUnit> units, const ComparisonOptions& options)
{
    PairedComparison out;
    out.units = units.size();
    std::vector<double> differences;
    std::vector<int> groups;
    for (const PairedUnit& unit : units) {
        out.accuracyA += unit.aRight ? 1.0 / static_cast<double>(units.size()) : 0;
        out.accuracyB += unit.bRight ? 1.0 / static_cast<double>(units.size()) : 0;
        out.discordant.onlyA += unit.aRight && !unit.bRight ? 1 : 0;
        out.discordant.onlyB += unit.bRight && !unit.aRight ? 1 : 0;
        differences.push_back((unit.bRight ? 1.0 : 0.0) - (unit.aRight ? 1.0 : 0.0));
        groups.push_back(unit.group);
    }
    out.groups = std::set<int>(groups.begin(), groups.end()).size();
    out.byGroup = out.groups >= fewestGroups;
    out.mcNemar = statistics::mcNemar(out.discordant);
    if (units.size() < fewestUnits) {
        out.verdict.finding = Finding::Invalid;
        out.verdict.difference = out.accuracyB - out.accuracyA;
        out.verdict.reason = "there are " + std::to_string(units.size()) + " exposures, and fewer than " +
                             std::to_string(fewestUnits) + " tell nothing.";
        return out;
    }
    if (!out.byGroup)
        std::iota(groups.begin(), groups.end(), 0);
    out.effectiveUnits = static_cast<double>(units.size());
    if (out.discordant.onlyA + out.discordant.onlyB > 0) {
        BNOF_TRY(setIntervals(out, differences, groups, options));
        BNOF_TRY_ASSIGN(const statistics::PermutationResult permuted,
                        statistics::pairedPermutationTest(differences, groups, {9999, options.seed}));
        out.permutationP = permuted.p;
        if (const auto effective = statistics::effectiveUnits(differences, groups); effective.ok())
            out.effectiveUnits = *effective;
    } else {
        // Never seen to differ: with n alike, the true share of differing units is below 3/n at 95 % ("rule of three",
        // Hanley & Lippman-Hand, JAMA 249 (1983) 1743-1745), here ln(1/alpha)/n.
        const double most = -std::log(options.alpha) / static_cast<double>(out.byGroup ? out.groups : out.units);
        out.interval = out.equivalence = {-std::min(1.0, most), std::min(1.0, most)};
    }
    out.verdict = verdictOf(out, options);
    return out;
}

Json toJson(const PairedComparison& c)
{
    Json out = Json::object();
    out.set("units", c.units).set("groups", c.groups).set("effective_units", c.effectiveUnits);
    out.set("resampled", c.byGroup ? "groups" : "exposures");
    out.set("accuracy_a", c.accuracyA).set("accuracy_b", c.accuracyB);
    out.set("only_a_right", c.discordant.onlyA).set("only_b_right", c.discordant.onlyB);
    out.set("mcnemar_exact_p", c.mcNemar.exact).set("mcnemar_mid_p", c.mcNemar.midP);
    out.set("permutation_p", c.permutationP);
    out.set("verdict", toJson(c.verdict));
    return out;
}

} // namespace bnof::experiments
