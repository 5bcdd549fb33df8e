// SPDX-License-Identifier: GPL-3.0-or-later
// The footer: which streams there are, and where in the file which time is.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "engine/storage/format.h"

namespace bnof::storage {

struct StreamTotals {
    std::uint64_t chunks = 0;
    std::uint64_t items = 0;
    std::uint64_t aux = 0; ///< sum of the chunks' second counts
    std::uint64_t storedBytes = 0;
    std::int64_t t0 = 0;
    std::int64_t t1 = 0;

    bool operator==(const StreamTotals&) const = default;
};

/// Totals by (stream type, stream id).
using StreamTable = std::map<std::pair<std::uint16_t, std::uint16_t>, StreamTotals>;

/// A place where reading can begin.
struct IndexEntry {
    std::uint64_t offset = 0;
    std::uint64_t sequence = 0;  ///< of the chunk there
    std::int64_t timeBefore = 0; ///< everything before this place is at or before this time

    bool operator==(const IndexEntry&) const = default;
};

/// Where an index page is, and which time its chunks span.
struct PageEntry {
    std::uint64_t offset = 0;
    std::int64_t t0 = 0;
    std::int64_t t1 = 0;

    bool operator==(const PageEntry&) const = default;
};

void encode(const StreamTable& streams, Bytes& out);
/// Nothing when the bytes end early.
[[nodiscard]] std::optional<StreamTable> parseStreams(ByteCursor& in, std::uint32_t count);

/// Everything that the footer says, gathered chunk by chunk. The same code serves the writer and the
/// scan that replaces a lost footer. The index holds a bounded number of entries however long the file
/// grows: when it is full every second one goes, and from then on only every second group is added.
class Contents {
public:
    static constexpr std::size_t maxIndexEntries = 65536;

    void add(const ChunkHeader& header, std::uint64_t offset);
    /// Count a chunk without making its place one where reading can begin.
    void addUnindexed(const ChunkHeader& header);
    [[nodiscard]] const StreamTable& streams() const { return m_streams; }
    [[nodiscard]] const std::vector<IndexEntry>& index() const { return m_index; }
    [[nodiscard]] std::uint64_t chunks() const { return m_chunks; }

    /// Index pages of the file, in file order; their own chunks are counted by addUnindexed().
    [[nodiscard]] const std::vector<PageEntry>& pages() const { return m_pages; }
    void addPage(const PageEntry& page) { m_pages.push_back(page); }

    /// Payload of the footer chunk; `application` belongs to the layer above.
    [[nodiscard]] Bytes encode(const FileHeader& fileHeader, ByteView application) const;

private:
    friend struct Footer;
    std::vector<PageEntry> m_pages;
    StreamTable m_streams;
    std::vector<IndexEntry> m_index;
    std::uint64_t m_chunks = 0;
    std::uint64_t m_stride = 1;
    std::uint64_t m_groups = 0;
    std::uint32_t m_lastGroup = 0;
    std::int64_t m_latest = INT64_MIN;
};

struct Footer {
    FileHeader fileHeader;
    std::uint64_t offset = 0;     ///< where the footer chunk begins, and so the data ends
    std::uint64_t sequence = 0;   ///< of the footer chunk
    std::uint64_t payloadEnd = 0; ///< where its padding begins
    Contents contents;
    Bytes application;

    /// Nothing when a count or a length does not fit the bytes.
    [[nodiscard]] static std::optional<Footer> parse(ByteView payload, std::uint16_t major);
};

} // namespace bnof::storage
