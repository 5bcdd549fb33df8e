// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <QTimer>

#include <memory>
#include <optional>

#include "app/studio/services/configuration_store.h"
#include "app/studio/services/simulator_process.h"
#include "engine/session/session.h"

namespace bnof::studio {

/// What the operator wrote about the next recording.
struct RecordingNotes {
    QString title;
    QString operatorName;
    QString notes;

    bool operator==(const RecordingNotes&) const = default;
};

/// Starts, watches and ends the one session of this window. Starting and ending happen away from the GUI
/// thread; the state is copied ten times a second, on a thread of its own. GUI thread only.
class SessionController : public QObject {
    Q_OBJECT

public:
    enum class Phase { Idle, Starting, Running, Stopping };

    SessionController(ConfigurationStore& configuration, Executor& executor, QObject* parent = nullptr);
    /// Waits until a running recording is finished.
    ~SessionController() override;

    [[nodiscard]] Phase phase() const { return m_phase; }
    [[nodiscard]] bool isRunning() const { return m_phase == Phase::Running; }
    [[nodiscard]] bool isReplay() const { return m_status->replay.has_value(); }
    [[nodiscard]] bool isRecording() const { return m_status->recording.has_value(); }
    /// The newest copy of the session's state; defaults without a session.
    [[nodiscard]] const session::SessionStatus& status() const { return *m_status; }
    /// The session itself, for what runs on it; null without one. Let go of it with liveChanged().
    [[nodiscard]] std::shared_ptr<session::Session> session() const { return m_session; }
    /// What displays read; null without a session.
    [[nodiscard]] std::shared_ptr<const session::LiveView> live() const;
    /// Present session time, running on between two polls.
    [[nodiscard]] Timestamp now() const;
    /// The data is simulated: the device says so, or this program started the simulator.
    [[nodiscard]] bool isSimulated() const;
    /// Device, or file of a replay, for people.
    [[nodiscard]] QString deviceName() const;
    [[nodiscard]] QString recordingFolder() const;

    /// Begin a session; one that runs is ended first.
    void connectTo(const QString& uri) { connectTo(QStringList(uri)); }
    /// With several sources at once; the first feeds the recogniser.
    void connectTo(const QStringList& uris);
    /// The session begins anew with its sources and this one.
    void connectBeside(const QString& uri) { connectTo(m_uris + QStringList(uri)); }
    /// Sensors are connected, none of them the program's own simulation, and nothing is recorded that would end.
    [[nodiscard]] bool canConnectBeside() const { return isRunning() && !isReplay() && !isRecording() && !m_simulator; }
    void startSimulator();
    void replay(const QString& path, double speed);
    /// End the session and finish its recording.
    void stop();

    /// For the next recording; what is being recorded is changed by describe().
    void setNotes(RecordingNotes notes) { m_notes = std::move(notes); }
    /// What the running recording says about itself.
    [[nodiscard]] const RecordingNotes& described() const { return m_described; }
    /// Change what the recording at `path` says about itself; false when it is not the one that is running.
    bool describe(const QString& path, const RecordingNotes& notes);
    [[nodiscard]] const RecordingNotes& notes() const { return m_notes; }
    /// `protocol`: kept in the recording, see session/protocol.h; `title` is taken where the operator gave none.
    void startRecording(const Json& protocol = {}, const QString& title = {});
    void stopRecording();
    void mark(const QString& label);
    /// Recognise with this model from the next decision on.
    void changeModel(const std::vector<std::uint8_t>& modelBytes);
    /// Calibrate a source with this from the next frame on; a replay refuses.
    void useCalibration(std::uint32_t source, const sensing::Calibration& calibration);
    /// Other safety limits from now on, in this session.
    void changeSafetyLimits(const std::vector<sensing::GasLimits>& limits);
    void setReplaySpeed(double speed);
    void setReplayPaused(bool paused);
    /// Show the replay from this session time on: forward it runs there as fast as possible, back it begins again
    /// and runs there.
    void goTo(Timestamp t);
    /// The replay begins again to go back in time; there is no session for a moment.
    [[nodiscard]] bool isGoingBack() const { return m_goingBack; }

signals:
    void phaseChanged();
    void statusChanged();
    /// Another session's data is to be shown from now on.
    void liveChanged();
    void startFailed(const QString& what, const QString& remedy);
    /// The simulated nose ended while the session was running.
    void simulatorEnded(const QString& why);
    /// After a start: why nothing is recognised, empty when the model is in use.
    void modelChecked(const QString& problem);
    void recordingFinished(const QString& path);
    /// The running recording is described anew: notes() and described() have changed.
    void describedAnew();
    void stopped();

private:
    struct Plan {
        QStringList uris;
        bool simulate = false;
    };

    void begin(const Plan& plan);
    void startSession(const QStringList& uris);
    void adopt(std::shared_ptr<session::Session> session);
    using Status = std::shared_ptr<const session::SessionStatus>;
    struct Polled {
        Status status;
        std::int64_t at = 0; ///< monotonic
    };
    void poll();
    void take(const Polled& polled);
    void release();
    void describeAsWritten();
    void setPhase(Phase phase);
    void fail(const QString& what, const QString& remedy);

    ConfigurationStore& m_configuration;
    Executor& m_executor;
    Phase m_phase = Phase::Idle;
    std::shared_ptr<session::Session> m_session;
    Status m_status;
    std::int64_t m_polledAt = 0;
    bool m_polling = false;
    std::unique_ptr<SimulatorProcess> m_simulator;
    QStringList m_uris; ///< of the session
    std::optional<Plan> m_next;
    int m_startNumber = 0; ///< tells a start that is still wanted from one that is not
    RecordingNotes m_notes;
    RecordingNotes m_described;
    QString m_givenTitle; ///< of the running recording, where the operator wrote none
    bool m_goingBack = false;
    bool m_pausedAgain = false; ///< the replay that begins again was paused
    QString m_lastRecording;
    QTimer m_pollTimer;
    /// A thread for copying the state: with thousands of sensors that takes milliseconds, and no long job may delay it.
    std::unique_ptr<Executor> m_pollExecutor;
};

} // namespace bnof::studio
