// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/surrogate_run.h"

#include <algorithm>
#include <type_traits>

#include "engine/base/exact_math.h"
#include "engine/compute/cpu.h"

namespace bnof::snn {
namespace {

template <typename Real> constexpr bool smooth = std::is_same_v<Real, double>;

template <typename Real> const SurrogateKernels<Real>& chooseKernels()
{
    if constexpr (smooth<Real>) {
        return smoothSurrogateKernels;
    } else {
#if defined(__x86_64__)
        if (compute::cpuFeatures().avx2)
            return hardSurrogateKernelsAvx2;
#endif
        return hardSurrogateKernels;
    }
}

} // namespace

template <typename Real>
SurrogateRun<Real>::SurrogateRun(const SurrogateModel& model, std::uint32_t longest)
    : m_model(model), m_kernels(chooseKernels<Real>()), m_arctan(model.options.shape == SurrogateShape::Arctan),
      m_slots(std::size_t{model.longestDelay} + 1), m_runs(model.populations.size())
{
    for (std::size_t p = 0; p < m_runs.size(); ++p) {
        const std::size_t size = model.populations[p].size;
        PopulationRun& run = m_runs[p];
        run.firstFired.resize(std::size_t{longest} + 1);
        run.fired.reserve(model.populations[p].lif ? size * longest : 0);
        if (!model.populations[p].lif)
            continue;
        for (int r = 0; r < 2; ++r) {
            run.arriving[r].resize(m_slots * size);
            run.current[r].resize(size);
            run.currentGradient[r].resize(m_slots * size);
        }
        run.membrane.resize(size);
        run.drive.resize(size);
        run.waiting.resize(size);
        run.fires.resize(size);
        run.integrated.resize(size * longest);
        run.held.resize(size * longest);
        run.integratedGradient.resize(size);
        run.spikeGradient.resize(size);
    }
    const std::size_t outputs = model.populations[model.options.output].size;
    m_highestTick.resize(outputs);
    m_logitGradient.resize(outputs);
    m_outputGradient.resize(outputs);
}

template <typename Real> void SurrogateRun<Real>::reset(const Presentation& presentation)
{
    m_ticks = presentation.ticks;
    for (std::size_t p = 0; p < m_runs.size(); ++p) {
        PopulationRun& run = m_runs[p];
        run.fired.clear();
        for (int r = 0; r < 2; ++r) {
            std::fill(run.arriving[r].begin(), run.arriving[r].end(), 0.0);
            std::fill(run.current[r].begin(), run.current[r].end(), Real{0});
        }
        std::fill(run.membrane.begin(), run.membrane.end(), static_cast<Real>(m_model.populations[p].initialMembrane));
        std::fill(run.waiting.begin(), run.waiting.end(), 0);
        run.driven = false;
    }
}

template <typename Real>
SurrogateOutcome SurrogateRun<Real>::forward(const SurrogateWeights<Real>& weights, const Presentation& presentation)
{
    reset(presentation);
    auto change = presentation.drives.begin();
    for (std::uint32_t tick = 0; tick < m_ticks; ++tick) {
        for (; change != presentation.drives.end() && change->tick == tick; ++change) {
            PopulationRun& run = m_runs[change->population];
            std::copy(change->driveMv.begin(), change->driveMv.end(), run.drive.begin());
            run.driven = true;
        }
        for (std::size_t p = 0; p < m_runs.size(); ++p) {
            PopulationRun& run = m_runs[p];
            run.firstFired[tick] = run.fired.size();
            if (m_model.populations[p].lif) {
                advance(weights, p, tick);
            } else if (p < presentation.spikes.size()) {
                const std::vector<Spike>& list = presentation.spikes[p];
                for (std::size_t k = run.fired.size(); k < list.size() && list[k].tick == tick; ++k)
                    run.fired.push_back(list[k].neuron);
            }
            run.firstFired[tick + 1] = run.fired.size();
        }
        for (std::size_t p = 0; p < m_runs.size(); ++p)
            deliver(weights, p, tick);
    }
    return score(weights, presentation);
}

template <typename Real>
void SurrogateRun<Real>::advance(const SurrogateWeights<Real>& weights, std::size_t population, std::uint32_t tick)
{
    PopulationRun& run = m_runs[population];
    const std::size_t size = m_model.populations[population].size;
    SurrogateForward<Real> step;
    step.constants = &weights.constants[population];
    step.drive = run.driven ? run.drive.data() : nullptr;
    for (int r = 0; r < 2; ++r) {
        step.arriving[r] = run.arriving[r].data() + slot(tick) * size;
        step.current[r] = run.current[r].data();
    }
    step.membrane = run.membrane.data();
    step.waiting = run.waiting.data();
    step.integrated = run.integrated.data() + tick * size;
    step.held = run.held.data() + tick * size;
    step.fires = run.fires.data();
    step.size = static_cast<std::uint32_t>(size);
    step.arctan = m_arctan;
    m_kernels.forward(step);
    for (std::uint32_t i = 0; i < step.size; ++i)
        if (run.fires[i] != 0)
            run.fired.push_back(i);
}

template <typename Real>
template <typename Visit>
void SurrogateRun<Real>::visitActive(const SurrogateWeights<Real>& weights, std::size_t population, std::uint32_t tick,
                                     Visit visit) const
{
    const PopulationRun& run = m_runs[population];
    const SurrogatePopulation& shape = m_model.populations[population];
    if (!smooth<Real> || !shape.lif) {
        for (std::size_t k = run.firstFired[tick]; k < run.firstFired[tick + 1]; ++k)
            visit(run.fired[k], Real{1});
        return;
    }
    for (std::uint32_t i = 0; i < shape.size; ++i) {
        const std::size_t at = std::size_t{tick} * shape.size + i;
        if (run.held[at] == 0)
            visit(i, m_kernels.spike(weights.constants[population], run.integrated[at], m_arctan));
    }
}

template <typename Real>
void SurrogateRun<Real>::deliver(const SurrogateWeights<Real>& weights, std::size_t population, std::uint32_t tick)
{
    for (const std::uint32_t index : m_model.populations[population].outgoing) {
        const SurrogateProjection& projection = m_model.projections[index];
        if (tick + projection.delay >= m_ticks)
            continue;
        double* sums = m_runs[projection.target].arriving[projection.receptor].data() +
                       slot(tick + projection.delay) * projection.targets;
        const Real* row = weights.forward[index].data();
        visitActive(weights, population, tick, [&](std::uint32_t neuron, Real spike) {
            const std::uint32_t begin = projection.rowStart[neuron];
            const std::uint32_t end = projection.rowStart[neuron + 1];
            if (projection.dense) {
                m_kernels.addRow(sums, row + begin, spike, end - begin);
                return;
            }
            for (std::uint32_t k = begin; k < end; ++k)
                sums[projection.columns[k]] += static_cast<double>(spike * row[k]);
        });
    }
}

template <typename Real> double SurrogateRun<Real>::logit(std::uint32_t neuron)
{
    const SurrogateOptions& options = m_model.options;
    const PopulationRun& run = m_runs[options.output];
    const std::size_t size = m_model.populations[options.output].size;
    m_highestTick[neuron] = m_ticks;
    double highest = 0;
    for (std::uint32_t tick = options.scoreFromTick; tick < m_ticks; ++tick) {
        const std::size_t at = tick * size + neuron;
        const auto u = static_cast<double>(run.integrated[at]);
        if (run.held[at] != 0 || (m_highestTick[neuron] != m_ticks && u <= highest))
            continue;
        highest = u;
        m_highestTick[neuron] = tick;
    }
    const auto rest = static_cast<double>(m_model.populations[options.output].rest);
    return m_highestTick[neuron] == m_ticks ? 0 : options.logitScale * (highest - rest);
}

template <typename Real>
SurrogateOutcome SurrogateRun<Real>::score(const SurrogateWeights<Real>& weights, const Presentation& presentation)
{
    const SurrogateOptions& options = m_model.options;
    const std::size_t size = m_logitGradient.size();
    SurrogateOutcome outcome;
    outcome.counts.assign(size, 0);
    outcome.logits.assign(size, 0);
    for (std::uint32_t tick = options.scoreFromTick; tick < m_ticks; ++tick) {
        const PopulationRun& run = m_runs[options.output];
        for (std::size_t k = run.firstFired[tick]; k < run.firstFired[tick + 1]; ++k)
            ++outcome.counts[run.fired[k]];
        // On the smoothed network these are not whole numbers.
        if (options.loss == SurrogateLoss::SpikeCount)
            visitActive(weights, options.output, tick, [&](std::uint32_t neuron, Real spike) {
                outcome.logits[neuron] += options.logitScale * static_cast<double>(spike);
            });
    }
    if (options.loss == SurrogateLoss::MaxMembrane)
        for (std::uint32_t i = 0; i < size; ++i)
            outcome.logits[i] = logit(i);
    const auto best = std::max_element(outcome.logits.begin(), outcome.logits.end());
    outcome.predicted = static_cast<std::uint32_t>(best - outcome.logits.begin());
    const double highest = *best;
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) {
        m_logitGradient[i] = exactExp(std::max(-690.0, outcome.logits[i] - highest));
        sum += m_logitGradient[i];
    }
    for (double& share : m_logitGradient)
        share /= sum;
    m_logitGradient[presentation.label] -= 1;
    outcome.loss = exactLog(sum) - (outcome.logits[presentation.label] - highest);
    return outcome;
}

template <typename Real>
void SurrogateRun<Real>::backward(const SurrogateWeights<Real>& weights, double scale,
                                  std::vector<std::vector<Real>>& gradient)
{
    for (double& g : m_logitGradient)
        g *= scale * m_model.options.logitScale;
    for (PopulationRun& run : m_runs) {
        std::fill(run.integratedGradient.begin(), run.integratedGradient.end(), Real{0});
        for (int r = 0; r < 2; ++r)
            std::fill(run.currentGradient[r].begin(), run.currentGradient[r].end(), Real{0});
    }
    for (std::uint32_t tick = m_ticks; tick-- > 0;) {
        // Spikes of this tick act on later ticks only (a delay is at least one tick), so all of those are done.
        for (std::size_t p = 0; p < m_runs.size(); ++p) {
            std::fill(m_runs[p].spikeGradient.begin(), m_runs[p].spikeGradient.end(), Real{0});
            synapsesBackward(weights, p, tick, gradient);
        }
        for (std::size_t p = 0; p < m_runs.size(); ++p)
            if (m_model.populations[p].lif)
                neuronsBackward(weights, p, tick);
    }
}

template <typename Real>
void SurrogateRun<Real>::synapsesBackward(const SurrogateWeights<Real>& weights, std::size_t population,
                                          std::uint32_t tick, std::vector<std::vector<Real>>& gradient)
{
    PopulationRun& run = m_runs[population];
    for (const std::uint32_t index : m_model.populations[population].outgoing) {
        const SurrogateProjection& projection = m_model.projections[index];
        if (tick + projection.delay >= m_ticks)
            continue;
        const Real* arriving = m_runs[projection.target].currentGradient[projection.receptor].data() +
                               slot(tick + projection.delay) * projection.targets;
        if (projection.trained) {
            Real* out = gradient[index].data();
            visitActive(weights, population, tick, [&](std::uint32_t neuron, Real spike) {
                const std::uint32_t begin = projection.rowStart[neuron];
                const std::uint32_t end = projection.rowStart[neuron + 1];
                if (projection.dense) {
                    m_kernels.addScaled(out + begin, arriving, spike, end - begin);
                    return;
                }
                for (std::uint32_t k = begin; k < end; ++k)
                    out[k] += spike * arriving[projection.columns[k]];
            });
        }
        if (!m_model.populations[population].lif)
            continue;
        if (projection.dense) {
            for (std::uint32_t target = 0; target < projection.targets; ++target)
                if (arriving[target] != 0)
                    m_kernels.addScaled(run.spikeGradient.data(),
                                        weights.transposed[index].data() + std::size_t{target} * projection.sources,
                                        arriving[target], projection.sources);
            continue;
        }
        const Real* row = weights.forward[index].data();
        for (std::uint32_t s = 0; s < projection.sources; ++s)
            for (std::uint32_t k = projection.rowStart[s]; k < projection.rowStart[s + 1]; ++k)
                run.spikeGradient[s] += row[k] * arriving[projection.columns[k]];
    }
}

template <typename Real>
void SurrogateRun<Real>::neuronsBackward(const SurrogateWeights<Real>& weights, std::size_t population,
                                         std::uint32_t tick)
{
    PopulationRun& run = m_runs[population];
    const SurrogateOptions& options = m_model.options;
    const std::size_t size = m_model.populations[population].size;
    SurrogateBackward<Real> step;
    if (population == options.output && tick >= options.scoreFromTick) {
        if (options.loss == SurrogateLoss::SpikeCount) {
            for (std::size_t i = 0; i < size; ++i)
                run.spikeGradient[i] += static_cast<Real>(m_logitGradient[i]);
        } else {
            for (std::size_t i = 0; i < size; ++i)
                m_outputGradient[i] = m_highestTick[i] == tick ? static_cast<Real>(m_logitGradient[i]) : Real{0};
            step.membraneGradient = m_outputGradient.data();
        }
    }
    step.constants = &weights.constants[population];
    step.integrated = run.integrated.data() + tick * size;
    step.held = run.held.data() + tick * size;
    step.spikeGradient = run.spikeGradient.data();
    step.integratedGradient = run.integratedGradient.data();
    for (int r = 0; r < 2; ++r) {
        step.laterCurrent[r] = run.currentGradient[r].data() + slot(tick + 1) * size;
        step.currentGradient[r] = run.currentGradient[r].data() + slot(tick) * size;
    }
    step.size = static_cast<std::uint32_t>(size);
    step.arctan = m_arctan;
    step.detachReset = options.detachReset;
    m_kernels.backward(step);
}

template <typename Real> std::vector<Spike> SurrogateRun<Real>::spikes(std::uint32_t population) const
{
    const PopulationRun& run = m_runs[population];
    std::vector<Spike> out;
    for (std::uint32_t tick = 0; tick < m_ticks; ++tick)
        for (std::size_t k = run.firstFired[tick]; k < run.firstFired[tick + 1]; ++k)
            out.push_back({run.fired[k], tick});
    return out;
}

template class SurrogateRun<float>;
template class SurrogateRun<double>;

} // namespace bnof::snn
