// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of training: the spiking network, its excitability and its readout.
#pragma once

#include <vector>

#include "engine/olfaction/model.h"
#include "engine/olfaction/training.h"
#include "engine/snn/simulation.h"

namespace bnof::olfaction {

constexpr std::uint32_t settleTicks = 80; ///< after a change of stimulus, before a window is counted

/// Points with what the outputs should answer (one number a gas; all 0 means "none of these").
struct TeachingPoints {
    std::vector<DiscriminantPoint> points;
    std::vector<std::vector<double>> targets;
    std::size_t real = 0; ///< the first so many are real
};

/// Generative replay around the class means, real points, and points far from everything. `temperature`
/// softens the teacher's posterior.
[[nodiscard]] TeachingPoints makeTeachingPoints(const Discriminant& teacher, const std::vector<DiscriminantPoint>& real,
                                                const LdaCalibration& familiar, const TrainingOptions& options);

/// Points that no training data is like, one half far in the discriminants, the other beside them.
[[nodiscard]] std::vector<DiscriminantPoint> makeNovelPoints(const Discriminant& teacher,
                                                             const std::vector<DiscriminantPoint>& real,
                                                             const LdaCalibration& familiar, std::size_t count,
                                                             std::uint64_t seed);

/// Network, biases and readout for the teacher; the calibration is left as it is. `report(0..1)` returns false
/// to cancel.
[[nodiscard]] Result<SpikingPart> trainNetwork(const Discriminant& teacher, const TeachingPoints& teaching,
                                               double familiarResidual, const TrainingOptions& options,
                                               const std::function<bool(double)>& report);

/// Output spikes of each gas's block in one decision window, for points shown one after the other; also the
/// share of Kenyon cells that fired in a window, on average.
struct ShownPoints {
    std::vector<std::vector<std::uint32_t>> blockCounts;
    double kenyonActivity = 0;
    double spikesPerWindow = 0;
};
[[nodiscard]] Result<ShownPoints> showPoints(const snn::Network& network, const SpikingPart& part,
                                             const std::vector<DiscriminantPoint>& points,
                                             const TrainingOptions& options);
/// The same with fullNetwork(part).
[[nodiscard]] Result<ShownPoints> showPoints(const SpikingPart& part, const std::vector<DiscriminantPoint>& points,
                                             const TrainingOptions& options);

/// SpikingPart::clips with which the decisions on points that were not trained on stay the same (snn::calibrateClips).
[[nodiscard]] Result<std::vector<std::pair<std::string, snn::ProjectionClip>>>
fitClips(const SpikingPart& part, const std::vector<DiscriminantPoint>& points, std::size_t gases,
         const TrainingOptions& options);

} // namespace bnof::olfaction
