// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <bit>

#include "engine/recording/stream_layout.h"

namespace bnof::recording {

using namespace storage;

namespace {

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

bool GroupBuilder::widthDiffers(std::uint32_t source, std::size_t width) const
{
    const auto found = m_frames.find(source);
    return found != m_frames.end() && found->second.width != width;
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
    spikes.order.add(number(batch.size() * 4));
    putVarint(spikes.sizes, batch.size());
    for (const Spike& spike : batch) {
        putVarint(spikes.ticks, zigzag(std::uint64_t{spike.tick} - spikes.last.tick));
        putVarint(spikes.neurons, zigzag(std::uint64_t{spike.neuron} - spikes.last.neuron));
        spikes.last = spike;
        spikes.idMin = std::min(spikes.idMin, spike.neuron);
        spikes.idMax = std::max(spikes.idMax, spike.neuron);
    }
    spikes.count += batch.size();
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
    putVarint(m_decisions.latencies, zigzag(static_cast<std::uint64_t>(latencyNanoseconds)));
    tallyDecision(m_summary, decision.gas);
}

void GroupBuilder::addEvent(const StreamEvent& event)
{
    m_events.order.add(number(event.text.size() + 32));
    m_events.times.add(event.t);
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

Chunk GroupBuilder::frameChunk(std::uint32_t source, const Frames& frames)
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
    bool same = true;
    for (std::size_t i = 1; i < n; ++i)
        same = same && bits(i) == bits(0);
    put(out, static_cast<std::uint8_t>(same ? 0 : 1));
    if (same) {
        put(out, bits(0));
    } else {
        for (unsigned plane = 0; plane < 8; ++plane) {
            for (std::size_t i = 0; i < n; ++i)
                out.push_back(static_cast<std::uint8_t>((bits(i) - (i == 0 ? 0 : bits(i - 1))) >> (8 * plane)));
        }
    }
    const bool mixed = frames.notRecognised != 0 && frames.notRecognised != n;
    put(out, static_cast<std::uint8_t>(mixed ? 2 : frames.notRecognised == 0 ? 1 : 0));
    if (mixed) {
        Bytes bitmap((n + 7) / 8);
        for (std::size_t i = 0; i < n; ++i)
            bitmap[i / 8] = static_cast<std::uint8_t>(bitmap[i / 8] | (frames.recognised[i] ? 1U << (i % 8) : 0U));
        putBytes(out, bitmap);
    }
    // Values: each one's bits against the same channel's before, in four byte planes. What does not change
    // becomes long runs of zeros, which every packer likes.
    const std::size_t at = out.size();
    out.resize(at + n * frames.width * 4);
    std::size_t place = at;
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
    return chunk;
}

Chunk GroupBuilder::spikeChunk(std::uint32_t layer, const Spikes& spikes)
{
    Chunk chunk;
    chunk.streamType = static_cast<std::uint16_t>(StreamType::Spikes);
    chunk.streamId = static_cast<std::uint16_t>(layer);
    chunk.count = spikes.order.count;
    chunk.aux = spikes.count;
    chunk.idMin = spikes.count == 0 ? 0 : spikes.idMin;
    chunk.idMax = spikes.idMax;
    putColumn(chunk.payload, spikes.order.column);
    putColumn(chunk.payload, spikes.sizes);
    putColumn(chunk.payload, spikes.ticks);
    putColumn(chunk.payload, spikes.neurons);
    return chunk;
}

Chunk GroupBuilder::decisionChunk(const Decisions& decisions)
{
    Chunk chunk;
    chunk.streamType = static_cast<std::uint16_t>(StreamType::Decisions);
    chunk.t0 = decisions.times.t0;
    chunk.t1 = decisions.times.t1;
    chunk.count = decisions.order.count;
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
    putColumn(chunk.payload, plain.order.column);
    putBytes(chunk.payload, plain.records);
    return chunk;
}

std::vector<Chunk> GroupBuilder::take()
{
    std::vector<Chunk> chunks;
    for (const auto& [source, frames] : m_frames)
        chunks.push_back(frameChunk(source, frames));
    for (const auto& [layer, spikes] : m_spikes) {
        chunks.push_back(spikeChunk(layer, spikes));
        chunks.back().t0 = chunks.back().t1 = m_now;
    }
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
