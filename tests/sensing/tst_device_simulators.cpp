// SPDX-License-Identifier: GPL-3.0-or-later
// Every simulated device over a real pseudo-terminal or socket, understood and asked by a live source; also with
// faults.
#include <algorithm>
#include <cmath>
#include <thread>

#include "engine/sensing/calibration/device_commands.h"
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

/// A device with a source on it. All of a test run at once.
struct Connected {
    Connected(DeviceServerOptions options, const std::string& more)
        : title(options.device + " on " + options.on + more), device(std::move(options)),
          source(sourceFor(device.uri() + more, probe))
    {
        source->start();
    }
    ~Connected() { source->stop(); }
    Connected(const Connected&) = delete;
    Connected& operator=(const Connected&) = delete;

    std::string title;
    RunningDevice device;
    test::SourceProbe probe;
    std::unique_ptr<Source> source;
};

} // namespace

class TestDeviceSimulators : public test::Suite {
    Q_OBJECT

private slots:
    void everyDeviceIsUnderstood();
    void modesAreSet();
    void activeDevicesAreDetected();
    void silentDeviceNamesTheDecoders();
    void damageIsSkippedAndCounted();
    void lostAnswersAndPulledCablesAreSurvived();
    void calibrationCommandsAreObeyed_data();
    void calibrationCommandsAreObeyed();
    void calibrationCommandsAreRefused_data();
    void calibrationCommandsAreRefused();
    void wrongNamesAndFaultsAreRefused();
};

void TestDeviceSimulators::calibrationCommandsAreObeyed_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<int>("action");
    QTest::addColumn<double>("ppm");
    QTest::addColumn<double>("expected"); // 0: the reading stays
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<bool>("confirmed");
    const auto row = [](const char* title, const char* name, DeviceCalibration::Action action, double ppm,
                        double expected, const char* command, bool confirmed) {
        QTest::newRow(title) << QByteArray(name) << static_cast<int>(action) << ppm << expected << QByteArray(command)
                             << confirmed;
    };
    using Action = DeviceCalibration::Action;
    row("mh-z19 zero", "mh-z19", Action::Zero, 0, 400, "FF 01 87 00 00 00 00 00 78", false);
    row("mh-z19 span", "mh-z19", Action::Span, 2000, 2000, "FF 01 88 07 D0 00 00 00 A0", false);
    row("mh-z19 baseline on", "mh-z19", Action::AbcOn, 0, 0, "FF 01 79 A0 00 00 00 00 E6", true);
    row("mh-z19 baseline off", "mh-z19", Action::AbcOff, 0, 0, "FF 01 79 00 00 00 00 00 86", true);
    row("cozir zero", "cozir", Action::Zero, 0, 400, "47 0D 0A", true);
    row("cozir span", "cozir", Action::Span, 1200, 1200, "58 20 31 32 30 30 0D 0A", true);
    row("sprintir span, values of ten", "sprintir", Action::Span, 5000, 5000, "58 20 35 30 30 0D 0A", true);
}

void TestDeviceSimulators::calibrationCommandsAreObeyed()
{
    QFETCH(QByteArray, name);
    QFETCH(int, action);
    QFETCH(double, ppm);
    QFETCH(double, expected);
    QFETCH(QByteArray, command);
    QFETCH(bool, confirmed);
    const RunningDevice running(device(name.toStdString(), "pty"));
    const auto uri = SourceUri::parse(running.uri());
    BNOF_VERIFY_OK(uri);
    const auto report = calibrateDevice(*uri, {static_cast<DeviceCalibration::Action>(action), ppm});
    BNOF_VERIFY_OK(report);
    QCOMPARE(QByteArray::fromStdString(report->command), command);
    QCOMPARE(report->confirmed, confirmed);
    QVERIFY(report->before > 300);
    const double wanted = expected > 0 ? expected : report->before;
    QVERIFY2(std::abs(report->after - wanted) < 0.05 * wanted, std::to_string(report->after).c_str());
}

void TestDeviceSimulators::calibrationCommandsAreRefused_data()
{
    QTest::addColumn<QByteArray>("uri");
    QTest::addColumn<int>("action");
    QTest::addColumn<double>("ppm");
    QTest::addColumn<QByteArray>("words");
    using Action = DeviceCalibration::Action;
    const auto row = [](const char* uri, Action action, double ppm, const char* words) {
        QTest::newRow((std::string(uri) + " " + actionName(action)).c_str())
            << QByteArray(uri) << static_cast<int>(action) << ppm << QByteArray(words);
    };
    row("serial:/dev/ttyUSB77?decoder=winsen&sensor=ze07", Action::Zero, 0, "no sensor with calibration commands");
    row("serial:/dev/ttyUSB77?decoder=csv", Action::Zero, 0, "no sensor with calibration commands");
    row("udp://0.0.0.0:9?decoder=cozir", Action::Zero, 0, "no sensor with calibration commands");
    row("serial:/dev/ttyUSB77?decoder=cozir", Action::AbcOn, 0, "no such command");
    row("serial:/dev/ttyUSB77?decoder=winsen&sensor=mh-z19", Action::Span, 100, "between 1000 and 5000 ppm");
    row("serial:/dev/ttyUSB77?decoder=winsen&sensor=mh-z19", Action::Zero, 0, "there is no such port");
}

void TestDeviceSimulators::calibrationCommandsAreRefused()
{
    QFETCH(QByteArray, uri);
    QFETCH(int, action);
    QFETCH(double, ppm);
    QFETCH(QByteArray, words);
    const auto report = calibrateDevice(SourceUri::parse(uri.toStdString()).value(),
                                        {static_cast<DeviceCalibration::Action>(action), ppm});
    QVERIFY(!report.ok());
    QVERIFY2(report.error().message().find(words.toStdString()) != std::string::npos, report.error().message().c_str());
}

void TestDeviceSimulators::everyDeviceIsUnderstood()
{
    struct Case {
        const char* name;
        std::size_t channels;
        double low, high; // of the first channel
        bool asked;
    };
    const std::vector<Case> cases{{"mh-z19", 2, 400, 5000, true},
                                  {"ze07", 1, 0, 500, false},
                                  {"ze08", 1, 0, 5000, false},
                                  {"ze25", 1, 0, 10000, false},
                                  {"ze03", 1, 0, 1000, false},
                                  {"zh03b", 3, 0, 1000, false},
                                  {"sps30", 10, 0.1, 1000, true},
                                  {"sensorbridge-sgp40", 1, 20000, 31000, true},
                                  {"sensorbridge-sgp41", 2, 20000, 31000, true},
                                  {"dgs-ulpsm", 6, -500, 1e6, true},
                                  {"cozir", 4, 20, 80, false},
                                  {"sprintir", 4, 20, 80, false},
                                  {"scpi", 1, 1000, 110000, true},
                                  {"bme688", 104, 1000, 1e6, false}};
    std::vector<std::pair<const Case*, std::unique_ptr<Connected>>> all;
    for (const Case& c : cases)
        for (const char* on : {"pty", "tcp"})
            all.emplace_back(&c, std::make_unique<Connected>(device(c.name, on, 20), c.asked ? "&poll=0.2" : ""));
    for (const auto& [expected, connected] : all) {
        const test::SourceProbe& probe = connected->probe;
        QVERIFY2(test::waitFor([&] { return probe.frames.size() >= 2; }, 20000), connected->title.c_str());
        QVERIFY2(probe.channels.size() == 1 && probe.channels[0].size() == expected->channels,
                 connected->title.c_str());
        const double first = double{probe.frames.back().values[0]};
        QVERIFY2(first >= expected->low && first <= expected->high,
                 (connected->title + ": " + std::to_string(first)).c_str());
        QVERIFY2(connected->source->simulated(), connected->title.c_str());
        const SourceStatistics statistics = connected->source->statistics();
        QVERIFY2(statistics.skippedBytes == 0 && statistics.checksumErrors == 0, connected->title.c_str());
        QVERIFY2((statistics.requests > 1) == expected->asked || expected->channels == 4, connected->title.c_str());
    }
}

void TestDeviceSimulators::modesAreSet()
{
    struct Case {
        const char* name;
        const char* parameters;
        bool asks;
    };
    std::vector<std::pair<bool, std::unique_ptr<Connected>>> all;
    for (const Case& c : {Case{"ze07", "&mode=qa&poll=0.1", true}, Case{"ze03", "&mode=qa&poll=0.1", true},
                          Case{"zh03b", "&mode=qa&poll=0.1", true}, Case{"ze07", "&mode=active", false},
                          Case{"cozir", "&mode=poll&query=ZTH&poll=0.1", true},
                          Case{"sensorbridge-both", "&poll=0.2&conditioning=1", true}})
        all.emplace_back(c.asks, std::make_unique<Connected>(device(c.name, "pty", c.asks ? 0.2 : 20), c.parameters));
    for (const auto& [asks, connected] : all) {
        const test::SourceProbe& probe = connected->probe;
        // More in the time than the device would say by itself.
        QVERIFY2(test::waitFor([&] { return probe.frames.size() >= 5; }), connected->title.c_str());
        QVERIFY2((connected->source->statistics().requests >= 5) == asks, connected->title.c_str());
    }
}

void TestDeviceSimulators::activeDevicesAreDetected()
{
    RunningDevice simulator(device("ze07", "tcp", 2000));
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
    if (!fullForm())
        QSKIP("takes five seconds; BNOF_TEST_FULL runs it");
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

void TestDeviceSimulators::damageIsSkippedAndCounted()
{
    struct Case {
        const char* name;
        const char* list;
        bool skips;
    };
    std::vector<Case> cases{{"ze07", "bit-flips:0.3", true},
                            {"ze07", "garbage:0.5,half-lines:0.2", true},
                            {"ze07", "baud@0.3+0.2", true},
                            {"sensorbridge-sgp41", "splits:0.5", false},
                            {"sensorbridge-sgp41", "bit-flips:0.2", true},
                            {"sprintir", "flood@0.3+0.2", false},
                            {"sprintir", "bit-flips:0.3", true}};
    if (fullForm())
        for (const char* name : {"mh-z19", "sensorbridge-sgp41", "zh03b", "cozir"})
            for (const Case& c : {Case{name, "bit-flips:0.3", true}, Case{name, "garbage:0.5,half-lines:0.2", true},
                                  Case{name, "baud@0.3+0.3", true}, Case{name, "splits:0.5", false}})
                cases.push_back(c);
    std::vector<std::pair<Case, std::unique_ptr<Connected>>> all;
    for (const Case& c : cases) {
        DeviceServerOptions options = device(c.name, "pty", 100);
        options.faults = faults(c.list);
        const bool bridge = std::string_view(c.name).starts_with("sensor");
        const bool asked = std::string_view(c.name) == "mh-z19" || bridge;
        const std::string more = bridge ? "&conditioning=0" : "";
        all.emplace_back(c, std::make_unique<Connected>(std::move(options), (asked ? "&poll=0.02" : "") + more));
    }
    for (const auto& [expected, connected] : all) {
        const std::string title = connected->title + " " + expected.list;
        const test::SourceProbe& probe = connected->probe;
        const Source& source = *connected->source;
        const bool lines = std::string_view(expected.name) == "sprintir" || std::string_view(expected.name) == "cozir";
        const bool sums = !lines && std::string_view(expected.list).starts_with("bit-flips");
        const bool skips = expected.skips;
        QVERIFY2(test::waitFor(
                     [&] {
                         return probe.frames.size() >= 10 && (!skips || source.statistics().skippedBytes > 0) &&
                                (!sums || source.statistics().checksumErrors > 0);
                     },
                     20000),
                 title.c_str());
        QVERIFY2(lines || probe.channels.size() == 1, title.c_str());
        QVERIFY2(skips || source.statistics().skippedBytes == 0, title.c_str());
        // Only a protocol without a checksum may show a number that was not sent.
        for (const auto& frame : probe.frames)
            for (const float value : frame.values)
                QVERIFY2(lines || !(std::abs(value) > 40000), title.c_str());
    }
}

void TestDeviceSimulators::lostAnswersAndPulledCablesAreSurvived()
{
    DeviceServerOptions forgetful = device("mh-z19", "pty");
    forgetful.faults = faults("drop:0.3");
    Connected lost(std::move(forgetful), "&poll=0.05");
    std::vector<std::unique_ptr<Connected>> pulled;
    for (const char* name : {"mh-z19", "cozir"}) {
        DeviceServerOptions options = device(name, "pty", 20);
        options.faults = faults("disconnect@1.5+0.3");
        pulled.push_back(std::make_unique<Connected>(std::move(options), "&poll=0.05"));
    }
    for (const auto& connected : pulled) {
        const test::SourceProbe& probe = connected->probe;
        QVERIFY2(test::waitFor([&] { return probe.count(StreamEvent::Kind::Gap) >= 1; }, 20000),
                 connected->title.c_str());
        const std::size_t before = probe.frames.size();
        QVERIFY(test::waitFor([&] { return probe.frames.size() >= before + 3; }));
        QVERIFY(connected->source->statistics().reconnects >= 1);
    }
    QVERIFY(test::waitFor(
        [&] {
            const SourceStatistics statistics = lost.source->statistics();
            return statistics.frames >= 5 && statistics.requests > statistics.frames;
        },
        20000));
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
