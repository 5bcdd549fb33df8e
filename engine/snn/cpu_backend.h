// SPDX-License-Identifier: GPL-3.0-or-later
// One network on the CPU, with the kernels of one instruction set, on one or several threads.
//
// Time goes forward in blocks of ticks that are as long as the shortest delay, so that no spike of a block arrives
// inside it. In a block every item (some neurons of one population) first collects what arrives in each of its ticks
// and then advances by all of them; items do not depend on each other and are shared out among the threads.
// Populations with plastic inputs go tick by tick inside the block, because their weights change with their own spikes.
#pragma once

#include <memory>

#include "engine/compute/team.h"
#include "engine/snn/aligned_array.h"
#include "engine/snn/backend.h"

namespace bnof::snn {

class CpuBackEnd final : public BackEnd {
public:
    CpuBackEnd(std::shared_ptr<const Plan> plan, const KernelTable& kernels, std::string name, unsigned threads,
               bool timePhases);

    void setDrive(std::uint32_t population, std::span<const float> driveMv) override;
    void setThresholds(std::uint32_t population, std::span<const std::uint32_t> thresholds) override;
    void run(std::uint32_t ticks, SpikesByPopulation& spikes) override;
    void modulate(std::uint32_t projection, std::span<const float> modulation) override;
    [[nodiscard]] std::uint64_t tick() const override { return m_tick; }
    void reset(std::uint64_t drawSeed) override;
    [[nodiscard]] NetworkState state() override;
    void setState(const NetworkState& state) override;
    [[nodiscard]] Activity activity() const override;
    [[nodiscard]] std::string name() const override { return m_name; }
    void setDrawSeed(std::uint64_t drawSeed) override { m_drawSeed = drawSeed; }

private:
    using TickSpikes = std::vector<std::uint32_t>; ///< neurons, ascending

    /// Input that was on its way when a state was loaded.
    struct Carried {
        std::uint64_t tick = 0;
        std::uint32_t receptor = 0;
        std::int32_t shared = 0;
        std::vector<std::int32_t> perNeuron; ///< or empty
    };
    struct PopulationRun {
        AlignedArray<float> membrane, second, drive;
        std::array<AlignedArray<float>, 2> current;
        AlignedArray<std::uint16_t> refractory;
        AlignedArray<std::int32_t> count;
        AlignedArray<std::uint32_t> thresholds;
        std::vector<std::uint64_t> nextSpike;
        std::vector<std::uint32_t> draws;
        std::vector<double> inverseLog; ///< Poisson intervals: 1 / ln(1 - p), 0 for silent sources
        std::vector<Carried> carried;
        std::vector<TickSpikes> history; ///< [tick mod size]: what the projections still have to deliver
        bool driven = false;             ///< some drive is not zero
        bool silent = false;             ///< sources: no neuron can fire
    };
    struct Item {
        std::uint32_t population = 0;
        std::uint32_t first = 0;
        std::uint32_t size = 0;
        bool resting = false;             ///< without input nothing will change: the update is skipped
        std::vector<std::uint32_t> fired; ///< of the block, tick by tick
        std::array<std::uint32_t, maximumBlockTicks> firedCount{};
    };
    /// What one thread works with.
    struct Worker {
        std::array<AlignedArray<std::int32_t>, 2> sums;   ///< [receptor], a row of neurons for each tick of the block
        std::array<AlignedArray<std::uint8_t>, 2> counts; ///< the same where a byte is enough
        AlignedArray<std::uint32_t> fired;                ///< a row for each tick
        std::vector<std::uint64_t> events;                ///< by projection
        Activity::Seconds seconds;
    };

    void runBlock(std::uint32_t ticks, SpikesByPopulation& spikes);
    void process(Item& item, Worker& worker, std::uint32_t ticks);
    bool collectInput(const Item& item, Worker& worker, UpdateStep& step);
    bool addCarried(const Item& item, Worker& worker, UpdateStep& step);
    void advance(Item& item, Worker& worker, UpdateStep& step, bool arrives);
    void learnAndAdvance(Item& item, Worker& worker, UpdateStep& step);
    void pointAt(const Item& item, Worker& worker, UpdateStep& step);
    void fireSources(Item& item, Worker& worker, UpdateStep& step);
    void drawEveryTick(const PopulationRun& run, std::uint32_t population, UpdateStep& step) const;
    void drawIntervals(PopulationRun& run, std::uint32_t population, UpdateStep& step) const;
    void drawInterval(PopulationRun& run, std::uint32_t population, std::uint32_t neuron, std::uint64_t from) const;
    void collectSpikes(std::uint32_t ticks, SpikesByPopulation& spikes);
    void wake(std::uint32_t population);
    void preparePoisson(PopulationRun& run);
    [[nodiscard]] const TickSpikes* firedAt(const ProjectionPlan& projection, std::uint64_t arrivalTick) const;
    std::uint64_t deliver(const ProjectionPlan& projection, const SynapseRows& rows, const TickSpikes& fired,
                          std::uint32_t tick, Worker& worker, UpdateStep& step) const;
    [[nodiscard]] std::int32_t* sumsOf(Worker& worker, std::uint32_t r, std::uint32_t tick) const;
    [[nodiscard]] std::uint8_t* countsOf(Worker& worker, std::uint32_t r, std::uint32_t tick) const;
    void savePending(std::size_t population, PopulationState& out) const;

    const KernelTable& m_kernels;
    std::string m_name;
    bool m_timePhases;
    compute::Team m_team;
    std::vector<PopulationRun> m_populations;
    std::vector<std::unique_ptr<PlasticSynapses>> m_learning; ///< by projection; null where it is not plastic
    std::vector<Item> m_items;
    std::vector<Worker> m_workers;
    std::size_t m_rowLength = 0; ///< of a worker's arrays
    std::uint64_t m_drawSeed = 0;
    std::uint64_t m_tick = 0;
    std::uint64_t m_loadedAt = 0; ///< tick of the loaded state
    std::uint64_t m_ticksRun = 0;
    std::vector<std::uint64_t> m_spikes; ///< by population
    double m_collectSeconds = 0;
};

} // namespace bnof::snn
