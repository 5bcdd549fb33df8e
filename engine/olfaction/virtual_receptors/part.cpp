// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/virtual_receptors/part.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/base/exact_math.h"
#include "engine/olfaction/json_vectors.h"

namespace bnof::olfaction {
namespace {

constexpr std::array<std::string_view, VirtualLayers> layerNames{"receptor", "projection", "local", "association",
                                                                 "rivalry"};
constexpr double membraneMs = 20;
constexpr double refractoryMs = 2;
constexpr double rheobaseMv = 10;
constexpr double associationSynapseMs = 20;

snn::Population lif(std::string_view name, std::size_t size, double excitatoryMs, double inhibitoryMs)
{
    snn::LifParameters p;
    p.membraneTimeConstantMs = membraneMs;
    p.refractoryMs = refractoryMs;
    p.excitatoryTimeConstantMs = excitatoryMs;
    p.inhibitoryTimeConstantMs = inhibitoryMs;
    return {std::string(name), static_cast<std::uint32_t>(size), p};
}

/// Blocks of `from` and `to` neurons: every neuron of a block reaches those of its own block, or of all others.
snn::Projection blocks(std::string name, std::uint32_t source, std::uint32_t target, snn::Receptor receptor,
                       std::size_t count, std::size_t from, std::size_t to, bool own, double weight)
{
    snn::ExplicitList list;
    for (std::size_t a = 0; a < count; ++a) {
        for (std::size_t b = 0; b < count; ++b) {
            if ((a == b) != own)
                continue;
            for (std::size_t i = 0; i < from * to; ++i) {
                list.sources.push_back(static_cast<std::uint32_t>(a * from + i / to));
                list.targets.push_back(static_cast<std::uint32_t>(b * to + i % to));
            }
        }
    }
    snn::Projection out;
    out.name = std::move(name);
    out.source = source;
    out.target = target;
    out.receptor = receptor;
    out.connectivity = std::move(list);
    out.weight = weight;
    return out;
}

Error bad(std::string what, std::string where)
{
    return makeError(ErrorKind::BadInput, std::move(what), std::move(where),
                     "The model file is damaged or was made by another program; train the model again.");
}

} // namespace

void virtualDrive(const VirtualReceptorPart& part, std::span<const double> coordinates, std::vector<float>& driveMv)
{
    const std::size_t receptors = part.receptors();
    std::vector<double> distance(receptors, 0);
    for (std::size_t r = 0; r < receptors; ++r) {
        for (std::size_t f = 0; f < part.dimension; ++f)
            distance[r] += std::abs(coordinates[f] - part.positions[r * part.dimension + f]);
    }
    const double nearest = *std::min_element(distance.begin(), distance.end());
    driveMv.resize(receptors * part.cells);
    for (std::size_t r = 0; r < receptors; ++r) {
        const double share = exactExp(std::max(-(distance[r] - nearest) / part.reach, -600.0));
        for (std::uint32_t cell = 0; cell < part.cells; ++cell) {
            const double spread = 0.9 + 0.2 * (cell + 0.5) / part.cells;
            const double hz = spread * (part.lowHz + (part.highHz - part.lowHz) * share);
            // The current at which a leaky integrator needs 1 / hz from reset to threshold.
            const double charging = std::max(1000 / hz - refractoryMs, 0.5);
            driveMv[r * part.cells + cell] = static_cast<float>(rheobaseMv / (1 - exactExp(-charging / membraneMs)));
        }
    }
}

snn::Network virtualNetwork(const VirtualReceptorPart& part, std::size_t gases, const std::vector<float>& weights,
                            std::uint64_t seed)
{
    using enum snn::Receptor;
    const std::size_t receptors = part.receptors();
    const std::size_t relays = receptors * part.cells;
    constexpr std::size_t rivals = 2; // inhibitory neurons of an association block
    snn::Network network;
    network.name = "virtual receptors";
    network.seed = seed;
    network.populations = {
        lif(layerNames[VirtualReceptors], relays, 5, 10),
        lif(layerNames[Glomeruli], relays, 5, 10),
        lif(layerNames[GlomerularLocals], receptors, 5, 10),
        lif(layerNames[Association], gases * part.perGas, associationSynapseMs, 10),
        lif(layerNames[Rivalry], gases * rivals, 5, 10),
    };
    // At the mean rate of the receptors (45 Hz) a projection neuron gets 20 mV, twice what it needs; at the lowest rate
    // it is silent, at the highest its local neuron fires at some 60 Hz and all local neurons together take 6 mV.
    const double cells = part.cells;
    network.projections = {
        blocks("olfactory nerve", VirtualReceptors, Glomeruli, Excitatory, receptors, part.cells, part.cells, true,
               20 / (cells * 0.045 * 5)),
        blocks("lateral excitation", Glomeruli, GlomerularLocals, Excitatory, receptors, part.cells, 1, true,
               20 / (cells * 0.045 * 5)),
        blocks("lateral inhibition", GlomerularLocals, Glomeruli, Inhibitory, receptors, 1, part.cells, false,
               6 / (static_cast<double>(receptors) * 0.02 * 10)),
    };
    snn::Projection learnt;
    learnt.name = "association";
    learnt.source = Glomeruli;
    learnt.target = Association;
    snn::ExplicitList list;
    for (std::size_t s = 0; s < relays; ++s) {
        for (std::size_t g = 0; g < gases; ++g) {
            const float weight = weights[g * relays + s];
            for (std::uint32_t k = 0; k < part.perGas && weight > 0; ++k) {
                list.sources.push_back(static_cast<std::uint32_t>(s));
                list.targets.push_back(static_cast<std::uint32_t>(g * part.perGas + k));
                list.weights.push_back(weight);
            }
        }
    }
    learnt.connectivity = std::move(list);
    network.projections.push_back(std::move(learnt));
    network.projections.push_back(blocks("rivalry excitation", Association, Rivalry, Excitatory, gases, part.perGas,
                                         rivals, true, 120.0 / part.perGas));
    network.projections.push_back(
        blocks("rivalry inhibition", Rivalry, Association, Inhibitory, gases, rivals, part.perGas, false, 3));
    return network;
}

Result<void> validate(const VirtualReceptorPart& part, std::size_t features, std::size_t axes, std::size_t gases)
{
    if (part.dimension != (part.discriminants ? axes : features) || part.dimension == 0)
        return bad("the receptors do not fit the coordinates", "virtual_receptors.dimension");
    if (part.receptors() < 2 || part.receptors() > 10'000 || part.positions.size() % part.dimension != 0)
        return bad("there must be between 2 and 10,000 receptors", "virtual_receptors.positions");
    if (!(part.reach >= 1e-9 && part.lowHz >= 1 && part.highHz > part.lowHz && part.highHz <= 200))
        return bad("a rate or the reach is out of range", "virtual_receptors.reach");
    BNOF_TRY(snn::validate(part.network));
    const auto& populations = part.network.populations;
    const std::array<std::size_t, VirtualLayers> sizes{part.receptors() * part.cells, part.receptors() * part.cells,
                                                       part.receptors(), gases * part.perGas, 0};
    if (populations.size() != VirtualLayers || part.network.tickMs != 1)
        return bad("there must be " + std::to_string(VirtualLayers) + " populations at a tick of 1 ms", "network");
    for (std::size_t i = 0; i < populations.size(); ++i) {
        const std::string where = "network.populations[" + std::to_string(i) + "]";
        if (populations[i].name != layerNames[i] || !std::holds_alternative<snn::LifParameters>(populations[i].model))
            return bad("the population must be integrate-and-fire neurons named " + std::string(layerNames[i]), where);
        if (i != Rivalry && (populations[i].size != sizes[i] || sizes[i] == 0))
            return bad("the population does not fit the receptors and gases", where + ".size");
    }
    return {};
}

Json toJson(const VirtualReceptorPart& part)
{
    Json out = Json::object();
    out.set("discriminants", part.discriminants).set("dimension", part.dimension);
    out.set("positions", Json::arrayOf(part.positions)).set("reach", part.reach);
    out.set("low_hz", part.lowHz).set("high_hz", part.highHz).set("cells", part.cells).set("per_gas", part.perGas);
    out.set("window_intervals", part.windowIntervals).set("calibration", toJson(part.calibration));
    return out;
}

Result<VirtualReceptorPart> virtualReceptorsFromJson(const Json& json, const Json& network, const std::string& path)
{
    JsonFields fields(json, path);
    VirtualReceptorPart part;
    part.discriminants = fields.booleanOr("discriminants", false);
    part.dimension = static_cast<std::size_t>(fields.integer("dimension", 1, 100'000));
    part.positions = readNumbers<double>(fields, "positions", 10'000'000);
    part.reach = fields.number("reach", 1e-9, 1e9);
    part.lowHz = fields.number("low_hz", 1, 200);
    part.highHz = fields.number("high_hz", 1, 200);
    part.cells = static_cast<std::uint32_t>(fields.integer("cells", 1, 1000));
    part.perGas = static_cast<std::uint32_t>(fields.integer("per_gas", 1, 1000));
    part.windowIntervals = static_cast<std::uint32_t>(fields.integer("window_intervals", 1, 1000));
    const Json& calibration = fields.objectField("calibration");
    BNOF_TRY(fields.status());
    BNOF_TRY_ASSIGN(part.calibration, readoutFromJson(calibration, path + ".calibration"));
    BNOF_TRY_ASSIGN(part.network, snn::networkFromJson(network));
    return part;
}

} // namespace bnof::olfaction
