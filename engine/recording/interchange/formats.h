// SPDX-License-Identifier: GPL-3.0-or-later
// Recordings out to, and in from, the files of other programs. What an app or a subcommand calls.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/recording/export_csv.h"
#include "engine/recording/reader.h"

namespace bnof::recording {

enum class ExportFormat {
    Csv,  ///< frames as a table, with a JSON sidecar
    Nwb,  ///< HDF5 in the layout of Neurodata Without Borders 2
    Mat,  ///< MATLAB 5
    Npy,  ///< a folder of NumPy arrays, with metadata.json
    Arff, ///< Weka: frames with the mark in force as the class
    Xdf,  ///< Extensible Data Format 1.0 (Lab Streaming Layer)
};

struct ExportFormatInfo {
    ExportFormat format;
    const char* name;      ///< as on the command line
    const char* extension; ///< with its dot; empty: a folder
    const char* title;     ///< for people
    bool spikesByDefault;  ///< whether spikes are part of it unless told otherwise
    bool canHoldSpikes;
};
[[nodiscard]] const std::vector<ExportFormatInfo>& exportFormats();
[[nodiscard]] const ExportFormatInfo& info(ExportFormat format);
/// By name, case ignored. Error (Usage): lists the names.
[[nodiscard]] Result<ExportFormat> exportFormatFromName(std::string_view name);
/// The format that a file name's ending stands for, else CSV.
[[nodiscard]] ExportFormat exportFormatOfPath(std::string_view path);
/// Where an export goes unless told otherwise: beside the recording, with the format's ending.
[[nodiscard]] std::string defaultExportPath(const std::string& recordingPath, ExportFormat format);

struct ExportOptions {
    ExportFormat format = ExportFormat::Csv;
    bool spikes = true; ///< where the format can hold them
};
struct ExportOutcome {
    std::vector<std::string> files; ///< what was written
    std::vector<std::string> notes; ///< what the format could not hold
};
/// Write the recording in another program's format. Never overwrites; a failed or cancelled export leaves
/// nothing behind. Bounded memory except MAT, whose variables (each below 2 GiB, refused beyond) are whole in
/// memory. `progress` gets the share done and stops the export by returning false (ErrorKind::Cancelled).
[[nodiscard]] Result<ExportOutcome> exportRecording(Reader& reader, const std::string& path,
                                                    const ExportOptions& options, const Progress& progress = {});

} // namespace bnof::recording
