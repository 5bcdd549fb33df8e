// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/recording/recording.h"

namespace bnof::storage {
struct FileCalls;
}

namespace bnof::recording {

struct RecorderOptions {
    /// Oldest age of a group of chunks. What is accepted is at once in a shared mapping of "run.bnr.open", which a
    /// killed process leaves behind and readers and repair() take up.
    std::int64_t flushNanoseconds = nanosecondsPerSecond;
    /// Bytes that may wait for the disk before items are dropped and counted; the size of "run.bnr.open".
    std::size_t queueBytes = 64U << 20;
    /// For data that can be had again (imports): the functions that add data wait while the queue is full instead of
    /// dropping, and nothing of it outlives this process.
    bool batch = false;
    std::string codec = "lz4"; ///< see storage::codecFromName
    /// The disk is asked to keep what was accepted this often (power failures). Happens beside the writing.
    std::int64_t syncNanoseconds = 100 * nanosecondsPerMillisecond;
    std::uint64_t segmentBytes = 1ULL << 30; ///< about how long a file becomes before the next one is begun
    std::int64_t segmentNanoseconds = 0;     ///< or how old; 0: never
    /// Replacement for the system's write and flush calls, for tests of failing disks.
    std::shared_ptr<const storage::FileCalls> calls;
};

/// Writes one .bnr file on its own thread. The functions that add data may be called from one thread at a
/// time and never wait for the disk; false means that the item was dropped (and counted in the file) or
/// that the recorder has failed. A failure (disk full) ends the recording with everything so far readable.
class Recorder {
public:
    /// Creates the file (never overwrites one) and writes metadata, model and the recogniser's state at the
    /// start. Errors: the file exists, the folder is missing or not writable, the disk is full.
    [[nodiscard]] static Result<std::unique_ptr<Recorder>> create(const std::string& path, RecordingMetadata metadata,
                                                                  std::span<const std::uint8_t> modelBytes,
                                                                  std::span<const std::uint8_t> recogniserState,
                                                                  const RecorderOptions& options = {});
    virtual ~Recorder() = default; ///< finishes the file if finish() was not called

    /// `recognised` is false when the recogniser was not shown this frame.
    virtual bool frame(std::uint32_t source, const SensorFrame& frame, bool recognised) = 0;
    /// More than a million spikes in one call are stored as several items.
    virtual bool spikes(std::uint32_t layer, std::span<const Spike> spikes) = 0;
    /// `latencyNanoseconds`: from the arrival of the frame to the decision; not part of the hashes.
    virtual bool decision(const Decision& decision, std::int64_t latencyNanoseconds) = 0;
    virtual bool event(const StreamEvent& event) = 0;
    virtual bool mark(const Mark& mark) = 0;

    /// Change what people wrote about the recording: from now on `edit` counts (its time is set when 0). What
    /// the recording began with stays in the file. False when it is longer than maxDescriptionBytes too.
    virtual bool describe(DescriptionEdit edit) = 0;

    /// Write what is queued and the footer, flush to disk, close. Waits; not for the UI thread.
    virtual Result<void> finish() = 0;

    struct Status {
        std::uint64_t frames = 0;
        std::uint64_t bytes = 0;      ///< size of the file
        std::uint64_t dropped = 0;    ///< items lost because the disk could not keep up
        std::int64_t freeBytes = -1;  ///< on the file's disk; -1 unknown
        std::optional<Error> failure; ///< why the recording ended by itself
    };
    [[nodiscard]] virtual Status status() const = 0; ///< any thread
    [[nodiscard]] virtual const RecordingMetadata& metadata() const = 0;
    [[nodiscard]] virtual const std::string& path() const = 0;
};

} // namespace bnof::recording
