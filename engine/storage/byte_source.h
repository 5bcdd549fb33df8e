// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/storage/bytes.h"

namespace bnof::storage {

/// Random access to bytes that may be damaged, or vanish while they are read. Positional reads instead of
/// a memory map: a mapped file that shrinks kills the reading process (SIGBUS), a short read is an answer.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    /// Fill `out` from `offset`; returns how much there was (less than asked: the end, or a read error).
    [[nodiscard]] virtual std::size_t readAt(std::uint64_t offset, std::span<std::uint8_t> out) const = 0;
    /// Asks for a part that will be read in pieces; does not wait for it.
    virtual void willNeed(std::uint64_t /*offset*/, std::uint64_t /*length*/) const {}
    /// A writer had this file open when it was opened here.
    [[nodiscard]] virtual bool isBeingWritten() const { return false; }
};

/// A regular file. Errors: missing, not permitted, a folder, empty of meaning (device, pipe).
[[nodiscard]] Result<std::unique_ptr<ByteSource>> openFileSource(const std::string& path);
[[nodiscard]] std::unique_ptr<ByteSource> makeMemorySource(Bytes bytes);

} // namespace bnof::storage
