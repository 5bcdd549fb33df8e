// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/catalogue.h"

#include <algorithm>
#include <map>

#include "engine/base/log.h"
#include "engine/recording/catalogue_sqlite.h"
#include "engine/recording/file_lock.h"

namespace bnof::recording {

CatalogueEntry entryFromRow(const Statement& row)
{
    const auto count = [&](int column) { return static_cast<std::uint64_t>(row.number(column)); };
    CatalogueEntry entry;
    entry.id = row.number(0);
    entry.uuid = row.text(1);
    entry.path = row.text(2);
    entry.title = row.text(3);
    entry.operatorName = row.text(4);
    entry.notes = row.text(5);
    entry.device = row.text(6);
    entry.modelName = row.text(7);
    entry.startedUtc = row.number(8);
    entry.duration = row.number(9);
    entry.frames = count(10);
    entry.channels = count(11);
    entry.bytes = count(12);
    entry.modified = row.number(13);
    entry.gaps = count(14);
    entry.dropped = count(15);
    entry.gases = row.text(16);
    entry.marks = row.text(17);
    entry.state = static_cast<RecordingState>(row.number(18));
    entry.finding = row.text(19);
    entry.complete = row.number(20) != 0;
    entry.simulated = row.number(21) != 0;
    entry.copy = row.number(22) != 0;
    entry.missing = row.number(23) != 0 || !fileExists(entry.path);
    entry.firstSeen = row.number(24);
    if (row.number(26) == row.number(12) && row.number(27) == row.number(13)) { // the file that was verified
        entry.sha256 = row.text(25);
        entry.verifiedUtc = row.number(28);
    }
    return entry;
}

Result<std::vector<CatalogueEntry>> SqliteCatalogue::query(const std::string& condition,
                                                           const SearchCondition& parameters) const
{
    Statement rows = statement(std::string("SELECT ") + catalogueColumns + " FROM recordings" + condition +
                               " ORDER BY started_utc DESC, uuid, copy, id");
    parameters.bindTo(rows);
    std::vector<CatalogueEntry> entries;
    while (true) {
        BNOF_TRY_ASSIGN(const bool row, rows.step());
        if (!row)
            return entries;
        entries.push_back(entryFromRow(rows));
    }
}

Result<std::vector<CatalogueEntry>> SqliteCatalogue::find(const CatalogueQuery& wanted) const
{
    SearchCondition condition = conditionFor(wanted, m_fullText);
    auto entries = query(condition.sql, condition);
    if (!entries.ok() && condition.usesIndex) {
        // The index is a convenience: build it anew, and look through the texts until then.
        log::warning("catalogue", entries.error().message());
        static_cast<void>(run("INSERT INTO recording_words (recording_words) VALUES ('rebuild')"));
        condition = conditionFor(wanted, false);
        entries = query(condition.sql, condition);
    }
    if (!entries.ok())
        return entries;
    std::erase_if(*entries, [&](const CatalogueEntry& entry) {
        return (wanted.onlyMissing && !entry.missing) ||
               (wanted.onlyUnverified && (entry.isVerified() || entry.missing));
    });
    BNOF_TRY(addEarlierPaths(*entries));
    return entries;
}

Result<void> SqliteCatalogue::addEarlierPaths(std::vector<CatalogueEntry>& entries) const
{
    std::map<std::int64_t, std::vector<std::string>> paths;
    Statement places = statement("SELECT recording, path FROM places ORDER BY id");
    while (true) {
        BNOF_TRY_ASSIGN(const bool row, places.step());
        if (!row)
            break;
        paths[places.number(0)].push_back(places.text(1));
    }
    for (CatalogueEntry& entry : entries) {
        if (const auto found = paths.find(entry.id); found != paths.end())
            entry.earlierPaths = found->second;
    }
    return {};
}

Result<CatalogueChoices> SqliteCatalogue::choices() const
{
    CatalogueChoices choices;
    const auto fill = [&](std::vector<std::string>& out, const char* sql) -> Result<void> {
        Statement values = statement(sql);
        while (true) {
            BNOF_TRY_ASSIGN(const bool row, values.step());
            if (!row)
                return {};
            out.push_back(values.text(0));
        }
    };
    BNOF_TRY(fill(choices.gases, "SELECT min(name) FROM gases GROUP BY gas ORDER BY gas"));
    BNOF_TRY(fill(choices.devices, "SELECT DISTINCT device FROM recordings WHERE device <> '' ORDER BY device"));
    BNOF_TRY(
        fill(choices.operators, "SELECT DISTINCT operator FROM recordings WHERE operator <> '' ORDER BY operator"));
    BNOF_TRY(fill(choices.models, "SELECT DISTINCT model FROM recordings WHERE model <> '' ORDER BY model"));
    return choices;
}

namespace {

constexpr int mostLockMilliseconds = 20'000;

using Fitness = OpenCatalogue::Fitness;

/// `keep`: put the database aside whatever it is like.
Result<std::unique_ptr<Catalogue>> openFresh(const std::string& path, const CatalogueOptions& options, bool keep)
{
    BNOF_TRY_ASSIGN(const FileLock lock, FileLock::take(path + ".lock", mostLockMilliseconds));
    BNOF_TRY_ASSIGN(OpenCatalogue found, openCatalogue(path, options));
    if (found.fitness == Fitness::Ready && !keep) // somebody else was faster
        return std::unique_ptr<Catalogue>(std::make_unique<SqliteCatalogue>(std::move(found), path, std::string()));
    const auto paths = salvagePaths(path);
    found.database.reset();
    BNOF_TRY_ASSIGN(const std::string aside,
                    putCatalogueAside(path, found.fitness == Fitness::OtherVersion ? "other-version" : "damaged"));
    log::warning("catalogue", "the list of recordings was put aside and is rebuilt", {{"as", aside}});
    BNOF_TRY_ASSIGN(OpenCatalogue fresh, openCatalogue(path, options));
    if (fresh.fitness != Fitness::Ready)
        return fresh.problem;
    auto catalogue = std::make_unique<SqliteCatalogue>(std::move(fresh), path, aside);
    if (!keep) {
        for (const std::string& recording : paths) {
            if (fileExists(recording))
                static_cast<void>(catalogue->add(recording));
        }
    }
    return std::unique_ptr<Catalogue>(std::move(catalogue));
}

} // namespace

const char* name(RecordingState state)
{
    switch (state) {
    case RecordingState::Complete: return "complete";
    case RecordingState::BeingWritten: return "being written";
    case RecordingState::CutOff: return "cut off";
    case RecordingState::Damaged: break;
    }
    return "damaged";
}

Result<std::unique_ptr<Catalogue>> Catalogue::open(const std::string& databasePath, const CatalogueOptions& options)
{
    BNOF_TRY_ASSIGN(OpenCatalogue found, openCatalogue(databasePath, options));
    if (found.fitness != Fitness::Ready)
        return found.problem;
    return std::unique_ptr<Catalogue>(std::make_unique<SqliteCatalogue>(std::move(found), databasePath, std::string()));
}

Result<std::unique_ptr<Catalogue>> Catalogue::openOrRebuild(const std::string& databasePath,
                                                            const CatalogueOptions& options)
{
    BNOF_TRY_ASSIGN(OpenCatalogue found, openCatalogue(databasePath, options));
    if (found.fitness == Fitness::Ready)
        return std::unique_ptr<Catalogue>(
            std::make_unique<SqliteCatalogue>(std::move(found), databasePath, std::string()));
    return openFresh(databasePath, options, false);
}

Result<std::unique_ptr<Catalogue>> Catalogue::rebuild(const std::string& databasePath, const CatalogueOptions& options)
{
    return openFresh(databasePath, options, true);
}

Result<std::vector<CatalogueEntry>> Catalogue::list(const std::string& text) const
{
    CatalogueQuery query;
    query.text = text;
    return find(query);
}

} // namespace bnof::recording
