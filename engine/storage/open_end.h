// SPDX-License-Identifier: GPL-3.0-or-later
// The records of a recording that are accepted and not yet in its segments, in a shared mapping of a file, so that
// they outlive the process that accepted them (FORMAT.md, "The open end").
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/storage/byte_source.h"
#include "engine/storage/format.h"

namespace bnof::storage {

/// "run.bnr.open" for "run.bnr".
[[nodiscard]] std::string openEndPath(const std::string& recordingPath);

/// The write into a segment that was prepared last. Records before `from` are in the segments; those up to `to` are
/// too when the segment reaches `offset` + `length`.
struct PreparedWrite {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    std::uint64_t fromItem = 0; ///< number of the first item at `from`
    std::uint64_t toItem = 0;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::uint32_t segment = 0;
};

/// One writer adds records at the head, one reader takes them from the tail: add() and room() on one thread at a time,
/// everything else on the reader's.
class OpenEnd {
public:
    /// Reserves about `capacity` bytes on the disk of `recordingPath`; less where that is much for the disk, and
    /// memory of this process alone where the disk has no room for it (isShared() tells) or `shared` is false. Errors:
    /// no memory.
    [[nodiscard]] static Result<std::unique_ptr<OpenEnd>> create(const std::string& recordingPath, const Uuid& uuid,
                                                                 std::size_t capacity, bool shared = true);
    ~OpenEnd(); ///< the file stays; see remove()
    OpenEnd(const OpenEnd&) = delete;
    OpenEnd& operator=(const OpenEnd&) = delete;

    [[nodiscard]] bool isShared() const { return m_fd >= 0; }
    [[nodiscard]] std::size_t capacity() const { return m_capacity; }
    /// Bytes that wait.
    [[nodiscard]] std::size_t waiting() const;
    /// Whether a record of this length fits now.
    [[nodiscard]] bool fits(std::size_t length) const;
    /// fits() has said so. From the return on the record survives the process.
    void add(ByteView record);

    [[nodiscard]] std::uint64_t head() const;
    /// The records of [from, to), which came from head(), each with the place behind it; borrowed until release().
    void each(std::uint64_t from, std::uint64_t to,
              const std::function<void(ByteView record, std::uint64_t end)>& take) const;
    void prepare(const PreparedWrite& write);
    /// Records before `to` are in the segments and make room.
    void release(std::uint64_t to);
    /// Ask the disk to keep what is there (another thread may call it).
    Result<void> sync() const;
    /// The recording is complete without it.
    void remove();
    /// Nothing is added any more, and others may take up what is there.
    void letGo();

private:
    OpenEnd(std::string path, int fd, std::uint8_t* memory, std::size_t capacity)
        : m_path(std::move(path)), m_fd(fd), m_memory(memory), m_capacity(capacity)
    {}

    std::string m_path;
    int m_fd;
    std::uint8_t* m_memory;
    std::size_t m_capacity; ///< of the ring
    std::uint64_t m_stamp = 0;
};

/// What a recording's open end still holds, as it was when read.
struct Leftover {
    PreparedWrite prepared;
    bool written = false;       ///< the prepared write reached the segment
    bool behind = false;        ///< the segment ends before that write: while it grows, read it again
    std::uint64_t nextItem = 0; ///< number of the first item in `records`
    std::vector<Bytes> records; ///< that are in no segment
};
/// Where a segment's last whole chunk ends: of those with items, and of all, index pages too.
struct WholeEnd {
    std::uint64_t items = 0;
    std::uint64_t all = 0;
};
/// Nothing when there is no open end, or it does not belong to this recording or to this state of its segment:
/// `segment` is the last one.
[[nodiscard]] std::optional<Leftover> readOpenEnd(const ByteSource& openEnd, const Uuid& uuid, std::uint32_t segment,
                                                  const WholeEnd& end);
/// The same of the file beside a recording.
[[nodiscard]] std::optional<Leftover> readOpenEnd(const std::string& recordingPath, const Uuid& uuid,
                                                  std::uint32_t segment, const WholeEnd& end);
/// Whether a recorder has this recording open now, also while it is between two of its files.
[[nodiscard]] bool isBeingRecorded(const std::string& recordingPath);
void removeOpenEnd(const std::string& recordingPath);

} // namespace bnof::storage
