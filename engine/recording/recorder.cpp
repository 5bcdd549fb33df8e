// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/recorder.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unistd.h>

#include "engine/base/instruments.h"
#include "engine/base/log.h"
#include "engine/recording/stream_layout.h"
#include "engine/storage/chunk_writer.h"

namespace bnof::recording {

using namespace storage;

namespace {

using Clock = std::chrono::steady_clock;

/// Enough waits to be worth writing before the time is up.
constexpr std::size_t wakeBytes = 1U << 20;
/// A group is closed when it holds this much, so that readers need little memory.
constexpr std::size_t groupBytes = 2U << 20;
/// Marks and events are few and must not be lost: they may exceed the queue by this much.
constexpr std::size_t reserveBytes = 1U << 20;
constexpr std::size_t partBytes = 4U << 20;

enum class Tag : std::uint8_t { Frame, Spikes, Decision, Event, Mark, Description };

void putRaw(Bytes& out, const void* bytes, std::size_t length)
{
    const std::size_t at = out.size();
    out.resize(at + length);
    if (length > 0)
        std::memcpy(out.data() + at, bytes, length);
}

/// What did not fit while the disk was too slow.
struct Drops {
    std::uint64_t frames = 0;
    std::uint64_t batches = 0;
    std::uint64_t decisions = 0;
    std::uint64_t others = 0;
    Timestamp t = 0;
    Timestamp t2 = 0;

    [[nodiscard]] bool any() const { return frames + batches + decisions + others > 0; }
    void seen(Timestamp now)
    {
        if (!any())
            t = now;
        t2 = now;
    }
    [[nodiscard]] StreamEvent event(const std::string& why) const
    {
        return {StreamEvent::Kind::Dropped, t, t2, frames,
                why + ": lost " + std::to_string(frames) + " frames, " + std::to_string(batches) +
                    " batches of spikes, " + std::to_string(decisions) + " decisions, " + std::to_string(others) +
                    " marks and events"};
    }
};

class FileRecorder final : public Recorder {
public:
    FileRecorder(RecordingMetadata metadata, std::unique_ptr<ChunkWriter> writer, const RecorderOptions& options)
        : m_metadata(std::move(metadata)), m_path(writer->path()), m_options(options), m_writer(std::move(writer)),
          m_freeBytes(m_writer->freeBytes()), m_now(m_metadata.start)
    {}
    ~FileRecorder() override
    {
        // A failure has been logged, and told by status(), when it happened.
        static_cast<void>(finish());
    }

    Result<void> begin(std::span<const std::uint8_t> model, std::span<const std::uint8_t> state);
    /// begin() failed: nothing to finish.
    void abandon() { m_finished = true; }

    bool frame(std::uint32_t source, const SensorFrame& frame, bool recognised) override;
    bool spikes(std::uint32_t layer, std::span<const Spike> spikes) override;
    bool decision(const Decision& decision, std::int64_t latencyNanoseconds) override;
    bool event(const StreamEvent& event) override;
    bool mark(const Mark& mark) override;
    bool describe(DescriptionEdit edit) override;
    Result<void> finish() override;
    [[nodiscard]] Status status() const override;
    [[nodiscard]] const RecordingMetadata& metadata() const override { return m_metadata; }
    [[nodiscard]] const std::string& path() const override { return m_path; }

private:
    Result<void> writeBlob(StreamType type, std::span<const std::uint8_t> bytes);
    /// Room for `bytes` more? Otherwise the item counts as dropped through `counter`.
    bool admit(std::unique_lock<std::mutex>& lock, std::size_t bytes, bool precious, std::uint64_t Drops::*counter,
               Timestamp t);
    void appendEventLocked(const StreamEvent& event);
    void flushDropsLocked();
    void handedOver(std::unique_lock<std::mutex>& lock, bool wasEmpty);

    void write();
    void keepOnDisk();
    void process(ByteView items);
    void processItem(ByteCursor& in);
    void writeEdit(DescriptionEdit edit);
    void writeGroup();
    void fail(const Error& error);
    [[nodiscard]] bool failed() const { return m_failed.load(std::memory_order_acquire); }
    [[nodiscard]] Bytes footerText() const;

    RecordingMetadata m_metadata;
    std::string m_path;
    RecorderOptions m_options;
    std::unique_ptr<ChunkWriter> m_writer;

    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    Bytes m_inbox;              // guarded by m_mutex, as all up to the blank line
    std::size_t m_inFlight = 0; // bytes that the writer has taken and not finished
    Clock::time_point m_oldest; // arrival of the first item in the inbox
    bool m_dropping = false;
    Drops m_drops;
    bool m_stop = false;
    bool m_syncStop = false;
    bool m_finished = false;
    std::optional<Error> m_failure;
    std::optional<Error> m_syncError;
    std::condition_variable m_syncWake;

    std::atomic<bool> m_failed{false};
    std::atomic<std::uint64_t> m_frames{0};
    std::atomic<std::uint64_t> m_dropped{0};
    std::atomic<std::uint64_t> m_bytes{0};
    std::atomic<std::int64_t> m_freeBytes;
    Timestamp m_now; // of the newest frame offered; only the thread that adds data uses it

    GroupBuilder m_group; // writer thread only, as all below
    Summary m_summary;
    std::vector<DescriptionEdit> m_edits;
    Bytes m_scratch;
    std::vector<float> m_values;
    std::vector<Spike> m_spikes;
    std::thread m_writerThread;
    std::thread m_syncThread;
};

Result<void> FileRecorder::writeBlob(StreamType type, std::span<const std::uint8_t> bytes)
{
    if (bytes.empty())
        return {};
    const std::size_t parts = (bytes.size() + partBytes - 1) / partBytes;
    for (std::size_t part = 0; part < parts; ++part) {
        const auto piece = bytes.subspan(part * partBytes, std::min(partBytes, bytes.size() - part * partBytes));
        Chunk chunk;
        chunk.streamType = static_cast<std::uint16_t>(type);
        chunk.aux = bytes.size();
        chunk.idMin = static_cast<std::uint32_t>(part);
        chunk.idMax = static_cast<std::uint32_t>(parts - 1);
        chunk.payload.assign(piece.begin(), piece.end());
        BNOF_TRY(m_writer->append(std::span(&chunk, 1)));
    }
    return {};
}

Result<void> FileRecorder::begin(std::span<const std::uint8_t> model, std::span<const std::uint8_t> state)
{
    const std::string text = toJson(m_metadata).dump();
    BNOF_TRY(writeBlob(StreamType::Metadata, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
    BNOF_TRY(writeBlob(StreamType::Model, model));
    BNOF_TRY(writeBlob(StreamType::RecogniserState, state));
    BNOF_TRY(m_writer->sync());
    m_bytes = m_writer->size();
    m_writerThread = std::thread([this] { write(); });
    m_syncThread = std::thread([this] { keepOnDisk(); });
    return {};
}

bool FileRecorder::admit(std::unique_lock<std::mutex>& lock, std::size_t bytes, bool precious,
                         std::uint64_t Drops::*counter, Timestamp t)
{
    if (failed() || m_stop) {
        lock.unlock();
        m_dropped.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    const std::size_t waiting = m_inbox.size() + m_inFlight;
    // Once full, wait until half is written: one long hole is better for a replay than a sieve.
    if (m_dropping && waiting <= m_options.queueBytes / 2)
        m_dropping = false;
    if (!m_dropping && waiting + bytes > m_options.queueBytes)
        m_dropping = !precious || waiting + bytes > m_options.queueBytes + reserveBytes;
    const bool fits = precious && waiting + bytes <= m_options.queueBytes + reserveBytes;
    if (m_dropping && !fits) {
        m_drops.seen(t);
        ++(m_drops.*counter);
        m_dropped.fetch_add(1, std::memory_order_relaxed);
        Instruments::counter("recording.dropped").add();
        lock.unlock();
        m_wake.notify_one();
        return false;
    }
    flushDropsLocked();
    return true;
}

void FileRecorder::appendEventLocked(const StreamEvent& event)
{
    put(m_inbox, static_cast<std::uint8_t>(Tag::Event));
    put(m_inbox, static_cast<std::uint8_t>(event.kind));
    put(m_inbox, event.t);
    put(m_inbox, event.t2);
    put(m_inbox, event.count);
    putText(m_inbox, event.text);
}

void FileRecorder::flushDropsLocked()
{
    if (!m_drops.any())
        return;
    if (m_inbox.empty())
        m_oldest = Clock::now();
    appendEventLocked(m_drops.event("The disk was too slow"));
    m_drops = {};
}

void FileRecorder::handedOver(std::unique_lock<std::mutex>& lock, bool wasEmpty)
{
    const bool enough = m_inbox.size() >= wakeBytes;
    if (wasEmpty)
        m_oldest = Clock::now();
    lock.unlock();
    // Else the writer sleeps until the oldest item is due: no switch of threads for every frame.
    if (wasEmpty || enough)
        m_wake.notify_one();
}

bool FileRecorder::frame(std::uint32_t source, const SensorFrame& frame, bool recognised)
{
    std::unique_lock lock(m_mutex);
    m_now = frame.t;
    if (source > UINT16_MAX || frame.values.size() > maxFrameValues ||
        !admit(lock, frame.values.size_bytes() + 32, false, &Drops::frames, frame.t))
        return false;
    const bool wasEmpty = m_inbox.empty();
    put(m_inbox, static_cast<std::uint8_t>(Tag::Frame));
    put(m_inbox, source);
    put(m_inbox, frame.t);
    putDouble(m_inbox, frame.deviceSeconds);
    put(m_inbox, static_cast<std::uint8_t>(recognised ? 1 : 0));
    put(m_inbox, static_cast<std::uint32_t>(frame.values.size()));
    putRaw(m_inbox, frame.values.data(), frame.values.size_bytes());
    m_frames.fetch_add(1, std::memory_order_relaxed);
    handedOver(lock, wasEmpty);
    return true;
}

bool FileRecorder::spikes(std::uint32_t layer, std::span<const Spike> spikes)
{
    do {
        const auto part = spikes.first(std::min(spikes.size(), maxSpikesPerItem));
        spikes = spikes.subspan(part.size());
        std::unique_lock lock(m_mutex);
        if (layer > UINT16_MAX || !admit(lock, part.size_bytes() + 16, false, &Drops::batches, m_now))
            return false;
        const bool wasEmpty = m_inbox.empty();
        put(m_inbox, static_cast<std::uint8_t>(Tag::Spikes));
        put(m_inbox, layer);
        put(m_inbox, static_cast<std::uint32_t>(part.size()));
        putRaw(m_inbox, part.data(), part.size_bytes());
        handedOver(lock, wasEmpty);
    } while (!spikes.empty());
    return true;
}

bool FileRecorder::decision(const Decision& decision, std::int64_t latencyNanoseconds)
{
    std::unique_lock lock(m_mutex);
    if (!admit(lock, decision.probabilities.size() * 4 + 64, false, &Drops::decisions, decision.t))
        return false;
    const bool wasEmpty = m_inbox.empty();
    put(m_inbox, static_cast<std::uint8_t>(Tag::Decision));
    put(m_inbox, latencyNanoseconds);
    put(m_inbox, decision.t);
    put(m_inbox, static_cast<std::int32_t>(decision.gas));
    put(m_inbox, static_cast<std::uint32_t>(decision.probabilities.size()));
    putRaw(m_inbox, decision.probabilities.data(), decision.probabilities.size() * sizeof(float));
    putFloat(m_inbox, decision.novelty);
    put(m_inbox, static_cast<std::uint8_t>(decision.ppm ? 1 : 0));
    putFloat(m_inbox, decision.ppm.value_or(0));
    putFloat(m_inbox, decision.ppmLow);
    putFloat(m_inbox, decision.ppmHigh);
    put(m_inbox, decision.onset);
    handedOver(lock, wasEmpty);
    return true;
}

bool FileRecorder::event(const StreamEvent& event)
{
    std::unique_lock lock(m_mutex);
    if (!admit(lock, event.text.size() + 64, true, &Drops::others, event.t))
        return false;
    const bool wasEmpty = m_inbox.empty();
    appendEventLocked(event);
    handedOver(lock, wasEmpty);
    return true;
}

bool FileRecorder::mark(const Mark& mark)
{
    std::unique_lock lock(m_mutex);
    if (!admit(lock, mark.label.size() + 32, true, &Drops::others, mark.t))
        return false;
    const bool wasEmpty = m_inbox.empty();
    put(m_inbox, static_cast<std::uint8_t>(Tag::Mark));
    put(m_inbox, mark.t);
    putText(m_inbox, mark.label);
    handedOver(lock, wasEmpty);
    return true;
}

bool FileRecorder::describe(DescriptionEdit edit)
{
    const std::size_t length = edit.title.size() + edit.operatorName.size() + edit.notes.size();
    std::unique_lock lock(m_mutex);
    if (length > maxDescriptionBytes || !admit(lock, length + 64, true, &Drops::others, m_now))
        return false;
    const bool wasEmpty = m_inbox.empty();
    put(m_inbox, static_cast<std::uint8_t>(Tag::Description));
    put(m_inbox, edit.utc != 0 ? edit.utc : wallNow());
    putText(m_inbox, edit.title);
    putText(m_inbox, edit.operatorName);
    putText(m_inbox, edit.notes);
    handedOver(lock, wasEmpty);
    return true;
}

void FileRecorder::write()
{
    Bytes work;
    while (true) {
        std::unique_lock lock(m_mutex);
        m_wake.wait(lock, [this] { return !m_inbox.empty() || m_drops.any() || m_stop || m_syncError; });
        // Wake at three quarters of the time promised: packing, writing and a busy machine need the rest.
        const auto due = m_oldest + std::chrono::nanoseconds(m_options.flushNanoseconds / 4 * 3);
        m_wake.wait_until(lock, due, [this] { return m_stop || m_syncError || m_inbox.size() >= wakeBytes; });
        flushDropsLocked();
        work.clear();
        work.swap(m_inbox);
        m_inFlight = work.size();
        const bool last = m_stop;
        const std::optional<Error> syncError = std::exchange(m_syncError, std::nullopt);
        lock.unlock();

        if (!failed() && !work.empty())
            process(work);
        if (!failed() && syncError)
            fail(*syncError);

        lock.lock();
        m_inFlight = 0;
        if (last && m_inbox.empty() && !m_drops.any())
            return;
    }
}

void FileRecorder::process(ByteView items)
{
    ByteCursor in(items);
    while (in.remaining() > 0 && !failed()) {
        processItem(in);
        if (m_group.bytes() >= groupBytes)
            writeGroup();
    }
    // Stopped by a failure: what is left was accepted and is lost.
    if (!failed())
        writeGroup();
}

void FileRecorder::processItem(ByteCursor& in)
{
    switch (static_cast<Tag>(in.get<std::uint8_t>())) {
    case Tag::Frame: {
        const auto source = in.get<std::uint32_t>();
        const auto t = in.get<std::int64_t>();
        const double device = in.getDouble();
        const bool recognised = in.get<std::uint8_t>() != 0;
        const ByteView values = in.take(std::uint64_t{4} * in.get<std::uint32_t>());
        m_values.resize(values.size() / 4);
        if (!values.empty())
            std::memcpy(m_values.data(), values.data(), values.size());
        if (m_group.widthDiffers(source, m_values.size()))
            writeGroup();
        m_group.addFrame(source, t, device, recognised, m_values);
        break;
    }
    case Tag::Spikes: {
        const auto layer = in.get<std::uint32_t>();
        const ByteView bytes = in.take(std::uint64_t{sizeof(Spike)} * in.get<std::uint32_t>());
        m_spikes.resize(bytes.size() / sizeof(Spike));
        if (!bytes.empty())
            std::memcpy(m_spikes.data(), bytes.data(), bytes.size());
        m_group.addSpikes(layer, m_spikes);
        break;
    }
    case Tag::Decision: {
        const auto latency = in.get<std::int64_t>();
        Decision decision;
        decision.t = in.get<std::int64_t>();
        decision.gas = in.get<std::int32_t>();
        const ByteView probabilities = in.take(std::uint64_t{4} * in.get<std::uint32_t>());
        decision.probabilities.resize(probabilities.size() / 4);
        if (!probabilities.empty())
            std::memcpy(decision.probabilities.data(), probabilities.data(), probabilities.size());
        decision.novelty = in.getFloat();
        const bool hasPpm = in.get<std::uint8_t>() != 0;
        const float ppm = in.getFloat();
        if (hasPpm)
            decision.ppm = ppm;
        decision.ppmLow = in.getFloat();
        decision.ppmHigh = in.getFloat();
        decision.onset = in.get<std::int64_t>();
        m_group.addDecision(decision, latency);
        break;
    }
    case Tag::Event: {
        StreamEvent event;
        event.kind = static_cast<StreamEvent::Kind>(in.get<std::uint8_t>());
        event.t = in.get<std::int64_t>();
        event.t2 = in.get<std::int64_t>();
        event.count = in.get<std::uint64_t>();
        event.text = in.getText();
        m_group.addEvent(event);
        break;
    }
    case Tag::Mark: {
        Mark mark;
        mark.t = in.get<std::int64_t>();
        mark.label = in.getText();
        m_group.addMark(mark);
        break;
    }
    case Tag::Description: {
        DescriptionEdit edit;
        edit.utc = in.get<std::int64_t>();
        edit.title = in.getText();
        edit.operatorName = in.getText();
        edit.notes = in.getText();
        writeEdit(std::move(edit));
        break;
    }
    }
}

void FileRecorder::writeEdit(DescriptionEdit edit)
{
    writeGroup(); // in the order in which things happened
    if (failed())
        return;
    const Chunk chunk = editChunk(edit);
    if (const auto written = m_writer->append(std::span(&chunk, 1)); !written.ok()) {
        fail(written.error());
        return;
    }
    m_edits.push_back(std::move(edit));
    m_bytes = m_writer->size();
}

void FileRecorder::writeGroup()
{
    if (m_group.empty() || failed())
        return;
    const Summary added = m_group.summary();
    const std::vector<Chunk> chunks = m_group.take();
    if (const auto written = m_writer->append(chunks); !written.ok()) {
        fail(written.error());
        return;
    }
    merge(m_summary, added);
    m_bytes = m_writer->size();
}

Bytes FileRecorder::footerText() const
{
    const std::string text = encode(FooterText{toJson(m_metadata), m_summary, Json::array(), m_edits});
    return Bytes(text.begin(), text.end());
}

void FileRecorder::fail(const Error& error)
{
    const Timestamp t = m_summary.frames > 0 ? m_summary.lastTime : m_metadata.start;
    Drops drops;
    {
        const std::lock_guard lock(m_mutex);
        m_failure = error;
        m_failed.store(true, std::memory_order_release);
        // Nothing is accepted from here on: what was and is not in the file is lost.
        const std::uint64_t lost = m_frames - m_summary.frames;
        m_dropped += lost;
        drops = std::exchange(m_drops, {});
        drops.frames += lost;
    }
    log::error("recording", error.message());
    // Say in the file itself why it ends, and close it, where the disk still has room for that.
    static_cast<void>(m_group.take());
    drops.t = drops.t2 = t;
    if (drops.any())
        m_group.addEvent(drops.event("The recording ended by itself"));
    m_group.addEvent({StreamEvent::Kind::Note, t, t, 0, "The recording ended by itself: " + error.what});
    const Summary added = m_group.summary();
    if (m_writer->append(m_group.take()).ok()) {
        merge(m_summary, added);
        if (const auto finished = m_writer->finish(footerText()); !finished.ok())
            log::warning("recording", "no room for the footer", {{"why", finished.error().what}});
    }
    m_bytes = m_writer->size();
    m_freeBytes = m_writer->freeBytes();
}

void FileRecorder::keepOnDisk()
{
    std::uint64_t synced = m_bytes;
    std::unique_lock lock(m_mutex);
    while (!m_syncStop) {
        m_syncWake.wait_for(lock, std::chrono::nanoseconds(m_options.syncNanoseconds), [this] { return m_syncStop; });
        if (m_syncStop || failed())
            continue;
        lock.unlock();
        const std::uint64_t size = m_writer->size();
        Result<void> result;
        if (size != synced)
            result = m_writer->sync();
        synced = size;
        m_freeBytes = m_writer->freeBytes();
        lock.lock();
        if (!result.ok()) {
            m_syncError = result.error();
            m_wake.notify_one();
            return;
        }
    }
}

Result<void> FileRecorder::finish()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
        m_syncStop = true;
        if (m_finished) {
            if (m_failure)
                return *m_failure;
            return {};
        }
        m_finished = true;
    }
    m_wake.notify_all();
    m_syncWake.notify_all();
    if (m_writerThread.joinable())
        m_writerThread.join();
    if (m_syncThread.joinable())
        m_syncThread.join();
    if (!failed()) {
        if (const auto finished = m_writer->finish(footerText()); !finished.ok()) {
            log::error("recording", finished.error().message());
            const std::lock_guard lock(m_mutex);
            m_failure = finished.error();
            m_failed = true;
        }
        m_bytes = m_writer->size();
    }
    m_freeBytes = m_writer->freeBytes();
    m_writer.reset(); // closes the file and gives up its lock
    const std::lock_guard lock(m_mutex);
    if (m_failure)
        return *m_failure;
    return {};
}

Recorder::Status FileRecorder::status() const
{
    Status status;
    status.frames = m_frames;
    status.bytes = m_bytes;
    status.dropped = m_dropped;
    status.freeBytes = m_freeBytes;
    const std::lock_guard lock(m_mutex);
    status.failure = m_failure;
    return status;
}

} // namespace

Result<std::unique_ptr<Recorder>> Recorder::create(const std::string& path, RecordingMetadata metadata,
                                                   std::span<const std::uint8_t> modelBytes,
                                                   std::span<const std::uint8_t> recogniserState,
                                                   const RecorderOptions& options)
{
    FileHeader header;
    if (metadata.uuid.empty()) {
        header.uuid = makeUuid();
        metadata.uuid = toString(header.uuid);
    } else {
        BNOF_TRY_ASSIGN(header.uuid, uuidFromString(metadata.uuid));
    }
    header.createdUtc = wallNow();
    BNOF_TRY_ASSIGN(const Codec codec, codecFromName(options.codec));
    BNOF_TRY_ASSIGN(
        std::unique_ptr<ChunkWriter> writer,
        ChunkWriter::create(path, header, codec, options.calls ? *options.calls : FileCalls::ofTheSystem()));
    auto recorder = std::make_unique<FileRecorder>(std::move(metadata), std::move(writer), options);
    if (auto begun = recorder->begin(modelBytes, recogniserState); !begun.ok()) {
        recorder->abandon();
        ::unlink(path.c_str()); // ours: it did not exist before, and nothing is in it yet
        return begun.error();
    }
    return std::unique_ptr<Recorder>(std::move(recorder));
}

} // namespace bnof::recording
