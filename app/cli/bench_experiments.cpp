// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <thread>

#include "app/cli/bench.h"
#include "app/cli/bench_measure.h"
#include "engine/base/files.h"
#include "engine/base/philox.h"
#include "engine/base/time.h"
#include "engine/experiments/shadow_analysis.h"
#include "engine/sensing/simulator/simulated_nose.h"
#include "engine/session/live_comparison.h"

namespace bnof::bench {
namespace {

/// The sequential tests with a look after every exposure.
Figure analysis(const BenchOptions& options)
{
    const std::size_t count = options.rehearsal ? 10'000 : 1'000'000;
    std::vector<experiments::ComparedUnit> units(count);
    PhiloxSequence random(1, 0xBE);
    for (std::size_t i = 0; i < count; ++i) {
        units[i].group = static_cast<int>(i / 50);
        units[i].label = static_cast<int>(random.below(6));
        units[i].a = {random.below(10) < 8 ? units[i].label : 6, false, 1e-4 * (1 + random.uniform())};
        units[i].b = {random.below(10) < 8 ? units[i].label : 6, false, 1e-4 * (1 + random.uniform())};
    }
    Figure figure;
    figure.name = "experiments.analysis";
    figure.unit = "s";
    figure.better = Figure::Better::Lower;
    experiments::ShadowAnalysis shadow({}, {"1", "2", "3", "4", "5", "6"});
    const double begin = threadSeconds();
    std::uint64_t decided = 0;
    for (const experiments::ComparedUnit& unit : units) {
        shadow.add(unit);
        decided += shadow.p() < 0.05 ? 1 : 0;
    }
    shadow.finish();
    figure.value = threadSeconds() - begin;
    figure.baseline = Figure::Baseline{"required for 1,000,000 exposures", 1};
    figure.detail.set("exposures", count).set("looks_that_reject", decided);
    figure.detail.set("verdict", experiments::nameOf(shadow.verdict().finding));
    figure.detail.set("measures", "CPU time of the primary test, the interval, class and other guardrails, with a look "
                                  "after every exposure");
    return figure;
}

constexpr std::size_t blockFrames = 100;
constexpr std::chrono::milliseconds betweenFrames{2}; ///< the challenger is done before the next one, as in a session

/// The session's side of a decision with and without a challenger in its shadow, in turns of a second of device time.
Result<Figure> shadowOverhead(const BenchOptions& options)
{
    BNOF_TRY_ASSIGN(const std::string path, findResource("models/default.bnofmodel"));
    BNOF_TRY_ASSIGN(const std::string content, readFile(path));
    const std::vector<std::uint8_t> model(content.begin(), content.end());
    BNOF_TRY_ASSIGN(const auto champion, olfaction::makeRecogniser(model, {.backEnd = "vector"}));
    session::LiveComparisonOptions comparison;
    comparison.variantA = comparison.variantB = "default";
    comparison.modelA = comparison.modelB = model;
    comparison.optionsB.backEnd = "vector";
    comparison.where = "simulated nose";
    std::int64_t told = 0;
    BNOF_TRY_ASSIGN(const auto shadow,
                    session::LiveComparison::start(
                        std::move(comparison), [&](const Decision&, bool, std::int64_t) { told = monotonicNow(); }));
    sensing::SimulatedNose nose({}, sensing::demonstrationScript(1));
    BNOF_TRY_ASSIGN(const auto order, olfaction::matchChannels(champion->info().channels, nose.channels()));
    shadow->channels(0, nose.channels());
    std::vector<float> values, ordered(order.size());
    olfaction::RecogniserOutput output;
    std::vector<double> with, without;
    const std::int64_t end = monotonicNow() + fromSeconds(options.secondsEach * 2);
    for (std::size_t i = 0; with.size() < 20 || without.size() < 20 || monotonicNow() < end; ++i) {
        const bool shadowed = i / blockFrames % 2 == 0;
        const Timestamp t = fromSeconds(nose.seconds());
        nose.next(values);
        output.clear();
        const std::int64_t begin = monotonicNow();
        if (shadowed)
            shadow->frame(0, {t, values, toSeconds(t)});
        for (std::size_t c = 0; c < order.size(); ++c)
            ordered[c] = values[order[c]];
        BNOF_TRY(champion->process(SensorFrame{t, ordered, toSeconds(t)}, output));
        for (const Decision& decision : output.decisions) {
            told = monotonicNow();
            if (shadowed)
                shadow->decision(decision, told - begin); // tells through the function above
            (shadowed ? with : without).push_back(toSeconds(told - begin));
        }
        std::this_thread::sleep_for(betweenFrames);
        if (i > 1'000'000)
            return makeError(ErrorKind::Internal, "the model decides nothing");
    }
    const session::LiveComparisonStatus status = shadow->status();
    Figure figure;
    figure.name = "experiments.shadow_overhead";
    figure.unit = "1";
    figure.better = Figure::Better::Lower;
    figure.value = quantile(with, 0.5) / quantile(without, 0.5) - 1;
    figure.baseline = Figure::Baseline{"allowed", 0.05};
    figure.detail.set("latency_shadowed", quantile(with, 0.5)).set("latency_alone", quantile(without, 0.5));
    figure.detail.set("p99_shadowed", quantile(with, 0.99)).set("p99_alone", quantile(without, 0.99));
    figure.detail.set("decisions", with.size() + without.size());
    figure.detail.set("challenger_decisions", status.b.decisions).set("frames_not_shown", status.notShown);
    figure.detail.set("measures", "wall time from a frame to the champion's decision reaching who acts on it, default "
                                  "model on both sides, with the challenger on its own thread, ratio of medians of "
                                  "interleaved seconds less 1");
    return figure;
}

} // namespace

std::vector<Benchmark> experimentBenchmarks()
{
    return {{"experiments.analysis", "a million exposures of a comparison, looked at after each",
             [](const BenchOptions& options) { return std::vector<Figure>{analysis(options)}; }},
            {"experiments.shadow_overhead", "what a challenger in the shadow adds to the champion's latency",
             [](const BenchOptions& options) {
                 const auto figure = shadowOverhead(options);
                 return std::vector<Figure>{figure.ok() ? *figure
                                                        : notMeasured("experiments.shadow_overhead", "1",
                                                                      Figure::Better::Lower, figure.error().message())};
             }}};
}

} // namespace bnof::bench
