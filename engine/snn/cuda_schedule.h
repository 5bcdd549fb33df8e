// SPDX-License-Identifier: GPL-3.0-or-later
// The phases of a tick in their order. A phase is run by every thread; the next begins when all are done. Who runs
// them is a template parameter: one thread block, the whole grid phase by phase, or, in the tests, the host.
#pragma once

#include "engine/snn/cuda_learn.h"
#include "engine/snn/cuda_update.h"

namespace bnof::snn::cuda {

enum class Phase : std::uint8_t {
    Deliver,
    Update, ///< populations that do not learn
    BeginLearning,
    Arrive,
    UpdateLearners, ///< and the presynaptic traces
    Fire,
    RaiseTargets,
    Clear, ///< the initial state takes two phases
    Initialise,
};

/// What else a phase may have to know.
struct PhaseArguments {
    Step step;
    std::uint64_t drawSeed = 0; ///< Initialise
};

/// Everything to zero, besides the header.
BNOF_KERNEL void clearPhase(const DeviceNetwork& net, const Instance& instance, std::uint32_t thread,
                            std::uint32_t threads)
{
    auto* hot = reinterpret_cast<std::uint32_t*>(instance.hot);
    for (std::uint64_t i = sizeof(InstanceHeader) / 4 + thread; i < net.hotBytes / 4; i += threads)
        hot[i] = 0;
    auto* cold = reinterpret_cast<std::uint32_t*>(instance.cold);
    for (std::uint64_t i = thread; i < net.coldBytes / 4; i += threads)
        cold[i] = 0;
    if (thread == 0)
        headerOf(instance) = InstanceHeader{};
}

BNOF_KERNEL void initialiseLearning(const DeviceNetwork& net, const Instance& instance, const DeviceLearning& rule,
                                    std::uint32_t thread, std::uint32_t threads)
{
    const auto* initial = constantsAt<std::int16_t>(net, rule.initialWeights);
    for (std::uint64_t k = thread; k < rule.positions; k += threads) {
        if (rule.narrow)
            coldAt<std::int16_t>(instance, rule.weights)[k] = initial[k];
        else
            coldAt<std::int32_t>(instance, rule.weights)[k] = std::int32_t{initial[k]} << weightShift;
    }
    const DeviceProjection& p = projectionsOf(net)[rule.projection];
    for (std::uint32_t i = thread; i < p.sources; i += threads)
        hotAt<std::int64_t>(instance, rule.lastArrival)[i] = -1;
    for (std::uint32_t i = thread; i < p.targets; i += threads)
        hotAt<std::int64_t>(instance, rule.lastSpike)[i] = -1;
}

BNOF_KERNEL void initialisePopulation(const Instance& instance, const DevicePopulation& p, std::uint32_t population,
                                      std::uint64_t drawSeed, std::uint32_t n)
{
    if (p.membrane != absent)
        hotAt<float>(instance, p.membrane)[n] = p.initialMembrane;
    if (p.second != absent)
        hotAt<float>(instance, p.second)[n] = p.initialSecond;
    if (p.thresholds == absent || n >= p.size)
        return;
    hotAt<std::uint32_t>(instance, p.thresholds)[n] = p.initialThreshold;
    if (!p.intervals)
        return;
    const double inverseLog = inverseLogOf(p.initialThreshold);
    hotAt<double>(instance, p.inverseLog)[n] = inverseLog;
    hotAt<std::uint64_t>(instance, p.nextSpike)[n] = nextInterval(drawSeed, population, n, 0, inverseLog, 0);
    hotAt<std::uint32_t>(instance, p.draws)[n] = inverseLog == 0 ? 0 : 1;
}

BNOF_KERNEL void initialisePhase(const DeviceNetwork& net, const Instance& instance, std::uint64_t drawSeed,
                                 std::uint32_t thread, std::uint32_t threads)
{
    if (thread == 0)
        headerOf(instance).drawSeed = drawSeed;
    for (std::uint32_t i = 0; i < net.populationCount; ++i) {
        const DevicePopulation& p = populationsOf(net)[i];
        for (std::uint32_t n = thread; n < p.words * teamSize; n += threads)
            initialisePopulation(instance, p, i, drawSeed, n);
    }
    for (std::uint32_t i = 0; i < net.learningCount; ++i)
        initialiseLearning(net, instance, learningOf(net)[i], thread, threads);
}

/// New rates of Poisson sources: the process has no memory, so a changed one draws anew from here.
BNOF_KERNEL void changeRatesPhase(const DeviceNetwork& net, const Instance& instance, std::uint32_t population,
                                  const std::uint32_t* thresholds, std::uint64_t tick, std::uint32_t thread,
                                  std::uint32_t threads)
{
    const DevicePopulation& p = populationsOf(net)[population];
    for (std::uint32_t n = thread; n < p.size; n += threads) {
        std::uint32_t& threshold = hotAt<std::uint32_t>(instance, p.thresholds)[n];
        if (threshold == thresholds[n])
            continue;
        threshold = thresholds[n];
        if (!p.intervals)
            continue;
        hotAt<double>(instance, p.inverseLog)[n] = inverseLogOf(threshold);
        drawInterval(instance, p, population, n, tick);
    }
}

BNOF_KERNEL void changeDrivePhase(const DeviceNetwork& net, const Instance& instance, std::uint32_t population,
                                  const float* drive, bool driven, std::uint32_t thread, std::uint32_t threads)
{
    const DevicePopulation& p = populationsOf(net)[population];
    for (std::uint32_t n = thread; n < p.size; n += threads)
        hotAt<float>(instance, p.drive)[n] = drive[n] == 0 ? 0.0F : drive[n]; // no negative zero in the state
    if (thread == 0)
        *hotAt<std::uint32_t>(instance, p.driven) = driven ? 1 : 0;
}

template <Phase Which>
BNOF_KERNEL void runPhase(const DeviceNetwork& net, const Instance& instance, const PhaseArguments& arguments,
                          std::uint32_t thread, std::uint32_t threads)
{
    const Step& step = arguments.step;
    if constexpr (Which == Phase::Deliver)
        deliverPhase(net, instance, step, thread, threads);
    else if constexpr (Which == Phase::Update)
        updatePhase(net, instance, step, false, thread, threads);
    else if constexpr (Which == Phase::BeginLearning)
        beginLearningPhase(net, instance, step, thread, threads);
    else if constexpr (Which == Phase::Arrive)
        arrivePhase(net, instance, step, thread, threads);
    else if constexpr (Which == Phase::UpdateLearners) {
        updatePhase(net, instance, step, true, thread, threads);
        raiseSourcesPhase(net, instance, step, thread, threads);
    } else if constexpr (Which == Phase::Fire)
        firePhase(net, instance, step, thread, threads);
    else if constexpr (Which == Phase::RaiseTargets)
        raiseTargetsPhase(net, instance, step, thread, threads);
    else if constexpr (Which == Phase::Clear)
        clearPhase(net, instance, thread, threads);
    else
        initialisePhase(net, instance, arguments.drawSeed, thread, threads);
}

// The functions below are called with runners of the host as well as of the device.
#if defined(__CUDACC__)
#pragma nv_exec_check_disable
#endif
/// All phases of some ticks, at most a block. `run.template phase<P>(arguments)` has every thread do one.
template <class Run> BNOF_KERNEL void scheduleBlock(const DeviceNetwork& net, const Step& block, Run& run)
{
    run.template phase<Phase::Deliver>(PhaseArguments{block});
    if (net.updateItems[0] > 0)
        run.template phase<Phase::Update>(PhaseArguments{block});
    if (net.learningCount == 0)
        return;
    // Weights change with the spikes of their targets, so these go tick by tick.
    for (std::uint32_t k = 0; k < block.ticks; ++k) {
        const PhaseArguments one{Step{block.offset + k, 1, k}};
        if (net.periodic)
            run.template phase<Phase::BeginLearning>(one);
        run.template phase<Phase::Arrive>(one);
        run.template phase<Phase::UpdateLearners>(one);
        run.template phase<Phase::Fire>(one);
        run.template phase<Phase::RaiseTargets>(one);
    }
}

#if defined(__CUDACC__)
#pragma nv_exec_check_disable
#endif
template <class Run> BNOF_KERNEL void scheduleReset(std::uint64_t drawSeed, Run& run)
{
    run.template phase<Phase::Clear>(PhaseArguments{});
    run.template phase<Phase::Initialise>(PhaseArguments{Step{}, drawSeed});
}

/// A change of the input of one trial of a batch.
struct DeviceInput {
    std::uint32_t tick = 0;
    std::uint32_t population = 0;
    std::uint64_t values = 0; ///< place of the first in the table of values: floats or thresholds
    bool rates = false;
    bool driven = false;
};

/// One trial of a batch.
struct DeviceTrial {
    std::uint64_t drawSeed = 0;
    std::uint32_t ticks = 0;
    std::uint32_t inputs = 0;     ///< how many
    std::uint64_t firstInput = 0; ///< place in the table of inputs
};

struct BatchTables {
    const DeviceTrial* trials = nullptr;
    const DeviceInput* inputs = nullptr;
    const std::uint32_t* values = nullptr; ///< bits of floats, or thresholds
};

/// A chunk of a trial: its inputs at their ticks and the ticks between them. `run.each(work)` calls
/// work(thread, threads) in every thread and waits for all.
template <class Run>
BNOF_KERNEL void scheduleTrial(const DeviceNetwork& net, const Instance& instance, const BatchTables& tables,
                               const DeviceTrial& trial, bool first, Run& run)
{
    if (first)
        scheduleReset(trial.drawSeed, run);
    const std::uint64_t begin = headerOf(instance).tick;
    const std::uint64_t left = trial.ticks - begin;
    const std::uint32_t ticks = left < net.chunkTicks ? static_cast<std::uint32_t>(left) : net.chunkTicks;
    std::uint32_t next = headerOf(instance).nextInput;
    const DeviceInput* inputs = tables.inputs + trial.firstInput;
    for (std::uint32_t done = 0;;) {
        for (; next < trial.inputs && inputs[next].tick <= begin + done; ++next) {
            const DeviceInput& input = inputs[next];
            const std::uint32_t* values = tables.values + input.values;
            run.each([&](std::uint32_t thread, std::uint32_t threads) {
                if (input.rates)
                    changeRatesPhase(net, instance, input.population, values, begin + done, thread, threads);
                else
                    changeDrivePhase(net, instance, input.population, reinterpret_cast<const float*>(values),
                                     input.driven, thread, threads);
            });
        }
        if (done == ticks)
            break;
        std::uint32_t block = ticks - done < net.blockTicks ? ticks - done : net.blockTicks;
        if (next < trial.inputs && inputs[next].tick - begin < done + block)
            block = static_cast<std::uint32_t>(inputs[next].tick - begin) - done;
        scheduleBlock(net, Step{done, block, 0}, run);
        done += block;
    }
    run.each([&](std::uint32_t thread, std::uint32_t) {
        if (thread != 0)
            return;
        headerOf(instance).tick = begin + ticks;
        headerOf(instance).nextInput = next;
    });
}

} // namespace bnof::snn::cuda
