// SPDX-License-Identifier: GPL-3.0-or-later
// The exact model written a second time, as naively as possible: every neuron at every tick, a plain list of
// pending deliveries, no rings, no shared sums, no resting populations. Only the built connections and the
// constants come from the engine.
#pragma once

#include <cmath>
#include <map>
#include <vector>

#include "engine/snn/plan.h"
#include "tests/snn/random_network.h"

namespace bnof::test {

class Oracle {
public:
    explicit Oracle(const snn::Plan& plan) : m_plan(plan)
    {
        for (const snn::PopulationPlan& population : plan.populations) {
            Neurons neurons;
            neurons.membrane.assign(population.size, population.initialMembrane);
            neurons.current[0].assign(population.size, 0.0F);
            neurons.current[1].assign(population.size, 0.0F);
            neurons.wait.assign(population.size, 0);
            neurons.drive.assign(population.size, 0.0F);
            neurons.thresholds.assign(population.size, population.initialThreshold);
            m_neurons.push_back(std::move(neurons));
        }
    }

    void apply(const Stretch& stretch)
    {
        for (std::size_t i = 0; i < stretch.values.size(); ++i)
            for (std::size_t n = 0; n < stretch.values[i].size(); ++n) {
                m_neurons[i].drive[n] = stretch.values[i][n];
                m_neurons[i].thresholds[n] =
                    snn::poissonThreshold(static_cast<double>(stretch.values[i][n]), m_plan.network.tickMs);
            }
    }

    void run(std::uint32_t ticks, snn::SpikesByPopulation& spikes)
    {
        spikes.resize(m_neurons.size());
        for (std::uint32_t k = 0; k < ticks; ++k, ++m_tick)
            tick(spikes);
    }

    struct Neurons {
        std::vector<float> membrane;
        std::array<std::vector<float>, 2> current;
        std::vector<std::int32_t> wait;
        std::vector<float> drive;
        std::vector<std::uint32_t> thresholds;
    };
    [[nodiscard]] const std::vector<Neurons>& neurons() const { return m_neurons; }

private:
    /// Weight units by (population, receptor, neuron).
    using Arrivals = std::map<std::array<std::uint32_t, 3>, std::int64_t>;

    void tick(snn::SpikesByPopulation& spikes)
    {
        const Arrivals arriving = std::move(m_pending[m_tick]);
        m_pending.erase(m_tick);
        std::vector<std::vector<std::uint32_t>> fired(m_neurons.size());
        for (std::uint32_t i = 0; i < m_neurons.size(); ++i) {
            for (std::uint32_t n = 0; n < m_plan.populations[i].size; ++n)
                if (m_plan.populations[i].lif ? advance(i, n, arriving) : draw(i, n))
                    fired[i].push_back(n);
            for (const std::uint32_t n : fired[i])
                spikes[i].push_back({n, static_cast<std::uint32_t>(m_tick)});
        }
        for (const snn::ProjectionPlan& projection : m_plan.projections)
            for (const std::uint32_t source : fired[projection.source])
                send(projection, source);
    }

    bool draw(std::uint32_t i, std::uint32_t n) const
    {
        const std::uint64_t seed = m_plan.network.seed;
        const PhiloxBlock block =
            philox({n / 64 * 16 + n % 16, i, static_cast<std::uint32_t>(m_tick), snn::poissonDomain},
                   static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
        return block[n % 64 / 16] < m_neurons[i].thresholds[n];
    }

    bool advance(std::uint32_t i, std::uint32_t n, const Arrivals& arriving)
    {
        const snn::LifConstants& c = m_plan.populations[i].constants;
        Neurons& state = m_neurons[i];
        const float decay[2] = {c.excitatoryDecay, c.inhibitoryDecay};
        for (std::uint32_t r = 0; r < 2; ++r) {
            const auto found = arriving.find({i, r, n});
            const auto units = static_cast<std::int32_t>(found == arriving.end() ? 0 : found->second);
            float current = std::fma(state.current[r][n], decay[r], static_cast<float>(units));
            if (current < 0x1p-40F)
                current = 0;
            state.current[r][n] = current;
        }
        float v = std::fma(state.drive[n], c.driveGain, c.restTerm);
        v = std::fma(state.current[1][n], c.inhibitoryGain, v);
        v = std::fma(state.current[0][n], c.excitatoryGain, v);
        v = std::fma(state.membrane[n], c.membraneDecay, v);
        const bool fires = state.wait[n] == 0 && v >= c.threshold;
        state.membrane[n] = fires || state.wait[n] > 0 ? c.reset : v;
        if (fires)
            state.wait[n] = c.refractory;
        else if (state.wait[n] > 0)
            --state.wait[n];
        return fires;
    }

    void send(const snn::ProjectionPlan& projection, std::uint32_t source)
    {
        const snn::Synapses& s = projection.synapses;
        Arrivals& arrivals = m_pending[m_tick + projection.delay];
        const auto add = [&](std::uint32_t target, std::int32_t units) {
            arrivals[{projection.target, projection.receptor, target}] += units;
        };
        const bool narrow = s.form == snn::RowForm::Sparse16;
        if (s.form == snn::RowForm::Identity) {
            add(source, s.weight);
        } else if (s.form == snn::RowForm::Shared || s.form == snn::RowForm::Dense) {
            for (std::uint32_t target = 0; target < s.targets; ++target)
                add(target, s.weights.empty() ? s.weight : s.weights[source * snn::paddedSize(s.targets) + target]);
        } else {
            for (std::uint32_t k = s.rowStart[source]; k < s.rowStart[source + 1]; ++k)
                add(narrow ? s.targets16[k] : s.targets32[k], s.weights.empty() ? s.weight : s.weights[k]);
        }
    }

    const snn::Plan& m_plan;
    std::vector<Neurons> m_neurons;
    std::map<std::uint64_t, Arrivals> m_pending; ///< by tick
    std::uint64_t m_tick = 0;
};

} // namespace bnof::test
