// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/serial_transport.h"

#include <QSerialPort>
#include <QTimer>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "engine/base/time.h"

namespace bnof::sensing {
namespace {

std::string canonical(const std::string& path)
{
    std::error_code code;
    const auto resolved = std::filesystem::canonical(path, code);
    return code ? path : resolved.string();
}

bool sameDevice(const PortInfo& port, const PortIdentity& identity)
{
    return port.vendorId == identity.vendorId && port.productId == identity.productId &&
           port.serialNumber == identity.serialNumber;
}

} // namespace

std::string locatePort(const PortIdentity& identity, const std::string& path, const std::vector<PortInfo>& ports)
{
    std::error_code code;
    if (identity.vendorId == 0)
        return std::filesystem::exists(path, code) ? path : std::string();
    std::vector<std::string> found;
    for (const PortInfo& port : ports)
        if (sameDevice(port, identity))
            found.push_back(port.path);
    if (std::ranges::find(found, canonical(path)) != found.end())
        return path;
    return found.size() == 1 ? found.front() : std::string();
}

Result<std::unique_ptr<Transport>> SerialTransport::make(const SourceUri& uri, TransportListener& listener)
{
    int baud = 115200;
    const std::string text = uri.parameter("baud", "115200");
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), baud);
    if (code != std::errc() || end != text.data() + text.size() || baud < 50)
        return makeError(ErrorKind::Usage, "\"" + text + "\" is not a baud rate", "source \"" + uri.toString() + "\"",
                         "Common rates are 9600 and 115200.");
    return std::unique_ptr<Transport>(std::make_unique<SerialTransport>(uri.path, baud, listener));
}

SerialTransport::SerialTransport(std::string path, int baud, TransportListener& listener)
    : m_path(std::move(path)), m_baud(baud), m_listener(listener), m_deviceName(m_path)
{}

SerialTransport::~SerialTransport()
{
    if (m_port == nullptr)
        return;
    m_port->disconnect(this);
    m_port->close();
}

void SerialTransport::open()
{
    close();
    const std::uint64_t attempt = m_attempt;
    QTimer::singleShot(0, this, [this, attempt] {
        if (attempt == m_attempt)
            openNow();
    });
}

void SerialTransport::openNow()
{
    const std::string where = m_identity.vendorId != 0 ? locatePort(m_identity, m_path, listPorts()) : m_path;
    if (where.empty()) {
        fail({makeError(ErrorKind::Device, "the device is not plugged in", m_deviceName, "Plug it in again."), true});
        return;
    }
    m_port = std::make_unique<QSerialPort>(QString::fromStdString(where));
    m_port->setBaudRate(m_baud);
    if (!m_port->open(QIODevice::ReadWrite)) {
        const QSerialPort::SerialPortError code = m_port->error();
        const std::string words = m_port->errorString().toStdString();
        m_port.reset();
        TransportProblem problem;
        if (auto reason = diagnosePort(where))
            problem.error = *reason;
        else if (code == QSerialPort::PermissionError)
            problem.error =
                makeError(ErrorKind::Device, "the port is in use by another program", where,
                          "Close the other program (serial monitor, modem manager), then connect again.", words);
        else
            problem.error =
                makeError(ErrorKind::Device, "the port cannot be opened (" + words + ")", where,
                          "Check the cable, then connect again.", "QSerialPort error " + std::to_string(code));
        // Right after plugging in, the system may not have given the node its group yet.
        problem.retry = m_everOpened || !needsPerson(problem.error);
        fail(std::move(problem));
        return;
    }
    m_openPath = where;
    m_everOpened = true;
    identify(where);
    connect(m_port.get(), &QSerialPort::readyRead, this, &SerialTransport::readAvailable);
    connect(m_port.get(), &QSerialPort::errorOccurred, this,
            [this](QSerialPort::SerialPortError e) { handleError(e); });
    m_listener.transportOpened();
    if (m_port != nullptr && m_port->bytesAvailable() > 0)
        readAvailable();
}

void SerialTransport::identify(const std::string& path)
{
    const std::string node = canonical(path);
    m_deviceName = node == m_path ? m_path : m_path + " (" + node + ")";
    for (const PortInfo& port : listPorts()) {
        if (port.path != node || port.vendorId == 0)
            continue;
        m_identity = {port.vendorId, port.productId, port.serialNumber};
        char ids[16];
        std::snprintf(ids, sizeof ids, "%04x:%04x", port.vendorId, port.productId);
        const std::string product = !port.product.empty() ? port.product : port.suggestion;
        m_deviceName = product + " (" + ids + (port.serialNumber.empty() ? "" : ", " + port.serialNumber) + ")";
    }
}

void SerialTransport::readAvailable()
{
    const std::int64_t arrival = monotonicNow();
    const std::uint64_t attempt = m_attempt;
    while (m_port != nullptr && attempt == m_attempt) {
        const qint64 count = m_port->read(m_buffer.data(), static_cast<qint64>(m_buffer.size()));
        if (count <= 0)
            return;
        m_listener.transportBytes({m_buffer.data(), static_cast<std::size_t>(count)}, arrival);
    }
}

void SerialTransport::handleError(int error)
{
    if (error == QSerialPort::NoError || error == QSerialPort::TimeoutError || m_port == nullptr)
        return;
    ++m_errorSignals;
    const std::string words = m_port->errorString().toStdString();
    const std::uint64_t attempt = m_attempt;
    readAvailable();
    if (attempt != m_attempt)
        return;
    fail({makeError(ErrorKind::Device, "the device went away", m_deviceName,
                    "Check the cable and the power of the device; it is connected again by itself.",
                    words + " (QSerialPort error " + std::to_string(error) + ")"),
          true});
}

void SerialTransport::fail(TransportProblem problem)
{
    close();
    m_listener.transportClosed(problem);
}

void SerialTransport::send(std::string_view bytes)
{
    if (m_port != nullptr && m_port->bytesToWrite() < maximumUnsent)
        m_port->write(bytes.data(), static_cast<qint64>(bytes.size()));
}

void SerialTransport::close()
{
    ++m_attempt;
    if (m_port == nullptr)
        return;
    m_port->disconnect(this);
    m_port->close();
    // We may be inside one of its signals.
    m_port.release()->deleteLater();
}

} // namespace bnof::sensing
