// SPDX-License-Identifier: GPL-3.0-or-later
// Spikes, states and weights on the device against the reference and every other back end.
#include <algorithm>

#include "app/cli/bench_networks.h"
#include "engine/compute/cuda_devices.h"
#include "engine/snn/back_ends.h"
#include "engine/snn/batch.h"
#include "engine/snn/cuda_backend.h"
#include "engine/snn/fallback_backend.h"
#include "tests/gpu/gpu_report.h"
#include "tests/snn/cuda_twin.h"

namespace bnof::gputest {
namespace {

using namespace snn;
using namespace test;

using Plans = std::shared_ptr<const Plan>;

/// The ways in which a network can run on the device.
struct Way {
    const char* name;
    CudaOptions options;
};

std::vector<Way> ways()
{
    CudaOptions grid;
    grid.path = CudaOptions::Path::Grid;
    CudaOptions launches = grid;
    launches.graphs = false;
    launches.chunkTicks = 37;
    CudaOptions block;
    block.path = CudaOptions::Path::OneBlock;
    CudaOptions shortBlocks = block;
    shortBlocks.blockTicks = 3;
    shortBlocks.chunkTicks = 50;
    return {
        {"grid, graphs", grid}, {"grid, launches", launches}, {"one block", block}, {"one block, short", shortBlocks}};
}

std::unique_ptr<BackEnd> cpu(const Plans& plan, const std::string& name)
{
    SimulationOptions options;
    options.backEnd = name;
    options.threads = 3;
    return std::move(makeBackEnd(plan, options)).value();
}

std::string failureOf(const BackEnd& backEnd)
{
    return backEnd.failure() ? backEnd.failure()->message() + ' ' + backEnd.failure()->context : std::string();
}

/// Runs one network on every back end; what differs.
std::string compareEverywhere(const Plans& plan, std::uint64_t seed, std::size_t& spikesSeen)
{
    std::vector<std::pair<std::string, std::unique_ptr<BackEnd>>> others;
    for (const std::string& name : availableBackEnds())
        if (name != "reference" && name != "cuda")
            others.emplace_back(name, cpu(plan, name));
    for (const Way& way : ways()) {
        auto made = makeCudaBackEnd(plan, way.options);
        if (!made.ok())
            return std::string(way.name) + ": " + made.error().message() + ' ' + made.error().context;
        others.emplace_back(way.name, std::move(*made));
    }
    const auto expectation = cpu(plan, "reference");
    SpikesByPopulation expected;
    std::vector<SpikesByPopulation> spikes(others.size());
    for (const Stretch& stretch : randomStimulus(plan->network, seed)) {
        applyTo(*expectation, stretch);
        expectation->run(stretch.ticks, expected);
        const NetworkState state = expectation->state();
        for (std::size_t i = 0; i < others.size(); ++i) {
            BackEnd& other = *others[i].second;
            applyTo(other, stretch);
            other.run(stretch.ticks, spikes[i]);
            const std::string where = plan->network.name + ", " + others[i].first + ": ";
            const NetworkState got = other.state();
            if (const std::string failure = failureOf(other); !failure.empty())
                return where + failure;
            if (spikes[i] != expected)
                return where + "the spikes differ";
            if (!(got == state))
                return where + "the states differ";
            if (other.activity().events != expectation->activity().events)
                return where + "the numbers of synaptic events differ";
        }
    }
    spikesSeen += spikeCount(expected);
    return {};
}

std::string randomNetworksAgree(bool models, std::uint64_t first, std::uint64_t count, std::string& detail)
{
    std::size_t spikes = 0;
    std::size_t networks = 0;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const auto plan = buildPlan(randomNetwork(seed, models));
        if (!plan.ok()) // some draw weights that an accumulator cannot hold
            continue;
        if (std::string wrong = compareEverywhere(*plan, seed, spikes); !wrong.empty())
            return wrong;
        ++networks;
    }
    detail = std::to_string(networks) + " networks, " + std::to_string(spikes) +
             " spikes, states and weights on 4 ways of the device and every CPU back end";
    return {};
}

std::string goldenHashes(std::string& detail)
{
    const Network network = randomNetwork(7); // the hashes are those of tests/snn/tst_simulation.cpp
    auto simulation = Simulation::create(network, {"cuda", 0, false});
    if (!simulation.ok())
        return simulation.error().message();
    SpikesByPopulation spikes;
    for (const Stretch& stretch : randomStimulus(network, 7)) {
        if (const auto applied = apply(*simulation, stretch); !applied.ok())
            return applied.error().message();
        simulation->run(stretch.ticks + 500, spikes);
    }
    if (spikesHash(spikes) != "c27f9a6ca71e4a729ecdc87c332063b221b287fa7ad2269b9a936976ecc87d1d")
        return "the spike hash is " + spikesHash(spikes);
    if (simulation->stateHash() != "8b59388144dd3106e1eabc9d27433e7b4878b2159ae44b3be7d1dfd5bd5c924d")
        return "the state hash is " + simulation->stateHash();
    detail = simulation->backEndName();
    return {};
}

std::string statesMove(std::string& detail)
{
    std::size_t moves = 0;
    for (std::uint64_t seed = 7001; seed < 7001 + 60; ++seed) {
        const auto plan = buildPlan(randomNetwork(seed, seed % 3 != 0));
        if (!plan.ok())
            continue;
        const auto whole = cpu(*plan, "reference");
        std::vector<std::unique_ptr<BackEnd>> parts;
        parts.push_back(cpu(*plan, availableBackEnds().front()));
        for (const Way& way : ways())
            parts.push_back(std::move(makeCudaBackEnd(*plan, way.options)).value());
        SpikesByPopulation expected;
        SpikesByPopulation spikes;
        std::size_t turn = seed;
        for (const Stretch& stretch : randomStimulus((*plan)->network, seed)) {
            applyTo(*whole, stretch);
            whole->run(stretch.ticks, expected);
            turn %= parts.size();
            applyTo(*parts[turn], stretch);
            for (std::uint32_t left = stretch.ticks; left > 0; ++moves) {
                const std::uint32_t ticks = std::min(left, static_cast<std::uint32_t>(1 + (seed + left) * 17 % 61));
                parts[turn]->run(ticks, spikes);
                left -= ticks;
                const auto moved = decodeState(**plan, encodeState(**plan, parts[turn]->state()));
                if (!moved.ok())
                    return (*plan)->network.name + ": " + moved.error().message();
                turn = (turn + 1) % parts.size();
                parts[turn]->setState(*moved);
            }
        }
        if (spikes != expected)
            return (*plan)->network.name + ": the spikes differ";
        if (!(parts[turn % parts.size()]->state() == whole->state()))
            return (*plan)->network.name + ": the states differ";
    }
    detail = std::to_string(moves) + " moves between the device and the CPU";
    return {};
}

std::vector<Trial> randomTrials(const Network& network, std::uint64_t seed, std::size_t count)
{
    Dice dice(seed);
    std::vector<Trial> trials;
    for (std::size_t i = 0; i < count; ++i) {
        Trial trial{30 + dice.below(300), {}, seed * 1000 + i};
        for (std::uint32_t tick = 0; tick < trial.ticks; tick += 1 + dice.below(trial.ticks)) {
            const std::uint32_t p = dice.below(static_cast<std::uint32_t>(network.populations.size()));
            const Population& population = network.populations[p];
            const bool rates = std::holds_alternative<PoissonParameters>(population.model);
            if (!rates && (isSource(population.model) || std::holds_alternative<CounterParameters>(population.model)))
                continue;
            InputChange change{tick, p, {}};
            for (std::uint32_t n = 0; n < population.size; ++n)
                change.values.push_back(
                    static_cast<float>(rates ? dice.between(0, 300) / network.tickMs : dice.between(-5, 25)));
            trial.inputs.push_back(std::move(change));
        }
        trials.push_back(std::move(trial));
    }
    return trials;
}

std::string batchesAgree(std::string& detail)
{
    std::size_t compared = 0;
    for (std::uint64_t seed = 8001; seed < 8001 + 40; ++seed) {
        const Network network = randomNetwork(seed, true);
        if (!buildPlan(network).ok())
            continue;
        const std::vector<Trial> trials = randomTrials(network, seed, 40);
        const auto expected = runBatch(network, trials, {"reference", 2});
        if (!expected.ok())
            return expected.error().message();
        for (const unsigned split : {1U, 2U}) {
            const auto got = runBatch(network, trials, {"cuda", 0, split});
            if (!got.ok())
                return network.name + ": " + got.error().message();
            if (got->workers.size() < split || got->backEnd.find("failed") != std::string::npos)
                return network.name + ": " + got->backEnd;
            for (std::size_t i = 0; i < trials.size(); ++i)
                if (got->spikes[i] != expected->spikes[i] || got->stateHashes[i] != expected->stateHashes[i])
                    return network.name + ": trial " + std::to_string(i) + " differs, split " + std::to_string(split);
        }
        compared += trials.size();
    }
    detail = std::to_string(compared) + " trials, on the whole device and on two halves of it";
    return {};
}

std::string largeNetworkAgrees(std::string& detail)
{
    const auto plan = buildPlan(bench::flySized());
    if (!plan.ok())
        return plan.error().message();
    auto device = makeCudaBackEnd(*plan);
    if (!device.ok())
        return device.error().message();
    const auto expectation = cpu(*plan, "parallel");
    SpikesByPopulation expected;
    SpikesByPopulation spikes;
    expectation->run(1000, expected);
    (*device)->run(1000, spikes);
    const NetworkState state = (*device)->state();
    if (const std::string failure = failureOf(**device); !failure.empty())
        return failure;
    if (spikes != expected)
        return "the spikes differ";
    if (!(state == expectation->state()))
        return "the states differ";
    detail = (*plan)->network.name + ", " + std::to_string(spikeCount(spikes)) + " spikes, " + (*device)->name();
    return {};
}

std::string learningNetworkAgrees(std::string& detail)
{
    const auto plan = buildPlan(bench::mushroomBody(2500, true));
    if (!plan.ok())
        return plan.error().message();
    const auto expectation = cpu(*plan, availableBackEnds().front());
    SpikesByPopulation expected;
    expectation->run(20000, expected);
    const NetworkState state = expectation->state();
    for (const Way& way : ways()) {
        auto device = makeCudaBackEnd(*plan, way.options);
        if (!device.ok())
            return device.error().message();
        SpikesByPopulation spikes;
        (*device)->run(20000, spikes);
        if (spikes != expected)
            return std::string(way.name) + ": the spikes differ " + failureOf(**device);
        if (!((*device)->state() == state))
            return std::string(way.name) + ": the states differ " + failureOf(**device);
    }
    detail = (*plan)->network.name + ", " + std::to_string(spikeCount(expected)) + " spikes";
    return {};
}

std::string tooLittleMemoryIsNamed(std::string& detail)
{
    const auto plan = buildPlan(bench::mushroomBody(2500, true));
    if (!plan.ok())
        return plan.error().message();
    CudaOptions options;
    options.memoryLimitBytes = 100000;
    const auto refused = makeCudaBackEnd(*plan, options);
    if (refused.ok())
        return "100 kB were enough for a mushroom body";
    if (refused.error().context.find("needed") == std::string::npos)
        return "the error does not say what is needed: " + refused.error().message();
    detail = refused.error().context;
    return {};
}

/// Memory that is just enough to begin with, and not for the spikes.
std::string lackOfMemoryMovesTheRunToTheCpu(std::string& detail)
{
    Network network;
    network.name = "loud";
    network.tickMs = 1;
    network.populations = {{"input", 20000, PoissonParameters{5}}};
    const auto plan = buildPlan(network);
    if (!plan.ok())
        return plan.error().message();
    CudaOptions options;
    options.chunkTicks = 512; // later 9 million spikes, 70 MB
    Result<std::unique_ptr<BackEnd>> device = makeError(ErrorKind::Internal, "not made");
    for (options.memoryLimitBytes = 1 << 20; !device.ok() && options.memoryLimitBytes < (std::uint64_t{1} << 28);
         options.memoryLimitBytes += 1 << 20)
        device = makeCudaBackEnd(*plan, options);
    options.memoryLimitBytes += 2 << 20; // for quiet ticks
    device = makeCudaBackEnd(*plan, options);
    if (!device.ok())
        return device.error().message();
    FallbackBackEnd tested(
        std::move(*device), [&] { return Result<std::unique_ptr<BackEnd>>(cpu(*plan, "vector")); }, 700);
    const auto expectation = cpu(*plan, "reference");
    SpikesByPopulation expected;
    SpikesByPopulation spikes;
    for (const std::uint32_t ticks : {100U, 900U, 100U}) {
        if (ticks == 900) {
            const std::vector<std::uint32_t> loud(20000, poissonThreshold(900, network.tickMs));
            expectation->setThresholds(0, loud);
            tested.setThresholds(0, loud);
        }
        expectation->run(ticks, expected);
        tested.run(ticks, spikes);
    }
    if (!tested.lastSwitch())
        return "the device did not run out of memory";
    if (spikes != expected || !(tested.state() == expectation->state()))
        return "spikes or states differ after the switch";
    detail = "at tick " + std::to_string(tested.lastSwitch()->tick) + ": " + tested.lastSwitch()->reason.what;
    return {};
}

} // namespace

void runChecks(Report& report)
{
    report.check("gpu.first_version", [](std::string& d) { return randomNetworksAgree(false, 1, 60, d); });
    report.check("gpu.every_model", [](std::string& d) { return randomNetworksAgree(true, 1001, 500, d); });
    report.check("gpu.golden_hashes", goldenHashes);
    report.check("gpu.states_move", statesMove);
    report.check("gpu.batches", batchesAgree);
    report.check("gpu.learning_network", learningNetworkAgrees);
    report.check("gpu.large_network", largeNetworkAgrees);
    report.check("gpu.memory_named", tooLittleMemoryIsNamed);
    report.check("gpu.memory_fallback", lackOfMemoryMovesTheRunToTheCpu);
}

} // namespace bnof::gputest
