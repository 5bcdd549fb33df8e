// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of PatternCache: the entries of some contexts, their index and their queues. Nothing here locks.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/cache/cold_store.h"
#include "engine/cache/content_map.h"
#include "engine/cache/pattern_cache.h"
#include "engine/cache/s3_fifo.h"
#include "engine/cache/signature_index.h"

namespace bnof::cache {

/// An entry as it answers.
struct Payload {
    std::vector<std::uint16_t> features;
    std::uint64_t energy = 0;
    std::shared_ptr<const storage::Bytes> value;
    std::uint32_t checksum = 0; ///< CRC-32C of the value

    [[nodiscard]] std::uint64_t bytes() const { return features.size() * 2 + value->size(); }
};
/// One byte string of it: length of the value, value, features as 16-bit numbers.
[[nodiscard]] storage::Bytes serialise(const Payload& payload);
/// Empty when the bytes are none of `features` features.
[[nodiscard]] std::optional<Payload> parsePayload(storage::ByteView bytes, std::size_t features);

struct Entry {
    bool used = false;
    Level level = Level::Hot;
    std::shared_ptr<const Payload> hot;
    storage::Bytes packed; ///< warm only
    std::uint32_t packedChecksum = 0;
    ColdRecord record;   ///< content, context and cost always; codec and lengths of `packed`
    bool stored = false; ///< in the cold level
};

class Shard {
public:
    using Slot = SignatureIndex::Slot;

    explicit Shard(std::uint32_t bits) : index(bits) {}

    /// A new entry with its content and signature known to the maps. May throw std::bad_alloc and then changes nothing.
    Slot add(const ColdRecord& record);
    void remove(Slot slot);
    [[nodiscard]] std::optional<Slot> find(const ContentKey& content) const;

    std::vector<Entry> entries;
    std::vector<Slot> gaps;
    ContentMap byContent;
    SignatureIndex index;
    S3Fifo hotQueue;
    S3Fifo warmQueue;
    std::uint64_t coldEntries = 0; ///< that are nowhere else
    double meanCostPerByte = 0;    ///< of inserted entries, exponentially forgotten
};

} // namespace bnof::cache
