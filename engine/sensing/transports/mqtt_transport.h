// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>

#include <memory>
#include <string>

#include "engine/sensing/transports/mqtt_client.h"
#include "engine/sensing/transports/mqtt_rows.h"
#include "engine/sensing/transports/transport.h"

namespace bnof::sensing {

/// Topics of an MQTT broker. With the decoder "ndjson" (and without a decoder) numbers and JSON objects of all topics
/// become rows of one table, see MqttRows; with any other decoder the payloads are its bytes, each message of text a
/// line. A value that the broker had retained is older than the connection by an unknown time: it is left out and
/// told once, or with retained=use taken and marked by a channel "retained".
class MqttTransport final : public Transport {
    Q_OBJECT

public:
    [[nodiscard]] static Result<std::unique_ptr<Transport>> make(const SourceUri& uri, TransportListener& listener);
    MqttTransport(SourceUri uri, TransportListener& listener);
    ~MqttTransport() override;

    void open() override;
    void close() override;
    void send(std::string_view) override {} ///< topics have no way back to a device
    [[nodiscard]] std::string deviceName() const override;
    [[nodiscard]] std::string impliedDecoder() const override { return "ndjson"; }
    [[nodiscard]] std::string silenceRemedy() const override;

private:
    void openNow();
    void takeNews();
    void take(const MqttMessage& message);
    void giveRows(std::int64_t arrival);
    void noticeOnce(bool& told, const std::string& text);
    void fail(Error error, bool retry);

    SourceUri m_uri;
    TransportListener& m_listener;
    bool m_assemble;
    bool m_useRetained;
    MqttRows m_rows;
    std::unique_ptr<MqttClient> m_client;
    QTimer m_ticker{this};
    std::string m_out;
    std::uint64_t m_attempt = 0;
    bool m_toldRetained = false;
    bool m_toldUnusable = false;
    bool m_toldLost = false;
};

} // namespace bnof::sensing
