// SPDX-License-Identifier: GPL-3.0-or-later
// Sensors that keep a calibration of their own and change it on command. Unlike everything else in this folder, this
// alters what the sensor says from now on, in the sensor itself.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/sensing/source_uri.h"

namespace bnof::sensing {

/// What a sensor is told to do.
struct DeviceCalibration {
    enum class Action {
        Zero,   ///< it is in fresh air now (about 400 ppm CO2, for 20 minutes at least)
        Span,   ///< it is in a gas of `ppm` now
        AbcOn,  ///< correct its baseline by itself, by the lowest values of its last days
        AbcOff, ///< do not
    };
    Action action = Action::Zero;
    double ppm = 0; ///< of Span
};
/// "zero", "span", "automatic baseline on", "automatic baseline off".
[[nodiscard]] const char* actionName(DeviceCalibration::Action action);

/// What a sensor said to it.
struct DeviceCalibrationReport {
    std::string device;     ///< the port or address, for people
    std::string sensor;     ///< "MH-Z19", "COZIR"
    std::string command;    ///< the bytes that were sent, in hexadecimal digits
    double before = 0;      ///< its reading in ppm ahead of the command
    double after = 0;       ///< and behind it; a sensor may need minutes to settle
    bool confirmed = false; ///< it acknowledged the command (not every sensor has an acknowledgement)
};

/// Is this a sensor with such a command? Known are Winsen's MH-Z19 (decoder=winsen&sensor=mh-z19) with all four, and
/// GSS's COZIR, SprintIR and ExplorIR (decoder=cozir) with zero and span, over serial: and tcp:. Errors (Usage): it is
/// none of them, it has no such command, the concentration is out of the sensor's range. Nothing is sent.
[[nodiscard]] Result<void> checkDeviceCalibration(const SourceUri& uri, const DeviceCalibration& what);

/// Connects, reads, sends the command and reads again. Runs an event loop of its own meanwhile, for at most ten
/// seconds; needs a QCoreApplication. A sensor that gives no reading is sent no command. Errors: those of
/// checkDeviceCalibration(), no connection, no reading, the sensor refuses.
[[nodiscard]] Result<DeviceCalibrationReport> calibrateDevice(const SourceUri& uri, const DeviceCalibration& what);

} // namespace bnof::sensing
