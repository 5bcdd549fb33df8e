// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/ports.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

#include "engine/sensing/source_uri.h"
#include "engine/sensing/transports/port_enumerator.h"

namespace bnof::sensing {
namespace {

struct UsbDevice {
    std::uint16_t vendor;
    std::uint16_t product; ///< 0: every product of the vendor
    const char* suggestion;
};
/// USB ids of the converters and boards that gas sensors come with.
constexpr std::array<UsbDevice, 20> usbDevices{{
    {0x1A86, 0x7523, "Arduino or compatible (CH340)"},
    {0x1A86, 0x55D4, "ESP32 or Arduino compatible (CH9102)"},
    {0x1A86, 0, "USB serial adapter (WCH)"},
    {0x10C4, 0xEA60, "ESP32, or a sensor with a CP210x adapter"},
    {0x10C4, 0, "USB serial adapter (Silicon Labs)"},
    {0x0403, 0x6001, "USB serial adapter (FTDI FT232)"},
    {0x0403, 0x6015, "USB serial adapter (FTDI FT-X)"},
    {0x0403, 0, "USB serial adapter (FTDI)"},
    {0x2341, 0x0043, "Arduino Uno"},
    {0x2341, 0x0042, "Arduino Mega 2560"},
    {0x2341, 0, "Arduino"},
    {0x2A03, 0, "Arduino"},
    {0x303A, 0x1001, "ESP32-S3 or ESP32-C3 (native USB)"},
    {0x303A, 0, "ESP32 board"},
    {0x2E8A, 0, "Raspberry Pi Pico"},
    {0x16C0, 0x0483, "Teensy"},
    {0x239A, 0, "Adafruit board"},
    {0x1B4F, 0, "SparkFun board"},
    {0x0D28, 0x0204, "BBC micro:bit"},
    {0x067B, 0, "USB serial adapter (Prolific PL2303)"},
}};

std::string pathOnly(const std::string& path)
{
    SourceUri uri;
    uri.scheme = "serial";
    uri.path = path;
    return uri.toString();
}

/// A device with a serial number is found by it, wherever it is plugged in.
std::string uriOf(const PortInfo& port)
{
    SourceUri uri;
    uri.scheme = "serial";
    uri.path = port.path;
    if (port.vendorId != 0 && !port.serialNumber.empty()) {
        char ids[16];
        std::snprintf(ids, sizeof ids, "%04x:%04x:", port.vendorId, port.productId);
        uri.parameters.emplace_back("device", ids + port.serialNumber);
    }
    return uri.toString();
}

PortInfo extraPort(const std::string& path)
{
    PortInfo port;
    port.path = path;
    std::error_code code;
    const std::string node = std::filesystem::canonical(path, code).string();
    port.suggestion = node.starts_with("/dev/pts/") ? "pseudo-terminal (a simulator or a bridge)" : "serial port";
    port.uri = pathOnly(path);
    return port;
}

} // namespace

std::string suggestDevice(std::uint16_t vendorId, std::uint16_t productId)
{
    for (const UsbDevice& device : usbDevices)
        if (device.vendor == vendorId && (device.product == productId || device.product == 0))
            return device.suggestion;
    return vendorId != 0 ? "USB serial device" : "serial port of the computer";
}

std::vector<PortInfo> listPorts(const std::vector<std::string>& extra)
{
    std::vector<PortInfo> ports = makePortEnumerator(portRoots())->ports();
    for (PortInfo& port : ports) {
        port.suggestion = suggestDevice(port.vendorId, port.productId);
        port.uri = uriOf(port);
    }
    for (const std::string& path : extra)
        if (std::ranges::find(ports, path, &PortInfo::path) == ports.end())
            ports.push_back(extraPort(path));
    std::ranges::stable_sort(ports, [](const PortInfo& a, const PortInfo& b) {
        const bool usbA = a.vendorId != 0;
        const bool usbB = b.vendorId != 0;
        return usbA != usbB ? usbA : a.path < b.path;
    });
    return ports;
}

} // namespace bnof::sensing
