// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/new_file.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace bnof::recording {
namespace {

Error writeError(int code, const std::string& path)
{
    return errnoError(code, "cannot write the file", path,
                      code == ENOSPC || code == EDQUOT ? "Free some space on this disk, or choose another one."
                                                       : "Choose a folder that exists and that you may write to.");
}

Error existsError(const std::string& path)
{
    return makeError(ErrorKind::Storage, "this file already exists, and an export overwrites nothing", path,
                     "Choose another name, or delete the file first.");
}

} // namespace

Result<std::unique_ptr<NewFile>> NewFile::create(const std::string& path)
{
    if (::access(path.c_str(), F_OK) == 0)
        return existsError(path);
    const std::string temporary = path + ".part-" + std::to_string(::getpid());
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return writeError(errno, path);
    return std::unique_ptr<NewFile>(new NewFile(fd, path, temporary));
}

NewFile::~NewFile()
{
    if (m_fd >= 0)
        ::close(m_fd);
    if (!m_published)
        ::unlink(m_temporary.c_str());
    else if (!m_keep)
        ::unlink(m_path.c_str());
}

Result<void> NewFile::flush()
{
    std::string_view rest = m_buffer;
    while (!rest.empty()) {
        const ssize_t n = ::write(m_fd, rest.data(), rest.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return writeError(errno, m_path);
        rest.remove_prefix(static_cast<std::size_t>(n));
    }
    m_buffer.clear();
    return {};
}

Result<void> NewFile::write(std::string_view text)
{
    m_buffer += text;
    if (m_buffer.size() < 64 * 1024)
        return {};
    return flush();
}

Result<void> NewFile::publish()
{
    BNOF_TRY(flush());
    if (::fsync(m_fd) != 0)
        return writeError(errno, m_path);
    BNOF_TRY(renameNew(m_temporary, m_path));
    m_published = true;
    return {};
}

Result<void> renameNew(const std::string& from, const std::string& to)
{
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0)
        return {};
    if (errno != EINVAL && errno != ENOSYS)
        return errno == EEXIST ? existsError(to) : writeError(errno, to);
    // File systems without that call: a second name, which is refused too when the name is taken. Folders have
    // one name only; between the look and the rename an empty folder of that name would be replaced.
    if (std::error_code ignored; std::filesystem::is_directory(from, ignored)) {
        if (::access(to.c_str(), F_OK) == 0)
            return existsError(to);
        return ::rename(from.c_str(), to.c_str()) == 0 ? Result<void>() : writeError(errno, to);
    }
    if (::link(from.c_str(), to.c_str()) != 0)
        return errno == EEXIST ? existsError(to) : writeError(errno, to);
    ::unlink(from.c_str());
    return {};
}

Result<std::unique_ptr<NewPath>> NewPath::create(const std::string& path, Kind kind)
{
    std::string bare = path;
    while (bare.size() > 1 && bare.back() == '/')
        bare.pop_back();
    if (::access(bare.c_str(), F_OK) == 0)
        return existsError(bare);
    const std::string temporary = bare + ".part-" + std::to_string(::getpid());
    if (kind == Kind::Folder) {
        if (::mkdir(temporary.c_str(), 0777) != 0)
            return writeError(errno, bare);
    } else {
        const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0)
            return writeError(errno, bare);
        ::close(fd);
    }
    return std::unique_ptr<NewPath>(new NewPath(bare, temporary, kind));
}

NewPath::~NewPath()
{
    std::error_code ignored;
    if (!m_published)
        std::filesystem::remove_all(m_temporary, ignored);
    else if (!m_keep)
        std::filesystem::remove_all(m_path, ignored);
}

Result<void> NewPath::publish()
{
    const int fd = ::open(m_temporary.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return writeError(errno, m_path);
    // What is in a folder was flushed file by file; the folder itself holds the names.
    const int failed = ::fsync(fd) != 0 ? errno : 0;
    ::close(fd);
    if (failed != 0 && !(m_kind == Kind::Folder && failed == EINVAL))
        return writeError(failed, m_path);
    BNOF_TRY(renameNew(m_temporary, m_path));
    m_published = true;
    return {};
}

} // namespace bnof::recording
