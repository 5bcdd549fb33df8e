// SPDX-License-Identifier: GPL-3.0-or-later
// One network on one thread of the CPU, with the kernels of one instruction set.
#pragma once

#include "engine/snn/aligned_array.h"
#include "engine/snn/backend.h"

namespace bnof::snn {

class CpuBackEnd final : public BackEnd {
public:
    CpuBackEnd(std::shared_ptr<const Plan> plan, const KernelTable& kernels, std::string name);

    void setDrive(std::uint32_t population, std::span<const float> driveMv) override;
    void setThresholds(std::uint32_t population, std::span<const std::uint32_t> thresholds) override;
    void run(std::uint32_t ticks, SpikesByPopulation& spikes) override;
    [[nodiscard]] std::uint64_t tick() const override { return m_tick; }
    void reset() override;
    [[nodiscard]] NetworkState state() const override;
    void setState(const NetworkState& state) override;
    [[nodiscard]] std::uint64_t synapticEvents() const override { return m_events; }
    [[nodiscard]] std::string name() const override { return m_name; }

private:
    /// Accumulators of one receptor. Slot (tick mod slots) is consumed in that tick, then free for the
    /// input that arrives `slots` ticks later.
    struct Ring {
        std::size_t stride = 0;
        AlignedArray<std::int32_t> perNeuron;
        std::vector<std::uint8_t> dirty; ///< per slot: perNeuron holds something
        std::vector<std::int32_t> shared;
    };
    struct PopulationRun {
        AlignedArray<float> membrane;
        std::array<AlignedArray<float>, 2> current;
        AlignedArray<std::uint16_t> refractory;
        AlignedArray<float> drive;
        AlignedArray<std::uint32_t> thresholds;
        std::array<Ring, 2> rings;
        AlignedArray<std::uint32_t> fired; ///< this tick's spikes
        std::uint32_t firedCount = 0;
        bool driven = false;  ///< some drive is not zero
        bool resting = false; ///< without input nothing will change: the update is skipped
    };

    void updatePopulation(std::size_t index);
    void updateLif(std::size_t index, PopulationRun& run);
    void updatePoisson(std::size_t index, PopulationRun& run);
    void deliver(const ProjectionPlan& projection, const SynapseRows& rows);

    const KernelTable& m_kernels;
    std::string m_name;
    std::vector<PopulationRun> m_populations;
    std::vector<SynapseRows> m_rows; ///< by projection
    std::uint64_t m_tick = 0;
    std::uint64_t m_events = 0;
};

} // namespace bnof::snn
