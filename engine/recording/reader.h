// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/recording/audit.h"
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
    std::vector<std::uint64_t> decisionsPerGas; ///< by gas index; "unknown" is in none of them
    std::vector<std::string> markLabels;        ///< in order, the first 1,000

    bool operator==(const Summary&) const = default;
};

/// Reads a .bnr file, whole, cut off anywhere or still being recorded, in bounded memory (by positional
/// reads: a file that shrinks meanwhile is damage, not a crash). It sees the file as it was when opened or
/// refreshed.
/// Damaged chunks are reported in health() and skipped, never guessed. Distinct readers are independent.
class Reader {
public:
    [[nodiscard]] static Result<std::unique_ptr<Reader>> open(const std::string& path);
    /// The same over bytes in memory; `name` stands for the path in messages.
    [[nodiscard]] static Result<std::unique_ptr<Reader>> openBytes(std::vector<std::uint8_t> bytes,
                                                                   const std::string& name);
    virtual ~Reader() = default;

    [[nodiscard]] virtual const RecordingMetadata& metadata() const = 0;
    /// As it was when the recording began; metadata() has the newest of edits() in it.
    [[nodiscard]] virtual const RecordingMetadata& originalMetadata() const = 0;
    [[nodiscard]] virtual const std::vector<DescriptionEdit>& edits() const = 0; ///< in file order
    /// Who did what to this recording, as it stands in the file; see checkChain().
    [[nodiscard]] virtual const std::vector<AuditEntry>& audit() const = 0;
    [[nodiscard]] virtual std::vector<std::uint8_t> modelBytes() const = 0;      ///< empty: no model
    [[nodiscard]] virtual std::vector<std::uint8_t> recogniserState() const = 0; ///< at the start
    [[nodiscard]] virtual const Health& health() const = 0;
    /// From the footer when there is one, else from the chunk headers; does not decode payloads.
    [[nodiscard]] virtual const Summary& summary() const = 0;
    [[nodiscard]] virtual std::uint64_t fileSize() const = 0;
    [[nodiscard]] virtual const std::string& path() const = 0;
    [[nodiscard]] virtual std::vector<std::string> files() const = 0; ///< all of the recording, in order
    /// Share of the file that next() has gone through, 0..1.
    [[nodiscard]] virtual double position() const = 0;

    /// Start reading at the first item at or after `t` (frames; earlier spikes may be included).
    virtual void seek(Timestamp t) = 0;
    void rewind();
    /// False at the end.
    virtual bool next(Item& item) = 0;

    /// A program was writing the recording when it was opened or refreshed: more may follow.
    [[nodiscard]] virtual bool growing() const = 0;
    /// Takes in what has been recorded since. Everything that is told above is new after it, and next() goes on
    /// behind the item that it gave last; nothing is given twice or left out. Costs a few milliseconds, however
    /// long the recording is. Errors: the file is gone, or another one has taken its place; the reader stays as
    /// it was.
    virtual Result<void> refresh() = 0;
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
/// `progress` gets the share done (0..1) and stops the check by returning false (ErrorKind::Cancelled).
[[nodiscard]] Result<Verification> verify(const std::string& path, const std::function<bool(double)>& progress = {});
[[nodiscard]] Result<Verification> verifyBytes(std::vector<std::uint8_t> bytes, const std::string& name);

/// Complete a recording that was cut off: writes the footer behind the last whole chunk and names what was
/// cut. The file is changed in place only when `outPath` is empty; else a repaired copy is written (never
/// over an existing file). An intact file is left alone.
struct Repair {
    bool changed = false;
    std::uint64_t cutBytes = 0;
    std::vector<std::string> findings;
};
/// `progress` gets the share done (0..1); false stops the repair, which leaves everything as it was
/// (ErrorKind::Cancelled).
[[nodiscard]] Result<Repair> repair(const std::string& path, const std::string& outPath = {},
                                    const std::function<bool(double)>& progress = {});

/// Change what people wrote about a finished recording. The change is appended; what was there stays in the
/// file. Safe against being killed: the measured data is never touched (engine/storage/FORMAT.md, "Changes").
/// Errors: not closed properly, being written, not permitted, disk full, longer than maxDescriptionBytes.
[[nodiscard]] Result<void> editDescription(const std::string& path, const DescriptionEdit& edit);

} // namespace bnof::recording
