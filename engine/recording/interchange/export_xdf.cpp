// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include "engine/recording/interchange/exporters.h"
#include "engine/recording/interchange/xdf_writer.h"

namespace bnof::recording {
namespace {

class XdfExport final : public ItemVisitor {
public:
    XdfExport(const ExportJob& job, const RecordingShape& shape, XdfWriter& xdf)
        : m_job(job), m_shape(shape), m_xdf(xdf)
    {}

    Result<void> begin();
    Result<void> frame(const FrameItem& item) override
    {
        m_row.assign(item.values.begin(), item.values.end());
        m_row.resize(m_shape.sources[item.source].channels.size(), std::numeric_limits<float>::quiet_NaN());
        return m_xdf.sample(m_sources[item.source], toSeconds(item.t), m_row);
    }
    Result<void> spikes(std::uint32_t layer, std::span<const Spike> spikes, std::span<const Timestamp> times) override
    {
        for (std::size_t i = 0; i < spikes.size() && m_job.spikes; ++i)
            BNOF_TRY(m_xdf.sample(m_layers[layer], toSeconds(times[i]), std::int64_t{spikes[i].neuron}));
        return {};
    }
    Result<void> decision(const DecisionItem& item) override
    {
        const Decision& decision = item.decision;
        const float missing = std::numeric_limits<float>::quiet_NaN();
        m_row.assign({static_cast<float>(decision.gas), decision.novelty, decision.ppm.value_or(missing),
                      decision.ppm ? decision.ppmLow : missing, decision.ppm ? decision.ppmHigh : missing});
        const std::size_t gases = m_job.reader.metadata().gases.size();
        for (std::size_t g = 0; g < gases; ++g)
            m_row.push_back(g < decision.probabilities.size() ? decision.probabilities[g] : missing);
        return m_xdf.sample(m_decisions, toSeconds(decision.t), m_row);
    }
    Result<void> event(const StreamEvent& event) override
    {
        std::string text = eventKindName(event.kind);
        if (event.kind == StreamEvent::Kind::Gap)
            text += " of " + std::to_string(toSeconds(event.t2 - event.t)) + " s";
        else if (event.count > 0)
            text += " " + std::to_string(event.count);
        return m_xdf.sample(m_events, toSeconds(event.t), event.text.empty() ? text : text + ": " + event.text);
    }
    Result<void> mark(const Mark& mark) override { return m_xdf.sample(m_marks, toSeconds(mark.t), mark.label); }

private:
    const ExportJob& m_job;
    const RecordingShape& m_shape;
    XdfWriter& m_xdf;
    std::vector<std::size_t> m_sources;
    std::vector<std::size_t> m_layers;
    std::size_t m_decisions = 0;
    std::size_t m_marks = 0;
    std::size_t m_events = 0;
    std::vector<float> m_row;
};

Result<void> XdfExport::begin()
{
    const RecordingMetadata& metadata = m_job.reader.metadata();
    const Json description = exportMetadata(m_job.reader, m_shape, "bnof XDF export 1");
    BNOF_TRY(m_xdf.begin(formatUtc(metadata.wallAtZero)));
    for (std::size_t s = 0; s < m_shape.sources.size(); ++s) {
        std::vector<XdfChannel> channels;
        for (const ChannelInfo& channel : m_shape.sources[s].channels)
            channels.push_back({channel.name, channel.unit, channel.quantity});
        BNOF_TRY_ASSIGN(const std::size_t stream,
                        m_xdf.stream(m_shape.sources[s].name, "Gas", XdfWriter::Format::Float32, channels,
                                     metadata.uuid + "/" + m_shape.sources[s].name, s == 0 ? description.dump() : ""));
        m_sources.push_back(stream);
    }
    for (std::size_t i = 0; i < m_shape.layers.size() && m_job.spikes; ++i) {
        const std::string name = "spikes_" + std::to_string(i + 1);
        BNOF_TRY_ASSIGN(const std::size_t stream,
                        m_xdf.stream(name, "Spikes", XdfWriter::Format::Int64, {{"neuron", "", m_shape.layers[i].name}},
                                     metadata.uuid + "/" + name));
        m_layers.push_back(stream);
    }
    if (m_shape.decisions > 0) {
        std::vector<XdfChannel> channels{{"gas", "", "index"},
                                         {"novelty", "1", ""},
                                         {"ppm", "ppm", ""},
                                         {"ppm_low", "ppm", ""},
                                         {"ppm_high", "ppm", ""}};
        for (const std::string& gas : metadata.gases)
            channels.push_back({gas, "1", "probability"});
        BNOF_TRY_ASSIGN(m_decisions, m_xdf.stream("decisions", "Decisions", XdfWriter::Format::Float32, channels,
                                                  metadata.uuid + "/decisions"));
    }
    BNOF_TRY_ASSIGN(m_marks, m_xdf.stream("marks", "Markers", XdfWriter::Format::Text, {{"mark", "", "text"}},
                                          metadata.uuid + "/marks"));
    BNOF_TRY_ASSIGN(m_events, m_xdf.stream("events", "Markers", XdfWriter::Format::Text, {{"event", "", "text"}},
                                           metadata.uuid + "/events"));
    return {};
}

} // namespace

Result<void> exportXdf(ExportJob& job)
{
    BNOF_TRY_ASSIGN(const auto file, NewFile::create(job.path));
    BNOF_TRY_ASSIGN(const RecordingShape shape, measure(job));
    XdfWriter xdf(*file);
    XdfExport visitor(job, shape, xdf);
    BNOF_TRY(visitor.begin());
    BNOF_TRY(walk(job, visitor, 0.1, 1));
    BNOF_TRY(xdf.finish());
    BNOF_TRY(file->publish());
    file->keep();
    job.outcome.files = {job.path};
    return {};
}

} // namespace bnof::recording
