// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/recording_control.h"

#include <algorithm>
#include <cmath>

#include "engine/base/log.h"
#include "engine/recording/late_source.h"

namespace bnof::session {

void DiskRate::observe(Timestamp now, std::uint64_t bytes)
{
    if (!m_samples.empty() && now - m_samples.back().first < nanosecondsPerSecond)
        return;
    m_samples.emplace_back(now, bytes);
    while (m_samples.size() > 2 && toSeconds(now - m_samples[1].first) >= windowSeconds)
        m_samples.pop_front();
}

double DiskRate::bytesPerSecond() const
{
    if (m_samples.empty())
        return 0;
    const double seconds = toSeconds(m_samples.back().first - m_samples.front().first);
    return seconds < leastSeconds ? 0
                                  : static_cast<double>(m_samples.back().second - m_samples.front().second) / seconds;
}

double DiskRate::secondsFor(double bytes) const
{
    const double rate = bytesPerSecond();
    return rate > 0 ? std::max(bytes, 0.0) / rate : -1;
}

void RecordingControl::start(const RecordingRequest& request, recording::RecordingMetadata metadata,
                             const Recognition* recognition, Timestamp now)
{
    if (m_recorder) {
        m_board.setProblem("recording.start", Severity::Warning,
                           makeError(ErrorKind::Usage, "a recording is already running", m_recorder->path(),
                                     "Stop it before starting another."));
        return;
    }
    metadata.start = now;
    metadata.title = request.title;
    metadata.operatorName = request.operatorName;
    metadata.notes = request.notes;
    if (!request.role.empty())
        metadata.configuration.set("role", request.role);
    if (!request.protocol.isNull())
        metadata.configuration.set("protocol", request.protocol);
    metadata.configuration.set("recording.codec", request.codec);
    metadata.configuration.set("recording.flush", static_cast<double>(request.flushNanoseconds) /
                                                      static_cast<double>(nanosecondsPerMillisecond));
    metadata.configuration.set("recording.minimum_free", static_cast<double>(request.minimumFreeBytes) * 1e-6);
    std::vector<std::uint8_t> state;
    if (recognition)
        state = recognition->saveState();
    recording::RecorderOptions options;
    options.codec = request.codec;
    options.flushNanoseconds = request.flushNanoseconds;
    options.segmentBytes = request.segmentBytes;
    options.segmentNanoseconds = request.segmentNanoseconds;
    auto recorder = recording::Recorder::create(request.path, std::move(metadata),
                                                recognition ? std::span<const std::uint8_t>(recognition->modelBytes())
                                                            : std::span<const std::uint8_t>(),
                                                state, options);
    if (!recorder.ok()) {
        m_board.setProblem("recording", Severity::Error, recorder.error());
        return;
    }
    m_board.clearProblem("recording");
    m_board.clearProblem("recording.start");
    m_recorder = std::move(recorder).value();
    m_late.clear();
    m_minimumFreeBytes = request.minimumFreeBytes;
    m_started = now;
    m_warnSecondsLeft = request.warnSecondsLeft;
    m_rate.clear();
    m_board.clearProblem("recording.disk");
    if (recognition && recognition->tickZero())
        m_recorder->event({StreamEvent::Kind::RecogniserReset, *recognition->tickZero(), 0, 0, {}});
    m_board.update([&](SessionStatus& s) { s.recording = RecordingView{.path = request.path}; });
    log::info("session", "recording started", {{"path", request.path}});
}

void RecordingControl::stop()
{
    if (!m_recorder)
        return;
    m_board.clearProblem("recording.disk");
    m_board.update([](SessionStatus& s) { s.recording.reset(); });
    auto finish = [recorder = std::move(m_recorder), &board = m_board] {
        const std::string path = recorder->path();
        if (auto result = recorder->finish(); !result.ok())
            board.setProblem("recording", Severity::Error, result.error());
        board.update([&](SessionStatus& s) { s.lastRecording = path; });
        log::info("session", "recording finished", {{"path", path}});
    };
    m_recorder.reset();
    if (!m_executor.submit(Priority::High, "finish recording", finish))
        finish();
}

void RecordingControl::frame(std::uint32_t source, const SensorFrame& frame, bool recognised)
{
    if (m_recorder)
        m_recorder->frame(source, frame, recognised);
}

void RecordingControl::output(const olfaction::RecogniserOutput& output, std::int64_t latencyNanoseconds)
{
    if (!m_recorder)
        return;
    for (std::size_t layer = 0; layer < output.spikes.size(); ++layer) {
        if (!output.spikes[layer].empty())
            m_recorder->spikes(static_cast<std::uint32_t>(layer), output.spikes[layer]);
    }
    for (const Decision& decision : output.decisions)
        m_recorder->decision(decision, latencyNanoseconds);
}

void RecordingControl::event(const StreamEvent& event)
{
    if (m_recorder)
        m_recorder->event(event);
}

void RecordingControl::describe(std::uint32_t source, const recording::SourceDescription& description, Timestamp now)
{
    if (!m_recorder)
        return;
    const auto& inHead = m_recorder->metadata().sources;
    const auto told = m_late.find(source);
    const bool known =
        told != m_late.end() ? told->second == description : source < inHead.size() && inHead[source] == description;
    if (!known && m_recorder->event(recording::toEvent({source, description}, now)))
        m_late[source] = description;
}

void RecordingControl::mark(const Mark& mark)
{
    if (m_recorder)
        m_recorder->mark(mark);
}

void RecordingControl::describe(const recording::DescriptionEdit& edit)
{
    if (!m_recorder)
        return;
    if (m_recorder->describe(edit))
        m_board.clearProblem("recording.description");
    else
        m_board.setProblem("recording.description", Severity::Warning,
                           makeError(ErrorKind::Usage, "the changed description could not be kept", m_recorder->path(),
                                     "Shorten the notes, or change them again when the recording is finished."));
}

/// Says once when the disk is nearly full, again when fewer minutes are left, and takes it back when there is clearly
/// more room.
void RecordingControl::watchDisk(double secondsLeft)
{
    if (secondsLeft < 0 || m_warnSecondsLeft <= 0)
        return;
    if (secondsLeft > 1.2 * m_warnSecondsLeft)
        m_board.clearProblem("recording.disk");
    if (secondsLeft > m_warnSecondsLeft)
        return;
    const auto minutes = static_cast<std::int64_t>(std::ceil(secondsLeft / 60));
    m_board.setProblem("recording.disk", Severity::Warning,
                       makeError(ErrorKind::Storage,
                                 "the disk is nearly full: at the present rate the recording has to stop in " +
                                     (minutes <= 1 ? "less than a minute" : std::to_string(minutes) + " minutes"),
                                 m_recorder->path(), "Free some space on this disk; the recording goes on meanwhile."));
}

void RecordingControl::watch(Timestamp now)
{
    if (!m_recorder)
        return;
    const auto status = m_recorder->status();
    m_rate.observe(now, status.bytes);
    const double left =
        status.freeBytes < 0 ? -1 : m_rate.secondsFor(static_cast<double>(status.freeBytes - m_minimumFreeBytes));
    m_board.update([&](SessionStatus& s) {
        s.recording = RecordingView{m_recorder->path(), now - m_started,         status.frames,    status.bytes,
                                    status.dropped,     m_rate.bytesPerSecond(), status.freeBytes, left};
    });
    watchDisk(left);
    if (status.dropped > 0) {
        m_board.setProblem("recording.dropped", Severity::Error,
                           makeError(ErrorKind::Storage, "the disk cannot keep up and data was lost",
                                     m_recorder->path(), "Record to a faster disk."));
    }
    if (status.failure) {
        m_board.setProblem("recording", Severity::Error, *status.failure);
        stop();
    } else if (status.freeBytes >= 0 && status.freeBytes < m_minimumFreeBytes) {
        m_board.setProblem(
            "recording", Severity::Error,
            makeError(ErrorKind::Storage,
                      "the recording was stopped because only " + std::to_string(status.freeBytes >> 20) +
                          " MB are free on its disk; everything so far is safe",
                      m_recorder->path(), "Free some space, or choose another folder, and start a new recording."));
        stop();
    }
}

} // namespace bnof::session
