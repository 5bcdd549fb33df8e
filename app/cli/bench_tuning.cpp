// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "app/cli/bench.h"
#include "engine/tuning/standard_functions.h"

namespace bnof::bench {
namespace {

constexpr std::uint32_t trials = 100;

/// In how many of 30 seeds each sampler finds a lower value than random search; the figure is its worst function.
Figure againstRandom(const std::string& sampler, const BenchOptions& options)
{
    const std::uint32_t seeds = options.rehearsal ? 3 : 30;
    Figure figure;
    figure.name = "tuning.standard_functions." + sampler;
    figure.unit = "1";
    figure.better = Figure::Better::Higher;
    figure.baseline = Figure::Baseline{"required share of seeds", 0.9};
    double worst = 1;
    Json functions = Json::object();
    for (const tuning::StandardFunction& function : tuning::standardFunctions()) {
        const auto wins = tuning::winsOverRandom(function, sampler, trials, seeds);
        if (!wins.ok()) {
            figure.reason = wins.error().message();
            return figure;
        }
        const double share = static_cast<double>(*wins) / seeds;
        functions.set(function.name, share);
        worst = std::min(worst, share);
    }
    figure.value = worst;
    figure.detail.set("trials", trials).set("seeds", seeds).set("share_of_seeds", std::move(functions));
    figure.detail.set("measures", "share of seeds in which the sampler found less than random search did with as many "
                                  "trials; the worst function");
    return figure;
}

} // namespace

std::vector<Benchmark> tuningBenchmarks()
{
    return {{"tuning.standard_functions", "searches held against random search on functions with known minima",
             [](const BenchOptions& options) {
                 return std::vector<Figure>{againstRandom("tpe", options), againstRandom("cma-es", options)};
             }}};
}

} // namespace bnof::bench
