// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/replay_session.h"

#include <charconv>
#include <thread>
#include <utility>

#include "engine/compute/cpu.h"
#include "engine/recording/reader.h"
#include "engine/sensing/faults/fault_event.h"
#include "engine/sensing/replay_source.h"
#include "engine/session/calibrated_sources.h"
#include "engine/session/recognition.h"
#include "engine/session/status_board.h"

namespace bnof::session {
namespace {

class ReplaySession final : public Session {
public:
    ReplaySession(SessionConfiguration configuration, std::unique_ptr<recording::Reader> reader,
                  std::unique_ptr<Recognition> recognition, bool ownModel, double speed)
        : m_configuration(std::move(configuration)), m_recognition(std::move(recognition)), m_ownModel(ownModel),
          m_player(std::move(reader), speed), m_live(std::make_shared<LiveView>()),
          m_recorded(m_player.reader().metadata().layers.size()),
          m_replayed(m_recognition ? m_recognition->info().layers.size() : 0),
          m_mask(maskOf(m_player.reader().metadata()))
    {}
    ~ReplaySession() override
    {
        m_player.stop();
        if (m_thread.joinable())
            m_thread.join();
    }
    void open(double speed);

    void startRecording(RecordingRequest request) override
    {
        m_board.setProblem("recording", Severity::Warning,
                           makeError(ErrorKind::Usage, "a replay is not recorded again", request.path,
                                     "The recording that is being replayed already holds this data."));
    }
    void mark(std::string) override {}
    void stopRecording() override {}
    void describeRecording(std::string, std::string, std::string) override {}
    void setReplaySpeed(double speed) override
    {
        m_player.setSpeed(speed);
        m_board.update([&](SessionStatus& s) { s.replay->speed = speed; });
    }
    void setReplayPaused(bool paused) override
    {
        m_player.setPaused(paused);
        m_board.update([&](SessionStatus& s) { s.replay->paused = paused; });
    }
    void setReplayPosition(Timestamp t) override { m_player.runTo(t); }
    void changeSafetyLimits(std::vector<sensing::GasLimits>) override {}
    void changeModel(std::vector<std::uint8_t>) override
    {
        m_board.setProblem("recogniser.change", Severity::Warning,
                           makeError(ErrorKind::Usage, "a replay shows the network that was recorded",
                                     m_configuration.sources.front().path,
                                     "Change networks while a sensor is connected, or save the model and replay with "
                                     "it: bnof replay --model FILE."));
    }
    void useCalibration(std::uint32_t source, sensing::Calibration) override
    {
        m_board.setProblem("calibration." + std::to_string(source), Severity::Warning,
                           makeError(ErrorKind::Usage, "a replay shows the calibration that was recorded",
                                     m_configuration.sources.front().path,
                                     "Apply another one with: bnof calibrate apply NAME FILE."));
    }
    void presented(std::function<void(Presented)> done) override { done({}); }
    void stop() override { m_player.stop(); }
    [[nodiscard]] SessionStatus status() const override
    {
        SessionStatus status = m_board.copy();
        status.now = m_player.position();
        status.replay->position = status.now;
        if (!status.finished)
            status.replay->goingTo = m_player.goingTo();
        return status;
    }
    [[nodiscard]] std::shared_ptr<const LiveView> live() const override { return m_live; }

private:
    [[nodiscard]] static sensing::RecordedMask maskOf(const recording::RecordingMetadata& metadata)
    {
        const std::uint32_t source = metadata.recognisedSource;
        return sensing::RecordedMask(source,
                                     source < metadata.sources.size() ? metadata.sources[source].channels.size() : 0);
    }
    void play();
    void handle(const recording::FrameItem& item);
    void handle(const recording::SpikesItem& item) { m_recorded.spikes(item.layer, item.spikes); }
    void handle(const recording::DecisionItem& item) { m_recorded.decision(item.decision); }
    void handle(const StreamEvent& event);
    void handle(const Mark& mark)
    {
        m_live->addMark(mark);
        if (m_configuration.observer)
            m_configuration.observer->mark(mark);
    }
    void refreshStatus();
    [[nodiscard]] ReplayProof proof(bool reachedEnd) const;

    const SessionConfiguration m_configuration;
    std::unique_ptr<Recognition> m_recognition;
    const bool m_ownModel; ///< the recording's own model and state
    sensing::ReplayPlayer m_player;
    StatusBoard m_board;
    std::shared_ptr<LiveView> m_live;
    std::vector<std::shared_ptr<TraceHistory>> m_traces;
    std::shared_ptr<SpikeHistory> m_spikes;
    recording::StreamHasher m_recorded;
    recording::StreamHasher m_replayed;
    sensing::RecordedMask m_mask; ///< of the recognised source
    CalibratedSources m_calibrated{m_board, m_configuration};
    std::uint64_t m_frames = 0;
    bool m_recogniserFailed = false;
    std::int64_t m_lastRefresh = 0;
    std::thread m_thread;
};

void ReplaySession::open(double speed)
{
    const auto& metadata = m_player.reader().metadata();
    const auto& summary = m_player.reader().summary();
    const bool history = m_configuration.historySamples > 0;
    for (std::size_t i = 0; i < metadata.sources.size(); ++i) {
        m_traces.push_back(history ? std::make_shared<TraceHistory>(metadata.sources[i].channels.size(),
                                                                    m_configuration.historySamples)
                                   : nullptr);
        if (history)
            m_live->setTraces(static_cast<std::uint32_t>(i), m_traces.back());
    }
    m_board.update([&](SessionStatus& s) {
        s.wallAtZero = metadata.wallAtZero;
        for (const auto& source : metadata.sources) {
            auto& view = s.sources.emplace_back();
            view.uri = source.uri;
            view.device = source.device;
            view.simulated = source.simulated;
            view.state = sensing::ConnectionState::Streaming;
            view.channels = source.channels;
        }
        auto& replay = s.replay.emplace();
        replay.path = m_configuration.sources.front().path;
        replay.position = replay.start = summary.firstTime;
        replay.end = summary.lastTime;
        replay.speed = speed;
    });
    for (std::size_t i = 0; i < metadata.sources.size(); ++i)
        m_calibrated.adopt(static_cast<std::uint32_t>(i), metadata.configuration["calibrations"],
                           metadata.sources[i].channels);
    if (m_recognition && metadata.recognisedSource < metadata.sources.size()) {
        if (auto result = m_recognition->setChannels(metadata.sources[metadata.recognisedSource].channels);
            !result.ok())
            m_board.setProblem("recogniser", Severity::Warning, result.error());
        const auto& info = m_recognition->info();
        m_board.setRecogniser(info);
        m_live->setModel(m_recognition->describe());
        if (history && !info.layers.empty()) {
            m_spikes = std::make_shared<SpikeHistory>(info.layers);
            m_live->setSpikes(m_spikes);
        }
    }
    if (!m_player.reader().health().complete)
        m_board.setProblem("recording", Severity::Warning,
                           makeError(ErrorKind::BadInput, "this recording was not closed properly",
                                     m_configuration.sources.front().path,
                                     "What is in it is shown; \"bnof repair\" completes the file."));
    m_thread = std::thread([this] { play(); });
}

void ReplaySession::play()
{
    compute::ensureExactFloatingPoint();
    if (m_configuration.observer) {
        const auto& sources = m_player.reader().metadata().sources;
        for (std::size_t i = 0; i < sources.size(); ++i)
            m_configuration.observer->channels(static_cast<std::uint32_t>(i), sources[i].channels);
    }
    const bool reachedEnd = m_player.run([this](const recording::Item& item) {
        std::visit([this](const auto& any) { handle(any); }, item);
        if (const auto* network = m_recognition ? m_recognition->simulation() : nullptr)
            m_live->answer([&](const InspectionRequest& request) { return inspect(*network, request); });
        if (const std::int64_t t = monotonicNow(); t - m_lastRefresh > 100 * nanosecondsPerMillisecond) {
            m_lastRefresh = t;
            refreshStatus();
        }
    });
    refreshStatus();
    const ReplayProof result = proof(reachedEnd);
    m_board.update([&](SessionStatus& s) {
        s.replay->proof = result;
        s.finished = true;
        for (auto& source : s.sources)
            source.state = sensing::ConnectionState::Finished;
    });
    if (m_configuration.observer)
        m_configuration.observer->finished();
}

void ReplaySession::handle(const recording::FrameItem& item)
{
    const SensorFrame frame{item.t, item.values, item.deviceSeconds};
    ++m_frames;
    if (item.source < m_traces.size() && m_traces[item.source])
        m_traces[item.source]->append(frame.t, frame.values);
    if (m_configuration.observer)
        m_configuration.observer->frame(item.source, frame);
    m_calibrated.frame(item.source, frame);
    const bool wanted = m_ownModel ? item.recognised : true;
    if (item.source != m_player.reader().metadata().recognisedSource)
        return;
    const auto& mask = m_mask.next(); // what was withheld belongs to this frame, recognised or not
    if (!wanted || !m_recognition || !m_recognition->ready() || m_recogniserFailed)
        return;
    const std::int64_t begin = monotonicNow();
    if (auto result = m_recognition->process(frame, mask); !result.ok()) {
        m_recogniserFailed = true;
        m_board.setProblem("recogniser", Severity::Error, result.error());
        return;
    }
    const std::int64_t latency = monotonicNow() - begin;
    const auto& output = m_recognition->output();
    for (std::size_t layer = 0; layer < output.spikes.size(); ++layer)
        m_replayed.spikes(layer, output.spikes[layer]);
    if (m_spikes)
        m_recognition->show(*m_spikes, frame.t);
    for (const Decision& decision : output.decisions) {
        m_replayed.decision(decision);
        m_calibrated.decided(decision, m_recognition->info().gases, m_recognition->info().background);
        m_live->addDecision(decision, latency);
        if (m_configuration.observer)
            m_configuration.observer->decision(decision, latency);
    }
}

void ReplaySession::handle(const StreamEvent& event)
{
    m_mask.event(event);
    if (event.kind == StreamEvent::Kind::SampleWithheld)
        return;
    if (event.kind == StreamEvent::Kind::Gap) {
        for (auto& traces : m_traces) {
            if (traces)
                traces->markGap();
        }
    }
    m_calibrated.replayChange(event);
    m_live->addEvent(event);
    if (m_configuration.observer)
        m_configuration.observer->event(event);
}

void ReplaySession::refreshStatus()
{
    m_calibrated.refresh(m_player.position());
    const auto* network = m_recognition ? m_recognition->simulation() : nullptr;
    m_board.update([&](SessionStatus& s) {
        if (network) { // "auto" may have changed it
            s.backEnd = network->backEndName();
            s.backEndReason = m_recognition->backEndReason();
        }
        s.frames = m_frames;
        s.decisions = m_replayed.decisionCount();
        s.spikes = m_replayed.spikeCount();
    });
}

ReplayProof ReplaySession::proof(bool reachedEnd) const
{
    ReplayProof proof;
    proof.finished = reachedEnd;
    proof.frames = m_frames;
    proof.spikes = m_replayed.spikeCount();
    proof.decisions = m_replayed.decisionCount();
    proof.replayedSpikes = m_replayed.spikesHash();
    proof.replayedDecisions = m_replayed.decisionsHash();
    proof.recordedSpikes = m_recorded.spikesHash();
    proof.recordedDecisions = m_recorded.decisionsHash();
    const auto& reader = m_player.reader();
    if (!reachedEnd)
        proof.remark = "The replay was stopped before the end.";
    else if (reader.metadata().gases.empty())
        proof.remark = "The recording holds no decisions: it was made without a recogniser.";
    else if (!m_recognition || !m_recognition->ready())
        proof.remark = "There is no recogniser for this recording.";
    else if (!m_ownModel)
        proof.remark = "Another model was used than the one in the recording.";
    proof.comparable = proof.remark.empty();
    proof.match = proof.comparable && proof.recordedSpikes == proof.replayedSpikes &&
                  proof.recordedDecisions == proof.replayedDecisions;
    if (proof.comparable && !proof.match) {
        if (reader.health().lostBytes > 0 || reader.health().damagedChunks > 0 || !reader.health().complete)
            proof.remark = "The recording was cut off or damaged, so a part of its stream is missing.";
        else if (reader.summary().droppedFrames > 0)
            proof.remark = "Data was lost while recording, so the streams cannot agree.";
        else
            proof.remark = "The recomputed spikes or decisions differ from the recorded ones.";
    }
    return proof;
}

/// On the back end that was asked for when recording, unless another one is asked for now or this machine lacks
/// it. Every back end gives the same spikes; a replay that differs should still be run on the one in question.
Result<std::unique_ptr<Recognition>> recognitionFor(const std::vector<std::uint8_t>& model,
                                                    const SessionConfiguration& configuration,
                                                    const recording::RecordingMetadata& metadata, bool ownModel)
{
    const Json& recorded = metadata.configuration;
    olfaction::RecogniserOptions options = recogniserOptions(configuration);
    if (ownModel) { // unlike the back end, the precision belongs to the result: only the recorded one gives it again
        const std::string& precision = recorded["recognition.precision"].toString();
        options.precision = precision.empty() ? "model" : precision;
        options.precisionLimit = recorded["recognition.precision_limit"].toDouble(configuration.precisionLimit) / 100;
    }
    if (const std::string& backEnd = recorded["recognition.back_end"].toString();
        configuration.backEnd == "auto" && !backEnd.empty()) {
        olfaction::RecogniserOptions same = options;
        same.backEnd = backEnd;
        if (auto recognition = Recognition::create(model, same); recognition.ok())
            return recognition;
    }
    return Recognition::create(model, options);
}

Result<double> speedOf(const sensing::SourceUri& uri)
{
    const std::string text = uri.parameter("speed", "1");
    if (text == "max")
        return 0.0;
    double speed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), speed);
    if (error != std::errc() || end != text.data() + text.size() || !(speed > 0 && speed <= 1e6))
        return makeError(ErrorKind::Usage, "\"" + text + "\" is not a replay speed", uri.toString(),
                         "Give a factor such as speed=10, or speed=max.");
    return speed;
}

/// Where the replay is to be shown from, in seconds from the beginning of the recording.
Result<double> placeOf(const sensing::SourceUri& uri)
{
    const std::string text = uri.parameter("at", "0");
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size() || !(seconds >= 0 && seconds <= 1e9))
        return makeError(ErrorKind::Usage, "\"" + text + "\" is not a time in a recording", uri.toString(),
                         "Give seconds from its beginning, such as at=90.");
    return seconds;
}

} // namespace

Result<std::unique_ptr<Session>> startReplaySession(SessionConfiguration configuration)
{
    const sensing::SourceUri& uri = configuration.sources.front();
    BNOF_TRY_ASSIGN(const double speed, speedOf(uri));
    BNOF_TRY_ASSIGN(const double at, placeOf(uri));
    BNOF_TRY_ASSIGN(std::unique_ptr<recording::Reader> reader, recording::Reader::open(uri.path));
    std::vector<std::uint8_t> model = reader->modelBytes();
    const bool ownModel = configuration.modelBytes.empty() || configuration.modelBytes == model;
    if (!ownModel)
        model = configuration.modelBytes;
    std::unique_ptr<Recognition> recognition;
    if (!model.empty()) {
        BNOF_TRY_ASSIGN(recognition, recognitionFor(model, configuration, reader->metadata(), ownModel));
        if (const auto state = reader->recogniserState(); ownModel && !state.empty())
            BNOF_TRY(recognition->loadState(state));
    }
    const Timestamp firstTime = reader->summary().firstTime;
    auto session = std::make_unique<ReplaySession>(std::move(configuration), std::move(reader), std::move(recognition),
                                                   ownModel, speed);
    if (at > 0)
        session->setReplayPosition(firstTime + fromSeconds(at));
    session->open(speed);
    return std::unique_ptr<Session>(std::move(session));
}

} // namespace bnof::session
