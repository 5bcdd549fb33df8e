// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/reader.h"

#include <algorithm>
#include <limits>

#include "engine/recording/item_record.h"
#include "engine/recording/segments.h"
#include "engine/recording/stream_layout.h"
#include "engine/storage/chunk_reader.h"
#include "engine/storage/open_end.h"

namespace bnof::recording {

using namespace storage;

namespace {

/// One group's payloads in memory at most; what a hostile file puts beyond is read as the next group.
constexpr std::size_t maxGroupBytes = 128U << 20;

bool isPrologue(const ChunkHeader& header)
{
    return header.streamType < static_cast<std::uint16_t>(StreamType::Frames);
}

/// One segment.
struct Part {
    std::unique_ptr<ChunkReader> chunks;
    std::vector<IndexEntry> index;
    std::optional<FooterText> footer;
};

/// A chunk and the segment that it is in.
struct Located {
    std::size_t part = 0;
    ChunkPlace place;
};

std::string_view textOf(const Bytes& bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class FileReader final : public Reader {
public:
    /// `growing`: a recorder had this recording open before anything of it was read.
    FileReader(std::vector<Part> parts, bool growing)
        : m_parts(std::move(parts)), m_logs(m_parts.size()),
          m_growing(growing || m_parts.back().chunks->source().isBeingWritten())
    {}

    /// `path`: of the first segment, for its open end; empty: there is none.
    Result<void> begin(const std::string& path);
    /// The file has grown since it was opened: open it again.
    [[nodiscard]] bool isBehind() const { return m_behind; }

    [[nodiscard]] const RecordingMetadata& metadata() const override { return m_metadata; }
    [[nodiscard]] const RecordingMetadata& originalMetadata() const override { return m_original; }
    [[nodiscard]] const std::vector<DescriptionEdit>& edits() const override { return m_edits; }
    [[nodiscard]] const std::vector<AuditEntry>& audit() const override { return m_audit; }
    [[nodiscard]] std::vector<std::uint8_t> modelBytes() const override { return blob(StreamType::Model); }
    [[nodiscard]] std::vector<std::uint8_t> recogniserState() const override
    {
        return blob(StreamType::RecogniserState);
    }
    [[nodiscard]] const Health& health() const override;
    [[nodiscard]] const Summary& summary() const override { return m_summary; }
    [[nodiscard]] std::uint64_t fileSize() const override;
    [[nodiscard]] const std::string& path() const override { return first().name(); }
    [[nodiscard]] std::vector<std::string> files() const override
    {
        std::vector<std::string> names;
        for (const Part& part : m_parts)
            names.push_back(part.chunks->name());
        return names;
    }
    [[nodiscard]] double position() const override;
    void seek(Timestamp t) override;
    bool next(Item& item) override;
    [[nodiscard]] bool growing() const override { return m_growing; }
    Result<void> refresh() override;

private:
    [[nodiscard]] const ChunkReader& first() const { return *m_parts.front().chunks; }
    void readPrologue();
    Result<void> readMetadata();
    void readTotals(const std::string& path);
    void adoptSources(const Json& metadata);
    void tallyItem(Summary& summary, const Item& item);
    void scan(std::size_t part, const std::string& openEnd);
    std::optional<std::uint64_t> takeLeftover(const std::string& path, ChunkReader& chunks, const WholeEnd& end);
    void readBetweenFiles(const std::string& path, ChunkReader& chunks);
    void tallyChunk(const Located& at);
    void noteRepairs(const Json& repairs);
    void noteMissingSegments();
    [[nodiscard]] std::vector<std::uint8_t> blob(StreamType type) const;
    /// Where a walk over the segments stands.
    struct Place {
        std::size_t part = 0;
        ChunkPosition position;
    };
    std::optional<Located> nextChunk();
    bool loadGroup();
    std::unique_ptr<ItemCursor> openCursor(const Located& at);
    bool takeNext(Item& item);
    [[nodiscard]] static std::optional<Timestamp> timeOf(const Item& item);

    std::string m_path; ///< empty: bytes in memory
    std::vector<Part> m_parts;
    mutable std::vector<DamageLog> m_logs; ///< one a segment
    DamageLog m_notes;                     ///< of the recording as a whole
    RecordingMetadata m_original;
    RecordingMetadata m_metadata; ///< with the newest description
    std::vector<DescriptionEdit> m_edits;
    std::vector<AuditEntry> m_audit;
    Summary m_summary;
    std::vector<ChunkPlace> m_prologue;
    mutable Health m_health;
    std::vector<Item> m_leftover;       ///< accepted, and in no segment yet
    std::uint64_t m_leftoverNumber = 0; ///< of the first one
    bool m_behind = false;
    bool m_growing = false;
    bool m_nextFileIsDue = false; ///< the last file is closed, and the open end has what would begin the next one

    Place m_at;
    std::optional<Located> m_pending; ///< first chunk of the next group
    Place m_pendingAt;                ///< where it was found
    Place m_groupAt;                  ///< where the group that is being read begins
    std::uint64_t m_nextNumber = 0;   ///< of the item behind the one given last
    std::uint64_t m_skipTo = 0;       ///< items with lower numbers were given before
    struct Cursor {
        std::size_t part = 0;
        std::unique_ptr<ItemCursor> items;
    };
    std::vector<Cursor> m_cursors; ///< heap, smallest item number first
    std::size_t m_leftoverAt = 0;
    Timestamp m_from = std::numeric_limits<Timestamp>::min();

    static bool laterFirst(const Cursor& a, const Cursor& b) { return a.items->nextNumber() > b.items->nextNumber(); }
};

Result<void> FileReader::begin(const std::string& path)
{
    m_path = path;
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        Part& part = m_parts[i];
        if (part.chunks->fileHeaderIsDamaged())
            m_logs[i].report(0, fileHeaderBytes, 0,
                             "At byte 0: the file header is damaged; its copy in the footer was used.");
        if (!part.chunks->footer())
            continue;
        if (auto parsed = footerTextFromJson(textOf(part.chunks->footer()->application)); parsed.ok())
            part.footer = std::move(*parsed);
    }
    readPrologue();
    BNOF_TRY(readMetadata());
    readTotals(path);
    noteMissingSegments();
    m_original = m_metadata;
    if (!m_edits.empty())
        apply(m_edits.back(), m_metadata);
    rewind();
    return {};
}

void FileReader::noteMissingSegments()
{
    std::uint32_t expected = 0;
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        const std::uint32_t number = m_parts[i].chunks->fileHeader().segment;
        if (i == 0 && number > 0)
            m_notes.note("This is part " + std::to_string(number + 1) +
                         " of a recording in several files; the parts before it are not shown. Name the first one to "
                         "read all of it.");
        else if (number > expected)
            m_notes.report(i, 0, 0,
                           std::to_string(number - expected) + " file(s) of this recording are missing before " +
                               m_parts[i].chunks->name() + ".");
        expected = number + 1;
    }
    const auto& last = m_parts.back().footer;
    if (last && !last->last && !m_nextFileIsDue && !m_growing)
        m_notes.report(m_parts.size(), 0, 0,
                       "The files of this recording that follow " + m_parts.back().chunks->name() + " are missing.");
}

void FileReader::readPrologue()
{
    ChunkPosition position = first().start();
    while (auto place = first().next(position, m_logs.front())) {
        if (!isPrologue(place->header))
            break;
        m_prologue.push_back(*place);
    }
}

Result<void> FileReader::readMetadata()
{
    const std::vector<std::uint8_t> text = blob(StreamType::Metadata);
    if (!text.empty()) {
        auto json = Json::parse(textOf(text), first().name());
        if (json.ok()) {
            auto metadata = metadataFromJson(*json);
            if (metadata.ok()) {
                m_metadata = std::move(*metadata);
                return {};
            }
        }
    }
    for (const Part& part : m_parts) {
        if (!part.footer)
            continue;
        auto metadata = metadataFromJson(part.footer->metadata);
        if (metadata.ok()) {
            m_notes.note("The description at the beginning is damaged; its copy in the footer was used.");
            m_metadata = std::move(*metadata);
            return {};
        }
    }
    return makeError(ErrorKind::BadInput, "the description of this recording (sources, channels, model) is damaged",
                     first().name(), "Use another copy of the file.");
}

/// What the recording holds: from the footers, and where one is missing from index pages and chunk headers.
void FileReader::readTotals(const std::string& path)
{
    bool complete =
        m_parts.back().footer && m_parts.back().footer->last && m_parts.front().chunks->fileHeader().segment == 0;
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        Part& part = m_parts[i];
        if (part.footer) { // each counts the segments before it too
            adoptSources(part.footer->metadata);
            m_summary = part.footer->summary;
            m_edits = part.footer->edits;
            m_audit = part.footer->audit;
            part.index = part.chunks->footer()->contents.index();
            noteRepairs(part.footer->repairs);
            continue;
        }
        complete = false;
        m_logs[i].note(m_growing
                           ? "This recording is still being written: what was in the file when it was opened is "
                             "shown."
                           : "The file has no footer: the recording was interrupted, or the end is missing. It can "
                             "be completed by a repair.");
        scan(i, i + 1 == m_parts.size() ? path : std::string());
    }
    if (const Part& last = m_parts.back(); last.footer && !last.footer->last && !path.empty())
        readBetweenFiles(path, *last.chunks);
    for (std::size_t i = 1; i < m_parts.size(); ++i)
        complete =
            complete && m_parts[i].chunks->fileHeader().segment == m_parts[i - 1].chunks->fileHeader().segment + 1;
    m_health.complete = complete;
    m_growing = m_growing && !complete;
}

/// A footer knows of sources that came later than the head.
void FileReader::adoptSources(const Json& metadata)
{
    if (metadata["sources"].items().size() < m_metadata.sources.size())
        return;
    if (auto known = metadataFromJson(metadata); known.ok())
        m_metadata.sources = std::move(known->sources);
}

void FileReader::tallyItem(Summary& summary, const Item& item)
{
    tally(summary, item);
    if (const auto* event = std::get_if<StreamEvent>(&item))
        if (const auto late = lateSource(*event))
            apply(*late, m_metadata);
}

/// One file is closed and the next one is not there: the recorder is about to begin it, or was interrupted just then.
void FileReader::readBetweenFiles(const std::string& path, ChunkReader& chunks)
{
    const std::uint64_t end = chunks.lastChunkEnd();
    if (end == 0 || !takeLeftover(path, chunks, {end, end}))
        return;
    m_nextFileIsDue = true;
    m_logs.back().note(m_growing ? "This recording is still being written: what was there when it was opened is shown."
                                 : "The recording was interrupted. It can be completed by a repair.");
    for (const Item& item : m_leftover)
        tallyItem(m_summary, item);
}

/// Replaces the footer: the last index page and one walk over the chunk headers behind it. Of these only marks, events
/// and decisions, which are small, are decoded.
void FileReader::scan(std::size_t part, const std::string& openEnd)
{
    ChunkReader& chunks = *m_parts[part].chunks;
    ChunkPosition position = chunks.start();
    Contents contents;
    WholeEnd end{fileHeaderBytes, fileHeaderBytes};
    if (auto recovered = chunks.recover(position)) {
        contents = std::move(recovered->contents);
        if (const auto progress = footerTextFromJson(textOf(recovered->last.application)); progress.ok()) {
            adoptSources(progress->metadata); // the last page before a footer has its text
            for (const LateSource& late : progress->late)
                apply(late, m_metadata);
            m_summary = progress->summary;
            m_edits = progress->edits;
            m_audit = progress->audit;
        }
        if (!recovered->last.chunks.empty()) {
            const ChunkEntry& chunk = recovered->last.chunks.back();
            end.items = chunk.offset + chunkHeaderBytes(formatMajor) + padded(chunk.header.storedLength);
        }
        end.all = position.offset;
    }
    std::vector<ChunkPlace> places;
    while (auto place = chunks.next(position, m_logs[part], true)) {
        end.all = place->end();
        if (place->header.streamType == indexStreamType)
            continue;
        places.push_back(*place);
        end.items = place->end();
    }
    std::uint64_t limit = openEnd.empty() ? UINT64_MAX : takeLeftover(openEnd, chunks, end).value_or(UINT64_MAX);
    // What stands behind the last whole chunk of a growing file is the beginning of the next one.
    if (m_growing && part + 1 == m_parts.size())
        limit = std::min(limit, end.all);
    chunks.limit(limit);
    m_logs[part].forgetFrom(limit);
    for (const ChunkPlace& place : places) {
        if (place.offset >= limit)
            break;
        contents.add(place.header, place.offset);
        tallyChunk({part, place});
    }
    for (const Item& item : m_leftover)
        tallyItem(m_summary, item);
    m_parts[part].index = contents.index();
}

/// Items that were accepted and are in no segment; returns where the segment's whole groups end. Nothing when there is
/// no open end for this segment.
std::optional<std::uint64_t> FileReader::takeLeftover(const std::string& path, ChunkReader& chunks, const WholeEnd& end)
{
    const FileHeader& header = chunks.fileHeader();
    const auto found = readOpenEnd(path, header.uuid, header.segment, end);
    if (!found)
        return std::nullopt;
    m_behind = m_growing && found->behind;
    if (m_behind)
        return std::nullopt;
    Accepted accepted;
    m_leftoverNumber = found->nextItem;
    for (const Bytes& record : found->records) {
        if (!parseRecord(record, accepted))
            break;
        if (accepted.edit)
            m_edits.push_back(std::move(*accepted.edit));
        else
            m_leftover.push_back(std::move(accepted.item));
    }
    if (!m_leftover.empty())
        m_notes.note(std::to_string(m_leftover.size()) + " item(s) at the end come from " + openEndPath(path) +
                     ", which belongs to this recording until it is closed or repaired.");
    // What was written of a group that is not whole is no loss: all of it is here.
    return found->written || found->prepared.segment != header.segment ? UINT64_MAX : found->prepared.offset;
}

void FileReader::tallyChunk(const Located& at)
{
    const ChunkHeader& header = at.place.header;
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
        if (const auto payload = m_parts[at.part].chunks->payload(at.place, m_logs[at.part])) {
            if (auto edit = editFromPayload(*payload))
                m_edits.push_back(std::move(*edit));
        }
        break;
    case StreamType::Audit:
        if (const auto payload = m_parts[at.part].chunks->payload(at.place, m_logs[at.part])) {
            if (auto entry = parseAuditEntry(textOf(*payload)); entry.ok())
                m_audit.push_back(std::move(*entry));
        }
        break;
    case StreamType::Decisions:
    case StreamType::Events:
    case StreamType::Marks:
        if (const auto cursor = openCursor(at)) {
            Item item;
            while (!cursor->atEnd() && cursor->take(item))
                tallyItem(added, item);
        }
        break;
    default: break;
    }
    merge(m_summary, added);
}

void FileReader::noteRepairs(const Json& repairs)
{
    for (const Json& repair : repairs.items()) {
        m_notes.note("Repaired on " + formatUtc(repair["utc_ns"].toInteger()) + ": " +
                     std::to_string(repair["cut_bytes"].toInteger()) + " bytes were cut off.");
        for (const Json& finding : repair["findings"].items())
            m_notes.note("Found by that repair: " + finding.toString());
    }
}

std::vector<std::uint8_t> FileReader::blob(StreamType type) const
{
    Bytes out;
    std::uint32_t part = 0;
    for (const ChunkPlace& place : m_prologue) {
        if (place.header.streamType != static_cast<std::uint16_t>(type))
            continue;
        const auto piece = first().payload(place, m_logs.front());
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
    m_health.lostBytes = m_notes.lostBytes();
    m_health.damagedChunks = m_notes.damagedChunks();
    m_health.findings.clear();
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        m_health.lostBytes += m_logs[i].lostBytes();
        m_health.damagedChunks += m_logs[i].damagedChunks();
        for (const std::string& finding : m_logs[i].findings())
            m_health.findings.push_back(i == 0 ? finding : m_parts[i].chunks->name() + ": " + finding);
    }
    m_health.findings.insert(m_health.findings.end(), m_notes.findings().begin(), m_notes.findings().end());
    return m_health;
}

std::uint64_t FileReader::fileSize() const
{
    std::uint64_t size = 0;
    for (const Part& part : m_parts)
        size += part.chunks->size();
    return size;
}

double FileReader::position() const
{
    std::uint64_t end = 0;
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        const std::uint64_t length = m_parts[i].chunks->dataEnd();
        end += length;
        at += i < m_at.part ? length : i == m_at.part ? std::min(m_at.position.offset, length) : 0;
    }
    return end == 0 ? 1 : static_cast<double>(at) / static_cast<double>(end);
}

void FileReader::seek(Timestamp t)
{
    m_cursors.clear();
    m_pending.reset();
    m_leftoverAt = 0;
    m_skipTo = m_nextNumber = 0;
    m_from = t;
    // The last segment that begins before the time sought; an earlier one ends before the next begins.
    m_at.part = 0;
    for (std::size_t i = 1; i < m_parts.size(); ++i) {
        ChunkPosition position = m_parts[i].chunks->start();
        std::optional<ChunkPlace> place;
        while ((place = m_parts[i].chunks->next(position, m_logs[i])) && isPrologue(place->header)) {
        }
        if (!place || place->header.t0 >= t)
            break;
        m_at.part = i;
    }
    m_at.position = m_parts[m_at.part].chunks->positionBefore(m_parts[m_at.part].index, t);
    m_groupAt = m_at;
}

std::unique_ptr<ItemCursor> FileReader::openCursor(const Located& at)
{
    const ChunkPlace& place = at.place;
    DamageLog& log = m_logs[at.part];
    if (!ItemCursor::knows(place.header)) {
        const bool newer = place.header.streamType <= static_cast<std::uint16_t>(StreamType::Marks);
        if (newer)
            log.report(place.offset, place.length(), 1,
                       "At byte " + std::to_string(place.offset) +
                           ": a chunk of a newer program version was left out.");
        return nullptr;
    }
    auto payload = m_parts[at.part].chunks->payload(place, log);
    if (!payload)
        return nullptr;
    auto cursor = ItemCursor::open(place.header, place.offset, std::move(*payload));
    if (!cursor)
        log.report(place.offset, place.length(), 1,
                   "At byte " + std::to_string(place.offset) + ": the content of a chunk makes no sense.");
    return cursor;
}

/// The next chunk of the recording, segment after segment.
std::optional<Located> FileReader::nextChunk()
{
    while (true) {
        if (auto place = m_parts[m_at.part].chunks->next(m_at.position, m_logs[m_at.part]))
            return Located{m_at.part, *place};
        if (m_at.part + 1 == m_parts.size())
            return std::nullopt;
        ++m_at.part;
        m_at.position = m_parts[m_at.part].chunks->start();
    }
}

bool FileReader::loadGroup()
{
    std::size_t bytes = 0;
    Timestamp latest = std::numeric_limits<Timestamp>::min();
    std::vector<Located> group;
    while (true) {
        const Place before = m_pending ? m_pendingAt : m_at;
        auto at = m_pending ? std::exchange(m_pending, std::nullopt) : nextChunk();
        if (!at)
            break;
        const ChunkHeader& header = at->place.header;
        if (isPrologue(header))
            continue;
        const bool other =
            !group.empty() && (at->part != group.front().part || header.group != group.front().place.header.group);
        if (other || (!group.empty() && bytes + header.rawLength > maxGroupBytes)) {
            m_pending = at;
            m_pendingAt = before;
            break;
        }
        if (group.empty())
            m_groupAt = before;
        bytes += header.rawLength;
        latest = std::max(latest, header.t1);
        group.push_back(*at);
    }
    if (group.empty())
        return false;
    // Groups that end before the time sought are passed over unread.
    if (latest < m_from)
        return true;
    for (const Located& at : group) {
        auto cursor = openCursor(at);
        if (cursor && !cursor->atEnd())
            m_cursors.push_back({at.part, std::move(cursor)});
    }
    std::make_heap(m_cursors.begin(), m_cursors.end(), laterFirst);
    return true;
}

bool FileReader::takeNext(Item& item)
{
    while (true) {
        while (m_cursors.empty()) {
            if (loadGroup())
                continue;
            if (m_leftoverAt == m_leftover.size())
                return false;
            m_nextNumber = m_leftoverNumber + m_leftoverAt + 1;
            item = m_leftover[m_leftoverAt++];
            return true;
        }
        std::pop_heap(m_cursors.begin(), m_cursors.end(), laterFirst);
        ItemCursor& cursor = *m_cursors.back().items;
        m_nextNumber = cursor.nextNumber() + 1;
        if (!cursor.take(item)) {
            m_logs[m_cursors.back().part].report(cursor.offset(), 0, 1,
                                                 "At byte " + std::to_string(cursor.offset()) + ": the last " +
                                                     std::to_string(cursor.left()) +
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
        if (m_nextNumber <= m_skipTo)
            continue;
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

Result<std::unique_ptr<FileReader>> openReader(std::unique_ptr<ByteSource> source, const std::string& name)
{
    std::vector<Part> parts;
    BNOF_TRY_ASSIGN(parts.emplace_back().chunks, ChunkReader::open(std::move(source), name));
    auto reader = std::make_unique<FileReader>(std::move(parts), false);
    BNOF_TRY(reader->begin({}));
    return reader;
}

Result<std::unique_ptr<FileReader>> openFiles(const std::string& path)
{
    const bool recorded = isBeingRecorded(path); // asked first: what is written afterwards is worth another look
    std::vector<Part> parts;
    BNOF_TRY_ASSIGN(auto source, openFileSource(path));
    BNOF_TRY_ASSIGN(parts.emplace_back().chunks, ChunkReader::open(std::move(source), path));
    const Uuid uuid = parts.front().chunks->fileHeader().uuid;
    const auto& footer = parts.front().chunks->footer();
    const auto text = footer ? footerTextFromJson(textOf(footer->application)) : Result<FooterText>(FooterText{});
    const bool more = footer && text.ok() && !text->last;
    const bool alone = parts.front().chunks->fileHeader().major == 1 || isLaterSegment(path) || (footer && !more);
    if (!alone) {
        for (const SegmentFile& file : laterSegments(path, more)) {
            BNOF_TRY_ASSIGN(auto later, openFileSource(file.path));
            auto chunks = ChunkReader::open(std::move(later), file.path);
            // A file by that name that is no part of this recording is none of its business.
            if (chunks.ok() && (*chunks)->fileHeader().uuid == uuid && (*chunks)->fileHeader().segment == file.number)
                parts.emplace_back().chunks = std::move(*chunks);
        }
    }
    auto reader = std::make_unique<FileReader>(std::move(parts), recorded);
    BNOF_TRY(reader->begin(path));
    return reader;
}

Result<std::unique_ptr<FileReader>> openNewest(const std::string& path)
{
    // A recording that grows may have a new group between a look at its file and one at its open end.
    constexpr int tries = 5;
    std::unique_ptr<FileReader> reader;
    for (int i = 0; i < tries && (!reader || reader->isBehind()); ++i) {
        BNOF_TRY_ASSIGN(reader, openFiles(path));
    }
    return reader;
}

Result<void> FileReader::refresh()
{
    if (m_path.empty())
        return {};
    BNOF_TRY_ASSIGN(const auto fresh, openNewest(m_path));
    if (fresh->first().fileHeader().uuid != first().fileHeader().uuid)
        return makeError(ErrorKind::BadInput, "another recording has taken the place of the one that was opened",
                         m_path, "Open it again.");
    // Groups stay where they are once they are written; what was in none of them has a number to be known by.
    const Place at = m_groupAt;
    const std::uint64_t given = std::max(m_nextNumber, m_skipTo);
    const Timestamp from = m_from;
    *this = std::move(*fresh);
    m_at = m_groupAt = at;
    m_skipTo = m_nextNumber = given;
    m_from = from;
    return {};
}

} // namespace

void Reader::rewind()
{
    seek(std::numeric_limits<Timestamp>::min());
}

Result<std::unique_ptr<Reader>> Reader::open(const std::string& path)
{
    BNOF_TRY_ASSIGN(auto reader, openNewest(path));
    return std::unique_ptr<Reader>(std::move(reader));
}

Result<std::unique_ptr<Reader>> Reader::openBytes(std::vector<std::uint8_t> bytes, const std::string& name)
{
    BNOF_TRY_ASSIGN(auto reader, openReader(makeMemorySource(std::move(bytes)), name));
    return std::unique_ptr<Reader>(std::move(reader));
}

} // namespace bnof::recording
