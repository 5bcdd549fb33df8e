// SPDX-License-Identifier: GPL-3.0-or-later
// One running experiment: sources, recogniser, recorder and the live view, wired over worker threads. The
// app, the command line and (later) a cluster node all run this.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/configuration.h"
#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/olfaction/explanation.h"
#include "engine/sensing/calibration/calibration.h"
#include "engine/sensing/clock_drift.h"
#include "engine/sensing/faults/channel_faults.h"
#include "engine/sensing/safety/safety.h"
#include "engine/sensing/source.h"
#include "engine/sensing/source_uri.h"
#include "engine/session/live_view.h"

namespace bnof::session {

/// Receives the results in order, on the compute thread. Must not block for long.
class SessionObserver {
public:
    virtual ~SessionObserver() = default;
    virtual void channels(std::uint32_t /*source*/, const std::vector<ChannelInfo>& /*channels*/) {}
    virtual void frame(std::uint32_t /*source*/, const SensorFrame& /*frame*/) {}
    /// What the calibration makes of the frame before; only where a source has one.
    virtual void calibrated(std::uint32_t /*source*/, const sensing::Calibrator& /*calibrator*/,
                            const std::vector<sensing::CalibratedValue>& /*values*/)
    {}
    virtual void decision(const Decision& /*decision*/, std::int64_t /*latencyNanoseconds*/) {}
    virtual void event(const StreamEvent& /*event*/) {}
    virtual void mark(const Mark& /*mark*/) {}
    virtual void state(std::uint32_t /*source*/, sensing::ConnectionState, const std::optional<Error>& /*problem*/) {}
    /// A replay came to its end, or every source is finished or failed.
    virtual void finished() {}
};

struct SessionConfiguration {
    /// One or more live sources, or exactly one replay. The first feeds the recogniser; of a source of many sensors
    /// the first one that has the model's channels does.
    std::vector<sensing::SourceUri> sources;
    std::vector<std::uint8_t> modelBytes;  ///< empty: no recogniser (a replay then uses the recording's own model)
    std::string backEnd = "auto";          ///< a replay takes "auto" as the back end that was asked for when recording
    std::string precision = "model";       ///< see olfaction::RecogniserOptions; a replay takes the recorded one
    double precisionLimit = 99;            ///< the same, in percent
    bool timePhases = false;               ///< measure where the network's time goes, see snn::SimulationOptions
    Json settings;                         ///< the rest of the settings in force, see recordedSettings()
    std::size_t historySamples = 1U << 20; ///< kept per channel for display; 0: none
    std::size_t frameQueue = 1U << 14;     ///< frames that may wait for the compute thread
    SessionObserver* observer = nullptr;   ///< outlives the session
    /// Where calibrations are kept: the newest one of a device that connects is applied. Empty: only those that a
    /// source's parameter "calibration" names.
    std::string calibrationFolder;
    std::vector<sensing::GasLimits> safetyLimits; ///< empty: no safety figures
};

/// Sets what the settings say about recognition: back end and precision.
void applyRecognitionSettings(const Configuration& settings, SessionConfiguration& configuration);

struct RecordingRequest {
    std::string path;
    std::string title;
    std::string operatorName;
    std::string role = {}; ///< of the operator: "operator" or "engineer"; empty: there are no roles
    std::string notes;
    Json protocol;                               ///< the protocol that runs, see protocol.h; null: none
    std::int64_t minimumFreeBytes = 100LL << 20; ///< the recording stops cleanly when less is free
    double warnSecondsLeft = 300; ///< a problem is shown when the disk is full sooner, at the present rate; 0: never
    std::string codec = "lz4";    ///< see recording::RecorderOptions
    std::int64_t flushNanoseconds = nanosecondsPerSecond;
    std::uint64_t segmentBytes = 1ULL << 30; ///< see recording::RecorderOptions
    std::int64_t segmentNanoseconds = 0;     ///< the same
};
/// Sets what the settings say about how recordings are written.
void applyRecordingSettings(const Configuration& settings, RecordingRequest& request);

enum class Severity { Information, Warning, Error };

/// The settings that travel with a recording, by key as in the configuration file: everything but how the
/// programs look and paths on this computer. A session overlays what it was really started with.
[[nodiscard]] Json recordedSettings(const Configuration& configuration);

/// Something the user should know: what, since when, and the remedy. Shown in a list, not a pop-up.
struct Problem {
    std::string id; ///< stable while it lasts, e.g. "source.0"
    Severity severity = Severity::Warning;
    Error error;
    std::int64_t sinceUtc = 0;

    bool operator==(const Problem& other) const { return id == other.id && sinceUtc == other.sinceUtc; }
};

struct SourceView {
    std::string uri;
    std::string device;
    bool simulated = false;
    sensing::ConnectionState state = sensing::ConnectionState::Idle;
    std::vector<ChannelInfo> channels; ///< empty until known
    sensing::SourceStatistics statistics;
    /// Sensors that come through a source of many (tcp-listen) follow the sources, in the order of their appearance.
    std::optional<std::uint32_t> parent;                     ///< the source that this sensor came through
    std::uint32_t sensor = 0;                                ///< its number there
    std::vector<sensing::FaultChange> faults;                ///< of its channels, as they are now
    std::shared_ptr<const sensing::Calibration> calibration; ///< null: none
    std::vector<sensing::CalibratedValue> calibrated;        ///< of the newest frame
    std::optional<sensing::ClockDriftEstimate> clockDrift;   ///< of a device that sends its time, after half a minute
    std::vector<sensing::EquivalentSource> equivalents;      ///< the source and its backups; empty: it has none
};

struct RecordingView {
    std::string path;
    Timestamp elapsed = 0;
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
    std::uint64_t dropped = 0;
    double bytesPerSecond = 0; ///< over the last minute
    std::int64_t freeBytes = -1;
    double secondsLeft = -1; ///< until the recording has to stop, at the rate of the last minute; -1: not known yet
};

/// The proof of a replay: the hashes of what was recorded and of what was computed again.
struct ReplayProof {
    bool finished = false;
    bool comparable = false; ///< the recording holds spikes and decisions of the same model
    bool match = false;
    std::string recordedSpikes, replayedSpikes;
    std::string recordedDecisions, replayedDecisions;
    std::uint64_t frames = 0, spikes = 0, decisions = 0;
    std::string remark; ///< why it is not comparable or does not match, where known
};

struct ReplayView {
    std::string path;
    Timestamp position = 0;
    Timestamp start = 0;
    Timestamp end = 0;
    double speed = 1; ///< 0: as fast as possible
    bool paused = false;
    std::optional<Timestamp> goingTo; ///< running fast to this time
    ReplayProof proof;
};

/// A consistent copy of everything a status display needs.
struct SessionStatus {
    Timestamp now = 0; ///< session time
    std::int64_t wallAtZero = 0;
    std::vector<SourceView> sources;
    std::string recogniserKind; ///< empty: nothing is being recognised
    std::string modelName;
    std::string modelDigest;
    bool modelModified = false; ///< its network was edited after training
    bool modelChanging = false; ///< changeModel() was called and has not taken effect yet
    std::string backEnd;
    std::string backEndReason; ///< why that one, for people; empty when nothing spikes
    std::vector<std::string> gases;
    int background = -1;
    std::optional<std::uint32_t> recognisedSource; ///< whose frames the recogniser gets; of a live session
    std::vector<LayerInfo> layers;
    double tickMs = 1;
    std::uint64_t frames = 0;
    std::uint64_t decisions = 0;
    std::uint64_t spikes = 0;
    std::uint64_t droppedFrames = 0;       ///< lost before recording
    std::uint64_t notRecognisedFrames = 0; ///< recorded but not shown to the recogniser
    double latencyP50Ms = 0;               ///< sample in to decision
    double latencyP99Ms = 0;
    std::optional<RecordingView> recording;
    std::string lastRecording; ///< path of the recording that was finished last
    std::optional<ReplayView> replay;
    std::vector<sensing::SafetyReading> safety; ///< of the gases that have limits and were measured
    std::vector<Problem> problems;
    bool finished = false;
};

/// What the recogniser was shown lately, and its model, for olfaction::explain(); both empty while nothing is
/// recognised.
struct Presented {
    std::vector<std::uint8_t> modelBytes;
    olfaction::PresentedSpan span;
};

/// All functions return at once and may be called from any thread; what goes wrong later appears in
/// status().problems. Destruction stops the sources and finishes a running recording.
class Session {
public:
    /// Errors: no source, a model that cannot be loaded, a replay file that cannot be read.
    [[nodiscard]] static Result<std::unique_ptr<Session>> start(SessionConfiguration configuration);
    virtual ~Session() = default;

    virtual void startRecording(RecordingRequest request) = 0;
    virtual void mark(std::string label) = 0; ///< at the present session time
    virtual void stopRecording() = 0;
    /// Change title, operator and notes of the recording that is running.
    virtual void describeRecording(std::string title, std::string operatorName, std::string notes) = 0;
    virtual void setReplaySpeed(double speed) = 0;
    virtual void setReplayPaused(bool paused) = 0;
    /// Run on to session time `t` as fast as possible, paused or not, and continue there at the chosen speed:
    /// nothing is left out, so the proof stays one over the whole recording. An earlier `t` does nothing; start
    /// another replay with "at=SECONDS" for that.
    virtual void setReplayPosition(Timestamp t) = 0;
    /// Recognise with another model from the next decision on; recognition restarts there. A recording that runs is
    /// closed first, because a file holds one model. A model that does not run here becomes the problem
    /// "recogniser.change" and nothing changes; a replay shows what was recorded and refuses.
    virtual void changeModel(std::vector<std::uint8_t> modelBytes) = 0;
    /// Calibrate a source with this from the next frame on. A recording that runs keeps a note of it, with the whole
    /// calibration, and a replay applies it there; a replay itself shows what was recorded and refuses. A calibration
    /// that fits no channel becomes the problem "calibration.SOURCE" and nothing changes.
    virtual void useCalibration(std::uint32_t source, sensing::Calibration calibration) = 0;
    /// Other limits for the safety figures from now on; a replay keeps those that it began with.
    virtual void changeSafetyLimits(std::vector<sensing::GasLimits> limits) = 0;
    /// `done` gets what was presented lately, on the compute thread between two frames, unless the session ends first.
    /// A replay has nothing to give: its recording holds everything (explainRecording()).
    virtual void presented(std::function<void(Presented)> done) = 0;
    /// Stop the sources and finish the recording; status().finished becomes true when all is on disk.
    virtual void stop() = 0;

    [[nodiscard]] virtual SessionStatus status() const = 0;
    [[nodiscard]] virtual std::shared_ptr<const LiveView> live() const = 0;
};

} // namespace bnof::session
