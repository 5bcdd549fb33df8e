// SPDX-License-Identifier: GPL-3.0-or-later
// Contract: what add() has stored is in the page cache of the file when it returns, so only a power failure or a crash
// of the system can take it, and sync() protects from these.
#include "engine/storage/open_end.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

#include "engine/storage/crc32c.h"
#include "engine/storage/write_lock.h"

namespace bnof::storage {
namespace {

constexpr std::array<std::uint8_t, 8> magic{'B', 'N', 'R', 'o', 'p', 'e', 'n', '\n'};
constexpr std::size_t pageBytes = 4096;
constexpr std::size_t headAt = 128;
constexpr std::size_t tailAt = 192;
constexpr std::array<std::size_t, 2> slotAt{256, 384};
constexpr std::size_t slotBytes = 68; ///< stamp, six numbers, segment, crc, padding
constexpr std::size_t smallestRing = 64U << 10;
constexpr std::size_t recordHead = 8;
constexpr std::uint32_t filler = 0xFFFF'FFFFU;

std::size_t recordBytes(std::size_t length)
{
    return recordHead + static_cast<std::size_t>(padded(length));
}

std::atomic_ref<std::uint64_t> number(std::uint8_t* at)
{
    return std::atomic_ref<std::uint64_t>(*reinterpret_cast<std::uint64_t*>(at));
}

void encodeSlot(const PreparedWrite& write, std::uint64_t stamp, std::uint8_t* out)
{
    std::array<std::uint8_t, slotBytes> bytes{};
    const std::array<std::uint64_t, 7> numbers{stamp,        write.from,   write.to,    write.fromItem,
                                               write.toItem, write.offset, write.length};
    for (std::size_t i = 0; i < numbers.size(); ++i)
        storeLittle(bytes.data() + 8 * i, numbers[i]);
    storeLittle(bytes.data() + 56, write.segment);
    storeLittle(bytes.data() + 60, crc32c(ByteView(bytes).first(60)));
    std::copy(bytes.begin(), bytes.end(), out);
}

/// The newest of two slots; the other one may be torn.
std::optional<PreparedWrite> newestSlot(ByteView page)
{
    std::optional<PreparedWrite> newest;
    std::uint64_t newestStamp = 0;
    for (const std::size_t at : slotAt) {
        const std::uint8_t* p = page.data() + at;
        const auto stamp = loadLittle<std::uint64_t>(p);
        if (loadLittle<std::uint32_t>(p + 60) != crc32c(page.subspan(at, 60)) || stamp <= newestStamp)
            continue;
        newestStamp = stamp;
        newest = PreparedWrite{loadLittle<std::uint64_t>(p + 8),  loadLittle<std::uint64_t>(p + 16),
                               loadLittle<std::uint64_t>(p + 24), loadLittle<std::uint64_t>(p + 32),
                               loadLittle<std::uint64_t>(p + 40), loadLittle<std::uint64_t>(p + 48),
                               loadLittle<std::uint32_t>(p + 56)};
    }
    return newest;
}

/// How much of the disk the ring may take: a sixteenth of what is free.
std::size_t affordable(int fd, std::size_t wanted)
{
    struct statvfs status {};
    if (::fstatvfs(fd, &status) != 0)
        return smallestRing;
    const auto free = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
    return static_cast<std::size_t>(std::min<std::uint64_t>(wanted, free / 16)) / pageBytes * pageBytes;
}

} // namespace

std::string openEndPath(const std::string& recordingPath)
{
    return recordingPath + ".open";
}

Result<std::unique_ptr<OpenEnd>> OpenEnd::create(const std::string& recordingPath, const Uuid& uuid,
                                                 std::size_t capacity, bool shared)
{
    const std::string path = openEndPath(recordingPath);
    capacity = std::max(capacity, smallestRing) / pageBytes * pageBytes;
    int fd = shared ? ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
    void* memory = MAP_FAILED;
    if (fd >= 0) {
        takeWriteLock(fd);
        const std::size_t ring = affordable(fd, capacity);
        const auto length = static_cast<off_t>(pageBytes + ring);
        // Really reserved: a page of a mapping that finds no room on the disk would end the process.
        if (ring >= smallestRing && ::posix_fallocate(fd, 0, length) == 0)
            memory = ::mmap(nullptr, pageBytes + ring, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (memory != MAP_FAILED) {
            capacity = ring;
        } else {
            ::close(fd);
            ::unlink(path.c_str());
            fd = -1;
        }
    }
    if (memory == MAP_FAILED)
        memory = ::mmap(nullptr, pageBytes + capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return errnoError(errno, "there is no memory for recording", recordingPath, "Close other programs.");
    auto* bytes = static_cast<std::uint8_t*>(memory);
    std::unique_ptr<OpenEnd> end(new OpenEnd(path, fd, bytes, capacity));
    storeLittle(bytes + 64, static_cast<std::uint64_t>(capacity));
    storeLittle<std::uint32_t>(bytes + 8, 1);
    std::copy(uuid.begin(), uuid.end(), bytes + 16);
    storeLittle(bytes + 12, crc32c(ByteView(bytes + 16, 40)));
    std::copy(magic.begin(), magic.end(), bytes); // last: from here on it is an open end
    return end;
}

OpenEnd::~OpenEnd()
{
    ::munmap(m_memory, pageBytes + m_capacity);
    if (m_fd >= 0)
        ::close(m_fd);
}

std::uint64_t OpenEnd::head() const
{
    return number(m_memory + headAt).load(std::memory_order_acquire);
}

std::size_t OpenEnd::waiting() const
{
    return static_cast<std::size_t>(head() - number(m_memory + tailAt).load(std::memory_order_acquire));
}

bool OpenEnd::fits(std::size_t length) const
{
    // The filler before a record that would cross the end of the ring is shorter than the record.
    return 2 * recordBytes(length) <= m_capacity - waiting();
}

void OpenEnd::add(ByteView record)
{
    std::uint64_t at = head();
    const std::size_t needed = recordBytes(record.size());
    const std::size_t left = m_capacity - static_cast<std::size_t>(at % m_capacity);
    std::uint8_t* ring = m_memory + pageBytes;
    if (left < needed) {
        storeLittle(ring + at % m_capacity, filler);
        at += left;
    }
    std::uint8_t* out = ring + at % m_capacity;
    storeLittle(out, static_cast<std::uint32_t>(record.size()));
    storeLittle(out + 4, crc32c(record));
    std::copy(record.begin(), record.end(), out + recordHead);
    number(m_memory + headAt).store(at + needed, std::memory_order_release);
}

void OpenEnd::each(std::uint64_t from, std::uint64_t to,
                   const std::function<void(ByteView record, std::uint64_t end)>& take) const
{
    const std::uint8_t* ring = m_memory + pageBytes;
    while (from < to) {
        const std::uint8_t* at = ring + from % m_capacity;
        const auto length = loadLittle<std::uint32_t>(at);
        if (length == filler) {
            from += m_capacity - from % m_capacity;
            continue;
        }
        from += recordBytes(length);
        take(ByteView(at + recordHead, length), from);
    }
}

void OpenEnd::prepare(const PreparedWrite& write)
{
    ++m_stamp;
    encodeSlot(write, m_stamp, m_memory + slotAt[m_stamp % 2]);
    std::atomic_thread_fence(std::memory_order_release);
}

void OpenEnd::release(std::uint64_t to)
{
    number(m_memory + tailAt).store(to, std::memory_order_release);
}

Result<void> OpenEnd::sync() const
{
    if (m_fd >= 0 && ::fdatasync(m_fd) != 0)
        return errnoError(errno, "cannot flush the open end of the recording to the disk", m_path,
                          "Check this disk for faults.");
    return {};
}

void OpenEnd::remove()
{
    if (m_fd >= 0)
        ::unlink(m_path.c_str());
}

bool isBeingRecorded(const std::string& recordingPath)
{
    const auto file = openFileSource(openEndPath(recordingPath));
    return file.ok() && (*file)->isBeingWritten();
}

void OpenEnd::letGo()
{
    if (m_fd < 0)
        return;
    giveUpWriteLock(m_fd);
    ::close(std::exchange(m_fd, -1));
}

void removeOpenEnd(const std::string& recordingPath)
{
    ::unlink(openEndPath(recordingPath).c_str());
}

std::optional<Leftover> readOpenEnd(const ByteSource& file, const Uuid& uuid, std::uint32_t segment,
                                    const WholeEnd& end)
{
    Bytes page(pageBytes);
    if (file.readAt(0, page) != page.size() || !std::equal(magic.begin(), magic.end(), page.begin()) ||
        loadLittle<std::uint32_t>(page.data() + 8) != 1 ||
        loadLittle<std::uint32_t>(page.data() + 12) != crc32c(ByteView(page).subspan(16, 40)) ||
        !std::equal(uuid.begin(), uuid.end(), page.begin() + 16))
        return std::nullopt;
    const auto capacity = loadLittle<std::uint64_t>(page.data() + 64);
    const auto head = loadLittle<std::uint64_t>(page.data() + headAt);
    const auto prepared = newestSlot(page);
    if (!prepared || capacity < smallestRing || capacity % pageBytes != 0 || capacity > file.size() - pageBytes)
        return std::nullopt;
    Leftover out;
    out.prepared = *prepared;
    out.written = segment > prepared->segment || end.items >= prepared->offset + prepared->length;
    out.behind = segment < prepared->segment || (segment == prepared->segment && end.all < prepared->offset);
    // A segment that goes on behind the prepared write is newer than this file's content (a power failure).
    const bool stale = segment == prepared->segment && end.items > prepared->offset + prepared->length;
    std::uint64_t at = out.written ? prepared->to : prepared->from;
    out.nextItem = out.written ? prepared->toItem : prepared->fromItem;
    if (stale || at > head || head - at > capacity || at % recordHead != 0 || head % recordHead != 0)
        return std::nullopt;
    // What waits, in one piece; most of the ring is old.
    Bytes waiting(static_cast<std::size_t>(head - at));
    const auto place = static_cast<std::size_t>(at % capacity);
    const std::size_t straight = std::min(waiting.size(), static_cast<std::size_t>(capacity) - place);
    const std::span<std::uint8_t> all(waiting);
    if (file.readAt(pageBytes + place, all.first(straight)) != straight ||
        file.readAt(pageBytes, all.subspan(straight)) != waiting.size() - straight)
        return std::nullopt;
    for (std::size_t from = 0; from + recordHead <= waiting.size();) {
        const std::size_t left = from < straight ? straight - from : waiting.size() - from;
        const auto length = loadLittle<std::uint32_t>(waiting.data() + from);
        if (length == filler) {
            from += left;
            continue;
        }
        if (left < recordHead || length > left - recordHead)
            break;
        const ByteView record = ByteView(waiting).subspan(from + recordHead, length);
        if (loadLittle<std::uint32_t>(waiting.data() + from + 4) != crc32c(record))
            break; // the disk did not get to keep it
        out.records.emplace_back(record.begin(), record.end());
        from += recordBytes(length);
    }
    return out;
}

std::optional<Leftover> readOpenEnd(const std::string& recordingPath, const Uuid& uuid, std::uint32_t segment,
                                    const WholeEnd& end)
{
    const auto file = openFileSource(openEndPath(recordingPath));
    return file.ok() ? readOpenEnd(**file, uuid, segment, end) : std::nullopt;
}

} // namespace bnof::storage
