// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "engine/recording/audit_log.h"
#include "engine/recording/segments.h"
#include "engine/recording/stream_layout.h"
#include "engine/storage/chunk_reader.h"

namespace bnof::recording {

using namespace storage;

Result<void> editDescription(const std::string& path, const DescriptionEdit& edit)
{
    if (edit.title.size() + edit.operatorName.size() + edit.notes.size() > maxDescriptionBytes)
        return makeError(ErrorKind::BadInput, "the description is too long", path, "Shorten the notes.");
    const std::vector<SegmentFile> later = laterSegments(path);
    const std::string& last = later.empty() ? path : later.back().path; // a change goes to the end
    BNOF_TRY_ASSIGN(auto source, openFileSource(last));
    BNOF_TRY_ASSIGN(const auto chunks, ChunkReader::open(std::move(source), last));
    if (chunks->source().isBeingWritten())
        return makeError(ErrorKind::Storage, "this recording is still being written", path,
                         "Change its description where it is being recorded, or stop the recording first.");
    const auto& footer = chunks->footer();
    if (!footer || chunks->fileHeaderIsDamaged())
        return makeError(ErrorKind::BadInput, "this recording was not closed properly", path,
                         "Repair it first, then change its description.");
    if (footer->fileHeader.major != formatMajor)
        return makeError(ErrorKind::Usage, "recordings of format version 1 cannot be changed", path,
                         "Write it anew first: bnof convert FILE --out NEW.bnr");
    const Bytes& bytes = footer->application;
    BNOF_TRY_ASSIGN(FooterText text, footerTextFromJson({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    if (!text.last)
        return makeError(ErrorKind::BadInput, "files of this recording are missing", path, "Put them back beside it.");
    text.edits.push_back(edit);
    if (text.edits.back().utc == 0)
        text.edits.back().utc = wallNow();
    AuditEntry entry = auditBy(edit.operatorName, audit::described);
    entry.recording = toString(footer->fileHeader.uuid);
    text.audit.push_back(chained(headOf(text.audit), std::move(entry)));
    const std::array added{editChunk(text.edits.back()), auditChunk(text.audit.back())};
    const std::string encoded = encode(text);
    return ChunkWriter::amend(last, *footer, added,
                              {reinterpret_cast<const std::uint8_t*>(encoded.data()), encoded.size()});
}

} // namespace bnof::recording
