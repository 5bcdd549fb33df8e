// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/sha256.h"
#include "engine/cache/pattern.h"
#include "engine/storage/bytes.h"

namespace bnof::cache {

/// What is kept of one entry beside its payload.
struct ColdRecord {
    ContentKey content{};
    Signature signature{};
    std::uint64_t context = 0;
    double costSeconds = 0;
    std::int64_t createdWall = 0; ///< nanoseconds since 1970 UTC
    std::uint32_t rawLength = 0;
    std::uint8_t codec = 0; ///< storage::Codec
    std::uint8_t codecVersion = 0;
    // Where the payload is; filled in by the store.
    std::uint64_t offset = 0;
    std::uint32_t storedLength = 0;
    std::uint32_t checksum = 0;
};

/// The level of the cache that survives a restart: one file of records that are only appended. Everything is
/// checksummed (CRC-32C), and every checksum begins with the identity, so that a record of another model, shape or
/// version is damage like any other and never answers. One process writes, by a lock; others read what was there when
/// they opened it. Nothing is synced to the disk: what a power loss tears is found by its checksum. Thread-safe.
///
/// Layout, little-endian. Header, 64 bytes: "BNOFPCAC", u32 version, u32 0, identity (SHA-256, 32), 12 zeros, CRC-32C
/// of the first 60. Record: "BPCR", CRC-32C of the next 92 bytes behind the identity; u64 x 2 content, u64 x 4
/// signature, u64 context, f64 cost in s, i64 time of writing in ns since 1970, u32 raw length, u32 stored length,
/// CRC-32C of the payload behind the identity, u8 codec, u8 its version, 2 + 4 zeros; payload.
class ColdStore {
public:
    static constexpr std::uint32_t formatVersion = 1;

    /// `identity` is the SHA-256 of whatever the answers depend on. A file of another identity or version, or that is
    /// none of ours by damage of its header, is begun anew; a torn end is cut off; a file that is longer than
    /// `mostBytes` keeps the newer half. When another process writes, the store is read-only, see readOnlyReason().
    /// Errors: the file cannot be made, or another process writes one of another identity.
    [[nodiscard]] static Result<std::unique_ptr<ColdStore>> open(const std::string& path, const Sha256Digest& identity,
                                                                 std::uint64_t mostBytes);
    ~ColdStore();
    ColdStore(const ColdStore&) = delete;
    ColdStore& operator=(const ColdStore&) = delete;

    /// What was there when it was opened, oldest first. Empty at the second call.
    [[nodiscard]] std::vector<ColdRecord> takeRecords() { return std::exchange(m_records, {}); }
    /// Writes `payload` and fills in where it is. Errors: read-only, full, disk errors.
    Result<void> append(ColdRecord& record, storage::ByteView payload);
    /// The payload as it was appended. Errors: it is not what was written.
    [[nodiscard]] Result<storage::Bytes> read(const ColdRecord& record) const;

    /// For people; empty when this process writes.
    [[nodiscard]] const std::string& readOnlyReason() const { return m_readOnlyReason; }
    /// For people: what was found at opening and thrown away; empty: nothing.
    [[nodiscard]] const std::string& openingNote() const { return m_note; }
    [[nodiscard]] std::uint64_t bytes() const;

private:
    ColdStore(int fd, const Sha256Digest& identity, std::uint64_t mostBytes);
    [[nodiscard]] Result<void> begin(bool writer);
    [[nodiscard]] Result<void> startAnew(const std::string& why);
    [[nodiscard]] std::uint64_t scan(std::uint64_t end);
    [[nodiscard]] Result<void> keepNewerHalf();

    int m_fd;
    Sha256Digest m_identity;
    std::uint32_t m_seed;
    std::uint64_t m_mostBytes;
    mutable std::mutex m_mutex;
    std::uint64_t m_end = 0;
    std::vector<ColdRecord> m_records;
    std::string m_readOnlyReason;
    std::string m_note;
};

} // namespace bnof::cache
