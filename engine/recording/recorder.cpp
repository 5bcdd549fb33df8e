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
#include "engine/recording/audit_log.h"
#include "engine/recording/item_record.h"
#include "engine/recording/segment_writer.h"
#include "engine/recording/stream_layout.h"
#include "engine/storage/open_end.h"

namespace bnof::recording {

using namespace storage;

namespace {

using Clock = std::chrono::steady_clock;

/// Enough waits to be worth writing before the time is up.
constexpr std::size_t wakeBytes = 1U << 20;
/// A group is closed when it holds this much, so that readers need little memory.
constexpr std::size_t groupBytes = 2U << 20;
/// This part of the queue is kept for marks and events.
constexpr std::size_t reserveShare = 16;
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

Error noMemory(const std::string& path)
{
    return makeError(ErrorKind::Storage, "there is no memory for recording", path, "Close other programs.");
}

class FileRecorder final : public Recorder {
public:
    FileRecorder(RecordingMetadata metadata, const std::string& path, std::unique_ptr<SegmentWriter> writer,
                 std::unique_ptr<OpenEnd> open, const RecorderOptions& options)
        : m_metadata(std::move(metadata)), m_path(path), m_options(options), m_writer(std::move(writer)),
          m_open(std::move(open)), m_noMemory(noMemory(path)), m_freeBytes(m_writer->freeBytes()),
          m_now(m_metadata.start)
    {}
    ~FileRecorder() override
    {
        // A failure has been logged, and told by status(), when it happened.
        static_cast<void>(finish());
    }

    void begin();

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
    /// Room for `bytes` more? Otherwise the item counts as dropped through `counter`.
    bool admit(std::unique_lock<std::mutex>& lock, std::size_t bytes, bool precious, std::uint64_t Drops::*counter,
               Timestamp t);
    void flushDropsLocked();
    void handOver(std::unique_lock<std::mutex>& lock);
    /// Runs one of the calls that add something: without memory for it the item counts as dropped.
    template <typename Add> bool offer(Add add);

    void write();
    void writeRounds();
    void keepOnDisk();
    void syncRounds();
    void process(std::uint64_t to);
    void processRecord(ByteView record);
    void writeEdit(const DescriptionEdit& edit);
    void writeGroup();
    [[nodiscard]] SegmentWriter::Before prepare();
    void written();
    [[nodiscard]] bool groupIsDue() const;
    [[nodiscard]] std::size_t enoughBytes() const { return std::min(wakeBytes, m_open->capacity() / 4); }
    void fail(const Error& error);
    void closeAfter(const Error& error);
    void outOfMemory();
    Result<void> finishNow();
    [[nodiscard]] bool failed() const { return m_failed.load(std::memory_order_acquire); }

    RecordingMetadata m_metadata;
    std::string m_path;
    RecorderOptions m_options;
    std::unique_ptr<SegmentWriter> m_writer;
    std::unique_ptr<OpenEnd> m_open;

    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::condition_variable m_room; ///< of those that wait in a batch
    Bytes m_record;                 // guarded by m_mutex, as all up to the blank line; reused
    bool m_waiting = false;         // the writer sleeps until something comes
    bool m_dropping = false;
    Drops m_drops;
    bool m_stop = false;
    bool m_syncStop = false;
    bool m_finished = false;
    std::optional<Error> m_failure;
    std::optional<Error> m_syncError;
    Error m_noMemory; ///< kept ready, for there is none to write it then
    std::condition_variable m_syncWake;

    std::atomic<bool> m_failed{false};
    std::atomic<bool> m_keepOpenEnd{false}; ///< it holds what a failure kept from the segments
    std::atomic<std::uint64_t> m_frames{0};
    std::atomic<std::uint64_t> m_dropped{0};
    std::atomic<std::uint64_t> m_bytes{0};
    std::atomic<std::int64_t> m_freeBytes;
    Timestamp m_now; // of the newest frame offered; guarded by m_mutex

    GroupBuilder m_group; // writer thread only, as all below
    Clock::time_point m_groupBegan;
    std::uint64_t m_taken = 0;   // bytes of the open end that are in m_group or written
    std::uint64_t m_written = 0; // bytes of it that are in the segments
    std::uint64_t m_writtenItem = 0;
    Accepted m_accepted;
    std::thread m_writerThread;
    std::thread m_syncThread;
};

void FileRecorder::begin()
{
    if (!m_open->isShared() && !m_options.batch)
        log::warning("recording",
                     "no room for an open end beside the recording: what is not written yet would be lost if this "
                     "program were killed",
                     {{"file", m_path}});
    m_open->prepare({.offset = m_writer->size()});
    m_group.setTickLength(static_cast<std::int64_t>(m_metadata.tickMs * 1e6));
    m_bytes = m_writer->bytes();
    m_writerThread = std::thread([this] { write(); });
    m_syncThread = std::thread([this] { keepOnDisk(); });
}

bool FileRecorder::admit(std::unique_lock<std::mutex>& lock, std::size_t bytes, bool precious,
                         std::uint64_t Drops::*counter, Timestamp t)
{
    if (failed() || m_stop) {
        lock.unlock();
        m_dropped.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    if (m_options.batch && bytes * 4 < m_open->capacity())
        m_room.wait(lock, [&] { return failed() || m_open->waiting() + bytes <= m_open->capacity() / 2; });
    // Marks and events are few and must not be lost: a part of the room is theirs.
    const std::size_t room = m_open->capacity() - (precious ? 0 : m_open->capacity() / reserveShare);
    const std::size_t waiting = m_open->waiting();
    // Once full, wait until half is written: one long hole is better for a replay than a sieve.
    if (m_dropping && waiting <= m_open->capacity() / 2)
        m_dropping = false;
    const bool fits = waiting + bytes <= room && m_open->fits(bytes);
    if (!fits && !precious)
        m_dropping = true;
    if (!fits || (m_dropping && !precious)) {
        m_drops.seen(t);
        ++(m_drops.*counter);
        m_dropped.fetch_add(1, std::memory_order_relaxed);
        Instruments::counter("recording.dropped").add();
        lock.unlock();
        m_wake.notify_one();
        return false;
    }
    flushDropsLocked();
    m_record.clear();
    return true;
}

void FileRecorder::flushDropsLocked()
{
    if (!m_drops.any())
        return;
    m_record.clear();
    appendRecord(m_record, m_drops.event("The disk was too slow"));
    if (!m_open->fits(m_record.size()))
        return; // said later
    m_open->add(m_record);
    m_drops = {};
}

/// From the addition on nothing but the loss of the disk can take the item away.
void FileRecorder::handOver(std::unique_lock<std::mutex>& lock)
{
    m_open->add(m_record);
    // Else the writer sleeps until its group is due: no switch of threads for every frame.
    const bool wake = std::exchange(m_waiting, false) || m_open->waiting() >= enoughBytes();
    lock.unlock();
    if (wake)
        m_wake.notify_one();
}

template <typename Add> bool FileRecorder::offer(Add add)
{
    try {
        return add();
    } catch (const std::bad_alloc&) {
        m_dropped.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
}

bool FileRecorder::frame(std::uint32_t source, const SensorFrame& frame, bool recognised)
{
    return offer([&] {
        std::unique_lock lock(m_mutex);
        m_now = frame.t;
        if (source > UINT16_MAX || frame.values.size() > maxFrameValues ||
            !admit(lock, frame.values.size_bytes() + 32, false, &Drops::frames, frame.t))
            return false;
        appendRecord(m_record, source, frame, recognised);
        m_frames.fetch_add(1, std::memory_order_relaxed);
        handOver(lock);
        return true;
    });
}

bool FileRecorder::spikes(std::uint32_t layer, std::span<const Spike> spikes)
{
    return offer([&] {
        const std::size_t most = std::min(maxSpikesPerItem, m_open->capacity() / (8 * sizeof(Spike)));
        do {
            const auto part = spikes.first(std::min(spikes.size(), most));
            spikes = spikes.subspan(part.size());
            std::unique_lock lock(m_mutex);
            if (layer > UINT16_MAX || !admit(lock, part.size_bytes() + 16, false, &Drops::batches, m_now))
                return false;
            appendRecord(m_record, layer, part);
            handOver(lock);
        } while (!spikes.empty());
        return true;
    });
}

bool FileRecorder::decision(const Decision& decision, std::int64_t latencyNanoseconds)
{
    return offer([&] {
        std::unique_lock lock(m_mutex);
        if (!admit(lock, decision.probabilities.size() * 4 + 64, false, &Drops::decisions, decision.t))
            return false;
        appendRecord(m_record, decision, latencyNanoseconds);
        handOver(lock);
        return true;
    });
}

bool FileRecorder::event(const StreamEvent& event)
{
    return offer([&] {
        std::unique_lock lock(m_mutex);
        if (!admit(lock, event.text.size() + 64, true, &Drops::others, event.t))
            return false;
        appendRecord(m_record, event);
        handOver(lock);
        return true;
    });
}

bool FileRecorder::mark(const Mark& mark)
{
    return offer([&] {
        std::unique_lock lock(m_mutex);
        if (!admit(lock, mark.label.size() + 32, true, &Drops::others, mark.t))
            return false;
        appendRecord(m_record, mark);
        handOver(lock);
        return true;
    });
}

bool FileRecorder::describe(DescriptionEdit edit)
{
    const std::size_t length = edit.title.size() + edit.operatorName.size() + edit.notes.size();
    if (edit.utc == 0)
        edit.utc = wallNow();
    return offer([&] {
        std::unique_lock lock(m_mutex);
        if (length > maxDescriptionBytes || !admit(lock, length + 64, true, &Drops::others, m_now))
            return false;
        appendRecord(m_record, edit);
        handOver(lock);
        return true;
    });
}

void FileRecorder::write()
{
    while (true) {
        try {
            writeRounds();
            return;
        } catch (const std::bad_alloc&) {
            // What is half added to a group counts no more: the open end has it.
            outOfMemory();
        }
    }
}

void FileRecorder::outOfMemory()
{
    if (failed())
        return;
    try {
        fail(noMemory(m_path));
    } catch (const std::bad_alloc&) {
        const std::lock_guard lock(m_mutex);
        if (!m_failure)
            m_failure.emplace();
        m_failed.store(true, std::memory_order_release);
    }
}

void FileRecorder::writeRounds()
{
    while (true) {
        std::unique_lock lock(m_mutex);
        if (m_group.empty()) {
            m_waiting = true;
            m_wake.wait(lock, [this] { return m_open->head() != m_taken || m_drops.any() || m_stop || m_syncError; });
            m_waiting = false;
            m_groupBegan = Clock::now();
        }
        // Let the group grow until it is due or enough waits.
        const auto due = m_groupBegan + std::chrono::nanoseconds(m_options.flushNanoseconds / 4 * 3);
        m_wake.wait_until(lock, due, [this] {
            return m_stop || m_syncError || m_drops.any() || m_open->head() - m_taken >= enoughBytes();
        });
        flushDropsLocked();
        const bool last = m_stop;
        const std::uint64_t head = m_open->head();
        const std::optional<Error> syncError = std::exchange(m_syncError, std::nullopt);
        lock.unlock();

        if (!failed())
            process(head);
        if (!failed() && (last || groupIsDue()))
            writeGroup();
        if (!failed() && syncError)
            fail(*syncError);
        if (failed()) { // nobody takes them any more
            m_taken = head;
            if (!m_keepOpenEnd)
                m_open->release(head);
        }
        lock.lock();
        m_room.notify_all();
        if (last && m_open->head() == head && (failed() || !m_drops.any()))
            return;
    }
}

bool FileRecorder::groupIsDue() const
{
    return !m_group.empty() &&
           (Clock::now() >= m_groupBegan + std::chrono::nanoseconds(m_options.flushNanoseconds / 4 * 3) ||
            m_open->waiting() >= m_open->capacity() / 4);
}

void FileRecorder::process(std::uint64_t to)
{
    m_open->each(m_taken, to, [this](ByteView record, std::uint64_t end) {
        if (failed())
            return;
        processRecord(record);
        m_taken = end;
        if (m_accepted.edit)
            writeEdit(*m_accepted.edit);
        else if (m_group.bytes() >= groupBytes)
            writeGroup();
    });
    m_taken = to;
}

void FileRecorder::processRecord(ByteView record)
{
    if (!parseRecord(record, m_accepted))
        return; // these are our own bytes
    if (m_accepted.edit || m_group.needsOwnGroup(m_accepted.item))
        writeGroup(); // in the order in which things happened
    if (m_accepted.edit)
        return;
    m_group.add(m_accepted.item);
    if (const auto* event = std::get_if<StreamEvent>(&m_accepted.item))
        if (auto late = lateSource(*event))
            m_writer->add(std::move(*late));
}

/// The open end knows before what is going to be written where.
SegmentWriter::Before FileRecorder::prepare()
{
    return [this](std::uint64_t length) {
        m_open->prepare({m_written, m_taken, m_writtenItem, m_group.nextNumber(), m_writer->size(), length,
                         m_writer->fileHeader().segment});
    };
}

void FileRecorder::written()
{
    m_written = m_taken;
    m_writtenItem = m_group.nextNumber();
    m_open->release(m_written);
    m_bytes = m_writer->bytes();
    if (m_options.batch) {
        const std::lock_guard lock(m_mutex);
        m_room.notify_all();
    }
}

void FileRecorder::writeEdit(const DescriptionEdit& edit)
{
    if (failed())
        return;
    if (const auto result = m_writer->write(edit, prepare(), auditBy(edit.operatorName, audit::described));
        !result.ok())
        fail(result.error());
    else
        written();
}

void FileRecorder::writeGroup()
{
    if (m_group.empty() || failed())
        return;
    if (const auto result = m_writer->write(m_group, prepare()); !result.ok()) {
        fail(result.error());
        return;
    }
    m_groupBegan = Clock::now();
    written();
}

void FileRecorder::fail(const Error& error)
{
    if (!m_open->isShared()) {
        closeAfter(error);
        return;
    }
    // What was accepted stays in the open end, and why the segments end before it.
    m_keepOpenEnd = true;
    const std::lock_guard lock(m_mutex);
    m_failed.store(true, std::memory_order_release);
    m_failure = error;
    m_failure->remedy += " What was recorded so far is safe: \"bnof repair FILE\" completes the file.";
    flushDropsLocked();
    m_record.clear();
    appendRecord(m_record,
                 StreamEvent{StreamEvent::Kind::Note, m_now, m_now, 0, "The recording ended by itself: " + error.what});
    if (m_open->fits(m_record.size()))
        m_open->add(m_record);
    log::error("recording", m_failure->message());
}

/// Without an open end on the disk: say in the file itself why it ends, and close it, where the disk has room for that.
void FileRecorder::closeAfter(const Error& error)
{
    const Timestamp t = m_writer->summary().frames > 0 ? m_writer->summary().lastTime : m_metadata.start;
    Drops drops;
    {
        const std::lock_guard lock(m_mutex);
        m_failure = error;
        m_failed.store(true, std::memory_order_release);
        // Nothing is accepted from here on: what was and is not in the file is lost.
        const std::uint64_t lost = m_frames - m_writer->summary().frames;
        m_dropped += lost;
        drops = std::exchange(m_drops, {});
        drops.frames += lost;
    }
    log::error("recording", error.message());
    static_cast<void>(m_group.take());
    drops.t = drops.t2 = t;
    if (drops.any())
        m_group.addEvent(drops.event("The recording ended by itself"));
    m_group.addEvent({StreamEvent::Kind::Note, t, t, 0, "The recording ended by itself: " + error.what});
    if (m_writer->write(m_group).ok()) {
        if (const auto finished = m_writer->finish(); !finished.ok())
            log::warning("recording", "no room for the footer", {{"why", finished.error().what}});
    }
    m_bytes = m_writer->bytes();
    m_freeBytes = m_writer->freeBytes();
}

void FileRecorder::keepOnDisk()
{
    try {
        syncRounds();
    } catch (const std::bad_alloc&) {
        const std::lock_guard lock(m_mutex);
        m_syncError = std::move(m_noMemory);
        m_wake.notify_one();
    }
}

void FileRecorder::syncRounds()
{
    std::uint64_t synced = m_bytes;
    std::uint64_t kept = 0;
    std::unique_lock lock(m_mutex);
    while (!m_syncStop) {
        m_syncWake.wait_for(lock, std::chrono::nanoseconds(m_options.syncNanoseconds), [this] { return m_syncStop; });
        if (m_syncStop || failed())
            continue;
        lock.unlock();
        // The file before the open end: what leaves the one must be safe in the other.
        Result<void> result;
        const std::uint64_t size = m_bytes;
        if (size != synced)
            result = m_writer->sync();
        synced = size;
        m_freeBytes = m_writer->freeBytes();
        if (const std::uint64_t head = m_open->head(); result.ok() && head != kept) {
            result = m_open->sync();
            kept = head;
        }
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
    try {
        return finishNow();
    } catch (const std::bad_alloc&) {
        outOfMemory();
        return makeError(ErrorKind::Storage, "there is no memory for closing the recording", m_path,
                         "Close other programs, then complete the file: bnof repair FILE");
    }
}

Result<void> FileRecorder::finishNow()
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
        if (const auto finished = m_writer->finish(); !finished.ok()) {
            log::error("recording", finished.error().message());
            const std::lock_guard lock(m_mutex);
            m_failure = finished.error();
            m_failed = true;
        }
        m_bytes = m_writer->bytes();
    }
    m_freeBytes = m_writer->freeBytes();
    if (!m_keepOpenEnd)
        m_open->remove();
    // Gives up the locks of the file and the open end.
    m_writer.reset();
    m_open->letGo();
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

Result<std::unique_ptr<Recorder>> create(const std::string& path, RecordingMetadata metadata,
                                         std::span<const std::uint8_t> modelBytes,
                                         std::span<const std::uint8_t> recogniserState, const RecorderOptions& options)
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
    const FileCalls calls = options.calls ? *options.calls : FileCalls::ofTheSystem();
    BNOF_TRY_ASSIGN(auto writer, SegmentWriter::create(path, header, metadata, modelBytes, recogniserState,
                                                       {auditBy(metadata.operatorName, audit::created)}, codec,
                                                       {options.segmentBytes, options.segmentNanoseconds}, calls));
    auto open = OpenEnd::create(path, header.uuid, options.queueBytes, !options.batch);
    if (!open.ok()) {
        ::unlink(path.c_str()); // ours: it did not exist before, and nothing is in it yet
        return open.error();
    }
    auto recorder =
        std::make_unique<FileRecorder>(std::move(metadata), path, std::move(writer), std::move(*open), options);
    recorder->begin();
    return std::unique_ptr<Recorder>(std::move(recorder));
}

} // namespace

Result<std::unique_ptr<Recorder>> Recorder::create(const std::string& path, RecordingMetadata metadata,
                                                   std::span<const std::uint8_t> modelBytes,
                                                   std::span<const std::uint8_t> recogniserState,
                                                   const RecorderOptions& options)
{
    try {
        return recording::create(path, std::move(metadata), modelBytes, recogniserState, options);
    } catch (const std::bad_alloc&) {
        return noMemory(path);
    }
}

} // namespace bnof::recording
