// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/nir.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace bnof::snn {
namespace {

constexpr double perMilli = 1000;

Error bad(const std::string& what, const std::string& node)
{
    return makeError(ErrorKind::BadInput, what, "nodes." + node);
}

// ---- writing

Json populationNode(const Population& population, const Json& native)
{
    Json node = Json::object();
    if (const auto* lif = std::get_if<LifParameters>(&population.model)) {
        node.set("type", "CubaLIF");
        node.set("tau_mem", lif->membraneTimeConstantMs / perMilli);
        node.set("tau_syn", lif->excitatoryTimeConstantMs / perMilli);
        node.set("r", 1.0).set("v_leak", lif->restMv / perMilli);
        node.set("v_threshold", lif->thresholdMv / perMilli).set("v_reset", lif->resetMv / perMilli);
        // A spike then moves the current by its weight.
        node.set("w_in", lif->excitatoryTimeConstantMs / perMilli);
    } else {
        node.set("type", isSource(population.model) ? "Input" : "bnof");
    }
    Json shape = Json::array();
    shape.push(population.size);
    node.set("shape", std::move(shape)).set("bnof", native);
    return node;
}

Json projectionNode(const Network& network, const Projection& projection, const Json& native)
{
    Json node = Json::object();
    Json kept = native;
    const auto* list = std::get_if<ExplicitList>(&projection.connectivity);
    if (list != nullptr && !list->weights.empty()) {
        const double unit = (projection.receptor == Receptor::Inhibitory ? -1 : 1) / perMilli;
        std::vector<double> values;
        for (const float weight : list->weights)
            values.push_back(static_cast<double>(weight) * unit);
        Json shape = Json::array();
        shape.push(network.populations[projection.target].size);
        shape.push(network.populations[projection.source].size);
        Json weight = Json::object();
        weight.set("shape", std::move(shape)).set("rows", Json::arrayOf(list->targets));
        weight.set("columns", Json::arrayOf(list->sources)).set("values", Json::arrayOf(values));
        node.set("type", "Linear").set("weight", std::move(weight));
        kept.set("connectivity", Json());
    } else {
        node.set("type", "bnof");
    }
    node.set("bnof", std::move(kept));
    return node;
}

Json edge(const std::string& from, const std::string& to)
{
    Json out = Json::array();
    out.push(from);
    out.push(to);
    return out;
}

// ---- reading

/// A scalar, or a list of equal numbers.
Result<double> uniform(const Json& node, const char* field, const std::string& name, double fallback)
{
    const Json& value = node[field];
    if (value.isNull())
        return fallback;
    if (value.isNumber())
        return value.toDouble();
    const auto& items = value.items();
    if (items.empty() || !items.front().isNumber())
        return bad(std::string("its ") + field + " is not a number", name);
    for (const Json& item : items) {
        if (!(item == items.front()))
            return bad(std::string("its ") + field + " differs between neurons", name);
    }
    return items.front().toDouble();
}

struct Graph {
    std::map<std::string, std::vector<std::string>> next;
    std::map<std::string, std::vector<std::string>> before;
};

/// Weights of a Linear node of another program, signed, without zeros.
struct SignedWeights {
    std::uint32_t rows = 0; ///< targets
    std::uint32_t columns = 0;
    std::vector<std::uint32_t> row;
    std::vector<std::uint32_t> column;
    std::vector<double> value;
};

Result<SignedWeights> readWeights(const Json& node, const std::string& name)
{
    SignedWeights out;
    const Json& weight = node["weight"];
    const auto add = [&out](std::size_t row, std::size_t column, double value) {
        if (value == 0)
            return;
        out.row.push_back(static_cast<std::uint32_t>(row));
        out.column.push_back(static_cast<std::uint32_t>(column));
        out.value.push_back(value);
    };
    constexpr std::size_t largest = 1U << 24;
    if (weight.isArray()) {
        const auto& rows = weight.items();
        for (std::size_t r = 0; r < rows.size(); ++r) {
            const auto& row = rows[r].items();
            if (row.size() != rows.front().items().size() || row.empty())
                return bad("its weight is not a matrix", name);
            for (std::size_t c = 0; c < row.size(); ++c)
                add(r, c, row[c].toDouble());
        }
        if (rows.empty() || rows.size() > largest)
            return bad("its weight has no rows, or too many", name);
        out.rows = static_cast<std::uint32_t>(rows.size());
        out.columns = static_cast<std::uint32_t>(rows.front().items().size());
        return out;
    }
    const auto& shape = weight["shape"].items();
    const auto& rows = weight["rows"].items();
    const auto& columns = weight["columns"].items();
    const auto& values = weight["values"].items();
    if (shape.size() != 2 || rows.size() != values.size() || columns.size() != values.size())
        return bad("its weight is neither a matrix nor shape, rows, columns and values", name);
    const std::int64_t targets = shape[0].toInteger();
    const std::int64_t sources = shape[1].toInteger();
    if (targets < 1 || sources < 1 || targets > std::int64_t{largest} || sources > std::int64_t{largest})
        return bad("the shape of its weight is out of range", name);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::int64_t row = rows[i].toInteger(-1);
        const std::int64_t column = columns[i].toInteger(-1);
        if (row < 0 || row >= targets || column < 0 || column >= sources || !values[i].isNumber())
            return bad("entry " + std::to_string(i) + " of its weight lies outside the shape", name);
        // Zeros are kept: the lists of a network written here have to come back as they were.
        out.row.push_back(static_cast<std::uint32_t>(row));
        out.column.push_back(static_cast<std::uint32_t>(column));
        out.value.push_back(values[i].toDouble());
    }
    out.rows = static_cast<std::uint32_t>(targets);
    out.columns = static_cast<std::uint32_t>(sources);
    return out;
}

bool isWeights(const Json& node)
{
    const std::string& type = node["type"].toString();
    return type == "Linear" || type == "Affine" || (type == "bnof" && node["bnof"].contains("connectivity"));
}

bool isPopulation(const Json& node)
{
    const std::string& type = node["type"].toString();
    return type == "Input" || type == "CubaLIF" || type == "LIF" || (type == "bnof" && !isWeights(node));
}

/// How many neurons a node of another program has: what its shape says, its parameters, or the weights beside it.
std::uint32_t sizeOf(const Json& nodes, const Graph& graph, const std::string& name)
{
    const Json& node = nodes[name];
    const Json& shape = node.contains("shape") ? node["shape"] : node["input_type"]["input"];
    if (!shape.items().empty()) {
        std::int64_t size = 1;
        for (const Json& item : shape.items())
            size = std::clamp<std::int64_t>(size * std::clamp<std::int64_t>(item.toInteger(), 0, 1 << 24), 0, 1 << 24);
        return static_cast<std::uint32_t>(size);
    }
    for (const char* field : {"tau_mem", "tau", "v_threshold"}) {
        if (node[field].isArray())
            return static_cast<std::uint32_t>(node[field].items().size());
    }
    const auto beside = [&](const auto& edges, bool rows) -> std::uint32_t {
        const auto found = edges.find(name);
        if (found == edges.end())
            return 0;
        for (const std::string& other : found->second) {
            if (auto weights = readWeights(nodes[other], other); isWeights(nodes[other]) && weights.ok())
                return rows ? weights->rows : weights->columns;
        }
        return 0;
    };
    const std::uint32_t size = beside(graph.before, true);
    return size > 0 ? size : beside(graph.next, false);
}

/// A node of another program, and by what its weights are multiplied to be mV of our synapses.
struct ForeignPopulation {
    Population population;
    double mvPerWeight = perMilli;
};

Result<ForeignPopulation> readNeurons(const Json& node, const std::string& name, std::uint32_t size, double tickMs)
{
    ForeignPopulation out;
    out.population.name = name;
    out.population.size = size;
    const std::string& type = node["type"].toString();
    if (size == 0)
        return bad("nothing says how many neurons it has", name);
    if (type == "Input") {
        out.population.model = PoissonParameters{0, PoissonSampling::EveryTick};
        return out;
    }
    LifParameters lif;
    const bool current = type == "CubaLIF";
    BNOF_TRY_ASSIGN(const double membrane, uniform(node, current ? "tau_mem" : "tau", name, 0.02));
    BNOF_TRY_ASSIGN(const double synapse, uniform(node, "tau_syn", name, 0.005));
    BNOF_TRY_ASSIGN(const double gain, uniform(node, "w_in", name, 1));
    BNOF_TRY_ASSIGN(const double resistance, uniform(node, "r", name, 1));
    BNOF_TRY_ASSIGN(const double leak, uniform(node, "v_leak", name, 0));
    BNOF_TRY_ASSIGN(const double threshold, uniform(node, "v_threshold", name, 1));
    BNOF_TRY_ASSIGN(const double reset, uniform(node, "v_reset", name, 0));
    lif.membraneTimeConstantMs = membrane * perMilli;
    lif.restMv = leak * perMilli;
    lif.thresholdMv = threshold * perMilli;
    lif.resetMv = reset * perMilli;
    lif.refractoryMs = 0;
    const double synapseMs = current ? synapse * perMilli : tickMs;
    lif.excitatoryTimeConstantMs = lif.inhibitoryTimeConstantMs = synapseMs;
    out.mvPerWeight = perMilli * resistance * (current ? gain : 1) / (synapseMs / perMilli);
    out.population.model = lif;
    return out;
}

/// The one node that an edge leads to from `name` across Delay nodes, adding up the delays (seconds).
Result<std::string> target(const Json& nodes, const Graph& graph, std::string name, double& delay)
{
    for (int hops = 0; hops < 16; ++hops) {
        const auto next = graph.next.find(name);
        if (next == graph.next.end() || next->second.size() != 1)
            return bad("it must lead to one node", name);
        name = next->second.front();
        if (nodes[name]["type"].toString() != "Delay")
            return name;
        BNOF_TRY_ASSIGN(const double more, uniform(nodes[name], "delay", name, 0));
        delay += more;
    }
    return bad("there are too many delays in a row", name);
}

Json listConnectivity(const SignedWeights& weights, double mv, int sign)
{
    std::vector<std::uint32_t> sources;
    std::vector<std::uint32_t> targets;
    std::vector<float> values;
    for (std::size_t i = 0; i < weights.value.size(); ++i) {
        const double value = weights.value[i] * mv;
        if (sign != 0 && (sign > 0 ? value <= 0 : value >= 0))
            continue;
        sources.push_back(weights.column[i]);
        targets.push_back(weights.row[i]);
        values.push_back(static_cast<float>(std::abs(value)));
    }
    Json out = Json::object();
    out.set("rule", "explicit").set("sources", Json::arrayOf(sources)).set("targets", Json::arrayOf(targets));
    out.set("weights", Json::arrayOf(values));
    return out;
}

Result<Graph> readEdges(const Json& json, const Json& nodes)
{
    Graph graph;
    for (const Json& item : json["edges"].items()) {
        const std::string& from = item.items().size() == 2 ? item.items()[0].toString() : "";
        const std::string& to = item.items().size() == 2 ? item.items()[1].toString() : "";
        if (!nodes.contains(from) || !nodes.contains(to))
            return makeError(ErrorKind::BadInput, "an edge does not join two nodes: " + item.dump(), "edges");
        graph.next[from].push_back(to);
        graph.before[to].push_back(from);
    }
    return graph;
}

/// The projections that one node of weights stands for, in native form.
Result<void> readProjection(const Json& nodes, const Graph& graph, const std::string& name,
                            const std::map<std::string, double>& mvPerWeight, Json& projections)
{
    const Json& node = nodes[name];
    const bool native = node.contains("bnof");
    Json entry = node["bnof"];
    if (native && node["type"].toString() == "bnof") {
        projections.push(std::move(entry));
        return {};
    }
    BNOF_TRY_ASSIGN(const SignedWeights weights, readWeights(node, name));
    if (native) {
        entry.set("connectivity", listConnectivity(weights, perMilli, 0));
        projections.push(std::move(entry));
        return {};
    }
    for (const Json& bias : node["bias"].items()) {
        if (bias.toDouble() != 0)
            return bad("biases are not supported", name);
    }
    double delay = 0;
    BNOF_TRY_ASSIGN(const std::string to, target(nodes, graph, name, delay));
    const auto from = graph.before.find(name);
    if (from == graph.before.end() || from->second.size() != 1)
        return bad("it must come from one node", name);
    if (nodes[to]["type"].toString() == "Output")
        return {};
    if (!isPopulation(nodes[to]) || !isPopulation(nodes[from->second.front()]))
        return bad("weights must join two populations", name);
    const auto unit = mvPerWeight.find(to);
    for (const int sign : {1, -1}) {
        Json half = Json::object();
        half.set("name", name + (sign > 0 ? " excitation" : " inhibition"));
        half.set("source", from->second.front()).set("target", to);
        half.set("receptor", sign > 0 ? "excitatory" : "inhibitory").set("delay_ms", delay * perMilli);
        half.set("connectivity", listConnectivity(weights, unit == mvPerWeight.end() ? perMilli : unit->second, sign));
        if (!half["connectivity"]["sources"].items().empty())
            projections.push(std::move(half));
    }
    return {};
}

} // namespace

Json toNir(const Network& network)
{
    const Json native = toJson(network);
    Json nodes = Json::object();
    Json edges = Json::array();
    for (std::size_t i = 0; i < network.populations.size(); ++i)
        nodes.set(network.populations[i].name,
                  populationNode(network.populations[i], native["populations"].items()[i]));
    for (std::size_t i = 0; i < network.projections.size(); ++i) {
        const Projection& projection = network.projections[i];
        std::string name = "weights " + std::to_string(i + 1) + ": " + projection.name;
        const std::string& to = network.populations[projection.target].name;
        nodes.set(name, projectionNode(network, projection, native["projections"].items()[i]));
        edges.push(edge(network.populations[projection.source].name, name));
        if (projection.delayMs > 0) {
            const std::string delay = "delay " + std::to_string(i + 1);
            Json node = Json::object();
            node.set("type", "Delay").set("delay", projection.delayMs / perMilli);
            nodes.set(delay, std::move(node));
            edges.push(edge(name, delay));
            name = delay;
        }
        edges.push(edge(name, to));
    }
    Json out = Json::object();
    out.set("format", "nir-json").set("version", 1).set("name", network.name);
    out.set("tick_s", network.tickMs / perMilli).set("tick_ms", network.tickMs).set("seed", native["seed"]);
    out.set("nodes", std::move(nodes)).set("edges", std::move(edges));
    return out;
}

Result<Network> networkFromNir(const Json& json)
{
    JsonFields f(json, "graph");
    const Json& nodes = f.objectField("nodes");
    (void)f.array("edges");
    BNOF_TRY(f.status());
    BNOF_TRY_ASSIGN(const Graph graph, readEdges(json, nodes));
    const double tickMs = json["tick_ms"].toDouble(json["tick_s"].toDouble(0.001) * perMilli);
    Json populations = Json::array();
    Json projections = Json::array();
    std::map<std::string, double> mvPerWeight;
    for (const auto& [name, node] : nodes.members()) {
        const std::string& type = node["type"].toString();
        if (!isPopulation(node)) {
            if (!isWeights(node) && type != "Delay" && type != "Output")
                return makeError(ErrorKind::BadInput, "nodes of type \"" + type + "\" are not supported",
                                 "nodes." + name, "Use Input, Output, CubaLIF, LIF, Linear, Affine and Delay.");
            continue;
        }
        if (node.contains("bnof")) {
            populations.push(node["bnof"]);
            continue;
        }
        BNOF_TRY_ASSIGN(const ForeignPopulation read, readNeurons(node, name, sizeOf(nodes, graph, name), tickMs));
        mvPerWeight[name] = read.mvPerWeight;
        Network one;
        one.populations.push_back(read.population);
        populations.push(toJson(one)["populations"].items().front());
    }
    for (const auto& [name, node] : nodes.members()) {
        if (isWeights(node))
            BNOF_TRY(readProjection(nodes, graph, name, mvPerWeight, projections));
    }
    Json native = toJson(Network{});
    native.set("name", json["name"].toString()).set("tick_ms", tickMs);
    if (json.contains("seed"))
        native.set("seed", json["seed"]);
    native.set("populations", std::move(populations)).set("projections", std::move(projections));
    return networkFromJson(native);
}

} // namespace bnof::snn
