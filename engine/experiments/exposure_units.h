// SPDX-License-Identifier: GPL-3.0-or-later
// The unit of every comparison is the exposure: one stretch of one gas, one answer.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/recogniser.h"

namespace bnof::experiments {

/// One exposure of a data set.
struct ExposureUnit {
    std::string id; ///< "recording#3": the same for the same data
    std::size_t recording = 0;
    std::size_t from = 0; ///< frames [from, to)
    std::size_t to = 0;
    int group = 0; ///< index into Dataset::groups()
    int label = 0;
};

/// In the order of recordings and time. Stretches of the background are none, as long as there is one.
[[nodiscard]] std::vector<ExposureUnit> exposureUnitsOf(const olfaction::Dataset& data);

/// What a recogniser made of one exposure.
struct UnitAnswer {
    int said = -1;        ///< index of the gas; -1: it named none
    bool missing = false; ///< it gave no decision at all, or failed
    std::uint32_t decisions = 0;
    double latencySeconds = 0; ///< CPU time of its slowest decision
    double cpuSeconds = 0;     ///< CPU time of the whole exposure
    std::uint64_t spikes = 0;
    std::string failure; ///< of a missing answer: what went wrong; may be empty

    bool operator==(const UnitAnswer&) const = default;
};

/// Shows each recording from its beginning. An exposure's answer is the gas that most of its decisions name, without
/// those of the first second; of equals the one named last. One answer a unit, also where the recogniser failed; after
/// each one `told` is called, which returns false to stop. `gasOf` maps the recogniser's gases to labels of the data
/// (-1: none). Errors: cancelled.
[[nodiscard]] Result<std::vector<UnitAnswer>>
answerUnits(olfaction::Recogniser& recogniser, const olfaction::Dataset& data, const std::vector<ExposureUnit>& units,
            const std::vector<int>& gasOf, const std::function<bool(std::size_t unit, const UnitAnswer&)>& told = {});

/// For each gas of the recogniser the label of that name in the data, or -1.
[[nodiscard]] std::vector<int> labelsOfGases(const olfaction::RecogniserInfo& info, const olfaction::Dataset& data);

} // namespace bnof::experiments
