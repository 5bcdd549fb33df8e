// SPDX-License-Identifier: GPL-3.0-or-later
// The few operations in which the device and its twin on the host differ. On the host the threads of a phase run one
// after the other, in any order.
#pragma once

#include "engine/snn/cuda_network.h"
#include "engine/snn/neuron_step.h"

namespace bnof::snn::cuda {

/// The operations of neuron_step.h for one neuron a thread.
struct ThreadTrait {
    using Float = float;
    using Int = std::int32_t;
    using Mask = bool;

    BNOF_KERNEL static Float load(const float* p) { return *p; }
    BNOF_KERNEL static Float broadcast(float value) { return value; }
    BNOF_KERNEL static Int broadcast(std::int32_t value) { return value; }
#if defined(__CUDA_ARCH__)
    BNOF_KERNEL static Float multiply(Float a, Float b)
    {
        return __fmul_rn(a, b);
    }
    BNOF_KERNEL static Float add(Float a, Float b)
    {
        return __fadd_rn(a, b);
    }
    BNOF_KERNEL static Float subtract(Float a, Float b)
    {
        return __fsub_rn(a, b);
    }
    BNOF_KERNEL static Float fusedMultiplyAdd(Float a, Float b, Float c)
    {
        return __fmaf_rn(a, b, c);
    }
    BNOF_KERNEL static Float toFloat(Int value)
    {
        return __int2float_rn(value);
    }
#else
    BNOF_KERNEL static Float multiply(Float a, Float b)
    {
        return a * b;
    }
    BNOF_KERNEL static Float add(Float a, Float b)
    {
        return a + b;
    }
    BNOF_KERNEL static Float subtract(Float a, Float b)
    {
        return a - b;
    }
    BNOF_KERNEL static Float fusedMultiplyAdd(Float a, Float b, Float c)
    {
        return __builtin_fmaf(a, b, c);
    }
    BNOF_KERNEL static Float toFloat(Int value)
    {
        return static_cast<float>(value);
    }
#endif
    BNOF_KERNEL static Float minimum(Float a, Float b)
    {
        return a < b ? a : b;
    }
    BNOF_KERNEL static Int addWhere(Mask mask, Int value, Int addend)
    {
        return mask ? value + addend : value;
    }
    BNOF_KERNEL static Int decrementWhere(Mask mask, Int value)
    {
        return mask ? value - 1 : value;
    }
    BNOF_KERNEL static Mask greaterEqual(Float a, Float b)
    {
        return a >= b;
    }
    BNOF_KERNEL static Mask positive(Int value)
    {
        return value > 0;
    }
    BNOF_KERNEL static Mask either(Mask a, Mask b)
    {
        return a || b;
    }
    BNOF_KERNEL static Mask butNot(Mask a, Mask b)
    {
        return a && !b;
    }
    BNOF_KERNEL static Float select(Mask mask, Float yes, Float no)
    {
        return mask ? yes : no;
    }
    BNOF_KERNEL static Float keepWhere(Mask mask, Float value)
    {
        return mask ? value : 0.0F;
    }
};

BNOF_KERNEL void addTo(std::int32_t* sum, std::int32_t value)
{
#if defined(__CUDA_ARCH__)
    atomicAdd(sum, value);
#else
    *sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(*sum) + static_cast<std::uint32_t>(value));
#endif
}

BNOF_KERNEL void addTo(std::uint32_t* sum, std::uint32_t value)
{
#if defined(__CUDA_ARCH__)
    atomicAdd(sum, value);
#else
    *sum += value;
#endif
}

BNOF_KERNEL void addTo(std::uint64_t* sum, std::uint64_t value)
{
#if defined(__CUDA_ARCH__)
    atomicAdd(reinterpret_cast<unsigned long long*>(sum), static_cast<unsigned long long>(value));
#else
    *sum += value;
#endif
}

BNOF_KERNEL std::uint32_t bitCount(std::uint32_t word)
{
#if defined(__CUDA_ARCH__)
    return static_cast<std::uint32_t>(__popc(static_cast<int>(word)));
#else
    return static_cast<std::uint32_t>(__builtin_popcount(word));
#endif
}

/// Position of the lowest set bit; `word` is not 0.
BNOF_KERNEL std::uint32_t lowestBit(std::uint32_t word)
{
#if defined(__CUDA_ARCH__)
    return static_cast<std::uint32_t>(__ffs(static_cast<int>(word)) - 1);
#else
    return static_cast<std::uint32_t>(__builtin_ctz(word));
#endif
}

/// Where the spikes of a population go, tick after tick.
struct SpikeCursor {
    std::uint32_t* record = nullptr;  ///< of the tick
    std::uint32_t* history = nullptr; ///< of all slots; null: nobody waits for these spikes
    std::uint32_t* counts = nullptr;
    std::uint32_t words = 0;
    std::uint32_t slots = 0;
    std::uint32_t slot = 0; ///< of the tick

    BNOF_KERNEL void nextTick()
    {
        record += words;
        slot = slot + 1 == slots ? 0 : slot + 1;
    }
};

/// At the first tick of a step.
BNOF_KERNEL SpikeCursor spikeCursor(const DeviceNetwork& net, const Instance& instance, const DevicePopulation& p,
                                    const Step& step)
{
    SpikeCursor to;
    to.record = recordOf(net, instance, p, step.offset);
    to.words = p.words;
    if (p.slots > 0) {
        to.history = hotAt<std::uint32_t>(instance, p.history);
        to.counts = hotAt<std::uint32_t>(instance, p.historyCount);
        to.slots = p.slots;
        to.slot = static_cast<std::uint32_t>((headerOf(instance).tick + step.offset) % p.slots);
    }
    return to;
}

/// One whole word at once.
BNOF_KERNEL void storeWord(const SpikeCursor& to, std::uint32_t word, std::uint32_t bits)
{
    to.record[word] = bits;
    if (to.history == nullptr)
        return;
    to.history[std::uint64_t{to.slot} * to.words + word] = bits;
    if (bits != 0)
        addTo(to.counts + to.slot, bitCount(bits));
}

/// The neurons of `word`, one a thread of a team: all its threads come here together.
BNOF_KERNEL void storeBallot(const SpikeCursor& to, std::uint32_t word, std::uint32_t lane, bool fires)
{
#if defined(__CUDA_ARCH__)
    const std::uint32_t bits = __ballot_sync(0xFFFFFFFFU, fires);
    if (lane == 0)
        storeWord(to, word, bits);
#else
    const std::uint32_t bit = 1U << lane;
    const auto put = [bit, fires](std::uint32_t& bits) { bits = fires ? bits | bit : bits & ~bit; };
    put(to.record[word]);
    if (to.history == nullptr)
        return;
    put(to.history[std::uint64_t{to.slot} * to.words + word]);
    to.counts[to.slot] += fires ? 1 : 0;
#endif
}

/// Four neurons a thread, as Philox gives them: half of the team has the neurons 16 w + lane of one group of 64, the
/// other half those of the next. The population may end between the two.
BNOF_KERNEL void storeGroups(const SpikeCursor& to, std::uint32_t firstWord, std::uint32_t lane, const bool (&fires)[4])
{
#if defined(__CUDA_ARCH__)
    std::uint32_t bits[4];
    for (int w = 0; w < 4; ++w)
        bits[w] = __ballot_sync(0xFFFFFFFFU, fires[w]);
    if (lane != 0)
        return;
    storeWord(to, firstWord, (bits[0] & 0xFFFFU) | bits[1] << 16);
    storeWord(to, firstWord + 1, (bits[2] & 0xFFFFU) | bits[3] << 16);
    if (firstWord + 2 >= to.words)
        return;
    storeWord(to, firstWord + 2, bits[0] >> 16 | (bits[1] & 0xFFFF0000U));
    storeWord(to, firstWord + 3, bits[2] >> 16 | (bits[3] & 0xFFFF0000U));
#else
    for (std::uint32_t w = 0; w < 4; ++w) {
        const std::uint32_t neuron = 64 * (lane / 16) + 16 * w + lane % 16;
        if (firstWord + neuron / 32 < to.words)
            storeBallot(to, firstWord + neuron / 32, neuron % 32, fires[w]);
    }
#endif
}

/// The item of a table of items that a number belongs to: the first entry whose end is above it. Numbers ascend, so
/// the search goes on from the last answer.
template <class Entry, class End>
BNOF_KERNEL std::uint32_t entryOf(const Entry* table, std::uint32_t from, std::uint32_t item, End end)
{
    while (item >= end(table[from]))
        ++from;
    return from;
}

} // namespace bnof::snn::cuda
