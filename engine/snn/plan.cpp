// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <new>
#include <numeric>

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

using Receptors = std::array<ReceptorPlan, 2>;

void setDecays(NeuronConstants& c, double excitatoryMs, double inhibitoryMs, double tickMs)
{
    c.excitatoryDecay = static_cast<float>(exactExp(-tickMs / excitatoryMs));
    c.inhibitoryDecay = static_cast<float>(exactExp(-tickMs / inhibitoryMs));
}

NeuronConstants lifConstants(const LifParameters& p, double tickMs, const Receptors& receptors)
{
    const double leak = tickMs / p.membraneTimeConstantMs * relativeGrowth(-tickMs / p.membraneTimeConstantMs);
    NeuronConstants c;
    c.membraneDecay = static_cast<float>(exactExp(-tickMs / p.membraneTimeConstantMs));
    setDecays(c, p.excitatoryTimeConstantMs, p.inhibitoryTimeConstantMs, tickMs);
    c.excitatoryGain = static_cast<float>(currentGain(tickMs, p.membraneTimeConstantMs, p.excitatoryTimeConstantMs) *
                                          receptors[0].unitMv);
    c.inhibitoryGain = static_cast<float>(-currentGain(tickMs, p.membraneTimeConstantMs, p.inhibitoryTimeConstantMs) *
                                          receptors[1].unitMv);
    c.driveGain = static_cast<float>(leak);
    c.restTerm = static_cast<float>(p.restMv * leak);
    c.threshold = static_cast<float>(p.thresholdMv);
    c.reset = static_cast<float>(p.resetMv);
    c.refractory = static_cast<std::int32_t>(roundToTicks(p.refractoryMs, tickMs));
    return c;
}

void setResting(PopulationPlan& plan, const LifParameters& lif)
{
    const auto rest = static_cast<float>(lif.restMv);
    plan.initialMembrane = rest < plan.constants.threshold ? rest : plan.constants.reset;
}

void fill(PopulationPlan& plan, const LifParameters& p, double tickMs)
{
    plan.constants = lifConstants(p, tickMs, plan.receptors);
    setResting(plan, p);
}

void fill(PopulationPlan& plan, const AdaptiveLifParameters& p, double tickMs)
{
    fill(plan, p.lif, tickMs);
    plan.constants.adaptationDecay = static_cast<float>(exactExp(-tickMs / p.adaptationTimeConstantMs));
    plan.constants.adaptationStep = static_cast<float>(p.adaptationStepMv);
}

void fill(PopulationPlan& plan, const ConductanceLifParameters& p, double tickMs)
{
    NeuronConstants& c = plan.constants;
    c = lifConstants(p.lif, tickMs, plan.receptors);
    c.restTerm = static_cast<float>(p.lif.restMv);
    c.excitatoryGain = static_cast<float>(plan.receptors[0].unitMv);
    c.inhibitoryGain = static_cast<float>(plan.receptors[1].unitMv);
    c.excitatoryReversal = static_cast<float>(p.excitatoryReversalMv);
    c.inhibitoryReversal = static_cast<float>(p.inhibitoryReversalMv);
    c.step = static_cast<float>(tickMs / p.lif.membraneTimeConstantMs);
    c.halfStep = static_cast<float>(tickMs / p.lif.membraneTimeConstantMs / 2);
    // The step contracts while z = h (1 + ge + gi) / tau_m < 2; up to 1.5 it does so by 0.625 at least.
    c.conductanceLimit = static_cast<float>((1.5 * p.lif.membraneTimeConstantMs / tickMs - 1) / 2);
    setResting(plan, p.lif);
}

void fill(PopulationPlan& plan, const IzhikevichParameters& p, double tickMs)
{
    NeuronConstants& c = plan.constants;
    setDecays(c, p.excitatoryTimeConstantMs, p.inhibitoryTimeConstantMs, tickMs);
    c.excitatoryGain = static_cast<float>(plan.receptors[0].unitMv);
    c.inhibitoryGain = static_cast<float>(-plan.receptors[1].unitMv);
    c.threshold = static_cast<float>(p.peakMv);
    c.reset = static_cast<float>(p.c);
    c.adaptationStep = static_cast<float>(p.d);
    c.step = static_cast<float>(tickMs * p.a);
    c.halfStep = static_cast<float>(tickMs / 2);
    c.recoverySlope = static_cast<float>(p.b);
    plan.initialMembrane = c.reset;
    plan.initialSecond = static_cast<float>(p.b * p.c);
}

void fill(PopulationPlan& plan, const CounterParameters& p, double)
{
    plan.constants.counterThreshold =
        static_cast<std::int32_t>(std::clamp(std::floor(p.threshold / plan.receptors[0].unitMv + 0.5), 1.0, 0x1p30));
}

void fill(PopulationPlan& plan, const PoissonParameters& p, double tickMs)
{
    plan.initialThreshold = poissonThreshold(p.rateHz, tickMs);
    plan.sampling = p.sampling;
}

void fill(PopulationPlan& plan, const SpikeListParameters& p, double tickMs)
{
    for (std::size_t i = 0; i < p.timesMs.size(); ++i)
        plan.spikes.push_back({p.neurons[i], static_cast<std::uint32_t>(roundToTicks(p.timesMs[i], tickMs))});
    std::sort(plan.spikes.begin(), plan.spikes.end(),
              [](const Spike& a, const Spike& b) { return a.tick != b.tick ? a.tick < b.tick : a.neuron < b.neuron; });
    const auto end = std::unique(plan.spikes.begin(), plan.spikes.end());
    plan.spikes.erase(end, plan.spikes.end()); // a neuron fires once a tick at most
}

std::uint32_t delayTicks(double delayMs, double tickMs)
{
    const auto ticks = static_cast<std::uint32_t>(roundToTicks(delayMs, tickMs));
    return std::clamp<std::uint32_t>(ticks, 1, maximumDelayTicks);
}

PopulationPlan planPopulation(const Network& network, std::size_t index, const std::vector<ReceptorScale>& scales)
{
    const Population& population = network.populations[index];
    PopulationPlan plan;
    plan.kind = static_cast<NeuronKind>(population.model.index());
    plan.size = population.size;
    for (std::size_t r = 0; r < 2; ++r)
        plan.receptors[r].unitMv = scales[2 * index + r].unitMv();
    std::visit([&](const auto& model) { fill(plan, model, network.tickMs); }, population.model);
    return plan;
}

/// Adds to each target the weight units that all its synapses of this projection can deliver together.
void addSums(const ProjectionPlan& projection, std::vector<std::uint64_t>& sums)
{
    const Synapses& s = projection.synapses;
    if (projection.plasticity) {
        const auto limit = static_cast<std::uint64_t>(projection.plasticity->limit >> weightShift);
        s.forEach([&](std::uint32_t, std::uint32_t target, std::size_t) { sums[target] += limit; });
    } else if (s.form == RowForm::Shared) {
        for (std::uint64_t& sum : sums)
            sum += static_cast<std::uint64_t>(s.weight) * s.sources;
    } else {
        s.forEach([&](std::uint32_t, std::uint32_t target, std::size_t k) {
            sums[target] += static_cast<std::uint64_t>(s.weightAt(k));
        });
    }
}

/// The proof that no accumulator overflows: a neuron's synapses on a receptor, all active at once.
Result<void> proveAccumulators(Plan& plan)
{
    std::vector<std::uint64_t> sums;
    for (std::size_t p = 0; p < plan.populations.size(); ++p) {
        PopulationPlan& population = plan.populations[p];
        const std::uint64_t limit = inputLimit(plan.network.populations[p].model);
        for (std::uint32_t r = 0; r < 2; ++r) {
            if (!population.receptors[r].used)
                continue;
            sums.assign(population.size, 0);
            for (const std::uint32_t i : plan.incoming[p]) {
                if (plan.projections[i].receptor != r)
                    continue;
                addSums(plan.projections[i], sums);
                const std::uint64_t largest = *std::max_element(sums.begin(), sums.end());
                population.receptors[r].largestSum = largest;
                if (largest > limit)
                    return accumulatorError("network.projections[" + std::to_string(i) + ']', largest, limit);
            }
        }
    }
    return {};
}

/// Finds receptors whose input is worth counting in bytes: all per-neuron weights are multiples of one, and the sums of
/// a block are so many that four bytes each would not stay in the cache. Elsewhere plain sums are quicker.
void findCountUnits(Plan& plan)
{
    constexpr std::uint32_t cachedBlock = 8192;
    for (std::size_t p = 0; p < plan.populations.size(); ++p) {
        if (std::min(plan.populations[p].blockSize, plan.populations[p].size) <= cachedBlock)
            continue;
        for (std::uint32_t r = 0; r < 2; ++r) {
            ReceptorPlan& receptor = plan.populations[p].receptors[r];
            std::int32_t unit = 0;
            bool constant = true;
            std::uint64_t shared = 0; // counted apart
            for (const std::uint32_t i : plan.incoming[p]) {
                const ProjectionPlan& projection = plan.projections[i];
                const Synapses& s = projection.synapses;
                if (projection.receptor != r)
                    continue;
                if (s.form == RowForm::Shared && !projection.plasticity) {
                    shared += static_cast<std::uint64_t>(s.weight) * s.sources;
                    continue;
                }
                constant = constant && !projection.plasticity && s.weights.empty() && s.smallWeights.empty();
                unit = std::gcd(unit, s.weight);
            }
            constexpr std::uint64_t mostCounts = 255;
            if (constant && unit > 0 && receptor.largestSum - shared <= mostCounts * static_cast<std::uint64_t>(unit))
                receptor.countUnit = unit;
        }
    }
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
    void model(const PoissonParameters& p)
    {
        number(p.rateHz);
        if (p.sampling != PoissonSampling::EveryTick) // networks of the first version keep their digest
            text("intervals");
    }
    void model(const ConductanceLifParameters& p)
    {
        model(p.lif);
        number(p.excitatoryReversalMv);
        number(p.inhibitoryReversalMv);
    }
    void model(const AdaptiveLifParameters& p)
    {
        model(p.lif);
        number(p.adaptationTimeConstantMs);
        number(p.adaptationStepMv);
    }
    void model(const IzhikevichParameters& p)
    {
        for (const double value :
             {p.a, p.b, p.c, p.d, p.peakMv, p.excitatoryTimeConstantMs, p.inhibitoryTimeConstantMs})
            number(value);
    }
    void model(const CounterParameters& p) { number(p.threshold); }
    void model(const SpikeListParameters& p)
    {
        number(std::uint64_t{p.timesMs.size()});
        for (std::size_t i = 0; i < p.timesMs.size(); ++i) {
            number(p.timesMs[i]);
            number(std::uint64_t{p.neurons[i]});
        }
    }
    void rule(const PairStdp& p)
    {
        for (const double value : {p.tauPlusMs, p.tauMinusMs, p.potentiation, p.depression})
            number(value);
    }
    void rule(const TripletStdp& p)
    {
        for (const double value : {p.tauPlusMs, p.tauMinusMs, p.tauXMs, p.tauYMs, p.potentiation, p.depression,
                                   p.tripletPotentiation, p.tripletDepression})
            number(value);
    }
    void rule(const SymmetricStdp& p)
    {
        for (const double value : {p.tauMs, p.amplitude, p.offset})
            number(value);
    }
    void rule(const ThreeFactor& p)
    {
        rule(p.pairing);
        number(p.eligibilityTimeConstantMs);
        number(p.learningRate);
    }
    void plasticity(const Plasticity& p)
    {
        text("plasticity");
        number(std::uint64_t{p.rule.index()});
        std::visit([this](const auto& r) { rule(r); }, p.rule);
        number(p.maximumWeight);
        number(static_cast<std::uint64_t>(p.storage));
        number(std::uint64_t{p.scaling ? 1U : 0U});
        if (p.scaling)
            for (const double value : {p.scaling->targetRateHz, p.scaling->periodMs, p.scaling->strength})
                number(value);
    }
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
        if (projection.precision != Precision::Float32) {
            hash.text("precision");
            hash.number(static_cast<std::uint64_t>(projection.precision));
        }
        if (projection.plasticity)
            hash.plasticity(*projection.plasticity);
    }
    return hash.digest();
}

void planProjection(Plan& plan, std::size_t index, const ReceptorScale& scale)
{
    const Network& network = plan.network;
    const Projection& projection = network.projections[index];
    PopulationPlan& source = plan.populations[projection.source];
    PopulationPlan& target = plan.populations[projection.target];
    ProjectionPlan built;
    built.source = projection.source;
    built.target = projection.target;
    built.receptor = static_cast<std::uint32_t>(projection.receptor);
    built.delay = delayTicks(projection.delayMs, network.tickMs);
    built.synapses = buildSynapses(network, index, scale, target.blockSize);
    plan.synapseCount += built.synapses.count();
    plan.blockTicks = std::min(plan.blockTicks, built.delay);
    source.longestDelay = std::max(source.longestDelay, built.delay);
    ReceptorPlan& receptor = target.receptors[built.receptor];
    receptor.used = true;
    receptor.perNeuron = receptor.perNeuron || projection.plasticity || built.synapses.form != RowForm::Shared;
    if (projection.plasticity) {
        built.plasticity =
            planPlasticity(*projection.plasticity, network.tickMs, receptor.unitMv, static_cast<std::uint32_t>(index));
        target.learns = true;
    } else {
        receptor.slots = std::max(receptor.slots, built.delay);
    }
    plan.incoming[projection.target].push_back(static_cast<std::uint32_t>(index));
    plan.projections.push_back(std::move(built));
}

Result<std::shared_ptr<const Plan>> build(const Network& network)
{
    auto plan = std::make_shared<Plan>();
    plan->network = network;
    plan->digest = networkDigest(network);
    plan->incoming.resize(network.populations.size());
    const std::vector<ReceptorScale> scales = receptorScales(network);
    const std::vector<std::uint32_t> blockSizes = targetBlockSizes(network);
    for (std::size_t i = 0; i < network.populations.size(); ++i) {
        plan->populations.push_back(planPopulation(network, i, scales));
        plan->populations.back().blockSize = blockSizes[i];
    }
    for (std::size_t i = 0; i < network.projections.size(); ++i)
        planProjection(*plan, i, scales[receptorIndex(network.projections[i])]);
    BNOF_TRY(proveAccumulators(*plan));
    findCountUnits(*plan);
    return std::shared_ptr<const Plan>(std::move(plan));
}

} // namespace

double roundToTicks(double timeMs, double tickMs)
{
    return std::floor(timeMs / tickMs + 0.5);
}

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
