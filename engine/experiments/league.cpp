// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experiments/league.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/experiments/paired_comparison.h"
#include "engine/statistics/multiplicity.h"
#include "engine/statistics/rank_tests.h"

namespace bnof::experiments {
namespace {

Result<void> check(const std::vector<std::string>& names, const std::vector<std::vector<double>>& accuracies)
{
    const auto refuse = [](std::string what, std::string remedy) {
        return makeError(ErrorKind::BadInput, std::move(what), "league table", std::move(remedy));
    };
    if (names.size() < 3)
        return refuse("a league table needs at least three variants", "Compare two of them as a pair.");
    if (accuracies.size() < fewestUnits)
        return refuse("there are " + std::to_string(accuracies.size()) + " groups, and fewer than " +
                          std::to_string(fewestUnits) + " tell nothing",
                      "Add recordings of other days.");
    for (const auto& row : accuracies) {
        if (row.size() != names.size() ||
            !std::all_of(row.begin(), row.end(), [](double v) { return std::isfinite(v); }))
            return refuse("every variant must have answered in every group", "Leave out the group that is not whole.");
    }
    return {};
}

std::string wordsFor(const League& league, double alpha)
{
    if (!(league.friedmanP < alpha))
        return "No variant can be told from another on these " + std::to_string(league.groups) + " groups.";
    std::string better;
    for (const LeaguePair& pair : league.pairs) {
        if (pair.told && (pair.first == 0 || pair.second == 0))
            better += (better.empty() ? "" : ", ") + league.rows[pair.first == 0 ? pair.second : pair.first].name;
    }
    if (better.empty())
        return "The variants differ, but the first, " + league.rows[0].name +
               ", cannot be told from any single other one.";
    return league.rows[0].name + " is first and better than " + better + '.';
}

} // namespace

Result<League> leagueOf(const std::vector<std::string>& names, const std::vector<std::vector<double>>& accuracies,
                        double alpha)
{
    BNOF_TRY(check(names, accuracies));
    League out;
    out.groups = accuracies.size();
    std::vector<double> ranks(names.size(), 1);
    if (const auto test = statistics::friedman(accuracies); test.ok()) {
        out.friedmanP = test->p;
        ranks = test->meanRanks;
    }
    std::vector<std::size_t> order(names.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ranks[a] < ranks[b]; });
    for (const std::size_t v : order) {
        LeagueRow row{names[v], 0, ranks[v]};
        for (const auto& group : accuracies)
            row.accuracy += group[v] / static_cast<double>(accuracies.size());
        out.rows.push_back(std::move(row));
    }
    std::vector<double> p;
    for (std::size_t i = 0; i < order.size(); ++i) {
        for (std::size_t j = i + 1; j < order.size(); ++j) {
            std::vector<double> differences;
            for (const auto& group : accuracies)
                differences.push_back(group[order[j]] - group[order[i]]);
            BNOF_TRY_ASSIGN(const statistics::WilcoxonSignedRank test, statistics::wilcoxonSignedRank(differences));
            p.push_back(test.p());
            out.pairs.push_back({i, j, test.hodgesLehmann.value_or(out.rows[j].accuracy - out.rows[i].accuracy)});
        }
    }
    const std::vector<double> corrected = statistics::holm(p);
    for (std::size_t k = 0; k < out.pairs.size(); ++k) {
        out.pairs[k].p = corrected[k];
        out.pairs[k].told = corrected[k] < alpha && out.friedmanP < alpha;
    }
    out.words = wordsFor(out, alpha);
    return out;
}

Json toJson(const League& league)
{
    Json rows = Json::array();
    for (const LeagueRow& row : league.rows)
        rows.push(Json::object().set("name", row.name).set("accuracy", row.accuracy).set("mean_rank", row.meanRank));
    Json pairs = Json::array();
    for (const LeaguePair& pair : league.pairs)
        pairs.push(Json::object()
                       .set("first", league.rows[pair.first].name)
                       .set("second", league.rows[pair.second].name)
                       .set("difference", pair.difference)
                       .set("p_holm", pair.p)
                       .set("told", pair.told));
    Json out = Json::object();
    out.set("groups", league.groups).set("friedman_p", league.friedmanP).set("rows", std::move(rows));
    return out.set("pairs", std::move(pairs)).set("words", league.words);
}

} // namespace bnof::experiments
