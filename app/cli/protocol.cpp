// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTimer>

#include <filesystem>

#include "app/cli/session_runner.h"
#include "engine/session/protocol_dataset.h"
#include "engine/session/protocol_run.h"

namespace bnof::cli {
namespace {

using session::ProtocolClock;

void describe(QCommandLineParser& parser)
{
    parser.addOption(
        {QStringLiteral("out"), QStringLiteral("run: the recording; dataset: the folder."), QStringLiteral("FILE")});
    parser.addOption(
        {QStringLiteral("seed"), QStringLiteral("run, check: seed of the order (1)."), QStringLiteral("N")});
    parser.addOption({QStringLiteral("model"), QStringLiteral("run: recognise with this model: a file, or default."),
                      QStringLiteral("M")});
    parser.addOption({QStringLiteral("override-gates"),
                      QStringLiteral("run: start although a gate is shut; the recording says so.")});
    parser.addOption(
        {QStringLiteral("wait"), QStringLiteral("run: seconds to wait for the gates (600)."), QStringLiteral("S")});
}

Json phaseJson(const session::Phase& phase)
{
    return Json::object()
        .set("trial", phase.trial + 1)
        .set("replicate", phase.replicate + 1)
        .set("phase", session::toString(phase.kind))
        .set("mark", phase.label)
        .set("duration", phase.seconds);
}

int check(const Invocation& invocation, const session::Protocol& protocol, std::uint64_t seed)
{
    const auto plan = session::planOf(protocol, seed);
    if (invocation.json) {
        Json phases = Json::array();
        for (const auto& phase : plan)
            phases.push(phaseJson(phase));
        printLine(Json::object()
                      .set("name", protocol.name)
                      .set("version", protocol.version)
                      .set("duration", session::totalSeconds(plan))
                      .set("sha256", session::recordedProtocol(protocol, seed)["sha256"])
                      .set("phases", std::move(phases)));
        return Ok;
    }
    for (const auto& phase : plan)
        printLine("trial " + std::to_string(phase.trial + 1) + ", " + session::toString(phase.kind) + " " +
                  Json(phase.seconds).dump() + " s: " + phase.label);
    printLine(protocol.name + " version " + std::to_string(protocol.version) + ": " +
              std::to_string(plan.empty() ? 0 : plan.back().trial + 1) + " trials, " +
              Json(session::totalSeconds(plan)).dump() + " s");
    return Ok;
}

/// Waits for the gates, starts, tells what happens, and ends the session when the protocol has ended.
class Conductor {
public:
    Conductor(session::ProtocolRun& run, const Invocation& invocation, std::string folder, double patience)
        : m_run(run), m_json(invocation.json), m_override(invocation.isSet("override-gates")),
          m_folder(std::move(folder)), m_patience(patience), m_begin(monotonicNow())
    {}
    void look(const session::SessionStatus& status)
    {
        const auto now = m_run.status();
        if (now.state == ProtocolClock::State::Ready) {
            begin(status);
            return;
        }
        if (now.label != m_lastLabel || now.phase != m_lastPhase || now.state != m_lastState) {
            m_lastLabel = now.label;
            m_lastPhase = now.phase;
            m_lastState = now.state;
            tell(status, now);
        }
        // A command line has nobody to press "go on": it does so itself when everything is back.
        if (now.state == ProtocolClock::State::Paused)
            (void)m_run.resume();
        showProgress(now.label + ", " + std::to_string(static_cast<int>(now.phaseLeft + 0.5)) + " s; next " +
                     (now.next.empty() ? "the end" : now.next) + "; trial " + std::to_string(now.trial + 1) + " of " +
                     std::to_string(now.trials));
    }
    [[nodiscard]] bool done() const
    {
        const auto state = m_run.status().state;
        return m_failure || state == ProtocolClock::State::Finished || state == ProtocolClock::State::Aborted;
    }
    [[nodiscard]] const std::optional<Error>& failure() const { return m_failure; }

private:
    void begin(const session::SessionStatus& status)
    {
        if (!status.recording) // a protocol that is not recorded did not happen
            return;
        const auto started = m_run.start(m_folder, m_override);
        if (started.ok())
            return;
        showProgress(started.error().what);
        if (toSeconds(monotonicNow() - m_begin) > m_patience)
            m_failure = started.error();
    }
    void tell(const session::SessionStatus& status, const session::ProtocolStatus& now) const
    {
        Json line = Json::object().set("t", toSeconds(status.now)).set("state", session::toString(now.state));
        if (now.phase < m_run.plan().size())
            line.set("phase", phaseJson(m_run.plan()[now.phase]));
        if (!now.reason.empty())
            line.set("reason", now.reason);
        line.set("left", now.totalLeft);
        if (m_json)
            printLine(line);
        else
            printLine(std::string(session::toString(now.state)) + ": " +
                      (now.label.empty() ? "end" : "trial " + std::to_string(now.trial + 1) + ", " + now.label) +
                      (now.reason.empty() ? "" : " (" + now.reason + ")"));
    }

    session::ProtocolRun& m_run;
    bool m_json;
    bool m_override;
    std::string m_folder;
    double m_patience;
    std::int64_t m_begin;
    std::string m_lastLabel;
    std::size_t m_lastPhase = 0;
    ProtocolClock::State m_lastState = ProtocolClock::State::Ready;
    std::optional<Error> m_failure;
};

Result<std::unique_ptr<session::Session>> startSession(const Invocation& invocation)
{
    BNOF_TRY_ASSIGN(auto sources, parseSources(invocation.arguments.mid(2)));
    session::SessionConfiguration configuration;
    configuration.sources = std::move(sources);
    configuration.historySamples = 1U << 16; // the baseline gate looks at it
    session::applyRecognitionSettings(invocation.configuration, configuration);
    configuration.settings = session::recordedSettings(invocation.configuration);
    if (invocation.isSet("model")) {
        BNOF_TRY_ASSIGN(configuration.modelBytes, loadModel(invocation.value("model")));
    }
    BNOF_TRY(applySensingSettings(configuration));
    return session::Session::start(std::move(configuration));
}

int runProtocol(const Invocation& invocation, const session::Protocol& protocol, std::uint64_t seed)
{
    if (invocation.arguments.size() < 3 || !invocation.isSet("out"))
        return fail(makeError(ErrorKind::Usage, "run needs a source and --out FILE", "bnof protocol",
                              "bnof protocol run puffs.json serial:/dev/ttyUSB0 --out run.bnr"));
    const auto patience = invocation.number("wait", 600, 0, 1e6);
    if (!patience.ok())
        return fail(patience.error());
    auto session = startSession(invocation);
    if (!session.ok())
        return fail(session.error());
    auto run = session::ProtocolRun::create(**session, protocol, seed);
    if (!run.ok())
        return fail(run.error());
    session::RecordingRequest request;
    request.path = invocation.value("out");
    request.title = protocol.name;
    request.operatorName = invocation.configuration.text("general.operator");
    request.protocol = session::recordedProtocol(protocol, seed);
    session::applyRecordingSettings(invocation.configuration, request);
    (*session)->startRecording(request);
    const std::string folder = std::filesystem::path(request.path).parent_path().string();
    Conductor conductor(**run, invocation, folder, *patience);
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &timer, [&] {
        conductor.look((*session)->status());
        if (interrupted())
            (*run)->abort("interrupted");
    });
    timer.start(20);
    RunOptions options;
    // The mark of the end must reach the file before it is closed: marks and the end travel in one order.
    options.finished = [&] { return conductor.done(); };
    const auto result = runSession(**session, options);
    timer.stop();
    if (conductor.failure())
        return fail(*conductor.failure());
    if (!result.ok())
        return fail(result.error());
    const auto ended = (*run)->status();
    if (invocation.json)
        printLine(Json::object()
                      .set("file", (*session)->status().lastRecording)
                      .set("state", session::toString(ended.state))
                      .set("trials", ended.trials));
    return ended.state == ProtocolClock::State::Finished ? Ok : FailedCheck;
}

int run(const Invocation& invocation)
{
    const std::string what = invocation.argument(0);
    if (invocation.arguments.size() < 2)
        return fail(makeError(ErrorKind::Usage, "the name of the file is missing", "bnof protocol " + what));
    if (what == "dataset") {
        if (!invocation.isSet("out"))
            return fail(makeError(ErrorKind::Usage, "--out FOLDER is missing", "bnof protocol dataset"));
        const auto made = session::writeProtocolDataset(invocation.argument(1), invocation.value("out"));
        if (!made.ok())
            return fail(made.error());
        printLine(Json::object()
                      .set("folder", invocation.value("out"))
                      .set("frames", made->frames)
                      .set("exposures", made->exposures)
                      .set("interrupted", made->interrupted));
        return Ok;
    }
    const auto seed = invocation.number("seed", 1, 0, 9e15);
    const auto protocol = session::readProtocol(invocation.argument(1));
    if (!seed.ok() || !protocol.ok())
        return fail(seed.ok() ? protocol.error() : seed.error());
    if (what == "check")
        return check(invocation, *protocol, static_cast<std::uint64_t>(*seed));
    if (what == "run")
        return runProtocol(invocation, *protocol, static_cast<std::uint64_t>(*seed));
    return fail(makeError(ErrorKind::Usage, "\"" + what + "\" is nothing that \"bnof protocol\" does", "bnof protocol",
                          "Use check FILE, run FILE SOURCE --out RECORDING, or dataset RECORDING --out FOLDER."));
}

} // namespace

const Command protocolCommand{"protocol",
                              "check FILE | run FILE SOURCE... --out FILE | dataset RECORDING --out FOLDER",
                              "Run a timed exposure protocol, with marks, valves and quality gates.",
                              "bnof protocol run puffs.json serial:/dev/ttyUSB0 --out run.bnr",
                              1,
                              -1,
                              false,
                              describe,
                              run};

} // namespace bnof::cli
