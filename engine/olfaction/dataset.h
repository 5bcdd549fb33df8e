// SPDX-License-Identifier: GPL-3.0-or-later
// Labelled sensor recordings to train on and to evaluate with, from memory or from files.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"

namespace bnof::olfaction {

/// One uninterrupted recording of one device, labelled frame by frame.
struct LabelledRecording {
    std::string name;
    std::string group;                ///< session, day, batch, room: what must not be split between training and test
    std::vector<Timestamp> times;     ///< strictly increasing
    std::vector<float> values;        ///< frame after frame, one value a channel; NaN is missing
    std::vector<std::int16_t> labels; ///< index into Dataset::labels; -1: not labelled
    std::vector<float> ppm;           ///< frame after frame, one value a component; NaN is unknown; may be empty

    [[nodiscard]] std::size_t frames() const { return times.size(); }
    /// Seconds from the first frame to the last.
    [[nodiscard]] double duration() const { return times.empty() ? 0 : toSeconds(times.back() - times.front()); }
};

/// Recordings that share channels and labels.
struct Dataset {
    std::string name;
    std::vector<ChannelInfo> channels;
    std::vector<std::string> labels;               ///< "air", "co", "co+ethylene", ...
    int background = -1;                           ///< index of the label that means "no stimulus", or -1
    std::vector<std::string> components;           ///< gases with a known concentration
    std::vector<std::vector<int>> labelComponents; ///< for each label, its components (empty for the background)
    std::vector<LabelledRecording> recordings;
    std::string digest;             ///< SHA-256 of the data that was read
    bool simulated = false;         ///< made by a simulator, not measured
    std::vector<std::string> notes; ///< flaws that were met and how they were treated

    [[nodiscard]] std::size_t frames() const;
    /// The groups in the order of their first recording.
    [[nodiscard]] std::vector<std::string> groups() const;
};

/// Whether a label names the absence of a stimulus ("air", "clean air", "background", "baseline", ...).
[[nodiscard]] bool isBackgroundLabel(std::string_view label);

/// Check the sizes and indices that everything else relies on. `where` of the error names the recording.
[[nodiscard]] Result<void> validate(const Dataset& dataset);

/// The frames of every recording with from <= time since its first frame < to (seconds).
[[nodiscard]] Dataset timeSlice(const Dataset& dataset, double fromSeconds, double toSeconds);
/// The recordings whose group is (not) in `groups`.
[[nodiscard]] Dataset selectGroups(const Dataset& dataset, const std::vector<std::string>& groups, bool keep = true);

struct DatasetOptions {
    double sampleRateHz = 0; ///< of files without a time column; 0: there must be one
};

/// Read a data set; what it is follows from its content, never from its name:
///  - a folder with manifest.csv (columns file, label and optionally group, onset_s, offset_s, ppm, rate_hz):
///    each file is a recording with a time column (t, time, timestamp, seconds, ms, ...) and sensor columns;
///    frames in [onset, offset) have the row's label, frames outside have the background label; several rows
///    may name the same file;
///  - a folder of folders group/label/*.csv: each file is a recording of one label; without a time column and without
///    `sampleRateHz` one frame a second (a note says so);
///  - a CSV file (also gzip), or a folder with exactly one, that has a time column and gas set-point columns
///    ("co_ppm_setpoint", "ethylene_ppm") or a text column "label": a continuous recording.
/// Errors name the file, the line or column, and what was expected.
[[nodiscard]] Result<Dataset> loadDataset(const std::string& path, const DatasetOptions& options = {});

} // namespace bnof::olfaction
