// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/surrogate_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/base/exact_math.h"
#include "engine/compute/half.h"

namespace bnof::snn {
namespace {

constexpr std::uint32_t longestPresentation = 1U << 24; // ticks
/// The simulator's floor of a current, in weight units.
constexpr double floorUnits = 0x1p-40;

Error refuse(std::string where, std::string what, std::string remedy)
{
    return makeError(ErrorKind::BadInput, std::move(what), std::move(where), std::move(remedy));
}

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

/// Membrane change after a tick for a unit of current at its start (Rotter & Diesmann 1999).
double currentGain(double tickMs, double membraneMs, double synapseMs)
{
    const double x = tickMs * (1 / membraneMs - 1 / synapseMs);
    return tickMs / membraneMs * exactExp(-tickMs / membraneMs) * relativeGrowth(x);
}

/// The simulator's constants: computed in double precision and rounded once.
SurrogateConstants<float> lifConstants(const LifParameters& p, double tickMs, double widthShare)
{
    const double leak = tickMs / p.membraneTimeConstantMs * relativeGrowth(-tickMs / p.membraneTimeConstantMs);
    SurrogateConstants<float> c;
    c.membraneDecay = static_cast<float>(exactExp(-tickMs / p.membraneTimeConstantMs));
    c.decay[0] = static_cast<float>(exactExp(-tickMs / p.excitatoryTimeConstantMs));
    c.decay[1] = static_cast<float>(exactExp(-tickMs / p.inhibitoryTimeConstantMs));
    c.gain[0] = static_cast<float>(currentGain(tickMs, p.membraneTimeConstantMs, p.excitatoryTimeConstantMs));
    c.gain[1] = static_cast<float>(-currentGain(tickMs, p.membraneTimeConstantMs, p.inhibitoryTimeConstantMs));
    c.driveGain = static_cast<float>(leak);
    c.restTerm = static_cast<float>(p.restMv * leak);
    c.threshold = static_cast<float>(p.thresholdMv);
    c.reset = static_cast<float>(p.resetMv);
    c.refractory = static_cast<std::int32_t>(std::floor(p.refractoryMs / tickMs + 0.5));
    const double distance = p.thresholdMv - std::max(p.restMv, p.resetMv);
    // A neuron that fires at rest has no distance of its own; its reset gives one.
    c.inverseWidth = static_cast<float>(1 / (widthShare * (distance > 0 ? distance : p.thresholdMv - p.resetMv)));
    return c;
}

Result<SurrogatePopulation> buildPopulation(const Network& network, std::size_t index, const SurrogateOptions& options)
{
    const Population& population = network.populations[index];
    SurrogatePopulation built;
    built.size = population.size;
    if (const auto* lif = std::get_if<LifParameters>(&population.model)) {
        built.lif = true;
        built.constants = lifConstants(*lif, network.tickMs, options.width);
        built.rest = static_cast<float>(lif->restMv);
        built.initialMembrane = built.rest < built.constants.threshold ? built.rest : built.constants.reset;
    }
    for (std::size_t i = 0; i < network.projections.size(); ++i) {
        const Projection& projection = network.projections[i];
        if (projection.source == index)
            built.outgoing.push_back(static_cast<std::uint32_t>(i));
        if (projection.target == index && !built.lif)
            return refuse("network.populations[" + std::to_string(index) + "].model",
                          "surrogate training knows LIF neurons and sources, and \"" + population.name +
                              "\" is neither",
                          "Use current-based LIF populations between the sources and the output.");
    }
    return built;
}

/// Orders the synapses of a list and finds out whether they are a full matrix.
void orderSynapses(const ExplicitList& list, double constant, SurrogateProjection& out)
{
    std::vector<std::size_t> order(list.sources.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return list.sources[a] != list.sources[b] ? list.sources[a] < list.sources[b]
                                                  : list.targets[a] < list.targets[b];
    });
    out.rowStart.assign(std::size_t{out.sources} + 1, 0);
    for (const std::size_t k : order) {
        ++out.rowStart[list.sources[k] + 1];
        out.columns.push_back(list.targets[k]);
        out.initial.push_back(list.weights.empty() ? static_cast<float>(constant) : list.weights[k]);
    }
    std::partial_sum(out.rowStart.begin(), out.rowStart.end(), out.rowStart.begin());
    out.dense = out.columns.size() == std::size_t{out.sources} * out.targets;
    for (std::size_t k = 0; k < out.columns.size() && out.dense; ++k)
        out.dense = out.columns[k] == k % out.targets && (out.columns[k] != 0 || out.rowStart[k / out.targets] == k);
}

Result<SurrogateProjection> buildProjection(const Network& network, std::size_t index)
{
    const Projection& projection = network.projections[index];
    if (projection.plasticity)
        return refuse("network.projections[" + std::to_string(index) + "].plasticity",
                      "surrogate training does not run plasticity rules",
                      "Train without the rule and add it to the trained network.");
    SurrogateProjection built;
    built.source = projection.source;
    built.target = projection.target;
    built.receptor = static_cast<std::uint32_t>(projection.receptor);
    built.delay =
        static_cast<std::uint32_t>(std::clamp(std::floor(projection.delayMs / network.tickMs + 0.5), 1.0, 255.0));
    built.sources = network.populations[projection.source].size;
    built.targets = network.populations[projection.target].size;
    ExplicitList all;
    if (const auto* list = std::get_if<ExplicitList>(&projection.connectivity)) {
        orderSynapses(*list, projection.weight, built);
        return built;
    }
    if (std::holds_alternative<OneToOne>(projection.connectivity)) {
        for (std::uint32_t i = 0; i < built.sources; ++i) {
            all.sources.push_back(i);
            all.targets.push_back(i);
        }
    } else if (std::holds_alternative<AllToAll>(projection.connectivity)) {
        for (std::uint32_t i = 0; i < built.sources; ++i)
            for (std::uint32_t k = 0; k < built.targets; ++k) {
                all.sources.push_back(i);
                all.targets.push_back(k);
            }
    } else {
        return refuse("network.projections[" + std::to_string(index) + "].connectivity",
                      "a random rule is drawn by the simulator, so training does not know its synapses",
                      "Write the drawn synapses into the network as an explicit list.");
    }
    orderSynapses(all, projection.weight, built);
    return built;
}

Result<void> checkNumber(const char* where, double value, double low, double high)
{
    if (value >= low && value <= high)
        return {};
    return refuse(std::string("options.") + where, "the value " + Json(value).dump() + " is out of range",
                  "Give a number from " + Json(low).dump() + " to " + Json(high).dump() + '.');
}

Result<void> checkOptions(const Network& network, const SurrogateOptions& o)
{
    BNOF_TRY(checkNumber("width", o.width, 1e-6, 1e6));
    BNOF_TRY(checkNumber("logitScale", o.logitScale, 1e-9, 1e9));
    BNOF_TRY(checkNumber("learningRate", o.learningRate, 0, 1e6));
    BNOF_TRY(checkNumber("learningRateDecay", o.learningRateDecay, 0, 1));
    BNOF_TRY(checkNumber("clipNorm", o.clipNorm, 1e-12, 1e30));
    const bool half = o.weights == TrainingWeights::Half;
    BNOF_TRY(checkNumber("largestWeightMv", o.largestWeightMv, 1e-6, half ? double{compute::largestHalf} : 1e6));
    BNOF_TRY(checkNumber("batch", o.batch, 1, 1e6));
    BNOF_TRY(checkNumber("epochs", o.epochs, 0, 1e6));
    BNOF_TRY(checkNumber("threads", o.threads, 0, 4096));
    BNOF_TRY(checkNumber("reductionGroups", o.reductionGroups, 1, 4096));
    if (o.output >= network.populations.size() ||
        !std::holds_alternative<LifParameters>(network.populations[o.output].model))
        return refuse("options.output", "the output is not a LIF population of the network",
                      "Give the index of the population that is scored.");
    return {};
}

Result<void> addBlock(SurrogateModel& model, std::uint32_t projection, std::int32_t inhibitory, const std::string& path)
{
    const auto claim = [&](std::size_t index) -> Result<void> {
        if (index >= model.projections.size())
            return refuse(path, "the projection does not exist", "Name an existing projection.");
        if (model.projections[index].trained)
            return refuse(path, "the projection is named twice", "Train each projection once, alone or in a pair.");
        model.projections[index].trained = true;
        return {};
    };
    BNOF_TRY(claim(projection));
    if (inhibitory >= 0) {
        BNOF_TRY(claim(static_cast<std::size_t>(inhibitory)));
        const SurrogateProjection& a = model.projections[projection];
        const SurrogateProjection& b = model.projections[static_cast<std::size_t>(inhibitory)];
        if (a.receptor != 0 || b.receptor != 1)
            return refuse(path, "the pair does not name the excitatory and then the inhibitory projection",
                          "Give the two in that order.");
        if (a.source != b.source || a.target != b.target || a.rowStart != b.rowStart || a.columns != b.columns)
            return refuse(path, "the two projections of the pair do not name the same synapses",
                          "Make the pair with addSignedProjection, which keeps zero weights.");
    }
    const std::size_t count = model.projections[projection].columns.size();
    model.blocks.push_back({projection, inhibitory, model.parameterCount, count});
    model.parameterCount += count;
    return {};
}

/// One weight unit of each receptor, mV: the simulator's scale 2^ceil(log2(largest weight / 32767)), at least 2^-60.
double receptorUnit(double largest)
{
    if (largest <= 0)
        return 1;
    int exponent = std::max(-60, std::ilogb(largest) - 15);
    while (std::ldexp(32767.0, exponent) < largest)
        ++exponent;
    return std::ldexp(1.0, exponent);
}

template <typename Real>
std::vector<std::array<double, 2>> receptorUnits(const SurrogateModel& model, const SurrogateWeights<Real>& weights)
{
    std::vector<std::array<double, 2>> largest(model.populations.size(), {0, 0});
    for (std::size_t i = 0; i < model.projections.size(); ++i) {
        const SurrogateProjection& projection = model.projections[i];
        double& top = largest[projection.target][projection.receptor];
        if (projection.columns.empty())
            top = std::max(top, model.network.projections[i].weight);
        for (const Real w : weights.forward[i])
            top = std::max(top, static_cast<double>(w));
    }
    for (auto& pair : largest)
        pair = {receptorUnit(pair[0]), receptorUnit(pair[1])};
    return largest;
}

template <typename Real>
SurrogateConstants<Real> converted(const SurrogateConstants<float>& c, const std::array<double, 2>& unit)
{
    SurrogateConstants<Real> out;
    out.membraneDecay = c.membraneDecay;
    for (int r = 0; r < 2; ++r) {
        out.decay[r] = c.decay[r];
        out.gain[r] = c.gain[r];
        out.floor[r] = static_cast<Real>(unit[static_cast<std::size_t>(r)] * floorUnits);
    }
    out.driveGain = c.driveGain;
    out.restTerm = c.restTerm;
    out.threshold = c.threshold;
    out.reset = c.reset;
    out.inverseWidth = c.inverseWidth;
    out.refractory = c.refractory;
    return out;
}

/// The parameters spread over the synapses of their projections, unrounded.
template <typename Real>
void spread(const SurrogateModel& model, std::span<const Real> parameters, SurrogateWeights<Real>& weights)
{
    weights.forward.resize(model.projections.size());
    for (std::size_t i = 0; i < model.projections.size(); ++i)
        if (!model.projections[i].trained)
            weights.forward[i].assign(model.projections[i].initial.begin(), model.projections[i].initial.end());
    for (const SurrogateBlock& block : model.blocks) {
        const std::span<const Real> part = parameters.subspan(block.offset, block.count);
        std::vector<Real>& positive = weights.forward[block.projection];
        positive.assign(part.begin(), part.end());
        if (block.inhibitory < 0)
            continue;
        std::vector<Real>& negative = weights.forward[static_cast<std::size_t>(block.inhibitory)];
        negative.resize(block.count);
        for (std::size_t k = 0; k < block.count; ++k) {
            positive[k] = part[k] > 0 ? part[k] : Real{0};
            negative[k] = part[k] < 0 ? -part[k] : Real{0};
        }
    }
}

/// Rounds weights as the simulator does when it builds the projection: to whole units of the receptor, after binary16
/// or before a byte with a power-of-two scale of its own where the projection asks for that precision.
void roundToGrid(const Projection& projection, double unit, std::vector<float>& weights)
{
    if (weights.empty())
        return;
    const bool constant = std::all_of(weights.begin(), weights.end(), [&](float w) { return w == weights.front(); });
    if (projection.precision == Precision::Float16)
        compute::roundToHalf(weights);
    const double inverse = 1 / unit; // a power of two: exact
    std::vector<std::int32_t> units(weights.size());
    for (std::size_t k = 0; k < weights.size(); ++k)
        units[k] = static_cast<std::int32_t>(std::floor(static_cast<double>(weights[k]) * inverse + 0.5));
    // One shared weight is not stored as a byte.
    std::int32_t step = 1;
    if (projection.precision == Precision::Int8 && !constant) {
        const std::int32_t largest = *std::max_element(units.begin(), units.end());
        while ((largest + step / 2) / step > 127)
            step *= 2;
    }
    for (std::size_t k = 0; k < weights.size(); ++k)
        weights[k] = static_cast<float>((units[k] + step / 2) / step * step * unit);
}

/// The target-major copies that the backward pass reads.
template <typename Real> void transpose(const SurrogateModel& model, SurrogateWeights<Real>& weights)
{
    weights.transposed.resize(model.projections.size());
    for (std::size_t i = 0; i < model.projections.size(); ++i) {
        const SurrogateProjection& projection = model.projections[i];
        if (!projection.dense || !model.populations[projection.source].lif)
            continue;
        const std::vector<Real>& rows = weights.forward[i];
        std::vector<Real>& out = weights.transposed[i];
        out.resize(rows.size());
        for (std::size_t s = 0; s < projection.sources; ++s)
            for (std::size_t t = 0; t < projection.targets; ++t)
                out[t * projection.sources + s] = rows[s * projection.targets + t];
    }
}

template <typename Real>
void setConstants(const SurrogateModel& model, const std::vector<std::array<double, 2>>& units,
                  SurrogateWeights<Real>& weights)
{
    weights.constants.clear();
    for (std::size_t i = 0; i < model.populations.size(); ++i)
        weights.constants.push_back(converted<Real>(model.populations[i].constants, units[i]));
}

} // namespace

Result<SurrogateModel> buildSurrogateModel(const Network& network, const SurrogateOptions& options)
{
    BNOF_TRY(validate(network));
    BNOF_TRY(checkOptions(network, options));
    SurrogateModel model;
    model.network = network;
    model.options = options;
    for (std::size_t i = 0; i < network.populations.size(); ++i) {
        BNOF_TRY_ASSIGN(SurrogatePopulation built, buildPopulation(network, i, options));
        model.populations.push_back(std::move(built));
    }
    for (std::size_t i = 0; i < network.projections.size(); ++i) {
        BNOF_TRY_ASSIGN(SurrogateProjection built, buildProjection(network, i));
        model.longestDelay = std::max(model.longestDelay, built.delay);
        model.projections.push_back(std::move(built));
    }
    for (std::size_t i = 0; i < options.trained.size(); ++i)
        BNOF_TRY(addBlock(model, options.trained[i], -1, "options.trained[" + std::to_string(i) + ']'));
    for (std::size_t i = 0; i < options.signedPairs.size(); ++i)
        BNOF_TRY(addBlock(model, options.signedPairs[i].excitatory,
                          static_cast<std::int32_t>(options.signedPairs[i].inhibitory),
                          "options.signedPairs[" + std::to_string(i) + ']'));
    return model;
}

std::vector<float> initialParameters(const SurrogateModel& model)
{
    std::vector<float> parameters(model.parameterCount);
    for (const SurrogateBlock& block : model.blocks)
        for (std::size_t k = 0; k < block.count; ++k) {
            float weight = model.projections[block.projection].initial[k];
            if (block.inhibitory >= 0)
                weight -= model.projections[static_cast<std::size_t>(block.inhibitory)].initial[k];
            parameters[block.offset + k] = weight;
        }
    return parameters;
}

void constrainParameters(const SurrogateModel& model, std::span<float> parameters)
{
    const auto largest = static_cast<float>(model.options.largestWeightMv);
    for (const SurrogateBlock& block : model.blocks) {
        const float smallest = block.inhibitory >= 0 ? -largest : 0.0F;
        for (float& p : parameters.subspan(block.offset, block.count))
            p = p < smallest ? smallest : p > largest ? largest : p;
    }
}

void expandWeights(const SurrogateModel& model, std::span<const float> parameters, SurrogateWeights<float>& weights)
{
    spread(model, parameters, weights);
    if (model.options.weights == TrainingWeights::Half)
        for (std::vector<float>& list : weights.forward)
            compute::roundToHalf(list);
    const std::vector<std::array<double, 2>> units = receptorUnits(model, weights);
    if (model.options.weights == TrainingWeights::SimulatorGrid)
        for (std::size_t i = 0; i < model.projections.size(); ++i)
            roundToGrid(model.network.projections[i], units[model.projections[i].target][model.projections[i].receptor],
                        weights.forward[i]);
    transpose(model, weights);
    setConstants(model, units, weights);
}

void expandWeights(const SurrogateModel& model, std::span<const double> parameters, SurrogateWeights<double>& weights)
{
    spread(model, parameters, weights);
    transpose(model, weights);
    setConstants(model, receptorUnits(model, weights), weights);
}

template <typename Real>
void gatherGradient(const SurrogateModel& model, std::span<const Real> parameters,
                    const std::vector<std::vector<Real>>& bySynapse, std::span<Real> gradient)
{
    for (const SurrogateBlock& block : model.blocks) {
        const std::vector<Real>& up = bySynapse[block.projection];
        if (block.inhibitory < 0) {
            std::copy(up.begin(), up.end(), gradient.begin() + static_cast<std::ptrdiff_t>(block.offset));
            continue;
        }
        const std::vector<Real>& down = bySynapse[static_cast<std::size_t>(block.inhibitory)];
        for (std::size_t k = 0; k < block.count; ++k) {
            const Real p = parameters[block.offset + k];
            Real value = p > 0 ? up[k] : -down[k];
            if (p == 0)
                value = up[k] < 0 ? up[k] : down[k] < 0 ? -down[k] : Real{0};
            gradient[block.offset + k] = value;
        }
    }
}
template void gatherGradient<float>(const SurrogateModel&, std::span<const float>,
                                    const std::vector<std::vector<float>>&, std::span<float>);
template void gatherGradient<double>(const SurrogateModel&, std::span<const double>,
                                     const std::vector<std::vector<double>>&, std::span<double>);

Network writeBack(const SurrogateModel& model, std::span<const float> parameters)
{
    SurrogateWeights<float> weights;
    spread(model, parameters, weights);
    Network network = model.network;
    for (std::size_t i = 0; i < model.projections.size(); ++i) {
        const SurrogateProjection& projection = model.projections[i];
        if (!projection.trained)
            continue;
        ExplicitList list;
        list.targets = projection.columns;
        list.weights = weights.forward[i];
        if (model.options.weights == TrainingWeights::Half)
            compute::roundToHalf(list.weights);
        for (std::uint32_t s = 0; s < projection.sources; ++s)
            list.sources.insert(list.sources.end(), projection.rowStart[s + 1] - projection.rowStart[s], s);
        network.projections[i].connectivity = std::move(list);
    }
    return network;
}

Result<void> checkPresentation(const SurrogateModel& model, const Presentation& presentation, const std::string& path)
{
    if (presentation.ticks == 0 || presentation.ticks > longestPresentation)
        return refuse(path + ".ticks", "a presentation lasts 1 to 2^24 ticks", "Give its length in ticks.");
    if (presentation.label >= model.populations[model.options.output].size)
        return refuse(path + ".label", "the output population has no neuron for this class",
                      "Give the output one neuron a class; classes are counted from 0.");
    for (std::size_t p = 0; p < presentation.spikes.size(); ++p) {
        const std::string where = path + ".spikes[" + std::to_string(p) + ']';
        const std::vector<Spike>& list = presentation.spikes[p];
        if (!list.empty() && (p >= model.populations.size() || model.populations[p].lif))
            return refuse(where, "only sources are given spikes", "Name source populations.");
        for (std::size_t k = 0; k < list.size(); ++k)
            if (list[k].neuron >= model.populations[p].size || list[k].tick >= presentation.ticks ||
                (k > 0 && std::pair(list[k].tick, list[k].neuron) <= std::pair(list[k - 1].tick, list[k - 1].neuron)))
                return refuse(where,
                              "spike " + std::to_string(k) + " is of no neuron, outside the time, or out of order",
                              "Order the spikes by tick, then by neuron, without repeating one.");
    }
    for (std::size_t k = 0; k < presentation.drives.size(); ++k) {
        const DriveChange& change = presentation.drives[k];
        const std::string where = path + ".drives[" + std::to_string(k) + ']';
        if (change.population >= model.populations.size() || !model.populations[change.population].lif ||
            change.driveMv.size() != model.populations[change.population].size)
            return refuse(where, "the drive does not fit a LIF population", "Give one value a neuron.");
        if (k > 0 && change.tick < presentation.drives[k - 1].tick)
            return refuse(where, "the drives are out of order", "Order them by tick.");
        if (!std::all_of(change.driveMv.begin(), change.driveMv.end(), [](float v) { return std::abs(v) <= 1e6F; }))
            return refuse(where, "a drive is not a number up to 1e6 mV", "Give finite drives in mV.");
    }
    return {};
}

} // namespace bnof::snn
