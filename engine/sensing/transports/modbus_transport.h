// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>

#include <memory>
#include <string>
#include <vector>

#include "engine/sensing/transports/modbus_map.h"
#include "engine/sensing/transports/serial_transport.h"
#include "engine/sensing/transports/transport.h"

class QModbusClient;
class QModbusReply;

namespace bnof::sensing {

/// Reads the registers of a Modbus device (RTU on a serial port, or TCP) in a steady rhythm, as its register map says,
/// and gives each round as one line of JSON for the decoder "ndjson", behind a line that describes the channels. Raw
/// counts stay in the row where the map says "raw"; floats are printed so that they read back as the same bits.
///
/// Several units of one line (unit=1,2,7) are read one after the other in each round and give one row together, each
/// channel named behind its unit ("u7 CO2"). A unit that is silent is missing in the row and told once; after three
/// silent rounds it is asked only every tenth round, so that it does not slow the others, and started anew when it
/// answers again. A USB adapter is the same one on another port, as in SerialTransport.
///
/// What a request does not bring is missing in its row (null), never repeated. Exceptions, timeouts and replies of the
/// wrong length are counted (sensing.modbus_exceptions, _timeouts, _malformed; a reply with a wrong checksum is none,
/// and counts as a timeout), the first of each kind is told, and after three rounds without any value the connection
/// is made anew.
class ModbusTransport final : public Transport {
    Q_OBJECT

public:
    static constexpr int barrenRounds = 3;
    static constexpr int restRounds = 9;             ///< between two questions to a silent one of several units
    static constexpr int connectMilliseconds = 5000; ///< TCP

    [[nodiscard]] static Result<std::unique_ptr<Transport>> make(const SourceUri& uri, TransportListener& listener);
    /// `units`: what the URI says, or the map; of several, the map is already the one forUnits().
    ModbusTransport(SourceUri uri, ModbusMap map, std::vector<int> units, TransportListener& listener);
    ~ModbusTransport() override;

    void open() override;
    void close() override;
    void send(std::string_view) override {} ///< the map says what is written
    [[nodiscard]] std::string deviceName() const override;
    [[nodiscard]] std::string impliedDecoder() const override { return "ndjson"; }
    [[nodiscard]] std::string silenceRemedy() const override;

private:
    /// One of several units on the line.
    struct Unit {
        int number = 0;
        bool started = false; ///< what the map wants written is written
        bool asked = false;   ///< in this round
        bool answered = false;
        int silentRounds = 0;
        int rest = 0; ///< rounds in which it is left alone
    };

    void openNow();
    [[nodiscard]] std::unique_ptr<QModbusClient> makeClient(const std::string& port) const;
    [[nodiscard]] Unit* unitOf(int number);
    [[nodiscard]] bool skipped(int number);
    void endRoundOf(Unit& unit);
    void readAll();
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
    std::vector<int> m_unitNumbers;
    int m_unit;                ///< the first of them
    std::vector<Unit> m_units; ///< empty: there is only one, and its failure is the connection's
    PortIdentity m_identity;
    std::unique_ptr<PortWatcher> m_watcher; ///< while closed: tells when the port is back
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
