// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/catalogue_schema.h"

#include <array>
#include <filesystem>
#include <sqlite3.h>

#include "engine/base/log.h"
#include "engine/base/time.h"

namespace bnof::recording {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t schemaVersion = 2;

// `words` is what a search looks through (folded). `hashed_…` is the file that sha256 and intact speak of.
// `replaced`: another recording took the path over.
constexpr std::array schema{
    R"(CREATE TABLE recordings (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL,
    path TEXT NOT NULL,
    title TEXT NOT NULL,
    operator TEXT NOT NULL,
    notes TEXT NOT NULL,
    device TEXT NOT NULL,
    model TEXT NOT NULL,
    started_utc INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    channels INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    gaps INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    gases TEXT NOT NULL,
    marks TEXT NOT NULL,
    state INTEGER NOT NULL,
    finding TEXT NOT NULL,
    complete INTEGER NOT NULL,
    simulated INTEGER NOT NULL,
    copy INTEGER NOT NULL,
    replaced INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    hashed_bytes INTEGER NOT NULL,
    hashed_modified INTEGER NOT NULL,
    verified_utc INTEGER NOT NULL,
    intact INTEGER NOT NULL,
    words TEXT NOT NULL,
    UNIQUE (uuid, path)
) STRICT)",
    "CREATE INDEX recordings_by_path ON recordings (path)",
    "CREATE INDEX recordings_by_start ON recordings (started_utc)",
    R"(CREATE TABLE gases (
    recording INTEGER NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
    gas TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (recording, gas)
) STRICT, WITHOUT ROWID)",
    "CREATE INDEX gases_by_name ON gases (gas)",
    R"(CREATE TABLE places (
    id INTEGER PRIMARY KEY,
    recording INTEGER NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    until_utc INTEGER NOT NULL
) STRICT)",
    "CREATE INDEX places_by_recording ON places (recording)",
};

// Runs of three letters, so that parts of words are found through the index too.
constexpr std::array fullTextSchema{
    "CREATE VIRTUAL TABLE recording_words USING fts5(words, content='recordings', content_rowid='id', "
    "tokenize='trigram')",
    "CREATE TRIGGER recording_words_added AFTER INSERT ON recordings BEGIN "
    "INSERT INTO recording_words (rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER recording_words_removed AFTER DELETE ON recordings BEGIN "
    "INSERT INTO recording_words (recording_words, rowid, words) VALUES ('delete', old.id, old.words); END",
    "CREATE TRIGGER recording_words_changed AFTER UPDATE OF words ON recordings BEGIN "
    "INSERT INTO recording_words (recording_words, rowid, words) VALUES ('delete', old.id, old.words); "
    "INSERT INTO recording_words (rowid, words) VALUES (new.id, new.words); END",
};

Result<std::int64_t> numberOf(sqlite3* database, const std::string& path, const char* sql)
{
    Statement query(database, path, sql);
    BNOF_TRY_ASSIGN(const bool row, query.step());
    return row ? query.number(0) : 0;
}

bool hasFullText(sqlite3* database, const std::string& path)
{
    const auto found = numberOf(database, path, "SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'");
    return found.ok() && *found > 0;
}

Error otherVersion(const std::string& path, bool newer)
{
    return makeError(ErrorKind::BadInput,
                     newer ? "the list of recordings was made by a newer program"
                           : "the list of recordings was made by another version of the program",
                     path, "It is rebuilt from the recordings when they are listed next (bnof reindex).");
}

Result<void> createTables(sqlite3* database, const std::string& path, bool fullText)
{
    for (const char* sql : schema)
        BNOF_TRY(execute(database, path, sql));
    if (fullText) {
        for (const char* sql : fullTextSchema)
            BNOF_TRY(execute(database, path, sql));
    }
    return execute(database, path, "PRAGMA user_version=" + std::to_string(schemaVersion));
}

/// Inside one transaction: the tables are there, or are created in an empty database.
Result<void> prepare(OpenCatalogue& catalogue, const std::string& path, const CatalogueOptions& options)
{
    sqlite3* database = catalogue.database.get();
    const bool available = hasFullText(database, path);
    BNOF_TRY_ASSIGN(const std::int64_t version, numberOf(database, path, "PRAGMA user_version"));
    BNOF_TRY_ASSIGN(const std::int64_t tables, numberOf(database, path, "SELECT count(*) FROM sqlite_schema"));
    if (version == 0 && tables == 0) {
        catalogue.fullText = available && options.fullTextIndex;
        return createTables(database, path, catalogue.fullText);
    }
    BNOF_TRY_ASSIGN(
        const std::int64_t ours,
        numberOf(database, path, "SELECT count(*) FROM sqlite_schema WHERE name IN ('recordings', 'gases', 'places')"));
    BNOF_TRY_ASSIGN(const std::int64_t indexed,
                    numberOf(database, path, "SELECT count(*) FROM sqlite_schema WHERE name = 'recording_words'"));
    if (version != schemaVersion || ours != 3 || (indexed > 0 && !available)) {
        catalogue.fitness = OpenCatalogue::Fitness::OtherVersion;
        catalogue.newer = version > schemaVersion;
        catalogue.problem = otherVersion(path, version > schemaVersion);
    }
    catalogue.fullText = indexed > 0;
    return {};
}

Result<void> look(OpenCatalogue& catalogue, const std::string& path, const CatalogueOptions& options)
{
    BNOF_TRY_ASSIGN(catalogue.database, openDatabase(path));
    sqlite3* database = catalogue.database.get();
    {
        Statement check(database, path, "PRAGMA quick_check(1)");
        BNOF_TRY_ASSIGN(const bool row, check.step());
        if (!row || check.text(0) != "ok")
            return sqliteError(nullptr, SQLITE_CORRUPT, path);
    }
    BNOF_TRY(execute(database, path, "PRAGMA foreign_keys=ON"));
    BNOF_TRY(execute(database, path, "BEGIN IMMEDIATE"));
    if (auto prepared = prepare(catalogue, path, options); !prepared.ok()) {
        static_cast<void>(execute(database, path, "ROLLBACK"));
        return prepared;
    }
    return execute(database, path, "COMMIT");
}

/// SQLite's own way to empty a database whatever is in it.
Result<void> emptyInPlace(const std::string& path)
{
    sqlite3* raw = nullptr;
    int status = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    const Database database(raw);
    if (status != SQLITE_OK)
        return sqliteError(raw, status, path);
    sqlite3_busy_timeout(raw, 5000);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_RESET_DATABASE, 1, nullptr);
    status = sqlite3_exec(raw, "VACUUM", nullptr, nullptr, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_RESET_DATABASE, 0, nullptr);
    return status == SQLITE_OK ? Result<void>() : sqliteError(raw, status, path);
}

} // namespace

const char* const catalogueColumns =
    "id, uuid, path, title, operator, notes, device, model, started_utc, duration, frames, channels, bytes, modified, "
    "gaps, dropped, gases, marks, state, finding, complete, simulated, copy, replaced, first_seen, sha256, "
    "hashed_bytes, hashed_modified, verified_utc, intact";

Result<OpenCatalogue> openCatalogue(const std::string& path, const CatalogueOptions& options)
{
    OpenCatalogue catalogue;
    if (auto looked = look(catalogue, path, options); !looked.ok()) {
        if (!isDamage(looked.error()))
            return looked.error();
        catalogue.fitness = OpenCatalogue::Fitness::Damaged;
        catalogue.problem = looked.error();
    }
    if (catalogue.fitness != OpenCatalogue::Fitness::Ready)
        catalogue.database.reset();
    return catalogue;
}

Result<CatalogueFitness> catalogueFitness(const std::string& databasePath)
{
    std::error_code ignored;
    if (!std::filesystem::exists(databasePath, ignored))
        return CatalogueFitness::Ready;
    BNOF_TRY_ASSIGN(const OpenCatalogue found, openCatalogue(databasePath, {}));
    switch (found.fitness) {
    case OpenCatalogue::Fitness::Ready: return CatalogueFitness::Ready;
    case OpenCatalogue::Fitness::Damaged: return CatalogueFitness::Damaged;
    case OpenCatalogue::Fitness::OtherVersion: break;
    }
    return found.newer ? CatalogueFitness::NewerVersion : CatalogueFitness::OlderVersion;
}

Result<std::string> putCatalogueAside(const std::string& path, const std::string& why)
{
    const std::string suffix = '.' + why + '-' + std::to_string(wallNow());
    for (const char* part : {"", "-wal"}) {
        std::error_code error;
        if (fs::exists(path + part, error))
            fs::copy_file(path + part, path + part + suffix, error);
        if (error)
            return makeError(ErrorKind::Storage, "the list of recordings cannot be put aside: " + error.message(),
                             path + part, "Delete this file by hand; it is rebuilt from the recordings.");
    }
    if (const auto emptied = emptyInPlace(path); !emptied.ok()) {
        log::warning("catalogue", emptied.error().message());
        for (const char* part : {"", "-wal", "-shm"}) { // not even that: away with it
            std::error_code ignored;
            fs::remove(path + part, ignored);
        }
    }
    return path + suffix;
}

std::vector<std::string> salvagePaths(const std::string& path)
{
    std::vector<std::string> paths;
    sqlite3* raw = nullptr;
    const int status = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    const Database database(raw);
    if (status != SQLITE_OK)
        return paths;
    Statement query(raw, path, "SELECT path FROM recordings");
    while (true) {
        const auto row = query.step();
        if (!row.ok() || !*row)
            return paths;
        paths.push_back(query.text(0));
    }
}

} // namespace bnof::recording
