// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <memory>
#include <string>

#include "engine/sensing/transports/transport.h"

class QTcpSocket;

namespace bnof::sensing {

/// A TCP client. Keep-alive is on, so that a peer that vanished without a word is noticed.
class TcpTransport final : public Transport {
    Q_OBJECT

public:
    static constexpr int connectMilliseconds = 5000; ///< then the attempt counts as failed

    [[nodiscard]] static Result<std::unique_ptr<Transport>> make(const SourceUri& uri, TransportListener& listener);
    TcpTransport(std::string host, int port, TransportListener& listener);
    ~TcpTransport() override;

    void open() override;
    void close() override;
    void send(std::string_view bytes) override;
    [[nodiscard]] std::string deviceName() const override;

private:
    void readAvailable();
    void lost();

    std::string m_host;
    int m_portNumber;
    TransportListener& m_listener;
    std::unique_ptr<QTcpSocket> m_socket;
    std::uint64_t m_attempt = 0;
    bool m_connected = false;
    std::array<char, 65536> m_buffer;
};

} // namespace bnof::sensing
