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

/// Advance one receptor's current by a tick and return it: decay, then what arrives, in one rounding.
/// `inputs` is null unless the mode is Array.
template <class T, InputMode Mode, bool Watch>
inline typename T::Float advanceCurrent(float* current, std::int32_t* inputs, std::uint32_t i, typename T::Int shared,
                                        typename T::Float decay, typename T::Mask& changed)
{
    const auto before = T::load(current);
    typename T::Float after;
    if constexpr (Mode == InputMode::None) {
        after = T::multiply(before, decay);
    } else if constexpr (Mode == InputMode::Shared) {
        after = T::fusedMultiplyAdd(before, decay, T::toFloat(shared));
    } else {
        after = T::fusedMultiplyAdd(before, decay, T::toFloat(T::add(T::load(inputs + i), shared)));
        T::store(inputs + i, T::broadcast(std::int32_t{0}));
    }
    after = T::select(T::greaterEqual(after, T::broadcast(currentFloor)), after, T::broadcast(0.0F));
    T::store(current, after);
    if constexpr (Watch)
        changed = T::either(changed, T::differ(before, after));
    return after;
}

template <class T, bool Driven, InputMode Excitatory, InputMode Inhibitory, bool Watch>
std::uint32_t lifLoop(const LifStep& s)
{
    const LifConstants& c = *s.constants;
    const auto membraneDecay = T::broadcast(c.membraneDecay);
    const auto rest = T::broadcast(c.restTerm);
    const auto threshold = T::broadcast(c.threshold);
    const auto reset = T::broadcast(c.reset);
    const auto refractory = T::broadcast(c.refractory);
    auto changed = T::noLane();
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < s.size; i += T::width) {
        auto input = rest;
        if constexpr (Driven)
            input = T::fusedMultiplyAdd(T::load(s.drive + i), T::broadcast(c.driveGain), rest);
        if constexpr (Inhibitory != InputMode::Absent) {
            const auto current = advanceCurrent<T, Inhibitory, Watch>(s.inhibitory + i, s.inhibitoryInput, i,
                                                                      T::broadcast(s.inhibitoryShared),
                                                                      T::broadcast(c.inhibitoryDecay), changed);
            input = T::fusedMultiplyAdd(current, T::broadcast(c.inhibitoryGain), input);
        }
        if constexpr (Excitatory != InputMode::Absent) {
            const auto current = advanceCurrent<T, Excitatory, Watch>(s.excitatory + i, s.excitatoryInput, i,
                                                                      T::broadcast(s.excitatoryShared),
                                                                      T::broadcast(c.excitatoryDecay), changed);
            input = T::fusedMultiplyAdd(current, T::broadcast(c.excitatoryGain), input);
        }
        const auto before = T::load(s.membrane + i);
        const auto integrated = T::fusedMultiplyAdd(before, membraneDecay, input);
        const auto waitBefore = T::loadCount(s.refractory + i);
        const auto waiting = T::positive(waitBefore);
        const auto fires = T::butNot(T::greaterEqual(integrated, threshold), waiting);
        const auto after = T::select(T::either(fires, waiting), reset, integrated);
        const auto waitAfter = T::select(fires, refractory, T::decrementWhere(waiting, waitBefore));
        T::store(s.membrane + i, after);
        T::storeCount(s.refractory + i, waitAfter);
        if constexpr (Watch)
            changed = T::either(changed, T::either(T::differ(before, after), T::differ(waitBefore, waitAfter)));
        if (std::uint32_t bits = T::bits(fires); bits != 0) {
            if (s.size - i < T::width) // the padding behind the last neuron never reports a spike
                bits &= (1U << (s.size - i)) - 1U;
            count = appendFired(s.fired, count, i, bits);
        }
    }
    if constexpr (Watch)
        *s.changed = T::bits(changed) != 0;
    return count;
}

template <class T, bool Driven, InputMode Excitatory, InputMode Inhibitory> std::uint32_t chooseWatch(const LifStep& s)
{
    // Only ticks without input are watched: a population that rests is one that nothing reaches.
    if constexpr (Excitatory <= InputMode::None && Inhibitory <= InputMode::None) {
        if (s.changed != nullptr)
            return lifLoop<T, Driven, Excitatory, Inhibitory, true>(s);
    }
    if (s.changed != nullptr)
        *s.changed = true;
    return lifLoop<T, Driven, Excitatory, Inhibitory, false>(s);
}

template <class T, bool Driven, InputMode Excitatory> std::uint32_t chooseInhibitory(const LifStep& s)
{
    switch (s.inhibitoryMode) {
    case InputMode::Absent: return chooseWatch<T, Driven, Excitatory, InputMode::Absent>(s);
    case InputMode::None: return chooseWatch<T, Driven, Excitatory, InputMode::None>(s);
    case InputMode::Shared: return chooseWatch<T, Driven, Excitatory, InputMode::Shared>(s);
    case InputMode::Array: return chooseWatch<T, Driven, Excitatory, InputMode::Array>(s);
    }
    return 0;
}

template <class T, bool Driven> std::uint32_t chooseExcitatory(const LifStep& s)
{
    switch (s.excitatoryMode) {
    case InputMode::Absent: return chooseInhibitory<T, Driven, InputMode::Absent>(s);
    case InputMode::None: return chooseInhibitory<T, Driven, InputMode::None>(s);
    case InputMode::Shared: return chooseInhibitory<T, Driven, InputMode::Shared>(s);
    case InputMode::Array: return chooseInhibitory<T, Driven, InputMode::Array>(s);
    }
    return 0;
}

template <class T> std::uint32_t updateLif(const LifStep& s)
{
    return s.drive != nullptr ? chooseExcitatory<T, true>(s) : chooseExcitatory<T, false>(s);
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

template <typename Target, bool Weighted>
std::uint64_t deliverSparse(const SynapseRows& rows, const Target* targets, const std::uint32_t* fired,
                            std::uint32_t count, std::int32_t* accumulators)
{
    std::uint64_t events = 0;
    for (std::uint32_t f = 0; f < count; ++f) {
        const std::uint32_t begin = rows.rowStart[fired[f]];
        const std::uint32_t end = rows.rowStart[fired[f] + 1];
        events += end - begin;
        for (std::uint32_t k = begin; k < end; ++k) {
            if constexpr (Weighted)
                addWrapped(accumulators[targets[k]], rows.weights[k]);
            else
                addWrapped(accumulators[targets[k]], rows.weight);
        }
    }
    return events;
}

template <class T>
std::uint64_t deliverDense(const SynapseRows& rows, const std::uint32_t* fired, std::uint32_t count,
                           std::int32_t* accumulators)
{
    for (std::uint32_t f = 0; f < count; ++f) {
        const std::int16_t* row = rows.weights + std::uint64_t{fired[f]} * rows.rowStride;
        for (std::uint32_t i = 0; i < rows.rowLength; i += T::width) // the row's padding is zero
            T::store(accumulators + i, T::add(T::load(accumulators + i), T::loadWeights(row + i)));
    }
    return std::uint64_t{count} * rows.rowLength;
}

template <class T>
std::uint64_t deliver(const SynapseRows& rows, const std::uint32_t* fired, std::uint32_t count,
                      std::int32_t* accumulators)
{
    switch (rows.form) {
    case RowForm::Shared: return 0; // the caller counts spikes instead
    case RowForm::Identity:
        for (std::uint32_t f = 0; f < count; ++f)
            addWrapped(accumulators[fired[f]], rows.weight);
        return count;
    case RowForm::Dense: return deliverDense<T>(rows, fired, count, accumulators);
    case RowForm::Sparse16:
        return rows.weights != nullptr
                   ? deliverSparse<std::uint16_t, true>(rows, rows.targets16, fired, count, accumulators)
                   : deliverSparse<std::uint16_t, false>(rows, rows.targets16, fired, count, accumulators);
    case RowForm::Sparse32:
        return rows.weights != nullptr
                   ? deliverSparse<std::uint32_t, true>(rows, rows.targets32, fired, count, accumulators)
                   : deliverSparse<std::uint32_t, false>(rows, rows.targets32, fired, count, accumulators);
    }
    return 0;
}

template <class T> constexpr KernelTable kernelTable()
{
    return {updateLif<T>, firePoisson<T>, deliver<T>};
}

} // namespace
} // namespace bnof::snn
