// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels of the CPU, written once over a trait `T` that lists the operations that are allowed because they give
// the same bits on every machine: those of neuron_step.h, and integer arithmetic. Each instruction set includes this
// file in one translation unit of its own, and everything here is in an anonymous namespace: see kernels.h.
#pragma once

#include "engine/snn/kernels.h"
#include "engine/snn/neuron_step.h"

/// The pieces of an update are many calls on one page but have to be one loop for the processor.
#define BNOF_INLINE [[gnu::always_inline]] inline

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

/// `N` vectors side by side as one: every operation is done on all of them before the next, so that the latency of one
/// hides behind the others, and a constant is fetched once for all.
template <class T, unsigned N> struct Pack {
    static constexpr std::uint32_t width = N * T::width;
    struct Float {
        typename T::Float part[N];
    };
    struct Int {
        typename T::Int part[N];
    };
    struct Mask {
        typename T::Mask part[N];
    };

    template <class Result, class Operation> [[gnu::always_inline]] static Result each(Operation operation)
    {
        Result result;
#pragma GCC unroll 8
        for (unsigned i = 0; i < N; ++i)
            result.part[i] = operation(i);
        return result;
    }

    [[gnu::always_inline]] static Float load(const float* p)
    {
        return each<Float>([p](unsigned i) { return T::load(p + i * T::width); });
    }
    [[gnu::always_inline]] static void store(float* p, const Float& value)
    {
#pragma GCC unroll 8
        for (unsigned i = 0; i < N; ++i)
            T::store(p + i * T::width, value.part[i]);
    }
    [[gnu::always_inline]] static Float broadcast(float value)
    {
        return each<Float>([v = T::broadcast(value)](unsigned) { return v; });
    }
    [[gnu::always_inline]] static Float multiply(const Float& a, const Float& b)
    {
        return each<Float>([&](unsigned i) { return T::multiply(a.part[i], b.part[i]); });
    }
    [[gnu::always_inline]] static Float add(const Float& a, const Float& b)
    {
        return each<Float>([&](unsigned i) { return T::add(a.part[i], b.part[i]); });
    }
    [[gnu::always_inline]] static Float minimum(const Float& a, const Float& b)
    {
        return each<Float>([&](unsigned i) { return T::minimum(a.part[i], b.part[i]); });
    }
    [[gnu::always_inline]] static Float subtract(const Float& a, const Float& b)
    {
        return each<Float>([&](unsigned i) { return T::subtract(a.part[i], b.part[i]); });
    }
    [[gnu::always_inline]] static Float fusedMultiplyAdd(const Float& a, const Float& b, const Float& c)
    {
        return each<Float>([&](unsigned i) { return T::fusedMultiplyAdd(a.part[i], b.part[i], c.part[i]); });
    }
    [[gnu::always_inline]] static Float toFloat(const Int& value)
    {
        return each<Float>([&](unsigned i) { return T::toFloat(value.part[i]); });
    }
    [[gnu::always_inline]] static Float select(const Mask& mask, const Float& yes, const Float& no)
    {
        return each<Float>([&](unsigned i) { return T::select(mask.part[i], yes.part[i], no.part[i]); });
    }
    [[gnu::always_inline]] static Float keepWhere(const Mask& mask, const Float& value)
    {
        return each<Float>([&](unsigned i) { return T::keepWhere(mask.part[i], value.part[i]); });
    }

    [[gnu::always_inline]] static Int load(const std::int32_t* p)
    {
        return each<Int>([p](unsigned i) { return T::load(p + i * T::width); });
    }
    [[gnu::always_inline]] static void store(std::int32_t* p, const Int& value)
    {
#pragma GCC unroll 8
        for (unsigned i = 0; i < N; ++i)
            T::store(p + i * T::width, value.part[i]);
    }
    [[gnu::always_inline]] static Int broadcast(std::int32_t value)
    {
        return each<Int>([v = T::broadcast(value)](unsigned) { return v; });
    }
    [[gnu::always_inline]] static Int add(const Int& a, const Int& b)
    {
        return each<Int>([&](unsigned i) { return T::add(a.part[i], b.part[i]); });
    }
    [[gnu::always_inline]] static Int loadBytes(const std::uint8_t* p)
    {
        return each<Int>([p](unsigned i) { return T::loadBytes(p + i * T::width); });
    }
    [[gnu::always_inline]] static void clearBytes(std::uint8_t* p)
    {
#pragma GCC unroll 8
        for (unsigned i = 0; i < N; ++i)
            T::clearBytes(p + i * T::width);
    }
    [[gnu::always_inline]] static Int multiplyLow(const Int& a, std::uint32_t b)
    {
        return each<Int>([&](unsigned i) { return T::multiplyLow(a.part[i], b); });
    }
    [[gnu::always_inline]] static Int loadCount(const std::uint16_t* p)
    {
        return each<Int>([p](unsigned i) { return T::loadCount(p + i * T::width); });
    }
    [[gnu::always_inline]] static void storeCount(std::uint16_t* p, const Int& value)
    {
#pragma GCC unroll 8
        for (unsigned i = 0; i < N; ++i)
            T::storeCount(p + i * T::width, value.part[i]);
    }
    [[gnu::always_inline]] static Int addWhere(const Mask& mask, const Int& value, const Int& addend)
    {
        return each<Int>([&](unsigned i) { return T::addWhere(mask.part[i], value.part[i], addend.part[i]); });
    }
    [[gnu::always_inline]] static Int decrementWhere(const Mask& mask, const Int& value)
    {
        return each<Int>([&](unsigned i) { return T::decrementWhere(mask.part[i], value.part[i]); });
    }

    [[gnu::always_inline]] static Mask greaterEqual(const Float& a, const Float& b)
    {
        return each<Mask>([&](unsigned i) { return T::greaterEqual(a.part[i], b.part[i]); });
    }
    [[gnu::always_inline]] static Mask positive(const Int& value)
    {
        return each<Mask>([&](unsigned i) { return T::positive(value.part[i]); });
    }
    [[gnu::always_inline]] static Mask either(const Mask& a, const Mask& b)
    {
        return each<Mask>([&](unsigned i) { return T::either(a.part[i], b.part[i]); });
    }
    [[gnu::always_inline]] static Mask butNot(const Mask& a, const Mask& b)
    {
        return each<Mask>([&](unsigned i) { return T::butNot(a.part[i], b.part[i]); });
    }
    template <class Value> [[gnu::always_inline]] static Mask differ(const Value& a, const Value& b)
    {
        return each<Mask>([&](unsigned i) { return T::differ(a.part[i], b.part[i]); });
    }
    [[gnu::always_inline]] static std::uint64_t bits(const Mask& mask)
    {
        std::uint64_t all = 0;
#pragma GCC unroll 8
        for (unsigned i = 0; i < N; ++i)
            all |= std::uint64_t{T::bits(mask.part[i])} << (i * T::width);
        return all;
    }
};

/// The registers of one vector of neurons while a block of ticks runs.
template <class T> using Lanes = NeuronRegisters<T>;

/// How input reaches one receptor of a population.
enum class InputForm { Absent, Summed, Counted };

/// What reaches receptor R of the neurons from i on in a tick, in weight units.
template <class T, int R, InputForm Form>
BNOF_INLINE typename T::Float arriving(const UpdateStep& s, std::uint32_t i, std::uint32_t tick)
{
    const std::int32_t shared = s.shared[R][tick];
    if constexpr (Form == InputForm::Counted) {
        if (std::uint8_t* counted = s.counted[R][tick]; counted != nullptr) {
            const auto counts = T::loadBytes(counted + i);
            T::clearBytes(counted + i);
            const std::int32_t unit = s.countUnit[R];
            if (shared == 0) // both factors and their product are whole numbers below 2^24: exact
                return T::multiply(T::toFloat(counts), T::broadcast(static_cast<float>(unit)));
            return T::toFloat(T::add(T::multiplyLow(counts, static_cast<std::uint32_t>(unit)), T::broadcast(shared)));
        }
    } else if (std::int32_t* input = s.input[R][tick]; input != nullptr) {
        auto sum = T::load(input + i);
        if (shared != 0)
            sum = T::add(sum, T::broadcast(shared));
        T::store(input + i, T::broadcast(std::int32_t{0}));
        return T::toFloat(sum);
    }
    // The integer zero converts and adds exactly, so "nothing arrives" needs no case of its own.
    return T::broadcast(static_cast<float>(shared));
}

/// Advance a current by a tick: decay, then what arrives, in one rounding.
template <class T, int R, InputForm Form, bool Quiet>
BNOF_INLINE void advanceCurrent(const UpdateStep& s, float decay, Lanes<T>& lanes, std::uint32_t i, std::uint32_t tick)
{
    const auto after = T::fusedMultiplyAdd(lanes.current[R], T::broadcast(decay), arriving<T, R, Form>(s, i, tick));
    lanes.current[R] = Quiet ? after : flushBelow<T>(after, currentFloor);
}

/// One tick of one vector of neurons; returns which of them fire. Quiet: no neuron waits and no current can fall below
/// its floor, so neither needs to be looked at.
template <class T, NeuronKind Kind, InputForm Excited, InputForm Inhibited, bool Quiet>
BNOF_INLINE typename T::Mask advance(const UpdateStep& s, const NeuronConstants& c, Lanes<T>& lanes, std::uint32_t i,
                                     std::uint32_t tick)
{
    if constexpr (Inhibited != InputForm::Absent)
        advanceCurrent<T, 1, Inhibited, Quiet>(s, c.inhibitoryDecay, lanes, i, tick);
    if constexpr (Excited != InputForm::Absent)
        advanceCurrent<T, 0, Excited, Quiet>(s, c.excitatoryDecay, lanes, i, tick);
    const auto integrated =
        membraneAfter<T, Kind, Excited != InputForm::Absent, Inhibited != InputForm::Absent>(c, lanes);
    if constexpr (Quiet && Kind != NeuronKind::Izhikevich) {
        auto threshold = T::broadcast(c.threshold);
        if constexpr (Kind == NeuronKind::AdaptiveLif)
            threshold = adaptedThreshold<T>(c, lanes);
        lanes.membrane = integrated; // the caller deals with the neurons that fire
        return T::greaterEqual(integrated, threshold);
    } else {
        return fireOrWait<T, Kind>(c, lanes, integrated);
    }
}

template <class T, NeuronKind Kind>
constexpr bool hasSecond = Kind == NeuronKind::AdaptiveLif || Kind == NeuronKind::Izhikevich;
template <class T, NeuronKind Kind> constexpr bool hasWait = Kind != NeuronKind::Izhikevich;

/// Whether a block of ticks can leave refractory times and floors alone until a neuron fires: nobody waits, and every
/// current is zero or stays above its floor while it decays.
template <class T, NeuronKind Kind, InputForm Excited, InputForm Inhibited>
BNOF_INLINE bool isQuiet(const Lanes<T>& lanes, const float (&safe)[2])
{
    auto busy = T::positive(lanes.wait);
    const auto zero = T::broadcast(0.0F);
    if constexpr (Excited != InputForm::Absent)
        busy = T::either(busy, T::butNot(T::differ(lanes.current[0], zero),
                                         T::greaterEqual(lanes.current[0], T::broadcast(safe[0]))));
    if constexpr (Inhibited != InputForm::Absent)
        busy = T::either(busy, T::butNot(T::differ(lanes.current[1], zero),
                                         T::greaterEqual(lanes.current[1], T::broadcast(safe[1]))));
    return T::bits(busy) == 0;
}

/// A current of at least this stays above its floor for a block of ticks.
BNOF_INLINE float safeCurrent(float decay)
{
    float safe = 2 * currentFloor;
    for (std::uint32_t tick = 0; tick < maximumBlockTicks; ++tick)
        safe /= decay;
    return safe;
}

/// Puts the neurons that have fired in a quiet tick to their reset and lets them wait.
template <class T, NeuronKind Kind>
BNOF_INLINE void resetFired(const NeuronConstants& c, Lanes<T>& lanes, const typename T::Mask& fires)
{
    lanes.membrane = T::select(fires, T::broadcast(c.reset), lanes.membrane);
    lanes.wait = T::addWhere(fires, lanes.wait, T::broadcast(c.refractory));
    if constexpr (Kind == NeuronKind::AdaptiveLif)
        lanes.second = T::select(fires, T::add(lanes.second, T::broadcast(c.adaptationStep)), lanes.second);
}

/// Reports the neurons that fire in a tick; the padding behind the last neuron never does.
BNOF_INLINE void report(UpdateStep& s, std::uint32_t tick, std::uint32_t i, std::uint32_t width, std::uint64_t bits)
{
    const std::uint32_t left = s.size - i;
    if (left < width)
        bits &= (std::uint64_t{1} << left) - 1;
    s.firedCount[tick] = appendFired(s.fired[tick], s.firedCount[tick], i, bits);
}

template <class T, NeuronKind Kind, InputForm Excited, InputForm Inhibited>
BNOF_INLINE Lanes<T> loadLanes(const UpdateStep& s, std::uint32_t i)
{
    Lanes<T> lanes;
    lanes.membrane = T::load(s.membrane + i);
    if constexpr (hasSecond<T, Kind>)
        lanes.second = T::load(s.second + i);
    if constexpr (Excited != InputForm::Absent)
        lanes.current[0] = T::load(s.current[0] + i);
    if constexpr (Inhibited != InputForm::Absent)
        lanes.current[1] = T::load(s.current[1] + i);
    if constexpr (hasWait<T, Kind>)
        lanes.wait = T::loadCount(s.refractory + i);
    return lanes;
}

template <class T, NeuronKind Kind, InputForm Excited, InputForm Inhibited>
BNOF_INLINE void storeLanes(const UpdateStep& s, std::uint32_t i, const Lanes<T>& lanes)
{
    T::store(s.membrane + i, lanes.membrane);
    if constexpr (hasSecond<T, Kind>)
        T::store(s.second + i, lanes.second);
    if constexpr (Excited != InputForm::Absent)
        T::store(s.current[0] + i, lanes.current[0]);
    if constexpr (Inhibited != InputForm::Absent)
        T::store(s.current[1] + i, lanes.current[1]);
    if constexpr (hasWait<T, Kind>)
        T::storeCount(s.refractory + i, lanes.wait);
}

template <class T, NeuronKind Kind, InputForm Excited, InputForm Inhibited>
BNOF_INLINE std::uint64_t differ(const Lanes<T>& a, const Lanes<T>& b)
{
    auto changed = T::differ(a.membrane, b.membrane);
    if constexpr (hasSecond<T, Kind>)
        changed = T::either(changed, T::differ(a.second, b.second));
    if constexpr (Excited != InputForm::Absent)
        changed = T::either(changed, T::differ(a.current[0], b.current[0]));
    if constexpr (Inhibited != InputForm::Absent)
        changed = T::either(changed, T::differ(a.current[1], b.current[1]));
    if constexpr (hasWait<T, Kind>)
        changed = T::either(changed, T::differ(a.wait, b.wait));
    return T::bits(changed);
}

/// All ticks of the block before the next neurons, so that state is read and written once a block.
template <class T, NeuronKind Kind, bool Driven, InputForm Excited, InputForm Inhibited> void updateLoop(UpdateStep& s)
{
    const NeuronConstants constants = *s.constants; // a copy: no store below can change it
    const float safe[2] = {safeCurrent(constants.excitatoryDecay), safeCurrent(constants.inhibitoryDecay)};
    bool changed = false;
    for (std::uint32_t i = 0; i < s.size; i += T::width) {
        Lanes<T> lanes = loadLanes<T, Kind, Excited, Inhibited>(s, i);
        lanes.input = steadyPart<T, Kind, Driven>(constants, Driven ? s.drive + i : nullptr);
        std::uint32_t tick = 0;
        if constexpr (hasWait<T, Kind>) {
            for (bool quiet = isQuiet<T, Kind, Excited, Inhibited>(lanes, safe); quiet && tick < s.ticks; ++tick) {
                const auto fires = advance<T, Kind, Excited, Inhibited, true>(s, constants, lanes, i, tick);
                if (const std::uint64_t bits = T::bits(fires); bits != 0) {
                    resetFired<T, Kind>(constants, lanes, fires);
                    report(s, tick, i, T::width, bits);
                    quiet = constants.refractory == 0;
                }
            }
        }
        for (; tick < s.ticks; ++tick) {
            const auto fires = advance<T, Kind, Excited, Inhibited, false>(s, constants, lanes, i, tick);
            if (const std::uint64_t bits = T::bits(fires); bits != 0)
                report(s, tick, i, T::width, bits);
        }
        if (s.watch && !changed) {
            const auto different =
                differ<T, Kind, Excited, Inhibited>(loadLanes<T, Kind, Excited, Inhibited>(s, i), lanes);
            const std::uint32_t left = s.size - i;
            changed = (left < T::width ? different & ((std::uint64_t{1} << left) - 1) : different) != 0;
        }
        storeLanes<T, Kind, Excited, Inhibited>(s, i, lanes);
    }
    if (s.watch)
        s.changed = changed;
}

template <class T, NeuronKind Kind, bool Driven, InputForm Excited> void chooseInhibition(UpdateStep& s)
{
    if (s.current[1] == nullptr)
        updateLoop<T, Kind, Driven, Excited, InputForm::Absent>(s);
    else if (s.countUnit[1] > 0)
        updateLoop<T, Kind, Driven, Excited, InputForm::Counted>(s);
    else
        updateLoop<T, Kind, Driven, Excited, InputForm::Summed>(s);
}

template <class T, NeuronKind Kind, bool Driven> void chooseReceptors(UpdateStep& s)
{
    if (s.current[0] == nullptr)
        chooseInhibition<T, Kind, Driven, InputForm::Absent>(s);
    else if (s.countUnit[0] > 0)
        chooseInhibition<T, Kind, Driven, InputForm::Counted>(s);
    else
        chooseInhibition<T, Kind, Driven, InputForm::Summed>(s);
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
                if (std::uint8_t* counted = s.counted[receptor][tick]; counted != nullptr) {
                    arriving += std::int64_t{counted[i]} * s.countUnit[receptor];
                    counted[i] = 0;
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
            const std::int8_t* row = rows.smallWeights + at;
            const std::uint32_t scale = 1U << rows.smallShift;
            for (std::uint32_t i = 0; i < rows.rowLength; i += T::width)
                T::store(accumulators + i,
                         T::add(T::load(accumulators + i), T::multiplyLow(T::loadSmallWeights(row + i), scale)));
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

std::uint64_t deliverCounts(const SynapseRows& rows, const std::uint32_t* fired, std::uint32_t count,
                            std::uint8_t multiple, std::uint8_t* counts)
{
    std::uint64_t events = 0;
    const auto add = [multiple](std::uint8_t& sum) { sum = static_cast<std::uint8_t>(sum + multiple); };
    for (std::uint32_t f = 0; f < count; ++f) {
        if (rows.form == RowForm::Identity) {
            const std::uint32_t target = fired[f] - rows.firstTarget; // wraps around below the block
            if (target < rows.rowLength) {
                add(counts[target]);
                ++events;
            }
            continue;
        }
        constexpr std::uint32_t ahead = 4; // rows whose place is looked up while this one is served
        if (f + 2 * ahead < count)
            __builtin_prefetch(rows.rowStart + fired[f + 2 * ahead]);
        if (f + ahead < count)
            __builtin_prefetch(rows.targets + rows.rowStart[fired[f + ahead]]);
        std::uint32_t k = rows.rowStart[fired[f]];
        const std::uint32_t end = rows.rowStart[fired[f] + 1];
        events += end - k;
        for (; k + 4 <= end; k += 4) {
            add(counts[rows.targets[k]]);
            add(counts[rows.targets[k + 1]]);
            add(counts[rows.targets[k + 2]]);
            add(counts[rows.targets[k + 3]]);
        }
        for (; k < end; ++k)
            add(counts[rows.targets[k]]);
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
    return {update<Pack<T, T::interleave>>, firePoisson<T>, deliver<T>, deliverCounts, deliverPlastic};
}

} // namespace
} // namespace bnof::snn
