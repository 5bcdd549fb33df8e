// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cache/signature_index.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "engine/cache/kernels.h"

namespace bnof::cache {
namespace {

constexpr std::size_t sizeClasses = 17; // a bucket's count has 16 bits
/// A bucket that is full takes no more: its entries are still found by their other chunks.
constexpr std::uint16_t fullestBucket = 4096;

std::uint32_t bitsBetween(std::uint64_t a, std::uint64_t b)
{
    return static_cast<std::uint32_t>(std::popcount(a ^ b));
}

} // namespace

SignatureIndex::SignatureIndex(std::uint32_t bits) : m_words(bits / 64), m_freed(sizeClasses), m_pieces(sizeClasses) {}

std::size_t SignatureIndex::bytes() const
{
    std::size_t total = m_signatures.capacity() * sizeof(std::uint64_t) + m_slots.capacity() * sizeof(Slot) +
                        m_positions.capacity() * sizeof(std::uint32_t) + m_buckets.capacity() * sizeof(Bucket) +
                        m_pool.capacity() * sizeof(Item);
    for (const auto& offsets : m_freed)
        total += offsets.capacity() * sizeof(std::uint32_t);
    return total;
}

std::uint32_t SignatureIndex::allocate(std::uint8_t sizeClass)
{
    auto& freed = m_freed[sizeClass];
    if (!freed.empty()) {
        const std::uint32_t offset = freed.back();
        freed.pop_back();
        return offset;
    }
    // All pieces of a size may become free at once; room for that now, so that erasing never asks for memory.
    if (freed.capacity() < m_pieces[sizeClass] + 1)
        freed.reserve(2 * (m_pieces[sizeClass] + 1));
    const auto offset = static_cast<std::uint32_t>(m_pool.size());
    m_pool.resize(m_pool.size() + (std::size_t{1} << sizeClass));
    ++m_pieces[sizeClass];
    return offset;
}

void SignatureIndex::free(std::uint32_t offset, std::uint8_t sizeClass)
{
    m_freed[sizeClass].push_back(offset);
}

void SignatureIndex::addToTables(std::uint32_t position)
{
    const std::uint64_t* words = wordsAt(position);
    for (std::size_t chunk = 0; chunk < chunks(); ++chunk) {
        Bucket& bucket = m_buckets[chunk * chunkValues + chunkOf(words, chunk)];
        if (bucket.count == fullestBucket)
            continue;
        if (bucket.count == 0) {
            bucket.offset = allocate(0);
            bucket.sizeClass = 0;
        } else if (bucket.count == 1U << bucket.sizeClass) {
            const auto larger = static_cast<std::uint8_t>(bucket.sizeClass + 1);
            const std::uint32_t offset = allocate(larger);
            std::copy_n(m_pool.begin() + bucket.offset, bucket.count, m_pool.begin() + offset);
            const std::uint32_t old = std::exchange(bucket.offset, offset);
            free(old, std::exchange(bucket.sizeClass, larger));
        }
        const std::uint64_t filter = words[filterWord(chunk)];
        m_pool[bucket.offset + bucket.count] = {static_cast<std::uint32_t>(filter),
                                                static_cast<std::uint32_t>(filter >> 32), position};
        ++bucket.count;
    }
}

void SignatureIndex::removeFromTables(std::uint32_t position)
{
    const std::uint64_t* words = wordsAt(position);
    for (std::size_t chunk = 0; chunk < chunks(); ++chunk) {
        Bucket& bucket = m_buckets[chunk * chunkValues + chunkOf(words, chunk)];
        Item* items = m_pool.data() + bucket.offset;
        for (std::size_t i = 0; i < bucket.count; ++i) {
            if (items[i].position != position)
                continue;
            items[i] = items[bucket.count - 1];
            if (--bucket.count == 0)
                free(bucket.offset, bucket.sizeClass);
            break;
        }
    }
}

void SignatureIndex::moveInTables(std::uint32_t from, std::uint32_t to)
{
    const std::uint64_t* words = wordsAt(from);
    for (std::size_t chunk = 0; chunk < chunks(); ++chunk) {
        const Bucket& bucket = m_buckets[chunk * chunkValues + chunkOf(words, chunk)];
        for (std::size_t i = 0; i < bucket.count; ++i) {
            if (m_pool[bucket.offset + i].position == from) {
                m_pool[bucket.offset + i].position = to;
                break;
            }
        }
    }
}

void SignatureIndex::buildTables()
{
    try {
        m_buckets.resize(chunks() * chunkValues);
        for (std::uint32_t position = 0; position < m_slots.size(); ++position)
            addToTables(position);
    } catch (...) { // without tables the scan still finds everything
        m_buckets.clear();
        m_pool.clear();
        for (auto& offsets : m_freed)
            offsets.clear();
        throw;
    }
}

void SignatureIndex::insert(Slot slot, const Signature& signature)
{
    if (slot >= m_positions.size())
        m_positions.resize(std::max<std::size_t>(std::size_t{slot} + 1, m_positions.size() * 2), none);
    const auto position = static_cast<std::uint32_t>(m_slots.size());
    m_signatures.resize(m_signatures.size() + m_words);
    try {
        m_slots.push_back(slot);
    } catch (...) {
        m_signatures.resize(m_slots.size() * m_words);
        throw;
    }
    std::copy_n(signature.begin(), m_words, m_signatures.end() - static_cast<std::ptrdiff_t>(m_words));
    m_positions[slot] = position;
    if (!m_buckets.empty())
        addToTables(position);
    else if (m_slots.size() > linearUpTo)
        buildTables();
}

void SignatureIndex::erase(Slot slot)
{
    if (slot >= m_positions.size() || m_positions[slot] == none)
        return;
    const std::uint32_t position = std::exchange(m_positions[slot], none);
    const auto last = static_cast<std::uint32_t>(m_slots.size() - 1);
    if (!m_buckets.empty()) {
        removeFromTables(position);
        if (position != last)
            moveInTables(last, position);
    }
    if (position != last) {
        std::copy_n(m_signatures.begin() + static_cast<std::ptrdiff_t>(last * m_words), m_words,
                    m_signatures.begin() + static_cast<std::ptrdiff_t>(position * m_words));
        m_slots[position] = m_slots[last];
        m_positions[m_slots[position]] = position;
    }
    m_slots.pop_back();
    m_signatures.resize(m_slots.size() * m_words);
}

std::optional<SignatureIndex::Match> SignatureIndex::findByScan(const Signature& query, std::uint32_t limit) const
{
    std::uint32_t distance = 0;
    const std::size_t at =
        kernels().nearest(m_signatures.data(), m_slots.size(), m_words, query.data(), limit, &distance);
    if (at == m_slots.size())
        return std::nullopt;
    return Match{m_slots[at], distance};
}

template <typename Visit>
bool SignatureIndex::probe(const std::uint32_t* values, std::size_t count, std::size_t chunk, Visit visit) const
{
    // All heads first, then all lists: the memory answers several requests at a time.
    const Bucket* table = m_buckets.data() + chunk * chunkValues;
    std::array<const Item*, chunkBits> begins; // filled before it is read
    std::array<std::uint32_t, chunkBits> lengths;
    for (std::size_t i = 0; i < count; ++i) {
        const Bucket& bucket = table[values[i]];
        begins[i] = m_pool.data() + bucket.offset;
        lengths[i] = bucket.count;
        __builtin_prefetch(begins[i]);
    }
    for (std::size_t i = 0; i < count; ++i) {
        for (std::uint32_t k = 0; k < lengths[i]; ++k) {
            if (visit(begins[i][k]))
                return true;
        }
    }
    return false;
}

std::optional<SignatureIndex::Match> SignatureIndex::find(const Signature& query, std::uint32_t limit) const
{
    if (m_buckets.empty())
        return findByScan(query, limit);
    // With two words nothing that is near enough is refused by one of them; with four, the share of the limit and four
    // standard deviations (12 bits) let through all but one in ten thousand.
    const auto filterLimit =
        std::min<std::uint32_t>(limit, m_words == 2 ? limit : limit / static_cast<std::uint32_t>(m_words) + 12);
    Match match;
    std::uint64_t wanted = 0;
    const auto visit = [&](const Item& item) {
        if (bitsBetween(std::uint64_t{item.filterHigh} << 32 | item.filterLow, wanted) > filterLimit)
            return false;
        const std::uint64_t* words = wordsAt(item.position);
        std::uint32_t distance = 0;
        for (std::size_t w = 0; w < m_words; ++w)
            distance += bitsBetween(words[w], query[w]);
        if (distance > limit)
            return false;
        match = {m_slots[item.position], distance};
        return true;
    };
    for (std::size_t chunk = 0; chunk < chunks(); ++chunk)
        __builtin_prefetch(&m_buckets[chunk * chunkValues + chunkOf(query.data(), chunk)]);
    for (std::size_t chunk = 0; chunk < chunks(); ++chunk) {
        wanted = query[filterWord(chunk)];
        const std::uint32_t own = chunkOf(query.data(), chunk);
        if (probe(&own, 1, chunk, visit))
            return match;
    }
    for (std::size_t chunk = 0; chunk < chunks(); ++chunk) {
        wanted = query[filterWord(chunk)];
        std::array<std::uint32_t, chunkBits> values; // filled before it is read
        for (std::uint32_t bit = 0; bit < chunkBits; ++bit)
            values[bit] = chunkOf(query.data(), chunk) ^ (1U << bit);
        if (probe(values.data(), chunkBits, chunk, visit))
            return match;
    }
    return std::nullopt;
}

} // namespace bnof::cache
