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
    std::vector<double> movement; ///< beyond it, `step` of what counts as drift: one row a gas of the old model
    std::vector<double> scatter;  ///< `driftScatter` times the mean outer product of that; row-major, or empty
};

/// Puffs beside what the model remembers of the same time since the onset: a short puff shows a gas rising, which is
/// not where its mean over long exposures lies. Every puff weighs the same. One puff also has one concentration, and
/// lies beside the mean for that reason alone: of what a gas moved beyond the common part, only the share counts as
/// drift by which it exceeds the ordinary variation within gases (positive-part James-Stein shrinkage in the whitened
/// space, Efron & Morris, J. Am. Stat. Assoc. 68 (1973) 117-130).
[[nodiscard]] Drift findDrift(const Model& model, const AnchorRows& rows, const DriftOptions& options);

/// What more of the new gas would look like, as rows in the standardisation of `moved` (the old model with the moved
/// front end): had its puff been held on for up to 80 s (a transient then decays with its own time constant), and had
/// it been weaker or stronger (responses scaled between clean air and a half more). One puff shows one concentration
/// for a short time; without this everything else would seem unknown. Empty when nothing is new.
[[nodiscard]] std::vector<double> imagined(const Model& moved, const AnchorRows& rows,
                                           const std::vector<double>& features);

/// Means and covariance after the drift, with the new gas of `rows` if there is one; `features` are those of `rows`
/// without the common drift, `more` is imagined().
[[nodiscard]] DiscriminantMoments movedMoments(const Model& model, const Drift& drift, const AnchorRows& rows,
                                               const std::vector<double>& features, const std::vector<double>& more);

/// The remembered rows go where their gas went (the common part is in the standardisation already).
void moveMemory(ModelMemory& memory, const Drift& drift, double clip);
/// Some rows of every gas join the memory; of each gas the oldest that are too many leave it.
void rememberRows(ModelMemory& memory, const AnchorRows& rows, const std::vector<double>& features, bool judge);

} // namespace bnof::olfaction
