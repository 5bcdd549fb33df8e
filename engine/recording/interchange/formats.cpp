// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/formats.h"

#include <algorithm>
#include <filesystem>

#include "engine/recording/interchange/exporters.h"

namespace bnof::recording {
namespace {

std::string lower(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

} // namespace

const std::vector<ExportFormatInfo>& exportFormats()
{
    static const std::vector<ExportFormatInfo> formats{
        {ExportFormat::Csv, "csv", ".csv", "CSV table with a JSON sidecar", false, true},
        {ExportFormat::Nwb, "nwb", ".nwb", "Neurodata Without Borders 2 (HDF5)", true, true},
        {ExportFormat::Mat, "mat", ".mat", "MATLAB 5", true, true},
        {ExportFormat::Npy, "npy", "", "folder of NumPy arrays", true, true},
        {ExportFormat::Arff, "arff", ".arff", "Weka attribute-relation file", false, false},
        {ExportFormat::Xdf, "xdf", ".xdf", "Extensible Data Format 1.0", true, true},
    };
    return formats;
}

const ExportFormatInfo& info(ExportFormat format)
{
    return exportFormats()[static_cast<std::size_t>(format)];
}

Result<ExportFormat> exportFormatFromName(std::string_view name)
{
    std::string names;
    for (const ExportFormatInfo& format : exportFormats()) {
        if (lower(name) == format.name)
            return format.format;
        names += (names.empty() ? "" : ", ") + std::string(format.name);
    }
    return makeError(ErrorKind::Usage, "there is no export format \"" + std::string(name) + "\"", "--format",
                     "Choose one of " + names + ".");
}

ExportFormat exportFormatOfPath(std::string_view path)
{
    for (const ExportFormatInfo& format : exportFormats()) {
        if (*format.extension != '\0' && lower(path).ends_with(format.extension))
            return format.format;
    }
    return ExportFormat::Csv;
}

std::string defaultExportPath(const std::string& recordingPath, ExportFormat format)
{
    const char* extension = info(format).extension;
    return std::filesystem::path(recordingPath).replace_extension(*extension != '\0' ? extension : ".npy").string();
}

Result<ExportOutcome> exportRecording(Reader& reader, const std::string& path, const ExportOptions& options,
                                      const Progress& progress)
{
    ExportJob job{reader, path, options.spikes && info(options.format).canHoldSpikes, progress, {}};
    auto written = [&]() -> Result<void> {
        switch (options.format) {
        case ExportFormat::Csv: return exportCsvJob(job);
        case ExportFormat::Nwb: return exportNwb(job);
        case ExportFormat::Mat: return exportMat(job);
        case ExportFormat::Npy: return exportNpy(job);
        case ExportFormat::Arff: return exportArff(job);
        case ExportFormat::Xdf: return exportXdf(job);
        }
        return makeError(ErrorKind::Usage, "there is no such export format", path);
    }();
    if (!written.ok())
        return written.error();
    if (progress)
        progress(1);
    return std::move(job.outcome);
}

} // namespace bnof::recording
