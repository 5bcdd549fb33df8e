// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/types_json.h"
#include "engine/recording/late_source.h"

namespace bnof::recording {
namespace {

constexpr std::string_view sourceAdded = "source added: ";

Json toJson(const SourceDescription& source)
{
    Json out = Json::object();
    out.set("uri", source.uri);
    out.set("device", source.device);
    out.set("simulated", source.simulated);
    Json channels = Json::array();
    for (const ChannelInfo& channel : source.channels)
        channels.push(bnof::toJson(channel));
    out.set("channels", std::move(channels));
    return out;
}

SourceDescription sourceFromJson(const Json& json)
{
    SourceDescription source;
    source.uri = json["uri"].toString();
    source.device = json["device"].toString();
    source.simulated = json["simulated"].toBool();
    for (const Json& channel : json["channels"].items())
        source.channels.push_back(channelFromJson(channel));
    return source;
}

} // namespace

StreamEvent toEvent(const LateSource& late, Timestamp t)
{
    return {StreamEvent::Kind::Note, t, t, 0, std::string(sourceAdded) + toJson(late).dump()};
}

std::optional<LateSource> lateSource(const StreamEvent& event)
{
    if (event.kind != StreamEvent::Kind::Note || !event.text.starts_with(sourceAdded))
        return std::nullopt;
    const auto json = Json::parse(std::string_view(event.text).substr(sourceAdded.size()), "source");
    return json.ok() ? lateSourceFromJson(*json) : std::nullopt;
}

void apply(const LateSource& late, RecordingMetadata& metadata)
{
    if (metadata.sources.size() <= late.source)
        metadata.sources.resize(late.source + 1);
    metadata.sources[late.source] = late.description;
}

Json toJson(const LateSource& late)
{
    return toJson(late.description).set("source", late.source);
}

std::optional<LateSource> lateSourceFromJson(const Json& json)
{
    const std::int64_t source = json["source"].toInteger(-1);
    if (source < 0 || source > UINT16_MAX || !json["channels"].isArray())
        return std::nullopt;
    return LateSource{static_cast<std::uint32_t>(source), sourceFromJson(json)};
}

Json toJson(const DescriptionEdit& edit)
{
    Json out = Json::object();
    out.set("utc_ns", edit.utc);
    out.set("title", edit.title);
    out.set("operator", edit.operatorName);
    out.set("notes", edit.notes);
    return out;
}

Result<DescriptionEdit> descriptionEditFromJson(const Json& json)
{
    JsonFields fields(json, "description");
    DescriptionEdit edit;
    edit.utc = fields.integerOr("utc_ns", 0, INT64_MIN, INT64_MAX);
    edit.title = fields.stringOr("title", {});
    edit.operatorName = fields.stringOr("operator", {});
    edit.notes = fields.stringOr("notes", {});
    if (!fields.ok())
        return fields.status().error();
    return edit;
}

void apply(const DescriptionEdit& edit, RecordingMetadata& metadata)
{
    metadata.title = edit.title;
    metadata.operatorName = edit.operatorName;
    metadata.notes = edit.notes;
}

Json toJson(const RecordingMetadata& metadata)
{
    Json out = Json::object();
    out.set("uuid", metadata.uuid);
    out.set("wall_at_zero_ns", metadata.wallAtZero);
    out.set("start_ns", metadata.start);
    out.set("title", metadata.title);
    out.set("operator", metadata.operatorName);
    out.set("notes", metadata.notes);
    out.set("software_version", metadata.softwareVersion);
    Json sources = Json::array();
    for (const SourceDescription& source : metadata.sources)
        sources.push(toJson(source));
    out.set("sources", std::move(sources));
    out.set("recognised_source", metadata.recognisedSource);
    out.set("model", metadata.modelName);
    out.set("model_sha256", metadata.modelDigest);
    out.set("recogniser", metadata.recogniserKind);
    out.set("back_end", metadata.backEnd);
    out.set("tick_ms", metadata.tickMs);
    Json layers = Json::array();
    for (const LayerInfo& layer : metadata.layers) {
        Json entry = Json::object();
        entry.set("name", layer.name);
        entry.set("size", layer.size);
        layers.push(std::move(entry));
    }
    out.set("layers", std::move(layers));
    out.set("gases", Json::arrayOf(metadata.gases));
    out.set("background", metadata.background);
    out.set("configuration", metadata.configuration);
    return out;
}

Result<RecordingMetadata> metadataFromJson(const Json& json)
{
    JsonFields fields(json, "recording");
    RecordingMetadata metadata;
    metadata.uuid = fields.string("uuid");
    metadata.wallAtZero = fields.integerOr("wall_at_zero_ns", 0, INT64_MIN, INT64_MAX);
    metadata.start = fields.integerOr("start_ns", 0, INT64_MIN, INT64_MAX);
    metadata.title = fields.stringOr("title", {});
    metadata.operatorName = fields.stringOr("operator", {});
    metadata.notes = fields.stringOr("notes", {});
    metadata.softwareVersion = fields.stringOr("software_version", {});
    for (const Json& source : fields.array("sources").items())
        metadata.sources.push_back(sourceFromJson(source));
    metadata.recognisedSource = static_cast<std::uint32_t>(fields.integerOr("recognised_source", 0, 0, UINT32_MAX));
    metadata.modelName = fields.stringOr("model", {});
    metadata.modelDigest = fields.stringOr("model_sha256", {});
    metadata.recogniserKind = fields.stringOr("recogniser", {});
    metadata.backEnd = fields.stringOr("back_end", {});
    metadata.tickMs = fields.numberOr("tick_ms", 1, 1e-6, 1e6);
    for (const Json& layer : json["layers"].items())
        metadata.layers.push_back({layer["name"].toString(), static_cast<std::uint32_t>(layer["size"].toInteger())});
    for (const Json& gas : json["gases"].items())
        metadata.gases.push_back(gas.toString());
    metadata.background = static_cast<int>(fields.integerOr("background", -1, INT32_MIN, INT32_MAX));
    metadata.configuration = json["configuration"];
    if (!fields.ok())
        return fields.status().error();
    return metadata;
}

} // namespace bnof::recording
