// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include "app/cli/bench_measure.h"
#include "engine/base/philox.h"
#include "engine/compute/limits.h"
#include "engine/snn/simulation.h"

namespace bnof::bench {
namespace {

constexpr std::uint32_t neurons = 5000;
constexpr std::uint32_t ticksPerRound = 200;

/// 5,000 LIF neurons under steady drives of 8 to 14 mV (threshold at 10 mV): a part fires regularly, a part
/// stays below, so that every path of the update is taken. No synapses: the update alone is measured.
Result<snn::Simulation> drivenNetwork(const std::string& backEnd)
{
    snn::Network network;
    network.name = "driven";
    network.tickMs = 0.1;
    network.populations = {{"neurons", neurons, snn::LifParameters{}}};
    snn::SimulationOptions options;
    options.backEnd = backEnd;
    BNOF_TRY_ASSIGN(snn::Simulation simulation, snn::Simulation::create(network, options));
    PhiloxSequence random(1, 0);
    std::vector<float> drive(neurons);
    for (float& value : drive)
        value = 8.0F + 6.0F * static_cast<float>(random.uniform());
    BNOF_TRY(simulation.setDrive(0, drive));
    return simulation;
}

double round(snn::Simulation& simulation, std::uint64_t& spikeCount)
{
    snn::SpikesByPopulation spikes;
    const double begin = threadSeconds();
    simulation.run(ticksPerRound, spikes);
    const double seconds = threadSeconds() - begin;
    spikeCount += spikes.front().size();
    return seconds;
}

Result<Figure> lifUpdate(const BenchOptions& options)
{
    BNOF_TRY_ASSIGN(snn::Simulation vector, drivenNetwork("vector"));
    BNOF_TRY_ASSIGN(snn::Simulation reference, drivenNetwork("reference"));
    std::uint64_t spikes = 0, referenceSpikes = 0;
    BNOF_TRY_ASSIGN(const Paired paired, measurePaired(
                                             options, [&]() -> Result<double> { return round(vector, spikes); },
                                             [&]() -> Result<double> { return round(reference, referenceSpikes); }));
    if (spikes != referenceSpikes || vector.stateHash() != reference.stateHash())
        return makeError(ErrorKind::Internal, "the two back ends do not agree, so their times mean nothing",
                         "snn.lif_update");
    const double updates = double{neurons} * ticksPerRound;
    Figure figure;
    figure.name = "snn.lif_update";
    figure.unit = "updates/s";
    figure.value = updates / paired.subject;
    figure.baseline = Figure::Baseline{"reference back end", updates / paired.baseline};
    // Without synapses an update reads and writes the membrane and the refractory counter and reads the drive.
    constexpr double bytesPerUpdate = 2 * 4 + 2 * 2 + 4;
    if (const Result<double> cache = compute::measureL2Triad(); cache.ok())
        figure.limit = cache.value() / bytesPerUpdate;
    figure.detail.set("back_end", vector.backEndName())
        .set("neurons", neurons)
        .set("tick_ms", 0.1)
        .set("seconds_per_update", paired.subject / updates)
        .set("bytes_per_update", bytesPerUpdate)
        .set("limit_is", "L2 bandwidth / bytes per update")
        .set("biological_time_per_cpu_time", ticksPerRound * 1e-4 / paired.subject)
        .set("spikes_per_tick",
             static_cast<double>(spikes) / (static_cast<double>(paired.rounds.size()) * ticksPerRound))
        .set("rounds", paired.rounds.size());
    return figure;
}

} // namespace

std::vector<Benchmark> snnBenchmarks()
{
    return {{"snn.lif_update", "Neuron updates a CPU second, 5,000 driven LIF neurons; vector beside reference.",
             [](const BenchOptions& options) -> std::vector<Figure> {
                 Result<Figure> figure = lifUpdate(options);
                 if (!figure.ok())
                     return {
                         notMeasured("snn.lif_update", "updates/s", Figure::Better::Higher, figure.error().message())};
                 return {figure.value()};
             }}};
}

} // namespace bnof::bench
