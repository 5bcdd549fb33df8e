// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/network.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/snn/quantise.h"

namespace bnof::snn {
namespace {

constexpr std::uint64_t maximumNeurons = 1U << 24;
constexpr double maximumSynapses = 0x1p31;
constexpr std::size_t maximumParts = 65536; ///< populations, and projections
constexpr double maximumMv = 1e6;           ///< weights, drives and potentials
constexpr double largestHalf = 65504;       ///< mV; the end of the range of binary16
constexpr std::uint32_t largestLearningPopulation = 65536;
constexpr double maximumTimeConstantTicks = 1e6;
constexpr double minimumTimeConstantTicks = 0.02;

std::string number(double value)
{
    return Json(value).dump();
}

Error refuse(std::string where, std::string what, std::string remedy)
{
    return makeError(ErrorKind::BadInput, std::move(what), std::move(where), std::move(remedy));
}

Result<void> checkRange(const std::string& where, double value, double low, double high)
{
    if (!std::isfinite(value))
        return refuse(where, "the value is not a finite number",
                      "Give a number from " + number(low) + " to " + number(high) + '.');
    if (value < low || value > high)
        return refuse(where, "the value " + number(value) + " is outside " + number(low) + " to " + number(high),
                      "Give a value in that range.");
    return {};
}

Result<void> checkTimeConstant(const std::string& where, double timeConstantMs, double tickMs)
{
    if (!std::isfinite(timeConstantMs) || timeConstantMs <= 0)
        return refuse(where, "a time constant must be a finite number above zero",
                      "Give the time constant in milliseconds.");
    return checkRange(where, timeConstantMs, minimumTimeConstantTicks * tickMs, maximumTimeConstantTicks * tickMs);
}

Result<void> checkLif(const LifParameters& p, const std::string& path, double tickMs)
{
    BNOF_TRY(checkTimeConstant(path + ".membrane_time_constant_ms", p.membraneTimeConstantMs, tickMs));
    BNOF_TRY(checkTimeConstant(path + ".excitatory_time_constant_ms", p.excitatoryTimeConstantMs, tickMs));
    BNOF_TRY(checkTimeConstant(path + ".inhibitory_time_constant_ms", p.inhibitoryTimeConstantMs, tickMs));
    BNOF_TRY(checkRange(path + ".rest_mv", p.restMv, -maximumMv, maximumMv));
    BNOF_TRY(checkRange(path + ".threshold_mv", p.thresholdMv, -maximumMv, maximumMv));
    BNOF_TRY(checkRange(path + ".reset_mv", p.resetMv, -maximumMv, maximumMv));
    // Compared as the kernels see them: two different doubles may be one float.
    if (!(static_cast<float>(p.resetMv) < static_cast<float>(p.thresholdMv)))
        return refuse(path + ".reset_mv", "the reset potential is not below the threshold",
                      "A neuron must fall below its threshold when it fires.");
    return checkRange(path + ".refractory_ms", p.refractoryMs, 0, maximumRefractoryTicks * tickMs);
}

/// Validation of one population's model; `size` is the population's.
class ModelCheck {
public:
    ModelCheck(std::string path, double tickMs, std::uint32_t size)
        : m_path(std::move(path)), m_tickMs(tickMs), m_size(size)
    {}

    Result<void> operator()(const LifParameters& p) const { return checkLif(p, m_path, m_tickMs); }

    Result<void> operator()(const PoissonParameters& p) const
    {
        return checkRange(m_path + ".rate_hz", p.rateHz, 0, 1000 / m_tickMs);
    }

    Result<void> operator()(const ConductanceLifParameters& p) const
    {
        BNOF_TRY(checkLif(p.lif, m_path, m_tickMs));
        BNOF_TRY(checkRange(m_path + ".excitatory_reversal_mv", p.excitatoryReversalMv, -maximumMv, maximumMv));
        BNOF_TRY(checkRange(m_path + ".inhibitory_reversal_mv", p.inhibitoryReversalMv, -maximumMv, maximumMv));
        if (m_tickMs >= p.lif.membraneTimeConstantMs)
            return refuse(m_path + ".membrane_time_constant_ms",
                          "the tick is too long for the midpoint step even without any input",
                          "Give a tick below the membrane time constant, better a tenth of it.");
        return {};
    }

    Result<void> operator()(const AdaptiveLifParameters& p) const
    {
        BNOF_TRY(checkLif(p.lif, m_path, m_tickMs));
        BNOF_TRY(checkTimeConstant(m_path + ".adaptation_time_constant_ms", p.adaptationTimeConstantMs, m_tickMs));
        return checkRange(m_path + ".adaptation_step_mv", p.adaptationStepMv, 0, maximumMv);
    }

    Result<void> operator()(const IzhikevichParameters& p) const
    {
        BNOF_TRY(checkRange(m_path + ".a", p.a, 0, 1 / m_tickMs));
        BNOF_TRY(checkRange(m_path + ".b", p.b, -100, 100));
        BNOF_TRY(checkRange(m_path + ".c", p.c, -120, 1000));
        BNOF_TRY(checkRange(m_path + ".d", p.d, 0, 1000));
        BNOF_TRY(checkRange(m_path + ".peak_mv", p.peakMv, -1000, 1000));
        BNOF_TRY(checkTimeConstant(m_path + ".excitatory_time_constant_ms", p.excitatoryTimeConstantMs, m_tickMs));
        BNOF_TRY(checkTimeConstant(m_path + ".inhibitory_time_constant_ms", p.inhibitoryTimeConstantMs, m_tickMs));
        if (p.c >= p.peakMv)
            return refuse(m_path + ".c", "the reset potential is not below the peak",
                          "A neuron must fall below its peak when it fires.");
        if (m_tickMs > 1)
            return refuse("network.tick_ms", "Izhikevich neurons need a tick of at most 1 ms",
                          "Give a shorter tick; 0.1 to 0.5 ms are usual.");
        return {};
    }

    Result<void> operator()(const CounterParameters& p) const
    {
        BNOF_TRY(checkRange(m_path + ".threshold", p.threshold, 0, maximumMv));
        if (p.threshold <= 0)
            return refuse(m_path + ".threshold", "the threshold is not above zero", "Give what it takes to fire.");
        return {};
    }

    Result<void> operator()(const SpikeListParameters& p) const
    {
        if (p.timesMs.size() != p.neurons.size())
            return refuse(m_path + ".neurons",
                          "there are " + std::to_string(p.timesMs.size()) + " times but " +
                              std::to_string(p.neurons.size()) + " neurons",
                          "Give one neuron for each time.");
        constexpr double lastTick = 4294967294.0;
        for (std::size_t i = 0; i < p.timesMs.size(); ++i) {
            const std::string index = '[' + std::to_string(i) + ']';
            BNOF_TRY(checkRange(m_path + ".times_ms" + index, p.timesMs[i], 0, lastTick * m_tickMs));
            if (p.neurons[i] >= m_size)
                return refuse(m_path + ".neurons" + index,
                              "neuron " + std::to_string(p.neurons[i]) + " does not exist; the population has " +
                                  std::to_string(m_size),
                              "Neurons are counted from 0.");
        }
        return {};
    }

private:
    std::string m_path;
    double m_tickMs;
    std::uint32_t m_size;
};

Result<void> checkPopulation(const Population& population, const std::string& path, double tickMs)
{
    if (population.name.empty())
        return refuse(path + ".name", "a population needs a name", "Give each population its own name.");
    if (population.size == 0)
        return refuse(path + ".size", "a population needs at least one neuron", "Give a size of one or more.");
    return std::visit(ModelCheck(path + ".model", tickMs, population.size), population.model);
}

/// Validation of a plasticity rule. Decay tables hold six time constants, hence the bound on those.
class RuleCheck {
public:
    RuleCheck(std::string path, double tickMs) : m_path(std::move(path)), m_tickMs(tickMs) {}

    Result<void> operator()(const PairStdp& p) const
    {
        BNOF_TRY(timeConstant("tau_plus_ms", p.tauPlusMs));
        BNOF_TRY(timeConstant("tau_minus_ms", p.tauMinusMs));
        BNOF_TRY(amount("potentiation", p.potentiation));
        return amount("depression", p.depression);
    }
    Result<void> operator()(const TripletStdp& p) const
    {
        BNOF_TRY((*this)(PairStdp{p.tauPlusMs, p.tauMinusMs, p.potentiation, p.depression}));
        BNOF_TRY(timeConstant("tau_x_ms", p.tauXMs));
        BNOF_TRY(timeConstant("tau_y_ms", p.tauYMs));
        BNOF_TRY(amount("triplet_potentiation", p.tripletPotentiation));
        return amount("triplet_depression", p.tripletDepression);
    }
    Result<void> operator()(const SymmetricStdp& p) const
    {
        BNOF_TRY(timeConstant("tau_ms", p.tauMs));
        BNOF_TRY(amount("amplitude", p.amplitude));
        return amount("offset", p.offset);
    }
    Result<void> operator()(const ThreeFactor& p) const
    {
        BNOF_TRY((*this)(p.pairing));
        BNOF_TRY(timeConstant("eligibility_time_constant_ms", p.eligibilityTimeConstantMs));
        return checkRange(m_path + ".learning_rate", p.learningRate, -maximumMv, maximumMv);
    }

private:
    [[nodiscard]] Result<void> timeConstant(const char* field, double value) const
    {
        constexpr double longestTicks = 1e6;
        const std::string where = m_path + '.' + field;
        BNOF_TRY(checkTimeConstant(where, value, m_tickMs));
        return checkRange(where, value, m_tickMs / 2, longestTicks * m_tickMs);
    }
    [[nodiscard]] Result<void> amount(const char* field, double value) const
    {
        return checkRange(m_path + '.' + field, value, 0, maximumMv);
    }

    std::string m_path;
    double m_tickMs;
};

/// Rules find a synapse by its pair of neurons.
Result<void> refuseRepeatedPairs(const ExplicitList& list, const std::string& path)
{
    std::vector<std::uint64_t> pairs(list.sources.size());
    for (std::size_t i = 0; i < pairs.size(); ++i)
        pairs[i] = std::uint64_t{list.sources[i]} << 32 | list.targets[i];
    std::sort(pairs.begin(), pairs.end());
    const auto twice = std::adjacent_find(pairs.begin(), pairs.end());
    if (twice == pairs.end())
        return {};
    return refuse(path,
                  "neurons " + std::to_string(*twice >> 32) + " and " + std::to_string(*twice & 0xFFFFFFFFU) +
                      " are connected twice by a plastic projection",
                  "Name every pair of neurons once.");
}

Result<void> checkPlasticity(const Network& network, const Projection& projection, const std::string& path)
{
    if (projection.precision == Precision::Float16) {
        BNOF_TRY(checkRange(path + ".weight_mv", projection.weight, 0, largestHalf));
        if (const auto* list = std::get_if<ExplicitList>(&projection.connectivity))
            for (std::size_t i = 0; i < list->weights.size(); ++i)
                if (static_cast<double>(list->weights[i]) > largestHalf)
                    return checkRange(path + ".connectivity.weights[" + std::to_string(i) + ']',
                                      static_cast<double>(list->weights[i]), 0, largestHalf);
    }
    if (!projection.plasticity)
        return {};
    const Plasticity& plasticity = *projection.plasticity;
    const std::string where = path + ".plasticity";
    if (projection.precision == Precision::Int8)
        return refuse(path + ".precision", "int8 weights cannot learn: their steps are too coarse",
                      "Use another precision and choose int32 or int16 as the storage of the plastic weights.");
    BNOF_TRY(std::visit(RuleCheck(where, network.tickMs), plasticity.rule));
    BNOF_TRY(checkRange(where + ".maximum_weight", plasticity.maximumWeight, 0, maximumMv));
    if (projection.weight > plasticity.maximumWeight)
        return refuse(path + ".weight_mv", "the initial weight is above the maximum weight",
                      "Lower it or raise plasticity.maximum_weight.");
    if (plasticity.scaling) {
        const HomeostaticScaling& scaling = *plasticity.scaling;
        BNOF_TRY(checkRange(where + ".scaling.target_rate_hz", scaling.targetRateHz, 1e-3, 1000 / network.tickMs));
        BNOF_TRY(checkRange(where + ".scaling.period_ms", scaling.periodMs, network.tickMs, 1e8));
        BNOF_TRY(checkRange(where + ".scaling.strength", scaling.strength, 0, 1));
    }
    if (network.populations[projection.target].size > largestLearningPopulation)
        return refuse(path + ".target", "plastic projections end in at most 65536 neurons", "Split the population.");
    if (const auto* list = std::get_if<ExplicitList>(&projection.connectivity))
        return refuseRepeatedPairs(*list, path + ".connectivity");
    return {};
}

Result<void> checkExplicit(const ExplicitList& list, const std::string& path, std::uint32_t sources,
                           std::uint32_t targets)
{
    if (list.sources.size() != list.targets.size())
        return refuse(path + ".targets",
                      "there are " + std::to_string(list.sources.size()) + " sources but " +
                          std::to_string(list.targets.size()) + " targets",
                      "Give one target for each source.");
    if (!list.weights.empty() && list.weights.size() != list.sources.size())
        return refuse(path + ".weights",
                      "there are " + std::to_string(list.sources.size()) + " synapses but " +
                          std::to_string(list.weights.size()) + " weights",
                      "Give one weight a synapse, or none at all.");
    if (static_cast<double>(list.sources.size()) > maximumSynapses)
        return refuse(path, "there are more than 2^31 synapses", "Split the network.");
    for (std::size_t i = 0; i < list.sources.size(); ++i) {
        const std::string index = '[' + std::to_string(i) + ']';
        if (list.sources[i] >= sources)
            return refuse(path + ".sources" + index,
                          "neuron " + std::to_string(list.sources[i]) + " does not exist; the source population has " +
                              std::to_string(sources),
                          "Neurons are counted from 0.");
        if (list.targets[i] >= targets)
            return refuse(path + ".targets" + index,
                          "neuron " + std::to_string(list.targets[i]) + " does not exist; the target population has " +
                              std::to_string(targets),
                          "Neurons are counted from 0.");
    }
    for (std::size_t i = 0; i < list.weights.size(); ++i) {
        const double weight = static_cast<double>(list.weights[i]);
        if (!(weight >= 0 && weight <= maximumMv))
            return checkRange(path + ".weights[" + std::to_string(i) + ']', weight, 0, maximumMv);
    }
    return {};
}

/// Checks the rule and adds the expected number of synapses to `synapses`.
Result<void> checkConnectivity(const Projection& projection, const std::string& path, std::uint32_t sources,
                               std::uint32_t targets, double& synapses)
{
    const double pairs = static_cast<double>(sources) * targets;
    if (std::holds_alternative<OneToOne>(projection.connectivity)) {
        if (sources != targets)
            return refuse(path,
                          "one-to-one needs populations of one size, not " + std::to_string(sources) + " and " +
                              std::to_string(targets),
                          "Choose another rule or make the sizes equal.");
        synapses += sources;
    } else if (std::holds_alternative<AllToAll>(projection.connectivity)) {
        synapses += pairs;
    } else if (const auto* random = std::get_if<FixedProbability>(&projection.connectivity)) {
        BNOF_TRY(checkRange(path + ".probability", random->probability, 0, 1));
        synapses += pairs * random->probability;
    } else if (const auto* inDegree = std::get_if<FixedInDegree>(&projection.connectivity)) {
        if (inDegree->inDegree > sources)
            return refuse(path + ".in_degree",
                          "each target asks for " + std::to_string(inDegree->inDegree) +
                              " different sources but there are only " + std::to_string(sources),
                          "Lower the in-degree or enlarge the source population.");
        synapses += static_cast<double>(targets) * inDegree->inDegree;
    } else {
        const auto& list = std::get<ExplicitList>(projection.connectivity);
        BNOF_TRY(checkExplicit(list, path, sources, targets));
        synapses += static_cast<double>(list.sources.size());
    }
    if (synapses > maximumSynapses)
        return refuse(path, "the network has more than 2^31 synapses", "Lower the sizes or the connectivity.");
    return {};
}

Result<void> checkProjection(const Network& network, std::size_t index, double& synapses)
{
    const Projection& projection = network.projections[index];
    const std::string path = "network.projections[" + std::to_string(index) + ']';
    const std::string count = std::to_string(network.populations.size());
    if (projection.source >= network.populations.size())
        return refuse(path + ".source",
                      "population " + std::to_string(projection.source) + " does not exist; the network has " + count,
                      "Name an existing population.");
    if (projection.target >= network.populations.size())
        return refuse(path + ".target",
                      "population " + std::to_string(projection.target) + " does not exist; the network has " + count,
                      "Name an existing population.");
    const Population& source = network.populations[projection.source];
    const Population& target = network.populations[projection.target];
    if (isSource(target.model))
        return refuse(path + ".target", "the population \"" + target.name + "\" takes no synaptic input",
                      "Project to a population of neurons.");
    if (projection.receptor != Receptor::Excitatory && projection.receptor != Receptor::Inhibitory)
        return refuse(path + ".receptor", "unknown receptor", "Use excitatory or inhibitory.");
    BNOF_TRY(checkRange(path + ".weight_mv", projection.weight, 0, maximumMv));
    BNOF_TRY(checkRange(path + ".delay_ms", projection.delayMs, 0, maximumDelayTicks * network.tickMs));
    BNOF_TRY(checkConnectivity(projection, path + ".connectivity", source.size, target.size, synapses));
    return checkPlasticity(network, projection, path);
}

/// The synapses that one target receives for certain, whatever a random rule draws.
std::uint64_t certainInDegree(const Projection& projection, std::uint32_t sources)
{
    if (std::holds_alternative<OneToOne>(projection.connectivity))
        return 1;
    if (std::holds_alternative<AllToAll>(projection.connectivity))
        return sources;
    if (const auto* inDegree = std::get_if<FixedInDegree>(&projection.connectivity))
        return inDegree->inDegree;
    return 0;
}

/// The weight that a synapse of a random or regular rule may come to have.
double largestEver(const Projection& projection)
{
    return projection.plasticity ? projection.plasticity->maximumWeight : projection.weight;
}

/// What can be known of the accumulators without building the graph; random rules and explicit lists with
/// many synapses are summed exactly when it is built.
Result<void> checkAccumulators(const Network& network)
{
    const std::vector<ReceptorScale> scales = receptorScales(network);
    std::vector<std::uint64_t> sums(scales.size(), 0);
    for (std::size_t i = 0; i < network.projections.size(); ++i) {
        const Projection& projection = network.projections[i];
        const std::size_t receptor = receptorIndex(projection);
        const std::uint64_t degree = certainInDegree(projection, network.populations[projection.source].size);
        if (degree == 0)
            continue;
        sums[receptor] += degree * static_cast<std::uint64_t>(scales[receptor].quantise(largestEver(projection)));
        const std::uint64_t limit = inputLimit(network.populations[projection.target].model);
        if (sums[receptor] > limit)
            return accumulatorError("network.projections[" + std::to_string(i) + "].weight_mv", sums[receptor], limit);
    }
    for (std::size_t i = 0; i < network.projections.size(); ++i) {
        const auto* list = std::get_if<ExplicitList>(&network.projections[i].connectivity);
        if (list == nullptr ||
            list->sources.size() * 32767 + sums[receptorIndex(network.projections[i])] <= accumulatorLimit)
            continue;
        const Projection& projection = network.projections[i];
        const ReceptorScale& scale = scales[receptorIndex(projection)];
        std::vector<std::uint64_t> targets(network.populations[projection.target].size,
                                           sums[receptorIndex(projection)]);
        for (std::size_t k = 0; k < list->targets.size(); ++k) {
            std::uint64_t& sum = targets[list->targets[k]];
            sum += static_cast<std::uint64_t>(
                scale.quantise(list->weights.empty() ? projection.weight : static_cast<double>(list->weights[k])));
            if (const std::uint64_t limit = inputLimit(network.populations[projection.target].model); sum > limit)
                return accumulatorError("network.projections[" + std::to_string(i) + "].connectivity.weights", sum,
                                        limit);
        }
    }
    return {};
}

} // namespace

int Network::populationIndex(std::string_view populationName) const
{
    for (std::size_t i = 0; i < populations.size(); ++i)
        if (populations[i].name == populationName)
            return static_cast<int>(i);
    return -1;
}

Result<void> validate(const Network& network)
{
    BNOF_TRY(checkRange("network.tick_ms", network.tickMs, 1e-3, 1e3));
    if (network.populations.empty())
        return refuse("network.populations", "a network needs at least one population", "Add a population.");
    if (network.populations.size() > maximumParts)
        return refuse("network.populations", "there are more than 65536 populations", "Merge populations.");
    if (network.projections.size() > maximumParts)
        return refuse("network.projections", "there are more than 65536 projections", "Merge projections.");
    std::set<std::string_view> names;
    std::uint64_t neurons = 0;
    for (std::size_t i = 0; i < network.populations.size(); ++i) {
        const Population& population = network.populations[i];
        const std::string path = "network.populations[" + std::to_string(i) + ']';
        BNOF_TRY(checkPopulation(population, path, network.tickMs));
        if (!names.insert(population.name).second)
            return refuse(path + ".name", "two populations are called \"" + population.name + '"',
                          "Give each population its own name.");
        neurons += population.size;
        if (neurons > maximumNeurons)
            return refuse(path + ".size", "the network has more than 2^24 neurons", "Lower the sizes.");
    }
    double synapses = 0;
    for (std::size_t i = 0; i < network.projections.size(); ++i)
        BNOF_TRY(checkProjection(network, i, synapses));
    return checkAccumulators(network);
}

} // namespace bnof::snn
