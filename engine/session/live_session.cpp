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
#include "engine/session/calibrated_sources.h"
#include "engine/session/channel_watch.h"
#include "engine/session/recognition.h"
#include "engine/session/recording_control.h"
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
using CommandWork = std::function<void()>;
struct EndWork {};
using Work = std::variant<FrameWork, ChannelsWork, EventWork, StateWork, CommandWork, EndWork>;

class LiveSession final : public Session, public sensing::SourceSink {
public:
    LiveSession(SessionConfiguration configuration, std::unique_ptr<Recognition> recognition)
        : m_configuration(std::move(configuration)), m_recognition(std::move(recognition)), m_start(monotonicNow()),
          m_wallAtZero(wallNow()), m_queue(m_configuration.frameQueue), m_executor(makeThreadPool(1)),
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
    void stop() override;
    [[nodiscard]] SessionStatus status() const override;
    [[nodiscard]] std::shared_ptr<const LiveView> live() const override { return m_live; }

    // I/O thread
    void sourceChannels(std::uint32_t source, const std::vector<ChannelInfo>& channels) override;
    void sourceFrame(std::uint32_t source, const SensorFrame& frame, std::int64_t arrival) override;
    void sourceEvent(std::uint32_t source, const StreamEvent& event) override;
    void sourceState(std::uint32_t source, sensing::ConnectionState state,
                     const std::optional<Error>& problem) override;

private:
    [[nodiscard]] Timestamp now() const { return monotonicNow() - m_start; }
    void compute();
    void handle(FrameWork& work);
    void handle(ChannelsWork& work);
    void handle(EventWork& work);
    void handle(StateWork& work);
    void recognise(const FrameWork& work, const SensorFrame& frame);
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
    std::vector<std::unique_ptr<sensing::Source>> m_sources;
    std::thread m_computeThread;
    std::atomic<bool> m_stopping{false};

    // compute thread only
    std::vector<recording::SourceDescription> m_descriptions;
    std::vector<sensing::ConnectionState> m_states;
    std::vector<std::shared_ptr<TraceHistory>> m_traces;
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

Result<void> LiveSession::open()
{
    for (std::size_t i = 0; i < m_configuration.sources.size(); ++i) {
        const auto& uri = m_configuration.sources[i];
        auto source =
            sensing::makeSource(uri, {.index = static_cast<std::uint32_t>(i), .sessionStart = m_start}, *this);
        if (!source.ok())
            return source.error();
        (*source)->moveToThread(&m_ioThread);
        m_sources.push_back(std::move(*source));
        m_descriptions.emplace_back().uri = uri.toString();
    }
    m_states.resize(m_sources.size());
    m_traces.resize(m_sources.size());
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

SessionStatus LiveSession::status() const
{
    SessionStatus status = m_board.copy();
    status.now = now();
    for (std::size_t i = 0; i < status.sources.size(); ++i)
        status.sources[i].statistics = m_sources[i]->statistics();
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

void LiveSession::handle(FrameWork& work)
{
    reportLosses(work.t);
    const SensorFrame frame{work.t, work.values, work.deviceSeconds};
    ++m_frames;
    if (auto& traces = m_traces[work.source])
        traces->append(frame.t, frame.values);
    if (m_configuration.observer)
        m_configuration.observer->frame(work.source, frame);
    m_calibrated.frame(work.source, frame);

    const bool wanted = work.source == 0 && m_recognition && m_recognition->ready() && !m_recogniserFailed;
    // When the recogniser falls behind, frames are recorded without it until the queue is short again.
    const std::size_t waiting = m_queue.size();
    const bool behind = m_skippedRun > 0 ? waiting > m_queue.capacity() / 8 : waiting > m_queue.capacity() / 2;
    if (wanted && behind) {
        ++m_skippedRun;
        ++m_notRecognised;
    } else if (work.source == 0) { // frames of other sources say nothing about the recogniser
        reportSkipped(frame.t);
    }
    for (const StreamEvent& event : m_watch.look(work.source, frame))
        emitEvent(work.source, event);
    m_recording.frame(work.source, frame, wanted && !behind);
    if (wanted && !behind)
        recognise(work, frame);
}

void LiveSession::recognise(const FrameWork& work, const SensorFrame& frame)
{
    if (auto result = m_recognition->process(frame, m_watch.mask(work.source)); !result.ok()) {
        m_recogniserFailed = true;
        m_board.setProblem("recogniser", Severity::Error, result.error());
        return;
    }
    if (m_recognition->takeRestart())
        emitEvent(work.source, {StreamEvent::Kind::RecogniserReset, m_recognition->output().tickZero, 0, 0, {}});
    const auto& output = m_recognition->output();
    const std::int64_t latency = monotonicNow() - work.arrival;
    m_recording.output(output, latency);
    for (const auto& layer : output.spikes)
        m_spikeCount += layer.size();
    if (m_spikes)
        m_recognition->show(*m_spikes, frame.t);
    for (const Decision& decision : output.decisions) {
        ++m_decisions;
        m_calibrated.decided(decision, m_recognition->info().gases, m_recognition->info().background);
        m_watch.decided(work.source, decision.gas >= 0 && decision.gas == m_recognition->info().background);
        m_latency.record(static_cast<std::uint64_t>(std::max<std::int64_t>(latency, 1)));
        m_live->addDecision(decision, latency);
        if (m_configuration.observer)
            m_configuration.observer->decision(decision, latency);
    }
    if (const auto change = output.decisions.empty() ? std::nullopt : m_recognition->takeBackEndChange())
        emitEvent(work.source, {StreamEvent::Kind::BackEndChanged, output.decisions.back().t, 0, 0, *change});
    if (m_nextRecognition && !output.decisions.empty())
        adoptNextModel();
}

/// Between two frames: the next one is the first that the other model sees.
void LiveSession::adoptNextModel()
{
    const auto next = std::exchange(m_nextRecognition, nullptr);
    m_board.update([](SessionStatus& s) { s.modelChanging = false; });
    if (const auto& channels = m_descriptions.front().channels; !channels.empty()) {
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
    m_calibrated.setChannels(work.source, m_configuration.sources[work.source], work.device, work.channels,
                             work.simulated);
    m_watch.setChannels(work.source, work.channels, work.device.empty() ? description.uri : work.device);
    if (m_configuration.observer)
        m_configuration.observer->channels(work.source, work.channels);
    if (changed || description.channels.empty()) {
        description.channels = work.channels;
        if (m_configuration.historySamples > 0) {
            m_traces[work.source] =
                std::make_shared<TraceHistory>(work.channels.size(), m_configuration.historySamples);
            m_live->setTraces(work.source, m_traces[work.source]);
        }
        if (work.source == 0 && m_recognition) {
            if (auto result = m_recognition->setChannels(work.channels); !result.ok())
                m_board.setProblem("recogniser", Severity::Warning, result.error());
            else
                m_board.clearProblem("recogniser");
        }
    }
    m_board.update([&](SessionStatus& s) {
        auto& view = s.sources[work.source];
        view.channels = work.channels;
        view.device = work.device;
        view.simulated = work.simulated;
    });
    startWantedRecording();
}

void LiveSession::startWantedRecording()
{
    // The channel tables belong into the file's head, so a recording begins when every source has said what it
    // measures (or has failed).
    if (!m_wantedRecording)
        return;
    for (std::size_t i = 0; i < m_descriptions.size(); ++i) {
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
    m_recording.event(event);
    if (event.kind == StreamEvent::Kind::SampleWithheld)
        return; // counted and recorded; too many for people
    m_live->addEvent(event);
    if (m_configuration.observer)
        m_configuration.observer->event(event);
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
    m_board.update([&](SessionStatus& s) {
        s.sources[work.source].state = work.state;
        if (!work.device.empty())
            s.sources[work.source].device = work.device;
    });
    startWantedRecording();
    if (!m_configuration.observer)
        return;
    m_configuration.observer->state(work.source, work.state, work.problem);
    const bool over = std::all_of(m_states.begin(), m_states.end(), [](sensing::ConnectionState state) {
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
    m_calibrated.refresh(now());
    const auto* network = m_recognition ? m_recognition->simulation() : nullptr;
    m_board.update([&](SessionStatus& s) {
        if (network) { // "auto" may have changed it
            s.backEnd = network->backEndName();
            s.backEndReason = m_recognition->backEndReason();
        }
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
