// SPDX-License-Identifier: GPL-3.0-or-later
// The audit trail on the command line: what the subcommands note in it, its check, and the history of one recording.

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "app/cli/library.h"

namespace bnof::cli {
namespace {

using recording::AuditEntry;

std::string absolute(const std::string& path)
{
    std::error_code error;
    const auto full = std::filesystem::weakly_canonical(path, error);
    return error ? path : full.string();
}

void warnUnlessOk(const Result<void>& result)
{
    if (!result.ok())
        std::fprintf(stderr, "bnof: not noted in the audit trail: %s\n", result.error().message().c_str());
}

Result<void> note(const Invocation& invocation, std::string_view what, const std::string& uuid, const std::string& path,
                  Json detail)
{
    BNOF_TRY_ASSIGN(const std::string log, recording::defaultAuditLogPath());
    AuditEntry entry = recording::auditBy(invocation.configuration.text("general.operator"), what);
    entry.recording = uuid;
    entry.detail = std::move(detail.set("file", absolute(path)));
    BNOF_TRY(recording::appendAudit(log, std::move(entry)));
    return {};
}

std::string uuidOf(const std::string& path)
{
    const auto reader = recording::Reader::open(path);
    return reader.ok() ? (*reader)->metadata().uuid : std::string();
}

/// One thing that happened, from whatever knows of it.
struct Happening {
    std::int64_t utc = 0;
    std::string what;
    std::string who;
    std::string from; ///< "recording", "catalogue" or "library trail"
    Json detail;
};

/// What the recording says of itself.
void addOwnHistory(const recording::Reader& reader, std::vector<Happening>& out)
{
    const auto& first = reader.originalMetadata();
    Json detail = Json::object();
    detail.set("program", first.softwareVersion).set("title", first.title);
    out.push_back({first.wallAtZero + first.start, "recorded", first.operatorName, "recording", std::move(detail)});
    for (const auto& edit : reader.edits()) {
        Json changed = Json::object();
        changed.set("title", edit.title).set("operator", edit.operatorName).set("notes", edit.notes);
        out.push_back({edit.utc, "description changed", edit.operatorName, "recording", std::move(changed)});
    }
    for (const AuditEntry& entry : reader.audit()) {
        if (entry.what == recording::audit::created || entry.what == recording::audit::described)
            continue; // told above, with what was written
        std::string who = entry.operatorName.empty() ? "account " + entry.systemUser : entry.operatorName;
        out.push_back({entry.utc, entry.what, std::move(who), "recording", entry.detail});
    }
}

void addCatalogueHistory(const recording::CatalogueEntry& entry, std::vector<Happening>& out)
{
    Json detail = Json::object();
    detail.set("path", entry.earlierPaths.empty() ? entry.path : entry.earlierPaths.front());
    if (!entry.earlierPaths.empty())
        detail.set("now_at", entry.path).set("earlier_paths", Json::arrayOf(entry.earlierPaths));
    out.push_back(
        {entry.firstSeen, entry.copy ? "first listed, as a copy" : "first listed", {}, "catalogue", std::move(detail)});
}

void addTrail(const recording::AuditLog& log, const std::string& uuid, std::vector<Happening>& out)
{
    for (const AuditEntry& entry : log.entries) {
        if (entry.recording != uuid)
            continue;
        std::string who = entry.operatorName;
        who += (who.empty() ? "account " : ", account ") + entry.systemUser;
        Json detail = entry.detail;
        out.push_back({entry.utc, entry.what, who, "library trail", std::move(detail.set("program", entry.program))});
    }
}

std::string sentence(const Happening& happening)
{
    std::string line = formatUtc(happening.utc) + "  " + happening.what;
    if (!happening.who.empty())
        line += " (" + happening.who + ")";
    std::string details;
    for (const auto& [key, value] : happening.detail.members()) {
        const std::string text = value.isString() ? value.toString() : value.dump();
        if (!text.empty())
            details += (details.empty() ? "" : ", ") + key + " " + text;
    }
    std::replace(details.begin(), details.end(), '\n', ' ');
    return line + (details.empty() ? "" : ": " + details);
}

/// The catalogue's line of a path that may be gone.
std::optional<recording::CatalogueEntry> listed(const std::string& path, const std::string& uuid)
{
    const auto catalogue = openLibrary();
    if (!catalogue.ok())
        return std::nullopt;
    const auto entries = (*catalogue)->list();
    if (!entries.ok())
        return std::nullopt;
    const std::string wanted = absolute(path);
    for (const bool byPath : {true, false}) {
        for (const auto& entry : *entries) {
            const auto& old = entry.earlierPaths;
            if (byPath         ? entry.path == wanted && (uuid.empty() || entry.uuid == uuid)
                : uuid.empty() ? std::find(old.begin(), old.end(), wanted) != old.end()
                               : entry.uuid == uuid)
                return entry;
        }
    }
    return std::nullopt;
}

Json historyObject(const std::string& path, const std::string& uuid,
                   const std::optional<recording::CatalogueEntry>& entry, const std::vector<Happening>& happenings,
                   const recording::AuditCheck& check)
{
    Json list = Json::array();
    for (const Happening& happening : happenings)
        list.push(Json::object()
                      .set("time", formatUtc(happening.utc))
                      .set("what", happening.what)
                      .set("who", happening.who)
                      .set("from", happening.from)
                      .set("detail", happening.detail));
    Json out = Json::object();
    out.set("file", path).set("uuid", uuid).set("catalogue", entry ? entryObject(*entry) : Json());
    return out.set("history", std::move(list)).set("trail_intact", check.intact).set("trail_finding", check.finding);
}

} // namespace

void noteVerified(const Invocation& invocation, const recording::VerifyReport::Checked& checked)
{
    Json detail = Json::object();
    detail.set("result", checked.intact ? "intact" : "not intact").set("sha256", checked.sha256);
    warnUnlessOk(note(invocation, recording::audit::verified, checked.uuid, checked.path, std::move(detail)));
}

void noteVerified(const Invocation& invocation, const std::string& path, const recording::Verification& verification)
{
    noteVerified(invocation,
                 recording::VerifyReport::Checked{uuidOf(path), path, verification.sha256, verification.intact});
    const auto catalogue = openLibrary();
    const auto kept =
        catalogue.ok() ? (*catalogue)->noteVerification(path, verification) : Result<void>(catalogue.error());
    if (!kept.ok())
        std::fprintf(stderr, "bnof: not noted in the catalogue: %s\n", kept.error().message().c_str());
}

void noteRepaired(const Invocation& invocation, const std::string& path, const recording::Repair& repair)
{
    Json detail = Json::object();
    detail.set("cut_bytes", repair.cutBytes);
    if (invocation.isSet("out"))
        detail.set("result", absolute(invocation.value("out")));
    warnUnlessOk(note(invocation, recording::audit::repaired, uuidOf(path), path, std::move(detail)));
}

void noteForgotten(const Invocation& invocation, const recording::CatalogueEntry& entry)
{
    Json detail = Json::object();
    detail.set("title", entry.title).set("started", formatUtc(entry.startedUtc));
    warnUnlessOk(note(invocation, recording::audit::forgotten, entry.uuid, entry.path, std::move(detail)));
}

void noteMade(const Invocation& invocation, std::string_view what, const std::string& recordingPath,
              const std::string& format, const std::string& path)
{
    warnUnlessOk(recording::auditMade(invocation.configuration.text("general.operator"), what, uuidOf(recordingPath),
                                      recordingPath, format, path));
}

void noteImported(const Invocation& invocation, const std::string& source, const recording::ImportOutcome& outcome,
                  const std::string& path)
{
    warnUnlessOk(recording::auditImported(invocation.configuration.text("general.operator"), source, outcome, path));
}

int checkLibraryAudit(const Invocation& invocation)
{
    const auto path = recording::defaultAuditLogPath();
    if (!path.ok())
        return fail(path.error());
    const auto log = recording::readAuditLog(*path);
    if (!log.ok())
        return fail(log.error());
    if (invocation.json) {
        Json line = Json::object();
        line.set("audit", *path).set("entries", log->entries.size()).set("intact", log->check.intact);
        line.set("first_bad", log->check.intact ? Json() : Json(log->check.firstBad + 1));
        printLine(line.set("finding", log->check.finding));
    } else if (log->check.intact) {
        printLine("audit trail of the library intact: " + std::to_string(log->entries.size()) + " entries in " + *path);
    } else {
        printLine("audit trail of the library NOT intact (" + *path + "): " + log->check.finding);
    }
    return log->check.intact ? Ok : FailedCheck;
}

int runHistory(const Invocation& invocation, const std::string& path)
{
    const auto reader = recording::Reader::open(path);
    const auto entry = listed(path, reader.ok() ? (*reader)->metadata().uuid : std::string());
    if (!reader.ok() && !entry)
        return fail(reader.error());
    const std::string uuid = reader.ok() ? (*reader)->metadata().uuid : entry->uuid;
    const auto trailPath = recording::defaultAuditLogPath();
    const auto trail =
        trailPath.ok() ? recording::readAuditLog(*trailPath) : Result<recording::AuditLog>(trailPath.error());
    if (!trail.ok())
        return fail(trail.error());
    std::vector<Happening> happenings;
    if (reader.ok())
        addOwnHistory(**reader, happenings);
    if (entry)
        addCatalogueHistory(*entry, happenings);
    addTrail(*trail, uuid, happenings);
    std::stable_sort(happenings.begin(), happenings.end(),
                     [](const Happening& a, const Happening& b) { return a.utc < b.utc; });
    if (invocation.json) {
        printLine(historyObject(path, uuid, entry, happenings, trail->check));
    } else {
        printLine(path + "  " + uuid);
        for (const Happening& happening : happenings)
            printLine(sentence(happening));
        if (!reader.ok())
            printLine("The file cannot be read now: " + reader.error().message());
        if (!trail->check.intact)
            printLine("The library's trail is NOT intact: " + trail->check.finding);
    }
    return trail->check.intact ? Ok : FailedCheck;
}

} // namespace bnof::cli
