// SPDX-License-Identifier: GPL-3.0-or-later
// Who did what to a recording, as a chain: every entry holds the SHA-256 of the one before it, so that a changed,
// removed or reordered entry is seen. A recording carries its own chain; the library keeps another one for what
// does not change a recording (engine/recording/audit_log.h). Pure functions: no clock, no files.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace bnof::recording {

/// What can be done to a recording. An entry may hold another word, from a newer program.
namespace audit {
inline constexpr std::string_view created = "created";
inline constexpr std::string_view described = "description changed";
inline constexpr std::string_view repaired = "repaired";
inline constexpr std::string_view imported = "imported";
inline constexpr std::string_view exported = "exported";
inline constexpr std::string_view reported = "report made";
inline constexpr std::string_view verified = "verified";
inline constexpr std::string_view forgotten = "forgotten";
inline constexpr std::string_view remembered = "put back on the list";
inline constexpr std::string_view deleted = "moved to the trash";
inline constexpr std::string_view roleSwitched = "role switched";
} // namespace audit

/// The SHA-256 that stands for "nothing before this": 64 zeros.
inline constexpr std::string_view auditOrigin = "0000000000000000000000000000000000000000000000000000000000000000";
/// Longest entry that is read, in bytes.
inline constexpr std::size_t maxAuditEntryBytes = 1U << 20;

/// One entry. `number`, `previous` and `sha256` are set by chained().
struct AuditEntry {
    std::int64_t number = 0;  ///< 1, 2, 3 … along the chain
    std::int64_t utc = 0;     ///< when, nanoseconds since 1970
    std::string operatorName; ///< as the settings name the operator; may be empty
    std::string systemUser;   ///< the account that the program ran under
    std::string program;      ///< "bnof 0.1.0"
    std::string what;         ///< one of the words above
    std::string recording;    ///< uuid
    Json detail;              ///< an object: file, format, sha256 of what was made, …
    std::string previous;     ///< SHA-256 of the entry before, auditOrigin for the first
    std::string sha256;       ///< of this entry without this member

    bool operator==(const AuditEntry&) const = default;
};

/// Where a chain ends. Kept beside a chain, it shows that entries were cut off its end.
struct AuditHead {
    std::int64_t count = 0;
    std::string sha256{auditOrigin};

    bool operator==(const AuditHead&) const = default;
};
[[nodiscard]] AuditHead headOf(std::span<const AuditEntry> entries);

/// `entry` as the next one behind `head`: with its number, the link and its own SHA-256.
[[nodiscard]] AuditEntry chained(const AuditHead& head, AuditEntry entry);
/// Canonical bytes: JSON with its members in a fixed order and no spaces. No line end.
[[nodiscard]] std::string encode(const AuditEntry& entry);
/// Reads exactly what encode() writes; whether the entry is genuine is for checkChain() to say.
/// Errors: no JSON, a missing, additional or wrong member, not canonical, longer than maxAuditEntryBytes.
[[nodiscard]] Result<AuditEntry> parseAuditEntry(std::string_view bytes);

/// What checking a chain found.
struct AuditCheck {
    bool intact = true;
    std::size_t firstBad = 0; ///< index of the first entry that is wrong (or where one is missing)
    std::string finding;      ///< a sentence for people; empty when intact
};
/// Every entry's own SHA-256, its number and its link to the one before. With `head` also that nothing is
/// missing at the end; entries behind the head are allowed as long as the head is where it was.
[[nodiscard]] AuditCheck checkChain(std::span<const AuditEntry> entries, const std::optional<AuditHead>& head = {});

/// A log of entries, one a line.
struct AuditLog {
    std::vector<AuditEntry> entries; ///< up to the first line that cannot be read
    AuditCheck check;
    bool endsInsideLine = false; ///< the last line has no line end: a write was interrupted
};
[[nodiscard]] AuditLog parseAuditLog(std::string_view text, const std::optional<AuditHead>& head = {});

/// "2026-03-05T14:02:11.250Z exported by Ada (account lab)".
[[nodiscard]] std::string describe(const AuditEntry& entry);

} // namespace bnof::recording
