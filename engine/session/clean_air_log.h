// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/base/result.h"
#include "engine/sensing/calibration/calibration.h"

namespace bnof::session {

/// Fits the influence of temperature and humidity on every channel of a calibration to a recording of clean air; R0
/// belongs to the mean air of that log afterwards. A long log is averaged into some ten thousand stretches, so that
/// memory stays bounded. Returns how many channels were fitted; the others keep what they had.
/// `progress` gets the share done (0..1) and stops the fit by returning false (ErrorKind::Cancelled).
/// Errors: no such recording, no temperature or humidity channel, or what fitEnvironment() says of the channels.
[[nodiscard]] Result<std::size_t> fitCleanAirLog(sensing::Calibration& calibration, const std::string& recording,
                                                 const std::function<bool(double)>& progress = {});

} // namespace bnof::session
