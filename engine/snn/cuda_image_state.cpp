// SPDX-License-Identifier: GPL-3.0-or-later
// The portable state of a network, from and to the arenas of the device.
#include <algorithm>
#include <cstring>

#include "engine/snn/cuda_image.h"
#include "engine/snn/cuda_schedule.h"

namespace bnof::snn::cuda {
namespace {

template <class T> std::vector<T> readArray(std::span<const char> arena, std::uint64_t offset, std::size_t count)
{
    std::vector<T> values;
    if (offset == absent || count == 0) // memcpy must not see the null pointer of an empty vector
        return values;
    values.resize(count);
    std::memcpy(values.data(), arena.data() + offset, count * sizeof(T));
    return values;
}

template <class T> void writeArray(const std::vector<T>& values, std::vector<char>& arena, std::uint64_t offset)
{
    if (offset != absent && !values.empty())
        std::memcpy(arena.data() + offset, values.data(), values.size() * sizeof(T));
}

/// Runs phases on the host with one thread.
struct OneThread {
    const DeviceNetwork& net;
    const Instance& instance;
    template <Phase Which> void phase(const PhaseArguments& arguments)
    {
        runPhase<Which>(net, instance, arguments, 0, 1);
    }
};

} // namespace

/// Copies of the arenas and the clock.
struct DeviceImage::View {
    std::span<const char> hot;
    std::span<const char> cold;
    std::span<const char> carried;
    InstanceHeader header;

    /// The source neurons whose spikes arrive at a tick over a projection.
    [[nodiscard]] std::vector<std::uint32_t> arriving(const DevicePopulation& source, const ProjectionPlan& projection,
                                                      std::uint64_t tick) const
    {
        std::vector<std::uint32_t> neurons;
        const std::uint64_t first = projection.plasticity ? 0 : header.loadedAt;
        if (tick < first + projection.delay)
            return neurons;
        const std::uint64_t slot = (tick - projection.delay) % source.slots;
        const auto words = readArray<std::uint32_t>(hot, source.history + slot * source.words * 4, source.words);
        for (std::uint32_t word = 0; word < source.words; ++word)
            for (std::uint32_t bits = words[word]; bits != 0; bits &= bits - 1)
                neurons.push_back(word * teamSize + lowestBit(bits));
        return neurons;
    }
};

NetworkState DeviceImage::readState(std::span<const char> hot, std::span<const char> cold,
                                    std::span<const char> carried) const
{
    View view{hot, cold, carried, {}};
    std::memcpy(&view.header, hot.data(), sizeof view.header);
    NetworkState state;
    state.tick = view.header.tick;
    for (std::size_t i = 0; i < m_populations.size(); ++i) {
        PopulationState out;
        readPopulation(view, i, out);
        readPending(view, i, out);
        state.populations.push_back(std::move(out));
    }
    for (std::size_t i = 0; i < m_learning.size(); ++i)
        state.learning.push_back(readLearning(view, i));
    return state;
}

void DeviceImage::readPopulation(const View& view, std::size_t index, PopulationState& out) const
{
    const DevicePopulation& p = m_populations[index];
    out.membrane = readArray<float>(view.hot, p.membrane, p.size);
    out.second = readArray<float>(view.hot, p.second, p.size);
    out.refractory = readArray<std::uint16_t>(view.hot, p.refractory, p.size);
    out.count = readArray<std::int32_t>(view.hot, p.count, p.size);
    out.drive = readArray<float>(view.hot, p.drive, p.size);
    out.thresholds = readArray<std::uint32_t>(view.hot, p.thresholds, p.size);
    out.nextSpike = readArray<std::uint64_t>(view.hot, p.nextSpike, p.size);
    out.draws = readArray<std::uint32_t>(view.hot, p.draws, p.size);
    for (std::size_t r = 0; r < 2; ++r)
        out.current[r] = readArray<float>(view.hot, p.current[r], p.size);
}

/// What the projections without plasticity have not delivered yet, as sums by the ticks in which they arrive.
void DeviceImage::readPending(const View& view, std::size_t index, PopulationState& out) const
{
    const DevicePopulation& p = m_populations[index];
    const PopulationPlan& shape = m_plan->populations[index];
    for (std::uint32_t r = 0; r < 2; ++r) {
        const ReceptorPlan& receptor = shape.receptors[r];
        out.shared[r].assign(receptor.slots, 0);
        out.perNeuron[r].resize(receptor.perNeuron ? receptor.slots : 0);
        for (std::uint32_t k = 0; k < receptor.slots; ++k) {
            const std::uint64_t tick = view.header.tick + k;
            const std::uint64_t slot = tick - view.header.loadedAt;
            std::vector<std::int32_t> sums(receptor.perNeuron ? p.size : 0);
            if (!view.carried.empty() && slot < p.carriedSlots[r]) {
                out.shared[r][k] = readArray<std::int32_t>(view.carried, p.carriedShared[r] + slot * 4, 1)[0];
                if (receptor.perNeuron)
                    sums = readArray<std::int32_t>(view.carried, p.carried[r] + slot * p.words * teamSize * 4, p.size);
            }
            for (const std::uint32_t i : m_plan->incoming[index]) {
                const ProjectionPlan& projection = m_plan->projections[i];
                if (projection.plasticity || projection.receptor != r || k >= projection.delay)
                    continue;
                const auto fired = view.arriving(m_populations[projection.source], projection, tick);
                const Synapses& synapses = projection.synapses;
                if (synapses.form == RowForm::Shared)
                    out.shared[r][k] += static_cast<std::int32_t>(fired.size()) * synapses.weight;
                else
                    for (const std::uint32_t source : fired)
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

LearningState DeviceImage::readLearning(const View& view, std::size_t index) const
{
    const DeviceLearning& rule = m_learning[index];
    const ProjectionPlan& projection = m_plan->projections[rule.projection];
    const std::uint32_t sources = projection.synapses.sources;
    const std::uint32_t targets = projection.synapses.targets;
    LearningState out;
    PlasticState& synapses = out.synapses;
    std::vector<std::int32_t> weights;
    if (rule.narrow)
        for (const std::int16_t weight : readArray<std::int16_t>(view.cold, rule.weights, rule.positions))
            weights.push_back(std::int32_t{weight} << weightShift);
    else
        weights = readArray<std::int32_t>(view.cold, rule.weights, rule.positions);
    auto eligibilities = readArray<std::int32_t>(view.cold, rule.eligibilities, rule.positions);
    const auto unpad = [&](std::vector<std::int32_t>& values) {
        if (!rule.dense || values.empty())
            return std::move(values);
        std::vector<std::int32_t> rows;
        for (std::uint32_t source = 0; source < sources; ++source) {
            const auto row = values.begin() + static_cast<std::ptrdiff_t>(std::uint64_t{source} * rule.stride);
            rows.insert(rows.end(), row, row + targets);
        }
        return rows;
    };
    synapses.weights = unpad(weights);
    synapses.eligibilities = unpad(eligibilities);
    synapses.preTrace = readArray<std::uint32_t>(view.hot, rule.preTrace, sources);
    synapses.slowPreTrace = readArray<std::uint32_t>(view.hot, rule.slowPreTrace, sources);
    synapses.lastArrival = readArray<std::int64_t>(view.hot, rule.lastArrival, sources);
    synapses.postTrace = readArray<std::uint32_t>(view.hot, rule.postTrace, targets);
    synapses.slowPostTrace = readArray<std::uint32_t>(view.hot, rule.slowPostTrace, targets);
    synapses.lastSpike = readArray<std::int64_t>(view.hot, rule.lastSpike, targets);
    synapses.spikesInPeriod = readArray<std::uint32_t>(view.hot, rule.spikesInPeriod, targets);
    for (std::uint32_t k = 0; k < projection.delay; ++k)
        out.arriving.push_back(view.arriving(m_populations[projection.source], projection, view.header.tick + k));
    return out;
}

void DeviceImage::writeState(const NetworkState& state, std::vector<char>& hot, std::vector<char>& cold,
                             std::vector<char>& carried) const
{
    hot.assign(m_network.hotBytes, 0);
    cold.assign(m_network.coldBytes, 0);
    carried.clear();
    std::vector<char> constants(m_bytes);
    forEachPiece([&](std::uint64_t offset, const void* data, std::uint64_t bytes) {
        std::memcpy(constants.data() + offset, data, bytes);
    });
    DeviceNetwork net = m_network;
    net.constants = constants.data();
    const Instance instance{hot.data(), cold.data(), nullptr, nullptr, nullptr};
    OneThread run{net, instance};
    scheduleReset(m_plan->network.seed, run); // the padding, and what states do not hold
    InstanceHeader& header = headerOf(instance);
    header.tick = header.loadedAt = state.tick;
    for (std::size_t i = 0; i < m_populations.size(); ++i)
        writePopulation(state.populations[i], i, hot, carried);
    for (std::size_t i = 0; i < m_learning.size(); ++i)
        writeLearning(state.learning[i], i, state.tick, hot, cold);
}

void DeviceImage::writePopulation(const PopulationState& state, std::size_t index, std::vector<char>& hot,
                                  std::vector<char>& carried) const
{
    const DevicePopulation& p = m_populations[index];
    writeArray(state.membrane, hot, p.membrane);
    writeArray(state.second, hot, p.second);
    writeArray(state.refractory, hot, p.refractory);
    writeArray(state.count, hot, p.count);
    writeArray(state.drive, hot, p.drive);
    if (p.driven != absent) {
        const bool driven = std::any_of(state.drive.begin(), state.drive.end(), [](float v) { return v != 0; });
        writeArray(std::vector<std::uint32_t>{driven ? 1U : 0U}, hot, p.driven);
    }
    writeArray(state.thresholds, hot, p.thresholds);
    writeArray(state.nextSpike, hot, p.nextSpike);
    writeArray(state.draws, hot, p.draws);
    if (p.intervals) {
        std::vector<double> inverseLog;
        for (const std::uint32_t threshold : state.thresholds)
            inverseLog.push_back(inverseLogOf(threshold));
        writeArray(inverseLog, hot, p.inverseLog);
    }
    for (std::size_t r = 0; r < 2; ++r) {
        writeArray(state.current[r], hot, p.current[r]);
        for (std::size_t k = 0; k < state.shared[r].size(); ++k) {
            const bool sums = k < state.perNeuron[r].size() && !state.perNeuron[r][k].empty();
            if (state.shared[r][k] == 0 && !sums)
                continue;
            carried.resize(m_network.carriedBytes);
            writeArray(std::vector<std::int32_t>{state.shared[r][k]}, carried, p.carriedShared[r] + k * 4);
            if (sums)
                writeArray(state.perNeuron[r][k], carried, p.carried[r] + k * p.words * teamSize * 4);
        }
    }
}

void DeviceImage::writeLearning(const LearningState& state, std::size_t index, std::uint64_t tick,
                                std::vector<char>& hot, std::vector<char>& cold) const
{
    const DeviceLearning& rule = m_learning[index];
    const ProjectionPlan& projection = m_plan->projections[rule.projection];
    const std::uint32_t targets = projection.synapses.targets;
    const PlasticState& synapses = state.synapses;
    const auto place = [&](std::size_t k) { return rule.dense ? k / targets * rule.stride + k % targets : k; };
    const Instance instance{hot.data(), cold.data(), nullptr, nullptr, nullptr};
    for (std::size_t k = 0; k < synapses.weights.size(); ++k) {
        if (rule.narrow)
            coldAt<std::int16_t>(instance, rule.weights)[place(k)] =
                static_cast<std::int16_t>(synapses.weights[k] >> weightShift);
        else
            coldAt<std::int32_t>(instance, rule.weights)[place(k)] = synapses.weights[k];
    }
    for (std::size_t k = 0; k < synapses.eligibilities.size(); ++k)
        coldAt<std::int32_t>(instance, rule.eligibilities)[place(k)] = synapses.eligibilities[k];
    writeArray(synapses.preTrace, hot, rule.preTrace);
    writeArray(synapses.slowPreTrace, hot, rule.slowPreTrace);
    writeArray(synapses.lastArrival, hot, rule.lastArrival);
    writeArray(synapses.postTrace, hot, rule.postTrace);
    writeArray(synapses.slowPostTrace, hot, rule.slowPostTrace);
    writeArray(synapses.lastSpike, hot, rule.lastSpike);
    writeArray(synapses.spikesInPeriod, hot, rule.spikesInPeriod);
    const DevicePopulation& source = m_populations[projection.source];
    for (std::uint32_t k = 0; k < state.arriving.size(); ++k) {
        if (tick + k < projection.delay)
            continue;
        const std::uint64_t slot = (tick + k - projection.delay) % source.slots;
        auto* words = hotAt<std::uint32_t>(instance, source.history) + slot * source.words;
        std::fill_n(words, source.words, 0U);
        for (const std::uint32_t neuron : state.arriving[k])
            words[neuron / teamSize] |= 1U << neuron % teamSize;
        hotAt<std::uint32_t>(instance, source.historyCount)[slot] =
            static_cast<std::uint32_t>(state.arriving[k].size());
    }
}

} // namespace bnof::snn::cuda
