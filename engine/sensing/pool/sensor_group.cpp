// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/pool/sensor_group.h"

#include <algorithm>
#include <cmath>

#include "engine/base/instruments.h"
#include "engine/sensing/pool/sensor_group_text.h"

namespace bnof::sensing {
namespace {

constexpr std::int64_t stallFloor = 2 * nanosecondsPerSecond;
constexpr std::int64_t stallUnknownPeriod = 30 * nanosecondsPerSecond;
/// So many channel tables are looked through for an equal one.
constexpr std::size_t sharedTables = 32;
/// What a decoder may keep of a line without being counted.
constexpr std::size_t freeUndecoded = 256;

std::string numbered(const std::string& host, std::size_t index)
{
    return index == 0 ? host : host + " (" + std::to_string(index + 1) + ")";
}

void addTo(std::atomic<std::uint64_t>& counter, std::uint64_t n)
{
    // One writer: no locked instruction.
    counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

void addTo(std::atomic<std::uint32_t>& counter, std::uint32_t n)
{
    counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

} // namespace

// --- the group --------------------------------------------------------------------------------------

SensorGroup::SensorGroup(SensorGroupOptions options)
    : m_options(std::move(options)), m_handOff(m_table, m_options.policy, m_options.frameCapacity)
{
    m_options.maximumSensors = std::min(m_options.maximumSensors, SensorTable::capacity);
}

SensorGroup::~SensorGroup() = default;

Sensor& SensorGroup::addSensor(std::string name, const std::string& host, bool anonymous)
{
    auto sensor = std::make_unique<Sensor>(m_options.time, m_options.expectedHz);
    sensor->number = m_table.add();
    sensor->name = std::move(name);
    sensor->host = host;
    sensor->anonymous = anonymous;
    m_handOff.announce(SensorAdded{sensor->number, sensor->name, host});
    return *m_sensors.emplace_back(std::move(sensor));
}

Sensor& SensorGroup::declare(const std::string& name, const std::string& host)
{
    Sensor& sensor = addSensor(name, host, false);
    m_byName.emplace(name, sensor.number);
    return sensor;
}

std::unique_ptr<SensorStream> SensorGroup::open(const std::string& host, Sensor* sensor, std::int64_t now)
{
    return std::make_unique<SensorStream>(*this, host, sensor, now);
}

/// A device that connects again from the same address is the one that was there before.
Sensor* SensorGroup::anonymousSensor(const std::string& host)
{
    Anonymous& known = m_anonymous[host];
    if (!known.away.empty()) {
        const std::uint32_t number = known.away.back();
        known.away.pop_back();
        return m_sensors[number].get();
    }
    if (m_sensors.size() >= m_options.maximumSensors)
        return nullptr;
    return &addSensor(numbered(host, known.count++), host, true);
}

Sensor* SensorGroup::identify(SensorStream& stream)
{
    if (stream.m_id.empty())
        return anonymousSensor(stream.m_host);
    if (const auto known = m_byName.find(stream.m_id); known != m_byName.end()) {
        Sensor& sensor = *m_sensors[known->second];
        if (SensorStream* old = sensor.stream) { // its earlier connection died unseen
            closed(*old, stream.m_arrival, std::nullopt);
            if (m_close)
                m_close(*old);
        }
        return &sensor;
    }
    if (m_sensors.size() >= m_options.maximumSensors)
        return nullptr;
    Sensor& sensor = addSensor(stream.m_id, stream.m_host, false);
    m_byName.emplace(stream.m_id, sensor.number);
    return &sensor;
}

ChannelTable SensorGroup::shared(const std::vector<ChannelInfo>& channels)
{
    for (const ChannelTable& table : m_tables)
        if (*table == channels)
            return table;
    auto table = std::make_shared<const std::vector<ChannelInfo>>(channels);
    if (m_tables.size() >= sharedTables)
        m_tables.erase(m_tables.begin());
    m_tables.push_back(table);
    return table;
}

void SensorGroup::setState(Sensor& sensor, ConnectionState state, const std::optional<Error>& problem)
{
    if (sensor.state == state && !problem)
        return;
    sensor.state = state;
    auto& counters = m_table.at(sensor.number);
    counters.state.store(state, std::memory_order_relaxed);
    if (!isDelivering(state)) {
        counters.rateHz.store(0, std::memory_order_relaxed);
        counters.health.store(0, std::memory_order_relaxed);
    }
    flush(); // in the order in which things happened
    m_handOff.announce(SensorStateChange{sensor.number, state, problem});
}

void SensorGroup::setState(ConnectionState state, const std::optional<Error>& problem)
{
    m_handOff.announce(SensorStateChange{wholeSource, state, problem});
}

void SensorGroup::closed(SensorStream& stream, std::int64_t now, const std::optional<Error>& problem)
{
    m_undecoded -= stream.m_partial > freeUndecoded ? stream.m_partial : 0;
    stream.m_partial = 0;
    Sensor* sensor = std::exchange(stream.m_sensor, nullptr);
    if (sensor == nullptr || sensor->stream != &stream)
        return;
    tellSkipped(*sensor, now);
    sensor->stream = nullptr;
    sensor->firstFrame = 0;
    sensor->meter.restart();
    if (sensor->anonymous)
        m_anonymous[sensor->host].away.push_back(sensor->number);
    if (sensor->anyFrame) {
        sensor->interrupted = true;
        sensor->stalledNow = false;
    }
    m_table.at(sensor->number).memoryBytes.store(0, std::memory_order_relaxed);
    setState(*sensor, ConnectionState::Reconnecting, problem);
}

void SensorGroup::flush()
{
    if (m_batch.entries.empty())
        return;
    static Counter& frames = Instruments::counter("sensing.frames");
    frames.add(m_batch.entries.size());
    m_handOff.push(m_batch);
}

std::int64_t SensorGroup::stallLimit(const Sensor& sensor) const
{
    const double period = m_options.expectedHz > 0 ? 1 / m_options.expectedHz : sensor.meter.portionInterval();
    return period > 0 ? std::max(stallFloor, fromSeconds(5 * period)) : stallUnknownPeriod;
}

void SensorGroup::tellSkipped(Sensor& sensor, std::int64_t now)
{
    if (sensor.skippedLines == 0)
        return;
    std::string text = std::exchange(sensor.skippedText, {});
    if (sensor.skippedLines > 1)
        text = std::to_string(sensor.skippedLines) + " lines skipped; the first: " + text;
    const StreamEvent event{StreamEvent::Kind::Resynchronised, sessionTime(sensor.skippedFirst), sessionTime(now),
                            sensor.skippedBytes, std::move(text)};
    sensor.skippedBytes = 0;
    sensor.skippedLines = 0;
    flush();
    m_handOff.announce(SensorEvent{sensor.number, event});
}

/// At its deadline, but soon enough to see that the deadline has come nearer (its period was not known yet).
void SensorGroup::watchFor(Sensor& sensor, std::int64_t now)
{
    sensor.watched = true;
    m_deadlines.push({std::min(sensor.lastFrame + stallLimit(sensor), now + stallFloor), sensor.number});
}

void SensorGroup::findStalled(std::int64_t now)
{
    while (!m_deadlines.empty() && m_deadlines.top().at < now) {
        Sensor& sensor = *m_sensors[m_deadlines.top().sensor];
        m_deadlines.pop();
        sensor.watched = false;
        if (!isDelivering(sensor.state))
            continue;
        if (now - sensor.lastFrame <= stallLimit(sensor)) {
            watchFor(sensor, now);
            continue;
        }
        sensor.interrupted = true;
        sensor.stalledNow = true;
        sensor.meter.restart();
        setState(sensor, ConnectionState::Stalled,
                 makeError(ErrorKind::Device, "no frame for " + secondsText(now - sensor.lastFrame), sensor.name,
                           "Check that the device is still measuring."));
    }
}

void SensorGroup::secondPassed(Sensor& sensor, std::int64_t now)
{
    tellSkipped(sensor, now);
    if (sensor.stream == nullptr)
        return;
    sensor.meter.secondPassed();
    auto& counters = m_table.at(sensor.number);
    const double latency = toSeconds(counters.latency.quantile(0.99));
    const Quality quality = sensor.meter.quality(now, sensor.state, latency);
    counters.rateHz.store(static_cast<float>(quality.rateHz), std::memory_order_relaxed);
    counters.expectedHz.store(static_cast<float>(quality.expectedHz), std::memory_order_relaxed);
    counters.jitterSeconds.store(static_cast<float>(quality.jitterSeconds), std::memory_order_relaxed);
    counters.errorShare.store(static_cast<float>(quality.errorShare), std::memory_order_relaxed);
    counters.recentGaps.store(static_cast<float>(quality.recentGaps), std::memory_order_relaxed);
    counters.recentDrops.store(static_cast<float>(quality.recentDrops), std::memory_order_relaxed);
    counters.health.store(static_cast<std::uint8_t>(healthScore(quality)), std::memory_order_relaxed);
}

void SensorGroup::tick(std::int64_t now)
{
    const bool second = now - m_lastSecond >= nanosecondsPerSecond;
    if (second) {
        for (const auto& [number, lost] : m_handOff.takeLosses()) {
            Sensor& sensor = *m_sensors[number];
            sensor.meter.dropped(lost);
            static Counter& dropped = Instruments::counter("sensing.dropped");
            dropped.add(lost);
            m_handOff.announce(SensorEvent{number,
                                           {StreamEvent::Kind::Dropped, sessionTime(now), 0, lost,
                                            sensor.name + " sends faster than its frames are taken"}});
        }
    }
    findStalled(now);
    // Each sensor once a second, evenly: as many as the part of the second that has passed.
    const double part = second ? 1.0 : static_cast<double>(now - m_lastSecond) * 1e-9;
    const auto due = static_cast<std::size_t>(part * static_cast<double>(m_sensors.size()));
    for (; m_visited < due; ++m_visited)
        secondPassed(*m_sensors[m_visited], now);
    if (second) {
        m_lastSecond = now;
        m_visited = 0;
    }
    flush();
}

// --- one connection ---------------------------------------------------------------------------------

SensorStream::SensorStream(SensorGroup& group, std::string host, Sensor* sensor, std::int64_t now)
    : m_group(group), m_sensor(sensor), m_host(std::move(host)), m_opened(now), m_idLooked(sensor != nullptr)
{
    if (m_group.m_options.decoder.make)
        m_decoder = m_group.m_options.decoder.make();
    if (sensor == nullptr)
        return;
    sensor->stream = this;
    m_group.setState(*sensor, ConnectionState::Connecting);
}

SensorStream::~SensorStream() = default;

bool SensorStream::isSilent(std::int64_t now) const
{
    return (m_sensor == nullptr || m_sensor->firstFrame == 0) && now - m_opened > m_group.m_options.silentLimit;
}

/// A first line that is nothing but "id=NAME" names the sensor and is no data.
std::span<const char> SensorStream::takeIdLine(std::span<const char> bytes)
{
    const std::string_view text(bytes.data(), bytes.size());
    const auto end = text.find('\n');
    m_idLooked = true;
    if (end == std::string_view::npos)
        return bytes;
    m_id = idOfLine(text.substr(0, end));
    return m_id.empty() ? bytes : bytes.subspan(end + 1);
}

/// With no decoder named: collects first bytes until one decoder understands them. True when `bytes` may be decoded.
bool SensorStream::detect(std::span<const char>& bytes)
{
    m_pending.append(bytes.data(), bytes.size());
    const std::size_t lines = static_cast<std::size_t>(std::ranges::count(m_pending, '\n'));
    const bool due = m_pending.size() >= 1024 || lines >= 4 || m_arrival - m_opened > 2 * nanosecondsPerSecond;
    if (!due)
        return false;
    std::string reason;
    m_decoder = m_group.m_options.decoder.detect(m_pending, reason);
    if (m_decoder != nullptr) {
        bytes = m_pending;
        return true;
    }
    if (m_pending.size() >= 4096) {
        const std::size_t lost = m_pending.size();
        const std::string sample = m_pending.substr(0, 48);
        m_pending.clear();
        m_pending.shrink_to_fit();
        skipped(lost, "bytes that cannot be understood: " + reason, sample);
    }
    return false;
}

bool SensorStream::feed(std::span<const char> bytes, std::int64_t arrival)
{
    m_arrival = arrival;
    if (m_sensor != nullptr)
        addTo(m_group.m_table.at(m_sensor->number).bytes, bytes.size());
    if (m_decoder != nullptr && m_idLooked) {
        decode(bytes);
        return !m_refused;
    }
    // The first bytes: they are kept until a line is whole, because it may be the sensor's name.
    std::string first;
    if (!m_idLooked) {
        m_pending.append(bytes.data(), bytes.size());
        if (m_pending.find('\n') == std::string::npos && m_pending.size() < 256)
            return true;
        first.swap(m_pending);
        bytes = takeIdLine(first);
    }
    if (bytes.empty())
        return true;
    if (m_decoder == nullptr && !detect(bytes))
        return !m_refused;
    std::string collected = std::move(m_pending);
    m_pending = {};
    if (!collected.empty())
        bytes = collected;
    DecoderSink& self = *this;
    if (m_group.m_options.wholeStreams)
        m_decoder->feed(std::string_view("\n"), self); // the first line is whole
    decode(bytes);
    return !m_refused;
}

void SensorStream::decode(std::span<const char> bytes)
{
    m_outputs = 0;
    const std::size_t skippedBefore = m_sensor != nullptr ? m_sensor->skippedBytes : 0;
    m_decoder->feed(bytes, *this);
    deliverPortion();
    countCopies(bytes);
    if (m_sensor != nullptr) {
        const std::size_t skippedNow = m_sensor->skippedBytes;
        m_sensor->meter.bytes(bytes.size(), skippedNow > skippedBefore ? skippedNow - skippedBefore : 0);
    }
    boundUndecoded();
}

/// Bytes that the decoder had to put together from two portions: the end of this one and what completed the last.
void SensorStream::countCopies(std::span<const char> bytes)
{
    const std::uint32_t before = m_partial;
    std::size_t tail = 0;
    if (bytes.back() != '\n') {
        const std::string_view text(bytes.data(), bytes.size());
        const auto end = text.rfind('\n');
        tail = end == std::string_view::npos ? bytes.size() : bytes.size() - end - 1;
    }
    const bool ended = tail < bytes.size();
    if (before == 0 && tail == 0)
        return;
    std::size_t copied = tail;
    if (before > 0 && ended)
        copied += static_cast<std::size_t>(std::ranges::find(bytes, '\n') - bytes.begin());
    std::size_t now = ended ? tail : before + tail;
    if (!ended && m_outputs > 0)
        now = 0; // a binary decoder: it gives frames without lines
    m_group.m_undecoded -= before > freeUndecoded ? before : 0;
    m_group.m_undecoded += now > freeUndecoded ? now : 0;
    m_partial = static_cast<std::uint32_t>(now);
    if (m_sensor != nullptr)
        addTo(m_group.m_table.at(m_sensor->number).copiedBytes, copied);
}

/// Half lines that never end must not fill the memory, of one connection nor of all.
void SensorStream::boundUndecoded()
{
    const bool tooMuch = m_partial > freeUndecoded && m_group.m_undecoded > m_group.m_options.undecodedBudget;
    if (m_partial <= m_group.m_options.maximumLine && !tooMuch)
        return;
    const std::size_t lost = m_partial;
    m_group.m_undecoded -= m_partial > freeUndecoded ? m_partial : 0;
    m_partial = 0;
    if (m_group.m_options.decoder.make)
        m_decoder = m_group.m_options.decoder.make(); // gives its memory back, which reset() does not
    else
        m_decoder->reset();
    skipped(lost, tooMuch ? "too many sensors send half lines" : "a line does not end", {});
}

bool SensorStream::bind()
{
    if (m_sensor != nullptr)
        return true;
    if (m_refused)
        return false;
    Sensor* sensor = m_group.identify(*this);
    if (sensor == nullptr) {
        m_refused = true;
        ++m_group.m_refused;
        return false;
    }
    m_sensor = sensor;
    sensor->stream = this;
    sensor->firstFrame = 0;
    auto& counters = m_group.m_table.at(sensor->number);
    if (sensor->anyFrame) {
        addTo(counters.reconnects, 1);
        static Counter& reconnects = Instruments::counter("sensing.reconnects");
        reconnects.add();
    }
    m_group.setState(*sensor, ConnectionState::Connecting);
    return true;
}

void SensorStream::channels(const std::vector<ChannelInfo>& channels)
{
    deliverPortion();
    ++m_outputs;
    if (!bind())
        return;
    m_group.m_width = channels.size();
    if (m_sensor->channels != nullptr && *m_sensor->channels == channels && m_sensor->simulated == m_simulated)
        return;
    m_sensor->channels = m_group.shared(channels);
    m_sensor->simulated = m_simulated;
    m_group.flush();
    std::string device = m_sensor->name;
    if (device.find(m_host) == std::string::npos)
        device += " at " + m_host;
    m_group.m_handOff.announce(SensorChannels{m_sensor->number, m_sensor->channels, device, m_simulated});
}

void SensorStream::frame(std::span<const float> values, double deviceSeconds)
{
    ++m_outputs;
    m_group.m_values.insert(m_group.m_values.end(), values.begin(), values.end());
    m_group.m_deviceSeconds.push_back(deviceSeconds);
    m_group.m_width = values.size();
}

void SensorStream::skipped(std::size_t bytes, std::string_view why, std::string_view sample)
{
    ++m_outputs;
    static Counter& all = Instruments::counter("sensing.skipped_bytes");
    all.add(bytes);
    if (m_sensor == nullptr)
        return; // whose bytes these are nobody knows yet
    if (m_sensor->skippedLines++ == 0) {
        m_sensor->skippedFirst = m_arrival;
        m_sensor->skippedText = std::string(why) + (sample.empty() ? "" : ": ") + std::string(sample);
    }
    m_sensor->skippedBytes += bytes;
    auto& counters = m_group.m_table.at(m_sensor->number);
    addTo(counters.skippedBytes, bytes);
    addTo(counters.skippedLines, 1);
}

void SensorStream::remark(std::string_view text)
{
    ++m_outputs;
    if (text.starts_with("device: ") && m_id.empty())
        m_id = std::string(text.substr(8, 64));
    else if (const std::string id = idOfLine(text); !id.empty() && m_id.empty())
        m_id = id;
    else if (saysSimulated(text))
        m_simulated = true;
}

void SensorStream::announceGap(Timestamp last, Timestamp first)
{
    Sensor& sensor = *m_sensor;
    sensor.interrupted = false;
    sensor.meter.gap();
    addTo(m_group.m_table.at(sensor.number).gaps, 1);
    static Counter& gaps = Instruments::counter("sensing.gaps");
    gaps.add();
    m_group.flush();
    m_group.m_handOff.announce(
        SensorEvent{sensor.number,
                    {StreamEvent::Kind::Gap, last, first, 0,
                     sensor.stalledNow ? "the device sent nothing" : "the connection to the device was lost"}});
}

/// Stamps the frames of this portion and puts them into the group's batch.
void SensorStream::deliverPortion()
{
    SensorGroup& group = m_group;
    if (group.m_deviceSeconds.empty())
        return;
    if (!bind()) {
        group.m_values.clear();
        group.m_deviceSeconds.clear();
        return;
    }
    Sensor& sensor = *m_sensor;
    const std::size_t count = group.m_deviceSeconds.size();
    const double period = sensor.meter.period() > 0
                              ? sensor.meter.period()
                              : (group.m_options.expectedHz > 0 ? 1 / group.m_options.expectedHz : 0);
    const Timestamp before = sensor.clock.last();
    const auto jump = sensor.clock.stamp(group.sessionTime(m_arrival), sensor.interrupted ? 0 : fromSeconds(period),
                                         group.m_deviceSeconds, group.m_timestamps);
    if (sensor.interrupted)
        announceGap(before, group.m_timestamps.front());
    if (jump) {
        group.flush();
        group.m_handOff.announce(SensorEvent{
            sensor.number,
            {StreamEvent::Kind::Note, group.m_timestamps.back(), group.m_timestamps.back(), 0, clockJumpText(*jump)}});
    }
    sensor.meter.frames(m_arrival, count);
    sensor.anyFrame = true;
    sensor.lastFrame = m_arrival;
    if (sensor.firstFrame == 0)
        sensor.firstFrame = m_arrival;
    addTo(group.m_table.at(sensor.number).frames, count);
    if (!isDelivering(sensor.state))
        group.setState(sensor, sensor.state == ConnectionState::Stalled ? ConnectionState::Streaming
                                                                        : ConnectionState::WarmingUp);
    else if (sensor.state == ConnectionState::WarmingUp && sensor.meter.rateIsKnown() &&
             m_arrival - sensor.firstFrame >= group.m_options.warmUpNanoseconds)
        group.setState(sensor, ConnectionState::Streaming);
    if (!sensor.watched)
        group.watchFor(sensor, m_arrival);
    FrameBatch& batch = group.m_batch;
    const std::size_t width = group.m_values.size() / count;
    for (std::size_t i = 0; i < count; ++i)
        batch.entries.push_back({sensor.number, static_cast<std::uint32_t>(batch.values.size() + i * width),
                                 static_cast<std::uint32_t>(width), group.m_timestamps[i], group.m_deviceSeconds[i],
                                 m_arrival});
    batch.values.insert(batch.values.end(), group.m_values.begin(), group.m_values.end());
    group.m_values.clear();
    group.m_deviceSeconds.clear();
}

} // namespace bnof::sensing
