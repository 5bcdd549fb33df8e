// SPDX-License-Identifier: GPL-3.0-or-later
// Every simulated device over a real pseudo-terminal or socket, understood and asked by a live source; also with
// faults.
#include <algorithm>
#include <cmath>
#include <thread>

#include "engine/sensing/live_source.h"
#include "engine/sensing/simulator/device_server.h"
#include "tests/sensing/source_probe.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;

namespace {

/// A device that serves in a thread until the end of its life.
class RunningDevice {
public:
    explicit RunningDevice(DeviceServerOptions options)
        : m_server(std::move(DeviceServer::create(std::move(options))).value())
    {
        m_thread = std::thread([this] { m_result = m_server->run(); });
    }
    ~RunningDevice() { finish(); }
    void finish()
    {
        m_server->stop();
        if (m_thread.joinable())
            m_thread.join();
    }
    [[nodiscard]] const std::string& uri() const { return m_server->uri(); }
    [[nodiscard]] DeviceServer::Counts counts() const { return m_server->counts(); }

private:
    std::unique_ptr<DeviceServer> m_server;
    Result<void> m_result;
    std::thread m_thread;
};

DeviceServerOptions device(const std::string& name, const std::string& on, double rateHz = 0)
{
    DeviceServerOptions options;
    options.device = name;
    options.on = on;
    options.setting.rateHz = rateHz;
    return options;
}

std::unique_ptr<Source> sourceFor(const std::string& uri, SourceSink& sink)
{
    SourceOptions options;
    options.sessionStart = monotonicNow();
    options.retryNanoseconds = 50 * nanosecondsPerMillisecond;
    auto parsed = SourceUri::parse(uri);
    if (!parsed.ok())
        qFatal("%s", parsed.error().message().c_str());
    auto source = makeSource(*parsed, options, sink);
    if (!source.ok())
        qFatal("%s", source.error().message().c_str());
    return std::move(*source);
}

bool fullForm()
{
    return qEnvironmentVariableIsSet("BNOF_TEST_FULL");
}

std::vector<Fault> faults(const char* text)
{
    return std::move(parseFaults(text)).value();
}

} // namespace

class TestDeviceSimulators : public test::Suite {
    Q_OBJECT

private slots:
    void everyDeviceIsUnderstood_data();
    void everyDeviceIsUnderstood();
    void modesAreSet_data();
    void modesAreSet();
    void activeDevicesAreDetected();
    void silentDeviceNamesTheDecoders();
    void damageIsSkippedAndCounted_data();
    void damageIsSkippedAndCounted();
    void lostAnswersAreAskedForAgain();
    void startsAgainAfterADisconnect();
    void wrongNamesAndFaultsAreRefused();
};

void TestDeviceSimulators::everyDeviceIsUnderstood_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("on");
    QTest::addColumn<int>("channels");
    QTest::addColumn<double>("low"); // of the first channel
    QTest::addColumn<double>("high");
    const auto row = [](const char* name, int channels, double low, double high) {
        // Few also over TCP: decoders do not know the transport.
        const bool both = fullForm() || channels == 2;
        for (const char* on : both ? std::vector{"pty", "tcp"} : std::vector{"pty"})
            QTest::addRow("%s %s", name, on) << QByteArray(name) << QByteArray(on) << channels << low << high;
    };
    row("mh-z19", 2, 400, 5000);
    row("ze07", 1, 0, 500);
    row("ze08", 1, 0, 5000);
    row("ze25", 1, 0, 10000);
    row("ze03", 1, 0, 1000);
    row("zh03b", 3, 0, 1000);
    row("sps30", 10, 0.1, 1000);
    row("sensorbridge-sgp40", 1, 20000, 31000);
    row("sensorbridge-sgp41", 2, 20000, 31000);
    row("dgs-ulpsm", 6, -500, 1e6);
    row("cozir", 4, 20, 80);
    row("sprintir", 4, 20, 80);
    row("scpi", 1, 1000, 110000);
    row("bme688", 104, 1000, 1e6);
}

void TestDeviceSimulators::everyDeviceIsUnderstood()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, on);
    QFETCH(int, channels);
    QFETCH(double, low);
    QFETCH(double, high);
    const bool asked = !name.startsWith("bme") && !name.startsWith("zh") && !name.startsWith("z");
    RunningDevice simulator(device(name.toStdString(), on.toStdString(), 20));
    test::SourceProbe probe;
    const std::string poll = asked ? "&poll=0.1" : "";
    const auto source = sourceFor(simulator.uri() + poll, probe);
    source->start();
    const std::size_t wanted = name == "sps30" || name == "bme688" ? 1 : 3;
    QVERIFY2(test::waitFor([&] { return probe.frames.size() >= wanted; }),
             (simulator.uri() + ": " + std::to_string(source->statistics().bytes) + " bytes").c_str());
    QCOMPARE(probe.channels.size(), 1U);
    QCOMPARE(probe.channels[0].size(), static_cast<std::size_t>(channels));
    const float first = probe.frames.back().values[0];
    QVERIFY2(double{first} >= low && double{first} <= high, std::to_string(first).c_str());
    const SourceStatistics statistics = source->statistics();
    QCOMPARE(statistics.skippedBytes, 0U);
    QCOMPARE(statistics.checksumErrors, 0U);
    QCOMPARE(statistics.unanswered, 0U);
    source->stop();
}

void TestDeviceSimulators::modesAreSet_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("parameters");
    QTest::addColumn<bool>("asks");
    QTest::newRow("ze07 qa") << QByteArray("ze07") << QByteArray("&mode=qa&poll=0.1") << true;
    QTest::newRow("ze03 qa") << QByteArray("ze03") << QByteArray("&mode=qa&poll=0.1") << true;
    QTest::newRow("ze07 active") << QByteArray("ze07") << QByteArray("&mode=active") << false;
    QTest::newRow("cozir poll") << QByteArray("cozir") << QByteArray("&mode=poll&query=ZTH&poll=0.1") << true;
    QTest::newRow("sensorbridge") << QByteArray("sensorbridge-both") << QByteArray("&poll=0.2") << true;
}

void TestDeviceSimulators::modesAreSet()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, parameters);
    QFETCH(bool, asks);
    RunningDevice simulator(device(name.toStdString(), "pty", asks ? 0.2 : 20));
    test::SourceProbe probe;
    const auto source = sourceFor(simulator.uri() + parameters.toStdString(), probe);
    source->start();
    QVERIFY(test::waitFor([&] { return probe.frames.size() >= 5; }));
    QCOMPARE(source->statistics().requests >= 5, asks);
    QCOMPARE(source->statistics().unanswered, 0U);
    source->stop();
}

void TestDeviceSimulators::activeDevicesAreDetected()
{
    RunningDevice simulator(device("ze07", "tcp", 50));
    test::SourceProbe probe;
    const std::string uri = simulator.uri();
    const auto source = sourceFor(uri.substr(0, uri.find('?')), probe);
    source->start();
    QVERIFY(test::waitFor([&] { return probe.frames.size() >= 5; }));
    QCOMPARE(probe.channels.at(0).at(0).gas, std::string("CO"));
    QCOMPARE(simulator.counts().bytesReceived, 0U); // what is detected is only listened to
    source->stop();
}

void TestDeviceSimulators::silentDeviceNamesTheDecoders()
{
    RunningDevice simulator(device("mh-z19", "tcp"));
    test::SourceProbe probe;
    const std::string uri = simulator.uri();
    const auto source = sourceFor(uri.substr(0, uri.find('?')), probe);
    source->start();
    QVERIFY(test::waitFor([&] { return !probe.problems.empty() && probe.problems.back().has_value(); }, 15000));
    QVERIFY2(probe.problems.back()->remedy.find("winsen") != std::string::npos,
             probe.problems.back()->message().c_str());
    source->stop();
}

void TestDeviceSimulators::damageIsSkippedAndCounted_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("list");
    QTest::addColumn<bool>("skips");
    const auto row = [](const char* name, const char* list, bool skips) {
        QTest::addRow("%s %s", name, list) << QByteArray(name) << QByteArray(list) << skips;
    };
    row("ze07", "bit-flips:0.3", true);
    row("ze07", "garbage:0.5,half-lines:0.2", true);
    row("ze07", "baud@0.1+0.2", true);
    row("sensorbridge-sgp41", "splits:0.5", false);
    row("sprintir", "flood@0.1+0.2", false);
    row("sprintir", "bit-flips:0.3", true);
    if (!fullForm())
        return;
    for (const char* name : {"mh-z19", "sensorbridge-sgp41", "zh03b"}) {
        row(name, "bit-flips:0.3", true);
        row(name, "garbage:0.5,half-lines:0.2", true);
        row(name, "baud@0.1+0.2", true);
        row(name, "flood@0.1+0.2", false);
    }
}

void TestDeviceSimulators::damageIsSkippedAndCounted()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, list);
    QFETCH(bool, skips);
    DeviceServerOptions options = device(name.toStdString(), "pty", 100);
    options.faults = faults(list.constData());
    RunningDevice simulator(std::move(options));
    test::SourceProbe probe;
    const bool asked = name == "mh-z19" || name == "sensorbridge-sgp41";
    const auto source = sourceFor(simulator.uri() + (asked ? "&poll=0.02" : ""), probe);
    source->start();
    const bool timed = list.contains('@');
    const std::int64_t begin = monotonicNow();
    QVERIFY(test::waitFor([&] {
        return probe.frames.size() >= 10 && (!skips || source->statistics().skippedBytes > 0) &&
               (!timed || monotonicNow() - begin > 500 * nanosecondsPerMillisecond);
    }));
    QCOMPARE(probe.channels.size(), 1U);
    const bool sums = name != "sprintir" && list.startsWith("bit-flips");
    QVERIFY(!sums || test::waitFor([&] { return source->statistics().checksumErrors > 0; }));
    if (!skips)
        QCOMPARE(source->statistics().skippedBytes, 0U);
    // Only a protocol without a checksum may show a number that was not sent.
    if (name != "sprintir")
        for (const auto& frame : probe.frames)
            for (const float value : frame.values)
                QVERIFY(!(std::abs(value) > 40000));
    source->stop();
}

void TestDeviceSimulators::lostAnswersAreAskedForAgain()
{
    DeviceServerOptions options = device("mh-z19", "pty");
    options.faults = faults("drop:0.3");
    RunningDevice simulator(std::move(options));
    test::SourceProbe probe;
    const auto source = sourceFor(simulator.uri() + "&poll=0.05", probe);
    source->start();
    QVERIFY(test::waitFor(
        [&] { return probe.frames.size() >= 5 && source->statistics().requests > source->statistics().frames; },
        20000));
    source->stop();
}

void TestDeviceSimulators::startsAgainAfterADisconnect()
{
    for (const char* name : {"mh-z19", "cozir"}) {
        DeviceServerOptions options = device(name, "pty", 20);
        options.faults = faults("disconnect@0.3+0.3");
        RunningDevice simulator(std::move(options));
        test::SourceProbe probe;
        const auto source = sourceFor(simulator.uri() + "&poll=0.05", probe);
        source->start();
        QVERIFY(test::waitFor([&] { return probe.count(StreamEvent::Kind::Gap) == 1; }));
        const std::size_t before = probe.frames.size();
        QVERIFY(test::waitFor([&] { return probe.frames.size() >= before + 3; }));
        QVERIFY(probe.is(ConnectionState::Streaming));
        QVERIFY(source->statistics().reconnects >= 1);
        source->stop();
    }
}

void TestDeviceSimulators::wrongNamesAndFaultsAreRefused()
{
    const auto unknown = DeviceServer::create(device("mh-z99", "pty"));
    QVERIFY(!unknown.ok() && unknown.error().remedy.find("mh-z19") != std::string::npos);
    DeviceServerOptions options = device("mh-z19", "pty");
    options.faults = faults("nan");
    QVERIFY(!DeviceServer::create(std::move(options)).ok());
}

QTEST_GUILESS_MAIN(TestDeviceSimulators)
#include "tst_device_simulators.moc"
