// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/segment_writer.h"

#include <algorithm>
#include <unistd.h>

#include "engine/recording/segments.h"

namespace bnof::recording {

using namespace storage;

namespace {

constexpr std::size_t partBytes = 4U << 20;

Bytes bytesOf(const std::string& text)
{
    return {text.begin(), text.end()};
}

} // namespace

SegmentWriter::SegmentWriter(std::unique_ptr<ChunkWriter> writer, const std::string& path, RecordingMetadata metadata,
                             Summary summary, std::vector<DescriptionEdit> edits, std::vector<AuditEntry> audit,
                             Codec codec, const SegmentLimits& limits, FileCalls calls)
    : m_writer(std::move(writer)), m_path(path), m_metadata(std::move(metadata)), m_summary(std::move(summary)),
      m_edits(std::move(edits)), m_audit(std::move(audit)), m_codec(codec), m_limits(limits), m_calls(std::move(calls)),
      m_bytes(m_writer->size())
{}

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::create(const std::string& path, const FileHeader& header,
                                                             const RecordingMetadata& metadata,
                                                             std::span<const std::uint8_t> model,
                                                             std::span<const std::uint8_t> state,
                                                             const std::vector<AuditEntry>& audit, Codec codec,
                                                             const SegmentLimits& limits, const FileCalls& calls)
{
    BNOF_TRY_ASSIGN(std::unique_ptr<ChunkWriter> file, ChunkWriter::create(path, header, codec, calls));
    auto writer =
        std::make_unique<SegmentWriter>(std::move(file), path, metadata, Summary{}, std::vector<DescriptionEdit>{},
                                        std::vector<AuditEntry>{}, codec, limits, calls);
    const auto begin = [&]() -> Result<void> {
        BNOF_TRY(writer->writeMetadata());
        BNOF_TRY(writer->writeBlob(StreamType::Model, model));
        BNOF_TRY(writer->writeBlob(StreamType::RecogniserState, state));
        for (const AuditEntry& entry : audit)
            BNOF_TRY(writer->write(entry));
        return writer->sync();
    };
    if (auto begun = begin(); !begun.ok()) {
        writer.reset();
        ::unlink(path.c_str()); // ours: it did not exist before, and nothing is in it yet
        return begun.error();
    }
    return writer;
}

Result<void> SegmentWriter::writeMetadata()
{
    return writeBlob(StreamType::Metadata, bytesOf(toJson(m_metadata).dump()));
}

Result<void> SegmentWriter::writeBlob(StreamType type, std::span<const std::uint8_t> bytes)
{
    const std::size_t parts = (bytes.size() + partBytes - 1) / partBytes;
    for (std::size_t part = 0; part < parts; ++part) {
        const auto piece = bytes.subspan(part * partBytes, std::min(partBytes, bytes.size() - part * partBytes));
        Chunk chunk;
        chunk.streamType = static_cast<std::uint16_t>(type);
        chunk.aux = bytes.size();
        chunk.idMin = static_cast<std::uint32_t>(part);
        chunk.idMax = static_cast<std::uint32_t>(parts - 1);
        chunk.payload.assign(piece.begin(), piece.end());
        BNOF_TRY(append(std::span(&chunk, 1), {}));
    }
    return {};
}

Result<void> SegmentWriter::append(std::span<const Chunk> chunks, const Before& before)
{
    BNOF_TRY(m_writer->append(chunks, before));
    m_bytes = m_bytesBefore + m_writer->size();
    return {};
}

Result<void> SegmentWriter::write(GroupBuilder& group, const Before& before)
{
    if (group.empty())
        return {};
    const Summary added = group.summary();
    BNOF_TRY(append(group.take(), before));
    merge(m_summary, added);
    if (m_writer->pageIsDue())
        BNOF_TRY(writePage());
    const auto age =
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - m_began).count();
    if (m_writer->size() >= m_limits.bytes || (m_limits.nanoseconds > 0 && age >= m_limits.nanoseconds))
        return roll();
    return {};
}

Result<void> SegmentWriter::write(const DescriptionEdit& edit, const Before& before, std::optional<AuditEntry> entry)
{
    std::vector<Chunk> chunks{editChunk(edit)};
    if (entry) {
        entry = nextLink(std::move(*entry));
        chunks.push_back(auditChunk(*entry));
    }
    BNOF_TRY(append(chunks, before));
    m_edits.push_back(edit);
    if (entry)
        m_audit.push_back(std::move(*entry));
    return {};
}

void SegmentWriter::add(LateSource late)
{
    apply(late, m_metadata);
    m_late.push_back(std::move(late));
}

AuditEntry SegmentWriter::nextLink(AuditEntry entry) const
{
    entry.recording = m_metadata.uuid;
    return chained(headOf(m_audit), std::move(entry));
}

Result<void> SegmentWriter::write(AuditEntry entry)
{
    entry = nextLink(std::move(entry));
    const Chunk chunk = auditChunk(entry);
    BNOF_TRY(append(std::span(&chunk, 1), {}));
    m_audit.push_back(std::move(entry));
    return {};
}

Result<void> SegmentWriter::writePage()
{
    BNOF_TRY(m_writer->appendPage(bytesOf(encodeProgress(footerText(false, {})))));
    m_bytes = m_bytesBefore + m_writer->size();
    return {};
}

/// Closes this file and goes on in the next one.
Result<void> SegmentWriter::roll()
{
    FileHeader header = m_writer->fileHeader();
    BNOF_TRY(m_writer->finish(bytesOf(encode(footerText(false, Json::array())))));
    ++header.segment;
    header.firstSequence = static_cast<std::uint32_t>(m_writer->nextSequence());
    BNOF_TRY_ASSIGN(auto next, ChunkWriter::create(segmentPath(m_path, header.segment), header, m_codec, m_calls));
    m_bytesBefore += m_writer->size();
    {
        const std::lock_guard lock(m_replacing);
        m_writer = std::move(next);
    }
    m_began = std::chrono::steady_clock::now();
    return writeMetadata();
}

FooterText SegmentWriter::footerText(bool last, const Json& repairs) const
{
    return {toJson(m_metadata), m_summary, repairs, m_edits, m_audit, m_late, last};
}

Result<void> SegmentWriter::finish(const Json& repairs)
{
    BNOF_TRY(m_writer->finish(bytesOf(encode(footerText(true, repairs)))));
    m_bytes = m_bytesBefore + m_writer->size();
    return {};
}

Result<void> SegmentWriter::finish(const Json& repairs, Summary summary, std::vector<DescriptionEdit> edits)
{
    m_summary = std::move(summary);
    m_edits = std::move(edits);
    return finish(repairs);
}

Result<void> SegmentWriter::sync()
{
    const std::lock_guard lock(m_replacing);
    return m_writer->sync();
}

std::int64_t SegmentWriter::freeBytes()
{
    const std::lock_guard lock(m_replacing);
    return m_writer->freeBytes();
}

} // namespace bnof::recording
