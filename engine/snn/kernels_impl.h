// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels, written once over a trait `T` that lists the operations that are allowed because they give
// the same bits on every machine: add, multiply, fused multiply-add, int32 to float (round to nearest even),
// ordered comparison, selection, and integer arithmetic. Each instruction set includes this file in one
// translation unit of its own, and everything here is in an anonymous namespace: see kernels.h.
#pragma once

#include "engine/snn/kernels.h"

namespace bnof::snn {
namespace {

/// Append the set bits of `bits`, offset by `first`, to the fired list.
inline std::uint32_t appendFired(std::uint32_t* fired, std::uint32_t count, std::uint32_t first, std::uint64_t bits)
{
    while (bits != 0) {
        fired[count++] = first + static_cast<std::uint32_t>(__builtin_ctzll(bits));
        bits &= bits - 1;
    }
    return count;
}

/// The registers of one vector of neurons while a block of ticks runs.
template <class T> struct Lanes {
    typename T::Float membrane;
    typename T::Float second;
    typename T::Float current[2];
    typename T::Int wait;
};

template <class T> inline typename T::Float flush(typename T::Float value, float floor)
{
    return T::select(T::greaterEqual(value, T::broadcast(floor)), value, T::broadcast(0.0F));
}

/// Advance a current by a tick: decay, then what arrives, in one rounding.
template <class T>
inline typename T::Float advanceCurrent(typename T::Float current, std::int32_t* input, std::int32_t shared,
                                        float decay)
{
    if (input != nullptr) {
        const auto sum = T::add(T::load(input), T::broadcast(shared));
        T::store(input, T::broadcast(std::int32_t{0}));
        return flush<T>(T::fusedMultiplyAdd(current, T::broadcast(decay), T::toFloat(sum)), currentFloor);
    }
    // Adding the integer zero is exact, so "nothing arrives" needs no case of its own.
    const auto after = T::fusedMultiplyAdd(current, T::broadcast(decay), T::toFloat(T::broadcast(shared)));
    return flush<T>(after, currentFloor);
}

template <class T> inline typename T::Float conductanceOf(typename T::Float current, float gain, float limit)
{
    const auto conductance = T::multiply(current, T::broadcast(gain));
    return T::select(T::greaterEqual(conductance, T::broadcast(limit)), T::broadcast(limit), conductance);
}

/// Membrane potential at the end of the tick, before the threshold. `drive` is read where Driven.
template <class T, NeuronKind Kind, bool Driven, bool Excited, bool Inhibited>
inline typename T::Float integrate(const NeuronConstants& c, Lanes<T>& lanes, const float* drive)
{
    if constexpr (Kind == NeuronKind::Lif || Kind == NeuronKind::AdaptiveLif) {
        auto input = T::broadcast(c.restTerm);
        if constexpr (Driven)
            input = T::fusedMultiplyAdd(T::load(drive), T::broadcast(c.driveGain), input);
        if constexpr (Inhibited)
            input = T::fusedMultiplyAdd(lanes.current[1], T::broadcast(c.inhibitoryGain), input);
        if constexpr (Excited)
            input = T::fusedMultiplyAdd(lanes.current[0], T::broadcast(c.excitatoryGain), input);
        return T::fusedMultiplyAdd(lanes.membrane, T::broadcast(c.membraneDecay), input);
    } else if constexpr (Kind == NeuronKind::ConductanceLif) {
        // tau_m dV/dt = slope V + offset with slope = -(1 + ge + gi), offset = rest + ge Ee + gi Ei + drive
        auto slope = T::broadcast(-1.0F);
        auto offset = T::broadcast(c.restTerm);
        if constexpr (Driven)
            offset = T::add(offset, T::load(drive));
        if constexpr (Inhibited) {
            const auto conductance = conductanceOf<T>(lanes.current[1], c.inhibitoryGain, c.conductanceLimit);
            offset = T::fusedMultiplyAdd(conductance, T::broadcast(c.inhibitoryReversal), offset);
            slope = T::subtract(slope, conductance);
        }
        if constexpr (Excited) {
            const auto conductance = conductanceOf<T>(lanes.current[0], c.excitatoryGain, c.conductanceLimit);
            offset = T::fusedMultiplyAdd(conductance, T::broadcast(c.excitatoryReversal), offset);
            slope = T::subtract(slope, conductance);
        }
        const auto first = T::fusedMultiplyAdd(slope, lanes.membrane, offset);
        const auto middle = T::fusedMultiplyAdd(first, T::broadcast(c.halfStep), lanes.membrane);
        const auto second = T::fusedMultiplyAdd(slope, middle, offset);
        return T::fusedMultiplyAdd(second, T::broadcast(c.step), lanes.membrane);
    } else {
        auto input = T::broadcast(140.0F);
        if constexpr (Driven)
            input = T::add(input, T::load(drive));
        if constexpr (Inhibited)
            input = T::fusedMultiplyAdd(lanes.current[1], T::broadcast(c.inhibitoryGain), input);
        if constexpr (Excited)
            input = T::fusedMultiplyAdd(lanes.current[0], T::broadcast(c.excitatoryGain), input);
        input = T::subtract(input, lanes.second);
        auto v = lanes.membrane;
        for (int half = 0; half < 2; ++half) {
            const auto line = T::fusedMultiplyAdd(v, T::broadcast(0.04F), T::broadcast(5.0F));
            v = T::fusedMultiplyAdd(T::fusedMultiplyAdd(v, line, input), T::broadcast(c.halfStep), v);
            v = T::select(T::greaterEqual(v, T::broadcast(izhikevichFloor)), v, T::broadcast(izhikevichFloor));
        }
        const auto peak = T::broadcast(c.threshold);
        const auto seen = T::select(T::greaterEqual(v, peak), peak, v);
        const auto pull = T::subtract(T::multiply(seen, T::broadcast(c.recoverySlope)), lanes.second);
        lanes.second = T::fusedMultiplyAdd(pull, T::broadcast(c.step), lanes.second);
        return v;
    }
}

/// One tick of one vector of neurons; returns which of them fire.
template <class T, NeuronKind Kind, bool Driven, bool Excited, bool Inhibited>
inline typename T::Mask advance(const UpdateStep& s, Lanes<T>& lanes, std::uint32_t i, std::uint32_t tick)
{
    const NeuronConstants& c = *s.constants;
    if constexpr (Inhibited)
        lanes.current[1] =
            advanceCurrent<T>(lanes.current[1], s.input[1][tick] == nullptr ? nullptr : s.input[1][tick] + i,
                              s.shared[1][tick], c.inhibitoryDecay);
    if constexpr (Excited)
        lanes.current[0] =
            advanceCurrent<T>(lanes.current[0], s.input[0][tick] == nullptr ? nullptr : s.input[0][tick] + i,
                              s.shared[0][tick], c.excitatoryDecay);
    const auto integrated = integrate<T, Kind, Driven, Excited, Inhibited>(c, lanes, Driven ? s.drive + i : nullptr);
    auto threshold = T::broadcast(c.threshold);
    if constexpr (Kind == NeuronKind::AdaptiveLif) {
        lanes.second = flush<T>(T::multiply(lanes.second, T::broadcast(c.adaptationDecay)), adaptationFloor);
        threshold = T::add(threshold, lanes.second);
    }
    const auto above = T::greaterEqual(integrated, threshold);
    if constexpr (Kind == NeuronKind::Izhikevich) {
        lanes.membrane = T::select(above, T::broadcast(c.reset), integrated);
        lanes.second = T::select(above, T::add(lanes.second, T::broadcast(c.adaptationStep)), lanes.second);
        return above;
    } else {
        const auto waiting = T::positive(lanes.wait);
        const auto fires = T::butNot(above, waiting);
        lanes.membrane = T::select(T::either(fires, waiting), T::broadcast(c.reset), integrated);
        lanes.wait = T::addWhere(fires, T::decrementWhere(waiting, lanes.wait), T::broadcast(c.refractory));
        if constexpr (Kind == NeuronKind::AdaptiveLif)
            lanes.second = T::select(fires, T::add(lanes.second, T::broadcast(c.adaptationStep)), lanes.second);
        return fires;
    }
}

template <class T, NeuronKind Kind>
constexpr bool hasSecond = Kind == NeuronKind::AdaptiveLif || Kind == NeuronKind::Izhikevich;
template <class T, NeuronKind Kind> constexpr bool hasWait = Kind != NeuronKind::Izhikevich;

template <class T, NeuronKind Kind, bool Excited, bool Inhibited>
inline Lanes<T> loadLanes(const UpdateStep& s, std::uint32_t i)
{
    Lanes<T> lanes;
    lanes.membrane = T::load(s.membrane + i);
    if constexpr (hasSecond<T, Kind>)
        lanes.second = T::load(s.second + i);
    if constexpr (Excited)
        lanes.current[0] = T::load(s.current[0] + i);
    if constexpr (Inhibited)
        lanes.current[1] = T::load(s.current[1] + i);
    if constexpr (hasWait<T, Kind>)
        lanes.wait = T::loadCount(s.refractory + i);
    return lanes;
}

template <class T, NeuronKind Kind, bool Excited, bool Inhibited>
inline void storeLanes(const UpdateStep& s, std::uint32_t i, const Lanes<T>& lanes)
{
    T::store(s.membrane + i, lanes.membrane);
    if constexpr (hasSecond<T, Kind>)
        T::store(s.second + i, lanes.second);
    if constexpr (Excited)
        T::store(s.current[0] + i, lanes.current[0]);
    if constexpr (Inhibited)
        T::store(s.current[1] + i, lanes.current[1]);
    if constexpr (hasWait<T, Kind>)
        T::storeCount(s.refractory + i, lanes.wait);
}

template <class T, NeuronKind Kind, bool Excited, bool Inhibited>
inline bool differ(const Lanes<T>& a, const Lanes<T>& b)
{
    auto changed = T::differ(a.membrane, b.membrane);
    if constexpr (hasSecond<T, Kind>)
        changed = T::either(changed, T::differ(a.second, b.second));
    if constexpr (Excited)
        changed = T::either(changed, T::differ(a.current[0], b.current[0]));
    if constexpr (Inhibited)
        changed = T::either(changed, T::differ(a.current[1], b.current[1]));
    if constexpr (hasWait<T, Kind>)
        changed = T::either(changed, T::differ(a.wait, b.wait));
    return T::bits(changed) != 0;
}

/// `T::interleave` vectors at a time, so that the latency of one hides behind the others; all ticks of the block
/// before the next vectors, so that state is read and written once a block.
template <class T, NeuronKind Kind, bool Driven, bool Excited, bool Inhibited> void updateLoop(UpdateStep& s)
{
    constexpr std::uint32_t group = T::interleave * T::width;
    bool changed = false;
    for (std::uint32_t i = 0; i < s.size; i += group) {
        Lanes<T> lanes[T::interleave];
#pragma GCC unroll 8
        for (std::uint32_t u = 0; u < T::interleave; ++u)
            lanes[u] = loadLanes<T, Kind, Excited, Inhibited>(s, i + u * T::width);
        const std::uint32_t left = s.size - i;
        for (std::uint32_t tick = 0; tick < s.ticks; ++tick) {
            std::uint64_t bits = 0;
#pragma GCC unroll 8
            for (std::uint32_t u = 0; u < T::interleave; ++u) {
                const auto fires = advance<T, Kind, Driven, Excited, Inhibited>(s, lanes[u], i + u * T::width, tick);
                bits |= std::uint64_t{T::bits(fires)} << (u * T::width);
            }
            if (bits != 0) {
                if (left < group) // the padding behind the last neuron never reports a spike
                    bits &= (std::uint64_t{1} << left) - 1;
                s.firedCount[tick] = appendFired(s.fired[tick], s.firedCount[tick], i, bits);
            }
        }
        for (std::uint32_t u = 0; u < T::interleave; ++u) {
            if (s.watch && !changed && u * T::width < left)
                changed = differ<T, Kind, Excited, Inhibited>(
                    loadLanes<T, Kind, Excited, Inhibited>(s, i + u * T::width), lanes[u]);
            storeLanes<T, Kind, Excited, Inhibited>(s, i + u * T::width, lanes[u]);
        }
    }
    if (s.watch)
        s.changed = changed;
}

template <class T, NeuronKind Kind, bool Driven> void chooseReceptors(UpdateStep& s)
{
    const bool excited = s.current[0] != nullptr;
    const bool inhibited = s.current[1] != nullptr;
    if (excited && inhibited)
        updateLoop<T, Kind, Driven, true, true>(s);
    else if (excited)
        updateLoop<T, Kind, Driven, true, false>(s);
    else if (inhibited)
        updateLoop<T, Kind, Driven, false, true>(s);
    else
        updateLoop<T, Kind, Driven, false, false>(s);
}

template <class T, NeuronKind Kind> void chooseDrive(UpdateStep& s)
{
    if (s.drive != nullptr)
        chooseReceptors<T, Kind, true>(s);
    else
        chooseReceptors<T, Kind, false>(s);
}

/// Counters are few; integers need no vectors to be exact.
inline void updateCounters(UpdateStep& s)
{
    bool changed = false;
    for (std::uint32_t tick = 0; tick < s.ticks; ++tick) {
        for (std::uint32_t i = 0; i < s.size; ++i) {
            std::int64_t sum = s.count[i];
            for (int receptor = 0; receptor < 2; ++receptor) {
                std::int64_t arriving = s.shared[receptor][tick];
                if (std::int32_t* input = s.input[receptor][tick]; input != nullptr) {
                    arriving += input[i];
                    input[i] = 0;
                }
                sum += receptor == 0 ? arriving : -arriving;
            }
            sum = sum < 0 ? 0 : sum > counterLimit ? counterLimit : sum;
            if (sum >= s.constants->counterThreshold) {
                sum -= s.constants->counterThreshold;
                s.fired[tick][s.firedCount[tick]++] = i;
            }
            changed = changed || sum != s.count[i];
            s.count[i] = static_cast<std::int32_t>(sum);
        }
    }
    if (s.watch)
        s.changed = changed;
}

template <class T> void update(UpdateStep& s)
{
    switch (s.kind) {
    case NeuronKind::Lif: return chooseDrive<T, NeuronKind::Lif>(s);
    case NeuronKind::ConductanceLif: return chooseDrive<T, NeuronKind::ConductanceLif>(s);
    case NeuronKind::AdaptiveLif: return chooseDrive<T, NeuronKind::AdaptiveLif>(s);
    case NeuronKind::Izhikevich: return chooseDrive<T, NeuronKind::Izhikevich>(s);
    case NeuronKind::Counter: return updateCounters(s);
    case NeuronKind::Poisson:
    case NeuronKind::SpikeList: return; // sources have no state to advance
    }
}

/// Philox4x32-10 in every lane. Neurons come in groups of 64 = 16 counter blocks of 4 words; word w of
/// block b belongs to neuron 16 w + b of the group, so that any vector width reads contiguous neurons.
template <class T> std::uint32_t firePoisson(const PoissonStep& s)
{
    constexpr std::uint32_t multiplierA = 0xD2511F53U;
    constexpr std::uint32_t multiplierB = 0xCD9E8D57U;
    constexpr std::uint32_t weylA = 0x9E3779B9U;
    constexpr std::uint32_t weylB = 0xBB67AE85U;
    constexpr std::uint32_t blocks = 16;
    std::uint32_t count = 0;
    for (std::uint32_t group = 0; group < s.size; group += 4 * blocks) {
        std::uint64_t bits = 0;
        for (std::uint32_t block = 0; block < blocks; block += T::width) {
            auto x0 = T::ascending(group / 4 + block);
            auto x1 = T::broadcastBits(s.counter[0]);
            auto x2 = T::broadcastBits(s.counter[1]);
            auto x3 = T::broadcastBits(s.counter[2]);
            std::uint32_t key0 = s.key[0];
            std::uint32_t key1 = s.key[1];
            for (int round = 0; round < 10; ++round) {
                const auto highA = T::multiplyHigh(x0, multiplierA);
                const auto lowA = T::multiplyLow(x0, multiplierA);
                const auto highB = T::multiplyHigh(x2, multiplierB);
                const auto lowB = T::multiplyLow(x2, multiplierB);
                x0 = T::exclusiveOr(T::exclusiveOr(highB, x1), T::broadcastBits(key0));
                x1 = lowB;
                x2 = T::exclusiveOr(T::exclusiveOr(highA, x3), T::broadcastBits(key1));
                x3 = lowA;
                key0 += weylA;
                key1 += weylB;
            }
            const std::uint32_t* thresholds = s.thresholds + group + block;
            bits |= std::uint64_t{T::bits(T::belowUnsigned(x0, T::loadBits(thresholds)))} << block;
            bits |= std::uint64_t{T::bits(T::belowUnsigned(x1, T::loadBits(thresholds + blocks)))} << (blocks + block);
            bits |= std::uint64_t{T::bits(T::belowUnsigned(x2, T::loadBits(thresholds + 2 * blocks)))}
                    << (2 * blocks + block);
            bits |= std::uint64_t{T::bits(T::belowUnsigned(x3, T::loadBits(thresholds + 3 * blocks)))}
                    << (3 * blocks + block);
        }
        count = appendFired(s.fired, count, group, bits); // thresholds behind the last neuron are 0
    }
    return count;
}

inline void addWrapped(std::int32_t& sum, std::int32_t value)
{
    sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) + static_cast<std::uint32_t>(value));
}

enum class WeightForm { Constant, Wide, Small };

template <WeightForm Form> inline std::int32_t weightAt(const SynapseRows& rows, std::uint64_t k)
{
    if constexpr (Form == WeightForm::Constant)
        return rows.weight;
    else if constexpr (Form == WeightForm::Wide)
        return rows.weights[k];
    else
        return std::int32_t{rows.smallWeights[k]} << rows.smallShift; // weights are never negative
}

template <WeightForm Form>
std::uint64_t deliverSparse(const SynapseRows& rows, const std::uint32_t* fired, std::uint32_t count,
                            std::int32_t* accumulators)
{
    std::uint64_t events = 0;
    for (std::uint32_t f = 0; f < count; ++f) {
        const std::uint32_t begin = rows.rowStart[fired[f]];
        const std::uint32_t end = rows.rowStart[fired[f] + 1];
        if (f + 1 < count) { // the next row is on its way while this one is served
            const std::uint32_t next = rows.rowStart[fired[f + 1]];
            __builtin_prefetch(rows.targets + next);
            if constexpr (Form == WeightForm::Wide)
                __builtin_prefetch(rows.weights + next);
        }
        events += end - begin;
        std::uint32_t k = begin;
        for (; k + 4 <= end; k += 4) {
            addWrapped(accumulators[rows.targets[k]], weightAt<Form>(rows, k));
            addWrapped(accumulators[rows.targets[k + 1]], weightAt<Form>(rows, k + 1));
            addWrapped(accumulators[rows.targets[k + 2]], weightAt<Form>(rows, k + 2));
            addWrapped(accumulators[rows.targets[k + 3]], weightAt<Form>(rows, k + 3));
        }
        for (; k < end; ++k)
            addWrapped(accumulators[rows.targets[k]], weightAt<Form>(rows, k));
    }
    return events;
}

template <class T>
std::uint64_t deliverDense(const SynapseRows& rows, const std::uint32_t* fired, std::uint32_t count,
                           std::int32_t* accumulators)
{
    for (std::uint32_t f = 0; f < count; ++f) {
        const std::uint64_t at = std::uint64_t{fired[f]} * rows.rowStride + rows.firstTarget;
        if (rows.weights != nullptr) {
            const std::int16_t* row = rows.weights + at;
            for (std::uint32_t i = 0; i < rows.rowLength; i += T::width) // the row's padding is zero
                T::store(accumulators + i, T::add(T::load(accumulators + i), T::loadWeights(row + i)));
        } else {
            for (std::uint32_t i = 0; i < rows.rowLength; ++i)
                addWrapped(accumulators[i], weightAt<WeightForm::Small>(rows, at + i));
        }
    }
    return std::uint64_t{count} * rows.rowLength;
}

inline std::uint64_t deliverIdentity(const SynapseRows& rows, const std::uint32_t* fired, std::uint32_t count,
                                     std::int32_t* accumulators)
{
    std::uint64_t events = 0;
    for (std::uint32_t f = 0; f < count; ++f) {
        const std::uint32_t target = fired[f] - rows.firstTarget; // wraps around below the block
        if (target < rows.rowLength) {
            addWrapped(accumulators[target], rows.weight);
            ++events;
        }
    }
    return events;
}

template <class T>
std::uint64_t deliver(const SynapseRows& rows, const std::uint32_t* fired, std::uint32_t count,
                      std::int32_t* accumulators)
{
    switch (rows.form) {
    case RowForm::Shared: return 0; // the caller counts spikes instead
    case RowForm::Identity: return deliverIdentity(rows, fired, count, accumulators);
    case RowForm::Dense: return deliverDense<T>(rows, fired, count, accumulators);
    case RowForm::Sparse:
        if (rows.weights != nullptr)
            return deliverSparse<WeightForm::Wide>(rows, fired, count, accumulators);
        if (rows.smallWeights != nullptr)
            return deliverSparse<WeightForm::Small>(rows, fired, count, accumulators);
        return deliverSparse<WeightForm::Constant>(rows, fired, count, accumulators);
    }
    return 0;
}

inline void deliverPlastic(std::int32_t* weights, const std::int32_t* change, std::int32_t limit, std::uint32_t length,
                           std::int32_t* sums)
{
    for (std::uint32_t j = 0; j < length; ++j) {
        const std::int32_t weight = weights[j];
        sums[j] += weight >> 16;
        const std::int32_t room = limit - weight; // keeps the sum inside 32 bits
        const std::int32_t after = weight + (change[j] < room ? change[j] : room);
        weights[j] = after < 0 ? 0 : after;
    }
}

template <class T> constexpr KernelTable kernelTable()
{
    return {update<T>, firePoisson<T>, deliver<T>, deliverPlastic};
}

} // namespace
} // namespace bnof::snn
