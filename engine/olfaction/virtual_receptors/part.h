// SPDX-License-Identifier: GPL-3.0-or-later
// A classifier of virtual receptors (Schmuker, Pfeil & Nawrot, "A neuromorphic network for generic multivariate data
// classification", PNAS 111 (2014) 2081-2086) as data.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/olfaction/readout.h"
#include "engine/snn/network.h"

namespace bnof::olfaction {

/// Receptors sit at points of feature space where data is. Each answers to an input by its distance to it,
///   rate = lowHz + (highHz - lowHz) exp(-(d - smallest d) / reach),   d the Manhattan distance,
/// and drives one glomerulus of a spiking network with three layers: receptor neurons at that rate; projection neurons,
/// each glomerulus inhibiting all others through local neurons; association neurons, a block a gas, that hear every
/// projection neuron over learnt weights and inhibit the blocks of the other gases, so that one wins.
///
/// Receptor neurons are leaky integrators on a steady current, where the paper has random spike trains: the same rates
/// without their noise.
struct VirtualReceptorPart {
    bool discriminants = false;    ///< coordinates are the model's discriminants, otherwise its features
    std::size_t dimension = 0;     ///< of the coordinates
    std::vector<double> positions; ///< a row of `dimension` a receptor
    double reach = 1;              ///< > 0
    double lowHz = 20;
    double highHz = 70;
    std::uint32_t cells = 0;  ///< receptor neurons of a glomerulus, and projection neurons
    std::uint32_t perGas = 0; ///< association neurons
    snn::Network network;     ///< populations in the order of VirtualLayer
    std::uint32_t windowIntervals = 2;
    ReadoutCalibration calibration;

    [[nodiscard]] std::size_t receptors() const { return dimension == 0 ? 0 : positions.size() / dimension; }
    bool operator==(const VirtualReceptorPart&) const = default;
};

enum VirtualLayer : std::uint32_t {
    VirtualReceptors = 0,
    Glomeruli,
    GlomerularLocals,
    Association,
    Rivalry,
    VirtualLayers
};

/// Steady drive of every receptor neuron for an input, mV. The neurons of a glomerulus differ by up to a tenth in rate,
/// lest they fire together.
void virtualDrive(const VirtualReceptorPart& part, std::span<const double> coordinates, std::vector<float>& driveMv);

/// The network; `weights` in mV, a row of projection neurons a gas, not negative.
[[nodiscard]] snn::Network virtualNetwork(const VirtualReceptorPart& part, std::size_t gases,
                                          const std::vector<float>& weights, std::uint64_t seed);

/// Errors name the field.
[[nodiscard]] Result<void> validate(const VirtualReceptorPart& part, std::size_t features, std::size_t axes,
                                    std::size_t gases);
[[nodiscard]] Json toJson(const VirtualReceptorPart& part);
[[nodiscard]] Result<VirtualReceptorPart> virtualReceptorsFromJson(const Json& json, const Json& network,
                                                                   const std::string& path);

} // namespace bnof::olfaction
