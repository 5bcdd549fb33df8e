// SPDX-License-Identifier: GPL-3.0-or-later
// Modbus sources: against Qt's servers over TCP and a pair of pseudo-terminals, and byte for byte against the
// frames in the manuals of SenseAir and Sensirion.
#include <QLoggingCategory>
#include <QModbusRtuSerialServer>
#include <QModbusTcpServer>
#include <QProcess>
#include <QSerialPort>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QVariant>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <mutex>
#include <thread>

#include "engine/base/files.h"
#include "engine/sensing/transports/modbus_map.h"
#include "tests/sensing/fake_usb.h"
#include "tests/sensing/transport_fixture.h"
#include "tests/support/suite.h"

// QModbusTcpServer of Qt 6.4 forgets the buffer of a connection that is open when the server is destroyed.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions()
{
    return "leak:libQt6SerialBus";
}

using namespace bnof;
using namespace bnof::sensing;
using test::RunningSource;
using test::waitFor;

namespace {

int freePort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

Result<ModbusMap> mapOf(const std::string& registers, const std::string& more = {})
{
    return ModbusMap::parse("{\"name\":\"test\",\"poll_ms\":50,\"timeout_ms\":200," + more + "\"registers\":[" +
                                registers + "]}",
                            "test.json");
}

std::string fromHex(const char* text)
{
    return QByteArray::fromHex(text).toStdString();
}

/// The device's end of a pseudo-terminal: answers each request that it knows, byte for byte, on a thread of its own.
class WireDevice {
public:
    struct Exchange {
        std::string request;
        std::string answer;
    };
    explicit WireDevice(std::vector<Exchange> exchanges) : m_exchanges(std::move(exchanges))
    {
        termios raw{};
        cfmakeraw(&raw);
        char name[256];
        if (::openpty(&m_master, &m_slave, name, &raw, nullptr) != 0)
            qFatal("no pseudo-terminal");
        path = name;
        m_thread = std::thread([this] { serve(); });
    }
    ~WireDevice()
    {
        m_stop = true;
        m_thread.join();
        ::close(m_master);
        ::close(m_slave);
    }
    [[nodiscard]] std::vector<std::string> requests() const
    {
        const std::lock_guard lock(m_mutex);
        return m_requests;
    }
    std::string path;

private:
    void serve()
    {
        std::string got;
        while (!m_stop) {
            pollfd wait{m_master, POLLIN, 0};
            if (::poll(&wait, 1, 20) <= 0) {
                got.clear(); // a pause ends a frame
                continue;
            }
            char bytes[256];
            const ssize_t count = ::read(m_master, bytes, sizeof bytes);
            if (count <= 0)
                continue;
            got.append(bytes, static_cast<std::size_t>(count));
            if (got.size() < 8)
                continue;
            const std::string request = std::exchange(got, {});
            const std::lock_guard lock(m_mutex);
            m_requests.push_back(request);
            for (const Exchange& each : m_exchanges)
                if (each.request == request && ::write(m_master, each.answer.data(), each.answer.size()) < 0)
                    return;
        }
    }
    std::vector<Exchange> m_exchanges;
    int m_master = -1;
    int m_slave = -1;
    std::atomic<bool> m_stop{false};
    mutable std::mutex m_mutex;
    std::vector<std::string> m_requests;
    std::thread m_thread;
};

/// A map in a file for a source.
class MapFile {
public:
    explicit MapFile(const std::string& text) : path(folder.filePath("map.json").toStdString())
    {
        if (!writeFileAtomically(path, text).ok())
            qFatal("cannot write the map");
    }
    QTemporaryDir folder;
    std::string path;
};

const char* const tcpMap = R"({"name": "rack", "poll_ms": 50, "timeout_ms": 300, "gap": 1,
    "registers": [
      {"name": "CO", "function": 4, "address": 0, "type": "s16", "scale": 0.1, "raw": true, "unit": "ppm", "gas": "CO"},
      {"name": "flow", "function": 3, "address": 10, "type": "f32", "order": "CDAB"},
      {"name": "alarms", "function": 3, "address": 12, "bits": {"0": "low alarm", "1": "high alarm"}}]})";

void fill(QModbusServer& server, int unit)
{
    QModbusDataUnitMap tables;
    tables.insert(QModbusDataUnit::InputRegisters, {QModbusDataUnit::InputRegisters, 0, 4});
    tables.insert(QModbusDataUnit::HoldingRegisters, {QModbusDataUnit::HoldingRegisters, 10, 4});
    server.setMap(tables);
    server.setServerAddress(unit);
    server.setData(QModbusDataUnit::InputRegisters, 0, static_cast<quint16>(-125));
    server.setData(QModbusDataUnit::HoldingRegisters, 10, 0x5C29); // 12.335, low word first
    server.setData(QModbusDataUnit::HoldingRegisters, 11, 0x4145);
    server.setData(QModbusDataUnit::HoldingRegisters, 12, 0);
}

} // namespace

class TestTransportsModbus : public test::Suite {
    Q_OBJECT

private slots:
    /// When the cable is pulled between two questions, Qt's own client clears its port once more, which is closed by
    /// then, and says so; nothing follows from it.
    void init()
    {
        QTest::failOnWarning(
            QRegularExpression(QStringLiteral("^(?!bool QSerialPort::clear\\(Directions\\): device not open).*")));
    }
    void initTestCase() { QLoggingCategory::setFilterRules(QStringLiteral("qt.modbus*=false")); }
    void shippedMapsAreGood();
    void wrongMapsSayWhatIsWrong_data();
    void wrongMapsSayWhatIsWrong();
    void numbersInEveryOrder_data();
    void numbersInEveryOrder();
    void adjacentRegistersAreOneRequest();
    void senseAirSpeaksAsInItsManual();
    void scd30SpeaksAsInItsManual();
    void malformedAnswersAreCountedAndTold();
    void tcpServerIsReadAndRestarted();
    void tcpExceptionsAreTold();
    void tcpGarbageIsSurvived();
    void rtuServerOverPseudoTerminals();
    void adapterInAnotherSocketIsTheSameDevice();
    void unitsOfOneLineAreOneRow();
    void silentUnitsStopNoOthers_data();
    void silentUnitsStopNoOthers();
    void portsThatAreNotThereAreExplained();
};

void TestTransportsModbus::shippedMapsAreGood()
{
    const auto names = ModbusMap::names();
    QVERIFY(names.size() >= 3);
    for (const std::string& name : names) {
        const auto map = ModbusMap::load(name);
        BNOF_VERIFY_OK(map);
        QCOMPARE(map->name, name);
        QVERIFY(!map->description.empty());
    }
    const auto unknown = ModbusMap::load("senseair-s9");
    QVERIFY(!unknown.ok());
    QVERIFY(unknown.error().remedy.find("senseair-s8") != std::string::npos);
    QVERIFY(!ModbusMap::load("/nowhere/map.json").ok());
}

void TestTransportsModbus::wrongMapsSayWhatIsWrong_data()
{
    QTest::addColumn<QString>("registers");
    QTest::addColumn<QString>("words");
    const auto row = [](const char* registers, const char* words) { QTest::newRow(words) << registers << words; };
    row("", "1 to 1024 registers");
    row("3", "a register must be an object");
    row(R"({"function":3,"address":0})", "name");
    row(R"({"name":"a","function":5,"address":0})", "function");
    row(R"({"name":"a","function":3,"address":65536})", "address");
    row(R"({"name":"a","function":3,"address":65535,"type":"f32"})", "does not fit behind the last register");
    row(R"({"name":"a","function":3,"address":0,"type":"f64"})", "\"f64\" is not possible here");
    row(R"({"name":"a","function":3,"address":0,"order":"ABDC"})", "\"ABDC\" is not possible here");
    row(R"({"name":"a","function":3,"address":0,"scale":0})", "a scale of 0");
    row(R"({"name":"a","function":3,"address":0,"scael":2})", "\"scael\" is not known here");
    row(R"({"name":"a","function":3,"address":0,"bits":{"x":"y"}})", "\"x\" is not a bit");
    row(R"({"name":"a","function":3,"address":0,"range":[1]})", "a range is two numbers");
    row(R"({"name":"a","function":3,"address":0},{"name":"a","function":3,"address":1})", "two registers are named");
}

void TestTransportsModbus::wrongMapsSayWhatIsWrong()
{
    QFETCH(QString, registers);
    QFETCH(QString, words);
    const auto map = mapOf(registers.toStdString());
    QVERIFY(!map.ok());
    const std::string message = map.error().message();
    QVERIFY2(message.find(words.toStdString()) != std::string::npos, message.c_str());
    QVERIFY2(message.find("test.json") != std::string::npos, message.c_str());
}

void TestTransportsModbus::numbersInEveryOrder_data()
{
    QTest::addColumn<QString>("fields");
    QTest::addColumn<QString>("words");
    QTest::addColumn<QString>("value");
    const auto row = [](const char* fields, const char* words, const char* value) {
        QTest::newRow(fields) << fields << words << value;
    };
    row(R"("type":"u16")", "FFFE", "65534");
    row(R"("type":"s16")", "FFFE", "-2");
    row(R"("type":"u16","order":"DCBA")", "0102", "513");
    row(R"("type":"u32")", "FFFFFFFE", "4294967294");
    row(R"("type":"s32")", "FFFFFFFE", "-2");
    row(R"("type":"u32","order":"ABCD")", "01020304", "16909060");
    row(R"("type":"u32","order":"CDAB")", "03040102", "16909060");
    row(R"("type":"u32","order":"BADC")", "02010403", "16909060");
    row(R"("type":"u32","order":"DCBA")", "04030201", "16909060");
    row(R"("type":"f32")", "43DB8C2E", "439.09515"); // the SCD30 manual's example, 439.09 ppm
    row(R"("type":"f32","order":"CDAB")", "8C2E43DB", "439.09515");
    row(R"("type":"f32")", "7FC00000", "null");
    row(R"("type":"f32")", "7F800000", "null");
    row(R"("type":"s16","scale":0.1,"offset":-40)", "0290", "25.6");
    row(R"("type":"s16","missing":32767)", "7FFF", "null");
}

void TestTransportsModbus::numbersInEveryOrder()
{
    QFETCH(QString, fields);
    QFETCH(QString, words);
    QFETCH(QString, value);
    const auto map = mapOf("{\"name\":\"a\",\"function\":3,\"address\":0," + fields.toStdString() + "}");
    BNOF_VERIFY_OK(map);
    const QByteArray bytes = QByteArray::fromHex(words.toLatin1());
    std::vector<std::uint16_t> registers;
    for (qsizetype i = 0; i + 1 < bytes.size(); i += 2)
        registers.push_back(static_cast<std::uint16_t>((static_cast<std::uint8_t>(bytes[i]) << 8) |
                                                       static_cast<std::uint8_t>(bytes[i + 1])));
    QCOMPARE(QString::fromStdString(map->registers[0].valueText(registers)), value);
}

void TestTransportsModbus::adjacentRegistersAreOneRequest()
{
    const std::string registers = R"({"name":"a","function":3,"address":2,"type":"f32"},
        {"name":"b","function":3,"address":0},{"name":"c","function":3,"address":1},{"name":"d","function":4,"address":4},
        {"name":"e","function":3,"address":6},{"name":"f","function":3,"address":4,"device":9},
        {"name":"g","function":3,"address":124,"type":"u32"},{"name":"h","function":3,"address":300})";
    const auto tight = mapOf(registers);
    BNOF_VERIFY_OK(tight);
    const auto text = [](const std::vector<ModbusBlock>& blocks) {
        std::string out;
        for (const ModbusBlock& block : blocks)
            out += std::to_string(block.unit) + "/" + std::to_string(block.function) + "/" +
                   std::to_string(block.address) + "+" + std::to_string(block.count) + " ";
        return out;
    };
    QCOMPARE(text(tight->blocks(5)), std::string("5/3/0+4 5/3/6+1 5/3/124+2 5/3/300+1 5/4/4+1 9/3/4+1 "));
    const auto loose = mapOf(registers, "\"gap\":100,");
    BNOF_VERIFY_OK(loose); // and no request asks for more than 125 registers
    QCOMPARE(text(loose->blocks(5)), std::string("5/3/0+7 5/3/124+2 5/3/300+1 5/4/4+1 9/3/4+1 "));
}

void TestTransportsModbus::senseAirSpeaksAsInItsManual()
{
    // CO2 alone: 400 ppm.
    MapFile map(R"({"name":"co2","unit":254,"poll_ms":40,"timeout_ms":300,
        "registers":[{"name":"CO2","function":4,"address":3}]})");
    const std::string request = fromHex("FE 04 00 03 00 01 D5 C5");
    WireDevice device({{request, fromHex("FE 04 02 01 90 AC D8")}});
    RunningSource running("modbus-rtu:" + device.path + "?map=" + map.path);
    QVERIFY(waitFor([&] { return running.probe.frames.size() >= 3; }));
    QCOMPARE(running.values(0).front(), 400.0F);
    for (const std::string& each : device.requests())
        QCOMPARE(QByteArray::fromStdString(each).toHex(), QByteArray::fromStdString(request).toHex());
    // The shipped map: status and CO2 in one request.
    const std::string both = fromHex("FE 04 00 00 00 04 E5 C6");
    WireDevice s8({{both, fromHex("FE 04 08 00 20 00 00 00 00 01 90 37 24")}});
    RunningSource shipped("modbus-rtu:" + s8.path + "?map=senseair-s8&poll=40");
    QVERIFY(waitFor([&] { return shipped.probe.frames.size() >= 2; }));
    QCOMPARE(shipped.values(0).front(), 400.0F);
    QCOMPARE(shipped.values(1).front(), 32.0F);
    QVERIFY(shipped.noted("status: out of range"));
    QCOMPARE(shipped.probe.count(StreamEvent::Kind::Note), 1U); // while it stays set it is not told again
    QCOMPARE(shipped.probe.channels.back()[0].gas, std::string("CO2"));
    QCOMPARE(shipped.probe.channels.back()[0].unit, std::string("ppm"));
    QVERIFY(shipped.source->deviceName().find("SenseAir S8") != std::string::npos);
}

void TestTransportsModbus::scd30SpeaksAsInItsManual()
{
    const std::string start = fromHex("61 06 00 36 00 00 60 64");
    const std::string read = fromHex("61 03 00 28 00 06 4C 60");
    const std::string answer = fromHex("61 03 0C 43 DB 8C 2E 41 D9 E7 FF 42 43 3A 1B 50 07");
    WireDevice device({{start, start}, {read, answer}});
    RunningSource running("modbus-rtu:" + device.path + "?map=scd30&poll=40");
    QVERIFY(waitFor([&] { return running.probe.frames.size() >= 2; }));
    const auto requests = device.requests();
    QCOMPARE(QByteArray::fromStdString(requests[0]).toHex(), QByteArray::fromStdString(start).toHex());
    QCOMPARE(QByteArray::fromStdString(requests[1]).toHex(), QByteArray::fromStdString(read).toHex());
    const auto& values = running.probe.frames[0].values;
    QCOMPARE(values[0], std::bit_cast<float>(0x43DB8C2EU)); // the same bits
    QCOMPARE(values[1], std::bit_cast<float>(0x41D9E7FFU));
    QCOMPARE(values[2], std::bit_cast<float>(0x42433A1BU));
}

void TestTransportsModbus::malformedAnswersAreCountedAndTold()
{
    MapFile map(R"({"name":"co2","unit":254,"poll_ms":60,"timeout_ms":80,
        "registers":[{"name":"CO2","function":4,"address":3}]})");
    const std::string request = fromHex("FE 04 00 03 00 01 D5 C5");
    for (const char* answer : {"FE 04 02 01 90 AC D9", "FE 04 02 01", "00", "FF FF FF FF FF FF FF FF FF FF FF FF"}) {
        WireDevice device({{request, fromHex(answer)}});
        RunningSource running("modbus-rtu:" + device.path + "?map=" + map.path);
        QVERIFY2(waitFor([&] { return running.says("the Modbus device gives no values"); }), answer);
        QVERIFY(running.says("input registers 3 to 3"));
        QVERIFY(running.probe.frames.empty());
        QVERIFY(running.probe.is(ConnectionState::Reconnecting));
        QCOMPARE(running.probe.count(StreamEvent::Kind::Note), 1U);
    }
}

void TestTransportsModbus::tcpServerIsReadAndRestarted()
{
    MapFile map(tcpMap);
    auto server = std::make_unique<QModbusTcpServer>();
    fill(*server, 7);
    const int port = freePort();
    server->setConnectionParameter(QModbusDevice::NetworkAddressParameter, "127.0.0.1");
    server->setConnectionParameter(QModbusDevice::NetworkPortParameter, port);
    QVERIFY(server->connectDevice());
    const std::string uri = "modbus-tcp://127.0.0.1:" + std::to_string(port) + "?unit=7&map=" + map.path;
    RunningSource running(uri);
    QVERIFY(waitFor([&] { return running.probe.frames.size() >= 3; }));
    const auto& names = running.probe.channels.back();
    QCOMPARE(names.size(), 4U);
    QCOMPARE(names[1].name, std::string("CO raw"));
    QCOMPARE(running.probe.frames[0].values, (std::vector<float>{-12.5F, -125, std::bit_cast<float>(0x41455C29U), 0}));
    server->setData(QModbusDataUnit::HoldingRegisters, 12, 2);
    QVERIFY(waitFor([&] { return running.noted("alarms: high alarm"); }));
    server->disconnectDevice();
    server.reset();
    QVERIFY(waitFor([&] { return running.probe.is(ConnectionState::Reconnecting); }));
    QVERIFY(waitFor([&] { return running.says("cannot be reached"); }));
    const std::size_t before = running.probe.frames.size();
    server = std::make_unique<QModbusTcpServer>();
    fill(*server, 7);
    server->setConnectionParameter(QModbusDevice::NetworkAddressParameter, "127.0.0.1");
    server->setConnectionParameter(QModbusDevice::NetworkPortParameter, port);
    QVERIFY(server->connectDevice());
    QVERIFY(waitFor([&] { return running.probe.frames.size() > before + 2; }));
    QCOMPARE(running.probe.count(StreamEvent::Kind::Gap), 1U);
}

void TestTransportsModbus::tcpExceptionsAreTold()
{
    QModbusTcpServer server;
    fill(server, 1);
    const int port = freePort();
    server.setConnectionParameter(QModbusDevice::NetworkAddressParameter, "127.0.0.1");
    server.setConnectionParameter(QModbusDevice::NetworkPortParameter, port);
    QVERIFY(server.connectDevice());
    const std::string base = "modbus-tcp://127.0.0.1:" + std::to_string(port) + "?map=";
    // One block is there, the other is not: its value is missing, the rest goes on.
    MapFile partly(R"({"name":"x","poll_ms":40,"registers":[{"name":"a","function":4,"address":0,"type":"s16"},
        {"name":"b","function":4,"address":500}]})");
    RunningSource running(base + partly.path);
    QVERIFY(waitFor([&] { return running.probe.frames.size() >= 3; }));
    QCOMPARE(running.values(0).front(), -125.0F);
    QVERIFY(running.noted("exception 2 (there is no such register) (unit 1, input registers 500 to 500)"));
    QCOMPARE(running.probe.count(StreamEvent::Kind::Note), 1U);
    MapFile nothing(R"({"name":"x","poll_ms":40,"registers":[{"name":"b","function":4,"address":500}]})");
    RunningSource failing(base + nothing.path);
    QVERIFY(waitFor([&] { return failing.says("gives no values: the device answers exception 2"); }));
    MapFile start(R"({"name":"x","start":[{"address":900,"value":1}],
        "registers":[{"name":"b","function":4,"address":0}]})");
    RunningSource refused(base + start.path);
    QVERIFY(waitFor([&] { return refused.says("could not be started"); }));
}

void TestTransportsModbus::tcpGarbageIsSurvived()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    connect(&server, &QTcpServer::newConnection, &server, [&] {
        QTcpSocket* client = server.nextPendingConnection();
        connect(client, &QTcpSocket::readyRead, client, [client] {
            client->readAll();
            client->write(QByteArray(300, '\xE3'));
        });
    });
    MapFile map(R"({"name":"x","poll_ms":40,"timeout_ms":60,"registers":[{"name":"b","function":4,"address":0}]})");
    RunningSource running("modbus-tcp://127.0.0.1:" + std::to_string(server.serverPort()) + "?map=" + map.path);
    QVERIFY(waitFor([&] { return running.says("gives no values"); }));
    QVERIFY(running.probe.frames.empty());
}

void TestTransportsModbus::rtuServerOverPseudoTerminals()
{
    QTemporaryDir folder;
    const QString ours = folder.filePath("ours");
    const QString theirs = folder.filePath("theirs");
    QProcess socat;
    socat.start("socat", {"pty,raw,echo=0,link=" + ours, "pty,raw,echo=0,link=" + theirs});
    if (!socat.waitForStarted())
        QSKIP("the program socat is not there");
    QVERIFY(waitFor([&] { return QFile::exists(ours) && QFile::exists(theirs); }));
    QModbusRtuSerialServer server;
    fill(server, 3);
    server.setConnectionParameter(QModbusDevice::SerialPortNameParameter, theirs);
    server.setConnectionParameter(QModbusDevice::SerialBaudRateParameter, 115200);
    server.setConnectionParameter(QModbusDevice::SerialParityParameter, static_cast<int>(QSerialPort::NoParity));
    QVERIFY(server.connectDevice());
    MapFile map(tcpMap);
    RunningSource running("modbus-rtu:" + ours.toStdString() + "?unit=3&baud=115200&map=" + map.path);
    QVERIFY(waitFor([&] { return running.probe.frames.size() >= 3; }));
    QCOMPARE(running.probe.frames[0].values, (std::vector<float>{-12.5F, -125, std::bit_cast<float>(0x41455C29U), 0}));
    // The cable is pulled.
    server.disconnectDevice();
    socat.terminate();
    socat.waitForFinished();
    QVERIFY(waitFor([&] { return running.probe.is(ConnectionState::Reconnecting); }));
    QVERIFY(waitFor([&] { return running.says("there is no such port"); }));
}

void TestTransportsModbus::adapterInAnotherSocketIsTheSameDevice()
{
    test::FakeUsb fake;
    setPortRoots(fake.roots);
    MapFile map(R"({"name":"co2","unit":254,"poll_ms":40,"timeout_ms":200,
        "registers":[{"name":"CO2","function":4,"address":3}]})");
    const std::string request = fromHex("FE 04 00 03 00 01 D5 C5");
    const auto answering = [&](const char* answer) {
        return std::make_unique<WireDevice>(std::vector<WireDevice::Exchange>{{request, fromHex(answer)}});
    };
    auto first = answering("FE 04 02 01 90 AC D8");
    fake.plug({"1-1", "0403", "6001", "FT1"}, "ttyUSB0", first->path);
    const std::string port = fake.roots.dev + "/ttyUSB0";
    RunningSource running("modbus-rtu:" + port + "?map=" + map.path);
    QVERIFY(waitFor([&] { return running.probe.frames.size() >= 2; }));
    fake.unplug("1-1", "ttyUSB0");
    first.reset();
    QVERIFY(waitFor([&] { return running.probe.is(ConnectionState::Reconnecting); }));
    // Another adapter takes the name: it is not asked.
    const auto stranger = answering("FE 04 02 01 90 AC D8");
    fake.plug({"1-2", "0403", "6001", "FT2"}, "ttyUSB0", stranger->path);
    QTest::qWait(300);
    QVERIFY(running.probe.is(ConnectionState::Reconnecting));
    QVERIFY(stranger->requests().empty());
    const std::size_t before = running.probe.frames.size();
    const auto second = answering("FE 04 02 01 90 AC D8");
    fake.plug({"1-4", "0403", "6001", "FT1"}, "ttyUSB1", second->path);
    QVERIFY(waitFor([&] { return running.probe.frames.size() >= before + 2; }));
    QVERIFY(!second->requests().empty());
    QVERIFY(stranger->requests().empty());
    QCOMPARE(running.probe.count(StreamEvent::Kind::Gap), 1U);
}

void TestTransportsModbus::unitsOfOneLineAreOneRow()
{
    MapFile map(R"({"name":"co2","poll_ms":40,"timeout_ms":100,"start":[{"address":54,"value":0}],
        "registers":[{"name":"CO2","function":4,"address":3,"raw":true,"unit":"ppm"}]})");
    const auto framed = [](const char* text) {
        std::string bytes = fromHex(text);
        std::uint16_t crc = 0xFFFF;
        for (const char c : bytes) {
            crc = static_cast<std::uint16_t>(crc ^ static_cast<std::uint8_t>(c));
            for (int bit = 0; bit < 8; ++bit)
                crc = static_cast<std::uint16_t>((crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1);
        }
        bytes += static_cast<char>(crc & 0xFF);
        return bytes + static_cast<char>(crc >> 8);
    };
    const std::string startOne = framed("01 06 00 36 00 00");
    const std::string startSeven = framed("07 06 00 36 00 00");
    WireDevice line({{startOne, startOne},
                     {startSeven, startSeven},
                     {framed("01 04 00 03 00 01"), framed("01 04 02 01 90")},
                     {framed("07 04 00 03 00 01"), framed("07 04 02 02 58")}});
    RunningSource running("modbus-rtu:" + line.path + "?map=" + map.path + "&unit=1,2,7");
    QVERIFY(waitFor([&] { return running.noted("unit 2 is silent"); }));
    const std::size_t before = running.probe.frames.size();
    QVERIFY(waitFor([&] { return running.probe.frames.size() >= before + 5; }));
    std::vector<std::string> names;
    for (const ChannelInfo& channel : running.probe.channels.back())
        names.push_back(channel.name);
    QCOMPARE(names, (std::vector<std::string>{"u1 CO2", "u1 CO2 raw", "u2 CO2", "u2 CO2 raw", "u7 CO2", "u7 CO2 raw"}));
    for (const auto& frame : running.probe.frames) {
        QCOMPARE(frame.values[0], 400.0F);
        QVERIFY(std::isnan(frame.values[2]) && std::isnan(frame.values[3]));
        QCOMPARE(frame.values[4], 600.0F);
    }
    // Those that are there were started once, the silent one is asked seldom.
    const auto requests = line.requests();
    QCOMPARE(std::ranges::count(requests, startOne), 1);
    QCOMPARE(std::ranges::count(requests, startSeven), 1);
    QVERIFY(std::ranges::count_if(requests, [](const std::string& each) { return each[0] == 2; }) <= 5);
    QVERIFY(running.source->deviceName().find("units 1, 2, 7") != std::string::npos);
    QVERIFY(!mapOf(R"({"name":"a","function":3,"address":0})")->forUnits({1, 2}).value().registers.empty());
    std::string many;
    for (int i = 0; i < 600; ++i)
        many += (i > 0 ? "," : "") + ("{\"name\":\"r" + std::to_string(i)) +
                "\",\"function\":3,\"address\":" + std::to_string(i) + "}";
    QVERIFY(!mapOf(many)->forUnits({1, 2}).ok());
}

void TestTransportsModbus::silentUnitsStopNoOthers_data()
{
    QTest::addColumn<bool>("serial");
    QTest::newRow("tcp") << false;
    QTest::newRow("rtu over pseudo-terminals") << true;
}

/// A real server that answers for one unit, and then for the other one only.
void TestTransportsModbus::silentUnitsStopNoOthers()
{
    QFETCH(bool, serial);
    QTemporaryDir folder;
    const QString ours = folder.filePath("ours");
    const QString theirs = folder.filePath("theirs");
    QProcess socat;
    std::unique_ptr<QModbusServer> server;
    std::string uri;
    if (serial) {
        socat.start("socat", {"pty,raw,echo=0,link=" + ours, "pty,raw,echo=0,link=" + theirs});
        if (!socat.waitForStarted())
            QSKIP("the program socat is not there");
        QVERIFY(waitFor([&] { return QFile::exists(ours) && QFile::exists(theirs); }));
        server = std::make_unique<QModbusRtuSerialServer>();
        server->setConnectionParameter(QModbusDevice::SerialPortNameParameter, theirs);
        server->setConnectionParameter(QModbusDevice::SerialBaudRateParameter, 115200);
        server->setConnectionParameter(QModbusDevice::SerialParityParameter, static_cast<int>(QSerialPort::NoParity));
        uri = "modbus-rtu:" + ours.toStdString() + "?baud=115200&";
    } else {
        const int port = freePort();
        server = std::make_unique<QModbusTcpServer>();
        server->setConnectionParameter(QModbusDevice::NetworkAddressParameter, "127.0.0.1");
        server->setConnectionParameter(QModbusDevice::NetworkPortParameter, port);
        uri = "modbus-tcp://127.0.0.1:" + std::to_string(port) + "?";
    }
    fill(*server, 3);
    QVERIFY(server->connectDevice());
    MapFile map(R"({"name":"x","poll_ms":30,"timeout_ms":60,
        "registers":[{"name":"a","function":4,"address":0,"type":"s16"}]})");
    RunningSource running(uri + "unit=3,4&map=" + map.path);
    QVERIFY(waitFor([&] { return running.noted("unit 4 is silent"); }));
    const auto last = [&](std::size_t channel) { return running.values(channel).back(); };
    QVERIFY(last(0) == -125.0F && std::isnan(last(1)));
    server->setServerAddress(4);
    QVERIFY(waitFor([&] { return running.noted("unit 4 answers again"); }));
    QVERIFY(waitFor([&] { return last(1) == -125.0F && std::isnan(last(0)); }));
    QVERIFY(running.probe.is(ConnectionState::Streaming));
    running.source->stop();
    server->disconnectDevice();
    socat.terminate();
    socat.waitForFinished();
}

void TestTransportsModbus::portsThatAreNotThereAreExplained()
{
    RunningSource missing("modbus-rtu:/dev/ttyUSB77?map=scd30");
    QVERIFY(waitFor([&] { return missing.says("there is no such port"); }));
    RunningSource refused("modbus-tcp://127.0.0.1:" + std::to_string(freePort()) + "?map=scd30");
    QVERIFY(waitFor([&] { return refused.says("the Modbus device cannot be reached"); }));
    test::SourceProbe probe;
    QVERIFY(!makeSource(SourceUri::parse("modbus-tcp://h?map=nothing").value(), {}, probe).ok());
}

QTEST_GUILESS_MAIN(TestTransportsModbus)
#include "tst_transports_modbus.moc"
