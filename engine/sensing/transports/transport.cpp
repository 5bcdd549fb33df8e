// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/transport.h"

#include "engine/sensing/transports/http_transport.h"
#include "engine/sensing/transports/modbus_transport.h"
#include "engine/sensing/transports/mqtt_transport.h"
#include "engine/sensing/transports/serial_transport.h"
#include "engine/sensing/transports/tcp_transport.h"
#include "engine/sensing/transports/udp_transport.h"
#include "engine/sensing/transports/websocket_transport.h"

namespace bnof::sensing {

const std::vector<TransportKind>& transportKinds()
{
    static const std::vector<TransportKind> kinds{
        {"serial", &SerialTransport::make},     {"tcp", &TcpTransport::make},           {"udp", &UdpTransport::make},
        {"ws", &WebSocketTransport::make},      {"wss", &WebSocketTransport::make},     {"http", &HttpTransport::make},
        {"https", &HttpTransport::make},        {"mqtt", &MqttTransport::make},         {"mqtts", &MqttTransport::make},
        {"modbus-rtu", &ModbusTransport::make}, {"modbus-tcp", &ModbusTransport::make},
    };
    return kinds;
}

Result<std::unique_ptr<Transport>> makeTransport(const SourceUri& uri, TransportListener& listener)
{
    for (const TransportKind& kind : transportKinds())
        if (kind.scheme == uri.scheme)
            return kind.make(uri, listener);
    return makeError(
        ErrorKind::Usage, "\"" + uri.scheme + "\" sources do not carry live bytes", "source \"" + uri.toString() + "\"",
        "`bnof devices --transports` lists those that do, for example serial:/dev/ttyUSB0?baud=115200&decoder=csv");
}

} // namespace bnof::sensing
