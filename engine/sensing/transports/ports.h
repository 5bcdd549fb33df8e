// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace bnof::sensing {

/// A serial port that the system knows.
struct PortInfo {
    std::string path;   ///< /dev/ttyUSB0
    std::string vendor; ///< as the device reports it, or from the table of USB ids
    std::string product;
    std::string serialNumber;
    std::uint16_t vendorId = 0; ///< 0: not a USB device
    std::uint16_t productId = 0;
    std::string location;   ///< the USB socket, "1-2.3"; empty: not a USB device
    std::string interface;  ///< of a USB device with several ports: which one, "00"
    std::string suggestion; ///< what it probably is: "Arduino or compatible (CH340)"
    std::string uri;        ///< serial:... ready to connect
};

/// Ports that could carry a sensor, USB first. `extra` names nodes to list as well (pseudo-terminals).
[[nodiscard]] std::vector<PortInfo> listPorts(const std::vector<std::string>& extra = {});

/// Why a port cannot be opened, in words with the exact remedy: permission (which group, which command),
/// busy (by which process, where it can be known), gone, not a serial port. Empty when it can be opened.
/// Does not open the port (that would reset many boards); what is held by a process that we may not look into
/// shows only when opening fails.
[[nodiscard]] std::optional<Error> diagnosePort(const std::string& path);
/// True for findings of diagnosePort() that waiting cannot mend (permission, not a serial port).
[[nodiscard]] bool needsPerson(const Error& error);

/// What a USB device with these ids probably is.
[[nodiscard]] std::string suggestDevice(std::uint16_t vendorId, std::uint16_t productId);

} // namespace bnof::sensing
