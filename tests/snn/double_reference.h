// SPDX-License-Identifier: GPL-3.0-or-later
// Networks in double precision, with exact exponentials, weights that are rounded to nothing, and changes of weights
// made at once. Only the connections (who reaches whom), the initial potentials and the spikes of sources come from the
// engine, so that both see the same input on the same graph.
#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <vector>

#include "engine/snn/plan.h"
#include "engine/snn/simulation.h"

namespace bnof::test {

/// The neurons of one population.
class DoubleNeurons {
public:
    DoubleNeurons(const snn::PopulationPlan& plan, const snn::NeuronModel& model, double tickMs)
        : m_model(model), m_tickMs(tickMs), m_membrane(plan.size, static_cast<double>(plan.initialMembrane)),
          m_second(plan.size, static_cast<double>(plan.initialSecond)), m_wait(plan.size, 0), m_drive(plan.size, 0.0)
    {
        for (int r = 0; r < 2; ++r) {
            m_current[r].assign(plan.size, 0.0);
            arriving[r].assign(plan.size, 0.0);
        }
    }

    std::vector<double> arriving[2]; ///< excitatory, inhibitory; of the tick at hand

    void setDrive(std::vector<double> drive) { m_drive = std::move(drive); }
    /// Advances a tick; returns who fires.
    std::vector<std::uint32_t> tick()
    {
        std::vector<std::uint32_t> fired;
        std::visit([&](const auto& p) { advance(p, fired); }, m_model);
        return fired;
    }

private:
    void takeIn(double excitatoryMs, double inhibitoryMs)
    {
        const double decay[2] = {std::exp(-m_tickMs / excitatoryMs), std::exp(-m_tickMs / inhibitoryMs)};
        for (int r = 0; r < 2; ++r)
            for (std::size_t n = 0; n < m_membrane.size(); ++n) {
                m_current[r][n] = m_current[r][n] * decay[r] + arriving[r][n];
                arriving[r][n] = 0;
            }
    }
    /// Threshold, reset and refractory time after the membrane has been integrated to `v`.
    bool fires(const snn::LifParameters& p, std::size_t n, double v, double threshold)
    {
        const bool waiting = m_wait[n] > 0;
        m_wait[n] -= waiting ? 1 : 0;
        m_membrane[n] = waiting ? p.resetMv : v;
        if (waiting || v < threshold)
            return false;
        m_membrane[n] = p.resetMv;
        m_wait[n] = static_cast<int>(std::floor(p.refractoryMs / m_tickMs + 0.5));
        return true;
    }
    void integrateLif(const snn::LifParameters& p, std::vector<double>& v)
    {
        takeIn(p.excitatoryTimeConstantMs, p.inhibitoryTimeConstantMs);
        const double tau = p.membraneTimeConstantMs;
        const double leak = std::exp(-m_tickMs / tau);
        const auto gain = [&](double synapse) { // of a current that decays during the tick
            return synapse / (synapse - tau) * (std::exp(-m_tickMs / synapse) - leak);
        };
        const double excitation = gain(p.excitatoryTimeConstantMs);
        const double inhibition = gain(p.inhibitoryTimeConstantMs);
        v.resize(m_membrane.size());
        for (std::size_t n = 0; n < v.size(); ++n) {
            const double rest = p.restMv + m_drive[n];
            v[n] = rest + (m_membrane[n] - rest) * leak + excitation * m_current[0][n] - inhibition * m_current[1][n];
        }
    }
    void advance(const snn::LifParameters& p, std::vector<std::uint32_t>& fired)
    {
        integrateLif(p, m_scratch);
        for (std::uint32_t n = 0; n < m_scratch.size(); ++n)
            if (fires(p, n, m_scratch[n], p.thresholdMv))
                fired.push_back(n);
    }
    void advance(const snn::AdaptiveLifParameters& p, std::vector<std::uint32_t>& fired)
    {
        integrateLif(p.lif, m_scratch);
        const double decay = std::exp(-m_tickMs / p.adaptationTimeConstantMs);
        for (std::uint32_t n = 0; n < m_scratch.size(); ++n) {
            m_second[n] *= decay;
            if (!fires(p.lif, n, m_scratch[n], p.lif.thresholdMv + m_second[n]))
                continue;
            m_second[n] += p.adaptationStepMv;
            fired.push_back(n);
        }
    }
    /// Exponential Euler: exact while the conductances stay.
    void advance(const snn::ConductanceLifParameters& p, std::vector<std::uint32_t>& fired)
    {
        takeIn(p.lif.excitatoryTimeConstantMs, p.lif.inhibitoryTimeConstantMs);
        for (std::uint32_t n = 0; n < m_membrane.size(); ++n) {
            const double total = 1 + m_current[0][n] + m_current[1][n];
            const double goal = (p.lif.restMv + m_drive[n] + m_current[0][n] * p.excitatoryReversalMv +
                                 m_current[1][n] * p.inhibitoryReversalMv) /
                                total;
            const double v = goal + (m_membrane[n] - goal) * std::exp(-m_tickMs * total / p.lif.membraneTimeConstantMs);
            if (fires(p.lif, n, v, p.lif.thresholdMv))
                fired.push_back(n);
        }
    }
    void advance(const snn::IzhikevichParameters& p, std::vector<std::uint32_t>& fired)
    {
        takeIn(p.excitatoryTimeConstantMs, p.inhibitoryTimeConstantMs);
        for (std::uint32_t n = 0; n < m_membrane.size(); ++n) {
            double v = m_membrane[n];
            double& u = m_second[n];
            const double input = m_drive[n] + m_current[0][n] - m_current[1][n];
            for (int half = 0; half < 2; ++half)
                v += m_tickMs / 2 * (0.04 * v * v + 5 * v + 140 - u + input);
            u += m_tickMs * p.a * (p.b * std::min(v, p.peakMv) - u);
            m_membrane[n] = v;
            if (v < p.peakMv)
                continue;
            m_membrane[n] = p.c;
            u += p.d;
            fired.push_back(n);
        }
    }
    template <typename Source> void advance(const Source&, std::vector<std::uint32_t>&) {} // sources, counters

    snn::NeuronModel m_model;
    double m_tickMs;
    std::vector<double> m_membrane;
    std::vector<double> m_second;
    std::vector<double> m_current[2];
    std::vector<int> m_wait;
    std::vector<double> m_drive;
    std::vector<double> m_scratch;
};

/// Synapses of one projection, with pair STDP where it is plastic.
class DoubleSynapses {
public:
    DoubleSynapses(const snn::ProjectionPlan& plan, const snn::Projection& projection, double tickMs)
        : m_delay(plan.delay), m_rows(plan.synapses.sources), m_columns(plan.synapses.targets)
    {
        plan.synapses.forEach([&](std::uint32_t source, std::uint32_t target, std::size_t) {
            m_rows[source].push_back({target, weights.size()});
            m_columns[target].push_back({source, weights.size()});
            weights.push_back(projection.weight);
        });
        if (!projection.plasticity)
            return;
        m_plastic = true;
        m_rule = std::get<snn::PairStdp>(projection.plasticity->rule);
        m_limit = projection.plasticity->maximumWeight;
        m_decay[0] = std::exp(-tickMs / m_rule.tauPlusMs);
        m_decay[1] = std::exp(-tickMs / m_rule.tauMinusMs);
        m_pre.assign(m_rows.size(), 0.0);
        m_post.assign(m_columns.size(), 0.0);
    }

    std::vector<double> weights; ///< by source, then target

    void arrive(std::vector<double>& sums)
    {
        for (double& x : m_pre)
            x *= m_decay[0];
        for (double& y : m_post)
            y *= m_decay[1];
        if (m_underWay.size() < m_delay)
            return;
        for (const std::uint32_t source : m_underWay.front()) {
            for (const Partner& synapse : m_rows[source]) {
                sums[synapse.neuron] += weights[synapse.index];
                if (m_plastic)
                    change(synapse.index, -m_rule.depression * m_post[synapse.neuron]);
            }
            if (m_plastic)
                m_pre[source] += 1;
        }
        m_underWay.pop_front();
    }
    void fire(const std::vector<std::uint32_t>& sources, const std::vector<std::uint32_t>& targets)
    {
        m_underWay.push_back(sources);
        if (!m_plastic)
            return;
        for (const std::uint32_t target : targets) {
            for (const Partner& synapse : m_columns[target])
                change(synapse.index, m_rule.potentiation * m_pre[synapse.neuron]);
            m_post[target] += 1;
        }
    }

private:
    struct Partner {
        std::uint32_t neuron;
        std::size_t index;
    };
    void change(std::size_t index, double by) { weights[index] = std::clamp(weights[index] + by, 0.0, m_limit); }

    std::uint32_t m_delay;
    std::vector<std::vector<Partner>> m_rows;
    std::vector<std::vector<Partner>> m_columns;
    std::deque<std::vector<std::uint32_t>> m_underWay; ///< sources that fired in the last ticks
    bool m_plastic = false;
    snn::PairStdp m_rule;
    double m_limit = 0;
    double m_decay[2] = {};
    std::vector<double> m_pre, m_post; ///< traces x and y
};

/// A whole network, without counters; projections have one weight each.
class DoubleNetwork {
public:
    explicit DoubleNetwork(const snn::Plan& plan) : m_plan(plan)
    {
        const snn::Network& network = plan.network;
        for (std::size_t i = 0; i < network.populations.size(); ++i)
            neurons.emplace_back(plan.populations[i], network.populations[i].model, network.tickMs);
        for (std::size_t i = 0; i < network.projections.size(); ++i)
            synapses.emplace_back(plan.projections[i], network.projections[i], network.tickMs);
    }

    std::vector<DoubleNeurons> neurons;
    std::vector<DoubleSynapses> synapses;

    /// The spikes of every population when the sources fire as in `given`.
    [[nodiscard]] snn::SpikesByPopulation run(std::uint32_t ticks, const snn::SpikesByPopulation& given)
    {
        const std::size_t populations = neurons.size();
        snn::SpikesByPopulation spikes(populations);
        std::vector<std::size_t> next(populations, 0);
        for (std::uint32_t tick = 0; tick < ticks; ++tick) {
            for (std::size_t i = 0; i < synapses.size(); ++i) {
                const snn::ProjectionPlan& p = m_plan.projections[i];
                synapses[i].arrive(neurons[p.target].arriving[p.receptor]);
            }
            std::vector<std::vector<std::uint32_t>> fired(populations);
            for (std::size_t i = 0; i < populations; ++i) {
                if (!m_plan.populations[i].isSource())
                    fired[i] = neurons[i].tick();
                else
                    for (; next[i] < given[i].size() && given[i][next[i]].tick == tick; ++next[i])
                        fired[i].push_back(given[i][next[i]].neuron);
                for (const std::uint32_t n : fired[i])
                    spikes[i].push_back({n, tick});
            }
            for (std::size_t i = 0; i < synapses.size(); ++i)
                synapses[i].fire(fired[m_plan.projections[i].source], fired[m_plan.projections[i].target]);
        }
        return spikes;
    }

private:
    const snn::Plan& m_plan;
};

/// How a population fires.
struct Firing {
    double rateHz = 0;
    double variation = 0; ///< mean coefficient of variation of the intervals of neurons with at least five spikes
};

inline Firing firingOf(const std::vector<Spike>& spikes, std::uint32_t size, std::uint32_t ticks, double tickMs)
{
    std::vector<std::vector<double>> times(size);
    for (const Spike& spike : spikes)
        times[spike.neuron].push_back(spike.tick * tickMs);
    Firing firing;
    firing.rateHz = static_cast<double>(spikes.size()) / size / (ticks * tickMs / 1000);
    std::size_t counted = 0;
    for (const std::vector<double>& t : times) {
        if (t.size() < 5)
            continue;
        double sum = 0;
        double squares = 0;
        for (std::size_t k = 1; k < t.size(); ++k) {
            sum += t[k] - t[k - 1];
            squares += (t[k] - t[k - 1]) * (t[k] - t[k - 1]);
        }
        const auto intervals = static_cast<double>(t.size() - 1);
        const double mean = sum / intervals;
        firing.variation += std::sqrt(std::max(squares / intervals - mean * mean, 0.0)) / mean;
        ++counted;
    }
    firing.variation /= counted > 0 ? static_cast<double>(counted) : 1;
    return firing;
}

} // namespace bnof::test
