// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/cuda_image.h"

#include <algorithm>

namespace bnof::snn::cuda {
namespace {

constexpr std::uint64_t alignment = 64;
constexpr std::uint32_t manyWords = 1024;     ///< sources in so many words are served several words a team
constexpr std::uint32_t synapsesOfTeam = 128; ///< longer rows are shared by teams
constexpr std::uint32_t mostParts = 64;

std::uint64_t aligned(std::uint64_t bytes)
{
    return (bytes + alignment - 1) / alignment * alignment;
}

std::uint32_t partsFor(double synapses)
{
    return static_cast<std::uint32_t>(std::clamp(synapses / synapsesOfTeam, 1.0, double{mostParts}));
}

std::uint32_t dividedUp(std::uint32_t value, std::uint32_t by)
{
    return (value + by - 1) / by;
}

} // namespace

DeviceImage::DeviceImage(std::shared_ptr<const Plan> plan, const ImageOptions& options) : m_plan(std::move(plan))
{
    m_network.blockTicks = std::clamp<std::uint32_t>(options.blockTicks, 1, m_plan->blockTicks);
    m_network.chunkTicks = std::max(options.chunkTicks, m_network.blockTicks);
    hot(sizeof(InstanceHeader));
    for (std::uint32_t i = 0; i < m_plan->populations.size(); ++i)
        addPopulation(i);
    for (std::uint32_t i = 0; i < m_plan->projections.size(); ++i)
        addProjection(i);
    m_network.populationCount = static_cast<std::uint32_t>(m_populations.size());
    m_network.projectionCount = static_cast<std::uint32_t>(m_projections.size());
    m_network.learningCount = static_cast<std::uint32_t>(m_learning.size());
    m_network.populations = add(std::span<const DevicePopulation>(m_populations));
    m_network.projections = add(std::span<const DeviceProjection>(m_projections));
    m_network.learning = add(std::span<const DeviceLearning>(m_learning));
    m_network.incoming = add(std::span<const std::uint32_t>(m_incoming));
}

std::uint64_t DeviceImage::add(const void* data, std::uint64_t bytes)
{
    const std::uint64_t offset = m_bytes;
    if (bytes > 0)
        m_pieces.push_back({offset, data, bytes});
    m_bytes = aligned(m_bytes + bytes);
    return offset;
}

template <class T> std::uint64_t DeviceImage::keep(std::vector<T> values)
{
    const auto kept = std::make_shared<const std::vector<T>>(std::move(values));
    m_kept.push_back(kept);
    return add(std::span<const T>(*kept));
}

std::uint64_t DeviceImage::hot(std::uint64_t bytes)
{
    const std::uint64_t offset = m_network.hotBytes;
    m_network.hotBytes = aligned(offset + bytes);
    return offset;
}

std::uint64_t DeviceImage::cold(std::uint64_t bytes)
{
    const std::uint64_t offset = m_network.coldBytes;
    m_network.coldBytes = aligned(offset + bytes);
    return offset;
}

void DeviceImage::addPopulation(std::uint32_t index)
{
    const PopulationPlan& shape = m_plan->populations[index];
    const std::uint64_t padded = paddedSize(shape.size);
    DevicePopulation p;
    p.constants = shape.constants;
    p.kind = shape.kind;
    p.learns = shape.learns;
    p.intervals = shape.kind == NeuronKind::Poisson && shape.sampling == PoissonSampling::Intervals;
    p.size = shape.size;
    p.words = static_cast<std::uint32_t>(padded / teamSize);
    p.slots = shape.longestDelay == 0 ? 0 : shape.longestDelay + m_network.blockTicks;
    p.initialThreshold = shape.initialThreshold;
    p.initialMembrane = shape.initialMembrane;
    p.initialSecond = shape.initialSecond;
    p.wordsBefore = m_network.recordWords;
    m_network.recordWords += p.words;
    p.incomingBegin = static_cast<std::uint32_t>(m_incoming.size());
    m_incoming.insert(m_incoming.end(), m_plan->incoming[index].begin(), m_plan->incoming[index].end());
    p.incomingEnd = static_cast<std::uint32_t>(m_incoming.size());
    if (p.slots > 0) {
        p.history = hot(std::uint64_t{p.slots} * p.words * 4);
        p.historyCount = hot(std::uint64_t{p.slots} * 4);
    }
    std::uint32_t items = p.words;
    if (p.kind == NeuronKind::SpikeList) {
        items = dividedUp(p.words, teamSize);
        p.listCount = static_cast<std::uint32_t>(shape.spikes.size());
        std::vector<ListedSpike> list;
        for (const Spike& spike : shape.spikes)
            list.push_back({spike.neuron, spike.tick});
        p.list = keep(std::move(list));
    } else if (p.kind == NeuronKind::Poisson) {
        p.thresholds = hot(padded * 4);
        if (p.intervals) {
            p.nextSpike = hot(padded * 8);
            p.draws = hot(padded * 4);
            p.inverseLog = hot(padded * 8);
        } else {
            items = dividedUp(p.words, 4);
        }
    } else if (p.kind == NeuronKind::Counter) {
        p.count = hot(padded * 4);
    } else {
        p.membrane = hot(padded * 4);
        p.drive = hot(padded * 4);
        p.driven = hot(4);
        if (p.kind == NeuronKind::AdaptiveLif || p.kind == NeuronKind::Izhikevich)
            p.second = hot(padded * 4);
        if (p.kind != NeuronKind::Izhikevich)
            p.refractory = hot(padded * 2);
    }
    for (std::size_t r = 0; r < 2; ++r) {
        const ReceptorPlan& receptor = shape.receptors[r];
        if (!receptor.used)
            continue;
        if (p.membrane != absent)
            p.current[r] = hot(padded * 4);
        p.arrivals[r] = hot(m_network.blockTicks * sizeof(Arrival));
        p.carriedSlots[r] = receptor.slots;
        p.carriedShared[r] = m_network.carriedBytes;
        m_network.carriedBytes = aligned(m_network.carriedBytes + std::uint64_t{receptor.slots} * 4);
        if (!receptor.perNeuron)
            continue;
        p.sums[r] = hot(m_network.blockTicks * padded * 4);
        p.carried[r] = m_network.carriedBytes;
        m_network.carriedBytes = aligned(m_network.carriedBytes + receptor.slots * padded * 4);
    }
    p.updateEnd = m_network.updateItems[p.learns ? 1 : 0] += items;
    m_populations.push_back(p);
}

void DeviceImage::planDelivery(DeviceProjection& p, const Synapses& synapses)
{
    const std::uint32_t words = dividedUp(p.sources, teamSize);
    p.groupWords = words >= manyWords ? 4 : 1;
    p.wordGroups = dividedUp(words, p.groupWords);
    if (p.form == RowForm::Dense)
        p.targetParts = dividedUp(p.targets, 4 * teamSize);
    if (p.form == RowForm::Sparse) {
        p.targetParts = p.blocks;
        p.rowParts = partsFor(static_cast<double>(synapses.count()) / p.sources / p.blocks);
    }
    if (!p.plastic && p.form != RowForm::Shared)
        m_network.deliverItems += m_network.blockTicks * p.wordGroups * p.targetParts * p.rowParts;
    p.deliverEnd = m_network.deliverItems;
}

void DeviceImage::addProjection(std::uint32_t index)
{
    const ProjectionPlan& shape = m_plan->projections[index];
    const Synapses& synapses = shape.synapses;
    DeviceProjection p;
    p.source = shape.source;
    p.target = shape.target;
    p.receptor = shape.receptor;
    p.delay = shape.delay;
    p.sources = synapses.sources;
    p.targets = synapses.targets;
    p.form = synapses.form;
    p.plastic = shape.plasticity.has_value();
    p.weight = synapses.weight;
    p.smallShift = synapses.smallShift;
    p.blockSize = synapses.blockSize;
    p.blocks = synapses.blocks();
    p.stride = static_cast<std::uint32_t>(paddedSize(synapses.targets));
    p.learning = static_cast<std::uint32_t>(m_learning.size());
    if (!p.plastic) {
        if (p.form == RowForm::Sparse) {
            p.rowStart = add(std::span<const std::uint32_t>(synapses.rowStart));
            p.rowTargets = add(std::span<const std::uint16_t>(synapses.blockTargets));
        }
        if (!synapses.weights.empty())
            p.weights = add(std::span<const std::int16_t>(synapses.weights.data(), synapses.weights.size()));
        if (!synapses.smallWeights.empty())
            p.smallWeights =
                add(std::span<const std::int8_t>(synapses.smallWeights.data(), synapses.smallWeights.size()));
    }
    planDelivery(p, synapses);
    m_projections.push_back(p);
    if (p.plastic)
        addLearning(index);
}

void DeviceImage::addDecay(DeviceDecay& decay, const DecayTable& table)
{
    decay.length = static_cast<std::uint32_t>(table.factor.size());
    decay.factors = add(std::span<const std::uint32_t>(table.factor));
}

/// Positions of the weights are those of PlasticSynapses, because random rounding is keyed by them.
void DeviceImage::addPlasticRows(DeviceLearning& rule, const Synapses& s)
{
    std::vector<std::int16_t> weights;
    const std::int32_t limit = rule.limit >> weightShift;
    rule.dense = s.form == RowForm::Shared || s.form == RowForm::Dense;
    if (rule.dense) {
        rule.stride = static_cast<std::uint32_t>(paddedSize(s.targets));
        weights.assign(std::size_t{rule.stride} * s.sources, 0);
        s.forEach([&](std::uint32_t source, std::uint32_t target, std::size_t k) {
            weights[std::size_t{source} * rule.stride + target] =
                static_cast<std::int16_t>(std::min(s.weightAt(k), limit));
        });
    } else {
        std::vector<std::uint32_t> rowStart{0};
        std::vector<std::uint32_t> targets;
        std::vector<std::uint32_t> columnStart(std::size_t{s.targets} + 1, 0);
        for (std::uint32_t source = 0; source < s.sources; ++source) {
            s.forEachOf(source, [&](std::uint32_t target, std::size_t k) {
                targets.push_back(target);
                weights.push_back(static_cast<std::int16_t>(std::min(s.weightAt(k), limit)));
                ++columnStart[target + 1];
            });
            rowStart.push_back(static_cast<std::uint32_t>(targets.size()));
        }
        for (std::uint32_t target = 0; target < s.targets; ++target)
            columnStart[target + 1] += columnStart[target];
        std::vector<std::uint32_t> next(columnStart.begin(), columnStart.end() - 1);
        std::vector<std::uint32_t> places(targets.size());
        std::vector<std::uint32_t> sources(targets.size());
        for (std::uint32_t source = 0; source < s.sources; ++source)
            for (std::uint32_t k = rowStart[source]; k < rowStart[source + 1]; ++k) {
                const std::uint32_t at = next[targets[k]]++;
                places[at] = k;
                sources[at] = source;
            }
        rule.rowStart = keep(std::move(rowStart));
        rule.rowTargets = keep(std::move(targets));
        rule.columnStart = keep(std::move(columnStart));
        rule.columnPlace = keep(std::move(places));
        rule.columnSource = keep(std::move(sources));
    }
    rule.positions = weights.size();
    rule.initialWeights = keep(std::move(weights));
}

void DeviceImage::addLearning(std::uint32_t index)
{
    const ProjectionPlan& shape = m_plan->projections[index];
    const PlasticityPlan& plan = *shape.plasticity;
    const std::uint32_t sources = shape.synapses.sources;
    const std::uint32_t targets = shape.synapses.targets;
    DeviceLearning rule;
    rule.projection = index;
    rule.rule = plan.rule;
    rule.narrow = plan.storage == PlasticStorage::Int16;
    rule.limit = plan.limit;
    rule.roundingKey = plan.roundingKey;
    addDecay(rule.pre, plan.pre);
    addDecay(rule.post, plan.post);
    addDecay(rule.slowPre, plan.slowPre);
    addDecay(rule.slowPost, plan.slowPost);
    rule.potentiation = plan.potentiation;
    rule.depression = plan.depression;
    rule.tripletPotentiation = plan.tripletPotentiation;
    rule.tripletDepression = plan.tripletDepression;
    rule.offset = plan.offset;
    rule.eligibilityPeriod = plan.eligibilityPeriod;
    rule.eligibilityDecay = plan.eligibilityDecay;
    rule.learningRate = plan.learningRate;
    rule.scalingPeriod = plan.scalingPeriod;
    rule.scalingTarget = plan.scalingTarget;
    rule.scalingStrength = plan.scalingStrength;
    addPlasticRows(rule, shape.synapses);
    rule.weights = cold(rule.positions * (rule.narrow ? 2 : 4));
    if (rule.rule == LearningRule::ThreeFactor)
        rule.eligibilities = cold(rule.positions * 4);
    rule.preTrace = hot(std::uint64_t{sources} * 4);
    rule.lastArrival = hot(std::uint64_t{sources} * 8);
    rule.postTrace = hot(std::uint64_t{targets} * 4);
    rule.lastSpike = hot(std::uint64_t{targets} * 8);
    if (rule.rule == LearningRule::Triplet) {
        rule.slowPreTrace = hot(std::uint64_t{sources} * 4);
        rule.slowPostTrace = hot(std::uint64_t{targets} * 4);
    }
    if (rule.scalingPeriod > 0)
        rule.spikesInPeriod = hot(std::uint64_t{targets} * 4);
    m_network.periodic = m_network.periodic || rule.scalingPeriod > 0 || rule.eligibilityPeriod > 0;
    const auto synapses = static_cast<double>(shape.synapses.count());
    rule.rowParts = partsFor(synapses / sources);
    rule.columnParts = partsFor(synapses / targets);
    rule.arriveEnd = m_network.arriveItems += dividedUp(sources, teamSize) * rule.rowParts;
    rule.fireEnd = m_network.fireItems += dividedUp(targets, teamSize) * rule.columnParts;
    rule.sourceEnd = m_network.learningSources += sources;
    rule.targetEnd = m_network.learningTargets += targets;
    m_learning.push_back(rule);
}

std::uint64_t DeviceImage::recordBytes() const
{
    return std::uint64_t{m_network.recordWords} * m_network.chunkTicks * 4;
}

std::vector<std::uint64_t> DeviceImage::listSegments() const
{
    constexpr std::uint64_t words = 32; // of a segment, see cuda_compact.h
    std::vector<std::uint64_t> before{0};
    for (const DevicePopulation& p : m_populations)
        before.push_back(before.back() + (std::uint64_t{p.words} * m_network.chunkTicks + words - 1) / words);
    return before;
}

} // namespace bnof::snn::cuda
