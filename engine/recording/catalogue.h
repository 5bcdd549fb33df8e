// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"

namespace bnof::recording {

/// One line of the catalogue.
struct CatalogueEntry {
    std::string uuid;
    std::string path;
    std::string title;
    std::string operatorName;
    std::string device;
    std::string modelName;
    std::int64_t startedUtc = 0; ///< nanoseconds since 1970 UTC
    Timestamp duration = 0;
    std::uint64_t frames = 0;
    std::uint64_t channels = 0;
    std::uint64_t bytes = 0;
    std::uint64_t gaps = 0;
    std::uint64_t dropped = 0;
    std::string gases; ///< decided gases, most frequent first, separated by ", "
    std::string marks; ///< labels in order, separated by ", "
    bool complete = false;
    bool simulated = false;
    bool missing = false; ///< the file is no longer at `path`
};

/// The list of recordings (SQLite, write-ahead log, synchronous=FULL). A cache of what the files say:
/// scan() rebuilds it. Safe for two processes; one object is for one thread.
class Catalogue {
public:
    /// Errors: not permitted, made by a newer program, damaged (the message says how to rebuild it).
    [[nodiscard]] static Result<std::unique_ptr<Catalogue>> open(const std::string& databasePath);
    /// For a damaged database: moves its files aside (".damaged-<time>") and opens an empty one, which
    /// scan() fills again from the recordings.
    [[nodiscard]] static Result<std::unique_ptr<Catalogue>> rebuild(const std::string& databasePath);
    virtual ~Catalogue() = default;

    /// Read the recording's own description and add or refresh its line. A recording is known by its uuid:
    /// one that was moved keeps its line, with the new path.
    virtual Result<CatalogueEntry> add(const std::string& recordingPath) = 0;
    /// Add every .bnr below `folder` and mark lines whose file is gone; returns how many were added or
    /// refreshed. Files that cannot be read are left out and logged; of two copies of one recording the
    /// one that is listed already stays.
    virtual Result<std::size_t> scan(const std::string& folder) = 0;
    /// Newest first; `filter` matches title, operator, device, gases and marks, case-insensitively.
    [[nodiscard]] virtual Result<std::vector<CatalogueEntry>> list(const std::string& filter = {}) const = 0;
    virtual Result<void> remove(const std::string& uuid) = 0;
};

} // namespace bnof::recording
