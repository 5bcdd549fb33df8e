// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/storage/footer.h"

#include <algorithm>

namespace bnof::storage {
namespace {

constexpr std::size_t streamBytes = 56;
constexpr std::size_t indexBytes = 24;
constexpr std::size_t pageBytes = 24;

} // namespace

void Contents::add(const ChunkHeader& header, std::uint64_t offset)
{
    if (m_chunks == 0 || header.group != m_lastGroup) {
        m_lastGroup = header.group;
        if (m_groups++ % m_stride == 0) {
            m_index.push_back({offset, header.sequence, m_latest});
            if (m_index.size() >= maxIndexEntries) {
                for (std::size_t i = 0; i < m_index.size() / 2; ++i)
                    m_index[i] = m_index[2 * i];
                m_index.resize(m_index.size() / 2);
                m_stride *= 2;
            }
        }
    }
    addUnindexed(header);
}

void encode(const StreamTable& streams, Bytes& out)
{
    for (const auto& [key, totals] : streams) {
        put(out, key.first);
        put(out, key.second);
        put(out, std::uint32_t{0});
        put(out, totals.chunks);
        put(out, totals.items);
        put(out, totals.aux);
        put(out, totals.storedBytes);
        put(out, totals.t0);
        put(out, totals.t1);
    }
}

std::optional<StreamTable> parseStreams(ByteCursor& in, std::uint32_t count)
{
    if (!in.ok() || std::uint64_t{count} * streamBytes > in.remaining())
        return std::nullopt;
    StreamTable streams;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto type = in.get<std::uint16_t>();
        const auto id = in.get<std::uint16_t>();
        in.get<std::uint32_t>();
        StreamTotals& totals = streams[{type, id}];
        totals.chunks = in.get<std::uint64_t>();
        totals.items = in.get<std::uint64_t>();
        totals.aux = in.get<std::uint64_t>();
        totals.storedBytes = in.get<std::uint64_t>();
        totals.t0 = in.get<std::int64_t>();
        totals.t1 = in.get<std::int64_t>();
    }
    return streams;
}

void Contents::addUnindexed(const ChunkHeader& header)
{
    ++m_chunks;
    StreamTotals& totals = m_streams[{header.streamType, header.streamId}];
    if (header.count > 0) {
        totals.t0 = totals.items == 0 ? header.t0 : std::min(totals.t0, header.t0);
        totals.t1 = totals.items == 0 ? header.t1 : std::max(totals.t1, header.t1);
        m_latest = std::max(m_latest, header.t1);
    }
    ++totals.chunks;
    totals.items += header.count;
    totals.aux += header.aux;
    totals.storedBytes += header.storedLength;
}

Bytes Contents::encode(const FileHeader& fileHeader, ByteView application) const
{
    Bytes out;
    putBytes(out, storage::encode(fileHeader));
    put(out, m_chunks);
    put(out, static_cast<std::uint32_t>(m_streams.size()));
    put(out, static_cast<std::uint32_t>(m_index.size()));
    storage::encode(m_streams, out);
    for (const IndexEntry& entry : m_index) {
        put(out, entry.offset);
        put(out, entry.sequence);
        put(out, entry.timeBefore);
    }
    put(out, static_cast<std::uint32_t>(m_pages.size()));
    for (const PageEntry& page : m_pages) {
        put(out, page.offset);
        put(out, page.t0);
        put(out, page.t1);
    }
    put(out, static_cast<std::uint32_t>(application.size()));
    putBytes(out, application);
    return out;
}

std::optional<Footer> Footer::parse(ByteView payload, std::uint16_t major)
{
    ByteCursor in(payload);
    Footer footer;
    const auto header = parseFileHeader(in.take(fileHeaderBytes));
    if (!header)
        return std::nullopt;
    footer.fileHeader = *header;
    footer.contents.m_chunks = in.get<std::uint64_t>();
    const auto streams = in.get<std::uint32_t>();
    const auto entries = in.get<std::uint32_t>();
    if (!in.ok() || std::uint64_t{streams} * streamBytes + std::uint64_t{entries} * indexBytes > in.remaining())
        return std::nullopt;
    auto table = parseStreams(in, streams);
    if (!table)
        return std::nullopt;
    footer.contents.m_streams = std::move(*table);
    footer.contents.m_index.reserve(entries);
    for (std::uint32_t i = 0; i < entries; ++i) {
        IndexEntry entry;
        entry.offset = in.get<std::uint64_t>();
        entry.sequence = in.get<std::uint64_t>();
        entry.timeBefore = in.get<std::int64_t>();
        footer.contents.m_index.push_back(entry);
    }
    const auto pages = major == 1 ? std::uint32_t{0} : in.get<std::uint32_t>();
    if (std::uint64_t{pages} * pageBytes > in.remaining())
        return std::nullopt;
    for (std::uint32_t i = 0; i < pages; ++i) {
        PageEntry page;
        page.offset = in.get<std::uint64_t>();
        page.t0 = in.get<std::int64_t>();
        page.t1 = in.get<std::int64_t>();
        footer.contents.m_pages.push_back(page);
    }
    const auto length = in.get<std::uint32_t>();
    const ByteView application = in.take(length);
    if (!in.ok())
        return std::nullopt;
    footer.application.assign(application.begin(), application.end());
    return footer;
}

} // namespace bnof::storage
