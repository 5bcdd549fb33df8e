// SPDX-License-Identifier: GPL-3.0-or-later
// How items become chunk payloads and back (layout version 1 of every stream; engine/storage/FORMAT.md,
// "Streams"). Private to this folder.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "engine/recording/audit.h"
#include "engine/recording/late_source.h"
#include "engine/recording/reader.h"
#include "engine/storage/chunk_writer.h"
#include "engine/storage/sensor_codec.h"
#include "engine/storage/spike_codec.h"

namespace bnof::recording {

/// The numbers are in the files: never renumber. Types from 16 on hold items.
enum class StreamType : std::uint16_t {
    Metadata = 1,
    Model = 2,
    RecogniserState = 3,
    DescriptionEdit = 4, ///< anywhere in the file
    Audit = 5,           ///< the same
    Frames = 16,
    Spikes = 17,
    Decisions = 18,
    Events = 19,
    Marks = 20,
};

/// Longest batch of spikes that is kept as one item.
inline constexpr std::size_t maxSpikesPerItem = 1'000'000;
inline constexpr std::size_t maxFrameValues = 65'536;

/// How tightly the items of a group are packed.
enum class Packing : std::uint8_t { Hot, Cold };

/// Collects the items of a short stretch of time, stream by stream, until they are written as one group.
class GroupBuilder {
public:
    explicit GroupBuilder(Packing packing = Packing::Hot) : m_packing(packing) {}

    /// Nanoseconds a tick. With it, and the time of tick 0 that "recogniser reset" events tell, spikes have times.
    void setTickLength(std::int64_t nanoseconds) { m_tickLength = nanoseconds; }
    /// Go on with this item number.
    void startNumber(std::uint64_t number) { m_nextNumber = number; }
    [[nodiscard]] std::uint64_t nextNumber() const { return m_nextNumber; }
    void add(const Item& item);
    /// This item cannot join the ones that wait: write the group first.
    [[nodiscard]] bool needsOwnGroup(const Item& item) const;
    void addFrame(std::uint32_t source, Timestamp t, double deviceSeconds, bool recognised,
                  std::span<const float> values);
    void addSpikes(std::uint32_t layer, std::span<const Spike> spikes);
    void addDecision(const Decision& decision, std::int64_t latencyNanoseconds);
    void addEvent(const StreamEvent& event);
    void addMark(const Mark& mark);

    [[nodiscard]] bool empty() const { return m_items == 0; }
    /// Rough size of what waits.
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }
    /// Totals of what waits.
    [[nodiscard]] const Summary& summary() const { return m_summary; }
    /// The chunks, ready to be appended; the builder is empty afterwards (the item numbers go on).
    [[nodiscard]] std::vector<storage::Chunk> take();

private:
    struct Order {
        storage::Bytes column;
        std::uint64_t last = 0;
        std::uint32_t count = 0;
        void add(std::uint64_t number);
    };
    struct Times {
        Timestamp t0 = 0;
        Timestamp t1 = 0;
        bool any = false;
        void add(Timestamp t);
    };
    struct Frames {
        Order order;
        Times times;
        std::size_t width = 0;
        std::uint64_t notRecognised = 0;
        std::vector<Timestamp> t;
        std::vector<double> device;
        std::vector<bool> recognised;
        std::vector<float> values; ///< row after row
    };
    struct Spikes {
        std::vector<std::uint64_t> numbers; ///< of the items
        std::vector<std::uint32_t> sizes;
        storage::SpikeColumns spikes;
        bool canonical = true; ///< by tick, then by neuron
    };
    /// Some batches of a layer, for one chunk.
    struct Batches {
        std::size_t first = 0, end = 0;           ///< items
        std::size_t firstSpike = 0, endSpike = 0; ///< their spikes
    };
    struct Decisions {
        Order order;
        Times times;
        bool degraded = false; ///< some record has the field of layout 2
        storage::Bytes latencies;
        storage::Bytes records;
        std::vector<std::uint32_t> lengths;
    };
    struct Plain {
        Order order;
        Times times;
        bool newer = false; ///< some event is of a kind of layout 2
        storage::Bytes records;
    };

    [[nodiscard]] storage::Chunk frameChunk(std::uint32_t source, const Frames& frames) const;
    void putSpikes(std::uint32_t layer, const Spikes& spikes, std::vector<storage::Chunk>& chunks);
    [[nodiscard]] storage::Chunk spikeChunk(std::uint32_t layer, const Spikes& spikes, const Batches& part);
    static void putShortFrames(storage::Bytes& out, const Frames& frames);
    void putLongFrames(storage::Bytes& out, const Frames& frames) const;
    bool putSpikeBlocks(storage::Chunk& chunk, const Spikes& spikes, const Batches& part, const storage::Bytes& sizes);
    static storage::Chunk decisionChunk(const Decisions& decisions);
    static storage::Chunk plainChunk(StreamType type, const Plain& plain);
    std::uint64_t number(std::size_t bytes);

    Packing m_packing;
    storage::SpikeEncoder m_encoder;
    std::int64_t m_tickLength = 0; ///< nanoseconds; 0: unknown
    std::optional<Timestamp> m_tickZero;
    std::uint64_t m_nextNumber = 0;
    std::uint64_t m_items = 0;
    std::size_t m_bytes = 0;
    Timestamp m_now = 0; ///< time of the newest frame: spikes carry ticks, not times
    std::map<std::uint32_t, Frames> m_frames;
    std::map<std::uint32_t, Spikes> m_spikes;
    Decisions m_decisions;
    Plain m_events;
    Plain m_marks;
    Summary m_summary;
};

/// Hands out the items of one chunk in order, decoding as it goes.
class ItemCursor {
public:
    virtual ~ItemCursor() = default;
    /// Number of the next item; only while there is one.
    [[nodiscard]] std::uint64_t nextNumber() const { return m_number; }
    [[nodiscard]] bool atEnd() const { return m_left == 0; }
    /// False when the bytes are not what they should be (a chunk with a right checksum but nonsense inside).
    [[nodiscard]] bool take(Item& item);
    [[nodiscard]] std::uint64_t offset() const { return m_offset; }
    [[nodiscard]] std::uint32_t left() const { return m_left; }

    /// Null when the payload does not begin as its stream should, or its stream or layout is unknown.
    [[nodiscard]] static std::unique_ptr<ItemCursor> open(const storage::ChunkHeader& header, std::uint64_t offset,
                                                          storage::Bytes payload);
    /// This program knows the stream and its layout.
    [[nodiscard]] static bool knows(const storage::ChunkHeader& header);

protected:
    virtual bool begin(storage::ByteCursor& in) = 0;
    virtual bool decode(Item& item) = 0;

    storage::ChunkHeader m_header;

private:
    bool readNumber(bool first);

    storage::Bytes m_payload;
    storage::ByteCursor m_order;
    std::uint64_t m_number = 0;
    std::uint64_t m_offset = 0;
    std::uint32_t m_left = 0;
};

/// Add `more` to `total`.
void merge(Summary& total, const Summary& more);
void tally(Summary& summary, const Item& item);
void tallyFrame(Summary& summary, std::uint32_t source, Timestamp t, bool recognised);
void tallySpikes(Summary& summary, std::uint32_t layer, std::uint64_t count);
void tallyDecision(Summary& summary, int gas);
void tallyEvent(Summary& summary, const StreamEvent& event);
void tallyMark(Summary& summary, const std::string& label);

/// The chunk that says how a recording is described from now on.
[[nodiscard]] storage::Chunk editChunk(const DescriptionEdit& edit);
[[nodiscard]] std::optional<DescriptionEdit> editFromPayload(const storage::Bytes& payload);

/// The part of the footer that is ours.
struct FooterText {
    Json metadata;
    Summary summary;
    Json repairs; ///< array of {utc, cut_bytes, findings}
    std::vector<DescriptionEdit> edits;
    std::vector<AuditEntry> audit;
    std::vector<LateSource> late; ///< in index pages only; a footer's metadata have them
    bool last = true;             ///< of the segment that the recording ended with
};
/// What index pages carry: the summary, edits, audit trail and late sources of the recording so far.
[[nodiscard]] std::string encodeProgress(const FooterText& text);
/// One link of the recording's own audit trail.
[[nodiscard]] storage::Chunk auditChunk(const AuditEntry& entry);
[[nodiscard]] std::string encode(const FooterText& text);
[[nodiscard]] Result<FooterText> footerTextFromJson(std::string_view text);

} // namespace bnof::recording
