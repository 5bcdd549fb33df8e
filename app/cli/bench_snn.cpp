// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <numeric>

#include "app/cli/bench_measure.h"
#include "app/cli/bench_networks.h"
#include "app/cli/bench_peers.h"
#include "engine/base/philox.h"
#include "engine/compute/cpu.h"
#include "engine/compute/limits.h"
#include "engine/snn/batch.h"
#include "engine/snn/simulation.h"

namespace bnof::bench {
namespace {

using Better = Figure::Better;

Result<snn::Simulation> simulate(const snn::Network& network, const std::string& backEnd)
{
    snn::SimulationOptions options;
    options.backEnd = backEnd;
    return snn::Simulation::create(network, options);
}

/// CPU seconds of `ticks` ticks.
double timeRun(snn::Simulation& simulation, std::uint32_t ticks, snn::SpikesByPopulation& spikes)
{
    const double begin = threadSeconds();
    simulation.run(ticks, spikes);
    return threadSeconds() - begin;
}

// ---- neuron updates ------------------------------------------------------------------------------------------------

/// LIF neurons with one exponential synapse under steady drives of 8 to 14 mV (threshold at 10 mV): a part fires
/// regularly, a part stays below, so that every path of the update is taken. Nothing arrives: the update alone is
/// measured. The source only gives the population its synapse.
Result<snn::Simulation> drivenNetwork(const std::string& backEnd, std::uint32_t neurons)
{
    snn::Network network;
    network.name = "driven";
    network.tickMs = 0.1;
    network.populations = {{"neurons", neurons, snn::LifParameters{}}, {"source", 1, snn::PoissonParameters{0}}};
    snn::Projection projection;
    projection.source = 1;
    projection.target = 0;
    projection.delayMs = 0.8;
    projection.connectivity = snn::AllToAll{};
    network.projections = {projection};
    BNOF_TRY_ASSIGN(snn::Simulation simulation, simulate(network, backEnd));
    PhiloxSequence random(1, 0);
    std::vector<float> drive(neurons);
    for (float& value : drive)
        value = 8.0F + 6.0F * static_cast<float>(random.uniform());
    BNOF_TRY(simulation.setDrive(0, drive));
    return simulation;
}

Result<Figure> lifUpdate(const BenchOptions& options, const std::string& name, std::uint32_t neurons)
{
    if (options.rehearsal)
        neurons = std::min(neurons, 10'000U);
    const std::uint32_t ticks = std::max(16U, 4'000'000 / neurons / 8 * 8);
    BNOF_TRY_ASSIGN(snn::Simulation vector, drivenNetwork("vector", neurons));
    BNOF_TRY_ASSIGN(snn::Simulation reference, drivenNetwork("reference", neurons));
    std::uint64_t spikes = 0, referenceSpikes = 0;
    const auto round = [ticks](snn::Simulation& simulation, std::uint64_t& count) -> Result<double> {
        snn::SpikesByPopulation fired;
        const double seconds = timeRun(simulation, ticks, fired);
        count += fired.front().size();
        return seconds;
    };
    BNOF_TRY_ASSIGN(const Paired paired, measurePaired(
                                             options, [&] { return round(vector, spikes); },
                                             [&] { return round(reference, referenceSpikes); }));
    if (spikes != referenceSpikes || vector.stateHash() != reference.stateHash())
        return makeError(ErrorKind::Internal, "the two back ends do not agree, so their times mean nothing", name);
    const double updates = static_cast<double>(neurons) * ticks;
    Figure figure;
    figure.name = name;
    figure.unit = "updates/s";
    figure.value = updates / paired.subject;
    figure.baseline = Figure::Baseline{"reference back end", updates / paired.baseline};
    if (const Result<double> loop = compute::measureLifLoop(neurons); loop.ok())
        figure.limit = *loop;
    figure.detail.set("back_end", vector.backEndName())
        .set("neurons", neurons)
        .set("tick_ms", 0.1)
        .set("limit_is", "a minimal loop that reads and writes the state once a tick")
        .set("ticks_a_pass", 8)
        .set("spikes_per_tick", static_cast<double>(spikes) / (static_cast<double>(paired.rounds.size()) * ticks))
        .set("rounds", paired.rounds.size());
    return figure;
}

// ---- synapses ------------------------------------------------------------------------------------------------------

Result<Figure> synapseEvents(const BenchOptions& options)
{
    constexpr std::uint32_t sources = 400;
    const std::uint32_t targets = options.rehearsal ? 5'000 : 50'000;
    constexpr std::uint32_t inDegree = 80; // rows of 10,000 synapses
    constexpr std::uint32_t ticks = 200;
    snn::Network network;
    network.name = "delivery";
    network.tickMs = 0.1;
    snn::LifParameters lif;
    lif.thresholdMv = 1e5; // only receives
    network.populations = {{"source", sources, snn::PoissonParameters{2000}}, {"target", targets, lif}};
    snn::ExplicitList list;
    PhiloxSequence random(3, 0);
    for (std::uint32_t target = 0; target < targets; ++target) {
        for (std::uint32_t k = 0; k < inDegree; ++k) {
            list.sources.push_back(random.below(sources));
            list.targets.push_back(target);
            list.weights.push_back(0.5F + static_cast<float>(random.uniform()));
        }
    }
    snn::Projection projection;
    projection.source = 0;
    projection.target = 1;
    projection.delayMs = 0.8;
    projection.connectivity = std::move(list);
    network.projections = {projection};
    snn::SimulationOptions timed;
    timed.backEnd = "vector";
    timed.timePhases = true;
    BNOF_TRY_ASSIGN(snn::Simulation vector, snn::Simulation::create(network, timed));
    timed.backEnd = "reference";
    BNOF_TRY_ASSIGN(snn::Simulation reference, snn::Simulation::create(network, timed));
    const auto round = [](snn::Simulation& simulation) -> Result<double> {
        const snn::Activity before = simulation.activity();
        snn::SpikesByPopulation fired;
        simulation.run(ticks, fired);
        const snn::Activity after = simulation.activity();
        const auto events = static_cast<double>(after.synapticEvents() - before.synapticEvents());
        return (after.seconds.deliver - before.seconds.deliver) / events;
    };
    BNOF_TRY_ASSIGN(const Paired paired, measurePaired(
                                             options, [&] { return round(vector); }, [&] { return round(reference); }));
    Figure figure;
    figure.name = "snn.synapse_events";
    figure.unit = "events/s";
    figure.value = 1 / paired.subject;
    figure.baseline = Figure::Baseline{"reference back end", 1 / paired.baseline};
    if (const Result<double> scatter = compute::measureScatter(4096); scatter.ok())
        figure.limit = *scatter;
    figure.detail.set("back_end", vector.backEndName())
        .set("synapses", vector.synapseCount())
        .set("weights", "int16, one a synapse")
        .set("limit_is", "a minimal loop into 4,096 sums")
        .set("events_per_tick", static_cast<double>(vector.synapticEvents()) / static_cast<double>(vector.tick()))
        .set("rounds", paired.rounds.size());
    return figure;
}

// ---- whole networks ------------------------------------------------------------------------------------------------

struct ExpectedRate {
    std::uint32_t population;
    double lowHz;
    double highHz;
};

/// A network that simulators are compared by.
struct Contest {
    std::string name;
    snn::Network network;
    double warmUpSeconds = 0.2;
    std::uint32_t ticksPerRound = 1000;
    std::vector<ExpectedRate> rates;
    Result<void> (*start)(snn::Simulation& simulation) = nullptr; ///< before the warm-up
    std::vector<Peer> peers;
    std::string brian; ///< model name for the script that runs Brian 2, or empty
};

Result<void> scatterMembranes(snn::Simulation& simulation)
{
    // Steady drives for 50 ms leave the membranes spread over their range, as random initial values would.
    snn::SpikesByPopulation spikes;
    PhiloxSequence random(2, 0);
    for (std::uint32_t population = 0; population < 2; ++population) {
        std::vector<float> drive(simulation.network().populations[population].size);
        for (float& value : drive)
            value = 20.0F * static_cast<float>(random.uniform()) - 10.0F;
        BNOF_TRY(simulation.setDrive(population, drive));
    }
    simulation.run(kickTicks, spikes);
    for (std::uint32_t population = 0; population < 2; ++population)
        BNOF_TRY(simulation.setDrive(population,
                                     std::vector<float>(simulation.network().populations[population].size, 0.0F)));
    return {};
}

Result<void> kick(snn::Simulation& simulation)
{
    snn::SpikesByPopulation spikes;
    const std::uint32_t size = simulation.network().populations[cobaKick].size;
    BNOF_TRY(simulation.setRates(cobaKick, std::vector<float>(size, kickRateHz)));
    simulation.run(kickTicks, spikes);
    return simulation.setRates(cobaKick, std::vector<float>(size, 0.0F));
}

Result<Figure> runContest(const Contest& contest, const BenchOptions& options)
{
    BNOF_TRY_ASSIGN(snn::Simulation simulation, simulate(contest.network, "vector"));
    if (contest.start != nullptr)
        BNOF_TRY(contest.start(simulation));
    const double tickSeconds = contest.network.tickMs / 1000;
    snn::SpikesByPopulation spikes;
    simulation.run(static_cast<std::uint32_t>(contest.warmUpSeconds / tickSeconds), spikes);
    std::vector<double> rounds;
    std::vector<double> counts(contest.network.populations.size(), 0);
    const std::uint64_t eventsBefore = simulation.synapticEvents();
    const std::int64_t end = monotonicNow() + fromSeconds(2 * options.secondsEach);
    while (rounds.size() < 5 || (monotonicNow() < end && rounds.size() < 1000)) {
        spikes = {};
        rounds.push_back(timeRun(simulation, contest.ticksPerRound, spikes));
        for (std::size_t i = 0; i < counts.size(); ++i)
            counts[i] += static_cast<double>(spikes[i].size());
    }
    const double biological = static_cast<double>(rounds.size()) * contest.ticksPerRound * tickSeconds;
    const double median = quantile(rounds, 0.5);
    Figure figure;
    figure.name = contest.name;
    figure.unit = "biological s / CPU s";
    figure.value = contest.ticksPerRound * tickSeconds / median;
    double neurons = 0;
    Json rates = Json::object();
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const snn::Population& population = contest.network.populations[i];
        rates.set(population.name, counts[i] / biological / population.size);
        neurons += snn::isSource(population.model) ? 0 : population.size;
    }
    for (const ExpectedRate& expected : contest.rates) {
        if (options.rehearsal)
            break;
        const double rate =
            counts[expected.population] / biological / contest.network.populations[expected.population].size;
        if (rate >= expected.lowHz && rate <= expected.highHz)
            continue;
        figure.value.reset();
        figure.reason = contest.network.populations[expected.population].name + " fire at " + std::to_string(rate) +
                        " Hz instead of " + std::to_string(expected.lowHz) + " to " + std::to_string(expected.highHz) +
                        ": it is not the same work";
    }
    if (options.rehearsal)
        return figure;
    if (!contest.brian.empty())
        figure.baseline = runBrian(contest.brian);
    Json peers = Json::object();
    for (const Peer& peer : contest.peers)
        peers.set(peer.name, peer.timesRealTime);
    const auto events = static_cast<double>(simulation.synapticEvents() - eventsBefore);
    figure.detail.set("back_end", simulation.backEndName())
        .set("neurons", neurons)
        .set("synapses", simulation.synapseCount())
        .set("tick_ms", contest.network.tickMs)
        .set("rates_hz", std::move(rates))
        .set("updates_per_s", neurons * contest.ticksPerRound / median)
        .set("events_per_biological_s", events / biological)
        .set("best", contest.ticksPerRound * tickSeconds / quantile(rounds, 0))
        .set("rounds", rounds.size())
        .set("peers_elsewhere", std::move(peers));
    return figure;
}

Contest mushroomContest(const std::string& name, std::uint32_t kenyonCells, bool plastic, std::vector<Peer> peers)
{
    Contest contest;
    contest.name = name;
    contest.network = mushroomBody(kenyonCells, plastic);
    contest.ticksPerRound = kenyonCells > 10000 ? 400 : 4000;
    // The convergent neurons see the mean of all Kenyon cells; with more of those it fluctuates less.
    contest.rates = {{1, 1.14, 1.40}};
    if (kenyonCells <= 10000)
        contest.rates.push_back({3, 27, 35.2});
    contest.peers = std::move(peers);
    return contest;
}

Contest contestOf(const std::string& name, bool rehearsal)
{
    Contest contest;
    contest.name = name;
    if (name == "snn.cuba4000") {
        contest.network = cubaNetwork();
        contest.start = scatterMembranes;
        contest.rates = {{0, 4.86, 6.6}};
        contest.peers = {{"GeNN 5.4 CPU", 10.1}, {"Brian2 2.5 C++", 7.3}};
        contest.brian = "cuba";
    } else if (name == "snn.coba4000") {
        contest.network = cobaNetwork();
        contest.start = kick;
        contest.rates = {{0, 14.4, 22}};
        contest.peers = {{"GeNN 5.4 CPU", 9.2}, {"Auryn 0.8.3", 8.0}, {"Brian2 2.5 C++", 6.8}};
        contest.brian = "coba";
    } else if (name == "snn.mb2500_stdp") {
        return mushroomContest(name, 2500, true, {{"GeNN 5.4 CPU", 9.3}, {"Auryn 0.8.3", 7.7}});
    } else if (name == "snn.mb50000_stdp") {
        return mushroomContest(name, rehearsal ? 3000 : 50000, true, {{"GeNN 5.4 CPU", 0.29}, {"Auryn 0.8.3", 0.14}});
    } else if (name == "snn.mb50000_static") {
        return mushroomContest(name, rehearsal ? 3000 : 50000, false, {{"GeNN 5.4 CPU", 0.65}, {"Auryn 0.8.3", 0.55}});
    } else {
        contest.network = flySized(rehearsal ? 2000 : 138'000);
        contest.ticksPerRound = 200;
        contest.rates = {{0, 6, 10}, {1, 6, 10}};
        contest.peers = {{"NEST GPU, RTX 4070 machine", 1.0}, {"Brian2 CPU", 0.39}};
    }
    return contest;
}

// ---- silence -------------------------------------------------------------------------------------------------------

/// The sources of a mushroom body stop: currents decay towards denormal numbers, which must not slow it.
Result<Figure> silence(const BenchOptions& options)
{
    const snn::Network network = mushroomBody(2500, false);
    BNOF_TRY_ASSIGN(snn::Simulation vector, simulate(network, "vector"));
    BNOF_TRY_ASSIGN(snn::Simulation reference, simulate(network, "reference"));
    snn::SpikesByPopulation spikes;
    for (snn::Simulation* simulation : {&vector, &reference}) {
        simulation->run(20'000, spikes);
        BNOF_TRY(simulation->setRates(0, std::vector<float>(100, 0.0F)));
    }
    const auto round = [](snn::Simulation& simulation) -> Result<double> {
        snn::SpikesByPopulation fired;
        return timeRun(simulation, 500, fired);
    };
    BNOF_TRY_ASSIGN(const Paired paired, measurePaired(
                                             options, [&] { return round(vector); }, [&] { return round(reference); }));
    if (vector.stateHash() != reference.stateHash())
        return makeError(ErrorKind::Internal, "the two back ends do not agree, so their times mean nothing",
                         "snn.silent");
    const double biological = 500 * network.tickMs / 1000;
    Figure figure;
    figure.name = "snn.silent";
    figure.unit = "biological s / CPU s";
    // The slowest tenth counts: populations at rest are skipped, and that must not hide slow denormals before.
    figure.value = biological / quantile(paired.rounds, 0.9);
    figure.baseline = Figure::Baseline{"reference back end, median", biological / paired.baseline};
    figure.detail.set("median", biological / paired.subject)
        .set("first_50_ms", biological / paired.rounds.front())
        .set("state_hash", vector.stateHash())
        .set("rounds", paired.rounds.size());
    return figure;
}

// ---- scaling -------------------------------------------------------------------------------------------------------

Result<Figure> scaling(const BenchOptions& options)
{
    const snn::Network network = mushroomBody(2500, true);
    const unsigned cores = compute::cpuFeatures().logicalCores;
    std::vector<snn::Trial> trials(std::size_t{cores} * 4);
    for (std::size_t i = 0; i < trials.size(); ++i) {
        trials[i].ticks = options.rehearsal ? 200 : 10'000;
        trials[i].drawSeed = i + 1;
    }
    const auto wall = [&](unsigned threads, std::vector<std::string>& hashes) -> Result<double> {
        snn::BatchOptions batch;
        batch.threads = threads;
        const std::int64_t begin = monotonicNow();
        BNOF_TRY_ASSIGN(const snn::BatchResult result, snn::runBatch(network, trials, batch));
        hashes = result.stateHashes;
        return static_cast<double>(monotonicNow() - begin) * 1e-9;
    };
    std::vector<double> efficiencies, one, all;
    std::vector<std::string> expected, hashes;
    for (int round = 0; round < 5; ++round) {
        BNOF_TRY_ASSIGN(const double alone, wall(1, expected));
        BNOF_TRY_ASSIGN(const double together, wall(cores, hashes));
        if (hashes != expected)
            return makeError(ErrorKind::Internal, "results depend on the number of threads", "snn.scaling");
        one.push_back(alone);
        all.push_back(together);
        efficiencies.push_back(alone / together / cores);
    }
    Figure figure;
    figure.name = "snn.scaling";
    figure.unit = "share of ideal";
    figure.value = quantile(efficiencies, 0.5);
    figure.limit = 1.0;
    const double biological = static_cast<double>(trials.size()) * trials[0].ticks * network.tickMs / 1000;
    figure.baseline = Figure::Baseline{"one thread, biological s / s", biological / quantile(one, 0.5)};
    figure.detail.set("cores", cores)
        .set("trials", trials.size())
        .set("biological_s_per_s", biological / quantile(all, 0.5))
        .set("best", quantile(efficiencies, 1))
        .set("wall_clock", true);
    return figure;
}

std::vector<Figure> one(const Result<Figure>& figure, const std::string& name, const std::string& unit)
{
    if (!figure.ok())
        return {notMeasured(name, unit, Better::Higher, figure.error().message())};
    return {*figure};
}

Benchmark contestBenchmark(const std::string& name, const std::string& summary)
{
    return {name, summary, [name](const BenchOptions& options) {
                return one(runContest(contestOf(name, options.rehearsal), options), name, "biological s / CPU s");
            }};
}

Benchmark updateBenchmark(const std::string& name, const std::string& summary, std::uint32_t neurons)
{
    return {name, summary, [name, neurons](const BenchOptions& options) {
                return one(lifUpdate(options, name, neurons), name, "updates/s");
            }};
}

} // namespace

std::vector<Benchmark> snnBenchmarks()
{
    std::vector<Benchmark> all = {
        updateBenchmark("snn.lif_update", "Neuron updates a CPU second, 5,000 driven LIF neurons.", 5000),
        updateBenchmark("snn.lif_update_l2", "The same with 50,000 neurons.", 50'000),
        updateBenchmark("snn.lif_update_dram", "The same with 16.8 million neurons in main memory.", (1U << 24) - 64),
        {"snn.synapse_events", "Synaptic events a CPU second, 50,000 targets, a weight each.",
         [](const BenchOptions& options) { return one(synapseEvents(options), "snn.synapse_events", "events/s"); }},
        contestBenchmark("snn.cuba4000", "Vogels-Abbott network with current synapses."),
        contestBenchmark("snn.coba4000", "Vogels-Abbott network with conductance synapses."),
        contestBenchmark("snn.mb2500_stdp", "Mushroom body of 2,500 Kenyon cells that learns."),
        contestBenchmark("snn.mb50000_stdp", "Mushroom body of 50,000 Kenyon cells that learns."),
        contestBenchmark("snn.mb50000_static", "The same without learning."),
        contestBenchmark("snn.fly138k", "138,000 neurons, 15 million synapses, 8 Hz."),
        {"snn.silent", "Mushroom body after its sources have stopped.",
         [](const BenchOptions& options) { return one(silence(options), "snn.silent", "biological s / CPU s"); }},
        {"snn.scaling", "Independent trials on all cores, share of ideal speed-up.",
         [](const BenchOptions& options) { return one(scaling(options), "snn.scaling", "share of ideal"); }},
    };
    for (Benchmark& benchmark : precisionBenchmarks())
        all.push_back(std::move(benchmark));
    return all;
}

} // namespace bnof::bench
