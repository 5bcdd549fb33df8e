// SPDX-License-Identifier: GPL-3.0-or-later
// The saved state: "BNOFSNN" and a version byte, the network's digest, the tick, then the populations in
// order, then the plastic projections in order. All numbers are little-endian; floats are IEEE bit patterns. Which
// fields there are, and how long they are, follows from the network.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "engine/snn/backend.h"

namespace bnof::snn {
namespace {

constexpr std::array<std::uint8_t, 8> magic{'B', 'N', 'O', 'F', 'S', 'N', 'N', 1};
/// No run comes near this; beyond it, sums of currents could leave the float range.
constexpr float largestCurrent = 1e30F;
constexpr float largestMembrane = 1e30F;

template <typename T> auto bitsOf(T value)
{
    if constexpr (std::is_same_v<T, float>)
        return std::bit_cast<std::uint32_t>(value);
    else
        return static_cast<std::make_unsigned_t<T>>(value);
}

class Writer {
public:
    template <typename T> void put(T value)
    {
        const auto bits = bitsOf(value);
        for (std::size_t i = 0; i < sizeof bits; ++i)
            m_bytes.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
    }
    template <typename T> void put(const std::vector<T>& values)
    {
        if constexpr (std::endian::native == std::endian::little) {
            const std::size_t at = m_bytes.size();
            m_bytes.resize(at + values.size() * sizeof(T));
            if (!values.empty())
                std::memcpy(m_bytes.data() + at, values.data(), values.size() * sizeof(T));
        } else {
            for (const T value : values)
                put(value);
        }
    }
    template <std::size_t N> void put(const std::array<std::uint8_t, N>& bytes)
    {
        m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
    }
    [[nodiscard]] std::vector<std::uint8_t> take() { return std::move(m_bytes); }

private:
    std::vector<std::uint8_t> m_bytes;
};

/// Reads with bounds; after the first shortage everything reads as zero and ok() is false.
class Reader {
public:
    explicit Reader(std::span<const std::uint8_t> bytes) : m_bytes(bytes) {}

    template <typename T> T get()
    {
        using Bits = decltype(bitsOf(T{}));
        if (m_bytes.size() - m_at < sizeof(T)) {
            m_ok = false;
            m_at = m_bytes.size();
            return T{};
        }
        Bits bits = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i)
            bits = static_cast<Bits>(bits | static_cast<Bits>(Bits{m_bytes[m_at + i]} << (8 * i)));
        m_at += sizeof(T);
        return std::bit_cast<T>(bits);
    }
    /// `count` values; allocates only what the bytes can fill.
    template <typename T> std::vector<T> get(std::size_t count)
    {
        if (m_bytes.size() - m_at < count * sizeof(T)) {
            m_ok = false;
            m_at = m_bytes.size();
            return {};
        }
        std::vector<T> values(count);
        for (T& value : values)
            value = get<T>();
        return values;
    }
    [[nodiscard]] bool matches(std::span<const std::uint8_t> expected)
    {
        for (const std::uint8_t byte : expected)
            if (get<std::uint8_t>() != byte)
                return false;
        return true;
    }
    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] std::size_t position() const { return m_at; }
    [[nodiscard]] bool atEnd() const { return m_at == m_bytes.size(); }

private:
    std::span<const std::uint8_t> m_bytes;
    std::size_t m_at = 0;
    bool m_ok = true;
};

Error refuse(std::string what, std::string where = "simulation state")
{
    return makeError(ErrorKind::BadInput, std::move(what), std::move(where),
                     "Use a state that was saved by a simulation of this same network.");
}

template <typename T, typename Legal>
Result<void> checkAll(const std::vector<T>& values, const std::string& where, Legal legal)
{
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!legal(values[i]))
            return refuse("a value is outside its range", where + '[' + std::to_string(i) + ']');
    return {};
}

Result<void> readReceptor(Reader& in, const ReceptorPlan& receptor, std::size_t size, bool hasCurrent,
                          PopulationState& out, std::size_t r, const std::string& where)
{
    if (!receptor.used)
        return {};
    const auto limit = static_cast<std::int32_t>(receptor.largestSum);
    const auto legal = [limit](std::int32_t sum) { return sum >= 0 && sum <= limit; };
    if (hasCurrent)
        out.current[r] = in.get<float>(size);
    BNOF_TRY(checkAll(out.current[r], where + ".current", [](float value) {
        return std::bit_cast<std::uint32_t>(value) == 0 || (value >= currentFloor && value <= largestCurrent);
    }));
    out.shared[r] = in.get<std::int32_t>(receptor.slots);
    BNOF_TRY(checkAll(out.shared[r], where + ".shared", legal));
    if (!receptor.perNeuron)
        return {};
    out.perNeuron[r].resize(receptor.slots);
    for (std::size_t k = 0; k < receptor.slots; ++k) {
        auto& slot = out.perNeuron[r][k];
        const auto present = in.get<std::uint8_t>();
        if (present > 1)
            return refuse("a mark is neither 0 nor 1", where + ".ring");
        if (present == 1) {
            slot = in.get<std::int32_t>(size);
            const std::int32_t shared = out.shared[r][k];
            const std::int32_t unit = std::max(receptor.countUnit, 1);
            BNOF_TRY(checkAll(slot, where + ".ring", [&](std::int32_t sum) {
                return legal(sum) && sum <= limit - shared && sum % unit == 0 &&
                       (receptor.countUnit == 0 || sum / unit <= 255);
            }));
        }
    }
    return {};
}

Result<void> readPoisson(Reader& in, const PopulationPlan& plan, std::uint64_t tick, PopulationState& out,
                         const std::string& where)
{
    out.thresholds = in.get<std::uint32_t>(plan.size);
    if (plan.sampling != PoissonSampling::Intervals)
        return {};
    out.nextSpike = in.get<std::uint64_t>(plan.size);
    out.draws = in.get<std::uint32_t>(plan.size);
    return checkAll(out.nextSpike, where + ".next_spike", [tick](std::uint64_t next) { return next >= tick; });
}

Result<PopulationState> readPopulation(Reader& in, const PopulationPlan& plan, std::uint64_t tick,
                                       const std::string& where)
{
    PopulationState out;
    const bool counts = plan.kind == NeuronKind::Counter;
    const auto finite = [](float value) { return std::fabs(value) <= largestMembrane; }; // refuses NaN too
    if (plan.kind == NeuronKind::Poisson)
        BNOF_TRY(readPoisson(in, plan, tick, out, where));
    if (plan.isSource())
        return out;
    if (counts) {
        out.count = in.get<std::int32_t>(plan.size);
        BNOF_TRY(checkAll(out.count, where + ".count", [](std::int32_t n) { return n >= 0 && n <= counterLimit; }));
    } else {
        out.membrane = in.get<float>(plan.size);
        BNOF_TRY(checkAll(out.membrane, where + ".membrane", finite));
        if (plan.kind != NeuronKind::Izhikevich)
            out.refractory = in.get<std::uint16_t>(plan.size);
        BNOF_TRY(checkAll(out.refractory, where + ".refractory",
                          [&](std::uint16_t ticks) { return ticks <= plan.constants.refractory; }));
        out.drive = in.get<float>(plan.size);
        BNOF_TRY(checkAll(out.drive, where + ".drive", [](float value) {
            return std::fabs(value) <= largestDriveMv && std::bit_cast<std::uint32_t>(value) != 0x80000000U;
        }));
        if (plan.kind == NeuronKind::AdaptiveLif || plan.kind == NeuronKind::Izhikevich)
            out.second = in.get<float>(plan.size);
        BNOF_TRY(checkAll(out.second, where + ".second", finite));
    }
    BNOF_TRY(readReceptor(in, plan.receptors[0], plan.size, !counts, out, 0, where + ".excitatory"));
    BNOF_TRY(readReceptor(in, plan.receptors[1], plan.size, !counts, out, 1, where + ".inhibitory"));
    return out;
}

void putLearning(Writer& out, const LearningState& state)
{
    const PlasticState& s = state.synapses;
    out.put(static_cast<std::uint64_t>(s.weights.size()));
    out.put(s.weights);
    out.put(s.eligibilities);
    out.put(s.preTrace);
    out.put(s.slowPreTrace);
    out.put(s.lastArrival);
    out.put(s.postTrace);
    out.put(s.slowPostTrace);
    out.put(s.lastSpike);
    out.put(s.spikesInPeriod);
    for (const auto& fired : state.arriving) {
        out.put(static_cast<std::uint32_t>(fired.size()));
        out.put(fired);
    }
}

Result<void> checkTimes(const std::vector<std::int64_t>& times, std::uint64_t tick, const std::string& where)
{
    return checkAll(times, where,
                    [tick](std::int64_t time) { return time >= -1 && time < static_cast<std::int64_t>(tick); });
}

Result<LearningState> readLearning(Reader& in, const ProjectionPlan& plan, std::uint64_t tick, const std::string& where)
{
    LearningState out;
    PlasticState& s = out.synapses;
    const PlasticityPlan& rule = *plan.plasticity;
    const std::uint64_t synapses = plan.synapses.count();
    const std::uint32_t sources = plan.synapses.sources;
    const std::uint32_t targets = plan.synapses.targets;
    const bool triplet = rule.rule == LearningRule::Triplet;
    if (in.get<std::uint64_t>() != synapses)
        return refuse("the number of weights is not that of the network", where);
    s.weights = in.get<std::int32_t>(synapses);
    BNOF_TRY(checkAll(s.weights, where + ".weights", [&](std::int32_t w) {
        return w >= 0 && w <= rule.limit && (rule.storage == PlasticStorage::Int32 || (w & 0xFFFF) == 0);
    }));
    if (rule.rule == LearningRule::ThreeFactor)
        s.eligibilities = in.get<std::int32_t>(synapses);
    BNOF_TRY(checkAll(s.eligibilities, where + ".eligibilities",
                      [](std::int32_t e) { return e >= -changeLimit && e <= changeLimit; }));
    const auto legalTrace = [](std::uint32_t trace) { return trace <= traceLimit; };
    s.preTrace = in.get<std::uint32_t>(sources);
    s.slowPreTrace = in.get<std::uint32_t>(triplet ? sources : 0);
    s.lastArrival = in.get<std::int64_t>(sources);
    s.postTrace = in.get<std::uint32_t>(targets);
    s.slowPostTrace = in.get<std::uint32_t>(triplet ? targets : 0);
    s.lastSpike = in.get<std::int64_t>(targets);
    for (const auto* trace : {&s.preTrace, &s.slowPreTrace, &s.postTrace, &s.slowPostTrace})
        BNOF_TRY(checkAll(*trace, where + ".trace", legalTrace));
    BNOF_TRY(checkTimes(s.lastArrival, tick, where + ".last_arrival"));
    BNOF_TRY(checkTimes(s.lastSpike, tick, where + ".last_spike"));
    s.spikesInPeriod = in.get<std::uint32_t>(rule.scalingPeriod > 0 ? targets : 0);
    for (std::uint32_t k = 0; k < plan.delay && in.ok(); ++k) {
        const auto count = in.get<std::uint32_t>();
        if (count > sources)
            return refuse("more neurons fired than there are", where + ".arriving");
        std::vector<std::uint32_t> fired = in.get<std::uint32_t>(count);
        for (std::size_t i = 0; i < fired.size(); ++i)
            if (fired[i] >= sources || (i > 0 && fired[i] <= fired[i - 1]))
                return refuse("the neurons that fired are not in ascending order", where + ".arriving");
        if (count > 0 && tick + k < plan.delay)
            return refuse("a spike comes from before the first tick", where + ".arriving");
        out.arriving.push_back(std::move(fired));
    }
    return out;
}

} // namespace

std::vector<std::uint8_t> encodeState(const Plan& plan, const NetworkState& state)
{
    Writer out;
    out.put(magic);
    out.put(plan.digest);
    out.put(state.tick);
    for (const PopulationState& population : state.populations) {
        out.put(population.thresholds);
        out.put(population.nextSpike);
        out.put(population.draws);
        out.put(population.count);
        out.put(population.membrane);
        out.put(population.refractory);
        out.put(population.drive);
        out.put(population.second);
        for (std::size_t r = 0; r < 2; ++r) {
            out.put(population.current[r]);
            out.put(population.shared[r]);
            for (const auto& slot : population.perNeuron[r]) {
                out.put(static_cast<std::uint8_t>(slot.empty() ? 0 : 1));
                out.put(slot);
            }
        }
    }
    for (const LearningState& learning : state.learning)
        putLearning(out, learning);
    return out.take();
}

Result<NetworkState> decodeState(const Plan& plan, std::span<const std::uint8_t> bytes)
{
    Reader in(bytes);
    if (!in.matches(std::span(magic).first(7)))
        return refuse("these bytes are not a saved simulation state");
    if (const auto version = in.get<std::uint8_t>(); version != magic[7])
        return refuse("the state has version " + std::to_string(version) + ", which this program cannot read");
    if (!in.matches(plan.digest))
        return refuse("the state belongs to another network");
    NetworkState state;
    state.tick = in.get<std::uint64_t>();
    for (std::size_t i = 0; i < plan.populations.size() && in.ok(); ++i) {
        const std::string where = "simulation state, population \"" + plan.network.populations[i].name + '"';
        BNOF_TRY_ASSIGN(PopulationState population, readPopulation(in, plan.populations[i], state.tick, where));
        state.populations.push_back(std::move(population));
    }
    for (std::size_t i = 0; i < plan.projections.size() && in.ok(); ++i) {
        if (!plan.projections[i].plasticity)
            continue;
        const std::string where = "simulation state, projection " + std::to_string(i);
        BNOF_TRY_ASSIGN(LearningState learning, readLearning(in, plan.projections[i], state.tick, where));
        state.learning.push_back(std::move(learning));
    }
    if (!in.ok())
        return refuse("the state ends early, after " + std::to_string(bytes.size()) + " bytes");
    if (!in.atEnd())
        return refuse(std::to_string(bytes.size() - in.position()) + " bytes too many follow the state");
    return state;
}

} // namespace bnof::snn
