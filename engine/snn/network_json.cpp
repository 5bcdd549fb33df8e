// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include "engine/snn/network.h"

namespace bnof::snn {
namespace {

constexpr std::string_view formatName = "bnof-network";
constexpr std::int64_t formatVersion = 1;
constexpr double anyNumber = std::numeric_limits<double>::max(); // validate() knows the real ranges
constexpr std::int64_t anyIndex = std::numeric_limits<std::uint32_t>::max();

Json modelToJson(const Population& population)
{
    Json json = Json::object();
    if (const auto* lif = std::get_if<LifParameters>(&population.model)) {
        json.set("type", "lif");
        json.set("membrane_time_constant_ms", lif->membraneTimeConstantMs);
        json.set("rest_mv", lif->restMv);
        json.set("threshold_mv", lif->thresholdMv);
        json.set("reset_mv", lif->resetMv);
        json.set("refractory_ms", lif->refractoryMs);
        json.set("excitatory_time_constant_ms", lif->excitatoryTimeConstantMs);
        json.set("inhibitory_time_constant_ms", lif->inhibitoryTimeConstantMs);
    } else {
        json.set("type", "poisson");
        json.set("rate_hz", std::get<PoissonParameters>(population.model).rateHz);
    }
    return json;
}

Json connectivityToJson(const Projection& projection)
{
    Json json = Json::object();
    if (std::holds_alternative<OneToOne>(projection.connectivity)) {
        json.set("rule", "one_to_one");
    } else if (std::holds_alternative<AllToAll>(projection.connectivity)) {
        json.set("rule", "all_to_all");
    } else if (const auto* random = std::get_if<FixedProbability>(&projection.connectivity)) {
        json.set("rule", "fixed_probability");
        json.set("probability", random->probability);
    } else if (const auto* inDegree = std::get_if<FixedInDegree>(&projection.connectivity)) {
        json.set("rule", "fixed_in_degree");
        json.set("in_degree", inDegree->inDegree);
    } else {
        const auto& list = std::get<ExplicitList>(projection.connectivity);
        json.set("rule", "explicit");
        json.set("sources", Json::arrayOf(list.sources));
        json.set("targets", Json::arrayOf(list.targets));
        if (!list.weights.empty())
            json.set("weights", Json::arrayOf(list.weights));
    }
    return json;
}

/// A population is referred to by name, which survives an edit of the list; an index that dangles stays one.
Json referenceToJson(const Network& network, std::uint32_t index)
{
    if (index < network.populations.size() &&
        network.populationIndex(network.populations[index].name) == static_cast<int>(index))
        return network.populations[index].name;
    return index;
}

std::variant<LifParameters, PoissonParameters> parseModel(JsonFields& f)
{
    const std::string type = f.string("type");
    if (type == "poisson") {
        PoissonParameters p;
        p.rateHz = f.numberOr("rate_hz", p.rateHz, -anyNumber, anyNumber);
        return p;
    }
    if (f.ok() && type != "lif")
        f.fail("type", "unknown neuron model \"" + type + '"', "Use lif or poisson.");
    LifParameters p;
    const auto read = [&](std::string_view key, double& value) {
        value = f.numberOr(key, value, -anyNumber, anyNumber);
    };
    read("membrane_time_constant_ms", p.membraneTimeConstantMs);
    read("rest_mv", p.restMv);
    read("threshold_mv", p.thresholdMv);
    read("reset_mv", p.resetMv);
    read("refractory_ms", p.refractoryMs);
    read("excitatory_time_constant_ms", p.excitatoryTimeConstantMs);
    read("inhibitory_time_constant_ms", p.inhibitoryTimeConstantMs);
    return p;
}

Result<Population> parsePopulation(const Json& json, const std::string& path)
{
    JsonFields f(json, path);
    Population population;
    population.name = f.string("name");
    population.size = static_cast<std::uint32_t>(f.integer("size", 0, anyIndex));
    const Json& model = f.objectField("model");
    BNOF_TRY(f.status());
    JsonFields m(model, path + ".model");
    population.model = parseModel(m);
    BNOF_TRY(m.status());
    return population;
}

std::vector<std::uint32_t> parseIndices(JsonFields& f, std::string_view key)
{
    std::vector<std::uint32_t> indices;
    const Json::Array& items = f.array(key).items();
    indices.reserve(items.size());
    for (const Json& item : items) {
        const std::int64_t value = item.toInteger(-1);
        if (!item.isInteger() || value < 0 || value > anyIndex) {
            f.fail(std::string(key) + '[' + std::to_string(indices.size()) + ']', "expected the index of a neuron");
            break;
        }
        indices.push_back(static_cast<std::uint32_t>(value));
    }
    return indices;
}

ExplicitList parseExplicit(JsonFields& f)
{
    ExplicitList list;
    list.sources = parseIndices(f, "sources");
    list.targets = parseIndices(f, "targets");
    if (!f.has("weights"))
        return list;
    for (const Json& item : f.array("weights").items()) {
        const double value = item.toDouble();
        if (!item.isNumber() || value < 0 || value > static_cast<double>(std::numeric_limits<float>::max())) {
            f.fail("weights[" + std::to_string(list.weights.size()) + ']', "expected a weight in mV, zero or more");
            break;
        }
        list.weights.push_back(static_cast<float>(value));
    }
    return list;
}

void parseConnectivity(JsonFields& f, Projection& projection)
{
    const std::string rule = f.string("rule");
    if (rule == "one_to_one")
        projection.connectivity = OneToOne{};
    else if (rule == "all_to_all")
        projection.connectivity = AllToAll{};
    else if (rule == "fixed_probability")
        projection.connectivity = FixedProbability{f.number("probability", -anyNumber, anyNumber)};
    else if (rule == "fixed_in_degree")
        projection.connectivity = FixedInDegree{static_cast<std::uint32_t>(f.integer("in_degree", 0, anyIndex))};
    else if (rule == "explicit")
        projection.connectivity = parseExplicit(f);
    else if (f.ok())
        f.fail("rule", "unknown rule \"" + rule + '"',
               "Use one_to_one, all_to_all, fixed_probability, fixed_in_degree or explicit.");
}

std::uint32_t parseReference(JsonFields& f, const Json& json, const Network& network, std::string_view key)
{
    const Json& value = json[key];
    if (value.isInteger())
        return static_cast<std::uint32_t>(f.integer(key, 0, anyIndex));
    const std::string name = f.string(key);
    const int index = network.populationIndex(name);
    if (f.ok() && index < 0)
        f.fail(key, "there is no population \"" + name + '"', "Name an existing population.");
    return static_cast<std::uint32_t>(index);
}

Result<Projection> parseProjection(const Json& json, const std::string& path, const Network& network)
{
    JsonFields f(json, path);
    Projection projection;
    projection.name = f.stringOr("name", {});
    projection.source = parseReference(f, json, network, "source");
    projection.target = parseReference(f, json, network, "target");
    const std::string receptor = f.stringOr("receptor", "excitatory");
    if (receptor == "inhibitory")
        projection.receptor = Receptor::Inhibitory;
    else if (receptor != "excitatory")
        f.fail("receptor", "unknown receptor \"" + receptor + '"', "Use excitatory or inhibitory.");
    projection.weight = f.numberOr("weight_mv", projection.weight, -anyNumber, anyNumber);
    projection.delayMs = f.numberOr("delay_ms", projection.delayMs, -anyNumber, anyNumber);
    const Json& connectivity = f.objectField("connectivity");
    BNOF_TRY(f.status());
    JsonFields c(connectivity, path + ".connectivity");
    parseConnectivity(c, projection);
    BNOF_TRY(c.status());
    return projection;
}

/// 64-bit seeds above the signed range are written as text.
void parseSeed(JsonFields& f, const Json& json, Network& network)
{
    const std::string& text = json["seed"].toString();
    if (text.empty()) {
        network.seed = static_cast<std::uint64_t>(f.integerOr("seed", 1, 0, std::numeric_limits<std::int64_t>::max()));
        return;
    }
    std::uint64_t seed = 0;
    for (const char c : text) {
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (c < '0' || c > '9' || seed > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) {
            f.fail("seed", "expected a whole number from 0 to 2^64 - 1");
            return;
        }
        seed = seed * 10 + digit;
    }
    network.seed = seed;
}

} // namespace

Json toJson(const Network& network)
{
    Json json = Json::object();
    json.set("format", formatName);
    json.set("version", formatVersion);
    json.set("name", network.name);
    json.set("tick_ms", network.tickMs);
    if (network.seed > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        json.set("seed", std::to_string(network.seed));
    else
        json.set("seed", network.seed);
    Json populations = Json::array();
    for (const Population& population : network.populations) {
        Json entry = Json::object();
        entry.set("name", population.name).set("size", population.size).set("model", modelToJson(population));
        populations.push(std::move(entry));
    }
    json.set("populations", std::move(populations));
    Json projections = Json::array();
    for (const Projection& projection : network.projections) {
        Json entry = Json::object();
        entry.set("name", projection.name);
        entry.set("source", referenceToJson(network, projection.source));
        entry.set("target", referenceToJson(network, projection.target));
        entry.set("receptor", projection.receptor == Receptor::Inhibitory ? "inhibitory" : "excitatory");
        entry.set("weight_mv", projection.weight);
        entry.set("delay_ms", projection.delayMs);
        entry.set("connectivity", connectivityToJson(projection));
        projections.push(std::move(entry));
    }
    json.set("projections", std::move(projections));
    return json;
}

Result<Network> networkFromJson(const Json& json)
{
    JsonFields f(json, "network");
    const std::string format = f.string("format");
    if (f.ok() && format != formatName)
        f.fail("format", "this is not a network", "Expected \"bnof-network\".");
    const std::int64_t version = f.integer("version", 1, anyIndex);
    if (f.ok() && version > formatVersion)
        f.fail("version", "the network was written by a newer program", "Update this program.");
    Network network;
    network.name = f.stringOr("name", {});
    network.tickMs = f.number("tick_ms", -anyNumber, anyNumber);
    parseSeed(f, json, network);
    const Json::Array& populations = f.array("populations").items();
    const Json::Array& projections = f.array("projections").items();
    BNOF_TRY(f.status());
    for (std::size_t i = 0; i < populations.size(); ++i) {
        const std::string path = "network.populations[" + std::to_string(i) + ']';
        BNOF_TRY_ASSIGN(Population population, parsePopulation(populations[i], path));
        network.populations.push_back(std::move(population));
    }
    for (std::size_t i = 0; i < projections.size(); ++i) {
        const std::string path = "network.projections[" + std::to_string(i) + ']';
        BNOF_TRY_ASSIGN(Projection projection, parseProjection(projections[i], path, network));
        network.projections.push_back(std::move(projection));
    }
    BNOF_TRY(validate(network));
    return network;
}

} // namespace bnof::snn
