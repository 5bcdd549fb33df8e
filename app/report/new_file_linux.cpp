// SPDX-License-Identifier: GPL-3.0-or-later
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "app/report/pdf_bytes.h"

namespace bnof::report {
namespace {

Error writeError(int code, const std::string& path)
{
    switch (code) {
    case EEXIST:
        return makeError(ErrorKind::BadInput, "this file exists already and is not overwritten", path,
                         "Choose another name or move the old file away.");
    case ENOSPC:
    case EDQUOT:
        return errnoError(code, "cannot write the report: the disk is full", path,
                          "Free some space on this disk or choose another folder, then try again.");
    case ENOENT:
    case ENOTDIR:
        return errnoError(code, "cannot write the report: there is no such folder", path,
                          "Create the folder or choose another one.");
    default: return errnoError(code, "cannot write the report", path, "Choose a folder that you may write to.");
    }
}

int writeAll(int fd, std::string_view content)
{
    while (!content.empty()) {
        const ssize_t n = ::write(fd, content.data(), content.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        content.remove_prefix(static_cast<std::size_t>(n));
    }
    return 0;
}

/// Rename without replacing. File systems that cannot do so in one step (FAT and some network ones) get a
/// check first; there another program could still create the file in between.
int renameNew(const char* from, const char* to)
{
    if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    struct stat status {};
    if (::lstat(to, &status) == 0)
        return EEXIST;
    return ::rename(from, to) == 0 ? 0 : errno;
}

} // namespace

Result<void> writeNewFile(const std::string& path, std::string_view content)
{
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0)
        return writeError(EEXIST, path);
    std::string temporary = path + ".part-XXXXXX";
    const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0)
        return writeError(errno, path);
    int code = writeAll(fd, content);
    // mkostemp makes a private file; a report is an ordinary one under the user's umask.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    if (code == 0 && ::fchmod(fd, 0666 & ~mask) != 0)
        code = errno;
    if (code == 0 && ::fsync(fd) != 0)
        code = errno;
    if (::close(fd) != 0 && code == 0)
        code = errno;
    if (code == 0)
        code = renameNew(temporary.c_str(), path.c_str());
    if (code != 0) {
        ::unlink(temporary.c_str());
        return writeError(code, path);
    }
    return {};
}

} // namespace bnof::report
