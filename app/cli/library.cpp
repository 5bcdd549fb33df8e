// SPDX-License-Identifier: GPL-3.0-or-later
// list and reindex: the catalogue of all recordings.

#include "app/cli/library.h"

#include <QDateTime>
#include <QTimeZone>

#include <cstdio>
#include <filesystem>

#include "engine/recording/library.h"

namespace bnof::cli {
namespace {

/// The folders that were named, else the user's own.
std::vector<std::string> libraryFolders(const Invocation& invocation)
{
    std::vector<std::string> folders;
    for (const QString& folder : invocation.arguments)
        folders.push_back(folder.toStdString());
    if (folders.empty())
        folders.push_back(recording::recordingsFolder(invocation.configuration.text("recording.folder")));
    return folders;
}

bool tellScan(std::size_t done, std::size_t total)
{
    showProgress(total == 0 ? std::string("looking for recordings")
                            : "reading recordings, " + std::to_string(done) + " of " + std::to_string(total));
    return !interrupted();
}

/// A day ("2026-03-05") or an instant ("2026-03-05T14:00", UTC unless it names a zone), as nanoseconds since 1970.
/// A day stands for its begin, or with `wholeDay` for its end.
Result<std::int64_t> instant(const Invocation& invocation, const char* option, bool wholeDay, std::int64_t fallback)
{
    if (!invocation.isSet(option))
        return fallback;
    const QString text = QString::fromStdString(invocation.value(option)).trimmed();
    QDateTime time;
    if (const QDate day = QDate::fromString(text, Qt::ISODate); day.isValid() && text.size() == 10) {
        time = QDateTime(wholeDay ? day.addDays(1) : day, QTime(0, 0), Qt::UTC);
    } else {
        time = QDateTime::fromString(text, Qt::ISODateWithMs);
        if (time.timeSpec() == Qt::LocalTime)
            time.setTimeSpec(Qt::UTC);
    }
    if (!time.isValid() || std::abs(time.date().year()) > 2200)
        return makeError(ErrorKind::Usage, "\"" + text.toStdString() + "\" is no date",
                         std::string("bnof list --") + option,
                         "Write 2026-03-05 or 2026-03-05T14:00 (UTC), or with a zone 2026-03-05T14:00+01:00.");
    return time.toMSecsSinceEpoch() * nanosecondsPerMillisecond;
}

void describeList(QCommandLineParser& parser)
{
    const auto value = [&](const QStringList& names, const char* text, const char* what) {
        parser.addOption({names, QString::fromUtf8(text), QString::fromLatin1(what)});
    };
    const auto flag = [&](const char* name, const char* text) {
        parser.addOption({QString::fromLatin1(name), QString::fromUtf8(text)});
    };
    value({QStringLiteral("search"), QStringLiteral("filter")},
          "Only recordings that have all these words in their title, operator, notes, device, model, gases, marks or "
          "file name; \"several words\" as they stand. Example: --search 'ethanol \"fume hood\"'",
          "TEXT");
    value({QStringLiteral("gas")}, "Only recordings in which this gas was decided. Example: --gas ethanol", "GAS");
    value({QStringLiteral("device")}, "Only of devices whose name contains this. Example: --device USB2.0", "DEVICE");
    value({QStringLiteral("operator")}, "Only by operators whose name contains this. Example: --operator Ada",
          "OPERATOR");
    value({QStringLiteral("model")}, "Only with models whose name contains this. Example: --model default", "MODEL");
    value({QStringLiteral("since")}, "Only what began on this day (UTC) or later. Example: --since 2026-03-05", "DATE");
    value({QStringLiteral("until")}, "Only what began on this day (UTC) or earlier. Example: --until 2026-03-31",
          "DATE");
    flag("damaged", "Only recordings that are damaged or were cut off.");
    flag("unverified", "Only recordings that were not verified as they are now.");
    flag("missing", "Only recordings whose file is gone.");
    flag("verify", "Verify first what was not verified as it is now; exit code 1 when something is not intact.");
    flag("forget", "With --missing: take what is listed out of the catalogue. Example: --missing --forget");
}

Result<recording::CatalogueQuery> queryFrom(const Invocation& invocation)
{
    recording::CatalogueQuery query;
    query.text = invocation.value("search");
    query.gas = invocation.value("gas");
    query.device = invocation.value("device");
    query.operatorName = invocation.value("operator");
    query.modelName = invocation.value("model");
    query.onlyDamaged = invocation.isSet("damaged");
    query.onlyUnverified = invocation.isSet("unverified");
    query.onlyMissing = invocation.isSet("missing");
    BNOF_TRY_ASSIGN(query.since, instant(invocation, "since", false, query.since));
    BNOF_TRY_ASSIGN(query.until, instant(invocation, "until", true, query.until));
    if (invocation.isSet("forget") && !query.onlyMissing)
        return makeError(ErrorKind::Usage, "only missing recordings can be forgotten", "bnof list --forget",
                         "Add --missing; a file that is there would be listed again at once.");
    if (!invocation.arguments.isEmpty())
        query.folders = libraryFolders(invocation);
    return query;
}

/// Bring the catalogue up to date with the folders.
Result<void> scanFolders(const Invocation& invocation, recording::Catalogue& catalogue)
{
    for (const std::string& folder : libraryFolders(invocation)) {
        std::error_code ignored;
        if (!std::filesystem::exists(folder, ignored)) {
            // Folders of missing recordings may be gone too.
            if (invocation.arguments.isEmpty() || invocation.isSet("missing"))
                continue;
            return makeError(ErrorKind::BadInput, "there is no such folder", folder);
        }
        BNOF_TRY_ASSIGN(const auto report, catalogue.scan(folder, tellScan));
        showProgress({});
        for (const std::string& file : report.unreadable)
            std::fprintf(stderr, "bnof: left out: %s\n", file.c_str());
    }
    return {};
}

std::string lineFor(const recording::CatalogueEntry& entry)
{
    using recording::RecordingState;
    char duration[32];
    std::snprintf(duration, sizeof duration, "%8.1f s  ", toSeconds(entry.duration));
    std::string line = formatUtc(entry.startedUtc) + "  " + duration + formatBytes(static_cast<double>(entry.bytes)) +
                       "  " + entry.path + (entry.gases.empty() ? "" : "  [" + entry.gases + "]");
    line += entry.simulated ? "  simulated" : "";
    line += entry.copy ? "  copy" : "";
    if (entry.state == RecordingState::CutOff)
        line += "  not closed properly";
    else if (entry.state != RecordingState::Complete)
        line += std::string("  ") + name(entry.state);
    else if (entry.isVerified())
        line += "  verified " + formatUtc(entry.verifiedUtc).substr(0, 10);
    return line + (entry.missing ? "  file is gone" : "");
}

/// Why nothing is listed, and what to do about it.
void explainEmpty(const Invocation& invocation, const recording::Catalogue& catalogue,
                  const recording::CatalogueQuery& query)
{
    recording::CatalogueQuery everything;
    everything.folders = query.folders;
    const auto all = catalogue.find(everything);
    const std::size_t count = all.ok() ? all->size() : 0;
    if (count > 0)
        printLine("None of " + std::to_string(count) +
                  (count == 1 ? " recording is what was asked for." : " recordings is what was asked for."));
    else
        printLine("No recordings in " + libraryFolders(invocation).front() + ".");
}

/// True when everything that was checked is intact.
Result<bool> verifyListed(const Invocation& invocation, recording::Catalogue& catalogue,
                          const recording::CatalogueQuery& query)
{
    const auto report = catalogue.verifyPending(query, [](const std::string& path, std::size_t done, std::size_t total,
                                                          double share) {
        showProgress("verifying " + std::filesystem::path(path).filename().string() + " (" + std::to_string(done + 1) +
                     " of " + std::to_string(total) + "), " + std::to_string(static_cast<int>(share * 100)) + " %");
        return !interrupted();
    });
    if (!report.ok())
        return report.error();
    showProgress({});
    for (const auto& checked : report->checked)
        noteVerified(invocation, checked);
    for (const std::string& finding : report->findings)
        std::fprintf(stderr, "bnof: %s\n", finding.c_str());
    if (report->cancelled)
        return makeError(ErrorKind::Cancelled,
                         "the check was cancelled after " + std::to_string(report->checked.size()) + " recordings");
    return report->findings.empty();
}

Result<void> forgetListed(const Invocation& invocation, recording::Catalogue& catalogue,
                          const std::vector<recording::CatalogueEntry>& entries)
{
    for (const auto& entry : entries) {
        BNOF_TRY(catalogue.remove(entry.uuid, entry.path));
        noteForgotten(invocation, entry);
    }
    return {};
}

int runList(const Invocation& invocation)
{
    const auto query = queryFrom(invocation);
    if (!query.ok())
        return fail(query.error());
    auto catalogue = openLibrary();
    if (!catalogue.ok())
        return fail(catalogue.error());
    if (const auto scanned = scanFolders(invocation, **catalogue); !scanned.ok())
        return fail(scanned.error());
    bool intact = true;
    if (invocation.isSet("verify")) {
        const auto verified = verifyListed(invocation, **catalogue, *query);
        if (!verified.ok())
            return fail(verified.error());
        intact = *verified;
    }
    const auto entries = (*catalogue)->find(*query);
    if (!entries.ok())
        return fail(entries.error());
    for (const auto& entry : *entries) {
        if (invocation.json)
            printLine(entryObject(entry));
        else
            printLine(lineFor(entry));
    }
    if (entries->empty() && !invocation.json)
        explainEmpty(invocation, **catalogue, *query);
    if (invocation.isSet("forget")) {
        if (const auto forgotten = forgetListed(invocation, **catalogue, *entries); !forgotten.ok())
            return fail(forgotten.error());
        if (!invocation.json && !entries->empty())
            printLine("forgotten: " + std::to_string(entries->size()));
    }
    return intact ? Ok : FailedCheck;
}

int runReindex(const Invocation& invocation)
{
    auto catalogue = openLibrary();
    if (!catalogue.ok())
        return fail(catalogue.error());
    for (const std::string& folder : libraryFolders(invocation)) {
        const auto report = (*catalogue)->reindex(folder, tellScan);
        if (!report.ok())
            return fail(report.error());
        showProgress({});
        for (const std::string& file : report->unreadable)
            std::fprintf(stderr, "bnof: left out: %s\n", file.c_str());
        if (invocation.json)
            printLine(Json::object()
                          .set("folder", folder)
                          .set("recordings", report->recordings)
                          .set("moved", report->moved)
                          .set("unreadable", Json::arrayOf(report->unreadable)));
        else
            printLine(std::to_string(report->recordings) + " recordings in " + folder +
                      (report->moved > 0 ? ", " + std::to_string(report->moved) + " of them found at another place"
                                         : std::string()));
    }
    return Ok;
}

} // namespace

Result<std::unique_ptr<recording::Catalogue>> openLibrary()
{
    BNOF_TRY_ASSIGN(const std::string path, recording::defaultCataloguePath());
    auto catalogue = recording::Catalogue::openOrRebuild(path);
    if (catalogue.ok() && !(*catalogue)->putAside().empty())
        std::fprintf(stderr,
                     "bnof: the list of recordings could not be used as it was; it is kept as %s and rebuilt from the "
                     "recordings\n",
                     (*catalogue)->putAside().c_str());
    return catalogue;
}

Json entryObject(const recording::CatalogueEntry& entry)
{
    Json line = Json::object();
    line.set("uuid", entry.uuid).set("path", entry.path).set("title", entry.title);
    line.set("operator", entry.operatorName).set("notes", entry.notes);
    line.set("device", entry.device).set("model", entry.modelName);
    line.set("started", formatUtc(entry.startedUtc)).set("duration", toSeconds(entry.duration));
    line.set("frames", entry.frames).set("channels", entry.channels).set("bytes", entry.bytes);
    line.set("gaps", entry.gaps).set("dropped", entry.dropped);
    line.set("gases", entry.gases).set("marks", entry.marks);
    line.set("state", name(entry.state)).set("finding", entry.finding).set("complete", entry.complete);
    line.set("simulated", entry.simulated).set("missing", entry.missing).set("copy", entry.copy);
    line.set("first_seen", formatUtc(entry.firstSeen));
    line.set("verified", entry.isVerified() ? Json(formatUtc(entry.verifiedUtc)) : Json());
    line.set("sha256", entry.isVerified() ? Json(entry.sha256) : Json());
    line.set("earlier_paths", Json::arrayOf(entry.earlierPaths));
    return line;
}

const Command listCommand{"list",
                          "[FOLDER...] [--search TEXT] [--gas G] [--device D] [--operator O] [--model M] "
                          "[--since DATE] [--until DATE] [--damaged] [--unverified] [--missing [--forget]] [--verify]",
                          "List recordings, newest first.",
                          "bnof list --search \"ethanol purge\" --since 2026-03-01 --damaged",
                          0,
                          -1,
                          false,
                          describeList,
                          runList};
const Command reindexCommand{"reindex",
                             "[FOLDER...]",
                             "Rebuild the catalogue from the recordings themselves.",
                             "bnof reindex ~/Documents/BioNeuro",
                             0,
                             -1,
                             false,
                             nullptr,
                             runReindex};

} // namespace bnof::cli
