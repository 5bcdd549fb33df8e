// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of the leak test and its kin: can labels be told from what should not tell them?
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/json.h"

namespace bnof::olfaction {

/// One row of features an exposure.
struct ExposureRows {
    std::vector<double> features;
    std::vector<int> labels;
};

/// Standardises both by the training part, within +-8 deviations.
void standardise(std::vector<double>& train, std::vector<double>& test, std::size_t dimension);

/// Trains a discriminant on `learn` and asks it about `ask`: {accuracy, chance, warning, exposures}. `chance` is the
/// better of two guesses: the label that was most frequent in training, and the one that is most frequent here.
/// `warning` is `text` when the accuracy exceeds chance by more than one-sided 95 % of a binomial distribution (normal
/// approximation), else null; everything is null, with a reason, with fewer than 5 exposures on either side.
[[nodiscard]] Json toldApart(ExposureRows learn, ExposureRows ask, std::size_t dimension, std::size_t classes,
                             const std::string& text);
/// The same for answers that were found in another way; `learnt` are the labels of the training.
[[nodiscard]] Json toldApart(const std::vector<int>& said, const std::vector<int>& truth,
                             const std::vector<int>& learnt, std::size_t classes, const std::string& text);

} // namespace bnof::olfaction
