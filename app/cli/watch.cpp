// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "app/cli/session_runner.h"
#include "engine/sensing/faults/fault_event.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption({QStringLiteral("stats"), QStringLiteral("Print one line of statistics a second, no frames.")});
    parser.addOption({QStringLiteral("duration"), QStringLiteral("Stop after S seconds."), QStringLiteral("S")});
    parser.addOption({QStringLiteral("frames"), QStringLiteral("Stop after N frames."), QStringLiteral("N")});
}

/// Prints what it observes; runs on the compute thread.
class Printer : public session::SessionObserver {
public:
    Printer(bool frames, std::uint64_t limit) : m_printFrames(frames), m_limit(limit) {}

    void channels(std::uint32_t source, const std::vector<ChannelInfo>& channels) override
    {
        if (m_channels.size() <= source)
            m_channels.resize(source + 1);
        m_channels[source] = channels;
        if (!m_printFrames)
            return;
        Json list = Json::array();
        for (const auto& channel : channels)
            list.push(
                Json::object().set("name", channel.name).set("unit", channel.unit).set("quantity", channel.quantity));
        printLine(Json::object().set("source", source).set("channels", std::move(list)));
    }
    void frame(std::uint32_t source, const SensorFrame& frame) override
    {
        if (!m_printFrames || source >= m_channels.size() || (m_limit > 0 && m_count >= m_limit))
            return;
        Json line = Json::object();
        line.set("t", toSeconds(frame.t)).set("source", source);
        if (!std::isnan(frame.deviceSeconds))
            line.set("device_s", frame.deviceSeconds);
        Json values = Json::object();
        for (std::size_t i = 0; i < frame.values.size() && i < m_channels[source].size(); ++i)
            values.set(m_channels[source][i].name, frame.values[i]);
        printLine(line.set("values", std::move(values)));
        ++m_count;
    }
    void calibrated(std::uint32_t source, const sensing::Calibrator& calibrator,
                    const std::vector<sensing::CalibratedValue>& values) override
    {
        if (m_printFrames && source < m_channels.size() && (m_limit == 0 || m_count < m_limit))
            printLine(Json::object()
                          .set("source", source)
                          .set("calibrated", calibratedJson(calibrator, m_channels[source], values)));
    }
    void event(const StreamEvent& event) override
    {
        Json line = Json::object();
        line.set("t", toSeconds(event.t)).set("event", static_cast<int>(event.kind)).set("count", event.count);
        if (m_printFrames)
            printLine(line.set("text", event.text));
    }
    [[nodiscard]] bool done() const { return m_limit > 0 && m_count >= m_limit; }

private:
    const bool m_printFrames;
    const std::uint64_t m_limit;
    std::atomic<std::uint64_t> m_count{0};
    std::vector<std::vector<ChannelInfo>> m_channels;
};

Json faultList(const session::SourceView& source)
{
    Json list = Json::array();
    for (const auto& fault : source.faults)
        list.push(Json::object()
                      .set("channel", sensing::channelName(source.channels, fault.channel))
                      .set("fault", sensing::toString(fault.kind)));
    return list;
}

/// Averages and alarms of the gases that have limits.
void printSafety(const session::SessionStatus& status)
{
    for (const auto& reading : status.safety) {
        Json alarms = Json::array();
        for (std::size_t level = 1; level < reading.alarms.size(); ++level) {
            if (reading.alarms[level])
                alarms.push(sensing::toString(static_cast<sensing::SafetyLevel>(level)));
        }
        printLine(Json::object()
                      .set("t", toSeconds(status.now))
                      .set("safety", reading.gas)
                      .set("unit", reading.unit)
                      .set("value", reading.value)
                      .set("average_15min", reading.stel)
                      .set("coverage_15min", reading.stelCoverage)
                      .set("average_8h", reading.twa)
                      .set("coverage_8h", reading.twaCoverage)
                      .set("alarms", std::move(alarms))
                      .set("notice", sensing::safetyNotice));
    }
}

void printStatistics(const session::SessionStatus& status)
{
    printSafety(status);
    for (std::size_t i = 0; i < status.sources.size(); ++i) {
        const auto& source = status.sources[i];
        printLine(Json::object()
                      .set("t", toSeconds(status.now))
                      .set("source", i)
                      .set("state", sensing::toString(source.state))
                      .set("rate", source.statistics.rateHz)
                      .set("frames", source.statistics.frames)
                      .set("bytes", source.statistics.bytes)
                      .set("skipped_lines", source.statistics.skippedLines)
                      .set("skipped_bytes", source.statistics.skippedBytes)
                      .set("checksum_errors", source.statistics.checksumErrors)
                      .set("requests", source.statistics.requests)
                      .set("unanswered", source.statistics.unanswered)
                      .set("gaps", source.statistics.gaps)
                      .set("faults", faultList(source))
                      .set("reconnects", source.statistics.reconnects)
                      .set("dropped", status.droppedFrames));
    }
}

int run(const Invocation& invocation)
{
    auto sources = parseSources(invocation.arguments);
    if (!sources.ok())
        return fail(sources.error());
    const auto duration = invocation.number("duration", 0, 0, 1e9);
    const auto limit = invocation.number("frames", 0, 0, 1e15);
    if (!duration.ok() || !limit.ok())
        return fail((duration.ok() ? limit : duration).error());
    const bool statistics = invocation.isSet("stats");
    Printer printer(!statistics, static_cast<std::uint64_t>(*limit));
    session::SessionConfiguration configuration;
    configuration.sources = std::move(*sources);
    configuration.historySamples = 0;
    configuration.observer = &printer;
    RunOptions options;
    options.durationSeconds = *duration;
    options.finished = [&] { return printer.done(); };
    if (const auto applied = applySensingSettings(configuration); !applied.ok())
        return fail(applied.error());
    if (statistics)
        options.everySecond = [](session::Session& s) { printStatistics(s.status()); };
    return startAndRun(std::move(configuration), options);
}

} // namespace

const Command watchCommand{"watch",
                           "SOURCE [--stats]",
                           "Print decoded frames as JSON lines.",
                           "bnof watch 'serial:/dev/ttyUSB0?baud=115200' --duration 10",
                           1,
                           -1,
                           false,
                           describe,
                           run};

} // namespace bnof::cli
