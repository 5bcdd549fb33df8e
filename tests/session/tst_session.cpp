// SPDX-License-Identifier: GPL-3.0-or-later
// Whole sessions over real pseudo-terminals: record, unplug, overload, replay.
#include <QFile>
#include <QTemporaryDir>

#include <algorithm>
#include <atomic>

#include "engine/olfaction/model.h"
#include "engine/recording/reader.h"
#include "engine/session/recording_control.h"
#include "tests/support/live_session.h"
#include "tests/support/suite.h"

using namespace bnof;
using test::RunningSimulator, test::defaultModel, test::stopAndWait, test::waitFor;

namespace {

std::unique_ptr<session::Session> startSession(const sensing::SourceUri& uri, std::vector<std::uint8_t> model,
                                               std::size_t queue = 1U << 14)
{
    session::SessionConfiguration configuration;
    configuration.sources = {uri};
    configuration.modelBytes = std::move(model);
    configuration.frameQueue = queue;
    return test::startSession(std::move(configuration));
}

session::ReplayProof replay(const std::string& path)
{
    auto uri = sensing::SourceUri::parse("replay:" + path + "?speed=max");
    const auto session = startSession(*uri, {});
    waitFor([&] { return session->status().finished; }, 60000);
    return session->status().replay->proof;
}

std::vector<StreamEvent> eventsOf(const std::string& path)
{
    std::vector<StreamEvent> events;
    const auto reader = recording::Reader::open(path);
    recording::Item item;
    while (reader.ok() && (*reader)->next(item)) {
        if (const auto* event = std::get_if<StreamEvent>(&item))
            events.push_back(*event);
    }
    return events;
}

} // namespace

class TestSession : public test::Suite {
    Q_OBJECT

private slots:
    void initTestCase();
    void recordsMarksAndReplaysBitIdentically();
    void adaptivePrecisionIsRecordedAndReplayed();
    void unplugAndReplugContinueTheSameRecording();
    void framesThatAreNotRecognisedStayInStep();
    void recordingStopsCleanlyWhenTheDiskIsNearlyFull();
    void diskRateIsThatOfTheLastMinute();
    void warningBeforeTheDiskIsFull();
    void recordingAskedForBeforeDataBeginsWithData();
    void aModelThatDoesNotFitSaysWhatIsMissing();
    void aPortThatIsNotThereIsExplained();
    void wrongStartsAreRefused();

private:
    [[nodiscard]] std::string file(const char* name) const { return m_folder.filePath(name).toStdString(); }

    QTemporaryDir m_folder;
    std::vector<std::uint8_t> m_model;
};

void TestSession::initTestCase()
{
    m_model = defaultModel();
    QVERIFY2(!m_model.empty(), "resources/models/default.bnofmodel is missing");
}

void TestSession::recordsMarksAndReplaysBitIdentically()
{
    sensing::SimulatorOptions options;
    options.speed = 20;
    RunningSimulator simulator(options);
    Configuration inForceNow;
    BNOF_VERIFY_OK(inForceNow.set("marks.1", "specimen A"));
    session::SessionConfiguration configuration;
    configuration.sources = {simulator.uri("time=device")};
    configuration.modelBytes = m_model;
    configuration.backEnd = "reference";
    configuration.settings = session::recordedSettings(inForceNow);
    auto started = session::Session::start(configuration);
    BNOF_VERIFY_OK(started);
    const auto session = std::move(*started);
    // Start in the middle, so that the replay must begin from the recogniser's state and not from nothing.
    QVERIFY(waitFor([&] { return session->status().decisions > 20; }));
    session->startRecording({.path = file("run.bnr"),
                             .title = "a title",
                             .operatorName = "Ada",
                             .notes = "",
                             .protocol = {},
                             .codec = "none",
                             .flushNanoseconds = 120 * nanosecondsPerMillisecond});
    QVERIFY(waitFor([&] { return session->status().recording.has_value(); }));
    const auto begun = session->status().decisions;
    QVERIFY(waitFor([&] { return session->status().decisions > begun + 60; }));
    session->mark("puff");
    QVERIFY(waitFor([&] { return session->status().decisions > begun + 120; }));
    session->stopRecording();
    QVERIFY(waitFor([&] { return session->status().lastRecording == file("run.bnr"); }));
    QVERIFY(session->live()->traces(0));
    QVERIFY(session->live()->traces(0)->published() > 0);
    QCOMPARE(session->live()->marks().size(), std::size_t{1});
    stopAndWait(*session);

    const auto verification = recording::verify(file("run.bnr"));
    BNOF_VERIFY_OK(verification);
    QVERIFY(verification->intact);
    QCOMPARE(verification->summary.marks, std::uint64_t{1});
    QVERIFY(verification->summary.spikes > 1000);
    const auto reader = recording::Reader::open(file("run.bnr"));
    BNOF_VERIFY_OK(reader);
    QCOMPARE((*reader)->metadata().operatorName, std::string("Ada"));
    QVERIFY((*reader)->metadata().sources.front().simulated);
    const Json& inForce = (*reader)->metadata().configuration;
    QCOMPARE(inForce["recording.codec"].toString(), std::string("none"));
    QCOMPARE(inForce["recording.flush"].toDouble(), 120.0);
    QCOMPARE(inForce["recognition.back_end"].toString(), std::string("reference"));
    QCOMPARE(inForce["marks.1"].toString(), std::string("specimen A"));
    QVERIFY(inForce["recording.folder"].isNull()); // a path on this computer is nobody else's business

    const auto proof = replay(file("run.bnr"));
    QVERIFY2(proof.match, proof.remark.c_str());
    QCOMPARE(proof.recordedSpikes, verification->spikesHash);
    QCOMPARE(proof.recordedDecisions, verification->decisionsHash);
    QCOMPARE(proof.frames, verification->summary.frames);
    QCOMPARE(proof.spikes, verification->summary.spikes);
    // The replay runs on what was asked for when recording, unless something else is asked for now.
    const auto uri = sensing::SourceUri::parse("replay:" + file("run.bnr") + "?speed=max");
    QCOMPARE(startSession(*uri, {})->status().backEnd, std::string("reference"));
    session::SessionConfiguration other;
    other.sources = {*uri};
    other.backEnd = "vector";
    const auto vector = session::Session::start(other);
    BNOF_VERIFY_OK(vector);
    QVERIFY((*vector)->status().backEnd != "reference");
}

void TestSession::adaptivePrecisionIsRecordedAndReplayed()
{
    // Readout weights that int8 spoils, so that the precision changes while the recording runs.
    auto model = olfaction::modelFromBytes(m_model);
    BNOF_VERIFY_OK(model);
    model->spiking.clips.clear();
    for (const snn::Projection& projection : olfaction::fullNetwork(model->spiking).projections)
        if (projection.target == olfaction::Outputs)
            model->spiking.clips.push_back({projection.name, {true, 3}});
    sensing::SimulatorOptions options;
    options.speed = 20;
    RunningSimulator simulator(options);
    session::SessionConfiguration configuration;
    configuration.sources = {simulator.uri("time=device")};
    configuration.modelBytes = olfaction::modelToBytes(*model);
    configuration.precision = "adaptive";
    auto started = session::Session::start(configuration);
    BNOF_VERIFY_OK(started);
    const auto session = std::move(*started);
    session->startRecording(
        {.path = file("precision.bnr"), .title = "", .operatorName = "", .notes = "", .protocol = {}});
    QVERIFY(waitFor([&] { return session->status().backEndReason.find("fp16: agreed") != std::string::npos; }, 60000));
    session->stopRecording();
    QVERIFY(waitFor([&] { return session->status().lastRecording == file("precision.bnr"); }));
    stopAndWait(*session);
    const auto events = eventsOf(file("precision.bnr"));
    QVERIFY(std::any_of(events.begin(), events.end(), [](const StreamEvent& event) {
        return event.kind == StreamEvent::Kind::BackEndChanged && event.text.find("weights in fp16") == 0;
    }));
    const auto proof = replay(file("precision.bnr"));
    QVERIFY2(proof.match, proof.remark.c_str());
}

void TestSession::unplugAndReplugContinueTheSameRecording()
{
    sensing::SimulatorOptions options;
    options.nose.rateHz = 50;
    options.symlink = file("port");
    auto plugged = std::make_unique<RunningSimulator>(options);
    const auto session = startSession(plugged->uri(), m_model);
    session->startRecording({.path = file("gap.bnr"), .title = "", .operatorName = "", .notes = "", .protocol = {}});
    QVERIFY(waitFor([&] { return session->status().recording && session->status().recording->frames > 20; }));
    plugged.reset();
    using sensing::ConnectionState;
    QVERIFY(waitFor([&] { return session->status().sources.front().state == ConnectionState::Reconnecting; }, 5000));
    QVERIFY(!session->status().problems.empty());
    QCOMPARE(session->status().sources.front().statistics.rateHz, 0.0);
    QVERIFY(session->status().recording.has_value());
    QTest::qWait(700);
    const auto before = session->status().frames;
    plugged = std::make_unique<RunningSimulator>(options);
    QVERIFY(waitFor([&] { return session->status().frames > before + 20; }));
    QVERIFY(waitFor([&] { return session->status().problems.empty(); }));
    QVERIFY(session->status().recording.has_value());
    stopAndWait(*session);

    const auto verification = recording::verify(file("gap.bnr"));
    BNOF_VERIFY_OK(verification);
    QVERIFY(verification->intact);
    QCOMPARE(verification->summary.gaps, std::uint64_t{1});
    for (const StreamEvent& event : eventsOf(file("gap.bnr"))) {
        if (event.kind == StreamEvent::Kind::Gap)
            QVERIFY(event.t2 - event.t > 500 * nanosecondsPerMillisecond);
    }
    const auto proof = replay(file("gap.bnr"));
    QVERIFY2(proof.match, proof.remark.c_str());
}

void TestSession::framesThatAreNotRecognisedStayInStep()
{
    // A device that sends as fast as it can against a short queue: what the recogniser misses must be marked.
    sensing::SimulatorOptions options;
    options.speed = 0;
    RunningSimulator simulator(options);
    const auto session = startSession(simulator.uri("time=device"), m_model, 64);
    session->startRecording({.path = file("flood.bnr"), .title = "", .operatorName = "", .notes = "", .protocol = {}});
    QVERIFY(waitFor([&] {
        const auto status = session->status();
        return status.recording && status.frames > 5000 && status.notRecognisedFrames + status.droppedFrames > 0;
    }));
    stopAndWait(*session);
    const auto status = session->status();
    std::uint64_t dropped = 0;
    for (const StreamEvent& event : eventsOf(file("flood.bnr"))) {
        if (event.kind == StreamEvent::Kind::Dropped)
            dropped += event.count;
    }
    QVERIFY(dropped <= status.droppedFrames);
    const auto reader = recording::Reader::open(file("flood.bnr"));
    BNOF_VERIFY_OK(reader);
    QCOMPARE((*reader)->summary().notRecognisedFrames > 0 || status.notRecognisedFrames == 0, true);
    const auto proof = replay(file("flood.bnr"));
    QVERIFY2(proof.match, proof.remark.c_str());
}

void TestSession::recordingStopsCleanlyWhenTheDiskIsNearlyFull()
{
    RunningSimulator simulator({});
    const auto session = startSession(simulator.uri(), {});
    session::RecordingRequest request{
        .path = file("full.bnr"), .title = "", .operatorName = "", .notes = "", .protocol = {}};
    request.minimumFreeBytes = std::int64_t{1} << 60;
    session->startRecording(request);
    QVERIFY(waitFor([&] { return session->status().lastRecording == file("full.bnr"); }));
    const auto problems = session->status().problems;
    QVERIFY(!problems.empty());
    QVERIFY(problems.front().error.message().find("free") != std::string::npos);
    stopAndWait(*session);
    const auto verification = recording::verify(file("full.bnr"));
    BNOF_VERIFY_OK(verification);
    QVERIFY(verification->intact);
}

void TestSession::diskRateIsThatOfTheLastMinute()
{
    session::DiskRate rate;
    QCOMPARE(rate.bytesPerSecond(), 0.0);
    QVERIFY(rate.secondsFor(1e6) < 0);
    // 1 kB a second for two minutes, then nine: a minute later only the nine count.
    std::uint64_t bytes = 0;
    for (int s = 0; s <= 120; ++s)
        rate.observe(fromSeconds(s), bytes += 1000);
    QCOMPARE(rate.bytesPerSecond(), 1000.0);
    QCOMPARE(rate.secondsFor(300e3), 300.0);
    for (int s = 121; s <= 150; ++s)
        rate.observe(fromSeconds(s), bytes += 9000);
    QCOMPARE(rate.bytesPerSecond(), 5000.0);
    for (int s = 151; s <= 190; ++s)
        rate.observe(fromSeconds(s), bytes += 9000);
    QCOMPARE(rate.bytesPerSecond(), 9000.0);
    QCOMPARE(rate.secondsFor(-5), 0.0); // already below what has to stay free
    rate.clear();
    QVERIFY(rate.secondsFor(1e6) < 0);
}

void TestSession::warningBeforeTheDiskIsFull()
{
    RunningSimulator simulator({});
    const auto session = startSession(simulator.uri(), {});
    session::RecordingRequest request{
        .path = file("warn.bnr"), .title = "", .operatorName = "", .notes = "", .protocol = {}};
    request.warnSecondsLeft = 1e15; // every disk is too small for that
    request.flushNanoseconds = 100 * nanosecondsPerMillisecond;
    session->startRecording(request);
    const auto warned = [&] {
        const auto status = session->status();
        return std::any_of(status.problems.begin(), status.problems.end(), [](const session::Problem& problem) {
            return problem.id == "recording.disk" && problem.severity == session::Severity::Warning;
        });
    };
    QVERIFY(waitFor(warned));
    QVERIFY(session->status().recording && session->status().recording->secondsLeft > 0);
    session->stopRecording();
    QVERIFY(waitFor([&] { return session->status().lastRecording == file("warn.bnr"); }));
    QVERIFY(!warned()); // it ends with the recording
    stopAndWait(*session);
}

void TestSession::recordingAskedForBeforeDataBeginsWithData()
{
    sensing::SimulatorOptions options;
    options.symlink = file("late-port");
    auto first = std::make_unique<RunningSimulator>(options);
    const auto uri = first->uri();
    first.reset();
    const auto session = startSession(uri, m_model);
    session->startRecording({.path = file("late.bnr"), .title = "", .operatorName = "", .notes = "", .protocol = {}});
    QTest::qWait(300);
    QVERIFY(!session->status().recording);
    const RunningSimulator second(options);
    QVERIFY(waitFor([&] { return session->status().recording && session->status().recording->frames > 5; }));
    stopAndWait(*session);
    const auto reader = recording::Reader::open(file("late.bnr"));
    BNOF_VERIFY_OK(reader);
    QVERIFY(!(*reader)->metadata().sources.front().channels.empty());
}

void TestSession::aModelThatDoesNotFitSaysWhatIsMissing()
{
    const std::string csv = file("two.csv");
    BNOF_VERIFY_OK(writeFileAtomically(csv, "time_s,a,b\n0,1,2\n0.1,1,2\n0.2,1,2\n0.3,1,2\n0.4,1,2\n0.5,1,2\n"));
    sensing::SimulatorOptions options;
    options.file.emplace().path = csv;
    RunningSimulator simulator(options);
    const auto session = startSession(simulator.uri(), m_model);
    QVERIFY(waitFor([&] { return !session->status().problems.empty(); }));
    QCOMPARE(session->status().problems.front().id, std::string("recogniser"));
    QVERIFY(waitFor([&] { return session->status().frames > 0; })); // the traces are there all the same
    stopAndWait(*session);
}

void TestSession::aPortThatIsNotThereIsExplained()
{
    const auto uri = sensing::SourceUri::parse("serial:" + file("no-such-port"));
    BNOF_VERIFY_OK(uri);
    const auto session = startSession(*uri, {});
    QVERIFY(waitFor([&] { return !session->status().problems.empty(); }));
    QVERIFY(session->status().problems.front().error.message().find("no-such-port") != std::string::npos);
    stopAndWait(*session);
}

void TestSession::wrongStartsAreRefused()
{
    QVERIFY(!session::Session::start({}).ok());
    session::SessionConfiguration missing;
    missing.sources = {*sensing::SourceUri::parse("replay:" + file("nothing.bnr"))};
    QVERIFY(!session::Session::start(missing).ok());
    session::SessionConfiguration mixed;
    mixed.sources = {*sensing::SourceUri::parse("replay:a.bnr"), *sensing::SourceUri::parse("tcp://127.0.0.1:9")};
    QVERIFY(!session::Session::start(mixed).ok());
    // One port under two names is one port.
    const RunningSimulator simulator({});
    session::SessionConfiguration twice;
    QVERIFY(QFile::link(QString::fromStdString(simulator.uri().path), m_folder.filePath(QStringLiteral("alias"))));
    twice.sources = {simulator.uri(), *sensing::SourceUri::parse("serial:" + file("alias"))};
    const auto refused = session::Session::start(twice);
    QVERIFY(!refused.ok());
    QVERIFY(refused.error().what.find("twice") != std::string::npos);
    session::SessionConfiguration badModel;
    badModel.sources = {*sensing::SourceUri::parse("tcp://127.0.0.1:9")};
    badModel.modelBytes = {'{', '}'};
    QVERIFY(!session::Session::start(badModel).ok());
}

QTEST_GUILESS_MAIN(TestSession)
#include "tst_session.moc"
