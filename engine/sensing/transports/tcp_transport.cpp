// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/tcp_transport.h"

#include <QNetworkProxy>
#include <QTcpSocket>
#include <QTimer>

#include "engine/base/time.h"

namespace bnof::sensing {

Result<std::unique_ptr<Transport>> TcpTransport::make(const SourceUri& uri, TransportListener& listener)
{
    return std::unique_ptr<Transport>(std::make_unique<TcpTransport>(uri.host, uri.port, listener));
}

TcpTransport::TcpTransport(std::string host, int port, TransportListener& listener)
    : m_host(std::move(host)), m_portNumber(port), m_listener(listener)
{}

TcpTransport::~TcpTransport()
{
    if (m_socket == nullptr)
        return;
    m_socket->disconnect(this);
    m_socket->abort();
}

std::string TcpTransport::deviceName() const
{
    return m_host + ":" + std::to_string(m_portNumber);
}

void TcpTransport::open()
{
    close();
    const std::uint64_t attempt = m_attempt;
    m_socket = std::make_unique<QTcpSocket>();
    // A lab's sensors are reached directly, whatever proxy the desktop uses for the web.
    m_socket->setProxy(QNetworkProxy::NoProxy);
    connect(m_socket.get(), &QTcpSocket::connected, this, [this] {
        m_connected = true;
        m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        m_socket->setSocketOption(QAbstractSocket::KeepAliveOption, 1);
        m_listener.transportOpened();
    });
    connect(m_socket.get(), &QTcpSocket::readyRead, this, &TcpTransport::readAvailable);
    connect(m_socket.get(), &QTcpSocket::disconnected, this, &TcpTransport::lost);
    connect(m_socket.get(), &QTcpSocket::errorOccurred, this, &TcpTransport::lost);
    QTimer::singleShot(connectMilliseconds, this, [this, attempt] {
        if (attempt == m_attempt && !m_connected)
            lost();
    });
    // From the event loop, because connecting to a literal address can fail at once.
    QTimer::singleShot(0, this, [this, attempt] {
        if (attempt == m_attempt)
            m_socket->connectToHost(QString::fromStdString(m_host), static_cast<quint16>(m_portNumber));
    });
}

void TcpTransport::readAvailable()
{
    const std::int64_t arrival = monotonicNow();
    const std::uint64_t attempt = m_attempt;
    while (m_socket != nullptr && attempt == m_attempt) {
        const qint64 count = m_socket->read(m_buffer.data(), static_cast<qint64>(m_buffer.size()));
        if (count <= 0)
            return;
        m_listener.transportBytes({m_buffer.data(), static_cast<std::size_t>(count)}, arrival);
    }
}

void TcpTransport::lost()
{
    if (m_socket == nullptr)
        return;
    const bool timedOut = !m_connected && m_socket->error() == QAbstractSocket::UnknownSocketError;
    const std::string words = timedOut ? "no answer within " + std::to_string(connectMilliseconds / 1000) + " s"
                                       : m_socket->errorString().toStdString();
    const bool wasConnected = m_connected;
    const std::uint64_t attempt = m_attempt;
    if (wasConnected)
        readAvailable();
    if (attempt != m_attempt)
        return;
    close();
    TransportProblem problem;
    problem.error =
        wasConnected
            ? makeError(ErrorKind::Device, "the network sensor closed the connection", deviceName(),
                        "Check the sensor and the network; it is connected again by itself.", words)
            : makeError(ErrorKind::Device, "the network sensor cannot be reached (" + words + ")", deviceName(),
                        "Check the address, that the sensor is on, and that no firewall is between.", words);
    m_listener.transportClosed(problem);
}

void TcpTransport::send(std::string_view bytes)
{
    if (m_socket != nullptr && m_connected && m_socket->bytesToWrite() < maximumUnsent)
        m_socket->write(bytes.data(), static_cast<qint64>(bytes.size()));
}

void TcpTransport::close()
{
    ++m_attempt;
    m_connected = false;
    if (m_socket == nullptr)
        return;
    m_socket->disconnect(this);
    m_socket->abort();
    m_socket.release()->deleteLater();
}

} // namespace bnof::sensing
