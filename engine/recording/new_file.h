// SPDX-License-Identifier: GPL-3.0-or-later
// A file that appears whole under its name, or not at all. For exports and reports.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace bnof::recording {

/// Written under a temporary name beside the final one. Unless keep() was called after publish(), nothing
/// is left behind.
class NewFile {
public:
    /// Errors: `path` exists; its folder does not, or may not be written to.
    [[nodiscard]] static Result<std::unique_ptr<NewFile>> create(const std::string& path);
    ~NewFile();
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    Result<void> write(std::string_view text);
    /// Flush to the disk and give the file its name; fails when somebody else took the name meanwhile.
    Result<void> publish();
    void keep() { m_keep = true; }

private:
    NewFile(int fd, std::string path, std::string temporary)
        : m_fd(fd), m_path(std::move(path)), m_temporary(std::move(temporary))
    {}
    Result<void> flush();

    int m_fd;
    std::string m_path;
    std::string m_temporary;
    std::string m_buffer;
    bool m_published = false;
    bool m_keep = false;
};

/// The same for what a library or a recorder writes by name: a file, or a folder with everything in it.
class NewPath {
public:
    enum class Kind { File, Folder };

    /// Makes the empty file or folder under its temporary name. Errors as NewFile::create().
    [[nodiscard]] static Result<std::unique_ptr<NewPath>> create(const std::string& path, Kind kind);
    ~NewPath();
    NewPath(const NewPath&) = delete;
    NewPath& operator=(const NewPath&) = delete;

    [[nodiscard]] const std::string& temporary() const { return m_temporary; }
    /// Flush everything to the disk and give it its name; fails when somebody else took the name meanwhile.
    Result<void> publish();
    void keep() { m_keep = true; }

private:
    NewPath(std::string path, std::string temporary, Kind kind)
        : m_path(std::move(path)), m_temporary(std::move(temporary)), m_kind(kind)
    {}

    std::string m_path;
    std::string m_temporary;
    Kind m_kind;
    bool m_published = false;
    bool m_keep = false;
};

/// Give `from` the name `to` on the same file system; fails when `to` exists.
Result<void> renameNew(const std::string& from, const std::string& to);

} // namespace bnof::recording
