// SPDX-License-Identifier: GPL-3.0-or-later
// What can be tuned about a recogniser, by name.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/olfaction/discriminant.h"
#include "engine/olfaction/training.h"
#include "engine/tuning/search_space.h"

namespace bnof::tuning {

/// Everything that a training is told.
struct RecogniserSettings {
    std::string kind = "spiking"; ///< "spiking", "lda", "template" or one of classifierKinds()
    olfaction::TrainingOptions training;
    olfaction::RecalibrationOptions recalibration; ///< exposures described by features only
    double clip = 4;                               ///< the same; standardised features are kept within +- this
};

/// One line of the table: its name and range, and what it means.
struct Tunable {
    Parameter range;        ///< searched when no other space is given
    const char* summary;    ///< one English sentence, with its unit
    bool recordings = true; ///< means something for recordings
    bool exposures = true;  ///< means something for exposures described by features
    bool usual = true;      ///< belongs to the space that is searched when no other one is given
    void (*apply)(RecogniserSettings& settings, double value);
};
[[nodiscard]] const std::vector<Tunable>& tunables();

/// The present values: what a training without options takes.
[[nodiscard]] RecogniserSettings presentSettings(bool exposures, std::uint64_t seed);
[[nodiscard]] SearchSpace usualSpace(bool exposures);
/// Refuses names that nothing is known of, or that mean nothing for this kind of data; the error lists the others.
[[nodiscard]] Result<void> checkSpace(const SearchSpace& space, bool exposures);
/// `base` with the values of a point of a checked space.
[[nodiscard]] RecogniserSettings settingsAt(const SearchSpace& space, const Point& point,
                                            const RecogniserSettings& base);

} // namespace bnof::tuning
