// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/catalogue_files.h"

#include <algorithm>
#include <filesystem>

#include "engine/recording/reader.h"
#include "engine/recording/segments.h"

namespace bnof::recording {

namespace fs = std::filesystem;

namespace {

constexpr const char* separator = ", ";

std::string join(const std::vector<std::string>& parts)
{
    std::string out;
    for (const std::string& part : parts)
        out += (out.empty() ? "" : separator) + part;
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

/// "run.0003.bnr" beside "run.bnr"; alone it is listed as what it is, the rest of a recording.
bool continuesAnother(const fs::path& path)
{
    if (!isLaterSegment(path.string()))
        return false;
    const std::string stem = path.stem().string();
    std::error_code ignored;
    return fs::exists(path.parent_path() / (stem.substr(0, stem.rfind('.')) + ".bnr"), ignored);
}

void judge(const Reader& reader, CatalogueEntry& entry)
{
    const Health& health = reader.health();
    entry.complete = health.complete;
    if (reader.growing())
        entry.state = RecordingState::BeingWritten;
    else if (health.damagedChunks > 0 || (health.complete && health.lostBytes > 0))
        entry.state = RecordingState::Damaged;
    else
        entry.state = health.complete ? RecordingState::Complete : RecordingState::CutOff;
    const bool healthy = entry.state == RecordingState::Complete || entry.state == RecordingState::BeingWritten;
    if (!healthy && !health.findings.empty())
        entry.finding = health.findings.front();
}

} // namespace

std::vector<std::string> splitList(const std::string& joined)
{
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < joined.size();) {
        const std::size_t end = std::min(joined.find(separator, at), joined.size());
        if (end > at)
            parts.push_back(joined.substr(at, end - at));
        at = end + 2;
    }
    return parts;
}

std::vector<std::string> segmentsOf(const std::string& path)
{
    // Asked for one by one: looking through the folder for every file of it would not end.
    std::vector<std::string> segments{path};
    std::error_code error;
    for (std::uint32_t number = 1; fs::is_regular_file(segmentPath(path, number), error); ++number)
        segments.push_back(segmentPath(path, number));
    return segments;
}

FileStamp stampOf(const std::string& path)
{
    FileStamp stamp;
    std::error_code error;
    stamp.exists = fs::is_regular_file(path, error);
    if (!stamp.exists)
        return stamp;
    for (const std::string& segment : segmentsOf(path)) {
        const auto bytes = fs::file_size(segment, error);
        stamp.bytes += error ? 0 : bytes;
        const auto time = fs::last_write_time(segment, error);
        if (!error)
            stamp.modified = segment == path ? time.time_since_epoch().count()
                                             : std::max<std::int64_t>(stamp.modified, time.time_since_epoch().count());
    }
    return stamp;
}

Result<std::vector<std::string>> recordingsBelow(const std::string& folder, const ScanProgress& progress)
{
    std::error_code error;
    fs::recursive_directory_iterator iterator(folder, fs::directory_options::skip_permission_denied, error);
    if (error)
        return makeError(ErrorKind::Storage, "this folder cannot be searched for recordings: " + error.message(),
                         folder, "Check the recordings folder in the settings.");
    // The oldest file first: of two files of one recording it is the original.
    std::vector<std::pair<fs::file_time_type, std::string>> found;
    std::size_t seen = 0;
    for (const fs::recursive_directory_iterator end; !error && iterator != end; iterator.increment(error)) {
        if (++seen % 1024 == 0 && progress && !progress(0, 0))
            return makeError(ErrorKind::Cancelled, "the search for recordings was cancelled", folder);
        std::error_code ignored;
        if (iterator->path().extension() == ".bnr" && iterator->is_regular_file(ignored) &&
            !continuesAnother(iterator->path()))
            found.emplace_back(iterator->last_write_time(ignored), iterator->path().string());
    }
    std::sort(found.begin(), found.end());
    std::vector<std::string> paths;
    for (auto& [time, path] : found)
        paths.push_back(std::move(path));
    return paths;
}

std::string absolutePath(const std::string& path)
{
    std::error_code error;
    const fs::path full = fs::weakly_canonical(path, error);
    return error ? path : full.string();
}

Result<CatalogueEntry> describeFile(const std::string& path)
{
    const FileStamp stamp = stampOf(path); // before reading: a change while it is read is seen the next time
    BNOF_TRY_ASSIGN(const auto reader, Reader::open(path));
    const RecordingMetadata& metadata = reader->metadata();
    const Summary& summary = reader->summary();
    CatalogueEntry entry;
    entry.uuid = metadata.uuid;
    entry.path = path;
    entry.title = metadata.title;
    entry.operatorName = metadata.operatorName;
    entry.notes = metadata.notes;
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
    entry.bytes = stamp.bytes;
    entry.modified = stamp.modified;
    entry.gaps = summary.gaps;
    entry.dropped = summary.droppedFrames;
    entry.gases = decidedGases(metadata, summary);
    entry.marks = join(summary.markLabels);
    judge(*reader, entry);
    return entry;
}

std::string uuidOf(const std::string& path)
{
    const auto reader = Reader::open(path);
    return reader.ok() ? (*reader)->metadata().uuid : std::string();
}

} // namespace bnof::recording
