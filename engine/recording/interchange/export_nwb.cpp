// SPDX-License-Identifier: GPL-3.0-or-later
// Neurodata Without Borders 2 (https://nwb-schema.readthedocs.io, core 2.6.0, hdmf-common 1.8.0) on HDF5: sensors as
// TimeSeries, spikes as Units, marks and events as TimeIntervals, decisions in a processing module. What NWB has no
// place for (channel tables, the model's digest, losses) is in /scratch.
#include <memory>

#include "engine/base/build_config.h"
#include "engine/base/sha256.h"
#include "engine/recording/interchange/hdf5_writer.h"
#include "engine/recording/interchange/nwb_units.h"
#include "engine/recording/new_file.h"

namespace bnof::recording {
namespace {

constexpr const char* common = "hdmf-common";
constexpr const char* module = "/processing/odour_recognition";

class NwbExport final : public ItemVisitor {
public:
    NwbExport(ExportJob& job, const RecordingShape& shape, Hdf5Writer& file)
        : m_job(job), m_metadata(job.reader.metadata()), m_shape(shape), m_file(file)
    {}

    Result<void> begin();
    Result<void> units();
    Result<void> frame(const FrameItem& item) override;
    Result<void> decision(const DecisionItem& item) override;

private:
    struct Series {
        std::size_t data = 0;
        std::size_t timestamps = 0;
    };
    Result<void> typed(const std::string& path, const char* type, const char* space = "core");
    Result<void> timestamps(const std::string& path, std::size_t& array);
    Result<void> series(const std::string& path, const std::string& description, const std::string& unit,
                        ElementType type, std::uint64_t columns, Series& series, const std::string& linkedTimes = {});
    Result<void> column(const std::string& path, const std::string& description);
    Result<void> textColumn(const std::string& table, const char* name, const std::string& description,
                            const std::vector<std::string>& values);
    Result<void> numberColumn(const std::string& table, const char* name, const std::string& description,
                              const std::vector<double>& values);
    Result<void> tableHead(const std::string& path, const char* type, const char* space, const std::string& description,
                           const std::vector<std::string>& columns, std::size_t rows);
    Result<void> general();
    Result<void> sensors();
    Result<void> channelTable(const RecordingShape::Source& source);
    Result<void> intervals();
    Result<void> decisions();
    template <typename T> Result<void> one(std::size_t array, T value) { return m_file.append(array, &value, 1); }

    ExportJob& m_job;
    const RecordingMetadata& m_metadata;
    const RecordingShape& m_shape;
    Hdf5Writer& m_file;
    std::vector<Series> m_sources;
    std::vector<Series> m_clocks;
    Series m_gas, m_probabilities, m_novelty, m_ppm;
    std::size_t m_gases = 1;
    std::vector<float> m_row;
};

/// What every object of NWB carries. Its id follows from the recording and the path: the same export, the same id.
Result<void> NwbExport::typed(const std::string& path, const char* type, const char* space)
{
    Sha256 hash;
    hash.update(m_metadata.uuid + path);
    std::string id = hash.hexDigest().substr(0, 32);
    id[12] = '8'; // RFC 9562: a version of one's own
    id[16] = 'a';
    for (const std::size_t at : {20U, 16U, 12U, 8U})
        id.insert(at, "-");
    BNOF_TRY(m_file.attribute(path, "neurodata_type", std::string(type)));
    BNOF_TRY(m_file.attribute(path, "namespace", std::string(space)));
    return m_file.attribute(path, "object_id", id);
}

Result<void> NwbExport::timestamps(const std::string& path, std::size_t& array)
{
    BNOF_TRY_ASSIGN(array, m_file.array(path, ElementType::Float64, 0));
    BNOF_TRY(m_file.attribute(path, "interval", std::int32_t{1}));
    return m_file.attribute(path, "unit", std::string("seconds"));
}

Result<void> NwbExport::series(const std::string& path, const std::string& description, const std::string& unit,
                               ElementType type, std::uint64_t columns, Series& series, const std::string& linkedTimes)
{
    BNOF_TRY(m_file.group(path));
    BNOF_TRY(typed(path, "TimeSeries"));
    BNOF_TRY(m_file.attribute(path, "description", description));
    BNOF_TRY(m_file.attribute(path, "comments", std::string("no comments")));
    const std::string data = path + "/data";
    BNOF_TRY_ASSIGN(series.data, m_file.array(data, type, columns));
    BNOF_TRY(m_file.attribute(data, "unit", unit));
    BNOF_TRY(m_file.attribute(data, "conversion", 1.0F));
    BNOF_TRY(m_file.attribute(data, "offset", 0.0F));
    BNOF_TRY(m_file.attribute(data, "resolution", -1.0F));
    if (!linkedTimes.empty())
        return m_file.softLink(path + "/timestamps", linkedTimes);
    return timestamps(path + "/timestamps", series.timestamps);
}

Result<void> NwbExport::column(const std::string& path, const std::string& description)
{
    BNOF_TRY(typed(path, "VectorData", common));
    return m_file.attribute(path, "description", description);
}

Result<void> NwbExport::textColumn(const std::string& table, const char* name, const std::string& description,
                                   const std::vector<std::string>& values)
{
    BNOF_TRY(m_file.texts(table + '/' + name, values));
    return column(table + '/' + name, description);
}

Result<void> NwbExport::numberColumn(const std::string& table, const char* name, const std::string& description,
                                     const std::vector<double>& values)
{
    BNOF_TRY_ASSIGN(const std::size_t array, m_file.array(table + '/' + name, ElementType::Float64, 0));
    BNOF_TRY(m_file.append(array, values.data(), values.size()));
    return column(table + '/' + name, description);
}

Result<void> NwbExport::tableHead(const std::string& path, const char* type, const char* space,
                                  const std::string& description, const std::vector<std::string>& columns,
                                  std::size_t rows)
{
    BNOF_TRY(m_file.group(path));
    BNOF_TRY(typed(path, type, space));
    BNOF_TRY(m_file.attribute(path, "description", description));
    BNOF_TRY(m_file.attribute(path, "colnames", columns));
    BNOF_TRY_ASSIGN(const std::size_t ids, m_file.array(path + "/id", ElementType::Int64, 0));
    for (std::size_t i = 0; i < rows; ++i)
        BNOF_TRY(one(ids, static_cast<std::int64_t>(i)));
    return typed(path + "/id", "ElementIdentifiers", common);
}

Result<void> NwbExport::general()
{
    BNOF_TRY(m_file.attribute("/", "nwb_version", std::string("2.6.0")));
    BNOF_TRY(typed("/", "NWBFile"));
    for (const char* group : {"/acquisition", "/analysis", "/processing", "/scratch", "/stimulus",
                              "/stimulus/presentation", "/stimulus/templates", "/general", "/general/devices"})
        BNOF_TRY(m_file.group(group));
    // NWB wants ISO 8601 with the offset written out.
    std::string zero = formatUtc(m_metadata.wallAtZero);
    zero.replace(zero.size() - 1, 1, "+00:00");
    BNOF_TRY(m_file.text("/identifier", m_metadata.uuid));
    BNOF_TRY(m_file.text("/session_description", m_metadata.title.empty() ? "recording" : m_metadata.title));
    BNOF_TRY(m_file.text("/session_start_time", zero));
    BNOF_TRY(m_file.text("/timestamps_reference_time", zero));
    std::string begun = formatUtc(m_metadata.wallAtZero + m_metadata.start);
    begun.replace(begun.size() - 1, 1, "+00:00");
    BNOF_TRY(m_file.texts("/file_create_date", {begun}));
    if (!m_metadata.operatorName.empty())
        BNOF_TRY(m_file.texts("/general/experimenter", {m_metadata.operatorName}));
    if (!m_metadata.notes.empty())
        BNOF_TRY(m_file.text("/general/notes", m_metadata.notes));
    BNOF_TRY(m_file.text("/general/data_collection", std::string("BioNeuro Olfactory Fusion ") + BNOF_VERSION));
    for (std::size_t s = 0; s < m_metadata.sources.size(); ++s) {
        const SourceDescription& source = m_metadata.sources[s];
        const std::string path = "/general/devices/device_" + std::to_string(s + 1);
        BNOF_TRY(m_file.group(path));
        BNOF_TRY(typed(path, "Device"));
        BNOF_TRY(m_file.attribute(path, "description", source.device.empty() ? source.uri : source.device));
    }
    BNOF_TRY(m_file.text("/scratch/bnof_metadata", exportMetadata(m_job.reader, m_shape, "bnof NWB export 1").dump()));
    BNOF_TRY(typed("/scratch/bnof_metadata", "ScratchData"));
    return m_file.attribute("/scratch/bnof_metadata", "notes",
                            std::string("JSON: what the recording says about itself, losses and hashes"));
}

Result<void> NwbExport::channelTable(const RecordingShape::Source& source)
{
    const std::string path = "/scratch/" + source.name + "_channels";
    BNOF_TRY(tableHead(path, "DynamicTable", common, "The columns of /acquisition/" + source.name + "/data",
                       {"channel", "quantity", "unit", "gas"}, source.channels.size()));
    std::vector<std::string> names;
    std::vector<std::string> quantities;
    std::vector<std::string> units;
    std::vector<std::string> gases;
    for (const ChannelInfo& channel : source.channels) {
        names.push_back(channel.name);
        quantities.push_back(channel.quantity);
        units.push_back(channel.unit);
        gases.push_back(channel.gas);
    }
    BNOF_TRY(textColumn(path, "channel", "name as the device prints it", names));
    BNOF_TRY(textColumn(path, "quantity", "what is measured", quantities));
    BNOF_TRY(textColumn(path, "unit", "unit of the values", units));
    return textColumn(path, "gas", "main target gas", gases);
}

Result<void> NwbExport::sensors()
{
    for (const RecordingShape::Source& source : m_shape.sources) {
        std::string unit = source.channels.empty() ? "unknown" : source.channels.front().unit;
        std::string names;
        for (const ChannelInfo& channel : source.channels) {
            if (channel.unit != unit)
                unit = "mixed";
            names += (names.empty() ? "" : ", ") + channel.name;
        }
        const std::string path = "/acquisition/" + source.name;
        BNOF_TRY(series(path, (source.title.empty() ? "gas sensors" : source.title) + ": " + names,
                        unit.empty() ? "unknown" : unit, ElementType::Float32,
                        std::max<std::size_t>(source.channels.size(), 1), m_sources.emplace_back()));
        Series& clock = m_clocks.emplace_back();
        if (source.deviceClock)
            BNOF_TRY(series(path + "_device_clock", "the device's own clock at each frame of " + source.name, "seconds",
                            ElementType::Float64, 0, clock, path + "/timestamps"));
        BNOF_TRY(channelTable(source));
    }
    return {};
}

Result<void> NwbExport::intervals()
{
    BNOF_TRY(m_file.group("/intervals"));
    std::vector<double> starts;
    std::vector<double> stops;
    std::vector<std::string> labels;
    for (const Mark& mark : m_shape.marks) {
        starts.push_back(static_cast<double>(mark.t) / 1e9);
        labels.push_back(mark.label);
    }
    BNOF_TRY(tableHead("/intervals/marks", "TimeIntervals", "core", "Marks: notes attached to an instant",
                       {"start_time", "stop_time", "label"}, starts.size()));
    BNOF_TRY(numberColumn("/intervals/marks", "start_time", "Start time of epoch, in seconds", starts));
    BNOF_TRY(numberColumn("/intervals/marks", "stop_time", "Stop time of epoch, in seconds", starts));
    BNOF_TRY(textColumn("/intervals/marks", "label", "the mark", labels));
    starts.clear();
    std::vector<std::string> kinds;
    std::vector<double> counts;
    labels.clear();
    for (const StreamEvent& event : m_shape.events) {
        starts.push_back(static_cast<double>(event.t) / 1e9);
        stops.push_back(static_cast<double>(std::max(event.t, event.t2)) / 1e9);
        kinds.emplace_back(eventKindName(event.kind));
        counts.push_back(static_cast<double>(event.count));
        labels.push_back(event.text);
    }
    const std::string path = "/intervals/events";
    BNOF_TRY(tableHead(path, "TimeIntervals", "core", "What happened to the data's way: gaps, losses, changes",
                       {"start_time", "stop_time", "kind", "count", "text"}, starts.size()));
    BNOF_TRY(numberColumn(path, "start_time", "Start time of epoch, in seconds", starts));
    BNOF_TRY(numberColumn(path, "stop_time", "Stop time of epoch, in seconds", stops));
    BNOF_TRY(textColumn(path, "kind", "gap, resynchronised, dropped, not recognised, ...", kinds));
    BNOF_TRY(numberColumn(path, "count", "bytes or frames, by kind", counts));
    return textColumn(path, "text", "for people", labels);
}

Result<void> NwbExport::decisions()
{
    if (m_shape.decisions == 0)
        return {};
    m_gases = std::max<std::size_t>(m_metadata.gases.size(), 1);
    BNOF_TRY(m_file.group(module));
    BNOF_TRY(typed(module, "ProcessingModule"));
    BNOF_TRY(m_file.attribute(module, "description",
                              "decisions of the recogniser " + m_metadata.modelName + ", SHA-256 " +
                                  m_metadata.modelDigest));
    std::string gases;
    for (const std::string& gas : m_metadata.gases)
        gases += (gases.empty() ? "" : ", ") + gas;
    const std::string at = module;
    const std::string times = at + "/gas/timestamps";
    BNOF_TRY(series(at + "/gas", "index of the gas, -1 unknown: " + gases, "index", ElementType::Int32, 0, m_gas));
    BNOF_TRY(series(at + "/probabilities", "probability of each gas: " + gases, "1", ElementType::Float32, m_gases,
                    m_probabilities, times));
    BNOF_TRY(series(at + "/novelty", "0 familiar ... 1 nothing like the training data", "1", ElementType::Float32, 0,
                    m_novelty, times));
    return series(at + "/concentration", "estimate, lower and upper end of its 90 % prediction interval", "ppm",
                  ElementType::Float32, 3, m_ppm, times);
}

Result<void> NwbExport::begin()
{
    BNOF_TRY(general());
    BNOF_TRY(sensors());
    BNOF_TRY(intervals());
    return decisions();
}

Result<void> NwbExport::frame(const FrameItem& item)
{
    const RecordingShape::Source& source = m_shape.sources[item.source];
    m_row.assign(std::max<std::size_t>(source.channels.size(), 1), std::numeric_limits<float>::quiet_NaN());
    std::copy(item.values.begin(), item.values.end(), m_row.begin());
    BNOF_TRY(m_file.append(m_sources[item.source].data, m_row.data(), 1));
    if (source.deviceClock)
        BNOF_TRY(one(m_clocks[item.source].data, item.deviceSeconds));
    return one(m_sources[item.source].timestamps, static_cast<double>(item.t) / 1e9);
}

Result<void> NwbExport::decision(const DecisionItem& item)
{
    const Decision& decision = item.decision;
    BNOF_TRY(one(m_gas.data, static_cast<std::int32_t>(decision.gas)));
    BNOF_TRY(one(m_gas.timestamps, static_cast<double>(decision.t) / 1e9));
    const float missing = std::numeric_limits<float>::quiet_NaN();
    m_row.assign(m_gases, missing);
    std::copy_n(decision.probabilities.begin(), std::min(m_gases, decision.probabilities.size()), m_row.begin());
    BNOF_TRY(m_file.append(m_probabilities.data, m_row.data(), 1));
    BNOF_TRY(one(m_novelty.data, decision.novelty));
    const float ppm[3] = {decision.ppm.value_or(missing), decision.ppm ? decision.ppmLow : missing,
                          decision.ppm ? decision.ppmHigh : missing};
    return m_file.append(m_ppm.data, ppm, 1);
}

Result<void> NwbExport::units()
{
    BNOF_TRY_ASSIGN(const std::vector<Unit> units, findUnits(m_job, 0.4, 0.6));
    const std::string path = "/units";
    BNOF_TRY(tableHead(path, "Units", "core", "Neurons of the recogniser's network that fired",
                       {"spike_times", "spike_ticks", "layer", "neuron"}, units.size()));
    BNOF_TRY_ASSIGN(const std::size_t times, m_file.array(path + "/spike_times", ElementType::Float64, 0));
    BNOF_TRY(column(path + "/spike_times", "the spike times of each unit, in seconds"));
    BNOF_TRY(m_file.attribute(path + "/spike_times", "resolution", m_metadata.tickMs * 1e-3));
    BNOF_TRY_ASSIGN(const std::size_t ticks, m_file.array(path + "/spike_ticks", ElementType::UInt32, 0));
    BNOF_TRY(column(path + "/spike_ticks", "the same as simulation ticks, which restart when the recogniser does"));
    std::size_t index[2] = {};
    const char* columns[2] = {"spike_times", "spike_ticks"};
    for (int i = 0; i < 2; ++i) {
        const std::string name = path + '/' + columns[i] + "_index";
        BNOF_TRY_ASSIGN(index[i], m_file.array(name, ElementType::UInt64, 0));
        BNOF_TRY(typed(name, "VectorIndex", common));
        BNOF_TRY(m_file.attribute(name, "description", std::string("where each unit's values end")));
        BNOF_TRY(m_file.reference(name, "target", path + '/' + columns[i]));
    }
    std::vector<std::string> layers;
    BNOF_TRY_ASSIGN(const std::size_t neurons, m_file.array(path + "/neuron", ElementType::UInt32, 0));
    BNOF_TRY(column(path + "/neuron", "number of the neuron within its layer"));
    std::uint64_t end = 0;
    const auto write = [&](const Unit& unit, std::span<const UnitSpike> spikes) -> Result<void> {
        for (const UnitSpike& spike : spikes) {
            BNOF_TRY(one(times, static_cast<double>(spike.t) / 1e9));
            BNOF_TRY(one(ticks, spike.tick));
        }
        end += spikes.size();
        BNOF_TRY(one(index[0], end));
        BNOF_TRY(one(index[1], end));
        layers.push_back(m_shape.layers[unit.layer].name);
        return one(neurons, unit.neuron);
    };
    BNOF_TRY(eachUnit(m_job, units, 0.6, 0.98, write));
    return textColumn(path, "layer", "layer of the network", layers);
}

} // namespace

Result<void> exportNwb(ExportJob& job)
{
    BNOF_TRY_ASSIGN(const auto place, NewPath::create(job.path, NewPath::Kind::File));
    BNOF_TRY_ASSIGN(const RecordingShape shape, measure(job));
    BNOF_TRY_ASSIGN(const auto file, Hdf5Writer::create(place->temporary(), job.path));
    NwbExport nwb(job, shape, *file);
    BNOF_TRY(nwb.begin());
    BNOF_TRY(walk(job, nwb, 0.1, 0.4));
    if (job.spikes && !shape.layers.empty())
        BNOF_TRY(nwb.units());
    BNOF_TRY(file->finish());
    BNOF_TRY(place->publish());
    place->keep();
    job.outcome.files = {job.path};
    return {};
}

} // namespace bnof::recording
