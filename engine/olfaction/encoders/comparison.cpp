// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/encoders/comparison.h"

#include <algorithm>
#include <cmath>

#include "engine/olfaction/dataset_health.h"
#include "engine/olfaction/encoders/information.h"
#include "engine/olfaction/evaluation_splits.h"
#include "engine/olfaction/training_data.h"
#include "engine/olfaction/training_network.h"

namespace bnof::olfaction {
namespace {

constexpr std::size_t mostWindows = 1500; ///< of training, and of test, a split

/// Instants as the discriminants see them.
struct Instants {
    std::vector<DiscriminantPoint> points;
    std::vector<int> labels;

    void thin()
    {
        if (labels.size() <= mostWindows)
            return;
        Instants few;
        for (std::size_t i = 0; i < mostWindows; ++i) {
            few.points.push_back(points[i * labels.size() / mostWindows]);
            few.labels.push_back(labels[i * labels.size() / mostWindows]);
        }
        *this = std::move(few);
    }
};

/// What each encoder is asked about in one split.
struct Question {
    ReceptorCode code; ///< its encoder is set for each in turn
    Instants train;
    Instants test;
};

Instants trainInstants(const Preparation& p, const Discriminant& d)
{
    Instants out;
    for (std::size_t i = 0; i < p.rows.rows(); ++i) {
        if (p.rows.labels[i] < 0)
            continue;
        project(d, p.rows.row(i), out.points.emplace_back());
        out.labels.push_back(p.rows.labels[i]);
    }
    out.thin();
    return out;
}

Instants testInstants(const Split& split, const FrontEndParameters& parameters, const Discriminant& d, double step)
{
    Instants out;
    const std::vector<std::uint8_t> trained = trainedLabels(split.train);
    for (const LabelledRecording& recording : split.test.recordings) {
        FrontEnd frontEnd(parameters);
        const std::size_t channels = split.test.channels.size();
        double due = split.scoreFrom;
        for (std::size_t i = 0; i < recording.frames(); ++i) {
            frontEnd.update(recording.times[i], {recording.values.data() + i * channels, channels});
            const double t = toSeconds(recording.times[i] - recording.times.front());
            if (t < due)
                continue;
            due = t + step;
            const int label = recording.labels[i];
            if (label < 0 || trained[static_cast<std::size_t>(label)] == 0)
                continue;
            project(d, frontEnd.features(), out.points.emplace_back());
            out.labels.push_back(label);
        }
    }
    out.thin();
    return out;
}

Result<Question> ask(const Split& split, const EvaluationOptions& evaluation)
{
    TrainingOptions options = evaluation.training;
    options.skipSeconds = split.skipSeconds;
    BNOF_TRY_ASSIGN(const Preparation p, prepare(split.train, options));
    std::vector<std::uint32_t> all;
    for (std::size_t i = 0; i < p.rows.rows(); ++i) {
        if (p.rows.labels[i] >= 0)
            all.push_back(static_cast<std::uint32_t>(i));
    }
    BNOF_TRY_ASSIGN(const Discriminant d, fitOn(p.rows, all, split.train.labels.size(), p.shrinkage));
    Question out;
    out.train = trainInstants(p, d);
    out.test = testInstants(split, p.frontEnd, d, evaluation.scoreStepSeconds);
    ReceptorCodeOptions code = options.code;
    code.seed = options.seed;
    code.encoder = defaultEncoder(encoderNames().front());
    out.code = fitReceptorCode(out.train.points, p.familiar.familiarResidual, code);
    return out;
}

/// The spikes of one window a row.
struct Responses {
    std::vector<double> counts; ///< a neuron each
    std::vector<double> first;  ///< ticks of the window before a neuron's first spike; all of them when there was none
    double spikes = 0;
};

Responses respond(const ReceptorCode& code, const Instants& instants, std::uint32_t window, std::uint64_t stream)
{
    const auto encoder = Encoder::create(code.encoder, code.inputs());
    const std::size_t neurons = encoder->neurons();
    Responses out;
    out.counts.assign(neurons * instants.points.size(), 0);
    out.first.assign(out.counts.size(), window);
    std::vector<double> values;
    std::vector<std::uint32_t> fired;
    for (std::size_t i = 0; i < instants.points.size(); ++i) {
        encoder->reset(stream + i);
        encoderValues(code, instants.points[i], values);
        encoder->setValues(values);
        for (std::uint32_t t = 0; t < 2 * code.encoder.cycleTicks; ++t)
            encoder->step(fired);
        for (std::uint32_t t = 0; t < window; ++t) {
            fired.clear();
            encoder->step(fired);
            for (const std::uint32_t n : fired) {
                double& first = out.first[i * neurons + n];
                first = std::min(first, static_cast<double>(t));
                out.counts[i * neurons + n] += 1;
                out.spikes += 1;
            }
        }
    }
    return out;
}

/// Share of the test rows that shrinkage LDA, fitted to the training rows, names right.
Result<double> accuracyOf(std::vector<double> train, std::vector<double> test, const Question& question,
                          std::size_t classes)
{
    const std::size_t rows = question.train.labels.size();
    const std::size_t neurons = train.size() / rows;
    for (std::size_t n = 0; n < neurons; ++n) {
        double mean = 0;
        double square = 0;
        for (std::size_t i = 0; i < rows; ++i) {
            mean += train[i * neurons + n] / static_cast<double>(rows);
            square += train[i * neurons + n] * train[i * neurons + n] / static_cast<double>(rows);
        }
        const double deviation = std::sqrt(std::max(square - mean * mean, 1e-6));
        for (std::vector<double>* list : {&train, &test}) {
            for (std::size_t at = n; at < list->size(); at += neurons)
                (*list)[at] = ((*list)[at] - mean) / deviation;
        }
    }
    BNOF_TRY_ASSIGN(const Discriminant d, fitDiscriminant(train, neurons, question.train.labels, classes));
    DiscriminantPoint point;
    std::vector<double> s;
    double right = 0;
    for (std::size_t i = 0; i < question.test.labels.size(); ++i) {
        project(d, {test.data() + i * neurons, neurons}, point);
        scores(d, point.u, s);
        right += std::max_element(s.begin(), s.end()) - s.begin() == question.test.labels[i] ? 1 : 0;
    }
    return right / static_cast<double>(question.test.labels.size());
}

double informationOf(const Responses& test, const Question& question, std::uint64_t seed)
{
    const std::size_t neurons = question.code.receptors();
    const bool inTime = encodesInTime(question.code.encoder.name);
    const double bin = std::max(question.code.encoder.cycleTicks / 10.0, 1.0);
    std::vector<std::uint32_t> response(question.test.labels.size());
    double bits = 0;
    for (std::size_t n = 0; n < neurons; ++n) {
        for (std::size_t i = 0; i < response.size(); ++i) {
            const double value =
                inTime ? std::min(test.first[i * neurons + n] / bin, 10.0) : test.counts[i * neurons + n];
            response[i] = static_cast<std::uint32_t>(value);
        }
        bits += mutualInformation(response, question.test.labels, seed + n);
    }
    return bits;
}

/// Adds one split's figures, weighted by its share of all test windows.
Result<void> judge(Question& question, const EncoderParameters& encoder, const TrainingOptions& options,
                   std::size_t classes, double share, EncoderFigures& figures)
{
    question.code.encoder = encoder;
    question.code.encoder.seed = options.seed;
    const double seconds = options.decisionIntervalSeconds * options.windowIntervals;
    const auto window = static_cast<std::uint32_t>(seconds * 1000 + 0.5);
    const Responses train = respond(question.code, question.train, window, 0);
    const Responses test = respond(question.code, question.test, window, 1U << 30);
    const auto windows = static_cast<double>(question.test.labels.size());
    figures.neurons = question.code.receptors();
    figures.spikesPerSecond += share * test.spikes / (windows * seconds);
    figures.bitsPerSecond += share * informationOf(test, question, options.seed) / seconds;
    BNOF_TRY_ASSIGN(const double byCount, accuracyOf(train.counts, test.counts, question, classes));
    BNOF_TRY_ASSIGN(const double byTime, accuracyOf(train.first, test.first, question, classes));
    figures.accuracy += share * byCount;
    figures.timingAccuracy += share * byTime;
    return {};
}

} // namespace

Result<EncoderComparison> compareEncoders(const Dataset& data, const TrainingOptions& options,
                                          const std::vector<std::string>& names, const TrainingProgress& progress)
{
    const std::vector<std::string>& chosen = names.empty() ? encoderNames() : names;
    for (const std::string& name : chosen) {
        if (!isEncoderName(name))
            return makeError(ErrorKind::Usage, "there is no encoder \"" + name + '"', "encoders");
    }
    BNOF_TRY(refuseUnfit(data));
    EvaluationOptions evaluation;
    evaluation.training = options;
    evaluation.protocol = data.groups().size() > 1 ? Protocol::HeldOut : Protocol::TimeSplit;
    BNOF_TRY_ASSIGN(const std::vector<Split> splits, splitsOf(data, evaluation));
    std::vector<Question> questions;
    EncoderComparison out;
    out.protocol = nameOf(evaluation.protocol);
    out.windowSeconds = options.decisionIntervalSeconds * options.windowIntervals;
    const double steps = static_cast<double>(splits.size() + chosen.size());
    for (const Split& split : splits) {
        if (progress && !progress(static_cast<double>(questions.size()) / steps, "reading features"))
            return makeError(ErrorKind::Cancelled, "the comparison was cancelled");
        BNOF_TRY_ASSIGN(Question question, ask(split, evaluation));
        out.testWindows += question.test.labels.size();
        if (!question.test.labels.empty())
            questions.push_back(std::move(question));
    }
    if (out.testWindows == 0)
        return makeError(ErrorKind::BadInput, "the test part holds no labelled instant", data.name,
                         "Record more data.");
    for (const std::string& name : chosen) {
        EncoderFigures figures;
        figures.name = name;
        if (progress && !progress(static_cast<double>(splits.size() + out.encoders.size()) / steps, name))
            return makeError(ErrorKind::Cancelled, "the comparison was cancelled");
        const EncoderParameters encoder =
            options.code.encoder.name == name ? options.code.encoder : defaultEncoder(name);
        for (Question& question : questions)
            BNOF_TRY(judge(question, encoder, options, data.labels.size(),
                           static_cast<double>(question.test.labels.size()) / static_cast<double>(out.testWindows),
                           figures));
        figures.bitsPerSpike = figures.spikesPerSecond > 0 ? figures.bitsPerSecond / figures.spikesPerSecond : 0;
        out.encoders.push_back(std::move(figures));
    }
    return out;
}

Json toJson(const EncoderComparison& comparison)
{
    Json out = Json::object();
    out.set("protocol", comparison.protocol).set("test_windows", comparison.testWindows);
    out.set("window_s", comparison.windowSeconds).set("bias_correction", "shuffle subtraction");
    Json list = Json::array();
    for (const EncoderFigures& figures : comparison.encoders) {
        Json row = Json::object();
        row.set("encoder", figures.name).set("neurons", figures.neurons);
        row.set("spikes_per_second", figures.spikesPerSecond).set("bits_per_spike", figures.bitsPerSpike);
        row.set("bits_per_second", figures.bitsPerSecond).set("accuracy_counts", figures.accuracy);
        row.set("accuracy_timing", figures.timingAccuracy);
        list.push(std::move(row));
    }
    out.set("encoders", std::move(list));
    return out;
}

} // namespace bnof::olfaction
