// SPDX-License-Identifier: GPL-3.0-or-later
// Contract: appends that are whole or not there, that never replace a file, and that reach the disk
// (file and name) before finish() returns.
#include "engine/storage/chunk_writer.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "engine/storage/write_lock.h"

namespace bnof::storage {
namespace {

std::string folderOf(const std::string& path)
{
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos)
        return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Error createError(int code, const std::string& path)
{
    const std::string what = "cannot create the recording";
    switch (code) {
    case EEXIST:
        return makeError(ErrorKind::Storage, "this file already exists, and recordings are never overwritten", path,
                         "Choose another name.");
    case ENOENT: return errnoError(code, what, path, "Create the folder " + folderOf(path) + " first.");
    case EACCES:
    case EPERM:
    case EROFS:
        return errnoError(code, what, path,
                          "You may not write to " + folderOf(path) +
                              ": choose a folder of your own as recordings folder.");
    case ENOSPC:
    case EDQUOT: return errnoError(code, what, path, "Free some space on this disk, or record to another one.");
    default: return errnoError(code, what, path, "Choose another folder or name.");
    }
}

/// A new file's name is safe only when its folder is on the disk too.
Result<void> syncFolder(const std::string& path)
{
    const int fd = ::open(folderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return {}; // a folder that may be written but not read: nothing more can be done
    const int result = ::fsync(fd);
    const int code = errno;
    ::close(fd);
    // Some file systems cannot flush folders and say EINVAL; that is no loss that we could prevent.
    if (result != 0 && code != EINVAL)
        return errnoError(code, "cannot flush the folder to the disk", folderOf(path), "Check this disk for faults.");
    return {};
}

} // namespace

FileCalls FileCalls::ofTheSystem()
{
    return {
        [](int fd, const void* bytes, std::size_t length, off_t offset) { return ::pwrite(fd, bytes, length, offset); },
        [](int fd) { return ::fdatasync(fd); }, [](int fd, off_t length) { return ::ftruncate(fd, length); },
        [](int fd, off_t offset, off_t length) { return ::fallocate(fd, FALLOC_FL_KEEP_SIZE, offset, length); }};
}

ChunkWriter::ChunkWriter(int fd, std::string path, const FileHeader& header, Codec codec, FileCalls calls)
    : m_fd(fd), m_path(std::move(path)), m_header(header), m_codec(codec), m_calls(std::move(calls))
{}

ChunkWriter::~ChunkWriter()
{
    ::close(m_fd);
}

Result<std::unique_ptr<ChunkWriter>> ChunkWriter::create(const std::string& path, const FileHeader& header, Codec codec,
                                                         FileCalls calls)
{
    BNOF_TRY(checkVersion(header.major, path));
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return createError(errno, path);
    takeWriteLock(fd); // nobody else can have it: the file is new
    std::unique_ptr<ChunkWriter> writer(new ChunkWriter(fd, path, header, codec, std::move(calls)));
    writer->m_sequence = header.firstSequence;
    if (auto written = writer->writeAtEnd(encode(header)); !written.ok()) {
        ::unlink(path.c_str()); // ours, and empty
        return written.error();
    }
    if (auto synced = syncFolder(path); !synced.ok()) {
        ::unlink(path.c_str());
        return synced.error();
    }
    return writer;
}

Result<std::unique_ptr<ChunkWriter>> ChunkWriter::resume(const std::string& path, const FileHeader& header, Codec codec,
                                                         Contents contents, IndexPage page, std::uint64_t nextSequence,
                                                         std::uint64_t end)
{
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return errnoError(errno, "cannot write to the recording", path, "Write the repaired recording to a new file.");
    std::unique_ptr<ChunkWriter> writer(new ChunkWriter(fd, path, header, codec, FileCalls::ofTheSystem()));
    if (!takeWriteLock(fd))
        return makeError(ErrorKind::Storage, "this recording is still being written", path,
                         "Stop the recording first.");
    const auto start = encode(header);
    if (::ftruncate(fd, static_cast<off_t>(end)) != 0 ||
        ::pwrite(fd, start.data(), start.size(), 0) != static_cast<ssize_t>(start.size()))
        return writer->writeError(errno);
    writer->m_size = end;
    writer->m_contents = std::move(contents);
    writer->m_page = std::move(page);
    writer->m_sequence = nextSequence;
    return writer;
}

Result<void> ChunkWriter::amend(const std::string& path, const Footer& footer, std::span<const Chunk> chunks,
                                ByteView application, FileCalls calls)
{
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return errnoError(errno, "cannot write to the recording", path,
                          "Check that the file and its disk may be written to.");
    std::unique_ptr<ChunkWriter> writer(new ChunkWriter(fd, path, footer.fileHeader, Codec::Lz4, std::move(calls)));
    if (!takeWriteLock(fd))
        return makeError(ErrorKind::Storage, "somebody else is writing to this recording", path, "Try again.");
    const off_t size = ::lseek(fd, 0, SEEK_END);
    const std::uint64_t end = padded(footer.payloadEnd) + tailBytes;
    if (size < 0 || static_cast<std::uint64_t>(size) != end)
        return makeError(ErrorKind::Storage, "the recording was changed meanwhile", path, "Try again.");
    writer->m_size = end;
    writer->m_contents = footer.contents;
    Bytes bytes;
    std::uint64_t sequence = footer.sequence;
    for (const Chunk& chunk : chunks) {
        if (chunk.payload.size() > maxPayloadBytes)
            return makeError(ErrorKind::Internal, "a chunk is larger than the format allows", path);
        writer->m_contents.addUnindexed(writer->encodeChunk(chunk, ++sequence, true, bytes));
    }
    writer->encodeFooter(application, end + bytes.size(), sequence + 1, bytes);
    BNOF_TRY(writer->writeAtEnd(bytes));
    return writer->sync();
}

Error ChunkWriter::writeError(int code) const
{
    if (code == ENOSPC || code == EDQUOT)
        return makeError(ErrorKind::Storage,
                         "the disk is full; the recording has ended, and everything up to here is safe", m_path,
                         "Free some space on this disk, or record to another one.");
    return errnoError(code, "cannot write to the recording; it has ended, and what was written before is kept", m_path,
                      code == EIO ? "Check this disk for faults." : "");
}

/// In steps that grow with the file, so that short recordings reserve little. A file system that cannot is no fault.
void ChunkWriter::reserveAhead(std::uint64_t bytes)
{
    constexpr std::uint64_t smallest = 1U << 20;
    constexpr std::uint64_t largest = 64U << 20;
    const std::uint64_t end = m_size + bytes;
    if (end <= m_reserved || !m_calls.reserve)
        return;
    const std::uint64_t step = std::clamp(end / 4, smallest, largest);
    if (m_calls.reserve(m_fd, static_cast<off_t>(m_size.load()), static_cast<off_t>(bytes + step)) == 0)
        m_reserved = end + step;
    else
        m_reserved = end; // asked again behind this write: the disk may have room then
}

Result<void> ChunkWriter::writeAtEnd(ByteView bytes)
{
    reserveAhead(bytes.size());
    const std::uint64_t start = m_size;
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t n =
            m_calls.write(m_fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(start + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            const int code = n < 0 ? errno : EIO;
            // Should this fail too, half a chunk stays behind, which readers refuse by its checksum.
            static_cast<void>(m_calls.truncate(m_fd, static_cast<off_t>(start)));
            return writeError(code);
        }
        done += static_cast<std::size_t>(n);
    }
    m_size = start + bytes.size();
    return {};
}

ChunkHeader ChunkWriter::encodeChunk(const Chunk& chunk, std::uint64_t sequence, bool startsGroup, Bytes& out) const
{
    // Spike and sensor blocks are packed already; what is left in them gains nothing that is worth the time.
    const Packed packed = packBest(chunk.packed ? Codec::None : m_codec, chunk.payload);
    const ByteView stored = packed.codec == Codec::None ? ByteView(chunk.payload) : ByteView(packed.bytes);
    ChunkHeader header;
    header.payloadSum = payloadChecksum(stored, m_header.uuid, sequence);
    header.sequence = sequence;
    header.t0 = chunk.t0;
    header.t1 = chunk.t1;
    header.count = chunk.count;
    header.rawLength = static_cast<std::uint32_t>(chunk.payload.size());
    header.storedLength = static_cast<std::uint32_t>(stored.size());
    header.streamType = chunk.streamType;
    header.streamId = chunk.streamId;
    header.startsGroup = startsGroup;
    header.idMin = chunk.idMin;
    header.idMax = chunk.idMax;
    header.codec = static_cast<std::uint8_t>(packed.codec);
    header.layoutVersion = chunk.layoutVersion;
    header.aux = chunk.aux;
    putBytes(out, encode(header, m_header.uuid));
    putBytes(out, stored);
    out.resize(padded(out.size()));
    return header;
}

Result<void> ChunkWriter::append(std::span<const Chunk> group, const std::function<void(std::uint64_t)>& before)
{
    Bytes bytes;
    std::vector<std::pair<ChunkHeader, std::uint64_t>> written;
    for (const Chunk& chunk : group) {
        if (chunk.payload.size() > maxPayloadBytes)
            return makeError(ErrorKind::Internal, "a chunk is larger than the format allows", m_path);
        const std::uint64_t offset = m_size + bytes.size();
        written.emplace_back(encodeChunk(chunk, m_sequence + written.size(), written.empty(), bytes), offset);
        written.back().first.group = static_cast<std::uint32_t>(m_sequence);
    }
    if (before)
        before(bytes.size());
    BNOF_TRY(writeAtEnd(bytes));
    for (const auto& [header, offset] : written)
        noteChunk(header, offset);
    m_sequence += written.size();
    return {};
}

void ChunkWriter::noteChunk(const ChunkHeader& header, std::uint64_t offset)
{
    m_contents.add(header, offset);
    m_page.chunks.push_back({offset, header});
}

Result<void> ChunkWriter::appendPage(ByteView application)
{
    if (m_page.chunks.empty())
        return {};
    m_page.streams = m_contents.streams();
    m_page.application.assign(application.begin(), application.end());
    Chunk chunk;
    chunk.streamType = indexStreamType;
    chunk.t0 = m_page.chunks.front().header.t0;
    chunk.t1 = m_page.chunks.front().header.t1;
    for (const ChunkEntry& entry : m_page.chunks) {
        chunk.t0 = std::min(chunk.t0, entry.header.t0);
        chunk.t1 = std::max(chunk.t1, entry.header.t1);
    }
    chunk.payload = m_page.encode(m_header.uuid);
    Bytes bytes;
    const std::uint64_t offset = m_size;
    const ChunkHeader header = encodeChunk(chunk, m_sequence, true, bytes);
    BNOF_TRY(writeAtEnd(bytes));
    ++m_sequence;
    m_contents.addUnindexed(header);
    m_contents.addPage({offset, chunk.t0, chunk.t1});
    m_page = {};
    m_page.previous = offset;
    return {};
}

Result<void> ChunkWriter::appendStored(const ChunkHeader& header, ByteView stored)
{
    Bytes bytes;
    putBytes(bytes, encode(header, m_header.uuid));
    putBytes(bytes, stored);
    bytes.resize(padded(bytes.size()));
    const std::uint64_t offset = m_size;
    BNOF_TRY(writeAtEnd(bytes));
    noteChunk(header, offset);
    m_sequence = header.sequence + 1;
    return {};
}

Result<void> ChunkWriter::sync()
{
    while (m_calls.sync(m_fd) != 0) {
        if (errno != EINTR)
            return writeError(errno);
    }
    return {};
}

void ChunkWriter::encodeFooter(ByteView application, std::uint64_t offset, std::uint64_t sequence, Bytes& out) const
{
    Chunk chunk;
    chunk.streamType = footerStreamType;
    chunk.payload = m_contents.encode(m_header, application);
    Bytes bytes;
    static_cast<void>(encodeChunk(chunk, sequence, true, bytes));
    const Tail tail{offset, bytes.size(), m_header.uuid};
    putBytes(out, bytes);
    putBytes(out, encode(tail));
}

Result<void> ChunkWriter::finish(ByteView application)
{
    Bytes bytes;
    BNOF_TRY(appendPage(application));
    // Data first: a footer must never reach the disk before what it describes.
    BNOF_TRY(sync());
    encodeFooter(application, m_size, m_sequence, bytes);
    BNOF_TRY(writeAtEnd(bytes));
    if (m_reserved > m_size) // gives back what was reserved beyond the end
        static_cast<void>(m_calls.truncate(m_fd, static_cast<off_t>(m_size.load())));
    BNOF_TRY(sync());
    return syncFolder(m_path);
}

std::int64_t ChunkWriter::freeBytes() const
{
    struct statvfs status {};
    if (::fstatvfs(m_fd, &status) != 0)
        return -1;
    const std::uint64_t reserved = m_reserved;
    const std::uint64_t size = m_size;
    return static_cast<std::int64_t>(status.f_bavail) * static_cast<std::int64_t>(status.f_frsize) +
           static_cast<std::int64_t>(reserved > size ? reserved - size : 0);
}

} // namespace bnof::storage
