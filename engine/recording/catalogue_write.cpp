// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/base/log.h"
#include "engine/base/time.h"
#include "engine/recording/catalogue_sqlite.h"
#include "engine/recording/reader.h"

namespace bnof::recording {
namespace {

/// Lines that are written in one transaction: long enough to be quick, short enough to let others in.
constexpr std::size_t batchSize = 64;

std::int64_t flag(bool value)
{
    return value ? 1 : 0;
}

/// The file of a line is there and still holds its recording; it is opened only when it is not as it was.
bool stillHolds(const CatalogueEntry& line)
{
    return !line.missing &&
           (stampOf(line.path) == FileStamp{line.bytes, line.modified, true} || uuidOf(line.path) == line.uuid);
}

} // namespace

/// The lines of a recording that may have lost their file. One search asks about each of them once: with thousands of
/// copies of one recording, asking for every copy about all the others would not end.
Result<SqliteCatalogue::Siblings> SqliteCatalogue::siblingsOf(const std::string& uuid) const
{
    Siblings siblings;
    Statement lines =
        statement(std::string("SELECT ") + catalogueColumns + " FROM recordings WHERE uuid = ? ORDER BY copy, id");
    lines.bind(uuid);
    while (true) {
        BNOF_TRY_ASSIGN(const bool row, lines.step());
        if (!row)
            return siblings;
        siblings.unasked.push_back(entryFromRow(lines));
        siblings.any = true;
    }
}

/// The line that this file belongs to, with id 0 when it gets a new one: its own, else one of the same recording
/// whose file is gone.
Result<CatalogueEntry> SqliteCatalogue::lineFor(const CatalogueEntry& entry, bool& moved)
{
    Statement own =
        statement(std::string("SELECT ") + catalogueColumns + " FROM recordings WHERE uuid = ? AND path = ?");
    BNOF_TRY_ASSIGN(const bool listed, own.bind(entry.uuid).bind(entry.path).step());
    if (listed)
        return entryFromRow(own);
    auto known = m_siblings.find(entry.uuid);
    if (known == m_siblings.end()) {
        BNOF_TRY_ASSIGN(Siblings siblings, siblingsOf(entry.uuid));
        known = m_siblings.emplace(entry.uuid, std::move(siblings)).first;
    }
    Siblings& siblings = known->second;
    CatalogueEntry gone;
    while (gone.id == 0 && !siblings.unasked.empty()) {
        CatalogueEntry line = std::move(siblings.unasked.front());
        siblings.unasked.pop_front();
        if (!stillHolds(line))
            gone = std::move(line);
    }
    moved = gone.id != 0;
    if (!moved)
        gone.copy = siblings.any;
    siblings.any = true; // this file's line
    return gone;
}

/// Put what the file says where it belongs; true when it was somewhere else before.
Result<bool> SqliteCatalogue::place(CatalogueEntry& entry)
{
    bool moved = false;
    BNOF_TRY_ASSIGN(const CatalogueEntry line, lineFor(entry, moved));
    entry.id = line.id;
    entry.copy = line.copy;
    entry.firstSeen = line.id != 0 ? line.firstSeen : wallNow();
    if (moved)
        BNOF_TRY(statement("INSERT INTO places (recording, path, until_utc) VALUES (?, ?, ?)")
                     .bind(line.id)
                     .bind(line.path)
                     .bind(wallNow())
                     .run());
    BNOF_TRY(statement("UPDATE recordings SET replaced = 1 WHERE path = ? AND uuid <> ?")
                 .bind(entry.path)
                 .bind(entry.uuid)
                 .run());
    BNOF_TRY(write(entry));
    return moved;
}

Result<void> SqliteCatalogue::place(std::vector<CatalogueEntry>& batch, ScanReport& report)
{
    if (batch.empty())
        return {};
    const auto placed = transaction([&]() -> Result<void> {
        for (CatalogueEntry& entry : batch) {
            BNOF_TRY_ASSIGN(const bool moved, place(entry));
            report.moved += moved ? 1U : 0U;
        }
        return {};
    });
    if (!placed.ok())
        return placed;
    report.recordings += batch.size();
    report.read += batch.size();
    batch.clear();
    return {};
}

/// Add or change the line entry.id; what a check of these very bytes found stays in force.
Result<void> SqliteCatalogue::write(CatalogueEntry& entry)
{
    const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    if (entry.id == 0) {
        BNOF_TRY(statement("INSERT INTO recordings (uuid, path, title, operator, notes, device, model, started_utc, "
                           "duration, frames, channels, bytes, modified, gaps, dropped, gases, marks, state, finding, "
                           "complete, simulated, copy, replaced, first_seen, sha256, hashed_bytes, hashed_modified, "
                           "verified_utc, intact, words) VALUES (?, ?, '', '', '', '', '', 0, 0, 0, 0, 0, 0, 0, 0, '', "
                           "'', 0, '', 0, 0, ?, 0, ?, '', -1, 0, 0, 0, '')")
                     .bind(entry.uuid)
                     .bind(entry.path)
                     .bind(flag(entry.copy))
                     .bind(entry.firstSeen)
                     .run());
        Statement added = statement("SELECT last_insert_rowid()");
        BNOF_TRY(added.step());
        entry.id = added.number(0);
    }
    BNOF_TRY(statement("UPDATE recordings SET path = ?, title = ?, operator = ?, notes = ?, device = ?, model = ?, "
                       "started_utc = ?, duration = ?, frames = ?, channels = ?, bytes = ?, modified = ?, gaps = ?, "
                       "dropped = ?, gases = ?, marks = ?, state = ?, finding = ?, complete = ?, simulated = ?, "
                       "replaced = 0, words = ? WHERE id = ?")
                 .bind(entry.path)
                 .bind(entry.title)
                 .bind(entry.operatorName)
                 .bind(entry.notes)
                 .bind(entry.device)
                 .bind(entry.modelName)
                 .bind(entry.startedUtc)
                 .bind(entry.duration)
                 .bind(number(entry.frames))
                 .bind(number(entry.channels))
                 .bind(number(entry.bytes))
                 .bind(entry.modified)
                 .bind(number(entry.gaps))
                 .bind(number(entry.dropped))
                 .bind(entry.gases)
                 .bind(entry.marks)
                 .bind(static_cast<std::int64_t>(entry.state))
                 .bind(entry.finding)
                 .bind(flag(entry.complete))
                 .bind(flag(entry.simulated))
                 .bind(searchableText(entry))
                 .bind(entry.id)
                 .run());
    BNOF_TRY(writeGases(entry));
    Statement line = statement(std::string("SELECT ") + catalogueColumns + " FROM recordings WHERE id = ?");
    BNOF_TRY(line.bind(entry.id).step());
    const bool foundBad = line.number(29) == 0;
    CatalogueEntry written = entryFromRow(line);
    if (written.isVerified() && foundBad && written.state == RecordingState::Complete) {
        written.state = RecordingState::Damaged;
        written.finding = "The last check found it damaged.";
        BNOF_TRY(statement("UPDATE recordings SET state = ?, finding = ? WHERE id = ?")
                     .bind(static_cast<std::int64_t>(written.state))
                     .bind(written.finding)
                     .bind(entry.id)
                     .run());
    }
    entry = std::move(written);
    return {};
}

Result<void> SqliteCatalogue::writeGases(const CatalogueEntry& entry)
{
    BNOF_TRY(statement("DELETE FROM gases WHERE recording = ?").bind(entry.id).run());
    for (const std::string& gas : splitList(entry.gases))
        BNOF_TRY(statement("INSERT OR IGNORE INTO gases (recording, gas, name) VALUES (?, ?, ?)")
                     .bind(entry.id)
                     .bind(foldCase(gas))
                     .bind(gas)
                     .run());
    return {};
}

Result<CatalogueEntry> SqliteCatalogue::add(const std::string& recordingPath)
{
    m_siblings.clear();
    BNOF_TRY_ASSIGN(CatalogueEntry entry, describeFile(absolutePath(recordingPath)));
    const auto placed = transaction([&]() -> Result<void> {
        BNOF_TRY(place(entry));
        return {};
    });
    if (!placed.ok())
        return placed.error();
    return entry;
}

Result<std::map<std::string, SqliteCatalogue::Known>> SqliteCatalogue::known() const
{
    std::map<std::string, Known> lines;
    Statement all = statement("SELECT path, bytes, modified, state FROM recordings WHERE replaced = 0");
    while (true) {
        BNOF_TRY_ASSIGN(const bool row, all.step());
        if (!row)
            return lines;
        lines[all.text(0)] = {{static_cast<std::uint64_t>(all.number(1)), all.number(2), true},
                              static_cast<RecordingState>(all.number(3))};
    }
}

/// A listed file that can no longer be read is damaged; any other file is none of ours.
Result<void> SqliteCatalogue::noteUnreadable(const std::string& path, const std::string& why, bool& listed)
{
    const FileStamp stamp = stampOf(path);
    BNOF_TRY(statement("UPDATE recordings SET state = ?, finding = ?, bytes = ?, modified = ? "
                       "WHERE path = ? AND replaced = 0")
                 .bind(static_cast<std::int64_t>(RecordingState::Damaged))
                 .bind(why)
                 .bind(static_cast<std::int64_t>(stamp.bytes))
                 .bind(stamp.modified)
                 .bind(path)
                 .run());
    Statement changed = statement("SELECT changes()");
    BNOF_TRY(changed.step());
    listed = changed.number(0) > 0;
    return {};
}

Result<ScanReport> SqliteCatalogue::search(const std::string& folder, bool everything, const ScanProgress& progress)
{
    BNOF_TRY_ASSIGN(const auto paths, recordingsBelow(absolutePath(folder), progress));
    BNOF_TRY_ASSIGN(const auto lines, known());
    m_siblings.clear();
    ScanReport report;
    std::vector<CatalogueEntry> batch;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (progress && !progress(i, paths.size())) {
            BNOF_TRY(place(batch, report));
            return makeError(ErrorKind::Cancelled, "the search for recordings was cancelled", folder,
                             "What was found until then is in the list.");
        }
        const auto line = lines.find(paths[i]);
        if (!everything && line != lines.end() && line->second.state != RecordingState::BeingWritten &&
            line->second.stamp == stampOf(paths[i])) {
            ++report.recordings;
            continue;
        }
        auto entry = describeFile(paths[i]);
        if (entry.ok()) {
            batch.push_back(std::move(*entry));
            if (batch.size() >= batchSize)
                BNOF_TRY(place(batch, report));
            continue;
        }
        if (!fileExists(paths[i]))
            continue; // it went away meanwhile
        bool listed = false;
        BNOF_TRY(noteUnreadable(paths[i], entry.error().what, listed));
        report.recordings += listed ? 1U : 0U;
        if (!listed)
            report.unreadable.push_back(entry.error().message());
        log::warning("catalogue", entry.error().message());
    }
    BNOF_TRY(place(batch, report));
    if (progress)
        progress(paths.size(), paths.size());
    return report;
}

Result<void> SqliteCatalogue::noteVerification(const std::string& recordingPath, const Verification& verification)
{
    const std::string path = absolutePath(recordingPath);
    const FileStamp stamp = stampOf(path);
    const Health& health = verification.health;
    RecordingState state = RecordingState::Complete;
    if (!verification.intact)
        state = health.complete || health.damagedChunks > 0 ? RecordingState::Damaged : RecordingState::CutOff;
    const std::string finding =
        verification.intact || health.findings.empty() ? std::string() : health.findings.front();
    return statement("UPDATE recordings SET sha256 = ?, hashed_bytes = ?, hashed_modified = ?, verified_utc = ?, "
                     "intact = ?, bytes = ?, modified = ?, state = ?, finding = ? WHERE path = ? AND replaced = 0")
        .bind(verification.sha256)
        .bind(static_cast<std::int64_t>(stamp.bytes))
        .bind(stamp.modified)
        .bind(wallNow())
        .bind(flag(verification.intact))
        .bind(static_cast<std::int64_t>(stamp.bytes))
        .bind(stamp.modified)
        .bind(static_cast<std::int64_t>(state))
        .bind(finding)
        .bind(path)
        .run();
}

Result<std::optional<Verification>> SqliteCatalogue::check(const std::string& recordingPath,
                                                           const std::function<bool(double)>& progress)
{
    const std::string path = absolutePath(recordingPath);
    const FileStamp before = stampOf(path);
    BNOF_TRY_ASSIGN(Verification found, verify(path, progress));
    if (!(stampOf(path) == before))
        return std::optional<Verification>();
    BNOF_TRY(noteVerification(path, found));
    return std::optional(std::move(found));
}

Result<VerifyReport> SqliteCatalogue::verifyPending(const CatalogueQuery& query, const VerifyProgress& progress)
{
    CatalogueQuery pending = query;
    pending.onlyUnverified = true;
    BNOF_TRY_ASSIGN(auto entries, find(pending));
    std::erase_if(entries, [](const auto& entry) { return entry.state == RecordingState::BeingWritten; });
    VerifyReport report;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const std::string& path = entries[i].path;
        const auto checked =
            check(path, [&](double share) { return !progress || progress(path, i, entries.size(), share); });
        if (!checked.ok() && checked.error().kind == ErrorKind::Cancelled) {
            report.cancelled = true;
            break;
        }
        if (!checked.ok()) {
            report.findings.push_back(checked.error().message());
            continue;
        }
        if (!*checked)
            continue; // the next pass has it again
        const Verification& found = **checked;
        report.checked.push_back({entries[i].uuid, path, found.sha256, found.intact});
        if (!found.intact)
            report.findings.push_back(path + ": " +
                                      (found.health.findings.empty() ? "not intact" : found.health.findings.front()));
    }
    return report;
}

Result<void> SqliteCatalogue::remove(const std::string& uuid, const std::string& path)
{
    return transaction([&]() -> Result<void> {
        BNOF_TRY(
            statement("DELETE FROM recordings WHERE uuid = ?1 AND (?2 = '' OR path = ?2)").bind(uuid).bind(path).run());
        // When the first file is forgotten, the copy that was listed next takes its place.
        return statement("UPDATE recordings SET copy = 0 WHERE id = (SELECT min(id) FROM recordings WHERE uuid = ?1) "
                         "AND NOT EXISTS (SELECT 1 FROM recordings WHERE uuid = ?1 AND copy = 0)")
            .bind(uuid)
            .run();
    });
}

Result<void> SqliteCatalogue::restore(const CatalogueEntry& entry)
{
    return transaction([&]() -> Result<void> {
        BNOF_TRY(
            statement("DELETE FROM recordings WHERE uuid = ? AND path = ?").bind(entry.uuid).bind(entry.path).run());
        CatalogueEntry line = entry;
        line.id = 0;
        BNOF_TRY(write(line));
        if (entry.isVerified())
            BNOF_TRY(statement("UPDATE recordings SET sha256 = ?, hashed_bytes = bytes, hashed_modified = modified, "
                               "verified_utc = ?, intact = ? WHERE id = ?")
                         .bind(entry.sha256)
                         .bind(entry.verifiedUtc)
                         .bind(flag(entry.state == RecordingState::Complete))
                         .bind(line.id)
                         .run());
        for (const std::string& earlier : entry.earlierPaths)
            BNOF_TRY(statement("INSERT INTO places (recording, path, until_utc) VALUES (?, ?, ?)")
                         .bind(line.id)
                         .bind(earlier)
                         .bind(entry.firstSeen)
                         .run());
        return {};
    });
}

} // namespace bnof::recording
