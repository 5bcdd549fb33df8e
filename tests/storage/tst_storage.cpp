// SPDX-License-Identifier: GPL-3.0-or-later
// The container alone: checksums, lengths, places of chunks, the bounded index.
#include <QTemporaryDir>

#include <algorithm>
#include <unistd.h>

#include "engine/base/files.h"
#include "engine/base/philox.h"
#include "engine/storage/chunk_reader.h"
#include "engine/storage/chunk_writer.h"
#include "engine/storage/crc32c.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::storage;

class TestStorage : public test::Suite {
    Q_OBJECT

private slots:
    void crcMatchesPublishedValuesOnEveryPath();
    void varintsAndZigzagRoundTrip();
    void codecsRoundTripAndRefuseNonsense();
    void chunksComeBack();
    void transplantedChunksAreRefused();
    void staleChunksOfTheSameFileAreRefused();
    void readingGoesOnBehindDamage();
    void removedBytesInTheMiddle();
    void hostileLengthsAreRefusedBeforeAllocation();
    void hostileFooterIsRefused();
    void unknownCodecIsDamageNotNonsense();
    void newerFormatIsRefused();
    void damagedFileHeaderIsReadFromTheFooter();
    void indexStaysBounded();
    void aFailedWriteLeavesWholeChunks();
    void interruptedAndShortWritesAreCompleted();

private:
    QTemporaryDir m_folder;
    std::string path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)).toStdString(); }
    Bytes write(const char* name, const Uuid& uuid, int chunks, bool footer) const;
};

namespace {

Bytes randomBytes(std::uint64_t seed, std::size_t length)
{
    PhiloxSequence random(seed, 0);
    Bytes bytes(length);
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(random.below(256));
    return bytes;
}

Chunk chunkOf(int i)
{
    Chunk chunk;
    chunk.streamType = 16;
    chunk.streamId = static_cast<std::uint16_t>(i % 3);
    chunk.t0 = i * 100;
    chunk.t1 = i * 100 + 99;
    chunk.count = static_cast<std::uint32_t>(i + 1);
    chunk.aux = 7;
    chunk.payload = i % 2 == 0 ? randomBytes(static_cast<std::uint64_t>(i), static_cast<std::size_t>(i * 37 % 300))
                               : Bytes(static_cast<std::size_t>(i) * 50, static_cast<std::uint8_t>(i));
    return chunk;
}

struct Found {
    std::vector<int> numbers; ///< which of the chunks written by chunkOf()
    DamageLog log;
};

Found readChunks(const Bytes& bytes)
{
    Found found;
    auto reader = ChunkReader::open(makeMemorySource(bytes), "test");
    if (!reader.ok())
        return found;
    ChunkPosition position;
    while (auto place = (*reader)->next(position, found.log)) {
        const int number = static_cast<int>(place->header.count) - 1;
        const auto payload = (*reader)->payload(*place, found.log);
        if (payload && *payload == chunkOf(number).payload && place->header.t0 == number * 100)
            found.numbers.push_back(number);
    }
    return found;
}

/// Where the chunks of a file without damage begin.
std::vector<ChunkPlace> placesIn(const Bytes& bytes)
{
    std::vector<ChunkPlace> places;
    auto reader = ChunkReader::open(makeMemorySource(bytes), "test");
    ChunkPosition position;
    DamageLog log;
    while (auto place = (*reader)->next(position, log))
        places.push_back(*place);
    return places;
}

Bytes contentOf(const std::string& path)
{
    const auto text = readFile(path);
    return text.ok() ? Bytes(text->begin(), text->end()) : Bytes();
}

} // namespace

Bytes TestStorage::write(const char* name, const Uuid& uuid, int chunks, bool footer) const
{
    FileHeader header;
    header.uuid = uuid;
    auto writer = ChunkWriter::create(path(name), header, Codec::Lz4);
    if (!writer.ok())
        return {};
    for (int i = 0; i < chunks; ++i) {
        const Chunk chunk = chunkOf(i);
        if (!(*writer)->append(std::span(&chunk, 1)).ok())
            return {};
    }
    if (footer && !(*writer)->finish(Bytes{'a', 'p', 'p'}).ok())
        return {};
    return contentOf(path(name));
}

void TestStorage::crcMatchesPublishedValuesOnEveryPath()
{
    const std::string check = "123456789";
    const Bytes text(check.begin(), check.end());
    QCOMPARE(crc32c(text), 0xE3069283U);
    QCOMPARE(crc32cPortable(text), 0xE3069283U);
    // RFC 3720, appendix B.4.
    QCOMPARE(crc32cPortable(Bytes(32, 0)), 0x8A9136AAU);
    QCOMPARE(crc32cPortable(Bytes(32, 0xFF)), 0x62A8AB43U);
    const Bytes bytes = randomBytes(1, 3000);
    for (std::size_t length = 0; length < 300; ++length) {
        const ByteView part = ByteView(bytes).subspan(length % 17, length);
        QCOMPARE(crc32c(part), crc32cPortable(part));
        const std::size_t cut = length / 3;
        QCOMPARE(crc32c(part.subspan(cut), crc32c(part.first(cut))), crc32cPortable(part));
    }
    QCOMPARE(crc32c(bytes), crc32cPortable(bytes));
    if (!crc32cIsAccelerated())
        QSKIP("this processor has no CRC-32C instruction: only the table form was tested");
}

void TestStorage::varintsAndZigzagRoundTrip()
{
    Bytes out;
    std::vector<std::uint64_t> values{0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX, UINT64_MAX / 2};
    for (const std::uint64_t value : values)
        putVarint(out, value);
    ByteCursor in(out);
    for (const std::uint64_t value : values) {
        QCOMPARE(in.getVarint(), value);
        QCOMPARE(unzigzag(zigzag(value)), value);
    }
    QVERIFY(in.ok());
    QCOMPARE(in.getVarint(), std::uint64_t{0});
    QVERIFY(!in.ok());
    QCOMPARE(zigzag(static_cast<std::uint64_t>(-1)), std::uint64_t{1});
    const Bytes tooLong(11, 0xFF);
    ByteCursor bad(tooLong);
    bad.getVarint();
    QVERIFY(!bad.ok());
    const Bytes overflow{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02};
    ByteCursor tooLarge(overflow);
    tooLarge.getVarint();
    QVERIFY(!tooLarge.ok());
}

void TestStorage::codecsRoundTripAndRefuseNonsense()
{
    for (const std::size_t length : {0, 1, 17, 1000, 200000}) {
        Bytes raw = randomBytes(9, length);
        for (std::size_t i = 0; i < raw.size(); ++i)
            raw[i] = static_cast<std::uint8_t>(raw[i] % 5);
        const auto packed = pack(Codec::Lz4, raw);
        if (packed) {
            const auto back = unpack(1, 1, *packed, static_cast<std::uint32_t>(raw.size()));
            BNOF_VERIFY_OK(back);
            QVERIFY(*back == raw);
            QVERIFY(!unpack(1, 1, *packed, static_cast<std::uint32_t>(raw.size()) + 1).ok());
            QVERIFY(!unpack(1, 2, *packed, static_cast<std::uint32_t>(raw.size())).ok());
            QVERIFY(!unpack(1, 1, ByteView(*packed).first(packed->size() / 2), static_cast<std::uint32_t>(raw.size()))
                         .ok());
        }
        QVERIFY(packed.has_value() == (length >= 1000));
    }
    QVERIFY(!pack(Codec::Lz4, randomBytes(3, 1000)).has_value());
    QVERIFY(!codecFromName("zip").ok());
    QVERIFY(codecFromName("zip").error().message().find("lz4") != std::string::npos);
}

void TestStorage::chunksComeBack()
{
    for (const bool footer : {false, true}) {
        const Bytes bytes = write(footer ? "whole.bnr" : "open.bnr", makeUuid(), 40, footer);
        const Found found = readChunks(bytes);
        QCOMPARE(found.numbers.size(), std::size_t{40});
        QVERIFY(found.log.findings().empty());
        auto reader = ChunkReader::open(makeMemorySource(bytes), "test");
        BNOF_VERIFY_OK(reader);
        QCOMPARE((*reader)->footer().has_value(), footer);
        if (footer) {
            const Contents& contents = (*reader)->footer()->contents;
            QCOMPARE(contents.streams().size(), std::size_t{4}); // three and the index page
            QCOMPARE(contents.streams().at({16, 0}).aux, std::uint64_t{14 * 7});
            QVERIFY(((*reader)->footer()->application == Bytes{'a', 'p', 'p'}));
            const ChunkPosition position = (*reader)->positionBefore(contents.index(), 2050);
            QCOMPARE(position.nextSequence, std::uint64_t{20});
        }
    }
    QVERIFY(!ChunkWriter::create(path("whole.bnr"), {}, Codec::None).ok());
}

void TestStorage::transplantedChunksAreRefused()
{
    const Bytes ours = write("ours.bnr", makeUuid(), 10, false);
    const Bytes theirs = write("theirs.bnr", makeUuid(), 10, false);
    QCOMPARE(ours.size(), theirs.size());
    const auto places = placesIn(ours);
    Bytes mixed = ours;
    std::copy(theirs.begin() + static_cast<std::ptrdiff_t>(places[5].offset),
              theirs.begin() + static_cast<std::ptrdiff_t>(places[5].end()),
              mixed.begin() + static_cast<std::ptrdiff_t>(places[5].offset));
    const Found found = readChunks(mixed);
    QCOMPARE(found.numbers.size(), std::size_t{9});
    QVERIFY(std::find(found.numbers.begin(), found.numbers.end(), 5) == found.numbers.end());
    QCOMPARE(found.log.damagedChunks(), std::uint64_t{1});
    // Payloads too belong to one file and one place in it.
    const Bytes payload = chunkOf(5).payload;
    QVERIFY(payloadChecksum(payload, makeUuid(), 5) != payloadChecksum(payload, makeUuid(), 5));
    const Uuid uuid = makeUuid();
    QVERIFY(payloadChecksum(payload, uuid, 5) != payloadChecksum(payload, uuid, 6));
}

void TestStorage::staleChunksOfTheSameFileAreRefused()
{
    const Bytes bytes = write("stale.bnr", makeUuid(), 10, false);
    const auto places = placesIn(bytes);
    Bytes twice = bytes;
    twice.insert(twice.end(), bytes.begin() + static_cast<std::ptrdiff_t>(places[3].offset),
                 bytes.begin() + static_cast<std::ptrdiff_t>(places[5].end()));
    const Found found = readChunks(twice);
    QCOMPARE(found.numbers.size(), std::size_t{10});
    QCOMPARE(found.log.damagedChunks(), std::uint64_t{3});
    QCOMPARE(found.log.lostBytes(), twice.size() - bytes.size());
}

void TestStorage::readingGoesOnBehindDamage()
{
    const Bytes bytes = write("holes.bnr", makeUuid(), 30, true);
    const auto places = placesIn(bytes);
    Bytes holed = bytes;
    for (std::uint64_t i = places[7].offset + 3; i < places[11].offset + 20; ++i)
        holed[static_cast<std::size_t>(i)] = 0xEE;
    const Found found = readChunks(holed);
    QCOMPARE(found.numbers.size(), std::size_t{25});
    QCOMPARE(found.log.damagedChunks(), std::uint64_t{5});
    QCOMPARE(found.log.lostBytes(), places[12].offset - places[7].offset);
    QVERIFY(found.log.findings().front().find(std::to_string(places[7].offset)) != std::string::npos);
}

void TestStorage::removedBytesInTheMiddle()
{
    const Bytes bytes = write("removed.bnr", makeUuid(), 30, false);
    const auto places = placesIn(bytes);
    Bytes shorter = bytes;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(places[10].offset + 90),
                  shorter.begin() + static_cast<std::ptrdiff_t>(places[10].offset + 101));
    const Found found = readChunks(shorter);
    QCOMPARE(found.numbers.size(), std::size_t{29});
    QVERIFY(found.log.damagedChunks() > 0);
}

void TestStorage::hostileLengthsAreRefusedBeforeAllocation()
{
    const Uuid uuid = makeUuid();
    FileHeader fileHeader;
    fileHeader.uuid = uuid;
    const auto start = encode(fileHeader);
    struct Case {
        std::uint32_t raw;
        std::uint32_t stored;
        std::uint8_t codec;
    };
    for (const Case& hostile : {Case{UINT32_MAX, UINT32_MAX, 0}, Case{1U << 31, 8, 1}, Case{maxPayloadBytes, 8, 1},
                                Case{8, 1U << 31, 0}, Case{maxPayloadBytes, maxPayloadBytes, 0}, Case{9, 8, 0}}) {
        ChunkHeader header;
        header.streamType = 16;
        header.rawLength = hostile.raw;
        header.storedLength = hostile.stored;
        header.codec = hostile.codec;
        header.count = UINT32_MAX;
        const Bytes payload(8, 1);
        header.payloadSum = payloadChecksum(payload, uuid, 0);
        Bytes bytes;
        putBytes(bytes, start);
        putBytes(bytes, encode(header, uuid));
        putBytes(bytes, payload);
        const Found found = readChunks(bytes);
        QVERIFY(found.numbers.empty());
        QCOMPARE(found.log.lostBytes(), chunkHeaderBytes(formatMajor) + 8);
    }
}

void TestStorage::hostileFooterIsRefused()
{
    const Uuid uuid = makeUuid();
    FileHeader fileHeader;
    fileHeader.uuid = uuid;
    for (const std::uint32_t count : {0U, 1U, 1U << 31, UINT32_MAX}) {
        Bytes payload;
        putBytes(payload, encode(fileHeader));
        put(payload, std::uint64_t{1});
        put(payload, count);
        put(payload, count);
        put(payload, std::uint32_t{0}); // index pages
        put(payload, std::uint32_t{0});
        QCOMPARE(Footer::parse(payload, formatMajor).has_value(), count == 0);
    }
    // Offsets far outside the file.
    const Bytes bytes = write("footer.bnr", uuid, 3, true);
    for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{1} << 63, UINT64_MAX, UINT64_MAX - 47}) {
        Bytes hostile = bytes;
        const auto tail = encode(Tail{offset, bytes.size() - tailBytes - offset, uuid});
        std::copy(tail.begin(), tail.end(), hostile.end() - static_cast<std::ptrdiff_t>(tailBytes));
        auto reader = ChunkReader::open(makeMemorySource(hostile), "test");
        BNOF_VERIFY_OK(reader);
        QVERIFY(!(*reader)->footer().has_value());
        QCOMPARE(readChunks(hostile).numbers.size(), std::size_t{3});
    }
}

void TestStorage::unknownCodecIsDamageNotNonsense()
{
    const Uuid uuid = makeUuid();
    FileHeader fileHeader;
    fileHeader.uuid = uuid;
    ChunkHeader header;
    header.streamType = 16;
    header.codec = 9;
    header.rawLength = 100;
    const Bytes payload(8, 1);
    header.storedLength = 8;
    header.payloadSum = payloadChecksum(payload, uuid, 0);
    Bytes bytes;
    putBytes(bytes, encode(fileHeader));
    putBytes(bytes, encode(header, uuid));
    putBytes(bytes, payload);
    const Found found = readChunks(bytes);
    QVERIFY(found.numbers.empty());
    QCOMPARE(found.log.damagedChunks(), std::uint64_t{1});
    QVERIFY(found.log.findings().front().find("codec 9") != std::string::npos);
}

void TestStorage::newerFormatIsRefused()
{
    FileHeader header;
    header.major = formatMajor + 1;
    const auto bytes = encode(header);
    const auto reader = ChunkReader::open(makeMemorySource(Bytes(bytes.begin(), bytes.end())), "new.bnr");
    QVERIFY(!reader.ok());
    QVERIFY(reader.error().remedy.find("newer version") != std::string::npos);
}

void TestStorage::damagedFileHeaderIsReadFromTheFooter()
{
    Bytes bytes = write("header.bnr", makeUuid(), 10, true);
    bytes[20] ^= 1U;
    auto reader = ChunkReader::open(makeMemorySource(bytes), "test");
    BNOF_VERIFY_OK(reader);
    QVERIFY((*reader)->fileHeaderIsDamaged());
    QCOMPARE(readChunks(bytes).numbers.size(), std::size_t{10});
    bytes.resize(bytes.size() - 1);
    QVERIFY(!ChunkReader::open(makeMemorySource(bytes), "test").ok());
}

void TestStorage::indexStaysBounded()
{
    Contents contents;
    ChunkHeader header;
    header.count = 1;
    const int groups = 300'000;
    for (int i = 0; i < groups; ++i) {
        header.group = static_cast<std::uint32_t>(i);
        header.sequence = static_cast<std::uint64_t>(i);
        header.t0 = header.t1 = i;
        contents.add(header, 64 + static_cast<std::uint64_t>(i) * 100);
    }
    QVERIFY(contents.index().size() <= Contents::maxIndexEntries);
    QVERIFY(contents.index().size() > Contents::maxIndexEntries / 4);
    QCOMPARE(contents.index().front().offset, std::uint64_t{64});
    for (std::size_t i = 1; i < contents.index().size(); ++i) {
        const IndexEntry& entry = contents.index()[i];
        QCOMPARE(entry.timeBefore, static_cast<std::int64_t>(entry.sequence) - 1);
        QCOMPARE(entry.offset, 64 + entry.sequence * 100);
        QVERIFY(entry.sequence - contents.index()[i - 1].sequence <= 16);
    }
    const auto footer = Footer::parse(contents.encode({}, {}), formatMajor);
    QVERIFY(footer.has_value());
    QVERIFY(footer->contents.index() == contents.index());
    QVERIFY(footer->contents.streams() == contents.streams());
}

void TestStorage::aFailedWriteLeavesWholeChunks()
{
    for (int failing = 1; failing < 12; ++failing) {
        FileCalls calls = FileCalls::ofTheSystem();
        int writes = 0;
        calls.write = [&](int fd, const void* bytes, std::size_t length, off_t offset) -> ssize_t {
            ++writes;
            if (writes > failing) {
                errno = ENOSPC;
                return -1;
            }
            // The last write that succeeds is a short one, as on a disk that fills up.
            return ::pwrite(fd, bytes, writes == failing ? (length + 1) / 2 : length, offset);
        };
        const std::string name = path(("failing" + std::to_string(failing)).c_str());
        auto writer = ChunkWriter::create(name, {}, Codec::None, calls);
        if (failing == 1) {
            QVERIFY(!writer.ok());
            QVERIFY(!readFile(name).ok()); // nothing is left of a file that could not begin
            continue;
        }
        BNOF_VERIFY_OK(writer);
        int kept = 0;
        Result<void> result;
        for (int i = 0; i < 20 && result.ok(); ++i) {
            const Chunk chunk = chunkOf(i);
            result = (*writer)->append(std::span(&chunk, 1));
            kept += result.ok() ? 1 : 0;
        }
        QVERIFY(!result.ok());
        QVERIFY(result.error().what.find("disk is full") != std::string::npos);
        QVERIFY(!result.error().remedy.empty());
        const Bytes bytes = contentOf(name);
        QCOMPARE(bytes.size(), static_cast<std::size_t>((*writer)->size()));
        const Found found = readChunks(bytes);
        QCOMPARE(static_cast<int>(found.numbers.size()), kept);
        QVERIFY(found.log.findings().empty());
    }
}

void TestStorage::interruptedAndShortWritesAreCompleted()
{
    FileCalls calls = FileCalls::ofTheSystem();
    int count = 0;
    calls.write = [&](int fd, const void* bytes, std::size_t length, off_t offset) -> ssize_t {
        if (++count % 3 == 0) {
            errno = EINTR;
            return -1;
        }
        return ::pwrite(fd, bytes, std::min<std::size_t>(length, 13), offset);
    };
    auto writer = ChunkWriter::create(path("short.bnr"), {}, Codec::Lz4, calls);
    BNOF_VERIFY_OK(writer);
    for (int i = 0; i < 20; ++i) {
        const Chunk chunk = chunkOf(i);
        BNOF_VERIFY_OK((*writer)->append(std::span(&chunk, 1)));
    }
    BNOF_VERIFY_OK((*writer)->finish({}));
    const Found found = readChunks(contentOf(path("short.bnr")));
    QCOMPARE(found.numbers.size(), std::size_t{20});
    QVERIFY(found.log.findings().empty());
}

QTEST_GUILESS_MAIN(TestStorage)
#include "tst_storage.moc"
