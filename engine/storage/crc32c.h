// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "engine/storage/bytes.h"

namespace bnof::storage {

/// CRC-32C (Castagnoli polynomial 0x1EDC6F41, reflected; RFC 3720 appendix B.4): the check value of
/// "123456789" is 0xE3069283. `previous` continues an earlier sum: crc32c(b, crc32c(a)) == crc32c(ab).
/// Uses the SSE 4.2 instruction where the processor has it.
[[nodiscard]] std::uint32_t crc32c(ByteView bytes, std::uint32_t previous = 0);

/// The table form on every processor; what crc32c() must equal.
[[nodiscard]] std::uint32_t crc32cPortable(ByteView bytes, std::uint32_t previous = 0);
/// Whether crc32c() uses the processor's own instruction here.
[[nodiscard]] bool crc32cIsAccelerated();

} // namespace bnof::storage
