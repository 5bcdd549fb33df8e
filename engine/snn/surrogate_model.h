// SPDX-License-Identifier: GPL-3.0-or-later
// A network in the form that surrogate training works on: constants, synapses in both directions, and which
// parameter each trained synapse belongs to.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/snn/network.h"
#include "engine/snn/surrogate_kernels.h"
#include "engine/snn/surrogate_training.h"

namespace bnof::snn {

struct SurrogatePopulation {
    bool lif = false; ///< otherwise a source, whose spikes the presentation gives
    std::uint32_t size = 0;
    SurrogateConstants<float> constants; ///< but for the floors, which follow the weights
    float initialMembrane = 0;           ///< mV
    float rest = 0;                      ///< mV
    std::vector<std::uint32_t> outgoing; ///< projections
};

/// Synapses ordered by source, then target, then place in the original list.
struct SurrogateProjection {
    std::uint32_t source = 0;
    std::uint32_t target = 0;
    std::uint32_t receptor = 0;
    std::uint32_t delay = 1; ///< ticks
    std::uint32_t sources = 0;
    std::uint32_t targets = 0;
    bool dense = false; ///< every source reaches every target once: row k / targets, column k % targets
    bool trained = false;
    std::vector<std::uint32_t> rowStart; ///< sources + 1
    std::vector<std::uint32_t> columns;  ///< the target of each synapse
    std::vector<float> initial;          ///< weights of the network, mV
};

/// Parameters [offset, offset + count) are the synapses of one projection, or the signed weights of a pair.
struct SurrogateBlock {
    std::uint32_t projection = 0;
    std::int32_t inhibitory = -1; ///< the other projection of a signed pair
    std::size_t offset = 0;
    std::size_t count = 0;
};

struct SurrogateModel {
    Network network;
    SurrogateOptions options;
    std::vector<SurrogatePopulation> populations;
    std::vector<SurrogateProjection> projections;
    std::vector<SurrogateBlock> blocks;
    std::size_t parameterCount = 0;
    std::uint32_t longestDelay = 1; ///< ticks
};

/// The weights that the passes see, in one arithmetic.
template <typename Real> struct SurrogateWeights {
    std::vector<std::vector<Real>> forward;          ///< by projection and synapse
    std::vector<std::vector<Real>> transposed;       ///< dense projections out of LIF populations: target-major
    std::vector<SurrogateConstants<Real>> constants; ///< by population, floors included
};

/// Checks network and options and builds the model.
[[nodiscard]] Result<SurrogateModel> buildSurrogateModel(const Network& network, const SurrogateOptions& options);

/// The network's own weights as parameters.
[[nodiscard]] std::vector<float> initialParameters(const SurrogateModel& model);
/// Keeps weights on their side of zero and below the largest magnitude.
void constrainParameters(const SurrogateModel& model, std::span<float> parameters);

/// The weights of every projection, mV, from parameters: float for training (rounded as the options say), double
/// without rounding for gradient checks.
void expandWeights(const SurrogateModel& model, std::span<const float> parameters, SurrogateWeights<float>& weights);
void expandWeights(const SurrogateModel& model, std::span<const double> parameters, SurrogateWeights<double>& weights);

/// Turns the gradient by synapse into the gradient by parameter. At a signed weight of exactly 0 the side is taken to
/// which the gradient pulls, if any.
template <typename Real>
void gatherGradient(const SurrogateModel& model, std::span<const Real> parameters,
                    const std::vector<std::vector<Real>>& bySynapse, std::span<Real> gradient);

/// The network with the parameters as explicit lists.
[[nodiscard]] Network writeBack(const SurrogateModel& model, std::span<const float> parameters);

/// Checks one presentation against the model; the error's `where` begins with `path`.
[[nodiscard]] Result<void> checkPresentation(const SurrogateModel& model, const Presentation& presentation,
                                             const std::string& path);

} // namespace bnof::snn
