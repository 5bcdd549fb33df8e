// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/session_controller.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <bit>

#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "engine/base/files.h"
#include "engine/base/log.h"
#include "engine/recording/library.h"
#include "engine/sensing/calibration/store.h"

namespace bnof::studio {
namespace {

/// A started session, or why there is none.
struct Started {
    std::shared_ptr<session::Session> session;
    std::optional<Error> problem;
    std::optional<Error> modelProblem; ///< why the session runs without recognition
};

Result<std::vector<std::uint8_t>> readModel(const std::string& choice)
{
    std::string path = choice;
    if (choice == "default") {
        BNOF_TRY_ASSIGN(path, findResource("models/default.bnofmodel"));
    }
    BNOF_TRY_ASSIGN(const std::string content, readFile(path));
    return std::vector<std::uint8_t>(content.begin(), content.end());
}

Started startNow(const QStringList& uris, const std::string& model, session::SessionConfiguration configuration)
{
    for (const QString& uri : uris) {
        auto source = sensing::SourceUri::parse(uri.toStdString());
        if (!source.ok())
            return {nullptr, source.error(), {}};
        configuration.sources.push_back(std::move(source).value());
    }
    std::optional<Error> modelProblem;
    if (configuration.sources.front().scheme != "replay" && !model.empty()) {
        if (auto bytes = readModel(model); bytes.ok())
            configuration.modelBytes = std::move(bytes).value();
        else
            modelProblem = bytes.error(); // seeing and recording go on without it
    }
    auto session = session::Session::start(std::move(configuration));
    if (!session.ok())
        return {nullptr, session.error(), {}};
    return {std::shared_ptr<session::Session>(std::move(session).value()), {}, modelProblem};
}

/// Display memory for `minutes` at up to 100 frames a second.
std::size_t historyFor(double minutes)
{
    const auto frames = static_cast<std::size_t>(std::clamp(minutes, 1.0, 600.0) * 60 * 100);
    return std::bit_ceil(frames);
}

} // namespace

SessionController::SessionController(ConfigurationStore& configuration, Executor& executor, QObject* parent)
    : QObject(parent), m_configuration(configuration), m_executor(executor),
      m_status(std::make_shared<const session::SessionStatus>()), m_pollExecutor(makeExecutor(1))
{
    m_notes.operatorName = configuration.text("general.operator");
    m_pollTimer.setInterval(100);
    connect(&m_pollTimer, &QTimer::timeout, this, &SessionController::poll);
}

SessionController::~SessionController() = default;

std::shared_ptr<const session::LiveView> SessionController::live() const
{
    return m_session ? m_session->live() : nullptr;
}

Timestamp SessionController::now() const
{
    if (!m_session || m_status->replay)
        return m_status->now;
    return m_status->now + (monotonicNow() - m_polledAt);
}

bool SessionController::isSimulated() const
{
    if (m_simulator && m_phase != Phase::Idle)
        return true;
    return std::any_of(m_status->sources.begin(), m_status->sources.end(), [](const auto& s) { return s.simulated; });
}

QString SessionController::deviceName() const
{
    if (m_status->replay)
        return QFileInfo(toQString(m_status->replay->path)).fileName();
    if (m_simulator)
        return tr("Simulated nose");
    if (m_status->sources.empty())
        return {};
    const auto own = std::count_if(m_status->sources.begin(), m_status->sources.end(),
                                   [](const auto& source) { return !source.parent; });
    if (own > 1)
        return tr("%n source(s)", nullptr, static_cast<int>(own));
    const auto& source = m_status->sources.front();
    return toQString(source.device.empty() ? source.uri : source.device);
}

QString SessionController::recordingFolder() const
{
    return toQString(recording::recordingsFolder(m_configuration.values().text("recording.folder")));
}

void SessionController::connectTo(const QStringList& uris)
{
    begin({uris, false});
}

void SessionController::startSimulator()
{
    begin({{}, true});
}

void SessionController::replay(const QString& path, double speed)
{
    sensing::SourceUri uri;
    uri.scheme = "replay";
    uri.path = path.toStdString();
    uri.parameters.emplace_back("speed", speed <= 0 ? "max" : QString::number(speed).toStdString());
    begin({{toQString(uri.toString())}, false});
}

void SessionController::begin(const Plan& plan)
{
    if (m_phase == Phase::Running || m_phase == Phase::Stopping) {
        m_next = plan;
        stop();
        return;
    }
    ++m_startNumber;
    m_simulator.reset();
    setPhase(Phase::Starting);
    if (!plan.simulate) {
        startSession(plan.uris);
        return;
    }
    m_simulator = std::make_unique<SimulatorProcess>();
    connect(m_simulator.get(), &SimulatorProcess::ready, this,
            [this](const QString& uri) { startSession(QStringList(uri)); });
    connect(m_simulator.get(), &SimulatorProcess::failed, this, [this](const QString& why) {
        if (m_phase == Phase::Starting)
            fail(why, tr("Check the installation with: bnof doctor"));
        else
            emit simulatorEnded(why);
    });
    m_simulator->start();
}

void SessionController::startSession(const QStringList& uris)
{
    m_uris = uris;
    session::SessionConfiguration configuration;
    session::applyRecognitionSettings(m_configuration.values(), configuration);
    configuration.timePhases = true; // for the network view; a few clock readings a tick
    configuration.settings = session::recordedSettings(m_configuration.values());
    configuration.calibrationFolder = sensing::CalibrationStore::defaultFolder();
    if (auto limits = sensing::loadLimits(sensing::userLimitsPath()); limits.ok())
        configuration.safetyLimits = std::move(*limits);
    else
        log::warning("studio", "the safety limits cannot be read", {{"problem", limits.error().message()}});
    configuration.historySamples = historyFor(m_configuration.number("display.history"));
    const std::string model = m_configuration.values().text("recognition.model");
    inBackground(
        m_executor, this, "studio.start-session",
        [uris, model, configuration] { return startNow(uris, model, configuration); },
        [this, number = m_startNumber](const Started& started) {
            if (number != m_startNumber) { // given up meanwhile
                auto unwanted = started.session;
                m_executor.submit(Priority::Normal, "studio.end-session", [unwanted]() mutable { unwanted.reset(); });
                return;
            }
            if (started.problem)
                fail(toQString(started.problem->where.empty() ? started.problem->what
                                                              : started.problem->where + ": " + started.problem->what),
                     toQString(started.problem->remedy));
            else {
                adopt(started.session);
                emit modelChecked(started.modelProblem ? Format::error(*started.modelProblem) : QString());
            }
        },
        Priority::High);
}

void SessionController::adopt(std::shared_ptr<session::Session> session)
{
    m_session = std::move(session);
    m_lastRecording.clear();
    m_status = std::make_shared<const session::SessionStatus>(m_session->status());
    m_polledAt = monotonicNow();
    m_pollTimer.start();
    if (std::exchange(m_goingBack, false) && m_pausedAgain)
        m_session->setReplayPaused(true);
    setPhase(Phase::Running);
    emit liveChanged();
    emit statusChanged();
}

void SessionController::fail(const QString& what, const QString& remedy)
{
    m_simulator.reset();
    m_goingBack = false;
    setPhase(Phase::Idle);
    emit startFailed(what, remedy);
}

void SessionController::poll()
{
    if (!m_session || m_polling)
        return;
    m_polling = true;
    inBackground(
        *m_pollExecutor, this, "studio.poll-session",
        [session = m_session]() mutable {
            Polled polled{std::make_shared<const session::SessionStatus>(session->status()), monotonicNow()};
            session.reset(); // whoever ends it waits for nobody
            return polled;
        },
        [this, asked = std::weak_ptr<session::Session>(m_session)](const Polled& polled) {
            m_polling = false;
            if (const auto session = asked.lock(); session && session == m_session)
                take(polled);
        },
        Priority::High);
}

void SessionController::take(const Polled& polled)
{
    // Giving back what thousands of sensors had said takes as long as copying it.
    m_pollExecutor->submit(Priority::Normal, "studio.forget-status",
                           [old = std::exchange(m_status, polled.status)]() mutable { old.reset(); });
    m_polledAt = polled.at;
    const QString finishedFile = toQString(m_status->lastRecording);
    if (!finishedFile.isEmpty() && finishedFile != m_lastRecording) {
        m_lastRecording = finishedFile;
        emit recordingFinished(finishedFile);
    }
    emit statusChanged();
    if (m_phase == Phase::Stopping && m_status->finished)
        release();
}

void SessionController::stop()
{
    if (m_phase == Phase::Starting) {
        ++m_startNumber;
        m_simulator.reset();
        m_goingBack = false;
        setPhase(Phase::Idle);
        emit stopped();
        return;
    }
    if (m_phase != Phase::Running)
        return;
    describeAsWritten();
    setPhase(Phase::Stopping);
    m_session->stop();
}

void SessionController::release()
{
    m_pollTimer.stop();
    auto session = std::exchange(m_session, nullptr);
    m_status = std::make_shared<const session::SessionStatus>();
    emit liveChanged();
    // Joining its threads is the last thing that could wait, so it happens elsewhere too.
    inBackground(
        m_executor, this, "studio.end-session", [session]() mutable { session.reset(); },
        [this] {
            m_simulator.reset();
            setPhase(Phase::Idle);
            emit statusChanged();
            emit stopped();
            if (auto next = std::exchange(m_next, std::nullopt))
                begin(*next);
        },
        Priority::High);
}

void SessionController::setPhase(Phase phase)
{
    if (m_phase == phase)
        return;
    m_phase = phase;
    emit phaseChanged();
}

void SessionController::startRecording(const Json& protocol, const QString& title)
{
    if (!m_session || isRecording() || isReplay())
        return;
    session::RecordingRequest request;
    m_described = m_notes;
    m_givenTitle = title;
    request.title = (m_notes.title.isEmpty() ? title : m_notes.title).toStdString();
    request.operatorName = m_notes.operatorName.toStdString();
    request.notes = m_notes.notes.toStdString();
    request.role = m_configuration.values().text("general.role");
    request.protocol = protocol;
    session::applyRecordingSettings(m_configuration.values(), request);
    const QString folder = recordingFolder();
    const QString base = folder + QLatin1Char('/') +
                         QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd_HH-mm-ss")) +
                         QLatin1Char('_') + Format::fileNamePart(deviceName());
    inBackground(
        m_executor, this, "studio.start-recording",
        [session = m_session, request, folder, base]() mutable {
            QDir().mkpath(folder); // the recorder says in words what is wrong when this failed
            QString path = base + QStringLiteral(".bnr");
            for (int number = 2; QFileInfo::exists(path); ++number)
                path = QStringLiteral("%1-%2.bnr").arg(base).arg(number);
            request.path = path.toStdString();
            session->startRecording(request);
        },
        [] {}, Priority::High);
}

void SessionController::stopRecording()
{
    if (!m_session)
        return;
    describeAsWritten();
    m_session->stopRecording();
}

/// What was typed last may not have been handed over yet when the recording ends.
void SessionController::describeAsWritten()
{
    if (isRecording() && m_notes != m_described)
        describe(toQString(m_status->recording->path), m_notes);
}

bool SessionController::describe(const QString& path, const RecordingNotes& notes)
{
    if (!m_session || !isRecording() || toQString(m_status->recording->path) != path)
        return false;
    m_session->describeRecording((notes.title.isEmpty() ? m_givenTitle : notes.title).toStdString(),
                                 notes.operatorName.toStdString(), notes.notes.toStdString());
    m_notes = notes;
    m_described = notes;
    emit describedAnew();
    return true;
}

void SessionController::mark(const QString& label)
{
    if (m_session && !isReplay())
        m_session->mark(label.toStdString());
}

void SessionController::useCalibration(std::uint32_t source, const sensing::Calibration& calibration)
{
    if (m_session)
        m_session->useCalibration(source, calibration);
}

void SessionController::changeModel(const std::vector<std::uint8_t>& modelBytes)
{
    if (m_session)
        m_session->changeModel(modelBytes);
}

void SessionController::changeSafetyLimits(const std::vector<sensing::GasLimits>& limits)
{
    if (m_session)
        m_session->changeSafetyLimits(limits);
}

void SessionController::setReplaySpeed(double speed)
{
    if (m_session)
        m_session->setReplaySpeed(speed);
}

void SessionController::setReplayPaused(bool paused)
{
    if (m_session)
        m_session->setReplayPaused(paused);
}

void SessionController::goTo(Timestamp t)
{
    const auto& replay = m_status->replay;
    if (!m_session || !replay || m_phase != Phase::Running)
        return;
    const Timestamp target = std::clamp(t, replay->start, replay->end);
    if (!m_status->finished && target >= m_session->status().replay->position) {
        m_session->setReplayPosition(target);
        return;
    }
    m_goingBack = true;
    m_pausedAgain = replay->paused;
    sensing::SourceUri uri;
    uri.scheme = "replay";
    uri.path = replay->path;
    uri.parameters.emplace_back("speed",
                                replay->speed <= 0 ? "max" : QString::number(replay->speed, 'g', 17).toStdString());
    uri.parameters.emplace_back("at", QString::number(toSeconds(target - replay->start), 'f', 9).toStdString());
    begin({{toQString(uri.toString())}, false});
}

} // namespace bnof::studio
