// SPDX-License-Identifier: GPL-3.0-or-later
// Bootstrap intervals that draw whole clusters. Units of one cluster (an exposure, a day, a sensor board, a stretch of
// time) depend on each other, so that they are drawn together; a cluster of one unit each is the plain bootstrap.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "engine/statistics/interval.h"

namespace bnof::statistics {

struct BootstrapOptions {
    int rounds = 10000;
    double alpha = 0.05;
    std::uint64_t seed = 1;
    unsigned threads = 1; ///< at most 64; the result does not depend on it
};

struct BootstrapResult {
    double estimate = 0;      ///< of all units as they are
    std::size_t clusters = 0; ///< the number of units that count as independent
    Interval percentile;
    /// Bias-corrected and accelerated; absent with a reason when every resample lies on one side of the estimate.
    std::optional<Interval> bca;
    std::string bcaReason;
    double bias = 0;         ///< z0, ties count half
    double acceleration = 0; ///< a, by leaving out one cluster at a time: sum d^3 / (6 (sum d^2)^1.5)
};

/// A figure of the units drawn, by their indices (an index may come several times). Called from several threads at once
/// when there are several.
using UnitStatistic = std::function<double(std::span<const std::uint32_t> units)>;

/// Percentile and BCa intervals (Efron, J. Am. Stat. Assoc. 82 (1987) 171-185; clusters: Davison & Hinkley, Bootstrap
/// Methods and their Application, 1997, section 3.8). `clusters` has one entry a unit, any numbering. Round r draws
/// from the Philox stream (seed, r), so that equal seeds give equal bytes on any number of threads. Refuses fewer than
/// two clusters, fewer than 100 rounds, a figure that is not finite in the sample or a resample.
[[nodiscard]] Result<BootstrapResult> clusterBootstrap(std::span<const int> clusters, const UnitStatistic& statistic,
                                                       const BootstrapOptions& options = {});

/// The same of the mean of `values`, from the clusters' sums: as fast for a million units as for their clusters.
[[nodiscard]] Result<BootstrapResult> clusterBootstrapOfMean(std::span<const double> values,
                                                             std::span<const int> clusters,
                                                             const BootstrapOptions& options = {});

} // namespace bnof::statistics
