// SPDX-License-Identifier: GPL-3.0-or-later
// Chooses, for each projection, how its weights are clipped for int8 or whether they stay in full precision, by how
// often the network's decision on held-out presentations stays the same.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/base/result.h"

namespace bnof::snn {

/// How one projection is run.
struct ProjectionClip {
    bool reduced = false;        ///< int8; otherwise full precision
    double clipPercentile = 100; ///< of |weights|, as compute::Int8Options takes it

    bool operator==(const ProjectionClip&) const = default;
};

/// Held-out presentations whose decision (top-1) is that of the full-precision network.
struct CalibrationScore {
    std::uint64_t agreeing = 0;
    std::uint64_t total = 0;

    [[nodiscard]] double agreement() const
    {
        return total == 0 ? 0 : static_cast<double>(agreeing) / static_cast<double>(total);
    }
};

/// Runs the held-out presentations with one entry a projection. An error (also Cancelled) ends the calibration.
using CalibrationFunction = std::function<Result<CalibrationScore>(std::span<const ProjectionClip> clips)>;

struct ClipCalibrationOptions {
    /// Tried in this order; of equal agreement the earlier one stays, so begin with the least clipping.
    std::vector<double> percentiles{100, 99.99, 99.9, 99.5, 99};
    double limit = 0.99;                     ///< least acceptable agreement of the whole network
    std::uint64_t fewestPresentations = 200; ///< below this a share says too little to choose by
};

struct ClipCalibration {
    std::vector<ProjectionClip> clips; ///< one a projection
    std::vector<double> alone;         ///< agreement with that projection alone in int8, at its best percentile
    double agreement = 1;              ///< of the network with all of `clips`
    std::uint32_t evaluations = 0;     ///< how often the presentations were run
};

/// First each projection alone, all others in full precision: the percentile with the best agreement is kept. Then all
/// together; while that agrees too seldom, the projection that agreed least when alone goes back to full precision (the
/// sensitivity order of Wu et al. 2020, arXiv:2004.09602, section 5.2), the later one among equals. Errors: the
/// callback's, too few presentations, percentiles outside (0, 100].
[[nodiscard]] Result<ClipCalibration> calibrateClips(std::size_t projections, const CalibrationFunction& evaluate,
                                                     const ClipCalibrationOptions& options = {});

} // namespace bnof::snn
