// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/quantise.h"

#include <algorithm>
#include <cmath>

#include "engine/compute/half.h"
#include "engine/snn/kernels.h"

namespace bnof::snn {
namespace {

constexpr double largestUnits = 32767;
/// Below 2^-60 mV a unit moves no membrane; the bound keeps every constant a normal number.
constexpr int lowestExponent = -60;

double largestWeight(const Projection& projection)
{
    double largest = projection.weight;
    const auto* list = std::get_if<ExplicitList>(&projection.connectivity);
    if (list != nullptr && !list->weights.empty())
        largest = static_cast<double>(*std::max_element(list->weights.begin(), list->weights.end()));
    largest = inPrecision(largest, projection.precision);
    return projection.plasticity ? std::max(largest, projection.plasticity->maximumWeight) : largest;
}

int scaleExponent(double largest)
{
    if (largest <= 0)
        return 0;
    int exponent = lowestExponent;
    if (const int close = std::ilogb(largest) - 15; close > exponent)
        exponent = close;
    while (std::ldexp(largestUnits, exponent) < largest) // exact: no rounding decides the scale
        ++exponent;
    return exponent;
}

} // namespace

double inPrecision(double weight, Precision precision)
{
    if (precision != Precision::Float16)
        return weight;
    return static_cast<double>(compute::floatFromHalf(compute::halfFromFloat(static_cast<float>(weight))));
}

double ReceptorScale::unitMv() const
{
    return std::ldexp(1.0, exponent);
}

std::int32_t ReceptorScale::quantise(double weightMv) const
{
    return static_cast<std::int32_t>(std::floor(std::ldexp(weightMv, -exponent) + 0.5));
}

std::vector<ReceptorScale> receptorScales(const Network& network)
{
    std::vector<ReceptorScale> scales(network.populations.size() * 2);
    std::vector<double> largest(scales.size(), 0);
    for (const Projection& projection : network.projections) {
        const std::size_t receptor = receptorIndex(projection);
        scales[receptor].used = true;
        largest[receptor] = std::max(largest[receptor], largestWeight(projection));
    }
    for (std::size_t i = 0; i < network.populations.size(); ++i) {
        double& excitatory = largest[2 * i];
        double& inhibitory = largest[2 * i + 1];
        if (std::holds_alternative<CounterParameters>(network.populations[i].model))
            excitatory = inhibitory = std::max(excitatory, inhibitory);
        scales[2 * i].exponent = scaleExponent(excitatory);
        scales[2 * i + 1].exponent = scaleExponent(inhibitory);
    }
    return scales;
}

std::uint64_t inputLimit(const NeuronModel& model)
{
    return std::holds_alternative<CounterParameters>(model) ? accumulatorLimit - std::uint64_t{counterLimit}
                                                            : accumulatorLimit;
}

Error accumulatorError(std::string where, std::uint64_t sum, std::uint64_t limit)
{
    return makeError(ErrorKind::BadInput,
                     "the synapses of one neuron could add up to " + std::to_string(sum) +
                         " weight units in one tick, more than the accumulator's " + std::to_string(limit),
                     std::move(where),
                     "Lower the number of synapses on this receptor, or make their weights more alike.");
}

} // namespace bnof::snn
