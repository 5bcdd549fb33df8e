// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "app/cli/bench_measure.h"

namespace bnof::bench {

std::string diskFolder()
{
    std::error_code error;
    if (std::filesystem::is_directory("/var/tmp", error))
        return "/var/tmp";
    return std::filesystem::temp_directory_path(error).string();
}

Result<std::vector<double>> measureAppendSync(const std::string& path, double seconds)
{
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errnoError(errno, "cannot create the file to measure with", path);
    ::unlink(path.c_str()); // gone when it is closed, whatever happens
    struct statfs system {};
    if (::fstatfs(fd, &system) == 0 && (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC)) {
        ::close(fd);
        return makeError(ErrorKind::Storage, "this folder is in memory, flushing it to disk means nothing", path,
                         "Mount a disk at /var/tmp.");
    }
    alignas(4096) static constexpr std::array<char, 4096> block{};
    std::vector<double> times;
    off_t offset = 0;
    const std::int64_t end = monotonicNow() + fromSeconds(seconds);
    while (times.size() < 20 || (monotonicNow() < end && times.size() < 20000)) {
        const std::int64_t begin = monotonicNow();
        if (::pwrite(fd, block.data(), block.size(), offset) != static_cast<ssize_t>(block.size()) ||
            ::fdatasync(fd) != 0) {
            const int code = errno;
            ::close(fd);
            return errnoError(code, "cannot write the file to measure with", path);
        }
        times.push_back(toSeconds(monotonicNow() - begin));
        offset += static_cast<off_t>(block.size());
    }
    ::close(fd);
    return times;
}

} // namespace bnof::bench
