// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/simulator/network_servers.h"

#include <QHostAddress>
#include <QTcpServer>
#include <QTcpSocket>
#include <QUdpSocket>
#include <QWebSocket>
#include <QWebSocketServer>

#include <mosquitto.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace bnof::sensing {
namespace {

const QHostAddress loopback(QHostAddress::LocalHost);
using ClientsCallback = std::function<void(std::size_t)>;

Error cannotListen(int port, const QString& words)
{
    return makeError(ErrorKind::Device, "the simulated device cannot listen (" + words.toStdString() + ")",
                     "127.0.0.1:" + std::to_string(port), "Choose another port, or 0 for any free one.");
}

/// Nobody answers a datagram: the device counts as heard from the beginning.
class UdpServer final : public NetworkServer {
public:
    explicit UdpServer(ClientsCallback clients) : m_clients(std::move(clients)) {}

    Result<void> open(int port) override
    {
        m_port = port;
        if (m_port == 0) {
            QUdpSocket probe;
            if (!probe.bind(loopback, 0))
                return cannotListen(0, probe.errorString());
            m_port = probe.localPort();
        }
        m_clients(1);
        return {};
    }
    int port() const override { return m_port; }
    std::string uri() const override { return "udp://127.0.0.1:" + std::to_string(m_port); }
    bool transmit(const QByteArray& lines) override
    {
        for (const QByteArray& line : lines.split('\n'))
            if (!line.isEmpty())
                m_socket.writeDatagram(line + '\n', loopback, static_cast<quint16>(m_port));
        return true;
    }

private:
    ClientsCallback m_clients;
    QUdpSocket m_socket{this};
    int m_port = 0;
};

class WebSocketServer final : public NetworkServer {
public:
    explicit WebSocketServer(ClientsCallback clients) : m_clients(std::move(clients)) {}
    ~WebSocketServer() override
    {
        for (QWebSocket* socket : m_sockets) {
            socket->disconnect(this);
            socket->close(QWebSocketProtocol::CloseCodeGoingAway, QStringLiteral("unplugged"));
            delete socket;
        }
    }

    Result<void> open(int port) override
    {
        if (!m_server.listen(loopback, static_cast<quint16>(port)))
            return cannotListen(port, m_server.errorString());
        connect(&m_server, &QWebSocketServer::newConnection, this, [this] {
            while (QWebSocket* socket = m_server.nextPendingConnection()) {
                m_sockets.push_back(socket);
                connect(socket, &QWebSocket::disconnected, this, [this, socket] {
                    std::erase(m_sockets, socket);
                    socket->deleteLater();
                    m_clients(m_sockets.size());
                });
            }
            m_clients(m_sockets.size());
        });
        return {};
    }
    int port() const override { return m_server.serverPort(); }
    std::string uri() const override { return "ws://127.0.0.1:" + std::to_string(port()) + "/stream"; }
    bool transmit(const QByteArray& lines) override
    {
        if (std::ranges::any_of(m_sockets, [](const auto* s) { return s->bytesToWrite() > maximumUnsent; }))
            return false;
        for (QWebSocket* socket : m_sockets)
            socket->sendTextMessage(QString::fromUtf8(lines));
        return true;
    }

private:
    ClientsCallback m_clients;
    QWebSocketServer m_server{QStringLiteral("bnof simulate"), QWebSocketServer::NonSecureMode, this};
    std::vector<QWebSocket*> m_sockets;
};

class HttpServer final : public NetworkServer {
public:
    explicit HttpServer(ClientsCallback clients) : m_clients(std::move(clients)) {}
    ~HttpServer() override
    {
        for (const Client& client : m_list) {
            client.socket->disconnect(this);
            delete client.socket;
        }
    }

    Result<void> open(int port) override
    {
        if (!m_server.listen(loopback, static_cast<quint16>(port)))
            return cannotListen(port, m_server.errorString());
        connect(&m_server, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket* socket = m_server.nextPendingConnection()) {
                m_list.push_back({socket, {}, false, false});
                connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
                connect(socket, &QTcpSocket::disconnected, this, [this, socket] {
                    std::erase_if(m_list, [socket](const Client& client) { return client.socket == socket; });
                    socket->deleteLater();
                    m_clients(streaming());
                });
            }
        });
        return {};
    }
    int port() const override { return m_server.serverPort(); }
    std::string uri() const override { return "http://127.0.0.1:" + std::to_string(port()) + "/events"; }
    bool transmit(const QByteArray& lines) override
    {
        if (std::ranges::any_of(m_list, [](const Client& c) { return c.socket->bytesToWrite() > maximumUnsent; }))
            return false;
        QByteArray events;
        for (const QByteArray& line : lines.split('\n'))
            if (!line.isEmpty())
                events += "data: " + line + "\n\n";
        for (const Client& client : m_list)
            if (client.streams)
                client.socket->write(client.events ? events : lines);
        return true;
    }

private:
    struct Client {
        QTcpSocket* socket;
        QByteArray request;
        bool streams;
        bool events;
    };
    [[nodiscard]] std::size_t streaming() const
    {
        return static_cast<std::size_t>(std::ranges::count_if(m_list, &Client::streams));
    }
    void read(QTcpSocket* socket)
    {
        const auto client = std::ranges::find(m_list, socket, &Client::socket);
        if (client == m_list.end() || client->streams) {
            socket->readAll();
            return;
        }
        client->request += socket->readAll();
        if (client->request.size() > 16384) {
            socket->abort();
        } else if (client->request.contains("\r\n\r\n")) {
            client->streams = true;
            client->events = client->request.startsWith("GET /events");
            socket->write("HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nConnection: close\r\nContent-Type: " +
                          QByteArray(client->events ? "text/event-stream" : "text/plain; charset=utf-8") + "\r\n\r\n");
            m_clients(streaming());
        }
    }

    ClientsCallback m_clients;
    QTcpServer m_server{this};
    std::vector<Client> m_list;
};

/// Publishes; the broker is somebody else's.
class MqttPublisher final : public NetworkServer {
public:
    explicit MqttPublisher(ClientsCallback clients) : m_clients(std::move(clients)) {}
    ~MqttPublisher() override
    {
        if (m_handle == nullptr)
            return;
        mosquitto_disconnect(m_handle);
        mosquitto_loop_stop(m_handle, false);
        mosquitto_destroy(m_handle);
    }

    Result<void> open(int port) override
    {
        m_port = port == 0 ? 1883 : port;
        static const int library = mosquitto_lib_init();
        m_handle = library == MOSQ_ERR_SUCCESS ? mosquitto_new(nullptr, true, nullptr) : nullptr;
        const int code = m_handle != nullptr ? mosquitto_connect(m_handle, "127.0.0.1", m_port, 30) : MOSQ_ERR_NOMEM;
        if (code != MOSQ_ERR_SUCCESS || mosquitto_loop_start(m_handle) != MOSQ_ERR_SUCCESS)
            return makeError(ErrorKind::Device,
                             std::string("there is no MQTT broker (") + mosquitto_strerror(code) + ")",
                             "127.0.0.1:" + std::to_string(m_port),
                             "Start one, for example  mosquitto -p 1884  and use --port 1884.");
        m_clients(1);
        return {};
    }
    int port() const override { return m_port; }
    std::string uri() const override { return "mqtt://127.0.0.1:" + std::to_string(m_port) + "/enose/simulated"; }
    bool transmit(const QByteArray& lines) override
    {
        for (const QByteArray& line : lines.split('\n'))
            if (!line.isEmpty())
                mosquitto_publish(m_handle, nullptr, "enose/simulated", static_cast<int>(line.size()), line.constData(),
                                  0, false);
        return true;
    }

private:
    ClientsCallback m_clients;
    mosquitto* m_handle = nullptr;
    int m_port = 0;
};

} // namespace

std::unique_ptr<NetworkServer> makeNetworkServer(const std::string& kind, std::function<void(std::size_t)> clients)
{
    if (kind == "udp")
        return std::make_unique<UdpServer>(std::move(clients));
    if (kind == "ws")
        return std::make_unique<WebSocketServer>(std::move(clients));
    if (kind == "http")
        return std::make_unique<HttpServer>(std::move(clients));
    if (kind == "mqtt")
        return std::make_unique<MqttPublisher>(std::move(clients));
    return makeModbusServer(kind == "modbus-rtu", std::move(clients));
}

} // namespace bnof::sensing
