// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/storage/chunk_reader.h"

#include <algorithm>

#include "engine/storage/codec.h"

namespace bnof::storage {
namespace {

std::string at(std::uint64_t offset)
{
    return "At byte " + std::to_string(offset) + ": ";
}

} // namespace

void DamageLog::report(std::uint64_t offset, std::uint64_t lost, std::uint64_t chunks, std::string sentence)
{
    // Each place counts once, however often it is read.
    if (!m_places.insert(offset).second)
        return;
    m_lostBytes += lost;
    m_damagedChunks += chunks;
    if (m_findings.size() < maxFindings)
        m_findings.push_back(std::move(sentence));
    else if (m_findings.size() == maxFindings)
        m_findings.emplace_back("There is more damage; only the first " + std::to_string(maxFindings) +
                                " places are listed.");
}

Result<std::unique_ptr<ChunkReader>> ChunkReader::open(std::unique_ptr<ByteSource> source, std::string name)
{
    std::unique_ptr<ChunkReader> reader(new ChunkReader(std::move(source), std::move(name)));
    Bytes start(fileHeaderBytes);
    start.resize(reader->m_source->readAt(0, start));
    const auto header = parseFileHeader(start);
    if (header)
        reader->m_header = *header;
    reader->m_footer = reader->readFooter();
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
    if (reader->m_header.major > formatMajor)
        return makeError(ErrorKind::BadInput,
                         "this recording has format version " + std::to_string(reader->m_header.major) +
                             ", and this program reads versions up to " + std::to_string(formatMajor),
                         reader->m_name, "Open it with a newer version of the program.");
    return reader;
}

std::optional<Footer> ChunkReader::readFooter() const
{
    const std::uint64_t fileSize = m_source->size();
    if (fileSize < fileHeaderBytes + chunkHeaderBytes + tailBytes)
        return std::nullopt;
    Bytes bytes(tailBytes);
    if (m_source->readAt(fileSize - tailBytes, bytes) != tailBytes)
        return std::nullopt;
    const auto tail = parseTail(bytes);
    if (!tail || tail->footerOffset < fileHeaderBytes || tail->footerOffset > fileSize - tailBytes ||
        tail->footerLength != fileSize - tailBytes - tail->footerOffset || tail->footerLength < chunkHeaderBytes)
        return std::nullopt;
    bytes.resize(chunkHeaderBytes);
    if (m_source->readAt(tail->footerOffset, bytes) != chunkHeaderBytes)
        return std::nullopt;
    const auto header = parseChunkHeader(bytes, tail->uuid);
    if (!header || header->streamType != footerStreamType ||
        chunkHeaderBytes + padded(header->storedLength) != tail->footerLength)
        return std::nullopt;
    bytes.resize(header->storedLength);
    if (m_source->readAt(tail->footerOffset + chunkHeaderBytes, bytes) != bytes.size() ||
        payloadChecksum(bytes, tail->uuid, header->sequence) != header->payloadCrc)
        return std::nullopt;
    const auto raw = unpack(header->codec, header->codecVersion, bytes, header->rawLength);
    if (!raw.ok())
        return std::nullopt;
    auto footer = Footer::parse(*raw);
    if (!footer || footer->fileHeader.uuid != tail->uuid)
        return std::nullopt;
    footer->offset = tail->footerOffset;
    footer->sequence = header->sequence;
    footer->payloadEnd = tail->footerOffset + chunkHeaderBytes + header->storedLength;
    return footer;
}

std::optional<ChunkPlace> ChunkReader::placeAt(std::uint64_t offset) const
{
    std::array<std::uint8_t, chunkHeaderBytes> bytes{};
    const std::uint64_t end = dataEnd();
    if (offset > end || end - offset < chunkHeaderBytes || m_source->readAt(offset, bytes) != bytes.size())
        return std::nullopt;
    const auto header = parseChunkHeader(bytes, m_header.uuid);
    if (!header)
        return std::nullopt;
    return ChunkPlace{offset, *header};
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
                place->header.storedLength <= dataEnd() - candidate - chunkHeaderBytes)
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
    const bool whole = m_source->readAt(footer.offset + chunkHeaderBytes, bytes) == bytes.size() &&
                       payloadChecksum(ByteView(bytes).first(static_cast<std::size_t>(stored)), m_header.uuid,
                                       footer.header.sequence) == footer.header.payloadCrc &&
                       std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(stored), bytes.end(),
                                   [](std::uint8_t byte) { return byte == 0; });
    if (!whole)
        log.report(footer.offset, chunkHeaderBytes + stored, 0,
                   at(footer.offset) + "a footer that was replaced by a later one is damaged; nothing depends on it.");
    return footer.end() + tailBytes;
}

std::optional<ChunkPlace> ChunkReader::next(ChunkPosition& position, DamageLog& log) const
{
    const std::uint64_t end = dataEnd();
    while (position.offset < end) {
        auto place = placeAt(position.offset);
        const bool fits = place && place->header.storedLength <= end - place->offset - chunkHeaderBytes;
        if (fits && place->header.sequence >= position.nextSequence) {
            if (place->header.sequence > position.nextSequence) {
                const std::uint64_t missing = place->header.sequence - position.nextSequence;
                // Keyed apart from damage that begins at the same byte.
                log.report(~place->offset, 0, missing,
                           at(place->offset) + std::to_string(missing) + " chunk(s) before this place are missing.");
            }
            position = {std::min(place->end(), end), place->header.sequence + 1, place->offset};
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
        const std::uint64_t from = position.lastChunk == 0 ? position.offset : position.lastChunk + chunkHeaderBytes;
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
    const std::uint64_t length = place.header.storedLength;
    if (place.offset + chunkHeaderBytes + length > dataEnd())
        return std::nullopt;
    Bytes stored(static_cast<std::size_t>(length));
    const bool read = m_source->readAt(place.offset + chunkHeaderBytes, stored) == stored.size();
    if (!read || payloadChecksum(stored, m_header.uuid, place.header.sequence) != place.header.payloadCrc) {
        log.report(place.offset, chunkHeaderBytes + length, 1,
                   at(place.offset) + (read ? "the content of a chunk" : "a chunk could not be read; its content") +
                       " does not match its checksum; its " + std::to_string(place.header.count) +
                       " item(s) were left out.");
        return std::nullopt;
    }
    auto raw = unpack(place.header.codec, place.header.codecVersion, stored, place.header.rawLength);
    if (!raw.ok()) {
        log.report(place.offset, chunkHeaderBytes + length, 1,
                   at(place.offset) + "a chunk cannot be used: " + raw.error().what + ".");
        return std::nullopt;
    }
    return std::move(*raw);
}

ChunkPosition ChunkReader::positionBefore(const std::vector<IndexEntry>& index, std::int64_t time) const
{
    // The last entry before which everything is earlier than `time`.
    const auto later = std::partition_point(index.begin(), index.end(),
                                            [time](const IndexEntry& entry) { return entry.timeBefore < time; });
    if (later == index.begin())
        return {};
    const IndexEntry& entry = *std::prev(later);
    const auto place = placeAt(entry.offset);
    if (!place || place->header.sequence != entry.sequence)
        return {}; // the index does not fit the file: begin at the beginning
    return {entry.offset, entry.sequence, 0};
}

} // namespace bnof::storage
