// SPDX-License-Identifier: GPL-3.0-or-later
// Writes a recording's groups into its files: index pages when they are due, the next file when one is full, the
// totals for the footers. Private to this folder.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>

#include "engine/recording/stream_layout.h"
#include "engine/storage/chunk_writer.h"

namespace bnof::recording {

struct SegmentLimits {
    std::uint64_t bytes = 1ULL << 30; ///< about how long a file becomes before the next one is begun
    std::int64_t nanoseconds = 0;     ///< or how old; 0: never
};

class SegmentWriter {
public:
    /// Called with the length of a group before it is written at size() of segment().
    using Before = std::function<void(std::uint64_t length)>;

    /// Creates the first file (never overwrites one) and writes metadata, model and the recogniser's state.
    [[nodiscard]] static Result<std::unique_ptr<SegmentWriter>>
    create(const std::string& path, const storage::FileHeader& header, const RecordingMetadata& metadata,
           std::span<const std::uint8_t> model, std::span<const std::uint8_t> state,
           const std::vector<AuditEntry>& audit, storage::Codec codec, const SegmentLimits& limits = {},
           const storage::FileCalls& calls = storage::FileCalls::ofTheSystem());
    /// Goes on behind what `writer` stands for: `summary`, `edits` and `audit` are those of the recording so far.
    SegmentWriter(std::unique_ptr<storage::ChunkWriter> writer, const std::string& path, RecordingMetadata metadata,
                  Summary summary, std::vector<DescriptionEdit> edits, std::vector<AuditEntry> audit,
                  storage::Codec codec, const SegmentLimits& limits = {},
                  storage::FileCalls calls = storage::FileCalls::ofTheSystem());

    /// Each file begins with it; create() has written it.
    Result<void> writeMetadata();
    /// What waits in `group`, if anything. After an error the files hold everything up to the group before.
    Result<void> write(GroupBuilder& group, const Before& before = {});
    /// With a link of the audit trail where one is given.
    Result<void> write(const DescriptionEdit& edit, const Before& before = {},
                       std::optional<AuditEntry> entry = std::nullopt);
    /// From now on the recording has this source too; told in index pages, footers and later files.
    void add(LateSource late);
    /// The next link of the recording's audit trail; its number and hashes are set here.
    Result<void> write(AuditEntry entry);
    /// The last index page and footer, flushed to the disk.
    Result<void> finish(const Json& repairs = Json::array());
    /// The same with these totals instead of those of what was written here.
    Result<void> finish(const Json& repairs, Summary summary, std::vector<DescriptionEdit> edits);
    /// Ask the disk to keep what was written. Any thread.
    Result<void> sync();

    [[nodiscard]] const Summary& summary() const { return m_summary; }
    /// Of the file that is being written.
    [[nodiscard]] std::uint64_t size() const { return m_writer->size(); }
    [[nodiscard]] const storage::FileHeader& fileHeader() const { return m_writer->fileHeader(); }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; } ///< of all files; any thread
    [[nodiscard]] std::int64_t freeBytes();                       ///< any thread

private:
    Result<void> writeBlob(StreamType type, std::span<const std::uint8_t> bytes);
    Result<void> append(std::span<const storage::Chunk> chunks, const Before& before);
    [[nodiscard]] AuditEntry nextLink(AuditEntry entry) const;
    Result<void> writePage();
    Result<void> roll();
    [[nodiscard]] FooterText footerText(bool last, const Json& repairs) const;

    std::unique_ptr<storage::ChunkWriter> m_writer;
    std::mutex m_replacing; ///< held while m_writer changes, and by other threads that use it
    std::string m_path;
    RecordingMetadata m_metadata;
    Summary m_summary;
    std::vector<DescriptionEdit> m_edits;
    std::vector<AuditEntry> m_audit;
    std::vector<LateSource> m_late;
    storage::Codec m_codec;
    SegmentLimits m_limits;
    storage::FileCalls m_calls;
    std::uint64_t m_bytesBefore = 0; ///< of the files that are closed
    std::atomic<std::uint64_t> m_bytes{0};
    std::chrono::steady_clock::time_point m_began = std::chrono::steady_clock::now();
};

} // namespace bnof::recording
