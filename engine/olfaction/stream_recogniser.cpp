// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/stream_recogniser.h"

#include <algorithm>
#include <cmath>

#include "engine/base/instruments.h"

namespace bnof::olfaction {
namespace {

constexpr std::uint64_t stateMagic = 0x3130'5453'464F'4E42ULL; // "BNOFST01"
/// The stimulus has ended when this many decisions in a row say so: a single flicker does not restart it.
constexpr std::uint32_t decisionsToEnd = 5;
/// Spike ticks are 32 bits wide: 49 days at 1 ms.
constexpr std::uint64_t largestTick = 0xFFFF'FFFFULL;

} // namespace

StreamRecogniser::StreamRecogniser(Model model, std::string digest)
    : m_model(std::move(model)), m_frontEnd(m_model.frontEnd)
{
    const double tickMs = m_model.kind == "spiking" ? m_model.spiking.network.tickMs : 1.0;
    m_tickLength = static_cast<Timestamp>(tickMs * 1e6);
    m_intervalTicks =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(m_model.decisionIntervalSeconds * 1000 / tickMs + 0.5));
    m_info.kind = m_model.kind;
    m_info.modelName = m_model.name;
    m_info.modelDigest = std::move(digest);
    m_info.gases = m_model.gases;
    m_info.background = m_model.background;
    m_info.channels = m_model.channels;
    m_info.tickMs = tickMs;
    m_info.decisionIntervalSeconds = m_model.decisionIntervalSeconds;
    m_info.simulatedTraining = m_model.simulatedTraining;
    m_info.modified = m_model.metrics["modified_after_training"].toBool();
}

void StreamRecogniser::beforeChange(RecogniserOutput& /*output*/) {}

void StreamRecogniser::reset()
{
    m_frontEnd.reset();
    m_started = false;
    m_start = 0;
    m_last = 0;
    m_tick = 0;
    m_onset = -1;
    m_backgroundRun = 0;
    m_masked = 0;
    restart(0);
}

Result<void> StreamRecogniser::process(const SensorFrame& frame, RecogniserOutput& output)
{
    static Counter& frames = Instruments::counter("olfaction.frames");
    static Counter& gaps = Instruments::counter("olfaction.gaps");
    if (frame.values.size() != m_model.channels.size())
        return makeError(ErrorKind::BadInput,
                         "a frame has " + std::to_string(frame.values.size()) + " values instead of " +
                             std::to_string(m_model.channels.size()),
                         "recogniser " + m_model.name, "Connect a device with the channels of the model.");
    if (m_started && frame.t < m_last)
        return makeError(ErrorKind::BadInput, "a frame is older than the one before it", "recogniser " + m_model.name,
                         "Frames must come in the order of time.");
    frames.add();
    output.spikes.resize(m_info.layers.size());
    if (!m_started) {
        m_started = true;
        m_start = frame.t;
    } else {
        const auto now = static_cast<std::uint64_t>((frame.t - m_start) / m_tickLength);
        if (now > largestTick)
            return makeError(ErrorKind::BadInput, "the session is longer than spike times can count",
                             "recogniser " + m_model.name, "Start a new session.");
        if (frame.t - m_last > fromSeconds(m_model.longestHoldSeconds)) {
            gaps.add();
            runTo(
                static_cast<std::uint64_t>((m_last - m_start + fromSeconds(m_model.longestHoldSeconds)) / m_tickLength),
                output);
            m_onset = -1;
            m_backgroundRun = 0;
            m_tick = now;
            restart(now);
        } else {
            runTo(now, output);
        }
    }
    beforeChange(output);
    m_last = frame.t;
    output.tickZero = m_start;
    m_frontEnd.update(frame.t, frame.values, frame.masked);
    m_masked = static_cast<std::uint32_t>(
        std::count_if(frame.masked.begin(), frame.masked.end(), [](std::uint8_t mask) { return mask != 0; }));
    return featuresChanged();
}

void StreamRecogniser::runTo(std::uint64_t target, RecogniserOutput& output)
{
    while (m_tick < target) {
        const std::uint64_t due = (m_tick / m_intervalTicks + 1) * m_intervalTicks;
        const std::uint64_t stop = std::min(target, due);
        advance(static_cast<std::uint32_t>(stop - m_tick), output);
        m_tick = stop;
        CountDecision counted;
        if (stop == due && decide(counted, output))
            emit(counted, output);
    }
}

void StreamRecogniser::followOnset(int gas, Timestamp t)
{
    if (m_model.background < 0)
        return; // without a background nothing says when a stimulus begins
    if (gas >= 0 && gas != m_model.background) {
        m_backgroundRun = 0;
        if (m_onset < 0)
            m_onset = t;
    } else if (gas == m_model.background && m_onset >= 0 && ++m_backgroundRun >= decisionsToEnd) {
        m_onset = -1;
        m_backgroundRun = 0;
    }
}

std::vector<ComponentEstimate> StreamRecogniser::estimates(int gas) const
{
    std::vector<ComponentEstimate> out;
    std::vector<double> motions;
    motionsOf(m_model.frontEnd, m_frontEnd.features(), motions);
    for (const ConcentrationModel& estimator : m_model.concentrations) {
        if (estimator.gas != gas)
            continue;
        const ConcentrationEstimate value = estimate(estimator, m_frontEnd.features(), motions);
        out.push_back({m_model.components[static_cast<std::size_t>(estimator.component)], static_cast<float>(value.ppm),
                       static_cast<float>(value.low), static_cast<float>(value.high)});
    }
    return out;
}

void StreamRecogniser::emit(const CountDecision& counted, RecogniserOutput& output)
{
    static Counter& decisions = Instruments::counter("olfaction.decisions");
    decisions.add();
    Decision decision;
    decision.t = m_start + static_cast<Timestamp>(m_tick) * m_tickLength;
    // With most channels gone there is no pattern left to name: refuse, whatever the network says.
    const bool refused = m_masked * 2 > m_model.channels.size();
    decision.gas = refused ? -1 : counted.gas;
    decision.probabilities = counted.probabilities;
    decision.novelty = counted.novelty;
    decision.degraded = m_masked;
    followOnset(decision.gas, decision.t);
    decision.onset = m_onset;
    if (decision.gas >= 0 && m_model.gasComponents[static_cast<std::size_t>(counted.gas)].size() == 1) {
        if (const auto list = estimates(counted.gas); list.size() == 1) {
            decision.ppm = list.front().ppm;
            decision.ppmLow = list.front().low;
            decision.ppmHigh = list.front().high;
        }
    }
    output.decisions.push_back(std::move(decision));
}

std::vector<std::uint8_t> StreamRecogniser::saveState() const
{
    StateWriter writer;
    writer.put(stateMagic);
    writer.text(m_info.modelDigest);
    writer.put(static_cast<std::uint8_t>(m_started));
    writer.put(m_start);
    writer.put(m_last);
    writer.put(m_tick);
    writer.put(m_onset);
    writer.put(m_backgroundRun);
    m_frontEnd.save(writer);
    saveMore(writer);
    if (m_masked > 0) // so that states from before there was a mask stay readable
        writer.put(m_masked);
    return writer.take();
}

Result<void> StreamRecogniser::loadState(std::span<const std::uint8_t> state)
{
    const auto refuse = [this](const char* what) {
        reset();
        return makeError(ErrorKind::BadInput, what, "saved state of recogniser " + m_model.name,
                         "Start from the beginning of the recording instead.");
    };
    StateReader reader(state);
    if (reader.get<std::uint64_t>() != stateMagic)
        return refuse("these bytes are not the state of a recogniser");
    const auto digest = reader.blob();
    if (!std::equal(digest.begin(), digest.end(), m_info.modelDigest.begin(), m_info.modelDigest.end(),
                    [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }))
        return refuse("the state belongs to another model");
    m_started = reader.get<std::uint8_t>() != 0;
    m_start = reader.get<Timestamp>();
    m_last = reader.get<Timestamp>();
    m_tick = reader.get<std::uint64_t>();
    m_onset = reader.get<Timestamp>();
    m_backgroundRun = reader.get<std::uint32_t>();
    // Time is bounded so that no difference of two times can overflow.
    constexpr Timestamp farthest = std::int64_t{1} << 61;
    const bool sane = m_start >= -farthest && m_start <= m_last && m_last <= farthest && m_tick <= largestTick &&
                      m_backgroundRun < decisionsToEnd && m_onset >= -1 && m_onset <= farthest;
    if (!reader.ok() || !sane || m_tick > static_cast<std::uint64_t>((m_last - m_start) / m_tickLength))
        return refuse("the state is damaged");
    if (!m_frontEnd.load(reader))
        return refuse("the state of the front end is damaged");
    if (const auto result = loadMore(reader); !result.ok()) {
        reset();
        return result.error();
    }
    bool masked = true;
    m_masked = 0;
    if (reader.remaining() == sizeof m_masked) {
        m_masked = reader.get<std::uint32_t>();
        masked = m_masked > 0 && m_masked <= m_model.channels.size();
    }
    if (!reader.complete() || !masked)
        return refuse("the state is cut off or has more bytes than it should");
    return {};
}

} // namespace bnof::olfaction
