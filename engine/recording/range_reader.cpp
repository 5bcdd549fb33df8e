// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/range_reader.h"

#include <algorithm>
#include <list>
#include <map>

#include "engine/recording/segments.h"
#include "engine/recording/stream_layout.h"
#include "engine/storage/chunk_reader.h"
#include "engine/storage/mapped_file.h"

namespace bnof::recording {

using namespace storage;

namespace {

/// Index pages that are kept unpacked; about 20 KiB each.
constexpr std::size_t pagesInMemory = 256;
/// Bytes that the disk is asked for before they are looked at.
constexpr std::uint64_t mostAhead = 8U << 20;

struct Entry {
    ChunkEntry chunk;
    bool checked = false; ///< its checksum was right
};

struct Page {
    std::size_t file = 0;
    std::uint64_t offset = 0;
    std::vector<Entry> entries;
};

struct File {
    std::string path;
    std::unique_ptr<MappedFile> bytes;
    std::unique_ptr<ChunkReader> chunks; ///< for footers and pages
    std::vector<PageEntry> pages;
};

class MappedRanges final : public RangeReader {
public:
    Result<void> add(const std::string& path, const std::optional<Uuid>& expected);
    [[nodiscard]] Uuid uuid() const { return m_files.front().chunks->fileHeader().uuid; }
    /// The first file says that it is not the last one.
    [[nodiscard]] bool goesOn() const
    {
        const Bytes& text = m_files.front().chunks->footer()->application;
        const auto parsed = footerTextFromJson({reinterpret_cast<const char*>(text.data()), text.size()});
        return parsed.ok() && !parsed->last;
    }

    Result<void> spikes(const SpikeQuestion& question, TimedSpikes& out) override;
    Result<void> channel(const ChannelQuestion& question, ChannelSamples& out) override;
    [[nodiscard]] std::pair<Timestamp, Timestamp> timeRange() const override;

private:
    /// Calls `take` for the chunks of a stream that can hold something between two times, in file order.
    template <typename Take>
    Result<void> each(StreamType type, std::uint32_t id, Timestamp from, Timestamp to, Take take);
    Result<Page*> page(std::size_t file, const PageEntry& entry);
    Result<ByteView> payload(const File& file, Entry& entry);
    [[nodiscard]] static Error damaged(const File& file, const Entry& entry, const std::string& what);
    Result<void> spikesIn(const File& file, Entry& entry, const SpikeQuestion& question);
    Result<void> samplesIn(const File& file, Entry& entry, const ChannelQuestion& question, ChannelSamples& out);

    std::vector<File> m_files;
    std::list<Page> m_pages; ///< the one used last comes first
    std::map<std::pair<std::size_t, std::uint64_t>, std::list<Page>::iterator> m_places;
    SpikeDecoder m_decoder;
    SpikeColumns m_found;
    TimedSpikes m_part;
    Bytes m_unpacked;
    std::vector<std::int64_t> m_times;
    std::vector<float> m_values;
};

Result<void> MappedRanges::add(const std::string& path, const std::optional<Uuid>& expected)
{
    File file;
    file.path = path;
    BNOF_TRY_ASSIGN(auto source, openFileSource(path));
    BNOF_TRY_ASSIGN(file.chunks, ChunkReader::open(std::move(source), path));
    if (expected && file.chunks->fileHeader().uuid != *expected)
        return {}; // another recording's file by that name
    if (file.chunks->fileHeader().major < 2)
        return makeError(ErrorKind::Usage, "recordings of format version 1 have no index for this", path,
                         "Write it anew first: bnof convert FILE --out NEW.bnr");
    if (!file.chunks->footer())
        return makeError(ErrorKind::BadInput, "this recording was not closed properly", path,
                         "Stop the recording, or repair the file: bnof repair FILE");
    file.pages = file.chunks->footer()->contents.pages();
    BNOF_TRY_ASSIGN(file.bytes, MappedFile::open(path));
    m_files.push_back(std::move(file));
    return {};
}

std::pair<Timestamp, Timestamp> MappedRanges::timeRange() const
{
    std::pair<Timestamp, Timestamp> range{0, 0};
    bool any = false;
    for (const File& file : m_files) {
        for (const auto& [key, totals] : file.chunks->footer()->contents.streams()) {
            if (key.first < static_cast<std::uint16_t>(StreamType::Frames) || key.first >= indexStreamType ||
                totals.items == 0)
                continue;
            range = {any ? std::min(range.first, totals.t0) : totals.t0,
                     any ? std::max(range.second, totals.t1) : totals.t1};
            any = true;
        }
    }
    return range;
}

Error MappedRanges::damaged(const File& file, const Entry& entry, const std::string& what)
{
    return makeError(ErrorKind::BadInput, "at byte " + std::to_string(entry.chunk.offset) + ": " + what, file.path,
                     "\"bnof verify FILE\" shows what is damaged; reading it from beginning to end leaves that out.");
}

Result<Page*> MappedRanges::page(std::size_t file, const PageEntry& entry)
{
    if (const auto found = m_places.find({file, entry.offset}); found != m_places.end()) {
        m_pages.splice(m_pages.begin(), m_pages, found->second);
        return &m_pages.front();
    }
    const auto index = m_files[file].chunks->page(entry.offset);
    if (!index)
        return makeError(ErrorKind::BadInput, "at byte " + std::to_string(entry.offset) + ": an index page is damaged",
                         m_files[file].path, "\"bnof repair FILE --out NEW.bnr\" writes a new index.");
    Page fresh{file, entry.offset, {}};
    for (const ChunkEntry& chunk : index->chunks)
        fresh.entries.push_back({chunk, false});
    m_pages.push_front(std::move(fresh));
    m_places[{file, entry.offset}] = m_pages.begin();
    if (m_pages.size() > pagesInMemory) {
        m_places.erase({m_pages.back().file, m_pages.back().offset});
        m_pages.pop_back();
    }
    return &m_pages.front();
}

template <typename Take>
Result<void> MappedRanges::each(StreamType type, std::uint32_t id, Timestamp from, Timestamp to, Take take)
{
    for (std::size_t f = 0; f < m_files.size(); ++f) {
        for (const PageEntry& entry : m_files[f].pages) {
            if (entry.t1 < from || entry.t0 >= to)
                continue;
            BNOF_TRY_ASSIGN(Page * found, page(f, entry));
            const auto fits = [&](const ChunkHeader& header) {
                return header.streamType == static_cast<std::uint16_t>(type) && header.streamId == id &&
                       header.t1 >= from && header.t0 < to;
            };
            std::uint64_t ahead = 0;
            for (const Entry& chunk : found->entries) {
                if (chunk.checked || ahead >= mostAhead || !fits(chunk.chunk.header))
                    continue;
                const std::uint64_t length = chunkHeaderBytes(formatMajor) + chunk.chunk.header.storedLength;
                m_files[f].bytes->willNeed(chunk.chunk.offset, length);
                ahead += length;
            }
            for (Entry& chunk : found->entries)
                if (fits(chunk.chunk.header))
                    BNOF_TRY(take(m_files[f], chunk));
        }
    }
    return {};
}

/// The unpacked payload; borrowed until the next call.
Result<ByteView> MappedRanges::payload(const File& file, Entry& entry)
{
    const ChunkHeader& header = entry.chunk.header;
    if (!entry.checked)
        file.bytes->willNeed(entry.chunk.offset, chunkHeaderBytes(formatMajor) + header.storedLength);
    const ByteView stored = file.bytes->bytes(entry.chunk.offset + chunkHeaderBytes(formatMajor), header.storedLength);
    if (stored.size() != header.storedLength)
        return damaged(file, entry, "the file ends before this block does");
    if (!entry.checked && payloadChecksum(stored, file.chunks->fileHeader().uuid, header.sequence) != header.payloadSum)
        return damaged(file, entry, "the content of a block does not match its checksum");
    entry.checked = true;
    if (header.codec == static_cast<std::uint8_t>(Codec::None))
        return stored;
    auto raw = unpack(header.codec, codecVersion(static_cast<Codec>(header.codec)), stored, header.rawLength);
    if (!raw.ok())
        return damaged(file, entry, raw.error().what);
    m_unpacked = std::move(*raw);
    return ByteView(m_unpacked);
}

Result<void> MappedRanges::spikesIn(const File& file, Entry& entry, const SpikeQuestion& question)
{
    const ChunkHeader& header = entry.chunk.header;
    if (header.aux == 0 || header.idMin >= question.endNeuron || header.idMax < question.firstNeuron)
        return {};
    if (header.layoutVersion != 2)
        return damaged(file, entry, "these spikes were stored without the time of their ticks");
    BNOF_TRY_ASSIGN(const ByteView bytes, payload(file, entry));
    ByteCursor in(bytes);
    in.take(in.getVarint()); // item numbers
    const auto zero = in.get<std::int64_t>();
    const auto tick = static_cast<std::int64_t>(in.get<std::uint64_t>());
    in.take(in.getVarint()); // batches
    if (!in.ok() || tick <= 0)
        return damaged(file, entry, "the content of a block makes no sense");
    // The first tick at or behind a time.
    const auto tickAt = [&](Timestamp t) {
        return t <= zero ? std::uint64_t{0} : static_cast<std::uint64_t>((t - zero + tick - 1) / tick);
    };
    const SpikeRange range{tickAt(question.from), std::min(tickAt(question.to), std::uint64_t{1} << 32),
                           question.firstNeuron, question.endNeuron};
    m_found.clear();
    while (in.remaining() > 0) {
        const ByteView block = in.take(in.getVarint());
        if (!in.ok() || !m_decoder.open(block).ok() || !m_decoder.query(range, m_found).ok())
            return damaged(file, entry, "a block of spikes makes no sense");
    }
    for (std::size_t i = 0; i < m_found.size(); ++i) {
        m_part.times.push_back(zero + std::int64_t{m_found.ticks[i]} * tick);
        m_part.neurons.push_back(m_found.neurons[i]);
    }
    return {};
}

Result<void> MappedRanges::spikes(const SpikeQuestion& question, TimedSpikes& out)
{
    m_part.times.clear();
    m_part.neurons.clear();
    BNOF_TRY(each(StreamType::Spikes, question.layer, question.from, question.to,
                  [&](const File& file, Entry& entry) { return spikesIn(file, entry, question); }));
    out.times.insert(out.times.end(), m_part.times.begin(), m_part.times.end());
    out.neurons.insert(out.neurons.end(), m_part.neurons.begin(), m_part.neurons.end());
    return {};
}

Result<void> MappedRanges::samplesIn(const File& file, Entry& entry, const ChannelQuestion& question,
                                     ChannelSamples& out)
{
    BNOF_TRY_ASSIGN(const ByteView bytes, payload(file, entry));
    const auto nonsense = [&] { return damaged(file, entry, "the content of a block makes no sense"); };
    const auto add = [&](Timestamp t, float value) {
        if (t >= question.from && t < question.to) {
            out.times.push_back(t);
            out.values.push_back(value);
        }
    };
    if (entry.chunk.header.layoutVersion == 1) { // short: read as a whole
        const auto cursor = ItemCursor::open(entry.chunk.header, entry.chunk.offset, Bytes(bytes.begin(), bytes.end()));
        Item item;
        while (cursor && !cursor->atEnd() && cursor->take(item)) {
            const auto& frame = std::get<FrameItem>(item);
            if (question.channel < frame.values.size())
                add(frame.t, frame.values[question.channel]);
        }
        return cursor ? Result<void>() : nonsense();
    }
    const std::size_t n = entry.chunk.header.count;
    ByteCursor in(bytes);
    in.take(in.getVarint()); // item numbers
    const std::uint64_t width = in.getVarint();
    if (!in.ok() || !decodeSensor(in.take(in.getVarint()), m_times).ok())
        return nonsense();
    if (in.get<std::uint8_t>() == 0)
        in.take(8);
    else
        in.take(in.getVarint());
    if (in.get<std::uint8_t>() == 2)
        in.take((n + 7) / 8);
    if (question.channel >= width)
        return {};
    for (std::uint32_t c = 0; c < question.channel; ++c)
        in.take(in.getVarint());
    const ByteView block = in.take(in.getVarint());
    if (!in.ok() || !decodeSensor(block, m_values).ok() || m_values.size() != n || m_times.size() != n)
        return nonsense();
    for (std::size_t i = 0; i < n; ++i)
        add(m_times[i], m_values[i]);
    return {};
}

Result<void> MappedRanges::channel(const ChannelQuestion& question, ChannelSamples& out)
{
    return each(StreamType::Frames, question.source, question.from, question.to,
                [&](const File& file, Entry& entry) { return samplesIn(file, entry, question, out); });
}

} // namespace

Result<std::unique_ptr<RangeReader>> RangeReader::open(const std::string& path)
{
    auto reader = std::make_unique<MappedRanges>();
    BNOF_TRY(reader->add(path, std::nullopt));
    if (!isLaterSegment(path) && reader->goesOn())
        for (const SegmentFile& file : laterSegments(path))
            BNOF_TRY(reader->add(file.path, reader->uuid()));
    return std::unique_ptr<RangeReader>(std::move(reader));
}

} // namespace bnof::recording
