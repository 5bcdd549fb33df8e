// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/cli/session_runner.h"
#include "app/cli/watch_lines.h"
#include "engine/sensing/faults/fault_event.h"

namespace bnof::cli {
namespace {

void describe(QCommandLineParser& parser)
{
    parser.addOption(
        {QStringLiteral("stats"),
         QStringLiteral("Print statistics of every source once a second, no frames; with --json at the end.")});
    parser.addOption({QStringLiteral("duration"), QStringLiteral("Stop after S seconds."), QStringLiteral("S")});
    parser.addOption({QStringLiteral("frames"), QStringLiteral("Stop after N frames."), QStringLiteral("N")});
    parser.addOption({QStringLiteral("follow"),
                      QStringLiteral("Of a recording: go on with what is added to it until it is closed.")});
    parser.addOption({QStringLiteral("from"),
                      QStringLiteral("Of a recording: begin S seconds after its start; negative: before its end."),
                      QStringLiteral("S")});
}

} // namespace

Json channelsLine(std::uint32_t source, const std::vector<ChannelInfo>& channels)
{
    Json list = Json::array();
    for (const auto& channel : channels)
        list.push(Json::object().set("name", channel.name).set("unit", channel.unit).set("quantity", channel.quantity));
    return Json::object().set("source", source).set("channels", std::move(list));
}

Json frameLine(std::uint32_t source, const SensorFrame& frame, const std::vector<ChannelInfo>& channels)
{
    Json line = Json::object();
    line.set("t", toSeconds(frame.t)).set("source", source);
    if (!std::isnan(frame.deviceSeconds))
        line.set("device_s", frame.deviceSeconds);
    Json values = Json::object();
    for (std::size_t i = 0; i < frame.values.size() && i < channels.size(); ++i)
        values.set(channels[i].name, frame.values[i]);
    return line.set("values", std::move(values));
}

Json eventLine(const StreamEvent& event)
{
    return Json::object()
        .set("t", toSeconds(event.t))
        .set("event", static_cast<int>(event.kind))
        .set("count", event.count)
        .set("text", event.text);
}

namespace {

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
        printLine(channelsLine(source, channels));
    }
    void frame(std::uint32_t source, const SensorFrame& frame) override
    {
        if (!m_printFrames || source >= m_channels.size() || (m_limit > 0 && m_count >= m_limit))
            return;
        printLine(frameLine(source, frame, m_channels[source]));
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
        if (m_printFrames)
            printLine(eventLine(event));
    }
    [[nodiscard]] bool done() const { return m_limit > 0 && m_count >= m_limit; }

private:
    const bool m_printFrames;
    const std::uint64_t m_limit;
    std::atomic<std::uint64_t> m_count{0};
    std::vector<std::vector<ChannelInfo>> m_channels;
};

/// Of many sensors the table for people shows only so many, the ill ones first.
constexpr std::size_t shownSources = 20;

/// Sources of many sensors come into the total through their sensors.
bool isCounted(const session::SessionStatus& status, std::size_t i)
{
    return std::ranges::none_of(status.sources, [i](const auto& s) { return s.parent && *s.parent == i; });
}

sensing::SourceStatistics totalOf(const session::SessionStatus& status)
{
    sensing::SourceStatistics all;
    std::size_t count = 0;
    double health = 0;
    std::vector<bool> isParent(status.sources.size());
    for (const auto& source : status.sources)
        if (source.parent)
            isParent[*source.parent] = true;
    for (std::size_t i = 0; i < status.sources.size(); ++i) {
        if (isParent[i])
            continue;
        const auto& s = status.sources[i].statistics;
        all.bytes += s.bytes;
        all.frames += s.frames;
        all.skippedBytes += s.skippedBytes;
        all.skippedLines += s.skippedLines;
        all.checksumErrors += s.checksumErrors;
        all.requests += s.requests;
        all.unanswered += s.unanswered;
        all.gaps += s.gaps;
        all.reconnects += s.reconnects;
        all.failovers += s.failovers;
        all.dropped += s.dropped;
        all.copiedBytes += s.copiedBytes;
        all.memoryBytes += s.memoryBytes;
        all.rateHz += s.rateHz;
        all.latencyP50 = std::max(all.latencyP50, s.latencyP50);
        all.latencyP99 = std::max(all.latencyP99, s.latencyP99);
        all.quality.jitterSeconds = std::max(all.quality.jitterSeconds, s.quality.jitterSeconds);
        health += s.health;
        ++count;
    }
    all.health = count == 0 ? 0 : static_cast<int>(health / static_cast<double>(count));
    all.dropped += status.droppedFrames;
    return all;
}

/// Seconds, hertz, bytes. Latency and jitter of a total are the worst source's, its health the mean.
Json statisticsJson(const sensing::SourceStatistics& s)
{
    return Json::object()
        .set("rate", s.rateHz)
        .set("frames", s.frames)
        .set("bytes", s.bytes)
        .set("latency_p50", s.latencyP50)
        .set("latency_p99", s.latencyP99)
        .set("jitter", s.quality.jitterSeconds)
        .set("health", s.health)
        .set("dropped", s.dropped)
        .set("skipped_lines", s.skippedLines)
        .set("skipped_bytes", s.skippedBytes)
        .set("checksum_errors", s.checksumErrors)
        .set("requests", s.requests)
        .set("unanswered", s.unanswered)
        .set("gaps", s.gaps)
        .set("reconnects", s.reconnects)
        .set("failovers", s.failovers)
        .set("copied_bytes", s.copiedBytes)
        .set("memory_bytes", s.memoryBytes);
}

Json faultList(const session::SourceView& source)
{
    Json list = Json::array();
    for (const auto& fault : source.faults)
        list.push(Json::object()
                      .set("channel", sensing::channelName(source.channels, fault.channel))
                      .set("fault", sensing::toString(fault.kind)));
    return list;
}

/// The source and its backups, and whose frames are handed on.
Json equivalentList(const session::SourceView& source)
{
    Json list = Json::array();
    for (const auto& each : source.equivalents)
        list.push(Json::object()
                      .set("name", each.name)
                      .set("state", sensing::toString(each.state))
                      .set("health", each.health)
                      .set("present", each.present));
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

void printJson(const session::SessionStatus& status)
{
    printSafety(status);
    for (std::size_t i = 0; i < status.sources.size(); ++i) {
        const auto& source = status.sources[i];
        Json line = Json::object()
                        .set("source", i)
                        .set("device", source.device)
                        .set("state", sensing::toString(source.statistics.quality.state));
        if (source.parent)
            line.set("through", *source.parent);
        line.set("statistics", statisticsJson(source.statistics));
        line.set("faults", faultList(source));
        if (source.clockDrift)
            line.set("clock_drift_ppm", source.clockDrift->ppm).set("clock_drift_error_ppm", source.clockDrift->error);
        if (!source.equivalents.empty())
            line.set("equivalents", equivalentList(source));
        printLine(line.set("health_reason", sensing::healthOf(source.statistics.quality).reason));
    }
    printLine(Json::object()
                  .set("t", toSeconds(status.now))
                  .set("sources", status.sources.size())
                  .set("total", statisticsJson(totalOf(status))));
}

std::string row(const std::string& name, const std::string& state, const sensing::SourceStatistics& s)
{
    char text[256];
    std::snprintf(text, sizeof text, "%-28.28s %-12.12s %9.1f %8.2f %8.2f %8.2f %6d %8llu %8llu %6llu %6llu %9s",
                  name.c_str(), state.c_str(), s.rateHz, s.latencyP50 * 1e3, s.latencyP99 * 1e3,
                  s.quality.jitterSeconds * 1e3, s.health, static_cast<unsigned long long>(s.dropped),
                  static_cast<unsigned long long>(s.skippedLines), static_cast<unsigned long long>(s.gaps),
                  static_cast<unsigned long long>(s.reconnects),
                  formatBytes(static_cast<double>(s.memoryBytes)).c_str());
    return text;
}

void printTable(const session::SessionStatus& status)
{
    std::vector<const session::SourceView*> shown;
    for (std::size_t i = 0; i < status.sources.size(); ++i)
        if (status.sources[i].parent || status.sources.size() <= shownSources || isCounted(status, i))
            shown.push_back(&status.sources[i]);
    const std::size_t all = shown.size();
    std::ranges::stable_sort(shown, {}, [](const auto* source) { return source->statistics.health; });
    if (shown.size() > shownSources)
        shown.resize(shownSources);
    char time[64];
    std::snprintf(time, sizeof time, "%.1f s", toSeconds(status.now));
    printLine(std::string(time) +
              "                       state             Hz   p50 ms   p99 ms   jit ms health  dropped"
              "  skipped   gaps recon.    memory");
    for (const auto* source : shown)
        printLine(row(source->device.empty() ? source->uri : source->device, sensing::toString(source->state),
                      source->statistics));
    printLine(row("all " + std::to_string(all), "", totalOf(status)));
    for (const auto* source : shown)
        if (source->statistics.health > 0 && source->statistics.health < 80)
            printLine("  " + source->device + ": " + sensing::healthOf(source->statistics.quality).reason);
}

/// Prints statistics once a second, or with --json at the end: the counters as they are then, rates and health as they
/// were while the sources ran.
int watchStatistics(session::SessionConfiguration configuration, RunOptions options, bool json)
{
    const auto session = session::Session::start(std::move(configuration));
    if (!session.ok())
        return fail(session.error());
    session::SessionStatus running;
    options.everySecond = [&](session::Session& s) {
        running = s.status();
        if (!json)
            printTable(running);
    };
    const auto result = runSession(**session, options);
    if (json) {
        session::SessionStatus last = (*session)->status();
        for (std::size_t i = 0; i < std::min(last.sources.size(), running.sources.size()); ++i) {
            auto& now = last.sources[i].statistics;
            const auto& before = running.sources[i].statistics;
            now.rateHz = before.rateHz;
            now.health = before.health;
            now.quality = before.quality;
            now.quality.state = running.sources[i].state;
            now.memoryBytes = before.memoryBytes;
        }
        printJson(last);
    }
    return result.ok() ? Ok : fail(result.error());
}

int run(const Invocation& invocation)
{
    const QString first = invocation.arguments.front();
    if (invocation.arguments.size() == 1 && first.endsWith(QLatin1String(".bnr")) &&
        !first.contains(QLatin1String("://")) && !first.startsWith(QLatin1String("replay:")))
        return watchRecording(invocation);
    if (invocation.isSet("follow") || invocation.isSet("from"))
        return fail(makeError(ErrorKind::Usage, "only a recording can be followed", first.toStdString(),
                              "Name one .bnr file, or leave out --follow and --from."));
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
        return watchStatistics(std::move(configuration), options, invocation.json);
    return startAndRun(std::move(configuration), options);
}

} // namespace

const Command watchCommand{"watch",
                           "SOURCE [--stats] | FILE.bnr [--follow]",
                           "Print decoded frames as JSON lines.",
                           "bnof watch 'serial:/dev/ttyUSB0?baud=115200' --duration 10",
                           1,
                           -1,
                           false,
                           describe,
                           run};

} // namespace bnof::cli
