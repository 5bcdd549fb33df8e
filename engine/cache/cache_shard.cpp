// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cache/cache_shard.h"

#include "engine/storage/crc32c.h"

namespace bnof::cache {

storage::Bytes serialise(const Payload& payload)
{
    storage::Bytes bytes;
    bytes.reserve(payload.bytes() + 10);
    storage::putVarint(bytes, payload.value->size());
    storage::putBytes(bytes, *payload.value);
    // Low bytes, then high bytes: most of the high ones are equal.
    for (const std::uint16_t feature : payload.features)
        bytes.push_back(static_cast<std::uint8_t>(feature));
    for (const std::uint16_t feature : payload.features)
        bytes.push_back(static_cast<std::uint8_t>(feature >> 8));
    return bytes;
}

std::optional<Payload> parsePayload(storage::ByteView bytes, std::size_t features)
{
    storage::ByteCursor cursor(bytes);
    const storage::ByteView value = cursor.take(cursor.getVarint());
    const storage::ByteView low = cursor.take(features);
    const storage::ByteView high = cursor.take(features);
    if (!cursor.ok() || cursor.remaining() != 0)
        return std::nullopt;
    Payload payload;
    payload.value = std::make_shared<const storage::Bytes>(value.begin(), value.end());
    payload.checksum = storage::crc32c(value);
    payload.features.resize(features);
    for (std::size_t i = 0; i < features; ++i) {
        payload.features[i] = static_cast<std::uint16_t>(low[i] | high[i] << 8);
        payload.energy += std::uint64_t{payload.features[i]} * payload.features[i];
    }
    return payload;
}

Shard::Slot Shard::add(const ColdRecord& record)
{
    if (gaps.empty()) {
        if (gaps.capacity() < entries.size() + 1)
            gaps.reserve(2 * (entries.size() + 1)); // remove() must not ask for memory
        entries.emplace_back();
        gaps.push_back(static_cast<Slot>(entries.size() - 1));
    }
    const Slot slot = gaps.back();
    try {
        byContent.insert(record.content, slot);
        index.insert(slot, record.signature);
    } catch (...) {
        index.erase(slot);
        byContent.erase(record.content);
        throw;
    }
    gaps.pop_back();
    entries[slot].used = true;
    entries[slot].record = record;
    return slot;
}

void Shard::remove(Slot slot)
{
    Entry& entry = entries[slot];
    if (entry.level == Level::Cold)
        --coldEntries;
    hotQueue.erase(slot);
    warmQueue.erase(slot);
    index.erase(slot);
    byContent.erase(entry.record.content);
    entry = {};
    gaps.push_back(slot);
}

std::optional<Shard::Slot> Shard::find(const ContentKey& content) const
{
    return byContent.find(content);
}

} // namespace bnof::cache
