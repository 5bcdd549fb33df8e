// SPDX-License-Identifier: GPL-3.0-or-later
// Neurodata Without Borders 2: time series of /acquisition (or, when there are none, of /processing), units, intervals.
#include <algorithm>
#include <cmath>
#include <map>

#include "engine/recording/interchange/import_series.h"

namespace bnof::recording {
namespace {

constexpr std::uint64_t maxChannels = 65'536;
constexpr double defaultTickMs = 0.1;

bool below(const std::string& path, const std::string& folder)
{
    return path.starts_with(folder + "/");
}

class NwbImport {
public:
    NwbImport(ArrayFile& file, const std::string& name) : m_file(file), m_name(name) {}
    Result<SeriesImport> read();

private:
    [[nodiscard]] const Json& attribute(const std::string& group, const char* key) const
    {
        return m_file.groups()[group][key];
    }
    Result<std::string> text(const std::string& path);
    Result<void> general();
    Result<void> allSeries(const std::string& folder);
    Result<void> series(const std::string& group, const ArrayInfo& data);
    Result<void> channels(SourceDescription& source, const std::string& group, const ArrayInfo& data);
    Result<void> intervals();
    Result<void> interval(const std::string& group);
    Result<void> units();
    Result<void> unitNames(std::size_t count, std::vector<std::uint32_t>& layers, std::vector<std::uint32_t>& neurons);

    ArrayFile& m_file;
    const std::string& m_name;
    SeriesImport m_import;
    RecordingMetadata m_own; ///< what an export of ours says; empty otherwise
    Json m_series = Json::array();
};

Result<std::string> NwbImport::text(const std::string& path)
{
    const ArrayInfo* info = m_file.find(path);
    if (info == nullptr || info->type != ElementType::Text)
        return std::string();
    BNOF_TRY_ASSIGN(const ArrayBlock block, m_file.readAll(*info));
    return block.texts.empty() ? std::string() : block.texts.front();
}

Result<void> NwbImport::general()
{
    for (const char* path : {"/timestamps_reference_time", "/session_start_time"}) {
        BNOF_TRY_ASSIGN(const std::string time, text(path));
        if (!m_import.description.wallAtZero)
            m_import.description.wallAtZero = parseTime(time, TimeKind::Date, false);
    }
    BNOF_TRY_ASSIGN(m_import.description.title, text("/session_description"));
    BNOF_TRY_ASSIGN(m_import.description.notes, text("/general/notes"));
    BNOF_TRY_ASSIGN(const std::string own, text("/scratch/bnof_metadata"));
    if (own.empty())
        return {};
    const auto json = Json::parse(own);
    if (!json.ok())
        return {};
    if (auto metadata = metadataFromJson((*json)["recording"]); metadata.ok()) {
        m_own = std::move(*metadata);
        m_import.description.wallAtZero = m_own.wallAtZero;
    }
    return {};
}

Result<void> NwbImport::channels(SourceDescription& source, const std::string& group, const ArrayInfo& data)
{
    const std::string name = group.substr(group.rfind('/') + 1);
    const std::size_t number = m_import.series.size();
    const auto columns = static_cast<std::size_t>(data.columns());
    if (number < m_own.sources.size() && name == "sensors_" + std::to_string(number + 1))
        source = m_own.sources[number];
    source.channels.resize(columns);
    for (std::size_t c = 0; c < columns; ++c) {
        ChannelInfo& channel = source.channels[c];
        if (channel.name.empty())
            channel.name = columns == 1 ? name : name + "." + std::to_string(c + 1);
        const std::string unit = data.attributes["unit"].toString();
        if (channel.unit.empty() && unit != "mixed" && unit != "unknown")
            channel.unit = unit;
    }
    if (source.device.empty())
        source.device = attribute(group, "description").toString();
    return {};
}

Result<void> NwbImport::series(const std::string& group, const ArrayInfo& data)
{
    Series series;
    series.parts = {data};
    if (const ArrayInfo* times = m_file.find(group + "/timestamps"); times && times->rows() == data.rows()) {
        series.time = *times;
    } else if (const ArrayInfo* start = m_file.find(group + "/starting_time")) {
        BNOF_TRY_ASSIGN(const ArrayBlock block, m_file.readAll(*start));
        series.rateHz = start->attributes["rate"].toDouble();
        series.startNanoseconds = block.size() > 0 ? block.number(0) * 1e9 : 0;
        if (!(series.rateHz > 0) || !(std::abs(series.startNanoseconds) < 9e18)) {
            m_import.notes.push_back("\"" + group + "\" was left out: its starting_time has no rate");
            return {};
        }
    } else {
        m_import.notes.push_back("\"" + group + "\" was left out: it has neither timestamps nor a starting_time");
        return {};
    }
    if (const ArrayInfo* clock = m_file.find(group + "_device_clock/data"); clock && clock->rows() == data.rows())
        series.device = *clock;
    series.conversion = data.attributes["conversion"].toDouble(1);
    series.offset = data.attributes["offset"].toDouble(0);
    SourceDescription source;
    BNOF_TRY(channels(source, group, data));
    m_series.push(Json::object()
                      .set("path", group)
                      .set("rows", data.rows())
                      .set("channels", data.columns())
                      .set("type", elementName(data.type)));
    m_import.description.sources.push_back(std::move(source));
    m_import.series.push_back(std::move(series));
    return {};
}

Result<void> NwbImport::allSeries(const std::string& folder)
{
    for (const ArrayInfo& data : m_file.arrays()) {
        if (!below(data.name, folder) || !data.name.ends_with("/data") || data.type == ElementType::Text ||
            data.rows() == 0 || data.columns() == 0 || data.columns() > maxChannels)
            continue;
        const std::string group = data.name.substr(0, data.name.size() - 5);
        if (!group.ends_with("_device_clock"))
            BNOF_TRY(series(group, data));
    }
    return {};
}

Result<void> NwbImport::interval(const std::string& group)
{
    const ArrayInfo* start = m_file.find(group + "/start_time");
    if (start == nullptr || start->rows() == 0)
        return {};
    BNOF_TRY_ASSIGN(const auto starts, readNumbers(m_file, *start, maxImportedMarks));
    std::map<std::string, std::vector<std::string>> columns;
    std::string label;
    for (const ArrayInfo& info : m_file.arrays()) {
        if (!below(info.name, group) || info.type != ElementType::Text || info.rows() != start->rows())
            continue;
        BNOF_TRY_ASSIGN(ArrayBlock block, m_file.readAll(info));
        const std::string name = info.name.substr(group.size() + 1);
        if (label.empty() || name == "label")
            label = name;
        columns[name] = std::move(block.texts);
    }
    std::vector<double> stops = starts;
    if (const ArrayInfo* stop = m_file.find(group + "/stop_time"); stop && stop->rows() == start->rows()) {
        BNOF_TRY_ASSIGN(stops, readNumbers(m_file, *stop, maxImportedMarks));
    }
    std::vector<double> counts(starts.size());
    if (const ArrayInfo* count = m_file.find(group + "/count"); count && count->rows() == start->rows()) {
        BNOF_TRY_ASSIGN(counts, readNumbers(m_file, *count, maxImportedMarks));
    }
    const bool events = group == "/intervals/events" && columns.contains("kind") && columns.contains("text");
    const std::string table = group.substr(group.rfind('/') + 1);
    const auto ns = [](double seconds) { return static_cast<Timestamp>(std::llround(seconds * 1e9)); };
    for (std::size_t i = 0; i < starts.size(); ++i) {
        if (!(std::abs(starts[i]) < 9e9) || !(std::abs(stops[i]) < 9e9))
            continue;
        const std::string name =
            label.empty() || columns[label][i].empty() ? table + " " + std::to_string(i + 1) : columns[label][i];
        if (events) {
            const double count = counts[i] >= 0 && counts[i] < 9e15 ? counts[i] : 0;
            m_import.events.push_back({eventKindFromName(columns["kind"][i]), ns(starts[i]), ns(stops[i]),
                                       static_cast<std::uint64_t>(count), columns["text"][i]});
        } else {
            m_import.marks.push_back({ns(starts[i]), name});
            if (stops[i] > starts[i])
                m_import.marks.push_back({ns(stops[i]), "end of " + name});
        }
    }
    return {};
}

Result<void> NwbImport::intervals()
{
    for (const auto& [group, attributes] : m_file.groups().members()) {
        if (below(group, "/intervals") && attributes["neurodata_type"].toString() == "TimeIntervals")
            BNOF_TRY(interval(group));
    }
    return {};
}

/// Layer and number of each unit; all in one layer unless an export of ours says more.
Result<void> NwbImport::unitNames(std::size_t count, std::vector<std::uint32_t>& layers,
                                  std::vector<std::uint32_t>& neurons)
{
    auto& known = m_import.description.layers;
    known = m_own.layers;
    const ArrayInfo* layer = m_file.find("/units/layer");
    const ArrayInfo* neuron = m_file.find("/units/neuron");
    const bool own = layer != nullptr && neuron != nullptr && layer->type == ElementType::Text &&
                     layer->rows() == count && neuron->rows() == count && neuron->columns() == 1;
    if (!own) {
        known = {{"units", static_cast<std::uint32_t>(count)}};
        layers.assign(count, 0);
        for (std::size_t i = 0; i < count; ++i)
            neurons.push_back(static_cast<std::uint32_t>(i));
        return {};
    }
    BNOF_TRY_ASSIGN(const ArrayBlock names, m_file.readAll(*layer));
    BNOF_TRY_ASSIGN(const auto numbers, readIntegers(m_file, *neuron, count));
    for (std::size_t i = 0; i < count; ++i) {
        const auto found = std::find_if(known.begin(), known.end(),
                                        [&](const LayerInfo& info) { return info.name == names.texts[i]; });
        layers.push_back(static_cast<std::uint32_t>(found - known.begin()));
        if (found == known.end())
            known.push_back({names.texts[i], 0});
        neurons.push_back(static_cast<std::uint32_t>(numbers[i]));
    }
    return {};
}

Result<void> NwbImport::units()
{
    const ArrayInfo* times = m_file.find("/units/spike_times");
    const ArrayInfo* index = m_file.find("/units/spike_times_index");
    if (times == nullptr || index == nullptr || times->rows() == 0 || times->columns() != 1 || index->columns() != 1)
        return {};
    BNOF_TRY_ASSIGN(const auto seconds, readNumbers(m_file, *times, maxImportedSpikes));
    BNOF_TRY_ASSIGN(const auto ends, readIntegers(m_file, *index, maxImportedSpikes));
    std::vector<std::int64_t> ticks;
    if (const ArrayInfo* info = m_file.find("/units/spike_ticks"); info && info->rows() == times->rows()) {
        BNOF_TRY_ASSIGN(ticks, readIntegers(m_file, *info, maxImportedSpikes));
    }
    std::vector<std::uint32_t> layers;
    std::vector<std::uint32_t> neurons;
    BNOF_TRY(unitNames(ends.size(), layers, neurons));
    if (m_import.description.layers.size() > UINT16_MAX)
        return makeError(ErrorKind::BadInput, "the units belong to more than 65,535 layers", m_name);
    double zero = 0; // of the ticks
    double most = 0;
    for (const double time : seconds) {
        if (std::abs(time) < 9e9) {
            zero = std::min(zero, time);
            most = std::max(most, time);
        }
    }
    double tickMs = times->attributes["resolution"].toDouble() * 1e3;
    if (!(tickMs > 1e-6) || !(tickMs < 1e6))
        tickMs = defaultTickMs;
    if (ticks.empty())
        tickMs = std::max(tickMs, (most - zero) * 1e3 / 4e9); // ticks have 32 bits
    m_import.description.tickMs = tickMs;
    std::uint64_t left = 0;
    std::int64_t at = 0;
    for (std::size_t unit = 0; unit < ends.size(); ++unit) {
        for (; at < ends[unit] && at < static_cast<std::int64_t>(seconds.size()); ++at) {
            const auto i = static_cast<std::size_t>(at);
            if (!(std::abs(seconds[i]) < 9e9)) {
                ++left;
                continue;
            }
            const auto tick = ticks.empty()
                                  ? static_cast<std::uint32_t>(std::llround((seconds[i] - zero) * 1e3 / tickMs))
                                  : static_cast<std::uint32_t>(ticks[i]);
            m_import.spikes.push_back(
                {static_cast<Timestamp>(std::llround(seconds[i] * 1e9)), layers[unit], {neurons[unit], tick}});
        }
    }
    if (left > 0)
        m_import.notes.push_back(std::to_string(left) + " spikes have no usable time and were left out");
    return {};
}

Result<SeriesImport> NwbImport::read()
{
    m_import.description.format = ImportFormat::Nwb;
    BNOF_TRY(general());
    BNOF_TRY(allSeries("/acquisition"));
    if (m_import.series.empty())
        BNOF_TRY(allSeries("/processing"));
    BNOF_TRY(units());
    if (m_import.series.empty() && m_import.spikes.empty())
        return makeError(ErrorKind::BadInput, "this NWB file holds no time series and no spikes", m_name,
                         "See what is in it with h5dump -n; --format hdf5 imports arrays by name.");
    BNOF_TRY(intervals());
    m_import.description.understood.set("nwb_version", attribute("/", "nwb_version")).set("series", m_series);
    m_import.description.understood.set("spikes", m_import.spikes.size()).set("marks", m_import.marks.size());
    return std::move(m_import);
}

} // namespace

Result<void> importNwb(ArrayFile& file, const std::string& name, const ImportOptions& options, ImportTarget& target)
{
    if (!options.map.empty())
        return makeError(ErrorKind::Usage, "an NWB file says itself what its columns are", name,
                         "Leave --map out, or choose --format hdf5 to import its arrays by name.");
    BNOF_TRY_ASSIGN(SeriesImport import, NwbImport(file, name).read());
    return importSeries(file, name, options, std::move(import), target);
}

} // namespace bnof::recording
