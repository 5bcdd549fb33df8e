// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/pipeline/executor.h"
#include "engine/recording/recorder.h"
#include "engine/session/recognition.h"
#include "engine/session/status_board.h"

namespace bnof::session {

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
    void mark(const Mark& mark);
    void describe(const recording::DescriptionEdit& edit);

    /// Refresh the status board; ends the recording when the disk is nearly full or writing failed.
    void watch(Timestamp now);

private:
    StatusBoard& m_board;
    Executor& m_executor;
    std::shared_ptr<recording::Recorder> m_recorder;
    std::int64_t m_minimumFreeBytes = 0;
    Timestamp m_started = 0;
    Timestamp m_lastWatch = 0;
    std::uint64_t m_lastBytes = 0;
    double m_bytesPerSecond = 0;
};

} // namespace bnof::session
