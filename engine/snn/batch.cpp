// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/batch.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

#include "engine/base/sha256.h"
#include "engine/compute/cpu.h"
#include "engine/compute/team.h"
#include "engine/snn/back_ends.h"

namespace bnof::snn {
namespace {

Result<void> runTrial(Simulation& simulation, const Trial& trial, SpikesByPopulation& spikes)
{
    simulation.reset(trial.drawSeed);
    std::uint32_t tick = 0;
    for (const InputChange& input : trial.inputs) {
        const std::uint32_t at = std::min(input.tick, trial.ticks);
        if (at < tick)
            return makeError(ErrorKind::Usage, "the inputs are not ordered by their ticks", "trial inputs",
                             "Sort them.");
        simulation.run(at - tick, spikes);
        tick = at;
        const Network& network = simulation.network();
        const bool rates = input.population < network.populations.size() &&
                           std::holds_alternative<PoissonParameters>(network.populations[input.population].model);
        BNOF_TRY(rates ? simulation.setRates(input.population, input.values)
                       : simulation.setDrive(input.population, input.values));
    }
    simulation.run(trial.ticks - tick, spikes);
    return {};
}

} // namespace

Result<BatchResult> runBatch(const Network& network, std::span<const Trial> trials, const BatchOptions& options)
{
    const bool spread = options.backEnd == "auto" || options.backEnd == "parallel";
    unsigned threads = options.threads > 0 ? options.threads : spread ? compute::cpuFeatures().logicalCores : 1;
    threads = std::max(1U, std::min<unsigned>(threads, static_cast<unsigned>(trials.size())));
    BNOF_TRY_ASSIGN(std::shared_ptr<const Plan> plan, buildPlan(network));
    SimulationOptions single;
    single.backEnd = spread ? availableBackEnds().front() : options.backEnd; // each thread on its own
    BatchResult result;
    result.spikes.resize(trials.size());
    result.stateHashes.resize(trials.size());
    std::vector<Simulation> simulations;
    for (unsigned i = 0; i < threads; ++i) {
        BNOF_TRY_ASSIGN(Simulation simulation, Simulation::create(plan, single));
        simulations.push_back(std::move(simulation));
    }
    result.backEnd = simulations[0].backEndName();
    if (threads > 1)
        result.backEnd += " on " + std::to_string(threads) + " threads";
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::optional<Error> failure; // of the first trial that failed
    std::size_t failed = trials.size();
    compute::Team team(threads);
    team.run([&](unsigned member) {
        for (std::size_t i = next.fetch_add(1); i < trials.size(); i = next.fetch_add(1)) {
            const Result<void> done = runTrial(simulations[member], trials[i], result.spikes[i]);
            result.stateHashes[i] = simulations[member].stateHash();
            if (done.ok())
                continue;
            const std::lock_guard lock(mutex);
            if (i < failed) {
                failed = i;
                failure = done.error();
            }
        }
    });
    if (failure) {
        failure->where = "trial " + std::to_string(failed) + ", " + failure->where;
        return *failure;
    }
    return result;
}

} // namespace bnof::snn
