// SPDX-License-Identifier: GPL-3.0-or-later
// Features of one modality (gas sensors, sound, images) on its own clock, and their way to the clock of the sensors.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace bnof::olfaction {

/// Rows in the order of time. A row's time is that of the last sample that went into it: it is known from then on.
struct FeatureStream {
    std::vector<std::string> names; ///< of the features, with their unit where they have one
    std::vector<double> times;      ///< seconds on the modality's own clock, not decreasing
    std::vector<double> values;     ///< row after row

    [[nodiscard]] std::size_t dimension() const { return names.size(); }
    [[nodiscard]] std::size_t rows() const { return times.size(); }
    [[nodiscard]] std::span<const double> row(std::size_t i) const
    {
        return {values.data() + i * dimension(), dimension()};
    }
};

/// sensor time = offsetSeconds + rate * own time. A device without a shared clock is tied down by two events that both
/// saw (a clap, a valve): rate = difference of sensor times / difference of own times.
struct ClockMap {
    double offsetSeconds = 0;
    double rate = 1; ///< 1.0001: the own clock loses 0.1 ms a second

    bool operator==(const ClockMap&) const = default;
};
/// Errors: the events are less than a second apart, or a rate beyond 0.9 to 1.1.
[[nodiscard]] Result<ClockMap> clockFromEvents(double firstOwn, double firstSensor, double secondOwn,
                                               double secondSensor);

/// One modality at given instants of the sensor clock.
struct AlignedRows {
    std::size_t dimension = 0;
    std::vector<double> features;      ///< a row an instant; 0 where it is not present
    std::vector<std::uint8_t> present; ///< one an instant

    [[nodiscard]] std::span<const double> row(std::size_t i) const
    {
        return {features.data() + i * dimension, dimension};
    }
};

/// At each instant (not decreasing) the mean of the rows of the last `windowSeconds` up to and including it; nothing
/// later is looked at. Not present where there is no finite row in that window.
[[nodiscard]] AlignedRows alignTo(const FeatureStream& stream, const ClockMap& clock, std::span<const double> instants,
                                  double windowSeconds);

} // namespace bnof::olfaction
