// SPDX-License-Identifier: GPL-3.0-or-later
// The MQ family's power laws: ppm = a (Rs/R0)^b. The figures are read off the manufacturers' logarithmic charts (as in
// MQSensorsLib, MIT), hold for one pure, known gas, and differ between specimens by a factor of two: what comes out is
// an "equivalent ppm".
#pragma once

#include <string>
#include <vector>

#include "engine/sensing/calibration/calibration.h"

namespace bnof::sensing {

struct MqSensor {
    std::string name;    ///< "MQ-135"
    double airRatio = 1; ///< Rs/R0 in clean air
    std::vector<PowerLaw> gases;
    std::string remark; ///< what must be known to use it
};

/// Steeper than this in log-log, a curve tells nothing: a hundredth of the resistance is a factor of the gas.
inline constexpr double largestExponent = 6;

[[nodiscard]] const std::vector<MqSensor>& mqSensors();
[[nodiscard]] const MqSensor* findMqSensor(const std::string& name);
/// The curve of a gas. Errors: unknown sensor, a gas that it does not answer to or only insensitively, with what it
/// does answer to.
[[nodiscard]] Result<PowerLaw> mqCurve(const std::string& sensor, const std::string& gas);

} // namespace bnof::sensing
