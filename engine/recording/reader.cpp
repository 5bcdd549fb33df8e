// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/reader.h"

#include <algorithm>
#include <limits>

#include "engine/recording/stream_layout.h"
#include "engine/storage/chunk_reader.h"

namespace bnof::recording {

using namespace storage;

namespace {

/// One group's payloads in memory at most; what a hostile file puts beyond is read as the next group.
constexpr std::size_t maxGroupBytes = 128U << 20;

bool isPrologue(const ChunkHeader& header)
{
    return header.streamType < static_cast<std::uint16_t>(StreamType::Frames);
}

class FileReader final : public Reader {
public:
    explicit FileReader(std::unique_ptr<ChunkReader> chunks) : m_chunks(std::move(chunks)) {}

    Result<void> begin();

    [[nodiscard]] const RecordingMetadata& metadata() const override { return m_metadata; }
    [[nodiscard]] const RecordingMetadata& originalMetadata() const override { return m_original; }
    [[nodiscard]] const std::vector<DescriptionEdit>& edits() const override { return m_edits; }
    [[nodiscard]] std::vector<std::uint8_t> modelBytes() const override { return blob(StreamType::Model); }
    [[nodiscard]] std::vector<std::uint8_t> recogniserState() const override
    {
        return blob(StreamType::RecogniserState);
    }
    [[nodiscard]] const Health& health() const override;
    [[nodiscard]] const Summary& summary() const override { return m_summary; }
    [[nodiscard]] std::uint64_t fileSize() const override { return m_chunks->size(); }
    [[nodiscard]] const std::string& path() const override { return m_chunks->name(); }
    [[nodiscard]] double position() const override
    {
        const std::uint64_t end = m_chunks->dataEnd();
        return end == 0 ? 1 : static_cast<double>(std::min(m_position.offset, end)) / static_cast<double>(end);
    }
    void seek(Timestamp t) override;
    bool next(Item& item) override;

private:
    void readPrologue();
    Result<void> readMetadata(const std::optional<FooterText>& footer);
    void scan();
    void tallyChunk(const ChunkPlace& place);
    void noteRepairs(const Json& repairs);
    [[nodiscard]] std::vector<std::uint8_t> blob(StreamType type) const;
    bool loadGroup();
    std::unique_ptr<ItemCursor> openCursor(const ChunkPlace& place);
    bool takeNext(Item& item);
    [[nodiscard]] static std::optional<Timestamp> timeOf(const Item& item);

    std::unique_ptr<ChunkReader> m_chunks;
    RecordingMetadata m_original;
    RecordingMetadata m_metadata; ///< with the newest description
    std::vector<DescriptionEdit> m_edits;
    Summary m_summary;
    std::vector<ChunkPlace> m_prologue;
    std::vector<IndexEntry> m_index;
    mutable DamageLog m_log;
    mutable Health m_health;

    ChunkPosition m_position;
    std::optional<ChunkPlace> m_pending;                ///< first chunk of the next group
    std::vector<std::unique_ptr<ItemCursor>> m_cursors; ///< heap, smallest item number first
    Timestamp m_from = std::numeric_limits<Timestamp>::min();
};

bool laterFirst(const std::unique_ptr<ItemCursor>& a, const std::unique_ptr<ItemCursor>& b)
{
    return a->nextNumber() > b->nextNumber();
}

Result<void> FileReader::begin()
{
    if (m_chunks->fileHeaderIsDamaged())
        m_log.report(0, fileHeaderBytes, 0, "At byte 0: the file header is damaged; its copy in the footer was used.");
    std::optional<FooterText> footer;
    if (m_chunks->footer()) {
        const Bytes& text = m_chunks->footer()->application;
        auto parsed = footerTextFromJson({reinterpret_cast<const char*>(text.data()), text.size()});
        if (parsed.ok())
            footer = std::move(*parsed);
        m_health.complete = footer.has_value();
    }
    readPrologue();
    BNOF_TRY(readMetadata(footer));
    if (footer) {
        m_summary = footer->summary;
        m_edits = std::move(footer->edits);
        m_index = m_chunks->footer()->contents.index();
        noteRepairs(footer->repairs);
    } else {
        m_log.note(m_chunks->source().isBeingWritten()
                       ? "This recording is still being written: what was in the file when it was opened is shown."
                       : "The file has no footer: the recording was interrupted, or the end is missing. It can be "
                         "completed by a repair.");
        scan();
    }
    m_original = m_metadata;
    if (!m_edits.empty())
        apply(m_edits.back(), m_metadata);
    rewind();
    return {};
}

void FileReader::readPrologue()
{
    ChunkPosition position;
    while (auto place = m_chunks->next(position, m_log)) {
        if (!isPrologue(place->header))
            break;
        m_prologue.push_back(*place);
    }
}

Result<void> FileReader::readMetadata(const std::optional<FooterText>& footer)
{
    const std::vector<std::uint8_t> text = blob(StreamType::Metadata);
    if (!text.empty()) {
        auto json = Json::parse({reinterpret_cast<const char*>(text.data()), text.size()}, m_chunks->name());
        if (json.ok()) {
            auto metadata = metadataFromJson(*json);
            if (metadata.ok()) {
                m_metadata = std::move(*metadata);
                return {};
            }
        }
    }
    if (footer) {
        auto metadata = metadataFromJson(footer->metadata);
        if (metadata.ok()) {
            m_log.note("The description at the beginning is damaged; its copy in the footer was used.");
            m_metadata = std::move(*metadata);
            return {};
        }
    }
    return makeError(ErrorKind::BadInput, "the description of this recording (sources, channels, model) is damaged",
                     m_chunks->name(), "Use another copy of the file.");
}

/// Replaces the footer: one walk over the chunk headers. Only marks, events and decisions, which are
/// small, are decoded.
void FileReader::scan()
{
    Contents contents;
    ChunkPosition position;
    while (auto place = m_chunks->next(position, m_log)) {
        contents.add(place->header, place->offset);
        tallyChunk(*place);
    }
    m_index = contents.index();
}

void FileReader::tallyChunk(const ChunkPlace& place)
{
    const ChunkHeader& header = place.header;
    Summary added;
    switch (static_cast<StreamType>(header.streamType)) {
    case StreamType::Frames:
        added.frames = header.count;
        added.notRecognisedFrames = header.aux;
        added.firstTime = header.t0;
        added.lastTime = header.t1;
        added.framesPerSource.resize(std::size_t{header.streamId} + 1);
        added.framesPerSource.back() = header.count;
        break;
    case StreamType::Spikes:
        added.spikes = header.aux;
        added.spikesPerLayer.resize(std::size_t{header.streamId} + 1);
        added.spikesPerLayer.back() = header.aux;
        break;
    case StreamType::DescriptionEdit:
        if (const auto payload = m_chunks->payload(place, m_log)) {
            if (auto edit = editFromPayload(*payload))
                m_edits.push_back(std::move(*edit));
        }
        break;
    case StreamType::Decisions:
    case StreamType::Events:
    case StreamType::Marks:
        if (const auto cursor = openCursor(place)) {
            Item item;
            while (!cursor->atEnd() && cursor->take(item))
                tally(added, item);
        }
        break;
    default: break;
    }
    merge(m_summary, added);
}

void FileReader::noteRepairs(const Json& repairs)
{
    for (const Json& repair : repairs.items()) {
        m_log.note("Repaired on " + formatUtc(repair["utc_ns"].toInteger()) + ": " +
                   std::to_string(repair["cut_bytes"].toInteger()) + " bytes were cut off.");
        for (const Json& finding : repair["findings"].items())
            m_log.note("Found by that repair: " + finding.toString());
    }
}

std::vector<std::uint8_t> FileReader::blob(StreamType type) const
{
    Bytes out;
    std::uint32_t part = 0;
    for (const ChunkPlace& place : m_prologue) {
        if (place.header.streamType != static_cast<std::uint16_t>(type))
            continue;
        const auto piece = m_chunks->payload(place, m_log);
        const bool fits = piece && place.header.idMin == part++ && out.size() + piece->size() <= place.header.aux;
        if (!fits)
            return {};
        putBytes(out, *piece);
        if (place.header.idMin == place.header.idMax)
            return out.size() == place.header.aux ? out : Bytes{};
    }
    return {};
}

const Health& FileReader::health() const
{
    m_health.lostBytes = m_log.lostBytes();
    m_health.damagedChunks = m_log.damagedChunks();
    m_health.findings = m_log.findings();
    return m_health;
}

void FileReader::seek(Timestamp t)
{
    m_cursors.clear();
    m_pending.reset();
    m_position = m_chunks->positionBefore(m_index, t);
    m_from = t;
}

std::unique_ptr<ItemCursor> FileReader::openCursor(const ChunkPlace& place)
{
    if (!ItemCursor::knows(place.header)) {
        const bool newer = place.header.streamType <= static_cast<std::uint16_t>(StreamType::Marks);
        if (newer)
            m_log.report(place.offset, chunkHeaderBytes + place.header.storedLength, 1,
                         "At byte " + std::to_string(place.offset) +
                             ": a chunk of a newer program version was left out.");
        return nullptr;
    }
    auto payload = m_chunks->payload(place, m_log);
    if (!payload)
        return nullptr;
    auto cursor = ItemCursor::open(place.header, place.offset, std::move(*payload));
    if (!cursor)
        m_log.report(place.offset, chunkHeaderBytes + place.header.storedLength, 1,
                     "At byte " + std::to_string(place.offset) + ": the content of a chunk makes no sense.");
    return cursor;
}

bool FileReader::loadGroup()
{
    std::size_t bytes = 0;
    Timestamp latest = std::numeric_limits<Timestamp>::min();
    std::vector<ChunkPlace> group;
    while (true) {
        auto place = m_pending ? std::exchange(m_pending, std::nullopt) : m_chunks->next(m_position, m_log);
        if (!place)
            break;
        if (isPrologue(place->header))
            continue;
        const bool other = !group.empty() && place->header.group != group.front().header.group;
        if (other || (!group.empty() && bytes + place->header.rawLength > maxGroupBytes)) {
            m_pending = place;
            break;
        }
        bytes += place->header.rawLength;
        latest = std::max(latest, place->header.t1);
        group.push_back(*place);
    }
    if (group.empty())
        return false;
    // Groups that end before the time sought are passed over unread.
    if (latest < m_from)
        return true;
    for (const ChunkPlace& place : group) {
        auto cursor = openCursor(place);
        if (cursor && !cursor->atEnd())
            m_cursors.push_back(std::move(cursor));
    }
    std::make_heap(m_cursors.begin(), m_cursors.end(), laterFirst);
    return true;
}

bool FileReader::takeNext(Item& item)
{
    while (true) {
        while (m_cursors.empty()) {
            if (!loadGroup())
                return false;
        }
        std::pop_heap(m_cursors.begin(), m_cursors.end(), laterFirst);
        ItemCursor& cursor = *m_cursors.back();
        if (!cursor.take(item)) {
            m_log.report(cursor.offset(), 0, 1,
                         "At byte " + std::to_string(cursor.offset()) + ": the last " + std::to_string(cursor.left()) +
                             " item(s) of a chunk make no sense and were left out.");
            m_cursors.pop_back();
            continue;
        }
        if (cursor.atEnd())
            m_cursors.pop_back();
        else
            std::push_heap(m_cursors.begin(), m_cursors.end(), laterFirst);
        return true;
    }
}

std::optional<Timestamp> FileReader::timeOf(const Item& item)
{
    if (const auto* frame = std::get_if<FrameItem>(&item))
        return frame->t;
    if (const auto* decision = std::get_if<DecisionItem>(&item))
        return decision->decision.t;
    if (const auto* event = std::get_if<StreamEvent>(&item))
        return event->t;
    if (const auto* mark = std::get_if<Mark>(&item))
        return mark->t;
    return std::nullopt;
}

bool FileReader::next(Item& item)
{
    while (takeNext(item)) {
        if (m_from == std::numeric_limits<Timestamp>::min())
            return true;
        const auto t = timeOf(item);
        if (t && *t >= m_from) {
            m_from = std::numeric_limits<Timestamp>::min();
            return true;
        }
    }
    return false;
}

Result<std::unique_ptr<Reader>> openReader(std::unique_ptr<ByteSource> source, const std::string& name)
{
    BNOF_TRY_ASSIGN(auto chunks, ChunkReader::open(std::move(source), name));
    auto reader = std::make_unique<FileReader>(std::move(chunks));
    BNOF_TRY(reader->begin());
    return std::unique_ptr<Reader>(std::move(reader));
}

} // namespace

void Reader::rewind()
{
    seek(std::numeric_limits<Timestamp>::min());
}

Result<std::unique_ptr<Reader>> Reader::open(const std::string& path)
{
    BNOF_TRY_ASSIGN(auto source, openFileSource(path));
    return openReader(std::move(source), path);
}

Result<std::unique_ptr<Reader>> Reader::openBytes(std::vector<std::uint8_t> bytes, const std::string& name)
{
    return openReader(makeMemorySource(std::move(bytes)), name);
}

} // namespace bnof::recording
