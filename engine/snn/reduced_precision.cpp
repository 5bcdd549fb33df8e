// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/reduced_precision.h"

#include <algorithm>

#include "engine/compute/quantisation.h"

namespace bnof::snn {
namespace {

void clip(std::vector<float>& weights, double percentile)
{
    std::vector<double> values(weights.begin(), weights.end());
    const auto limit = static_cast<float>(compute::quantileOf(std::move(values), percentile / 100));
    if (limit <= 0)
        return; // nearly all are zero: the others are what the projection says
    for (float& weight : weights)
        weight = std::min(weight, limit);
}

} // namespace

Network withPrecision(Network network, Precision precision)
{
    for (Projection& projection : network.projections)
        if (!projection.plasticity)
            projection.precision = precision;
    return network;
}

bool hasClip(const Projection& projection)
{
    const auto* list = std::get_if<ExplicitList>(&projection.connectivity);
    return !projection.plasticity && list != nullptr && !list->weights.empty();
}

Result<Network> withClips(Network network, std::span<const ProjectionClip> clips)
{
    if (clips.empty())
        return withPrecision(std::move(network), Precision::Int8);
    if (clips.size() != network.projections.size())
        return makeError(ErrorKind::BadInput,
                         "there are " + std::to_string(clips.size()) + " clips for " +
                             std::to_string(network.projections.size()) + " projections",
                         "clips", "Give one for each projection.");
    for (std::size_t i = 0; i < clips.size(); ++i) {
        Projection& projection = network.projections[i];
        const std::string where = "clips[" + std::to_string(i) + ']';
        if (!(clips[i].clipPercentile > 0 && clips[i].clipPercentile <= 100))
            return makeError(ErrorKind::BadInput, "a percentile is not within 0 and 100", where,
                             "Give 100 to clip nothing.");
        if (!clips[i].reduced)
            continue;
        if (projection.plasticity)
            return makeError(ErrorKind::BadInput, "weights that learn are never kept in int8", where,
                             "Leave this projection in full precision.");
        projection.precision = Precision::Int8;
        if (hasClip(projection))
            clip(std::get<ExplicitList>(projection.connectivity).weights, clips[i].clipPercentile);
    }
    return network;
}

} // namespace bnof::snn
