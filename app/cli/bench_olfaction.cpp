// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include "app/cli/bench_measure.h"
#include "engine/base/files.h"
#include "engine/compute/energy.h"
#include "engine/olfaction/recogniser.h"
#include "engine/sensing/simulator/simulated_nose.h"

namespace bnof::bench {
namespace {

/// CPU time from the frame that completes a decision interval to the decision: the frame is handed to the
/// recogniser and the decision comes back from the same call. Queues and threads are not in it.
Result<Figure> decisionLatency(const BenchOptions& options)
{
    BNOF_TRY_ASSIGN(const std::string path, findResource("models/default.bnofmodel"));
    BNOF_TRY_ASSIGN(const std::string bytes, readFile(path));
    BNOF_TRY_ASSIGN(const auto recogniser,
                    olfaction::makeRecogniser({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
    sensing::NoseOptions noseOptions;
    sensing::SimulatedNose nose(noseOptions, sensing::demonstrationScript(1));
    BNOF_TRY_ASSIGN(const std::vector<std::size_t> order,
                    olfaction::matchChannels(recogniser->info().channels, nose.channels()));

    std::vector<double> deciding, others;
    std::vector<float> values, ordered(order.size());
    olfaction::RecogniserOutput output;
    const std::int64_t end = monotonicNow() + fromSeconds(options.secondsEach);
    while (deciding.size() < 50 || (monotonicNow() < end && deciding.size() < 100000)) {
        const Timestamp t = fromSeconds(nose.seconds());
        nose.next(values);
        for (std::size_t i = 0; i < order.size(); ++i)
            ordered[i] = values[order[i]];
        output.clear();
        const double begin = threadSeconds();
        BNOF_TRY(recogniser->process(SensorFrame{t, ordered, toSeconds(t)}, output));
        const double seconds = threadSeconds() - begin;
        (output.decisions.empty() ? others : deciding).push_back(seconds);
        if (others.size() > 200000)
            return makeError(ErrorKind::Internal, "the model decides nothing", path);
    }
    Figure figure;
    figure.name = "olfaction.decision_latency";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    figure.value = quantile(deciding, 0.5);
    figure.detail.set("p99", quantile(deciding, 0.99))
        .set("decisions", deciding.size())
        .set("frame_without_decision", quantile(others, 0.5))
        .set("frames_per_second", noseOptions.rateHz)
        .set("model", recogniser->info().modelName)
        .set("kind", recogniser->info().kind)
        .set("back_end", recogniser->info().backEnd)
        .set("measures", "CPU time of the recogniser for the frame that brings a decision");
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
    return {{"olfaction.decision_latency", "CPU time from a frame to its decision, default model, median.",
             [](const BenchOptions& options) -> std::vector<Figure> {
                 Result<Figure> figure = decisionLatency(options);
                 if (!figure.ok())
                     return {notMeasured("olfaction.decision_latency", "s", Figure::Better::Lower,
                                         figure.error().message())};
                 return {figure.value()};
             }},
            {"olfaction.decision_energy", "Energy a decision, default model, one thread.",
             [](const BenchOptions& options) -> std::vector<Figure> {
                 Result<Figure> figure = decisionEnergy(options);
                 if (!figure.ok())
                     return {notMeasured("olfaction.decision_energy", "J", Figure::Better::Lower,
                                         figure.error().message())};
                 return {figure.value()};
             }}};
}

} // namespace bnof::bench
