// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/storage/bytes.h"

namespace bnof::storage {

/// A file in memory, read only, for access here and there. Only for files that nobody shortens: a look at a part that
/// was cut off ends the process, so bytes() asks for the length first.
class MappedFile {
public:
    [[nodiscard]] static Result<std::unique_ptr<MappedFile>> open(const std::string& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] std::uint64_t size() const { return m_size; }
    /// Asks the disk for this part in one go, and does not wait for it; else every page of it is a read of its own.
    void willNeed(std::uint64_t offset, std::uint64_t length) const;
    /// Empty where the file is not (or no longer) that long.
    [[nodiscard]] ByteView bytes(std::uint64_t offset, std::uint64_t length) const;

private:
    MappedFile(int fd, const std::uint8_t* memory, std::uint64_t size) : m_fd(fd), m_memory(memory), m_size(size) {}

    int m_fd;
    const std::uint8_t* m_memory;
    std::uint64_t m_size;
};

} // namespace bnof::storage
