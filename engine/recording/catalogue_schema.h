// SPDX-License-Identifier: GPL-3.0-or-later
// The catalogue's tables, and what is done with a database that does not have them. Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "engine/recording/catalogue.h"
#include "engine/recording/sqlite.h"

namespace bnof::recording {

/// Columns of a line in the order that entryFromRow() reads and Catalogue writes.
extern const char* const catalogueColumns;

/// A database that is open, and what came of looking at it.
struct OpenCatalogue {
    enum class Fitness { Ready, Damaged, OtherVersion };

    Fitness fitness = Fitness::Ready;
    bool newer = false; ///< than this program, when of another version
    Error problem;      ///< when it is not ready
    Database database;  ///< when it is ready
    bool fullText = false;
};
/// Open (or create) and look at every page. Errors: not permitted, busy, disk full.
[[nodiscard]] Result<OpenCatalogue> openCatalogue(const std::string& path, const CatalogueOptions& options);

/// Keep a copy of the database's files beside it and empty it in place; gives the copy's path. SQLite itself
/// guards that, so other processes may have it open.
[[nodiscard]] Result<std::string> putCatalogueAside(const std::string& path, const std::string& why);
/// The paths of recordings that a database still names, as far as it can be read, of any version.
[[nodiscard]] std::vector<std::string> salvagePaths(const std::string& path);

} // namespace bnof::recording
