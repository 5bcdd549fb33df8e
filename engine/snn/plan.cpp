// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <new>

#include "engine/base/exact_math.h"
#include "engine/snn/quantise.h"

namespace bnof::snn {
namespace {

/// (e^x - 1) / x, also where x is near 0.
double relativeGrowth(double x)
{
    if (x > -0.05 && x < 0.05) {
        double sum = 1;
        for (int n = 12; n >= 2; --n)
            sum = 1 + sum * x / n;
        return sum;
    }
    return (exactExp(x) - 1) / x;
}

/// Membrane change after one tick for a unit of synaptic current at its start: the exact solution of
/// tau_m dV/dt = -V + I, tau_s dI/dt = -I (Rotter & Diesmann 1999), written so that tau_s = tau_m is no
/// special case.
double currentGain(double tickMs, double membraneMs, double synapseMs)
{
    const double x = tickMs * (1 / membraneMs - 1 / synapseMs);
    return tickMs / membraneMs * exactExp(-tickMs / membraneMs) * relativeGrowth(x);
}

LifConstants lifConstants(const LifParameters& p, double tickMs, const std::array<ReceptorPlan, 2>& receptors)
{
    const double decay = exactExp(-tickMs / p.membraneTimeConstantMs);
    const double leak = tickMs / p.membraneTimeConstantMs * relativeGrowth(-tickMs / p.membraneTimeConstantMs);
    LifConstants c;
    c.membraneDecay = static_cast<float>(decay);
    c.excitatoryDecay = static_cast<float>(exactExp(-tickMs / p.excitatoryTimeConstantMs));
    c.inhibitoryDecay = static_cast<float>(exactExp(-tickMs / p.inhibitoryTimeConstantMs));
    c.excitatoryGain = static_cast<float>(currentGain(tickMs, p.membraneTimeConstantMs, p.excitatoryTimeConstantMs) *
                                          receptors[0].unitMv);
    c.inhibitoryGain = static_cast<float>(-currentGain(tickMs, p.membraneTimeConstantMs, p.inhibitoryTimeConstantMs) *
                                          receptors[1].unitMv);
    c.driveGain = static_cast<float>(leak);
    c.restTerm = static_cast<float>(p.restMv * leak);
    c.threshold = static_cast<float>(p.thresholdMv);
    c.reset = static_cast<float>(p.resetMv);
    c.refractory = static_cast<std::int32_t>(std::floor(p.refractoryMs / tickMs + 0.5));
    return c;
}

std::uint32_t delayTicks(double delayMs, double tickMs)
{
    const auto ticks = static_cast<std::uint32_t>(std::floor(delayMs / tickMs + 0.5));
    return std::clamp<std::uint32_t>(ticks, 1, maximumDelayTicks);
}

PopulationPlan planPopulation(const Network& network, std::size_t index, const std::vector<ReceptorScale>& scales)
{
    const Population& population = network.populations[index];
    PopulationPlan plan;
    plan.size = population.size;
    for (std::size_t r = 0; r < 2; ++r)
        plan.receptors[r].unitMv = scales[2 * index + r].unitMv();
    if (const auto* lif = std::get_if<LifParameters>(&population.model)) {
        plan.constants = lifConstants(*lif, network.tickMs, plan.receptors);
        const auto rest = static_cast<float>(lif->restMv);
        plan.initialMembrane = rest < plan.constants.threshold ? rest : plan.constants.reset;
    } else {
        plan.lif = false;
        plan.initialThreshold = poissonThreshold(std::get<PoissonParameters>(population.model).rateHz, network.tickMs);
    }
    return plan;
}

/// The proof that no accumulator overflows: a neuron's synapses on a receptor, all active at once.
Result<void> proveAccumulators(Plan& plan)
{
    std::vector<std::vector<std::size_t>> ending(plan.populations.size() * 2); // projections by receptor
    for (std::size_t i = 0; i < plan.projections.size(); ++i)
        ending[std::size_t{plan.projections[i].target} * 2 + plan.projections[i].receptor].push_back(i);
    std::vector<std::uint64_t> sums;
    for (std::size_t r = 0; r < ending.size(); ++r) {
        PopulationPlan& population = plan.populations[r / 2];
        sums.assign(ending[r].empty() ? 0 : population.size, 0);
        for (const std::size_t i : ending[r]) {
            plan.projections[i].synapses.addSums(sums);
            const std::uint64_t largest = *std::max_element(sums.begin(), sums.end());
            population.receptors[r % 2].largestSum = largest;
            if (largest > accumulatorLimit)
                return accumulatorError("network.projections[" + std::to_string(i) + ']', largest);
        }
    }
    return {};
}

/// Feeds a network into a digest in a fixed binary form.
class NetworkDigest {
public:
    void number(std::uint64_t value)
    {
        std::array<std::uint8_t, 8> bytes{};
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
        m_hash.update(bytes);
    }
    void number(double value) { number(std::bit_cast<std::uint64_t>(value)); }
    void text(const std::string& value)
    {
        number(std::uint64_t{value.size()});
        m_hash.update(value);
    }
    void model(const LifParameters& p)
    {
        for (const double value : {p.membraneTimeConstantMs, p.restMv, p.thresholdMv, p.resetMv, p.refractoryMs,
                                   p.excitatoryTimeConstantMs, p.inhibitoryTimeConstantMs})
            number(value);
    }
    void model(const PoissonParameters& p) { number(p.rateHz); }
    void rule(const OneToOne&) {}
    void rule(const AllToAll&) {}
    void rule(const FixedProbability& rule) { number(rule.probability); }
    void rule(const FixedInDegree& rule) { number(std::uint64_t{rule.inDegree}); }
    void rule(const ExplicitList& list)
    {
        number(std::uint64_t{list.sources.size()});
        for (std::size_t i = 0; i < list.sources.size(); ++i)
            number(std::uint64_t{list.sources[i]} << 32 | list.targets[i]);
        number(std::uint64_t{list.weights.size()});
        for (const float weight : list.weights)
            number(std::uint64_t{std::bit_cast<std::uint32_t>(weight)});
    }
    [[nodiscard]] Sha256Digest digest() const { return m_hash.digest(); }

private:
    Sha256 m_hash;
};

Sha256Digest networkDigest(const Network& network)
{
    NetworkDigest hash;
    hash.text("bnof-network 1");
    hash.text(network.name);
    hash.number(network.tickMs);
    hash.number(network.seed);
    hash.number(std::uint64_t{network.populations.size()});
    for (const Population& population : network.populations) {
        hash.text(population.name);
        hash.number(std::uint64_t{population.size});
        hash.number(std::uint64_t{population.model.index()});
        std::visit([&](const auto& model) { hash.model(model); }, population.model);
    }
    hash.number(std::uint64_t{network.projections.size()});
    for (const Projection& projection : network.projections) {
        hash.text(projection.name);
        hash.number(std::uint64_t{projection.source});
        hash.number(std::uint64_t{projection.target});
        hash.number(static_cast<std::uint64_t>(projection.receptor));
        hash.number(projection.weight);
        hash.number(projection.delayMs);
        hash.number(std::uint64_t{projection.connectivity.index()});
        std::visit([&](const auto& rule) { hash.rule(rule); }, projection.connectivity);
    }
    return hash.digest();
}

Result<std::shared_ptr<const Plan>> build(const Network& network)
{
    auto plan = std::make_shared<Plan>();
    plan->network = network;
    plan->digest = networkDigest(network);
    const std::vector<ReceptorScale> scales = receptorScales(network);
    for (std::size_t i = 0; i < network.populations.size(); ++i)
        plan->populations.push_back(planPopulation(network, i, scales));
    for (std::size_t i = 0; i < network.projections.size(); ++i) {
        const Projection& projection = network.projections[i];
        ProjectionPlan built;
        built.source = projection.source;
        built.target = projection.target;
        built.receptor = static_cast<std::uint32_t>(projection.receptor);
        built.delay = delayTicks(projection.delayMs, network.tickMs);
        built.synapses = buildSynapses(network, i, scales[receptorIndex(projection)]);
        plan->synapseCount += built.synapses.count();
        ReceptorPlan& receptor = plan->populations[built.target].receptors[built.receptor];
        receptor.slots = std::max(receptor.slots, built.delay);
        receptor.perNeuron = receptor.perNeuron || built.synapses.form != RowForm::Shared;
        plan->projections.push_back(std::move(built));
    }
    BNOF_TRY(proveAccumulators(*plan));
    return std::shared_ptr<const Plan>(std::move(plan));
}

} // namespace

std::uint32_t poissonThreshold(double rateHz, double tickMs)
{
    const double scaled = std::floor(rateHz * tickMs / 1000 * 0x1p32 + 0.5);
    return static_cast<std::uint32_t>(std::clamp(scaled, 0.0, 4294967295.0));
}

Result<std::shared_ptr<const Plan>> buildPlan(const Network& network)
{
    BNOF_TRY(validate(network));
    try {
        return build(network);
    } catch (const std::bad_alloc&) {
        return makeError(ErrorKind::BadInput, "there is not enough memory to build the network", "network",
                         "Lower the sizes or the connectivity, or use a machine with more memory.");
    }
}

} // namespace bnof::snn
