// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "engine/sensing/transports/port_enumerator.h"
#include "engine/sensing/transports/ports.h"
#include "engine/sensing/transports/serial_settings.h"
#include "engine/sensing/transports/transport.h"

class QSerialPort;

namespace bnof::sensing {

/// What makes a serial device the same one after it was unplugged.
struct PortIdentity {
    std::uint16_t vendorId = 0; ///< 0: not a USB device, known by its path only
    std::uint16_t productId = 0;
    std::string serialNumber;
    std::string location;  ///< the USB socket where it was last
    std::string interface; ///< of several ports of one device
    /// Another device looked the same (no serial numbers, or the same one in each, as cheap boards have).
    bool twins = false;
};
/// Where the device is now. A USB device is found by vendor, product and serial number wherever it was plugged in. Of
/// devices that look the same, the one at the old path or in the old USB socket is it; when neither tells, it is an
/// error that names them all: which of two boards it is, is never guessed. Anything else is known by its path. An error
/// with the context "missing" means that it is not plugged in.
[[nodiscard]] Result<std::string> locateDevice(const PortIdentity& identity, const std::string& path,
                                               const std::vector<PortInfo>& ports);
/// What is at `path` now, by the system's table; empty: nothing on USB.
struct IdentifiedPort {
    PortIdentity identity;
    std::string name; ///< for people
};
[[nodiscard]] std::optional<IdentifiedPort> identifyPort(const std::string& path);
/// "1a86:7523" or "1a86:7523:SERIAL" (the parameter device), as SourceUri::parse() accepts it.
[[nodiscard]] PortIdentity identityFromText(const std::string& text);

/// A serial port. On the first error of any kind it takes what QSerialPort still holds and closes: a
/// QSerialPort whose device is gone repeats its error more than 100,000 times a second until it is closed.
class SerialTransport final : public Transport {
    Q_OBJECT

public:
    [[nodiscard]] static Result<std::unique_ptr<Transport>> make(const SourceUri& uri, TransportListener& listener);
    SerialTransport(std::string path, SerialSettings settings, PortIdentity identity, TransportListener& listener);
    ~SerialTransport() override;

    void open() override;
    void close() override;
    void send(std::string_view bytes) override;
    [[nodiscard]] std::string deviceName() const override { return m_deviceName; }
    [[nodiscard]] std::string silenceRemedy() const override
    {
        return "Check that the device is measuring, and its baud rate.";
    }
    /// Error signals received while open, since the beginning.
    [[nodiscard]] std::uint64_t errorSignals() const { return m_errorSignals; }

private:
    void openNow();
    void readAvailable();
    void handleError(int error);
    void identify(const std::string& path);
    void setLines();
    void fail(TransportProblem problem);

    std::string m_path;
    SerialSettings m_settings;
    TransportListener& m_listener;
    std::unique_ptr<QSerialPort> m_port;
    PortIdentity m_identity;
    std::unique_ptr<PortWatcher> m_watcher; ///< while closed: tells when it is back
    std::string m_openPath;
    std::string m_deviceName;
    std::uint64_t m_attempt = 0; ///< what is queued for an earlier attempt is void
    bool m_everOpened = false;
    std::uint64_t m_errorSignals = 0;
    std::array<char, 65536> m_buffer;
};

} // namespace bnof::sensing
