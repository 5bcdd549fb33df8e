// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/live_session.h"

#include <QThread>

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>
#include <utility>
#include <variant>

#include "engine/base/bounded_queue.h"
#include "engine/base/build_config.h"
#include "engine/base/instruments.h"
#include "engine/compute/cpu.h"
#include "engine/sensing/pool/pool_source.h"
#include "engine/session/calibrated_sources.h"
#include "engine/session/channel_watch.h"
#include "engine/session/recognition.h"
#include "engine/session/recording_control.h"
#include "engine/session/source_meter.h"
#include "engine/session/status_board.h"

namespace bnof::session {
namespace {

// What travels from the I/O thread and the callers to the compute thread, in one order.
struct FrameWork {
    std::uint32_t source = 0;
    Timestamp t = 0;
    double deviceSeconds = 0;
    std::int64_t arrival = 0;
    std::vector<float> values;
};
struct ChannelsWork {
    std::uint32_t source = 0;
    std::vector<ChannelInfo> channels;
    std::string device;
    bool simulated = false;
};
struct EventWork {
    std::uint32_t source = 0;
    StreamEvent event;
};
struct StateWork {
    std::uint32_t source = 0;
    sensing::ConnectionState state = sensing::ConnectionState::Idle;
    std::optional<Error> problem;
    std::string device;
};
/// Something waits in the hand-off of a source of many sensors.
struct ReadyWork {
    std::uint32_t source = 0;
};
using CommandWork = std::function<void()>;
struct EndWork {};
using Work = std::variant<FrameWork, ChannelsWork, EventWork, StateWork, ReadyWork, CommandWork, EndWork>;

/// Histories that are made without being asked for; those of other sources are made when a display wants them.
constexpr std::size_t historiesAtOnce = 8;
constexpr std::int64_t historyUnwanted = 60 * nanosecondsPerSecond;
constexpr std::uint32_t noSource = UINT32_MAX;
/// Streams of a recording have numbers of 16 bits.
constexpr std::size_t maximumSources = 65536;

class LiveSession final : public Session, public sensing::SourceSink {
public:
    LiveSession(SessionConfiguration configuration, std::unique_ptr<Recognition> recognition)
        : m_configuration(std::move(configuration)), m_recognition(std::move(recognition)), m_start(monotonicNow()),
          m_wallAtZero(wallNow()), m_queue(m_configuration.frameQueue), m_executor(makeExecutor(1)),
          m_recording(m_board, *m_executor), m_live(std::make_shared<LiveView>())
    {}
    ~LiveSession() override;
    Result<void> open();

    void startRecording(RecordingRequest request) override;
    void mark(std::string label) override;
    void stopRecording() override;
    void describeRecording(std::string title, std::string operatorName, std::string notes) override;
    void setReplaySpeed(double) override {}
    void setReplayPaused(bool) override {}
    void setReplayPosition(Timestamp) override {}
    void changeModel(std::vector<std::uint8_t> modelBytes) override;
    void presented(std::function<void(Presented)> done) override;
    void useCalibration(std::uint32_t source, sensing::Calibration calibration) override;
    void changeSafetyLimits(std::vector<sensing::GasLimits> limits) override;
    void stop() override;
    [[nodiscard]] SessionStatus status() const override;
    [[nodiscard]] std::shared_ptr<const LiveView> live() const override { return m_live; }

    // I/O thread
    void sourceChannels(std::uint32_t source, const std::vector<ChannelInfo>& channels) override;
    void sourceFrame(std::uint32_t source, const SensorFrame& frame, std::int64_t arrival) override;
    void sourceEvent(std::uint32_t source, const StreamEvent& event) override;
    void sourceState(std::uint32_t source, sensing::ConnectionState state,
                     const std::optional<Error>& problem) override;
    void sourceReady(std::uint32_t source) override; ///< the pool's thread

private:
    class Sensors;

    [[nodiscard]] Timestamp now() const { return monotonicNow() - m_start; }
    void compute();
    void handle(FrameWork& work) { take(work.source, {work.t, work.values, work.deviceSeconds}, work.arrival); }
    void take(std::uint32_t source, const SensorFrame& frame, std::int64_t arrival);
    void handle(ChannelsWork& work);
    void handle(EventWork& work);
    void handle(StateWork& work);
    void handle(ReadyWork& work);
    void showState(const StateWork& work);
    [[nodiscard]] std::uint32_t addSource(std::uint32_t parent, std::uint32_t sensor, const std::string& name);
    void keepHistory(std::uint32_t source);
    void watchHistories(Timestamp t);
    void watchSources();
    void watchSensors();
    [[nodiscard]] std::size_t waitingFrames(std::uint32_t source) const;
    void recognise(std::uint32_t source, const SensorFrame& frame, std::int64_t arrival);
    void showRecogniser();
    void adoptNextModel();
    void reportLosses(Timestamp t);
    void reportSkipped(Timestamp t);
    void emitEvent(std::uint32_t source, const StreamEvent& event);
    void refreshStatus();
    void startWantedRecording();
    [[nodiscard]] recording::RecordingMetadata metadata() const;

    const SessionConfiguration m_configuration;
    std::shared_ptr<Recognition> m_recognition;
    const std::int64_t m_start;
    const std::int64_t m_wallAtZero;

    BoundedQueue<Work> m_queue;
    std::atomic<std::uint64_t> m_droppedPending{0}; ///< frames that found the queue full, not yet reported
    std::unique_ptr<Executor> m_executor;
    StatusBoard m_board;
    RecordingControl m_recording;
    ChannelWatch m_watch{m_board};                            ///< compute thread
    CalibratedSources m_calibrated{m_board, m_configuration}; ///< the same
    std::shared_ptr<LiveView> m_live;
    Histogram m_latency;

    QThread m_ioThread;
    std::unique_ptr<QObject> m_ioContext; ///< lives in the I/O thread
    std::shared_ptr<sensing::IngestPool> m_pool;
    std::vector<std::unique_ptr<sensing::Source>> m_sources;
    std::vector<std::unique_ptr<Sensors>> m_sensors; ///< of each source; null where it is one device
    std::thread m_computeThread;
    std::atomic<bool> m_stopping{false};

    // compute thread only
    std::vector<recording::SourceDescription> m_descriptions;
    std::vector<sensing::ConnectionState> m_states;
    std::vector<sensing::ClockDrift> m_drifts; ///< of each source
    std::vector<std::shared_ptr<TraceHistory>> m_traces;
    std::vector<Timestamp> m_historyWanted;             ///< when each was last asked for
    std::vector<std::uint32_t> m_histories;             ///< sources that have one and may lose it
    std::vector<std::unique_ptr<SourceMeter>> m_meters; ///< of the configuration's sources that are one device
    std::vector<std::uint32_t> m_parents;               ///< of the sources behind those of the configuration
    std::uint32_t m_recognised = 0;                     ///< the source that feeds the recogniser; noSource: none yet
    Timestamp m_lastSensorWatch = 0;
    std::shared_ptr<SpikeHistory> m_spikes;
    std::shared_ptr<Recognition> m_nextRecognition;    ///< takes over after the next decision
    std::optional<RecordingRequest> m_wantedRecording; ///< asked for, waits for the channel tables
    std::uint64_t m_frames = 0;
    std::uint64_t m_decisions = 0;
    std::uint64_t m_spikeCount = 0;
    std::uint64_t m_dropped = 0;
    std::uint64_t m_notRecognised = 0;
    std::uint64_t m_skippedRun = 0; ///< frames passed over since the recogniser fell behind
    bool m_recogniserFailed = false;
    bool m_saidFinished = false;
    Timestamp m_lastRefresh = 0;
};

/// Takes what the sensors behind one source deliver and gives each a source number of the session. Compute thread.
class LiveSession::Sensors final : public sensing::SensorVisitor {
public:
    Sensors(LiveSession& session, std::uint32_t parent, bool isOne)
        : m_session(session), m_parent(parent), m_isOne(isOne)
    {}

    void sensorAdded(const sensing::SensorAdded& sensor) override
    {
        m_numbers.push_back(m_isOne ? m_parent : m_session.addSource(m_parent, sensor.sensor, sensor.name));
        m_away.push_back(false);
        m_names.push_back(sensor.name);
    }
    void sensorChannels(const sensing::SensorChannels& channels) override
    {
        std::uint32_t& number = m_numbers[channels.sensor];
        if (number == noSource)
            return;
        const auto& known = m_session.m_descriptions[number].channels;
        // A stream of a recording has one table: with another one the sensor goes on in another stream.
        if (!m_isOne && !known.empty() && known != *channels.channels && m_session.m_recording.active())
            number = m_session.addSource(m_parent, channels.sensor, m_names[channels.sensor]);
        ChannelsWork work{number, *channels.channels, channels.device, channels.simulated};
        m_session.handle(work);
    }
    void sensorFrame(std::uint32_t sensor, const SensorFrame& frame, std::int64_t arrival) override
    {
        if (m_numbers[sensor] != noSource)
            m_session.take(m_numbers[sensor], frame, arrival);
    }
    void sensorEvent(const sensing::SensorEvent& event) override
    {
        const std::uint32_t number = m_numbers[event.sensor];
        StreamEvent named = event.event;
        if (!m_isOne)
            named.text = m_names[event.sensor] + ": " + named.text;
        if (number != noSource)
            m_session.emitEvent(number, named);
    }
    void sensorState(const sensing::SensorStateChange& change) override
    {
        if (change.sensor == sensing::wholeSource || m_isOne) {
            StateWork work{m_parent, change.state, change.problem, m_session.m_sources[m_parent]->deviceName()};
            m_session.handle(work);
            return;
        }
        const bool away =
            change.state == sensing::ConnectionState::Reconnecting || change.state == sensing::ConnectionState::Stalled;
        if (away != m_away[change.sensor]) {
            m_away[change.sensor] = away;
            m_awayCount += away ? 1 : -1;
        }
        if (m_numbers[change.sensor] != noSource)
            m_session.showState({m_numbers[change.sensor], change.state, change.problem, {}});
    }

    [[nodiscard]] std::size_t count() const { return m_numbers.size(); }
    [[nodiscard]] int awayCount() const { return m_awayCount; }
    /// Names of some that are away, for people.
    [[nodiscard]] std::string awayNames() const
    {
        std::string names;
        int named = 0;
        for (std::size_t i = 0; i < m_away.size() && named < 5; ++i)
            if (m_away[i])
                names += (named++ == 0 ? "" : ", ") + m_names[i];
        return m_awayCount > named ? names + " and others" : names;
    }
    [[nodiscard]] bool isOne() const { return m_isOne; }

private:
    LiveSession& m_session;
    const std::uint32_t m_parent;
    const bool m_isOne;                   ///< the source is its only sensor
    std::vector<std::uint32_t> m_numbers; ///< the session's, by sensor
    std::vector<std::string> m_names;
    std::vector<bool> m_away;
    int m_awayCount = 0;
};

Result<void> LiveSession::open()
{
    for (std::size_t i = 0; i < m_configuration.sources.size(); ++i) {
        const auto& uri = m_configuration.sources[i];
        if (sensing::isPooled(uri) && m_pool == nullptr)
            m_pool = std::make_shared<sensing::IngestPool>();
        sensing::SourceOptions options;
        options.index = static_cast<std::uint32_t>(i);
        options.sessionStart = m_start;
        options.pool = m_pool;
        options.frameCapacity = m_configuration.frameQueue;
        auto source = sensing::makeSource(uri, options, *this);
        if (!source.ok())
            return source.error();
        (*source)->moveToThread(&m_ioThread);
        const bool many = (*source)->handOff() != nullptr;
        const bool one = uri.scheme == "tcp";
        m_meters.push_back(many ? nullptr
                                : std::make_unique<SourceMeter>(std::atof(uri.parameter("rate", "0").c_str())));
        m_sensors.push_back(many ? std::make_unique<Sensors>(*this, options.index, one) : nullptr);
        if (i == 0 && many && !one)
            m_recognised = noSource; // one of its sensors will
        m_sources.push_back(std::move(*source));
        m_descriptions.emplace_back().uri = uri.toString();
    }
    m_states.resize(m_sources.size());
    m_drifts.resize(m_sources.size());
    m_traces.resize(m_sources.size());
    m_historyWanted.resize(m_sources.size());
    m_board.update([&](SessionStatus& s) {
        s.wallAtZero = m_wallAtZero;
        for (const auto& description : m_descriptions)
            s.sources.emplace_back().uri = description.uri;
    });
    showRecogniser();
    m_ioContext = std::make_unique<QObject>();
    m_ioContext->moveToThread(&m_ioThread);
    m_ioThread.setObjectName(QStringLiteral("bnof-io"));
    m_ioThread.start();
    m_computeThread = std::thread([this] { compute(); });
    QMetaObject::invokeMethod(
        m_ioContext.get(),
        [this] {
            for (auto& source : m_sources)
                source->start();
        },
        Qt::QueuedConnection);
    return {};
}

/// What recognises, in the status and for displays.
void LiveSession::showRecogniser()
{
    if (!m_recognition)
        return;
    const auto& layers = m_recognition->info().layers;
    const bool sameLayers =
        m_spikes && std::equal(layers.begin(), layers.end(), m_spikes->layers().begin(), m_spikes->layers().end(),
                               [](const auto& layer, const auto& shown) {
                                   return layer.name == shown.info.name && layer.size == shown.info.size;
                               });
    if (m_configuration.historySamples > 0 && !sameLayers) {
        m_spikes = layers.empty() ? nullptr : std::make_shared<SpikeHistory>(layers);
        m_live->setSpikes(m_spikes);
    }
    m_live->setModel(m_recognition->describe());
    m_board.setRecogniser(m_recognition->info());
}

LiveSession::~LiveSession()
{
    stop();
    if (m_computeThread.joinable())
        m_computeThread.join();
    if (m_ioThread.isRunning()) {
        QMetaObject::invokeMethod(
            m_ioContext.get(), [this] { m_sources.clear(); }, Qt::BlockingQueuedConnection);
        m_ioThread.quit();
        m_ioThread.wait();
    }
    m_executor.reset();
}

void LiveSession::stop()
{
    if (m_stopping.exchange(true) || !m_ioThread.isRunning())
        return;
    QMetaObject::invokeMethod(
        m_ioContext.get(),
        [this] {
            for (auto& source : m_sources)
                source->stop();
            m_queue.pushAlways(EndWork{});
        },
        Qt::QueuedConnection);
}

void LiveSession::startRecording(RecordingRequest request)
{
    m_queue.pushAlways(CommandWork([this, request = std::move(request)] {
        m_wantedRecording = request;
        startWantedRecording();
    }));
}

void LiveSession::mark(std::string label)
{
    m_queue.pushAlways(CommandWork([this, mark = Mark{now(), std::move(label)}] {
        m_recording.mark(mark);
        m_live->addMark(mark);
        if (m_configuration.observer)
            m_configuration.observer->mark(mark);
    }));
}

void LiveSession::stopRecording()
{
    m_queue.pushAlways(CommandWork([this] {
        m_wantedRecording.reset();
        m_recording.stop();
    }));
}

void LiveSession::describeRecording(std::string title, std::string operatorName, std::string notes)
{
    recording::DescriptionEdit edit{wallNow(), std::move(title), std::move(operatorName), std::move(notes)};
    m_queue.pushAlways(CommandWork([this, edit = std::move(edit)] {
        if (m_wantedRecording) { // it begins with the first data
            m_wantedRecording->title = edit.title;
            m_wantedRecording->operatorName = edit.operatorName;
            m_wantedRecording->notes = edit.notes;
        }
        m_recording.describe(edit);
    }));
}

void LiveSession::changeModel(std::vector<std::uint8_t> modelBytes)
{
    m_board.update([](SessionStatus& s) { s.modelChanging = true; });
    // Building a network takes a while; the one that runs goes on meanwhile.
    auto build = [this, bytes = std::move(modelBytes)] {
        auto built = Recognition::create(bytes, recogniserOptions(m_configuration));
        if (!built.ok()) {
            m_board.setProblem("recogniser.change", Severity::Warning, built.error());
            m_board.update([](SessionStatus& s) { s.modelChanging = false; });
            return;
        }
        m_queue.pushAlways(CommandWork([this, next = std::shared_ptr<Recognition>(std::move(*built))] {
            m_nextRecognition = next;
            if (!m_recognition || !m_recognition->ready() || m_recogniserFailed)
                adoptNextModel(); // there is no decision to wait for
        }));
    };
    if (!m_executor->submit(Priority::High, "build the changed model", build))
        build();
}

void LiveSession::presented(std::function<void(Presented)> done)
{
    m_queue.pushAlways(CommandWork([this, done = std::move(done)] {
        done(m_recognition ? Presented{m_recognition->modelBytes(), m_recognition->presented()} : Presented{});
    }));
}

void LiveSession::useCalibration(std::uint32_t source, sensing::Calibration calibration)
{
    m_queue.pushAlways(CommandWork([this, source, calibration = std::move(calibration)] {
        if (const auto change = m_calibrated.change(source, calibration, now()))
            emitEvent(source, *change);
    }));
}

void LiveSession::changeSafetyLimits(std::vector<sensing::GasLimits> limits)
{
    m_queue.pushAlways(CommandWork([this, limits = std::move(limits)] { m_calibrated.setLimits(limits); }));
}

SessionStatus LiveSession::status() const
{
    SessionStatus status = m_board.copy();
    status.now = now();
    for (std::size_t i = 0; i < status.sources.size(); ++i) {
        auto& view = status.sources[i];
        const sensing::SourceStatistics measured = view.statistics; // see watchSources()
        if (view.parent) {
            view.statistics = m_sources[*view.parent]->sensorStatistics(view.sensor);
            continue;
        }
        view.statistics = m_sources[i]->statistics();
        view.equivalents = m_sources[i]->equivalents();
        if (m_sources[i]->handOff() != nullptr)
            continue;
        view.statistics.health = measured.health;
        view.statistics.quality = measured.quality;
        view.statistics.latencyP50 = measured.latencyP50;
        view.statistics.latencyP99 = measured.latencyP99;
    }
    status.latencyP50Ms = static_cast<double>(m_latency.quantile(0.5)) * 1e-6;
    status.latencyP99Ms = static_cast<double>(m_latency.quantile(0.99)) * 1e-6;
    return status;
}

// --- I/O thread: hand over and return ---------------------------------------------------------------

void LiveSession::sourceChannels(std::uint32_t source, const std::vector<ChannelInfo>& channels)
{
    m_queue.pushAlways(ChannelsWork{source, channels, m_sources[source]->deviceName(), m_sources[source]->simulated()});
}

void LiveSession::sourceFrame(std::uint32_t source, const SensorFrame& frame, std::int64_t arrival)
{
    FrameWork work{source, frame.t, frame.deviceSeconds, arrival, {frame.values.begin(), frame.values.end()}};
    if (!m_queue.tryPush(std::move(work)))
        m_droppedPending.fetch_add(1, std::memory_order_relaxed);
}

void LiveSession::sourceEvent(std::uint32_t source, const StreamEvent& event)
{
    m_queue.pushAlways(EventWork{source, event});
}

void LiveSession::sourceState(std::uint32_t source, sensing::ConnectionState state, const std::optional<Error>& problem)
{
    m_queue.pushAlways(StateWork{source, state, problem, m_sources[source]->deviceName()});
}

void LiveSession::sourceReady(std::uint32_t source)
{
    m_queue.pushAlways(ReadyWork{source});
}

// --- compute thread ---------------------------------------------------------------------------------

void LiveSession::compute()
{
    compute::ensureExactFloatingPoint();
    bool ended = false;
    while (!ended) {
        if (auto work = m_queue.pop(std::chrono::milliseconds(100))) {
            std::visit(
                [&](auto& item) {
                    using Item = std::decay_t<decltype(item)>;
                    if constexpr (std::is_same_v<Item, EndWork>)
                        ended = true;
                    else if constexpr (std::is_same_v<Item, CommandWork>)
                        item();
                    else
                        handle(item);
                },
                *work);
        }
        if (const auto* network = m_recognition ? m_recognition->simulation() : nullptr)
            m_live->answer([&](const InspectionRequest& request) { return inspect(*network, request); });
        if (const Timestamp t = now(); t - m_lastRefresh > 100 * nanosecondsPerMillisecond) {
            m_lastRefresh = t;
            refreshStatus();
        }
    }
    m_queue.close();
    for (std::size_t i = 0; i < m_sensors.size(); ++i)
        if (m_sensors[i] != nullptr)
            m_sources[i]->handOff()->take(*m_sensors[i]); // what came before the sources were stopped
    reportLosses(now());
    reportSkipped(now());
    m_recording.stop();
    m_executor->drain();
    refreshStatus();
    m_board.update([](SessionStatus& s) {
        s.finished = true;
        for (auto& source : s.sources)
            source.state = sensing::ConnectionState::Idle;
    });
    if (m_configuration.observer && !m_saidFinished)
        m_configuration.observer->finished();
}

void LiveSession::handle(ReadyWork& work)
{
    m_sources[work.source]->handOff()->take(*m_sensors[work.source]);
}

/// Frames that wait for this thread before the next one of the source.
std::size_t LiveSession::waitingFrames(std::uint32_t source) const
{
    const std::size_t waiting = m_queue.size();
    const auto parent = source < m_sources.size() ? source : m_parents[source - m_sources.size()];
    return m_sensors[parent] != nullptr ? waiting + m_sources[parent]->handOff()->waiting() : waiting;
}

void LiveSession::take(std::uint32_t source, const SensorFrame& frame, std::int64_t arrival)
{
    reportLosses(frame.t);
    ++m_frames;
    if (source < m_meters.size() && m_meters[source] != nullptr)
        m_meters[source]->frame(arrival, monotonicNow());
    m_drifts[source].frame(arrival, frame.deviceSeconds);
    if (auto& traces = m_traces[source])
        traces->append(frame.t, frame.values);
    if (m_configuration.observer)
        m_configuration.observer->frame(source, frame);
    m_calibrated.frame(source, frame);

    const bool feeds = source == m_recognised;
    const bool wanted = feeds && m_recognition && m_recognition->ready() && !m_recogniserFailed;
    // When the recogniser falls behind, frames are recorded without it until the queue is short again.
    const std::size_t waiting = wanted ? waitingFrames(source) : 0;
    const bool behind = m_skippedRun > 0 ? waiting > m_queue.capacity() / 8 : waiting > m_queue.capacity() / 2;
    if (wanted && behind) {
        ++m_skippedRun;
        ++m_notRecognised;
    } else if (feeds) { // frames of other sources say nothing about the recogniser
        reportSkipped(frame.t);
    }
    for (const StreamEvent& event : m_watch.look(source, frame))
        emitEvent(source, event);
    m_recording.frame(source, frame, wanted && !behind);
    if (wanted && !behind)
        recognise(source, frame, arrival);
}

void LiveSession::recognise(std::uint32_t source, const SensorFrame& frame, std::int64_t arrival)
{
    if (auto result = m_recognition->process(frame, m_watch.mask(source)); !result.ok()) {
        m_recogniserFailed = true;
        m_board.setProblem("recogniser", Severity::Error, result.error());
        return;
    }
    if (m_recognition->takeRestart())
        emitEvent(source, {StreamEvent::Kind::RecogniserReset, m_recognition->output().tickZero, 0, 0, {}});
    const auto& output = m_recognition->output();
    const std::int64_t latency = monotonicNow() - arrival;
    m_recording.output(output, latency);
    for (const auto& layer : output.spikes)
        m_spikeCount += layer.size();
    if (m_spikes)
        m_recognition->show(*m_spikes, frame.t);
    for (const Decision& decision : output.decisions) {
        ++m_decisions;
        m_calibrated.decided(decision, m_recognition->info().gases, m_recognition->info().background);
        m_watch.decided(source, decision.gas >= 0 && decision.gas == m_recognition->info().background);
        m_latency.record(static_cast<std::uint64_t>(std::max<std::int64_t>(latency, 1)));
        m_live->addDecision(decision, latency);
        if (m_configuration.observer)
            m_configuration.observer->decision(decision, latency);
    }
    if (const auto change = output.decisions.empty() ? std::nullopt : m_recognition->takeBackEndChange())
        emitEvent(source, {StreamEvent::Kind::BackEndChanged, output.decisions.back().t, 0, 0, *change});
    if (m_nextRecognition && !output.decisions.empty())
        adoptNextModel();
}

/// Between two frames: the next one is the first that the other model sees.
void LiveSession::adoptNextModel()
{
    const auto next = std::exchange(m_nextRecognition, nullptr);
    m_board.update([](SessionStatus& s) { s.modelChanging = false; });
    const std::uint32_t feeding = m_recognised == noSource ? 0 : m_recognised;
    if (const auto& channels = m_descriptions[feeding].channels; !channels.empty()) {
        if (auto result = next->setChannels(channels); !result.ok()) {
            m_board.setProblem("recogniser.change", Severity::Warning, result.error());
            return;
        }
    }
    if (m_recording.active()) {
        m_recording.stop();
        m_board.setProblem("recording", Severity::Information,
                           makeError(ErrorKind::Usage,
                                     "another model took over, so the recording was closed; "
                                     "everything so far is safe",
                                     next->info().modelName, "Start a new recording; it holds the new model."));
    }
    m_recognition = next;
    m_recogniserFailed = false;
    showRecogniser();
    m_board.clearProblem("recogniser");
    m_board.clearProblem("recogniser.change");
}

void LiveSession::handle(ChannelsWork& work)
{
    auto& description = m_descriptions[work.source];
    const bool changed = !description.channels.empty() && description.channels != work.channels;
    if (changed && m_recording.active()) {
        m_recording.stop();
        m_board.setProblem("recording", Severity::Error,
                           makeError(ErrorKind::Device,
                                     "the device now sends other channels, so the recording was closed; everything "
                                     "so far is safe",
                                     description.uri, "Start a new recording."));
    }
    description.device = work.device;
    description.simulated = work.simulated;
    const std::uint32_t parent =
        work.source < m_sources.size() ? work.source : m_parents[work.source - m_sources.size()];
    m_calibrated.setChannels(work.source, m_configuration.sources[parent], work.device, work.channels, work.simulated);
    m_watch.setChannels(work.source, work.channels, work.device.empty() ? description.uri : work.device);
    if (m_configuration.observer)
        m_configuration.observer->channels(work.source, work.channels);
    if (changed || description.channels.empty()) {
        description.channels = work.channels;
        if (work.source < m_sources.size() || work.source < historiesAtOnce || m_traces[work.source])
            keepHistory(work.source);
        if ((work.source == m_recognised || m_recognised == noSource) && m_recognition) {
            if (auto result = m_recognition->setChannels(work.channels); !result.ok()) {
                m_board.setProblem("recogniser", Severity::Warning, result.error());
            } else {
                m_recognised = work.source;
                m_board.clearProblem("recogniser");
            }
        }
    }
    m_board.update([&](SessionStatus& s) {
        auto& view = s.sources[work.source];
        view.channels = work.channels;
        view.device = work.device;
        view.simulated = work.simulated;
    });
    m_recording.describe(work.source, description, now());
    startWantedRecording();
}

void LiveSession::startWantedRecording()
{
    // The channel tables belong into the file's head, so a recording begins when every source has said what it
    // measures (or has failed).
    if (!m_wantedRecording)
        return;
    for (std::size_t i = 0; i < m_sources.size(); ++i) {
        if (m_sensors[i] != nullptr && m_sensors[i]->count() > 0)
            continue; // it goes on with those that are there; others may come
        if (m_descriptions[i].channels.empty() && m_states[i] != sensing::ConnectionState::Failed) {
            m_board.setProblem(
                "recording.start", Severity::Information,
                makeError(ErrorKind::Device, "the recording begins with the first data", m_descriptions[i].uri));
            return;
        }
    }
    m_board.clearProblem("recording.start");
    m_recording.start(*std::exchange(m_wantedRecording, std::nullopt), metadata(),
                      m_recognition && m_recognition->ready() ? m_recognition.get() : nullptr, now());
    m_watch.tell(m_recording, now());
}

void LiveSession::handle(EventWork& work)
{
    emitEvent(work.source, work.event);
}

void LiveSession::emitEvent(std::uint32_t source, const StreamEvent& event)
{
    if (event.kind == StreamEvent::Kind::Gap && m_traces[source])
        m_traces[source]->markGap();
    if (event.kind == StreamEvent::Kind::Gap && source < m_meters.size() && m_meters[source] != nullptr)
        m_meters[source]->gap();
    m_recording.event(event);
    if (event.kind == StreamEvent::Kind::SampleWithheld)
        return; // counted and recorded; too many for people
    m_live->addEvent(event);
    if (m_configuration.observer)
        m_configuration.observer->event(event);
}

std::uint32_t LiveSession::addSource(std::uint32_t parent, std::uint32_t sensor, const std::string& name)
{
    if (m_descriptions.size() >= maximumSources)
        return noSource;
    const auto number = static_cast<std::uint32_t>(m_descriptions.size());
    sensing::SourceUri uri = m_configuration.sources[parent];
    std::erase_if(uri.parameters, [](const auto& p) { return p.first == "name"; });
    uri.parameters.emplace_back("name", name);
    auto& description = m_descriptions.emplace_back();
    description.uri = uri.toString();
    description.device = name;
    m_parents.push_back(parent);
    m_states.push_back(sensing::ConnectionState::Connecting);
    m_drifts.emplace_back();
    m_traces.emplace_back();
    m_historyWanted.push_back(0);
    m_board.update([&](SessionStatus& s) {
        auto& view = s.sources.emplace_back();
        view.uri = description.uri;
        view.device = name;
        view.parent = parent;
        view.sensor = sensor;
    });
    return number;
}

void LiveSession::keepHistory(std::uint32_t source)
{
    const std::size_t channels = m_descriptions[source].channels.size();
    if (m_configuration.historySamples == 0 || channels == 0)
        return;
    // A sensor among many is looked at for a while, a source of its own for the whole session.
    const bool one = source < m_sources.size();
    const std::size_t samples =
        one ? m_configuration.historySamples : std::min<std::size_t>(m_configuration.historySamples, 1U << 16);
    m_traces[source] = std::make_shared<TraceHistory>(channels, samples);
    m_historyWanted[source] = now();
    if (!one && std::ranges::find(m_histories, source) == m_histories.end())
        m_histories.push_back(source);
    m_live->setTraces(source, m_traces[source]);
}

/// Histories come and go with the interest of displays, so that thousands of sensors do not fill the memory.
void LiveSession::watchHistories(Timestamp t)
{
    for (const std::uint32_t source : m_live->takeWantedTraces()) {
        if (source >= m_traces.size())
            continue;
        m_historyWanted[source] = t;
        if (!m_traces[source])
            keepHistory(source);
    }
    std::erase_if(m_histories, [&](std::uint32_t source) {
        if (t - m_historyWanted[source] < historyUnwanted || m_histories.size() <= historiesAtOnce)
            return false;
        m_traces[source] = nullptr;
        m_live->setTraces(source, nullptr);
        return true;
    });
}

/// Health, jitter and latency of the sources that are one device; those behind a hand-off are measured there.
void LiveSession::watchSources()
{
    for (std::size_t i = 0; i < m_meters.size(); ++i) {
        if (m_meters[i] == nullptr)
            continue;
        sensing::SourceStatistics statistics = m_sources[i]->statistics();
        m_meters[i]->secondPassed(m_states[i], statistics, monotonicNow());
        m_board.update([&](SessionStatus& s) { s.sources[i].statistics = statistics; });
    }
    m_board.update([&](SessionStatus& s) {
        for (std::size_t i = 0; i < m_drifts.size(); ++i)
            s.sources[i].clockDrift = m_drifts[i].estimate();
    });
}

/// Of thousands of sensors those that are away are one problem, not thousands.
void LiveSession::watchSensors()
{
    for (std::size_t i = 0; i < m_sensors.size(); ++i) {
        if (m_sensors[i] == nullptr || m_sensors[i]->isOne())
            continue;
        const std::string id = "source." + std::to_string(i) + ".sensors";
        if (const int away = m_sensors[i]->awayCount(); away > 0)
            m_board.setProblem(id, Severity::Warning,
                               makeError(ErrorKind::Device,
                                         std::to_string(away) + " of " + std::to_string(m_sensors[i]->count()) +
                                             " sensors send nothing: " + m_sensors[i]->awayNames(),
                                         m_descriptions[i].uri,
                                         "Check these sensors and the network; they are taken up again when they "
                                         "connect."));
        else
            m_board.clearProblem(id);
        m_board.update([&](SessionStatus& s) { s.sources[i].device = m_sources[i]->deviceName(); });
    }
}

/// For displays only.
void LiveSession::showState(const StateWork& work)
{
    m_states[work.source] = work.state;
    if (!sensing::isDelivering(work.state) && work.source < m_meters.size() && m_meters[work.source] != nullptr)
        m_meters[work.source]->interrupted();
    m_board.update([&](SessionStatus& s) {
        s.sources[work.source].state = work.state;
        if (!work.device.empty())
            s.sources[work.source].device = work.device;
    });
}

void LiveSession::handle(StateWork& work)
{
    m_states[work.source] = work.state;
    const std::string id = "source." + std::to_string(work.source);
    if (work.problem) {
        const bool failed = work.state == sensing::ConnectionState::Failed;
        m_board.setProblem(id, failed ? Severity::Error : Severity::Warning, *work.problem);
    } else if (work.state == sensing::ConnectionState::Streaming) {
        m_board.clearProblem(id);
    }
    showState(work);
    startWantedRecording();
    if (!m_configuration.observer)
        return;
    m_configuration.observer->state(work.source, work.state, work.problem);
    const auto ownSources = static_cast<std::ptrdiff_t>(m_sources.size());
    const bool over = std::all_of(m_states.begin(), m_states.begin() + ownSources, [](sensing::ConnectionState state) {
        return state == sensing::ConnectionState::Finished || state == sensing::ConnectionState::Failed;
    });
    if (over && !m_saidFinished) {
        m_saidFinished = true;
        m_configuration.observer->finished();
    }
}

void LiveSession::reportLosses(Timestamp t)
{
    if (const std::uint64_t lost = m_droppedPending.exchange(0, std::memory_order_relaxed)) {
        m_dropped += lost;
        emitEvent(0, {StreamEvent::Kind::Dropped, t, 0, lost, "the queue to the recogniser was full"});
        m_board.setProblem("session.dropped", Severity::Error,
                           makeError(ErrorKind::Device, "frames were lost because this computer could not keep up",
                                     m_descriptions.front().uri, "Close other programs or lower the sample rate."));
    }
}

void LiveSession::reportSkipped(Timestamp t)
{
    if (const std::uint64_t skipped = std::exchange(m_skippedRun, 0))
        emitEvent(0, {StreamEvent::Kind::NotRecognised, t, 0, skipped, "the recogniser could not keep up"});
}

void LiveSession::refreshStatus()
{
    m_recording.watch(now());
    watchHistories(now());
    if (const Timestamp t = now(); t - m_lastSensorWatch >= nanosecondsPerSecond) {
        m_lastSensorWatch = t;
        watchSources();
        watchSensors();
    }
    m_calibrated.refresh(now());
    const auto* network = m_recognition ? m_recognition->simulation() : nullptr;
    m_board.update([&](SessionStatus& s) {
        if (network) { // "auto" may have changed it
            s.backEnd = network->backEndName();
            s.backEndReason = m_recognition->backEndReason();
        }
        s.recognisedSource = m_recognition && m_recognised != noSource ? std::optional(m_recognised) : std::nullopt;
        s.frames = m_frames;
        s.decisions = m_decisions;
        s.spikes = m_spikeCount;
        s.droppedFrames = m_dropped;
        s.notRecognisedFrames = m_notRecognised;
    });
}

recording::RecordingMetadata LiveSession::metadata() const
{
    recording::RecordingMetadata metadata;
    metadata.wallAtZero = m_wallAtZero;
    metadata.softwareVersion = BNOF_VERSION;
    metadata.sources = m_descriptions;
    metadata.recognisedSource = m_recognised == noSource ? 0 : m_recognised;
    metadata.configuration = m_configuration.settings.isObject() ? m_configuration.settings : Json::object();
    if (Json calibrations = m_calibrated.recorded(); !calibrations.isNull())
        metadata.configuration.set("calibrations", std::move(calibrations));
    metadata.configuration.set("session.source", m_descriptions.front().uri);
    metadata.configuration.set("recognition.back_end", m_configuration.backEnd);
    metadata.configuration.set("recognition.precision", m_configuration.precision);
    metadata.configuration.set("recognition.precision_limit", m_configuration.precisionLimit);
    if (m_recognition && m_recognition->ready()) {
        const auto& info = m_recognition->info();
        metadata.modelName = info.modelName;
        metadata.modelDigest = info.modelDigest;
        metadata.recogniserKind = info.kind;
        metadata.backEnd = info.backEnd;
        metadata.tickMs = info.tickMs;
        metadata.layers = info.layers;
        metadata.gases = info.gases;
        metadata.background = info.background;
    }
    return metadata;
}

} // namespace

Result<std::unique_ptr<Session>> startLiveSession(SessionConfiguration configuration)
{
    std::unique_ptr<Recognition> recognition;
    if (!configuration.modelBytes.empty()) {
        BNOF_TRY_ASSIGN(recognition, Recognition::create(configuration.modelBytes, recogniserOptions(configuration)));
    }
    auto session = std::make_unique<LiveSession>(std::move(configuration), std::move(recognition));
    BNOF_TRY(session->open());
    return std::unique_ptr<Session>(std::move(session));
}

} // namespace bnof::session
