// SPDX-License-Identifier: GPL-3.0-or-later
// Recordings made from the files of other programs. What an app or a subcommand calls.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/recording/interchange/formats.h"

namespace bnof::recording {

enum class ImportFormat {
    Auto,
    Csv,        ///< any table of text, also gzip
    Uci,        ///< "class;ppm 1:v 2:v ..." (UCI 270 and 224), a file or a folder of them
    WindTunnel, ///< the 92 columns of UCI 251
    Bme,        ///< BME AI-Studio .bmerawdata
    Npy,        ///< a .npy file or a folder of them
    Nwb,        ///< Neurodata Without Borders 2
    Hdf5,       ///< any HDF5 file with arrays of equal length
    Mat,        ///< MATLAB 5
};
[[nodiscard]] const char* importFormatName(ImportFormat format);
[[nodiscard]] Result<ImportFormat> importFormatFromName(std::string_view name);

/// What a column is for.
enum class ColumnRole {
    Time,    ///< of the frame
    Device,  ///< the device's own clock, in seconds
    Channel, ///< a measured value
    Label,   ///< a mark wherever it changes
    Mark,    ///< a mark wherever it is not empty
    Ignore,
};
/// "COLUMN=time", "COLUMN=time:ms", "COLUMN=channel:kOhm:resistance:ethanol" (unit, quantity and gas; any may be
/// empty), "COLUMN=label", "COLUMN=mark", "COLUMN=ignore". COLUMN is a name (of a CSV column or an array) or "#3", the
/// third column. Units of time: s, ms, us, ns, min, h, date, clock.
struct ColumnMapping {
    std::string column;
    ColumnRole role = ColumnRole::Channel;
    std::string unit;
    std::string quantity; ///< of a channel
    std::string gas;      ///< of a channel
};
[[nodiscard]] Result<ColumnMapping> columnMappingFromText(std::string_view text);
[[nodiscard]] const char* columnRoleName(ColumnRole role);
/// None for what is no role's name.
[[nodiscard]] std::optional<ColumnRole> columnRoleFromName(std::string_view name);

struct ImportOptions {
    ImportFormat format = ImportFormat::Auto;
    std::vector<ColumnMapping> map; ///< stands over what was found out
    double rateHz = 0;              ///< frames a second where the file has no time
    char delimiter = 0;             ///< CSV: ',', ';', '\t', '|' or ' '; 0: find out
    char decimal = 0;               ///< CSV: '.' or ','; 0: find out
    int headerLines = -1;           ///< CSV: lines before the data, the last of them (or the one before a line of
                                    ///< units) names; -1: find out
    bool strict = false;            ///< the first row that cannot be used ends the import
    std::string title;              ///< empty: the file's name
    std::string operatorName;
    std::optional<std::int64_t> startUtc; ///< UTC nanoseconds of time 0 where the file does not say it
};

/// "2026-03-05T14:02:11Z" as UTC nanoseconds. Error (Usage): not a date.
[[nodiscard]] Result<std::int64_t> utcFromText(std::string_view text);

struct ImportPreview {
    ImportFormat format = ImportFormat::Auto;
    std::vector<SourceDescription> sources;
    Json understood; ///< how the file is read: delimiter, columns and their roles, ...
    struct Row {
        std::uint32_t source = 0;
        Timestamp t = 0;
        std::vector<float> values;
    };
    std::vector<Row> rows; ///< the first frames
    std::vector<Mark> marks;
    std::vector<std::string> notes;
};
/// What importRecording() would make of the file, from its beginning. Writes nothing.
[[nodiscard]] Result<ImportPreview> previewImport(const std::string& path, const ImportOptions& options = {},
                                                  std::size_t rows = 8);

struct ImportOutcome {
    ImportFormat format = ImportFormat::Auto;
    std::string uuid;
    std::string sha256; ///< of the source; of a folder: of its files' names and hashes in order of name
    std::uint64_t frames = 0;
    std::uint64_t spikes = 0;
    std::uint64_t marks = 0;
    std::vector<std::string> notes; ///< what was left out or changed; they are in the recording too
};
/// Make a .bnr recording of a file or folder. Values are kept bit for bit where the source holds float32 or text that
/// names one; where doubles or large integers had to be rounded, a note says how many. HDF5 and MAT files are read in
/// a process of their own with bounded time and memory. Never overwrites; a failed or cancelled import leaves nothing
/// behind. The recording's configuration says under "import" where it came from.
[[nodiscard]] Result<ImportOutcome> importRecording(const std::string& path, const std::string& out,
                                                    const ImportOptions& options = {}, const Progress& progress = {});

/// One line in the library's audit trail that `path` was imported from `source`: its format and SHA-256.
[[nodiscard]] Result<void> auditImported(const std::string& operatorName, const std::string& source,
                                         const ImportOutcome& outcome, const std::string& path);

} // namespace bnof::recording
