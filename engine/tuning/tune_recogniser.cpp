// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tuning/tune_recogniser.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "engine/tuning/choice.h"

namespace bnof::tuning {
namespace {

/// Smaller by less than this does not count as smaller.
constexpr double noticeablySmaller = 0.9;

class CrossValidation final : public Objective {
public:
    CrossValidation(const RecogniserProblem& problem, const TuneOptions& options, const SearchSpace& space,
                    const TuneSplit& split)
        : m_problem(problem), m_options(options), m_space(space), m_split(split),
          m_present(presentSettings(problem.isExposures(), options.seed))
    {
        m_present.kind = options.presentKind;
    }

    [[nodiscard]] std::size_t steps() const override { return m_split.folds; }

    Result<double> run(const Point& point, std::size_t step, Json& detail) override
    {
        std::vector<int> train;
        std::vector<int> test;
        for (std::size_t i = 0; i < m_split.search.size(); ++i)
            (i % m_split.folds == step ? test : train).push_back(m_split.search[i]);
        BNOF_TRY_ASSIGN(const TrainedAndTested result,
                        m_problem.run(settingsAt(m_space, point, m_present), train, test, m_options.goOn));
        if (result.answers.empty())
            return makeError(ErrorKind::BadInput, "a fold has no exposures to test on", "cross-validation");
        const auto count = static_cast<double>(step);
        const auto average = [&](const char* key, double value) {
            detail.set(key, (detail[key].toDouble() * count + value) / (count + 1));
        };
        average("bytes", result.modelBytes);
        average("seconds_per_decision", result.secondsPerDecision);
        average("spikes_per_decision", result.spikesPerDecision);
        const auto wrong = std::count_if(result.answers.begin(), result.answers.end(),
                                         [](const HeldOutAnswer& a) { return a.said != a.truth; });
        return static_cast<double>(wrong) / static_cast<double>(result.answers.size());
    }

    [[nodiscard]] const RecogniserSettings& present() const { return m_present; }

private:
    const RecogniserProblem& m_problem;
    const TuneOptions& m_options;
    const SearchSpace& m_space;
    const TuneSplit& m_split;
    RecogniserSettings m_present;
};

Json namesOf(const RecogniserProblem& problem, const std::vector<int>& groups)
{
    Json out = Json::array();
    for (const int group : groups)
        out.push(problem.groups()[static_cast<std::size_t>(group)]);
    return out;
}

Json subjectOf(const RecogniserProblem& problem, const TuneOptions& options, const TuneSplit& split)
{
    Json out = Json::object();
    out.set("data", problem.describe()).set("seed", options.seed).set("folds", split.folds);
    out.set("present_kind", options.presentKind);
    out.set("search_groups", namesOf(problem, split.search)).set("held_out_groups", namesOf(problem, split.heldOut));
    return out;
}

std::vector<double> bytesOf(const std::vector<Trial>& trials)
{
    std::vector<double> out;
    for (const Trial& trial : trials)
        out.push_back(trial.detail["bytes"].toDouble(std::numeric_limits<double>::infinity()));
    return out;
}

std::vector<std::size_t> frontOf(const std::vector<Trial>& trials)
{
    std::vector<std::vector<double>> rows;
    for (const Trial& trial : trials) {
        const double loss =
            trial.state == TrialState::Complete ? trial.loss() : std::numeric_limits<double>::quiet_NaN();
        rows.push_back({loss, trial.detail["seconds_per_decision"].toDouble(), trial.detail["bytes"].toDouble()});
    }
    return paretoFront(rows);
}

/// Both trained on the groups of the search, both asked about the held-out exposures.
Result<void> compare(const RecogniserProblem& problem, const TuneOptions& options, const TuneSplit& split,
                     const RecogniserSettings& present, const RecogniserSettings& chosen, TuneResult& out)
{
    BNOF_TRY_ASSIGN(const TrainedAndTested a, problem.run(present, split.search, split.heldOut, options.goOn));
    BNOF_TRY_ASSIGN(TrainedAndTested b, problem.run(chosen, split.search, split.heldOut, options.goOn));
    std::map<std::uint32_t, const HeldOutAnswer*> ofB;
    for (const HeldOutAnswer& answer : b.answers)
        ofB[answer.unit] = &answer;
    std::vector<experiments::PairedUnit> units;
    for (const HeldOutAnswer& answer : a.answers) {
        const auto other = ofB.find(answer.unit);
        units.push_back({answer.group, answer.said == answer.truth,
                         other != ofB.end() && other->second->said == other->second->truth});
    }
    BNOF_TRY_ASSIGN(out.comparison, experiments::comparePaired(units, options.comparison));
    using experiments::Finding;
    const bool smaller = b.modelBytes < noticeablySmaller * a.modelBytes;
    const Finding finding = out.comparison.verdict.finding;
    out.mayBePromoted = finding == Finding::BBetter || (finding == Finding::Equivalent && smaller);
    out.verdict =
        experiments::inWords(out.comparison.verdict, "the present model", "the tuned model", options.comparison.margin);
    if (out.mayBePromoted)
        out.verdict +=
            finding == Finding::BBetter ? " It may take its place." : " It is smaller and may take its place.";
    else
        out.verdict += " The present model stays.";
    out.report.set("present", Json::object()
                                  .set("bytes", a.modelBytes)
                                  .set("seconds_per_decision", a.secondsPerDecision)
                                  .set("accuracy", out.comparison.accuracyA));
    out.report.set("tuned", Json::object()
                                .set("bytes", b.modelBytes)
                                .set("seconds_per_decision", b.secondsPerDecision)
                                .set("accuracy", out.comparison.accuracyB));
    out.model = std::move(b.model);
    return {};
}

Json countsOf(const std::vector<Trial>& trials)
{
    Json out = Json::object();
    for (const TrialState state : {TrialState::Complete, TrialState::Pruned, TrialState::Failed})
        out.set(nameOf(state),
                static_cast<long long>(std::count_if(trials.begin(), trials.end(),
                                                     [&](const Trial& trial) { return trial.state == state; })));
    return out;
}

void describeSearch(const RecogniserProblem& problem, const SearchSpace& space, const TuneSplit& split, TuneResult& out)
{
    Json front = Json::array();
    for (const std::size_t i : out.front)
        front.push(trialJson(space, out.trials[i]));
    out.report.set("trials", countsOf(out.trials));
    out.report.set("best", trialJson(space, out.trials[ranked(out.trials).front()]));
    out.report.set("chosen", trialJson(space, out.trials[out.chosen]));
    out.report.set("pareto_front", std::move(front));
    out.report.set("search_groups", namesOf(problem, split.search));
    out.report.set("held_out_groups", namesOf(problem, split.heldOut));
    out.report.set("notes", Json::arrayOf(problem.notes()));
}

Error noneComplete(const std::vector<Trial>& trials)
{
    const auto failed = std::find_if(trials.begin(), trials.end(),
                                     [](const Trial& trial) { return trial.state == TrialState::Failed; });
    return makeError(ErrorKind::BadInput, "no trial could be completed", "search",
                     failed != trials.end() ? "The first that failed said: " + failed->reason
                                            : std::string("Allow more trials."));
}

} // namespace

TuneSplit splitFor(const RecogniserProblem& problem, const TuneOptions& options)
{
    const std::size_t count = problem.groups().size();
    const auto wanted = static_cast<std::size_t>(std::lround(options.heldOutShare * static_cast<double>(count)));
    const std::size_t held = std::clamp<std::size_t>(wanted, 1, count - 2);
    TuneSplit out;
    for (std::size_t g = 0; g < count; ++g)
        (g + held < count ? out.search : out.heldOut).push_back(static_cast<int>(g));
    out.folds = std::clamp<std::size_t>(options.folds, 2, out.search.size());
    return out;
}

Json trialJson(const SearchSpace& space, const Trial& trial)
{
    Json out = Json::object();
    out.set("number", trial.number).set("state", nameOf(trial.state)).set("parameters", toJson(space, trial.point));
    out.set("error", trial.losses.empty() ? Json() : Json(trial.loss()));
    out.set("standard_error", trial.standardError()).set("folds", trial.losses.size());
    out.set("seconds_per_decision", trial.detail["seconds_per_decision"]);
    out.set("spikes_per_decision", trial.detail["spikes_per_decision"]);
    out.set("bytes", trial.detail["bytes"]);
    if (!trial.reason.empty())
        out.set("reason", trial.reason);
    return out;
}

Result<TuneResult> tuneRecogniser(const RecogniserProblem& problem, const TuneOptions& options)
{
    StudyPlan plan;
    plan.space = options.space.size() > 0 ? options.space : usualSpace(problem.isExposures());
    BNOF_TRY(checkSpace(plan.space, problem.isExposures()));
    const std::vector<std::string>& kinds = tunables().front().range.choices;
    if (std::find(kinds.begin(), kinds.end(), options.presentKind) == kinds.end())
        return makeError(ErrorKind::Usage, "\"" + options.presentKind + "\" is not a kind of model", "kind",
                         "Choose spiking, lda, template, svm, forest, knn or cnn.");
    plan.sampler = options.sampler;
    plan.pruner = options.pruner;
    const TuneSplit split = splitFor(problem, options);
    plan.subject = subjectOf(problem, options, split);
    std::unique_ptr<Journal> journal = Journal::inMemory();
    if (!options.journal.empty()) {
        BNOF_TRY_ASSIGN(journal, Journal::open(options.journal, toJson(plan)));
    }
    CrossValidation objective(problem, options, plan.space, split);
    TuneResult out;
    BNOF_TRY_ASSIGN(out.trials,
                    runStudy(plan, objective, *journal, {options.trials, options.workers, options.progress}));
    const auto chosen = simplestAmongEquals(out.trials, bytesOf(out.trials));
    if (!chosen)
        return noneComplete(out.trials);
    out.chosen = *chosen;
    out.front = frontOf(out.trials);
    out.report = Json::object();
    describeSearch(problem, plan.space, split, out);
    BNOF_TRY(compare(problem, options, split, objective.present(),
                     settingsAt(plan.space, out.trials[out.chosen].point, objective.present()), out));
    out.report.set("comparison", experiments::toJson(out.comparison));
    out.report.set("may_be_promoted", out.mayBePromoted).set("verdict", out.verdict);
    BNOF_TRY(journal->noteResult(out.report));
    return out;
}

} // namespace bnof::tuning
