// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of training: the readout refined by surrogate gradients.
#pragma once

#include <functional>
#include <vector>

#include "engine/olfaction/training_network.h"
#include "engine/snn/surrogate_training.h"

namespace bnof::olfaction {

/// The readout alone, as surrogate training sees it: projection neurons and Kenyon cells are sources that repeat the
/// spikes they fired for a point; one output neuron a gas stands for its block, with the middle one of the block's
/// thresholds; and one more, at a steady drive and without synapses, stands for "none of these": it fires like a gas
/// whose answer is one half, so that a gas must fire more for a point of its own and less for one that is like nothing.
struct ReadoutTask {
    snn::Network network;
    std::vector<snn::Presentation> presentations;
    snn::SurrogateOptions options; ///< which projections are trained, loss and steps
};

/// `most` points at most, evenly drawn. Errors: those of the simulation, cancelled.
[[nodiscard]] Result<ReadoutTask> readoutTask(const SpikingPart& part, const TeachingPoints& teaching,
                                              const TrainingOptions& options, std::size_t most,
                                              const std::function<bool(double)>& report);

/// Back-propagation through time over the decision window (fast-sigmoid surrogate of Zenke & Ganguli 2018, Neural
/// Computation 30(6); see snn::trainSurrogate) from the readout that the part has; the result takes its place in the
/// same integer weights. What comes before the readout does not depend on it, so the gradient is the whole one.
[[nodiscard]] Result<void> refineReadout(SpikingPart& part, const TeachingPoints& teaching,
                                         const TrainingOptions& options, const std::function<bool(double)>& report);

/// Refuses data in which a gas has fewer exposures than `fewest`; `exposures` has the number of each gas, 0 for those
/// that were not shown at all.
[[nodiscard]] Result<void> enoughForSurrogate(const std::vector<std::size_t>& exposures,
                                              const std::vector<std::string>& gases, std::size_t fewest);

} // namespace bnof::olfaction
