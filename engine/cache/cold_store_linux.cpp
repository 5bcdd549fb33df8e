// SPDX-License-Identifier: GPL-3.0-or-later
// Contract: positional reads and writes, ftruncate, and the lock of storage/write_lock.h.
#include "engine/cache/cold_store.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/storage/crc32c.h"
#include "engine/storage/write_lock.h"

namespace bnof::cache {
namespace {

using storage::ByteCursor;
using storage::Bytes;
using storage::ByteView;

constexpr std::size_t headerLength = 64;
constexpr std::size_t recordLength = 100;
constexpr std::string_view fileMagic = "BNOFPCAC";
constexpr std::uint32_t recordMagic = 0x52435042; // "BPCR"

bool readAll(int fd, std::uint64_t offset, std::span<std::uint8_t> out)
{
    while (!out.empty()) {
        const ssize_t got = ::pread(fd, out.data(), out.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        out = out.subspan(static_cast<std::size_t>(got));
        offset += static_cast<std::uint64_t>(got);
    }
    return true;
}

Result<void> writeAll(int fd, std::uint64_t offset, ByteView bytes)
{
    while (!bytes.empty()) {
        const ssize_t put = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return errnoError(errno, "cannot write the pattern cache's file");
        bytes = bytes.subspan(static_cast<std::size_t>(put));
        offset += static_cast<std::uint64_t>(put);
    }
    return {};
}

Bytes headerOf(const Sha256Digest& identity)
{
    Bytes bytes(fileMagic.begin(), fileMagic.end());
    storage::put(bytes, ColdStore::formatVersion);
    storage::put(bytes, std::uint32_t{0});
    storage::putBytes(bytes, identity);
    bytes.resize(headerLength - 4);
    storage::put(bytes, storage::crc32c(bytes));
    return bytes;
}

Bytes headOf(const ColdRecord& record, std::uint32_t seed)
{
    Bytes body;
    for (const std::uint64_t word : record.content)
        storage::put(body, word);
    for (const std::uint64_t word : record.signature)
        storage::put(body, word);
    storage::put(body, record.context);
    storage::putDouble(body, record.costSeconds);
    storage::put(body, record.createdWall);
    storage::put(body, record.rawLength);
    storage::put(body, record.storedLength);
    storage::put(body, record.checksum);
    body.push_back(record.codec);
    body.push_back(record.codecVersion);
    body.resize(recordLength - 8);
    Bytes head;
    storage::put(head, recordMagic);
    storage::put(head, storage::crc32c(body, seed));
    storage::putBytes(head, body);
    return head;
}

/// False when it is no record of this identity.
bool parse(ByteView head, std::uint32_t seed, ColdRecord& record)
{
    ByteCursor cursor(head);
    if (cursor.get<std::uint32_t>() != recordMagic ||
        cursor.get<std::uint32_t>() != storage::crc32c(head.subspan(8), seed))
        return false;
    for (std::uint64_t& word : record.content)
        word = cursor.get<std::uint64_t>();
    for (std::uint64_t& word : record.signature)
        word = cursor.get<std::uint64_t>();
    record.context = cursor.get<std::uint64_t>();
    record.costSeconds = cursor.getDouble();
    record.createdWall = cursor.get<std::int64_t>();
    record.rawLength = cursor.get<std::uint32_t>();
    record.storedLength = cursor.get<std::uint32_t>();
    record.checksum = cursor.get<std::uint32_t>();
    record.codec = cursor.get<std::uint8_t>();
    record.codecVersion = cursor.get<std::uint8_t>();
    return cursor.ok();
}

} // namespace

ColdStore::ColdStore(int fd, const Sha256Digest& identity, std::uint64_t mostBytes)
    : m_fd(fd), m_identity(identity), m_seed(storage::crc32c(identity)), m_mostBytes(mostBytes)
{}

ColdStore::~ColdStore()
{
    ::close(m_fd);
}

std::uint64_t ColdStore::bytes() const
{
    const std::lock_guard lock(m_mutex);
    return m_end;
}

Result<std::unique_ptr<ColdStore>> ColdStore::open(const std::string& path, const Sha256Digest& identity,
                                                   std::uint64_t mostBytes)
{
    std::string readOnly;
    int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        const int reason = errno;
        fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return errnoError(reason, "cannot open the pattern cache's file", path, "Choose another file.");
        readOnly = "the file " + path + " cannot be written to (" + std::strerror(reason) + ")";
    } else if (!storage::takeWriteLock(fd)) {
        readOnly = "another process writes " + path;
    }
    std::unique_ptr<ColdStore> store(new ColdStore(fd, identity, mostBytes));
    store->m_readOnlyReason = std::move(readOnly);
    BNOF_TRY(store->begin(store->m_readOnlyReason.empty()));
    return store;
}

Result<void> ColdStore::startAnew(const std::string& why)
{
    m_note = why;
    m_records.clear();
    const Bytes header = headerOf(m_identity);
    if (::ftruncate(m_fd, 0) != 0)
        return errnoError(errno, "cannot empty the pattern cache's file");
    BNOF_TRY(writeAll(m_fd, 0, header));
    m_end = header.size();
    return {};
}

Result<void> ColdStore::begin(bool writer)
{
    struct stat status {};
    if (::fstat(m_fd, &status) != 0 || !S_ISREG(status.st_mode))
        return makeError(ErrorKind::BadInput, "the pattern cache's file is no regular file");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    Bytes header(headerLength);
    std::string problem;
    if (!readAll(m_fd, 0, header))
        problem = size == 0 ? "" : "the file was cut off inside its header";
    else if (std::memcmp(header.data(), fileMagic.data(), fileMagic.size()) != 0 ||
             storage::loadLittle<std::uint32_t>(header.data() + 60) != storage::crc32c(ByteView(header).first(60)))
        problem = "its header is damaged";
    else if (storage::loadLittle<std::uint32_t>(header.data() + 8) != formatVersion)
        problem = "it is of another version of the program";
    else if (header != headerOf(m_identity))
        problem = "it was made with another model or other settings";
    if (size == 0 || !problem.empty()) {
        if (!writer)
            return makeError(ErrorKind::BadInput, "the stored patterns are not used: " + m_readOnlyReason +
                                                      (problem.empty() ? ", which is empty" : ", and " + problem));
        return startAnew(problem.empty() ? "" : "stored patterns were thrown away: " + problem);
    }
    m_end = scan(size);
    if (m_end < size && writer) {
        m_note = std::to_string(size - m_end) + " damaged bytes at the end of the stored patterns were cut off";
        if (::ftruncate(m_fd, static_cast<off_t>(m_end)) != 0)
            return errnoError(errno, "cannot cut the damaged end off the pattern cache's file");
    } else if (m_end < size) {
        m_note = std::to_string(size - m_end) + " bytes at the end of the stored patterns cannot be used";
    }
    if (writer && m_end > m_mostBytes)
        return keepNewerHalf();
    return {};
}

std::uint64_t ColdStore::scan(std::uint64_t end)
{
    std::uint64_t at = headerLength;
    Bytes head(recordLength);
    while (at + recordLength <= end && readAll(m_fd, at, head)) {
        ColdRecord record;
        if (!parse(head, m_seed, record) || record.storedLength > end - at - recordLength)
            break;
        record.offset = at + recordLength;
        at = record.offset + record.storedLength;
        m_records.push_back(record);
    }
    return at;
}

Result<void> ColdStore::keepNewerHalf()
{
    std::vector<std::pair<ColdRecord, Bytes>> kept;
    std::uint64_t total = headerLength;
    for (auto record = m_records.rbegin(); record != m_records.rend(); ++record) {
        total += recordLength + record->storedLength;
        if (total > m_mostBytes / 2)
            break;
        if (auto payload = read(*record); payload.ok())
            kept.emplace_back(*record, std::move(*payload));
    }
    BNOF_TRY(startAnew("the older half of the stored patterns was thrown away: the file was full"));
    std::reverse(kept.begin(), kept.end());
    for (auto& [record, payload] : kept) {
        BNOF_TRY(append(record, payload));
        m_records.push_back(record);
    }
    return {};
}

Result<void> ColdStore::append(ColdRecord& record, ByteView payload)
{
    const std::lock_guard lock(m_mutex);
    if (!m_readOnlyReason.empty())
        return makeError(ErrorKind::Storage, m_readOnlyReason);
    if (m_end + recordLength + payload.size() > m_mostBytes)
        return makeError(ErrorKind::Storage, "the pattern cache's file is full");
    record.storedLength = static_cast<std::uint32_t>(payload.size());
    record.checksum = storage::crc32c(payload, m_seed);
    record.offset = m_end + recordLength;
    Bytes bytes = headOf(record, m_seed);
    storage::putBytes(bytes, payload);
    BNOF_TRY(writeAll(m_fd, m_end, bytes));
    m_end += bytes.size();
    return {};
}

Result<Bytes> ColdStore::read(const ColdRecord& record) const
{
    Bytes head(recordLength);
    ColdRecord found;
    if (!readAll(m_fd, record.offset - recordLength, head) || !parse(head, m_seed, found) ||
        found.content != record.content || found.context != record.context ||
        found.storedLength != record.storedLength || found.checksum != record.checksum)
        return makeError(ErrorKind::BadInput, "a stored pattern is not where it was written");
    Bytes payload(record.storedLength);
    if (!readAll(m_fd, record.offset, payload) || storage::crc32c(payload, m_seed) != record.checksum)
        return makeError(ErrorKind::BadInput, "a stored pattern is damaged");
    return payload;
}

} // namespace bnof::cache
