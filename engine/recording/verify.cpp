// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/recording/stream_layout.h"
#include "engine/storage/chunk_reader.h"

namespace bnof::recording {

using namespace storage;

namespace {

/// SHA-256 of the whole file; half of the work of a check.
Result<std::string> hashFile(const ByteSource& source, const std::string& name,
                             const std::function<bool(double)>& progress)
{
    Sha256 hash;
    Bytes buffer(256 * 1024);
    std::uint64_t offset = 0;
    while (offset < source.size()) {
        const std::size_t want =
            static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), source.size() - offset));
        const std::size_t n = source.readAt(offset, std::span(buffer).first(want));
        if (n == 0)
            return makeError(ErrorKind::Storage, "the file cannot be read to its end", name,
                             "Check this disk for faults, or use another copy of the file.");
        hash.update(ByteView(buffer).first(n));
        offset += n;
        if (progress && !progress(0.5 * static_cast<double>(offset) / static_cast<double>(source.size())))
            return makeError(ErrorKind::Cancelled, "the check was cancelled", name);
    }
    return hash.hexDigest();
}

bool allZero(const ByteSource& source, std::uint64_t offset, std::uint64_t length)
{
    std::array<std::uint8_t, 8> bytes{};
    const std::size_t n = source.readAt(offset, std::span(bytes).first(static_cast<std::size_t>(length)));
    return std::all_of(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n),
                       [](std::uint8_t byte) { return byte == 0; });
}

/// What reading the items does not look at: the zeros between chunks, and whether the footer's table is
/// the one that the chunks give.
void checkStructure(const ChunkReader& chunks, const Reader& reader, DamageLog& log)
{
    Contents contents;
    ChunkPosition position;
    DamageLog ignored; // the reader reports the same damage
    std::vector<DescriptionEdit> edits;
    while (auto place = chunks.next(position, ignored)) {
        contents.add(place->header, place->offset);
        if (place->header.streamType == static_cast<std::uint16_t>(StreamType::DescriptionEdit)) {
            const auto payload = chunks.payload(*place, log);
            if (auto edit = payload ? editFromPayload(*payload) : std::nullopt)
                edits.push_back(std::move(*edit));
        }
        const std::uint64_t end = place->offset + chunkHeaderBytes + place->header.storedLength;
        if (place->end() <= chunks.dataEnd() && !allZero(chunks.source(), end, place->end() - end))
            log.report(end, place->end() - end, 0,
                       "At byte " + std::to_string(end) + ": the padding behind a chunk is not zero.");
    }
    const auto& footer = chunks.footer();
    if (!footer)
        return;
    const std::uint64_t padding = chunks.size() - tailBytes - footer->payloadEnd;
    if (!allZero(chunks.source(), footer->payloadEnd, padding))
        log.report(footer->payloadEnd, 0, 0,
                   "At byte " + std::to_string(footer->payloadEnd) + ": the padding behind the footer is not zero.");
    if (footer->contents.chunks() != contents.chunks() || footer->contents.streams() != contents.streams())
        log.report(footer->offset, 0, 0,
                   "At byte " + std::to_string(footer->offset) + ": the footer lists " +
                       std::to_string(footer->contents.chunks()) + " chunks, and " + std::to_string(contents.chunks()) +
                       " are in the file.");
    if (edits != reader.edits())
        log.report(footer->offset + 1, 0, 0,
                   "At byte " + std::to_string(footer->offset) +
                       ": the changed descriptions in the footer are not those in the file.");
}

Result<Verification> verifySource(std::unique_ptr<ByteSource> source, std::unique_ptr<Reader> reader,
                                  const std::string& name, const std::function<bool(double)>& progress)
{
    Verification result;
    BNOF_TRY_ASSIGN(result.sha256, hashFile(*source, name, progress));
    StreamHasher hasher(reader->metadata().layers.size());
    Summary seen;
    Item item;
    std::uint64_t items = 0;
    while (reader->next(item)) {
        tally(seen, item);
        if (const auto* spikes = std::get_if<SpikesItem>(&item))
            hasher.spikes(spikes->layer, spikes->spikes);
        else if (const auto* decision = std::get_if<DecisionItem>(&item))
            hasher.decision(decision->decision);
        if (++items % 4096 == 0 && progress && !progress(0.5 + 0.5 * reader->position()))
            return makeError(ErrorKind::Cancelled, "the check was cancelled", name);
    }
    static_cast<void>(reader->modelBytes());
    static_cast<void>(reader->recogniserState());
    result.spikesHash = hasher.spikesHash();
    result.decisionsHash = hasher.decisionsHash();
    result.health = reader->health();
    DamageLog structure;
    BNOF_TRY_ASSIGN(const auto chunks, ChunkReader::open(std::move(source), name));
    checkStructure(*chunks, *reader, structure);
    if (result.health.complete && result.health.damagedChunks == 0 && !(seen == reader->summary()))
        structure.report(~std::uint64_t{0}, 0, 0, "The footer's totals are not those of the items in the file.");
    result.health.lostBytes += structure.lostBytes();
    result.health.findings.insert(result.health.findings.end(), structure.findings().begin(),
                                  structure.findings().end());
    result.summary = std::move(seen);
    result.intact = result.health.complete && result.health.lostBytes == 0 && result.health.damagedChunks == 0 &&
                    structure.findings().empty();
    return result;
}

} // namespace

Result<Verification> verify(const std::string& path, const std::function<bool(double)>& progress)
{
    BNOF_TRY_ASSIGN(auto source, openFileSource(path));
    BNOF_TRY_ASSIGN(auto reader, Reader::open(path));
    return verifySource(std::move(source), std::move(reader), path, progress);
}

Result<Verification> verifyBytes(std::vector<std::uint8_t> bytes, const std::string& name)
{
    BNOF_TRY_ASSIGN(auto reader, Reader::openBytes(bytes, name));
    return verifySource(makeMemorySource(std::move(bytes)), std::move(reader), name, {});
}

} // namespace bnof::recording
