// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <unistd.h>

#include "engine/recording/stream_layout.h"
#include "engine/storage/chunk_reader.h"

namespace bnof::recording {

using namespace storage;

namespace {

/// The chunks worth keeping: whole, in place, with right content.
struct Survey {
    std::vector<std::uint64_t> damaged; ///< offsets of chunks whose content is wrong
    Contents contents;
    std::uint64_t nextSequence = 0;
    std::uint64_t end = fileHeaderBytes;
    DamageLog log;
};

/// Share of the file at `offset`.
double shareAt(const ChunkReader& chunks, std::uint64_t offset)
{
    return static_cast<double>(offset) / static_cast<double>(std::max<std::uint64_t>(chunks.size(), 1));
}

Error cancelled(const std::string& path)
{
    return makeError(ErrorKind::Cancelled, "the repair was cancelled; the file is as it was", path);
}

Result<Survey> survey(const ChunkReader& chunks, const std::function<bool(double)>& progress)
{
    Survey result;
    ChunkPosition position;
    while (auto place = chunks.next(position, result.log)) {
        if (progress && !progress(0.4 + 0.3 * shareAt(chunks, place->offset)))
            return cancelled(chunks.name());
        const bool usable = chunks.payload(*place, result.log).has_value();
        if (!usable) {
            result.damaged.push_back(place->offset);
            continue;
        }
        result.contents.add(place->header, place->offset);
        result.nextSequence = place->header.sequence + 1;
        result.end = place->end();
    }
    return result;
}

Bytes footerBytes(const Reader& reader, const Summary& summary, const Json& repairs)
{
    const std::string text = encode(FooterText{toJson(reader.metadata()), summary, repairs, reader.edits()});
    return Bytes(text.begin(), text.end());
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

/// Chunk by chunk into a new file; the damaged ones stay behind.
Result<void> writeCopy(const ChunkReader& chunks, const std::string& outPath, ByteView application,
                       const std::function<bool(double)>& progress)
{
    BNOF_TRY_ASSIGN(auto writer, ChunkWriter::create(outPath, chunks.fileHeader(), Codec::None));
    const auto copyAll = [&]() -> Result<void> {
        ChunkPosition position;
        DamageLog ignored;
        Bytes stored;
        while (auto place = chunks.next(position, ignored)) {
            if (progress && !progress(0.7 + 0.3 * shareAt(chunks, place->offset)))
                return cancelled(chunks.name());
            if (!chunks.payload(*place, ignored))
                continue;
            stored.resize(place->header.storedLength);
            if (chunks.source().readAt(place->offset + chunkHeaderBytes, stored) != stored.size())
                return makeError(ErrorKind::Storage, "the recording changed while it was copied", chunks.name());
            BNOF_TRY(writer->appendStored(place->header, stored));
        }
        return writer->finish(application);
    };
    auto copied = copyAll();
    if (!copied.ok()) {
        writer.reset();
        ::unlink(outPath.c_str()); // ours, and of no use
    }
    return copied;
}

} // namespace

Result<Repair> repair(const std::string& path, const std::string& outPath, const std::function<bool(double)>& progress)
{
    BNOF_TRY_ASSIGN(auto reader, Reader::open(path));
    BNOF_TRY_ASSIGN(auto source, openFileSource(path));
    BNOF_TRY_ASSIGN(const auto chunks, ChunkReader::open(std::move(source), path));
    if (outPath.empty() && chunks->source().isBeingWritten())
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
    BNOF_TRY_ASSIGN(const Survey found, survey(*chunks, progress));

    Repair result;
    const bool mendable = !reader->health().complete || chunks->fileHeaderIsDamaged() ||
                          (!outPath.empty() && (found.log.lostBytes() > 0 || found.log.damagedChunks() > 0));
    if (!mendable)
        return result;
    result.changed = true;
    result.findings = reader->health().findings;
    const std::uint64_t dataEnd = chunks->dataEnd();
    Json earlier;
    if (chunks->footer()) {
        const Bytes& text = chunks->footer()->application;
        if (auto parsed = footerTextFromJson({reinterpret_cast<const char*>(text.data()), text.size()}); parsed.ok())
            earlier = parsed->repairs;
    }
    // A footer that lost its tail is written anew; it is no loss.
    result.cutBytes = dataEnd > found.end ? dataEnd - found.end : 0;
    if (!outPath.empty())
        result.cutBytes = found.log.lostBytes();
    const Bytes application = footerBytes(*reader, summary, describe(result, earlier));
    if (!outPath.empty()) {
        BNOF_TRY(writeCopy(*chunks, outPath, application, progress));
        return result;
    }
    BNOF_TRY_ASSIGN(auto writer, ChunkWriter::resume(path, chunks->fileHeader(), Codec::Lz4, found.contents,
                                                     found.nextSequence, found.end));
    BNOF_TRY(writer->finish(application));
    return result;
}

} // namespace bnof::recording
