// SPDX-License-Identifier: GPL-3.0-or-later
// Contract: positional reads that survive signals.
#include "engine/storage/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/storage/write_lock.h"

namespace bnof::storage {
namespace {

class FileSource final : public ByteSource {
public:
    FileSource(int fd, std::uint64_t size, bool beingWritten) : m_fd(fd), m_size(size), m_beingWritten(beingWritten) {}
    ~FileSource() override { ::close(m_fd); }
    FileSource(const FileSource&) = delete;
    FileSource& operator=(const FileSource&) = delete;

    [[nodiscard]] std::uint64_t size() const override { return m_size; }
    [[nodiscard]] std::size_t readAt(std::uint64_t offset, std::span<std::uint8_t> out) const override
    {
        std::size_t done = 0;
        while (done < out.size()) {
            const ssize_t n = ::pread(m_fd, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0)
                break;
            done += static_cast<std::size_t>(n);
        }
        return done;
    }
    void willNeed(std::uint64_t offset, std::uint64_t length) const override
    {
        ::posix_fadvise(m_fd, static_cast<off_t>(offset), static_cast<off_t>(length), POSIX_FADV_WILLNEED);
    }
    [[nodiscard]] bool isBeingWritten() const override { return m_beingWritten; }

private:
    int m_fd;
    std::uint64_t m_size; // as it was when opened: a growing file is read up to here
    bool m_beingWritten;
};

class MemorySource final : public ByteSource {
public:
    explicit MemorySource(Bytes bytes) : m_bytes(std::move(bytes)) {}

    [[nodiscard]] std::uint64_t size() const override { return m_bytes.size(); }
    [[nodiscard]] std::size_t readAt(std::uint64_t offset, std::span<std::uint8_t> out) const override
    {
        if (offset >= m_bytes.size())
            return 0;
        const std::size_t length = std::min<std::size_t>(out.size(), m_bytes.size() - static_cast<std::size_t>(offset));
        std::copy_n(m_bytes.begin() + static_cast<std::ptrdiff_t>(offset), length, out.begin());
        return length;
    }

private:
    Bytes m_bytes;
};

} // namespace

Result<std::unique_ptr<ByteSource>> openFileSource(const std::string& path)
{
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errnoError(errno, "cannot open the recording", path,
                          errno == ENOENT ? "Check the name; the file may have been moved or deleted."
                                          : "Ask its owner for permission to read it.");
    // Before its size: when nobody writes, the size is the last one.
    const bool beingWritten = isWriteLocked(fd);
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(fd);
        return makeError(ErrorKind::BadInput, "this is not a file that can hold a recording", path,
                         "Name a .bnr file.");
    }
    // A recording is looked at from both ends; the disk can bring the other one meanwhile.
    constexpr off_t end = 64 << 10;
    ::posix_fadvise(fd, std::max<off_t>(status.st_size - end, 0), end, POSIX_FADV_WILLNEED);
    return std::unique_ptr<ByteSource>(
        std::make_unique<FileSource>(fd, static_cast<std::uint64_t>(status.st_size), beingWritten));
}

std::unique_ptr<ByteSource> makeMemorySource(Bytes bytes)
{
    return std::make_unique<MemorySource>(std::move(bytes));
}

} // namespace bnof::storage
