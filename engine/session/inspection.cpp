// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/inspection.h"

#include <algorithm>

namespace bnof::session {
namespace {

constexpr std::size_t mostNeurons = 64;

} // namespace

WeightHistogram histogramOf(std::uint32_t projection, const std::vector<float>& weights)
{
    WeightHistogram out;
    out.projection = projection;
    out.count = weights.size();
    if (weights.empty())
        return out;
    const auto [low, high] = std::minmax_element(weights.begin(), weights.end());
    out.lowest = static_cast<double>(*low);
    out.highest = static_cast<double>(*high);
    const double width = (out.highest - out.lowest) / static_cast<double>(WeightHistogram::binCount);
    out.bins.assign(width > 0 ? WeightHistogram::binCount : 1, 0);
    double sum = 0;
    for (const float weight : weights) {
        const auto value = static_cast<double>(weight);
        sum += value;
        const auto bin = width > 0 ? static_cast<std::size_t>((value - out.lowest) / width) : 0;
        ++out.bins[std::min(bin, out.bins.size() - 1)];
    }
    out.mean = sum / static_cast<double>(weights.size());
    return out;
}

NetworkSnapshot inspect(const snn::Simulation& simulation, const InspectionRequest& request)
{
    NetworkSnapshot out;
    out.t = monotonicNow();
    out.activity = simulation.activity();
    out.population = request.population;
    out.backEnd = simulation.backEndName();
    out.backEndReason = simulation.backEndReason();
    const snn::Network& network = simulation.network();
    const bool sampled = !request.neurons.empty() && request.population < network.populations.size();
    if (sampled) {
        const std::vector<float> membrane = simulation.membrane(request.population);
        for (const std::uint32_t neuron : request.neurons) {
            if (neuron < membrane.size() && out.neurons.size() < mostNeurons) {
                out.neurons.push_back(neuron);
                out.membraneMv.push_back(membrane[neuron]);
            }
        }
    }
    if (request.weightsOf && *request.weightsOf < network.projections.size())
        out.weights = histogramOf(*request.weightsOf, simulation.weights(*request.weightsOf));
    return out;
}

} // namespace bnof::session
