// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of training: points shown to a network in turn.
#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "engine/olfaction/receptor_input.h"
#include "engine/olfaction/training_network.h"

namespace bnof::olfaction {

/// Shows points to a network, one after the other, and counts spikes.
class Presenter {
public:
    static Result<Presenter> create(const snn::Network& network, const SpikingPart& part,
                                    const TrainingOptions& options)
    {
        BNOF_TRY_ASSIGN(snn::Simulation simulation, snn::Simulation::create(network, {.backEnd = options.backEnd}));
        BNOF_TRY(simulation.setDrive(KenyonCells, part.kenyonBiasMv));
        BNOF_TRY(simulation.setDrive(Outputs, part.outputBiasMv));
        const auto window =
            static_cast<std::uint32_t>(options.decisionIntervalSeconds * 1000 * options.windowIntervals);
        return Presenter(std::move(simulation), part.code, window);
    }

    Result<void> show(const DiscriminantPoint& point)
    {
        m_receptors.reset(m_shown++); // random codes are taught with other draws at every point
        BNOF_TRY(m_receptors.show(m_simulation, point));
        for (auto& layer : m_spikes)
            layer.clear();
        m_receptors.run(m_simulation, settleTicks, m_spikes);
        for (auto& layer : m_spikes)
            layer.clear();
        m_begin = static_cast<std::uint32_t>(m_simulation.tick());
        m_receptors.run(m_simulation, m_window, m_spikes);
        return {};
    }
    /// Spikes of one layer in the last window.
    void count(Layer layer, std::span<float> out) const
    {
        std::fill(out.begin(), out.end(), 0.0F);
        for (const Spike spike : m_spikes[layer])
            out[spike.neuron] += 1;
    }
    [[nodiscard]] std::size_t spikes() const
    {
        return std::accumulate(m_spikes.begin(), m_spikes.end(), std::size_t{0},
                               [](std::size_t sum, const auto& layer) { return sum + layer.size(); });
    }
    /// The spikes of the last window by layer; its first tick is begin().
    [[nodiscard]] const snn::SpikesByPopulation& lastSpikes() const { return m_spikes; }
    [[nodiscard]] std::uint32_t begin() const { return m_begin; }
    [[nodiscard]] std::uint32_t windowTicks() const { return m_window; }
    [[nodiscard]] double windowMs() const { return m_window; }
    Result<void> setKenyonBias(const std::vector<float>& bias) { return m_simulation.setDrive(KenyonCells, bias); }

private:
    Presenter(snn::Simulation simulation, const ReceptorCode& code, std::uint32_t window)
        : m_simulation(std::move(simulation)), m_receptors(code), m_window(window)
    {}

    static constexpr std::uint32_t settleTicks = 80; ///< after a change of stimulus, before counting

    snn::Simulation m_simulation;
    ReceptorInput m_receptors;
    std::uint32_t m_window;
    std::uint32_t m_begin = 0;
    std::uint64_t m_shown = 0;
    snn::SpikesByPopulation m_spikes;
};

} // namespace bnof::olfaction
