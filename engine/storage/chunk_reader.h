// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/storage/byte_source.h"
#include "engine/storage/footer.h"
#include "engine/storage/format.h"
#include "engine/storage/index_page.h"

namespace bnof::storage {

/// What was found wrong with a file, each place once. Sentences are for people.
class DamageLog {
public:
    /// `lost` bytes from `offset` on cannot be used; `chunks` of that were whole chunks.
    void report(std::uint64_t offset, std::uint64_t lost, std::uint64_t chunks, std::string sentence);
    /// Something worth saying that is no damage.
    void note(std::string sentence) { m_findings.push_back(std::move(sentence)); }
    /// What lies at `offset` and behind is no part of the recording after all, and so no damage.
    void forgetFrom(std::uint64_t offset);

    [[nodiscard]] std::uint64_t lostBytes() const;
    [[nodiscard]] std::uint64_t damagedChunks() const;
    [[nodiscard]] const std::vector<std::string>& findings() const { return m_findings; }

private:
    static constexpr std::size_t maxFindings = 1000;
    struct Damage {
        std::uint64_t lost = 0;
        std::uint64_t chunks = 0;
        std::string sentence; ///< empty: it was one too many to be listed
    };
    std::map<std::uint64_t, Damage> m_places;
    std::vector<std::string> m_findings;
};

/// Where a walk over the chunks stands.
struct ChunkPosition {
    std::uint64_t offset = fileHeaderBytes;
    std::uint64_t nextSequence = 0;
    std::uint64_t lastChunk = 0; ///< offset of the chunk before; 0: none
    std::uint32_t group = 0;     ///< of the chunk before
};

struct ChunkPlace {
    std::uint64_t offset = 0;
    ChunkHeader header;
    std::size_t headerBytes = chunkHeaderBytes(formatMajor);
    [[nodiscard]] std::uint64_t payloadOffset() const { return offset + headerBytes; }
    [[nodiscard]] std::uint64_t storedEnd() const { return payloadOffset() + header.storedLength; }
    [[nodiscard]] std::uint64_t end() const { return payloadOffset() + padded(header.storedLength); }
    /// Bytes of header and payload.
    [[nodiscard]] std::uint64_t length() const { return headerBytes + header.storedLength; }
};

/// Reads the chunks of one file, whole, cut off or damaged. It believes nothing: every length is checked
/// against the file before it is used, every checksum before a payload is handed out. After damage it
/// goes on at the next sync pattern whose header is right and whose place in the file fits.
class ChunkReader {
public:
    /// `name` is used in messages. Errors: no recording, made by a newer program, header and footer both
    /// damaged.
    [[nodiscard]] static Result<std::unique_ptr<ChunkReader>> open(std::unique_ptr<ByteSource> source,
                                                                   std::string name);

    [[nodiscard]] const FileHeader& fileHeader() const { return m_header; }
    [[nodiscard]] bool fileHeaderIsDamaged() const { return m_headerDamaged; }
    /// Present when the file was closed properly.
    [[nodiscard]] const std::optional<Footer>& footer() const { return m_footer; }
    [[nodiscard]] std::uint64_t size() const { return m_source->size(); }
    [[nodiscard]] std::uint64_t dataEnd() const
    {
        return m_footer ? m_footer->offset : std::min(m_source->size(), m_limit);
    }
    /// Leave out what lies behind `end`: a group that was not written whole.
    void limit(std::uint64_t end) { m_limit = end; }
    [[nodiscard]] const ByteSource& source() const { return *m_source; }
    [[nodiscard]] const std::string& name() const { return m_name; }

    /// Where the first chunk is.
    [[nodiscard]] ChunkPosition start() const { return {fileHeaderBytes, m_header.firstSequence, 0, 0}; }
    /// The next chunk (of any stream, but no footer; index pages only where they are asked for); nothing at the end.
    /// Advances `position`.
    std::optional<ChunkPlace> next(ChunkPosition& position, DamageLog& log, bool withPages = false) const;
    /// The unpacked payload; nothing, and a report, when a byte of it is wrong.
    [[nodiscard]] std::optional<Bytes> payload(const ChunkPlace& place, DamageLog& log) const;
    /// Where the last chunk that is no index page ends, in a file that was closed properly; 0: not known.
    [[nodiscard]] std::uint64_t lastChunkEnd() const;
    /// The index page at `offset`; nothing when there is none or it is damaged.
    [[nodiscard]] std::optional<IndexPage> page(std::uint64_t offset) const;
    /// What stands in for a lost footer: the last index page that is whole, found from the end of the file without
    /// reading what lies before, and everything that it and the pages before it list. Nothing when the file has no
    /// page. `position` is set behind the page.
    struct Recovered {
        Contents contents;
        IndexPage last;
        std::uint64_t offset = 0; ///< of `last`
    };
    [[nodiscard]] std::optional<Recovered> recover(ChunkPosition& position) const;
    /// Where a walk has to begin so that nothing at or after `time` is missed.
    [[nodiscard]] ChunkPosition positionBefore(const std::vector<IndexEntry>& index, std::int64_t time) const;

private:
    ChunkReader(std::unique_ptr<ByteSource> source, std::string name)
        : m_source(std::move(source)), m_name(std::move(name))
    {}

    [[nodiscard]] std::size_t headerBytes() const { return chunkHeaderBytes(m_header.major); }
    [[nodiscard]] std::optional<Footer> readFooter(std::uint16_t major) const;
    [[nodiscard]] std::optional<std::uint64_t> lastPage() const;
    [[nodiscard]] std::optional<ChunkPlace> placeAt(std::uint64_t offset) const;
    /// Where reading goes on behind a footer in the midst of the file: behind its tail, where it has one.
    [[nodiscard]] std::uint64_t behindOldTail(const ChunkPlace& footer, DamageLog& log) const;
    [[nodiscard]] std::optional<std::uint64_t> findChunk(std::uint64_t from, std::uint64_t nextSequence) const;

    std::unique_ptr<ByteSource> m_source;
    std::string m_name;
    FileHeader m_header;
    bool m_headerDamaged = false;
    std::uint64_t m_limit = UINT64_MAX;
    std::optional<Footer> m_footer;
};

} // namespace bnof::storage
