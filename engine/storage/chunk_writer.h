// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include <sys/types.h>

#include "engine/base/result.h"
#include "engine/storage/codec.h"
#include "engine/storage/footer.h"
#include "engine/storage/format.h"
#include "engine/storage/index_page.h"

namespace bnof::storage {

/// The system calls that can fail while recording; tests put failing ones here.
struct FileCalls {
    std::function<ssize_t(int fd, const void* bytes, std::size_t length, off_t offset)> write;
    std::function<int(int fd)> sync;
    std::function<int(int fd, off_t length)> truncate;
    /// Reserve disk space behind the end without changing the file's length.
    std::function<int(int fd, off_t offset, off_t length)> reserve;

    [[nodiscard]] static FileCalls ofTheSystem();
};

/// One chunk to be written; the writer adds place, packing and checksums.
struct Chunk {
    std::uint16_t streamType = 0;
    std::uint16_t streamId = 0;
    std::int64_t t0 = 0;
    std::int64_t t1 = 0;
    std::uint32_t count = 0;
    std::uint64_t aux = 0;
    std::uint32_t idMin = 0;
    std::uint32_t idMax = 0;
    std::uint8_t layoutVersion = 1;
    bool packed = false; ///< no codec can make it smaller
    Bytes payload;
};

/// Appends chunks to one new file. Whole groups are handed to the system in one write, so that a killed
/// process leaves whole chunks; what a failed write left behind is cut off again. Every function may be
/// called from one thread at a time, except sync() and size(), which any thread may call meanwhile.
class ChunkWriter {
public:
    /// Creates `path`; never overwrites. The file is locked (advisory) while the writer lives.
    [[nodiscard]] static Result<std::unique_ptr<ChunkWriter>>
    create(const std::string& path, const FileHeader& header, Codec codec, FileCalls calls = FileCalls::ofTheSystem());
    /// Continue an existing file behind `end`, cutting off the rest: what repair does. `contents` and
    /// `nextSequence` describe what is kept. Errors: somebody else is writing the file; not permitted.
    /// `page` holds the chunks that no index page lists yet, and where the last one is.
    [[nodiscard]] static Result<std::unique_ptr<ChunkWriter>> resume(const std::string& path, const FileHeader& header,
                                                                     Codec codec, Contents contents, IndexPage page,
                                                                     std::uint64_t nextSequence, std::uint64_t end);
    /// Add chunks to a finished file, with a new footer and tail behind it, in a single write; the old
    /// footer and tail stay where they are. `footer` is the file's own, `application` the new one's text.
    /// After an error, and in the eyes of a process that was killed, the file is as it was before: what a
    /// torn write left is no whole chunk. Errors: being written, changed meanwhile, not permitted, disk full.
    [[nodiscard]] static Result<void> amend(const std::string& path, const Footer& footer,
                                            std::span<const Chunk> chunks, ByteView application,
                                            FileCalls calls = FileCalls::ofTheSystem());
    ~ChunkWriter();
    ChunkWriter(const ChunkWriter&) = delete;
    ChunkWriter& operator=(const ChunkWriter&) = delete;

    /// Write chunks that belong together. After an error the file is as it was before the call.
    /// `before` is called with the bytes that are about to be written.
    Result<void> append(std::span<const Chunk> group, const std::function<void(std::uint64_t)>& before = {});
    /// Enough chunks wait for an index page.
    [[nodiscard]] bool pageIsDue() const { return m_page.chunks.size() >= chunksPerPage; }
    /// Write the index page of the chunks since the last one; `application` says what the recording holds so far.
    Result<void> appendPage(ByteView application);
    /// Write a chunk of this very file again, byte for byte (repair into a copy).
    Result<void> appendStored(const ChunkHeader& header, ByteView stored);
    /// Ask the disk to keep what was written (fdatasync).
    Result<void> sync();
    /// Write the last index page and the footer, give back reserved space, flush file and folder to the disk. Nothing
    /// can be appended afterwards.
    Result<void> finish(ByteView application);

    [[nodiscard]] std::uint64_t size() const { return m_size.load(std::memory_order_relaxed); }
    [[nodiscard]] const FileHeader& fileHeader() const { return m_header; }
    [[nodiscard]] std::uint64_t nextSequence() const { return m_sequence; }
    [[nodiscard]] const std::string& path() const { return m_path; }
    /// Bytes free for this user on the file's disk, what is reserved for this file among them; -1 when unknown.
    [[nodiscard]] std::int64_t freeBytes() const;

private:
    ChunkWriter(int fd, std::string path, const FileHeader& header, Codec codec, FileCalls calls);
    void encodeFooter(ByteView application, std::uint64_t offset, std::uint64_t sequence, Bytes& out) const;
    [[nodiscard]] ChunkHeader encodeChunk(const Chunk& chunk, std::uint64_t sequence, bool startsGroup,
                                          Bytes& out) const;
    void noteChunk(const ChunkHeader& header, std::uint64_t offset);
    void reserveAhead(std::uint64_t bytes);
    Result<void> writeAtEnd(ByteView bytes);
    [[nodiscard]] Error writeError(int code) const;

    int m_fd;
    std::string m_path;
    FileHeader m_header;
    Codec m_codec;
    FileCalls m_calls;
    Contents m_contents;
    IndexPage m_page; ///< that is being collected
    std::uint64_t m_sequence = 0;
    std::atomic<std::uint64_t> m_reserved{0}; ///< disk space is reserved up to here
    std::atomic<std::uint64_t> m_size{0};
};

} // namespace bnof::storage
