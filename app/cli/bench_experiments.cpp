// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench.h"
#include "app/cli/bench_measure.h"
#include "engine/base/philox.h"
#include "engine/experiments/shadow_analysis.h"

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

} // namespace

std::vector<Benchmark> experimentBenchmarks()
{
    return {{"experiments.analysis", "a million exposures of a comparison, looked at after each",
             [](const BenchOptions& options) { return std::vector<Figure>{analysis(options)}; }}};
}

} // namespace bnof::bench
