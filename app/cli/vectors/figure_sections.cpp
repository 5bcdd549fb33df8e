// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of merit, their resampling, sizes of experiments, distances.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "app/cli/vectors/case_input.h"
#include "engine/statistics/assignment.h"
#include "engine/statistics/bootstrap.h"
#include "engine/statistics/classification.h"
#include "engine/statistics/drift.h"
#include "engine/statistics/power.h"
#include "engine/statistics/ridge.h"
#include "engine/statistics/roc.h"
#include "engine/statistics/spike_distance.h"
#include "engine/statistics/summary.h"

namespace bnof::vectors {
namespace {

using namespace statistics;

std::vector<double> pick(const std::vector<double>& values, std::span<const std::uint32_t> units)
{
    std::vector<double> out;
    out.reserve(units.size());
    for (const std::uint32_t unit : units)
        out.push_back(values[unit]);
    return out;
}

/// F1 of class 1.
double positiveF1(const std::vector<int>& truth, const std::vector<int>& said, std::span<const std::uint32_t> units)
{
    double both = 0;
    double either = 0;
    for (const std::uint32_t unit : units) {
        both += truth[unit] == 1 && said[unit] == 1 ? 2 : 0;
        either += (truth[unit] == 1 ? 1 : 0) + (said[unit] == 1 ? 1 : 0);
    }
    return either > 0 ? both / either : 0;
}

UnitStatistic statisticOf(CaseInput& input, std::size_t& units)
{
    const std::string name = input.text("statistic");
    if (name == "acc_diff") {
        auto a = input.numbers("correct_A");
        const auto b = input.numbers("correct_B");
        units = std::min(a.size(), b.size());
        for (std::size_t i = 0; i < units; ++i)
            a[i] -= b[i];
        return [a](std::span<const std::uint32_t> drawn) { return mean(pick(a, drawn)); };
    }
    if (name == "f1_diff") {
        const auto truth = input.integers("y");
        const auto a = input.integers("pred_A");
        const auto b = input.integers("pred_B");
        units = std::min({truth.size(), a.size(), b.size()});
        return [truth, a, b](std::span<const std::uint32_t> drawn) {
            return positiveF1(truth, a, drawn) - positiveF1(truth, b, drawn);
        };
    }
    const auto data = input.numbers("data");
    units = data.size();
    if (name == "median")
        return [data](std::span<const std::uint32_t> drawn) { return median(pick(data, drawn)); };
    if (name == "std")
        return [data](std::span<const std::uint32_t> drawn) { return sampleDeviation(pick(data, drawn)); };
    if (name == "mean")
        return [data](std::span<const std::uint32_t> drawn) { return mean(pick(data, drawn)); };
    units = 0;
    return {};
}

Json bootstrapCase(CaseInput& input)
{
    std::size_t units = 0;
    const UnitStatistic statistic = statisticOf(input, units);
    if (!statistic)
        return Json::object();
    std::vector<int> clusters(units);
    std::iota(clusters.begin(), clusters.end(), 0);
    const auto result = clusterBootstrap(clusters, statistic);
    const auto bca = [&result] {
        return result.ok() && result->bca ? Result<Interval>(*result->bca) : makeError(ErrorKind::BadInput, "none");
    }();
    Json out = Json::object();
    out.set("theta", answer(result, &BootstrapResult::estimate)).set("z0", answer(result, &BootstrapResult::bias));
    out.set("accel_a_exact", answer(result, &BootstrapResult::acceleration));
    out.set("bca_lo", answer(bca, &Interval::low)).set("bca_hi", answer(bca, &Interval::high));
    out.set("pct_lo", answer(result, [](const BootstrapResult& r) { return r.percentile.low; }));
    return out.set("pct_hi", answer(result, [](const BootstrapResult& r) { return r.percentile.high; }));
}

Json deLongCase(CaseInput& input)
{
    const auto test = deLong(input.integers("y"), input.numbers("score_A"), input.numbers("score_B"));
    Json out = Json::object();
    out.set("auc_A", answer(test, &DeLong::areaA)).set("auc_B", answer(test, &DeLong::areaB));
    out.set("var_A", answer(test, &DeLong::varianceA)).set("var_B", answer(test, &DeLong::varianceB));
    out.set("cov_AB", answer(test, &DeLong::covariance)).set("z", test.ok() ? answer(test->z) : undefined);
    out.set("p_two_sided", answer(test, &DeLong::p));
    out.set("auc_A_ci95_lo", answer(test, [](const DeLong& d) { return d.intervalA.low; }));
    return out.set("auc_A_ci95_hi", answer(test, [](const DeLong& d) { return d.intervalA.high; }));
}

Json twoShareSizeCase(CaseInput& input)
{
    const auto size =
        unitsForTwoShares(input.number("p1"), input.number("p2"), {input.number("alpha"), input.number("power")});
    Json out = Json::object();
    out.set("n_per_arm_fleiss", answer(size, &TwoShareSize::perGroup));
    out.set("n_per_arm_ceil", answer(size, [](const TwoShareSize& s) { return std::ceil(s.perGroup); }));
    out.set("cohen_h", answer(size, &TwoShareSize::cohenH));
    return out.set("n_per_arm_arcsine", answer(size, &TwoShareSize::perGroupArcsine));
}

Json mcNemarSizeCase(CaseInput& input)
{
    const auto pairs = pairsForMcNemar(input.number("discordant_rate"), input.number("accuracy_diff"),
                                       {input.number("alpha"), input.number("power")});
    Json out = Json::object();
    out.set("n_pairs", answer(pairs, [](double n) { return n; }));
    return out.set("n_pairs_ceil", answer(pairs, [](double n) { return std::ceil(n); }));
}

Json tSizeCase(CaseInput& input)
{
    const double effect = input.number("d");
    const PowerOptions options{input.number("alpha"), input.number("power")};
    const auto same = [](double x) { return x; };
    Json out = Json::object();
    out.set("n_per_arm_two_sample", answer(unitsForTwoSampleT(effect, options), same));
    out.set("n_pairs_paired", answer(pairsForPairedT(effect, options), same));
    return out.set("power_two_sample_n50", answer(powerOfTwoSampleT(effect, 50, options.alpha), same));
}

Json driftCase(CaseInput& input)
{
    const auto drift = driftBetween(input.numbers("reference"), input.numbers("current"));
    Json out = Json::object();
    out.set("ks_d", answer(drift, &DriftFigures::kolmogorovSmirnov));
    out.set("ks_p_asymptotic", answer(drift, &DriftFigures::p));
    out.set("wasserstein1", answer(drift, &DriftFigures::wasserstein));
    return out.set("psi_10_ref_deciles_floor1e-4", answer(drift, &DriftFigures::stabilityIndex));
}

Json classificationCase(CaseInput& input)
{
    using F = ClassificationFigures;
    const auto classes = static_cast<std::size_t>(std::min<std::uint64_t>(input.count("classes"), 1000));
    const auto figures = classificationFigures(input.integers("y"), input.integers("pred"), classes);
    Json out = Json::object();
    out.set("accuracy", answer(figures, &F::accuracy)).set("kappa", answer(figures, &F::kappa));
    out.set("balanced_accuracy", answer(figures, &F::balancedAccuracy)).set("macro_f1", answer(figures, &F::macroF1));
    out.set("mcc", answer(figures, &F::mcc));
    return out.set("confusion_rows_true", answer(figures, [](const F& f) {
                       Json rows = Json::array();
                       for (const auto& row : f.confusion)
                           rows.push(Json::arrayOf(row));
                       return rows;
                   }));
}

Json ridgeCase(CaseInput& input)
{
    const auto fit = fitRidge(input.rows("X"), input.rows("Y"), input.number("lambda"));
    Json out = Json::object();
    out.set("W_last_row_is_bias", answer(fit, [](const RidgeFit& f) {
                Json rows = Json::array();
                for (const auto& row : f.weights)
                    rows.push(Json::arrayOf(row));
                return rows;
            }));
    return out.set("loo_mse", answer(fit, &RidgeFit::looError));
}

Json quantileCase(CaseInput& input)
{
    const auto values = input.numbers("x");
    return Json::object()
        .set("p50", quantile(values, 0.5))
        .set("p95", quantile(values, 0.95))
        .set("p99", quantile(values, 0.99));
}

Json spikeDistanceCase(CaseInput& input)
{
    const auto a = input.numbers("a");
    const auto b = input.numbers("b");
    return Json::object()
        .set("victor_purpura", victorPurpuraDistance(a, b, input.number("q_per_ms")))
        .set("van_rossum", vanRossumDistance(a, b, input.number("tau_ms")));
}

Json hashBucketCase(CaseInput& input)
{
    const double bucket = hashBucket(input.text("seed"), input.text("unit"));
    return Json::object()
        .set("bucket", bucket)
        .set("arm_50_50", bucket < 0.5 ? "A" : "B")
        .set("arm_90_10", bucket < 0.9 ? "A" : "B");
}

constexpr std::array sections{
    Section{"bootstrap_bca", bootstrapCase},
    Section{"delong", deLongCase},
    Section{"power_two_proportion", twoShareSizeCase},
    Section{"power_mcnemar", mcNemarSizeCase},
    Section{"power_t", tSizeCase},
    Section{"drift", driftCase},
    Section{"metrics", classificationCase},
    Section{"ridge", ridgeCase},
    Section{"quantile_type7", quantileCase},
    Section{"spike_distance", spikeDistanceCase},
    Section{"hash_bucket", hashBucketCase},
};

} // namespace

std::span<const Section> figureSections()
{
    return sections;
}

} // namespace bnof::vectors
