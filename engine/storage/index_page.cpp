// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/storage/index_page.h"

namespace bnof::storage {
namespace {

constexpr std::size_t headerBytes = chunkHeaderBytes(formatMajor);

} // namespace

Bytes IndexPage::encode(const Uuid& uuid) const
{
    Bytes out;
    put(out, previous);
    put(out, static_cast<std::uint32_t>(streams.size()));
    storage::encode(streams, out);
    put(out, static_cast<std::uint32_t>(chunks.size()));
    for (const ChunkEntry& chunk : chunks) {
        put(out, chunk.offset);
        putBytes(out, storage::encode(chunk.header, uuid));
    }
    put(out, static_cast<std::uint32_t>(application.size()));
    putBytes(out, application);
    return out;
}

std::optional<IndexPage> IndexPage::parse(ByteView payload, const Uuid& uuid)
{
    ByteCursor in(payload);
    IndexPage page;
    page.previous = in.get<std::uint64_t>();
    auto streams = parseStreams(in, in.get<std::uint32_t>());
    if (!streams)
        return std::nullopt;
    page.streams = std::move(*streams);
    const auto count = in.get<std::uint32_t>();
    if (std::uint64_t{count} * (8 + headerBytes) > in.remaining())
        return std::nullopt;
    std::uint32_t group = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto offset = in.get<std::uint64_t>();
        auto header = parseChunkHeader(in.take(headerBytes), uuid, formatMajor);
        if (!header)
            return std::nullopt;
        if (header->startsGroup)
            group = static_cast<std::uint32_t>(header->sequence);
        header->group = group;
        page.chunks.push_back({offset, *header});
    }
    const ByteView application = in.take(in.get<std::uint32_t>());
    if (!in.ok() || in.remaining() != 0)
        return std::nullopt;
    page.application.assign(application.begin(), application.end());
    return page;
}

} // namespace bnof::storage
