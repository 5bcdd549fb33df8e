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
/// conformal in sqrt(ppm) (Lei et al., JASA 113 (2018) 1094-1111), by classes of unrest = a . motionsOf(features)
/// (class-conditional or Mondrian prediction, Vovk et al., Algorithmic Learning in a Random World, Springer 2005,
/// section 4.5), so that it is wide right after an onset and narrows as the sensors settle. It speaks of times at
/// which the gas is there and recognised.
struct ConcentrationModel {
    int gas = 0;       ///< index of the recognised gas or mixture
    int component = 0; ///< index of the component that is estimated
    double intercept = 0;
    std::vector<double> weights; ///< one a feature
    double lowestPpm = 0;        ///< trained range
    double highestPpm = 0;
    std::vector<double> unrestWeights;    ///< a: one a transient, or empty
    std::vector<double> unrestBorders;    ///< ascending; class i lies below border i, the last one above all
    std::vector<double> halfWidthRootPpm; ///< of each class, sqrt(ppm); one more than borders, or empty
    double halfWidthPpm = 0;              ///< of all times together; the interval where there are no classes

    bool operator==(const ConcentrationModel&) const = default;
};

struct ConcentrationEstimate {
    double ppm = 0;
    double low = 0;
    double high = 0;
};

/// `motions` are motionsOf() the features.
[[nodiscard]] ConcentrationEstimate estimate(const ConcentrationModel& model, std::span<const double> features,
                                             std::span<const double> motions);

/// Training rows of one gas and component.
struct ConcentrationRows {
    std::vector<double> features; ///< row after row
    std::vector<double> ppm;
    std::vector<double> motions; ///< row after row
    std::vector<int> exposure;   ///< rows of one exposure are not independent of each other
};

/// Ridge fit without an interval. Needs at least 10 rows.
[[nodiscard]] ConcentrationModel fitConcentration(const ConcentrationRows& rows, std::size_t dimension);

/// What estimates missed by, at times that they were not fitted to.
struct HeldOutErrors {
    std::vector<double> rootPpm; ///< |sqrt(estimate) - sqrt(truth)|
    std::vector<double> ppm;     ///< |estimate - truth|
    std::vector<double> motions; ///< row after row
    std::vector<int> exposure;
};
void appendErrors(const ConcentrationModel& fitted, const ConcentrationRows& heldOut, HeldOutErrors& errors);

/// Sets the interval from errors: the unrest that best predicts their logarithm (the locally weighted prediction of
/// Lei et al., section 5.2, with a handful of weights), and the 90 % quantile of each of its classes. Every exposure
/// counts alike and the quantile is corrected for their number, not for that of the rows (pooled CDFs of Dunn,
/// Wasserman & Ramdas, JASA 118 (2023) 2491-2502). With fewer than 10 rows no coverage can be promised, then the
/// trained range is the half width.
void setInterval(ConcentrationModel& model, const HeldOutErrors& errors);

[[nodiscard]] Json toJson(const ConcentrationModel& model);
[[nodiscard]] Result<ConcentrationModel> concentrationFromJson(const Json& json, const std::string& path,
                                                               std::size_t dimension, std::size_t gases,
                                                               std::size_t components, std::size_t transients);

} // namespace bnof::olfaction
