// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "engine/base/json.h"
#include "engine/olfaction/fusion/fusion_model.h"

namespace bnof::olfaction {

struct FusionEvaluationOptions {
    int folds = 4;          ///< of scenes: each scene is judged by models that saw none of it
    std::uint64_t seed = 1; ///< of the bootstrap
};

/// Accuracy and balanced accuracy over instants, with 95 % percentile bootstrap intervals over scenes (1000 draws), of
/// each modality alone, of the three kinds of fusion, of these with each modality taken away, and of always naming the
/// most common class; mean contribution of each modality by class. Errors: as FusionModel::fit, and fewer scenes of a
/// class than it takes to train on some and test on others.
[[nodiscard]] Result<Json> evaluateFusion(const FusionRows& rows, const std::vector<std::string>& classes,
                                          const FusionEvaluationOptions& options = {},
                                          const std::function<bool(double)>& tell = {});

} // namespace bnof::olfaction
