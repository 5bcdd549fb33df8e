// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/transports/modbus_transport.h"

#include <QModbusReply>
#include <QModbusRtuSerialClient>
#include <QModbusTcpClient>
#include <QSerialPort>
#include <QVariant>

#include <algorithm>
#include <utility>

#include "engine/base/instruments.h"
#include "engine/base/time.h"
#include "engine/sensing/source_schemes.h"
#include "engine/sensing/transports/ports.h"
#include "engine/sensing/transports/serial_settings.h"

namespace bnof::sensing {
namespace {

constexpr std::size_t maximumTold = 32;

/// Modbus application protocol 1.1b3, section 7.
std::string exceptionText(int code)
{
    switch (code) {
    case 1: return "exception 1 (it does not know this function)";
    case 2: return "exception 2 (there is no such register)";
    case 3: return "exception 3 (it does not allow this value or number of registers)";
    case 4: return "exception 4 (failure of the device)";
    case 5: return "exception 5 (it has accepted the request and needs time)";
    case 6: return "exception 6 (it is busy)";
    case 10: return "exception 10 (the gateway has no path)";
    case 11: return "exception 11 (nothing answers behind the gateway)";
    default: return "exception " + std::to_string(code);
    }
}

std::string requestText(const ModbusBlock& block)
{
    return "unit " + std::to_string(block.unit) + ", " + (block.function == 3 ? "holding" : "input") + " registers " +
           std::to_string(block.address) + " to " + std::to_string(block.address + block.count - 1);
}

} // namespace

Result<std::unique_ptr<Transport>> ModbusTransport::make(const SourceUri& uri, TransportListener& listener)
{
    BNOF_TRY_ASSIGN(ModbusMap map, ModbusMap::load(uri.parameter("map")));
    const auto units = wholeNumbers(uri.parameter("unit")).value_or(std::vector{map.unit});
    if (units.size() > 1) {
        BNOF_TRY_ASSIGN(map, map.forUnits(units));
    }
    return std::unique_ptr<Transport>(std::make_unique<ModbusTransport>(uri, std::move(map), units, listener));
}

ModbusTransport::ModbusTransport(SourceUri uri, ModbusMap map, std::vector<int> units, TransportListener& listener)
    : m_uri(std::move(uri)), m_map(std::move(map)), m_listener(listener), m_unitNumbers(std::move(units)),
      m_unit(m_unitNumbers.front()), m_identity(identityFromText(m_uri.parameter("device"))),
      m_pollMilliseconds(wholeNumber(m_uri.parameter("poll")).value_or(m_map.pollMilliseconds)),
      m_timeoutMilliseconds(wholeNumber(m_uri.parameter("timeout")).value_or(m_map.timeoutMilliseconds)),
      m_values(m_map.registers.size()), m_raws(m_map.registers.size()), m_bitsTold(m_map.registers.size())
{
    m_blocks = m_map.blocks(m_unit);
    if (m_unitNumbers.size() > 1)
        for (const ModbusBlock& block : m_blocks)
            if (unitOf(block.unit) == nullptr)
                m_units.push_back({.number = block.unit});
    for (const ModbusWrite& write : m_map.start)
        if (!m_units.empty() && unitOf(write.unit) == nullptr)
            m_units.push_back({.number = write.unit});
    m_poll.setInterval(m_pollMilliseconds);
    m_poll.setTimerType(Qt::PreciseTimer);
    connect(&m_poll, &QTimer::timeout, this, &ModbusTransport::beginRound);
}

ModbusTransport::~ModbusTransport()
{
    if (m_client == nullptr)
        return;
    m_client->disconnect(this);
    m_client->disconnectDevice();
}

std::string ModbusTransport::deviceName() const
{
    const std::string place = m_uri.host.empty() ? m_uri.path : m_uri.host + ":" + std::to_string(m_uri.port);
    std::string units;
    for (const int unit : m_unitNumbers)
        units += (units.empty() ? "" : ", ") + std::to_string(unit);
    return m_map.name + (m_unitNumbers.size() > 1 ? " (units " : " (unit ") + units + ") at " + place;
}

std::string ModbusTransport::silenceRemedy() const
{
    return "Check the unit number and the register map.";
}

void ModbusTransport::open()
{
    close();
    const std::uint64_t attempt = m_attempt;
    QTimer::singleShot(0, this, [this, attempt] {
        if (attempt == m_attempt)
            openNow();
    });
}

ModbusTransport::Unit* ModbusTransport::unitOf(int number)
{
    const auto it = std::ranges::find(m_units, number, &Unit::number);
    return it == m_units.end() ? nullptr : &*it;
}

bool ModbusTransport::skipped(int number)
{
    const Unit* unit = unitOf(number);
    return unit != nullptr && (unit->rest > 0 || (unit->asked && !unit->answered));
}

std::unique_ptr<QModbusClient> ModbusTransport::makeClient(const std::string& port) const
{
    std::unique_ptr<QModbusClient> client;
    if (m_uri.scheme == "modbus-tcp") {
        client = std::make_unique<QModbusTcpClient>();
        client->setConnectionParameter(QModbusDevice::NetworkAddressParameter, QString::fromStdString(m_uri.host));
        client->setConnectionParameter(QModbusDevice::NetworkPortParameter, m_uri.port);
    } else {
        SerialSettings settings = serialSettings(m_uri);
        if (m_uri.parameter("baud").empty())
            settings.baud = m_map.baud;
        client = std::make_unique<QModbusRtuSerialClient>();
        client->setConnectionParameter(QModbusDevice::SerialPortNameParameter, QString::fromStdString(port));
        client->setConnectionParameter(QModbusDevice::SerialBaudRateParameter, settings.baud);
        client->setConnectionParameter(QModbusDevice::SerialDataBitsParameter, static_cast<int>(settings.dataBits));
        client->setConnectionParameter(QModbusDevice::SerialParityParameter,
                                       static_cast<int>(parityOf(m_uri.parameter("parity", m_map.parity))));
        client->setConnectionParameter(QModbusDevice::SerialStopBitsParameter,
                                       static_cast<int>(stopBitsOf(m_uri.parameter("stopbits", m_map.stopBits))));
    }
    client->setTimeout(m_timeoutMilliseconds);
    client->setNumberOfRetries(0); // a value that comes late is missing; the next round asks again
    return client;
}

void ModbusTransport::openNow()
{
    std::string port = m_uri.path;
    if (m_uri.host.empty() && m_identity.vendorId != 0) {
        auto found = locateDevice(m_identity, port, listPorts());
        if (!found.ok()) {
            fail(found.error());
            return;
        }
        port = std::move(*found);
    }
    m_client = makeClient(port);
    const std::uint64_t attempt = m_attempt;
    connect(m_client.get(), &QModbusDevice::stateChanged, this, [this, port](QModbusDevice::State state) {
        if (state == QModbusDevice::ConnectedState) {
            if (auto found = m_uri.host.empty() ? identifyPort(port) : std::nullopt)
                m_identity = std::move(found->identity);
            connected();
        }
        if (state == QModbusDevice::UnconnectedState && m_connected)
            lost(m_client->errorString().toStdString());
    });
    connect(m_client.get(), &QModbusDevice::errorOccurred, this, [this](QModbusDevice::Error error) {
        if (error == QModbusDevice::ConnectionError || error == QModbusDevice::ConfigurationError ||
            (m_connected && (error == QModbusDevice::ReadError || error == QModbusDevice::WriteError) &&
             m_uri.host.empty()))
            lost(m_client->errorString().toStdString());
    });
    QTimer::singleShot(connectMilliseconds, this, [this, attempt] {
        if (attempt == m_attempt && !m_connected)
            lost("no answer within " + std::to_string(connectMilliseconds / 1000) + " s");
    });
    if (!m_client->connectDevice() && attempt == m_attempt)
        lost(m_client->errorString().toStdString());
}

void ModbusTransport::lost(const std::string& words)
{
    const bool wasConnected = m_connected;
    Error error;
    bool retry = true;
    if (wasConnected) {
        error = makeError(ErrorKind::Device, "the connection to the Modbus device broke", deviceName(),
                          "Check cable, power and network; it is connected again by itself.", words);
    } else if (const auto reason = m_uri.host.empty() ? diagnosePort(m_uri.path) : std::nullopt) {
        error = *reason;
        retry = m_opened || !needsPerson(*reason);
    } else {
        error = makeError(ErrorKind::Device, "the Modbus device cannot be reached (" + words + ")", deviceName(),
                          m_uri.host.empty() ? "Check the cable, then connect again."
                                             : "Check address and port, that the device is on, and that no firewall is "
                                               "between.",
                          words);
    }
    fail(std::move(error), retry);
}

template <typename Then> void ModbusTransport::whenFinished(QModbusReply* reply, Then then)
{
    const std::uint64_t attempt = m_attempt;
    if (reply == nullptr) {
        lost(m_client->errorString().toStdString());
        return;
    }
    const auto handle = [this, attempt, reply, then] {
        reply->deleteLater();
        if (attempt == m_attempt)
            then(reply);
    };
    if (reply->isFinished())
        QTimer::singleShot(0, this, handle);
    else
        connect(reply, &QModbusReply::finished, this, handle);
}

void ModbusTransport::connected()
{
    m_connected = true;
    m_opened = true;
    m_nextWrite = m_units.empty() ? 0 : m_map.start.size(); // several are started in the rounds
    // Not within the client's own signal.
    const std::uint64_t attempt = m_attempt;
    QTimer::singleShot(0, this, [this, attempt] {
        if (attempt == m_attempt)
            writeNext();
    });
}

void ModbusTransport::writeNext()
{
    // Of several units each is started when it is there.
    const auto done = [this](const Unit* unit) { return unit != nullptr && (unit->started || skipped(unit->number)); };
    while (m_nextWrite < m_map.start.size() && done(unitOf(m_map.start[m_nextWrite].unit)))
        ++m_nextWrite;
    if (m_nextWrite < m_map.start.size()) {
        const std::size_t index = m_nextWrite++;
        const ModbusWrite& write = m_map.start[index];
        const QModbusDataUnit unit(QModbusDataUnit::HoldingRegisters, write.address,
                                   QList<quint16>(write.values.begin(), write.values.end()));
        whenFinished(m_client->sendWriteRequest(unit, write.unit != 0 ? write.unit : m_unit),
                     [this, index](QModbusReply* reply) { wrote(reply, index); });
        return;
    }
    if (m_roundRuns) {
        readAll();
        return;
    }
    m_barren = 0;
    m_anyValue = false;
    const std::uint64_t attempt = m_attempt;
    m_listener.transportOpened();
    if (attempt != m_attempt)
        return;
    m_listener.transportBytes(m_map.descriptionLine(), monotonicNow());
    if (attempt != m_attempt)
        return;
    m_poll.start();
    beginRound();
}

void ModbusTransport::wrote(QModbusReply* reply, std::size_t index)
{
    if (reply->error() == QModbusDevice::NoError) {
        writeNext();
        return;
    }
    const int number = m_map.start[index].unit;
    const std::string request = (m_units.empty() ? "" : "unit " + std::to_string(number) + ", ") +
                                "writing to register " + std::to_string(m_map.start[index].address);
    blame(request, *reply);
    if (Unit* unit = unitOf(number); unit != nullptr) {
        unit->asked = true; // and has not answered: the others go on
        writeNext();
        return;
    }
    fail(makeError(ErrorKind::Device, "the Modbus device could not be started: " + m_lastProblem, deviceName(),
                   "Check cable, power, unit number and baud rate, and \"start\" in the register map."));
}

void ModbusTransport::beginRound()
{
    if (std::exchange(m_roundRuns, true)) {
        static Counter& overruns = Instruments::counter("sensing.modbus_overruns");
        overruns.add();
        return;
    }
    m_nextBlock = 0;
    std::ranges::fill(m_values, "null");
    std::ranges::fill(m_raws, "null");
    m_anyValue = false;
    for (Unit& unit : m_units) {
        unit.asked = unit.answered = false;
        unit.rest = std::max(unit.rest - 1, 0);
    }
    m_nextWrite = m_units.empty() ? m_map.start.size() : 0;
    writeNext();
}

void ModbusTransport::readAll()
{
    for (Unit& unit : m_units)
        unit.started = unit.started || !skipped(unit.number);
    readNext();
}

void ModbusTransport::readNext()
{
    while (m_nextBlock < m_blocks.size() && skipped(m_blocks[m_nextBlock].unit))
        ++m_nextBlock;
    if (m_nextBlock >= m_blocks.size()) {
        endRound();
        return;
    }
    const ModbusBlock& block = m_blocks[m_nextBlock];
    const auto table = block.function == 3 ? QModbusDataUnit::HoldingRegisters : QModbusDataUnit::InputRegisters;
    whenFinished(
        m_client->sendReadRequest(QModbusDataUnit(table, block.address, static_cast<quint16>(block.count)), block.unit),
        [this](QModbusReply* reply) { took(reply); });
}

void ModbusTransport::took(QModbusReply* reply)
{
    m_arrival = monotonicNow();
    const ModbusBlock& block = m_blocks[m_nextBlock++];
    if (Unit* unit = unitOf(block.unit); unit != nullptr) {
        unit->asked = true;
        unit->answered = unit->answered || reply->error() == QModbusDevice::NoError ||
                         reply->error() == QModbusDevice::ProtocolError;
    }
    const std::uint64_t attempt = m_attempt;
    if (reply->error() != QModbusDevice::NoError || reply->result().valueCount() != block.count)
        blame(requestText(block), *reply);
    else
        store(block, *reply);
    if (attempt == m_attempt)
        readNext();
}

void ModbusTransport::store(const ModbusBlock& block, const QModbusReply& reply)
{
    const QList<quint16> words = reply.result().values();
    m_anyValue = true;
    for (const std::size_t i : block.registers) {
        const ModbusRegister& each = m_map.registers[i];
        const std::span<const std::uint16_t> own(words.constData() + (each.address - block.address),
                                                 static_cast<std::size_t>(each.width()));
        m_values[i] = each.valueText(own);
        m_raws[i] = each.rawText(own);
        const auto state = static_cast<std::uint32_t>(static_cast<std::int64_t>(each.raw64(own).value_or(0)));
        const std::uint32_t news = each.bits.empty() ? 0 : state & ~m_bitsTold[i];
        m_bitsTold[i] = state;
        for (const ModbusRegister::Bit& bit : each.bits)
            if ((news >> bit.bit & 1U) != 0)
                m_listener.transportNotice(each.channel.name + ": " + bit.meaning);
    }
}

void ModbusTransport::blame(const std::string& request, const QModbusReply& reply)
{
    static Counter& exceptions = Instruments::counter("sensing.modbus_exceptions");
    static Counter& timeouts = Instruments::counter("sensing.modbus_timeouts");
    static Counter& malformed = Instruments::counter("sensing.modbus_malformed");
    std::string problem;
    if (reply.error() == QModbusDevice::ProtocolError) {
        exceptions.add();
        // The first byte behind the function; QModbusPdu's own reading of it first looks at an enumerator out of range.
        const QByteArray said = reply.rawResult().data();
        problem = "the device answers " + exceptionText(said.isEmpty() ? 0xFF : static_cast<quint8>(said.at(0)));
    } else if (reply.error() == QModbusDevice::TimeoutError) {
        timeouts.add();
        problem = "no valid answer within " + std::to_string(m_timeoutMilliseconds) + " ms";
    } else if (reply.error() == QModbusDevice::NoError) {
        malformed.add();
        problem = "the answer has " + std::to_string(reply.result().valueCount()) + " registers";
    } else {
        malformed.add();
        problem = reply.errorString().toStdString();
    }
    m_lastProblem = problem + " (" + request + ")";
    tellOnce(m_lastProblem);
}

void ModbusTransport::tellOnce(const std::string& text)
{
    if (m_told.size() >= maximumTold || std::ranges::find(m_told, text) != m_told.end())
        return;
    m_told.push_back(text);
    m_listener.transportNotice(text);
}

void ModbusTransport::endRoundOf(Unit& unit)
{
    if (!unit.asked)
        return;
    if (unit.answered) {
        if (unit.silentRounds >= barrenRounds)
            m_listener.transportNotice("unit " + std::to_string(unit.number) + " answers again");
        unit.silentRounds = 0;
        return;
    }
    unit.started = false; // it may have been switched off
    if (++unit.silentRounds < barrenRounds)
        return;
    unit.rest = restRounds + 1;
    if (unit.silentRounds == barrenRounds)
        m_listener.transportNotice("unit " + std::to_string(unit.number) +
                                   " is silent; its values are missing, the other units go on");
}

void ModbusTransport::endRound()
{
    m_roundRuns = false;
    for (Unit& unit : m_units)
        endRoundOf(unit);
    if (!m_anyValue) {
        for (Unit& unit : m_units)
            unit.rest = 0; // there is nobody left to be slowed
        if (++m_barren >= barrenRounds)
            fail(makeError(ErrorKind::Device, "the Modbus device gives no values: " + m_lastProblem, deviceName(),
                           m_uri.host.empty()
                               ? "Check cable (A and B exchanged?), power, unit number, baud rate and parity."
                               : "Check power, unit number and register map."));
        return;
    }
    m_barren = 0;
    m_line = "{";
    const auto add = [this](const std::string& name, const std::string& value) {
        m_line += (m_line.size() > 1 ? "," : "") + Json(name).dump() + ":" + value;
    };
    for (std::size_t i = 0; i < m_values.size(); ++i) {
        add(m_map.registers[i].channel.name, m_values[i]);
        if (m_map.registers[i].raw)
            add(m_map.registers[i].channel.name + " raw", m_raws[i]);
    }
    m_line += "}\n";
    m_listener.transportBytes(m_line, m_arrival);
}

void ModbusTransport::fail(Error error, bool retry)
{
    close();
    if (retry && m_uri.host.empty()) {
        m_watcher = std::make_unique<PortWatcher>(portRoots(), std::vector{m_uri.path});
        connect(m_watcher.get(), &PortWatcher::changed, this, [this] {
            if (m_client == nullptr)
                emit worthTrying();
        });
    }
    m_listener.transportClosed({std::move(error), retry});
}

void ModbusTransport::close()
{
    ++m_attempt;
    m_connected = false;
    m_roundRuns = false;
    m_poll.stop();
    for (Unit& unit : m_units)
        unit = {.number = unit.number};
    if (m_watcher != nullptr)
        m_watcher.release()->deleteLater(); // it may have woken us
    if (m_client == nullptr)
        return;
    m_client->disconnect(this);
    m_client->disconnectDevice();
    m_client.release()->deleteLater();
}

} // namespace bnof::sensing
