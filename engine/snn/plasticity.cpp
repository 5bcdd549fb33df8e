// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/plasticity.h"

#include <algorithm>
#include <cmath>

namespace bnof::snn {
namespace {

constexpr std::uint32_t onArrival = 1;
constexpr std::uint32_t onSpike = 2;
constexpr std::uint32_t onScaling = 3;
constexpr std::uint32_t onModulation = 4;
constexpr std::size_t logTrimSize = 65536; ///< spikes that may wait before the log is shortened

/// Steps for a trace: (amount * trace), rounded to nearest.
std::int64_t stepsFor(std::int64_t amount, std::uint32_t trace)
{
    return (amount * static_cast<std::int64_t>(trace) + traceUnit / 2) >> traceShift;
}

std::int32_t bounded(std::int64_t steps)
{
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(steps, -changeLimit, changeLimit));
}

/// Sixteen random bits that belong to one change of one synapse ("lowbias32", Wellons 2018).
std::uint32_t roundingBits(std::uint32_t key, std::uint64_t position, std::int64_t tick, std::uint32_t occasion)
{
    const auto mix = [](std::uint32_t x) {
        x ^= x >> 16;
        x *= 0x7FEB352DU;
        x ^= x >> 15;
        x *= 0x846CA68BU;
        return x ^ (x >> 16);
    };
    std::uint32_t x = mix(key * 8 + occasion);
    x = mix(x ^ static_cast<std::uint32_t>(position));
    x = mix(x ^ static_cast<std::uint32_t>(position >> 32) ^ static_cast<std::uint32_t>(tick));
    x = mix(x ^ static_cast<std::uint32_t>(tick >> 32));
    return x & 0xFFFFU;
}

std::uint32_t raise(std::uint32_t trace)
{
    return std::min(trace + traceUnit, traceLimit);
}

} // namespace

PlasticSynapses::PlasticSynapses(const ProjectionPlan& projection, const KernelTable& kernels)
    : m_projection(projection), m_rule(*projection.plasticity), m_kernels(kernels),
      m_sources(projection.synapses.sources), m_targets(projection.synapses.targets)
{
    const Synapses& s = projection.synapses;
    std::size_t size = 0;
    if (s.form == RowForm::Shared || s.form == RowForm::Dense) {
        m_stride = paddedSize(m_targets);
        size = m_stride * m_sources;
    } else {
        m_rowStart.push_back(0);
        for (std::uint32_t source = 0; source < m_sources; ++source) {
            s.forEachOf(source, [&](std::uint32_t target, std::size_t) { m_rowTargets.push_back(target); });
            m_rowStart.push_back(m_rowTargets.size());
        }
        size = m_rowTargets.size();
        m_place.resize(m_targets);
    }
    if (m_rule.storage == PlasticStorage::Int32)
        m_wide = AlignedArray<std::int32_t>(size);
    else
        m_narrow = AlignedArray<std::int16_t>(size);
    if (m_rule.rule == LearningRule::ThreeFactor)
        m_eligibilities = AlignedArray<std::int32_t>(size);
    m_preChange = AlignedArray<std::int32_t>(paddedSize(m_targets));
    reset();
}

std::size_t PlasticSynapses::rowBegin(std::uint32_t row) const
{
    return dense() ? row * m_stride : m_rowStart[row];
}

std::size_t PlasticSynapses::rowLength(std::uint32_t row) const
{
    return dense() ? m_targets : m_rowStart[row + 1] - m_rowStart[row];
}

std::uint32_t PlasticSynapses::targetOf(std::uint32_t row, std::size_t k) const
{
    return dense() ? static_cast<std::uint32_t>(k) : m_rowTargets[m_rowStart[row] + k];
}

std::int32_t PlasticSynapses::weight(std::size_t position) const
{
    return m_rule.storage == PlasticStorage::Int32 ? m_wide[position] : std::int32_t{m_narrow[position]} << weightShift;
}

void PlasticSynapses::reset()
{
    m_rows.assign(m_sources, {});
    m_postTrace.assign(m_targets, 0);
    m_slowPostTrace.assign(m_targets, 0);
    m_lastSpike.assign(m_targets, -1);
    m_spikesInPeriod.assign(m_rule.scalingPeriod > 0 ? m_targets : 0, 0);
    m_postRead.assign(m_rule.rule == LearningRule::Triplet ? m_targets : 0, 0);
    m_log.clear();
    m_logBegin = 0;
    m_logNeurons.clear();
    m_logSlowTraces.clear();
    m_neuronsBegin = 0;
    m_expiries.clear();
    m_active.clear();
    m_eligibilities.clear();
    const Synapses& s = m_projection.synapses;
    for (std::uint32_t row = 0; row < m_sources; ++row) {
        std::size_t position = rowBegin(row);
        s.forEachOf(row, [&](std::uint32_t, std::size_t k) {
            const std::int32_t units = std::min(s.weightAt(k), m_rule.limit >> weightShift);
            if (m_rule.storage == PlasticStorage::Int32)
                m_wide[position] = units << weightShift;
            else
                m_narrow[position] = static_cast<std::int16_t>(units);
            ++position;
        });
    }
}

void PlasticSynapses::change(std::size_t position, std::int64_t steps, std::int64_t tick, std::uint32_t occasion)
{
    if (m_rule.storage == PlasticStorage::Int32) {
        m_wide[position] =
            static_cast<std::int32_t>(std::clamp<std::int64_t>(m_wide[position] + steps, 0, m_rule.limit));
        return;
    }
    // Random bits, then rounding down: zero steps stay zero, and the mean of many roundings is exact.
    const std::int64_t units = (steps + roundingBits(m_rule.roundingKey, position, tick, occasion)) >> weightShift;
    m_narrow[position] =
        static_cast<std::int16_t>(std::clamp<std::int64_t>(m_narrow[position] + units, 0, m_rule.limit >> weightShift));
}

void PlasticSynapses::changeEligibility(std::size_t position, std::int64_t steps)
{
    m_eligibilities[position] = bounded(m_eligibilities[position] + steps);
}

void PlasticSynapses::activate(std::uint32_t row)
{
    if (m_rows[row].active)
        return;
    m_rows[row].active = true;
    m_active.push_back(row);
}

/// Applies the post spikes of the log from tick number `from` on that fall into the window of the row's trace.
/// `locate` turns a target into its position, or a negative number where the row does not reach it.
template <typename Locate> void PlasticSynapses::applyPostSpikes(const Row& row, std::uint64_t from, Locate locate)
{
    const std::int64_t end = row.lastArrival + m_rule.pre.window();
    for (auto i = static_cast<std::size_t>(from - m_logBegin); i < m_log.size() && m_log[i].tick < end; ++i) {
        const PostSpikes& spikes = m_log[i];
        const std::uint32_t trace = m_rule.pre.read(row.trace, spikes.tick - row.lastArrival);
        const std::int64_t steps = stepsFor(m_rule.potentiation, trace);
        for (std::size_t k = spikes.begin; k < spikes.end; ++k) {
            const std::ptrdiff_t position = locate(m_logNeurons[k - m_neuronsBegin]);
            if (position < 0)
                continue;
            const auto at = static_cast<std::size_t>(position);
            if (m_rule.rule == LearningRule::ThreeFactor) {
                changeEligibility(at, steps);
            } else if (m_rule.rule == LearningRule::Triplet) {
                const std::int64_t slow = stepsFor(m_rule.tripletPotentiation, m_logSlowTraces[k - m_neuronsBegin]);
                change(at, stepsFor(m_rule.potentiation + slow, trace), spikes.tick, onSpike);
            } else {
                change(at, steps, spikes.tick, onSpike);
            }
        }
    }
}

/// applyPostSpikes for the case that matters most: dense rows of 32-bit weights that only grow.
void PlasticSynapses::raiseRow(const Row& row, std::uint64_t from, std::int32_t* weights) const
{
    const std::int64_t end = row.lastArrival + m_rule.pre.window();
    for (auto i = static_cast<std::size_t>(from - m_logBegin); i < m_log.size() && m_log[i].tick < end; ++i) {
        const PostSpikes& spikes = m_log[i];
        const std::uint32_t trace = m_rule.pre.read(row.trace, spikes.tick - row.lastArrival);
        const auto steps =
            static_cast<std::int32_t>(std::min<std::int64_t>(stepsFor(m_rule.potentiation, trace), m_rule.limit));
        const std::int32_t room = m_rule.limit - steps;
        const std::uint32_t* neuron = m_logNeurons.data() + (spikes.begin - m_neuronsBegin);
        const std::uint32_t* last = m_logNeurons.data() + (spikes.end - m_neuronsBegin);
        for (; neuron != last; ++neuron) {
            std::int32_t& weight = weights[*neuron];
            weight = std::min(weight, room) + steps;
        }
    }
}

void PlasticSynapses::settle(std::uint32_t index)
{
    Row& row = m_rows[index];
    const std::uint64_t from = row.settled;
    const std::uint64_t end = m_logBegin + m_log.size();
    row.settled = end;
    if (row.lastArrival < 0 || std::max(from, m_logBegin) >= end)
        return;
    const std::uint64_t first = std::max(from, m_logBegin);
    const auto begin = static_cast<std::ptrdiff_t>(rowBegin(index));
    const bool direct = m_rule.rule == LearningRule::Pair || m_rule.rule == LearningRule::Symmetric;
    if (dense() && direct && m_rule.storage == PlasticStorage::Int32) {
        raiseRow(row, first, m_wide.data() + begin);
        return;
    }
    if (dense()) {
        applyPostSpikes(row, first,
                        [begin](std::uint32_t target) { return begin + static_cast<std::ptrdiff_t>(target); });
        return;
    }
    const std::size_t length = rowLength(index);
    for (std::size_t k = 0; k < length; ++k)
        m_place[targetOf(index, k)] = static_cast<std::uint32_t>(k + 1);
    applyPostSpikes(row, first,
                    [&](std::uint32_t target) { return m_place[target] == 0 ? -1 : begin + m_place[target] - 1; });
    for (std::size_t k = 0; k < length; ++k)
        m_place[targetOf(index, k)] = 0;
}

void PlasticSynapses::settleAll()
{
    for (const Expiry& expiry : m_expiries) // rows without a live trace are settled
        settle(expiry.row);
}

/// Settles rows whose trace has ended, and drops the part of the log that nobody needs any more.
void PlasticSynapses::expire(std::int64_t tick)
{
    const std::int64_t window = m_rule.pre.window();
    while (!m_expiries.empty() && m_expiries.front().tick + window <= tick) {
        const Expiry expiry = m_expiries.front();
        m_expiries.pop_front();
        if (m_rows[expiry.row].lastArrival == expiry.tick)
            settle(expiry.row);
    }
    if (m_logNeurons.size() < logTrimSize)
        return;
    const auto old = std::partition_point(m_log.begin(), m_log.end(),
                                          [&](const PostSpikes& spikes) { return spikes.tick < tick - window; });
    const std::size_t neurons = (old == m_log.begin() ? m_neuronsBegin : std::prev(old)->end) - m_neuronsBegin;
    m_logBegin += static_cast<std::uint64_t>(old - m_log.begin());
    m_neuronsBegin += neurons;
    m_log.erase(m_log.begin(), old);
    m_logNeurons.erase(m_logNeurons.begin(), m_logNeurons.begin() + static_cast<std::ptrdiff_t>(neurons));
    if (!m_logSlowTraces.empty())
        m_logSlowTraces.erase(m_logSlowTraces.begin(), m_logSlowTraces.begin() + static_cast<std::ptrdiff_t>(neurons));
}

void PlasticSynapses::beginTick(std::int64_t tick)
{
    if (m_rule.eligibilityPeriod > 0 && tick > 0 && tick % m_rule.eligibilityPeriod == 0)
        decayEligibilities();
    if (m_rule.scalingPeriod > 0 && tick > 0 && tick % m_rule.scalingPeriod == 0)
        scale(tick);
}

void PlasticSynapses::decayEligibilities()
{
    std::size_t kept = 0;
    for (const std::uint32_t index : m_active) {
        settle(index);
        bool alive = false;
        const std::size_t begin = rowBegin(index);
        for (std::size_t k = begin; k < begin + rowLength(index); ++k) {
            const std::int64_t before = m_eligibilities[k]; // towards zero, so that everything ends
            m_eligibilities[k] = static_cast<std::int32_t>(before * m_rule.eligibilityDecay / (1 << decayShift));
            alive = alive || m_eligibilities[k] != 0;
        }
        m_rows[index].active = alive;
        if (alive)
            m_active[kept++] = index;
    }
    m_active.resize(kept);
    for (const Expiry& expiry : m_expiries) // a live trace may still be paired
        activate(expiry.row);
}

void PlasticSynapses::scale(std::int64_t tick)
{
    settleAll();
    std::vector<std::int64_t> factor(m_targets);
    for (std::uint32_t j = 0; j < m_targets; ++j) {
        const double missing = (m_rule.scalingTarget - m_spikesInPeriod[j]) / m_rule.scalingTarget;
        const double wanted = std::clamp(1 + m_rule.scalingStrength * missing, 0.5, 2.0);
        factor[j] = static_cast<std::int64_t>(std::floor(wanted * 65536 + 0.5));
        m_spikesInPeriod[j] = 0;
    }
    for (std::uint32_t row = 0; row < m_sources; ++row) {
        const std::size_t begin = rowBegin(row);
        for (std::size_t k = 0; k < rowLength(row); ++k) {
            const std::int64_t before = weight(begin + k);
            const std::int64_t after = (before * factor[targetOf(row, k)]) >> 16;
            change(begin + k, after - before, tick, onScaling);
        }
    }
}

/// What an arrival in this tick does to the weight onto each target, and o1 for the triplet rule.
void PlasticSynapses::preparePreChanges(std::int64_t tick)
{
    for (std::uint32_t j = 0; j < m_targets; ++j) {
        const std::uint32_t trace = m_lastSpike[j] < 0 ? 0 : m_rule.post.read(m_postTrace[j], tick - m_lastSpike[j]);
        switch (m_rule.rule) {
        case LearningRule::Pair:
        case LearningRule::ThreeFactor: m_preChange[j] = bounded(-stepsFor(m_rule.depression, trace)); break;
        case LearningRule::Symmetric:
            m_preChange[j] = bounded(stepsFor(m_rule.potentiation, trace) - m_rule.offset);
            break;
        case LearningRule::Triplet: m_postRead[j] = trace; break;
        }
    }
}

std::uint64_t PlasticSynapses::arrive(std::int64_t tick, std::span<const std::uint32_t> sources, std::int32_t* sums)
{
    expire(tick);
    if (sources.empty())
        return 0;
    preparePreChanges(tick);
    std::uint64_t events = 0;
    for (const std::uint32_t source : sources) {
        settle(source);
        serveRow(tick, source, sums);
        events += rowLength(source);
        Row& row = m_rows[source];
        const bool first = row.lastArrival < 0;
        row.trace = raise(first ? 0 : m_rule.pre.read(row.trace, tick - row.lastArrival));
        if (m_rule.rule == LearningRule::Triplet)
            row.slowTrace = raise(first ? 0 : m_rule.slowPre.read(row.slowTrace, tick - row.lastArrival));
        row.lastArrival = tick;
        m_expiries.push_back({tick, source});
        if (m_rule.rule == LearningRule::ThreeFactor)
            activate(source);
    }
    return events;
}

void PlasticSynapses::serveRow(std::int64_t tick, std::uint32_t source, std::int32_t* sums)
{
    const std::size_t begin = rowBegin(source);
    const bool direct = m_rule.rule == LearningRule::Pair || m_rule.rule == LearningRule::Symmetric;
    if (dense() && direct && m_rule.storage == PlasticStorage::Int32) {
        m_kernels.deliverPlastic(m_wide.data() + begin, m_preChange.data(), m_rule.limit, m_targets, sums);
        return;
    }
    const Row& row = m_rows[source];
    std::int64_t tripletFactor = 0;
    if (m_rule.rule == LearningRule::Triplet) {
        const std::uint32_t slow = row.lastArrival < 0 ? 0 : m_rule.slowPre.read(row.slowTrace, tick - row.lastArrival);
        tripletFactor = m_rule.depression + stepsFor(m_rule.tripletDepression, slow);
    }
    const std::size_t length = rowLength(source);
    for (std::size_t k = 0; k < length; ++k) {
        const std::uint32_t target = targetOf(source, k);
        sums[target] += weight(begin + k) >> weightShift;
        if (m_rule.rule == LearningRule::ThreeFactor)
            changeEligibility(begin + k, m_preChange[target]);
        else if (m_rule.rule == LearningRule::Triplet)
            change(begin + k, -stepsFor(tripletFactor, m_postRead[target]), tick, onArrival);
        else
            change(begin + k, m_preChange[target], tick, onArrival);
    }
}

void PlasticSynapses::fire(std::int64_t tick, std::span<const std::uint32_t> targets)
{
    for (const std::uint32_t j : targets) {
        const bool first = m_lastSpike[j] < 0;
        if (m_rule.rule == LearningRule::Triplet) {
            const std::uint32_t slow = first ? 0 : m_rule.slowPost.read(m_slowPostTrace[j], tick - m_lastSpike[j]);
            m_logSlowTraces.push_back(slow);
            m_slowPostTrace[j] = raise(slow);
        }
        m_postTrace[j] = raise(first ? 0 : m_rule.post.read(m_postTrace[j], tick - m_lastSpike[j]));
        m_lastSpike[j] = tick;
        if (!m_spikesInPeriod.empty())
            ++m_spikesInPeriod[j];
    }
    const std::size_t begin = m_neuronsBegin + m_logNeurons.size();
    m_logNeurons.insert(m_logNeurons.end(), targets.begin(), targets.end());
    m_log.push_back({tick, begin, begin + targets.size()});
}

void PlasticSynapses::modulate(std::span<const float> modulation)
{
    for (const std::uint32_t row : m_active) {
        settle(row);
        const std::size_t begin = rowBegin(row);
        for (std::size_t k = 0; k < rowLength(row); ++k) {
            if (m_eligibilities[begin + k] == 0)
                continue;
            const float factor = modulation.size() == 1 ? modulation[0] : modulation[targetOf(row, k)];
            const double strength = std::clamp(m_rule.learningRate * static_cast<double>(factor), -32767.0, 32767.0);
            const auto fixed = static_cast<std::int64_t>(std::floor(strength * 65536 + 0.5));
            const std::int64_t steps = (fixed * m_eligibilities[begin + k]) >> 16;
            change(begin + k, std::clamp<std::int64_t>(steps, -changeLimit, changeLimit), m_rows[row].lastArrival,
                   onModulation);
        }
    }
}

PlasticState PlasticSynapses::state()
{
    settleAll();
    PlasticState out;
    for (std::uint32_t row = 0; row < m_sources; ++row) {
        const std::size_t begin = rowBegin(row);
        for (std::size_t k = 0; k < rowLength(row); ++k) {
            out.weights.push_back(weight(begin + k));
            if (m_rule.rule == LearningRule::ThreeFactor)
                out.eligibilities.push_back(m_eligibilities[begin + k]);
        }
        out.preTrace.push_back(m_rows[row].trace);
        out.lastArrival.push_back(m_rows[row].lastArrival);
        if (m_rule.rule == LearningRule::Triplet)
            out.slowPreTrace.push_back(m_rows[row].slowTrace);
    }
    out.postTrace = m_postTrace;
    out.lastSpike = m_lastSpike;
    if (m_rule.rule == LearningRule::Triplet)
        out.slowPostTrace = m_slowPostTrace;
    out.spikesInPeriod = m_spikesInPeriod;
    return out;
}

void PlasticSynapses::setState(const PlasticState& state)
{
    reset();
    std::size_t next = 0;
    for (std::uint32_t row = 0; row < m_sources; ++row) {
        const std::size_t begin = rowBegin(row);
        bool eligible = false;
        for (std::size_t k = 0; k < rowLength(row); ++k, ++next) {
            if (m_rule.storage == PlasticStorage::Int32)
                m_wide[begin + k] = state.weights[next];
            else
                m_narrow[begin + k] = static_cast<std::int16_t>(state.weights[next] >> weightShift);
            if (m_rule.rule == LearningRule::ThreeFactor) {
                m_eligibilities[begin + k] = state.eligibilities[next];
                eligible = eligible || state.eligibilities[next] != 0;
            }
        }
        m_rows[row].trace = state.preTrace[row];
        m_rows[row].lastArrival = state.lastArrival[row];
        if (m_rule.rule == LearningRule::Triplet)
            m_rows[row].slowTrace = state.slowPreTrace[row];
        if (state.lastArrival[row] >= 0)
            m_expiries.push_back({state.lastArrival[row], row});
        if (eligible || (m_rule.rule == LearningRule::ThreeFactor && state.lastArrival[row] >= 0))
            activate(row);
    }
    std::stable_sort(m_expiries.begin(), m_expiries.end(),
                     [](const Expiry& a, const Expiry& b) { return a.tick < b.tick; });
    m_postTrace = state.postTrace;
    m_lastSpike = state.lastSpike;
    if (m_rule.rule == LearningRule::Triplet)
        m_slowPostTrace = state.slowPostTrace;
    m_spikesInPeriod = state.spikesInPeriod;
}

std::vector<float> PlasticSynapses::weights()
{
    settleAll();
    std::vector<float> out;
    for (std::uint32_t row = 0; row < m_sources; ++row)
        for (std::size_t k = 0; k < rowLength(row); ++k)
            out.push_back(static_cast<float>(weight(rowBegin(row) + k)) / static_cast<float>(1U << weightShift));
    return out;
}

} // namespace bnof::snn
