// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/protocol_gates.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "engine/sensing/faults/fault_event.h"

namespace bnof::session {
namespace {

template <typename... Values> std::string text(const char* format, Values... values)
{
    char out[512];
    std::snprintf(out, sizeof out, format, values...);
    return out;
}

Gate devices(const SessionStatus& status)
{
    Gate gate{"devices", "Devices", true, {}};
    for (const SourceView& source : status.sources) {
        const std::string name = source.device.empty() ? source.uri : source.device;
        if (source.state != sensing::ConnectionState::Streaming) {
            gate.open = false;
            gate.reason += name + " is " + sensing::toString(source.state) + ". ";
        }
        for (const auto& fault : source.faults) {
            if (!sensing::masks(fault.kind))
                continue;
            gate.open = false;
            gate.reason +=
                sensing::channelName(source.channels, fault.channel) + ": " + sensing::toString(fault.kind) + ". ";
        }
    }
    if (gate.open)
        gate.reason = status.sources.size() == 1 ? "The device streams." : "All devices stream.";
    return gate;
}

Gate warmUp(const GateLimits& limits, const SessionStatus& status, const LiveView& live)
{
    Gate gate{"warm-up", "Warm-up", false, "No data yet."};
    const auto traces = live.traces(0);
    const auto first = traces ? traces->earliest() : std::nullopt;
    if (!first)
        return gate;
    const double seconds = toSeconds(status.now - *first);
    gate.open = seconds >= limits.warmUpSeconds;
    gate.reason = gate.open ? text("%.0f s of data.", seconds)
                            : text("%.0f s of data; %.0f s to go.", seconds, limits.warmUpSeconds - seconds);
    return gate;
}

/// Slope and spread of one channel's last seconds, relative to its mean.
struct Rest {
    double slopePerMinute = 0;
    double spread = 0;
    bool known = false;
};
Rest restOf(const TraceHistory& traces, std::size_t channel, Timestamp from, Timestamp to)
{
    constexpr int columns = 60;
    const auto series = traces.series(channel, from, to, columns);
    std::vector<std::pair<double, double>> points;
    if (series.raw) {
        for (const TracePoint& point : series.points) {
            if (std::isfinite(point.value) && point.t >= from)
                points.emplace_back(toSeconds(point.t - from), point.value);
        }
    } else {
        const double width = toSeconds(to - from) / columns;
        for (std::size_t i = 0; i < series.columns.size(); ++i) {
            const TraceColumn& column = series.columns[i];
            if (column.hasData)
                points.emplace_back((static_cast<double>(i) + 0.5) * width, (column.low + column.high) / 2);
        }
    }
    Rest rest;
    if (points.size() < 10 || points.back().first - points.front().first < 0.8 * toSeconds(to - from))
        return rest;
    double x = 0;
    double y = 0;
    for (const auto& [t, v] : points) {
        x += t;
        y += v;
    }
    const auto n = static_cast<double>(points.size());
    x /= n;
    y /= n;
    double xx = 0, xy = 0, yy = 0;
    for (const auto& [t, v] : points) {
        xx += (t - x) * (t - x);
        xy += (t - x) * (v - y);
        yy += (v - y) * (v - y);
    }
    const double scale = std::max(std::fabs(y), 1e-9);
    rest.known = true;
    rest.slopePerMinute = xx > 0 ? 60 * xy / xx / scale : 0;
    rest.spread = std::sqrt(yy / (n - 1)) / scale;
    return rest;
}

bool isAmbient(const ChannelInfo& info)
{
    return info.quantity == "temperature" || info.quantity.find("humidity") != std::string::npos ||
           info.quantity == "pressure" || info.quantity == "altitude";
}

Gate baseline(const GateLimits& limits, const SessionStatus& status, const LiveView& live)
{
    Gate gate{"baseline", "Baseline", false, "No data yet."};
    std::string worst;
    double worstShare = 0;
    bool any = false;
    for (std::size_t s = 0; s < status.sources.size(); ++s) {
        const auto traces = live.traces(static_cast<std::uint32_t>(s));
        const auto newest = traces ? traces->latest() : std::nullopt;
        if (!newest)
            return gate;
        const Timestamp from = *newest - fromSeconds(limits.baselineSeconds);
        for (std::size_t c = 0; c < status.sources[s].channels.size() && c < traces->channelCount(); ++c) {
            const ChannelInfo& info = status.sources[s].channels[c];
            if (isAmbient(info))
                continue;
            const Rest rest = restOf(*traces, c, from, *newest);
            if (!rest.known) {
                gate.reason = text("Less than %.0f s of data.", limits.baselineSeconds);
                return gate;
            }
            any = true;
            const double slope =
                limits.baselineSlopePerMinute > 0 ? std::fabs(rest.slopePerMinute) / limits.baselineSlopePerMinute : 0;
            const double spread = limits.baselineSpread > 0 ? rest.spread / limits.baselineSpread : 0;
            if (std::max(slope, spread) >= worstShare) {
                worstShare = std::max(slope, spread);
                const std::string name = info.name.empty() ? "channel " + std::to_string(c + 1) : info.name;
                worst = slope > spread ? text("%s moves by %.1f %% a minute (limit %.1f %%).", name.c_str(),
                                              100 * rest.slopePerMinute, 100 * limits.baselineSlopePerMinute)
                                       : text("%s spreads by %.1f %% (limit %.1f %%).", name.c_str(), 100 * rest.spread,
                                              100 * limits.baselineSpread);
            }
        }
    }
    if (!any)
        return gate;
    gate.open = worstShare <= 1;
    gate.reason = worst + (gate.open ? "" : " Wait in clean air.");
    return gate;
}

void window(std::vector<Gate>& gates, const char* id, const char* title, const char* unit, const char* quantity,
            const std::optional<double>& low, const std::optional<double>& high, const SessionStatus& status,
            const LiveView& live)
{
    if (!low && !high)
        return;
    Gate gate{id, title, false, std::string("No channel measures the ") + id + ", and the protocol asks for it."};
    for (std::size_t s = 0; s < status.sources.size(); ++s) {
        const auto& channels = status.sources[s].channels;
        const auto it = std::find_if(channels.begin(), channels.end(), [&](const ChannelInfo& info) {
            return info.quantity.find(quantity) != std::string::npos;
        });
        const auto traces = live.traces(static_cast<std::uint32_t>(s));
        if (it == channels.end() || !traces)
            continue;
        const auto newest = traces->newest(static_cast<std::size_t>(it - channels.begin()));
        if (!newest || !std::isfinite(newest->value)) {
            gate.reason = "No value yet.";
            break;
        }
        const double value = newest->value;
        gate.open = (!low || value >= *low) && (!high || value <= *high);
        gate.reason = text("%.1f %s", value, unit);
        if (low && high)
            gate.reason += text(" (wanted %.1f to %.1f).", *low, *high);
        else
            gate.reason += low ? text(" (at least %.1f).", *low) : text(" (at most %.1f).", *high);
        break;
    }
    gates.push_back(std::move(gate));
}

Gate disk(const GateLimits& limits, const SessionStatus& status, const std::string& folder, double plannedSeconds)
{
    Gate gate{"disk", "Disk", false, {}};
    std::error_code code;
    const auto space = std::filesystem::space(folder.empty() ? "." : folder, code);
    if (code) {
        gate.reason = "The folder " + folder + " cannot be used: " + code.message() + ".";
        return gate;
    }
    const double rate = status.recording ? status.recording->bytesPerSecond : 0;
    const double needed = limits.freeMegabytes * 1e6 + rate * plannedSeconds;
    const auto available = static_cast<double>(space.available);
    gate.open = available >= needed;
    gate.reason = text("%.1f GB free, %.1f GB wanted.", available * 1e-9, needed * 1e-9);
    return gate;
}

} // namespace

std::vector<Gate> judgeGates(const GateLimits& limits, const SessionStatus& status, const LiveView& live,
                             const std::string& folder, double plannedSeconds,
                             const std::optional<std::string>& valveTrouble)
{
    std::vector<Gate> gates;
    gates.push_back(devices(status));
    if (limits.warmUpSeconds > 0)
        gates.push_back(warmUp(limits, status, live));
    if (limits.baselineSlopePerMinute > 0 || limits.baselineSpread > 0)
        gates.push_back(baseline(limits, status, live));
    window(gates, "temperature", "Temperature", "°C", "temperature", limits.temperatureLow, limits.temperatureHigh,
           status, live);
    window(gates, "humidity", "Humidity", "%", "humidity", limits.humidityLow, limits.humidityHigh, status, live);
    if (limits.freeMegabytes > 0)
        gates.push_back(disk(limits, status, folder, plannedSeconds));
    if (valveTrouble)
        gates.push_back({"valves", "Valves", valveTrouble->empty(),
                         valveTrouble->empty() ? "The line to the valves is open." : *valveTrouble});
    return gates;
}

bool allOpen(const std::vector<Gate>& gates)
{
    return std::all_of(gates.begin(), gates.end(), [](const Gate& gate) { return gate.open; });
}

} // namespace bnof::session
