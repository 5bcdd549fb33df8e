// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/recording_target.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "engine/base/build_config.h"

namespace bnof::recording {
namespace {

namespace fs = std::filesystem;

/// When the file was last changed, as UTC.
std::int64_t changedUtc(const std::string& path)
{
    std::error_code code;
    const auto changed = fs::last_write_time(path, code);
    if (code)
        return wallNow();
    const auto system = std::chrono::file_clock::to_sys(changed);
    return std::chrono::duration_cast<std::chrono::nanoseconds>(system.time_since_epoch()).count();
}

} // namespace

std::string fileStates(const std::vector<std::string>& files)
{
    std::string out;
    for (const std::string& file : files) {
        std::error_code code;
        out += std::to_string(fs::file_size(file, code)) + ' ' +
               std::to_string(fs::last_write_time(file, code).time_since_epoch().count()) + '\n';
    }
    return out;
}

Result<std::unique_ptr<RecordingTarget>> RecordingTarget::create(const ImportSource& source, const std::string& out,
                                                                 const ImportOptions& options, const Progress& progress)
{
    std::error_code code;
    if (fs::exists(out, code))
        return makeError(ErrorKind::Storage, "this file already exists, and an import overwrites nothing", out,
                         "Choose another name, or delete the file first.");
    BNOF_TRY_ASSIGN(auto folder, NewPath::create(out, NewPath::Kind::Folder));
    return std::unique_ptr<RecordingTarget>(new RecordingTarget(source, out, options, progress, std::move(folder)));
}

Result<void> RecordingTarget::begin(const ImportDescription& description)
{
    const std::string name = fs::path(m_source.path).filename().string();
    m_options.format = description.format.value_or(m_options.format);
    RecordingMetadata metadata;
    metadata.softwareVersion = BNOF_VERSION;
    metadata.title = !m_options.title.empty()     ? m_options.title
                     : !description.title.empty() ? description.title
                                                  : fs::path(m_source.path).stem().string();
    metadata.operatorName = m_options.operatorName;
    metadata.notes = description.notes;
    const bool known = description.wallAtZero || m_options.startUtc;
    metadata.wallAtZero =
        description.wallAtZero.value_or(m_options.startUtc.value_or(changedUtc(m_source.files.front())));
    metadata.sources = description.sources;
    for (SourceDescription& source : metadata.sources) {
        if (source.uri.empty())
            source.uri = std::string("import:") + importFormatName(m_options.format) + "?file=" + name;
        if (source.device.empty())
            source.device = "imported from " + name;
    }
    metadata.layers = description.layers;
    metadata.tickMs = description.tickMs;
    Json from = Json::object();
    from.set("file", name).set("sha256", m_source.sha256).set("format", importFormatName(m_options.format));
    from.set("start_known", known).set("software_version", BNOF_VERSION).set("understood", description.understood);
    metadata.configuration = Json::object().set("import", std::move(from));
    RecorderOptions options;
    options.batch = true; // an import has all the time there is
    const std::string inside = m_folder->temporary() + '/' + fs::path(m_out).filename().string();
    BNOF_TRY_ASSIGN(m_recorder, Recorder::create(inside, std::move(metadata), {}, {}, options));
    return {};
}

Result<void> RecordingTarget::accepted(bool yes)
{
    if (yes)
        return {};
    if (const auto failure = m_recorder->status().failure)
        return *failure;
    return makeError(ErrorKind::Storage, "the disk is too slow: a gigabyte waits to be written", m_out,
                     "Import to a faster disk.");
}

Result<void> RecordingTarget::frame(std::uint32_t source, Timestamp t, double deviceSeconds,
                                    std::span<const float> values)
{
    m_last = t;
    ++m_outcome.frames;
    return accepted(m_recorder->frame(source, {t, values, deviceSeconds}, true));
}

Result<void> RecordingTarget::spikes(std::uint32_t layer, std::span<const Spike> spikes)
{
    m_outcome.spikes += spikes.size();
    return accepted(m_recorder->spikes(layer, spikes));
}

Result<void> RecordingTarget::mark(const Mark& mark)
{
    ++m_outcome.marks;
    return accepted(m_recorder->mark(mark));
}

Result<void> RecordingTarget::event(const StreamEvent& event)
{
    return accepted(m_recorder->event(event));
}

Result<void> RecordingTarget::note(const std::string& text)
{
    m_outcome.notes.push_back(text);
    return accepted(m_recorder->event({StreamEvent::Kind::Note, m_last, m_last, 0, "import: " + text}));
}

Result<void> RecordingTarget::progress(double share)
{
    if (m_progress && !m_progress(std::clamp(share, 0.0, 1.0) * 0.99))
        return makeError(ErrorKind::Cancelled, "the import was cancelled; no file was left behind", m_source.path);
    return {};
}

Result<ImportOutcome> RecordingTarget::finish()
{
    if (!m_recorder)
        return makeError(ErrorKind::BadInput, "there are no rows of data", m_source.path,
                         "Check that this is the right file, and its format with --preview.");
    m_outcome.format = m_options.format;
    m_outcome.uuid = m_recorder->metadata().uuid;
    m_outcome.sha256 = m_source.sha256;
    BNOF_TRY(m_recorder->finish());
    m_recorder.reset();
    // A recording may be several files; the first, by which it is named, comes last.
    std::vector<fs::path> files;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(m_folder->temporary(), code))
        files.push_back(entry.path());
    const fs::path first = fs::path(m_out).filename();
    std::sort(files.begin(), files.end(), [&first](const fs::path& a, const fs::path& b) {
        return (a.filename() == first) != (b.filename() == first) ? b.filename() == first : a < b;
    });
    std::vector<fs::path> moved;
    for (const fs::path& file : files) {
        const fs::path to = fs::path(m_out).parent_path() / file.filename();
        if (auto renamed = renameNew(file.string(), to.string()); !renamed.ok()) {
            for (const fs::path& back : moved)
                fs::remove(back, code);
            return renamed.error();
        }
        moved.push_back(to);
    }
    if (m_progress)
        m_progress(1);
    return m_outcome;
}

} // namespace bnof::recording
