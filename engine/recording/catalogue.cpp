// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/catalogue.h"

#include <algorithm>
#include <filesystem>
#include <sqlite3.h>

#include "engine/base/log.h"
#include "engine/recording/reader.h"
#include "engine/recording/sqlite.h"

namespace bnof::recording {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t schemaVersion = 1;

constexpr const char* schema = R"(CREATE TABLE recordings (
    uuid TEXT PRIMARY KEY NOT NULL,
    path TEXT NOT NULL,
    title TEXT NOT NULL,
    operator TEXT NOT NULL,
    device TEXT NOT NULL,
    model TEXT NOT NULL,
    started_utc INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    channels INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    gaps INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    gases TEXT NOT NULL,
    marks TEXT NOT NULL,
    complete INTEGER NOT NULL,
    simulated INTEGER NOT NULL,
    missing INTEGER NOT NULL
) STRICT)";

constexpr const char* columns = "uuid, path, title, operator, device, model, started_utc, duration, frames, channels, "
                                "bytes, gaps, dropped, gases, marks, complete, simulated, missing";

std::string join(const std::vector<std::string>& parts)
{
    std::string out;
    for (const std::string& part : parts)
        out += (out.empty() ? "" : ", ") + part;
    return out;
}

/// Decided gases other than the background, most frequent first.
std::string decidedGases(const RecordingMetadata& metadata, const Summary& summary)
{
    std::vector<std::pair<std::uint64_t, std::string>> counts;
    for (std::size_t g = 0; g < std::min(metadata.gases.size(), summary.decisionsPerGas.size()); ++g) {
        if (summary.decisionsPerGas[g] > 0 && static_cast<int>(g) != metadata.background)
            counts.emplace_back(summary.decisionsPerGas[g], metadata.gases[g]);
    }
    std::stable_sort(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<std::string> names;
    for (auto& [count, name] : counts)
        names.push_back(std::move(name));
    return join(names);
}

std::string absolutePath(const std::string& path)
{
    std::error_code error;
    const fs::path full = fs::weakly_canonical(path, error);
    return error ? path : full.string();
}

bool exists(const std::string& path)
{
    std::error_code error;
    return fs::exists(path, error);
}

Result<CatalogueEntry> describe(const std::string& path)
{
    BNOF_TRY_ASSIGN(const auto reader, Reader::open(path));
    const RecordingMetadata& metadata = reader->metadata();
    const Summary& summary = reader->summary();
    CatalogueEntry entry;
    entry.uuid = metadata.uuid;
    entry.path = path;
    entry.title = metadata.title;
    entry.operatorName = metadata.operatorName;
    entry.modelName = metadata.modelName;
    entry.startedUtc = metadata.wallAtZero + metadata.start;
    entry.duration = summary.frames > 0 ? summary.lastTime - summary.firstTime : 0;
    entry.frames = summary.frames;
    std::vector<std::string> devices;
    for (const SourceDescription& source : metadata.sources) {
        devices.push_back(source.device.empty() ? source.uri : source.device);
        entry.channels += source.channels.size();
        entry.simulated = entry.simulated || source.simulated;
    }
    entry.device = join(devices);
    entry.bytes = reader->fileSize();
    entry.gaps = summary.gaps;
    entry.dropped = summary.droppedFrames;
    entry.gases = decidedGases(metadata, summary);
    entry.marks = join(summary.markLabels);
    entry.complete = reader->health().complete;
    return entry;
}

CatalogueEntry entryFromRow(const Statement& row)
{
    CatalogueEntry entry;
    entry.uuid = row.text(0);
    entry.path = row.text(1);
    entry.title = row.text(2);
    entry.operatorName = row.text(3);
    entry.device = row.text(4);
    entry.modelName = row.text(5);
    entry.startedUtc = row.number(6);
    entry.duration = row.number(7);
    entry.frames = static_cast<std::uint64_t>(row.number(8));
    entry.channels = static_cast<std::uint64_t>(row.number(9));
    entry.bytes = static_cast<std::uint64_t>(row.number(10));
    entry.gaps = static_cast<std::uint64_t>(row.number(11));
    entry.dropped = static_cast<std::uint64_t>(row.number(12));
    entry.gases = row.text(13);
    entry.marks = row.text(14);
    entry.complete = row.number(15) != 0;
    entry.simulated = row.number(16) != 0;
    entry.missing = !exists(entry.path);
    return entry;
}

/// `text` inside a LIKE pattern whose escape character is '\'.
std::string likePattern(const std::string& text)
{
    std::string out = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + "%";
}

class SqliteCatalogue final : public Catalogue {
public:
    SqliteCatalogue(Database database, std::string path) : m_database(std::move(database)), m_path(std::move(path)) {}

    Result<void> prepare();
    Result<CatalogueEntry> add(const std::string& recordingPath) override;
    Result<std::size_t> scan(const std::string& folder) override;
    [[nodiscard]] Result<std::vector<CatalogueEntry>> list(const std::string& filter) const override;
    Result<void> remove(const std::string& uuid) override;

private:
    [[nodiscard]] Statement statement(const std::string& sql) const { return {m_database.get(), m_path, sql}; }
    Result<void> run(const char* sql) { return execute(m_database.get(), m_path, sql); }
    Result<void> store(const CatalogueEntry& entry);
    Result<void> markMissing();
    [[nodiscard]] Result<std::string> listedPath(const std::string& uuid) const;

    Database m_database;
    std::string m_path;
};

Result<void> SqliteCatalogue::prepare()
{
    {
        Statement check = statement("PRAGMA quick_check(1)");
        BNOF_TRY_ASSIGN(const bool row, check.step());
        if (!row || check.text(0) != "ok")
            return sqliteError(nullptr, SQLITE_CORRUPT, m_path);
    }
    BNOF_TRY(run("BEGIN IMMEDIATE"));
    const auto inside = [this]() -> Result<void> {
        Statement version = statement("PRAGMA user_version");
        BNOF_TRY(version.step());
        const std::int64_t found = version.number(0);
        if (found > schemaVersion)
            return makeError(ErrorKind::BadInput, "the list of recordings was made by a newer program", m_path,
                             "Start the newer version, or delete this file: it is rebuilt from the recordings.");
        if (found == schemaVersion)
            return {};
        BNOF_TRY(run(schema));
        return run(("PRAGMA user_version=" + std::to_string(schemaVersion)).c_str());
    };
    if (auto prepared = inside(); !prepared.ok()) {
        static_cast<void>(run("ROLLBACK"));
        return prepared;
    }
    return run("COMMIT");
}

Result<void> SqliteCatalogue::store(const CatalogueEntry& entry)
{
    const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    return statement(std::string("INSERT OR REPLACE INTO recordings (") + columns +
                     ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)")
        .bind(entry.uuid)
        .bind(entry.path)
        .bind(entry.title)
        .bind(entry.operatorName)
        .bind(entry.device)
        .bind(entry.modelName)
        .bind(entry.startedUtc)
        .bind(entry.duration)
        .bind(number(entry.frames))
        .bind(number(entry.channels))
        .bind(number(entry.bytes))
        .bind(number(entry.gaps))
        .bind(number(entry.dropped))
        .bind(entry.gases)
        .bind(entry.marks)
        .bind(std::int64_t{entry.complete ? 1 : 0})
        .bind(std::int64_t{entry.simulated ? 1 : 0})
        .run();
}

Result<CatalogueEntry> SqliteCatalogue::add(const std::string& recordingPath)
{
    BNOF_TRY_ASSIGN(CatalogueEntry entry, describe(absolutePath(recordingPath)));
    BNOF_TRY(store(entry));
    return entry;
}

Result<std::string> SqliteCatalogue::listedPath(const std::string& uuid) const
{
    Statement query = statement("SELECT path FROM recordings WHERE uuid = ?");
    BNOF_TRY_ASSIGN(const bool row, query.bind(uuid).step());
    return row ? query.text(0) : std::string();
}

Result<std::size_t> SqliteCatalogue::scan(const std::string& folder)
{
    std::error_code error;
    const std::string root = absolutePath(folder);
    fs::recursive_directory_iterator iterator(root, fs::directory_options::skip_permission_denied, error);
    if (error)
        return makeError(ErrorKind::Storage, "this folder cannot be searched for recordings: " + error.message(), root,
                         "Check the recordings folder in the settings.");
    std::size_t added = 0;
    for (const fs::recursive_directory_iterator end; !error && iterator != end; iterator.increment(error)) {
        std::error_code ignored;
        if (iterator->path().extension() != ".bnr" || !iterator->is_regular_file(ignored))
            continue;
        const std::string path = iterator->path().string();
        const auto entry = describe(path);
        if (!entry.ok()) {
            log::warning("catalogue", entry.error().message());
            continue;
        }
        BNOF_TRY_ASSIGN(const std::string listed, listedPath(entry->uuid));
        if (!listed.empty() && listed != path && exists(listed))
            continue;
        BNOF_TRY(store(*entry));
        ++added;
    }
    BNOF_TRY(markMissing());
    return added;
}

Result<void> SqliteCatalogue::markMissing()
{
    BNOF_TRY_ASSIGN(const auto entries, list({}));
    for (const CatalogueEntry& entry : entries)
        BNOF_TRY(statement("UPDATE recordings SET missing = ?1 WHERE uuid = ?2 AND missing <> ?1")
                     .bind(std::int64_t{entry.missing ? 1 : 0})
                     .bind(entry.uuid)
                     .run());
    return {};
}

Result<std::vector<CatalogueEntry>> SqliteCatalogue::list(const std::string& filter) const
{
    std::string sql = std::string("SELECT ") + columns + " FROM recordings";
    if (!filter.empty())
        sql += R"( WHERE title LIKE ?1 ESCAPE '\' OR operator LIKE ?1 ESCAPE '\' OR device LIKE ?1 ESCAPE '\')"
               R"( OR gases LIKE ?1 ESCAPE '\' OR marks LIKE ?1 ESCAPE '\')";
    Statement query = statement(sql + " ORDER BY started_utc DESC, uuid");
    if (!filter.empty())
        query.bind(likePattern(filter));
    std::vector<CatalogueEntry> entries;
    while (true) {
        BNOF_TRY_ASSIGN(const bool row, query.step());
        if (!row)
            return entries;
        entries.push_back(entryFromRow(query));
    }
}

Result<void> SqliteCatalogue::remove(const std::string& uuid)
{
    return statement("DELETE FROM recordings WHERE uuid = ?").bind(uuid).run();
}

} // namespace

Result<std::unique_ptr<Catalogue>> Catalogue::open(const std::string& databasePath)
{
    BNOF_TRY_ASSIGN(Database database, openDatabase(databasePath));
    auto catalogue = std::make_unique<SqliteCatalogue>(std::move(database), databasePath);
    BNOF_TRY(catalogue->prepare());
    return std::unique_ptr<Catalogue>(std::move(catalogue));
}

Result<std::unique_ptr<Catalogue>> Catalogue::rebuild(const std::string& databasePath)
{
    const std::string suffix = ".damaged-" + std::to_string(wallNow());
    for (const char* part : {"", "-wal", "-shm"}) {
        std::error_code error;
        const std::string file = databasePath + part;
        if (!exists(file))
            continue;
        fs::rename(file, file + suffix, error);
        if (error)
            return makeError(ErrorKind::Storage,
                             "the damaged list of recordings cannot be moved aside: " + error.message(), file,
                             "Delete this file by hand; it is rebuilt from the recordings.");
    }
    return open(databasePath);
}

} // namespace bnof::recording
