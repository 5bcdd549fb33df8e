// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/recordings/recording_loader.h"

#include <algorithm>
#include <type_traits>

namespace bnof::studio {
namespace {

constexpr std::size_t traceMemory = 384U << 20;
constexpr Timestamp mostBins = 24'000;
/// A recording that grows gets room for more; later the oldest makes room.
constexpr std::size_t framesToCome = 1U << 20;
constexpr Timestamp timeToCome = 1800 * nanosecondsPerSecond;

std::size_t framesThatFit(std::size_t channels)
{
    return static_cast<std::size_t>(static_cast<double>(traceMemory) / (static_cast<double>(channels) * 4.6 + 9));
}

/// Spikes of all layers between two frames, in order of time, into the history.
class SpikeFeeder {
public:
    SpikeFeeder(SpikeHistory& history, double tickMs)
        : m_history(history), m_tick(static_cast<Timestamp>(tickMs * nanosecondsPerMillisecond))
    {}
    void reset(Timestamp tickZero)
    {
        flush();
        m_tickZero = tickZero;
    }
    void add(const recording::SpikesItem& item)
    {
        if (item.layer >= m_history.layers().size())
            return;
        const std::uint32_t first = m_history.layers()[item.layer].firstNeuron;
        for (const Spike& spike : item.spikes)
            m_pending.push_back({m_tickZero + static_cast<Timestamp>(spike.tick) * m_tick, first + spike.neuron});
    }
    void flush()
    {
        std::stable_sort(m_pending.begin(), m_pending.end(), [](const auto& a, const auto& b) { return a.t < b.t; });
        for (const auto& spike : m_pending)
            m_history.add(spike.t, spike.neuron);
        m_pending.clear();
    }

private:
    SpikeHistory& m_history;
    Timestamp m_tick;
    Timestamp m_tickZero = 0;
    std::vector<SpikeHistory::Event> m_pending;
};

} // namespace

Result<std::shared_ptr<LoadedRecording>> openRecording(const std::string& path)
{
    BNOF_TRY_ASSIGN(const auto reader, recording::Reader::open(path));
    auto loaded = std::make_shared<LoadedRecording>();
    loaded->path = path;
    loaded->metadata = reader->metadata();
    loaded->summary = reader->summary();
    loaded->health = reader->health();
    loaded->fileSize = reader->fileSize();
    const std::size_t channels =
        loaded->metadata.sources.empty() ? 0 : loaded->metadata.sources.front().channels.size();
    const std::size_t frames = loaded->summary.frames * 16 / 15 + 16; // readers use 15/16 of the ring
    const std::size_t most = framesThatFit(channels);
    loaded->growing = reader->growing();
    loaded->onlyNewest = frames > most;
    loaded->traces =
        std::make_shared<TraceHistory>(channels, std::min(loaded->growing ? frames + framesToCome : frames, most));
    if ((loaded->summary.spikes > 0 || loaded->growing) && !loaded->metadata.layers.empty()) {
        const Timestamp length = std::max<Timestamp>(loaded->summary.lastTime - loaded->summary.firstTime, 1) +
                                 (loaded->growing ? timeToCome : 0);
        SpikeHistoryOptions options;
        options.binWidth = std::max(options.binWidth, length / mostBins);
        options.keep = length + 4 * options.binWidth;
        options.spikeCapacity = std::min<std::size_t>(
            std::size_t{1} << 22, loaded->growing ? SIZE_MAX : loaded->summary.spikes * 16 / 15 + 1024); // as above
        loaded->spikes = std::make_shared<SpikeHistory>(loaded->metadata.layers, options);
    }
    return loaded;
}

struct RecordingLoader::State {
    std::shared_ptr<LoadedRecording> loaded;
    std::unique_ptr<recording::Reader> reader;
    std::optional<SpikeFeeder> spikes;
    Timestamp before = 0;
};

RecordingLoader::RecordingLoader(std::shared_ptr<LoadedRecording> loaded) : m_state(std::make_unique<State>())
{
    m_state->before = std::max<Timestamp>(loaded->summary.firstTime - nanosecondsPerSecond, 0);
    if (loaded->spikes)
        m_state->spikes.emplace(*loaded->spikes, loaded->metadata.tickMs);
    m_state->loaded = std::move(loaded);
}

RecordingLoader::~RecordingLoader() = default;

Result<RecordingLoader::Additions> RecordingLoader::load(const std::function<bool(double)>& progress)
{
    LoadedRecording& loaded = *m_state->loaded;
    auto& spikes = m_state->spikes;
    Timestamp& before = m_state->before;
    if (m_state->reader) {
        BNOF_TRY(m_state->reader->refresh());
    } else {
        BNOF_TRY_ASSIGN(m_state->reader, recording::Reader::open(loaded.path));
    }
    recording::Reader& reader = *m_state->reader;
    Additions found;
    std::uint64_t count = 0;
    // Spikes come after the frame that caused them and begin up to a tick before the frame before it.
    const auto slack = static_cast<Timestamp>(2 * loaded.metadata.tickMs * nanosecondsPerMillisecond);
    recording::Item item;
    while (reader.next(item)) {
        std::visit(
            [&](const auto& value) {
                using Value = std::decay_t<decltype(value)>;
                if constexpr (std::is_same_v<Value, recording::FrameItem>) {
                    if (value.source != 0)
                        return;
                    if (spikes) {
                        spikes->flush();
                        loaded.spikes->advanceTo(before - slack);
                        before = value.t;
                    }
                    loaded.traces->append(value.t, value.values);
                } else if constexpr (std::is_same_v<Value, recording::SpikesItem>) {
                    if (spikes)
                        spikes->add(value);
                } else if constexpr (std::is_same_v<Value, recording::DecisionItem>) {
                    found.decisions.push_back(value.decision);
                } else if constexpr (std::is_same_v<Value, StreamEvent>) {
                    if (value.kind == StreamEvent::Kind::Gap)
                        loaded.traces->markGap();
                    if (value.kind == StreamEvent::Kind::RecogniserReset && spikes)
                        spikes->reset(value.t);
                    found.events.push_back(value);
                } else {
                    found.marks.push_back(value);
                }
            },
            item);
        if (++count % 2048 == 0 && !progress(reader.position()))
            return makeError(ErrorKind::Cancelled, "cancelled");
    }
    found.summary = reader.summary();
    found.health = reader.health();
    found.growing = reader.growing();
    if (spikes && !found.growing) {
        spikes->flush();
        loaded.spikes->advanceTo(found.summary.lastTime + 2 * loaded.spikes->binWidth());
    }
    return found;
}

} // namespace bnof::studio
