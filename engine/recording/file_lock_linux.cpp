// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace bnof::recording {

Result<FileLock> FileLock::take(const std::string& path, int milliseconds)
{
    constexpr int step = 20;
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return errnoError(errno, "the lock file cannot be opened", path);
    FileLock lock(fd);
    for (int waited = 0; ::flock(fd, LOCK_EX | LOCK_NB) != 0; waited += step) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            break; // a file system without locks: as safe as it can be there
        if (waited >= milliseconds)
            return makeError(ErrorKind::Storage, "another program holds this for longer than usual", path,
                             "Try again in a moment.");
        std::this_thread::sleep_for(std::chrono::milliseconds(step));
    }
    return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}

FileLock::~FileLock()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

} // namespace bnof::recording
