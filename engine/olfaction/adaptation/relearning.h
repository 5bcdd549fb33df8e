// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of recalibration: the readout of a moved model, and the answers of any model to standardised rows.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/olfaction/adaptation/anchor_rows.h"
#include "engine/olfaction/model.h"
#include "engine/olfaction/training.h"

namespace bnof::olfaction {

/// The options with which training would build a network like the model's.
[[nodiscard]] TrainingOptions trainingLike(const Model& model);

/// Gives `made` (whose front end, discriminant and memory are final) its doubt and, when it spikes, a readout that is
/// learned by generative replay, and its calibration. `fresh` are rows of the puffs (and what was imagined of a new
/// gas) in the standardisation of `made`. Errors: cancelled by `report`.
Result<void> relearn(const Model& old, Model& made, const std::vector<double>& fresh, const TrainingOptions& options,
                     const std::function<bool(double)>& report);

/// The gas that the model names for each standardised row, each shown on its own for a decision window; -1: none.
[[nodiscard]] Result<std::vector<int>> answersOf(const Model& model, const std::vector<double>& features,
                                                 const std::string& backEnd);

} // namespace bnof::olfaction
