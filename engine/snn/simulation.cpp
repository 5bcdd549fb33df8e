// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/simulation.h"

#include <cmath>
#include <new>
#include <numeric>

#include "engine/base/sha256.h"
#include "engine/snn/back_ends.h"

namespace bnof::snn {
namespace {

Error wrongPopulation(std::uint32_t population, const std::string& what, const std::string& remedy)
{
    return makeError(ErrorKind::Usage, what, "population " + std::to_string(population), remedy);
}

/// That `population` exists, takes drives or else rates, and that there is one value a neuron.
Result<void> checkTarget(const Plan& plan, std::uint32_t population, bool drives, std::size_t values)
{
    if (population >= plan.populations.size())
        return wrongPopulation(population, "there is no such population", "Use an index below the population count.");
    const PopulationPlan& target = plan.populations[population];
    const bool takesDrive = !target.isSource() && target.kind != NeuronKind::Counter;
    if (drives && !takesDrive)
        return wrongPopulation(population, "sources and counters take no drive", "Drive a population of neurons.");
    if (!drives && target.kind != NeuronKind::Poisson)
        return wrongPopulation(population, "only Poisson sources have a rate", "Use setDrive for neurons.");
    if (values != target.size)
        return wrongPopulation(population,
                               "it has " + std::to_string(target.size) + " neurons but " + std::to_string(values) +
                                   " values were given",
                               "Give one value a neuron.");
    return {};
}

} // namespace

Simulation::Simulation(std::unique_ptr<BackEnd> backEnd) : m_backEnd(std::move(backEnd)) {}
Simulation::Simulation(Simulation&&) noexcept = default;
Simulation& Simulation::operator=(Simulation&&) noexcept = default;
Simulation::~Simulation() = default;

Result<Simulation> Simulation::create(const Network& network, const SimulationOptions& options)
{
    BNOF_TRY_ASSIGN(std::shared_ptr<const Plan> plan, buildPlan(network));
    return create(std::move(plan), options);
}

Result<Simulation> Simulation::create(std::shared_ptr<const Plan> plan, const SimulationOptions& options)
{
    BNOF_TRY_ASSIGN(std::unique_ptr<BackEnd> backEnd, makeBackEnd(std::move(plan), options));
    return Simulation(std::move(backEnd));
}

Result<void> Simulation::setDrive(std::uint32_t population, std::span<const float> driveMv)
{
    BNOF_TRY(checkTarget(m_backEnd->plan(), population, true, driveMv.size()));
    for (std::size_t i = 0; i < driveMv.size(); ++i)
        if (!(std::fabs(driveMv[i]) <= largestDriveMv))
            return wrongPopulation(population,
                                   "the drive of neuron " + std::to_string(i) + " is not a number from -1e6 to 1e6 mV",
                                   "Give finite drives in mV.");
    m_backEnd->setDrive(population, driveMv);
    return {};
}

Result<void> Simulation::setRates(std::uint32_t population, std::span<const float> rateHz)
{
    const Plan& plan = m_backEnd->plan();
    BNOF_TRY(checkTarget(plan, population, false, rateHz.size()));
    const double tickMs = plan.network.tickMs;
    std::vector<std::uint32_t> thresholds(rateHz.size());
    for (std::size_t i = 0; i < rateHz.size(); ++i) {
        const auto rate = static_cast<double>(rateHz[i]);
        if (!(rate >= 0 && rate * tickMs <= 1000))
            return wrongPopulation(population,
                                   "the rate of neuron " + std::to_string(i) +
                                       " is not a number from zero to one spike a tick",
                                   "Give rates in Hz, at most " + std::to_string(1000 / tickMs) + '.');
        thresholds[i] = poissonThreshold(rate, tickMs);
    }
    m_backEnd->setThresholds(population, thresholds);
    return {};
}

void Simulation::run(std::uint32_t ticks, SpikesByPopulation& spikes)
{
    m_backEnd->run(ticks, spikes);
}
std::uint64_t Simulation::tick() const
{
    return m_backEnd->tick();
}
void Simulation::reset()
{
    m_backEnd->reset(m_backEnd->plan().network.seed);
}
void Simulation::reset(std::uint64_t drawSeed)
{
    m_backEnd->reset(drawSeed);
}

std::vector<std::uint8_t> Simulation::saveState() const
{
    return encodeState(m_backEnd->plan(), m_backEnd->state());
}

Result<void> Simulation::loadState(std::span<const std::uint8_t> state)
{
    try {
        BNOF_TRY_ASSIGN(const NetworkState decoded, decodeState(m_backEnd->plan(), state));
        m_backEnd->setState(decoded);
        return {};
    } catch (const std::bad_alloc&) {
        return makeError(ErrorKind::BadInput, "there is not enough memory to load the state", "simulation state");
    }
}

Result<void> Simulation::adopt(const Simulation& other)
{
    BNOF_TRY_ASSIGN(const NetworkState state,
                    transferState(other.m_backEnd->plan(), m_backEnd->plan(), other.m_backEnd->state()));
    m_backEnd->setState(state);
    return {};
}

std::string Simulation::stateHash() const
{
    return sha256Hex(saveState());
}
std::string Simulation::backEndName() const
{
    return m_backEnd->name();
}
std::string Simulation::backEndReason() const
{
    return m_backEnd->reason();
}
const Network& Simulation::network() const
{
    return m_backEnd->plan().network;
}
std::uint64_t Simulation::synapseCount() const
{
    return m_backEnd->plan().synapseCount;
}
std::uint64_t Simulation::synapticEvents() const
{
    return m_backEnd->activity().synapticEvents();
}
Activity Simulation::activity() const
{
    return m_backEnd->activity();
}

std::uint64_t Activity::synapticEvents() const
{
    return std::accumulate(events.begin(), events.end(), std::uint64_t{0});
}

Result<void> Simulation::modulate(std::uint32_t projection, std::span<const float> modulation)
{
    const Plan& plan = m_backEnd->plan();
    const std::string where = "projection " + std::to_string(projection);
    if (projection >= plan.projections.size())
        return makeError(ErrorKind::Usage, "there is no such projection", where,
                         "Use an index below the number of projections.");
    const ProjectionPlan& target = plan.projections[projection];
    if (!target.plasticity || target.plasticity->rule != LearningRule::ThreeFactor)
        return makeError(ErrorKind::Usage, "its weights do not follow a three-factor rule", where,
                         "Only three-factor plasticity is modulated.");
    if (modulation.size() != 1 && modulation.size() != target.synapses.targets)
        return makeError(ErrorKind::Usage,
                         std::to_string(modulation.size()) + " modulations were given for " +
                             std::to_string(target.synapses.targets) + " targets",
                         where, "Give one for all, or one a target.");
    for (const float value : modulation)
        if (!std::isfinite(value))
            return makeError(ErrorKind::Usage, "a modulation is not a finite number", where, "Give finite numbers.");
    m_backEnd->modulate(projection, modulation);
    return {};
}

std::vector<float> Simulation::membrane(std::uint32_t population) const
{
    const Plan& plan = m_backEnd->plan();
    if (population >= plan.populations.size())
        return {};
    const NetworkState state = m_backEnd->state();
    const PopulationState& found = state.populations[population];
    if (plan.populations[population].kind != NeuronKind::Counter)
        return found.membrane;
    std::vector<float> content;
    for (const std::int32_t units : found.count)
        content.push_back(static_cast<float>(units * plan.populations[population].receptors[0].unitMv));
    return content;
}

std::vector<float> Simulation::weights(std::uint32_t projection) const
{
    const Plan& plan = m_backEnd->plan();
    if (projection >= plan.projections.size())
        return {};
    const ProjectionPlan& shape = plan.projections[projection];
    const double unit = plan.populations[shape.target].receptors[shape.receptor].unitMv;
    std::vector<float> weights;
    if (shape.plasticity) {
        std::size_t index = 0;
        for (std::uint32_t i = 0; i < projection; ++i)
            index += plan.projections[i].plasticity ? 1 : 0;
        const NetworkState state = m_backEnd->state();
        for (const std::int32_t weight : state.learning[index].synapses.weights)
            weights.push_back(static_cast<float>(weight * unit / 65536));
        return weights;
    }
    shape.synapses.forEach([&](std::uint32_t, std::uint32_t, std::size_t k) {
        weights.push_back(static_cast<float>(shape.synapses.weightAt(k) * unit));
    });
    return weights;
}

} // namespace bnof::snn
