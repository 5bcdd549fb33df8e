// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of training: a classifier as the heart of a model of recordings.
#pragma once

#include <string>

#include "engine/olfaction/training_data.h"

namespace bnof::olfaction {

/// Fits a classifier of `kind` to the labelled rows of a preparation, with whole exposures held out for its choices,
/// and puts it into `model` with its accuracy on the calibration fold.
[[nodiscard]] Result<void> fitStreamClassifier(const std::string& kind, const Preparation& preparation,
                                               std::size_t classes, std::uint64_t seed, Model& model);

} // namespace bnof::olfaction
