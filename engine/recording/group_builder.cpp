// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <bit>

#include "engine/recording/stream_layout.h"

namespace bnof::recording {

using namespace storage;

namespace {

/// Below so many frames a block a channel costs more than it saves.
constexpr std::size_t fewestLongFrames = 24;
/// Keeps chunks, in any layout, well below the longest payload.
constexpr std::size_t maxSpikesPerChunk = 4U << 20;

void putColumn(Bytes& out, const Bytes& column)
{
    putVarint(out, column.size());
    putBytes(out, column);
}

} // namespace

void GroupBuilder::Order::add(std::uint64_t number)
{
    putVarint(column, number - last);
    last = number;
    ++count;
}

void GroupBuilder::Times::add(Timestamp t)
{
    t0 = any ? std::min(t0, t) : t;
    t1 = any ? std::max(t1, t) : t;
    any = true;
}

std::uint64_t GroupBuilder::number(std::size_t bytes)
{
    ++m_items;
    m_bytes += bytes + 16;
    return m_nextNumber++;
}

bool GroupBuilder::needsOwnGroup(const Item& item) const
{
    if (const auto* frame = std::get_if<FrameItem>(&item)) { // its device changed
        const auto found = m_frames.find(frame->source);
        return found != m_frames.end() && found->second.width != frame->values.size();
    }
    if (const auto* event = std::get_if<StreamEvent>(&item)) // ticks count from another time
        return event->kind == StreamEvent::Kind::RecogniserReset && !m_spikes.empty();
    if (const auto* spikes = std::get_if<SpikesItem>(&item)) {
        const auto found = m_spikes.find(spikes->layer);
        return found != m_spikes.end() && found->second.spikes.size() + spikes->spikes.size() > maxSpikesPerChunk;
    }
    return false;
}

void GroupBuilder::add(const Item& item)
{
    if (const auto* frame = std::get_if<FrameItem>(&item))
        addFrame(frame->source, frame->t, frame->deviceSeconds, frame->recognised, frame->values);
    else if (const auto* spikes = std::get_if<SpikesItem>(&item))
        addSpikes(spikes->layer, spikes->spikes);
    else if (const auto* decision = std::get_if<DecisionItem>(&item))
        addDecision(decision->decision, decision->latencyNanoseconds);
    else if (const auto* event = std::get_if<StreamEvent>(&item))
        addEvent(*event);
    else
        addMark(std::get<Mark>(item));
}

void GroupBuilder::addFrame(std::uint32_t source, Timestamp t, double deviceSeconds, bool recognised,
                            std::span<const float> values)
{
    Frames& frames = m_frames[source];
    frames.width = values.size();
    frames.order.add(number(values.size_bytes()));
    frames.times.add(t);
    frames.notRecognised += recognised ? 0 : 1;
    frames.t.push_back(t);
    frames.device.push_back(deviceSeconds);
    frames.recognised.push_back(recognised);
    frames.values.insert(frames.values.end(), values.begin(), values.end());
    m_now = t;
    tallyFrame(m_summary, source, t, recognised);
}

void GroupBuilder::addSpikes(std::uint32_t layer, std::span<const Spike> batch)
{
    Spikes& spikes = m_spikes[layer];
    spikes.numbers.push_back(number(batch.size() * 4));
    spikes.sizes.push_back(static_cast<std::uint32_t>(batch.size()));
    SpikeColumns& columns = spikes.spikes;
    for (const Spike& spike : batch) {
        if (columns.size() > 0) {
            const std::uint32_t tick = columns.ticks.back();
            if (spike.tick < tick || (spike.tick == tick && spike.neuron < columns.neurons.back()))
                spikes.canonical = false;
        }
        columns.ticks.push_back(spike.tick);
        columns.neurons.push_back(spike.neuron);
    }
    tallySpikes(m_summary, layer, batch.size());
}

void GroupBuilder::addDecision(const Decision& decision, std::int64_t latencyNanoseconds)
{
    const std::size_t before = m_decisions.records.size();
    appendCanonical(decision, m_decisions.records);
    const std::size_t length = m_decisions.records.size() - before;
    m_decisions.lengths.push_back(static_cast<std::uint32_t>(length));
    m_decisions.order.add(number(length));
    m_decisions.times.add(decision.t);
    m_decisions.degraded = m_decisions.degraded || decision.degraded > 0;
    putVarint(m_decisions.latencies, zigzag(static_cast<std::uint64_t>(latencyNanoseconds)));
    tallyDecision(m_summary, decision.gas);
}

void GroupBuilder::addEvent(const StreamEvent& event)
{
    m_events.order.add(number(event.text.size() + 32));
    m_events.times.add(event.t);
    if (event.kind == StreamEvent::Kind::RecogniserReset)
        m_tickZero = event.t;
    m_events.newer = m_events.newer || event.kind > StreamEvent::Kind::Note;
    put(m_events.records, static_cast<std::uint8_t>(event.kind));
    put(m_events.records, event.t);
    put(m_events.records, event.t2);
    putVarint(m_events.records, event.count);
    putText(m_events.records, event.text);
    tallyEvent(m_summary, event);
}

void GroupBuilder::addMark(const Mark& mark)
{
    m_marks.order.add(number(mark.label.size() + 16));
    m_marks.times.add(mark.t);
    put(m_marks.records, mark.t);
    putText(m_marks.records, mark.label);
    tallyMark(m_summary, mark.label);
}

Chunk GroupBuilder::frameChunk(std::uint32_t source, const Frames& frames) const
{
    Chunk chunk;
    chunk.streamType = static_cast<std::uint16_t>(StreamType::Frames);
    chunk.streamId = static_cast<std::uint16_t>(source);
    chunk.t0 = frames.times.t0;
    chunk.t1 = frames.times.t1;
    chunk.count = frames.order.count;
    chunk.aux = frames.notRecognised;
    Bytes& out = chunk.payload;
    putColumn(out, frames.order.column);
    putVarint(out, frames.width);
    if (frames.t.size() >= fewestLongFrames) {
        chunk.layoutVersion = 2;
        chunk.packed = true;
        putLongFrames(out, frames);
    } else {
        putShortFrames(out, frames);
    }
    return chunk;
}

namespace {

/// Which frames the recogniser was shown.
void putRecognised(Bytes& out, const std::vector<bool>& recognised, std::uint64_t notRecognised)
{
    const std::size_t n = recognised.size();
    const bool mixed = notRecognised != 0 && notRecognised != n;
    put(out, static_cast<std::uint8_t>(mixed ? 2 : notRecognised == 0 ? 1 : 0));
    if (!mixed)
        return;
    Bytes bitmap((n + 7) / 8);
    for (std::size_t i = 0; i < n; ++i)
        bitmap[i / 8] = static_cast<std::uint8_t>(bitmap[i / 8] | (recognised[i] ? 1U << (i % 8) : 0U));
    putBytes(out, bitmap);
}

bool allAlike(const std::vector<double>& values)
{
    return std::all_of(values.begin(), values.end(), [&](double value) {
        return std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(values.front());
    });
}

} // namespace

/// Few frames: the heads of a block a channel would be longer than what they save.
void GroupBuilder::putShortFrames(Bytes& out, const Frames& frames)
{
    // Times: second differences, which are the jitter alone when the sensor is regular.
    Bytes column;
    std::uint64_t last = 0;
    std::uint64_t lastStep = 0;
    for (const Timestamp t : frames.t) {
        const std::uint64_t step = static_cast<std::uint64_t>(t) - last;
        putVarint(column, zigzag(step - lastStep));
        last = static_cast<std::uint64_t>(t);
        lastStep = step;
    }
    putColumn(out, column);
    const std::size_t n = frames.t.size();
    // Device clocks: one value for all (mostly NaN), or eight byte planes of the differences between bits.
    const auto bits = [&](std::size_t i) { return std::bit_cast<std::uint64_t>(frames.device[i]); };
    const bool same = allAlike(frames.device);
    put(out, static_cast<std::uint8_t>(same ? 0 : 1));
    if (same) {
        put(out, bits(0));
    } else {
        for (unsigned plane = 0; plane < 8; ++plane) {
            for (std::size_t i = 0; i < n; ++i)
                out.push_back(static_cast<std::uint8_t>((bits(i) - (i == 0 ? 0 : bits(i - 1))) >> (8 * plane)));
        }
    }
    putRecognised(out, frames.recognised, frames.notRecognised);
    // Values: each one's bits against the same channel's before, in four byte planes. What does not change
    // becomes long runs of zeros, which every packer likes.
    std::size_t place = out.size();
    out.resize(place + n * frames.width * 4);
    for (unsigned plane = 0; plane < 4; ++plane) {
        for (std::size_t c = 0; c < frames.width; ++c) {
            std::uint32_t before = 0;
            for (std::size_t i = 0; i < n; ++i) {
                const auto now = std::bit_cast<std::uint32_t>(frames.values[i * frames.width + c]);
                out[place++] = static_cast<std::uint8_t>((now ^ before) >> (8 * plane));
                before = now;
            }
        }
    }
}

/// Many frames: each channel by itself, so that one can be read without the others.
void GroupBuilder::putLongFrames(Bytes& out, const Frames& frames) const
{
    const SensorForm form = m_packing == Packing::Cold ? SensorForm::Cold : SensorForm::Hot;
    Bytes block;
    encodeSensor(std::span<const std::int64_t>(frames.t), form, block);
    putColumn(out, block);
    const bool same = allAlike(frames.device);
    put(out, static_cast<std::uint8_t>(same ? 0 : 1));
    if (same) {
        put(out, std::bit_cast<std::uint64_t>(frames.device.front()));
    } else {
        block.clear();
        encodeSensor(std::span<const double>(frames.device), form, block);
        putColumn(out, block);
    }
    putRecognised(out, frames.recognised, frames.notRecognised);
    std::vector<float> channel(frames.t.size());
    for (std::size_t c = 0; c < frames.width; ++c) {
        for (std::size_t i = 0; i < channel.size(); ++i)
            channel[i] = frames.values[i * frames.width + c];
        block.clear();
        encodeSensor(std::span<const float>(channel), form, block);
        putColumn(out, block);
    }
}

/// One chunk for about as many spikes as a block holds, so that a question about some of them reads no others.
void GroupBuilder::putSpikes(std::uint32_t layer, const Spikes& spikes, std::vector<Chunk>& chunks)
{
    const std::size_t most = m_packing == Packing::Cold ? coldSpikesPerBlock : hotSpikesPerBlock;
    Batches part;
    for (std::size_t i = 0; i < spikes.sizes.size(); ++i) {
        if (part.end > part.first && part.endSpike + spikes.sizes[i] - part.firstSpike > most) {
            chunks.push_back(spikeChunk(layer, spikes, part));
            part = {part.end, part.end, part.endSpike, part.endSpike};
        }
        ++part.end;
        part.endSpike += spikes.sizes[i];
    }
    chunks.push_back(spikeChunk(layer, spikes, part));
}

Chunk GroupBuilder::spikeChunk(std::uint32_t layer, const Spikes& spikes, const Batches& part)
{
    const std::size_t n = part.endSpike - part.firstSpike;
    const auto ticks = std::span(spikes.spikes.ticks).subspan(part.firstSpike, n);
    const auto neurons = std::span(spikes.spikes.neurons).subspan(part.firstSpike, n);
    Chunk chunk;
    chunk.streamType = static_cast<std::uint16_t>(StreamType::Spikes);
    chunk.streamId = static_cast<std::uint16_t>(layer);
    chunk.t0 = chunk.t1 = m_now;
    chunk.count = static_cast<std::uint32_t>(part.end - part.first);
    chunk.aux = n;
    if (n > 0) {
        chunk.idMin = *std::min_element(neurons.begin(), neurons.end());
        chunk.idMax = *std::max_element(neurons.begin(), neurons.end());
    }
    Order order;
    Bytes sizes;
    for (std::size_t i = part.first; i < part.end; ++i) {
        order.add(spikes.numbers[i]);
        putVarint(sizes, spikes.sizes[i]);
    }
    putColumn(chunk.payload, order.column);
    if (putSpikeBlocks(chunk, spikes, part, sizes))
        return chunk;
    putColumn(chunk.payload, sizes);
    for (const auto column : {ticks, neurons}) {
        Bytes differences;
        std::uint64_t last = 0;
        for (const std::uint32_t value : column) {
            putVarint(differences, zigzag(value - last));
            last = value;
        }
        putColumn(chunk.payload, differences);
    }
    return chunk;
}

bool GroupBuilder::putSpikeBlocks(Chunk& chunk, const Spikes& spikes, const Batches& part, const Bytes& sizes)
{
    const SpikeColumns& columns = spikes.spikes;
    if (!spikes.canonical || part.endSpike == part.firstSpike || !m_tickZero || m_tickLength <= 0)
        return false;
    const std::size_t most = m_packing == Packing::Cold ? coldSpikesPerBlock : hotSpikesPerBlock;
    const SpikeForm form = m_packing == Packing::Cold ? SpikeForm::Cold : SpikeForm::Hot;
    Bytes blocks;
    for (std::size_t at = part.firstSpike; at < part.endSpike; at += most) { // several where a batch is longer
        const std::size_t n = std::min(most, part.endSpike - at);
        Bytes block;
        if (!m_encoder
                 .encode(std::span(columns.ticks).subspan(at, n), std::span(columns.neurons).subspan(at, n), form,
                         block)
                 .ok())
            return false;
        putColumn(blocks, block);
    }
    chunk.layoutVersion = 2;
    chunk.packed = true;
    chunk.t0 = *m_tickZero + std::int64_t{columns.ticks[part.firstSpike]} * m_tickLength;
    chunk.t1 = *m_tickZero + std::int64_t{columns.ticks[part.endSpike - 1]} * m_tickLength;
    put(chunk.payload, *m_tickZero);
    put(chunk.payload, static_cast<std::uint64_t>(m_tickLength));
    putColumn(chunk.payload, sizes);
    putBytes(chunk.payload, blocks);
    return true;
}

Chunk GroupBuilder::decisionChunk(const Decisions& decisions)
{
    Chunk chunk;
    chunk.streamType = static_cast<std::uint16_t>(StreamType::Decisions);
    chunk.t0 = decisions.times.t0;
    chunk.t1 = decisions.times.t1;
    chunk.count = decisions.order.count;
    chunk.layoutVersion = decisions.degraded ? 2 : 1;
    Bytes& out = chunk.payload;
    putColumn(out, decisions.order.column);
    putColumn(out, decisions.latencies);
    const std::size_t length = decisions.lengths.front();
    const bool even = std::all_of(decisions.lengths.begin(), decisions.lengths.end(),
                                  [length](std::uint32_t other) { return other == length; });
    put(out, static_cast<std::uint8_t>(even ? 1 : 0));
    if (even) {
        putVarint(out, length);
        for (std::size_t byte = 0; byte < length; ++byte) {
            std::uint8_t before = 0;
            for (std::size_t i = 0; i < decisions.lengths.size(); ++i) {
                const std::uint8_t now = decisions.records[i * length + byte];
                out.push_back(now ^ before);
                before = now;
            }
        }
    } else {
        std::size_t at = 0;
        for (const std::uint32_t each : decisions.lengths) {
            putVarint(out, each);
            putBytes(out, ByteView(decisions.records).subspan(at, each));
            at += each;
        }
    }
    return chunk;
}

Chunk GroupBuilder::plainChunk(StreamType type, const Plain& plain)
{
    Chunk chunk;
    chunk.streamType = static_cast<std::uint16_t>(type);
    chunk.t0 = plain.times.t0;
    chunk.t1 = plain.times.t1;
    chunk.count = plain.order.count;
    chunk.layoutVersion = plain.newer ? 2 : 1;
    putColumn(chunk.payload, plain.order.column);
    putBytes(chunk.payload, plain.records);
    return chunk;
}

std::vector<Chunk> GroupBuilder::take()
{
    std::vector<Chunk> chunks;
    for (const auto& [source, frames] : m_frames)
        chunks.push_back(frameChunk(source, frames));
    for (const auto& [layer, spikes] : m_spikes)
        putSpikes(layer, spikes, chunks);
    if (m_decisions.order.count > 0)
        chunks.push_back(decisionChunk(m_decisions));
    if (m_events.order.count > 0)
        chunks.push_back(plainChunk(StreamType::Events, m_events));
    if (m_marks.order.count > 0)
        chunks.push_back(plainChunk(StreamType::Marks, m_marks));
    m_frames.clear();
    m_spikes.clear();
    m_decisions = {};
    m_events = {};
    m_marks = {};
    m_items = 0;
    m_bytes = 0;
    m_summary = {};
    return chunks;
}

} // namespace bnof::recording
