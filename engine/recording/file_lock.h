// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/base/result.h"

namespace bnof::recording {

/// A lock between processes, by a file that stays behind empty; held until destroyed, freed when the process dies.
class FileLock {
public:
    /// Waits up to `milliseconds`. Errors: not permitted; another process holds it for longer.
    [[nodiscard]] static Result<FileLock> take(const std::string& path, int milliseconds);
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

private:
    explicit FileLock(int fd) : m_fd(fd) {}

    int m_fd;
};

} // namespace bnof::recording
