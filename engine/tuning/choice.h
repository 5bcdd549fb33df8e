// SPDX-License-Identifier: GPL-3.0-or-later
// Which trial to take when a search has ended.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "engine/tuning/trial.h"

namespace bnof::tuning {

/// Indices of the rows that no other row is at least as good as in every figure and better in one; smaller is better.
/// In the order of the rows. Rows with a figure that is not a number are left out.
[[nodiscard]] std::vector<std::size_t> paretoFront(const std::vector<std::vector<double>>& rows);

/// The one-standard-error rule (Breiman, Friedman, Olshen & Stone, Classification and Regression Trees, 1984, section
/// 3.4.3): of the complete trials whose loss is at most the best one's loss plus its standard error, the simplest, by
/// `complexity` (one figure a trial, smaller is simpler); among equally simple ones the better. Nothing without a
/// complete trial.
[[nodiscard]] std::optional<std::size_t> simplestAmongEquals(const std::vector<Trial>& trials,
                                                             std::span<const double> complexity);

} // namespace bnof::tuning
