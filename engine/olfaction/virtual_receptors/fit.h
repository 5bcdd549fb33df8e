// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of training: where virtual receptors sit, and what the association neurons learn.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/olfaction/training_data.h"
#include "engine/olfaction/virtual_receptors/part.h"

namespace bnof::olfaction {

struct VirtualReceptorOptions {
    std::uint32_t receptors = 40;
    std::uint32_t cells = 4;
    std::uint32_t perGas = 8;
    std::uint32_t points = 3000; ///< shown to the network
    std::uint32_t epochs = 20;   ///< of learning
    std::uint64_t seed = 1;
    std::uint32_t windowTicks = 400;
    std::uint32_t windowIntervals = 2;
    std::string backEnd = "auto";
};

/// Labelled points in the coordinates of the receptors.
struct VirtualPoints {
    std::size_t dimension = 0;
    std::vector<double> coordinates; ///< row after row
    std::vector<int> labels;

    [[nodiscard]] std::size_t count() const { return labels.size(); }
    [[nodiscard]] std::span<const double> at(std::size_t i) const
    {
        return {coordinates.data() + i * dimension, dimension};
    }
};

/// Places receptors by neural gas (Martinetz, Berkovich & Schulten 1993, IEEE Trans. Neural Netw. 4), without looking
/// at labels. Deterministic.
[[nodiscard]] std::vector<double> placeReceptors(const VirtualPoints& points, std::uint32_t receptors,
                                                 std::uint64_t seed);

/// Receptors, network and weights. The weights learn from the spike counts of the projection neurons by three factors,
/// what a neuron has fired, which block it is that would win or should, and whether that is right: when a wrong block
/// wins, its synapses from active neurons are depressed and those onto the right one potentiated; weights stay within 0
/// and 1 until they are scaled to currents. The calibration is left as it is. Errors: those of the simulation.
[[nodiscard]] Result<VirtualReceptorPart> fitVirtualReceptors(const VirtualPoints& points, bool discriminants,
                                                              std::size_t gases, const VirtualReceptorOptions& options);

/// Association spikes by gas in one window, for points shown one after the other.
[[nodiscard]] Result<std::vector<std::vector<std::uint32_t>>> showVirtual(const VirtualReceptorPart& part,
                                                                          const VirtualPoints& points,
                                                                          std::size_t gases,
                                                                          const VirtualReceptorOptions& options);

/// Chooses between features and discriminants as coordinates on the calibration fold, trains on all rows, and puts the
/// result into `model` with its accuracy on that fold.
[[nodiscard]] Result<void> fitVirtualReceptorModel(const Preparation& preparation, const TrainingOptions& options,
                                                   Model& model);

} // namespace bnof::olfaction
