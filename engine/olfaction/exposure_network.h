// SPDX-License-Identifier: GPL-3.0-or-later
// The spiking network on exposures that are described by features.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/olfaction/baselines/classifier.h"
#include "engine/olfaction/discriminant.h"
#include "engine/olfaction/readout.h"
#include "engine/olfaction/training.h"
#include "engine/olfaction/training_network.h"

namespace bnof::olfaction {

/// What suits exposures: 200 ms of stimulus, of which the first 80 ms are not counted; no receptors of the residual,
/// because months of drift make every exposure unlike the first day's, and an answer is wanted all the same.
[[nodiscard]] TrainingOptions exposureTraining(std::uint64_t seed);

/// A trained network and its teacher.
struct ExposureNetwork {
    Recalibration teacher;
    SpikingPart spiking;
    TrainingOptions options;
};

/// Trains on the exposures of the past and, if there are any, a few labelled ones of the new day (see recalibrate()):
/// the teacher's discriminants become the lateral inhibition, the readout learns by generative replay around the moved
/// class means. Rows are standardised features. Deterministic. Errors: those of recalibrate(), cancelled.
[[nodiscard]] Result<ExposureNetwork> trainOnExposures(const LabelledRows& past, const LabelledRows& fresh,
                                                       std::size_t classes, const RecalibrationOptions& recalibration,
                                                       const TrainingOptions& options);

/// What the output spikes say of each row of standardised features, and how many spikes that took.
struct ExposureAnswers {
    std::vector<CountDecision> decisions; ///< the gas of most evidence; -1 only when no output fired
    double spikesPerDecision = 0;
    double kenyonActivity = 0;
};
[[nodiscard]] Result<ExposureAnswers> answersOf(const ExposureNetwork& network, std::span<const double> rows);

} // namespace bnof::olfaction
