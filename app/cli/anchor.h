// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace bnof::cli {

/// The options of "bnof calibrate anchor".
void describeAnchors(QCommandLineParser& parser);
/// Clean air and one puff per gas, as a training set; the exit code.
int anchor(const Invocation& invocation);

/// The options of "bnof calibrate device".
void describeDeviceCalibration(QCommandLineParser& parser);
/// Sends a sensor its own zero, span or baseline command; the exit code.
int calibrateDevice(const Invocation& invocation);

} // namespace bnof::cli
