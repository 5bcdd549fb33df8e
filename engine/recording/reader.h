// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/recording/recording.h"

namespace bnof::recording {

/// One thing in a recording, in the order in which it was recorded.
struct FrameItem {
    std::uint32_t source = 0;
    Timestamp t = 0;
    double deviceSeconds = 0; ///< NaN when the device printed none
    bool recognised = true;
    std::vector<float> values;
};
struct SpikesItem {
    std::uint32_t layer = 0;
    std::vector<Spike> spikes;
};
struct DecisionItem {
    Decision decision;
    std::int64_t latencyNanoseconds = 0;
};
using Item = std::variant<FrameItem, SpikesItem, DecisionItem, StreamEvent, Mark>;

/// What reading found out about the file's health.
struct Health {
    bool complete = false;       ///< closed properly: footer present and right
    std::uint64_t lostBytes = 0; ///< bytes at the end or in damaged chunks that could not be used
    std::uint64_t damagedChunks = 0;
    std::vector<std::string> findings; ///< sentences for people, in file order, with offsets
};

/// Totals over a whole recording.
struct Summary {
    std::uint64_t frames = 0;
    std::uint64_t spikes = 0;
    std::uint64_t decisions = 0;
    std::uint64_t marks = 0;
    std::uint64_t gaps = 0;
    std::uint64_t droppedFrames = 0; ///< sum of Dropped events
    std::uint64_t notRecognisedFrames = 0;
    std::uint64_t badLines = 0; ///< sum of Resynchronised events (number of events)
    Timestamp firstTime = 0;
    Timestamp lastTime = 0;
    std::vector<std::uint64_t> framesPerSource;
    std::vector<std::uint64_t> spikesPerLayer;
};

/// Reads a .bnr file, whole or cut off anywhere; memory-mapped, in bounded memory. Damaged chunks are
/// reported in health() and skipped, never guessed. Distinct readers are independent.
class Reader {
public:
    [[nodiscard]] static Result<std::unique_ptr<Reader>> open(const std::string& path);
    virtual ~Reader() = default;

    [[nodiscard]] virtual const RecordingMetadata& metadata() const = 0;
    [[nodiscard]] virtual std::vector<std::uint8_t> modelBytes() const = 0;      ///< empty: no model
    [[nodiscard]] virtual std::vector<std::uint8_t> recogniserState() const = 0; ///< at the start
    [[nodiscard]] virtual const Health& health() const = 0;
    /// From the footer when there is one, else from the chunk headers; does not decode payloads.
    [[nodiscard]] virtual const Summary& summary() const = 0;
    [[nodiscard]] virtual std::uint64_t fileSize() const = 0;

    /// Start reading at the first item at or after `t` (frames; earlier spikes may be included).
    virtual void seek(Timestamp t) = 0;
    void rewind();
    /// False at the end.
    virtual bool next(Item& item) = 0;
};

/// Result of checking every byte of a recording.
struct Verification {
    bool intact = false;
    Health health;
    Summary summary;
    std::string sha256; ///< of the file
    std::string spikesHash;
    std::string decisionsHash;
};
[[nodiscard]] Result<Verification> verify(const std::string& path);

/// Complete a recording that was cut off: writes the footer behind the last whole chunk and names what was
/// cut. The file is changed in place only when `outPath` is empty; else a repaired copy is written (never
/// over an existing file). An intact file is left alone.
struct Repair {
    bool changed = false;
    std::uint64_t cutBytes = 0;
    std::vector<std::string> findings;
};
[[nodiscard]] Result<Repair> repair(const std::string& path, const std::string& outPath = {});

} // namespace bnof::recording
