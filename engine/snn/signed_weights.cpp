// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/signed_weights.h"

#include <map>

namespace bnof::snn {
namespace {

Error refuse(std::string where, std::string what, std::string remedy)
{
    return makeError(ErrorKind::BadInput, std::move(what), std::move(where), std::move(remedy));
}

void append(ExplicitList& list, std::uint32_t source, std::uint32_t target, float weight)
{
    list.sources.push_back(source);
    list.targets.push_back(target);
    list.weights.push_back(weight);
}

using PairWeights = std::map<std::pair<std::uint32_t, std::uint32_t>, double>;

Result<void> addWeights(const Network& network, std::uint32_t index, Receptor receptor, double sign, PairWeights& sums)
{
    const std::string path = "network.projections[" + std::to_string(index) + ']';
    if (index >= network.projections.size())
        return refuse(path, "the projection does not exist", "Name an existing projection.");
    const Projection& projection = network.projections[index];
    const auto* list = std::get_if<ExplicitList>(&projection.connectivity);
    if (list == nullptr)
        return refuse(path + ".connectivity", "signed weights are explicit lists", "Write the synapses out as a list.");
    if (projection.receptor != receptor)
        return refuse(path + ".receptor", "the pair does not name the excitatory and then the inhibitory projection",
                      "Give the two in that order.");
    if (list->targets.size() != list->sources.size() ||
        (!list->weights.empty() && list->weights.size() != list->sources.size()))
        return refuse(path + ".connectivity", "the list has unequal lengths", "Give one target and weight a source.");
    for (std::size_t k = 0; k < list->sources.size(); ++k)
        sums[{list->sources[k], list->targets[k]}] +=
            sign * (list->weights.empty() ? projection.weight : static_cast<double>(list->weights[k]));
    return {};
}

} // namespace

SplitWeights splitSigned(const SignedList& list, ZeroWeights zeros)
{
    SplitWeights split;
    for (std::size_t k = 0; k < list.weights.size(); ++k) {
        const float weight = list.weights[k];
        if (weight > 0 || zeros == ZeroWeights::Keep)
            append(split.excitatory, list.sources[k], list.targets[k], weight > 0 ? weight : 0.0F);
        if (weight < 0 || zeros == ZeroWeights::Keep)
            append(split.inhibitory, list.sources[k], list.targets[k], weight < 0 ? -weight : 0.0F);
    }
    return split;
}

Result<SignedPair> addSignedProjection(Network& network, const std::string& name, std::uint32_t source,
                                       std::uint32_t target, const SignedList& list, double delayMs)
{
    if (list.sources.size() != list.targets.size() || list.sources.size() != list.weights.size())
        return refuse(name, "the signed list has unequal lengths", "Give one source, target and weight a synapse.");
    if (source >= network.populations.size() || target >= network.populations.size())
        return refuse(name, "a population of the signed projection does not exist", "Name existing populations.");
    SplitWeights split = splitSigned(list);
    SignedPair pair;
    pair.excitatory = static_cast<std::uint32_t>(network.projections.size());
    pair.inhibitory = pair.excitatory + 1;
    Projection projection;
    projection.source = source;
    projection.target = target;
    projection.delayMs = delayMs;
    projection.name = name + " (excitatory)";
    projection.receptor = Receptor::Excitatory;
    projection.connectivity = std::move(split.excitatory);
    network.projections.push_back(projection);
    projection.name = name + " (inhibitory)";
    projection.receptor = Receptor::Inhibitory;
    projection.connectivity = std::move(split.inhibitory);
    network.projections.push_back(std::move(projection));
    return pair;
}

Result<SignedList> mergeSigned(const Network& network, const SignedPair& pair)
{
    PairWeights sums;
    BNOF_TRY(addWeights(network, pair.excitatory, Receptor::Excitatory, 1, sums));
    BNOF_TRY(addWeights(network, pair.inhibitory, Receptor::Inhibitory, -1, sums));
    const Projection& excitatory = network.projections[pair.excitatory];
    const Projection& inhibitory = network.projections[pair.inhibitory];
    if (excitatory.source != inhibitory.source || excitatory.target != inhibitory.target)
        return refuse("network.projections[" + std::to_string(pair.inhibitory) + ']',
                      "the two projections of the pair do not join the same populations",
                      "Pair projections with one source and one target population.");
    SignedList list;
    for (const auto& [neurons, weight] : sums) {
        list.sources.push_back(neurons.first);
        list.targets.push_back(neurons.second);
        list.weights.push_back(static_cast<float>(weight));
    }
    return list;
}

} // namespace bnof::snn
