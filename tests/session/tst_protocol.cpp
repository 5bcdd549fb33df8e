// SPDX-License-Identifier: GPL-3.0-or-later
// Exposure protocols: the plan, its course in time, gates in words, valves over a real pseudo-terminal, a whole run on
// the simulated nose, and the training set that comes of it.
#include <QElapsedTimer>
#include <QTemporaryDir>

#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <thread>

#include "engine/base/files.h"
#include "engine/olfaction/dataset.h"
#include "engine/recording/reader.h"
#include "engine/sensing/calibration/store.h"
#include "engine/sensing/simulator/simulated_nose.h"
#include "engine/sensing/simulator/simulator_server.h"
#include "engine/session/protocol_dataset.h"
#include "engine/session/protocol_run.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::session;

namespace {

class RunningSimulator {
public:
    explicit RunningSimulator(sensing::SimulatorOptions options)
    {
        auto created = sensing::SimulatorServer::create(std::move(options));
        if (!created.ok())
            qFatal("%s", created.error().message().c_str());
        m_server = std::move(*created);
        m_thread = std::thread([this] { (void)m_server->run(); });
    }
    ~RunningSimulator()
    {
        m_server->stop();
        m_thread.join();
    }
    [[nodiscard]] sensing::SourceUri uri() const { return *sensing::SourceUri::parse(m_server->uri()); }

private:
    std::unique_ptr<sensing::SimulatorServer> m_server;
    std::thread m_thread;
};

/// The other end of a serial line: a valve controller's, or a sensor's.
class SerialLine {
public:
    SerialLine()
    {
        char name[128] = {};
        termios raw{};
        cfmakeraw(&raw);
        if (openpty(&m_master, &m_slave, name, &raw, nullptr) != 0)
            qFatal("no pseudo-terminal");
        fcntl(m_master, F_SETFL, O_NONBLOCK);
        m_path = name;
    }
    ~SerialLine()
    {
        close(m_master);
        close(m_slave);
    }
    [[nodiscard]] const std::string& path() const { return m_path; }
    /// What nobody takes is lost.
    void write(const std::string& text) { (void)!::write(m_master, text.data(), text.size()); }
    [[nodiscard]] QStringList lines()
    {
        char buffer[4096];
        for (ssize_t n; (n = read(m_master, buffer, sizeof buffer)) > 0;)
            m_text.append(buffer, static_cast<int>(n));
        return QString::fromLatin1(m_text).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    }

private:
    int m_master = -1, m_slave = -1;
    std::string m_path;
    QByteArray m_text;
};

/// The simulated nose on a pseudo-terminal, twenty times as fast as time. From second 20 to 30 its third channel is
/// stuck.
class StuckNose {
public:
    StuckNose()
    {
        m_thread = std::thread([this] { run(); });
    }
    ~StuckNose()
    {
        m_stop = true;
        m_thread.join();
    }
    [[nodiscard]] const std::string& path() const { return m_line.path(); }

private:
    void run()
    {
        sensing::SimulatedNose nose({.rateHz = 20}, sensing::demonstrationScript(1));
        std::string header = "t_s";
        for (const ChannelInfo& channel : nose.channels())
            header += "," + channel.name;
        std::vector<float> values;
        float held = 0;
        for (int i = 0; !m_stop; ++i) {
            if (i % 200 == 0)
                m_line.write(header + "\r\n");
            const double t = nose.seconds();
            nose.next(values);
            if (t < 20 || t > 30)
                held = values[2];
            values[2] = held;
            std::string text = std::to_string(t);
            for (const float value : values)
                text += "," + std::to_string(value);
            m_line.write(text + "\r\n");
            std::this_thread::sleep_for(std::chrono::microseconds(2500));
        }
    }

    SerialLine m_line;
    std::atomic<bool> m_stop{false};
    std::thread m_thread;
};

bool waitFor(const std::function<bool()>& condition, int milliseconds = 30000)
{
    QElapsedTimer timer;
    timer.start();
    while (!condition()) {
        if (timer.elapsed() > milliseconds)
            return false;
        QTest::qWait(10);
    }
    return true;
}

Protocol shortProtocol()
{
    Protocol p;
    p.name = "short";
    p.baselineSeconds = 0.3;
    p.exposureSeconds = 0.4;
    p.recoverySeconds = 0.3;
    p.stimuli = {{"ethanol", 100, "V2=1"}, {"acetone", 50, "V3=1"}};
    p.replicates = 1;
    p.blanks = 1;
    p.gates.warmUpSeconds = 0;
    p.gates.baselineSeconds = 5;
    p.gates.baselineSlopePerMinute = 0;
    p.gates.baselineSpread = 0;
    p.gates.freeMegabytes = 1;
    return p;
}

std::unique_ptr<Session> startSession(const sensing::SourceUri& uri, const std::string& calibrations = {})
{
    SessionConfiguration configuration;
    configuration.sources = {uri};
    configuration.historySamples = 1U << 14;
    configuration.calibrationFolder = calibrations;
    auto started = Session::start(std::move(configuration));
    if (!started.ok())
        qFatal("%s", started.error().message().c_str());
    return std::move(*started);
}

} // namespace

class TestProtocol : public test::Suite {
    Q_OBJECT

private slots:
    void documentsAreChecked();
    void plansAreRandomisedByTheSeed();
    void phasesFollowTheClock();
    void aPauseShutsTheValvesAndRepeatsTheTrial();
    void gatesSayWhatIsMissing();
    void aRunMarksDrivesValvesAndBecomesATrainingSet();
    void faultsOfChannelsAreRecordedAndReplayed();
    void calibrationsTravelWithTheRecording();
};

void TestProtocol::documentsAreChecked()
{
    const auto shipped = findResource("protocols/three_gases.json");
    BNOF_VERIFY_OK(shipped);
    const auto protocol = readProtocol(*shipped);
    BNOF_VERIFY_OK(protocol);
    const auto again = protocolFromJson(toJson(*protocol), "copy");
    BNOF_VERIFY_OK(again);
    QVERIFY(*again == *protocol);
    const auto problem = [&](const char* key, Json value) {
        Json document = toJson(shortProtocol());
        document.set(key, std::move(value));
        const auto result = protocolFromJson(document, "p");
        return result.ok() ? std::string() : result.error().where + ": " + result.error().what;
    };
    QVERIFY(problem("exposure_s", -1).find("exposure_s") != std::string::npos);
    QVERIFY(problem("format", "other").find("not a protocol") != std::string::npos);
    QVERIFY(problem("schema", 2).find("not a protocol") != std::string::npos);
    QVERIFY(!problem("stimuli", Json::array().push(Json::object().set("gas", ""))).empty());
    QVERIFY(problem("valves", Json::object().set("source", "serial:/dev/ttyACM0").set("safe", "")).find("safe") !=
            std::string::npos);
    QVERIFY(!problem("valves", Json::object().set("source", "nonsense").set("safe", "0")).empty());
}

void TestProtocol::plansAreRandomisedByTheSeed()
{
    Protocol p = shortProtocol();
    p.replicates = 50;
    p.blanks = 2;
    const auto plan = planOf(p, 7);
    QVERIFY(plan == planOf(p, 7));
    QVERIFY(!(plan == planOf(p, 8)));
    QCOMPARE(plan.size(), std::size_t{50 * 4 * 3});
    // Every replicate has every stimulus and its blanks, in an order that varies.
    std::map<std::string, int> firsts;
    for (int replicate = 0; replicate < 50; ++replicate) {
        std::map<std::string, int> counts;
        for (const Phase& phase : plan) {
            if (phase.replicate == replicate && phase.kind == PhaseKind::Exposure) {
                if (counts.empty())
                    ++firsts[phase.label];
                ++counts[phase.label];
            }
        }
        QCOMPARE(counts["ethanol 100 ppm"], 1);
        QCOMPARE(counts["acetone 50 ppm"], 1);
        QCOMPARE(counts["blank"], 2);
    }
    QCOMPARE(firsts.size(), std::size_t{3});
    p.randomise = false;
    QCOMPARE(planOf(p, 7)[1].label, std::string("ethanol 100 ppm"));
    QVERIFY(std::fabs(totalSeconds(planOf(p, 7)) - 200.0) < 1e-6);
}

void TestProtocol::phasesFollowTheClock()
{
    Protocol p = shortProtocol();
    p.randomise = false;
    p.blanks = 0;
    p.valves = {"serial:/dev/null", "AIR", "", "SAFE", "\n"};
    QStringList log;
    ProtocolClock clock(p, planOf(p, 1),
                        {.mark = [&](const std::string& label) { log << QString::fromStdString(label); },
                         .valve = [&](const std::string& command) { log << QString::fromStdString('>' + command); }});
    clock.start(fromSeconds(10));
    clock.advance(fromSeconds(10.29));
    QCOMPARE(log, QStringList({QStringLiteral(">AIR"), QStringLiteral("baseline")}));
    clock.advance(fromSeconds(10.5));
    QCOMPARE(log.last(), QStringLiteral("ethanol 100 ppm"));
    QVERIFY(std::fabs(clock.phaseLeft(fromSeconds(10.5)) - 0.2) < 1e-6); // from when it should have begun
    QVERIFY(std::fabs(clock.totalLeft(fromSeconds(10.5)) - 1.5) < 1e-6);
    clock.advance(fromSeconds(12.5));
    QCOMPARE(static_cast<int>(clock.state()), static_cast<int>(ProtocolClock::State::Finished));
    QCOMPARE(log.mid(log.size() - 2), QStringList({QStringLiteral(">SAFE"), QStringLiteral("end of protocol")}));
    QCOMPARE(log.count(QStringLiteral("recovery")), 2);
    clock.abort(fromSeconds(13), "late");
    QCOMPARE(log.last(), QStringLiteral("end of protocol"));
}

void TestProtocol::aPauseShutsTheValvesAndRepeatsTheTrial()
{
    Protocol p = shortProtocol();
    p.randomise = false;
    p.blanks = 0;
    p.valves = {"serial:/dev/null", "AIR", "", "SAFE", "\n"};
    QStringList log;
    const ProtocolActions actions{
        .mark = [&](const std::string& label) { log << QString::fromStdString(label); },
        .valve = [&](const std::string& command) { log << QString::fromStdString('>' + command); }};
    ProtocolClock clock(p, planOf(p, 1), actions);
    clock.start(0);
    clock.advance(fromSeconds(0.4));
    clock.pause(fromSeconds(0.5));
    QCOMPARE(log.mid(log.size() - 2), QStringList({QStringLiteral(">SAFE"), QStringLiteral("protocol paused")}));
    clock.advance(fromSeconds(100));
    QCOMPARE(log.last(), QStringLiteral("protocol paused"));
    clock.resume(fromSeconds(100));
    QCOMPARE(log.last(), QStringLiteral("baseline")); // the exposure that was cut short counts for nothing
    clock.advance(fromSeconds(100.35));
    QCOMPARE(log.last(), QStringLiteral("ethanol 100 ppm"));
    // A computer that slept through an exposure did not watch it.
    clock.advance(fromSeconds(4000));
    QCOMPARE(static_cast<int>(clock.state()), static_cast<int>(ProtocolClock::State::Paused));
    clock.abort(fromSeconds(4001), "enough");
    QCOMPARE(log.last(), QStringLiteral("protocol aborted: enough"));
    QCOMPARE(log[log.size() - 2], QStringLiteral(">SAFE"));
}

void TestProtocol::gatesSayWhatIsMissing()
{
    sensing::SimulatorOptions options;
    RunningSimulator simulator(options);
    const auto session = startSession(simulator.uri());
    GateLimits limits;
    limits.temperatureLow = 60;
    const auto look = [&](const char* id) {
        const auto gates = judgeGates(limits, session->status(), *session->live(), "/", 10, std::nullopt);
        const auto it = std::find_if(gates.begin(), gates.end(), [&](const Gate& gate) { return gate.id == id; });
        return it == gates.end() ? Gate{} : *it;
    };
    QVERIFY(waitFor([&] { return look("devices").open; }));
    QVERIFY(!look("warm-up").open);
    QVERIFY(look("warm-up").reason.find("to go") != std::string::npos);
    QVERIFY(!look("baseline").open);
    QVERIFY(waitFor([&] { return look("temperature").reason.find("at least 60") != std::string::npos; }));
    QVERIFY(!look("temperature").open);
    QVERIFY(look("disk").open || limits.freeMegabytes > 0);
    limits.freeMegabytes = 1e12;
    QVERIFY(!look("disk").open);
    limits.warmUpSeconds = 0.1;
    limits.humidityHigh = 99;
    QVERIFY(waitFor([&] { return look("warm-up").open && look("humidity").open; }));
    // With valves that nobody answers for, nothing starts, whatever is overridden.
    Protocol p = shortProtocol();
    p.valves = {"serial:/dev/does-not-exist", "AIR", "", "SAFE", "\n"};
    auto run = ProtocolRun::create(*session, p, 1);
    BNOF_VERIFY_OK(run);
    QTest::qWait(50);
    const auto refused = (*run)->start("/", true);
    QVERIFY(!refused.ok());
    QVERIFY2(refused.error().what.find("Valves") != std::string::npos, refused.error().what.c_str());
}

void TestProtocol::aRunMarksDrivesValvesAndBecomesATrainingSet()
{
    QTemporaryDir folder;
    const std::string path = folder.filePath("run.bnr").toStdString();
    SerialLine controller;
    sensing::SimulatorOptions options;
    RunningSimulator simulator(options);
    const auto session = startSession(simulator.uri());
    QVERIFY(waitFor([&] { return session->status().frames > 20; }));
    Protocol p = shortProtocol();
    p.valves = {"serial:" + controller.path() + "?baud=9600", "V1=1", "", "ALL=0", "\n"};
    auto run = ProtocolRun::create(*session, p, 5);
    BNOF_VERIFY_OK(run);
    RecordingRequest request;
    request.path = path;
    request.protocol = recordedProtocol(p, 5);
    session->startRecording(request);
    QVERIFY(waitFor([&] { return session->status().recording.has_value(); }));
    QVERIFY(waitFor([&] { return allOpen((*run)->gates(folder.path().toStdString())); }));
    BNOF_VERIFY_OK((*run)->start(folder.path().toStdString()));
    QVERIFY(waitFor([&] { return (*run)->status().phase == 1; }));
    (*run)->pause();
    QVERIFY(waitFor([&] { return controller.lines().endsWith(QStringLiteral("ALL=0")); }));
    BNOF_VERIFY_OK((*run)->resume());
    QVERIFY(waitFor([&] { return (*run)->status().state == ProtocolClock::State::Finished; }));
    QCOMPARE((*run)->status().trials, 3);
    QVERIFY(waitFor([&] { return controller.lines().endsWith(QStringLiteral("ALL=0")); }));
    QCOMPARE(controller.lines().count(QStringLiteral("V1=1")), 2 * 3 + 1); // one baseline was repeated
    QVERIFY(controller.lines().contains(QStringLiteral("V2=1")));
    session->stop();
    QVERIFY(waitFor([&] { return session->status().finished; }));

    auto reader = recording::Reader::open(path);
    BNOF_VERIFY_OK(reader);
    const Json& recorded = (*reader)->metadata().configuration["protocol"];
    QCOMPARE(recorded["seed"].toInteger(), std::int64_t{5});
    QVERIFY(*protocolFromJson(recorded["document"], "recorded") == p);
    QStringList marks;
    for (recording::Item item; (*reader)->next(item);) {
        if (const auto* mark = std::get_if<Mark>(&item))
            marks << QString::fromStdString(mark->label);
    }
    QCOMPARE(marks.first(), QStringLiteral("baseline"));
    QCOMPARE(marks.last(), QStringLiteral("end of protocol"));
    QCOMPARE(marks.count(QStringLiteral("recovery")), 3);

    const std::string data = folder.filePath("data").toStdString();
    const auto made = writeProtocolDataset(path, data);
    BNOF_VERIFY_OK(made);
    QCOMPARE(made->exposures, 3);
    QCOMPARE(made->interrupted, 1);
    QVERIFY(!writeProtocolDataset(path, data).ok()); // never into a folder that is there
    const auto dataset = olfaction::loadDataset(data);
    BNOF_VERIFY_OK(dataset);
    QVERIFY(std::find(dataset->labels.begin(), dataset->labels.end(), "ethanol") != dataset->labels.end());
    QVERIFY(std::find(dataset->labels.begin(), dataset->labels.end(), "acetone") != dataset->labels.end());
    QVERIFY(dataset->background >= 0);
    QVERIFY(dataset->simulated);
}

void TestProtocol::faultsOfChannelsAreRecordedAndReplayed()
{
    // A recording of frames in which channel 3 is stuck: the mask in its events gives the same decisions again.
    QTemporaryDir folder;
    const std::string path = folder.filePath("stuck.bnr").toStdString();
    StuckNose nose;
    SessionConfiguration configuration;
    configuration.sources = {*sensing::SourceUri::parse("serial:" + nose.path() + "?time=device&decoder=csv")};
    const auto model = findResource("models/default.bnofmodel");
    BNOF_VERIFY_OK(model);
    const auto bytes = readFile(*model);
    configuration.modelBytes.assign(bytes->begin(), bytes->end());
    auto session = Session::start(configuration);
    BNOF_VERIFY_OK(session);
    RecordingRequest request;
    request.path = path;
    (*session)->startRecording(request);
    const auto stuck = [&] {
        const auto status = (*session)->status();
        return std::any_of(status.problems.begin(), status.problems.end(),
                           [](const Problem& problem) { return problem.id.starts_with("fault.0."); });
    };
    QVERIFY(waitFor(stuck));
    QVERIFY(waitFor(
        [&] { return (*session)->live()->lastDecision() && (*session)->live()->lastDecision()->degraded > 0; }));
    QVERIFY(waitFor([&] { return !stuck(); })); // it recovers by itself
    const auto decisions = (*session)->status().decisions;
    QVERIFY(waitFor([&] { return (*session)->status().decisions > decisions + 20; }));
    (*session)->stop();
    QVERIFY(waitFor([&] { return (*session)->status().finished; }));
    SessionConfiguration again;
    again.sources = {*sensing::SourceUri::parse("replay:" + path + "?speed=max")};
    auto replay = Session::start(again);
    BNOF_VERIFY_OK(replay);
    QVERIFY(waitFor([&] { return (*replay)->status().finished; }));
    const auto proof = (*replay)->status().replay->proof;
    QVERIFY2(proof.match, proof.remark.c_str());
}

void TestProtocol::calibrationsTravelWithTheRecording()
{
    QTemporaryDir folder;
    sensing::SimulatorOptions options;
    RunningSimulator simulator(options);
    const sensing::CalibrationStore store(folder.filePath("calibrations").toStdString());
    sensing::Calibration calibration;
    calibration.name = "bench";
    calibration.device = "another board";
    calibration.utc = 1;
    auto& channel = calibration.channel("MOX-A1");
    channel.supply = 65535;
    channel.r0 = 1;
    BNOF_VERIFY_OK(store.save(calibration));
    auto uri = simulator.uri();
    uri.parameters.emplace_back("calibration", "bench");
    const auto session = startSession(uri, store.folder());
    QVERIFY(waitFor([&] { return !session->status().sources[0].calibrated.empty(); }));
    const auto status = session->status();
    QVERIFY(status.sources[0].calibration && status.sources[0].calibration->version == 1);
    QVERIFY(std::any_of(status.problems.begin(), status.problems.end(), [](const Problem& problem) {
        return problem.id == "calibration.0" && problem.error.what.find("not the one") != std::string::npos;
    }));
    RecordingRequest request;
    request.path = folder.filePath("run.bnr").toStdString();
    session->startRecording(request);
    QVERIFY(waitFor([&] { return session->status().recording && session->status().recording->frames > 10; }));
    session->stop();
    QVERIFY(waitFor([&] { return session->status().finished; }));
    const auto reader = recording::Reader::open(request.path);
    BNOF_VERIFY_OK(reader);
    const Json& carried = (*reader)->metadata().configuration["calibrations"];
    QCOMPARE(carried.items().size(), std::size_t{1});
    QCOMPARE(carried.items()[0]["name"].toString(), std::string("bench"));
    SessionConfiguration again;
    again.sources = {*sensing::SourceUri::parse("replay:" + request.path + "?speed=max")};
    auto replay = Session::start(again);
    BNOF_VERIFY_OK(replay);
    QVERIFY(waitFor([&] { return (*replay)->status().finished; }));
    QVERIFY((*replay)->status().sources[0].calibration);
    QVERIFY(!(*replay)->status().sources[0].calibrated.empty());
}

QTEST_GUILESS_MAIN(TestProtocol)
#include "tst_protocol.moc"
