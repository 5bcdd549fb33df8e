// SPDX-License-Identifier: GPL-3.0-or-later
// Tests that look once.
#include <algorithm>
#include <array>

#include "app/cli/vectors/case_input.h"
#include "engine/statistics/contingency.h"
#include "engine/statistics/multiplicity.h"
#include "engine/statistics/proportions.h"
#include "engine/statistics/rank_tests.h"
#include "engine/statistics/sample_ratio.h"
#include "engine/statistics/sequential_tests.h"
#include "engine/statistics/summary.h"
#include "engine/statistics/t_tests.h"

namespace bnof::vectors {
namespace {

using namespace statistics;

void putSequence(Json& out, const Discordant& counts, double prior, const std::string& name)
{
    McNemarSequence sequence(prior);
    for (std::uint64_t i = 0; i < counts.onlyA; ++i)
        sequence.add(true, false);
    for (std::uint64_t i = 0; i < counts.onlyB; ++i)
        sequence.add(false, true);
    out.set("log_e_" + name, sequence.logE());
    out.set("p_e_" + name, pFromLogE(sequence.logE())); // of this look alone: the cases do not say in which order
}

Json mcNemarCase(CaseInput& input)
{
    const Discordant counts{input.count("b_only_A_correct"), input.count("c_only_B_correct")};
    const McNemar test = mcNemar(counts);
    Json out = Json::object();
    out.set("p_exact", test.exact).set("p_midp", test.midP);
    out.set("chi2", answer(test.chiSquared)).set("p_chi2", test.chiSquaredP);
    out.set("chi2_cc", answer(test.chiSquaredCorrected)).set("p_chi2_cc", test.chiSquaredCorrectedP);
    putSequence(out, counts, 1, "unif");
    putSequence(out, counts, 0.5, "kt");
    return out;
}

Json welchCase(CaseInput& input)
{
    const auto a = input.numbers("a");
    const auto b = input.numbers("b");
    const auto test = welchT(a, b);
    Json out = Json::object();
    out.set("t", answer(test, &WelchT::t)).set("df", answer(test, &WelchT::df));
    out.set("p_two_sided", answer(test, &WelchT::twoSided)).set("p_a_greater", answer(test, &WelchT::aGreater));
    out.set("mean_diff", mean(a) - mean(b));
    out.set("ci95_lo", answer(test, [](const WelchT& t) { return t.interval.low; }));
    out.set("ci95_hi", answer(test, [](const WelchT& t) { return t.interval.high; }));
    return out.set("cohen_d", answer(test, &WelchT::cohenD)).set("hedges_g", answer(test, &WelchT::hedgesG));
}

Json pairedCase(CaseInput& input)
{
    const auto a = input.numbers("a");
    const auto b = input.numbers("b");
    const auto test = pairedT(a, b);
    Json out = Json::object();
    out.set("t", answer(test, &PairedT::t)).set("df", answer(test, &PairedT::df));
    out.set("p_two_sided", answer(test, &PairedT::twoSided)).set("mean_diff", answer(test, &PairedT::difference));
    out.set("ci95_lo", answer(test, [](const PairedT& t) { return t.interval.low; }));
    return out.set("ci95_hi", answer(test, [](const PairedT& t) { return t.interval.high; }));
}

Json wilcoxonCase(CaseInput& input)
{
    using W = WilcoxonSignedRank;
    const auto test = wilcoxonSignedRank(input.numbers("d"));
    Json out = Json::object();
    out.set("n_used", answer(test, &W::used)).set("W_plus", answer(test, &W::plus));
    out.set("W_minus", answer(test, &W::minus));
    out.set("T_min", answer(test, [](const W& w) { return std::min(w.plus, w.minus); }));
    out.set("var_tie_corrected", answer(test, &W::variance)).set("z_no_cc", answer(test, &W::z));
    out.set("p_no_cc", answer(test, &W::normal)).set("p_cc", answer(test, &W::normalCorrected));
    out.set("p_normal_cc_two_sided", answer(test, &W::normalCorrected));
    out.set("p_exact_two_sided", test.ok() ? answer(test->exact) : undefined);
    out.set("p_exact_greater", test.ok() ? answer(test->exactGreater) : undefined);
    out.set("hodges_lehmann", test.ok() ? answer(test->hodgesLehmann) : undefined);
    return out.set("rank_biserial", answer(test, &W::rankBiserial));
}

Json mannWhitneyCase(CaseInput& input)
{
    const auto test = mannWhitney(input.numbers("a"), input.numbers("b"));
    Json out = Json::object();
    out.set("U_a", answer(test, &MannWhitney::ua)).set("U_b", answer(test, &MannWhitney::ub));
    out.set("p_asymptotic_cc", answer(test, &MannWhitney::normalCorrected));
    out.set("p_asymptotic_no_cc", answer(test, &MannWhitney::normal));
    out.set("prob_superiority_a", answer(test, &MannWhitney::superiority));
    out.set("cliffs_delta", answer(test, &MannWhitney::cliffsDelta));
    return out.set("p_exact", test.ok() ? answer(test->exact) : undefined);
}

Json fisherCase(CaseInput& input)
{
    TwoByTwo table{};
    const auto rows = input.rows("table", 2);
    for (std::size_t i = 0; i < 2 && i < rows.size(); ++i) {
        for (std::size_t j = 0; j < 2; ++j)
            table[i][j] = static_cast<std::uint64_t>(std::clamp(rows[i][j], 0.0, 1e9));
    }
    const auto test = fisherExact(table);
    Json out = Json::object();
    out.set("odds_ratio_sample", test.ok() ? answer(test->oddsRatio) : undefined);
    out.set("p_two_sided", answer(test, &FisherExact::twoSided));
    return out.set("p_less", answer(test, &FisherExact::less)).set("p_greater", answer(test, &FisherExact::greater));
}

void putInterval(Json& out, const std::string& name, const Result<Interval>& interval)
{
    out.set(name + "_lo", answer(interval, &Interval::low)).set(name + "_hi", answer(interval, &Interval::high));
}

Json proportionCase(CaseInput& input)
{
    const Share first{input.count("x1"), input.count("n1")};
    const Share second{input.count("x2"), input.count("n2")};
    const auto test = compareShares(first, second);
    Json out = Json::object();
    out.set("diff", answer(test, &TwoProportions::difference)).set("p_pooled", answer(test, &TwoProportions::p));
    out.set("z_pooled", test.ok() ? answer(test->z) : undefined);
    putInterval(out, "wald_ci95", test.ok() ? Result<Interval>(test->wald) : test.error());
    putInterval(out, "newcombe_ci95", test.ok() ? Result<Interval>(test->newcombe) : test.error());
    putInterval(out, "wilson1", wilsonInterval(first));
    putInterval(out, "clopper_pearson1", clopperPearsonInterval(first));
    return out;
}

Json sampleRatioCase(CaseInput& input)
{
    const auto counts = input.counts("counts");
    const auto weights = input.numbers("weights");
    const auto classic = sampleRatio(counts, weights);
    auto sequence = SequentialSampleRatio::create(weights, input.number("k"));
    Json out = Json::object();
    out.set("chi2", answer(classic, &SampleRatio::chiSquared)).set("df", answer(classic, &SampleRatio::df));
    out.set("p", answer(classic, &SampleRatio::p));
    out.set("srm_at_0.001", answer(classic, [](const SampleRatio& s) { return s.p < sampleRatioLevel; }));
    if (!sequence.ok() || !classic.ok())
        return out.set("log_bayes_factor_dirichlet_k100", undefined).set("p_sequential", undefined);
    // Units come in the order that keeps every arm closest to its final share.
    for (bool more = true; more;) {
        std::size_t next = counts.size();
        double behind = 1;
        for (std::size_t arm = 0; arm < counts.size(); ++arm) {
            const double done = static_cast<double>(sequence->counts()[arm]) / static_cast<double>(counts[arm]);
            if (counts[arm] > 0 && done < behind) {
                behind = done;
                next = arm;
            }
        }
        more = next < counts.size();
        if (more)
            sequence->add(next);
    }
    out.set("log_bayes_factor_dirichlet_k100", sequence->logBayesFactor());
    return out.set("p_sequential", pFromLogE(sequence->logBayesFactor()));
}

void putAdjusted(Json& out, const std::string& name, const std::vector<double>& adjusted)
{
    Json reject = Json::array();
    for (const double p : adjusted)
        reject.push(p <= 0.05);
    out.set(name, Json::arrayOf(adjusted)).set(name + "_reject_0.05", std::move(reject));
}

Json multiplicityCase(CaseInput& input)
{
    const auto p = input.numbers("p");
    Json out = Json::object();
    putAdjusted(out, "holm", holm(p));
    putAdjusted(out, "hochberg", hochberg(p));
    putAdjusted(out, "bh", benjaminiHochberg(p));
    putAdjusted(out, "by", benjaminiYekutieli(p));
    putAdjusted(out, "bonferroni", bonferroni(p));
    return out;
}

Json tostCase(CaseInput& input)
{
    const auto test = tostPaired(input.numbers("d"), input.number("margin"));
    Json out = Json::object();
    out.set("t_lower", answer(test, &Tost::tLower)).set("t_upper", answer(test, &Tost::tUpper));
    out.set("p_lower", answer(test, &Tost::pLower)).set("p_upper", answer(test, &Tost::pUpper));
    return out.set("p_tost", answer(test, &Tost::pEquivalent)).set("p_noninferior", answer(test, &Tost::pLower));
}

Json friedmanCase(CaseInput& input)
{
    const auto rows = input.rows("matrix_rows_are_blocks");
    std::vector<std::vector<double>> columns(rows.empty() ? 0 : rows.front().size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < columns.size() && i < row.size(); ++i)
            columns[i].push_back(row[i]);
    }
    const auto blocks = friedman(rows);
    const auto groups = kruskalWallis(columns);
    Json out = Json::object();
    out.set("chi2", answer(blocks, &RankedGroups::chiSquared)).set("p", answer(blocks, &RankedGroups::p));
    out.set("mean_ranks_best_is_1", answer(blocks, [](const RankedGroups& r) { return Json::arrayOf(r.meanRanks); }));
    out.set("kruskal_h", answer(groups, &RankedGroups::chiSquared));
    return out.set("kruskal_p", answer(groups, &RankedGroups::p));
}

constexpr std::array sections{
    Section{"mcnemar", mcNemarCase},        Section{"welch_t", welchCase},
    Section{"paired_t", pairedCase},        Section{"wilcoxon_exact", wilcoxonCase},
    Section{"wilcoxon_ties", wilcoxonCase}, Section{"mann_whitney", mannWhitneyCase},
    Section{"fisher_exact", fisherCase},    Section{"two_proportion", proportionCase},
    Section{"srm", sampleRatioCase},        Section{"multiplicity", multiplicityCase},
    Section{"tost_paired", tostCase},       Section{"friedman", friedmanCase},
};

} // namespace

std::span<const Section> classicSections()
{
    return sections;
}

} // namespace bnof::vectors
