// SPDX-License-Identifier: GPL-3.0-or-later
// What the catalogue wants to know of files. Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "engine/recording/catalogue.h"

namespace bnof::recording {

/// Size and time of a recording's files; when they are as before, the recording was not touched.
struct FileStamp {
    std::uint64_t bytes = 0;
    std::int64_t modified = 0;
    bool exists = false;

    bool operator==(const FileStamp&) const = default;
};
/// Of the file and the segments that follow it (run.bnr, run.0001.bnr, …).
[[nodiscard]] FileStamp stampOf(const std::string& path);
/// The file and the segments that follow it.
[[nodiscard]] std::vector<std::string> segmentsOf(const std::string& path);
/// All recordings below a folder, first segments only, the oldest file first.
/// Errors: the folder cannot be searched, cancelled.
[[nodiscard]] Result<std::vector<std::string>> recordingsBelow(const std::string& folder, const ScanProgress& progress);
/// The path without links and dots; as it was given where that cannot be said.
[[nodiscard]] std::string absolutePath(const std::string& path);
/// A line from what the file says.
[[nodiscard]] Result<CatalogueEntry> describeFile(const std::string& path);
/// The uuid in the file; empty when it is no recording (any more).
[[nodiscard]] std::string uuidOf(const std::string& path);
/// The parts of a list whose parts were joined by ", ".
[[nodiscard]] std::vector<std::string> splitList(const std::string& joined);

} // namespace bnof::recording
