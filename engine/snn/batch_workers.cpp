// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/batch_workers.h"

#include <algorithm>

#include "engine/base/build_config.h"
#include "engine/compute/cuda_devices.h"
#include "engine/snn/simulation.h"

#if BNOF_WITH_CUDA
#include "engine/snn/cuda_batch.h"
#endif

namespace bnof::snn {
namespace {

/// The inputs have been checked.
void runTrial(Simulation& simulation, const Trial& trial, SpikesByPopulation& spikes)
{
    simulation.reset(trial.drawSeed);
    std::uint32_t tick = 0;
    for (const InputChange& input : trial.inputs) {
        const std::uint32_t at = std::min(input.tick, trial.ticks);
        simulation.run(at - tick, spikes);
        tick = at;
        const bool rates =
            std::holds_alternative<PoissonParameters>(simulation.network().populations[input.population].model);
        (void)(rates ? simulation.setRates(input.population, input.values)
                     : simulation.setDrive(input.population, input.values));
    }
    simulation.run(trial.ticks - tick, spikes);
}

class CpuWorker final : public BatchWorker {
public:
    explicit CpuWorker(Simulation simulation) : m_simulation(std::move(simulation)) {}
    [[nodiscard]] std::size_t portion() const override { return 1; }
    [[nodiscard]] std::string name() const override { return m_simulation.backEndName(); }
    Result<void> run(std::span<const Trial> trials, std::span<const std::size_t> numbers, BatchResult& result) override
    {
        for (const std::size_t number : numbers) {
            result.spikes[number].clear();
            runTrial(m_simulation, trials[number], result.spikes[number]);
            result.stateHashes[number] = m_simulation.stateHash();
        }
        return {};
    }

private:
    Simulation m_simulation;
};

#if BNOF_WITH_CUDA
class CudaWorker final : public BatchWorker {
public:
    explicit CudaWorker(std::unique_ptr<CudaBatch> batch) : m_batch(std::move(batch)) {}
    [[nodiscard]] std::size_t portion() const override { return m_batch->capacity(); }
    [[nodiscard]] std::string name() const override { return m_batch->name(); }
    Result<void> run(std::span<const Trial> trials, std::span<const std::size_t> numbers, BatchResult& result) override
    {
        return m_batch->run(trials, numbers, result);
    }
    Result<void> finish() override { return m_batch->finish(); }

private:
    std::unique_ptr<CudaBatch> m_batch;
};
#endif

} // namespace

Result<BatchWorkers> cpuWorkers(const std::shared_ptr<const Plan>& plan, const std::string& backEnd, unsigned threads)
{
    SimulationOptions options;
    options.backEnd = backEnd;
    BatchWorkers workers;
    for (unsigned i = 0; i < threads; ++i) {
        BNOF_TRY_ASSIGN(Simulation simulation, Simulation::create(plan, options));
        workers.push_back(std::make_unique<CpuWorker>(std::move(simulation)));
    }
    return workers;
}

#if BNOF_WITH_CUDA
Result<BatchWorkers> cudaWorkers(const std::shared_ptr<const Plan>& plan, unsigned split)
{
    BNOF_TRY_ASSIGN(const std::vector<compute::CudaDevice> devices, compute::cudaDevices());
    BatchWorkers workers;
    Error failure;
    for (const compute::CudaDevice& device : devices) {
        if (const auto choice = compute::chooseCudaDevice({&device, 1}, {}); !choice.ok()) {
            failure = choice.error();
            continue;
        }
        for (unsigned part = 0; part < std::max(split, 1U); ++part) {
            auto batch = CudaBatch::create(plan, device, 1.0 / std::max(split, 1U));
            if (batch.ok())
                workers.push_back(std::make_unique<CudaWorker>(std::move(*batch)));
            else
                failure = batch.error();
        }
    }
    if (workers.empty())
        return failure;
    return workers;
}
#else
Result<BatchWorkers> cudaWorkers(const std::shared_ptr<const Plan>&, unsigned)
{
    return compute::cudaDevices().error();
}
#endif

} // namespace bnof::snn
