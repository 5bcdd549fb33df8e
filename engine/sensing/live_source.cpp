// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/live_source.h"

#include <QTimer>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "engine/base/instruments.h"
#include "engine/sensing/decoders/decoder_text.h"
#include "engine/sensing/source_schemes.h"

namespace bnof::sensing {
namespace {

constexpr int tickMilliseconds = 100;
/// A device's lines this many are enough to be sure about its format.
constexpr std::size_t detectLines = 4;
constexpr double detectCertainty = 0.8;

Counter& framesCounter()
{
    static Counter& counter = Instruments::counter("sensing.frames");
    return counter;
}
Counter& bytesCounter()
{
    static Counter& counter = Instruments::counter("sensing.bytes");
    return counter;
}
Counter& skippedCounter()
{
    static Counter& counter = Instruments::counter("sensing.skipped_bytes");
    return counter;
}
Counter& checksumCounter()
{
    static Counter& counter = Instruments::counter("sensing.checksum_errors");
    return counter;
}
Counter& gapsCounter()
{
    static Counter& counter = Instruments::counter("sensing.gaps");
    return counter;
}
Counter& reconnectsCounter()
{
    static Counter& counter = Instruments::counter("sensing.reconnects");
    return counter;
}

FrameClock::Mode clockMode(const SourceUri& uri)
{
    return uri.parameter("time", "arrival") == "device" ? FrameClock::Mode::Device : FrameClock::Mode::Arrival;
}

std::string seconds(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.3f s", value);
    return text;
}

} // namespace

LiveSource::LiveSource(SourceUri uri, const SourceOptions& options, SourceSink& sink)
    : m_uri(std::move(uri)), m_options(options), m_sink(sink), m_clock(clockMode(m_uri)),
      m_deviceName(
          m_uri.parameter("name", m_uri.host.empty() ? m_uri.path : m_uri.host + ":" + std::to_string(m_uri.port)))
{
    // How `bnof simulate --device` names its devices.
    m_simulated.store(m_uri.parameter("name").starts_with("simulated "), std::memory_order_relaxed);
    if (const std::string rate = m_uri.parameter("rate"); !rate.empty()) {
        const double hertz = std::strtod(rate.c_str(), nullptr);
        if (hertz > 0)
            m_expectedPeriod = std::max<std::int64_t>(1, fromSeconds(1 / hertz));
    }
}

LiveSource::~LiveSource() = default;

Result<void> LiveSource::prepare()
{
    BNOF_TRY_ASSIGN(m_transport, makeTransport(m_uri, *this));
    // As a child it moves to another thread together with the source.
    m_transport->setParent(this);
    connect(m_transport.get(), &Transport::worthTrying, this, [this] {
        if (m_retry != nullptr && m_retry->isActive())
            m_retry->start(0);
    });
    std::string decoder = m_uri.parameter("decoder", "auto");
    if (const std::string implied = m_transport->impliedDecoder(); decoder == "auto" && !implied.empty())
        decoder = implied;
    BNOF_TRY_ASSIGN(const DecoderParameters parameters, decoderParameters(decoder));
    if (decoder != "auto") {
        BNOF_TRY_ASSIGN(m_decoder, makeDecoder(decoder, parameters));
        m_dialogue = std::make_unique<DeviceDialogue>(*m_decoder);
        if (!m_dialogue->wanted())
            m_dialogue.reset();
    }
    return {};
}

/// Those of the URI's parameters that are the decoder's. A name that the kind of source has itself is the source's.
Result<DecoderParameters> LiveSource::decoderParameters(const std::string& decoder) const
{
    const std::vector<std::string> anyDecoders = decoderParameterNames();
    const SchemeRules* rules = rulesOf(m_uri.scheme);
    DecoderParameters own;
    for (const auto& [key, value] : m_uri.parameters) {
        const bool ofTransport =
            rules != nullptr && std::ranges::find(rules->parameters, key) != rules->parameters.end();
        if (ofTransport || std::ranges::find(anyDecoders, key) == anyDecoders.end())
            continue;
        if (decoder == "auto")
            return makeError(ErrorKind::Usage, "\"" + key + "\" is a parameter of a decoder, and none is named",
                             m_uri.toString(), "Name it, e.g. decoder=winsen&" + key + "=" + value);
        own.emplace_back(key, value);
    }
    return own;
}

void LiveSource::start()
{
    if (m_state != ConnectionState::Idle && m_state != ConnectionState::Failed)
        return;
    ++m_generation;
    m_ticker = std::make_unique<QTimer>();
    m_ticker->setInterval(tickMilliseconds);
    connect(m_ticker.get(), &QTimer::timeout, this, &LiveSource::tick);
    m_retry = std::make_unique<QTimer>();
    m_retry->setSingleShot(true);
    connect(m_retry.get(), &QTimer::timeout, this, [this] { m_transport->open(); });
    m_speak = std::make_unique<QTimer>();
    m_speak->setSingleShot(true);
    m_speak->setTimerType(Qt::PreciseTimer);
    connect(m_speak.get(), &QTimer::timeout, this, &LiveSource::converse);
    m_retryPause = m_options.retryNanoseconds;
    m_ticker->start();
    m_transport->open();
    setState(ConnectionState::Connecting);
}

void LiveSource::stop()
{
    ++m_generation;
    if (m_ticker != nullptr)
        m_ticker.release()->deleteLater();
    if (m_retry != nullptr) {
        m_retry->stop();
        m_retry.release()->deleteLater();
    }
    if (m_speak != nullptr) {
        m_speak->stop();
        m_speak.release()->deleteLater();
    }
    if (m_dialogue != nullptr)
        m_dialogue->closed();
    if (m_transport != nullptr)
        m_transport->close();
    sendSkipped(monotonicNow(), true);
    if (m_decoder != nullptr)
        m_decoder->reset();
    m_interrupted = m_anyFrame;
    m_interruption = "the source was stopped";
    setState(ConnectionState::Idle);
}

SourceStatistics LiveSource::statistics() const
{
    const std::lock_guard lock(m_shared);
    return m_statistics;
}

std::string LiveSource::deviceName() const
{
    const std::lock_guard lock(m_shared);
    return m_deviceName;
}

void LiveSource::setState(ConnectionState state, const std::optional<Error>& problem)
{
    const bool sameProblem = problem.has_value() == m_problem.has_value() &&
                             (!problem || (problem->what == m_problem->what && problem->where == m_problem->where));
    if (state == m_state && sameProblem)
        return;
    m_state = state;
    m_problem = problem;
    if (state != ConnectionState::Streaming) {
        const std::lock_guard lock(m_shared);
        m_statistics.rateHz = 0; // the last rate would look as if data still came
    }
    m_sink.sourceState(m_options.index, state, problem);
}

void LiveSource::updateDeviceName()
{
    std::string name = m_uri.parameter("name");
    const std::string port = m_transport->deviceName();
    name = name.empty() ? port : name + " on " + port;
    if (!m_remarkedDevice.empty())
        name = m_remarkedDevice + " on " + port;
    const std::lock_guard lock(m_shared);
    m_deviceName = std::move(name);
}

void LiveSource::transportOpened()
{
    const bool again = m_anyFrame || m_state == ConnectionState::Reconnecting;
    updateDeviceName();
    if (m_decoder != nullptr) {
        m_decoder->reset();
    } else {
        m_detecting = true;
        m_undetected.clear();
        m_undetectedPortions.clear();
        m_undetectedLines = 0;
    }
    if (again) {
        reconnectsCounter().add();
        const std::lock_guard lock(m_shared);
        ++m_statistics.reconnects;
    }
    m_rate.restart();
    m_openedAt = monotonicNow();
    m_bytesAtOpen = statistics().bytes;
    const std::uint64_t generation = m_generation;
    setState(ConnectionState::Connecting);
    if (generation != m_generation || m_dialogue == nullptr)
        return;
    m_dialogue->opened(monotonicNow());
    converse();
}

/// Sends to the device what is due, and sets the timer for the next time.
void LiveSource::converse()
{
    if (m_dialogue == nullptr || m_speak == nullptr)
        return;
    m_dialogue->advance(monotonicNow(), [this](std::string_view bytes) { m_transport->send(bytes); });
    {
        const std::lock_guard lock(m_shared);
        m_statistics.requests = m_dialogue->requests();
        m_statistics.unanswered = m_dialogue->unanswered();
    }
    const std::int64_t next = m_dialogue->nextTime();
    if (next == std::numeric_limits<std::int64_t>::max()) {
        m_speak->stop();
        return;
    }
    const std::int64_t pause = std::max<std::int64_t>(0, next - monotonicNow());
    m_speak->start(std::chrono::milliseconds((pause + nanosecondsPerMillisecond - 1) / nanosecondsPerMillisecond));
}

void LiveSource::transportBytes(std::span<const char> bytes, std::int64_t arrival)
{
    bytesCounter().add(bytes.size());
    {
        const std::lock_guard lock(m_shared);
        m_statistics.bytes += bytes.size();
    }
    if (m_detecting)
        collectForDetection(bytes, arrival);
    else
        decode(bytes, arrival);
}

void LiveSource::transportClosed(const TransportProblem& problem)
{
    sendSkipped(monotonicNow(), true);
    if (m_decoder != nullptr)
        m_decoder->reset();
    m_detecting = false;
    if (m_dialogue != nullptr)
        m_dialogue->closed();
    if (m_speak != nullptr)
        m_speak->stop();
    m_openedAt = 0;
    m_interrupted = m_anyFrame;
    m_interruption = problem.error.what;
    if (!problem.retry) {
        setState(ConnectionState::Failed, problem.error);
        return;
    }
    const std::uint64_t generation = m_generation;
    setState(ConnectionState::Reconnecting, problem.error);
    if (generation != m_generation || m_retry == nullptr)
        return;
    m_retry->start(std::chrono::milliseconds(std::max<std::int64_t>(1, m_retryPause / nanosecondsPerMillisecond)));
    m_retryPause = std::min(2 * m_retryPause, retryCeiling);
}

void LiveSource::transportNotice(const std::string& text)
{
    const Timestamp now = sessionTime(monotonicNow());
    m_sink.sourceEvent(m_options.index, {StreamEvent::Kind::Note, now, now, 0, text});
}

void LiveSource::collectForDetection(std::span<const char> bytes, std::int64_t arrival)
{
    m_undetected.append(bytes.data(), bytes.size());
    m_undetectedPortions.push_back({m_undetected.size(), arrival});
    m_undetectedLines += static_cast<std::size_t>(std::ranges::count(bytes, '\n'));
    tryDetection(arrival);
}

/// Decides as soon as a few lines make it certain, else when enough time or bytes have passed.
void LiveSource::tryDetection(std::int64_t now)
{
    if (m_undetectedPortions.empty())
        return;
    const bool due =
        m_undetected.size() >= detectBytes || now - m_undetectedPortions.front().arrival >= detectNanoseconds;
    if (!due && m_undetectedLines < detectLines)
        return;
    const Detection found = detectDecoder(m_undetected);
    if (!due && found.certainty < detectCertainty)
        return;
    const std::string bytes = std::move(m_undetected);
    const std::vector<Portion> portions = std::move(m_undetectedPortions);
    m_undetected.clear();
    m_undetectedPortions.clear();
    m_undetectedLines = 0;
    if (found.decoder.empty()) {
        {
            const std::lock_guard lock(m_shared);
            m_statistics.skippedBytes += bytes.size();
        }
        skippedCounter().add(bytes.size());
        setState(ConnectionState::Connecting,
                 makeError(ErrorKind::BadInput, "the device sends bytes that cannot be understood: " + found.reason,
                           m_transport->deviceName(),
                           "Try another baud rate, or name the decoder (decoder=csv or decoder=ndjson)."));
        return;
    }
    auto made = makeDecoder(found.decoder);
    if (!made.ok()) {
        setState(ConnectionState::Failed, made.error());
        return;
    }
    m_decoder = std::move(*made);
    m_detecting = false;
    const std::uint64_t generation = m_generation;
    m_sink.sourceDecoder(m_options.index, found.decoder, found.reason);
    if (generation != m_generation)
        return;
    std::size_t begin = 0;
    for (const Portion& portion : portions) {
        decode({bytes.data() + begin, portion.end - begin}, portion.arrival);
        begin = portion.end;
        if (generation != m_generation)
            return;
    }
}

void LiveSource::decode(std::span<const char> bytes, std::int64_t arrival)
{
    m_arrival = arrival;
    const std::uint64_t generation = m_generation;
    m_decoder->feed(bytes, *this);
    if (const std::uint64_t wrong = m_decoder->checksumErrors(); wrong != m_checksumErrors) {
        checksumCounter().add(wrong - m_checksumErrors);
        m_checksumErrors = wrong;
        const std::lock_guard lock(m_shared);
        m_statistics.checksumErrors = wrong;
    }
    deliverPortion();
    sendSkipped(arrival, false);
    if (generation == m_generation && m_dialogue != nullptr)
        converse();
}

void LiveSource::channels(const std::vector<ChannelInfo>& channels)
{
    deliverPortion();
    m_channels = channels;
    m_width = channels.size();
    m_sink.sourceChannels(m_options.index, m_channels);
}

void LiveSource::frame(std::span<const float> values, double deviceSeconds)
{
    m_values.insert(m_values.end(), values.begin(), values.end());
    m_deviceSeconds.push_back(deviceSeconds);
}

void LiveSource::skipped(std::size_t bytes, std::string_view why, std::string_view sample)
{
    skippedCounter().add(bytes);
    if (m_skippedLines == 0) {
        m_skippedFirst = m_arrival;
        m_skippedText = std::string(why) + ": " + std::string(sample);
    }
    m_skippedBytes += bytes;
    ++m_skippedLines;
    const std::lock_guard lock(m_shared);
    m_statistics.skippedBytes += bytes;
    ++m_statistics.skippedLines;
}

void LiveSource::remark(std::string_view text)
{
    if (text.starts_with("device: ")) {
        m_remarkedDevice = std::string(text.substr(8));
        updateDeviceName();
    } else if (containsIgnoringCase(text, "simulated") && !containsIgnoringCase(text, "not simulated")) {
        m_simulated.store(true, std::memory_order_relaxed);
    }
}

/// Stamps and hands on the frames decoded so far from the present portion of bytes.
void LiveSource::deliverPortion()
{
    if (m_deviceSeconds.empty())
        return;
    const std::size_t count = m_deviceSeconds.size();
    const std::int64_t period = m_rate.period() > 0 ? m_rate.period() : m_expectedPeriod;
    const Timestamp arrival = sessionTime(m_arrival);
    const Timestamp gapStart = m_clock.last();
    const auto jump = m_clock.stamp(arrival, m_interrupted ? 0 : period, m_deviceSeconds, m_timestamps);
    if (m_interrupted)
        announceGap(gapStart, m_timestamps.front());
    if (jump)
        m_sink.sourceEvent(m_options.index,
                           {StreamEvent::Kind::Note, m_timestamps.back(), m_timestamps.back(), 0,
                            "the device's clock jumped from " + seconds(jump->fromSeconds) + " to " +
                                seconds(jump->toSeconds) + "; its time is tied to the arrival time anew"});
    m_rate.add(m_arrival, count);
    m_anyFrame = true;
    m_lastFrameArrival = m_arrival;
    m_retryPause = m_options.retryNanoseconds;
    framesCounter().add(count);
    {
        const std::lock_guard lock(m_shared);
        m_statistics.frames += count;
        m_statistics.rateHz = m_rate.rateHz(m_arrival);
    }
    const std::uint64_t generation = m_generation;
    if (m_state != ConnectionState::Streaming)
        setState(ConnectionState::Streaming);
    for (std::size_t i = 0; i < count && generation == m_generation; ++i) {
        SensorFrame frame;
        frame.t = m_timestamps[i];
        frame.values = std::span<const float>(m_values).subspan(i * m_width, m_width);
        frame.deviceSeconds = m_deviceSeconds[i];
        m_sink.sourceFrame(m_options.index, frame, m_arrival);
    }
    m_values.clear();
    m_deviceSeconds.clear();
}

void LiveSource::announceGap(Timestamp lastFrame, Timestamp firstFrame)
{
    m_interrupted = false;
    gapsCounter().add();
    {
        const std::lock_guard lock(m_shared);
        ++m_statistics.gaps;
    }
    m_sink.sourceEvent(m_options.index, {StreamEvent::Kind::Gap, lastFrame, firstFrame, 0, m_interruption});
}

void LiveSource::sendSkipped(std::int64_t now, bool force)
{
    if (m_skippedLines == 0 || (!force && now - m_skippedTold < nanosecondsPerSecond))
        return;
    std::string text = m_skippedText;
    if (m_skippedLines > 1)
        text = std::to_string(m_skippedLines) + " lines skipped; the first: " + text;
    const StreamEvent event{StreamEvent::Kind::Resynchronised, sessionTime(m_skippedFirst), sessionTime(now),
                            m_skippedBytes, std::move(text)};
    m_skippedTold = now;
    m_skippedBytes = 0;
    m_skippedLines = 0;
    m_sink.sourceEvent(m_options.index, event);
}

std::int64_t LiveSource::stallLimit() const
{
    std::int64_t period = m_expectedPeriod;
    if (period == 0)
        period = m_rate.portionInterval();
    return period == 0 ? stallUnknownPeriod : std::max(stallFloor, 5 * period);
}

/// Why an open connection has not given a frame yet.
Error LiveSource::silence() const
{
    const SourceStatistics now = statistics();
    if (now.bytes == m_bytesAtOpen && m_dialogue != nullptr)
        return makeError(ErrorKind::Device, "the device does not answer", m_transport->deviceName(),
                         "Check its power, its baud rate, and that RX and TX are not exchanged.");
    if (now.bytes == m_bytesAtOpen && m_decoder == nullptr) {
        std::string asked;
        for (const DecoderInfo& info : decoders())
            if (info.asks)
                asked += (asked.empty() ? "" : ", ") + info.name;
        return makeError(ErrorKind::Device, "the connection is open, but the device sends nothing",
                         m_transport->deviceName(),
                         m_transport->silenceRemedy() +
                             " Some devices have to be asked: name "
                             "the decoder (" +
                             asked + "), e.g. decoder=winsen&sensor=mh-z19.");
    }
    if (now.bytes == m_bytesAtOpen)
        return makeError(ErrorKind::Device, "the connection is open, but the device sends nothing",
                         m_transport->deviceName(), m_transport->silenceRemedy());
    return makeError(ErrorKind::BadInput, "the device sends bytes, but none of them make a frame",
                     m_transport->deviceName(), "Check the baud rate and the decoder.");
}

void LiveSource::tick()
{
    const std::int64_t now = monotonicNow();
    if (m_detecting)
        tryDetection(now);
    sendSkipped(now, false);
    if (m_state == ConnectionState::Connecting && m_openedAt != 0 && now - m_openedAt > silenceWarning && !m_problem)
        setState(ConnectionState::Connecting, silence());
    if (m_state != ConnectionState::Streaming)
        return;
    {
        const std::lock_guard lock(m_shared);
        m_statistics.rateHz = m_rate.rateHz(now);
    }
    if (now - m_lastFrameArrival <= stallLimit())
        return;
    m_interrupted = true;
    m_interruption = "the device sent nothing";
    m_rate.restart();
    setState(ConnectionState::Stalled,
             makeError(ErrorKind::Device,
                       "no frame for " + seconds(static_cast<double>(now - m_lastFrameArrival) * 1e-9),
                       m_transport->deviceName(), "Check that the device is still measuring."));
}

} // namespace bnof::sensing
