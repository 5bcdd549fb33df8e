// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <filesystem>

#include "engine/recording/audit_log.h"
#include "engine/recording/item_record.h"
#include "engine/recording/rewrite.h"
#include "engine/recording/segments.h"
#include "engine/recording/stream_layout.h"
#include "engine/storage/chunk_reader.h"
#include "engine/storage/open_end.h"

namespace bnof::recording {

using namespace storage;

namespace {

/// The chunks worth keeping: whole, in place, with right content.
struct Survey {
    Contents contents;
    IndexPage page; ///< what no index page lists yet
    std::uint64_t nextSequence = 0;
    std::uint64_t end = fileHeaderBytes;
    std::uint64_t itemsEnd = fileHeaderBytes;
    DamageLog log;
};

Error cancelled(const std::string& path)
{
    return makeError(ErrorKind::Cancelled, "the repair was cancelled; the file is as it was", path);
}

Result<Survey> survey(const ChunkReader& chunks, const std::function<bool(double)>& progress)
{
    Survey result;
    ChunkPosition position = chunks.start();
    result.nextSequence = position.nextSequence;
    while (auto place = chunks.next(position, result.log, true)) {
        if (progress && !progress(0.4 + 0.6 * static_cast<double>(place->offset) /
                                            static_cast<double>(std::max<std::uint64_t>(chunks.size(), 1))))
            return cancelled(chunks.name());
        if (place->header.streamType == indexStreamType) { // stays where it is, and a new one lists all
            result.contents.addUnindexed(place->header);
            result.nextSequence = place->header.sequence + 1;
            result.end = place->end();
            continue;
        }
        if (!chunks.payload(*place, result.log))
            continue;
        result.contents.add(place->header, place->offset);
        result.page.chunks.push_back({place->offset, place->header});
        result.nextSequence = place->header.sequence + 1;
        result.end = result.itemsEnd = place->end();
    }
    return result;
}

Json describe(const Repair& repair, const Json& earlier)
{
    Json all = earlier.isArray() ? earlier : Json::array();
    Json entry = Json::object();
    entry.set("utc_ns", wallNow());
    entry.set("cut_bytes", repair.cutBytes);
    entry.set("findings", Json::arrayOf(repair.findings));
    all.push(std::move(entry));
    return all;
}

/// Writes what the open end still holds, and the footer.
Result<void> complete(SegmentWriter& writer, const std::string& firstPath, const std::optional<Leftover>& leftover,
                      const Reader& reader, const Summary& summary, const Json& repairs)
{
    if (leftover) {
        GroupBuilder group;
        group.setTickLength(static_cast<std::int64_t>(reader.metadata().tickMs * 1e6));
        group.startNumber(leftover->nextItem);
        Accepted accepted;
        for (const Bytes& record : leftover->records) {
            if (!parseRecord(record, accepted))
                break;
            if (accepted.edit || group.needsOwnGroup(accepted.item))
                BNOF_TRY(writer.write(group));
            if (accepted.edit)
                BNOF_TRY(writer.write(*accepted.edit));
            else
                group.add(accepted.item);
        }
        BNOF_TRY(writer.write(group));
    }
    BNOF_TRY(writer.write(auditBy({}, audit::repaired)));
    BNOF_TRY(writer.finish(repairs, summary, reader.edits()));
    removeOpenEnd(firstPath);
    return {};
}

/// Cuts off what is not whole, and completes the file.
Result<void> completeFile(const std::string& path, const std::string& firstPath, const ChunkReader& chunks,
                          Survey found, const Reader& reader, const Summary& summary, const Json& repairs)
{
    const FileHeader& header = chunks.fileHeader();
    const auto leftover = readOpenEnd(firstPath, header.uuid, header.segment, {found.itemsEnd, found.end});
    if (leftover && !leftover->written && found.itemsEnd > leftover->prepared.offset) {
        // The last group was not written whole; the open end has it.
        const std::uint64_t end = leftover->prepared.offset;
        Contents contents;
        std::erase_if(found.page.chunks, [end](const ChunkEntry& chunk) { return chunk.offset >= end; });
        for (const ChunkEntry& chunk : found.page.chunks)
            contents.add(chunk.header, chunk.offset);
        found.nextSequence =
            found.page.chunks.empty() ? header.firstSequence : found.page.chunks.back().header.sequence + 1;
        found.contents = std::move(contents);
        found.end = end;
    }
    BNOF_TRY_ASSIGN(auto file, ChunkWriter::resume(path, header, Codec::Lz4, found.contents, std::move(found.page),
                                                   found.nextSequence, found.end));
    // Edits and totals were read with the open end's; only the chunks are missing in the file.
    SegmentWriter writer(std::move(file), firstPath, reader.originalMetadata(), Summary{}, {}, reader.audit(),
                         Codec::Lz4, {UINT64_MAX, 0});
    return complete(writer, firstPath, leftover, reader, summary, repairs);
}

/// The last file was closed, and the next one never begun: it gets what the open end holds.
Result<void> beginNextFile(const std::string& firstPath, const ChunkReader& chunks, const Reader& reader,
                           const Summary& summary, const Json& repairs)
{
    FileHeader header = chunks.fileHeader();
    const std::uint64_t end = chunks.lastChunkEnd();
    const auto leftover = end == 0 ? std::nullopt : readOpenEnd(firstPath, header.uuid, header.segment, {end, end});
    if (!leftover || leftover->behind)
        return makeError(ErrorKind::BadInput, "files of this recording are missing, and nothing can replace them",
                         firstPath, "Put them back beside it, or write what there is into a new file with --out.");
    ++header.segment;
    const std::string path = segmentPath(firstPath, header.segment);
    // Made, and nothing was written to it yet.
    if (std::error_code none; std::filesystem::file_size(path, none) < fileHeaderBytes && !none)
        std::filesystem::remove(path, none);
    header.firstSequence = static_cast<std::uint32_t>(chunks.footer()->sequence);
    BNOF_TRY_ASSIGN(auto file, ChunkWriter::create(path, header, Codec::Lz4, FileCalls::ofTheSystem()));
    SegmentWriter writer(std::move(file), firstPath, reader.originalMetadata(), Summary{}, {}, reader.audit(),
                         Codec::Lz4, {UINT64_MAX, 0});
    BNOF_TRY(writer.writeMetadata());
    return complete(writer, firstPath, leftover, reader, summary, repairs);
}

} // namespace

Result<Repair> repair(const std::string& path, const std::string& outPath, const std::function<bool(double)>& progress)
{
    BNOF_TRY_ASSIGN(auto reader, Reader::open(path));
    const std::string lastPath = reader->files().back();
    BNOF_TRY_ASSIGN(auto source, openFileSource(lastPath));
    BNOF_TRY_ASSIGN(const auto chunks, ChunkReader::open(std::move(source), lastPath));
    if (outPath.empty() && (chunks->source().isBeingWritten() || isBeingRecorded(path)))
        return makeError(ErrorKind::Storage, "this recording is still being written", path,
                         "Stop the recording first.");
    Summary summary;
    Item item;
    std::uint64_t items = 0;
    while (reader->next(item)) {
        tally(summary, item);
        if (++items % 4096 == 0 && progress && !progress(0.4 * reader->position()))
            return cancelled(path);
    }
    const Health& health = reader->health();
    Repair result;
    const bool mendable = !health.complete || chunks->fileHeaderIsDamaged() ||
                          (!outPath.empty() && (health.lostBytes > 0 || health.damagedChunks > 0));
    if (!mendable)
        return result;
    result.findings = health.findings;
    Json earlier;
    if (chunks->footer()) {
        const Bytes& text = chunks->footer()->application;
        if (auto parsed = footerTextFromJson({reinterpret_cast<const char*>(text.data()), text.size()}); parsed.ok())
            earlier = parsed->repairs;
    }
    if (!outPath.empty()) {
        result.cutBytes = health.lostBytes;
        BNOF_TRY(rewrite(*reader, outPath, {}, describe(result, earlier),
                         [&](double share) { return !progress || progress(0.4 + 0.6 * share); }));
        result.changed = true;
        return result;
    }
    if (chunks->fileHeader().major != formatMajor)
        return makeError(ErrorKind::Usage, "recordings of format version 1 are repaired into a new file", path,
                         "Name one: bnof repair FILE --out NEW.bnr");
    if (chunks->footer() && !chunks->fileHeaderIsDamaged()) {
        BNOF_TRY(beginNextFile(path, *chunks, *reader, summary, describe(result, earlier)));
        result.changed = true;
        return result;
    }
    BNOF_TRY_ASSIGN(Survey found, survey(*chunks, progress));
    // A footer that lost its tail is written anew; it is no loss.
    const std::uint64_t dataEnd = chunks->dataEnd();
    result.cutBytes = dataEnd > found.end ? dataEnd - found.end : 0;
    BNOF_TRY(completeFile(lastPath, path, *chunks, std::move(found), *reader, summary, describe(result, earlier)));
    result.changed = true;
    return result;
}

} // namespace bnof::recording
