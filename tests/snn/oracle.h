// SPDX-License-Identifier: GPL-3.0-or-later
// The exact model written a second time, as naively as possible: every neuron and every synapse at every tick, a plain
// list of pending deliveries, no blocks, no shared sums, no resting populations, no change of a weight that is put
// off. Only the built connections and the constants come from the engine.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "engine/base/exact_math.h"
#include "engine/snn/plan.h"
#include "tests/snn/random_network.h"

namespace bnof::test {

/// One plastic projection, with every change made at once.
class NaiveLearning {
public:
    explicit NaiveLearning(const snn::ProjectionPlan& projection)
        : m_projection(projection), m_rule(*projection.plasticity)
    {
        std::size_t position = 0;
        const bool dense =
            projection.synapses.form == snn::RowForm::Dense || projection.synapses.form == snn::RowForm::Shared;
        projection.synapses.forEach([&](std::uint32_t source, std::uint32_t target, std::size_t k) {
            const std::int64_t units =
                std::min<std::int64_t>(projection.synapses.weightAt(k), m_rule.limit >> snn::weightShift);
            const std::size_t place =
                dense ? source * snn::paddedSize(projection.synapses.targets) + target : position++;
            synapses.push_back({source, target, units << snn::weightShift, 0, place});
        });
        pre.resize(projection.synapses.sources);
        post.resize(projection.synapses.targets);
    }

    [[nodiscard]] snn::LearningRule rule() const { return m_rule.rule; }

    struct Synapse {
        std::uint32_t source, target;
        std::int64_t weight, eligibility;
        std::size_t place;
    };
    struct Neuron {
        std::uint32_t trace = 0, slow = 0, spikes = 0;
        std::int64_t last = -1;
    };
    std::vector<Synapse> synapses;
    std::vector<Neuron> pre, post;

    void beginTick(std::int64_t tick)
    {
        if (m_rule.eligibilityPeriod > 0 && tick > 0 && tick % m_rule.eligibilityPeriod == 0)
            for (Synapse& s : synapses)
                s.eligibility = s.eligibility * m_rule.eligibilityDecay / 65536;
        if (m_rule.scalingPeriod == 0 || tick == 0 || tick % m_rule.scalingPeriod != 0)
            return;
        for (Synapse& s : synapses) {
            const double missing = (m_rule.scalingTarget - post[s.target].spikes) / m_rule.scalingTarget;
            const double factor = std::clamp(1 + m_rule.scalingStrength * missing, 0.5, 2.0);
            const auto fixed = static_cast<std::int64_t>(std::floor(factor * 65536 + 0.5));
            change(s, (s.weight * fixed >> 16) - s.weight, tick, 3);
        }
        for (Neuron& n : post)
            n.spikes = 0;
    }

    /// Adds the weights to `sums` before anything changes.
    void arrive(std::int64_t tick, const std::vector<std::uint32_t>& sources, std::vector<std::int64_t>& sums)
    {
        for (Synapse& s : synapses) {
            if (!std::binary_search(sources.begin(), sources.end(), s.source))
                continue;
            sums[s.target] += s.weight >> snn::weightShift;
            const std::int64_t y = read(m_rule.post, post[s.target].trace, post[s.target].last, tick);
            const std::int64_t slow = read(m_rule.slowPre, pre[s.source].slow, pre[s.source].last, tick);
            switch (m_rule.rule) {
            case snn::LearningRule::Pair: change(s, -steps(m_rule.depression, y), tick, 1); break;
            case snn::LearningRule::Symmetric: change(s, steps(m_rule.potentiation, y) - m_rule.offset, tick, 1); break;
            case snn::LearningRule::Triplet:
                change(s, -steps(m_rule.depression + steps(m_rule.tripletDepression, slow), y), tick, 1);
                break;
            case snn::LearningRule::ThreeFactor: entitle(s, -steps(m_rule.depression, y)); break;
            }
        }
        for (const std::uint32_t source : sources)
            spike(pre[source], m_rule.pre, m_rule.slowPre, tick);
    }

    void fire(std::int64_t tick, const std::vector<std::uint32_t>& targets)
    {
        for (Synapse& s : synapses) {
            if (!std::binary_search(targets.begin(), targets.end(), s.target))
                continue;
            const std::int64_t x = read(m_rule.pre, pre[s.source].trace, pre[s.source].last, tick);
            const std::int64_t slow = read(m_rule.slowPost, post[s.target].slow, post[s.target].last, tick);
            switch (m_rule.rule) {
            case snn::LearningRule::Pair:
            case snn::LearningRule::Symmetric: change(s, steps(m_rule.potentiation, x), tick, 2); break;
            case snn::LearningRule::Triplet:
                change(s, steps(m_rule.potentiation + steps(m_rule.tripletPotentiation, slow), x), tick, 2);
                break;
            case snn::LearningRule::ThreeFactor: entitle(s, steps(m_rule.potentiation, x)); break;
            }
        }
        for (const std::uint32_t target : targets)
            spike(post[target], m_rule.post, m_rule.slowPost, tick);
    }

    void modulate(const std::vector<float>& modulation)
    {
        for (Synapse& s : synapses) {
            const double m = static_cast<double>(modulation[modulation.size() == 1 ? 0 : s.target]);
            const double strength = std::clamp(m_rule.learningRate * m, -32767.0, 32767.0);
            const auto fixed = static_cast<std::int64_t>(std::floor(strength * 65536 + 0.5));
            if (s.eligibility != 0)
                change(s, std::clamp<std::int64_t>(fixed * s.eligibility >> 16, -(1 << 30), 1 << 30),
                       pre[s.source].last, 4);
        }
    }

private:
    static std::int64_t read(const snn::DecayTable& table, std::uint32_t trace, std::int64_t last, std::int64_t tick)
    {
        if (last < 0 || tick - last >= static_cast<std::int64_t>(table.factor.size()))
            return 0;
        return static_cast<std::int64_t>(trace) * table.factor[static_cast<std::size_t>(tick - last)] >> 16;
    }
    static std::int64_t steps(std::int64_t amount, std::int64_t trace) { return (amount * trace + 2048) >> 12; }
    static void spike(Neuron& n, const snn::DecayTable& fast, const snn::DecayTable& slow, std::int64_t tick)
    {
        n.trace = static_cast<std::uint32_t>(std::min<std::int64_t>(read(fast, n.trace, n.last, tick) + 4096, 1 << 24));
        n.slow =
            slow.factor.empty()
                ? 0
                : static_cast<std::uint32_t>(std::min<std::int64_t>(read(slow, n.slow, n.last, tick) + 4096, 1 << 24));
        n.last = tick;
        ++n.spikes;
    }
    static void entitle(Synapse& s, std::int64_t steps)
    {
        steps = std::clamp<std::int64_t>(steps, -(1 << 30), 1 << 30);
        s.eligibility = std::clamp<std::int64_t>(s.eligibility + steps, -(1 << 30), 1 << 30);
    }
    void change(Synapse& s, std::int64_t steps, std::int64_t tick, std::uint32_t occasion)
    {
        if (occasion == 1 && m_rule.rule != snn::LearningRule::Triplet)
            steps = std::clamp<std::int64_t>(steps, -(1 << 30), 1 << 30);
        if (m_rule.storage == snn::PlasticStorage::Int16)
            steps = (steps + randomBits(s.place, tick, occasion)) >> 16 << 16;
        s.weight = std::clamp<std::int64_t>(s.weight + steps, 0, m_rule.limit);
    }
    [[nodiscard]] std::int64_t randomBits(std::uint64_t place, std::int64_t tick, std::uint32_t occasion) const
    {
        const auto mix = [](std::uint32_t x) {
            x = (x ^ x >> 16) * 0x7FEB352DU;
            x = (x ^ x >> 15) * 0x846CA68BU;
            return x ^ x >> 16;
        };
        std::uint32_t x = mix(m_rule.roundingKey * 8 + occasion);
        x = mix(x ^ static_cast<std::uint32_t>(place));
        x = mix(x ^ static_cast<std::uint32_t>(place >> 32) ^ static_cast<std::uint32_t>(tick));
        return mix(x ^ static_cast<std::uint32_t>(tick >> 32)) & 0xFFFFU;
    }

    const snn::ProjectionPlan& m_projection;
    const snn::PlasticityPlan& m_rule;
};

class Oracle {
public:
    explicit Oracle(const snn::Plan& plan) : m_plan(plan)
    {
        for (std::uint32_t i = 0; i < plan.populations.size(); ++i) {
            const snn::PopulationPlan& population = plan.populations[i];
            Neurons neurons;
            neurons.membrane.assign(population.size, population.initialMembrane);
            neurons.second.assign(population.size, population.initialSecond);
            neurons.current[0].assign(population.size, 0.0F);
            neurons.current[1].assign(population.size, 0.0F);
            neurons.wait.assign(population.size, 0);
            neurons.count.assign(population.size, 0);
            neurons.drive.assign(population.size, 0.0F);
            neurons.thresholds.assign(population.size, population.initialThreshold);
            neurons.next.assign(population.size, 0);
            neurons.draws.assign(population.size, 0);
            m_neurons.push_back(std::move(neurons));
            for (std::uint32_t n = 0; usesIntervals(i) && n < population.size; ++n)
                drawInterval(i, n, 0);
        }
        for (const snn::ProjectionPlan& projection : plan.projections)
            if (projection.plasticity)
                m_learning.emplace_back(projection);
    }

    void apply(const Stretch& stretch)
    {
        for (std::uint32_t i = 0; i < stretch.values.size(); ++i)
            for (std::uint32_t n = 0; n < stretch.values[i].size(); ++n) {
                m_neurons[i].drive[n] = stretch.values[i][n];
                const std::uint32_t threshold =
                    snn::poissonThreshold(static_cast<double>(stretch.values[i][n]), m_plan.network.tickMs);
                const bool changed = m_neurons[i].thresholds[n] != threshold;
                m_neurons[i].thresholds[n] = threshold;
                if (changed && usesIntervals(i))
                    drawInterval(i, n, m_tick);
            }
        for (NaiveLearning& learning : m_learning)
            if (!stretch.modulation.empty() && learning.rule() == snn::LearningRule::ThreeFactor)
                learning.modulate(stretch.modulation);
    }

    void run(std::uint32_t ticks, snn::SpikesByPopulation& spikes)
    {
        spikes.resize(m_neurons.size());
        for (std::uint32_t k = 0; k < ticks; ++k, ++m_tick)
            tick(spikes);
    }

    struct Neurons {
        std::vector<float> membrane, second;
        std::array<std::vector<float>, 2> current;
        std::vector<std::int32_t> wait;
        std::vector<std::int64_t> count;
        std::vector<float> drive;
        std::vector<std::uint32_t> thresholds, draws;
        std::vector<std::uint64_t> next;
    };
    [[nodiscard]] const std::vector<Neurons>& neurons() const { return m_neurons; }
    [[nodiscard]] const std::vector<NaiveLearning>& learning() const { return m_learning; }

private:
    /// Weight units by (population, receptor, neuron).
    using Arrivals = std::map<std::array<std::uint32_t, 3>, std::int64_t>;
    using Fired = std::vector<std::vector<std::uint32_t>>; ///< by population

    void tick(snn::SpikesByPopulation& spikes)
    {
        Arrivals arriving = std::move(m_pending[m_tick]);
        m_pending.erase(m_tick);
        const auto now = static_cast<std::int64_t>(m_tick);
        std::size_t learning = 0;
        for (const snn::ProjectionPlan& projection : m_plan.projections) {
            if (!projection.plasticity)
                continue;
            NaiveLearning& synapses = m_learning[learning++];
            synapses.beginTick(now);
            std::vector<std::int64_t> sums(projection.synapses.targets, 0);
            if (m_tick >= projection.delay)
                synapses.arrive(now, m_fired[m_tick - projection.delay][projection.source], sums);
            for (std::uint32_t n = 0; n < sums.size(); ++n)
                arriving[{projection.target, projection.receptor, n}] += sums[n];
        }
        Fired fired(m_neurons.size());
        for (std::uint32_t i = 0; i < m_neurons.size(); ++i) {
            for (std::uint32_t n = 0; n < m_plan.populations[i].size; ++n)
                if (fires(i, n, arriving))
                    fired[i].push_back(n);
            for (const std::uint32_t n : fired[i])
                spikes[i].push_back({n, static_cast<std::uint32_t>(m_tick)});
        }
        learning = 0;
        for (const snn::ProjectionPlan& projection : m_plan.projections) {
            if (projection.plasticity)
                m_learning[learning++].fire(now, fired[projection.target]);
            else
                for (const std::uint32_t source : fired[projection.source])
                    send(projection, source);
        }
        m_fired.push_back(std::move(fired));
    }

    bool fires(std::uint32_t i, std::uint32_t n, const Arrivals& arriving)
    {
        const snn::PopulationPlan& shape = m_plan.populations[i];
        if (shape.kind == snn::NeuronKind::SpikeList)
            return std::find(shape.spikes.begin(), shape.spikes.end(), Spike{n, static_cast<std::uint32_t>(m_tick)}) !=
                   shape.spikes.end();
        if (usesIntervals(i)) {
            if (m_neurons[i].next[n] != m_tick)
                return false;
            drawInterval(i, n, m_tick + 1);
            return true;
        }
        if (shape.kind == snn::NeuronKind::Poisson)
            return draw(i, n);
        std::int64_t units[2] = {};
        for (std::uint32_t r = 0; r < 2; ++r) {
            const auto found = arriving.find({i, r, n});
            units[r] = found == arriving.end() ? 0 : found->second;
        }
        if (shape.kind == snn::NeuronKind::Counter)
            return countUp(shape, m_neurons[i].count[n], units[0] - units[1]);
        return advance(i, n, units);
    }

    [[nodiscard]] bool usesIntervals(std::uint32_t i) const
    {
        return m_plan.populations[i].kind == snn::NeuronKind::Poisson &&
               m_plan.populations[i].sampling == snn::PoissonSampling::Intervals;
    }

    void drawInterval(std::uint32_t i, std::uint32_t n, std::uint64_t from)
    {
        Neurons& state = m_neurons[i];
        state.next[n] = ~std::uint64_t{0};
        if (state.thresholds[n] == 0)
            return;
        const std::uint64_t seed = m_plan.network.seed;
        const PhiloxBlock words = philox({n, i, state.draws[n]++, snn::intervalDomain},
                                         static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
        const double uniform = static_cast<double>((std::uint64_t{words[0]} << 32 | words[1]) >> 11) * 0x1p-53;
        const double failures = exactLog(1 - uniform) * (1 / exactLog(1 - state.thresholds[n] * 0x1p-32));
        if (failures < 0x1p62)
            state.next[n] = from + static_cast<std::uint64_t>(failures);
    }

    bool draw(std::uint32_t i, std::uint32_t n) const
    {
        const std::uint64_t seed = m_plan.network.seed;
        const PhiloxBlock block =
            philox({n / 64 * 16 + n % 16, i, static_cast<std::uint32_t>(m_tick), snn::poissonDomain},
                   static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
        return block[n % 64 / 16] < m_neurons[i].thresholds[n];
    }

    static bool countUp(const snn::PopulationPlan& shape, std::int64_t& count, std::int64_t units)
    {
        count = std::clamp<std::int64_t>(count + units, 0, 1 << 30);
        if (count < shape.constants.counterThreshold)
            return false;
        count -= shape.constants.counterThreshold;
        return true;
    }

    bool advance(std::uint32_t i, std::uint32_t n, const std::int64_t (&units)[2])
    {
        const snn::PopulationPlan& shape = m_plan.populations[i];
        const snn::NeuronConstants& c = shape.constants;
        Neurons& state = m_neurons[i];
        const float decay[2] = {c.excitatoryDecay, c.inhibitoryDecay};
        for (std::uint32_t r = 0; r < 2; ++r) {
            float current = std::fma(state.current[r][n], decay[r], static_cast<float>(units[r]));
            if (current < 0x1p-40F)
                current = 0;
            state.current[r][n] = current;
        }
        float threshold = c.threshold;
        if (shape.kind == snn::NeuronKind::AdaptiveLif) {
            state.second[n] *= c.adaptationDecay;
            if (state.second[n] < 0x1p-40F)
                state.second[n] = 0;
            threshold += state.second[n];
        }
        const float v = membrane(shape, state, n);
        if (shape.kind == snn::NeuronKind::Izhikevich) {
            state.membrane[n] = v >= threshold ? c.reset : v;
            state.second[n] = v >= threshold ? state.second[n] + c.adaptationStep : state.second[n];
            return v >= threshold;
        }
        const bool fires = state.wait[n] == 0 && v >= threshold;
        state.membrane[n] = fires || state.wait[n] > 0 ? c.reset : v;
        if (fires) {
            state.wait[n] = c.refractory;
            state.second[n] += shape.kind == snn::NeuronKind::AdaptiveLif ? c.adaptationStep : 0;
        } else if (state.wait[n] > 0) {
            --state.wait[n];
        }
        return fires;
    }

    static float membrane(const snn::PopulationPlan& shape, Neurons& state, std::uint32_t n)
    {
        const snn::NeuronConstants& c = shape.constants;
        const float e = state.current[0][n];
        const float g = state.current[1][n];
        const float v = state.membrane[n];
        if (shape.kind == snn::NeuronKind::ConductanceLif) {
            const float inhibition = std::min(g * c.inhibitoryGain, c.conductanceLimit);
            const float excitation = std::min(e * c.excitatoryGain, c.conductanceLimit);
            const float slope = (-1.0F - inhibition) - excitation;
            float offset = c.restTerm + state.drive[n];
            offset = std::fma(inhibition, c.inhibitoryReversal, offset);
            offset = std::fma(excitation, c.excitatoryReversal, offset);
            const float middle = std::fma(std::fma(slope, v, offset), c.halfStep, v);
            return std::fma(std::fma(slope, middle, offset), c.step, v);
        }
        if (shape.kind == snn::NeuronKind::Izhikevich) {
            float input = 140.0F + state.drive[n];
            input = std::fma(g, c.inhibitoryGain, input);
            input = std::fma(e, c.excitatoryGain, input) - state.second[n];
            float w = v;
            for (int half = 0; half < 2; ++half)
                w = std::max(std::fma(std::fma(w, std::fma(w, 0.04F, 5.0F), input), c.halfStep, w), -120.0F);
            const float seen = std::min(w, c.threshold);
            state.second[n] = std::fma(seen * c.recoverySlope - state.second[n], c.step, state.second[n]);
            return w;
        }
        float next = std::fma(state.drive[n], c.driveGain, c.restTerm);
        next = std::fma(g, c.inhibitoryGain, next);
        next = std::fma(e, c.excitatoryGain, next);
        return std::fma(v, c.membraneDecay, next);
    }

    void send(const snn::ProjectionPlan& projection, std::uint32_t source)
    {
        Arrivals& arrivals = m_pending[m_tick + projection.delay];
        projection.synapses.forEachOf(source, [&](std::uint32_t target, std::size_t k) {
            arrivals[{projection.target, projection.receptor, target}] += projection.synapses.weightAt(k);
        });
    }

    const snn::Plan& m_plan;
    std::vector<Neurons> m_neurons;
    std::vector<NaiveLearning> m_learning;
    std::vector<Fired> m_fired;                  ///< by tick
    std::map<std::uint64_t, Arrivals> m_pending; ///< by tick
    std::uint64_t m_tick = 0;
};

} // namespace bnof::test
