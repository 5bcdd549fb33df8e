// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <memory>
#include <utility>

#include "app/cli/bench_measure.h"
#include "engine/base/files.h"
#include "engine/base/philox.h"
#include "engine/compute/energy.h"
#include "engine/olfaction/exposure_network.h"
#include "engine/olfaction/model.h"
#include "engine/olfaction/recogniser.h"
#include "engine/olfaction/training.h"
#include "engine/sensing/simulator/simulated_nose.h"

namespace bnof::bench {
namespace {

using ModelBytes = std::vector<std::uint8_t>;

Result<ModelBytes> shippedModel()
{
    BNOF_TRY_ASSIGN(const std::string path, findResource("models/default.bnofmodel"));
    BNOF_TRY_ASSIGN(const std::string bytes, readFile(path));
    return ModelBytes(bytes.begin(), bytes.end());
}

/// The classical baseline of a spiking model: its own features and discriminant, without a network.
Result<ModelBytes> baselineOf(const ModelBytes& spiking)
{
    BNOF_TRY_ASSIGN(olfaction::Model model, olfaction::modelFromBytes(spiking));
    model.kind = "lda";
    model.spiking = {};
    return olfaction::modelToBytes(model);
}

/// CPU times of a recogniser, in seconds.
struct DecisionTimes {
    std::vector<double> deciding; ///< frames that bring a decision
    std::vector<double> others;
    std::vector<double> steps; ///< all frames since the decision before, together
};

Result<DecisionTimes> measureDecisions(olfaction::Recogniser& recogniser, double seconds)
{
    sensing::SimulatedNose nose({}, sensing::demonstrationScript(1));
    BNOF_TRY_ASSIGN(const std::vector<std::size_t> order,
                    olfaction::matchChannels(recogniser.info().channels, nose.channels()));
    DecisionTimes times;
    std::vector<float> values, ordered(order.size());
    olfaction::RecogniserOutput output;
    double step = 0;
    const std::int64_t end = monotonicNow() + fromSeconds(seconds);
    while (times.deciding.size() < 50 || (monotonicNow() < end && times.deciding.size() < 100000)) {
        const Timestamp t = fromSeconds(nose.seconds());
        nose.next(values);
        for (std::size_t i = 0; i < order.size(); ++i)
            ordered[i] = values[order[i]];
        output.clear();
        const double begin = threadSeconds();
        BNOF_TRY(recogniser.process(SensorFrame{t, ordered, toSeconds(t)}, output));
        const double taken = threadSeconds() - begin;
        step += taken;
        (output.decisions.empty() ? times.others : times.deciding).push_back(taken);
        if (!output.decisions.empty())
            times.steps.push_back(std::exchange(step, 0.0));
        if (times.others.size() > 200000)
            return makeError(ErrorKind::Internal, "the model decides nothing");
    }
    return times;
}

/// CPU time from the frame that completes a decision interval to the decision: the frame is handed to the
/// recogniser and the decision comes back from the same call. Queues and threads are not in it.
Result<Figure> decisionLatency(const BenchOptions& options)
{
    BNOF_TRY_ASSIGN(const ModelBytes bytes, shippedModel());
    BNOF_TRY_ASSIGN(const ModelBytes classical, baselineOf(bytes));
    BNOF_TRY_ASSIGN(const auto recogniser, olfaction::makeRecogniser(bytes, {.backEnd = "vector"}));
    BNOF_TRY_ASSIGN(const auto lda, olfaction::makeRecogniser(classical));
    BNOF_TRY_ASSIGN(const DecisionTimes times, measureDecisions(*recogniser, options.secondsEach));
    BNOF_TRY_ASSIGN(const DecisionTimes theirs, measureDecisions(*lda, options.secondsEach / 4));
    Figure figure;
    figure.name = "olfaction.decision_latency";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    figure.value = quantile(times.deciding, 0.5);
    figure.baseline = Figure::Baseline{"LDA on the same features", quantile(theirs.deciding, 0.5)};
    figure.detail.set("p99", quantile(times.deciding, 0.99))
        .set("decisions", times.deciding.size())
        .set("frame_without_decision", quantile(times.others, 0.5))
        .set("decision_step", quantile(times.steps, 0.5))
        .set("decision_step_p99", quantile(times.steps, 0.99))
        .set("frames_per_second", sensing::NoseOptions{}.rateHz)
        .set("model", recogniser->info().modelName)
        .set("kind", recogniser->info().kind)
        .set("back_end", recogniser->info().backEnd)
        .set("measures", "CPU time on one core of the recogniser for the frame that brings a decision; decision_step: "
                         "for all frames since the decision before");
    return figure;
}

Result<Figure> modelSize()
{
    BNOF_TRY_ASSIGN(const ModelBytes bytes, shippedModel());
    BNOF_TRY_ASSIGN(const ModelBytes classical, baselineOf(bytes));
    BNOF_TRY_ASSIGN(const olfaction::Model model, olfaction::modelFromBytes(bytes));
    Figure figure;
    figure.name = "olfaction.model_size";
    figure.unit = "B";
    figure.better = Figure::Better::Lower;
    figure.value = static_cast<double>(bytes.size());
    figure.baseline = Figure::Baseline{"LDA on the same features", static_cast<double>(classical.size())};
    figure.detail.set("gases", model.gases.size())
        .set("channels", model.channels.size())
        .set("readout_weights", model.spiking.readout.size())
        .set("measures", "bytes of the file of the default model");
    return figure;
}

constexpr double exposedSeconds = 10;
constexpr double airSeconds = 10;
constexpr int exposuresADay = 100;

/// Exposures of the simulated nose in random order, a recording for each hundred.
olfaction::Dataset simulatedExposures(int exposures)
{
    olfaction::Dataset data;
    data.name = "simulated exposures";
    data.simulated = true;
    data.background = 0;
    data.labels = {"air"};
    data.labelComponents = {{}};
    for (const std::string& gas : sensing::SimulatedNose::gases()) {
        data.labelComponents.push_back({static_cast<int>(data.components.size())});
        data.labels.push_back(gas);
        data.components.push_back(gas);
    }
    PhiloxSequence random(1, 0x7EA1);
    const auto gases = static_cast<std::uint32_t>(data.components.size());
    for (int first = 0; first < exposures; first += exposuresADay) {
        const int count = std::min(exposuresADay, exposures - first);
        sensing::NoseScript script;
        for (int e = 0; e < count; ++e)
            script.exposures.push_back({airSeconds + e * (exposedSeconds + airSeconds), exposedSeconds,
                                        data.components[random.below(gases)], 20 + 180 * random.uniform()});
        const auto day = static_cast<std::uint64_t>(first / exposuresADay);
        sensing::SimulatedNose nose({.seed = day + 1, .unit = 1, .rateHz = 10}, std::move(script));
        data.channels = nose.channels();
        olfaction::LabelledRecording r;
        r.name = "day " + std::to_string(day + 1);
        r.group = r.name;
        std::vector<float> values;
        while (nose.seconds() < airSeconds + count * (exposedSeconds + airSeconds)) {
            const std::string gas = nose.presentGas();
            const auto at = std::find(data.labels.begin(), data.labels.end(), gas);
            r.times.push_back(fromSeconds(nose.seconds()));
            r.labels.push_back(static_cast<std::int16_t>(at == data.labels.end() ? 0 : at - data.labels.begin()));
            for (const std::string& component : data.components)
                r.ppm.push_back(component == gas ? static_cast<float>(nose.presentPpm()) : 0.0F);
            nose.next(values);
            r.values.insert(r.values.end(), values.begin(), values.end());
        }
        data.recordings.push_back(std::move(r));
    }
    return data;
}

/// Seconds that training on exposures described by features takes: 128 of them, six gases.
Result<double> featureTrainingSeconds(std::size_t exposures)
{
    constexpr std::size_t dimension = 128;
    constexpr std::size_t gases = 6;
    olfaction::LabelledRows rows;
    rows.dimension = dimension;
    PhiloxSequence random(2, 0x7EA2);
    for (std::size_t i = 0; i < exposures; ++i) {
        rows.labels.push_back(static_cast<int>(i % gases));
        for (std::size_t f = 0; f < dimension; ++f)
            rows.features.push_back((f % gases == i % gases ? 1.5 : 0.0) + random.normal());
    }
    const std::int64_t begin = monotonicNow();
    BNOF_TRY_ASSIGN(
        const olfaction::ExposureNetwork network,
        olfaction::trainOnExposures(rows, {dimension, {}, {}, {}}, gases, {}, olfaction::exposureTraining(1)));
    (void)network;
    return toSeconds(monotonicNow() - begin);
}

/// Wall clock from labelled recordings to the model's bytes, calibration on held-out time included.
Result<Figure> trainingTime(const BenchOptions& options)
{
    const int exposures = options.rehearsal ? 40 : 1000;
    const olfaction::Dataset data = simulatedExposures(exposures);
    olfaction::TrainingOptions training;
    if (options.rehearsal) {
        training.kenyonCells = 200;
        training.realPoints = training.replayPoints = 200;
        training.novelPoints = 100;
    }
    const std::int64_t begin = monotonicNow();
    const double cpuBegin = processSeconds();
    BNOF_TRY_ASSIGN(const ModelBytes spiking, olfaction::trainSpiking(data, training));
    const double cpu = processSeconds() - cpuBegin;
    const std::int64_t middle = monotonicNow();
    BNOF_TRY_ASSIGN(const ModelBytes lda, olfaction::trainLda(data, training));
    const double theirs = toSeconds(monotonicNow() - middle);
    BNOF_TRY_ASSIGN(const double features, featureTrainingSeconds(static_cast<std::size_t>(exposures)));
    Figure figure;
    figure.name = "olfaction.training_time";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    figure.value = toSeconds(middle - begin);
    figure.baseline = Figure::Baseline{"LDA on the same features", theirs};
    figure.detail.set("exposures", exposures)
        .set("frames", data.frames())
        .set("channels", data.channels.size())
        .set("cpu", cpu)
        .set("threads", 2)
        .set("model_bytes", spiking.size())
        .set("lda_bytes", lda.size())
        .set("from_features", features)
        .set("measures", "wall clock of training on simulated recordings of so many exposures; from_features: on so "
                         "many exposures described by 128 features");
    return figure;
}

/// Frames as fast as possible on one thread; the energy of the whole processor while they last.
Result<Figure> decisionEnergy(const BenchOptions& options)
{
    auto meter = compute::EnergyMeter::open();
    const compute::EnergyReading before = meter.read();
    if (!before.cpuJoules)
        return makeError(ErrorKind::Device, before.missing.front());
    BNOF_TRY_ASSIGN(const std::string path, findResource("models/default.bnofmodel"));
    BNOF_TRY_ASSIGN(const std::string bytes, readFile(path));
    BNOF_TRY_ASSIGN(const auto recogniser,
                    olfaction::makeRecogniser({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
    sensing::SimulatedNose nose({}, sensing::demonstrationScript(1));
    BNOF_TRY_ASSIGN(const std::vector<std::size_t> order,
                    olfaction::matchChannels(recogniser->info().channels, nose.channels()));
    std::vector<float> values, ordered(order.size());
    olfaction::RecogniserOutput output;
    std::size_t decisions = 0;
    const std::int64_t end = monotonicNow() + fromSeconds(std::max(options.secondsEach, 1.0));
    while (monotonicNow() < end) {
        const Timestamp t = fromSeconds(nose.seconds());
        nose.next(values);
        for (std::size_t i = 0; i < order.size(); ++i)
            ordered[i] = values[order[i]];
        output.clear();
        BNOF_TRY(recogniser->process(SensorFrame{t, ordered, toSeconds(t)}, output));
        decisions += output.decisions.size();
    }
    const compute::EnergyReading after = meter.read();
    Figure figure;
    figure.name = "olfaction.decision_energy";
    figure.unit = "J";
    figure.better = Figure::Better::Lower;
    figure.value = (*after.cpuJoules - *before.cpuJoules) / static_cast<double>(std::max<std::size_t>(decisions, 1));
    figure.detail.set("decisions", decisions)
        .set("measures", "energy of the whole processor package, idle share included");
    return figure;
}

} // namespace

std::vector<Benchmark> olfactionBenchmarks()
{
    const auto listed = [](const char* name, const char* unit, Result<Figure> figure) -> std::vector<Figure> {
        if (!figure.ok())
            return {notMeasured(name, unit, Figure::Better::Lower, figure.error().message())};
        return {figure.value()};
    };
    return {{"olfaction.decision_latency", "CPU time from a frame to its decision, default model, median.",
             [listed](const BenchOptions& options) {
                 return listed("olfaction.decision_latency", "s", decisionLatency(options));
             }},
            {"olfaction.model_size", "Bytes of the default model.",
             [listed](const BenchOptions&) { return listed("olfaction.model_size", "B", modelSize()); }},
            {"olfaction.training_time", "Training on 1,000 exposures, wall clock.",
             [listed](const BenchOptions& options) {
                 return listed("olfaction.training_time", "s", trainingTime(options));
             }},
            {"olfaction.decision_energy", "Energy a decision, default model, one thread.",
             [listed](const BenchOptions& options) {
                 return listed("olfaction.decision_energy", "J", decisionEnergy(options));
             }}};
}

} // namespace bnof::bench
