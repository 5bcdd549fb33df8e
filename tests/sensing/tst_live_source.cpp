// SPDX-License-Identifier: GPL-3.0-or-later
// Live sources over real pseudo-terminals and sockets.
#include <QTemporaryDir>
#include <QThread>

#include <algorithm>
#include <cmath>

#include "engine/sensing/decoders/decoder_text.h"
#include "engine/sensing/live_source.h"
#include "engine/sensing/simulator/simulator_link.h"
#include "tests/sensing/source_probe.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;

namespace {

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

/// The rows that the simulated nose prints, as a decoder must give them.
std::vector<std::vector<float>> expectedRows(const NoseOptions& options, std::size_t count)
{
    const auto rows = makeNoseRows(options, demonstrationScript(options.seed));
    std::vector<std::vector<float>> out;
    SimulatorRow row;
    for (std::size_t i = 0; i < count && rows->next(row); ++i) {
        out.emplace_back();
        for (std::size_t f = 1; f < row.fields.size(); ++f) {
            double value = 0;
            (void)parseValue(row.fields[f], false, value);
            out.back().push_back(static_cast<float>(value));
        }
    }
    return out;
}

/// A device that the test itself writes for, with the link of the simulator.
class Device {
public:
    explicit Device(std::unique_ptr<SimulatorLink> l) : link(std::move(l)) {}
    void send(std::string_view text)
    {
        (void)link->clientPresent();
        (void)link->takeNewClient();
        std::size_t sent = 0;
        for (int i = 0; i < 100 && sent < text.size(); ++i)
            sent += link->send(text.substr(sent), 20 * nanosecondsPerMillisecond);
    }
    bool waitForClient()
    {
        return test::waitFor([this] { return link->clientPresent(); });
    }
    std::unique_ptr<SimulatorLink> link;
};

/// A device of the test's own, and a source that was started on it.
struct Plugged {
    explicit Plugged(const std::string& parameters)
        : device(std::move(makePtyLink("")).value()), source(sourceFor(device.link->uri() + parameters, probe))
    {
        source->start();
    }
    Device device;
    test::SourceProbe probe;
    std::unique_ptr<Source> source;
};

} // namespace

class TestLiveSource : public test::Suite {
    Q_OBJECT

private slots:
    void framesArriveAsSent_data();
    void framesArriveAsSent();
    void decoderIsFoundByItself();
    void unknownBytesAreExplained();
    void portionsGetIncreasingTimestamps();
    void deviceTimeIsUsedWhenAsked();
    void silenceIsAStallAndAGap();
    void silentDeviceIsExplained();
    void skippedLinesAreMergedButCounted();
    void stopAndStartAgain();
    void worksInAThreadOfItsOwn();
    void badParametersAreRefused();
};

void TestLiveSource::framesArriveAsSent_data()
{
    QTest::addColumn<QByteArray>("on");
    QTest::addColumn<QByteArray>("format");
    QTest::newRow("pty csv") << QByteArray("pty") << QByteArray("csv");
    QTest::newRow("pty ndjson") << QByteArray("pty") << QByteArray("ndjson");
    QTest::newRow("tcp csv") << QByteArray("tcp") << QByteArray("csv");
    QTest::newRow("tcp ndjson") << QByteArray("tcp") << QByteArray("ndjson");
}

void TestLiveSource::framesArriveAsSent()
{
    QFETCH(QByteArray, on);
    QFETCH(QByteArray, format);
    SimulatorOptions options;
    options.on = on.toStdString();
    options.format = format.toStdString();
    options.speed = 0; // waits for the client, loses nothing
    options.nose.rateHz = 20;
    auto server = SimulatorServer::create(options);
    BNOF_VERIFY_OK(server);
    test::RunningSimulator simulator(std::move(*server));
    test::SourceProbe probe;
    const auto source = sourceFor(simulator.server().uri(), probe);
    source->start();
    QVERIFY(test::waitFor([&] { return probe.frames.size() >= 1000; }));
    source->stop();
    simulator.finish();

    QVERIFY(source->simulated());
    QVERIFY(source->deviceName().find("simulated nose") != std::string::npos);
    QCOMPARE(probe.channels.size(), 1U);
    QCOMPARE(probe.channels[0].size(), 18U);
    QCOMPARE(probe.channels[0][0].unit, std::string("counts"));
    const auto expected = expectedRows(options.nose, probe.frames.size());
    Timestamp last = 0;
    for (std::size_t i = 0; i < probe.frames.size(); ++i) {
        QVERIFY2(probe.frames[i].values == expected[i], qPrintable(QString::number(i)));
        QVERIFY(std::fabs(probe.frames[i].deviceSeconds - 0.05 * static_cast<double>(i)) < 1e-9);
        QVERIFY(probe.frames[i].t > last);
        last = probe.frames[i].t;
    }
    QVERIFY(probe.events.empty());
    QCOMPARE(source->statistics().frames, probe.frames.size());
    QCOMPARE(source->statistics().skippedLines, 0U);
    using State = ConnectionState;
    QCOMPARE(probe.states, (std::vector<State>{State::Connecting, State::Streaming, State::Idle}));
}

void TestLiveSource::decoderIsFoundByItself()
{
    Plugged plugged{""};
    auto& [device, probe, source] = plugged;
    QVERIFY(device.waitForClient());
    device.send("garb{\"a\":1}\n");
    for (int i = 0; i < 4; ++i) {
        QTest::qWait(20);
        device.send("{\"a\":" + std::to_string(i) + "}\n");
    }
    QVERIFY(test::waitFor([&] { return probe.frames.size() == 4; }));
    // What waited for the decision keeps its own arrival time.
    QVERIFY(probe.frames[3].arrival - probe.frames[0].arrival >= 40 * nanosecondsPerMillisecond);
    QVERIFY(probe.frames[3].t > probe.frames[0].t);
    QCOMPARE(probe.frames[3].values, std::vector<float>{3});
}

void TestLiveSource::unknownBytesAreExplained()
{
    Plugged plugged{""};
    auto& [device, probe, source] = plugged;
    QVERIFY(device.waitForClient());
    const std::string noise(9000, '\xE3');
    device.send(noise);
    QVERIFY(test::waitFor([&] { return !probe.problems.empty() && probe.problems.back().has_value(); }));
    QVERIFY(probe.problems.back()->what.find("baud rate") != std::string::npos);
    QVERIFY(probe.is(ConnectionState::Connecting));
    // It goes on trying: the right bytes are understood afterwards.
    device.send(std::string(8192, '\xE3'));
    for (int i = 0; i < 6; ++i)
        device.send("\n1,2\n3,4\n5,6\n7,8\n");
    QVERIFY(test::waitFor([&] { return !probe.frames.empty(); }));
    QVERIFY(source->statistics().skippedBytes >= 8192);
}

void TestLiveSource::portionsGetIncreasingTimestamps()
{
    Plugged plugged{"?decoder=csv&rate=1000"};
    auto& [device, probe, source] = plugged;
    QVERIFY(device.waitForClient());
    QTest::qWait(50);
    device.send("a,b\n1,1\n2,2\n3,3\n4,4\n5,5\n");
    QVERIFY(test::waitFor([&] { return probe.frames.size() == 5; }));
    QCOMPARE(probe.frames[4].t - probe.frames[3].t, nanosecondsPerMillisecond);
    QCOMPARE(probe.frames[1].t - probe.frames[0].t, nanosecondsPerMillisecond);
    QVERIFY(probe.frames[4].t > 0);
}

void TestLiveSource::deviceTimeIsUsedWhenAsked()
{
    Plugged plugged{"?decoder=csv&time=device"};
    auto& [device, probe, source] = plugged;
    QVERIFY(device.waitForClient());
    device.send("ms,a\n5000,1\n5100,2\n5200,3\n100,4\n350,5\n");
    QVERIFY(test::waitFor([&] { return probe.frames.size() == 5; }));
    QCOMPARE(probe.frames[2].t - probe.frames[0].t, 200 * nanosecondsPerMillisecond);
    QCOMPARE(probe.frames[2].deviceSeconds, 5.2);
    QCOMPARE(probe.frames[4].t - probe.frames[3].t, 250 * nanosecondsPerMillisecond);
    QCOMPARE(probe.count(StreamEvent::Kind::Note), 1U);
    QVERIFY(probe.events[0].text.find("jumped from 5.200 s to 0.100 s") != std::string::npos);
}

void TestLiveSource::silenceIsAStallAndAGap()
{
    Plugged plugged{"?decoder=csv&rate=20"};
    auto& [device, probe, source] = plugged;
    QVERIFY(device.waitForClient());
    device.send("a,b\n1,2\n3,4\n");
    QVERIFY(test::waitFor([&] { return probe.is(ConnectionState::Streaming); }));
    QVERIFY(test::waitFor([&] { return probe.is(ConnectionState::Stalled); }));
    QVERIFY(probe.problems.back()->what.starts_with("no frame for 2."));
    QCOMPARE(probe.count(StreamEvent::Kind::Gap), 0U);
    device.send("5,6\n");
    QVERIFY(test::waitFor([&] { return probe.frames.size() == 3; }));
    QVERIFY(probe.is(ConnectionState::Streaming));
    QCOMPARE(probe.count(StreamEvent::Kind::Gap), 1U);
    QCOMPARE(probe.events[0].t, probe.frames[1].t);
    QCOMPARE(probe.events[0].t2, probe.frames[2].t);
    QCOMPARE(probe.framesBeforeEvent[0], 2U); // told before the frame that ends it
    QVERIFY(probe.events[0].t2 - probe.events[0].t > 2 * nanosecondsPerSecond);
    QCOMPARE(source->statistics().gaps, 1U);
}

void TestLiveSource::silentDeviceIsExplained()
{
    Plugged plugged{"?decoder=csv"};
    auto& [device, probe, source] = plugged;
    QVERIFY(test::waitFor([&] { return !probe.problems.empty() && probe.problems.back().has_value(); }, 15000));
    QVERIFY(probe.is(ConnectionState::Connecting));
    QVERIFY(probe.problems.back()->what.find("sends nothing") != std::string::npos);
}

void TestLiveSource::skippedLinesAreMergedButCounted()
{
    Plugged plugged{"?decoder=csv"};
    auto& [device, probe, source] = plugged;
    QVERIFY(device.waitForClient());
    device.send("a,b\n1,2\n");
    for (int i = 0; i < 50; ++i)
        device.send("3,x7\n");
    device.send("5,6\n");
    QVERIFY(test::waitFor([&] { return probe.frames.size() == 2; }));
    QVERIFY(test::waitFor([&] { return source->statistics().skippedLines == 50; }));
    QTest::qWait(1300);
    std::uint64_t bytes = 0;
    for (const StreamEvent& event : probe.events) {
        QCOMPARE(event.kind, StreamEvent::Kind::Resynchronised);
        bytes += event.count;
    }
    QVERIFY2(probe.events.size() <= 4, "at most one event a second");
    QCOMPARE(bytes, 50U * 5);
    QCOMPARE(source->statistics().skippedBytes, 50U * 5);
    QVERIFY(probe.events[0].text.find("not a number") != std::string::npos);
}

void TestLiveSource::stopAndStartAgain()
{
    SimulatorOptions options;
    options.nose.rateHz = 50;
    auto server = SimulatorServer::create(options);
    BNOF_VERIFY_OK(server);
    test::RunningSimulator simulator(std::move(*server));
    test::SourceProbe probe;
    const auto source = sourceFor(simulator.server().uri(), probe);
    source->start();
    QVERIFY(test::waitFor([&] { return probe.frames.size() > 5; }));
    source->stop();
    const std::size_t before = probe.frames.size();
    QTest::qWait(200);
    QCOMPARE(probe.frames.size(), before);
    QVERIFY(probe.is(ConnectionState::Idle));
    source->start();
    QVERIFY(test::waitFor([&] { return probe.frames.size() > before + 5; }));
    QCOMPARE(probe.count(StreamEvent::Kind::Gap), 1U);
    QVERIFY(probe.frames[before].t > probe.frames[before - 1].t);
}

void TestLiveSource::worksInAThreadOfItsOwn()
{
    SimulatorOptions options;
    options.on = "tcp";
    options.nose.rateHz = 50;
    auto server = SimulatorServer::create(options);
    BNOF_VERIFY_OK(server);
    test::RunningSimulator simulator(std::move(*server));
    test::SourceProbe probe;
    const auto source = sourceFor(simulator.server().uri(), probe);
    QThread thread;
    source->moveToThread(&thread);
    thread.start();
    QMetaObject::invokeMethod(source.get(), [&] { source->start(); });
    QVERIFY(test::waitFor([&] { return source->statistics().frames > 20; }));
    QMetaObject::invokeMethod(
        source.get(),
        [&] {
            source->stop();
            source->moveToThread(nullptr);
        },
        Qt::BlockingQueuedConnection);
    thread.quit();
    thread.wait();
    QCOMPARE(source->statistics().frames, probe.frames.size());
    QVERIFY(probe.is(ConnectionState::Idle));
}

void TestLiveSource::badParametersAreRefused()
{
    test::SourceProbe probe;
    for (const char* text : {"serial:/dev/ttyUSB0?decoder=thermometer", "serial:/dev/ttyUSB0?decoder=csv&mode=qa",
                             "serial:/dev/ttyUSB0?mode=qa", "replay:run.bnr"}) {
        const auto source = makeSource(SourceUri::parse(text).value(), {}, probe);
        QVERIFY(!source.ok());
        QVERIFY(!source.error().remedy.empty());
    }
}

QTEST_GUILESS_MAIN(TestLiveSource)
#include "tst_live_source.moc"
