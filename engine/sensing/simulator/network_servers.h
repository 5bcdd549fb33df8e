// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>

#include <functional>
#include <memory>
#include <string>

#include "engine/base/result.h"

namespace bnof::sensing {

/// A server that a simulated device speaks through. All functions belong to the thread where it lives.
class NetworkServer : public QObject {
    Q_OBJECT

public:
    static constexpr qint64 maximumUnsent = 1 << 20; ///< of a client that does not read

    ~NetworkServer() override = default;
    /// Port 0: any free one (or the usual one of a broker).
    virtual Result<void> open(int port) = 0;
    [[nodiscard]] virtual int port() const = 0;
    /// What to connect to, with the parameters that the server needs.
    [[nodiscard]] virtual std::string uri() const = 0;
    /// Hands whole lines to every client; false: a client has to read first, try again.
    virtual bool transmit(const QByteArray& lines) = 0;
};

/// `clients` is called on the server's thread with the number of clients whenever it changes.
[[nodiscard]] std::unique_ptr<NetworkServer> makeNetworkServer(const std::string& kind,
                                                               std::function<void(std::size_t)> clients);
/// Modbus, of the same family; defined in modbus_servers_linux.cpp.
[[nodiscard]] std::unique_ptr<NetworkServer> makeModbusServer(bool serial, std::function<void(std::size_t)> clients);

} // namespace bnof::sensing
