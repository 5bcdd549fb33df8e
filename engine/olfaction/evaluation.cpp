// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/evaluation_splits.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "engine/base/time.h"
#include "engine/olfaction/dataset_health.h"
#include "engine/olfaction/exposure_trials.h"
#include "engine/olfaction/metrics.h"
#include "engine/olfaction/model.h"
#include "engine/olfaction/reaction.h"
#include "engine/olfaction/recogniser.h"

namespace bnof::olfaction {
namespace {

constexpr double timeBlockSeconds = 300;

/// A concentration interval that was told while the component was there.
struct ToldInterval {
    float width = 0;
    bool holds = false;
    bool settled = false;
};

/// How novel one exposure seemed, on average over its scored instants.
struct ExposureNovelty {
    double sum = 0;
    double count = 0;
    bool trained = true;
};

/// One recogniser's answers, in the order of the instants.
struct Answers {
    std::vector<Answer> all;
    std::vector<std::uint8_t> settled;
    std::vector<std::string> groups;
    std::vector<std::vector<float>> estimates; ///< one a component; NaN where the truth is not known
    std::vector<std::vector<float>> truths;
    std::vector<std::vector<ToldInterval>> intervals; ///< one list a component
    std::vector<ExposureNovelty> exposures;           ///< of the present split
    std::vector<double> noveltyAuroc;                 ///< one a split in which a gas was unknown
    ReactionMeter reaction{-1};
    Reliability reliability; ///< of the answers that named a gas
    int units = 0;           ///< exposures so far, the background's too
    double spikes = 0;
    double decisions = 0;
    double activitySum = 0;
    double activityWindows = 0;

    /// Behind what is already there.
    void append(Answers&& more)
    {
        const auto join = [](auto& to, auto& from) {
            to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
        };
        for (Answer& answer : more.all)
            answer.unit += units;
        units += more.units;
        join(all, more.all);
        join(settled, more.settled);
        join(groups, more.groups);
        join(exposures, more.exposures);
        join(noveltyAuroc, more.noveltyAuroc);
        reaction.append(more.reaction);
        reliability.append(more.reliability);
        for (const auto& [to, from] : {std::pair{&estimates, &more.estimates}, std::pair{&truths, &more.truths}}) {
            to->resize(std::max(to->size(), from->size()));
            for (std::size_t c = 0; c < from->size(); ++c)
                join((*to)[c], (*from)[c]);
        }
        intervals.resize(std::max(intervals.size(), more.intervals.size()));
        for (std::size_t c = 0; c < more.intervals.size(); ++c)
            join(intervals[c], more.intervals[c]);
        spikes += more.spikes;
        decisions += more.decisions;
        activitySum += more.activitySum;
        activityWindows += more.activityWindows;
    }
};

/// Counts the share of Kenyon cells that fire in consecutive windows.
class ActivityMeter {
public:
    /// `rests`: windows without a spike are no activity of the network's.
    ActivityMeter(const RecogniserInfo& info, std::uint32_t windowTicks, bool rests)
        : m_windowTicks(windowTicks), m_rests(rests)
    {
        for (std::size_t i = 0; i < info.layers.size(); ++i) {
            if (info.layers[i].name == "Kenyon") {
                m_layer = static_cast<int>(i);
                m_active.assign(info.layers[i].size, 0);
            }
        }
    }
    void add(const RecogniserOutput& output, Answers& answers)
    {
        if (m_layer < 0)
            return;
        for (const Spike spike : output.spikes[static_cast<std::size_t>(m_layer)]) {
            if (spike.tick / m_windowTicks != m_window)
                close(answers, spike.tick / m_windowTicks);
            m_count += m_active[spike.neuron] ? 0 : 1;
            m_active[spike.neuron] = 1;
        }
    }

private:
    void close(Answers& answers, std::uint32_t next)
    {
        // The first window includes the start from rest; windows in which nothing fired count as such.
        if (m_window > 0) {
            answers.activitySum += static_cast<double>(m_count) / static_cast<double>(m_active.size());
            answers.activityWindows += next > m_window && !m_rests ? static_cast<double>(next - m_window) : 1.0;
        }
        m_window = next;
        m_count = 0;
        std::fill(m_active.begin(), m_active.end(), std::uint8_t{0});
    }

    std::uint32_t m_windowTicks;
    bool m_rests;
    int m_layer = -1;
    std::uint32_t m_window = 0;
    std::size_t m_count = 0;
    std::vector<std::uint8_t> m_active;
};

/// Which instants of a recording are scored.
struct Scoring {
    std::vector<std::uint8_t> trained; ///< one a label
    double fromSeconds = firstAnswerSeconds;
    int firstBlock = 0;
    bool blocksByTime = true;
};

/// Answers of one recording by one recogniser.
class Scorer {
public:
    Scorer(const Dataset& data, const EvaluationOptions& options) : m_data(data), m_options(options) {}

    Result<void> run(Recogniser& recogniser, bool rests, const LabelledRecording& recording, const Scoring& scoring,
                     Answers& out)
    {
        recogniser.reset();
        out.units = 1;
        const std::size_t channels = m_data.channels.size();
        const auto windowTicks = static_cast<std::uint32_t>(m_options.training.decisionIntervalSeconds * 1000 *
                                                            m_options.training.windowIntervals);
        ActivityMeter meter(recogniser.info(), std::max(windowTicks, 1U), rests);
        out.reaction = ReactionMeter(m_data.background);
        RecogniserOutput output;
        int said = -1;
        float novelty = 0;
        float confidence = 0;
        bool newExposure = true;
        double due = scoring.fromSeconds;
        double changed = 0;
        for (std::size_t i = 0; i < recording.frames(); ++i) {
            output.clear();
            BNOF_TRY(
                recogniser.process({recording.times[i], {recording.values.data() + i * channels, channels}}, output));
            if (i > 0 && recording.labels[i] != recording.labels[i - 1]) {
                changed = seconds(recording, i);
                newExposure = true;
                ++out.units;
            }
            for (const auto& layer : output.spikes)
                out.spikes += static_cast<double>(layer.size());
            out.decisions += static_cast<double>(output.decisions.size());
            meter.add(output, out);
            const double t = seconds(recording, i);
            const bool judged = t >= scoring.fromSeconds && recording.labels[i] >= 0 &&
                                scoring.trained[static_cast<std::size_t>(recording.labels[i])] != 0;
            out.reaction.truth(t, judged ? recording.labels[i] : -1);
            for (const Decision& decision : output.decisions) {
                said = decision.gas;
                novelty = decision.novelty;
                confidence = said < 0 ? 0 : decision.probabilities[static_cast<std::size_t>(said)];
                if (judged)
                    out.reaction.decision(toSeconds(decision.t - recording.times.front()), said);
            }
            if (t < due)
                continue;
            due = std::max(due + m_options.scoreStepSeconds, t + m_options.scoreStepSeconds / 2);
            const int label = recording.labels[i];
            if (label < 0)
                continue;
            const bool trained = scoring.trained[static_cast<std::size_t>(label)] != 0;
            if (label != m_data.background) {
                if (std::exchange(newExposure, false))
                    out.exposures.push_back({0, 0, trained});
                out.exposures.back().sum += static_cast<double>(novelty);
                out.exposures.back().count += 1;
            }
            if (!trained) // nothing that it could say would be right but "unknown": judged by the novelty
                continue;
            const int block = scoring.firstBlock + (scoring.blocksByTime ? static_cast<int>(t / timeBlockSeconds) : 0);
            out.all.push_back({label, said, block, out.units - 1});
            out.settled.push_back(t - changed > m_options.settledSeconds);
            out.groups.push_back(recording.group);
            if (said >= 0)
                out.reliability.add(static_cast<double>(confidence), said == label);
            addConcentrations(recogniser, recording, i, said, out);
        }
        out.reaction.finish(recording.duration());
        return {};
    }

private:
    static double seconds(const LabelledRecording& recording, std::size_t i)
    {
        return toSeconds(recording.times[i] - recording.times.front());
    }

    void addConcentrations(const Recogniser& recogniser, const LabelledRecording& recording, std::size_t i, int said,
                           Answers& out) const
    {
        const std::size_t components = m_data.components.size();
        out.estimates.resize(components);
        out.truths.resize(components);
        out.intervals.resize(components);
        if (components == 0)
            return;
        const auto estimates = recogniser.estimates(said);
        for (std::size_t c = 0; c < components; ++c) {
            float estimate = 0; // a gas that was not recognised is estimated to be absent
            const float truth =
                recording.ppm.empty() ? std::numeric_limits<float>::quiet_NaN() : recording.ppm[i * components + c];
            for (const ComponentEstimate& e : estimates) {
                if (e.gas != m_data.components[c])
                    continue;
                estimate = e.ppm;
                if (said == recording.labels[i] && truth > 0)
                    out.intervals[c].push_back(
                        {e.high - e.low, e.low <= truth && truth <= e.high, out.settled.back() != 0});
            }
            out.estimates[c].push_back(estimate);
            out.truths[c].push_back(truth);
        }
    }

    const Dataset& m_data;
    const EvaluationOptions& m_options;
};

double shareRight(const Answers& answers, bool settledOnly)
{
    double right = 0;
    double count = 0;
    for (std::size_t i = 0; i < answers.all.size(); ++i) {
        if (settledOnly && !answers.settled[i])
            continue;
        right += answers.all[i].truth == answers.all[i].said ? 1 : 0;
        count += 1;
    }
    return count > 0 ? right / count : std::numeric_limits<double>::quiet_NaN();
}

Json rmseJson(const Dataset& data, const Answers& answers, bool settledOnly)
{
    Json out = Json::object();
    for (std::size_t c = 0; c < data.components.size() && c < answers.truths.size(); ++c) {
        double sum = 0;
        double count = 0;
        for (std::size_t i = 0; i < answers.truths[c].size(); ++i) {
            if (std::isnan(answers.truths[c][i]) || (settledOnly && !answers.settled[i]))
                continue;
            const double error = static_cast<double>(answers.estimates[c][i]) - answers.truths[c][i];
            sum += error * error;
            count += 1;
        }
        out.set(data.components[c], count > 0 ? Json(std::sqrt(sum / count)) : Json());
    }
    return out;
}

/// Coverage and median width of the intervals of each component, over all times at which it was there and
/// recognised, and over the settled ones.
Json intervalsJson(const Dataset& data, const Answers& answers)
{
    Json out = Json::object();
    for (std::size_t c = 0; c < data.components.size() && c < answers.intervals.size(); ++c) {
        Json figures = Json::object();
        for (const bool settledOnly : {false, true}) {
            std::vector<float> widths;
            double holds = 0;
            for (const ToldInterval& told : answers.intervals[c]) {
                if (settledOnly && !told.settled)
                    continue;
                widths.push_back(told.width);
                holds += told.holds ? 1 : 0;
            }
            const std::string suffix = settledOnly ? "_settled" : "";
            const auto middle = widths.begin() + static_cast<std::ptrdiff_t>(widths.size() / 2);
            std::nth_element(widths.begin(), middle, widths.end());
            figures.set("coverage" + suffix,
                        widths.empty() ? Json() : Json(holds / static_cast<double>(widths.size())));
            figures.set("median_width" + suffix, widths.empty() ? Json() : Json(*middle));
        }
        out.set(data.components[c], std::move(figures));
    }
    return out;
}

std::vector<double> rightness(const Answers& answers)
{
    std::vector<double> out;
    for (const Answer& answer : answers.all)
        out.push_back(answer.truth == answer.said ? 1 : 0);
    return out;
}

std::vector<int> blocksOf(const Answers& answers)
{
    std::vector<int> out;
    for (const Answer& answer : answers.all)
        out.push_back(answer.block);
    return out;
}

/// How often what was said of each label: {truth: {said: count}}.
Json confusionJson(const Dataset& data, const Answers& answers)
{
    std::map<int, std::vector<double>> rows;
    for (const Answer& answer : answers.all) {
        std::vector<double>& row = rows[answer.truth];
        row.resize(data.labels.size() + 1, 0);
        row[answer.said < 0 ? data.labels.size() : static_cast<std::size_t>(answer.said)] += 1;
    }
    Json out = Json::object();
    for (const auto& [truth, row] : rows) {
        Json said = Json::object();
        for (std::size_t c = 0; c < row.size(); ++c) {
            if (row[c] > 0)
                said.set(c < data.labels.size() ? data.labels[c] : "unknown", row[c]);
        }
        out.set(data.labels[static_cast<std::size_t>(truth)], std::move(said));
    }
    return out;
}

/// The figures that the recogniser and every baseline share.
void setFigures(Json& out, const Dataset& data, const Answers& answers, const EvaluationOptions& options)
{
    const std::size_t classes = data.labels.size();
    std::map<std::string, std::pair<double, double>> groups;
    double unknown = 0;
    for (std::size_t i = 0; i < answers.all.size(); ++i) {
        auto& [right, count] = groups[answers.groups[i]];
        right += answers.all[i].truth == answers.all[i].said ? 1 : 0;
        count += 1;
        unknown += answers.all[i].said < 0 ? 1 : 0;
    }
    Json perGroup = Json::object();
    double mean = 0;
    for (const auto& [name, shares] : groups) {
        perGroup.set(name, shares.first / shares.second);
        mean += shares.first / shares.second / static_cast<double>(groups.size());
    }
    out.set("accuracy", accuracyOf(answers.all));
    out.set("accuracy_mean", mean);
    out.set("balanced_accuracy", balancedAccuracyOf(answers.all, classes));
    out.set("macro_f1", macroF1Of(answers.all, classes));
    out.set("interval", intervalJson(groupInterval(rightness(answers), blocksOf(answers), options.bootstrapRounds,
                                                   options.training.seed)));
    out.set("per_group", std::move(perGroup));
    out.set("settled_accuracy", shareRight(answers, true));
    out.set("unknown", answers.all.empty() ? 0.0 : unknown / static_cast<double>(answers.all.size()));
    out.set("rmse", rmseJson(data, answers, false));
    out.set("rmse_settled", rmseJson(data, answers, true));
    out.set("ppm_intervals", intervalsJson(data, answers));
    out.set("reaction", answers.reaction.toJson());
    out.set("reliability", answers.reliability.toJson());
    out.set("confusion", confusionJson(data, answers));
}

/// Everything that the splits produce together.
struct Pool {
    std::vector<Answers> spiking; ///< one a seed
    Answers lda;
    Answers templates;
    Answers majority;
    std::vector<Answers> others; ///< one an entry of EvaluationOptions::baselines
    int nextBlock = 0;
    double trainingSeconds = 0;
};

int mostFrequentLabel(const Dataset& data)
{
    std::vector<std::size_t> counts(data.labels.size(), 0);
    for (const LabelledRecording& recording : data.recordings) {
        for (const std::int16_t label : recording.labels) {
            if (label >= 0)
                ++counts[static_cast<std::size_t>(label)];
        }
    }
    return static_cast<int>(std::max_element(counts.begin(), counts.end()) - counts.begin());
}

/// Whether exposures to gases that were not trained seemed more novel than those to trained ones.
void closeNovelty(Answers& answers)
{
    std::vector<double> unknown;
    std::vector<double> known;
    for (const ExposureNovelty& e : std::exchange(answers.exposures, {}))
        (e.trained ? known : unknown).push_back(e.sum / e.count);
    if (!unknown.empty() && !known.empty())
        answers.noveltyAuroc.push_back(auroc(unknown, known));
}

void setNovelty(Json& out, const Answers& answers)
{
    if (answers.noveltyAuroc.empty()) {
        out.set("novelty_auroc", nullptr);
        out.set("novelty_reason",
                "this protocol trains on every gas, so none is unknown; --protocol leave-gas-out measures it");
        return;
    }
    double mean = 0;
    for (const double value : answers.noveltyAuroc)
        mean += value / static_cast<double>(answers.noveltyAuroc.size());
    out.set("novelty_auroc", mean);
    out.set("novelty_auroc_splits", Json::arrayOf(answers.noveltyAuroc));
}

/// One recording to score, and what each recogniser answered.
struct Task {
    const LabelledRecording* recording = nullptr;
    Scoring scoring;
    std::vector<Answers> answers; ///< one a recogniser
};

struct Candidate {
    std::span<const std::uint8_t> model;
    RecogniserOptions options;
    bool rests = false; ///< see SpikingPart::restAfterTicks
};

/// Scores every recording with every recogniser, on all cores; the answers do not depend on how many there are.
Result<void> runTasks(const Dataset& data, const EvaluationOptions& options, const std::vector<Candidate>& candidates,
                      std::vector<Task>& tasks, const TrainingProgress& progress)
{
    std::atomic<std::size_t> next{0};
    std::atomic<bool> stop{false};
    std::mutex mutex;
    std::optional<Error> failed;
    std::size_t done = 0;
    const auto runOne = [&](Task& task) -> Result<void> {
        Scorer scorer(data, options);
        for (const Candidate& candidate : candidates) {
            BNOF_TRY_ASSIGN(const auto recogniser, makeRecogniser(candidate.model, candidate.options));
            BNOF_TRY(
                scorer.run(*recogniser, candidate.rests, *task.recording, task.scoring, task.answers.emplace_back()));
        }
        return {};
    };
    const auto work = [&] {
        for (std::size_t i = next++; i < tasks.size() && !stop; i = next++) {
            const Result<void> ran = runOne(tasks[i]);
            const std::scoped_lock lock(mutex);
            ++done;
            if (!ran.ok())
                failed = ran.error();
            else if (progress && !progress(static_cast<double>(done) / static_cast<double>(tasks.size()),
                                           "recognised " + tasks[i].recording->name))
                failed = makeError(ErrorKind::Cancelled, "the evaluation was cancelled");
            if (failed)
                stop = true;
        }
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < std::min<std::size_t>(std::thread::hardware_concurrency(), tasks.size()); ++i)
        threads.emplace_back(work);
    work();
    for (std::thread& thread : threads)
        thread.join();
    if (failed)
        return *failed;
    return {};
}

Result<void> runSplit(const Split& split, const EvaluationOptions& options, Pool& pool,
                      const TrainingProgress& progress)
{
    TrainingOptions training = options.training;
    training.skipSeconds = split.skipSeconds;
    if (options.protocol == Protocol::LeaveGasOut)
        pool.nextBlock = 0; // every split is asked about the same time: it does not become more independent by that
    const std::size_t seeds = pool.spiking.size();
    std::vector<std::vector<std::uint8_t>> spikingBytes;
    std::vector<Candidate> candidates;
    for (std::size_t s = 0; s < seeds; ++s) {
        TrainingOptions own = training;
        own.seed = training.seed + s;
        const std::int64_t begin = monotonicNow();
        BNOF_TRY_ASSIGN(auto bytes, trainSpiking(split.train, own, [&](double done, std::string_view what) {
                            return !progress ||
                                   progress(0.6 * (static_cast<double>(s) + done) / static_cast<double>(seeds), what);
                        }));
        pool.trainingSeconds += toSeconds(monotonicNow() - begin);
        spikingBytes.push_back(std::move(bytes));
    }
    for (const auto& bytes : spikingBytes) {
        BNOF_TRY_ASSIGN(const Model model, modelFromBytes(bytes));
        candidates.push_back({bytes, {.backEnd = training.backEnd}, model.spiking.restAfterTicks > 0});
    }
    BNOF_TRY_ASSIGN(const auto ldaBytes, trainLda(split.train, training));
    BNOF_TRY_ASSIGN(const auto templateBytes, trainTemplates(split.train, training));
    std::vector<std::vector<std::uint8_t>> otherBytes;
    for (const std::string& kind : options.baselines) {
        BNOF_TRY_ASSIGN(auto bytes, trainClassifier(kind, split.train, training));
        otherBytes.push_back(std::move(bytes));
    }
    const int majority = mostFrequentLabel(split.train);
    std::vector<Task> tasks;
    for (const LabelledRecording& recording : split.test.recordings) {
        tasks.push_back(
            {&recording,
             {trainedLabels(split.train), split.scoreFrom, pool.nextBlock, options.protocol != Protocol::HeldOut},
             {}});
        pool.nextBlock +=
            options.protocol == Protocol::HeldOut ? 1 : static_cast<int>(recording.duration() / timeBlockSeconds) + 1;
    }
    candidates.push_back({ldaBytes, {}});
    candidates.push_back({templateBytes, {}});
    for (const auto& bytes : otherBytes)
        candidates.push_back({bytes, {}});
    BNOF_TRY(runTasks(split.test, options, candidates, tasks, [&](double done, std::string_view what) {
        return !progress || progress(0.6 + 0.4 * done, what);
    }));
    pool.others.resize(otherBytes.size());
    for (Task& task : tasks) {
        const Answers& lda = task.answers[seeds];
        for (std::size_t k = 0; k < lda.all.size(); ++k) {
            pool.majority.all.push_back({lda.all[k].truth, majority, lda.all[k].block});
            pool.majority.settled.push_back(lda.settled[k]);
        }
        for (std::size_t s = 0; s < seeds; ++s)
            pool.spiking[s].append(std::move(task.answers[s]));
        pool.lda.append(std::move(task.answers[seeds]));
        pool.templates.append(std::move(task.answers[seeds + 1]));
        for (std::size_t b = 0; b < pool.others.size(); ++b)
            pool.others[b].append(std::move(task.answers[seeds + 2 + b]));
    }
    for (Answers& answers : pool.spiking)
        closeNovelty(answers);
    for (Answers* answers : {&pool.lda, &pool.templates})
        closeNovelty(*answers);
    for (Answers& answers : pool.others)
        closeNovelty(answers);
    return {};
}

/// `ours` holds the answers of several seeds one after the other, each to the questions of `theirs`.
Json pairedWith(const Answers& ours, const Answers& theirs, const std::string& name, const EvaluationOptions& options)
{
    AnswerPairs pairs;
    pairs.ours = rightness(ours);
    const std::vector<double> right = rightness(theirs);
    for (std::size_t i = 0; i < pairs.ours.size(); ++i) {
        const Answer& answer = theirs.all[i % right.size()];
        pairs.theirs.push_back(right[i % right.size()]);
        pairs.groups.push_back(answer.block);
        pairs.units.push_back(answer.unit);
    }
    return comparisonJson(pairs, name, options.bootstrapRounds, options.training.seed);
}

/// Stored answers, exposure by exposure; where several gases were asked about, those to the background do not count.
std::vector<AnsweredExposure> answeredExposures(const Dataset& data, const Answers& answers)
{
    std::map<int, AnsweredExposure> units;
    std::map<std::string, int> groups;
    for (std::size_t i = 0; i < answers.all.size(); ++i) {
        const Answer& answer = answers.all[i];
        const int group = groups.try_emplace(answers.groups[i], static_cast<int>(groups.size())).first->second;
        AnsweredExposure& unit = units[answer.unit];
        unit.truth = answer.truth;
        unit.group = group;
        unit.said.resize(data.labels.size(), 0);
        unit.asked += 1;
        if (answer.said >= 0)
            unit.said[static_cast<std::size_t>(answer.said)] += 1;
    }
    std::vector<AnsweredExposure> all;
    std::vector<AnsweredExposure> gases;
    for (auto& [number, unit] : units) {
        if (unit.truth != data.background)
            gases.push_back(unit);
        all.push_back(std::move(unit));
    }
    const bool several = std::any_of(gases.begin(), gases.end(),
                                     [&](const AnsweredExposure& e) { return e.truth != gases.front().truth; });
    return several ? gases : all;
}

/// Figures of every seed and their range.
void setSeeds(Json& out, const Pool& pool)
{
    std::vector<double> accuracies;
    for (const Answers& answers : pool.spiking)
        accuracies.push_back(accuracyOf(answers.all));
    const auto [low, high] = std::minmax_element(accuracies.begin(), accuracies.end());
    out.set("seeds", accuracies.size());
    out.set("seed_range", Json::arrayOf(std::vector<double>{*low, *high}));
    out.set("per_seed", Json::arrayOf(accuracies));
}

Json reportJson(const Dataset& data, const EvaluationOptions& options, const Pool& pool, const Split& first)
{
    Json out = Json::object();
    out.set("protocol", nameOf(options.protocol));
    out.set("dataset", data.name);
    out.set("dataset_digest", data.digest);
    out.set("simulated", data.simulated);
    Answers spiking;
    for (const Answers& answers : pool.spiking) {
        Answers seed = answers;
        spiking.append(std::move(seed));
    }
    setFigures(out, data, spiking, options);
    setSeeds(out, pool);
    setNovelty(out, spiking);
    out.set("spikes_per_decision", spiking.decisions > 0 ? Json(spiking.spikes / spiking.decisions) : Json());
    out.set("kenyon_activity",
            spiking.activityWindows > 0 ? Json(spiking.activitySum / spiking.activityWindows) : Json());
    Json lda = Json::object();
    setFigures(lda, data, pool.lda, options);
    setNovelty(lda, pool.lda);
    Json templates = Json::object();
    setFigures(templates, data, pool.templates, options);
    setNovelty(templates, pool.templates);
    Json majority = Json::object();
    majority.set("accuracy", accuracyOf(pool.majority.all));
    majority.set("balanced_accuracy", balancedAccuracyOf(pool.majority.all, data.labels.size()));
    Json baselines = Json::object();
    baselines.set("lda", std::move(lda));
    baselines.set("nearest_template", std::move(templates));
    baselines.set("majority", std::move(majority));
    Json paired = Json::object();
    paired.set("lda", pairedWith(spiking, pool.lda, "LDA", options));
    paired.set("nearest_template", pairedWith(spiking, pool.templates, "the nearest template", options));
    for (std::size_t b = 0; b < pool.others.size(); ++b) {
        Json other = Json::object();
        setFigures(other, data, pool.others[b], options);
        setNovelty(other, pool.others[b]);
        baselines.set(options.baselines[b], std::move(other));
        paired.set(options.baselines[b], pairedWith(spiking, pool.others[b], options.baselines[b], options));
    }
    out.set("baselines", std::move(baselines));
    out.set("paired", std::move(paired));
    if (options.protocol != Protocol::LeaveGasOut) { // there the question is another one
        const ExposureTrials trials = trialsOfRecordings(first.train, first.test);
        out.set("label_permutation",
                Json::object()
                    .set("spiking",
                         permutationOfAnswers(answeredExposures(data, pool.spiking.front()), data.labels.size(),
                                              "the spiking model", options.training.seed, options.permutationRounds))
                    .set("lda", permutationByTraining(trials, options.training.seed, options.permutationRounds)));
        out.set("learning_curve", learningCurve(trials, options.targetAccuracy, options.training.seed));
    }
    // Groups that were held out first are asked about what the others betray.
    out.set("leak_test", leakTest(first.train, first.test));
    const Json checks = confoundersOf(first.train, first.test);
    for (const auto& [key, value] : checks.members())
        out.set(key, value);
    out.set("notes", Json::arrayOf(data.notes));
    out.set("answers", pool.spiking.front().all.size());
    out.set("training_seconds", pool.trainingSeconds);
    return out;
}

} // namespace

std::string nameOf(Protocol protocol)
{
    switch (protocol) {
    case Protocol::TimeSplit: return "time-split";
    case Protocol::HeldOut: return "held-out";
    case Protocol::LeaveGasOut: return "leave-gas-out";
    case Protocol::FirstBatch: return "first-batch";
    case Protocol::PreviousBatches: return "previous-batches";
    case Protocol::FewShot: return "few-shot";
    case Protocol::TemplateRecall: return "template-recall";
    }
    return {};
}

Result<Protocol> protocolFromName(const std::string& name)
{
    using enum Protocol;
    std::string all;
    for (const Protocol protocol :
         {TimeSplit, HeldOut, LeaveGasOut, FirstBatch, PreviousBatches, FewShot, TemplateRecall}) {
        if (name == nameOf(protocol))
            return protocol;
        all += (all.empty() ? "" : ", ") + nameOf(protocol);
    }
    return makeError(ErrorKind::Usage, "there is no protocol \"" + name + '"', "--protocol", "Use one of " + all + ".");
}

Result<Json> evaluate(const Dataset& data, const EvaluationOptions& options, const TrainingProgress& progress)
{
    BNOF_TRY(refuseUnfit(data));
    if (!(options.scoreStepSeconds >= 0.01 && options.scoreStepSeconds <= 3600))
        return makeError(ErrorKind::Usage, "the scoring step must be between 0.01 and 3600 s", "evaluation options");
    BNOF_TRY_ASSIGN(const std::vector<Split> splits, splitsOf(data, options));
    if (options.seeds > 100)
        return makeError(ErrorKind::Usage, "there must be between 1 and 100 seeds", "evaluation options");
    Pool pool;
    pool.spiking.resize(std::max<std::size_t>(options.seeds, 1));
    for (std::size_t i = 0; i < splits.size(); ++i) {
        BNOF_TRY(runSplit(splits[i], options, pool, [&](double done, std::string_view what) {
            return !progress || progress((static_cast<double>(i) + done) / static_cast<double>(splits.size()), what);
        }));
    }
    if (pool.spiking.front().all.empty())
        return makeError(ErrorKind::BadInput, "the test part holds no labelled instant to score", data.name,
                         "Record more data, or lower the training fraction.");
    if (progress)
        (void)progress(1, "done");
    return reportJson(data, options, pool, splits.front());
}

} // namespace bnof::olfaction
