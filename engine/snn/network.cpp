// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/network.h"

#include <cmath>
#include <set>

#include "engine/snn/quantise.h"

namespace bnof::snn {
namespace {

constexpr std::uint64_t maximumNeurons = 1U << 24;
constexpr double maximumSynapses = 0x1p31;
constexpr std::size_t maximumParts = 65536; ///< populations, and projections
constexpr double maximumMv = 1e6;           ///< weights, drives and potentials
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

Result<void> checkPopulation(const Population& population, const std::string& path, double tickMs)
{
    if (population.name.empty())
        return refuse(path + ".name", "a population needs a name", "Give each population its own name.");
    if (population.size == 0)
        return refuse(path + ".size", "a population needs at least one neuron", "Give a size of one or more.");
    const std::string model = path + ".model";
    if (const auto* lif = std::get_if<LifParameters>(&population.model))
        return checkLif(*lif, model, tickMs);
    const auto& poisson = std::get<PoissonParameters>(population.model);
    return checkRange(model + ".rate_hz", poisson.rateHz, 0, 1000 / tickMs);
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
    if (!std::holds_alternative<LifParameters>(target.model))
        return refuse(path + ".target", "the population \"" + target.name + "\" takes no synaptic input",
                      "Project to a population of LIF neurons.");
    if (projection.receptor != Receptor::Excitatory && projection.receptor != Receptor::Inhibitory)
        return refuse(path + ".receptor", "unknown receptor", "Use excitatory or inhibitory.");
    BNOF_TRY(checkRange(path + ".weight_mv", projection.weight, 0, maximumMv));
    BNOF_TRY(checkRange(path + ".delay_ms", projection.delayMs, 0, maximumDelayTicks * network.tickMs));
    return checkConnectivity(projection, path + ".connectivity", source.size, target.size, synapses);
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
        sums[receptor] += degree * static_cast<std::uint64_t>(scales[receptor].quantise(projection.weight));
        if (sums[receptor] > accumulatorLimit)
            return accumulatorError("network.projections[" + std::to_string(i) + "].weight_mv", sums[receptor]);
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
            if (sum > accumulatorLimit)
                return accumulatorError("network.projections[" + std::to_string(i) + "].connectivity.weights", sum);
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
