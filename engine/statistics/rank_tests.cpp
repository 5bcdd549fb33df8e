// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/rank_tests.h"

#include <algorithm>
#include <cmath>

#include "engine/statistics/checks.h"
#include "engine/statistics/distributions.h"
#include "engine/statistics/special.h"
#include "engine/statistics/summary.h"

namespace bnof::statistics {
namespace {

constexpr std::size_t exactLimit = 50;
constexpr std::size_t walshLimit = 2000;

/// P[W+ = w] for n ranks whose signs are tossed, w = 0 .. n(n+1)/2.
std::vector<double> signedRankMass(std::size_t n)
{
    std::vector<double> mass{1};
    for (std::size_t rank = 1; rank <= n; ++rank) {
        std::vector<double> next(mass.size() + rank);
        for (std::size_t w = 0; w < mass.size(); ++w) {
            next[w] += mass[w] / 2;
            next[w + rank] += mass[w] / 2;
        }
        mass = std::move(next);
    }
    return mass;
}

/// P[U = u] for groups of na and nb values without ties: subsets of na ranks by their sum.
std::vector<double> mannWhitneyMass(std::size_t na, std::size_t nb)
{
    // ways[k][s]: subsets of size k of the ranks so far with rank sum s above the smallest possible sum of size k.
    std::vector<std::vector<double>> ways(na + 1, std::vector<double>(na * nb + 1));
    ways[0][0] = 1;
    for (std::size_t rank = 0; rank < na + nb; ++rank) {
        for (std::size_t k = std::min(rank + 1, na); k >= 1; --k) {
            const std::size_t above = rank - (k - 1); // rank's distance from the k-th smallest place
            for (std::size_t s = na * nb + 1; s-- > above;)
                ways[k][s] += ways[k - 1][s - above];
        }
    }
    double total = 0;
    for (const double count : ways[na])
        total += count;
    for (double& count : ways[na])
        count /= total;
    return ways[na];
}

double sumFrom(const std::vector<double>& mass, double first)
{
    double sum = 0;
    for (auto i = mass.size(); i-- > static_cast<std::size_t>(first);)
        sum += mass[i];
    return sum;
}

double walshMedian(const std::vector<double>& values)
{
    std::vector<double> means;
    means.reserve(values.size() * (values.size() + 1) / 2);
    for (std::size_t i = 0; i < values.size(); ++i) {
        for (std::size_t j = i; j < values.size(); ++j)
            means.push_back((values[i] + values[j]) / 2);
    }
    return median(std::move(means));
}

} // namespace

Result<WilcoxonSignedRank> wilcoxonSignedRank(std::span<const double> differences)
{
    BNOF_TRY(requireValues(differences, 1, "the list of differences"));
    std::vector<double> kept;
    std::vector<double> sizes;
    for (const double d : differences) {
        if (d != 0) {
            kept.push_back(d);
            sizes.push_back(std::abs(d));
        }
    }
    WilcoxonSignedRank out;
    out.used = kept.size();
    if (kept.empty()) {
        out.reason = "no differences";
        return out;
    }
    const MidRanks ranked = midRanks(sizes);
    for (std::size_t i = 0; i < kept.size(); ++i)
        (kept[i] > 0 ? out.plus : out.minus) += ranked.ranks[i];
    const auto n = static_cast<double>(kept.size());
    out.variance = n * (n + 1) * (2 * n + 1) / 24 - ranked.tieSum / 48;
    const double distance = std::abs(out.plus - n * (n + 1) / 4);
    out.z = -distance / std::sqrt(out.variance);
    out.normal = normalTwoSided(out.z);
    out.normalCorrected = normalTwoSided(std::max(0.0, distance - 0.5) / std::sqrt(out.variance));
    out.rankBiserial = (out.plus - out.minus) / (out.plus + out.minus);
    if (kept.size() == differences.size() && !ranked.hasTies() && kept.size() <= exactLimit) {
        const auto mass = signedRankMass(kept.size());
        out.exactGreater = sumFrom(mass, out.plus);
        out.exact = std::min(1.0, 2 * sumFrom(mass, std::max(out.plus, out.minus)));
    }
    if (kept.size() <= walshLimit)
        out.hodgesLehmann = walshMedian(kept);
    return out;
}

Result<MannWhitney> mannWhitney(std::span<const double> a, std::span<const double> b)
{
    BNOF_TRY(requireValues(a, 1, "the first group"));
    BNOF_TRY(requireValues(b, 1, "the second group"));
    std::vector<double> all(a.begin(), a.end());
    all.insert(all.end(), b.begin(), b.end());
    const MidRanks ranked = midRanks(all);
    double rankSum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        rankSum += ranked.ranks[i];
    const auto na = static_cast<double>(a.size());
    const auto nb = static_cast<double>(b.size());
    const double n = na + nb;
    MannWhitney out;
    out.ua = rankSum - na * (na + 1) / 2;
    out.ub = na * nb - out.ua;
    out.superiority = out.ua / (na * nb);
    out.cliffsDelta = 2 * out.superiority - 1;
    const double variance = na * nb / 12 * ((n + 1) - ranked.tieSum / (n * (n - 1)));
    if (variance > 0) {
        const double distance = std::max(out.ua, out.ub) - na * nb / 2;
        out.normal = normalTwoSided(distance / std::sqrt(variance));
        out.normalCorrected = std::min(1.0, 2 * normalTail((distance - 0.5) / std::sqrt(variance)));
    }
    if (!ranked.hasTies() && a.size() <= exactLimit && b.size() <= exactLimit)
        out.exact = std::min(1.0, 2 * sumFrom(mannWhitneyMass(a.size(), b.size()), std::max(out.ua, out.ub)));
    return out;
}

Result<RankedGroups> friedman(const std::vector<std::vector<double>>& rows)
{
    if (rows.size() < 2 || rows.front().size() < 3) {
        return cannotTest("Friedman's test needs at least 3 columns and 2 rows",
                          "Use Wilcoxon's test for two algorithms.");
    }
    const std::size_t columns = rows.front().size();
    RankedGroups out;
    out.meanRanks.assign(columns, 0);
    double ties = 0;
    std::vector<double> negated(columns);
    for (const auto& row : rows) {
        if (row.size() != columns)
            return cannotTest("the rows have different lengths", "Every algorithm must have a value in every row.");
        BNOF_TRY(requireValues(row, columns, "a row"));
        std::transform(row.begin(), row.end(), negated.begin(), [](double x) { return -x; }); // rank 1 is the best
        const MidRanks ranked = midRanks(negated);
        ties += ranked.tieSum;
        for (std::size_t i = 0; i < columns; ++i)
            out.meanRanks[i] += ranked.ranks[i];
    }
    const auto n = static_cast<double>(rows.size());
    const auto k = static_cast<double>(columns);
    double squares = 0;
    for (double& rank : out.meanRanks) {
        squares += rank * rank;
        rank /= n;
    }
    const double correction = 1 - ties / (k * (k * k - 1) * n);
    if (!(correction > 0))
        return cannotTest("all values of every row are equal");
    out.chiSquared = (12 / (n * k * (k + 1)) * squares - 3 * n * (k + 1)) / correction;
    out.p = chiSquaredTail(std::max(0.0, out.chiSquared), k - 1);
    return out;
}

Result<RankedGroups> kruskalWallis(const std::vector<std::vector<double>>& groups)
{
    if (groups.size() < 2)
        return cannotTest("Kruskal and Wallis's test needs at least 2 groups");
    std::vector<double> all;
    for (const auto& group : groups) {
        BNOF_TRY(requireValues(group, 1, "a group"));
        all.insert(all.end(), group.begin(), group.end());
    }
    const MidRanks ranked = midRanks(all);
    const auto n = static_cast<double>(all.size());
    const double correction = 1 - ranked.tieSum / (n * n * n - n);
    if (!(correction > 0))
        return cannotTest("all values are equal");
    RankedGroups out;
    double squares = 0;
    std::size_t at = 0;
    for (const auto& group : groups) {
        double sum = 0;
        for (std::size_t i = 0; i < group.size(); ++i)
            sum += ranked.ranks[at++];
        const auto size = static_cast<double>(group.size());
        squares += sum * sum / size;
        out.meanRanks.push_back(sum / size);
    }
    out.chiSquared = (12 / (n * (n + 1)) * squares - 3 * (n + 1)) / correction;
    out.p = chiSquaredTail(std::max(0.0, out.chiSquared), static_cast<double>(groups.size()) - 1);
    return out;
}

} // namespace bnof::statistics
