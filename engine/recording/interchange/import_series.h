// SPDX-License-Identifier: GPL-3.0-or-later
// Several series of frames, marks, events and spikes from named arrays, put into one order of time. Private to this
// folder.
#pragma once

#include "engine/recording/interchange/importers.h"

namespace bnof::recording {

/// Arrays with a row a frame, side by side; each source is one series.
struct Series {
    std::vector<ArrayInfo> parts;     ///< the values
    std::vector<std::size_t> ignored; ///< columns over all parts that are no channels
    std::optional<ArrayInfo> time;    ///< one value a frame; none: evenly from `startNanoseconds`
    int timeInPart = -1;              ///< instead: the column over all parts that is the time
    TimeKind timeKind = TimeKind::Seconds;
    double startNanoseconds = 0;
    double rateHz = 0;
    std::optional<ArrayInfo> device; ///< the device's own clock, seconds
    std::vector<ArrayInfo> labels;   ///< texts or numbers: a mark where they change
    double conversion = 1;           ///< of the values: times this, plus offset
    double offset = 0;

    [[nodiscard]] std::uint64_t rows() const { return parts.empty() ? 0 : parts.front().rows(); }
};

struct SpikeAt {
    Timestamp t = 0;
    std::uint32_t layer = 0;
    Spike spike;
};

struct SeriesImport {
    ImportDescription description;
    std::vector<Series> series; ///< one a source of the description
    std::vector<Mark> marks;
    std::vector<StreamEvent> events;
    std::vector<SpikeAt> spikes;
    std::vector<std::string> notes;
    bool mayBeWallClock = false; ///< times beyond 1973 are those of a wall clock
};

/// Hand everything to the target in order of time.
Result<void> importSeries(ArrayFile& file, const std::string& name, const ImportOptions& options, SeriesImport import,
                          ImportTarget& target);
/// All elements of a large array of numbers. Errors: more than `limit`.
[[nodiscard]] Result<std::vector<std::int64_t>> readIntegers(ArrayFile& file, const ArrayInfo& info,
                                                             std::uint64_t limit);
[[nodiscard]] Result<std::vector<double>> readNumbers(ArrayFile& file, const ArrayInfo& info, std::uint64_t limit);
inline constexpr std::uint64_t maxImportedSpikes = std::uint64_t{1} << 26;
inline constexpr std::uint64_t maxImportedMarks = 10'000'000;

/// Element i as nanoseconds; none for NaN and what is beyond 292 years.
[[nodiscard]] std::optional<std::int64_t> nanosecondsOf(const ArrayBlock& block, std::size_t i, TimeKind kind);
/// The kind of event that an export's name stands for; notes for all others.
[[nodiscard]] StreamEvent::Kind eventKindFromName(std::string_view name);

} // namespace bnof::recording
