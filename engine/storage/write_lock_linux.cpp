// SPDX-License-Identifier: GPL-3.0-or-later
// Contract: locks of the open file (not of the process, as POSIX record locks are), which can be asked for without
// being taken: F_OFD_SETLK and F_OFD_GETLK of fcntl(2).
#include "engine/storage/write_lock.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace bnof::storage {
namespace {

struct flock wholeFile(short type)
{
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

} // namespace

bool takeWriteLock(int fd)
{
    auto lock = wholeFile(F_WRLCK);
    return ::fcntl(fd, F_OFD_SETLK, &lock) == 0 || (errno != EAGAIN && errno != EACCES);
}

void giveUpWriteLock(int fd)
{
    auto lock = wholeFile(F_UNLCK);
    ::fcntl(fd, F_OFD_SETLK, &lock);
}

bool isWriteLocked(int fd)
{
    auto lock = wholeFile(F_RDLCK);
    return ::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_WRLCK;
}

} // namespace bnof::storage
