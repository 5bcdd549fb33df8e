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
    const std::uint16_t major = loadLittle<std::uint16_t>(bytes.data() + 8) == 1 ? 1 : formatMajor;
    const std::size_t head = chunkHeaderBytes(major);
    while (offset + head <= bytes.size()) {
        std::uint8_t* p = bytes.data() + offset;
        if (!std::equal(syncPattern.begin(), syncPattern.end(), p)) {
            offset += 8;
            continue;
        }
        const std::size_t left = bytes.size() - offset - head;
        const std::size_t stored = std::min<std::size_t>(loadLittle<std::uint32_t>(p + (major == 1 ? 48 : 40)), left);
        const auto sequence = loadLittle<std::uint32_t>(p + 16);
        const std::uint64_t sum =
            payloadChecksum(ByteView(bytes).subspan(offset + head, stored), uuid, sequence, major);
        if (major == 1) {
            storeLittle(p + 12, static_cast<std::uint32_t>(sum));
            storeLittle(p + 8, crc32c(ByteView(bytes).subspan(offset + 12, head - 12), crc32c(uuid)));
        } else {
            storeLittle(p + 8, sum);
            storeLittle(p + 4, crc32c(ByteView(bytes).subspan(offset + 8, head - 8), crc32c(uuid)));
        }
        offset += head + static_cast<std::size_t>(padded(stored));
    }
    if (bytes.size() < fileHeaderBytes + tailBytes)
        return;
    std::uint8_t* tail = bytes.data() + bytes.size() - tailBytes;
    if (loadLittle<std::uint64_t>(tail + 40) == loadLittle<std::uint64_t>(encode(Tail{}).data() + 40))
        storeLittle(tail + 36, crc32c(ByteView(bytes).subspan(bytes.size() - tailBytes, 36)));
}

} // namespace bnof::test
