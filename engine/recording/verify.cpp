// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "engine/recording/stream_layout.h"
#include "engine/storage/chunk_reader.h"

namespace bnof::recording {

using namespace storage;

namespace {

using Sources = std::vector<std::pair<std::string, std::unique_ptr<ByteSource>>>;

/// SHA-256 of all files one after the other; half of the work of a check.
Result<std::string> hashFiles(const Sources& sources, const std::function<bool(double)>& progress)
{
    Sha256 hash;
    Bytes buffer(256 * 1024);
    std::uint64_t total = 0;
    std::uint64_t done = 0;
    for (const auto& [name, source] : sources)
        total += source->size();
    for (const auto& [name, source] : sources) {
        for (std::uint64_t offset = 0; offset < source->size();) {
            const std::size_t want =
                static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), source->size() - offset));
            const std::size_t n = source->readAt(offset, std::span(buffer).first(want));
            if (n == 0)
                return makeError(ErrorKind::Storage, "the file cannot be read to its end", name,
                                 "Check this disk for faults, or use another copy of the file.");
            hash.update(ByteView(buffer).first(n));
            offset += n;
            done += n;
            if (progress && !progress(0.5 * static_cast<double>(done) / static_cast<double>(total)))
                return makeError(ErrorKind::Cancelled, "the check was cancelled", name);
        }
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

void checkIndexPages(const ChunkReader& chunks, const std::vector<ChunkEntry>& walked, DamageLog& log)
{
    std::size_t at = 0;
    for (const PageEntry& entry : chunks.footer()->contents.pages()) {
        const auto page = chunks.page(entry.offset);
        bool right = page.has_value();
        for (std::size_t i = 0; right && i < page->chunks.size(); ++i, ++at)
            right = at < walked.size() && walked[at].offset == page->chunks[i].offset &&
                    walked[at].header == page->chunks[i].header;
        if (!right) {
            log.report(entry.offset, 0, 0,
                       "At byte " + std::to_string(entry.offset) +
                           ": an index page is damaged or does not list the chunks before it; the data is not "
                           "touched by that.");
            return;
        }
    }
    if (at != walked.size())
        log.report(chunks.footer()->offset, 0, 0,
                   "At byte " + std::to_string(chunks.footer()->offset) + ": the index pages list " +
                       std::to_string(at) + " of " + std::to_string(walked.size()) + " chunks.");
}

/// What reading the items does not look at: the zeros between chunks, and whether the footer's tables and the index
/// pages are those that the chunks give.
void checkStructure(const ChunkReader& chunks, std::vector<DescriptionEdit>& edits, std::vector<AuditEntry>& trail,
                    DamageLog& log)
{
    Contents contents;
    ChunkPosition position = chunks.start();
    DamageLog ignored; // the reader reports the same damage
    std::vector<ChunkEntry> walked;
    std::uint64_t behindPages = 0;
    while (auto place = chunks.next(position, ignored, true)) {
        if (place->header.streamType != indexStreamType) {
            contents.add(place->header, place->offset);
            walked.push_back({place->offset, place->header});
        }
        if (place->header.streamType == static_cast<std::uint16_t>(StreamType::DescriptionEdit)) {
            const auto payload = chunks.payload(*place, log);
            if (auto edit = payload ? editFromPayload(*payload) : std::nullopt)
                edits.push_back(std::move(*edit));
        }
        if (place->header.streamType == static_cast<std::uint16_t>(StreamType::Audit)) {
            const auto payload = chunks.payload(*place, log);
            auto entry = payload ? parseAuditEntry({reinterpret_cast<const char*>(payload->data()), payload->size()})
                                 : Result<AuditEntry>(AuditEntry{});
            if (entry.ok())
                trail.push_back(std::move(*entry));
        }
        const std::uint64_t end = place->storedEnd();
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
    StreamTable listed = footer->contents.streams();
    std::uint64_t pages = 0;
    if (const auto found = listed.find({indexStreamType, 0}); found != listed.end()) {
        pages = found->second.chunks;
        listed.erase(found);
    }
    if (footer->contents.chunks() - pages != contents.chunks() || listed != contents.streams())
        log.report(footer->offset, 0, 0,
                   "At byte " + std::to_string(footer->offset) + ": the footer lists " +
                       std::to_string(footer->contents.chunks() - pages) + " chunks, and " +
                       std::to_string(contents.chunks()) + " are in the file.");
    // A change of the description behind an old footer is in no index page.
    const auto& all = footer->contents.pages();
    behindPages = all.empty() ? 0 : all.back().offset;
    std::erase_if(walked, [behindPages](const ChunkEntry& chunk) { return chunk.offset > behindPages; });
    if (chunks.fileHeader().major > 1)
        checkIndexPages(chunks, walked, log);
}

Result<Verification> verifySources(Sources sources, std::unique_ptr<Reader> reader,
                                   const std::function<bool(double)>& progress)
{
    Verification result;
    BNOF_TRY_ASSIGN(result.sha256, hashFiles(sources, progress));
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
            return makeError(ErrorKind::Cancelled, "the check was cancelled", reader->path());
    }
    static_cast<void>(reader->modelBytes());
    static_cast<void>(reader->recogniserState());
    result.spikesHash = hasher.spikesHash();
    result.decisionsHash = hasher.decisionsHash();
    result.health = reader->health();
    std::vector<DescriptionEdit> edits;
    std::vector<AuditEntry> trail;
    std::vector<std::string> structural;
    for (auto& [name, source] : sources) {
        DamageLog log;
        BNOF_TRY_ASSIGN(const auto chunks, ChunkReader::open(std::move(source), name));
        checkStructure(*chunks, edits, trail, log);
        result.health.lostBytes += log.lostBytes();
        for (const std::string& finding : log.findings())
            structural.push_back(sources.size() == 1 ? finding : name + ": " + finding);
    }
    if (const AuditCheck check = checkChain(reader->audit()); !check.intact)
        structural.push_back("The audit trail: " + check.finding);
    if (result.health.complete && trail != reader->audit())
        structural.emplace_back("The audit trail in the footer is not that in the file.");
    if (result.health.complete && edits != reader->edits())
        structural.emplace_back("The changed descriptions in the footer are not those in the file.");
    if (result.health.complete && result.health.damagedChunks == 0 && !(seen == reader->summary()))
        structural.emplace_back("The footer's totals are not those of the items in the file.");
    result.health.findings.insert(result.health.findings.end(), structural.begin(), structural.end());
    result.summary = std::move(seen);
    result.intact = result.health.complete && result.health.lostBytes == 0 && result.health.damagedChunks == 0 &&
                    structural.empty();
    return result;
}

} // namespace

Result<Verification> verify(const std::string& path, const std::function<bool(double)>& progress)
{
    BNOF_TRY_ASSIGN(auto reader, Reader::open(path));
    Sources sources;
    for (const std::string& file : reader->files()) {
        BNOF_TRY_ASSIGN(auto source, openFileSource(file));
        sources.emplace_back(file, std::move(source));
    }
    return verifySources(std::move(sources), std::move(reader), progress);
}

Result<Verification> verifyBytes(std::vector<std::uint8_t> bytes, const std::string& name)
{
    BNOF_TRY_ASSIGN(auto reader, Reader::openBytes(bytes, name));
    Sources sources;
    sources.emplace_back(name, makeMemorySource(std::move(bytes)));
    return verifySources(std::move(sources), std::move(reader), {});
}

} // namespace bnof::recording
