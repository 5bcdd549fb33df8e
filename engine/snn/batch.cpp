// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/batch.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <thread>

#include "engine/base/log.h"
#include "engine/compute/cpu.h"
#include "engine/compute/load_balance.h"
#include "engine/snn/batch_workers.h"

namespace bnof::snn {
namespace {

/// Trials from which on `auto` takes the GPUs along: with fewer, most of their blocks would stand idle.
constexpr std::size_t manyTrials = 64;

/// Sees whether every input fits the network.
Result<void> checkTrials(const std::shared_ptr<const Plan>& plan, std::span<const Trial> trials)
{
    SimulationOptions options;
    options.backEnd = "reference";
    BNOF_TRY_ASSIGN(Simulation simulation, Simulation::create(plan, options));
    const std::vector<Population>& populations = plan->network.populations;
    for (std::size_t i = 0; i < trials.size(); ++i) {
        std::uint32_t tick = 0;
        for (const InputChange& input : trials[i].inputs) {
            const std::uint32_t at = std::min(input.tick, trials[i].ticks);
            Result<void> checked;
            if (at < tick)
                checked = makeError(ErrorKind::Usage, "the inputs are not ordered by their ticks", "trial inputs",
                                    "Sort them.");
            else if (input.population < populations.size() &&
                     std::holds_alternative<PoissonParameters>(populations[input.population].model))
                checked = simulation.setRates(input.population, input.values);
            else
                checked = simulation.setDrive(input.population, input.values);
            if (!checked.ok()) {
                Error error = checked.error();
                error.where = "trial " + std::to_string(i) + ", " + error.where;
                return error;
            }
            tick = at;
        }
    }
    return {};
}

/// Lets every worker take trials until none is left.
void share(BatchWorkers& workers, std::span<const Trial> trials, compute::LoadBalancer& balancer, BatchResult& result)
{
    const auto work = [&](std::size_t index) {
        BatchWorker& worker = *workers[index];
        const auto stop = [&](const std::vector<std::size_t>& numbers, const Error& error) {
            log::warning("snn",
                         worker.name() + " stopped in a batch; its trials are done elsewhere: " + error.message());
            balancer.giveUp(index, numbers);
        };
        std::vector<std::size_t> finished; // their hashes may still be computed
        for (auto numbers = balancer.take(index); !numbers.empty(); numbers = balancer.take(index)) {
            const auto begin = std::chrono::steady_clock::now();
            try {
                const Result<void> done = worker.run(trials, numbers, result);
                finished.insert(finished.end(), numbers.begin(), numbers.end());
                if (!done.ok()) {
                    (void)worker.finish();
                    return stop(numbers, done.error());
                }
            } catch (const std::bad_alloc&) {
                return stop(numbers, makeError(ErrorKind::BadInput, "there is not enough memory", "batch"));
            }
            const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
            balancer.done(index, numbers.size(), seconds.count());
        }
        if (const Result<void> done = worker.finish(); !done.ok())
            stop(finished, done.error());
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < workers.size(); ++i)
        threads.emplace_back(work, i);
    work(0);
    for (std::thread& thread : threads)
        thread.join();
}

/// "2 x vector (AVX2), cuda (...)".
std::string describe(const BatchWorkers& workers)
{
    std::string text;
    for (std::size_t i = 0; i < workers.size();) {
        std::size_t same = i;
        while (same < workers.size() && workers[same]->name() == workers[i]->name())
            ++same;
        text += text.empty() ? "" : ", ";
        text += workers[i]->name();
        if (same - i > 1)
            text += " on " + std::to_string(same - i) + (workers[i]->portion() > 1 ? " workers" : " threads");
        i = same;
    }
    return text;
}

Result<BatchWorkers> workersFor(const std::shared_ptr<const Plan>& plan, std::size_t trials,
                                const BatchOptions& options)
{
    BatchWorkers workers;
    const bool spread = options.backEnd == "auto" || options.backEnd == "parallel";
    if (options.backEnd == "cuda" || (options.backEnd == "auto" && trials >= manyTrials)) {
        auto devices = cudaWorkers(plan, options.cudaSplit);
        if (devices.ok())
            workers = std::move(*devices);
        else if (options.backEnd == "cuda")
            return devices.error();
    }
    if (options.backEnd == "cuda")
        return workers;
    unsigned threads = options.threads > 0 ? options.threads : spread ? compute::cpuFeatures().logicalCores : 1;
    threads = std::max(1U, std::min<unsigned>(threads, static_cast<unsigned>(trials)));
    BNOF_TRY_ASSIGN(BatchWorkers cpu,
                    cpuWorkers(plan, spread ? availableBackEnds().front() : options.backEnd, threads));
    for (auto& worker : cpu)
        workers.push_back(std::move(worker));
    return workers;
}

Result<BatchResult> run(const Network& network, std::span<const Trial> trials, const BatchOptions& options)
{
    BNOF_TRY_ASSIGN(const std::shared_ptr<const Plan> plan, buildPlan(network));
    BNOF_TRY_ASSIGN(BatchWorkers workers, workersFor(plan, trials.size(), options));
    BNOF_TRY(checkTrials(plan, trials));
    BatchResult result;
    result.spikes.resize(trials.size());
    result.stateHashes.resize(trials.size());
    result.backEnd = describe(workers);
    std::vector<std::size_t> portions;
    for (const auto& worker : workers)
        portions.push_back(worker->portion());
    compute::LoadBalancer balancer(trials.size(), portions);
    share(workers, trials, balancer, result);
    for (std::size_t i = 0; i < workers.size(); ++i)
        result.workers.push_back({workers[i]->name(), balancer.piecesDone(i), balancer.speed(i)});
    if (balancer.left() == 0)
        return result;
    // Every worker that still had something to do has failed: the CPU does the rest.
    std::vector<std::size_t> rest = balancer.takeAll();
    BNOF_TRY_ASSIGN(BatchWorkers spare, cpuWorkers(plan, availableBackEnds().front(), 1));
    BNOF_TRY(spare[0]->run(trials, rest, result));
    result.workers.push_back({spare[0]->name(), rest.size(), 0});
    result.backEnd += ", and " + spare[0]->name() + " for " + std::to_string(rest.size()) + " trials of failed devices";
    return result;
}

} // namespace

Result<BatchResult> runBatch(const Network& network, std::span<const Trial> trials, const BatchOptions& options)
{
    try {
        return run(network, trials, options);
    } catch (const std::bad_alloc&) {
        return makeError(ErrorKind::BadInput, "there is not enough memory for the batch", "batch",
                         "Run fewer trials at once, or use a machine with more memory.");
    }
}

} // namespace bnof::snn
