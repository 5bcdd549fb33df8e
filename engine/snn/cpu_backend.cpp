// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/cpu_backend.h"

#include <algorithm>
#include <atomic>

#include "engine/base/exact_math.h"
#include "engine/base/instruments.h"
#include "engine/base/log.h"
#include "engine/base/philox.h"
#include "engine/base/time.h"
#include "engine/compute/cpu.h"

namespace bnof::snn {
namespace {

/// Keeps the rows of a worker's arrays off multiples of 4 KiB, where the ticks of a block would compete for the same
/// few lines of the first-level cache.
constexpr std::size_t oddPadding = 80;
/// An item without input is checked this often for having come to rest.
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

/// Adds the CPU time of its life to a sum, where that is wanted.
class PhaseTimer {
public:
    PhaseTimer(bool wanted, double& seconds)
        : m_seconds(wanted ? &seconds : nullptr), m_begin(wanted ? threadCpuNow() : 0)
    {}
    ~PhaseTimer()
    {
        if (m_seconds != nullptr)
            *m_seconds += static_cast<double>(threadCpuNow() - m_begin) * 1e-9;
    }
    PhaseTimer(const PhaseTimer&) = delete;
    PhaseTimer& operator=(const PhaseTimer&) = delete;

private:
    double* m_seconds;
    std::int64_t m_begin;
};

} // namespace

CpuBackEnd::CpuBackEnd(std::shared_ptr<const Plan> plan, const KernelTable& kernels, std::string name, unsigned threads,
                       bool timePhases)
    : BackEnd(std::move(plan)), m_kernels(kernels), m_name(std::move(name)), m_timePhases(timePhases), m_team(threads),
      m_populations(this->plan().populations.size()), m_workers(m_team.size()),
      m_spikes(this->plan().populations.size(), 0)
{
    std::array<bool, 2> summed{};
    for (std::uint32_t i = 0; i < m_populations.size(); ++i) {
        const PopulationPlan& shape = this->plan().populations[i];
        PopulationRun& run = m_populations[i];
        const std::size_t padded = paddedSize(shape.size);
        if (shape.longestDelay > 0)
            run.history.resize(shape.longestDelay + maximumBlockTicks);
        if (shape.kind == NeuronKind::Poisson)
            run.thresholds = AlignedArray<std::uint32_t>(padded);
        if (shape.kind == NeuronKind::Counter)
            run.count = AlignedArray<std::int32_t>(padded);
        if (!shape.isSource() && shape.kind != NeuronKind::Counter) {
            run.membrane = AlignedArray<float>(padded);
            run.drive = AlignedArray<float>(padded);
            if (shape.kind == NeuronKind::AdaptiveLif || shape.kind == NeuronKind::Izhikevich)
                run.second = AlignedArray<float>(padded);
            if (shape.kind != NeuronKind::Izhikevich)
                run.refractory = AlignedArray<std::uint16_t>(padded);
            for (std::size_t r = 0; r < 2; ++r)
                if (shape.receptors[r].used)
                    run.current[r] = AlignedArray<float>(padded);
        }
        const std::uint32_t blockSize = shape.isSource() ? shape.size : shape.blockSize;
        for (std::uint32_t first = 0; first < shape.size; first += blockSize)
            m_items.push_back({i, first, std::min(blockSize, shape.size - first), false, {}, {}});
        m_rowLength = std::max(m_rowLength, paddedSize(std::min(blockSize, shape.size)));
        for (std::size_t r = 0; r < 2; ++r)
            summed[r] = summed[r] || shape.receptors[r].perNeuron;
    }
    m_rowLength += oddPadding;
    for (Worker& worker : m_workers) {
        worker.fired = AlignedArray<std::uint32_t>(m_rowLength * maximumBlockTicks);
        worker.events.assign(this->plan().projections.size(), 0);
        for (std::size_t r = 0; r < 2; ++r)
            if (summed[r]) {
                worker.sums[r] = AlignedArray<std::int32_t>(m_rowLength * maximumBlockTicks);
                worker.counts[r] = AlignedArray<std::uint8_t>(m_rowLength * maximumBlockTicks);
            }
    }
    for (const ProjectionPlan& projection : this->plan().projections)
        m_learning.push_back(projection.plasticity ? std::make_unique<PlasticSynapses>(projection, m_kernels)
                                                   : nullptr);
    reset(this->plan().network.seed);
}

void CpuBackEnd::wake(std::uint32_t population)
{
    for (Item& item : m_items)
        if (item.population == population)
            item.resting = false;
}

void CpuBackEnd::setDrive(std::uint32_t population, std::span<const float> driveMv)
{
    PopulationRun& run = m_populations[population];
    for (std::size_t i = 0; i < driveMv.size(); ++i)
        run.drive[i] = driveMv[i] == 0 ? 0.0F : driveMv[i]; // no negative zero in the state
    run.driven = anyNonZero(driveMv);
    wake(population);
}

void CpuBackEnd::setThresholds(std::uint32_t population, std::span<const std::uint32_t> thresholds)
{
    PopulationRun& run = m_populations[population];
    const bool intervals = plan().populations[population].sampling == PoissonSampling::Intervals;
    std::vector<std::uint32_t> changed;
    for (std::uint32_t n = 0; intervals && n < thresholds.size(); ++n)
        if (run.thresholds[n] != thresholds[n])
            changed.push_back(n);
    std::copy(thresholds.begin(), thresholds.end(), run.thresholds.data());
    preparePoisson(run);
    for (const std::uint32_t n : changed) // the process has no memory: a new rate draws anew from here
        drawInterval(run, population, n, m_tick);
}

void CpuBackEnd::preparePoisson(PopulationRun& run)
{
    run.silent = true;
    for (std::size_t n = 0; n < run.thresholds.size(); ++n)
        run.silent = run.silent && run.thresholds[n] == 0;
    for (std::size_t n = 0; n < run.inverseLog.size(); ++n)
        run.inverseLog[n] = run.thresholds[n] == 0 ? 0 : 1 / exactLog(1 - run.thresholds[n] * 0x1p-32);
}

void CpuBackEnd::modulate(std::uint32_t projection, std::span<const float> modulation)
{
    m_learning[projection]->modulate(modulation);
}

void CpuBackEnd::run(std::uint32_t ticks, SpikesByPopulation& spikes)
{
    static Counter& tickCounter = Instruments::counter("snn.ticks");
    static Counter& spikeCounter = Instruments::counter("snn.spikes");
    static Counter& eventCounter = Instruments::counter("snn.synaptic_events");
    makeArithmeticExact();
    spikes.resize(m_populations.size());
    const Activity before = activity();
    for (std::uint32_t left = ticks; left > 0;) {
        const std::uint32_t block = std::min(left, plan().blockTicks);
        runBlock(block, spikes);
        left -= block;
    }
    const Activity after = activity();
    tickCounter.add(ticks);
    for (std::size_t i = 0; i < after.spikes.size(); ++i)
        spikeCounter.add(after.spikes[i] - before.spikes[i]);
    eventCounter.add(after.synapticEvents() - before.synapticEvents());
}

void CpuBackEnd::runBlock(std::uint32_t ticks, SpikesByPopulation& spikes)
{
    if (m_team.size() == 1) {
        for (Item& item : m_items)
            process(item, m_workers[0], ticks);
    } else {
        std::atomic<std::size_t> next{0};
        m_team.run([&](unsigned member) {
            for (std::size_t i = next.fetch_add(1); i < m_items.size(); i = next.fetch_add(1))
                process(m_items[i], m_workers[member], ticks);
        });
    }
    const PhaseTimer timer(m_timePhases, m_collectSeconds);
    collectSpikes(ticks, spikes);
    m_tick += ticks;
    m_ticksRun += ticks;
}

/// The spikes of a projection's source that arrive in a tick; null when there are none.
const CpuBackEnd::TickSpikes* CpuBackEnd::firedAt(const ProjectionPlan& projection, std::uint64_t arrivalTick) const
{
    // What was on its way over other projections when a state was loaded is carried as sums.
    const std::uint64_t first = projection.plasticity ? 0 : m_loadedAt;
    if (arrivalTick < first + projection.delay)
        return nullptr;
    const std::vector<TickSpikes>& history = m_populations[projection.source].history;
    const TickSpikes& fired = history[(arrivalTick - projection.delay) % history.size()];
    return fired.empty() ? nullptr : &fired;
}

std::int32_t* CpuBackEnd::sumsOf(Worker& worker, std::uint32_t r, std::uint32_t tick) const
{
    return worker.sums[r].data() + tick * m_rowLength;
}

std::uint8_t* CpuBackEnd::countsOf(Worker& worker, std::uint32_t r, std::uint32_t tick) const
{
    return worker.counts[r].data() + tick * m_rowLength;
}

/// Lets the spikes of one tick reach the neurons of an item; returns the synapses served.
std::uint64_t CpuBackEnd::deliver(const ProjectionPlan& projection, const SynapseRows& rows, const TickSpikes& fired,
                                  std::uint32_t tick, Worker& worker, UpdateStep& step) const
{
    const std::uint32_t r = projection.receptor;
    const auto count = static_cast<std::uint32_t>(fired.size());
    if (rows.form == RowForm::Shared) {
        step.shared[r][tick] = static_cast<std::int32_t>(static_cast<std::uint32_t>(step.shared[r][tick]) +
                                                         count * static_cast<std::uint32_t>(rows.weight));
        return std::uint64_t{count} * rows.rowLength;
    }
    std::uint64_t served = 0;
    if (const std::int32_t unit = step.countUnit[r]; unit > 0) {
        std::uint8_t* counts = countsOf(worker, r, tick);
        served =
            m_kernels.deliverCounts(rows, fired.data(), count, static_cast<std::uint8_t>(rows.weight / unit), counts);
        if (served > 0)
            step.counted[r][tick] = counts;
    } else {
        std::int32_t* sums = sumsOf(worker, r, tick);
        served = m_kernels.deliver(rows, fired.data(), count, sums);
        if (served > 0)
            step.input[r][tick] = sums;
    }
    return served;
}

void CpuBackEnd::process(Item& item, Worker& worker, std::uint32_t ticks)
{
    const PopulationPlan& shape = plan().populations[item.population];
    item.fired.clear();
    item.firedCount = {};
    UpdateStep step;
    step.kind = shape.kind;
    step.constants = &shape.constants;
    step.size = item.size;
    step.ticks = ticks;
    for (std::uint32_t k = 0; k < ticks; ++k)
        step.fired[k] = worker.fired.data() + k * m_rowLength;
    if (shape.isSource()) {
        const PhaseTimer timer(m_timePhases, worker.seconds.update);
        fireSources(item, worker, step);
    } else {
        pointAt(item, worker, step);
        const bool arrives = collectInput(item, worker, step);
        if (shape.learns)
            learnAndAdvance(item, worker, step);
        else
            advance(item, worker, step, arrives);
    }
    for (std::uint32_t k = 0; k < ticks; ++k) {
        item.fired.insert(item.fired.end(), step.fired[k], step.fired[k] + step.firedCount[k]);
        item.firedCount[k] = step.firedCount[k];
    }
}

void CpuBackEnd::pointAt(const Item& item, Worker&, UpdateStep& step)
{
    PopulationRun& run = m_populations[item.population];
    const auto at = [&item](auto& array) { return array.empty() ? nullptr : array.data() + item.first; };
    step.membrane = at(run.membrane);
    step.second = at(run.second);
    step.current[0] = at(run.current[0]);
    step.current[1] = at(run.current[1]);
    step.refractory = at(run.refractory);
    step.count = at(run.count);
    step.drive = run.driven ? at(run.drive) : nullptr;
    for (std::size_t r = 0; r < 2; ++r)
        step.countUnit[r] = plan().populations[item.population].receptors[r].countUnit;
}

/// Sums what arrives over synapses that do not learn, for every tick of the block.
bool CpuBackEnd::collectInput(const Item& item, Worker& worker, UpdateStep& step)
{
    const PhaseTimer timer(m_timePhases, worker.seconds.deliver);
    const PopulationPlan& shape = plan().populations[item.population];
    bool arrives = addCarried(item, worker, step);
    for (const std::uint32_t index : plan().incoming[item.population]) {
        const ProjectionPlan& projection = plan().projections[index];
        if (projection.plasticity)
            continue;
        const SynapseRows rows = projection.synapses.rows(item.first / shape.blockSize);
        for (std::uint32_t k = 0; k < step.ticks; ++k) {
            const TickSpikes* fired = firedAt(projection, m_tick + k);
            if (fired == nullptr)
                continue;
            const std::uint64_t served = deliver(projection, rows, *fired, k, worker, step);
            worker.events[index] += served;
            arrives = arrives || served > 0;
        }
    }
    return arrives;
}

bool CpuBackEnd::addCarried(const Item& item, Worker& worker, UpdateStep& step)
{
    const PopulationRun& run = m_populations[item.population];
    bool any = false;
    for (const Carried& carried : run.carried) {
        if (carried.tick < m_tick || carried.tick >= m_tick + step.ticks)
            continue;
        const auto k = static_cast<std::uint32_t>(carried.tick - m_tick);
        const std::uint32_t r = carried.receptor;
        step.shared[r][k] += carried.shared;
        any = true;
        if (carried.perNeuron.empty())
            continue;
        if (const std::int32_t unit = step.countUnit[r]; unit > 0) {
            std::uint8_t* counts = countsOf(worker, r, k);
            for (std::uint32_t i = 0; i < item.size; ++i)
                counts[i] = static_cast<std::uint8_t>(counts[i] + carried.perNeuron[item.first + i] / unit);
            step.counted[r][k] = counts;
        } else {
            std::int32_t* sums = sumsOf(worker, r, k);
            for (std::uint32_t i = 0; i < item.size; ++i)
                sums[i] += carried.perNeuron[item.first + i];
            step.input[r][k] = sums;
        }
    }
    return any;
}

void CpuBackEnd::advance(Item& item, Worker& worker, UpdateStep& step, bool arrives)
{
    const PhaseTimer timer(m_timePhases, worker.seconds.update);
    if (arrives)
        item.resting = false;
    if (item.resting)
        return;
    const bool check = !arrives && m_tick / restCheckTicks != (m_tick + step.ticks) / restCheckTicks;
    if (!check) {
        m_kernels.update(step);
        return;
    }
    // The update without input is a function of the state alone, so a state that it leaves as it was, and that
    // fires nothing, stays until something arrives. The last tick is taken apart to be looked at.
    const std::uint32_t last = step.ticks - 1;
    if (last > 0) {
        step.ticks = last;
        m_kernels.update(step);
    }
    UpdateStep single = step;
    single.ticks = 1;
    single.fired[0] = step.fired[last];
    single.firedCount[0] = 0;
    single.watch = true;
    m_kernels.update(single);
    step.ticks = last + 1;
    step.firedCount[last] = single.firedCount[0];
    item.resting = !single.changed && single.firedCount[0] == 0;
}

void CpuBackEnd::learnAndAdvance(Item& item, Worker& worker, UpdateStep& step)
{
    for (std::uint32_t k = 0; k < step.ticks; ++k) {
        const auto tick = static_cast<std::int64_t>(m_tick + k);
        UpdateStep single = step;
        single.ticks = 1;
        single.fired[0] = step.fired[k];
        single.firedCount[0] = 0;
        {
            const PhaseTimer timer(m_timePhases, worker.seconds.learn);
            for (std::uint32_t r = 0; r < 2; ++r) {
                single.input[r][0] = step.input[r][k];
                single.counted[r][0] = step.counted[r][k];
                single.shared[r][0] = step.shared[r][k];
            }
            for (const std::uint32_t index : plan().incoming[item.population]) {
                const ProjectionPlan& projection = plan().projections[index];
                if (!projection.plasticity)
                    continue;
                PlasticSynapses& synapses = *m_learning[index];
                synapses.beginTick(tick);
                const TickSpikes* fired = firedAt(projection, m_tick + k);
                const std::span<const std::uint32_t> sources =
                    fired == nullptr ? std::span<const std::uint32_t>{} : std::span<const std::uint32_t>(*fired);
                std::int32_t* sums = sumsOf(worker, projection.receptor, k);
                worker.events[index] += synapses.arrive(tick, sources, sums);
                if (!sources.empty())
                    single.input[projection.receptor][0] = sums;
            }
        }
        {
            const PhaseTimer timer(m_timePhases, worker.seconds.update);
            m_kernels.update(single);
        }
        step.firedCount[k] = single.firedCount[0];
        if (single.firedCount[0] == 0)
            continue;
        const PhaseTimer timer(m_timePhases, worker.seconds.learn);
        for (const std::uint32_t index : plan().incoming[item.population])
            if (m_learning[index])
                m_learning[index]->fire(tick, {single.fired[0], single.firedCount[0]});
    }
}

void CpuBackEnd::fireSources(Item& item, Worker&, UpdateStep& step)
{
    const PopulationPlan& shape = plan().populations[item.population];
    PopulationRun& run = m_populations[item.population];
    if (shape.kind == NeuronKind::SpikeList) {
        auto spike = std::partition_point(shape.spikes.begin(), shape.spikes.end(),
                                          [this](const Spike& s) { return s.tick < m_tick; });
        for (; spike != shape.spikes.end() && spike->tick < m_tick + step.ticks; ++spike) {
            const auto k = static_cast<std::uint32_t>(spike->tick - m_tick);
            step.fired[k][step.firedCount[k]++] = spike->neuron;
        }
    } else if (!run.silent) {
        if (shape.sampling == PoissonSampling::Intervals)
            drawIntervals(run, item.population, step);
        else
            drawEveryTick(run, item.population, step);
    }
}

void CpuBackEnd::drawEveryTick(const PopulationRun& run, std::uint32_t population, UpdateStep& step) const
{
    const std::uint64_t seed = m_drawSeed;
    PoissonStep draw;
    draw.thresholds = run.thresholds.data();
    draw.size = step.size;
    draw.key[0] = static_cast<std::uint32_t>(seed);
    draw.key[1] = static_cast<std::uint32_t>(seed >> 32);
    draw.counter[0] = population;
    for (std::uint32_t k = 0; k < step.ticks; ++k) {
        draw.counter[1] = static_cast<std::uint32_t>(m_tick + k);
        draw.counter[2] = static_cast<std::uint32_t>((m_tick + k) >> 32) ^ poissonDomain;
        draw.fired = step.fired[k];
        step.firedCount[k] = m_kernels.firePoisson(draw);
    }
}

void CpuBackEnd::drawIntervals(PopulationRun& run, std::uint32_t population, UpdateStep& step) const
{
    const std::uint64_t end = m_tick + step.ticks;
    for (std::uint32_t n = 0; n < step.size; ++n) {
        while (run.nextSpike[n] < end) {
            const auto k = static_cast<std::uint32_t>(run.nextSpike[n] - m_tick);
            step.fired[k][step.firedCount[k]++] = n;
            drawInterval(run, population, n, run.nextSpike[n] + 1);
        }
    }
}

/// The first tick from `from` on in which a neuron fires: a geometric number of failures later.
void CpuBackEnd::drawInterval(PopulationRun& run, std::uint32_t population, std::uint32_t neuron,
                              std::uint64_t from) const
{
    constexpr double never = 0x1p62;
    if (run.inverseLog[neuron] == 0) {
        run.nextSpike[neuron] = ~std::uint64_t{0};
        return;
    }
    const std::uint64_t seed = m_drawSeed;
    const PhiloxBlock words = philox({neuron, population, run.draws[neuron]++, intervalDomain},
                                     static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
    const double uniform = static_cast<double>((std::uint64_t{words[0]} << 32 | words[1]) >> 11) * 0x1p-53;
    const double failures = exactLog(1 - uniform) * run.inverseLog[neuron];
    run.nextSpike[neuron] = failures < never ? from + static_cast<std::uint64_t>(failures) : ~std::uint64_t{0};
}

void CpuBackEnd::collectSpikes(std::uint32_t ticks, SpikesByPopulation& spikes)
{
    for (PopulationRun& run : m_populations) {
        for (std::uint32_t k = 0; k < ticks && !run.history.empty(); ++k)
            run.history[(m_tick + k) % run.history.size()].clear();
        if (!run.carried.empty())
            std::erase_if(run.carried, [&](const Carried& carried) { return carried.tick < m_tick + ticks; });
    }
    // Items of a population follow each other; within a tick their neurons do too.
    for (std::size_t begin = 0; begin < m_items.size();) {
        const std::uint32_t population = m_items[begin].population;
        std::size_t end = begin;
        std::uint64_t count = 0;
        for (; end < m_items.size() && m_items[end].population == population; ++end)
            count += m_items[end].fired.size();
        if (count > 0) {
            m_spikes[population] += count;
            std::vector<TickSpikes>& history = m_populations[population].history;
            std::vector<Spike>& out = spikes[population];
            for (std::uint32_t k = 0; k < ticks; ++k) {
                for (std::size_t i = begin; i < end; ++i) {
                    const Item& item = m_items[i];
                    std::uint32_t from = 0;
                    for (std::uint32_t before = 0; before < k; ++before)
                        from += item.firedCount[before];
                    for (std::uint32_t f = from; f < from + item.firedCount[k]; ++f) {
                        const std::uint32_t neuron = item.first + item.fired[f];
                        out.push_back({neuron, static_cast<std::uint32_t>(m_tick + k)});
                        if (!history.empty())
                            history[(m_tick + k) % history.size()].push_back(neuron);
                    }
                }
            }
        }
        begin = end;
    }
}

void CpuBackEnd::reset(std::uint64_t drawSeed)
{
    m_drawSeed = drawSeed;
    m_tick = m_loadedAt = 0;
    for (std::uint32_t i = 0; i < m_populations.size(); ++i) {
        const PopulationPlan& shape = plan().populations[i];
        PopulationRun& run = m_populations[i];
        run.driven = false;
        run.carried.clear();
        for (TickSpikes& fired : run.history)
            fired.clear();
        run.refractory.clear();
        run.count.clear();
        run.drive.clear();
        for (auto& current : run.current)
            current.clear();
        std::fill_n(run.membrane.data(), run.membrane.size(), shape.initialMembrane);
        std::fill_n(run.second.data(), run.second.size(), shape.initialSecond);
        if (shape.kind != NeuronKind::Poisson)
            continue;
        std::fill_n(run.thresholds.data(), shape.size, shape.initialThreshold);
        if (shape.sampling == PoissonSampling::Intervals) {
            run.nextSpike.assign(shape.size, 0);
            run.draws.assign(shape.size, 0);
            run.inverseLog.resize(shape.size);
        }
        preparePoisson(run);
        for (std::uint32_t n = 0; n < run.nextSpike.size(); ++n)
            drawInterval(run, i, n, 0);
    }
    for (Item& item : m_items)
        item.resting = false;
    for (const auto& synapses : m_learning)
        if (synapses)
            synapses->reset();
}

/// What the projections without plasticity have not delivered yet, as sums by the ticks in which they arrive.
void CpuBackEnd::savePending(std::size_t population, PopulationState& out) const
{
    const PopulationPlan& shape = plan().populations[population];
    for (std::uint32_t r = 0; r < 2; ++r) {
        const ReceptorPlan& receptor = shape.receptors[r];
        out.shared[r].assign(receptor.slots, 0);
        out.perNeuron[r].resize(receptor.perNeuron ? receptor.slots : 0);
        for (std::uint32_t k = 0; k < receptor.slots; ++k) {
            std::vector<std::int32_t> sums(receptor.perNeuron ? shape.size : 0);
            for (const Carried& carried : m_populations[population].carried) {
                if (carried.receptor != r || carried.tick != m_tick + k)
                    continue;
                out.shared[r][k] += carried.shared;
                for (std::size_t n = 0; n < carried.perNeuron.size(); ++n)
                    sums[n] += carried.perNeuron[n];
            }
            for (const std::uint32_t index : plan().incoming[population]) {
                const ProjectionPlan& projection = plan().projections[index];
                if (projection.plasticity || projection.receptor != r || k >= projection.delay)
                    continue;
                const TickSpikes* fired = firedAt(projection, m_tick + k);
                if (fired == nullptr)
                    continue;
                const Synapses& synapses = projection.synapses;
                if (synapses.form == RowForm::Shared) {
                    out.shared[r][k] += static_cast<std::int32_t>(fired->size()) * synapses.weight;
                    continue;
                }
                for (const std::uint32_t source : *fired)
                    synapses.forEachOf(source, [&](std::uint32_t target, std::size_t position) {
                        sums[target] += synapses.weightAt(position);
                    });
            }
            // A slot that only received zero weights is as good as untouched.
            if (std::any_of(sums.begin(), sums.end(), [](std::int32_t sum) { return sum != 0; }))
                out.perNeuron[r][k] = std::move(sums);
        }
    }
}

NetworkState CpuBackEnd::state()
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
        copy(run.second, out.second);
        copy(run.refractory, out.refractory);
        copy(run.count, out.count);
        copy(run.drive, out.drive);
        copy(run.thresholds, out.thresholds);
        out.nextSpike = run.nextSpike;
        out.draws = run.draws;
        for (std::size_t r = 0; r < 2; ++r)
            copy(run.current[r], out.current[r]);
        savePending(i, out);
        state.populations.push_back(std::move(out));
    }
    for (std::size_t i = 0; i < m_learning.size(); ++i) {
        if (!m_learning[i])
            continue;
        LearningState learning;
        learning.synapses = m_learning[i]->state();
        for (std::uint32_t k = 0; k < plan().projections[i].delay; ++k) {
            const TickSpikes* fired = firedAt(plan().projections[i], m_tick + k);
            learning.arriving.push_back(fired == nullptr ? TickSpikes{} : *fired);
        }
        state.learning.push_back(std::move(learning));
    }
    return state;
}

void CpuBackEnd::setState(const NetworkState& state)
{
    reset(plan().network.seed);
    m_tick = m_loadedAt = state.tick;
    for (std::size_t i = 0; i < m_populations.size(); ++i) {
        PopulationRun& run = m_populations[i];
        const PopulationState& in = state.populations[i];
        const auto restore = [](const auto& from, auto& to) {
            if (!from.empty())
                std::copy(from.begin(), from.end(), to.data());
        };
        restore(in.membrane, run.membrane);
        restore(in.second, run.second);
        restore(in.refractory, run.refractory);
        restore(in.count, run.count);
        restore(in.drive, run.drive);
        run.driven = anyNonZero(in.drive);
        restore(in.thresholds, run.thresholds);
        if (!in.thresholds.empty())
            preparePoisson(run);
        run.nextSpike = in.nextSpike;
        run.draws = in.draws;
        for (std::uint32_t r = 0; r < 2; ++r) {
            restore(in.current[r], run.current[r]);
            for (std::size_t k = 0; k < in.shared[r].size(); ++k) {
                const bool sums = k < in.perNeuron[r].size() && !in.perNeuron[r][k].empty();
                if (in.shared[r][k] != 0 || sums)
                    run.carried.push_back(
                        {m_tick + k, r, in.shared[r][k], sums ? in.perNeuron[r][k] : std::vector<std::int32_t>{}});
            }
        }
    }
    std::size_t next = 0;
    for (std::size_t i = 0; i < m_learning.size(); ++i) {
        if (!m_learning[i])
            continue;
        const LearningState& learning = state.learning[next++];
        m_learning[i]->setState(learning.synapses);
        const ProjectionPlan& projection = plan().projections[i];
        std::vector<TickSpikes>& history = m_populations[projection.source].history;
        for (std::uint32_t k = 0; k < learning.arriving.size(); ++k)
            if (m_tick + k >= projection.delay)
                history[(m_tick + k - projection.delay) % history.size()] = learning.arriving[k];
    }
}

Activity CpuBackEnd::activity() const
{
    Activity out;
    out.ticks = m_ticksRun;
    out.spikes = m_spikes;
    out.events.assign(plan().projections.size(), 0);
    out.seconds.collect = m_collectSeconds;
    for (const Worker& worker : m_workers) {
        for (std::size_t i = 0; i < worker.events.size(); ++i)
            out.events[i] += worker.events[i];
        out.seconds.deliver += worker.seconds.deliver;
        out.seconds.update += worker.seconds.update;
        out.seconds.learn += worker.seconds.learn;
    }
    return out;
}

} // namespace bnof::snn
