// SPDX-License-Identifier: GPL-3.0-or-later
// Gives damaged .bnr bytes right checksums again, so that what lies behind them is tested too.
#pragma once

#include <algorithm>

#include "engine/storage/crc32c.h"
#include "engine/storage/format.h"

namespace bnof::test {

inline void reseal(storage::Bytes& bytes)
{
    using namespace storage;
    if (bytes.size() < fileHeaderBytes)
        return;
    storeLittle(bytes.data() + 60, crc32c(ByteView(bytes).first(60)));
    Uuid uuid{};
    std::copy_n(bytes.begin() + 16, 16, uuid.begin());
    std::size_t offset = fileHeaderBytes;
    while (offset + chunkHeaderBytes <= bytes.size()) {
        std::uint8_t* p = bytes.data() + offset;
        if (!std::equal(syncPattern.begin(), syncPattern.end(), p)) {
            offset += 8;
            continue;
        }
        const std::size_t left = bytes.size() - offset - chunkHeaderBytes;
        const std::size_t stored = std::min<std::size_t>(loadLittle<std::uint32_t>(p + 48), left);
        const auto sequence = loadLittle<std::uint64_t>(p + 16);
        storeLittle(p + 12,
                    payloadChecksum(ByteView(bytes).subspan(offset + chunkHeaderBytes, stored), uuid, sequence));
        storeLittle(p + 8, crc32c(ByteView(bytes).subspan(offset + 12, chunkHeaderBytes - 12), crc32c(uuid)));
        offset += chunkHeaderBytes + static_cast<std::size_t>(padded(stored));
    }
    if (bytes.size() < fileHeaderBytes + tailBytes)
        return;
    std::uint8_t* tail = bytes.data() + bytes.size() - tailBytes;
    if (loadLittle<std::uint64_t>(tail + 40) == loadLittle<std::uint64_t>(encode(Tail{}).data() + 40))
        storeLittle(tail + 36, crc32c(ByteView(bytes).subspan(bytes.size() - tailBytes, 36)));
}

} // namespace bnof::test
