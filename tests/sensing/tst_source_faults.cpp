// SPDX-License-Identifier: GPL-3.0-or-later
// What cables, boards and networks do to a live source.
#include <QTemporaryDir>

#include <algorithm>
#include <cmath>

#include "engine/base/time.h"
#include "engine/sensing/simulator/simulator_link.h"
#include "engine/sensing/transports/serial_transport.h"
#include "tests/sensing/source_probe.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::sensing;

namespace {

constexpr std::int64_t retry = 50 * nanosecondsPerMillisecond;

std::unique_ptr<Source> sourceFor(const std::string& uri, SourceSink& sink)
{
    SourceOptions options;
    options.sessionStart = monotonicNow();
    options.retryNanoseconds = retry;
    auto source = makeSource(SourceUri::parse(uri).value(), options, sink);
    if (!source.ok())
        qFatal("%s", source.error().message().c_str());
    return std::move(*source);
}

/// Counts the errors of a transport.
class CountingListener final : public TransportListener {
public:
    void transportOpened() override { ++opened; }
    void transportBytes(std::span<const char> bytes, std::int64_t) override { text.append(bytes.data(), bytes.size()); }
    void transportClosed(const TransportProblem&) override { ++closed; }

    int opened = 0;
    int closed = 0;
    std::string text;
};

} // namespace

class TestSourceFaults : public test::Suite {
    Q_OBJECT

private slots:
    void unplugDoesNotSpin();
    void bytesBeforeTheUnplugAreKept();
    void replugContinues_data();
    void replugContinues();
    void absentDevicesAreWaitedFor();
    void stopEndsTheReconnecting();
    void serverRestartIsSurvived();
    void badBytesOverAPort_data();
    void badBytesOverAPort();
    void floodIsSurvived();
    void realRecordingThroughAPort();
};

void TestSourceFaults::unplugDoesNotSpin()
{
    auto link = std::move(makePtyLink("")).value();
    CountingListener listener;
    SerialTransport transport(link->uri().substr(7), {}, {}, listener);
    transport.open();
    QVERIFY(test::waitFor([&] { return listener.opened == 1; }));
    const std::int64_t cpu = threadCpuNow();
    link->unplug();
    QVERIFY(test::waitFor([&] { return listener.closed == 1; }));
    QTest::qWait(500);
    QCOMPARE(listener.closed, 1);
    QVERIFY2(transport.errorSignals() <= 2, qPrintable(QString::number(transport.errorSignals())));
    QVERIFY2(threadCpuNow() - cpu < 250 * nanosecondsPerMillisecond, "an error loop would take half a second");
}

void TestSourceFaults::bytesBeforeTheUnplugAreKept()
{
    auto link = std::move(makePtyLink("")).value();
    CountingListener listener;
    SerialTransport transport(link->uri().substr(7), {}, {}, listener);
    transport.open();
    QVERIFY(test::waitFor([&] { return listener.opened == 1; }));
    (void)link->clientPresent();
    (void)link->takeNewClient();
    QCOMPARE(link->send("last words\n", nanosecondsPerSecond), 11U);
    QVERIFY(test::waitFor([&] { return listener.text.size() == 11; }));
    link->unplug();
    QVERIFY(test::waitFor([&] { return listener.closed == 1; }));
    QCOMPARE(listener.text, std::string("last words\n"));
}

void TestSourceFaults::replugContinues_data()
{
    QTest::addColumn<QByteArray>("on");
    QTest::newRow("another pty behind the same path") << QByteArray("pty");
    QTest::newRow("tcp server comes back") << QByteArray("tcp");
}

void TestSourceFaults::replugContinues()
{
    QFETCH(QByteArray, on);
    SimulatorOptions options;
    options.on = on.toStdString();
    options.nose.rateHz = 50;
    options.faults = std::move(parseFaults("disconnect@1+1")).value();
    auto server = SimulatorServer::create(options);
    BNOF_VERIFY_OK(server);
    test::SourceProbe probe;
    const auto source = sourceFor((*server)->uri(), probe);
    test::RunningSimulator simulator(std::move(*server));
    source->start();
    QVERIFY(test::waitFor([&] { return probe.is(ConnectionState::Streaming); }));
    QVERIFY(test::waitFor([&] { return probe.is(ConnectionState::Reconnecting); }, 3000));
    QVERIFY(!probe.problems.back()->remedy.empty());
    // It is told within a second of the last frame.
    QVERIFY(monotonicNow() - probe.frames.back().arrival < nanosecondsPerSecond);
    const std::size_t before = probe.frames.size();
    QVERIFY(test::waitFor([&] { return probe.frames.size() > before + 20; }));
    QVERIFY(probe.is(ConnectionState::Streaming));
    QCOMPARE(probe.count(StreamEvent::Kind::Gap), 1U);
    const auto gap = std::ranges::find(probe.events, StreamEvent::Kind::Gap, &StreamEvent::kind);
    QCOMPARE(gap->t, probe.frames[before - 1].t);
    QCOMPARE(gap->t2, probe.frames[before].t);
    QVERIFY(gap->t2 - gap->t > 500 * nanosecondsPerMillisecond);
    QVERIFY(!gap->text.empty());
    QCOMPARE(probe.channels.size(), 1U); // the same table: nothing to tell anew
    QCOMPARE(source->statistics().gaps, 1U);
    QCOMPARE(source->statistics().reconnects, 1U);
    // What was decoded is what the nose printed: device times are multiples of the period, values whole.
    for (const auto& frame : probe.frames)
        QVERIFY(std::fabs(frame.deviceSeconds * 50 - std::round(frame.deviceSeconds * 50)) < 1e-6);
    source->stop();
}

void TestSourceFaults::absentDevicesAreWaitedFor()
{
    QTemporaryDir folder;
    const std::string path = folder.filePath("late").toStdString();
    test::SourceProbe probe;
    const auto source = sourceFor("serial:" + path + "?decoder=csv", probe);
    source->start();
    QVERIFY(test::waitFor([&] { return probe.is(ConnectionState::Reconnecting); }));
    QVERIFY(probe.problems.back()->what.find("no such port") != std::string::npos);
    SimulatorOptions options;
    options.nose.rateHz = 50;
    options.symlink = path;
    auto server = SimulatorServer::create(options);
    BNOF_VERIFY_OK(server);
    test::RunningSimulator simulator(std::move(*server));
    QVERIFY(test::waitFor([&] { return probe.frames.size() > 5; }));
    QCOMPARE(probe.count(StreamEvent::Kind::Gap), 0U); // nothing was lost: nothing was there
}

void TestSourceFaults::stopEndsTheReconnecting()
{
    test::SourceProbe probe;
    const auto source = sourceFor("tcp://127.0.0.1:1?decoder=csv", probe);
    source->start();
    QVERIFY(test::waitFor([&] { return probe.is(ConnectionState::Reconnecting); }));
    QVERIFY(probe.problems.back()->what.find("cannot be reached") != std::string::npos);
    source->stop();
    const std::size_t states = probe.states.size();
    QVERIFY(probe.is(ConnectionState::Idle));
    QTest::qWait(500);
    QCOMPARE(probe.states.size(), states);
}

void TestSourceFaults::serverRestartIsSurvived()
{
    SimulatorOptions options;
    options.on = "tcp";
    options.format = "ndjson";
    options.nose.rateHz = 50;
    auto first = SimulatorServer::create(options);
    BNOF_VERIFY_OK(first);
    const std::string uri = (*first)->uri();
    options.port = SourceUri::parse(uri).value().port;
    test::SourceProbe probe;
    const auto source = sourceFor(uri, probe);
    source->start();
    {
        test::RunningSimulator simulator(std::move(*first));
        QVERIFY(test::waitFor([&] { return probe.frames.size() > 5; }));
    }
    QVERIFY(test::waitFor([&] { return probe.is(ConnectionState::Reconnecting); }));
    const std::size_t before = probe.frames.size();
    auto second = SimulatorServer::create(options);
    BNOF_VERIFY_OK(second);
    test::RunningSimulator simulator(std::move(*second));
    QVERIFY(test::waitFor([&] { return probe.frames.size() > before + 5; }));
    QCOMPARE(probe.count(StreamEvent::Kind::Gap), 1U);
}

void TestSourceFaults::badBytesOverAPort_data()
{
    QTest::addColumn<QByteArray>("faults");
    QTest::addColumn<bool>("skips");
    QTest::newRow("garbage") << QByteArray("garbage:0.2") << true;
    QTest::newRow("half lines") << QByteArray("half-lines:0.2") << true;
    QTest::newRow("dropped lines") << QByteArray("drop:0.2") << false;
    QTest::newRow("nan") << QByteArray("nan:0.5") << false;
    QTest::newRow("decimal comma") << QByteArray("decimal-comma") << false;
    QTest::newRow("megabyte line") << QByteArray("longline@0.5") << true;
    QTest::newRow("wrong baud for a while") << QByteArray("baud@0.5+0.5") << true;
}

void TestSourceFaults::badBytesOverAPort()
{
    QFETCH(QByteArray, faults);
    QFETCH(bool, skips);
    SimulatorOptions options;
    options.speed = 0;
    options.nose.rateHz = 100;
    options.faults = std::move(parseFaults(faults.toStdString())).value();
    auto server = SimulatorServer::create(options);
    BNOF_VERIFY_OK(server);
    test::SourceProbe probe;
    const auto source = sourceFor((*server)->uri(), probe);
    test::RunningSimulator simulator(std::move(*server));
    source->start();
    QVERIFY(test::waitFor([&] { return probe.frames.size() >= 600; }));
    source->stop();
    QCOMPARE(probe.channels.size(), 1U);
    // Every frame that got through is one that the nose printed.
    const auto rows = makeNoseRows(options.nose, demonstrationScript(options.nose.seed));
    SimulatorRow row;
    std::size_t at = 0;
    std::size_t wrong = 0;
    while (at < probe.frames.size() && rows->next(row)) {
        const auto& frame = probe.frames[at];
        if (!std::isnan(frame.deviceSeconds) && std::fabs(frame.deviceSeconds - row.seconds) > 1e-6)
            continue; // this row was lost
        for (std::size_t c = 0; c < frame.values.size(); ++c)
            if (!std::isnan(frame.values[c]) &&
                frame.values[c] != static_cast<float>(std::strtod(row.fields[c + 1].c_str(), nullptr)))
                ++wrong;
        ++at;
    }
    // A line that garbage or the start of a half line happens to leave readable cannot be told from a good one.
    QVERIFY2(wrong <= (skips ? probe.frames.size() / 100 : 0), qPrintable(QString::number(wrong)));
    QCOMPARE(source->statistics().skippedLines > 0, skips);
    QCOMPARE(probe.count(StreamEvent::Kind::Resynchronised) > 0, skips);
}

void TestSourceFaults::floodIsSurvived()
{
    SimulatorOptions options;
    options.nose.rateHz = 50;
    options.faults = std::move(parseFaults("flood@0.3+0.4")).value();
    auto server = SimulatorServer::create(options);
    BNOF_VERIFY_OK(server);
    test::SourceProbe probe;
    const auto source = sourceFor((*server)->uri(), probe);
    test::RunningSimulator simulator(std::move(*server));
    source->start();
    QVERIFY(test::waitFor([&] { return probe.frames.size() > 500; }));
    Timestamp last = -1;
    for (const auto& frame : probe.frames) {
        QVERIFY(frame.t > last);
        last = frame.t;
    }
}

void TestSourceFaults::realRecordingThroughAPort()
{
    const std::string path = std::string(BNOF_TEST_SHARED_DATA) + "/uci_dynamic_mixtures/stream_5hz.csv.gz";
    if (!QFile::exists(QString::fromStdString(path)))
        QSKIP("the shared recordings are not on this machine");
    SimulatorOptions options;
    options.speed = 0;
    options.file = FileRowsOptions{path, {"co_ppm_setpoint", "ethylene_ppm_setpoint"}, 0, 0, 400};
    auto server = SimulatorServer::create(options);
    BNOF_VERIFY_OK(server);
    test::SourceProbe probe;
    const auto source = sourceFor((*server)->uri(), probe);
    test::RunningSimulator simulator(std::move(*server));
    source->start();
    QVERIFY(test::waitFor([&] { return probe.frames.size() == 2000; }));
    QVERIFY(!source->simulated());
    QCOMPARE(probe.channels[0].size(), 16U);
    QCOMPARE(probe.frames[0].values[0], -46.4F);
    QCOMPARE(probe.frames[1].values[15], 5111.7F);
    QVERIFY(std::fabs(probe.frames[1999].deviceSeconds - 399.8) < 1e-6);
    QCOMPARE(source->statistics().skippedLines, 0U);
}

QTEST_GUILESS_MAIN(TestSourceFaults)
#include "tst_source_faults.moc"
