// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/cpu_backend.h"

#include <algorithm>

#include "engine/base/instruments.h"
#include "engine/base/log.h"
#include "engine/base/philox.h"
#include "engine/compute/cpu.h"

namespace bnof::snn {
namespace {

/// A population without input is checked this often for having come to rest.
constexpr std::uint64_t restCheckTicks = 32;

void makeArithmeticExact()
{
    if (!compute::ensureExactFloatingPoint())
        log::warning("snn", "the floating-point mode of this thread had been changed; it was set right, because "
                            "results would have depended on it");
}

bool anyNonZero(std::span<const float> values)
{
    return std::any_of(values.begin(), values.end(), [](float value) { return value != 0; });
}

} // namespace

CpuBackEnd::CpuBackEnd(std::shared_ptr<const Plan> plan, const KernelTable& kernels, std::string name)
    : BackEnd(std::move(plan)), m_kernels(kernels), m_name(std::move(name)),
      m_populations(this->plan().populations.size())
{
    for (std::size_t i = 0; i < m_populations.size(); ++i) {
        const PopulationPlan& shape = this->plan().populations[i];
        PopulationRun& run = m_populations[i];
        const std::size_t padded = paddedSize(shape.size);
        run.fired = AlignedArray<std::uint32_t>(padded);
        if (!shape.lif) {
            run.thresholds = AlignedArray<std::uint32_t>(padded);
            continue;
        }
        run.membrane = AlignedArray<float>(padded);
        run.refractory = AlignedArray<std::uint16_t>(padded);
        run.drive = AlignedArray<float>(padded);
        for (std::size_t r = 0; r < 2; ++r) {
            const ReceptorPlan& receptor = shape.receptors[r];
            if (receptor.slots == 0)
                continue;
            run.current[r] = AlignedArray<float>(padded);
            Ring& ring = run.rings[r];
            ring.stride = padded;
            ring.shared.resize(receptor.slots);
            ring.dirty.resize(receptor.slots);
            if (receptor.perNeuron)
                ring.perNeuron = AlignedArray<std::int32_t>(padded * receptor.slots);
        }
    }
    for (const ProjectionPlan& projection : this->plan().projections)
        m_rows.push_back(projection.synapses.rows());
    reset();
}

void CpuBackEnd::setDrive(std::uint32_t population, std::span<const float> driveMv)
{
    PopulationRun& run = m_populations[population];
    for (std::size_t i = 0; i < driveMv.size(); ++i)
        run.drive[i] = driveMv[i] == 0 ? 0.0F : driveMv[i]; // no negative zero in the state
    run.driven = anyNonZero(driveMv);
    run.resting = false;
}

void CpuBackEnd::setThresholds(std::uint32_t population, std::span<const std::uint32_t> thresholds)
{
    PopulationRun& run = m_populations[population];
    std::copy(thresholds.begin(), thresholds.end(), run.thresholds.data());
    run.resting = std::all_of(thresholds.begin(), thresholds.end(), [](std::uint32_t t) { return t == 0; });
}

void CpuBackEnd::run(std::uint32_t ticks, SpikesByPopulation& spikes)
{
    static Counter& tickCounter = Instruments::counter("snn.ticks");
    static Counter& spikeCounter = Instruments::counter("snn.spikes");
    static Counter& eventCounter = Instruments::counter("snn.synaptic_events");
    makeArithmeticExact();
    spikes.resize(m_populations.size());
    std::uint64_t spikeCount = 0;
    const std::uint64_t eventsBefore = m_events;
    for (std::uint32_t k = 0; k < ticks; ++k) {
        for (std::size_t i = 0; i < m_populations.size(); ++i) {
            updatePopulation(i);
            const PopulationRun& population = m_populations[i];
            spikeCount += population.firedCount;
            for (std::uint32_t f = 0; f < population.firedCount; ++f)
                spikes[i].push_back({population.fired[f], static_cast<std::uint32_t>(m_tick)});
        }
        // After all updates: the slots that this tick consumed are free for the longest delays.
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            deliver(plan().projections[i], m_rows[i]);
        ++m_tick;
    }
    tickCounter.add(ticks);
    spikeCounter.add(spikeCount);
    eventCounter.add(m_events - eventsBefore);
}

void CpuBackEnd::updatePopulation(std::size_t index)
{
    PopulationRun& run = m_populations[index];
    if (plan().populations[index].lif)
        updateLif(index, run);
    else
        updatePoisson(index, run);
}

void CpuBackEnd::updateLif(std::size_t index, PopulationRun& run)
{
    const PopulationPlan& shape = plan().populations[index];
    std::array<InputMode, 2> mode{InputMode::Absent, InputMode::Absent};
    std::array<std::int32_t*, 2> input{};
    std::array<std::int32_t, 2> shared{};
    bool arrives = false;
    for (std::size_t r = 0; r < 2; ++r) {
        Ring& ring = run.rings[r];
        if (ring.shared.empty())
            continue;
        const std::size_t slot = m_tick % ring.shared.size();
        shared[r] = ring.shared[slot];
        mode[r] = ring.dirty[slot] != 0 ? InputMode::Array : shared[r] != 0 ? InputMode::Shared : InputMode::None;
        input[r] = mode[r] == InputMode::Array ? ring.perNeuron.data() + slot * ring.stride : nullptr;
        ring.shared[slot] = 0;
        ring.dirty[slot] = 0;
        arrives = arrives || mode[r] != InputMode::None;
    }
    if (arrives)
        run.resting = false;
    run.firedCount = 0;
    if (run.resting)
        return;
    LifStep step;
    step.constants = &shape.constants;
    step.membrane = run.membrane.data();
    step.excitatory = run.current[0].data();
    step.inhibitory = run.current[1].data();
    step.refractory = run.refractory.data();
    step.drive = run.driven ? run.drive.data() : nullptr;
    step.excitatoryInput = input[0];
    step.inhibitoryInput = input[1];
    step.excitatoryShared = shared[0];
    step.inhibitoryShared = shared[1];
    step.size = shape.size;
    step.excitatoryMode = mode[0];
    step.inhibitoryMode = mode[1];
    step.fired = run.fired.data();
    bool changed = true;
    if (!arrives && m_tick % restCheckTicks == 0)
        step.changed = &changed;
    run.firedCount = m_kernels.updateLif(step);
    // The update without input is a function of the state alone, so a state that it left as it was, and that
    // fired nothing, stays until something arrives.
    run.resting = !changed && run.firedCount == 0;
}

void CpuBackEnd::updatePoisson(std::size_t index, PopulationRun& run)
{
    run.firedCount = 0;
    if (run.resting)
        return;
    const std::uint64_t seed = plan().network.seed;
    PoissonStep step;
    step.thresholds = run.thresholds.data();
    step.size = plan().populations[index].size;
    step.key[0] = static_cast<std::uint32_t>(seed);
    step.key[1] = static_cast<std::uint32_t>(seed >> 32);
    step.counter[0] = static_cast<std::uint32_t>(index);
    step.counter[1] = static_cast<std::uint32_t>(m_tick);
    step.counter[2] = static_cast<std::uint32_t>(m_tick >> 32) ^ poissonDomain;
    step.fired = run.fired.data();
    run.firedCount = m_kernels.firePoisson(step);
}

void CpuBackEnd::deliver(const ProjectionPlan& projection, const SynapseRows& rows)
{
    const PopulationRun& source = m_populations[projection.source];
    if (source.firedCount == 0)
        return;
    Ring& ring = m_populations[projection.target].rings[projection.receptor];
    const std::size_t slot = (m_tick + projection.delay) % ring.shared.size();
    if (rows.form == RowForm::Shared) {
        const std::uint32_t sum =
            static_cast<std::uint32_t>(ring.shared[slot]) + source.firedCount * static_cast<std::uint32_t>(rows.weight);
        ring.shared[slot] = static_cast<std::int32_t>(sum);
        m_events += std::uint64_t{source.firedCount} * rows.rowLength;
        return;
    }
    const std::uint64_t served =
        m_kernels.deliver(rows, source.fired.data(), source.firedCount, ring.perNeuron.data() + slot * ring.stride);
    if (served != 0)
        ring.dirty[slot] = 1;
    m_events += served;
}

void CpuBackEnd::reset()
{
    m_tick = 0;
    for (std::size_t i = 0; i < m_populations.size(); ++i) {
        const PopulationPlan& shape = plan().populations[i];
        PopulationRun& run = m_populations[i];
        run.firedCount = 0;
        run.driven = false;
        run.resting = false;
        if (!shape.lif) {
            std::fill_n(run.thresholds.data(), shape.size, shape.initialThreshold);
            run.resting = shape.initialThreshold == 0;
            continue;
        }
        std::fill_n(run.membrane.data(), run.membrane.size(), shape.initialMembrane);
        run.refractory.clear();
        run.drive.clear();
        for (std::size_t r = 0; r < 2; ++r) {
            run.current[r].clear();
            run.rings[r].perNeuron.clear();
            std::fill(run.rings[r].dirty.begin(), run.rings[r].dirty.end(), std::uint8_t{0});
            std::fill(run.rings[r].shared.begin(), run.rings[r].shared.end(), 0);
        }
    }
}

NetworkState CpuBackEnd::state() const
{
    NetworkState state;
    state.tick = m_tick;
    for (std::size_t i = 0; i < m_populations.size(); ++i) {
        const PopulationRun& run = m_populations[i];
        const std::size_t size = plan().populations[i].size;
        PopulationState out;
        const auto copy = [size](const auto& from, auto& to) {
            if (!from.empty())
                to.assign(from.data(), from.data() + size);
        };
        copy(run.membrane, out.membrane);
        copy(run.refractory, out.refractory);
        copy(run.drive, out.drive);
        copy(run.thresholds, out.thresholds);
        for (std::size_t r = 0; r < 2; ++r) {
            copy(run.current[r], out.current[r]);
            const Ring& ring = run.rings[r];
            out.perNeuron[r].resize(ring.perNeuron.empty() ? 0 : ring.shared.size());
            for (std::size_t k = 0; k < ring.shared.size(); ++k) {
                const std::size_t slot = (m_tick + k) % ring.shared.size();
                out.shared[r].push_back(ring.shared[slot]);
                if (ring.dirty[slot] == 0)
                    continue;
                const std::int32_t* sums = ring.perNeuron.data() + slot * ring.stride;
                // A slot that only received zero weights is as good as untouched.
                if (std::any_of(sums, sums + size, [](std::int32_t sum) { return sum != 0; }))
                    out.perNeuron[r][k].assign(sums, sums + size);
            }
        }
        state.populations.push_back(std::move(out));
    }
    return state;
}

void CpuBackEnd::setState(const NetworkState& state)
{
    reset();
    m_tick = state.tick;
    for (std::size_t i = 0; i < m_populations.size(); ++i) {
        PopulationRun& run = m_populations[i];
        const PopulationState& in = state.populations[i];
        if (!plan().populations[i].lif) {
            setThresholds(static_cast<std::uint32_t>(i), in.thresholds);
            continue;
        }
        setDrive(static_cast<std::uint32_t>(i), in.drive);
        std::copy(in.membrane.begin(), in.membrane.end(), run.membrane.data());
        std::copy(in.refractory.begin(), in.refractory.end(), run.refractory.data());
        for (std::size_t r = 0; r < 2; ++r) {
            std::copy(in.current[r].begin(), in.current[r].end(), run.current[r].data());
            Ring& ring = run.rings[r];
            for (std::size_t k = 0; k < ring.shared.size(); ++k) {
                const std::size_t slot = (m_tick + k) % ring.shared.size();
                ring.shared[slot] = in.shared[r][k];
                if (in.perNeuron[r].empty() || in.perNeuron[r][k].empty())
                    continue;
                ring.dirty[slot] = 1;
                std::copy(in.perNeuron[r][k].begin(), in.perNeuron[r][k].end(),
                          ring.perNeuron.data() + slot * ring.stride);
            }
        }
    }
}

} // namespace bnof::snn
