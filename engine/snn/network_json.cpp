// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <limits>

#include "engine/snn/network.h"

namespace bnof::snn {
namespace {

constexpr std::string_view formatName = "bnof-network";
constexpr std::int64_t formatVersion = 1;
constexpr double anyNumber = std::numeric_limits<double>::max(); // validate() knows the real ranges
constexpr std::int64_t anyIndex = std::numeric_limits<std::uint32_t>::max();

void write(Json& json, const LifParameters& p)
{
    json.set("membrane_time_constant_ms", p.membraneTimeConstantMs);
    json.set("rest_mv", p.restMv);
    json.set("threshold_mv", p.thresholdMv);
    json.set("reset_mv", p.resetMv);
    json.set("refractory_ms", p.refractoryMs);
    json.set("excitatory_time_constant_ms", p.excitatoryTimeConstantMs);
    json.set("inhibitory_time_constant_ms", p.inhibitoryTimeConstantMs);
}

void write(Json& json, const PoissonParameters& p)
{
    json.set("rate_hz", p.rateHz);
    if (p.sampling == PoissonSampling::Intervals)
        json.set("sampling", "intervals");
}

void write(Json& json, const ConductanceLifParameters& p)
{
    write(json, p.lif);
    json.set("excitatory_reversal_mv", p.excitatoryReversalMv);
    json.set("inhibitory_reversal_mv", p.inhibitoryReversalMv);
}

void write(Json& json, const AdaptiveLifParameters& p)
{
    write(json, p.lif);
    json.set("adaptation_time_constant_ms", p.adaptationTimeConstantMs);
    json.set("adaptation_step_mv", p.adaptationStepMv);
}

void write(Json& json, const IzhikevichParameters& p)
{
    json.set("a", p.a);
    json.set("b", p.b);
    json.set("c", p.c);
    json.set("d", p.d);
    json.set("peak_mv", p.peakMv);
    json.set("excitatory_time_constant_ms", p.excitatoryTimeConstantMs);
    json.set("inhibitory_time_constant_ms", p.inhibitoryTimeConstantMs);
}

void write(Json& json, const CounterParameters& p)
{
    json.set("threshold", p.threshold);
}

void write(Json& json, const SpikeListParameters& p)
{
    json.set("times_ms", Json::arrayOf(p.timesMs));
    json.set("neurons", Json::arrayOf(p.neurons));
}

/// In the order of NeuronModel.
constexpr std::array<std::string_view, 7> modelNames{"lif",        "poisson", "lif_conductance", "adaptive_lif",
                                                     "izhikevich", "counter", "spike_list"};

Json modelToJson(const Population& population)
{
    Json json = Json::object();
    json.set("type", std::string(modelNames[population.model.index()]));
    std::visit([&json](const auto& model) { write(json, model); }, population.model);
    return json;
}

void write(Json& json, const PairStdp& p)
{
    json.set("tau_plus_ms", p.tauPlusMs);
    json.set("tau_minus_ms", p.tauMinusMs);
    json.set("potentiation", p.potentiation);
    json.set("depression", p.depression);
}

void write(Json& json, const TripletStdp& p)
{
    write(json, PairStdp{p.tauPlusMs, p.tauMinusMs, p.potentiation, p.depression});
    json.set("tau_x_ms", p.tauXMs);
    json.set("tau_y_ms", p.tauYMs);
    json.set("triplet_potentiation", p.tripletPotentiation);
    json.set("triplet_depression", p.tripletDepression);
}

void write(Json& json, const SymmetricStdp& p)
{
    json.set("tau_ms", p.tauMs);
    json.set("amplitude", p.amplitude);
    json.set("offset", p.offset);
}

void write(Json& json, const ThreeFactor& p)
{
    write(json, p.pairing);
    json.set("eligibility_time_constant_ms", p.eligibilityTimeConstantMs);
    json.set("learning_rate", p.learningRate);
}

/// In the order of Plasticity::rule.
constexpr std::array<std::string_view, 4> ruleNames{"pair_stdp", "triplet_stdp", "symmetric_stdp", "three_factor"};

Json plasticityToJson(const Plasticity& plasticity)
{
    Json json = Json::object();
    json.set("rule", std::string(ruleNames[plasticity.rule.index()]));
    std::visit([&json](const auto& rule) { write(json, rule); }, plasticity.rule);
    json.set("maximum_weight", plasticity.maximumWeight);
    json.set("storage", plasticity.storage == PlasticStorage::Int16 ? "int16" : "int32");
    if (plasticity.scaling) {
        Json scaling = Json::object();
        scaling.set("target_rate_hz", plasticity.scaling->targetRateHz);
        scaling.set("period_ms", plasticity.scaling->periodMs);
        scaling.set("strength", plasticity.scaling->strength);
        json.set("scaling", std::move(scaling));
    }
    return json;
}

constexpr std::array<std::string_view, 4> precisionNames{"fp32", "fp16", "int16", "int8"};

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

void readNumber(JsonFields& f, std::string_view key, double& value)
{
    value = f.numberOr(key, value, -anyNumber, anyNumber);
}

LifParameters parseLif(JsonFields& f, LifParameters p)
{
    readNumber(f, "membrane_time_constant_ms", p.membraneTimeConstantMs);
    readNumber(f, "rest_mv", p.restMv);
    readNumber(f, "threshold_mv", p.thresholdMv);
    readNumber(f, "reset_mv", p.resetMv);
    readNumber(f, "refractory_ms", p.refractoryMs);
    readNumber(f, "excitatory_time_constant_ms", p.excitatoryTimeConstantMs);
    readNumber(f, "inhibitory_time_constant_ms", p.inhibitoryTimeConstantMs);
    return p;
}

void parse(JsonFields& f, LifParameters& p)
{
    p = parseLif(f, p);
}

void parse(JsonFields& f, PoissonParameters& p)
{
    readNumber(f, "rate_hz", p.rateHz);
    const std::string sampling = f.stringOr("sampling", "every_tick");
    if (sampling == "intervals")
        p.sampling = PoissonSampling::Intervals;
    else if (sampling != "every_tick")
        f.fail("sampling", "unknown way of drawing \"" + sampling + '"', "Use every_tick or intervals.");
}

void parse(JsonFields& f, ConductanceLifParameters& p)
{
    p.lif = parseLif(f, p.lif);
    readNumber(f, "excitatory_reversal_mv", p.excitatoryReversalMv);
    readNumber(f, "inhibitory_reversal_mv", p.inhibitoryReversalMv);
}

void parse(JsonFields& f, AdaptiveLifParameters& p)
{
    p.lif = parseLif(f, p.lif);
    readNumber(f, "adaptation_time_constant_ms", p.adaptationTimeConstantMs);
    readNumber(f, "adaptation_step_mv", p.adaptationStepMv);
}

void parse(JsonFields& f, IzhikevichParameters& p)
{
    readNumber(f, "a", p.a);
    readNumber(f, "b", p.b);
    readNumber(f, "c", p.c);
    readNumber(f, "d", p.d);
    readNumber(f, "peak_mv", p.peakMv);
    readNumber(f, "excitatory_time_constant_ms", p.excitatoryTimeConstantMs);
    readNumber(f, "inhibitory_time_constant_ms", p.inhibitoryTimeConstantMs);
}

void parse(JsonFields& f, CounterParameters& p)
{
    readNumber(f, "threshold", p.threshold);
}

std::vector<std::uint32_t> parseIndices(JsonFields& f, std::string_view key);

void parse(JsonFields& f, SpikeListParameters& p)
{
    for (const Json& item : f.array("times_ms").items()) {
        if (!item.isNumber()) {
            f.fail("times_ms[" + std::to_string(p.timesMs.size()) + ']', "expected a time in ms");
            break;
        }
        p.timesMs.push_back(item.toDouble());
    }
    p.neurons = parseIndices(f, "neurons");
}

/// The alternative of a variant with this name, from a list of names in the variant's order.
template <typename Variant, std::size_t Names, std::size_t Index = 0>
Variant alternative(const std::array<std::string_view, Names>& names, std::string_view name, bool& found)
{
    static_assert(Names == std::variant_size_v<Variant>);
    if constexpr (Index == Names) {
        found = false;
        return {};
    } else {
        if (names[Index] == name)
            return Variant(std::in_place_index<Index>);
        return alternative<Variant, Names, Index + 1>(names, name, found);
    }
}

template <std::size_t Names> std::string listed(const std::array<std::string_view, Names>& names)
{
    std::string list = "Use ";
    for (std::size_t i = 0; i < Names; ++i)
        list += (i == 0 ? "" : i + 1 == Names ? " or " : ", ") + std::string(names[i]);
    return list + '.';
}

NeuronModel parseModel(JsonFields& f)
{
    const std::string type = f.string("type");
    bool found = true;
    auto model = alternative<NeuronModel>(modelNames, type, found);
    if (f.ok() && !found)
        f.fail("type", "unknown neuron model \"" + type + '"', listed(modelNames));
    std::visit([&f](auto& parameters) { parse(f, parameters); }, model);
    return model;
}

void parse(JsonFields& f, PairStdp& p)
{
    readNumber(f, "tau_plus_ms", p.tauPlusMs);
    readNumber(f, "tau_minus_ms", p.tauMinusMs);
    readNumber(f, "potentiation", p.potentiation);
    readNumber(f, "depression", p.depression);
}

void parse(JsonFields& f, TripletStdp& p)
{
    PairStdp pair{p.tauPlusMs, p.tauMinusMs, p.potentiation, p.depression};
    parse(f, pair);
    p.tauPlusMs = pair.tauPlusMs;
    p.tauMinusMs = pair.tauMinusMs;
    p.potentiation = pair.potentiation;
    p.depression = pair.depression;
    readNumber(f, "tau_x_ms", p.tauXMs);
    readNumber(f, "tau_y_ms", p.tauYMs);
    readNumber(f, "triplet_potentiation", p.tripletPotentiation);
    readNumber(f, "triplet_depression", p.tripletDepression);
}

void parse(JsonFields& f, SymmetricStdp& p)
{
    readNumber(f, "tau_ms", p.tauMs);
    readNumber(f, "amplitude", p.amplitude);
    readNumber(f, "offset", p.offset);
}

void parse(JsonFields& f, ThreeFactor& p)
{
    parse(f, p.pairing);
    readNumber(f, "eligibility_time_constant_ms", p.eligibilityTimeConstantMs);
    readNumber(f, "learning_rate", p.learningRate);
}

Result<Plasticity> parsePlasticity(const Json& json, const std::string& path)
{
    JsonFields f(json, path);
    Plasticity plasticity;
    const std::string rule = f.string("rule");
    bool found = true;
    plasticity.rule = alternative<decltype(plasticity.rule)>(ruleNames, rule, found);
    if (f.ok() && !found)
        f.fail("rule", "unknown plasticity rule \"" + rule + '"', listed(ruleNames));
    std::visit([&f](auto& parameters) { parse(f, parameters); }, plasticity.rule);
    readNumber(f, "maximum_weight", plasticity.maximumWeight);
    const std::string storage = f.stringOr("storage", "int32");
    if (storage == "int16")
        plasticity.storage = PlasticStorage::Int16;
    else if (storage != "int32")
        f.fail("storage", "unknown storage \"" + storage + '"', "Use int32 or int16; fewer bits would not learn.");
    BNOF_TRY(f.status());
    if (f.has("scaling")) {
        JsonFields s(f.objectField("scaling"), path + ".scaling");
        HomeostaticScaling scaling;
        readNumber(s, "target_rate_hz", scaling.targetRateHz);
        readNumber(s, "period_ms", scaling.periodMs);
        readNumber(s, "strength", scaling.strength);
        BNOF_TRY(s.status());
        plasticity.scaling = scaling;
    }
    BNOF_TRY(f.status());
    return plasticity;
}

Precision parsePrecision(JsonFields& f)
{
    const std::string name = f.stringOr("precision", std::string(precisionNames[0]));
    if (const auto precision = precisionNamed(name))
        return *precision;
    f.fail("precision", "unknown precision \"" + name + '"', listed(precisionNames));
    return {};
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
    projection.precision = parsePrecision(f);
    if (f.has("plasticity")) {
        const Json& plasticity = f.objectField("plasticity");
        BNOF_TRY(f.status());
        BNOF_TRY_ASSIGN(projection.plasticity, parsePlasticity(plasticity, path + ".plasticity"));
    }
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
        if (projection.precision != Precision::Float32)
            entry.set("precision", std::string(precisionName(projection.precision)));
        if (projection.plasticity)
            entry.set("plasticity", plasticityToJson(*projection.plasticity));
        projections.push(std::move(entry));
    }
    json.set("projections", std::move(projections));
    return json;
}

std::string_view precisionName(Precision precision)
{
    return precisionNames[static_cast<std::size_t>(precision)];
}

std::optional<Precision> precisionNamed(std::string_view name)
{
    const auto found = std::find(precisionNames.begin(), precisionNames.end(), name);
    if (found == precisionNames.end())
        return std::nullopt;
    return static_cast<Precision>(found - precisionNames.begin());
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
