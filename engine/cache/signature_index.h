// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/cache/pattern.h"

namespace bnof::cache {

/// Finds signatures within a Hamming distance: multi-index hashing (Norouzi, Punjani & Fleet, CVPR 2012). A signature
/// is cut into chunks of 16 bits, and each chunk has a table from its value to the entries that have it. A look-up
/// probes the query's own value in every table, then all values that differ in one bit, and ends with the first entry
/// that is near enough. With 16 of 128 bits flipped a signature is missed once in about a thousand times: every chunk
/// would have to differ in two bits or more.
///
/// Longer chunks would give shorter lists at a million entries, but lose entries: of six chunks of 21 bits, 16 flipped
/// bits leave one with at most one flip in only four of five cases. So the lists stay and are made cheap to read: each
/// lies in one piece and carries 64 bits of the signature from outside the chunk, which refuse 97 % of what is not
/// near without touching the entry itself.
///
/// Up to linearUpTo entries are compared one after the other, which is faster there.
/// Not thread-safe, but const functions may run beside each other.
class SignatureIndex {
public:
    using Slot = std::uint32_t;
    struct Match {
        Slot slot = 0;
        std::uint32_t distance = 0;
    };
    static constexpr std::size_t linearUpTo = 1500;

    /// `bits` is 128 or 256.
    explicit SignatureIndex(std::uint32_t bits);

    /// Name `signature` by `slot`, a small number that is in use for no other signature. When memory runs out
    /// (std::bad_alloc) erase(slot) puts everything right again.
    void insert(Slot slot, const Signature& signature);
    /// Does nothing for a slot that is not there.
    void erase(Slot slot);
    /// An entry within `limit`: not always the nearest one, and see above for what is missed.
    [[nodiscard]] std::optional<Match> find(const Signature& query, std::uint32_t limit) const;
    /// The same by looking at every entry: the nearest one, and none is missed.
    [[nodiscard]] std::optional<Match> findByScan(const Signature& query, std::uint32_t limit) const;

    [[nodiscard]] std::size_t size() const { return m_slots.size(); }
    [[nodiscard]] std::uint32_t bits() const { return static_cast<std::uint32_t>(m_words * 64); }
    /// Heap memory in use.
    [[nodiscard]] std::size_t bytes() const;

private:
    static constexpr std::uint32_t chunkBits = 16;
    static constexpr std::uint32_t chunkValues = 1U << chunkBits;
    static constexpr std::uint32_t none = UINT32_MAX;

    struct Bucket {
        std::uint32_t offset = 0; ///< into m_pool
        std::uint16_t count = 0;
        std::uint8_t sizeClass = 0; ///< room for 1 << sizeClass items; meaningless while count is 0
    };
    struct Item {
        std::uint32_t filterLow = 0; ///< a word of the signature from outside the chunk
        std::uint32_t filterHigh = 0;
        std::uint32_t position = 0;
    };

    [[nodiscard]] std::size_t chunks() const { return m_words * 4; }
    [[nodiscard]] std::size_t filterWord(std::size_t chunk) const { return (chunk / 4 + 1) % m_words; }
    [[nodiscard]] std::uint32_t chunkOf(const std::uint64_t* words, std::size_t chunk) const
    {
        return static_cast<std::uint32_t>(words[chunk / 4] >> (chunkBits * (chunk % 4))) & (chunkValues - 1);
    }
    [[nodiscard]] const std::uint64_t* wordsAt(std::size_t position) const
    {
        return m_signatures.data() + position * m_words;
    }
    void buildTables();
    void addToTables(std::uint32_t position);
    void removeFromTables(std::uint32_t position);
    void moveInTables(std::uint32_t from, std::uint32_t to);
    [[nodiscard]] std::uint32_t allocate(std::uint8_t sizeClass);
    void free(std::uint32_t offset, std::uint8_t sizeClass);
    template <typename Visit>
    bool probe(const std::uint32_t* values, std::size_t count, std::size_t chunk, Visit visit) const;

    std::size_t m_words;
    // Dense: entry `position` has m_words words; the last one moves into a gap.
    std::vector<std::uint64_t> m_signatures;
    std::vector<Slot> m_slots;              ///< by position
    std::vector<std::uint32_t> m_positions; ///< by slot; `none`: not there
    std::vector<Bucket> m_buckets;          ///< chunk-major; empty while entries are few
    std::vector<Item> m_pool;
    std::vector<std::vector<std::uint32_t>> m_freed; ///< offsets by size class
    std::vector<std::size_t> m_pieces;               ///< handed out ever, by size class
};

} // namespace bnof::cache
