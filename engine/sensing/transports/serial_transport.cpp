// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/serial_transport.h"

#include <QSerialPort>
#include <QTimer>

#include <algorithm>
#include <cstdio>
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
           (identity.serialNumber.empty() || port.serialNumber == identity.serialNumber) &&
           (identity.interface.empty() || port.interface == identity.interface);
}

std::string describe(const PortIdentity& identity)
{
    char ids[16];
    std::snprintf(ids, sizeof ids, "%04x:%04x", identity.vendorId, identity.productId);
    return suggestDevice(identity.vendorId, identity.productId) + " (" + ids +
           (identity.serialNumber.empty() ? "" : ", " + identity.serialNumber) + ")";
}

Error twinsError(const PortIdentity& identity, const std::vector<const PortInfo*>& found)
{
    std::string list;
    for (const PortInfo* port : found)
        list += (list.empty() ? "" : " and ") + port->path +
                (port->location.empty() ? "" : " in USB socket " + port->location);
    return makeError(ErrorKind::Device,
                     "it is not known which device is meant, because several look the same and have no serial number "
                     "of their own: " +
                         list,
                     describe(identity),
                     identity.location.empty()
                         ? "Name the port itself, best by its socket (a link in /dev/serial/by-path)."
                         : "Plug it into the USB socket where it was (" + identity.location +
                               "), or choose the port yourself.",
                     "twins");
}

} // namespace

PortIdentity identityFromText(const std::string& text)
{
    PortIdentity identity;
    unsigned vendor = 0;
    unsigned product = 0;
    int length = 0;
    if (std::sscanf(text.c_str(), "%4x:%4x%n", &vendor, &product, &length) != 2)
        return identity;
    identity.vendorId = static_cast<std::uint16_t>(vendor);
    identity.productId = static_cast<std::uint16_t>(product);
    if (const auto rest = text.substr(static_cast<std::size_t>(length)); rest.size() > 1)
        identity.serialNumber = rest.substr(1);
    return identity;
}

std::optional<IdentifiedPort> identifyPort(const std::string& path)
{
    const std::string node = canonical(path);
    const std::vector<PortInfo> ports = listPorts();
    // A node may be a link (of a test, of udev rules): compare what the links end at.
    const auto it = std::ranges::find_if(ports, [&](const PortInfo& port) {
        return port.path == path || port.path == node || canonical(port.path) == node;
    });
    if (it == ports.end() || it->vendorId == 0)
        return std::nullopt;
    IdentifiedPort found;
    found.identity = {it->vendorId, it->productId, it->serialNumber, it->location, it->interface, false};
    found.identity.twins =
        std::ranges::count_if(ports, [&](const PortInfo& port) { return sameDevice(port, found.identity); }) > 1;
    char ids[16];
    std::snprintf(ids, sizeof ids, "%04x:%04x", it->vendorId, it->productId);
    const std::string product = !it->product.empty() ? it->product : it->suggestion;
    found.name = product + " (" + ids + (it->serialNumber.empty() ? "" : ", " + it->serialNumber) + ")";
    return found;
}

Result<std::string> locateDevice(const PortIdentity& identity, const std::string& path,
                                 const std::vector<PortInfo>& ports)
{
    std::error_code code;
    if (identity.vendorId == 0) {
        if (std::filesystem::exists(path, code))
            return path;
        return makeError(ErrorKind::Device, "there is no such port", path,
                         "Plug the device in; `bnof devices` lists the ports that are there.", "missing");
    }
    std::vector<const PortInfo*> found;
    for (const PortInfo& port : ports)
        if (sameDevice(port, identity))
            found.push_back(&port);
    const auto atPath = std::ranges::find(found, canonical(path), &PortInfo::path);
    if (!identity.location.empty()) { // it was open before: the socket says more than the path, which is given anew
        const auto inSocket = std::ranges::find(found, identity.location, &PortInfo::location);
        if (inSocket != found.end())
            return (*inSocket)->path;
    } else if (atPath != found.end()) {
        return path;
    }
    if (found.empty())
        return makeError(ErrorKind::Device, "the device is not plugged in", describe(identity), "Plug it in again.",
                         "missing");
    if (found.size() > 1 || identity.twins)
        return twinsError(identity, found);
    return found.front()->path;
}

Result<std::unique_ptr<Transport>> SerialTransport::make(const SourceUri& uri, TransportListener& listener)
{
    return std::unique_ptr<Transport>(std::make_unique<SerialTransport>(
        uri.path, serialSettings(uri), identityFromText(uri.parameter("device")), listener));
}

SerialTransport::SerialTransport(std::string path, SerialSettings settings, PortIdentity identity,
                                 TransportListener& listener)
    : m_path(std::move(path)), m_settings(settings), m_listener(listener), m_identity(std::move(identity)),
      m_deviceName(m_path)
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
    std::string where = m_path;
    if (m_identity.vendorId != 0) {
        auto found = locateDevice(m_identity, m_path, listPorts());
        if (!found.ok()) {
            fail({found.error(), true});
            return;
        }
        where = std::move(*found);
    }
    m_port = std::make_unique<QSerialPort>(QString::fromStdString(where));
    m_port->setBaudRate(m_settings.baud);
    m_port->setDataBits(m_settings.dataBits);
    m_port->setParity(m_settings.parity);
    m_port->setStopBits(m_settings.stopBits);
    m_port->setFlowControl(m_settings.flow);
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
    setLines();
    identify(where);
    connect(m_port.get(), &QSerialPort::readyRead, this, &SerialTransport::readAvailable);
    connect(m_port.get(), &QSerialPort::errorOccurred, this,
            [this](QSerialPort::SerialPortError e) { handleError(e); });
    m_listener.transportOpened();
    if (m_port != nullptr && m_port->bytesAvailable() > 0)
        readAvailable();
}

/// Lines that a port does not have (a pseudo-terminal's) are no error: this is called before errors are listened to.
void SerialTransport::setLines()
{
    if (m_settings.dtr != SerialSettings::Dtr::On)
        keepLinesAtClose(*m_port);
    if (m_settings.dtr == SerialSettings::Dtr::Off)
        m_port->setDataTerminalReady(false);
    if (!m_settings.rts && m_settings.flow != QSerialPort::HardwareControl)
        m_port->setRequestToSend(false);
    m_port->clearError();
}

void SerialTransport::identify(const std::string& path)
{
    const std::string node = canonical(path);
    m_deviceName = node == m_path ? m_path : m_path + " (" + node + ")";
    if (auto found = identifyPort(path)) {
        m_identity = std::move(found->identity);
        m_deviceName = std::move(found->name);
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
    if (problem.retry) {
        m_watcher = std::make_unique<PortWatcher>(portRoots(), std::vector{m_path});
        connect(m_watcher.get(), &PortWatcher::changed, this, [this] {
            if (m_port == nullptr)
                emit worthTrying();
        });
    }
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
    if (m_watcher != nullptr)
        m_watcher.release()->deleteLater(); // it may have woken us
    if (m_port == nullptr)
        return;
    m_port->disconnect(this);
    m_port->close();
    // We may be inside one of its signals.
    m_port.release()->deleteLater();
}

} // namespace bnof::sensing
