// SPDX-License-Identifier: GPL-3.0-or-later
// list, info, verify, repair and reindex: what is done to recordings that exist.

#include <filesystem>

#include "app/cli/command.h"
#include "app/cli/determinism.h"
#include "engine/recording/catalogue.h"
#include "engine/recording/library.h"
#include "engine/recording/reader.h"

namespace bnof::cli {
namespace {

Json entryLine(const recording::CatalogueEntry& entry)
{
    return Json::object()
        .set("uuid", entry.uuid)
        .set("path", entry.path)
        .set("title", entry.title)
        .set("operator", entry.operatorName)
        .set("device", entry.device)
        .set("model", entry.modelName)
        .set("started", formatUtc(entry.startedUtc))
        .set("duration", toSeconds(entry.duration))
        .set("frames", entry.frames)
        .set("channels", entry.channels)
        .set("bytes", entry.bytes)
        .set("gaps", entry.gaps)
        .set("dropped", entry.dropped)
        .set("gases", entry.gases)
        .set("marks", entry.marks)
        .set("complete", entry.complete)
        .set("simulated", entry.simulated)
        .set("missing", entry.missing);
}

Result<std::unique_ptr<recording::Catalogue>> openCatalogue()
{
    BNOF_TRY_ASSIGN(const std::string path, recording::defaultCataloguePath());
    return recording::Catalogue::open(path);
}

/// The folder that was named, else the user's own.
std::string libraryFolder(const Invocation& invocation)
{
    return invocation.arguments.isEmpty()
               ? recording::recordingsFolder(invocation.configuration.text("recording.folder"))
               : invocation.argument(0);
}

void describeList(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("filter"),
                      QStringLiteral("Only recordings whose title, operator, device, gases or marks contain TEXT."),
                      QStringLiteral("TEXT")});
}

int runList(const Invocation& invocation)
{
    auto catalogue = openCatalogue();
    if (!catalogue.ok())
        return fail(catalogue.error());
    const std::string folder = libraryFolder(invocation);
    if (std::error_code ignored; std::filesystem::exists(folder, ignored)) {
        if (auto scanned = (*catalogue)->scan(folder); !scanned.ok())
            return fail(scanned.error());
    } else if (!invocation.arguments.isEmpty()) {
        return fail(makeError(ErrorKind::BadInput, "there is no such folder", folder));
    }
    const auto entries = (*catalogue)->list(invocation.value("filter"));
    if (!entries.ok())
        return fail(entries.error());
    for (const auto& entry : *entries) {
        if (invocation.json) {
            printLine(entryLine(entry));
            continue;
        }
        char duration[32];
        std::snprintf(duration, sizeof duration, "%8.1f s  ", toSeconds(entry.duration));
        printLine(formatUtc(entry.startedUtc) + "  " + duration + formatBytes(static_cast<double>(entry.bytes)) + "  " +
                  entry.path + (entry.gases.empty() ? "" : "  [" + entry.gases + "]") +
                  (entry.simulated ? "  simulated" : "") + (entry.complete ? "" : "  not closed properly") +
                  (entry.missing ? "  file is gone" : ""));
    }
    if (entries->empty() && !invocation.json)
        printLine("No recordings in " + folder + ".");
    return Ok;
}

Json streamsOf(const recording::RecordingMetadata& metadata, const recording::Summary& summary)
{
    Json streams = Json::array();
    for (std::size_t i = 0; i < metadata.sources.size(); ++i) {
        Json channels = Json::array();
        for (const auto& channel : metadata.sources[i].channels)
            channels.push(Json::object()
                              .set("name", channel.name)
                              .set("quantity", channel.quantity)
                              .set("unit", channel.unit)
                              .set("gas", channel.gas));
        streams.push(Json::object()
                         .set("kind", "frames")
                         .set("source", metadata.sources[i].uri)
                         .set("device", metadata.sources[i].device)
                         .set("simulated", metadata.sources[i].simulated)
                         .set("count", i < summary.framesPerSource.size() ? summary.framesPerSource[i] : 0)
                         .set("channels", std::move(channels)));
    }
    for (std::size_t i = 0; i < metadata.layers.size(); ++i)
        streams.push(Json::object()
                         .set("kind", "spikes")
                         .set("layer", metadata.layers[i].name)
                         .set("neurons", metadata.layers[i].size)
                         .set("count", i < summary.spikesPerLayer.size() ? summary.spikesPerLayer[i] : 0));
    if (!metadata.gases.empty())
        streams.push(Json::object()
                         .set("kind", "decisions")
                         .set("gases", Json::arrayOf(metadata.gases))
                         .set("count", summary.decisions));
    streams.push(Json::object().set("kind", "marks").set("count", summary.marks));
    return streams;
}

Json infoObject(const std::string& path, const recording::Reader& reader, const recording::Verification& verification)
{
    const auto& metadata = reader.metadata();
    const auto& summary = verification.summary;
    Json info = Json::object();
    info.set("file", path).set("uuid", metadata.uuid).set("title", metadata.title);
    info.set("operator", metadata.operatorName).set("notes", metadata.notes);
    if (!reader.edits().empty()) {
        const auto& first = reader.originalMetadata();
        Json original = Json::object();
        original.set("title", first.title).set("operator", first.operatorName).set("notes", first.notes);
        info.set("original_description", std::move(original)).set("description_changes", reader.edits().size());
        info.set("described", formatUtc(reader.edits().back().utc));
    }
    info.set("started", formatUtc(metadata.wallAtZero + metadata.start));
    info.set("software", metadata.softwareVersion);
    info.set("frames", summary.frames).set("spikes", summary.spikes).set("decisions", summary.decisions);
    info.set("duration", toSeconds(summary.lastTime - summary.firstTime));
    info.set("streams", streamsOf(metadata, summary));
    info.set("model", metadata.modelName).set("model_sha256", metadata.modelDigest);
    info.set("back_end", metadata.backEnd).set("complete", verification.health.complete);
    Json lost = Json::object();
    lost.set("frames_dropped", summary.droppedFrames).set("frames_not_recognised", summary.notRecognisedFrames);
    lost.set("skipped", summary.badLines).set("gaps", summary.gaps).set("bytes", verification.health.lostBytes);
    lost.set("damaged_chunks", verification.health.damagedChunks);
    info.set("lost", std::move(lost)).set("sha256", verification.sha256);
    info.set("spikes_hash", verification.spikesHash).set("decisions_hash", verification.decisionsHash);
    info.set("configuration", metadata.configuration);
    info.set("findings", Json::arrayOf(verification.health.findings));
    return info;
}

int runInfo(const Invocation& invocation)
{
    const std::string path = invocation.argument(0);
    const auto reader = recording::Reader::open(path);
    if (!reader.ok())
        return fail(reader.error());
    const auto verification = recording::verify(path);
    if (!verification.ok())
        return fail(verification.error());
    const Json info = infoObject(path, **reader, *verification);
    printLine(invocation.json ? info.dump() : info.dump(2));
    return Ok;
}

void describeVerify(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("determinism"),
                      QStringLiteral("Run a model over a recording on every back end of this machine and compare the "
                                     "spikes and the whole state, bit for bit.")});
}

int runVerify(const Invocation& invocation)
{
    if (invocation.isSet("determinism"))
        return runDeterminism(invocation);
    if (invocation.arguments.size() != 1)
        return fail(makeError(ErrorKind::Usage, "one recording is checked at a time", "bnof verify",
                              "A model and a recording belong to \"bnof verify --determinism\"."));
    const auto verification = recording::verify(invocation.argument(0));
    if (!verification.ok())
        return fail(verification.error());
    if (invocation.json) {
        printLine(Json::object()
                      .set("intact", verification->intact)
                      .set("complete", verification->health.complete)
                      .set("lost_bytes", verification->health.lostBytes)
                      .set("damaged_chunks", verification->health.damagedChunks)
                      .set("frames", verification->summary.frames)
                      .set("sha256", verification->sha256)
                      .set("spikes_hash", verification->spikesHash)
                      .set("decisions_hash", verification->decisionsHash)
                      .set("findings", Json::arrayOf(verification->health.findings)));
    } else {
        for (const auto& finding : verification->health.findings)
            printLine(finding);
        printLine(verification->intact ? "intact: every byte is as it was written"
                                       : "not intact; \"bnof repair\" completes what can be completed");
        printLine("frames " + std::to_string(verification->summary.frames) + ", sha256 " + verification->sha256);
    }
    return verification->intact ? Ok : FailedCheck;
}

void describeRepair(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("out"), QStringLiteral("Write a repaired copy instead of mending the file."),
                      QStringLiteral("FILE")});
}

int runRepair(const Invocation& invocation)
{
    const auto repair = recording::repair(invocation.argument(0), invocation.value("out"));
    if (!repair.ok())
        return fail(repair.error());
    if (invocation.json) {
        printLine(Json::object()
                      .set("changed", repair->changed)
                      .set("cut_bytes", repair->cutBytes)
                      .set("findings", Json::arrayOf(repair->findings)));
        return Ok;
    }
    for (const auto& finding : repair->findings)
        printLine(finding);
    printLine(repair->changed ? "repaired; " + std::to_string(repair->cutBytes) + " bytes could not be kept"
                              : "nothing to repair");
    return Ok;
}

int runReindex(const Invocation& invocation)
{
    auto catalogue = openCatalogue();
    if (!catalogue.ok())
        return fail(catalogue.error());
    const std::string folder = libraryFolder(invocation);
    const auto count = (*catalogue)->scan(folder);
    if (!count.ok())
        return fail(count.error());
    if (invocation.json)
        printLine(Json::object().set("folder", folder).set("recordings", *count));
    else
        printLine(std::to_string(*count) + " recordings in " + folder);
    return Ok;
}

} // namespace

const Command listCommand{"list",
                          "[FOLDER] [--filter TEXT]",
                          "List recordings, newest first.",
                          "bnof list --filter ethanol",
                          0,
                          1,
                          false,
                          describeList,
                          runList};
const Command infoCommand{
    "info",  "FILE", "What a recording holds, with its hashes.", "bnof info run.bnr --json", 1, 1, false,
    nullptr, runInfo};
const Command verifyCommand{"verify",
                            "FILE | --determinism MODEL RECORDING",
                            "Check every byte of a recording, or that every back end gives the same bits.",
                            "bnof verify --determinism default run.bnr",
                            1,
                            2,
                            false,
                            describeVerify,
                            runVerify};
const Command repairCommand{"repair",
                            "FILE [--out FILE]",
                            "Complete a recording that was cut off.",
                            "bnof repair run.bnr",
                            1,
                            1,
                            false,
                            describeRepair,
                            runRepair};
const Command reindexCommand{"reindex",
                             "[FOLDER]",
                             "Rebuild the catalogue from the recordings themselves.",
                             "bnof reindex ~/Documents/BioNeuro",
                             0,
                             1,
                             false,
                             nullptr,
                             runReindex};

} // namespace bnof::cli
