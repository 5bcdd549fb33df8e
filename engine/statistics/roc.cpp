// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/roc.h"

#include <cmath>
#include <vector>

#include "engine/statistics/checks.h"
#include "engine/statistics/distributions.h"
#include "engine/statistics/special.h"
#include "engine/statistics/summary.h"

namespace bnof::statistics {
namespace {

/// The share of controls that a case beats, for every case; and of cases that beat a control, for every control.
struct Components {
    std::vector<double> ofCases;
    std::vector<double> ofControls;
};

struct Split {
    std::vector<double> cases;
    std::vector<double> controls;
};

Split splitScores(std::span<const int> positive, std::span<const double> scores)
{
    Split out;
    for (std::size_t i = 0; i < scores.size(); ++i)
        (positive[i] != 0 ? out.cases : out.controls).push_back(scores[i]);
    return out;
}

Components byRanks(const Split& split)
{
    std::vector<double> all(split.cases);
    all.insert(all.end(), split.controls.begin(), split.controls.end());
    const MidRanks joint = midRanks(all);
    const MidRanks cases = midRanks(split.cases);
    const MidRanks controls = midRanks(split.controls);
    const auto m = static_cast<double>(split.cases.size());
    const auto n = static_cast<double>(split.controls.size());
    Components out;
    for (std::size_t i = 0; i < split.cases.size(); ++i)
        out.ofCases.push_back((joint.ranks[i] - cases.ranks[i]) / n);
    for (std::size_t j = 0; j < split.controls.size(); ++j)
        out.ofControls.push_back(1 - (joint.ranks[split.cases.size() + j] - controls.ranks[j]) / m);
    return out;
}

Components byPairs(const Split& split)
{
    Components out{std::vector<double>(split.cases.size()), std::vector<double>(split.controls.size())};
    for (std::size_t i = 0; i < split.cases.size(); ++i) {
        for (std::size_t j = 0; j < split.controls.size(); ++j) {
            const double wins = split.cases[i] > split.controls[j] ? 1 : split.cases[i] == split.controls[j] ? 0.5 : 0;
            out.ofCases[i] += wins / static_cast<double>(split.controls.size());
            out.ofControls[j] += wins / static_cast<double>(split.cases.size());
        }
    }
    return out;
}

double covarianceOf(const std::vector<double>& a, const std::vector<double>& b)
{
    const double meanA = mean(a);
    const double meanB = mean(b);
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - meanA) * (b[i] - meanB);
    return sum / static_cast<double>(a.size() - 1) / static_cast<double>(a.size());
}

double covarianceOf(const Components& a, const Components& b)
{
    return covarianceOf(a.ofCases, b.ofCases) + covarianceOf(a.ofControls, b.ofControls);
}

template <typename Method>
Result<DeLong> compareAreas(std::span<const int> positive, std::span<const double> scoresA,
                            std::span<const double> scoresB, double alpha, Method method)
{
    if (positive.size() != scoresA.size() || positive.size() != scoresB.size())
        return cannotTest("labels and scores must have the same length");
    BNOF_TRY(requireValues(scoresA, 4, "the first list of scores"));
    BNOF_TRY(requireValues(scoresB, 4, "the second list of scores"));
    BNOF_TRY(requireLevel(alpha));
    const Split splitA = splitScores(positive, scoresA);
    if (splitA.cases.size() < 2 || splitA.controls.size() < 2) {
        return cannotTest("there must be at least two units of each class",
                          "A ROC curve needs both; add exposures of the missing class.");
    }
    const Components a = method(splitA);
    const Components b = method(splitScores(positive, scoresB));
    DeLong out;
    out.areaA = mean(a.ofCases);
    out.areaB = mean(b.ofCases);
    out.varianceA = covarianceOf(a, a);
    out.varianceB = covarianceOf(b, b);
    out.covariance = covarianceOf(a, b);
    const double variance = out.varianceA + out.varianceB - 2 * out.covariance;
    // Cancellation leaves this much of equal scores.
    if (variance > 1e-14 * (out.varianceA + out.varianceB)) {
        out.z = (out.areaA - out.areaB) / std::sqrt(variance);
        out.p = normalTwoSided(*out.z);
    }
    const double quantile = normalQuantile(1 - alpha / 2);
    const double halfA = quantile * std::sqrt(out.varianceA);
    const double halfB = quantile * std::sqrt(out.varianceB);
    out.intervalA = {out.areaA - halfA, out.areaA + halfA};
    out.intervalB = {out.areaB - halfB, out.areaB + halfB};
    return out;
}

} // namespace

Result<DeLong> deLong(std::span<const int> positive, std::span<const double> scoresA, std::span<const double> scoresB,
                      double alpha)
{
    return compareAreas(positive, scoresA, scoresB, alpha, byRanks);
}

Result<DeLong> deLongByPairs(std::span<const int> positive, std::span<const double> scoresA,
                             std::span<const double> scoresB, double alpha)
{
    return compareAreas(positive, scoresA, scoresB, alpha, byPairs);
}

} // namespace bnof::statistics
