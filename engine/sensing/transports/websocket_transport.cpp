// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/websocket_transport.h"

#include <QNetworkProxy>
#include <QNetworkRequest>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

#include "engine/base/time.h"
#include "engine/sensing/transports/credentials.h"
#include "engine/sensing/transports/message_lines.h"
#include "engine/sensing/transports/web_address.h"

namespace bnof::sensing {

Result<std::unique_ptr<Transport>> WebSocketTransport::make(const SourceUri& uri, TransportListener& listener)
{
    if (!webUrl(uri).isValid())
        return makeError(ErrorKind::Usage, "the address is not valid", "source \"" + uri.toString() + "\"",
                         "A correct source looks like ws://192.168.1.20:81/stream?decoder=ndjson");
    BNOF_TRY(webTrust(uri));
    return std::unique_ptr<Transport>(std::make_unique<WebSocketTransport>(uri, listener));
}

WebSocketTransport::WebSocketTransport(SourceUri uri, TransportListener& listener)
    : m_uri(std::move(uri)), m_listener(listener), m_name(webUrl(m_uri).toString().toStdString())
{
    m_pinger.setInterval(pingMilliseconds);
    connect(&m_pinger, &QTimer::timeout, this, &WebSocketTransport::ping);
}

WebSocketTransport::~WebSocketTransport()
{
    if (m_socket == nullptr)
        return;
    m_socket->disconnect(this);
    m_socket->abort();
}

void WebSocketTransport::open()
{
    close();
    const std::uint64_t attempt = m_attempt;
    QTimer::singleShot(0, this, [this, attempt] {
        if (attempt == m_attempt)
            openNow();
    });
}

void WebSocketTransport::openNow()
{
    const auto credentials = credentialsOf(m_uri);
    const auto trust = webTrust(m_uri);
    if (!credentials.ok() || !trust.ok()) {
        fail(credentials.ok() ? trust.error() : credentials.error(), false);
        return;
    }
    const std::uint64_t attempt = m_attempt;
    m_socket = std::make_unique<QWebSocket>();
    m_socket->setProxy(QNetworkProxy::NoProxy);
    m_socket->setSslConfiguration(*trust);
    m_socket->setMaxAllowedIncomingFrameSize(maximumMessage);
    m_socket->setMaxAllowedIncomingMessageSize(maximumMessage);
    connect(m_socket.get(), &QWebSocket::connected, this, [this] {
        m_connected = true;
        m_pinger.start();
        m_listener.transportOpened();
    });
    connect(m_socket.get(), &QWebSocket::textMessageReceived, this, [this](const QString& text) {
        const std::int64_t arrival = monotonicNow();
        m_unanswered = 0;
        m_line = text.toStdString();
        if (m_line.empty() || m_line.back() != '\n')
            m_line += '\n';
        m_listener.transportBytes(m_line, arrival);
    });
    connect(m_socket.get(), &QWebSocket::binaryMessageReceived, this, [this](const QByteArray& bytes) {
        const std::int64_t arrival = monotonicNow();
        m_unanswered = 0;
        toStream({bytes.constData(), static_cast<std::size_t>(bytes.size())}, m_line);
        m_listener.transportBytes(m_line, arrival);
    });
    connect(m_socket.get(), &QWebSocket::pong, this, [this] { m_unanswered = 0; });
    connect(m_socket.get(), &QWebSocket::disconnected, this, &WebSocketTransport::lost);
    connect(m_socket.get(), &QWebSocket::sslErrors, this, [this](const QList<QSslError>& errors) {
        fail(certificateError(errors.isEmpty() ? "unknown" : errors.front().errorString().toStdString(), m_name));
    });
    connect(m_socket.get(), qOverload<QAbstractSocket::SocketError>(&QWebSocket::error), this,
            &WebSocketTransport::lost);
    QTimer::singleShot(connectMilliseconds, this, [this, attempt] {
        if (attempt == m_attempt && !m_connected)
            fail(makeError(ErrorKind::Device,
                           "the WebSocket server gave no answer within " + std::to_string(connectMilliseconds / 1000) +
                               " s",
                           m_name, "Check the address, that the sensor is on, and that no firewall is between."));
    });
    QNetworkRequest request(webUrl(m_uri));
    if (const std::string authorization = credentials->httpAuthorization(); !authorization.empty())
        request.setRawHeader("Authorization", QByteArray::fromStdString(authorization));
    QWebSocketHandshakeOptions options;
    if (const std::string protocol = m_uri.parameter("protocol"); !protocol.empty())
        options.setSubprotocols({QString::fromStdString(protocol)});
    m_socket->open(request, options);
}

void WebSocketTransport::ping()
{
    if (m_socket == nullptr || !m_connected)
        return;
    if (m_unanswered++ >= unansweredPings)
        fail(makeError(ErrorKind::Device, "the WebSocket server does not answer any more", m_name,
                       "Check the sensor and the network; it is connected again by itself."));
    else
        m_socket->ping();
}

void WebSocketTransport::lost()
{
    if (m_socket == nullptr)
        return;
    std::string words = m_socket->errorString().toStdString();
    if (const auto colon = words.find("::"); colon != std::string::npos) // "QWebSocketPrivate::processHandshake: …"
        if (const auto space = words.find(' ', colon); space != std::string::npos)
            words.erase(0, space + 1);
    if (!m_connected) {
        fail(makeError(ErrorKind::Device, "there is no WebSocket at this address (" + words + ")", m_name,
                       "Check address, port and path, that the sensor is on, and that no firewall is between.", words));
        return;
    }
    const QWebSocketProtocol::CloseCode code = m_socket->closeCode();
    const std::string reason = m_socket->closeReason().toStdString();
    std::string what = "the WebSocket server closed the connection";
    if (code == QWebSocketProtocol::CloseCodeTooMuchData)
        what = "the WebSocket server sent a message of more than 1 MiB";
    else if (!reason.empty())
        what += " (" + reason + ")";
    fail(makeError(ErrorKind::Device, what, m_name,
                   "Check the sensor and the network; it is connected again by itself.",
                   words + ", close code " + std::to_string(static_cast<int>(code))));
}

void WebSocketTransport::fail(Error error, bool retry)
{
    close();
    m_listener.transportClosed({std::move(error), retry});
}

void WebSocketTransport::send(std::string_view bytes)
{
    if (m_socket == nullptr || !m_connected || m_socket->bytesToWrite() >= maximumUnsent)
        return;
    if (isTextMessage(bytes))
        m_socket->sendTextMessage(QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size())));
    else
        m_socket->sendBinaryMessage(QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())));
}

void WebSocketTransport::close()
{
    ++m_attempt;
    m_connected = false;
    m_unanswered = 0;
    m_pinger.stop();
    if (m_socket == nullptr)
        return;
    m_socket->disconnect(this);
    m_socket->abort();
    m_socket.release()->deleteLater();
}

} // namespace bnof::sensing
