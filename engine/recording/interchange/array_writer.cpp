// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/array_writer.h"

#include <limits>

namespace bnof::recording {
namespace {

template <typename T> std::span<const std::uint8_t> bytesOf(std::span<const T> values)
{
    return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}
template <typename T> std::span<const std::uint8_t> bytesOf(const std::vector<T>& values)
{
    return bytesOf(std::span<const T>(values));
}

class ArrayExport final : public ItemVisitor {
public:
    ArrayExport(const RecordingShape& shape, std::size_t gases, ArrayWriter& writer, bool spikes)
        : m_shape(shape), m_gases(gases), m_writer(writer), m_withSpikes(spikes)
    {}

    Result<void> begin();
    Result<void> frame(const FrameItem& item) override;
    Result<void> spikes(std::uint32_t layer, std::span<const Spike> spikes, std::span<const Timestamp> times) override;
    Result<void> decision(const DecisionItem& item) override;

private:
    struct Source {
        std::size_t values = 0;
        std::size_t time = 0;
        std::size_t device = 0;
        std::size_t recognised = 0;
    };
    struct Layer {
        std::size_t neuron = 0;
        std::size_t tick = 0;
        std::size_t time = 0;
    };
    struct Decisions {
        std::size_t time = 0, gas = 0, probabilities = 0, novelty = 0, ppm = 0, low = 0, high = 0, onset = 0,
                    latency = 0;
    };
    Result<void> add(std::size_t& array, const std::string& name, ElementType type, std::uint64_t rows,
                     std::uint64_t columns = 0)
    {
        BNOF_TRY_ASSIGN(array, m_writer.add(name, type, rows, columns));
        return {};
    }
    template <typename T> Result<void> one(std::size_t array, T value)
    {
        return m_writer.append(array, bytesOf(std::span<const T>(&value, 1)));
    }
    Result<void> beginSources();
    Result<void> beginSpikes();
    Result<void> beginDecisions();
    Result<void> notes();

    const RecordingShape& m_shape;
    std::size_t m_gases;
    ArrayWriter& m_writer;
    bool m_withSpikes;
    std::vector<Source> m_sources;
    std::vector<Layer> m_layers;
    Decisions m_decisions;
    std::vector<float> m_row;
    std::vector<std::uint32_t> m_numbers;
};

Result<void> ArrayExport::beginSources()
{
    for (const RecordingShape::Source& source : m_shape.sources) {
        Source& arrays = m_sources.emplace_back();
        BNOF_TRY(add(arrays.values, source.name + "_values", ElementType::Float32, source.frames,
                     std::max<std::size_t>(source.channels.size(), 1)));
        BNOF_TRY(add(arrays.time, source.name + "_time_ns", ElementType::Int64, source.frames));
        if (source.deviceClock)
            BNOF_TRY(add(arrays.device, source.name + "_device_s", ElementType::Float64, source.frames));
        BNOF_TRY(add(arrays.recognised, source.name + "_recognised", ElementType::UInt8, source.frames));
    }
    return {};
}

Result<void> ArrayExport::beginSpikes()
{
    for (std::size_t i = 0; i < m_shape.layers.size() && m_withSpikes; ++i) {
        Layer& arrays = m_layers.emplace_back();
        const std::string name = "spikes_" + std::to_string(i + 1);
        const std::uint64_t count = m_shape.layers[i].spikes;
        BNOF_TRY(add(arrays.neuron, name + "_neuron", ElementType::UInt32, count));
        BNOF_TRY(add(arrays.tick, name + "_tick", ElementType::UInt32, count));
        BNOF_TRY(add(arrays.time, name + "_time_ns", ElementType::Int64, count));
    }
    return {};
}

Result<void> ArrayExport::beginDecisions()
{
    const std::uint64_t count = m_shape.decisions;
    if (count == 0)
        return {};
    Decisions& d = m_decisions;
    BNOF_TRY(add(d.time, "decisions_time_ns", ElementType::Int64, count));
    BNOF_TRY(add(d.gas, "decisions_gas", ElementType::Int32, count));
    BNOF_TRY(add(d.probabilities, "decisions_probabilities", ElementType::Float32, count, m_gases));
    BNOF_TRY(add(d.novelty, "decisions_novelty", ElementType::Float32, count));
    BNOF_TRY(add(d.ppm, "decisions_ppm", ElementType::Float32, count));
    BNOF_TRY(add(d.low, "decisions_ppm_low", ElementType::Float32, count));
    BNOF_TRY(add(d.high, "decisions_ppm_high", ElementType::Float32, count));
    BNOF_TRY(add(d.onset, "decisions_onset_ns", ElementType::Int64, count));
    return add(d.latency, "decisions_latency_ns", ElementType::Int64, count);
}

Result<void> ArrayExport::notes()
{
    std::vector<Timestamp> times;
    std::vector<std::string> labels;
    for (const Mark& mark : m_shape.marks) {
        times.push_back(mark.t);
        labels.push_back(mark.label);
    }
    std::size_t array = 0;
    BNOF_TRY(add(array, "marks_time_ns", ElementType::Int64, times.size()));
    BNOF_TRY(m_writer.append(array, bytesOf(times)));
    BNOF_TRY(m_writer.texts("marks_label", labels));
    times.clear();
    std::vector<Timestamp> ends;
    std::vector<std::string> kinds;
    std::vector<std::uint64_t> counts;
    std::vector<std::string> texts;
    for (const StreamEvent& event : m_shape.events) {
        times.push_back(event.t);
        ends.push_back(event.t2);
        kinds.emplace_back(eventKindName(event.kind));
        counts.push_back(event.count);
        texts.push_back(event.text);
    }
    BNOF_TRY(add(array, "events_time_ns", ElementType::Int64, times.size()));
    BNOF_TRY(m_writer.append(array, bytesOf(times)));
    BNOF_TRY(add(array, "events_end_ns", ElementType::Int64, ends.size()));
    BNOF_TRY(m_writer.append(array, bytesOf(ends)));
    BNOF_TRY(m_writer.texts("events_kind", kinds));
    BNOF_TRY(add(array, "events_count", ElementType::UInt64, counts.size()));
    BNOF_TRY(m_writer.append(array, bytesOf(counts)));
    return m_writer.texts("events_text", texts);
}

Result<void> ArrayExport::begin()
{
    BNOF_TRY(beginSources());
    BNOF_TRY(beginSpikes());
    BNOF_TRY(beginDecisions());
    return notes();
}

Result<void> ArrayExport::frame(const FrameItem& item)
{
    const Source& arrays = m_sources[item.source];
    const RecordingShape::Source& source = m_shape.sources[item.source];
    m_row.assign(std::max<std::size_t>(source.channels.size(), 1), std::numeric_limits<float>::quiet_NaN());
    std::copy(item.values.begin(), item.values.end(), m_row.begin());
    BNOF_TRY(m_writer.append(arrays.values, bytesOf(m_row)));
    BNOF_TRY(one(arrays.time, item.t));
    if (source.deviceClock)
        BNOF_TRY(one(arrays.device, item.deviceSeconds));
    return one(arrays.recognised, static_cast<std::uint8_t>(item.recognised ? 1 : 0));
}

Result<void> ArrayExport::spikes(std::uint32_t layer, std::span<const Spike> spikes, std::span<const Timestamp> times)
{
    if (!m_withSpikes)
        return {};
    const Layer& arrays = m_layers[layer];
    m_numbers.clear();
    for (const Spike& spike : spikes)
        m_numbers.push_back(spike.neuron);
    BNOF_TRY(m_writer.append(arrays.neuron, bytesOf(m_numbers)));
    m_numbers.clear();
    for (const Spike& spike : spikes)
        m_numbers.push_back(spike.tick);
    BNOF_TRY(m_writer.append(arrays.tick, bytesOf(m_numbers)));
    return m_writer.append(arrays.time, bytesOf(times));
}

Result<void> ArrayExport::decision(const DecisionItem& item)
{
    const Decision& decision = item.decision;
    const Decisions& d = m_decisions;
    BNOF_TRY(one(d.time, decision.t));
    BNOF_TRY(one(d.gas, static_cast<std::int32_t>(decision.gas)));
    m_row.assign(m_gases, std::numeric_limits<float>::quiet_NaN());
    std::copy_n(decision.probabilities.begin(), std::min(m_gases, decision.probabilities.size()), m_row.begin());
    BNOF_TRY(m_writer.append(d.probabilities, bytesOf(m_row)));
    const float missing = std::numeric_limits<float>::quiet_NaN();
    BNOF_TRY(one(d.novelty, decision.novelty));
    BNOF_TRY(one(d.ppm, decision.ppm.value_or(missing)));
    BNOF_TRY(one(d.low, decision.ppm ? decision.ppmLow : missing));
    BNOF_TRY(one(d.high, decision.ppm ? decision.ppmHigh : missing));
    BNOF_TRY(one(d.onset, decision.onset));
    return one(d.latency, item.latencyNanoseconds);
}

} // namespace

Result<void> writeArrays(ExportJob& job, const RecordingShape& shape, ArrayWriter& writer)
{
    // At least one column, so that the array exists for readers that expect it.
    const std::size_t gases = std::max<std::size_t>(job.reader.metadata().gases.size(), 1);
    ArrayExport visitor(shape, gases, writer, job.spikes);
    BNOF_TRY(visitor.begin());
    BNOF_TRY(walk(job, visitor, 0.1, 0.95));
    return writer.metadata(exportMetadata(job.reader, shape, arrayLayout));
}

} // namespace bnof::recording
