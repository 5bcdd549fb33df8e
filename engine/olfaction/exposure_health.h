// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong with exposures described by features, before anybody trusts an accuracy that comes of them.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/olfaction/exposures.h"

namespace bnof::olfaction {

/// Refuses what no accuracy may be computed from, with the remedy: one batch only, fewer than two exposures in a batch,
/// fewer than two gases in all or in the first batch, a gas with one exposure, labels that differ only by a slip of the
/// pen, labels that follow time (each gas in a batch of its own), features that are constant (all zero) or mostly
/// missing or missing in one batch only (other sensors), batches in which more than a tenth of the exposures hold no
/// value.
[[nodiscard]] Result<void> refuseUnfit(const ExposureTable& table);

/// The table without some features, counted from 1 as the files do ("3" or "feature 3"); the error names one that it
/// has not.
[[nodiscard]] Result<ExposureTable> withoutFeatures(const ExposureTable& table, const std::vector<std::string>& names);

} // namespace bnof::olfaction
