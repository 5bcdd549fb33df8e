// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/recording/stream_layout.h"

namespace bnof::recording {
namespace {

constexpr std::size_t maxMarkLabels = 1000;
constexpr std::size_t maxGases = 4096;

void addAt(std::vector<std::uint64_t>& counts, std::size_t index, std::uint64_t n)
{
    if (index >= counts.size())
        counts.resize(index + 1);
    counts[index] += n;
}

void addAll(std::vector<std::uint64_t>& total, const std::vector<std::uint64_t>& more)
{
    for (std::size_t i = 0; i < more.size(); ++i)
        addAt(total, i, more[i]);
}

Json toJson(const Summary& summary)
{
    Json out = Json::object();
    out.set("frames", summary.frames);
    out.set("spikes", summary.spikes);
    out.set("decisions", summary.decisions);
    out.set("marks", summary.marks);
    out.set("gaps", summary.gaps);
    out.set("dropped_frames", summary.droppedFrames);
    out.set("not_recognised_frames", summary.notRecognisedFrames);
    out.set("bad_lines", summary.badLines);
    out.set("first_time_ns", summary.firstTime);
    out.set("last_time_ns", summary.lastTime);
    out.set("frames_per_source", Json::arrayOf(summary.framesPerSource));
    out.set("spikes_per_layer", Json::arrayOf(summary.spikesPerLayer));
    out.set("decisions_per_gas", Json::arrayOf(summary.decisionsPerGas));
    out.set("mark_labels", Json::arrayOf(summary.markLabels));
    return out;
}

std::vector<std::uint64_t> countsFromJson(const Json& json)
{
    std::vector<std::uint64_t> counts;
    for (const Json& item : json.items())
        counts.push_back(static_cast<std::uint64_t>(item.toInteger()));
    return counts;
}

Summary summaryFromJson(const Json& json)
{
    const auto count = [&](std::string_view key) { return static_cast<std::uint64_t>(json[key].toInteger()); };
    Summary summary;
    summary.frames = count("frames");
    summary.spikes = count("spikes");
    summary.decisions = count("decisions");
    summary.marks = count("marks");
    summary.gaps = count("gaps");
    summary.droppedFrames = count("dropped_frames");
    summary.notRecognisedFrames = count("not_recognised_frames");
    summary.badLines = count("bad_lines");
    summary.firstTime = json["first_time_ns"].toInteger();
    summary.lastTime = json["last_time_ns"].toInteger();
    summary.framesPerSource = countsFromJson(json["frames_per_source"]);
    summary.spikesPerLayer = countsFromJson(json["spikes_per_layer"]);
    summary.decisionsPerGas = countsFromJson(json["decisions_per_gas"]);
    for (const Json& label : json["mark_labels"].items())
        summary.markLabels.push_back(label.toString());
    return summary;
}

} // namespace

void merge(Summary& total, const Summary& more)
{
    if (more.frames > 0) {
        total.firstTime = total.frames == 0 ? more.firstTime : std::min(total.firstTime, more.firstTime);
        total.lastTime = total.frames == 0 ? more.lastTime : std::max(total.lastTime, more.lastTime);
    }
    total.frames += more.frames;
    total.spikes += more.spikes;
    total.decisions += more.decisions;
    total.marks += more.marks;
    total.gaps += more.gaps;
    total.droppedFrames += more.droppedFrames;
    total.notRecognisedFrames += more.notRecognisedFrames;
    total.badLines += more.badLines;
    addAll(total.framesPerSource, more.framesPerSource);
    addAll(total.spikesPerLayer, more.spikesPerLayer);
    addAll(total.decisionsPerGas, more.decisionsPerGas);
    for (const std::string& label : more.markLabels) {
        if (total.markLabels.size() < maxMarkLabels)
            total.markLabels.push_back(label);
    }
}

void tallyFrame(Summary& summary, std::uint32_t source, Timestamp t, bool recognised)
{
    summary.firstTime = summary.frames == 0 ? t : std::min(summary.firstTime, t);
    summary.lastTime = summary.frames == 0 ? t : std::max(summary.lastTime, t);
    ++summary.frames;
    summary.notRecognisedFrames += recognised ? 0 : 1;
    addAt(summary.framesPerSource, source, 1);
}

void tallySpikes(Summary& summary, std::uint32_t layer, std::uint64_t count)
{
    summary.spikes += count;
    addAt(summary.spikesPerLayer, layer, count);
}

void tallyDecision(Summary& summary, int gas)
{
    ++summary.decisions;
    if (gas >= 0 && static_cast<std::size_t>(gas) < maxGases)
        addAt(summary.decisionsPerGas, static_cast<std::size_t>(gas), 1);
}

void tallyEvent(Summary& summary, const StreamEvent& event)
{
    switch (event.kind) {
    case StreamEvent::Kind::Gap: ++summary.gaps; break;
    case StreamEvent::Kind::Dropped: summary.droppedFrames += event.count; break;
    case StreamEvent::Kind::Resynchronised: ++summary.badLines; break;
    default: break;
    }
}

void tallyMark(Summary& summary, const std::string& label)
{
    ++summary.marks;
    if (summary.markLabels.size() < maxMarkLabels)
        summary.markLabels.push_back(label);
}

void tally(Summary& summary, const Item& item)
{
    if (const auto* frame = std::get_if<FrameItem>(&item))
        tallyFrame(summary, frame->source, frame->t, frame->recognised);
    else if (const auto* spikes = std::get_if<SpikesItem>(&item))
        tallySpikes(summary, spikes->layer, spikes->spikes.size());
    else if (const auto* decision = std::get_if<DecisionItem>(&item))
        tallyDecision(summary, decision->decision.gas);
    else if (const auto* event = std::get_if<StreamEvent>(&item))
        tallyEvent(summary, *event);
    else if (const auto* mark = std::get_if<Mark>(&item))
        tallyMark(summary, mark->label);
}

storage::Chunk editChunk(const DescriptionEdit& edit)
{
    const std::string text = toJson(edit).dump();
    storage::Chunk chunk;
    chunk.streamType = static_cast<std::uint16_t>(StreamType::DescriptionEdit);
    chunk.aux = text.size();
    chunk.payload.assign(text.begin(), text.end());
    return chunk;
}

std::optional<DescriptionEdit> editFromPayload(const storage::Bytes& payload)
{
    const auto json = Json::parse({reinterpret_cast<const char*>(payload.data()), payload.size()}, "description");
    if (!json.ok())
        return std::nullopt;
    auto edit = descriptionEditFromJson(*json);
    return edit.ok() ? std::optional(std::move(edit).value()) : std::nullopt;
}

namespace {

void setEdits(Json& out, const FooterText& text)
{
    if (!text.edits.empty()) {
        Json all = Json::array();
        for (const DescriptionEdit& edit : text.edits)
            all.push(toJson(edit));
        out.set("edits", std::move(all));
    }
    if (!text.audit.empty()) {
        Json all = Json::array();
        for (const AuditEntry& entry : text.audit)
            all.push(encode(entry)); // as text: its bytes are what is hashed
        out.set("audit", std::move(all));
    }
}

} // namespace

std::string encode(const FooterText& text)
{
    Json out = Json::object();
    out.set("metadata", text.metadata);
    out.set("summary", toJson(text.summary));
    out.set("repairs", text.repairs);
    setEdits(out, text);
    out.set("last", text.last);
    return out.dump();
}

std::string encodeProgress(const FooterText& text)
{
    Json out = Json::object();
    out.set("summary", toJson(text.summary));
    setEdits(out, text);
    if (!text.late.empty()) {
        Json all = Json::array();
        for (const LateSource& late : text.late)
            all.push(toJson(late));
        out.set("late_sources", std::move(all));
    }
    return out.dump();
}

storage::Chunk auditChunk(const AuditEntry& entry)
{
    const std::string text = encode(entry);
    storage::Chunk chunk;
    chunk.streamType = static_cast<std::uint16_t>(StreamType::Audit);
    chunk.aux = text.size();
    chunk.payload.assign(text.begin(), text.end());
    return chunk;
}

Result<FooterText> footerTextFromJson(std::string_view text)
{
    BNOF_TRY_ASSIGN(const Json json, Json::parse(text, "footer"));
    FooterText out{json["metadata"],         summaryFromJson(json["summary"]), json["repairs"], {}, {}, {},
                   json["last"].toBool(true)};
    for (const Json& item : json["edits"].items()) {
        BNOF_TRY_ASSIGN(DescriptionEdit edit, descriptionEditFromJson(item));
        out.edits.push_back(std::move(edit));
    }
    for (const Json& item : json["audit"].items()) {
        BNOF_TRY_ASSIGN(AuditEntry entry, parseAuditEntry(item.toString()));
        out.audit.push_back(std::move(entry));
    }
    for (const Json& item : json["late_sources"].items()) {
        if (auto late = lateSourceFromJson(item))
            out.late.push_back(std::move(*late));
    }
    return out;
}

} // namespace bnof::recording
