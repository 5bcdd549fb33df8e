// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <bit>
#include <limits>

#include "engine/recording/stream_layout.h"

namespace bnof::recording {

using namespace storage;

namespace {

ByteCursor column(ByteCursor& in)
{
    return ByteCursor(in.take(in.getVarint()));
}

/// previous + zigzag difference, if that is a 32-bit number.
bool addDifference(std::uint32_t& value, ByteCursor& in)
{
    const std::uint64_t sum = value + unzigzag(in.getVarint());
    if (!in.ok() || sum > std::numeric_limits<std::uint32_t>::max())
        return false;
    value = static_cast<std::uint32_t>(sum);
    return true;
}

class FrameCursor final : public ItemCursor {
    bool begin(ByteCursor& in) override
    {
        const std::uint64_t width = in.getVarint();
        m_times = column(in);
        const std::size_t n = m_header.count;
        m_deviceMode = in.get<std::uint8_t>();
        if (m_deviceMode == 0)
            m_deviceBits = in.get<std::uint64_t>();
        else
            m_device = in.take(std::uint64_t{8} * n);
        m_recognisedMode = in.get<std::uint8_t>();
        if (m_recognisedMode == 2)
            m_recognised = in.take((std::uint64_t{n} + 7) / 8);
        if (!in.ok() || m_deviceMode > 1 || m_recognisedMode > 2 || width > maxFrameValues)
            return false;
        m_width = static_cast<std::size_t>(width);
        m_values = in.take(std::uint64_t{4} * width * n);
        m_last.assign(n > 0 ? m_width : 0, 0);
        return in.ok() && in.remaining() == 0;
    }
    bool decode(Item& item) override
    {
        // Reuse the caller's vector where there is one.
        if (!std::holds_alternative<FrameItem>(item))
            item = FrameItem{};
        auto& frame = *std::get_if<FrameItem>(&item);
        m_step += unzigzag(m_times.getVarint());
        m_t += m_step;
        if (!m_times.ok())
            return false;
        const std::size_t n = m_header.count;
        if (m_deviceMode == 1) {
            std::uint64_t difference = 0;
            for (unsigned plane = 0; plane < 8; ++plane)
                difference |= std::uint64_t{m_device[plane * n + m_index]} << (8 * plane);
            m_deviceBits += difference;
        }
        frame.source = m_header.streamId;
        frame.t = static_cast<Timestamp>(m_t);
        frame.deviceSeconds = std::bit_cast<double>(m_deviceBits);
        frame.recognised =
            m_recognisedMode == 2 ? ((m_recognised[m_index / 8] >> (m_index % 8)) & 1U) != 0 : m_recognisedMode == 1;
        frame.values.resize(m_width);
        for (std::size_t c = 0; c < m_width; ++c) {
            std::uint32_t bits = 0;
            for (unsigned plane = 0; plane < 4; ++plane)
                bits |= std::uint32_t{m_values[(plane * m_width + c) * n + m_index]} << (8 * plane);
            m_last[c] ^= bits;
            frame.values[c] = std::bit_cast<float>(m_last[c]);
        }
        ++m_index;
        return true;
    }

    ByteCursor m_times;
    ByteView m_device;
    ByteView m_recognised;
    ByteView m_values;
    std::vector<std::uint32_t> m_last;
    std::uint64_t m_t = 0;
    std::uint64_t m_step = 0;
    std::uint64_t m_deviceBits = 0;
    std::size_t m_width = 0;
    std::size_t m_index = 0;
    std::uint8_t m_deviceMode = 0;
    std::uint8_t m_recognisedMode = 0;
};

class SpikesCursor final : public ItemCursor {
    bool begin(ByteCursor& in) override
    {
        m_sizes = column(in);
        m_ticks = column(in);
        m_neurons = column(in);
        return in.ok() && in.remaining() == 0;
    }
    bool decode(Item& item) override
    {
        if (!std::holds_alternative<SpikesItem>(item))
            item = SpikesItem{};
        auto& batch = *std::get_if<SpikesItem>(&item);
        batch.layer = m_header.streamId;
        const std::uint64_t size = m_sizes.getVarint();
        // Every spike takes at least one byte in each column.
        if (!m_sizes.ok() || size > m_ticks.remaining() || size > m_neurons.remaining())
            return false;
        batch.spikes.resize(static_cast<std::size_t>(size));
        for (Spike& spike : batch.spikes) {
            if (!addDifference(m_last.tick, m_ticks) || !addDifference(m_last.neuron, m_neurons))
                return false;
            spike = m_last;
        }
        return true;
    }

    ByteCursor m_sizes;
    ByteCursor m_ticks;
    ByteCursor m_neurons;
    Spike m_last;
};

/// Frames of layout 2: every column is unpacked at once, because blocks are not read value by value.
class LongFrameCursor final : public ItemCursor {
    bool begin(ByteCursor& in) override
    {
        const std::uint64_t width = in.getVarint();
        const std::size_t n = m_header.count;
        if (!in.ok() || width > maxFrameValues || width > in.remaining() || !decodeColumn(in, m_times))
            return false;
        const auto deviceMode = in.get<std::uint8_t>();
        if (deviceMode == 0)
            m_device.assign(n, std::bit_cast<double>(in.get<std::uint64_t>()));
        else if (deviceMode > 1 || !decodeColumn(in, m_device))
            return false;
        m_recognisedMode = in.get<std::uint8_t>();
        if (m_recognisedMode == 2)
            m_recognised = in.take((std::uint64_t{n} + 7) / 8);
        if (!in.ok() || m_recognisedMode > 2)
            return false;
        // A sensor block unpacks to a bounded length, but a thousand of them are a lot of memory.
        if (width * n > maxPayloadBytes / sizeof(float))
            return false;
        m_channels.resize(static_cast<std::size_t>(width));
        for (auto& channel : m_channels)
            if (!decodeColumn(in, channel))
                return false;
        return in.ok() && in.remaining() == 0;
    }
    bool decode(Item& item) override
    {
        if (!std::holds_alternative<FrameItem>(item))
            item = FrameItem{};
        auto& frame = *std::get_if<FrameItem>(&item);
        frame.source = m_header.streamId;
        frame.t = m_times[m_index];
        frame.deviceSeconds = m_device[m_index];
        frame.recognised =
            m_recognisedMode == 2 ? ((m_recognised[m_index / 8] >> (m_index % 8)) & 1U) != 0 : m_recognisedMode == 1;
        frame.values.resize(m_channels.size());
        for (std::size_t c = 0; c < m_channels.size(); ++c)
            frame.values[c] = m_channels[c][m_index];
        ++m_index;
        return true;
    }

    template <typename T> bool decodeColumn(ByteCursor& in, std::vector<T>& values) const
    {
        const ByteView block = in.take(in.getVarint());
        const auto info = sensorBlockInfo(block);
        return in.ok() && info.ok() && info->count == m_header.count && decodeSensor(block, values).ok();
    }

    std::vector<std::int64_t> m_times;
    std::vector<double> m_device;
    ByteView m_recognised;
    std::vector<std::vector<float>> m_channels;
    std::size_t m_index = 0;
    std::uint8_t m_recognisedMode = 0;
};

/// Spikes of layout 2, unpacked block after block.
class SpikeBlocksCursor final : public ItemCursor {
    bool begin(ByteCursor& in) override
    {
        static_cast<void>(in.get<std::int64_t>()); // times of ticks are for readers that ask by time
        static_cast<void>(in.get<std::uint64_t>());
        m_sizes = column(in);
        m_blocks = in;
        return in.ok();
    }
    bool decode(Item& item) override
    {
        if (!std::holds_alternative<SpikesItem>(item))
            item = SpikesItem{};
        auto& batch = *std::get_if<SpikesItem>(&item);
        batch.layer = m_header.streamId;
        const std::uint64_t size = m_sizes.getVarint();
        if (!m_sizes.ok() || size > m_header.aux - m_handedOut)
            return false;
        m_handedOut += size;
        batch.spikes.clear();
        while (batch.spikes.size() < size) {
            if (m_at == m_columns.size() && !nextBlock())
                return false;
            const std::size_t n =
                std::min<std::size_t>(m_columns.size() - m_at, static_cast<std::size_t>(size) - batch.spikes.size());
            for (std::size_t i = 0; i < n; ++i, ++m_at)
                batch.spikes.push_back({m_columns.neurons[m_at], m_columns.ticks[m_at]});
        }
        return true;
    }
    bool nextBlock()
    {
        const ByteView block = m_blocks.take(m_blocks.getVarint());
        m_at = 0;
        return m_blocks.ok() && m_decoder.open(block).ok() && m_decoder.decode(m_columns).ok() && m_columns.size() > 0;
    }

    ByteCursor m_sizes;
    ByteCursor m_blocks;
    SpikeDecoder m_decoder;
    SpikeColumns m_columns;
    std::size_t m_at = 0;
    std::uint64_t m_handedOut = 0;
};

bool readDecision(ByteView bytes, Decision& decision)
{
    ByteCursor in(bytes);
    decision.t = in.get<std::int64_t>();
    decision.gas = in.get<std::int32_t>();
    const auto count = in.get<std::uint32_t>();
    if (std::uint64_t{count} * 4 > in.remaining())
        return false;
    decision.probabilities.resize(count);
    for (float& probability : decision.probabilities)
        probability = in.getFloat();
    decision.novelty = in.getFloat();
    const auto hasPpm = in.get<std::uint8_t>();
    const float ppm = in.getFloat();
    decision.ppm = hasPpm != 0 ? std::optional<float>(ppm) : std::nullopt;
    decision.ppmLow = in.getFloat();
    decision.ppmHigh = in.getFloat();
    decision.onset = in.get<std::int64_t>();
    const bool degraded = in.remaining() == 4;
    decision.degraded = degraded ? in.get<std::uint32_t>() : 0;
    return in.ok() && degraded == (decision.degraded > 0) && in.remaining() == 0 && hasPpm <= 1;
}

class DecisionCursor final : public ItemCursor {
    bool begin(ByteCursor& in) override
    {
        m_latencies = column(in);
        m_mode = in.get<std::uint8_t>();
        if (m_mode == 1) {
            const std::uint64_t length = in.getVarint();
            if (length > in.remaining())
                return false;
            m_last.assign(static_cast<std::size_t>(length), 0);
            m_planes = in.take(length * m_header.count);
            return in.ok() && in.remaining() == 0;
        }
        m_records = in;
        return in.ok() && m_mode == 0;
    }
    bool decode(Item& item) override
    {
        DecisionItem decision;
        decision.latencyNanoseconds = static_cast<std::int64_t>(unzigzag(m_latencies.getVarint()));
        bool ok = m_latencies.ok();
        if (m_mode == 1) {
            for (std::size_t i = 0; i < m_last.size(); ++i)
                m_last[i] ^= m_planes[i * m_header.count + m_index];
            ++m_index;
            ok = readDecision(m_last, decision.decision) && ok;
        } else {
            const ByteView record = m_records.take(m_records.getVarint());
            ok = m_records.ok() && readDecision(record, decision.decision) && ok;
        }
        item = std::move(decision);
        return ok;
    }

    ByteCursor m_latencies;
    ByteCursor m_records;
    ByteView m_planes;
    Bytes m_last;
    std::size_t m_index = 0;
    std::uint8_t m_mode = 0;
};

class EventCursor final : public ItemCursor {
    bool begin(ByteCursor& in) override
    {
        m_records = in;
        return true;
    }
    bool decode(Item& item) override
    {
        StreamEvent event;
        const auto kind = m_records.get<std::uint8_t>();
        event.kind = static_cast<StreamEvent::Kind>(kind);
        event.t = m_records.get<std::int64_t>();
        event.t2 = m_records.get<std::int64_t>();
        event.count = m_records.getVarint();
        event.text = m_records.getText();
        item = std::move(event);
        return m_records.ok() && kind >= static_cast<std::uint8_t>(StreamEvent::Kind::Gap) &&
               kind <= static_cast<std::uint8_t>(StreamEvent::Kind::SampleWithheld);
    }

    ByteCursor m_records;
};

class MarkCursor final : public ItemCursor {
    bool begin(ByteCursor& in) override
    {
        m_records = in;
        return true;
    }
    bool decode(Item& item) override
    {
        Mark mark;
        mark.t = m_records.get<std::int64_t>();
        mark.label = m_records.getText();
        item = std::move(mark);
        return m_records.ok();
    }

    ByteCursor m_records;
};

/// The newest layout of each stream that this program reads.
constexpr std::uint8_t newestLayout(StreamType type)
{
    return type == StreamType::Marks ? 1 : 2;
}

std::unique_ptr<ItemCursor> makeCursor(std::uint16_t type, std::uint8_t layout)
{
    if (layout == 2 && static_cast<StreamType>(type) == StreamType::Frames)
        return std::make_unique<LongFrameCursor>();
    if (layout == 2 && static_cast<StreamType>(type) == StreamType::Spikes)
        return std::make_unique<SpikeBlocksCursor>();
    switch (static_cast<StreamType>(type)) {
    case StreamType::Frames: return std::make_unique<FrameCursor>();
    case StreamType::Spikes: return std::make_unique<SpikesCursor>();
    case StreamType::Decisions: return std::make_unique<DecisionCursor>();
    case StreamType::Events: return std::make_unique<EventCursor>();
    case StreamType::Marks: return std::make_unique<MarkCursor>();
    default: return nullptr;
    }
}

} // namespace

bool ItemCursor::knows(const ChunkHeader& header)
{
    return header.streamType >= static_cast<std::uint16_t>(StreamType::Frames) &&
           header.streamType <= static_cast<std::uint16_t>(StreamType::Marks) && header.layoutVersion >= 1 &&
           header.layoutVersion <= newestLayout(static_cast<StreamType>(header.streamType));
}

std::unique_ptr<ItemCursor> ItemCursor::open(const ChunkHeader& header, std::uint64_t offset, Bytes payload)
{
    if (!knows(header))
        return nullptr;
    auto cursor = makeCursor(header.streamType, header.layoutVersion);
    cursor->m_header = header;
    cursor->m_payload = std::move(payload);
    cursor->m_offset = offset;
    cursor->m_left = header.count;
    ByteCursor in(cursor->m_payload);
    cursor->m_order = column(in);
    // Every item has at least one byte in the order column, which bounds the count by the bytes at hand.
    if (!in.ok() || header.count > cursor->m_order.remaining() || !cursor->begin(in))
        return nullptr;
    if (cursor->m_left > 0 && !cursor->readNumber(true))
        return nullptr;
    return cursor;
}

bool ItemCursor::readNumber(bool first)
{
    const std::uint64_t step = m_order.getVarint();
    m_number += step;
    return m_order.ok() && (first || step > 0);
}

bool ItemCursor::take(Item& item)
{
    if (!decode(item))
        return false;
    --m_left;
    return m_left == 0 || readNumber(false);
}

} // namespace bnof::recording
