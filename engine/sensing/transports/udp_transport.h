// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHostAddress>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "engine/sensing/transports/transport.h"

class QUdpSocket;

namespace bnof::sensing {

/// Datagrams that devices send to a port of this computer. The URI's host is the local address to listen on
/// (0.0.0.0 or :: for all) or a multicast group to join. With peer=ADDRESS datagrams from elsewhere are counted,
/// told once, and left out. What is sent goes to the device that was heard last.
class UdpTransport final : public Transport {
    Q_OBJECT

public:
    [[nodiscard]] static Result<std::unique_ptr<Transport>> make(const SourceUri& uri, TransportListener& listener);
    UdpTransport(QHostAddress address, int port, QHostAddress peer, TransportListener& listener);
    ~UdpTransport() override;

    void open() override;
    void close() override;
    void send(std::string_view bytes) override;
    [[nodiscard]] std::string deviceName() const override;
    [[nodiscard]] std::string silenceRemedy() const override;
    /// Datagrams that came from elsewhere than the peer, since the beginning.
    [[nodiscard]] std::uint64_t foreignDatagrams() const { return m_foreign; }

private:
    void openNow();
    void readAvailable();

    QHostAddress m_address;
    int m_portNumber;
    QHostAddress m_peer; ///< null: everybody
    TransportListener& m_listener;
    std::unique_ptr<QUdpSocket> m_socket;
    std::uint64_t m_attempt = 0;
    std::uint64_t m_foreign = 0;
    QHostAddress m_lastSender;
    quint16 m_lastSenderPort = 0;
    std::string m_line;
    std::array<char, 65536> m_buffer; ///< no datagram is larger
};

} // namespace bnof::sensing
