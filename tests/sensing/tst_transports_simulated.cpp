// SPDX-License-Identifier: GPL-3.0-or-later
// The simulated nose on every network transport: what it measured is what the source delivers.
#include <QFile>
#include <QLoggingCategory>
#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>

#include "engine/base/files.h"
#include "engine/sensing/simulator/network_link.h"
#include "tests/sensing/transport_fixture.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;
using test::RunningSimulator;
using test::RunningSource;
using test::waitFor;

namespace {

int freePort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

Result<std::unique_ptr<SimulatorServer>> simulated(const std::string& on, const std::string& format, int port = 0,
                                                   const char* faults = "")
{
    SimulatorOptions options;
    options.on = on;
    options.format = format;
    options.port = port;
    options.nose.rateHz = 50;
    options.headerEverySeconds = 0.2;
    if (*faults != 0) {
        auto parsed = parseFaults(faults);
        if (!parsed.ok())
            return parsed.error();
        options.faults = *parsed;
    }
    return SimulatorServer::create(options);
}

} // namespace

class TestTransportsSimulated : public test::Suite {
    Q_OBJECT

private slots:
    void initTestCase() { QLoggingCategory::setFilterRules(QStringLiteral("qt.modbus*=false")); }
    void everyTransportCarriesTheNose_data();
    void everyTransportCarriesTheNose();
    void mqttCarriesTheNose();
    void pulledPlugIsAGap();
    void wrongOptionsAreExplained();
};

void TestTransportsSimulated::everyTransportCarriesTheNose_data()
{
    QTest::addColumn<QString>("format");
    QTest::newRow("udp") << "ndjson";
    QTest::newRow("ws") << "csv";
    QTest::newRow("http") << "csv";
    QTest::newRow("modbus-tcp") << "csv";
    QTest::newRow("modbus-rtu") << "csv";
}

void TestTransportsSimulated::everyTransportCarriesTheNose()
{
    QFETCH(QString, format);
    auto server = simulated(QTest::currentDataTag(), format.toStdString());
    BNOF_VERIFY_OK(server);
    RunningSimulator simulator(std::move(*server));
    BNOF_VERIFY_OK(SourceUri::parse(simulator.server().uri()));
    RunningSource running(simulator.server().uri());
    // Datagrams that were sent before anybody listened are lost, the first header among them; it is repeated.
    QVERIFY2(
        waitFor([&] { return running.probe.frames.size() >= 10 && running.probe.channels.back()[0].unit == "counts"; }),
        running.problem().c_str());
    QCOMPARE(running.probe.channels.back().size(), 18U);
    QCOMPARE(running.probe.channels.back()[0].name, std::string("MOX-A1"));
    QVERIFY(running.source->simulated()); // never taken for a measurement
    const auto& values = running.probe.frames.back().values;
    QVERIFY(values[0] > 100 && values[0] < 65535);
    QVERIFY(values[16] > 10 && values[16] < 40);
    QCOMPARE(running.source->statistics().skippedBytes, 0U);
    running.source->stop();
    simulator.finish();
    BNOF_VERIFY_OK(simulator.result());
}

void TestTransportsSimulated::mqttCarriesTheNose()
{
    const QString program = QStringLiteral("/usr/sbin/mosquitto");
    if (!QFile::exists(program))
        QSKIP("the program mosquitto is not installed");
    const int port = freePort();
    const auto missing = simulated("mqtt", "csv", port);
    QVERIFY(!missing.ok());
    QVERIFY(missing.error().what.find("there is no MQTT broker") != std::string::npos);
    QTemporaryDir folder;
    const QString configuration = folder.filePath("broker.conf");
    BNOF_VERIFY_OK(
        writeFileAtomically(configuration.toStdString(),
                            "listener " + std::to_string(port) + " 127.0.0.1\nallow_anonymous true\nuser root\n"));
    QProcess broker;
    broker.start(program, {"-c", configuration});
    QVERIFY(waitFor([&] {
        QTcpSocket probe;
        probe.connectToHost("127.0.0.1", static_cast<quint16>(port));
        return probe.waitForConnected(200);
    }));
    {
        auto server = simulated("mqtt", "ndjson", port);
        BNOF_VERIFY_OK(server);
        RunningSimulator simulator(std::move(*server));
        RunningSource running(simulator.server().uri());
        QVERIFY2(waitFor([&] { return running.probe.frames.size() >= 10; }), running.problem().c_str());
        QVERIFY(std::ranges::any_of(running.probe.channels.back(), [](const auto& c) { return c.name == "MOX-A1"; }));
        running.source->stop();
    }
    broker.terminate();
    broker.waitForFinished();
}

void TestTransportsSimulated::pulledPlugIsAGap()
{
    auto server = simulated("ws", "csv", 0, "disconnect@1+0.5");
    BNOF_VERIFY_OK(server);
    RunningSimulator simulator(std::move(*server));
    RunningSource running(simulator.server().uri());
    QVERIFY(waitFor([&] { return running.probe.count(StreamEvent::Kind::Gap) >= 1; }));
    QVERIFY(running.source->statistics().reconnects >= 1);
}

void TestTransportsSimulated::wrongOptionsAreExplained()
{
    const auto unknown = simulated("carrier-pigeon", "csv");
    QVERIFY(!unknown.ok());
    QVERIFY(unknown.error().remedy.find("modbus-rtu") != std::string::npos);
    QVERIFY(!simulated("modbus-tcp", "ndjson").ok());
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    for (const char* kind : {"ws", "http", "modbus-tcp"})
        QVERIFY2(!simulated(kind, "csv", other.serverPort()).ok(), kind);
}

QTEST_GUILESS_MAIN(TestTransportsSimulated)
#include "tst_transports_simulated.moc"
