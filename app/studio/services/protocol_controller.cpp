// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/protocol_controller.h"

#include <QFileInfo>
#include <QRandomGenerator>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/roles.h"

namespace bnof::studio {

namespace {

constexpr int gateInterval = 500;                ///< ms
constexpr int openingPatience = 10'000;          ///< ms until a recording that does not begin is given up
constexpr std::uint64_t largestSeed = 1'000'000; ///< of fresh ones: short enough to be written down

quint64 freshSeed()
{
    return 1 + QRandomGenerator::system()->bounded(static_cast<quint32>(largestSeed));
}

/// The recordings' folder is made with the first recording; until then its disk is that of the folder above.
std::string presentFolder(const QString& folder)
{
    std::filesystem::path path(folder.toStdString());
    std::error_code code;
    while (!std::filesystem::exists(path, code) && path.has_parent_path() && path != path.parent_path())
        path = path.parent_path();
    return path.string();
}

} // namespace

ProtocolController::ProtocolController(SessionController& session, Roles& roles, Executor& executor, QObject* parent)
    : QObject(parent), m_session(session), m_roles(roles), m_executor(executor)
{
    m_gateTimer.setInterval(gateInterval);
    connect(&m_gateTimer, &QTimer::timeout, this, [this] {
        if (m_run && m_status.state == State::Ready && !isOpening())
            judge([](const Gates&) {});
    });
    m_patience.setSingleShot(true);
    m_patience.setInterval(openingPatience);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        giveUp(tr("The recording did not begin; the problem list says why. The protocol was not started."));
    });
    connect(&session, &SessionController::liveChanged, this, &ProtocolController::adoptSession);
    connect(&session, &SessionController::statusChanged, this, &ProtocolController::followSession);
    connect(&session, &SessionController::phaseChanged, this, [this] {
        if (m_session.phase() == SessionController::Phase::Stopping)
            abort(tr("the session was ended")); // before the recording ends, so that it says so
    });
    connect(&session, &SessionController::recordingFinished, this, [this](const QString& path) {
        if (path == m_recording) {
            m_recordingFinished = true;
            emit statusChanged();
        }
    });
}

ProtocolController::~ProtocolController()
{
    dropRun();
}

bool ProtocolController::isBusy() const
{
    return isOpening() || m_status.state == State::Running || m_status.state == State::Paused;
}

void ProtocolController::choose(const QString& path)
{
    if (isBusy())
        return;
    inBackground(
        m_executor, this, "studio.read-protocol", [file = path.toStdString()] { return session::readProtocol(file); },
        [this, path](const Result<session::Protocol>& read) {
            if (isBusy())
                return;
            if (!read.ok()) {
                m_problem = Format::error(read.error());
                emit chosenChanged();
                return;
            }
            m_protocol = *read;
            m_path = path;
            plan(freshSeed());
        });
}

void ProtocolController::setSeed(quint64 seed)
{
    if (!m_protocol || isBusy() || isOver() || !m_roles.isEngineer() || seed == m_seed)
        return;
    plan(seed);
}

/// What was chosen, for this seed, ready to be run.
void ProtocolController::plan(quint64 seed)
{
    m_seed = seed;
    m_plan = session::planOf(*m_protocol, seed);
    m_problem.clear();
    m_recording.clear();
    m_recordingFinished = false;
    m_recordingLost = false;
    makeRun();
    emit chosenChanged();
    emit gatesChanged();
    emit statusChanged();
}

void ProtocolController::prepareAgain()
{
    if (m_protocol && isOver())
        plan(freshSeed());
}

void ProtocolController::makeRun()
{
    dropRun();
    m_status = {};
    m_gates.clear();
    m_held = m_session.isReplay() ? nullptr : m_session.session();
    if (!m_held || !m_protocol)
        return;
    auto run = session::ProtocolRun::create(*m_held, *m_protocol, m_seed);
    if (!run.ok()) {
        m_problem = Format::error(run.error());
        m_held.reset();
        return;
    }
    m_run = std::move(run).value();
    m_status = m_run->status();
    if (m_watching)
        judge([](const Gates&) {});
}

void ProtocolController::dropRun()
{
    ++m_runNumber;
    m_opening = Opening::Nothing;
    m_patience.stop();
    m_run.reset();
    m_held.reset();
}

void ProtocolController::adoptSession()
{
    if (m_run && (m_status.state != State::Ready || isOpening())) {
        abort(tr("the session was ended"));
        refresh();
    }
    if (isOver()) {
        dropRun(); // how it ended stays on show
    } else {
        makeRun();
        emit chosenChanged();
    }
    m_gates.clear();
    emit gatesChanged();
    emit statusChanged();
}

void ProtocolController::setWatching(bool watching)
{
    if (watching == m_watching)
        return;
    m_watching = watching;
    if (!watching) {
        m_gateTimer.stop();
        return;
    }
    m_gateTimer.start();
    if (m_run && m_status.state == State::Ready && !isOpening())
        judge([](const Gates&) {});
}

void ProtocolController::judge(std::function<void(const Gates&)> then)
{
    if (!m_run || (m_judging && m_opening == Opening::Nothing))
        return;
    m_judging = true;
    inBackground(
        m_executor, this, "studio.judge-gates",
        [held = m_held, limits = m_protocol->gates, folder = m_session.recordingFolder(),
         seconds = session::totalSeconds(m_plan), trouble = m_run->valveTrouble()] {
            return session::judgeGates(limits, held->status(), *held->live(), presentFolder(folder), seconds, trouble);
        },
        [this, number = m_runNumber, then = std::move(then)](const Gates& gates) {
            m_judging = false;
            if (number != m_runNumber || m_status.state == State::Running)
                return;
            m_gates = gates;
            emit gatesChanged();
            then(gates);
        },
        Priority::High);
}

void ProtocolController::start(bool although)
{
    if (!m_run || m_status.state != State::Ready || isOpening())
        return;
    m_problem.clear();
    if (although && !m_roles.isEngineer()) {
        m_problem = Roles::refusal();
        emit statusChanged();
        return;
    }
    m_although = although;
    m_resuming = false;
    m_opening = Opening::Judging;
    m_patience.start();
    emit statusChanged();
    judge([this](const Gates& gates) {
        if (m_opening != Opening::Judging)
            return;
        const auto shut = std::find_if(gates.begin(), gates.end(), [](const auto& gate) { return !gate.open; });
        if (shut != gates.end() && !m_although)
            giveUp(tr("A gate is shut: %1").arg(toQString(shut->reason)));
        else
            openRecording();
    });
}

/// A recording holds the protocol from its first byte, so one that runs already is closed first.
void ProtocolController::openRecording()
{
    m_recordingFinished = false;
    if (m_session.isRecording()) {
        m_opening = Opening::Closing;
        m_session.stopRecording();
        return;
    }
    m_opening = Opening::Beginning;
    m_session.startRecording(session::recordedProtocol(*m_protocol, m_seed), toQString(m_protocol->name));
}

void ProtocolController::followOpening()
{
    if (m_opening == Opening::Closing && !m_session.isRecording()) {
        openRecording();
    } else if (m_opening == Opening::Beginning && m_session.isRecording()) {
        const auto& recording = *m_session.status().recording;
        m_recording = toQString(recording.path);
        m_recorded = recording.elapsed;
        m_recordingLost = false;
        m_opening = Opening::JudgingAgain;
        if (m_resuming)
            begin();
        else
            judge([this](const Gates&) {
                if (m_opening == Opening::JudgingAgain)
                    begin();
            });
    }
}

void ProtocolController::begin()
{
    const Result<void> begun = m_resuming ? m_run->resume() : m_run->start(m_gates, m_although);
    if (!begun.ok()) {
        m_session.stopRecording();
        giveUp(Format::error(begun.error()));
        return;
    }
    m_opening = Opening::Nothing;
    m_patience.stop();
    refresh();
}

void ProtocolController::giveUp(const QString& why)
{
    m_opening = Opening::Nothing;
    m_patience.stop();
    m_problem = why;
    emit statusChanged();
}

void ProtocolController::pause()
{
    if (m_run && !isOpening()) {
        m_run->pause();
        refresh();
    }
}

void ProtocolController::resume()
{
    if (!m_run || m_status.state != State::Paused || isOpening())
        return;
    m_problem.clear();
    m_resuming = true;
    if (!m_recordingLost) {
        if (const auto resumed = m_run->resume(); !resumed.ok())
            m_problem = Format::error(resumed.error());
        refresh();
        return;
    }
    m_patience.start();
    openRecording();
    emit statusChanged();
}

void ProtocolController::abort(const QString& reason)
{
    if (!m_run)
        return;
    if (isOpening() && m_status.state == State::Ready) {
        giveUp(tr("The protocol was not started."));
        return;
    }
    if (m_status.state != State::Running && m_status.state != State::Paused)
        return;
    m_opening = Opening::Nothing;
    m_patience.stop();
    m_run->abort(reason.toStdString());
    refresh();
}

void ProtocolController::followSession()
{
    if (!m_run)
        return;
    followOpening();
    refresh();
    if ((m_status.state != State::Running && m_status.state != State::Paused) || isOpening())
        return;
    const auto& recording = m_session.status().recording;
    m_recordingLost = m_recordingLost || !recording || recording->elapsed < m_recorded; // a younger one is another one
    if (!m_recordingLost)
        m_recorded = recording->elapsed;
    if (m_recordingLost && m_status.state == State::Running) {
        m_run->pause(tr("The recording has ended. Going on begins another one.").toStdString());
        refresh();
    }
}

void ProtocolController::refresh()
{
    if (!m_run)
        return;
    const bool wasOver = isOver();
    m_status = m_run->status();
    if (isOver() && !wasOver)
        m_session.stopRecording(); // behind the mark of the end, which is already on its way
    emit statusChanged();
}

} // namespace bnof::studio
