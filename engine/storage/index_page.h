// SPDX-License-Identifier: GPL-3.0-or-later
// A list of chunks in the midst of a file, so that nothing has to be found by walking over them.
#pragma once

#include <optional>
#include <vector>

#include "engine/storage/footer.h"

namespace bnof::storage {

/// Chunks between two index pages.
inline constexpr std::size_t chunksPerPage = 256;

struct ChunkEntry {
    std::uint64_t offset = 0;
    ChunkHeader header;
};

struct IndexPage {
    std::uint64_t previous = 0; ///< offset of the page before; 0: none
    StreamTable streams;        ///< totals of the file before this page
    std::vector<ChunkEntry> chunks;
    Bytes application; ///< belongs to the layer above

    [[nodiscard]] Bytes encode(const Uuid& uuid) const;
    /// Nothing when a count or length does not fit, or a chunk's header is not one of this recording.
    [[nodiscard]] static std::optional<IndexPage> parse(ByteView payload, const Uuid& uuid);
};

} // namespace bnof::storage
