// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/sensing/simulator/simulator_link.h"

namespace bnof::sensing {

/// What a simulated device can be connected to besides pty and tcp.
[[nodiscard]] const std::vector<std::string>& networkLinkKinds();

/// A device on the network, by a real server on a thread of its own:
///   udp         datagrams to 127.0.0.1:port
///   ws, http    a server on 127.0.0.1:port; http gives lines, or server-sent events at a path that begins with /events
///   mqtt        publishes each line to the topic enose/simulated of the broker at 127.0.0.1:port (0: 1883)
///   modbus-tcp, modbus-rtu   the numbers of each line of CSV behind its first column (the time) as floats in input
///               registers from 0; rtu on a pseudo-terminal
/// Port 0 takes a free one. uri() has every parameter that the link itself needs.
[[nodiscard]] Result<std::unique_ptr<SimulatorLink>> makeNetworkLink(const std::string& kind, int port);

} // namespace bnof::sensing
