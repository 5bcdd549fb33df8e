// SPDX-License-Identifier: GPL-3.0-or-later
// Arrays with names: the layout of our own exports (array_writer.h), or any arrays of equal length.
#include <algorithm>
#include <cmath>
#include <map>

#include "engine/recording/interchange/array_writer.h"
#include "engine/recording/interchange/import_series.h"

namespace bnof::recording {
namespace {

constexpr std::uint64_t maxChannels = 65'536;

/// The name behind the last '/'.
std::string baseName(const std::string& name)
{
    std::string last = name.substr(name.rfind('/') + 1);
    return last.empty() ? "unnamed" : last;
}

/// Names of arrays at the top of an HDF5 file are written without their '/'.
std::string shownName(const std::string& name)
{
    return name.starts_with('/') ? name.substr(1) : name;
}

bool isNumeric(const ArrayInfo& info)
{
    return info.type != ElementType::Text && info.rows() > 0 && info.columns() > 0 && info.columns() <= maxChannels;
}

/// JSON that our own exports carry, or null.
Result<Json> ownMetadata(ArrayFile& file)
{
    if (const Json& beside = file.groups()["/"]["metadata"]; beside.isObject())
        return beside;
    const ArrayInfo* info = file.find("metadata");
    if (info == nullptr || info->type != ElementType::Text)
        return Json();
    BNOF_TRY_ASSIGN(const ArrayBlock block, file.readAll(*info));
    const auto json = Json::parse(block.texts.empty() ? std::string() : block.texts.front());
    return json.ok() ? *json : Json();
}

class OwnArrays {
public:
    explicit OwnArrays(ArrayFile& file) : m_file(file) {}

    Result<SeriesImport> read()
    {
        BNOF_TRY_ASSIGN(const Json metadata, ownMetadata(m_file));
        const auto recording = metadataFromJson(metadata["recording"]);
        if (recording.ok()) {
            m_import.description.wallAtZero = recording->wallAtZero;
            m_import.description.title = recording->title;
            m_import.description.notes = recording->notes;
            m_import.description.tickMs = recording->tickMs;
        }
        BNOF_TRY(sources(recording.ok() ? *recording : RecordingMetadata()));
        BNOF_TRY(spikes(recording.ok() ? *recording : RecordingMetadata()));
        BNOF_TRY(marks());
        BNOF_TRY(events());
        m_import.description.understood.set("layout", arrayLayout);
        return std::move(m_import);
    }

private:
    Result<void> sources(const RecordingMetadata& metadata);
    Result<void> spikes(const RecordingMetadata& metadata);
    Result<void> marks();
    Result<void> events();
    Result<std::vector<std::string>> texts(const char* name, std::size_t count)
    {
        const ArrayInfo* info = m_file.find(name);
        std::vector<std::string> out;
        if (info != nullptr && info->type == ElementType::Text) {
            BNOF_TRY_ASSIGN(ArrayBlock block, m_file.readAll(*info));
            out = std::move(block.texts);
        }
        out.resize(count);
        return out;
    }
    Result<std::vector<std::int64_t>> integers(const std::string& name, std::uint64_t limit)
    {
        const ArrayInfo* info = m_file.find(name);
        if (info == nullptr || info->rows() == 0 || info->columns() == 0)
            return std::vector<std::int64_t>();
        return readIntegers(m_file, *info, limit);
    }

    ArrayFile& m_file;
    SeriesImport m_import;
};

Result<void> OwnArrays::sources(const RecordingMetadata& metadata)
{
    for (std::size_t s = 1;; ++s) {
        const std::string name = "sensors_" + std::to_string(s);
        const ArrayInfo* values = m_file.find(name + "_values");
        const ArrayInfo* time = m_file.find(name + "_time_ns");
        if (values == nullptr || time == nullptr)
            return {};
        if (values->rows() != time->rows() || time->columns() != 1 || values->columns() > maxChannels)
            return makeError(ErrorKind::BadInput,
                             "\"" + values->name + "\" and \"" + time->name + "\" differ in length");
        Series series;
        series.parts = {*values};
        series.time = *time;
        series.timeKind = TimeKind::Nanoseconds;
        if (const ArrayInfo* device = m_file.find(name + "_device_s"); device && device->rows() == values->rows())
            series.device = *device;
        SourceDescription source;
        if (s <= metadata.sources.size())
            source = metadata.sources[s - 1];
        source.channels.resize(static_cast<std::size_t>(values->columns()));
        for (std::size_t c = 0; c < source.channels.size(); ++c) {
            if (source.channels[c].name.empty())
                source.channels[c].name = "ch" + std::to_string(c + 1);
        }
        m_import.description.sources.push_back(std::move(source));
        m_import.series.push_back(std::move(series));
    }
}

Result<void> OwnArrays::spikes(const RecordingMetadata& metadata)
{
    for (std::uint32_t layer = 0; layer <= UINT16_MAX; ++layer) {
        const std::string name = "spikes_" + std::to_string(layer + 1);
        if (m_file.find(name + "_neuron") == nullptr)
            return {};
        m_import.description.layers.push_back(layer < metadata.layers.size()
                                                  ? metadata.layers[layer]
                                                  : LayerInfo{"layer " + std::to_string(layer + 1), 0});
        BNOF_TRY_ASSIGN(const auto neurons, integers(name + "_neuron", maxImportedSpikes));
        BNOF_TRY_ASSIGN(const auto ticks, integers(name + "_tick", maxImportedSpikes));
        BNOF_TRY_ASSIGN(const auto times, integers(name + "_time_ns", maxImportedSpikes));
        if (neurons.size() != ticks.size() || neurons.size() != times.size())
            return makeError(ErrorKind::BadInput, "the arrays of \"" + name + "\" differ in length");
        for (std::size_t i = 0; i < neurons.size(); ++i)
            m_import.spikes.push_back(
                {times[i], layer, {static_cast<std::uint32_t>(neurons[i]), static_cast<std::uint32_t>(ticks[i])}});
    }
    return {};
}

Result<void> OwnArrays::marks()
{
    BNOF_TRY_ASSIGN(const auto times, integers("marks_time_ns", maxImportedMarks));
    BNOF_TRY_ASSIGN(const auto labels, texts("marks_label", times.size()));
    for (std::size_t i = 0; i < times.size(); ++i)
        m_import.marks.push_back({times[i], labels[i]});
    return {};
}

Result<void> OwnArrays::events()
{
    BNOF_TRY_ASSIGN(const auto times, integers("events_time_ns", maxImportedMarks));
    BNOF_TRY_ASSIGN(auto ends, integers("events_end_ns", maxImportedMarks));
    BNOF_TRY_ASSIGN(auto counts, integers("events_count", maxImportedMarks));
    BNOF_TRY_ASSIGN(const auto kinds, texts("events_kind", times.size()));
    BNOF_TRY_ASSIGN(const auto words, texts("events_text", times.size()));
    ends.resize(times.size());
    counts.resize(times.size());
    for (std::size_t i = 0; i < times.size(); ++i)
        m_import.events.push_back(
            {eventKindFromName(kinds[i]), times[i], ends[i], static_cast<std::uint64_t>(counts[i]), words[i]});
    return {};
}

/// Arrays of equal length side by side.
class PlainArrays {
public:
    PlainArrays(ArrayFile& file, const std::string& name, const ImportOptions& options)
        : m_file(file), m_name(name), m_options(options)
    {}
    Result<SeriesImport> read();

private:
    struct Column {
        std::string name;
        const ArrayInfo* array;
        std::size_t inArray;
    };
    void listColumns();
    [[nodiscard]] const ColumnMapping* mapped(std::size_t column) const;
    [[nodiscard]] std::uint64_t commonLength() const;
    [[nodiscard]] static bool isTimeArray(const ArrayInfo& info);
    [[nodiscard]] TimeKind timeKind(const ArrayInfo& info, const std::string& unit);
    void chooseTime(Series& series, std::uint64_t rows);
    Result<void> fill(Series& series, std::uint64_t rows);

    ArrayFile& m_file;
    const std::string& m_name;
    const ImportOptions& m_options;
    std::vector<Column> m_columns;
    SeriesImport m_import;
    const ArrayInfo* m_time = nullptr;
    int m_timeColumn = -1; ///< of m_columns
};

void PlainArrays::listColumns()
{
    for (const ArrayInfo& info : m_file.arrays()) {
        if (!isNumeric(info) && !(info.type == ElementType::Text && info.rows() > 1 && info.columns() == 1))
            continue;
        const auto columns = static_cast<std::size_t>(info.columns());
        for (std::size_t c = 0; c < columns && m_columns.size() < maxChannels; ++c)
            m_columns.push_back(
                {columns == 1 ? shownName(info.name) : shownName(info.name) + "." + std::to_string(c + 1), &info, c});
    }
}

/// By the column's name, its number, or the name of the whole array.
const ColumnMapping* PlainArrays::mapped(std::size_t column) const
{
    if (const ColumnMapping* mapping = mappingFor(m_options, m_columns[column].name, column))
        return mapping;
    for (const ColumnMapping& mapping : m_options.map) {
        if (lowerAscii(mapping.column) == lowerAscii(shownName(m_columns[column].array->name)))
            return &mapping;
    }
    return nullptr;
}

bool PlainArrays::isTimeArray(const ArrayInfo& info)
{
    static const std::vector<std::string> names{"t",       "time", "times",   "timestamp", "timestamps",
                                                "seconds", "t_s",  "t_ms",    "time_s",    "time_ms",
                                                "time_ns", "t_ns", "time_us", "t_us",      "datetime"};
    const std::string name = lowerAscii(baseName(info.name));
    const std::string field = name.substr(name.rfind('.') + 1);
    return info.columns() == 1 && info.rows() > 1 &&
           (std::find(names.begin(), names.end(), name) != names.end() ||
            std::find(names.begin(), names.end(), field) != names.end());
}

/// The length that most columns of numbers share.
std::uint64_t PlainArrays::commonLength() const
{
    std::map<std::uint64_t, std::uint64_t> columns;
    for (const Column& column : m_columns) {
        if (column.array->type != ElementType::Text)
            ++columns[column.array->rows()];
    }
    std::uint64_t best = 0;
    std::uint64_t most = 0;
    for (const auto& [rows, count] : columns) {
        // Single values are settings, not series, unless there is nothing else.
        const std::uint64_t weight = rows > 1 ? count + 1 : 1;
        if (weight >= most) {
            most = weight;
            best = rows;
        }
    }
    return best;
}

TimeKind PlainArrays::timeKind(const ArrayInfo& info, const std::string& unit)
{
    for (const std::string& stated : {unit, info.attributes["unit"].toString(), info.attributes["units"].toString()}) {
        if (const auto kind = timeKindFromUnit(stated))
            return *kind;
    }
    const std::string name = lowerAscii(info.name);
    if (const std::size_t at = name.rfind('_'); at != std::string::npos) {
        if (const auto kind = timeKindFromUnit(name.substr(at + 1)))
            return *kind;
    }
    if (info.type != ElementType::Text)
        m_import.notes.push_back("the file does not say the unit of \"" + shownName(info.name) +
                                 "\"; it was taken for s (--map \"" + shownName(info.name) + "=time:UNIT\" says it)");
    return TimeKind::Seconds;
}

void PlainArrays::chooseTime(Series& series, std::uint64_t rows)
{
    if (m_timeColumn >= 0) {
        const Column& column = m_columns[static_cast<std::size_t>(m_timeColumn)];
        const ColumnMapping* mapping = mapped(static_cast<std::size_t>(m_timeColumn));
        series.timeKind = timeKind(*column.array, mapping->unit);
        if (column.array->columns() == 1)
            series.time = *column.array;
    } else if (m_time != nullptr && m_time->rows() == rows) {
        series.time = *m_time;
        series.timeKind = timeKind(*m_time, {});
    } else {
        series.rateHz = m_options.rateHz;
    }
}

Result<void> PlainArrays::fill(Series& series, std::uint64_t rows)
{
    SourceDescription source;
    Json columns = Json::array();
    const ArrayInfo* last = nullptr;
    std::size_t inParts = 0;
    for (std::size_t c = 0; c < m_columns.size(); ++c) {
        const Column& column = m_columns[c];
        const ColumnMapping* mapping = mapped(c);
        const std::string name = lowerAscii(baseName(column.name));
        const bool time =
            (series.time && series.time->name == column.array->name) || static_cast<int>(c) == m_timeColumn;
        const bool label = column.array->type == ElementType::Text || name == "label" || name == "labels" ||
                           name == "class" || name == "target" || name == "y";
        ColumnRole role = time                           ? ColumnRole::Time
                          : mapping != nullptr           ? mapping->role
                          : column.array->rows() != rows ? ColumnRole::Ignore
                          : label                        ? ColumnRole::Label
                                                         : ColumnRole::Channel;
        if (column.array->rows() != rows && role != ColumnRole::Ignore)
            return makeError(ErrorKind::Usage,
                             "\"" + column.name + "\" has " + std::to_string(column.array->rows()) + " rows, and " +
                                 std::to_string(rows) + " are needed",
                             m_name, "Map arrays of equal length.");
        if (role == ColumnRole::Mark || (role == ColumnRole::Label && column.array->columns() > 1))
            role = ColumnRole::Ignore;
        columns.push(Json::object()
                         .set("number", c + 1)
                         .set("name", column.name)
                         .set("role", columnRoleName(role))
                         .set("type", elementName(column.array->type)));
        if (role == ColumnRole::Label)
            series.labels.push_back(*column.array);
        if (role == ColumnRole::Device && column.array->columns() == 1)
            series.device = *column.array;
        const bool whole = column.array->columns() > 1 && column.array->rows() == rows;
        if (role != ColumnRole::Channel && !whole)
            continue;
        if (column.array != last)
            series.parts.push_back(*column.array);
        last = column.array;
        if (role == ColumnRole::Channel) {
            const std::string unit =
                mapping && !mapping->unit.empty() ? mapping->unit : column.array->attributes["unit"].toString();
            source.channels.push_back(
                {baseName(column.name), mapping ? mapping->quantity : "", unit, mapping ? mapping->gas : "", 0, 0});
        } else {
            series.ignored.push_back(inParts);
            if (static_cast<int>(c) == m_timeColumn)
                series.timeInPart = static_cast<int>(inParts);
        }
        ++inParts;
    }
    m_import.description.understood.set("rows", rows).set("columns", std::move(columns));
    if (series.rateHz > 0)
        m_import.description.understood.set("rate_hz", series.rateHz);
    if (source.channels.empty())
        return makeError(ErrorKind::BadInput, "no array holds measured values", m_name,
                         "See how the file is understood with --preview; --map NAME=channel names one.");
    m_import.description.sources.push_back(std::move(source));
    return {};
}

Result<SeriesImport> PlainArrays::read()
{
    listColumns();
    std::vector<std::string> names;
    ImportOptions arrays;
    for (const Column& column : m_columns)
        names.push_back(column.name);
    for (const ColumnMapping& mapping : m_options.map) {
        const bool whole = std::any_of(m_columns.begin(), m_columns.end(), [&mapping](const Column& column) {
            return lowerAscii(shownName(column.array->name)) == lowerAscii(mapping.column);
        });
        if (!whole)
            arrays.map.push_back(mapping);
    }
    BNOF_TRY(checkMappings(arrays, names, m_name));
    for (std::size_t c = 0; c < m_columns.size(); ++c) {
        const ColumnMapping* mapping = mapped(c);
        if (mapping != nullptr && mapping->role == ColumnRole::Time)
            m_timeColumn = static_cast<int>(c);
    }
    std::uint64_t rows = commonLength();
    for (const Column& column : m_columns) {
        if (m_timeColumn < 0 && !(m_options.rateHz > 0) && m_time == nullptr && isTimeArray(*column.array) &&
            (column.array->rows() == rows))
            m_time = column.array;
    }
    if (m_timeColumn >= 0)
        rows = m_columns[static_cast<std::size_t>(m_timeColumn)].array->rows();
    if (m_timeColumn < 0 && m_time == nullptr && !(m_options.rateHz > 0))
        return makeError(ErrorKind::BadInput, "the file has no array with the time", m_name,
                         "Say how fast it was sampled (--rate 10), or which array or column is the time "
                         "(--map NAME=time:s).");
    Series series;
    chooseTime(series, rows);
    BNOF_TRY(fill(series, rows));
    m_import.series.push_back(std::move(series));
    m_import.mayBeWallClock = true;
    return std::move(m_import);
}

} // namespace

Result<void> importArrays(ArrayFile& file, const std::string& name, const ImportOptions& options, ImportTarget& target)
{
    if (file.groups()["/"].contains("nwb_version") && options.format != ImportFormat::Hdf5)
        return importNwb(file, name, options, target);
    if (file.find("sensors_1_values") != nullptr && file.find("sensors_1_time_ns") != nullptr && options.map.empty()) {
        BNOF_TRY_ASSIGN(SeriesImport import, OwnArrays(file).read());
        return importSeries(file, name, options, std::move(import), target);
    }
    BNOF_TRY_ASSIGN(SeriesImport import, PlainArrays(file, name, options).read());
    return importSeries(file, name, options, std::move(import), target);
}

} // namespace bnof::recording
