// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>

#include <memory>
#include <string>
#include <vector>

#include "engine/sensing/transports/modbus_map.h"
#include "engine/sensing/transports/transport.h"

class QModbusClient;
class QModbusReply;

namespace bnof::sensing {

/// Reads the registers of a Modbus device (RTU on a serial port, or TCP) in a steady rhythm, as its register map says,
/// and gives each round as one line of JSON for the decoder "ndjson", behind a line that describes the channels. Raw
/// counts stay in the row where the map says "raw"; floats are printed so that they read back as the same bits.
///
/// What a request does not bring is missing in its row (null), never repeated. Exceptions, timeouts and replies of the
/// wrong length are counted (sensing.modbus_exceptions, _timeouts, _malformed; a reply with a wrong checksum is none,
/// and counts as a timeout), the first of each kind is told, and after three rounds without any value the connection
/// is made anew.
class ModbusTransport final : public Transport {
    Q_OBJECT

public:
    static constexpr int barrenRounds = 3;
    static constexpr int connectMilliseconds = 5000; ///< TCP

    [[nodiscard]] static Result<std::unique_ptr<Transport>> make(const SourceUri& uri, TransportListener& listener);
    ModbusTransport(SourceUri uri, ModbusMap map, TransportListener& listener);
    ~ModbusTransport() override;

    void open() override;
    void close() override;
    void send(std::string_view) override {} ///< the map says what is written
    [[nodiscard]] std::string deviceName() const override;
    [[nodiscard]] std::string impliedDecoder() const override { return "ndjson"; }
    [[nodiscard]] std::string silenceRemedy() const override;

private:
    void openNow();
    [[nodiscard]] std::unique_ptr<QModbusClient> makeClient() const;
    void connected();
    void lost(const std::string& words);
    void writeNext();
    void wrote(QModbusReply* reply, std::size_t index);
    void beginRound();
    void readNext();
    void took(QModbusReply* reply);
    void store(const ModbusBlock& block, const QModbusReply& reply);
    void blame(const std::string& request, const QModbusReply& reply);
    void endRound();
    /// Calls `then` when the reply is there, also when it already is; the reply is deleted afterwards.
    template <typename Then> void whenFinished(QModbusReply* reply, Then then);
    void tellOnce(const std::string& text);
    void fail(Error error, bool retry = true);

    SourceUri m_uri;
    ModbusMap m_map;
    std::vector<ModbusBlock> m_blocks;
    TransportListener& m_listener;
    std::unique_ptr<QModbusClient> m_client;
    QTimer m_poll{this};
    int m_unit;
    int m_pollMilliseconds;
    int m_timeoutMilliseconds;
    std::uint64_t m_attempt = 0;
    bool m_connected = false;
    bool m_opened = false;
    bool m_anyValue = false;
    bool m_roundRuns = false;
    std::size_t m_nextWrite = 0;
    std::size_t m_nextBlock = 0;
    int m_barren = 0;
    std::int64_t m_arrival = 0;
    std::vector<std::string> m_values; ///< of the round, by register
    std::vector<std::string> m_raws;
    std::vector<std::uint32_t> m_bitsTold;
    std::vector<std::string> m_told;
    std::string m_lastProblem;
    std::string m_line;
};

} // namespace bnof::sensing
