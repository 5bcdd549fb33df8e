// SPDX-License-Identifier: GPL-3.0-or-later
// How much of a recognised gas there is.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::olfaction {

/// Ridge regression of one component's concentration while one gas (or mixture) is recognised:
/// sqrt(ppm) = intercept + weights . features, clipped to the trained range. The 90 % interval is split-
/// conformal (Lei et al., JASA 113 (2018) 1094-1111): +- the corrected 90 % quantile of the absolute errors on
/// held-out training time.
struct ConcentrationModel {
    int gas = 0;       ///< index of the recognised gas or mixture
    int component = 0; ///< index of the component that is estimated
    double intercept = 0;
    std::vector<double> weights; ///< one a feature
    double lowestPpm = 0;        ///< trained range
    double highestPpm = 0;
    double halfWidthPpm = 0; ///< of the 90 % interval

    bool operator==(const ConcentrationModel&) const = default;
};

struct ConcentrationEstimate {
    double ppm = 0;
    double low = 0;
    double high = 0;
};

[[nodiscard]] ConcentrationEstimate estimate(const ConcentrationModel& model, std::span<const double> features);

/// One training row of one gas and component.
struct ConcentrationRows {
    std::vector<double> features; ///< row after row
    std::vector<double> ppm;
};

/// Ridge fit (halfWidthPpm stays 0). Needs at least 10 rows.
[[nodiscard]] ConcentrationModel fitConcentration(const ConcentrationRows& rows, std::size_t dimension);
/// Half width of the interval from held-out rows; infinite coverage cannot be promised from fewer than 10 rows,
/// then the trained range is the interval.
[[nodiscard]] double conformalHalfWidth(const ConcentrationModel& model, const ConcentrationRows& heldOut);

[[nodiscard]] Json toJson(const ConcentrationModel& model);
[[nodiscard]] Result<ConcentrationModel> concentrationFromJson(const Json& json, const std::string& path,
                                                               std::size_t dimension, std::size_t gases,
                                                               std::size_t components);

} // namespace bnof::olfaction
