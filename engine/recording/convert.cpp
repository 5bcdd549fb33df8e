// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/convert.h"

#include <unistd.h>

#include "engine/recording/audit_log.h"
#include "engine/recording/rewrite.h"
#include "engine/recording/segments.h"

namespace bnof::recording {

using namespace storage;

namespace {

constexpr std::size_t hotGroupBytes = 2U << 20;
/// About as many spikes as a cold block holds.
constexpr std::size_t coldGroupBytes = 12U << 20;

Result<void> copyItems(Reader& reader, SegmentWriter& writer, GroupBuilder& group, std::size_t groupBytes,
                       const std::function<bool(double)>& progress)
{
    Item item;
    std::uint64_t items = 0;
    reader.rewind();
    while (reader.next(item)) {
        if (group.needsOwnGroup(item) || group.bytes() >= groupBytes)
            BNOF_TRY(writer.write(group));
        group.add(item);
        if (++items % 4096 == 0 && progress && !progress(reader.position()))
            return makeError(ErrorKind::Cancelled, "the recording was not written anew: it was cancelled",
                             reader.path());
    }
    BNOF_TRY(writer.write(group));
    for (const DescriptionEdit& edit : reader.edits())
        BNOF_TRY(writer.write(edit));
    return {};
}

} // namespace

Result<void> rewrite(Reader& reader, const std::string& outPath, const ConvertOptions& options, const Json& repairs,
                     const std::function<bool(double)>& progress)
{
    BNOF_TRY_ASSIGN(const Codec codec, codecFromName(options.codec));
    FileHeader header;
    BNOF_TRY_ASSIGN(header.uuid, uuidFromString(reader.metadata().uuid));
    header.createdUtc = reader.metadata().wallAtZero;
    BNOF_TRY_ASSIGN(auto writer,
                    SegmentWriter::create(outPath, header, reader.originalMetadata(), reader.modelBytes(),
                                          reader.recogniserState(), reader.audit(), codec, {options.segmentBytes, 0}));
    GroupBuilder group(options.cold ? Packing::Cold : Packing::Hot);
    group.setTickLength(static_cast<std::int64_t>(reader.metadata().tickMs * 1e6));
    Result<void> written = copyItems(reader, *writer, group, options.cold ? coldGroupBytes : hotGroupBytes, progress);
    if (written.ok())
        written = writer->write(auditBy({}, repairs.items().empty() ? "written anew" : audit::repaired));
    if (written.ok())
        written = writer->finish(repairs);
    if (!written.ok()) {
        writer.reset();
        for (const SegmentFile& file : laterSegments(outPath))
            ::unlink(file.path.c_str());
        ::unlink(outPath.c_str()); // ours, and of no use
    }
    return written;
}

Result<void> convert(const std::string& path, const std::string& outPath, const ConvertOptions& options,
                     const std::function<bool(double)>& progress)
{
    BNOF_TRY_ASSIGN(auto reader, Reader::open(path));
    return rewrite(*reader, outPath, options, Json::array(), progress);
}

} // namespace bnof::recording
