// SPDX-License-Identifier: GPL-3.0-or-later
// The library's own audit trail: what was done with recordings without changing them (exported, reported, verified,
// forgotten). A file beside the catalogue, one entry a line, that is only ever appended to; where it ends is kept
// in a second file, so that a cut-off end is seen. Safe for several processes at once.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/recording/audit.h"

namespace bnof::recording {

/// Who does something now: the operator's name, the account and the program.
[[nodiscard]] AuditEntry auditBy(const std::string& operatorName, std::string_view what);
/// Name of the account that this process runs under; its number where it has no name.
[[nodiscard]] std::string systemUser();

/// "audit.ndjson" beside the catalogue.
[[nodiscard]] Result<std::string> defaultAuditLogPath();
/// Append an entry behind the last one and flush it to the disk. What a power failure left of an entry that was
/// never confirmed is cut off first; entries that somebody removed stay missed.
/// Errors: not permitted, disk full, another process held the file for more than 5 s.
Result<AuditEntry> appendAudit(const std::string& logPath, AuditEntry entry);
/// Read and check the whole log; an absent one is empty and intact unless its end is known.
[[nodiscard]] Result<AuditLog> readAuditLog(const std::string& logPath);

/// Hash of a file (or, file by file in order of their names, of a folder) that was made from a recording.
[[nodiscard]] Result<std::string> sha256OfMade(const std::string& path);
/// One line in the library's log that `path` was made from a recording: `what` is audit::exported or
/// audit::reported, `format` "nwb", "pdf" …
Result<void> auditMade(const std::string& operatorName, std::string_view what, const std::string& recordingUuid,
                       const std::string& recordingPath, const std::string& format, const std::string& path);

} // namespace bnof::recording
