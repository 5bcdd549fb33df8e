// SPDX-License-Identifier: GPL-3.0-or-later
// info, verify and repair: what is done to one recording that exists.

#include "app/cli/command.h"
#include "app/cli/determinism.h"
#include "app/cli/library.h"
#include "engine/recording/reader.h"

namespace bnof::cli {
namespace {

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

void describeInfo(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("audit"),
                      QStringLiteral("What was done with it, by whom and when. Example: bnof info --audit run.bnr")});
}

int runInfo(const Invocation& invocation)
{
    const std::string path = invocation.argument(0);
    if (invocation.isSet("audit"))
        return runHistory(invocation, path);
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
    parser.addOption({QStringLiteral("audit"),
                      QStringLiteral("Check the library's audit trail as well, or alone without a recording.")});
}

bool showCheck(double share)
{
    showProgress("checking, " + std::to_string(static_cast<int>(share * 100)) + " %");
    return !interrupted();
}

int runVerify(const Invocation& invocation)
{
    if (invocation.isSet("determinism"))
        return runDeterminism(invocation);
    const bool audit = invocation.isSet("audit");
    if (audit && invocation.arguments.isEmpty())
        return checkLibraryAudit(invocation);
    if (invocation.arguments.size() != 1)
        return fail(makeError(ErrorKind::Usage, "one recording is checked at a time", "bnof verify",
                              "A model and a recording belong to \"bnof verify --determinism\"."));
    const auto verification = recording::verify(invocation.argument(0), showCheck);
    if (!verification.ok())
        return fail(verification.error());
    showProgress({});
    noteVerified(invocation, invocation.argument(0), *verification);
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
    const int trail = audit ? checkLibraryAudit(invocation) : Ok;
    return verification->intact ? trail : FailedCheck;
}

void describeRepair(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("out"), QStringLiteral("Write a repaired copy instead of mending the file."),
                      QStringLiteral("FILE")});
}

int runRepair(const Invocation& invocation)
{
    const auto repair = recording::repair(invocation.argument(0), invocation.value("out"), [](double share) {
        showProgress("repairing, " + std::to_string(static_cast<int>(share * 100)) + " %");
        return !interrupted();
    });
    if (!repair.ok())
        return fail(repair.error());
    showProgress({});
    if (repair->changed)
        noteRepaired(invocation, invocation.argument(0), *repair);
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

} // namespace

const Command infoCommand{
    "info",       "FILE [--audit]", "What a recording holds, with its hashes.", "bnof info run.bnr --json", 1, 1, false,
    describeInfo, runInfo};
const Command verifyCommand{"verify",
                            "FILE [--audit] | --audit | --determinism MODEL RECORDING",
                            "Check every byte of a recording, or that every back end gives the same bits.",
                            "bnof verify --determinism default run.bnr",
                            0,
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
} // namespace bnof::cli
