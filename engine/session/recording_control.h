// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "engine/pipeline/executor.h"
#include "engine/recording/recorder.h"
#include "engine/session/recognition.h"
#include "engine/session/status_board.h"

namespace bnof::session {

/// How fast a recording grows, over the last minute: blocks are written in bursts, and a rate over less would make the
/// time that is left jump.
class DiskRate {
public:
    static constexpr double windowSeconds = 60;
    /// Less than this says nothing yet.
    static constexpr double leastSeconds = 5;

    /// Call with times that grow and the bytes written until then; cheap to call often.
    void observe(Timestamp now, std::uint64_t bytes);
    void clear() { m_samples.clear(); }
    /// 0: not known yet.
    [[nodiscard]] double bytesPerSecond() const;
    /// Seconds until `bytes` more are written; negative: not known yet.
    [[nodiscard]] double secondsFor(double bytes) const;

private:
    std::deque<std::pair<Timestamp, std::uint64_t>> m_samples; ///< one a second
};

/// Starts, feeds, watches and ends the recording of a live session. Used by the compute thread; closing a
/// file (which waits for the disk) happens on the executor.
class RecordingControl {
public:
    RecordingControl(StatusBoard& board, Executor& executor) : m_board(board), m_executor(executor) {}

    [[nodiscard]] bool active() const { return m_recorder != nullptr; }
    /// Creates the file; a failure becomes the problem "recording".
    void start(const RecordingRequest& request, recording::RecordingMetadata metadata, const Recognition* recognition,
               Timestamp now);
    /// Ends the recording; the file is closed in the background.
    void stop();

    void frame(std::uint32_t source, const SensorFrame& frame, bool recognised);
    /// Spikes and decisions of the last frame.
    void output(const olfaction::RecogniserOutput& output, std::int64_t latencyNanoseconds);
    void event(const StreamEvent& event);
    /// What a source measures; told once, and only what the head of the recording does not tell.
    void describe(std::uint32_t source, const recording::SourceDescription& description, Timestamp now);
    void mark(const Mark& mark);
    void describe(const recording::DescriptionEdit& edit);

    /// Refresh the status board; ends the recording when the disk is nearly full or writing failed.
    void watch(Timestamp now);

private:
    void watchDisk(double secondsLeft);

    StatusBoard& m_board;
    Executor& m_executor;
    std::shared_ptr<recording::Recorder> m_recorder;
    std::map<std::uint32_t, recording::SourceDescription> m_late; ///< sources that were told of since it began
    std::int64_t m_minimumFreeBytes = 0;
    Timestamp m_started = 0;
    double m_warnSecondsLeft = 0;
    DiskRate m_rate;
};

} // namespace bnof::session
