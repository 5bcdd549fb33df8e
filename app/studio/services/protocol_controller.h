// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/studio/services/session_controller.h"
#include "engine/session/protocol_run.h"

namespace bnof::studio {

class Roles;

/// The exposure protocol of this window: the chosen file, its plan for a seed, the gates, and its one run on the live
/// session. A run has a recording of its own, which holds the protocol; when that recording or a device is lost, the
/// run pauses. Ending the session aborts it with the valves shut. GUI thread; gates are judged on the executor.
class ProtocolController : public QObject {
    Q_OBJECT

public:
    using State = session::ProtocolClock::State;

    ProtocolController(SessionController& session, Roles& roles, Executor& executor, QObject* parent = nullptr);
    ~ProtocolController() override;

    /// Read a protocol and make it the chosen one; refused while one runs.
    void choose(const QString& path);
    [[nodiscard]] const std::optional<session::Protocol>& protocol() const { return m_protocol; }
    [[nodiscard]] const QString& path() const { return m_path; }
    /// Decides the order; a fresh one with every choice and every new run.
    [[nodiscard]] quint64 seed() const { return m_seed; }
    /// Engineers only, before the start.
    void setSeed(quint64 seed);
    [[nodiscard]] const std::vector<session::Phase>& plan() const { return m_plan; }

    /// Judge the gates twice a second as long as nothing runs, for whoever shows them.
    void setWatching(bool watching);
    [[nodiscard]] bool isWatching() const { return m_watching; }
    /// As they were last judged; empty before that and without a live session.
    [[nodiscard]] const std::vector<session::Gate>& gates() const { return m_gates; }

    /// A recording is begun, then the protocol. With `although` shut gates are passed (engineers only), which is
    /// marked in the recording. What goes wrong is told by problem().
    void start(bool although = false);
    void pause();
    /// Also begins a new recording when the one before has ended.
    void resume();
    void abort(const QString& reason = {});
    /// After the end: back to the gates, with a fresh seed.
    void prepareAgain();

    [[nodiscard]] const session::ProtocolStatus& status() const { return m_status; }
    /// The recording is being begun; the protocol follows.
    [[nodiscard]] bool isOpening() const { return m_opening != Opening::Nothing; }
    /// Opening, running or paused: the protocol cannot be changed.
    [[nodiscard]] bool isBusy() const;
    [[nodiscard]] bool isOver() const { return m_status.state == State::Finished || m_status.state == State::Aborted; }
    /// A live session is there to run it on.
    [[nodiscard]] bool hasSession() const { return m_run != nullptr; }
    /// The file of the run's recording; empty before the start.
    [[nodiscard]] const QString& recording() const { return m_recording; }
    /// That file is whole, so that a training set can be made of it.
    [[nodiscard]] bool isRecordingFinished() const { return m_recordingFinished; }
    /// Why the last wish was not granted; empty when it was.
    [[nodiscard]] const QString& problem() const { return m_problem; }

signals:
    /// Protocol, seed, plan or problem are others.
    void chosenChanged();
    void statusChanged();
    void gatesChanged();

private:
    enum class Opening { Nothing, Judging, Closing, Beginning, JudgingAgain };
    using Gates = std::vector<session::Gate>;

    void adoptSession();
    void followSession();
    void followOpening();
    void makeRun();
    void dropRun();
    void plan(quint64 seed);
    void judge(std::function<void(const Gates&)> then);
    void openRecording();
    void begin();
    void giveUp(const QString& why);
    void refresh();

    SessionController& m_session;
    Roles& m_roles;
    Executor& m_executor;
    std::optional<session::Protocol> m_protocol;
    QString m_path;
    quint64 m_seed = 0;
    std::vector<session::Phase> m_plan;
    std::shared_ptr<session::Session> m_held; ///< outlives m_run
    std::unique_ptr<session::ProtocolRun> m_run;
    int m_runNumber = 0; ///< tells gates of this run from those of another
    session::ProtocolStatus m_status;
    Gates m_gates;
    bool m_judging = false;
    bool m_watching = false;
    QTimer m_gateTimer;
    Opening m_opening = Opening::Nothing;
    bool m_resuming = false; ///< what is being opened goes on instead of starting
    bool m_although = false;
    QTimer m_patience;
    QString m_recording;
    Timestamp m_recorded = 0;     ///< length of the recording when last looked at: another one begins at nothing
    bool m_recordingLost = false; ///< it ended before the protocol did
    bool m_recordingFinished = false;
    QString m_problem;
};

} // namespace bnof::studio
