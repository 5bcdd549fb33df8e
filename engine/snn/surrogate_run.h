// SPDX-License-Identifier: GPL-3.0-or-later
// One presentation forwards and backwards. float32 runs hard spikes; double runs the smoothed network, on which
// finite differences check the gradient.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/snn/surrogate_model.h"

namespace bnof::snn {

/// Workspace of one thread. All memory is taken when it is made, for presentations of up to `longest` ticks.
template <typename Real> class SurrogateRun {
public:
    /// Throws std::bad_alloc when memory is short.
    SurrogateRun(const SurrogateModel& model, std::uint32_t longest);

    /// Runs a checked presentation and scores it.
    SurrogateOutcome forward(const SurrogateWeights<Real>& weights, const Presentation& presentation);
    /// Adds `scale` times the gradient of the last forward run's loss by each trained synapse to `gradient`, which
    /// has a list a projection (empty where nothing is trained).
    void backward(const SurrogateWeights<Real>& weights, double scale, std::vector<std::vector<Real>>& gradient);

    /// Spikes of a population in the last forward run, in canonical order; of a hard run.
    [[nodiscard]] std::vector<Spike> spikes(std::uint32_t population) const;
    /// Membranes after the last forward run, mV; empty for a source.
    [[nodiscard]] std::span<const Real> membrane(std::uint32_t population) const { return m_runs[population].membrane; }

private:
    struct PopulationRun {
        std::vector<double> arriving[2]; ///< ring, slots * size
        std::vector<Real> current[2];
        std::vector<Real> membrane;
        std::vector<Real> drive;
        bool driven = false;
        std::vector<std::int32_t> waiting;
        std::vector<std::int32_t> fires;
        // What the backward pass needs of every tick.
        std::vector<Real> integrated;        ///< ticks * size
        std::vector<std::int32_t> held;      ///< ticks * size
        std::vector<std::uint32_t> fired;    ///< neurons in canonical order
        std::vector<std::size_t> firstFired; ///< by tick, and the end
        // Backward state.
        std::vector<Real> integratedGradient;
        std::vector<Real> spikeGradient;
        std::vector<Real> currentGradient[2]; ///< ring, slots * size
    };

    void reset(const Presentation& presentation);
    void advance(const SurrogateWeights<Real>& weights, std::size_t population, std::uint32_t tick);
    void deliver(const SurrogateWeights<Real>& weights, std::size_t population, std::uint32_t tick);
    [[nodiscard]] SurrogateOutcome score(const SurrogateWeights<Real>& weights, const Presentation& presentation);
    [[nodiscard]] double logit(std::uint32_t neuron);
    void synapsesBackward(const SurrogateWeights<Real>& weights, std::size_t population, std::uint32_t tick,
                          std::vector<std::vector<Real>>& gradient);
    void neuronsBackward(const SurrogateWeights<Real>& weights, std::size_t population, std::uint32_t tick);
    /// Calls visit(neuron, spike) for every neuron of the population with output at that tick.
    template <typename Visit>
    void visitActive(const SurrogateWeights<Real>& weights, std::size_t population, std::uint32_t tick,
                     Visit visit) const;
    [[nodiscard]] std::size_t slot(std::uint32_t tick) const { return tick % m_slots; }

    const SurrogateModel& m_model;
    const SurrogateKernels<Real>& m_kernels;
    bool m_arctan;
    std::size_t m_slots;
    std::uint32_t m_ticks = 0;
    std::vector<PopulationRun> m_runs;
    std::vector<std::uint32_t> m_highestTick; ///< MaxMembrane: where each output's highest U was; m_ticks: nowhere
    std::vector<double> m_logitGradient;      ///< of the loss, by output neuron
    std::vector<Real> m_outputGradient;       ///< one tick's share of it
};

extern template class SurrogateRun<float>;
extern template class SurrogateRun<double>;

} // namespace bnof::snn
