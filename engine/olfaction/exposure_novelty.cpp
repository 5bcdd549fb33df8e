// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/exposure_novelty.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/base/time.h"
#include "engine/olfaction/discriminant.h"
#include "engine/olfaction/exposure_network.h"
#include "engine/olfaction/metrics.h"
#include "engine/olfaction/readout.h"
#include "engine/olfaction/training_network.h"
#include "engine/statistics/summary.h"

namespace bnof::olfaction {
namespace {

using Rows = std::vector<std::uint32_t>;

constexpr std::uint32_t novelPoints = 900;
constexpr std::size_t calibrationRows = 300;
constexpr std::size_t calibrationNovel = 100;
constexpr double familiarQuantile = 0.995; ///< of the training exposures lie within the familiar distance

/// One training without one gas, and the batch that is asked about.
struct Trial {
    std::size_t group = 0;
    int gas = 0;
    Rows past;
    Rows test;
};

struct Answered {
    std::vector<int> said; ///< one a test row
    std::vector<double> novelty;
};

struct Outcome {
    Answered spiking;
    Answered lda;
    double seconds = 0;
    double spikes = 0;
    double kenyonActivity = 0;
};

std::vector<Trial> trialsOf(const ExposureTable& table)
{
    std::vector<Trial> out;
    for (std::size_t g = 1; g < table.groups.size(); ++g) {
        for (int gas = 0; gas < static_cast<int>(table.labels.size()); ++gas) {
            Trial trial{g, gas, {}, {}};
            std::size_t unknown = 0;
            for (std::uint32_t i = 0; i < table.rows(); ++i) {
                const auto group = static_cast<std::size_t>(table.group[i]);
                if (group < g && table.label[i] != gas)
                    trial.past.push_back(i);
                if (group == g) {
                    trial.test.push_back(i);
                    unknown += table.label[i] == gas ? 1 : 0;
                }
            }
            if (unknown > 0 && unknown < trial.test.size())
                out.push_back(std::move(trial));
        }
    }
    return out;
}

LdaCalibration familiarOf(const Discriminant& d, const std::vector<DiscriminantPoint>& points)
{
    std::vector<double> distances;
    std::vector<double> residuals;
    for (const DiscriminantPoint& point : points) {
        distances.push_back(nearestDistance(d, point.u));
        residuals.push_back(point.residual);
    }
    LdaCalibration out;
    out.familiarDistance = std::max(1.0, statistics::quantile(distances, familiarQuantile));
    out.familiarResidual = std::max(0.5, statistics::quantile(residuals, familiarQuantile));
    return out;
}

std::vector<DiscriminantPoint> pointsOf(const Discriminant& d, std::span<const double> rows)
{
    std::vector<DiscriminantPoint> out(rows.size() / d.dimension);
    for (std::size_t i = 0; i < out.size(); ++i)
        project(d, rows.subspan(i * d.dimension, d.dimension), out[i]);
    return out;
}

/// What the counts of known exposures and of made-up unknown ones say about how to read them.
Result<ReadoutCalibration> calibrated(const SpikingPart& part, const Discriminant& teacher, const LabelledRows& past,
                                      const std::vector<DiscriminantPoint>& real, const LdaCalibration& familiar,
                                      const TrainingOptions& options)
{
    std::vector<DiscriminantPoint> points;
    std::vector<CalibrationWindow> windows;
    const std::size_t take = std::min(calibrationRows, real.size());
    for (std::size_t i = 0; i < take; ++i) {
        points.push_back(real[i * real.size() / take]);
        windows.push_back({{}, past.labels[i * real.size() / take]});
    }
    for (DiscriminantPoint& point : makeNovelPoints(teacher, real, familiar, calibrationNovel, options.seed + 1)) {
        points.push_back(std::move(point));
        windows.push_back({{}, -1});
    }
    BNOF_TRY_ASSIGN(const ShownPoints shown, showPoints(part, points, options));
    for (std::size_t i = 0; i < windows.size(); ++i)
        windows[i].blockCounts = shown.blockCounts[i];
    return calibrateReadout(windows);
}

Result<Outcome> runTrial(const ExposureTable& table, const EvaluationOptions& options, const Trial& trial)
{
    const std::size_t classes = table.labels.size();
    const FeatureScaling scaling = fitScaling(table, trial.past);
    LabelledRows past{table.dimension, scaledRows(table, trial.past, scaling), {}, {}};
    for (const std::uint32_t i : trial.past)
        past.labels.push_back(table.label[i]);
    const std::vector<double> asked = scaledRows(table, trial.test, scaling);
    TrainingOptions training = exposureTraining(options.training.seed);
    training.backEnd = options.training.backEnd == "auto" ? "vector" : options.training.backEnd;
    training.novelPoints = novelPoints;
    training.code.residualRamps = ReceptorCodeOptions{}.residualRamps;
    BNOF_TRY_ASSIGN(const Recalibration fitted,
                    recalibrate(past.features, past.labels, {}, {}, table.dimension, classes, {}));
    const Discriminant& teacher = fitted.discriminant;
    const std::vector<DiscriminantPoint> real = pointsOf(teacher, past.features);
    const LdaCalibration familiar = familiarOf(teacher, real);
    Outcome out;
    const std::int64_t begin = threadCpuNow();
    const TeachingPoints teaching = makeTeachingPoints(teacher, real, familiar, training);
    BNOF_TRY_ASSIGN(SpikingPart part,
                    trainNetwork(teacher, teaching, familiar.familiarResidual, training, [](double) { return true; }));
    BNOF_TRY_ASSIGN(part.calibration, calibrated(part, teacher, past, real, familiar, training));
    out.seconds = toSeconds(threadCpuNow() - begin);
    BNOF_TRY_ASSIGN(const ShownPoints shown, showPoints(part, pointsOf(teacher, asked), training));
    out.spikes = shown.spikesPerWindow;
    out.kenyonActivity = shown.kenyonActivity;
    for (const auto& counts : shown.blockCounts) {
        const CountDecision decision = decideFromCounts(counts, classes, part.calibration);
        const auto best = std::max_element(decision.probabilities.begin(), decision.probabilities.end());
        out.spiking.said.push_back(*best > 0 ? static_cast<int>(best - decision.probabilities.begin()) : -1);
        out.spiking.novelty.push_back(static_cast<double>(decision.novelty));
    }
    BNOF_TRY_ASSIGN(const Discriminant lda, fitDiscriminant(past.features, table.dimension, past.labels, classes));
    const LdaCalibration reach = familiarOf(lda, pointsOf(lda, past.features));
    std::vector<double> s;
    for (const DiscriminantPoint& point : pointsOf(lda, asked)) {
        scores(lda, point.u, s);
        out.lda.said.push_back(static_cast<int>(std::max_element(s.begin(), s.end()) - s.begin()));
        out.lda.novelty.push_back(
            std::max(nearestDistance(lda, point.u) / reach.familiarDistance, point.residual / reach.familiarResidual));
    }
    return out;
}

/// Runs the trials on all cores; the outcome does not depend on how many there are.
Result<std::vector<Outcome>> runAll(const ExposureTable& table, const EvaluationOptions& options,
                                    const std::vector<Trial>& trials, const TrainingProgress& progress)
{
    std::vector<Outcome> outcomes(trials.size());
    std::atomic<std::size_t> next{0};
    std::atomic<bool> stop{false};
    std::mutex mutex;
    std::optional<Error> failed;
    std::size_t done = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < trials.size() && !stop; i = next++) {
            auto outcome = runTrial(table, options, trials[i]);
            const std::scoped_lock lock(mutex);
            if (!outcome.ok())
                failed = failed ? failed : std::optional(outcome.error());
            else
                outcomes[i] = std::move(*outcome);
            ++done;
            if (!failed && progress &&
                !progress(static_cast<double>(done) / static_cast<double>(trials.size()),
                          "left " + table.labels[static_cast<std::size_t>(trials[i].gas)] + " out"))
                failed = makeError(ErrorKind::Cancelled, "the evaluation was cancelled");
            if (failed)
                stop = true;
        }
    };
    std::vector<std::thread> threads;
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 1; i < std::min(cores, trials.size()); ++i)
        threads.emplace_back(work);
    work();
    for (std::thread& thread : threads)
        thread.join();
    if (failed)
        return *failed;
    return outcomes;
}

/// The figures of one recogniser over all trials.
struct Figures {
    std::vector<double> aurocs; ///< one a trial
    std::map<std::string, std::vector<double>> byGas;
    std::map<std::string, std::vector<double>> byGroup;
    std::map<std::string, std::vector<Answer>> known;

    void add(const ExposureTable& table, const Trial& trial, const Answered& answered)
    {
        std::vector<double> unknown;
        std::vector<double> others;
        for (std::size_t i = 0; i < trial.test.size(); ++i) {
            const int truth = table.label[trial.test[i]];
            (truth == trial.gas ? unknown : others).push_back(answered.novelty[i]);
            if (truth != trial.gas)
                known[table.groups[trial.group]].push_back(
                    {truth, answered.said[i], static_cast<int>(trial.group), static_cast<int>(trial.test[i])});
        }
        aurocs.push_back(auroc(unknown, others));
        byGas[table.labels[static_cast<std::size_t>(trial.gas)]].push_back(aurocs.back());
        byGroup[table.groups[trial.group]].push_back(aurocs.back());
    }
    void write(Json& out, const ExposureTable& table, const EvaluationOptions& options) const
    {
        std::vector<Answer> all;
        std::vector<double> right;
        std::vector<int> groups;
        std::vector<double> shares;
        Json perGroup = Json::object();
        for (const auto& [group, answers] : known) {
            shares.push_back(accuracyOf(answers));
            perGroup.set(group, shares.back());
            for (const Answer& answer : answers) {
                all.push_back(answer);
                right.push_back(answer.said == answer.truth ? 1 : 0);
                groups.push_back(answer.block);
            }
        }
        out.set("accuracy", accuracyOf(all));
        out.set("accuracy_mean", statistics::mean(shares));
        out.set("balanced_accuracy", balancedAccuracyOf(all, table.labels.size()));
        out.set("macro_f1", macroF1Of(all, table.labels.size()));
        out.set("interval", intervalJson(groupInterval(right, groups, options.bootstrapRounds, options.training.seed)));
        out.set("per_group", std::move(perGroup));
        out.set("novelty_auroc", statistics::mean(aurocs));
        out.set("novelty_auroc_splits", Json::arrayOf(aurocs));
        for (const auto& [key, lists] :
             {std::pair{"novelty_per_gas", &byGas}, std::pair{"novelty_per_group", &byGroup}}) {
            Json json = Json::object();
            for (const auto& [name, values] : *lists)
                json.set(name, statistics::mean(values));
            out.set(key, std::move(json));
        }
    }
};

} // namespace

Result<Json> evaluateNovelty(const ExposureTable& table, const EvaluationOptions& options,
                             const TrainingProgress& progress)
{
    if (table.labels.size() < 3)
        return makeError(ErrorKind::BadInput, "leaving a gas out needs at least three gases", table.name,
                         "Record another gas, or use --protocol first-batch.");
    const std::vector<Trial> trials = trialsOf(table);
    if (trials.empty())
        return makeError(ErrorKind::BadInput, "no later batch holds two gases, so that none can be left out",
                         table.name, "Record several gases in every batch.");
    BNOF_TRY_ASSIGN(const std::vector<Outcome> outcomes, runAll(table, options, trials, progress));
    Figures spiking;
    Figures lda;
    std::vector<double> differences;
    std::vector<int> groups;
    double seconds = 0;
    double spikes = 0;
    double activity = 0;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        spiking.add(table, trials[i], outcomes[i].spiking);
        lda.add(table, trials[i], outcomes[i].lda);
        differences.push_back(spiking.aurocs.back() - lda.aurocs.back());
        groups.push_back(static_cast<int>(trials[i].group));
        seconds += outcomes[i].seconds;
        spikes += outcomes[i].spikes / static_cast<double>(trials.size());
        activity += outcomes[i].kenyonActivity / static_cast<double>(trials.size());
    }
    Json out = Json::object();
    out.set("protocol", nameOf(options.protocol));
    out.set("dataset", table.name);
    out.set("dataset_digest", table.digest);
    out.set("simulated", false);
    spiking.write(out, table, options);
    out.set("settled_accuracy", nullptr);
    out.set("rmse", Json::object());
    out.set("spikes_per_decision", spikes);
    out.set("kenyon_activity", activity);
    Json baseline = Json::object();
    lda.write(baseline, table, options);
    out.set("baselines", Json::object().set("lda", std::move(baseline)));
    const double difference = statistics::mean(differences);
    const auto interval = groupInterval(differences, groups, options.bootstrapRounds, options.training.seed);
    out.set("paired", Json::object().set("lda", Json::object()
                                                    .set("figure", "novelty_auroc")
                                                    .set("difference", difference)
                                                    .set("interval", intervalJson(interval))
                                                    .set("text", "AUROC of unknown gases: " +
                                                                     verdictText(difference, interval, "LDA"))));
    out.set("leak_test", Json::object()
                             .set("accuracy", nullptr)
                             .set("chance", nullptr)
                             .set("warning", "")
                             .set("reason", "extracted features hold nothing from before the exposure"));
    out.set("notes", Json::arrayOf(table.notes));
    std::size_t answers = 0;
    for (const auto& [group, list] : spiking.known)
        answers += list.size();
    out.set("answers", answers);
    out.set("training_seconds", seconds);
    return out;
}

} // namespace bnof::olfaction
