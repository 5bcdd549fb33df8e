// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/audit.h"

#include <algorithm>
#include <array>

#include "engine/base/sha256.h"
#include "engine/base/time.h"

namespace bnof::recording {
namespace {

constexpr std::array<std::string_view, 10> memberNames{"number", "utc_ns",    "operator", "account",  "program",
                                                       "what",   "recording", "detail",   "previous", "sha256"};

Json withoutOwnHash(const AuditEntry& entry)
{
    Json out = Json::object();
    out.set("number", entry.number);
    out.set("utc_ns", entry.utc);
    out.set("operator", entry.operatorName);
    out.set("account", entry.systemUser);
    out.set("program", entry.program);
    out.set("what", entry.what);
    out.set("recording", entry.recording);
    out.set("detail", entry.detail.isObject() ? entry.detail : Json::object());
    out.set("previous", entry.previous);
    return out;
}

std::string ownHash(const AuditEntry& entry)
{
    Sha256 hash;
    hash.update(withoutOwnHash(entry).dump());
    return hash.hexDigest();
}

bool isSha256(const std::string& text)
{
    return text.size() == 64 && std::all_of(text.begin(), text.end(),
                                            [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Error notAnEntry(const std::string& why)
{
    return makeError(ErrorKind::BadInput, "this is no entry of an audit trail: " + why);
}

std::string ordinal(std::size_t index)
{
    return std::to_string(index + 1);
}

AuditCheck broken(std::size_t index, std::string finding)
{
    return {false, index, std::move(finding)};
}

/// The sentence for an entry that is genuine by itself but does not belong where it stands.
std::string misplaced(const AuditEntry& entry, std::size_t index)
{
    const auto expected = static_cast<std::int64_t>(index) + 1;
    const std::string place = ordinal(index);
    if (entry.number > expected)
        return (entry.number == expected + 1
                    ? "Entry " + place + " is missing"
                    : "Entries " + place + " to " + std::to_string(entry.number - 1) + " are missing") +
               " or stand elsewhere: entry " + std::to_string(entry.number) + " follows (" + describe(entry) + ").";
    if (entry.number < expected)
        return "Entry " + std::to_string(entry.number) + " (" + describe(entry) + ") stands at place " + place +
               ": it was repeated or moved.";
    return "Entry " + place + " (" + describe(entry) +
           ") does not continue the one before it: one of the two was replaced.";
}

} // namespace

AuditHead headOf(std::span<const AuditEntry> entries)
{
    return entries.empty() ? AuditHead{} : AuditHead{entries.back().number, entries.back().sha256};
}

AuditEntry chained(const AuditHead& head, AuditEntry entry)
{
    entry.number = head.count + 1;
    entry.previous = head.sha256;
    if (!entry.detail.isObject())
        entry.detail = Json::object();
    entry.sha256 = ownHash(entry);
    return entry;
}

std::string encode(const AuditEntry& entry)
{
    return withoutOwnHash(entry).set("sha256", entry.sha256).dump();
}

Result<AuditEntry> parseAuditEntry(std::string_view bytes)
{
    if (bytes.size() > maxAuditEntryBytes)
        return notAnEntry("it is longer than " + std::to_string(maxAuditEntryBytes) + " bytes");
    BNOF_TRY_ASSIGN(const Json json, Json::parse(bytes, "audit trail"));
    if (!json.isObject())
        return notAnEntry("it is no JSON object");
    for (const auto& [name, value] : json.members()) {
        if (std::find(memberNames.begin(), memberNames.end(), name) == memberNames.end())
            return notAnEntry("\"" + name + "\" is not known");
    }
    for (const std::string_view name : memberNames) {
        const Json& member = json[name];
        const bool number = name == "number" || name == "utc_ns";
        if (number ? !member.isInteger() : name == "detail" ? !member.isObject() : !member.isString())
            return notAnEntry("\"" + std::string(name) + "\" is missing or of another kind");
    }
    AuditEntry entry;
    entry.number = json["number"].toInteger();
    entry.utc = json["utc_ns"].toInteger();
    entry.operatorName = json["operator"].toString();
    entry.systemUser = json["account"].toString();
    entry.program = json["program"].toString();
    entry.what = json["what"].toString();
    entry.recording = json["recording"].toString();
    entry.detail = json["detail"];
    entry.previous = json["previous"].toString();
    entry.sha256 = json["sha256"].toString();
    if (!isSha256(entry.previous) || !isSha256(entry.sha256))
        return notAnEntry("a SHA-256 is not 64 hexadecimal digits");
    if (encode(entry) != bytes)
        return notAnEntry("it is not written as this program writes it");
    return entry;
}

AuditCheck checkChain(std::span<const AuditEntry> entries, const std::optional<AuditHead>& head)
{
    std::string_view previous = auditOrigin;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const AuditEntry& entry = entries[i];
        if (ownHash(entry) != entry.sha256)
            return broken(i, "Entry " + ordinal(i) + " (" + describe(entry) + ") was altered.");
        if (entry.previous != previous || entry.number != static_cast<std::int64_t>(i) + 1)
            return broken(i, misplaced(entry, i));
        previous = entry.sha256;
    }
    if (!head)
        return {};
    const auto count = static_cast<std::int64_t>(entries.size());
    if (head->count > count) {
        const std::int64_t lost = head->count - count;
        return broken(entries.size(), std::to_string(lost) + (lost == 1 ? " entry is" : " entries are") +
                                          " missing at the end, behind entry " + std::to_string(count) + ".");
    }
    if (head->count > 0 && entries[static_cast<std::size_t>(head->count) - 1].sha256 != head->sha256)
        return broken(static_cast<std::size_t>(head->count) - 1,
                      "Entry " + std::to_string(head->count) + " is not the one that was written: the trail was " +
                          "replaced up to there.");
    return {};
}

AuditLog parseAuditLog(std::string_view text, const std::optional<AuditHead>& head)
{
    AuditLog log;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) {
            log.endsInsideLine = true;
            break;
        }
        auto entry = parseAuditEntry(text.substr(0, end));
        if (!entry.ok()) {
            const std::size_t index = log.entries.size();
            log.check = checkChain(log.entries);
            if (log.check.intact)
                log.check = broken(index, "Entry " + ordinal(index) + " was altered: " + entry.error().what + '.');
            return log;
        }
        log.entries.push_back(std::move(*entry));
        text.remove_prefix(end + 1);
    }
    log.check = checkChain(log.entries, head);
    return log;
}

std::string describe(const AuditEntry& entry)
{
    std::string out = formatUtc(entry.utc) + ' ' + entry.what;
    if (!entry.operatorName.empty())
        out += " by " + entry.operatorName;
    if (!entry.systemUser.empty())
        out += (entry.operatorName.empty() ? " by account " : " (account ") + entry.systemUser +
               (entry.operatorName.empty() ? "" : ")");
    return out;
}

} // namespace bnof::recording
