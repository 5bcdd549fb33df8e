// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/item_record.h"

#include <cstring>

namespace bnof::recording {

using namespace storage;

namespace {

enum class Tag : std::uint8_t { Frame, Spikes, Decision, Event, Mark, Description };

void putTag(Bytes& out, Tag tag)
{
    out.push_back(static_cast<std::uint8_t>(tag));
}

template <typename T> void putAll(Bytes& out, std::span<const T> values)
{
    put(out, static_cast<std::uint32_t>(values.size()));
    const std::size_t at = out.size();
    out.resize(at + values.size_bytes());
    if (!values.empty())
        std::memcpy(out.data() + at, values.data(), values.size_bytes());
}

template <typename T> void getAll(ByteCursor& in, std::vector<T>& values)
{
    const ByteView bytes = in.take(std::uint64_t{sizeof(T)} * in.get<std::uint32_t>());
    values.resize(bytes.size() / sizeof(T));
    if (!bytes.empty())
        std::memcpy(values.data(), bytes.data(), bytes.size());
}

/// The item inside `item`, of this kind; made where another kind was.
template <typename T> T& as(Item& item)
{
    if (!std::holds_alternative<T>(item))
        item = T{};
    return std::get<T>(item);
}

void readFrame(ByteCursor& in, FrameItem& frame)
{
    frame.source = in.get<std::uint32_t>();
    frame.t = in.get<std::int64_t>();
    frame.deviceSeconds = in.getDouble();
    frame.recognised = in.get<std::uint8_t>() != 0;
    getAll(in, frame.values);
}

void readDecision(ByteCursor& in, DecisionItem& item)
{
    item.latencyNanoseconds = in.get<std::int64_t>();
    Decision& decision = item.decision;
    decision.t = in.get<std::int64_t>();
    decision.gas = in.get<std::int32_t>();
    getAll(in, decision.probabilities);
    decision.novelty = in.getFloat();
    const bool hasPpm = in.get<std::uint8_t>() != 0;
    const float ppm = in.getFloat();
    decision.ppm = hasPpm ? std::optional(ppm) : std::nullopt;
    decision.ppmLow = in.getFloat();
    decision.ppmHigh = in.getFloat();
    decision.onset = in.get<std::int64_t>();
    decision.degraded = in.remaining() == 4 ? in.get<std::uint32_t>() : 0;
}

void readEvent(ByteCursor& in, StreamEvent& event)
{
    event.kind = static_cast<StreamEvent::Kind>(in.get<std::uint8_t>());
    event.t = in.get<std::int64_t>();
    event.t2 = in.get<std::int64_t>();
    event.count = in.get<std::uint64_t>();
    event.text = in.getText();
}

} // namespace

void appendRecord(Bytes& out, std::uint32_t source, const SensorFrame& frame, bool recognised)
{
    putTag(out, Tag::Frame);
    put(out, source);
    put(out, frame.t);
    putDouble(out, frame.deviceSeconds);
    put(out, static_cast<std::uint8_t>(recognised ? 1 : 0));
    putAll(out, frame.values);
}

void appendRecord(Bytes& out, std::uint32_t layer, std::span<const Spike> spikes)
{
    putTag(out, Tag::Spikes);
    put(out, layer);
    putAll(out, spikes);
}

void appendRecord(Bytes& out, const Decision& decision, std::int64_t latencyNanoseconds)
{
    putTag(out, Tag::Decision);
    put(out, latencyNanoseconds);
    put(out, decision.t);
    put(out, static_cast<std::int32_t>(decision.gas));
    putAll(out, std::span<const float>(decision.probabilities));
    putFloat(out, decision.novelty);
    put(out, static_cast<std::uint8_t>(decision.ppm ? 1 : 0));
    putFloat(out, decision.ppm.value_or(0));
    putFloat(out, decision.ppmLow);
    putFloat(out, decision.ppmHigh);
    put(out, decision.onset);
    if (decision.degraded > 0)
        put(out, decision.degraded);
}

void appendRecord(Bytes& out, const StreamEvent& event)
{
    putTag(out, Tag::Event);
    put(out, static_cast<std::uint8_t>(event.kind));
    put(out, event.t);
    put(out, event.t2);
    put(out, event.count);
    putText(out, event.text);
}

void appendRecord(Bytes& out, const Mark& mark)
{
    putTag(out, Tag::Mark);
    put(out, mark.t);
    putText(out, mark.label);
}

void appendRecord(Bytes& out, const DescriptionEdit& edit)
{
    putTag(out, Tag::Description);
    put(out, edit.utc);
    putText(out, edit.title);
    putText(out, edit.operatorName);
    putText(out, edit.notes);
}

bool parseRecord(ByteView record, Accepted& out)
{
    ByteCursor in(record);
    out.edit.reset();
    switch (static_cast<Tag>(in.get<std::uint8_t>())) {
    case Tag::Frame: readFrame(in, as<FrameItem>(out.item)); break;
    case Tag::Spikes: {
        auto& spikes = as<SpikesItem>(out.item);
        spikes.layer = in.get<std::uint32_t>();
        getAll(in, spikes.spikes);
        break;
    }
    case Tag::Decision: readDecision(in, as<DecisionItem>(out.item)); break;
    case Tag::Event: readEvent(in, as<StreamEvent>(out.item)); break;
    case Tag::Mark: {
        auto& mark = as<Mark>(out.item);
        mark.t = in.get<std::int64_t>();
        mark.label = in.getText();
        break;
    }
    case Tag::Description: {
        DescriptionEdit& edit = out.edit.emplace();
        edit.utc = in.get<std::int64_t>();
        edit.title = in.getText();
        edit.operatorName = in.getText();
        edit.notes = in.getText();
        break;
    }
    default: return false;
    }
    return in.ok() && in.remaining() == 0;
}

} // namespace bnof::recording
