// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/udp_transport.h"

#include <QNetworkProxy>
#include <QTimer>
#include <QUdpSocket>

#include "engine/base/instruments.h"
#include "engine/base/time.h"
#include "engine/sensing/transports/message_lines.h"

namespace bnof::sensing {
namespace {

/// Datagrams taken before other sources of the thread have their turn.
constexpr int datagramsPerTurn = 256;

std::string withPort(const QHostAddress& address, int port)
{
    const std::string text = address.toString().toStdString();
    return (text.find(':') != std::string::npos ? "[" + text + "]" : text) + ":" + std::to_string(port);
}

/// An IPv4 sender looks like ::ffff:192.168.1.5 to a socket that listens on both protocols.
QHostAddress plain(const QHostAddress& address)
{
    bool mapped = false;
    const quint32 ipv4 = address.toIPv4Address(&mapped);
    return mapped ? QHostAddress(ipv4) : address;
}

} // namespace

Result<std::unique_ptr<Transport>> UdpTransport::make(const SourceUri& uri, TransportListener& listener)
{
    const std::string where = "source \"" + uri.toString() + "\"";
    const QHostAddress address(uri.host == "localhost" ? QStringLiteral("127.0.0.1")
                                                       : QString::fromStdString(uri.host));
    if (address.isNull())
        return makeError(ErrorKind::Usage, "\"" + uri.host + "\" is not an address of this computer to listen on",
                         where, "Write 0.0.0.0 to hear devices on every network: udp://0.0.0.0:9000?decoder=ndjson");
    QHostAddress peer;
    if (const std::string text = uri.parameter("peer"); !text.empty()) {
        peer = QHostAddress(QString::fromStdString(text));
        if (peer.isNull())
            return makeError(ErrorKind::Usage, "the peer \"" + text + "\" is not an IP address", where,
                             "Write the device's address, for example peer=192.168.1.20");
    }
    return std::unique_ptr<Transport>(std::make_unique<UdpTransport>(address, uri.port, peer, listener));
}

UdpTransport::UdpTransport(QHostAddress address, int port, QHostAddress peer, TransportListener& listener)
    : m_address(std::move(address)), m_portNumber(port), m_peer(std::move(peer)), m_listener(listener)
{}

UdpTransport::~UdpTransport()
{
    if (m_socket != nullptr)
        m_socket->disconnect(this);
}

std::string UdpTransport::deviceName() const
{
    const std::string here = "UDP " + withPort(m_address, m_portNumber);
    return m_lastSender.isNull() ? here : m_lastSender.toString().toStdString() + " to " + here;
}

std::string UdpTransport::silenceRemedy() const
{
    return "Check that the device is measuring, that it sends to this computer's address and port " +
           std::to_string(m_portNumber) + ", and that no firewall is between.";
}

void UdpTransport::open()
{
    close();
    const std::uint64_t attempt = m_attempt;
    QTimer::singleShot(0, this, [this, attempt] {
        if (attempt == m_attempt)
            openNow();
    });
}

void UdpTransport::openNow()
{
    auto socket = std::make_unique<QUdpSocket>();
    socket->setProxy(QNetworkProxy::NoProxy);
    const bool group = m_address.isMulticast();
    QHostAddress local = m_address;
    if (group)
        local = m_address.protocol() == QAbstractSocket::IPv6Protocol ? QHostAddress(QHostAddress::AnyIPv6)
                                                                      : QHostAddress(QHostAddress::AnyIPv4);
    // Several programs may hear a group; a port of our own is not shared, so that nobody loses half the data.
    const auto mode = group ? QUdpSocket::ShareAddress | QUdpSocket::ReuseAddressHint : QUdpSocket::DontShareAddress;
    if (!socket->bind(local, static_cast<quint16>(m_portNumber), mode) ||
        (group && !socket->joinMulticastGroup(m_address))) {
        const std::string words = socket->errorString().toStdString();
        TransportProblem problem;
        if (socket->error() == QAbstractSocket::AddressInUseError)
            problem.error = makeError(ErrorKind::Device, "another program or source listens on this UDP port",
                                      deviceName(), "Close that one, or let the device send to another port.", words);
        else if (socket->error() == QAbstractSocket::SocketAccessError)
            problem = {makeError(ErrorKind::Device, "no permission to listen on this UDP port", deviceName(),
                                 "Ports below 1024 belong to the system; let the device send to a higher one.", words),
                       false};
        else
            problem.error = makeError(
                ErrorKind::Device, "cannot listen on this UDP port (" + words + ")", deviceName(),
                "Write 0.0.0.0 as the address, or one that this computer has (`ip address` lists them).", words);
        m_listener.transportClosed(problem);
        return;
    }
    m_socket = std::move(socket);
    // A burst of a flooding device waits here instead of being lost while another source is decoded.
    m_socket->setSocketOption(QAbstractSocket::ReceiveBufferSizeSocketOption, 1 << 20);
    connect(m_socket.get(), &QUdpSocket::readyRead, this, &UdpTransport::readAvailable);
    m_listener.transportOpened();
}

void UdpTransport::readAvailable()
{
    const std::int64_t arrival = monotonicNow();
    const std::uint64_t attempt = m_attempt;
    static Counter& foreign = Instruments::counter("sensing.udp_foreign_datagrams");
    for (int i = 0; i < datagramsPerTurn; ++i) {
        if (m_socket == nullptr || attempt != m_attempt || !m_socket->hasPendingDatagrams())
            return;
        QHostAddress sender;
        quint16 port = 0;
        const qint64 count =
            m_socket->readDatagram(m_buffer.data(), static_cast<qint64>(m_buffer.size()), &sender, &port);
        if (count < 0)
            continue; // e.g. "port unreachable" as the answer to something sent
        sender = plain(sender);
        if (!m_peer.isNull() && sender != m_peer) {
            foreign.add();
            if (++m_foreign == 1)
                m_listener.transportNotice("datagrams from " + sender.toString().toStdString() +
                                           " are left out, because only those of " + m_peer.toString().toStdString() +
                                           " are asked for");
            continue;
        }
        m_lastSender = sender;
        m_lastSenderPort = port;
        toStream({m_buffer.data(), static_cast<std::size_t>(count)}, m_line);
        if (!m_line.empty())
            m_listener.transportBytes(m_line, arrival);
    }
    QTimer::singleShot(0, this, [this, attempt] {
        if (attempt == m_attempt)
            readAvailable();
    });
}

void UdpTransport::send(std::string_view bytes)
{
    if (m_socket != nullptr && !m_lastSender.isNull())
        m_socket->writeDatagram(bytes.data(), static_cast<qint64>(bytes.size()), m_lastSender, m_lastSenderPort);
}

void UdpTransport::close()
{
    ++m_attempt;
    if (m_socket == nullptr)
        return;
    m_socket->disconnect(this);
    m_socket->close();
    m_socket.release()->deleteLater();
}

} // namespace bnof::sensing
