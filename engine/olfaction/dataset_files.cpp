// SPDX-License-Identifier: GPL-3.0-or-later
// Data sets from CSV files: one continuous recording, or a folder with manifest.csv.
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>

#include "engine/base/json.h"
#include "engine/base/sha256.h"
#include "engine/olfaction/csv_table.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/dataset_labels.h"

namespace bnof::olfaction {
namespace {

namespace fs = std::filesystem;

/// How a CSV file's columns are used.
struct Columns {
    int time = -1;
    double timeScale = 1; ///< seconds per unit of the time column
    bool isoTime = false; ///< the time column holds dates
    int label = -1;
    std::vector<int> sensors;
    std::vector<int> setPoints;
    std::vector<std::string> components; ///< gas of each set point
};

/// Column name without its unit, e.g. "time (ms)" -> {"time", "ms"}, "t_s" -> {"t", "s"}.
std::pair<std::string, std::string> splitUnit(const std::string& name)
{
    std::string text = lowerCase(trimmed(name));
    for (char& c : text) {
        if (c == '(' || c == '[' || c == ')' || c == ']' || c == '_')
            c = ' ';
    }
    const std::string_view clean = trimmed(text);
    const std::size_t blank = clean.rfind(' ');
    if (blank == std::string_view::npos)
        return {std::string(clean), ""};
    return {std::string(trimmed(clean.substr(0, blank))), std::string(clean.substr(blank + 1))};
}

/// Seconds per unit when the column is a time column, else nothing.
std::optional<double> timeUnit(const std::string& name)
{
    static const std::map<std::string, double> units{{"s", 1},     {"sec", 1},   {"secs", 1},           {"seconds", 1},
                                                     {"ms", 1e-3}, {"us", 1e-6}, {"µs", 1e-6},          {"ns", 1e-9},
                                                     {"min", 60},  {"h", 3600},  {"milliseconds", 1e-3}};
    const auto [base, unit] = splitUnit(name);
    const auto found = units.find(unit.empty() ? base : unit);
    if (unit.empty() && found != units.end() && base != "h" && base != "min")
        return found->second;
    const bool isTime = base == "t" || base == "time" || base == "timestamp" || base == "elapsed" ||
                        base == "time stamp" || base == "datetime" || base == "date time" || base == "date";
    if (!isTime)
        return std::nullopt;
    return unit.empty() || found == units.end() ? 1 : found->second;
}

/// The gas of a set-point column, or nothing: "co_ppm_setpoint" -> "co", "Ethylene (ppm)" -> "Ethylene".
std::optional<std::string> setPointGas(const std::string& name)
{
    const std::string lower = lowerCase(name);
    const std::size_t at = std::min({lower.find("ppm"), lower.find("setpoint"), lower.find("set_point")});
    if (at == std::string::npos)
        return std::nullopt;
    std::string gas = name.substr(0, at);
    while (!gas.empty() && std::string_view(" _-([").find(gas.back()) != std::string_view::npos)
        gas.pop_back();
    return gas.empty() ? "gas" : gas;
}

bool isLabelColumn(const std::string& name)
{
    const std::string lower = lowerCase(name);
    return lower == "label" || lower == "gas" || lower == "class" || lower == "odour" || lower == "odor" ||
           lower == "target";
}

/// Whether a cell without a number says that there is none, rather than something else.
bool meansMissing(std::string_view cell)
{
    static constexpr std::array<std::string_view, 7> names{"", "nan", "na", "null", "none", "-", "4294967295"};
    return std::find(names.begin(), names.end(), lowerCase(trimmed(cell))) != names.end();
}

Result<Columns> classifyColumns(const CsvTable& table, const DatasetOptions& options, const std::string& path,
                                bool continuous)
{
    Columns columns;
    if (!table.hasHeader()) {
        if (options.sampleRateHz <= 0)
            return makeError(ErrorKind::BadInput, "the file has no header line, so its time column is unknown", path,
                             "Add a header such as t_s,s1,s2,... or give the sample rate of files without times.");
        for (std::size_t i = 0; i < table.columns(); ++i)
            columns.sensors.push_back(static_cast<int>(i));
        return columns;
    }
    for (std::size_t i = 0; i < table.columns(); ++i) {
        const std::string& name = table.header()[i];
        const int index = static_cast<int>(i);
        if (const auto unit = timeUnit(name); unit && columns.time < 0) {
            columns.time = index;
            columns.timeScale = *unit;
        } else if (const auto gas = setPointGas(name); gas && continuous) {
            columns.setPoints.push_back(index);
            columns.components.push_back(*gas);
        } else if (isLabelColumn(name)) {
            columns.label = index;
        } else {
            columns.sensors.push_back(index);
        }
    }
    // Columns without a single number (notes, device names) are not sensors; among several files, a sensor that was
    // dead throughout one of them still is one.
    std::erase_if(columns.sensors, [&table, continuous](int column) {
        bool words = false;
        for (std::size_t row = 0; row < table.rows(); ++row) {
            if (!std::isnan(table.number(row, static_cast<std::size_t>(column))))
                return false;
            words = words || !meansMissing(table.cell(row, static_cast<std::size_t>(column)));
        }
        return continuous || words;
    });
    if (columns.time < 0 && options.sampleRateHz <= 0)
        return makeError(ErrorKind::BadInput, "there is no time column", path,
                         "Name the time column t_s (seconds) or t_ms (milliseconds), or give the sample rate.");
    if (columns.sensors.empty())
        return makeError(ErrorKind::BadInput, "there is no sensor column with numbers in it", path,
                         "Expected a time column and one column for each sensor.");
    if (columns.time >= 0)
        columns.isoTime = !std::isnan(parseIsoSeconds(table.cell(0, static_cast<std::size_t>(columns.time))));
    return columns;
}

/// One recording from a table; row r of the result comes from row rowOf[r] of the table.
LabelledRecording readFrames(const CsvTable& table, const Columns& columns, double sampleRate,
                             std::vector<std::size_t>& rowOf, std::uint64_t& dropped)
{
    LabelledRecording recording;
    double first = std::numeric_limits<double>::quiet_NaN();
    rowOf.clear();
    for (std::size_t row = 0; row < table.rows(); ++row) {
        double seconds = 0;
        if (columns.time < 0) {
            seconds = static_cast<double>(row) / sampleRate;
        } else {
            const auto column = static_cast<std::size_t>(columns.time);
            seconds = columns.isoTime ? parseIsoSeconds(table.cell(row, column))
                                      : table.number(row, column) * columns.timeScale;
        }
        if (std::isnan(first))
            first = seconds;
        // Times are kept relative to the first frame; a century bounds what a damaged cell can do.
        const double relative = seconds - first;
        if (!(relative >= 0 && relative < 3e9) ||
            (!recording.times.empty() && fromSeconds(relative) <= recording.times.back())) {
            ++dropped;
            continue;
        }
        recording.times.push_back(fromSeconds(relative));
        rowOf.push_back(row);
        for (const int column : columns.sensors)
            recording.values.push_back(static_cast<float>(table.number(row, static_cast<std::size_t>(column))));
    }
    return recording;
}

std::vector<ChannelInfo> channelsOf(const CsvTable& table, const Columns& columns)
{
    std::vector<ChannelInfo> channels;
    for (const int column : columns.sensors) {
        ChannelInfo channel;
        if (table.hasHeader()) {
            channel.name = table.header()[static_cast<std::size_t>(column)];
        } else {
            channel.name = 's';
            channel.name += std::to_string(channels.size() + 1);
        }
        channels.push_back(std::move(channel));
    }
    return channels;
}

void noteDropped(Dataset& dataset, const std::string& file, std::uint64_t dropped, std::uint64_t malformed)
{
    if (dropped > 0)
        dataset.notes.push_back(file + ": " + std::to_string(dropped) +
                                " rows left out because their time is missing or "
                                "does not increase");
    if (malformed > 0)
        dataset.notes.push_back(file + ": " + std::to_string(malformed) +
                                " rows left out because they have too many "
                                "fields");
}

void labelBySetPoints(Dataset& dataset, LabelledRecording& recording, const CsvTable& table, const Columns& columns,
                      const std::vector<std::size_t>& rowOf)
{
    dataset.components = columns.components;
    for (const std::size_t row : rowOf) {
        std::string label;
        std::vector<int> present;
        bool known = true;
        for (std::size_t c = 0; c < columns.setPoints.size(); ++c) {
            const double ppm = table.number(row, static_cast<std::size_t>(columns.setPoints[c]));
            known = known && !std::isnan(ppm);
            recording.ppm.push_back(static_cast<float>(ppm));
            if (ppm > 0) {
                if (!label.empty())
                    label += '+';
                label += columns.components[c];
                present.push_back(static_cast<int>(c));
            }
        }
        int index = -1;
        if (known) {
            index = labelIndex(dataset, label.empty() ? "air" : label);
            dataset.labelComponents[static_cast<std::size_t>(index)] = present;
        }
        recording.labels.push_back(static_cast<std::int16_t>(index));
    }
}

/// Whether the comments of a file say that its data is simulated: in words, or in our own device header
/// (`#bnof {"simulated": true, ...}`).
bool saysSimulated(const CsvTable& table)
{
    const std::string_view comments = table.comments();
    for (std::size_t at = 0; at < comments.size();) {
        const std::size_t end = std::min(comments.find('\n', at), comments.size());
        std::string_view line = comments.substr(at, end - at);
        at = end + 1;
        if (line.starts_with("bnof ")) {
            const auto header = Json::parse(line.substr(5));
            if (header.ok() && (*header)["simulated"].toBool())
                return true;
        } else if (lowerCase(line).find("simulated") != std::string::npos) {
            return true;
        }
    }
    return false;
}

Result<Dataset> loadContinuous(const std::string& path, const DatasetOptions& options)
{
    BNOF_TRY_ASSIGN(std::string text, readTextFile(path));
    Sha256 hash;
    hash.update(text);
    BNOF_TRY_ASSIGN(const CsvTable table, CsvTable::parse(std::move(text), path));
    BNOF_TRY_ASSIGN(const Columns columns, classifyColumns(table, options, path, true));
    if (columns.setPoints.empty() && columns.label < 0)
        return makeError(ErrorKind::BadInput, "nothing in this file says which gas was present", path,
                         "Add set-point columns such as co_ppm_setpoint, or a column named label, or put a "
                         "manifest.csv (file,label,group,onset_s,offset_s,ppm) beside the recordings.");
    Dataset dataset;
    dataset.name = fs::path(path).filename().string();
    dataset.channels = channelsOf(table, columns);
    dataset.digest = hash.hexDigest();
    dataset.simulated = saysSimulated(table);
    std::vector<std::size_t> rowOf;
    std::uint64_t dropped = 0;
    LabelledRecording recording = readFrames(table, columns, options.sampleRateHz, rowOf, dropped);
    recording.name = dataset.name;
    recording.group = dataset.name;
    if (!columns.setPoints.empty()) {
        labelBySetPoints(dataset, recording, table, columns, rowOf);
    } else {
        for (const std::size_t row : rowOf) {
            const std::string label(trimmed(table.cell(row, static_cast<std::size_t>(columns.label))));
            recording.labels.push_back(static_cast<std::int16_t>(label.empty() ? -1 : labelIndex(dataset, label)));
        }
    }
    dataset.recordings.push_back(std::move(recording));
    noteDropped(dataset, path, dropped, table.malformedRows());
    sortLabels(dataset);
    BNOF_TRY(validate(dataset));
    return dataset;
}

/// One row of manifest.csv.
struct ManifestRow {
    std::string file;
    std::string label;
    std::string group;
    double onset = std::numeric_limits<double>::quiet_NaN();
    double offset = std::numeric_limits<double>::quiet_NaN();
    double ppm = std::numeric_limits<double>::quiet_NaN();
    double rate = 0;
};

Result<std::vector<ManifestRow>> readManifest(const CsvTable& table, const std::string& path)
{
    const int file = table.column("file");
    const int label = table.column("label");
    if (file < 0 || label < 0)
        return makeError(ErrorKind::BadInput, "manifest.csv needs the columns file and label", path,
                         "Its first line should read file,label,group,onset_s,offset_s,ppm.");
    const auto text = [&table](std::size_t row, int column) {
        return column < 0 ? std::string() : std::string(trimmed(table.cell(row, static_cast<std::size_t>(column))));
    };
    const auto number = [&table](std::size_t row, int column) {
        return column < 0 ? std::numeric_limits<double>::quiet_NaN()
                          : table.number(row, static_cast<std::size_t>(column));
    };
    std::vector<ManifestRow> rows;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        ManifestRow entry;
        entry.file = text(row, file);
        entry.label = text(row, label);
        entry.group = text(row, table.column("group"));
        entry.onset = number(row, table.column("onset_s"));
        entry.offset = number(row, table.column("offset_s"));
        entry.ppm = number(row, table.column("ppm"));
        entry.rate = number(row, table.column("rate_hz"));
        if (entry.file.empty() || entry.label.empty())
            return makeError(ErrorKind::BadInput, "row " + std::to_string(row + 1) + " has no file or no label", path);
        if (entry.offset <= entry.onset)
            return makeError(ErrorKind::BadInput, "row " + std::to_string(row + 1) + ": offset_s is not after onset_s",
                             path);
        if (entry.group.empty())
            entry.group = entry.file;
        rows.push_back(std::move(entry));
    }
    return rows;
}

/// Labels the frames that a manifest row speaks of.
void applyRow(Dataset& dataset, LabelledRecording& recording, const ManifestRow& row)
{
    const int label = labelIndex(dataset, row.label);
    const double onset = std::isnan(row.onset) ? -1 : row.onset;
    const double offset = std::isnan(row.offset) ? std::numeric_limits<double>::infinity() : row.offset;
    // An exposure of a gas whose concentration this row does not give is unknown there, not zero.
    int component = -1;
    const auto found = std::find(dataset.components.begin(), dataset.components.end(), row.label);
    if (found != dataset.components.end()) {
        component = static_cast<int>(found - dataset.components.begin());
        dataset.labelComponents[static_cast<std::size_t>(label)] = {component};
    }
    const std::size_t width = dataset.components.size();
    for (std::size_t i = 0; i < recording.frames(); ++i) {
        const double t = toSeconds(recording.times[i]);
        if (t < onset || t >= offset)
            continue;
        recording.labels[i] = static_cast<std::int16_t>(label);
        if (component >= 0)
            recording.ppm[i * width + static_cast<std::size_t>(component)] = static_cast<float>(row.ppm);
    }
}

/// The file that a manifest row names, which must lie inside the data set's folder.
Result<std::string> manifestFile(const fs::path& folder, const std::string& name)
{
    const fs::path relative = fs::path(name).lexically_normal();
    if (relative.is_absolute() || relative.empty() || *relative.begin() == "..")
        return makeError(ErrorKind::BadInput, std::string(name) + " is outside the folder of the data set",
                         (folder / "manifest.csv").string(), "Name the files relative to the folder.");
    return (folder / relative).string();
}

/// Reads one file of the manifest; all its rows label it.
Result<void> readManifestFile(Dataset& dataset, const fs::path& folder, const std::vector<const ManifestRow*>& rows,
                              const DatasetOptions& options, Sha256& hash)
{
    BNOF_TRY_ASSIGN(const std::string path, manifestFile(folder, rows.front()->file));
    BNOF_TRY_ASSIGN(std::string text, readTextFile(path));
    hash.update(text);
    BNOF_TRY_ASSIGN(const CsvTable table, CsvTable::parse(std::move(text), path));
    DatasetOptions local = options;
    if (rows.front()->rate > 0)
        local.sampleRateHz = rows.front()->rate;
    BNOF_TRY_ASSIGN(const Columns columns, classifyColumns(table, local, path, false));
    const std::vector<ChannelInfo> channels = channelsOf(table, columns);
    if (dataset.channels.empty()) {
        dataset.channels = channels;
    } else if (dataset.channels != channels) {
        return makeError(ErrorKind::BadInput,
                         "the sensor columns differ from those of the first file (" + std::to_string(channels.size()) +
                             " against " + std::to_string(dataset.channels.size()) + ", or other names)",
                         path, "All files of a data set must have the same sensor columns in the same order.");
    }
    std::vector<std::size_t> rowOf;
    std::uint64_t dropped = 0;
    LabelledRecording recording = readFrames(table, columns, local.sampleRateHz, rowOf, dropped);
    recording.name = rows.front()->file;
    recording.group = rows.front()->group;
    const bool exposures =
        std::any_of(rows.begin(), rows.end(), [](const ManifestRow* row) { return !std::isnan(row->onset); });
    const int background = exposures ? dataset.background : -1;
    recording.labels.assign(recording.frames(), static_cast<std::int16_t>(background));
    // Where there is no stimulus, every gas is absent.
    recording.ppm.assign(recording.frames() * dataset.components.size(), 0.0F);
    for (const ManifestRow* row : rows)
        applyRow(dataset, recording, *row);
    dataset.simulated = dataset.simulated || saysSimulated(table);
    noteDropped(dataset, path, dropped, table.malformedRows());
    if (recording.frames() > 0)
        dataset.recordings.push_back(std::move(recording));
    return {};
}

std::string folderName(const fs::path& folder)
{
    return folder.filename().empty() ? folder.parent_path().filename().string() : folder.filename().string();
}

/// The data set that rows describe; `dataset` has its name, `hash` what was read so far.
Result<Dataset> loadRows(const fs::path& folder, const std::vector<ManifestRow>& rows, Dataset dataset, Sha256& hash,
                         const DatasetOptions& options)
{
    std::string background = "air";
    bool exposures = false;
    std::vector<std::string> order;
    std::map<std::string, std::vector<const ManifestRow*>> byFile;
    for (const ManifestRow& row : rows) {
        if (isBackgroundLabel(row.label))
            background = row.label;
        exposures = exposures || !std::isnan(row.onset);
        if (!byFile.contains(row.file))
            order.push_back(row.file);
        byFile[row.file].push_back(&row);
        if (!std::isnan(row.ppm) && !isBackgroundLabel(row.label) &&
            std::find(dataset.components.begin(), dataset.components.end(), row.label) == dataset.components.end())
            dataset.components.push_back(row.label);
    }
    if (exposures)
        dataset.background = labelIndex(dataset, background);
    for (const std::string& file : order)
        BNOF_TRY(readManifestFile(dataset, folder, byFile[file], options, hash));
    dataset.digest = hash.hexDigest();
    sortLabels(dataset);
    BNOF_TRY(validate(dataset));
    return dataset;
}

Result<Dataset> loadManifest(const fs::path& folder, const DatasetOptions& options)
{
    const std::string path = (folder / "manifest.csv").string();
    BNOF_TRY_ASSIGN(std::string text, readTextFile(path));
    Sha256 hash;
    hash.update(text);
    BNOF_TRY_ASSIGN(const CsvTable table, CsvTable::parse(std::move(text), path));
    BNOF_TRY_ASSIGN(const std::vector<ManifestRow> rows, readManifest(table, path));
    Dataset dataset;
    dataset.name = folderName(folder);
    dataset.simulated = saysSimulated(table);
    return loadRows(folder, rows, std::move(dataset), hash, options);
}

std::vector<fs::path> sortedEntries(const fs::path& folder)
{
    std::vector<fs::path> out;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(folder, code))
        out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
}

/// Rows for the files group/label/*.csv of a folder; empty when it has no such files.
std::vector<ManifestRow> labelledFolders(const fs::path& folder)
{
    std::vector<ManifestRow> rows;
    std::error_code code;
    for (const fs::path& group : sortedEntries(folder)) {
        for (const fs::path& label : fs::is_directory(group, code) ? sortedEntries(group) : std::vector<fs::path>()) {
            for (const fs::path& file :
                 fs::is_directory(label, code) ? sortedEntries(label) : std::vector<fs::path>()) {
                const std::string name = lowerCase(file.filename().string());
                if (!name.ends_with(".csv") && !name.ends_with(".csv.gz"))
                    continue;
                ManifestRow row;
                row.file = fs::relative(file, folder, code).string();
                row.label = label.filename().string();
                row.group = group.filename().string();
                rows.push_back(std::move(row));
            }
        }
    }
    return rows;
}

Result<Dataset> loadLabelledFolders(const fs::path& folder, std::vector<ManifestRow> rows,
                                    const DatasetOptions& options)
{
    Dataset dataset;
    dataset.name = folderName(folder);
    DatasetOptions local = options;
    if (local.sampleRateHz <= 0) {
        local.sampleRateHz = 1;
        dataset.notes.emplace_back(
            "files without a time column were read as one frame a second (--rate says otherwise)");
    }
    Sha256 hash;
    return loadRows(folder, rows, std::move(dataset), hash, local);
}

/// The one data file of a folder without a manifest.
Result<std::string> singleCsv(const fs::path& folder)
{
    std::vector<std::string> found;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(folder, code)) {
        const std::string name = lowerCase(entry.path().filename().string());
        if (entry.is_regular_file(code) && (name.ends_with(".csv") || name.ends_with(".csv.gz")))
            found.push_back(entry.path().string());
    }
    if (code)
        return makeError(ErrorKind::BadInput, "cannot list the folder: " + code.message(), folder.string());
    if (found.size() != 1)
        return makeError(
            ErrorKind::BadInput,
            found.empty() ? "the folder holds no CSV file and no manifest.csv"
                          : "the folder holds " + std::to_string(found.size()) +
                                " CSV files and no manifest.csv says what they are",
            folder.string(),
            "Add a manifest.csv with the columns file,label,group,onset_s,offset_s,ppm, or name one file.");
    return found.front();
}

} // namespace

Result<Dataset> loadDataset(const std::string& path, const DatasetOptions& options)
{
    std::error_code code;
    if (!fs::exists(path, code))
        return makeError(ErrorKind::BadInput, "there is no such file or folder", path, "Check the path.");
    if (!fs::is_directory(path, code)) {
        if (lowerCase(fs::path(path).filename().string()) == "manifest.csv")
            return loadManifest(fs::path(path).parent_path(), options);
        return loadContinuous(path, options);
    }
    if (fs::exists(fs::path(path) / "manifest.csv", code))
        return loadManifest(path, options);
    if (std::vector<ManifestRow> rows = labelledFolders(path); !rows.empty())
        return loadLabelledFolders(path, std::move(rows), options);
    BNOF_TRY_ASSIGN(const std::string file, singleCsv(path));
    return loadContinuous(file, options);
}

} // namespace bnof::olfaction
