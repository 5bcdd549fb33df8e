// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace bnof::storage {

/// Locks the open file `fd`, which may be written to, for the one writer; freed with the last descriptor and mapping
/// of this open file. False when another writer has it. Advisory, so a file system without locks is no reason not to
/// record.
bool takeWriteLock(int fd);
/// A mapping of the file would keep the lock beyond the descriptor.
void giveUpWriteLock(int fd);
/// Whether another open file has the lock. Does not take it, not even for a moment: a writer that begins just then
/// would go without.
[[nodiscard]] bool isWriteLocked(int fd);

} // namespace bnof::storage
