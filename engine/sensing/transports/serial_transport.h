// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <memory>
#include <string>

#include "engine/sensing/transports/ports.h"
#include "engine/sensing/transports/transport.h"

class QSerialPort;

namespace bnof::sensing {

/// What makes a serial device the same one after it was unplugged.
struct PortIdentity {
    std::uint16_t vendorId = 0; ///< 0: not a USB device, known by its path only
    std::uint16_t productId = 0;
    std::string serialNumber;
};
/// Where the device is now: a USB device by vendor, product and serial number wherever it was plugged in
/// (without a serial number by the old path first, then if it is the only one of its kind); anything else by
/// its path. Empty: not there.
[[nodiscard]] std::string locatePort(const PortIdentity& identity, const std::string& path,
                                     const std::vector<PortInfo>& ports);

/// A serial port. On the first error of any kind it takes what QSerialPort still holds and closes: a
/// QSerialPort whose device is gone repeats its error more than 100,000 times a second until it is closed.
class SerialTransport final : public Transport {
    Q_OBJECT

public:
    [[nodiscard]] static Result<std::unique_ptr<Transport>> make(const SourceUri& uri, TransportListener& listener);
    SerialTransport(std::string path, int baud, TransportListener& listener);
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
    void fail(TransportProblem problem);

    std::string m_path;
    int m_baud;
    TransportListener& m_listener;
    std::unique_ptr<QSerialPort> m_port;
    PortIdentity m_identity;
    std::string m_openPath;
    std::string m_deviceName;
    std::uint64_t m_attempt = 0; ///< what is queued for an earlier attempt is void
    bool m_everOpened = false;
    std::uint64_t m_errorSignals = 0;
    std::array<char, 65536> m_buffer;
};

} // namespace bnof::sensing
