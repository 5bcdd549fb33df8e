// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/exposure_evaluation.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/base/philox.h"
#include "engine/base/time.h"
#include "engine/olfaction/exposure_health.h"
#include "engine/olfaction/exposure_network.h"
#include "engine/olfaction/exposure_novelty.h"
#include "engine/olfaction/exposure_trials.h"
#include "engine/olfaction/metrics.h"
#include "engine/statistics/t_tests.h"

namespace bnof::olfaction {
namespace {

constexpr std::uint32_t drawStream = 0xD4A3;
/// Prior weight of the training statistics in the running ones, in exposures.
constexpr double runningPrior = 20;

using Rows = std::vector<std::uint32_t>;

/// One training and what is asked of it.
struct Trial {
    std::size_t group = 0; ///< that is tested
    std::size_t draw = 0;
    Rows past;
    Rows fresh; ///< labelled exposures of the tested group
    Rows test;
};

/// One recogniser's answers in one trial: a class a row of Trial::test.
using Said = std::vector<int>;

struct Outcome {
    Said spiking;
    Said adapted;
    Said lda;
    Said templates;
    int majority = 0;
    std::vector<Said> others; ///< one an entry of EvaluationOptions::baselines
    double spikes = 0;
    double kenyonActivity = 0;
    double trainingSeconds = 0;
};

Rows rowsOfGroups(const ExposureTable& table, std::size_t from, std::size_t to)
{
    Rows out;
    for (std::size_t i = 0; i < table.rows(); ++i) {
        const auto group = static_cast<std::size_t>(table.group[i]);
        if (group >= from && group < to)
            out.push_back(static_cast<std::uint32_t>(i));
    }
    return out;
}

/// Takes `shots` exposures of every class out of the test rows, at random; at least one of each stays.
void drawShots(const ExposureTable& table, std::size_t shots, std::uint64_t seed, Trial& trial)
{
    PhiloxSequence random(seed, drawStream + static_cast<std::uint32_t>(trial.draw * 1000 + trial.group));
    Rows rest;
    for (std::size_t c = 0; c < table.labels.size(); ++c) {
        Rows own;
        for (const std::uint32_t i : trial.test) {
            if (table.label[i] == static_cast<int>(c))
                own.push_back(i);
        }
        for (std::size_t i = own.size(); i > 1; --i)
            std::swap(own[i - 1], own[random.below(static_cast<std::uint32_t>(i))]);
        const std::size_t take = own.empty() ? 0 : std::min(shots, own.size() - 1);
        trial.fresh.insert(trial.fresh.end(), own.begin(), own.begin() + static_cast<std::ptrdiff_t>(take));
        rest.insert(rest.end(), own.begin() + static_cast<std::ptrdiff_t>(take), own.end());
    }
    std::sort(rest.begin(), rest.end());
    trial.test = std::move(rest);
}

/// How often every batch is tested: with other labelled exposures and another seed each time.
std::size_t drawsOf(const EvaluationOptions& options)
{
    constexpr std::size_t usualSeeds = 5;
    return options.protocol == Protocol::FewShot ? options.draws : options.seeds == 0 ? usualSeeds : options.seeds;
}

std::vector<Trial> trialsOf(const ExposureTable& table, const EvaluationOptions& options)
{
    std::vector<Trial> out;
    const std::size_t draws = drawsOf(options);
    for (std::size_t draw = 0; draw < draws; ++draw) {
        for (std::size_t g = 1; g < table.groups.size(); ++g) {
            Trial trial;
            trial.group = g;
            trial.draw = draw;
            trial.past = rowsOfGroups(table, 0, options.protocol == Protocol::PreviousBatches ? g : 1);
            trial.test = rowsOfGroups(table, g, g + 1);
            if (options.protocol == Protocol::FewShot)
                drawShots(table, options.shots, options.training.seed, trial);
            out.push_back(std::move(trial));
        }
    }
    return out;
}

LabelledRows featuresOf(const ExposureTable& table, const Rows& which, const FeatureScaling& scaling)
{
    LabelledRows out{table.dimension, scaledRows(table, which, scaling), {}, {}};
    for (const std::uint32_t i : which)
        out.labels.push_back(table.label[i]);
    return out;
}

/// Each row is re-centred and re-scaled by the running mean and deviation of the rows up to and with it, which begin
/// as those of the training.
std::vector<double> runningScaled(const std::vector<double>& rows, std::size_t dimension)
{
    std::vector<double> out(rows.size());
    std::vector<double> sum(dimension, 0);
    std::vector<double> squares(dimension, runningPrior);
    double count = runningPrior;
    for (std::size_t at = 0; at < rows.size(); at += dimension) {
        count += 1;
        for (std::size_t f = 0; f < dimension; ++f) {
            const double v = rows[at + f];
            sum[f] += v;
            squares[f] += v * v;
            const double mean = sum[f] / count;
            const double variance = std::max(squares[f] / count - mean * mean, 0.01);
            out[at + f] = (v - mean) / std::sqrt(variance);
        }
    }
    return out;
}

Result<Said> saidBySpikes(const ExposureNetwork& network, std::span<const double> rows, Outcome* outcome)
{
    BNOF_TRY_ASSIGN(const ExposureAnswers answers, answersOf(network, rows));
    Said said;
    for (const CountDecision& decision : answers.decisions)
        said.push_back(decision.gas);
    if (outcome) {
        outcome->spikes = answers.spikesPerDecision;
        outcome->kenyonActivity = answers.kenyonActivity;
    }
    return said;
}

Said saidByDiscriminant(const Discriminant& d, std::span<const double> rows)
{
    Said said;
    DiscriminantPoint point;
    std::vector<double> s;
    for (std::size_t at = 0; at < rows.size(); at += d.dimension) {
        project(d, rows.subspan(at, d.dimension), point);
        scores(d, point.u, s);
        said.push_back(static_cast<int>(std::max_element(s.begin(), s.end()) - s.begin()));
    }
    return said;
}

/// How often a labelled exposure of the new day is repeated beside the old ones, so that it weighs enough.
std::size_t repeats(std::size_t shots)
{
    return shots <= 1 ? 20 : 10;
}

/// The named competitor: scikit-learn's shrinkage LDA on signed logarithms, the new exposures repeated.
Result<Discriminant> fitLda(const ExposureTable& table, const Trial& trial, FeatureScaling& scaling, std::size_t shots)
{
    Rows rows = trial.past;
    for (std::size_t k = 0; k < repeats(shots); ++k)
        rows.insert(rows.end(), trial.fresh.begin(), trial.fresh.end());
    scaling = fitScaling(table, rows, 0);
    const LabelledRows train = featuresOf(table, rows, scaling);
    return fitDiscriminant(train.features, table.dimension, train.labels, table.labels.size(), {.perClass = true});
}

/// Nearest class mean by Euclid; a gas that was shown again has its new mean.
Said saidByTemplates(const LabelledRows& past, const LabelledRows& fresh, std::span<const double> rows,
                     std::size_t dimension, std::size_t classes)
{
    std::vector<double> means(classes * dimension, 0);
    std::vector<double> counts(classes, 0);
    std::vector<std::uint8_t> shown(classes, 0);
    for (const int label : fresh.labels)
        shown[static_cast<std::size_t>(label)] = 1;
    for (const LabelledRows* part : {&past, &fresh}) {
        for (std::size_t i = 0; i < part->labels.size(); ++i) {
            const auto c = static_cast<std::size_t>(part->labels[i]);
            if (part == &past && shown[c])
                continue;
            counts[c] += 1;
            for (std::size_t f = 0; f < dimension; ++f)
                means[c * dimension + f] += part->features[i * dimension + f];
        }
    }
    Said said;
    for (std::size_t at = 0; at < rows.size(); at += dimension) {
        double best = 1e300;
        int gas = -1;
        for (std::size_t c = 0; c < classes; ++c) {
            double squared = 0;
            for (std::size_t f = 0; f < dimension && counts[c] > 0; ++f) {
                const double step = rows[at + f] - means[c * dimension + f] / counts[c];
                squared += step * step;
            }
            if (counts[c] > 0 && squared < best) {
                best = squared;
                gas = static_cast<int>(c);
            }
        }
        said.push_back(gas);
    }
    return said;
}

int mostFrequent(const ExposureTable& table, const Rows& rows)
{
    std::vector<int> counts(table.labels.size(), 0);
    for (const std::uint32_t i : rows)
        ++counts[static_cast<std::size_t>(table.label[i])];
    return static_cast<int>(std::max_element(counts.begin(), counts.end()) - counts.begin());
}

/// The new exposures are repeated as for LDA.
Result<Said> saidByClassifier(const std::string& kind, const LabelledRows& past, const LabelledRows& fresh,
                              std::span<const double> rows, std::size_t classes, const EvaluationOptions& options)
{
    LabelledRows train = past;
    for (std::size_t k = 0; k < repeats(options.shots) && !fresh.labels.empty(); ++k) {
        train.features.insert(train.features.end(), fresh.features.begin(), fresh.features.end());
        train.labels.insert(train.labels.end(), fresh.labels.begin(), fresh.labels.end());
    }
    BNOF_TRY_ASSIGN(const auto classifier,
                    fitClassifier(kind, train, classes, {.seed = options.training.seed, .groups = {}, .blocks = 0}));
    Said said;
    std::vector<double> p;
    for (std::size_t at = 0; at < rows.size(); at += train.dimension) {
        classifier->posterior(rows.subspan(at, train.dimension), p);
        said.push_back(static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin()));
    }
    return said;
}

Result<Outcome> runTrial(const ExposureTable& table, const EvaluationOptions& options, const Trial& trial)
{
    Outcome out;
    const std::size_t classes = table.labels.size();
    const FeatureScaling scaling = fitScaling(table, trial.past);
    const LabelledRows past = featuresOf(table, trial.past, scaling);
    const LabelledRows fresh = featuresOf(table, trial.fresh, scaling);
    const std::vector<double> rows = scaledRows(table, trial.test, scaling);
    const RecalibrationOptions recalibration = options.protocol == Protocol::FewShot && options.shots > 1
                                                   ? RecalibrationOptions{0.3, 0.03, 0.6}
                                                   : RecalibrationOptions{};
    TrainingOptions training = exposureTraining(options.training.seed + trial.draw);
    training.code.encoder = options.training.code.encoder;
    training.learning = options.training.learning;
    training.backEnd = options.training.backEnd == "auto" ? "vector" : options.training.backEnd;
    const std::int64_t begin = threadCpuNow();
    BNOF_TRY_ASSIGN(const ExposureNetwork network, trainOnExposures(past, fresh, classes, recalibration, training));
    out.trainingSeconds = toSeconds(threadCpuNow() - begin);
    BNOF_TRY_ASSIGN(out.spiking, saidBySpikes(network, rows, &out));
    if (options.protocol != Protocol::FewShot) {
        BNOF_TRY_ASSIGN(out.adapted, saidBySpikes(network, runningScaled(rows, table.dimension), nullptr));
    }
    FeatureScaling ldaScaling;
    BNOF_TRY_ASSIGN(const Discriminant lda, fitLda(table, trial, ldaScaling, options.shots));
    out.lda = saidByDiscriminant(lda, scaledRows(table, trial.test, ldaScaling));
    out.templates = saidByTemplates(past, fresh, rows, table.dimension, classes);
    out.majority = mostFrequent(table, trial.past);
    if (trial.draw == 0 || options.protocol == Protocol::FewShot) { // else the same rows were learnt before
        for (const std::string& kind : options.baselines) {
            BNOF_TRY_ASSIGN(Said said, saidByClassifier(kind, past, fresh, rows, classes, options));
            out.others.push_back(std::move(said));
        }
    }
    return out;
}

/// Answers of one recogniser over all trials, and the figures that come of them.
class Figures {
public:
    Figures(const ExposureTable& table, const std::vector<Trial>& trials, std::size_t draws)
        : m_table(table), m_trials(trials), m_draws(draws), m_perDraw(draws), m_perGroup(table.groups.size())
    {}

    void add(std::size_t trial, const std::function<int(std::size_t)>& said)
    {
        const Trial& t = m_trials[trial];
        std::vector<Answer> answers;
        for (std::size_t i = 0; i < t.test.size(); ++i)
            answers.push_back(
                {m_table.label[t.test[i]], said(i), static_cast<int>(t.group), static_cast<int>(t.test[i])});
        const double accuracy = accuracyOf(answers);
        m_perGroup[t.group].push_back(accuracy);
        m_perDraw[t.draw].push_back(accuracy);
        m_balanced.push_back(balancedAccuracyOf(answers, m_table.labels.size()));
        m_f1.push_back(macroF1Of(answers, m_table.labels.size()));
        m_all.insert(m_all.end(), answers.begin(), answers.end());
    }
    [[nodiscard]] bool empty() const { return m_all.empty(); }
    [[nodiscard]] const std::vector<Answer>& answers() const { return m_all; }
    /// Mean accuracy over the groups, one figure a draw.
    [[nodiscard]] std::vector<double> draws() const
    {
        std::vector<double> out;
        for (const auto& groups : m_perDraw)
            out.push_back(mean(groups));
        return out;
    }
    void write(Json& out, const EvaluationOptions& options) const
    {
        Json groups = Json::object();
        for (std::size_t g = 1; g < m_perGroup.size(); ++g)
            groups.set(m_table.groups[g], mean(m_perGroup[g]));
        std::vector<double> right;
        std::vector<int> blocks;
        for (const Answer& answer : m_all) {
            right.push_back(answer.truth == answer.said ? 1 : 0);
            blocks.push_back(answer.block);
        }
        out.set("accuracy", accuracyOf(m_all));
        out.set("accuracy_mean", mean(draws()));
        out.set("balanced_accuracy", mean(m_balanced));
        out.set("macro_f1", mean(m_f1));
        out.set("interval", intervalJson(groupInterval(right, blocks, options.bootstrapRounds, options.training.seed)));
        out.set("per_group", std::move(groups));
        if (m_draws < 2)
            return;
        const std::vector<double> each = draws();
        const auto [low, high] = std::minmax_element(each.begin(), each.end());
        const std::string what = options.protocol == Protocol::FewShot ? "draw" : "seed";
        out.set("per_" + what, Json::arrayOf(each));
        out.set(what + "_range", Json::arrayOf(std::vector<double>{*low, *high}));
    }
    [[nodiscard]] static double mean(const std::vector<double>& values)
    {
        double sum = 0;
        for (const double v : values)
            sum += v;
        return values.empty() ? 0 : sum / static_cast<double>(values.size());
    }

private:
    const ExposureTable& m_table;
    const std::vector<Trial>& m_trials;
    std::size_t m_draws;
    std::vector<std::vector<double>> m_perDraw;
    std::vector<std::vector<double>> m_perGroup;
    std::vector<double> m_balanced;
    std::vector<double> m_f1;
    std::vector<Answer> m_all;
};

/// comparisonJson() over all answers; in FewShot the interval is that over the draws of labelled exposures, on each of
/// which both were asked, and interval_groups is that over whole groups.
Json paired(const Figures& ours, const Figures& theirs, const std::string& name, const EvaluationOptions& options)
{
    AnswerPairs pairs;
    for (std::size_t i = 0; i < ours.answers().size(); ++i) {
        const Answer& own = ours.answers()[i];
        const Answer& other = theirs.answers()[i % theirs.answers().size()]; // of one seed, if it has no others
        pairs.ours.push_back(own.said == own.truth ? 1 : 0);
        pairs.theirs.push_back(other.said == other.truth ? 1 : 0);
        pairs.groups.push_back(own.block);
        pairs.units.push_back(own.unit);
    }
    Json out = comparisonJson(pairs, name, options.bootstrapRounds, options.training.seed);
    const std::vector<double> a = ours.draws();
    const std::vector<double> b = theirs.draws();
    const double difference = Figures::mean(a) - Figures::mean(b);
    out.set("difference_mean", difference); // of the groups' accuracies, each group weighing the same
    if (options.protocol != Protocol::FewShot || a.size() < 2)
        return out;
    out.set("interval_groups", out["interval"]);
    out.set("difference", difference);
    const auto test = statistics::pairedT(a, b);
    if (!test.ok()) // the same figures in every draw
        return out.set("interval", nullptr).set("reason", test.error().what);
    const Interval interval = test->interval;
    return out.set("interval", intervalJson(interval)).set("text", verdictText(difference, interval, name));
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
            if (!outcome.ok()) {
                failed = failed ? failed : std::optional(outcome.error());
                stop = true;
                return;
            }
            outcomes[i] = std::move(*outcome);
            ++done;
            if (progress && !progress(static_cast<double>(done) / static_cast<double>(trials.size()),
                                      "tested " + table.groups[trials[i].group])) {
                failed = makeError(ErrorKind::Cancelled, "the evaluation was cancelled");
                stop = true;
            }
        }
    };
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()), trials.size());
         ++i)
        threads.emplace_back(work);
    work();
    for (std::thread& thread : threads)
        thread.join();
    if (failed)
        return *failed;
    return outcomes;
}

Result<void> check(const ExposureTable& table, const EvaluationOptions& options)
{
    BNOF_TRY(refuseUnfit(table));
    if (options.shots < 1 || drawsOf(options) < 1 || drawsOf(options) > 1000)
        return makeError(ErrorKind::Usage, "there must be at least one shot and between 1 and 1000 draws or seeds",
                         "evaluation options");
    return {};
}

/// Exposures beyond which the baseline that is trained hundreds of times learns no more of.
constexpr std::size_t mostRepeatedRows = 600;

/// The first draw's trials as the baseline's; the exposures of the past thinned evenly where there are very many.
ExposureTrials repeatedTrials(const ExposureTable& table, const std::vector<Trial>& trials,
                              const EvaluationOptions& options)
{
    ExposureTrials out{table.dimension, table.labels, {}, table.label, table.group};
    for (const Trial& t : trials) {
        if (t.draw != 0)
            continue;
        ExposureTrial trial;
        const std::size_t take = std::min(t.past.size(), mostRepeatedRows);
        for (std::size_t i = 0; i < take; ++i)
            trial.units.push_back(t.past[i * t.past.size() / take]);
        for (std::size_t k = 0; k < repeats(options.shots); ++k)
            trial.units.insert(trial.units.end(), t.fresh.begin(), t.fresh.end());
        const FeatureScaling scaling = fitScaling(table, trial.units);
        trial.train.features = scaledRows(table, trial.units, scaling);
        trial.test.features = scaledRows(table, t.test, scaling);
        for (const std::uint32_t i : t.test)
            trial.test.labels.push_back(table.label[i]);
        out.trials.push_back(std::move(trial));
    }
    return out;
}

/// Every exposure once, with all answers to it.
std::vector<AnsweredExposure> answeredExposures(const ExposureTable& table, const Figures& figures)
{
    std::map<int, AnsweredExposure> units;
    for (const Answer& answer : figures.answers()) {
        AnsweredExposure& unit = units[answer.unit];
        unit.truth = answer.truth;
        unit.group = answer.block;
        unit.said.resize(table.labels.size(), 0);
        unit.asked += 1;
        if (answer.said >= 0)
            unit.said[static_cast<std::size_t>(answer.said)] += 1;
    }
    std::vector<AnsweredExposure> out;
    for (auto& [row, unit] : units)
        out.push_back(std::move(unit));
    return out;
}

/// Gases that are asked about in a batch without having been trained: nothing can be right about them.
std::vector<std::string> untrainedNotes(const ExposureTable& table, const std::vector<Trial>& trials)
{
    std::vector<std::string> notes;
    for (const Trial& t : trials) {
        if (t.draw != 0)
            continue;
        std::vector<std::size_t> taught(table.labels.size(), 0);
        std::vector<std::size_t> asked(table.labels.size(), 0);
        for (const Rows* rows : {&t.past, &t.fresh}) {
            for (const std::uint32_t i : *rows)
                ++taught[static_cast<std::size_t>(table.label[i])];
        }
        for (const std::uint32_t i : t.test)
            ++asked[static_cast<std::size_t>(table.label[i])];
        for (std::size_t c = 0; c < taught.size(); ++c) {
            if (asked[c] > 0 && taught[c] == 0)
                notes.push_back(table.groups[t.group] + " asks about " + std::to_string(asked[c]) + " exposures to " +
                                table.labels[c] + ", which was not trained: they count as wrong");
        }
    }
    return notes;
}

} // namespace

Result<Json> evaluateExposures(const ExposureTable& table, const EvaluationOptions& options,
                               const TrainingProgress& progress)
{
    if (options.protocol == Protocol::LeaveGasOut) {
        BNOF_TRY(check(table, options));
        return evaluateNovelty(table, options, progress);
    }
    if (options.protocol != Protocol::FirstBatch && options.protocol != Protocol::PreviousBatches &&
        options.protocol != Protocol::FewShot)
        return makeError(ErrorKind::BadInput,
                         "protocol " + nameOf(options.protocol) + " needs recordings; these are extracted features",
                         table.name, "Use --protocol first-batch, previous-batches, few-shot or leave-gas-out.");
    BNOF_TRY(check(table, options));
    const std::vector<Trial> trials = trialsOf(table, options);
    BNOF_TRY_ASSIGN(const std::vector<Outcome> outcomes, runAll(table, options, trials, progress));
    const std::size_t draws = drawsOf(options);
    Figures spiking(table, trials, draws);
    Figures adapted(table, trials, draws);
    Figures lda(table, trials, draws);
    Figures templates(table, trials, draws);
    Figures majority(table, trials, draws);
    std::vector<Figures> others(options.baselines.size(),
                                Figures(table, trials, options.protocol == Protocol::FewShot ? draws : 1));
    double spikes = 0;
    double activity = 0;
    double seconds = 0;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        const Outcome& o = outcomes[i];
        spiking.add(i, [&o](std::size_t k) { return o.spiking[k]; });
        if (!o.adapted.empty())
            adapted.add(i, [&o](std::size_t k) { return o.adapted[k]; });
        lda.add(i, [&o](std::size_t k) { return o.lda[k]; });
        templates.add(i, [&o](std::size_t k) { return o.templates[k]; });
        majority.add(i, [&o](std::size_t) { return o.majority; });
        for (std::size_t b = 0; b < o.others.size(); ++b)
            others[b].add(i, [&o, b](std::size_t k) { return o.others[b][k]; });
        spikes += o.spikes / static_cast<double>(trials.size());
        activity += o.kenyonActivity / static_cast<double>(trials.size());
        seconds += o.trainingSeconds;
    }
    Json out = Json::object();
    out.set("protocol", nameOf(options.protocol));
    out.set("dataset", table.name);
    out.set("dataset_digest", table.digest);
    out.set("simulated", false);
    if (options.protocol == Protocol::FewShot)
        out.set("shots", options.shots).set("draws", options.draws);
    spiking.write(out, options);
    out.set("settled_accuracy", nullptr);
    out.set("rmse", Json::object());
    out.set("novelty_auroc", nullptr);
    out.set("novelty_reason", "every exposure is answered here; --protocol leave-gas-out measures novelty");
    out.set("spikes_per_decision", spikes);
    out.set("kenyon_activity", activity);
    Json baselines = Json::object();
    const auto baseline = [&](const char* name, const Figures& figures) {
        Json json = Json::object();
        figures.write(json, options);
        baselines.set(name, std::move(json));
    };
    baseline("lda", lda);
    baseline("nearest_template", templates);
    baseline("majority", majority);
    for (std::size_t b = 0; b < others.size(); ++b)
        baseline(options.baselines[b].c_str(), others[b]);
    out.set("baselines", std::move(baselines));
    Json compared = Json::object();
    compared.set("lda", paired(spiking, lda, "LDA", options));
    compared.set("nearest_template", paired(spiking, templates, "the nearest template", options));
    for (std::size_t b = 0; b < others.size(); ++b)
        compared.set(options.baselines[b], paired(spiking, others[b], options.baselines[b], options));
    out.set("paired", std::move(compared));
    const ExposureTrials repeated = repeatedTrials(table, trials, options);
    out.set(
        "label_permutation",
        Json::object()
            .set("spiking", permutationOfAnswers(answeredExposures(table, spiking), table.labels.size(),
                                                 "the spiking model", options.training.seed, options.permutationRounds))
            .set("lda", permutationByTraining(repeated, options.training.seed, options.permutationRounds)));
    out.set("learning_curve",
            options.protocol == Protocol::FewShot
                ? Json::object().set("text", nullptr).set("reason", "compare --shots 1, 2, 5 ... instead")
                : learningCurve(repeated, options.targetAccuracy, options.training.seed));
    if (!adapted.empty()) {
        Json json = Json::object();
        json.set("what", "features re-centred and re-scaled by the running mean and deviation of the batch so far, in "
                         "the order of the file: no labels and nothing of the future is used");
        adapted.write(json, options);
        json.set("paired", Json::object().set("lda", paired(adapted, lda, "LDA", options)));
        out.set("adapted", std::move(json));
    }
    out.set("leak_test", Json::object()
                             .set("accuracy", nullptr)
                             .set("chance", nullptr)
                             .set("warning", "")
                             .set("reason", "extracted features hold nothing from before the exposure"));
    std::vector<std::string> notes = table.notes;
    for (std::string& note : untrainedNotes(table, trials))
        notes.push_back(std::move(note));
    out.set("notes", Json::arrayOf(notes));
    out.set("answers", spiking.answers().size());
    out.set("training_seconds", seconds);
    return out;
}

} // namespace bnof::olfaction
