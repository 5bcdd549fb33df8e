// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of recalibration: where the sensors went, in standardised features.
#pragma once

#include <vector>

#include "engine/olfaction/adaptation/anchor_rows.h"
#include "engine/olfaction/model.h"

namespace bnof::olfaction {

struct DriftOptions {
    double step = 0.6;
    double driftScatter = 0.1;
    bool airOnly = false;
};

struct Drift {
    std::vector<double> common;   ///< one a feature: every gas moved by that
    std::vector<double> movement; ///< beyond it, `step` of what was seen: one row a gas of the old model
    std::vector<double> scatter;  ///< `driftScatter` times the mean outer product of what was seen; row-major, or empty
};

/// Puffs beside what the model remembers of the same time since the onset: a short puff shows a gas rising, which is not
/// where its mean over long exposures lies. Every puff weighs the same.
[[nodiscard]] Drift findDrift(const Model& model, const AnchorRows& rows, const DriftOptions& options);

/// Means and covariance after the drift, with the new gas of `rows` if there is one; `features` are those of `rows`
/// without the common drift.
[[nodiscard]] DiscriminantMoments movedMoments(const Model& model, const Drift& drift, const AnchorRows& rows,
                                               const std::vector<double>& features);

/// The remembered rows go where their gas went (the common part is in the standardisation already).
void moveMemory(ModelMemory& memory, const Drift& drift, double clip);
/// Some rows of every gas join the memory; of each gas the oldest that are too many leave it.
void rememberRows(ModelMemory& memory, const AnchorRows& rows, const std::vector<double>& features, bool judge);

} // namespace bnof::olfaction
