// SPDX-License-Identifier: GPL-3.0-or-later
// Units that depend on each other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"

namespace bnof::statistics {

/// The units of every cluster by their indices, clusters in ascending order of their number.
[[nodiscard]] std::vector<std::vector<std::uint32_t>> unitsByCluster(std::span<const int> clusters);

/// How many independent values would give the mean of these with the same precision: their variance over the variance
/// of their mean as the clusters show it (the design effect of Kish, Survey Sampling, 1965; the variance of a ratio of
/// cluster sums). Within 1 and the number of values. Refuses fewer than two clusters and values that do not vary.
[[nodiscard]] Result<double> effectiveUnits(std::span<const double> values, std::span<const int> clusters);

} // namespace bnof::statistics
