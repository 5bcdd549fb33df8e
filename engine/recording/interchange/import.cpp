// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/import.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "engine/base/build_config.h"
#include "engine/base/files.h"
#include "engine/recording/audit_log.h"
#include "engine/recording/interchange/array_child.h"
#include "engine/recording/interchange/importers.h"
#include "engine/recording/interchange/npy.h"
#include "engine/recording/interchange/recording_target.h"

namespace bnof::recording {
namespace {

namespace fs = std::filesystem;
constexpr std::array<const char*, 9> names{"auto", "csv", "uci", "windtunnel", "bme", "npy", "nwb", "hdf5", "mat"};
constexpr std::uint64_t maxBmeBytes = 256U << 20;

/// The files of a source: itself, or those of a folder that count, by name ("2" before "10").
std::vector<std::string> filesOf(const std::string& path, const char* extension)
{
    std::error_code code;
    if (!fs::is_directory(path, code))
        return {path};
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(path, code)) {
        if (entry.is_regular_file(code) && (*extension == '\0' || entry.path().extension() == extension))
            files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end(), [](const std::string& a, const std::string& b) {
        return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    return files;
}

Result<std::string> hashFile(const std::string& path, const Progress& progress)
{
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return errnoError(errno, "cannot open the file", path, "Check the path and that you may read it.");
    Sha256 hash;
    std::vector<char> buffer(1U << 20);
    while (in) {
        in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        hash.update(std::string_view(buffer.data(), static_cast<std::size_t>(in.gcount())));
        if (progress && !progress(0))
            return makeError(ErrorKind::Cancelled, "the import was cancelled; no file was left behind", path);
    }
    if (in.bad())
        return makeError(ErrorKind::Storage, "cannot read the file", path, "Check the file and its disk.");
    return hash.hexDigest();
}

/// One file: its hash. A folder: the hash of "name hash\n" of each.
Result<std::string> hashSource(const std::vector<std::string>& files, bool folder, const Progress& progress)
{
    if (!folder)
        return hashFile(files.front(), progress);
    Sha256 all;
    for (const std::string& file : files) {
        BNOF_TRY_ASSIGN(const std::string hash, hashFile(file, progress));
        all.update(fs::path(file).filename().string() + ' ' + hash + '\n');
    }
    return all.hexDigest();
}

Result<ImportFormat> detectFolder(const std::string& path)
{
    if (!filesOf(path, ".npy").empty())
        return ImportFormat::Npy;
    if (!filesOf(path, ".dat").empty())
        return ImportFormat::Uci;
    return makeError(ErrorKind::BadInput, "the folder holds neither .npy files nor .dat files of UCI data", path,
                     "Name one file.");
}

Result<ImportFormat> detect(const std::string& path)
{
    std::error_code code;
    if (!fs::exists(path, code))
        return makeError(ErrorKind::BadInput, "there is no such file or folder", path, "Check the path.");
    if (fs::is_directory(path, code))
        return detectFolder(path);
    std::ifstream in(path, std::ios::binary);
    std::string head(4096, '\0');
    in.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(in.gcount()));
    const std::string_view hdf5("\x89HDF\r\n\x1A\n", 8);
    if (head.starts_with("MATLAB "))
        return ImportFormat::Mat;
    for (const std::size_t at : {0U, 512U, 1024U, 2048U}) {
        if (head.size() > at && std::string_view(head).substr(at).starts_with(hdf5))
            return ImportFormat::Hdf5;
    }
    if (head.starts_with("\x93NUMPY"))
        return ImportFormat::Npy;
    const auto refused = [&path](const char* what, const char* remedy) {
        return makeError(ErrorKind::BadInput, what, path, remedy);
    };
    if (head.starts_with("XDF:"))
        return refused("XDF files are exported, not imported", "Convert it, e.g. with pyxdf, to CSV or NumPy.");
    if (head.starts_with("PK\x03\x04"))
        return refused("this is a ZIP archive (a spreadsheet, or an .npz file)",
                       "Save the spreadsheet as CSV, or unpack the archive and import what is in it.");
    if (trimBlanks(head).starts_with("{") && fs::path(path).extension() == ".bmerawdata")
        return ImportFormat::Bme;
    if (head.starts_with("{") &&
        (head.find("configHeader") != std::string::npos || head.find("rawDataBody") != std::string::npos))
        return ImportFormat::Bme;
    BNOF_TRY_ASSIGN(const auto lines, TextLines::open(path));
    std::string_view line;
    BNOF_TRY_ASSIGN(const bool any, lines->next(line));
    if (any && looksLikeUci(line))
        return ImportFormat::Uci;
    if (any && looksLikeWindTunnel(line))
        return ImportFormat::WindTunnel;
    return ImportFormat::Csv;
}

/// The metadata beside a CSV file of our own; null otherwise.
Json sidecarOf(const std::string& path)
{
    const auto text = readFile(path + ".json", 16U << 20);
    if (!text.ok())
        return {};
    auto json = Json::parse(*text, path + ".json");
    return json.ok() ? std::move(*json) : Json();
}

/// `found`: the format was found out, not asked for; an HDF5 file may then be NWB.
Result<void> readInto(const std::string& path, const ImportOptions& options, bool found, ImportTarget& target)
{
    switch (options.format) {
    case ImportFormat::Uci: {
        const auto files = filesOf(path, ".dat");
        if (files.size() != 1)
            return importUci(files, options, target);
        BNOF_TRY_ASSIGN(const auto lines, TextLines::open(files.front()));
        return importUciLines(*lines, options, target);
    }
    case ImportFormat::Bme: {
        BNOF_TRY_ASSIGN(const std::string text, readFile(path, maxBmeBytes));
        const auto labels = readFile(fs::path(path).replace_extension(".bmelabelinfo").string());
        return importBme(text, labels.ok() ? *labels : std::string(), path, options, target);
    }
    case ImportFormat::Npy: {
        BNOF_TRY_ASSIGN(const auto file, openNpy(path));
        return importArrays(*file, path, options, target);
    }
    case ImportFormat::Nwb:
    case ImportFormat::Hdf5:
    case ImportFormat::Mat: {
        const bool mat = options.format == ImportFormat::Mat;
        BNOF_TRY_ASSIGN(const auto file, openArrayFile(mat ? ArrayFileKind::Mat : ArrayFileKind::Hdf5, path));
        if (options.format == ImportFormat::Nwb)
            return importNwb(*file, path, options, target);
        ImportOptions open = options;
        if (found)
            open.format = ImportFormat::Auto;
        return importArrays(*file, path, open, target);
    }
    case ImportFormat::WindTunnel:
    case ImportFormat::Csv:
    case ImportFormat::Auto: break;
    }
    BNOF_TRY_ASSIGN(const auto lines, TextLines::open(path));
    if (options.format == ImportFormat::WindTunnel)
        return importWindTunnel(*lines, options, target);
    return importCsv(*lines, options, sidecarOf(path), target);
}

/// The format that is meant.
Result<ImportOptions> withFormat(const std::string& path, ImportOptions options)
{
    if (options.format != ImportFormat::Auto) {
        std::error_code code;
        if (!fs::exists(path, code))
            return makeError(ErrorKind::BadInput, "there is no such file or folder", path, "Check the path.");
        return options;
    }
    BNOF_TRY_ASSIGN(options.format, detect(path));
    return options;
}

class PreviewTarget final : public ImportTarget {
public:
    explicit PreviewTarget(std::size_t rows) : m_rows(rows) {}
    Result<void> begin(const ImportDescription& description) override
    {
        preview.sources = description.sources;
        preview.format = description.format.value_or(preview.format);
        preview.understood = description.understood;
        return {};
    }
    Result<void> frame(std::uint32_t source, Timestamp t, double, std::span<const float> values) override
    {
        if (preview.rows.size() >= m_rows) {
            full = true;
            return makeError(ErrorKind::Cancelled, "the preview is full");
        }
        preview.rows.push_back({source, t, {values.begin(), values.end()}});
        return {};
    }
    Result<void> spikes(std::uint32_t, std::span<const Spike>) override { return {}; }
    Result<void> mark(const Mark& mark) override
    {
        if (preview.marks.size() < m_rows)
            preview.marks.push_back(mark);
        return {};
    }
    Result<void> event(const StreamEvent&) override { return {}; }
    Result<void> note(const std::string& text) override
    {
        preview.notes.push_back(text);
        return {};
    }
    Result<void> progress(double) override { return {}; }

    ImportPreview preview;
    bool full = false;

private:
    std::size_t m_rows;
};

} // namespace

const char* importFormatName(ImportFormat format)
{
    return names[static_cast<std::size_t>(format)];
}

Result<ImportFormat> importFormatFromName(std::string_view name)
{
    std::string all;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (lowerAscii(name) == names[i])
            return static_cast<ImportFormat>(i);
        all += (i == 0 ? "" : ", ") + std::string(names[i]);
    }
    return makeError(ErrorKind::Usage, "there is no import format \"" + std::string(name) + "\"", "--format",
                     "Choose one of " + all + ".");
}

Result<std::int64_t> utcFromText(std::string_view text)
{
    if (const auto time = parseTime(text, TimeKind::Date, false))
        return *time;
    return makeError(ErrorKind::Usage, "\"" + std::string(text) + "\" is not a date and time", "--start",
                     "Write it as 2026-03-05T14:02:11Z.");
}

Result<ImportPreview> previewImport(const std::string& path, const ImportOptions& options, std::size_t rows)
{
    BNOF_TRY_ASSIGN(const ImportOptions settled, withFormat(path, options));
    PreviewTarget target(rows);
    target.preview.format = settled.format;
    if (const auto read = readInto(path, settled, options.format == ImportFormat::Auto, target);
        !read.ok() && !target.full)
        return read.error();
    return std::move(target.preview);
}

Result<ImportOutcome> importRecording(const std::string& path, const std::string& out, const ImportOptions& options,
                                      const Progress& progress)
{
    BNOF_TRY_ASSIGN(const ImportOptions settled, withFormat(path, options));
    std::error_code code;
    const bool folder = fs::is_directory(path, code);
    const char* extension = !folder ? "" : settled.format == ImportFormat::Uci ? ".dat" : "";
    const std::vector<std::string> files = filesOf(path, extension);
    if (files.empty())
        return makeError(ErrorKind::BadInput, "there is no file to import", path, "Check the path.");
    ImportSource source;
    source.path = path;
    source.files = files;
    BNOF_TRY_ASSIGN(source.sha256, hashSource(files, folder, progress));
    source.state = fileStates(files);
    BNOF_TRY_ASSIGN(const auto target, RecordingTarget::create(source, out, settled, progress));
    BNOF_TRY(readInto(path, settled, options.format == ImportFormat::Auto, *target));
    if (fileStates(files) != source.state)
        return makeError(ErrorKind::BadInput, "the file changed while it was imported", path,
                         "Import it when nothing writes to it any more.");
    return target->finish();
}

Result<void> auditImported(const std::string& operatorName, const std::string& source, const ImportOutcome& outcome,
                           const std::string& path)
{
    BNOF_TRY_ASSIGN(const std::string log, defaultAuditLogPath());
    AuditEntry entry = auditBy(operatorName, audit::imported);
    entry.recording = outcome.uuid;
    std::error_code ignored;
    const auto absolute = [&](const std::string& file) { return std::filesystem::absolute(file, ignored).string(); };
    entry.detail.set("file", absolute(path)).set("format", importFormatName(outcome.format));
    entry.detail.set("source", absolute(source)).set("source_sha256", outcome.sha256);
    BNOF_TRY(appendAudit(log, std::move(entry)));
    return {};
}

} // namespace bnof::recording
