// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong with labelled recordings, before anybody trusts an accuracy that comes of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/olfaction/dataset.h"

namespace bnof::olfaction {

/// A stretch of one label without interruption.
struct LabelledStretch {
    std::size_t recording = 0;
    std::size_t from = 0; ///< frames [from, to)
    std::size_t to = 0;
    int label = 0;
};

/// The exposures of the data set, those of the background too, in the order of recordings and time.
[[nodiscard]] std::vector<LabelledStretch> stretchesOf(const Dataset& dataset);

/// Refuses what no accuracy may be computed from, with the remedy: fewer than two labels, fewer than two exposures of a
/// label, labels that differ only by a slip of the pen, labels that follow time (each gas in one block of a single
/// recording), channels that are constant or mostly missing, stretches in which every channel is missing.
[[nodiscard]] Result<void> refuseUnfit(const Dataset& dataset);

/// Refuses labels that differ in case or blanks only, and one that was met once and differs from another by a slip of
/// the pen. `counts` has the exposures of each label.
[[nodiscard]] Result<void> refuseSlips(const std::vector<std::string>& labels, const std::vector<std::size_t>& counts,
                                       const std::string& where);

/// The data set without some channels; the error names one that it has not.
[[nodiscard]] Result<Dataset> withoutChannels(const Dataset& dataset, const std::vector<std::string>& names);

/// Circumstances that give the answer away. Each entry {what, accuracy, chance, warning} says how well the gas of an
/// exposure in `test` is told from that alone, by what `train` taught: "temperature", "humidity" and "pressure" (the
/// channels of that quantity, mean over the exposure, by a discriminant) and "order" (the gas that most often follows
/// the one before). class_balance {rarest, most_frequent, ratio, warning} counts exposures.
[[nodiscard]] Json confoundersOf(const Dataset& train, const Dataset& test);

} // namespace bnof::olfaction
