// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/evidence.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "engine/olfaction/model.h"
#include "engine/sensing/source_uri.h"

namespace bnof::report {
namespace {

std::string digestOf(std::span<const std::uint8_t> bytes)
{
    return sha256Hex(bytes);
}

std::string digestOf(const std::string& text)
{
    return digestOf({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

Error cancelled(const std::string& path)
{
    return makeError(ErrorKind::Cancelled, "the report was cancelled", path);
}

Result<std::vector<InputFile>> hashFiles(const std::vector<std::string>& paths, const recording::Progress& progress)
{
    std::vector<InputFile> files;
    std::vector<char> buffer(1U << 18);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        std::ifstream in(paths[i], std::ios::binary);
        InputFile file;
        Sha256 hash;
        while (in) {
            in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
            const auto count = static_cast<std::size_t>(in.gcount());
            hash.update({reinterpret_cast<const std::uint8_t*>(buffer.data()), count});
            file.bytes += count;
            if (progress && !progress(static_cast<double>(i) / static_cast<double>(paths.size())))
                return cancelled(paths[i]);
        }
        if (!in.eof())
            return makeError(ErrorKind::Storage, "the file cannot be read to its end", paths[i],
                             "Check this disk for faults, or use another copy of the file.");
        file.sha256 = hash.hexDigest();
        files.push_back(std::move(file));
    }
    return files;
}

void addSeeds(Evidence& evidence, const recording::RecordingMetadata& metadata)
{
    for (std::size_t i = 0; i < metadata.sources.size(); ++i) {
        const auto uri = sensing::SourceUri::parse(metadata.sources[i].uri);
        if (uri.ok() && !uri->parameter("seed", "").empty())
            evidence.seeds.push_back({SeedEvidence::Of::Source, std::to_string(i + 1), uri->parameter("seed", "")});
    }
    for (const auto& [key, value] : evidence.configuration) {
        if (key.ends_with("seed"))
            evidence.seeds.push_back({SeedEvidence::Of::Setting, key, value});
    }
}

void addModel(Evidence& evidence, const recording::Reader& reader)
{
    const std::vector<std::uint8_t> bytes = reader.modelBytes();
    if (bytes.empty())
        return;
    ModelEvidence& model = evidence.model.emplace();
    model.bytes = bytes.size();
    model.sha256 = digestOf(bytes);
    model.asStated = model.sha256 == reader.metadata().modelDigest;
    const auto parsed = olfaction::modelFromBytes(bytes, "the model in the recording");
    if (!parsed.ok())
        return;
    model.readable = true;
    model.programVersion = parsed->programVersion;
    model.trainingDigest = parsed->trainingDigest;
    model.simulatedTraining = parsed->simulatedTraining;
    evidence.seeds.push_back({SeedEvidence::Of::Training, {}, std::to_string(parsed->seed)});
    if (parsed->kind == "spiking")
        evidence.seeds.push_back({SeedEvidence::Of::Network, {}, std::to_string(parsed->spiking.network.seed)});
}

void addConfiguration(Evidence& evidence, const Json& configuration)
{
    if (!configuration.isObject())
        return;
    evidence.configurationSha256 = digestOf(configuration.dump());
    const Json::Array& calibrations = configuration["calibrations"].items(); // one a source
    for (std::size_t i = 0; i < calibrations.size(); ++i) {
        const Json& each = calibrations[i];
        if (each.isObject())
            evidence.calibrations.push_back({i + 1, each["name"].toString(), each["version"].toInteger(),
                                             each["operator"].toString(), each["made_utc_ns"].toInteger(),
                                             each["expires_utc_ns"].toInteger(), digestOf(each.dump())});
    }
    for (const auto& [key, value] : configuration.members()) {
        if (key == "calibrations")
            continue; // by name and digest, not in full
        evidence.configuration.emplace_back(key, value.isString() ? value.toString() : value.dump());
    }
}

Result<ReplayEvidence> replayed(const std::string& path, const recording::Progress& progress)
{
    ReplayEvidence evidence;
    sensing::SourceUri uri;
    uri.scheme = "replay";
    uri.path = path;
    uri.parameters = {{"speed", "max"}};
    session::SessionConfiguration configuration;
    configuration.sources = {uri};
    configuration.historySamples = 0;
    evidence.backEnd = configuration.backEnd = proofBackEnd;
    auto session = session::Session::start(configuration);
    if (!session.ok()) { // a processor without vector units
        evidence.backEnd = configuration.backEnd = "reference";
        session = session::Session::start(std::move(configuration));
    }
    if (!session.ok()) {
        evidence.problem = session.error();
        return evidence;
    }
    session::SessionStatus status = (*session)->status();
    while (!status.finished) {
        const auto& replay = *status.replay;
        const double span = static_cast<double>(std::max<Timestamp>(replay.end - replay.start, 1));
        const double share = static_cast<double>(replay.position - replay.start) / span;
        if (progress && !progress(std::clamp(share, 0.0, 1.0)))
            return cancelled(path); // the session stops with its destruction
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        status = (*session)->status();
    }
    evidence.proof = status.replay->proof;
    for (const session::Problem& problem : status.problems) {
        if (problem.id == "recogniser")
            evidence.problem = problem.error;
    }
    return evidence;
}

} // namespace

Result<Evidence> gatherEvidence(const std::string& recordingPath, bool replay, const recording::Progress& progress)
{
    Evidence evidence;
    BNOF_TRY_ASSIGN(const auto reader, recording::Reader::open(recordingPath));
    BNOF_TRY_ASSIGN(evidence.files, hashFiles(reader->files(), [&](double share) {
                        return !progress || progress((replay ? 0.2 : 1.0) * share);
                    }));
    addConfiguration(evidence, reader->metadata().configuration);
    addModel(evidence, *reader);
    addSeeds(evidence, reader->metadata());
    if (const auto state = reader->recogniserState(); !state.empty()) {
        evidence.stateBytes = state.size();
        evidence.stateSha256 = digestOf(state);
    }
    evidence.trail = reader->audit();
    evidence.trailCheck = recording::checkChain(evidence.trail);
    if (replay && !reader->metadata().gases.empty()) {
        BNOF_TRY_ASSIGN(evidence.replay, replayed(recordingPath, [&](double share) {
                            return !progress || progress(0.2 + 0.8 * share);
                        }));
    }
    return evidence;
}

} // namespace bnof::report
