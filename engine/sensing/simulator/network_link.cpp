// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/simulator/network_link.h"

#include <QThread>

#include <algorithm>
#include <atomic>
#include <utility>

#include "engine/base/time.h"
#include "engine/sensing/simulator/network_servers.h"
#include "engine/sensing/simulator/wake_pipe.h"

namespace bnof::sensing {
namespace {

/// The link's side of a server that lives on its own thread with an event loop.
class NetworkLink final : public SimulatorLink {
public:
    NetworkLink(std::string kind, int port) : m_kind(std::move(kind)), m_port(port)
    {
        m_thread.setObjectName(QStringLiteral("bnof-simulator"));
        m_thread.start();
    }
    ~NetworkLink() override
    {
        unplug();
        m_thread.quit();
        m_thread.wait();
    }

    Result<void> replug() override
    {
        auto server = makeNetworkServer(m_kind, [this](std::size_t clients) {
            if (clients > m_clients.exchange(clients))
                m_newClient = true;
            m_wake.signal();
        });
        server->moveToThread(&m_thread);
        Result<void> opened;
        QMetaObject::invokeMethod(
            server.get(), [&] { opened = server->open(m_port); }, Qt::BlockingQueuedConnection);
        if (!opened.ok()) {
            server.release()->deleteLater();
            return opened;
        }
        m_port = server->port();
        m_uri = server->uri();
        m_server = std::move(server);
        return {};
    }

    void unplug() override
    {
        if (m_server == nullptr)
            return;
        NetworkServer* server = m_server.release();
        QMetaObject::invokeMethod(
            server, [server] { delete server; }, Qt::BlockingQueuedConnection);
        m_clients = 0;
        m_newClient = false;
    }

    std::string uri() const override { return m_uri; }
    void interrupt() override { m_wake.interrupt(); }
    void wait(std::int64_t deadline) override
    {
        const std::size_t before = m_clients;
        while (!m_newClient && m_clients == before) {
            const std::int64_t left = deadline - monotonicNow();
            if (left <= 0 || !m_wake.wait(left))
                return;
        }
    }
    bool clientPresent() override { return m_clients > 0; }
    [[nodiscard]] bool newClientWaits() const override { return m_newClient; }
    [[nodiscard]] bool takeNewClient() override { return m_newClient.exchange(false); }

    std::size_t send(std::string_view bytes, std::int64_t patience) override
    {
        const std::int64_t deadline = monotonicNow() + patience;
        const QByteArray copy(bytes.data(), static_cast<qsizetype>(bytes.size()));
        while (m_server != nullptr && m_clients > 0 && !m_newClient) {
            bool taken = false;
            QMetaObject::invokeMethod(
                m_server.get(), [&] { taken = m_server->transmit(copy); }, Qt::BlockingQueuedConnection);
            if (taken)
                return bytes.size();
            const std::int64_t left = deadline - monotonicNow();
            if (left <= 0 || !m_wake.wait(std::min(left, 5 * nanosecondsPerMillisecond)))
                return 0;
        }
        return 0;
    }

private:
    std::string m_kind;
    int m_port;
    std::string m_uri;
    WakePipe m_wake;
    std::atomic<std::size_t> m_clients{0};
    std::atomic<bool> m_newClient{false};
    QThread m_thread;
    std::unique_ptr<NetworkServer> m_server;
};

} // namespace

const std::vector<std::string>& networkLinkKinds()
{
    static const std::vector<std::string> kinds{"udp", "ws", "http", "mqtt", "modbus-tcp", "modbus-rtu"};
    return kinds;
}

Result<std::unique_ptr<SimulatorLink>> makeNetworkLink(const std::string& kind, int port)
{
    auto link = std::make_unique<NetworkLink>(kind, port);
    BNOF_TRY(link->replug());
    return std::unique_ptr<SimulatorLink>(std::move(link));
}

} // namespace bnof::sensing
