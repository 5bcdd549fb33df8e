// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/fusion/fusion_evaluation.h"

#include <algorithm>
#include <map>

#include "engine/base/philox.h"

namespace bnof::olfaction {
namespace {

constexpr int draws = 1000;

/// Right and all instants of each class in one scene.
using Tally = std::map<int, std::pair<double, double>>;

/// What one way of answering scored, scene by scene.
class Score {
public:
    void add(int group, int truth, int answer)
    {
        auto& [right, all] = m_scenes[group][truth];
        right += truth == answer ? 1 : 0;
        all += 1;
    }

    [[nodiscard]] Json report(std::uint64_t seed) const
    {
        std::vector<const Tally*> scenes;
        for (const auto& [group, tally] : m_scenes)
            scenes.push_back(&tally);
        const auto [accuracy, balanced] = over(scenes);
        Json out = Json::object();
        out.set("accuracy", accuracy).set("balanced_accuracy", balanced);
        PhiloxSequence random(seed, 0xF05E);
        std::vector<double> drawn;
        std::vector<const Tally*> sample(scenes.size());
        for (int d = 0; d < draws && !scenes.empty(); ++d) {
            for (const Tally*& one : sample)
                one = scenes[random.below(static_cast<std::uint32_t>(scenes.size()))];
            drawn.push_back(over(sample).first);
        }
        std::sort(drawn.begin(), drawn.end());
        if (!drawn.empty())
            out.set("interval",
                    Json::arrayOf(std::vector<double>{drawn[draws * 25 / 1000], drawn[draws * 975 / 1000]}));
        return out;
    }

private:
    static std::pair<double, double> over(const std::vector<const Tally*>& scenes)
    {
        Tally sum;
        for (const Tally* scene : scenes) {
            for (const auto& [label, counts] : *scene) {
                sum[label].first += counts.first;
                sum[label].second += counts.second;
            }
        }
        double right = 0;
        double all = 0;
        double recalls = 0;
        for (const auto& [label, counts] : sum) {
            right += counts.first;
            all += counts.second;
            recalls += counts.first / counts.second;
        }
        return {all > 0 ? right / all : 0, sum.empty() ? 0 : recalls / static_cast<double>(sum.size())};
    }

    std::map<int, Tally> m_scenes;
};

/// Scenes of every kind dealt out to the folds in turn.
std::map<int, int> foldOfScenes(const FusionRows& rows, int folds)
{
    std::map<int, int> kind;
    for (std::size_t i = 0; i < rows.instants(); ++i) {
        auto [at, fresh] = kind.try_emplace(rows.groups[i], rows.labels[i]);
        at->second = std::max(at->second, rows.labels[i]);
    }
    std::map<int, int> next;
    std::map<int, int> out;
    for (const auto& [group, label] : kind)
        out[group] = next[label]++ % folds;
    return out;
}

FusionRows without(const FusionRows& rows, const std::map<int, int>& foldOf, int fold)
{
    FusionRows out = rows;
    for (std::size_t i = 0; i < rows.instants(); ++i) {
        if (foldOf.at(rows.groups[i]) == fold)
            out.labels[i] = -1;
    }
    return out;
}

int majorityOf(const FusionRows& rows)
{
    std::map<int, int> counts;
    for (const int label : rows.labels) {
        if (label >= 0)
            ++counts[label];
    }
    return std::max_element(counts.begin(), counts.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
}

struct Scores {
    std::map<std::string, Score> alone;
    std::map<std::string, Score> fused;
    std::map<std::string, std::map<std::string, Score>> less; ///< modality taken away, kind of fusion
    Score majority;
    std::map<int, std::vector<double>> contributions; ///< of late fusion, sums by class
    std::map<int, double> contributionCount;
};

void judgeInstant(const FusionModel& model, const FusionRows& rows, std::size_t i, Scores& scores)
{
    const std::string kind = nameOf(model.kind());
    const unsigned all = (1U << rows.modalities.size()) - 1;
    const int truth = rows.labels[i];
    const FusedDecision decision = model.decide(rows, i);
    scores.fused[kind].add(rows.groups[i], truth, decision.best);
    for (std::size_t m = 0; m < rows.modalities.size() && rows.modalities.size() > 1; ++m)
        scores.less[rows.modalities[m]][kind].add(rows.groups[i], truth, model.decide(rows, i, 1U << m).best);
    if (model.kind() != FusionKind::Late)
        return;
    for (std::size_t m = 0; m < rows.modalities.size(); ++m)
        scores.alone[rows.modalities[m]].add(rows.groups[i], truth, model.decide(rows, i, all & ~(1U << m)).best);
    auto& sums = scores.contributions[truth];
    sums.resize(rows.modalities.size(), 0);
    for (std::size_t m = 0; m < sums.size(); ++m)
        sums[m] += decision.contributions[m];
    scores.contributionCount[truth] += 1;
}

Json reportOf(const std::map<std::string, Score>& scores, std::uint64_t seed)
{
    Json out = Json::object();
    for (const auto& [name, score] : scores)
        out.set(name, score.report(seed));
    return out;
}

} // namespace

Result<Json> evaluateFusion(const FusionRows& rows, const std::vector<std::string>& classes,
                            const FusionEvaluationOptions& options, const std::function<bool(double)>& tell)
{
    const std::map<int, int> foldOf = foldOfScenes(rows, options.folds);
    Scores scores;
    double instants = 0;
    for (int fold = 0; fold < options.folds; ++fold) {
        const FusionRows training = without(rows, foldOf, fold);
        if (std::all_of(training.labels.begin(), training.labels.end(), [](int label) { return label < 0; }))
            return makeError(ErrorKind::BadInput, "there are too few scenes to train on some and test on others",
                             "fusion", "Record every kind of scene several times.");
        const int majority = majorityOf(training);
        for (const FusionKind kind : {FusionKind::Early, FusionKind::Late, FusionKind::Hierarchical}) {
            if (tell && !tell((fold + static_cast<int>(kind) / 3.0) / options.folds))
                return makeError(ErrorKind::Cancelled, "the evaluation was cancelled");
            BNOF_TRY_ASSIGN(const FusionModel model, FusionModel::fit(training, classes.size(), kind));
            for (std::size_t i = 0; i < rows.instants(); ++i) {
                if (rows.labels[i] < 0 || foldOf.at(rows.groups[i]) != fold)
                    continue;
                judgeInstant(model, rows, i, scores);
                if (kind != FusionKind::Early)
                    continue;
                scores.majority.add(rows.groups[i], rows.labels[i], majority);
                instants += 1;
            }
        }
    }
    Json out = Json::object();
    out.set("protocol", "held-out scenes").set("folds", options.folds);
    out.set("scenes", foldOf.size()).set("instants", instants).set("classes", Json::arrayOf(classes));
    out.set("majority", scores.majority.report(options.seed));
    out.set("alone", reportOf(scores.alone, options.seed)).set("fused", reportOf(scores.fused, options.seed));
    Json less = Json::object();
    for (const auto& [modality, kinds] : scores.less)
        less.set(modality, reportOf(kinds, options.seed));
    out.set("without", std::move(less));
    Json contributions = Json::object();
    for (const auto& [label, sums] : scores.contributions) {
        Json shares = Json::object();
        for (std::size_t m = 0; m < sums.size(); ++m)
            shares.set(rows.modalities[m], sums[m] / scores.contributionCount[label]);
        contributions.set(classes[static_cast<std::size_t>(label)], std::move(shares));
    }
    out.set("contributions", std::move(contributions));
    return out;
}

} // namespace bnof::olfaction
