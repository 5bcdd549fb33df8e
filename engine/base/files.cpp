// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/files.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "engine/base/build_config.h"

namespace bnof {
namespace {

class FileDescriptor {
public:
    explicit FileDescriptor(int fd) : m_fd(fd) {}
    ~FileDescriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    [[nodiscard]] int get() const { return m_fd; }
    int release() { return std::exchange(m_fd, -1); }

private:
    int m_fd;
};

} // namespace

Result<std::string> readFile(const std::string& path, std::uint64_t limit)
{
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0)
        return errnoError(errno, "cannot open the file", path);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0)
        return errnoError(errno, "cannot read the file", path);
    if (S_ISDIR(status.st_mode))
        return makeError(ErrorKind::BadInput, "this is a folder, not a file", path);
    if (S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) > limit)
        return makeError(ErrorKind::BadInput, "the file is larger than the " + std::to_string(limit) + " bytes allowed",
                         path);
    std::string content;
    char buffer[65536];
    while (true) {
        const ssize_t n = ::read(file.get(), buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errnoError(errno, "cannot read the file", path);
        if (n == 0)
            return content;
        if (content.size() + static_cast<std::size_t>(n) > limit)
            return makeError(ErrorKind::BadInput, "there is more than the " + std::to_string(limit) + " bytes allowed",
                             path);
        content.append(buffer, static_cast<std::size_t>(n));
    }
}

Result<void> writeFileAtomically(const std::string& path, std::string_view content)
{
    const std::string temporary = path + ".new-" + std::to_string(::getpid());
    FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (file.get() < 0)
        return errnoError(errno, "cannot write the file", path, "Choose a folder that you may write to.");
    auto failed = [&](int code) {
        ::unlink(temporary.c_str());
        return errnoError(code, "cannot write the file", path,
                          code == ENOSPC ? "Free some space on this disk and try again." : "");
    };
    while (!content.empty()) {
        const ssize_t n = ::write(file.get(), content.data(), content.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(errno);
        content.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::fsync(file.get()) != 0)
        return failed(errno);
    if (::close(file.release()) != 0)
        return failed(errno);
    if (::rename(temporary.c_str(), path.c_str()) != 0)
        return failed(errno);
    return {};
}

Result<std::string> findResource(const std::string& name)
{
    namespace fs = std::filesystem;
    std::vector<fs::path> places;
    if (const char* configured = std::getenv("BNOF_RESOURCES"))
        places.emplace_back(configured);
    std::error_code ignored;
    if (const fs::path program = fs::read_symlink("/proc/self/exe", ignored); !program.empty())
        places.push_back(program.parent_path().parent_path() / "share" / "bnof");
    places.emplace_back(BNOF_SOURCE_RESOURCES);
    std::string tried;
    for (const fs::path& place : places) {
        const fs::path candidate = place / name;
        if (fs::exists(candidate, ignored))
            return candidate.string();
        tried += (tried.empty() ? "" : ", ") + place.string();
    }
    return makeError(ErrorKind::BadInput, "the file \"" + name + "\" that ships with the program is missing", tried,
                     "Reinstall the program, or set BNOF_RESOURCES to its resources folder.");
}

} // namespace bnof
