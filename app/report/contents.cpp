// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/contents.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "engine/base/instruments.h"

namespace bnof::report {
namespace {

using recording::DecisionItem;
using recording::FrameItem;
using recording::SpikesItem;

constexpr float missingValue = std::numeric_limits<float>::quiet_NaN();
/// A device that prints more channels than its table says is shown up to here.
constexpr std::size_t channelLimit = 1024;
/// The largest network that engine/snn accepts; a damaged description may claim more.
constexpr std::uint32_t neuronLimit = 1U << 24;

/// Spikes carry ticks, which count from the recogniser's last reset; the time of a tick follows from the
/// frame beside which the spikes lie in the stream. The anchor is renewed when the two drift apart (after a
/// gap or a reset), so that within a stretch the ticks keep their exact distances.
class TickClock {
public:
    explicit TickClock(double tickMs) : m_tick(tickMs * 1e6) {}

    /// Call with the last tick of a batch and the time of the frame that caused it.
    void observe(std::uint32_t lastTick, Timestamp frameTime)
    {
        const double expected = m_zero + m_tick * lastTick;
        const double found = static_cast<double>(frameTime);
        if (!m_anchored || std::abs(expected - found) > tolerance) {
            m_zero = found - m_tick * lastTick;
            m_anchored = true;
        }
    }
    [[nodiscard]] Timestamp time(std::uint32_t tick) const { return static_cast<Timestamp>(m_zero + m_tick * tick); }

private:
    static constexpr double tolerance = 1e9;
    double m_tick;
    double m_zero = 0;
    bool m_anchored = false;
};

class Assembler {
public:
    explicit Assembler(ReportContents& contents) : m_contents(contents), m_clock(contents.metadata.tickMs) {}

    void add(const FrameItem& frame);
    void add(const SpikesItem& spikes);
    void add(const DecisionItem& item);
    void add(const StreamEvent& event);
    void add(const Mark& mark) { m_contents.marks.add(mark); }
    void finish();
    [[nodiscard]] Timestamp lastTime() const { return m_lastTime; }

private:
    ReportContents& m_contents;
    TickClock m_clock;
    Timestamp m_lastTime = 0;
    Timestamp m_recognisedTime = 0;
    int m_lastGas = -2;
    Histogram m_latency;
};

void Assembler::add(const FrameItem& frame)
{
    m_lastTime = frame.t;
    if (frame.source == m_contents.metadata.recognisedSource)
        m_recognisedTime = frame.t;
    if (frame.source >= m_contents.sources.size())
        return;
    SourceContents& source = m_contents.sources[frame.source];
    ++source.frames;
    const std::size_t column = m_contents.column(frame.t);
    const std::size_t count = std::min(frame.values.size(), channelLimit);
    while (source.channels.size() < count) {
        ChannelContents channel;
        channel.info.name = "channel " + std::to_string(source.channels.size() + 1);
        channel.low.assign(timeColumns, missingValue);
        channel.high = channel.low;
        source.channels.push_back(std::move(channel));
    }
    for (std::size_t i = 0; i < count; ++i) {
        ChannelContents& channel = source.channels[i];
        const float value = frame.values[i];
        if (!std::isfinite(value)) {
            ++channel.missing;
            continue;
        }
        // fmin and fmax take the number when the other is NaN.
        channel.low[column] = std::fmin(channel.low[column], value);
        channel.high[column] = std::fmax(channel.high[column], value);
        channel.lowest = channel.samples == 0 ? value : std::min(channel.lowest, value);
        channel.highest = channel.samples == 0 ? value : std::max(channel.highest, value);
        channel.sum += value;
        ++channel.samples;
    }
}

void Assembler::add(const SpikesItem& spikes)
{
    if (spikes.layer >= m_contents.layers.size() || spikes.spikes.empty())
        return;
    m_clock.observe(spikes.spikes.back().tick, m_recognisedTime);
    LayerContents& layer = m_contents.layers[spikes.layer];
    layer.spikes += spikes.spikes.size();
    for (const Spike& spike : spikes.spikes) {
        if (spike.neuron >= layer.info.size)
            continue;
        const std::size_t row = static_cast<std::size_t>(std::uint64_t{spike.neuron} * layer.rows / layer.info.size);
        ++layer.density[row * timeColumns + m_contents.column(m_clock.time(spike.tick))];
        if (spike.neuron < layer.fired.size())
            layer.fired[spike.neuron] = true;
    }
}

void Assembler::add(const DecisionItem& item)
{
    const Decision& decision = item.decision;
    if (m_contents.gases.empty())
        return;
    const std::size_t unknown = m_contents.gases.size() - 1;
    const bool named = decision.gas >= 0 && static_cast<std::size_t>(decision.gas) < unknown;
    const std::size_t index = named ? static_cast<std::size_t>(decision.gas) : unknown;
    GasContents& gas = m_contents.gases[index];
    const float confidence = !named                                  ? decision.novelty
                             : index < decision.probabilities.size() ? decision.probabilities[index]
                                                                     : 0.0F;
    ++m_contents.decisions;
    ++gas.decisions;
    gas.confidence += confidence;
    if (gas.first < 0)
        gas.first = decision.t;
    if (m_lastGas != static_cast<int>(index))
        ++gas.episodes;
    m_lastGas = static_cast<int>(index);
    if (decision.ppm && std::isfinite(*decision.ppm)) {
        gas.ppmLowest = gas.ppmCount == 0 ? *decision.ppm : std::min(gas.ppmLowest, *decision.ppm);
        gas.ppmHighest = gas.ppmCount == 0 ? *decision.ppm : std::max(gas.ppmHighest, *decision.ppm);
        gas.ppmSum += *decision.ppm;
        ++gas.ppmCount;
    }
    const std::size_t column = m_contents.column(decision.t);
    ++gas.columnCount[column];
    gas.columnConfidence[column] += confidence;

    const double ms = static_cast<double>(item.latencyNanoseconds) * 1e-6;
    const auto edge = std::lower_bound(latencyEdgesMs.begin(), latencyEdgesMs.end(), ms);
    ++m_contents.latencies[static_cast<std::size_t>(edge - latencyEdgesMs.begin())];
    m_latency.record(static_cast<std::uint64_t>(std::max<std::int64_t>(item.latencyNanoseconds, 0)));
}

void Assembler::add(const StreamEvent& event)
{
    switch (event.kind) {
    case StreamEvent::Kind::Gap:
        m_contents.gaps.add(event);
        m_contents.gapTime += std::max<Timestamp>(event.t2 - event.t, 0);
        break;
    case StreamEvent::Kind::Resynchronised:
        ++m_contents.skippedLines;
        m_contents.skippedBytes += event.count;
        break;
    case StreamEvent::Kind::RecogniserReset:
        ++m_contents.resets;
        m_contents.notes.add(event);
        break;
    case StreamEvent::Kind::BackEndChanged:
    case StreamEvent::Kind::ChannelFault:
    case StreamEvent::Kind::Note: m_contents.notes.add(event); break;
    case StreamEvent::Kind::SampleWithheld:
    case StreamEvent::Kind::Dropped:
    case StreamEvent::Kind::NotRecognised: break; // the summary has the sums
    }
}

void Assembler::finish()
{
    for (LayerContents& layer : m_contents.layers) {
        layer.activeNeurons = static_cast<std::uint64_t>(std::count(layer.fired.begin(), layer.fired.end(), true));
        layer.fired = {};
    }
    m_contents.latencyP50 = m_latency.quantile(0.5);
    m_contents.latencyP99 = m_latency.quantile(0.99);
}

/// Where the recording lies and what its files are called is no part of it: "/data/run.0001.bnr" becomes
/// "recording.0001.bnr".
void withoutFileName(std::vector<std::string>& findings, const std::string& recordingPath)
{
    const std::filesystem::path path(recordingPath);
    const std::string folder = path.parent_path().string() + '/';
    const std::string stem = path.stem().string() + '.';
    const auto replace = [](std::string& text, const std::string& what, const std::string& by) {
        for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
            text.replace(at, what.size(), by);
    };
    for (std::string& finding : findings) {
        if (folder.size() > 1)
            replace(finding, folder + stem, "recording.");
        replace(finding, stem + "0", "recording.0");
        replace(finding, stem + "bnr", "recording.bnr");
    }
}

/// Everything that is known before the first item is read.
void prepare(ReportContents& contents, const recording::Reader& reader)
{
    contents.metadata = reader.metadata();
    contents.fileBytes = reader.fileSize();
    const recording::Summary& summary = contents.verification.summary;
    contents.begin = contents.metadata.start;
    contents.end = std::max(summary.lastTime, contents.begin);
    if (summary.frames > 0)
        contents.begin = std::min(contents.begin, summary.firstTime);
    contents.end = std::max(contents.end, contents.begin + nanosecondsPerMillisecond);

    for (const recording::SourceDescription& description : contents.metadata.sources) {
        SourceContents source;
        source.description = description;
        for (const ChannelInfo& info : description.channels) {
            ChannelContents channel;
            channel.info = info;
            channel.low.assign(timeColumns, missingValue);
            channel.high = channel.low;
            source.channels.push_back(std::move(channel));
        }
        contents.sources.push_back(std::move(source));
    }
    for (const LayerInfo& info : contents.metadata.layers) {
        LayerContents layer;
        layer.info = info;
        layer.rows = std::min<std::size_t>(info.size, rasterRows);
        layer.density.assign(layer.rows * timeColumns, 0);
        layer.fired.assign(std::min(info.size, neuronLimit), false);
        contents.layers.push_back(std::move(layer));
    }
    if (contents.metadata.gases.empty())
        return;
    for (std::size_t i = 0; i <= contents.metadata.gases.size(); ++i) {
        GasContents gas;
        if (i < contents.metadata.gases.size())
            gas.name = contents.metadata.gases[i];
        gas.background = static_cast<int>(i) == contents.metadata.background;
        gas.columnCount.assign(timeColumns, 0);
        gas.columnConfidence.assign(timeColumns, 0);
        contents.gases.push_back(std::move(gas));
    }
}

} // namespace

bool ReportContents::simulated() const
{
    return std::any_of(sources.begin(), sources.end(),
                       [](const SourceContents& source) { return source.description.simulated; });
}

std::size_t ReportContents::column(Timestamp t) const
{
    const double share = static_cast<double>(t - begin) / static_cast<double>(end - begin);
    const double column = std::floor(share * static_cast<double>(timeColumns));
    return static_cast<std::size_t>(std::clamp(column, 0.0, static_cast<double>(timeColumns - 1)));
}

Result<ReportContents> assembleContents(const std::string& recordingPath, const recording::Progress& progress)
{
    const Error cancelled = makeError(ErrorKind::Cancelled, "the report was cancelled", recordingPath);
    if (progress && !progress(0))
        return cancelled;
    ReportContents contents;
    BNOF_TRY_ASSIGN(contents.verification, recording::verify(recordingPath));
    withoutFileName(contents.verification.health.findings, recordingPath);
    if (progress && !progress(0.3))
        return cancelled;
    BNOF_TRY_ASSIGN(auto reader, recording::Reader::open(recordingPath));
    prepare(contents, *reader);

    Assembler assembler(contents);
    recording::Item item;
    std::uint64_t count = 0;
    while (reader->next(item)) {
        std::visit([&](const auto& value) { assembler.add(value); }, item);
        if (progress && ++count % 4096 == 0) {
            const double share = static_cast<double>(assembler.lastTime() - contents.begin) /
                                 static_cast<double>(contents.end - contents.begin);
            if (!progress(0.3 + 0.7 * std::clamp(share, 0.0, 1.0)))
                return cancelled;
        }
    }
    assembler.finish();
    return contents;
}

} // namespace bnof::report
