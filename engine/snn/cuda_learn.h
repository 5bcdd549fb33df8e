// SPDX-License-Identifier: GPL-3.0-or-later
// Plasticity on the device; the twin of PlasticSynapses. Changes are made at once instead of being put off: a GPU has
// the threads for it, and the weights come out the same, because every change is the same integer function of the
// traces at its tick. The order inside a tick is the model's: decay and scaling, arrival and depression, the
// presynaptic trace, the neurons, potentiation, the postsynaptic trace; a phase each.
#pragma once

#include "engine/snn/cuda_deliver.h"

namespace bnof::snn::cuda {

enum class Occasion : std::uint32_t { Arrival = 1, Spike = 2, Scaling = 3, Modulation = 4 };

BNOF_KERNEL std::int64_t clampSteps(std::int64_t value, std::int64_t low, std::int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

/// A trace of a spike at tick `last` (-1: none yet), read at `tick`.
BNOF_KERNEL std::uint32_t readTrace(const DeviceNetwork& net, const DeviceDecay& decay, std::uint32_t trace,
                                    std::int64_t last, std::int64_t tick)
{
    if (last < 0 || static_cast<std::uint64_t>(tick - last) >= decay.length)
        return 0;
    const std::uint32_t factor = constantsAt<std::uint32_t>(net, decay.factors)[tick - last];
    return static_cast<std::uint32_t>((std::uint64_t{trace} * factor) >> decayShift);
}

BNOF_KERNEL std::uint32_t raisedTrace(std::uint32_t trace)
{
    return trace + traceUnit < traceLimit ? trace + traceUnit : traceLimit;
}

/// Steps for a trace: (amount * trace), rounded to nearest.
BNOF_KERNEL std::int64_t traceSteps(std::int64_t amount, std::uint32_t trace)
{
    return (amount * static_cast<std::int64_t>(trace) + traceUnit / 2) >> traceShift;
}

BNOF_KERNEL std::uint32_t mixBits(std::uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7FEB352DU;
    x ^= x >> 15;
    x *= 0x846CA68BU;
    return x ^ (x >> 16);
}

/// Sixteen random bits that belong to one change of one synapse.
BNOF_KERNEL std::uint32_t randomRounding(std::uint32_t key, std::uint64_t position, std::int64_t tick,
                                         Occasion occasion)
{
    std::uint32_t x = mixBits(key * 8 + static_cast<std::uint32_t>(occasion));
    x = mixBits(x ^ static_cast<std::uint32_t>(position));
    x = mixBits(x ^ static_cast<std::uint32_t>(position >> 32) ^ static_cast<std::uint32_t>(tick));
    return mixBits(x ^ static_cast<std::uint32_t>(tick >> 32)) & 0xFFFFU;
}

/// The weight in steps of 2^-16 units.
BNOF_KERNEL std::int32_t plasticWeight(const Instance& instance, const DeviceLearning& rule, std::uint64_t position)
{
    return rule.narrow ? std::int32_t{coldAt<std::int16_t>(instance, rule.weights)[position]} << weightShift
                       : coldAt<std::int32_t>(instance, rule.weights)[position];
}

BNOF_KERNEL void changeWeight(const Instance& instance, const DeviceLearning& rule, std::uint64_t position,
                              std::int64_t steps, std::int64_t tick, Occasion occasion)
{
    if (!rule.narrow) {
        std::int32_t& weight = coldAt<std::int32_t>(instance, rule.weights)[position];
        weight = static_cast<std::int32_t>(clampSteps(weight + steps, 0, rule.limit));
        return;
    }
    std::int16_t& weight = coldAt<std::int16_t>(instance, rule.weights)[position];
    const std::int64_t units = (steps + randomRounding(rule.roundingKey, position, tick, occasion)) >> weightShift;
    weight = static_cast<std::int16_t>(clampSteps(weight + units, 0, rule.limit >> weightShift));
}

BNOF_KERNEL void changeEligibility(const Instance& instance, const DeviceLearning& rule, std::uint64_t position,
                                   std::int64_t steps)
{
    std::int32_t& eligibility = coldAt<std::int32_t>(instance, rule.eligibilities)[position];
    eligibility = static_cast<std::int32_t>(clampSteps(eligibility + steps, -changeLimit, changeLimit));
}

/// The row of a plastic projection: positions in the weight array.
struct PlasticRow {
    std::uint64_t begin = 0;
    std::uint32_t length = 0;
    const std::uint32_t* targets = nullptr; ///< null: 0, 1, 2, ...
};

BNOF_KERNEL PlasticRow plasticRow(const DeviceNetwork& net, const DeviceLearning& rule, std::uint32_t targets,
                                  std::uint32_t source)
{
    if (rule.dense)
        return {std::uint64_t{source} * rule.stride, targets, nullptr};
    const std::uint32_t* start = constantsAt<std::uint32_t>(net, rule.rowStart) + source;
    return {start[0], start[1] - start[0], constantsAt<std::uint32_t>(net, rule.rowTargets) + start[0]};
}

/// Decay of eligibilities and synaptic scaling, at their ticks; a source a team.
BNOF_KERNEL void beginRow(const DeviceNetwork& net, const Instance& instance, const DeviceLearning& rule,
                          std::int64_t tick, std::uint32_t source, std::uint32_t lane)
{
    const bool decays = rule.eligibilityPeriod > 0 && tick % rule.eligibilityPeriod == 0;
    const bool scales = rule.scalingPeriod > 0 && tick % rule.scalingPeriod == 0;
    if (!decays && !scales)
        return;
    const PlasticRow row = plasticRow(net, rule, projectionsOf(net)[rule.projection].targets, source);
    for (std::uint32_t k = lane; k < row.length; k += teamSize) {
        const std::uint64_t position = row.begin + k;
        if (decays) {
            std::int32_t& eligibility = coldAt<std::int32_t>(instance, rule.eligibilities)[position];
            eligibility = static_cast<std::int32_t>(std::int64_t{eligibility} * rule.eligibilityDecay /
                                                    (1 << decayShift)); // towards zero, so that everything ends
        }
        if (!scales)
            continue;
        const std::uint32_t target = row.targets == nullptr ? k : row.targets[k];
        const double missing =
            (rule.scalingTarget - hotAt<std::uint32_t>(instance, rule.spikesInPeriod)[target]) / rule.scalingTarget;
        const double wanted = 1 + rule.scalingStrength * missing;
        const double bounded = wanted < 0.5 ? 0.5 : wanted > 2.0 ? 2.0 : wanted;
        const auto factor = static_cast<std::int64_t>(bounded * 65536 + 0.5); // positive: rounded down is cut off
        const std::int64_t before = plasticWeight(instance, rule, position);
        changeWeight(instance, rule, position, ((before * factor) >> 16) - before, tick, Occasion::Scaling);
    }
}

/// What an arrival does to one synapse, after its weight has been delivered.
BNOF_KERNEL void depress(const DeviceNetwork& net, const Instance& instance, const DeviceLearning& rule,
                         std::int64_t tick, std::uint32_t source, std::uint32_t target, std::uint64_t position)
{
    const std::uint32_t trace = readTrace(net, rule.post, hotAt<std::uint32_t>(instance, rule.postTrace)[target],
                                          hotAt<std::int64_t>(instance, rule.lastSpike)[target], tick);
    switch (rule.rule) {
    case LearningRule::Pair:
        changeWeight(instance, rule, position,
                     clampSteps(-traceSteps(rule.depression, trace), -changeLimit, changeLimit), tick,
                     Occasion::Arrival);
        return;
    case LearningRule::ThreeFactor:
        changeEligibility(instance, rule, position,
                          clampSteps(-traceSteps(rule.depression, trace), -changeLimit, changeLimit));
        return;
    case LearningRule::Symmetric:
        changeWeight(instance, rule, position,
                     clampSteps(traceSteps(rule.potentiation, trace) - rule.offset, -changeLimit, changeLimit), tick,
                     Occasion::Arrival);
        return;
    case LearningRule::Triplet: {
        const std::uint32_t slow =
            readTrace(net, rule.slowPre, hotAt<std::uint32_t>(instance, rule.slowPreTrace)[source],
                      hotAt<std::int64_t>(instance, rule.lastArrival)[source], tick);
        const std::int64_t amount = rule.depression + traceSteps(rule.tripletDepression, slow);
        changeWeight(instance, rule, position, -traceSteps(amount, trace), tick, Occasion::Arrival);
    }
    }
}

/// One word of sources and one part of their rows: weights are added up, then changed.
BNOF_KERNEL void arriveItem(const DeviceNetwork& net, const Instance& instance, const DeviceLearning& rule,
                            const Step& step, std::uint32_t item, std::uint32_t lane)
{
    const DeviceProjection& p = projectionsOf(net)[rule.projection];
    const std::uint64_t tick = headerOf(instance).tick + step.offset;
    const Arriving arriving = arrivingAt(net, instance, p, tick);
    if (arriving.count == 0)
        return;
    const std::uint32_t word = item / rule.rowParts;
    const std::uint32_t part = item % rule.rowParts;
    const DevicePopulation& target = populationsOf(net)[p.target];
    std::int32_t* sums =
        hotAt<std::int32_t>(instance, target.sums[p.receptor]) + std::uint64_t{step.row} * target.words * teamSize;
    std::uint64_t events = 0;
    for (std::uint32_t bits = arriving.words[word]; bits != 0; bits &= bits - 1) {
        const std::uint32_t source = word * teamSize + lowestBit(bits);
        const PlasticRow row = plasticRow(net, rule, p.targets, source);
        events += row.length;
        for (std::uint32_t k = part * teamSize + lane; k < row.length; k += teamSize * rule.rowParts) {
            const std::uint64_t position = row.begin + k;
            const std::uint32_t neuron = row.targets == nullptr ? k : row.targets[k];
            addTo(sums + neuron, plasticWeight(instance, rule, position) >> weightShift);
            depress(net, instance, rule, static_cast<std::int64_t>(tick), source, neuron, position);
        }
    }
    if (lane == 0 && part == 0 && events != 0 && instance.events != nullptr)
        addTo(instance.events + rule.projection, events);
}

/// The presynaptic traces of one source after its arrival.
BNOF_KERNEL void raiseSource(const DeviceNetwork& net, const Instance& instance, const DeviceLearning& rule,
                             const Step& step, std::uint32_t source)
{
    const std::uint64_t now = headerOf(instance).tick + step.offset;
    const Arriving arriving = arrivingAt(net, instance, projectionsOf(net)[rule.projection], now);
    if (arriving.count == 0 || (arriving.words[source / teamSize] >> source % teamSize & 1) == 0)
        return;
    const auto tick = static_cast<std::int64_t>(now);
    std::int64_t& last = hotAt<std::int64_t>(instance, rule.lastArrival)[source];
    std::uint32_t& trace = hotAt<std::uint32_t>(instance, rule.preTrace)[source];
    trace = raisedTrace(readTrace(net, rule.pre, trace, last, tick));
    if (rule.rule == LearningRule::Triplet) {
        std::uint32_t& slow = hotAt<std::uint32_t>(instance, rule.slowPreTrace)[source];
        slow = raisedTrace(readTrace(net, rule.slowPre, slow, last, tick));
    }
    last = tick;
}

/// What a spike of a target does to one synapse.
BNOF_KERNEL void potentiate(const DeviceNetwork& net, const Instance& instance, const DeviceLearning& rule,
                            std::int64_t tick, std::uint32_t source, std::uint32_t target, std::uint64_t position)
{
    const std::uint32_t trace = readTrace(net, rule.pre, hotAt<std::uint32_t>(instance, rule.preTrace)[source],
                                          hotAt<std::int64_t>(instance, rule.lastArrival)[source], tick);
    if (trace == 0) // no steps, and no steps change nothing
        return;
    std::int64_t amount = rule.potentiation;
    if (rule.rule == LearningRule::ThreeFactor)
        return changeEligibility(instance, rule, position, traceSteps(amount, trace));
    if (rule.rule == LearningRule::Triplet) {
        const std::uint32_t slow =
            readTrace(net, rule.slowPost, hotAt<std::uint32_t>(instance, rule.slowPostTrace)[target],
                      hotAt<std::int64_t>(instance, rule.lastSpike)[target], tick);
        amount += traceSteps(rule.tripletPotentiation, slow);
    }
    changeWeight(instance, rule, position, traceSteps(amount, trace), tick, Occasion::Spike);
}

BNOF_KERNEL bool firedNow(const DeviceNetwork& net, const Instance& instance, const DeviceProjection& p,
                          const Step& step, std::uint32_t neuron)
{
    const DevicePopulation& population = populationsOf(net)[p.target];
    return (recordOf(net, instance, population, step.offset)[neuron / teamSize] >> neuron % teamSize & 1) != 0;
}

/// One word of targets and one part of the synapses that reach them.
BNOF_KERNEL void fireItem(const DeviceNetwork& net, const Instance& instance, const DeviceLearning& rule,
                          const Step& step, std::uint32_t item, std::uint32_t lane)
{
    const DeviceProjection& p = projectionsOf(net)[rule.projection];
    const std::uint32_t word = item / rule.columnParts;
    const auto tick = static_cast<std::int64_t>(headerOf(instance).tick + step.offset);
    const std::uint32_t first = item % rule.columnParts * teamSize + lane;
    const std::uint32_t stride = teamSize * rule.columnParts;
    std::uint32_t bits = recordOf(net, instance, populationsOf(net)[p.target], step.offset)[word];
    for (; bits != 0; bits &= bits - 1) {
        const std::uint32_t target = word * teamSize + lowestBit(bits);
        if (rule.dense) {
            for (std::uint32_t source = first; source < p.sources; source += stride)
                potentiate(net, instance, rule, tick, source, target, std::uint64_t{source} * rule.stride + target);
            continue;
        }
        const std::uint32_t* start = constantsAt<std::uint32_t>(net, rule.columnStart) + target;
        for (std::uint32_t k = start[0] + first; k < start[1]; k += stride)
            potentiate(net, instance, rule, tick, constantsAt<std::uint32_t>(net, rule.columnSource)[k], target,
                       constantsAt<std::uint32_t>(net, rule.columnPlace)[k]);
    }
}

/// The postsynaptic traces of one target after its spike.
BNOF_KERNEL void raiseTarget(const DeviceNetwork& net, const Instance& instance, const DeviceLearning& rule,
                             const Step& step, std::uint32_t target)
{
    if (!firedNow(net, instance, projectionsOf(net)[rule.projection], step, target))
        return;
    const auto tick = static_cast<std::int64_t>(headerOf(instance).tick + step.offset);
    std::int64_t& last = hotAt<std::int64_t>(instance, rule.lastSpike)[target];
    std::uint32_t& trace = hotAt<std::uint32_t>(instance, rule.postTrace)[target];
    if (rule.rule == LearningRule::Triplet) {
        std::uint32_t& slow = hotAt<std::uint32_t>(instance, rule.slowPostTrace)[target];
        slow = raisedTrace(readTrace(net, rule.slowPost, slow, last, tick));
    }
    trace = raisedTrace(readTrace(net, rule.post, trace, last, tick));
    last = tick;
    if (rule.scalingPeriod > 0)
        ++hotAt<std::uint32_t>(instance, rule.spikesInPeriod)[target];
}

/// Decay and scaling of every plastic projection.
BNOF_KERNEL void beginLearningPhase(const DeviceNetwork& net, const Instance& instance, const Step& step,
                                    std::uint32_t thread, std::uint32_t threads)
{
    const auto tick = static_cast<std::int64_t>(headerOf(instance).tick + step.offset);
    const DeviceLearning* rules = learningOf(net);
    const auto end = [](const DeviceLearning& rule) { return rule.sourceEnd; };
    std::uint32_t index = 0;
    for (std::uint32_t item = thread / teamSize; tick > 0 && item < net.learningSources; item += threads / teamSize) {
        index = entryOf(rules, index, item, end);
        const std::uint32_t begin = index == 0 ? 0 : rules[index - 1].sourceEnd;
        beginRow(net, instance, rules[index], tick, item - begin, thread % teamSize);
    }
}

BNOF_KERNEL void arrivePhase(const DeviceNetwork& net, const Instance& instance, const Step& step, std::uint32_t thread,
                             std::uint32_t threads)
{
    const DeviceLearning* rules = learningOf(net);
    const auto end = [](const DeviceLearning& rule) { return rule.arriveEnd; };
    std::uint32_t index = 0;
    for (std::uint32_t item = thread / teamSize; item < net.arriveItems; item += threads / teamSize) {
        index = entryOf(rules, index, item, end);
        const std::uint32_t begin = index == 0 ? 0 : rules[index - 1].arriveEnd;
        arriveItem(net, instance, rules[index], step, item - begin, thread % teamSize);
    }
}

/// The presynaptic traces, and the spike counts of a scaling period that has ended. Runs beside the update of the
/// neurons, which looks at neither.
BNOF_KERNEL void raiseSourcesPhase(const DeviceNetwork& net, const Instance& instance, const Step& step,
                                   std::uint32_t thread, std::uint32_t threads)
{
    const DeviceLearning* rules = learningOf(net);
    std::uint32_t index = 0;
    for (std::uint32_t item = thread; item < net.learningSources; item += threads) {
        index = entryOf(rules, index, item, [](const DeviceLearning& rule) { return rule.sourceEnd; });
        const std::uint32_t begin = index == 0 ? 0 : rules[index - 1].sourceEnd;
        raiseSource(net, instance, rules[index], step, item - begin);
    }
    const std::uint64_t tick = headerOf(instance).tick + step.offset;
    index = 0;
    for (std::uint32_t item = thread; net.periodic && tick > 0 && item < net.learningTargets; item += threads) {
        index = entryOf(rules, index, item, [](const DeviceLearning& rule) { return rule.targetEnd; });
        const std::uint32_t begin = index == 0 ? 0 : rules[index - 1].targetEnd;
        if (rules[index].scalingPeriod > 0 && tick % rules[index].scalingPeriod == 0)
            hotAt<std::uint32_t>(instance, rules[index].spikesInPeriod)[item - begin] = 0;
    }
}

BNOF_KERNEL void firePhase(const DeviceNetwork& net, const Instance& instance, const Step& step, std::uint32_t thread,
                           std::uint32_t threads)
{
    const DeviceLearning* rules = learningOf(net);
    const auto end = [](const DeviceLearning& rule) { return rule.fireEnd; };
    std::uint32_t index = 0;
    for (std::uint32_t item = thread / teamSize; item < net.fireItems; item += threads / teamSize) {
        index = entryOf(rules, index, item, end);
        const std::uint32_t begin = index == 0 ? 0 : rules[index - 1].fireEnd;
        fireItem(net, instance, rules[index], step, item - begin, thread % teamSize);
    }
}

BNOF_KERNEL void raiseTargetsPhase(const DeviceNetwork& net, const Instance& instance, const Step& step,
                                   std::uint32_t thread, std::uint32_t threads)
{
    const DeviceLearning* rules = learningOf(net);
    const auto end = [](const DeviceLearning& rule) { return rule.targetEnd; };
    std::uint32_t index = 0;
    for (std::uint32_t item = thread; item < net.learningTargets; item += threads) {
        index = entryOf(rules, index, item, end);
        const std::uint32_t begin = index == 0 ? 0 : rules[index - 1].targetEnd;
        raiseTarget(net, instance, rules[index], step, item - begin);
    }
}

/// Three-factor rule of one projection: weights += learning rate * modulation * eligibility; a source a team.
BNOF_KERNEL void modulatePhase(const DeviceNetwork& net, const Instance& instance, std::uint32_t learning,
                               const float* modulation, std::uint32_t count, std::uint32_t thread,
                               std::uint32_t threads)
{
    const DeviceLearning& rule = learningOf(net)[learning];
    const DeviceProjection& p = projectionsOf(net)[rule.projection];
    for (std::uint32_t source = thread / teamSize; source < p.sources; source += threads / teamSize) {
        const PlasticRow row = plasticRow(net, rule, p.targets, source);
        const std::int64_t last = hotAt<std::int64_t>(instance, rule.lastArrival)[source];
        for (std::uint32_t k = thread % teamSize; k < row.length; k += teamSize) {
            const std::uint64_t position = row.begin + k;
            const std::int64_t eligibility = coldAt<std::int32_t>(instance, rule.eligibilities)[position];
            if (eligibility == 0)
                continue;
            const std::uint32_t target = row.targets == nullptr ? k : row.targets[k];
            const double wanted = rule.learningRate * static_cast<double>(modulation[count == 1 ? 0 : target]);
            const double strength = wanted < -32767.0 ? -32767.0 : wanted > 32767.0 ? 32767.0 : wanted;
            const double scaled = strength * 65536 + 0.5;
            auto fixed = static_cast<std::int64_t>(scaled);
            fixed -= static_cast<double>(fixed) > scaled ? 1 : 0; // down, also below zero
            changeWeight(instance, rule, position, clampSteps((fixed * eligibility) >> 16, -changeLimit, changeLimit),
                         last, Occasion::Modulation);
        }
    }
}

} // namespace bnof::snn::cuda
