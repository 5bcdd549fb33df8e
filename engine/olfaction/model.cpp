// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/model.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/olfaction/baselines/classifier.h"
#include "engine/snn/reduced_precision.h"

namespace bnof::olfaction {
namespace {

constexpr std::array<std::string_view, LayerCount> layerNames{"receptor", "projection", "local",
                                                              "Kenyon",   "feedback",   "output"};

Error bad(std::string what, std::string where)
{
    return makeError(ErrorKind::BadInput, std::move(what), std::move(where),
                     "The model file is damaged or was made by another program; train the model again.");
}

/// Drive at which an unconnected neuron just fires.
double rheobase(const snn::Population& population)
{
    const auto& lif = std::get<snn::LifParameters>(population.model);
    return lif.thresholdMv - lif.restMv;
}

Result<void> validateLayers(const Model& model)
{
    const SpikingPart& part = model.spiking;
    const auto& populations = part.network.populations;
    if (populations.size() != LayerCount)
        return bad("there must be " + std::to_string(LayerCount) + " populations", "network.populations");
    for (std::size_t i = 0; i < LayerCount; ++i) {
        const std::string where = "network.populations[" + std::to_string(i) + "]";
        if (populations[i].name != layerNames[i])
            return bad("the population must be named " + std::string(layerNames[i]), where + ".name");
        if (i == Receptors && part.code.spikes()) {
            const auto* source = std::get_if<snn::PoissonParameters>(&populations[i].model);
            if (source == nullptr || source->sampling != snn::PoissonSampling::EveryTick || part.network.tickMs != 1)
                return bad("an encoder needs sources that are drawn at every tick of 1 ms", where + ".model");
        } else if (!std::holds_alternative<snn::LifParameters>(populations[i].model)) {
            return bad("the population must be integrate-and-fire neurons", where + ".model");
        }
    }
    if (populations[Receptors].size != part.code.receptors())
        return bad("the receptor population does not fit the receptor code", "network.populations[0].size");
    if (populations[Outputs].size != model.gases.size() * part.outputsPerGas)
        return bad("the output population must have outputs_per_gas neurons for each gas",
                   "network.populations[5].size");
    for (std::size_t i = 0; i < part.network.projections.size(); ++i) {
        const snn::Projection& projection = part.network.projections[i];
        if (projection.target == Outputs || projection.source == Outputs)
            return bad("only the readout may reach the output population",
                       "network.projections[" + std::to_string(i) + "]");
    }
    return {};
}

Result<void> validateSpiking(const Model& model)
{
    const SpikingPart& part = model.spiking;
    BNOF_TRY(snn::validate(part.network));
    BNOF_TRY(validateLayers(model));
    const auto& populations = part.network.populations;
    if (part.kenyonBiasMv.size() != populations[KenyonCells].size)
        return bad("there must be one bias a Kenyon cell", "spiking.kenyon_bias_mv");
    if (part.outputBiasMv.size() != populations[Outputs].size)
        return bad("there must be one bias an output neuron", "spiking.output_bias_mv");
    const double limit = rheobase(populations[Outputs]);
    for (const float bias : part.outputBiasMv) {
        if (!(bias < limit))
            return bad("a bias would make an output neuron fire without input", "spiking.output_bias_mv");
    }
    const std::size_t sources = std::size_t{populations[ProjectionNeurons].size} + populations[KenyonCells].size;
    if (part.readout.size() != sources * model.gases.size())
        return bad("there must be one weight for each gas and each projection neuron and Kenyon cell",
                   "spiking.readout");
    int exponent = 0;
    if (std::frexp(part.readoutUnitMv, &exponent) != 0.5 || exponent < -60 || exponent > 10)
        return bad("the unit must be a power of two between 2^-61 and 2^9 mV", "spiking.readout_unit_mv");
    const double ticks = model.decisionIntervalSeconds * 1000 / part.network.tickMs;
    if (ticks < 1 || ticks > 1e6 || ticks != std::floor(ticks))
        return bad("a decision interval must be a whole number of ticks", "decision_interval_s");
    if (part.restAfterTicks > 0 && part.restAfterTicks < ticks * part.windowIntervals)
        return bad("a network must not rest before its decision window is full", "spiking.rest_after_ticks");
    const snn::Network network = fullNetwork(part);
    if (const auto clipped = snn::withClips(network, clipsOf(part, network)); !clipped.ok())
        return bad("they do not fit the network: " + clipped.error().what, "spiking.int8_clip_percentiles");
    return snn::validate(network);
}

} // namespace

Result<void> validate(const Model& model)
{
    const bool classifier = isClassifierKind(model.kind);
    if (model.kind != "spiking" && model.kind != "lda" && model.kind != "template" &&
        model.kind != "virtual-receptors" && !classifier)
        return bad("unknown kind of recogniser \"" + model.kind + '"', "kind");
    const std::size_t gases = model.gases.size();
    if (gases == 0 || gases > 1000)
        return bad("there must be between 1 and 1000 gases", "gases");
    if (model.background < -1 || model.background >= static_cast<int>(gases))
        return bad("the background is not one of the gases", "background");
    if (model.gasComponents.size() != gases)
        return bad("there must be one list of components a gas", "gas_components");
    for (const std::vector<int>& list : model.gasComponents) {
        for (const int component : list) {
            if (component < 0 || component >= static_cast<int>(model.components.size()))
                return bad("a component does not exist", "gas_components");
        }
    }
    BNOF_TRY(validate(model.frontEnd));
    if (model.channels.size() != model.frontEnd.channels())
        return bad("there must be one channel for each scale of the front end", "channels");
    if (model.discriminant.dimension != model.frontEnd.features() || model.discriminant.classes() != gases)
        return bad("the discriminant does not fit the features and gases", "discriminant");
    if (!(model.decisionIntervalSeconds >= 0.001 && model.decisionIntervalSeconds <= 60))
        return bad("the decision interval must be within 0.001 and 60 s", "decision_interval_s");
    if (!(model.longestHoldSeconds >= 0.01 && model.longestHoldSeconds <= 3600))
        return bad("the longest hold must be within 0.01 and 3600 s", "longest_hold_s");
    if (classifier) {
        if (model.classifier["kind"].toString() != model.kind)
            return bad("the classifier is of another kind than the model", "classifier.kind");
        BNOF_TRY(classifierFromJson(model.classifier, "classifier", model.discriminant.dimension, gases));
    }
    if (model.kind == "virtual-receptors")
        return validate(model.virtualReceptors, model.frontEnd.features(), model.discriminant.axes, gases);
    return model.kind == "spiking" ? validateSpiking(model) : Result<void>();
}

std::vector<snn::ProjectionClip> clipsOf(const SpikingPart& part, const snn::Network& network)
{
    std::vector<snn::ProjectionClip> clips;
    for (const snn::Projection& projection : network.projections) {
        const auto named = std::find_if(part.clips.begin(), part.clips.end(),
                                        [&](const auto& clip) { return clip.first == projection.name; });
        clips.push_back(named != part.clips.end() ? named->second
                                                  : snn::ProjectionClip{!projection.plasticity.has_value(), 100});
    }
    return clips;
}

snn::Network fullNetwork(const SpikingPart& part)
{
    snn::Network network = part.network;
    const std::uint32_t outputs = network.populations[Outputs].size;
    const std::uint32_t gases = part.outputsPerGas == 0 ? 0 : outputs / part.outputsPerGas;
    const std::uint32_t projectionNeurons = network.populations[ProjectionNeurons].size;
    const std::size_t sources = std::size_t{projectionNeurons} + network.populations[KenyonCells].size;
    for (const std::uint32_t layer : {std::uint32_t{ProjectionNeurons}, std::uint32_t{KenyonCells}}) {
        const std::size_t first = layer == ProjectionNeurons ? 0 : projectionNeurons;
        for (const snn::Receptor receptor : {snn::Receptor::Excitatory, snn::Receptor::Inhibitory}) {
            const bool excitatory = receptor == snn::Receptor::Excitatory;
            snn::ExplicitList list;
            for (std::uint32_t source = 0; source < network.populations[layer].size; ++source) {
                for (std::uint32_t gas = 0; gas < gases; ++gas) {
                    const std::int32_t weight = part.readout[gas * sources + first + source];
                    if (weight == 0 || (weight > 0) != excitatory)
                        continue;
                    const auto mv = static_cast<float>(std::abs(static_cast<double>(weight)) * part.readoutUnitMv);
                    for (std::uint32_t i = 0; i < part.outputsPerGas; ++i) {
                        list.sources.push_back(source);
                        list.targets.push_back(gas * part.outputsPerGas + i);
                        list.weights.push_back(mv);
                    }
                }
            }
            if (list.sources.empty())
                continue;
            snn::Projection projection;
            projection.name = std::string(layer == ProjectionNeurons ? "direct" : "learned") +
                              (excitatory ? " excitation" : " inhibition");
            projection.source = layer;
            projection.target = Outputs;
            projection.receptor = receptor;
            projection.connectivity = std::move(list);
            network.projections.push_back(std::move(projection));
        }
    }
    return network;
}

} // namespace bnof::olfaction
