// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/pool/pool_source.h"

#include <algorithm>
#include <cstdlib>

#include "engine/sensing/decoders/decoder.h"

namespace bnof::sensing {
namespace {

double numberIn(const SourceUri& uri, const char* key, double fallback)
{
    const std::string text = uri.parameter(key);
    return text.empty() ? fallback : std::strtod(text.c_str(), nullptr);
}

SensorGroupOptions groupOptions(const SourceUri& uri, const SourceOptions& options, DecoderChoice decoder)
{
    SensorGroupOptions group;
    group.where = uri.toString();
    group.decoder = std::move(decoder);
    group.policy = overflowPolicyFromString(uri.parameter("policy", "reject")).value_or(OverflowPolicy::Reject);
    group.frameCapacity = options.frameCapacity;
    group.time = uri.parameter("time", "arrival") == "device" ? FrameClock::Mode::Device : FrameClock::Mode::Arrival;
    group.expectedHz = numberIn(uri, "rate", 0);
    group.warmUpNanoseconds = fromSeconds(numberIn(uri, "warmup", 0));
    group.maximumSensors = static_cast<std::size_t>(numberIn(uri, "sensors", 20000));
    group.wholeStreams = uri.scheme == "tcp-listen";
    group.sessionStart = options.sessionStart;
    return group;
}

} // namespace

bool isPooled(const SourceUri& uri)
{
    return uri.scheme == "tcp-listen" || (uri.scheme == "tcp" && !uri.parameter("policy").empty());
}

Result<std::unique_ptr<Source>> PoolSource::make(const SourceUri& uri, const SourceOptions& options, SourceSink& sink)
{
    DecoderChoice choice;
    const std::string name = uri.parameter("decoder", "auto");
    if (name == "auto") {
        choice.detect = [](std::string_view firstBytes, std::string& reason) -> std::unique_ptr<Decoder> {
            const Detection found = detectDecoder(firstBytes);
            reason = found.reason;
            auto decoder =
                found.decoder.empty() ? Result<std::unique_ptr<Decoder>>(nullptr) : makeDecoder(found.decoder);
            return decoder.ok() ? std::move(*decoder) : nullptr;
        };
    } else {
        DecoderParameters parameters;
        const std::vector<std::string> known = decoderParameterNames();
        for (const auto& parameter : uri.parameters)
            if (std::ranges::find(known, parameter.first) != known.end())
                parameters.push_back(parameter);
        BNOF_TRY_ASSIGN(const auto first, makeDecoder(name, parameters));
        if (first->dialogue() != nullptr)
            return makeError(ErrorKind::Usage, "a " + name + " device speaks only when it is asked, one at a time",
                             "source \"" + uri.toString() + "\"", "Connect to it with a tcp source without a policy.");
        choice.make = [name, parameters]() -> std::unique_ptr<Decoder> {
            auto decoder = makeDecoder(name, parameters);
            return decoder.ok() ? std::move(*decoder) : nullptr;
        };
    }
    return std::unique_ptr<Source>(std::make_unique<PoolSource>(uri, options, sink, std::move(choice)));
}

PoolSource::PoolSource(SourceUri uri, const SourceOptions& options, SourceSink& sink, DecoderChoice decoder)
    : m_uri(std::move(uri)), m_options(options), m_sink(sink),
      m_pool(options.pool ? options.pool : std::make_shared<IngestPool>()),
      m_group(std::make_shared<SensorGroup>(groupOptions(m_uri, options, std::move(decoder))))
{}

PoolSource::~PoolSource()
{
    if (m_running)
        m_pool->remove(m_group);
}

void PoolSource::start()
{
    if (m_running)
        return;
    m_running = true;
    m_group->handOff().setReady([this] { m_sink.sourceReady(m_options.index); });
    if (m_uri.scheme == "tcp") {
        m_pool->connect(m_group, m_uri.parameter("name", m_uri.host + ":" + std::to_string(m_uri.port)), m_uri.host,
                        m_uri.port, m_options.retryNanoseconds);
        return;
    }
    m_sink.sourceState(m_options.index, ConnectionState::Connecting, std::nullopt);
    const auto port = m_pool->listen(m_group, m_uri.host, m_uri.port);
    if (!port.ok()) {
        m_sink.sourceState(m_options.index, ConnectionState::Failed, port.error());
        return;
    }
    m_port.store(*port, std::memory_order_relaxed);
}

void PoolSource::stop()
{
    if (!m_running)
        return;
    m_running = false;
    m_pool->remove(m_group);
    m_sink.sourceState(m_options.index, ConnectionState::Idle, std::nullopt);
}

SourceStatistics PoolSource::sensorStatistics(std::uint32_t sensor) const
{
    SourceStatistics s;
    const SensorTable& table = m_group->table();
    if (sensor >= table.size())
        return s;
    const SensorCounters& c = table.at(sensor);
    constexpr auto relaxed = std::memory_order_relaxed;
    s.bytes = c.bytes.load(relaxed);
    s.frames = c.frames.load(relaxed);
    s.skippedBytes = c.skippedBytes.load(relaxed);
    s.skippedLines = c.skippedLines.load(relaxed);
    s.gaps = c.gaps.load(relaxed);
    s.reconnects = c.reconnects.load(relaxed);
    s.dropped = c.dropped.load(relaxed);
    s.copiedBytes = c.copiedBytes.load(relaxed);
    s.memoryBytes = c.memoryBytes.load(relaxed);
    s.rateHz = static_cast<double>(c.rateHz.load(relaxed));
    s.latencyP50 = toSeconds(c.latency.quantile(0.5));
    s.latencyP99 = toSeconds(c.latency.quantile(0.99));
    s.health = c.health.load(relaxed);
    s.quality = {c.state.load(relaxed),
                 s.rateHz,
                 static_cast<double>(c.expectedHz.load(relaxed)),
                 static_cast<double>(c.jitterSeconds.load(relaxed)),
                 s.latencyP99,
                 static_cast<double>(c.errorShare.load(relaxed)),
                 static_cast<double>(c.recentGaps.load(relaxed)),
                 static_cast<double>(c.recentDrops.load(relaxed))};
    return s;
}

SourceStatistics PoolSource::statistics() const
{
    SourceStatistics all;
    const std::uint32_t count = m_group->table().size();
    std::uint64_t health = 0;
    for (std::uint32_t sensor = 0; sensor < count; ++sensor) {
        const SourceStatistics one = sensorStatistics(sensor);
        all.bytes += one.bytes;
        all.frames += one.frames;
        all.skippedBytes += one.skippedBytes;
        all.skippedLines += one.skippedLines;
        all.gaps += one.gaps;
        all.reconnects += one.reconnects;
        all.dropped += one.dropped;
        all.copiedBytes += one.copiedBytes;
        all.memoryBytes += one.memoryBytes;
        all.rateHz += one.rateHz;
        all.latencyP50 = std::max(all.latencyP50, one.latencyP50);
        all.latencyP99 = std::max(all.latencyP99, one.latencyP99);
        all.quality.jitterSeconds = std::max(all.quality.jitterSeconds, one.quality.jitterSeconds);
        health += static_cast<std::uint64_t>(one.health);
    }
    all.health = count == 0 ? 0 : static_cast<int>(health / count);
    all.quality.rateHz = all.rateHz;
    all.quality.latencySeconds = all.latencyP99;
    return all;
}

std::string PoolSource::deviceName() const
{
    if (m_uri.scheme == "tcp")
        return m_uri.parameter("name", m_uri.host + ":" + std::to_string(m_uri.port));
    const int port = m_port.load(std::memory_order_relaxed);
    return std::to_string(m_group->table().size()) + " network sensors on " + m_uri.host + ":" +
           std::to_string(port != 0 ? port : m_uri.port);
}

} // namespace bnof::sensing
