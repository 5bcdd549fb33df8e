// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/bench_spikes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/base/exact_math.h"

namespace bnof::bench {
namespace {

constexpr double rhythm = 40;         // Hz
constexpr double refractory = 0.002;  // s
constexpr double projectionRate = 40; // Hz
constexpr double projectionSpread = 0.5;
constexpr double kenyonRate = 0.49; // Hz
constexpr std::array<double, 2> concentration{3, 1};
constexpr std::size_t phases = 1024;

double entropyOfCounts(const std::vector<std::uint32_t>& counts, double total)
{
    double bits = 0;
    for (const std::uint32_t count : counts) {
        if (count > 0)
            bits -= count / total * std::log2(count / total);
    }
    return bits;
}

} // namespace

ReferenceSpikes::ReferenceSpikes(std::uint64_t seed, double ticksPerSecond) : m_ticksPerSecond(ticksPerSecond)
{
    std::array<double, 2> peak{}; // the greatest rate relative to the mean one
    for (std::size_t kind = 0; kind < 2; ++kind) {
        double sum = 0;
        for (std::size_t i = 0; i < phases; ++i) {
            const double angle = 2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / phases;
            m_phaseWeights[kind].push_back(exactExp(concentration[kind] * (std::cos(angle) - 1)));
            sum += m_phaseWeights[kind].back();
        }
        peak[kind] = phases / sum;
    }
    m_neurons.reserve(neurons);
    for (std::uint32_t id = 0; id < neurons; ++id) {
        Neuron neuron{PhiloxSequence(seed, id), 0, 0, id < projectionNeurons};
        double rate = kenyonRate;
        if (neuron.projection)
            rate = projectionRate *
                   exactExp(projectionSpread * neuron.random.normal() - projectionSpread * projectionSpread / 2);
        // The dead time after each spike lowers the rate; half a kilohertz at most would never come out of it.
        rate = std::min(rate, 200.0);
        neuron.greatestRate = rate / (1 - rate * refractory) * peak[neuron.projection ? 1 : 0];
        neuron.time = -refractory;
        advance(neuron);
        m_neurons.push_back(neuron);
    }
}

/// The next spike: candidates of a Poisson process at the greatest rate, each kept with the weight of its phase.
void ReferenceSpikes::advance(Neuron& neuron) const
{
    const std::vector<double>& weights = m_phaseWeights[neuron.projection ? 1 : 0];
    neuron.time += refractory;
    for (;;) {
        neuron.time -= exactLog(1 - neuron.random.uniform()) / neuron.greatestRate;
        const double period = neuron.time * rhythm;
        const auto phase = static_cast<std::size_t>((period - std::floor(period)) * phases);
        if (neuron.random.uniform() < weights[std::min(phase, phases - 1)])
            return;
    }
}

void ReferenceSpikes::next(double seconds, storage::SpikeColumns& out)
{
    // Sorted second by second: what is sorted at once stays in a cache.
    for (const double end = m_now + seconds; m_now < end;) {
        m_now = std::min(end, m_now + 1);
        m_keys.clear();
        for (std::uint32_t id = 0; id < neurons; ++id) {
            Neuron& neuron = m_neurons[id];
            for (; neuron.time < m_now; advance(neuron))
                m_keys.push_back(static_cast<std::uint64_t>(neuron.time * m_ticksPerSecond) << 32 | id);
        }
        std::sort(m_keys.begin(), m_keys.end());
        for (const std::uint64_t key : m_keys) {
            out.ticks.push_back(static_cast<std::uint32_t>(key >> 32));
            out.neurons.push_back(static_cast<std::uint32_t>(key));
        }
    }
}

SpikeEntropy entropyOf(const storage::SpikeColumns& spikes)
{
    SpikeEntropy entropy;
    if (spikes.size() < 2)
        return entropy;
    const auto total = static_cast<double>(spikes.size());
    std::vector<std::uint32_t> steps, ids;
    double order = 0;
    std::size_t run = 0;
    const auto add = [](std::vector<std::uint32_t>& counts, std::uint32_t value) {
        if (value >= counts.size())
            counts.resize(std::size_t{value} + 1);
        ++counts[value];
    };
    for (std::size_t i = 0; i < spikes.size(); ++i) {
        const std::uint32_t step = spikes.ticks[i] - spikes.ticks[i > 0 ? i - 1 : 0];
        add(steps, step);
        add(ids, spikes.neurons[i]);
        run = step == 0 ? run + 1 : 1;
        order += std::log2(static_cast<double>(run)); // log2(k!) in the end
    }
    entropy.stepBits = entropyOfCounts(steps, total);
    entropy.neuronBits = entropyOfCounts(ids, total);
    entropy.orderBits = order / total;
    return entropy;
}

} // namespace bnof::bench
