// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/exporters.h"

#include <algorithm>

#include "engine/base/build_config.h"

namespace bnof::recording {
namespace {

constexpr std::size_t maxColumns = 100'000;
constexpr std::size_t maxNotes = 10'000'000; ///< marks, events

class Measure final : public ItemVisitor {
public:
    explicit Measure(const RecordingMetadata& metadata) : m_hasher(metadata.layers.size())
    {
        for (const SourceDescription& source : metadata.sources)
            addSource().channels = source.channels;
        for (const LayerInfo& layer : metadata.layers)
            shape.layers.push_back({layer.name, layer.size, 0});
    }

    Result<void> frame(const FrameItem& item) override
    {
        while (shape.sources.size() <= item.source && shape.sources.size() < maxColumns)
            addSource();
        if (item.source >= shape.sources.size() || item.values.size() > maxColumns)
            return makeError(ErrorKind::BadInput, "this recording has too many channels for an export");
        RecordingShape::Source& source = shape.sources[item.source];
        ++source.frames;
        source.deviceClock = source.deviceClock || !std::isnan(item.deviceSeconds);
        if (item.values.size() > source.channels.size())
            source.channels.resize(item.values.size());
        return {};
    }
    Result<void> spikes(std::uint32_t layer, std::span<const Spike> spikes, std::span<const Timestamp>) override
    {
        while (shape.layers.size() <= layer && shape.layers.size() <= UINT16_MAX)
            shape.layers.push_back({"layer " + std::to_string(shape.layers.size() + 1), 0, 0});
        shape.layers[layer].spikes += spikes.size();
        m_hasher.spikes(layer, spikes);
        return {};
    }
    Result<void> decision(const DecisionItem& item) override
    {
        ++shape.decisions;
        m_hasher.decision(item.decision);
        return {};
    }
    Result<void> event(const StreamEvent& event) override
    {
        shape.events.push_back(event);
        return enough();
    }
    Result<void> mark(const Mark& mark) override
    {
        shape.marks.push_back(mark);
        return enough();
    }

    void finish(const RecordingMetadata& metadata)
    {
        std::size_t number = 0;
        for (RecordingShape::Source& source : shape.sources) {
            const bool described = number < metadata.sources.size();
            source.title = described ? metadata.sources[number].device : std::string();
            source.name = "sensors_" + std::to_string(++number);
            for (std::size_t c = 0; c < source.channels.size(); ++c) {
                if (source.channels[c].name.empty())
                    source.channels[c].name = "ch" + std::to_string(c + 1);
            }
        }
        shape.spikesHash = m_hasher.spikesHash();
        shape.decisionsHash = m_hasher.decisionsHash();
    }

    RecordingShape shape;

private:
    RecordingShape::Source& addSource() { return shape.sources.emplace_back(); }
    Result<void> enough() const
    {
        if (shape.marks.size() + shape.events.size() > maxNotes)
            return makeError(ErrorKind::BadInput, "this recording has more than ten million marks and events");
        return {};
    }

    StreamHasher m_hasher;
};

} // namespace

Error cancelledExport(const std::string& path)
{
    return makeError(ErrorKind::Cancelled, "the export was cancelled; no file was left behind", path);
}

Result<RecordingShape> measure(ExportJob& job)
{
    Measure visitor(job.reader.metadata());
    BNOF_TRY(walk(job, visitor, 0, 0.1));
    visitor.finish(job.reader.metadata());
    return std::move(visitor.shape);
}

Result<void> walk(ExportJob& job, ItemVisitor& visitor, double from, double to)
{
    SpikeClock clock(job.reader.metadata().tickMs);
    Timestamp now = job.reader.metadata().start;
    std::vector<Timestamp> times;
    job.reader.rewind();
    Item item;
    for (std::uint64_t count = 0; job.reader.next(item); ++count) {
        if (count % 1024 == 0 && job.progress &&
            !job.progress(from + (to - from) * std::min(job.reader.position(), 1.0)))
            return cancelledExport(job.path);
        if (const auto* frame = std::get_if<FrameItem>(&item)) {
            now = frame->t;
            BNOF_TRY(visitor.frame(*frame));
        } else if (const auto* spikes = std::get_if<SpikesItem>(&item)) {
            if (spikes->spikes.empty() || spikes->layer > UINT16_MAX)
                continue;
            clock.observe(spikes->spikes.back().tick, now);
            times.clear();
            for (const Spike& spike : spikes->spikes)
                times.push_back(clock.time(spike.tick));
            BNOF_TRY(visitor.spikes(spikes->layer, spikes->spikes, times));
        } else if (const auto* decision = std::get_if<DecisionItem>(&item)) {
            BNOF_TRY(visitor.decision(*decision));
        } else if (const auto* event = std::get_if<StreamEvent>(&item)) {
            BNOF_TRY(visitor.event(*event));
        } else if (const auto* mark = std::get_if<Mark>(&item)) {
            BNOF_TRY(visitor.mark(*mark));
        }
    }
    if (job.progress && !job.progress(to))
        return cancelledExport(job.path);
    return {};
}

const char* eventKindName(StreamEvent::Kind kind)
{
    switch (kind) {
    case StreamEvent::Kind::Gap: return "gap";
    case StreamEvent::Kind::Resynchronised: return "resynchronised";
    case StreamEvent::Kind::Dropped: return "dropped";
    case StreamEvent::Kind::NotRecognised: return "not recognised";
    case StreamEvent::Kind::RecogniserReset: return "recogniser reset";
    case StreamEvent::Kind::BackEndChanged: return "back end changed";
    case StreamEvent::Kind::ChannelFault: return "channel fault";
    case StreamEvent::Kind::SampleWithheld: return "sample withheld";
    case StreamEvent::Kind::Note: break;
    }
    return "note";
}

Json exportMetadata(const Reader& reader, const RecordingShape& shape, const char* layout)
{
    Json sources = Json::array();
    for (const RecordingShape::Source& source : shape.sources) {
        Json channels = Json::array();
        for (const ChannelInfo& channel : source.channels)
            channels.push(Json::object()
                              .set("name", channel.name)
                              .set("quantity", channel.quantity)
                              .set("unit", channel.unit)
                              .set("gas", channel.gas));
        sources.push(Json::object()
                         .set("name", source.name)
                         .set("device", source.title)
                         .set("frames", source.frames)
                         .set("channels", std::move(channels)));
    }
    Json layers = Json::array();
    for (std::size_t i = 0; i < shape.layers.size(); ++i)
        layers.push(Json::object()
                        .set("name", "spikes_" + std::to_string(i + 1))
                        .set("layer", shape.layers[i].name)
                        .set("neurons", shape.layers[i].neurons)
                        .set("spikes", shape.layers[i].spikes));
    const Health& health = reader.health();
    const Summary& summary = reader.summary();
    Json losses = Json::object();
    losses.set("complete", health.complete).set("lost_bytes", health.lostBytes);
    losses.set("damaged_chunks", health.damagedChunks).set("findings", Json::arrayOf(health.findings));
    losses.set("gaps", summary.gaps).set("dropped_frames", summary.droppedFrames);
    losses.set("not_recognised_frames", summary.notRecognisedFrames).set("skipped_stretches", summary.badLines);
    Json out = Json::object();
    out.set("format", layout).set("software_version", BNOF_VERSION);
    out.set("recording_file", reader.path().substr(reader.path().rfind('/') + 1));
    out.set("sensors", std::move(sources)).set("spikes", std::move(layers));
    out.set("decisions", shape.decisions).set("marks", shape.marks.size()).set("events", shape.events.size());
    out.set("hashes", Json::object().set("spikes", shape.spikesHash).set("decisions", shape.decisionsHash));
    out.set("losses", std::move(losses)).set("recording", toJson(reader.metadata()));
    return out;
}

Result<void> exportCsvJob(ExportJob& job)
{
    BNOF_TRY(exportCsv(job.reader, job.path, job.spikes, job.progress));
    job.outcome.files = {job.path, job.path + ".json"};
    if (job.spikes)
        job.outcome.files.push_back(job.path + ".spikes.csv");
    return {};
}

} // namespace bnof::recording
