// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>

#include <memory>
#include <string>

#include "engine/sensing/transports/transport.h"

class QWebSocket;

namespace bnof::sensing {

/// A WebSocket client. Text messages are lines, binary messages are bytes. A message may have up to 1 MiB; a
/// server that sends more is told off and tried again. A peer that neither sends nor answers pings counts as
/// gone after 15 s.
class WebSocketTransport final : public Transport {
    Q_OBJECT

public:
    static constexpr int connectMilliseconds = 5000;
    static constexpr std::uint64_t maximumMessage = 1U << 20;
    static constexpr int pingMilliseconds = 5000;
    static constexpr int unansweredPings = 3;

    [[nodiscard]] static Result<std::unique_ptr<Transport>> make(const SourceUri& uri, TransportListener& listener);
    WebSocketTransport(SourceUri uri, TransportListener& listener);
    ~WebSocketTransport() override;

    void open() override;
    void close() override;
    void send(std::string_view bytes) override; ///< text as a text message, anything else as a binary one
    [[nodiscard]] std::string deviceName() const override { return m_name; }

private:
    void openNow();
    void lost();
    void fail(Error error, bool retry = true);
    void ping();

    SourceUri m_uri;
    TransportListener& m_listener;
    std::unique_ptr<QWebSocket> m_socket;
    QTimer m_pinger{this}; ///< a child, to move to the source's thread
    std::string m_name;
    std::string m_line;
    std::uint64_t m_attempt = 0;
    bool m_connected = false;
    int m_unanswered = 0;
};

} // namespace bnof::sensing
