// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/storage/chunk_reader.h"

#include <algorithm>

#include "engine/storage/codec.h"

namespace bnof::storage {
namespace {

/// How much of the end of a file is read at once.
constexpr std::uint64_t endReadBytes = 64U << 10;
constexpr std::uint64_t usualPageBytes = 16U << 10;

std::string at(std::uint64_t offset)
{
    return "At byte " + std::to_string(offset) + ": ";
}

} // namespace

void DamageLog::report(std::uint64_t offset, std::uint64_t lost, std::uint64_t chunks, std::string sentence)
{
    // Each place counts once, however often it is read.
    const auto [place, fresh] = m_places.insert({offset, {lost, chunks, {}}});
    if (!fresh)
        return;
    if (m_findings.size() < maxFindings) {
        m_findings.push_back(sentence);
        place->second.sentence = std::move(sentence);
    } else if (m_findings.size() == maxFindings) {
        m_findings.emplace_back("There is more damage; only the first " + std::to_string(maxFindings) +
                                " places are listed.");
    }
}

void DamageLog::forgetFrom(std::uint64_t offset)
{
    for (auto place = m_places.lower_bound(offset); place != m_places.end(); place = m_places.erase(place)) {
        const auto said = std::find(m_findings.begin(), m_findings.end(), place->second.sentence);
        if (said != m_findings.end())
            m_findings.erase(said);
    }
}

std::uint64_t DamageLog::lostBytes() const
{
    std::uint64_t sum = 0;
    for (const auto& [offset, damage] : m_places)
        sum += damage.lost;
    return sum;
}

std::uint64_t DamageLog::damagedChunks() const
{
    std::uint64_t sum = 0;
    for (const auto& [offset, damage] : m_places)
        sum += damage.chunks;
    return sum;
}

std::uint64_t ChunkReader::lastChunkEnd() const
{
    if (!m_footer || m_footer->contents.pages().empty())
        return 0;
    const auto index = page(m_footer->contents.pages().back().offset);
    if (!index || index->chunks.empty())
        return 0;
    const ChunkEntry& last = index->chunks.back();
    return last.offset + headerBytes() + padded(last.header.storedLength);
}

Result<std::unique_ptr<ChunkReader>> ChunkReader::open(std::unique_ptr<ByteSource> source, std::string name)
{
    std::unique_ptr<ChunkReader> reader(new ChunkReader(std::move(source), std::move(name)));
    Bytes start(fileHeaderBytes);
    start.resize(reader->m_source->readAt(0, start));
    const auto header = parseFileHeader(start);
    if (header)
        reader->m_header = *header;
    if (header)
        BNOF_TRY(checkVersion(header->major, reader->m_name));
    for (std::uint16_t major = formatMajor; major > 0 && !reader->m_footer; --major) // also where the header is lost
        reader->m_footer = reader->readFooter(major);
    if (!header) {
        if (!reader->m_footer)
            return makeError(ErrorKind::BadInput,
                             looksLikeRecording(start)
                                 ? "the beginning of this recording is damaged, and it has no footer to repair it from"
                                 : "this is not a recording (.bnr), or its beginning and its end are missing",
                             reader->m_name, "Use another copy of the file.");
        reader->m_header = reader->m_footer->fileHeader;
        reader->m_headerDamaged = true;
    }
    return reader;
}

std::optional<Footer> ChunkReader::readFooter(std::uint16_t major) const
{
    const std::size_t headerBytes = chunkHeaderBytes(major);
    const std::uint64_t fileSize = m_source->size();
    if (fileSize < fileHeaderBytes + headerBytes + tailBytes)
        return std::nullopt;
    // One read for a footer of the usual size: each would be a movement of its own on a disk that was not asked yet.
    Bytes end(static_cast<std::size_t>(std::min(fileSize, endReadBytes)));
    const std::uint64_t endOffset = fileSize - end.size();
    if (m_source->readAt(endOffset, end) != end.size())
        return std::nullopt;
    const auto tail = parseTail(ByteView(end).last(tailBytes));
    if (!tail || tail->footerOffset < fileHeaderBytes || tail->footerOffset > fileSize - tailBytes ||
        tail->footerLength != fileSize - tailBytes - tail->footerOffset || tail->footerLength < headerBytes)
        return std::nullopt;
    const auto readFrom = [&](std::uint64_t offset, std::size_t length, Bytes& out) {
        if (offset >= endOffset) {
            const auto piece = ByteView(end).subspan(static_cast<std::size_t>(offset - endOffset), length);
            out.assign(piece.begin(), piece.end());
            return true;
        }
        out.resize(length);
        return m_source->readAt(offset, out) == length;
    };
    Bytes bytes;
    if (!readFrom(tail->footerOffset, headerBytes, bytes))
        return std::nullopt;
    const auto header = parseChunkHeader(bytes, tail->uuid, major);
    if (!header || header->streamType != footerStreamType ||
        headerBytes + padded(header->storedLength) != tail->footerLength)
        return std::nullopt;
    if (!readFrom(tail->footerOffset + headerBytes, header->storedLength, bytes) ||
        payloadChecksum(bytes, tail->uuid, header->sequence, major) != header->payloadSum)
        return std::nullopt;
    const auto raw = unpack(header->codec, codecVersion(static_cast<Codec>(header->codec)), bytes, header->rawLength);
    if (!raw.ok())
        return std::nullopt;
    auto footer = Footer::parse(*raw, major);
    if (!footer || footer->fileHeader.uuid != tail->uuid || footer->fileHeader.major != major)
        return std::nullopt;
    footer->offset = tail->footerOffset;
    footer->sequence = header->sequence;
    footer->payloadEnd = tail->footerOffset + headerBytes + header->storedLength;
    return footer;
}

std::optional<ChunkPlace> ChunkReader::placeAt(std::uint64_t offset) const
{
    std::array<std::uint8_t, chunkHeaderBytes(1)> buffer{}; // the longer one
    const std::span<std::uint8_t> bytes = std::span(buffer).first(headerBytes());
    const std::uint64_t end = dataEnd();
    if (offset > end || end - offset < bytes.size() || m_source->readAt(offset, bytes) != bytes.size())
        return std::nullopt;
    const auto header = parseChunkHeader(bytes, m_header.uuid, m_header.major);
    if (!header)
        return std::nullopt;
    return ChunkPlace{offset, *header, headerBytes()};
}

std::optional<std::uint64_t> ChunkReader::findChunk(std::uint64_t from, std::uint64_t nextSequence) const
{
    constexpr std::size_t step = 64 * 1024;
    Bytes window(step + syncPattern.size() - 1);
    for (std::uint64_t offset = from; offset < dataEnd(); offset += step) {
        const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(window.size(), dataEnd() - offset));
        const std::size_t have = m_source->readAt(offset, std::span(window).first(want));
        auto begin = window.begin();
        const auto end = window.begin() + static_cast<std::ptrdiff_t>(have);
        while (true) {
            begin = std::search(begin, end, syncPattern.begin(), syncPattern.end());
            if (begin == end)
                break;
            const std::uint64_t candidate = offset + static_cast<std::uint64_t>(begin - window.begin());
            const auto place = placeAt(candidate);
            if (place && place->header.sequence >= nextSequence &&
                place->header.storedLength <= dataEnd() - candidate - headerBytes())
                return candidate;
            ++begin;
        }
        if (have < want)
            break;
    }
    return std::nullopt;
}

std::uint64_t ChunkReader::behindOldTail(const ChunkPlace& footer, DamageLog& log) const
{
    Bytes bytes(tailBytes);
    const bool read = m_source->readAt(footer.end(), bytes) == bytes.size();
    const auto tail = read ? parseTail(bytes) : std::nullopt;
    if (!tail || tail->footerOffset != footer.offset || footer.offset + tail->footerLength != footer.end() ||
        tail->uuid != m_header.uuid)
        return footer.end();
    // Nothing depends on a footer that was replaced, but a check of the file looks at every byte.
    const std::uint64_t stored = footer.header.storedLength;
    bytes.resize(static_cast<std::size_t>(padded(stored)));
    const bool whole = m_source->readAt(footer.payloadOffset(), bytes) == bytes.size() &&
                       payloadChecksum(ByteView(bytes).first(static_cast<std::size_t>(stored)), m_header.uuid,
                                       footer.header.sequence, m_header.major) == footer.header.payloadSum &&
                       std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(stored), bytes.end(),
                                   [](std::uint8_t byte) { return byte == 0; });
    if (!whole)
        log.report(footer.offset, footer.length(), 0,
                   at(footer.offset) + "a footer that was replaced by a later one is damaged; nothing depends on it.");
    return footer.end() + tailBytes;
}

std::optional<ChunkPlace> ChunkReader::next(ChunkPosition& position, DamageLog& log, bool withPages) const
{
    const std::uint64_t end = dataEnd();
    while (position.offset < end) {
        auto place = placeAt(position.offset);
        const bool fits = place && place->header.storedLength <= end - place->payloadOffset();
        if (fits && place->header.sequence >= position.nextSequence) {
            if (place->header.sequence > position.nextSequence) {
                const std::uint64_t missing = place->header.sequence - position.nextSequence;
                // Keyed apart from damage that begins at the same byte.
                log.report(~place->offset, 0, missing,
                           at(place->offset) + std::to_string(missing) + " chunk(s) before this place are missing.");
            }
            if (place->header.startsGroup)
                position.group = static_cast<std::uint32_t>(place->header.sequence);
            if (m_header.major > 1)
                place->header.group = position.group;
            position = {std::min(place->end(), end), place->header.sequence + 1, place->offset, position.group};
            if (place->header.streamType == indexStreamType && !withPages)
                continue;
            if (place->header.streamType != footerStreamType)
                return place;
            position.offset = std::min(behindOldTail(*place, log), end);
            continue;
        }
        if (fits) {
            log.report(place->offset, std::min(place->end(), end) - place->offset, 1,
                       at(place->offset) + "a chunk is here that belongs earlier in the file; it was refused.");
            position.lastChunk = place->offset;
            position.offset = std::min(place->end(), end);
            continue;
        }
        // Bytes may be missing in the middle, so the next chunk can begin inside what the one before claims.
        const std::uint64_t from = position.lastChunk == 0 ? position.offset : position.lastChunk + headerBytes();
        const auto found = findChunk(std::min(from, position.offset), position.nextSequence);
        const std::uint64_t until = found.value_or(end);
        const std::uint64_t lost = until > position.offset ? until - position.offset : 0;
        log.report(position.offset, lost, 0,
                   at(position.offset) +
                       (found ? std::to_string(lost) + " bytes are damaged; reading goes on behind them."
                        : place
                            ? "the last chunk is cut off; its " + std::to_string(lost) + " bytes cannot be used."
                            : "the last " + std::to_string(lost) + " bytes are no whole chunk and cannot be used."));
        position.lastChunk = 0;
        position.offset = until;
    }
    return std::nullopt;
}

std::optional<Bytes> ChunkReader::payload(const ChunkPlace& place, DamageLog& log) const
{
    if (place.storedEnd() > dataEnd())
        return std::nullopt;
    Bytes stored(place.header.storedLength);
    const bool read = m_source->readAt(place.payloadOffset(), stored) == stored.size();
    if (!read ||
        payloadChecksum(stored, m_header.uuid, place.header.sequence, m_header.major) != place.header.payloadSum) {
        log.report(place.offset, place.length(), 1,
                   at(place.offset) + (read ? "the content of a chunk" : "a chunk could not be read; its content") +
                       " does not match its checksum; its " + std::to_string(place.header.count) +
                       " item(s) were left out.");
        return std::nullopt;
    }
    if (place.header.codec == static_cast<std::uint8_t>(Codec::None) && place.header.rawLength == stored.size())
        return stored;
    auto raw = unpack(place.header.codec, codecVersion(static_cast<Codec>(place.header.codec)), stored,
                      place.header.rawLength);
    if (!raw.ok()) {
        log.report(place.offset, place.length(), 1,
                   at(place.offset) + "a chunk cannot be used: " + raw.error().what + ".");
        return std::nullopt;
    }
    return std::move(*raw);
}

std::optional<IndexPage> ChunkReader::page(std::uint64_t offset) const
{
    m_source->willNeed(offset, usualPageBytes);
    const auto place = placeAt(offset);
    DamageLog ignored; // walking over the chunks finds the same
    if (!place || place->header.streamType != indexStreamType)
        return std::nullopt;
    const auto bytes = payload(*place, ignored);
    auto page = bytes ? IndexPage::parse(*bytes, m_header.uuid) : std::nullopt;
    if (!page || page->previous >= offset)
        return std::nullopt;
    for (const ChunkEntry& chunk : page->chunks)
        if (chunk.offset >= offset)
            return std::nullopt;
    return page;
}

/// From the end towards the beginning: between two pages there are 256 chunks at most.
std::optional<std::uint64_t> ChunkReader::lastPage() const
{
    constexpr std::uint64_t step = 1U << 20;
    Bytes window;
    for (std::uint64_t end = dataEnd(); end > fileHeaderBytes;) {
        const std::uint64_t begin = end > fileHeaderBytes + step ? end - step : fileHeaderBytes;
        // A pattern may lie across the border to the window behind.
        window.resize(static_cast<std::size_t>(std::min(end + syncPattern.size() - 1, dataEnd()) - begin));
        window.resize(m_source->readAt(begin, window));
        for (auto from = window.end();;) {
            const auto found = std::find_end(window.begin(), from, syncPattern.begin(), syncPattern.end());
            if (found == from)
                break;
            const std::uint64_t offset = begin + static_cast<std::uint64_t>(found - window.begin());
            const auto place = placeAt(offset);
            if (place && place->header.streamType == indexStreamType && page(offset))
                return offset;
            from = found + static_cast<std::ptrdiff_t>(syncPattern.size()) - 1;
        }
        end = begin;
    }
    return std::nullopt;
}

std::optional<ChunkReader::Recovered> ChunkReader::recover(ChunkPosition& position) const
{
    const auto last = m_header.major > 1 ? lastPage() : std::nullopt;
    if (!last)
        return std::nullopt;
    std::vector<std::pair<std::uint64_t, IndexPage>> pages;
    for (std::uint64_t offset = *last; offset != 0;) {
        auto found = page(offset);
        if (!found)
            return std::nullopt; // a hole: only a walk finds what lies before it
        pages.emplace_back(offset, std::move(*found));
        offset = pages.back().second.previous;
    }
    Recovered out;
    out.offset = *last;
    // The groups with the latest time before each, as a walk would have met them.
    Contents groups;
    for (auto at = pages.rbegin(); at != pages.rend(); ++at) {
        PageEntry entry{at->first, 0, 0};
        const auto& chunks = at->second.chunks;
        for (std::size_t i = 0; i < chunks.size(); ++i) {
            groups.add(chunks[i].header, chunks[i].offset);
            entry.t0 = i == 0 ? chunks[i].header.t0 : std::min(entry.t0, chunks[i].header.t0);
            entry.t1 = i == 0 ? chunks[i].header.t1 : std::max(entry.t1, chunks[i].header.t1);
        }
        const auto place = placeAt(at->first);
        if (place)
            groups.addUnindexed(place->header);
        groups.addPage(entry);
    }
    out.contents = std::move(groups);
    out.last = std::move(pages.front().second);
    const auto place = placeAt(*last);
    if (!place)
        return std::nullopt;
    position = {place->end(), place->header.sequence + 1, place->offset, 0};
    return out;
}

ChunkPosition ChunkReader::positionBefore(const std::vector<IndexEntry>& index, std::int64_t time) const
{
    // The last entry before which everything is earlier than `time`.
    const auto later = std::partition_point(index.begin(), index.end(),
                                            [time](const IndexEntry& entry) { return entry.timeBefore < time; });
    if (later == index.begin())
        return start();
    const IndexEntry& entry = *std::prev(later);
    const auto place = placeAt(entry.offset);
    if (!place || place->header.sequence != entry.sequence)
        return start(); // the index does not fit the file: begin at the beginning
    return {entry.offset, entry.sequence, 0, 0};
}

} // namespace bnof::storage
