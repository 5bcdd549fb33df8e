// SPDX-License-Identifier: GPL-3.0-or-later
// What is recorded comes back: every item, every bit, in order.
#include <QElapsedTimer>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QThread>

#include <limits>

#include "engine/base/files.h"
#include "engine/recording/convert.h"
#include "engine/recording/late_source.h"
#include "tests/recording/sample_recording.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::recording;

class TestRecording : public test::Suite {
    Q_OBJECT

private slots:
    void metadataSurvivesJson();
    void everythingComesBack_data();
    void everythingComesBack();
    void emptyRecording();
    void framesThatChangeWidth();
    void hugeSpikeBatchesAreDivided();
    void hashesDoNotDependOnChunks();
    void hashesSeeEveryChange();
    void readingWhileWriting();
    void followedWhileItGrows();
    void sourcesThatComeLate_data();
    void sourcesThatComeLate();
    void seekFindsTheFirstItemAtATime();
    void summaryIsTheSameWithAndWithoutFooter();
    void foreignFilesAreRefused();

private:
    QTemporaryDir m_folder;
    std::string path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)).toStdString(); }
};

void TestRecording::metadataSurvivesJson()
{
    const RecordingMetadata metadata = test::sampleMetadata(2);
    RecordingMetadata withId = metadata;
    withId.uuid = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6";
    const auto parsed = Json::parse(toJson(withId).dump());
    BNOF_VERIFY_OK(parsed);
    const auto back = metadataFromJson(*parsed);
    BNOF_VERIFY_OK(back);
    QVERIFY(*back == withId);
    Json wrong = toJson(withId);
    wrong.set("wall_at_zero_ns", "yesterday");
    QVERIFY(!metadataFromJson(wrong).ok());
}

void TestRecording::everythingComesBack_data()
{
    QTest::addColumn<QString>("codec");
    QTest::addColumn<int>("sources");
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("frames");
    QTest::newRow("lz4, one source") << "lz4" << 1 << 16 << 3000;
    QTest::newRow("none, three sources") << "none" << 3 << 5 << 3000;
    QTest::newRow("one channel") << "lz4" << 1 << 1 << 500;
    QTest::newRow("frames without values") << "lz4" << 1 << 0 << 50;
    QTest::newRow("several groups") << "lz4" << 2 << 200 << 4000;
}

void TestRecording::everythingComesBack()
{
    QFETCH(QString, codec);
    QFETCH(int, sources);
    QFETCH(int, channels);
    QFETCH(int, frames);
    const auto items = test::sampleItems(11, static_cast<std::size_t>(frames), static_cast<std::size_t>(sources),
                                         static_cast<std::size_t>(channels));
    const RecordingMetadata metadata = test::sampleMetadata(static_cast<std::size_t>(sources));
    RecorderOptions options;
    options.codec = codec.toStdString();
    const std::string file = path(QTest::currentDataTag());
    std::vector<std::uint8_t> model(9U << 20);
    for (std::size_t i = 0; i < model.size(); ++i)
        model[i] = static_cast<std::uint8_t>(i * i >> 7);
    const std::vector<std::uint8_t> state{1, 2, 3};
    BNOF_VERIFY_OK(test::recordAll(file, items, metadata, options, model, state));

    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    RecordingMetadata want = metadata;
    want.uuid = (*reader)->metadata().uuid;
    QCOMPARE(want.uuid.size(), std::size_t{36});
    QVERIFY((*reader)->metadata() == want);
    QVERIFY((*reader)->modelBytes() == model);
    QVERIFY((*reader)->recogniserState() == state);
    QVERIFY((*reader)->health().complete);
    QCOMPARE(test::firstDifference(test::readAll(**reader), items), std::ptrdiff_t{-1});
    QVERIFY((*reader)->health().findings.empty());
    (*reader)->rewind();
    QCOMPARE(test::firstDifference(test::readAll(**reader), items), std::ptrdiff_t{-1});

    const auto verified = verify(file);
    BNOF_VERIFY_OK(verified);
    QVERIFY(verified->intact);
    QVERIFY(verified->summary == (*reader)->summary());
    QCOMPARE(verified->summary.frames, static_cast<std::uint64_t>(frames));
    QCOMPARE(verified->sha256, sha256Hex([&] {
                 const auto text = readFile(file);
                 return std::vector<std::uint8_t>(text->begin(), text->end());
             }()));
}

void TestRecording::emptyRecording()
{
    const std::string file = path("empty.bnr");
    BNOF_VERIFY_OK(test::recordAll(file, {}, test::sampleMetadata()));
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QVERIFY((*reader)->health().complete);
    Item item;
    QVERIFY(!(*reader)->next(item));
    QVERIFY((*reader)->modelBytes().empty());
    const auto verified = verify(file);
    BNOF_VERIFY_OK(verified);
    QVERIFY(verified->intact);
    QCOMPARE(verified->summary.frames, std::uint64_t{0});
}

void TestRecording::framesThatChangeWidth()
{
    std::vector<Item> items;
    for (int i = 0; i < 300; ++i)
        items.emplace_back(FrameItem{static_cast<std::uint32_t>(i % 2), i, 0.5 * i, true,
                                     std::vector<float>(static_cast<std::size_t>(i / 10 % 4), 1.5F)});
    const std::string file = path("widths.bnr");
    BNOF_VERIFY_OK(test::recordAll(file, items, test::sampleMetadata(2)));
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QCOMPARE(test::firstDifference(test::readAll(**reader), items), std::ptrdiff_t{-1});
}

void TestRecording::hugeSpikeBatchesAreDivided()
{
    SpikesItem batch{1, {}};
    for (std::uint32_t i = 0; i < 2'500'000; ++i)
        batch.spikes.push_back({i * 2654435761U, i / 1000});
    const std::string file = path("huge.bnr");
    BNOF_VERIFY_OK(test::recordAll(file, {batch}, test::sampleMetadata()));
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    std::vector<Spike> back;
    for (const Item& item : test::readAll(**reader)) {
        const auto& part = std::get<SpikesItem>(item);
        back.insert(back.end(), part.spikes.begin(), part.spikes.end());
    }
    QVERIFY(back == batch.spikes);
}

namespace {

std::pair<std::string, std::string> hashesOf(const std::vector<Item>& items)
{
    StreamHasher hasher(3);
    for (const Item& item : items) {
        if (const auto* spikes = std::get_if<SpikesItem>(&item))
            hasher.spikes(spikes->layer, spikes->spikes);
        else if (const auto* decision = std::get_if<DecisionItem>(&item))
            hasher.decision(decision->decision);
    }
    return {hasher.spikesHash(), hasher.decisionsHash()};
}

} // namespace

void TestRecording::hashesDoNotDependOnChunks()
{
    const auto items = test::sampleItems(5, 600);
    const auto want = hashesOf(items);
    for (const std::int64_t flush : {std::int64_t{1}, 200 * nanosecondsPerMillisecond}) {
        const std::string file = path(flush == 1 ? "small_chunks.bnr" : "large_chunks.bnr");
        RecorderOptions options;
        options.flushNanoseconds = flush;
        BNOF_VERIFY_OK(test::recordAll(file, items, test::sampleMetadata(), options));
        const auto verified = verify(file);
        BNOF_VERIFY_OK(verified);
        QCOMPARE(verified->spikesHash, want.first);
        QCOMPARE(verified->decisionsHash, want.second);
    }
}

void TestRecording::hashesSeeEveryChange()
{
    const auto items = test::sampleItems(5, 60);
    const auto want = hashesOf(items);
    for (std::size_t i = 0; i < items.size(); ++i) {
        auto changed = items;
        if (auto* spikes = std::get_if<SpikesItem>(&changed[i]); spikes != nullptr && !spikes->spikes.empty()) {
            spikes->spikes.back().tick ^= 1U;
            QVERIFY(hashesOf(changed).first != want.first);
            QCOMPARE(hashesOf(changed).second, want.second);
        } else if (auto* decision = std::get_if<DecisionItem>(&changed[i])) {
            decision->latencyNanoseconds += 1;
            QCOMPARE(hashesOf(changed).second, want.second);
            decision->decision.ppmHigh += 1;
            QVERIFY(hashesOf(changed).second != want.second);
        }
    }
}

void TestRecording::readingWhileWriting()
{
    const std::string file = path("growing.bnr");
    auto recorder = Recorder::create(file, test::sampleMetadata(), {}, {});
    BNOF_VERIFY_OK(recorder);
    const auto items = test::sampleItems(8, 200);
    const std::size_t half = items.size() / 2;
    for (std::size_t i = 0; i < half; ++i)
        QVERIFY(test::record(**recorder, items[i]));
    const std::vector<Item> first(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(half));
    // Nothing more arrives, and yet everything handed over reaches the file.
    QTRY_VERIFY_WITH_TIMEOUT(
        [&] {
            auto reader = Reader::open(file);
            return reader.ok() && !(*reader)->health().complete && (*reader)->health().lostBytes == 0 &&
                   test::firstDifference(test::readAll(**reader), first) == -1;
        }(),
        10000);
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QVERIFY(!(*reader)->health().findings.empty());
    QVERIFY((*reader)->health().findings.front().find("still being written") != std::string::npos);
    const auto mended = repair(file);
    QVERIFY(!mended.ok());
    for (std::size_t i = half; i < items.size(); ++i)
        QVERIFY(test::record(**recorder, items[i]));
    BNOF_VERIFY_OK((*recorder)->finish());
    BNOF_VERIFY_OK((*recorder)->finish());
    QVERIFY(!(*recorder)->mark({0, "too late"}));
    // The reader that was opened before sees the file as it was.
    QCOMPARE(test::firstDifference(test::readAll(**reader), first), std::ptrdiff_t{-1});
    auto whole = Reader::open(file);
    BNOF_VERIFY_OK(whole);
    QCOMPARE(test::firstDifference(test::readAll(**whole), items), std::ptrdiff_t{-1});
}

void TestRecording::followedWhileItGrows()
{
    const std::string file = path("followed.bnr");
    RecorderOptions options;
    options.flushNanoseconds = 20 * nanosecondsPerMillisecond;
    options.segmentBytes = 1U << 20;
    options.codec = "none";
    auto recorder = Recorder::create(file, test::sampleMetadata(), {}, {}, options);
    BNOF_VERIFY_OK(recorder);
    const auto items = test::sampleItems(9, 12000);
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QVERIFY((*reader)->growing());
    std::vector<Item> followed;
    Item item;
    std::size_t recorded = 0;
    const auto recordUpTo = [&](std::size_t end) {
        for (end = std::min(end, items.size()); recorded < end; ++recorded) {
            if (!test::record(**recorder, items[recorded]))
                return false;
        }
        return true;
    };
    for (std::size_t round = 0; recorded < items.size(); ++round) {
        QVERIFY(recordUpTo(recorded + 700));
        QThread::usleep(round % 3 * 2000);
        BNOF_VERIFY_OK((*reader)->refresh());
        // Sometimes it is not read to its end before it is refreshed again.
        for (std::size_t i = 0; (round % 4 != 1 || i < 300) && (*reader)->next(item); ++i)
            followed.push_back(item);
        QCOMPARE((*reader)->health().lostBytes, std::uint64_t{0});
        // Whatever was accepted is seen at once, be it in a file or on its way there.
        if (round % 4 == 0)
            QCOMPARE(followed.size(), recorded);
    }
    BNOF_VERIFY_OK((*recorder)->finish());
    QVERIFY((*reader)->growing());
    BNOF_VERIFY_OK((*reader)->refresh());
    QVERIFY(!(*reader)->growing());
    QVERIFY((*reader)->health().complete);
    QVERIFY((*reader)->files().size() > 1);
    while ((*reader)->next(item))
        followed.push_back(item);
    QCOMPARE(test::firstDifference(followed, items), std::ptrdiff_t{-1});
    // Scrubbing back is as in any other recording.
    (*reader)->rewind();
    QCOMPARE(test::firstDifference(test::readAll(**reader), items), std::ptrdiff_t{-1});

    for (const std::string& name : (*reader)->files())
        QVERIFY(QFile::remove(QString::fromStdString(name)));
    BNOF_VERIFY_OK(test::recordAll(file, test::sampleItems(10, 5), test::sampleMetadata()));
    const auto replaced = (*reader)->refresh();
    QVERIFY(!replaced.ok());
    QVERIFY(replaced.error().what.find("another recording") != std::string::npos);
    QCOMPARE((*reader)->summary().frames, std::uint64_t{12000});
}

void TestRecording::sourcesThatComeLate_data()
{
    QTest::addColumn<int>("after");
    QTest::addColumn<bool>("closed");
    QTest::newRow("told in the footer") << 3000 << true;
    QTest::newRow("told by an index page") << 3000 << false;
    QTest::newRow("told behind the last index page") << 5 << false;
    QTest::newRow("told in the open end") << 0 << false;
}

void TestRecording::sourcesThatComeLate()
{
    QFETCH(int, after);
    QFETCH(bool, closed);
    const std::string file = path(QTest::currentDataTag());
    RecorderOptions options;
    options.flushNanoseconds = after > 0 ? 1 : 10 * nanosecondsPerSecond;
    options.segmentBytes = closed ? 1U << 16 : 1U << 30;
    auto recorder = Recorder::create(file, test::sampleMetadata(), {}, {}, options);
    BNOF_VERIFY_OK(recorder);
    // Groups of their own, so that there are index pages.
    const auto frames = [&](int count, std::uint32_t source) {
        for (int i = 0; i < count; ++i) {
            const float value = static_cast<float>(i);
            if (!(*recorder)->frame(source, {i, {&value, 1}}, false) ||
                (i % 8 == 0 && !(*recorder)->describe({7, "title " + std::to_string(i), "", ""})))
                return false;
        }
        return true;
    };
    const SourceDescription late{
        "tcp-listen://0.0.0.0:9000?name=nose%207", "nose 7", {{"R1", "resistance", "kOhm", "ethanol", 0, 4095}}, true};
    QVERIFY(frames(40, 0));
    QVERIFY((*recorder)->event(toEvent({2, late}, 40)));
    QVERIFY(frames(after, 2));
    if (closed)
        BNOF_VERIFY_OK((*recorder)->finish());
    const auto hasIt = [&](const RecordingMetadata& metadata) {
        return metadata.sources.size() == 3 && metadata.sources[0] == test::sampleMetadata().sources[0] &&
               metadata.sources[1] == SourceDescription{} && metadata.sources[2] == late;
    };
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QVERIFY(hasIt((*reader)->metadata()));
    if (closed) {
        QVERIFY((*reader)->files().size() > 1);
        return;
    }
    recorder->reset();
    BNOF_VERIFY_OK((*reader)->refresh());
    QVERIFY(hasIt((*reader)->metadata()));
    // Cut off and repaired, and written anew, it is still known.
    QVERIFY(QFile::resize(QString::fromStdString(file), QFileInfo(QString::fromStdString(file)).size() - 20));
    BNOF_VERIFY_OK(repair(file));
    const std::string copy = path("copy.bnr");
    BNOF_VERIFY_OK(convert(file, copy, {}));
    for (const std::string& name : {file, copy}) {
        auto again = Reader::open(name);
        BNOF_VERIFY_OK(again);
        QVERIFY2(hasIt((*again)->metadata()), name.c_str());
    }
    QVERIFY(QFile::remove(QString::fromStdString(copy)));
}

void TestRecording::seekFindsTheFirstItemAtATime()
{
    const std::string file = path("seek.bnr");
    std::vector<Item> items;
    RecorderOptions options;
    options.flushNanoseconds = 1;
    auto recorder = Recorder::create(file, test::sampleMetadata(), {}, {}, options);
    BNOF_VERIFY_OK(recorder);
    for (int i = 0; i < 400; ++i) {
        items.emplace_back(FrameItem{0, 1000 + i * 10, 0, true, {static_cast<float>(i)}});
        items.emplace_back(SpikesItem{0, {{1, static_cast<std::uint32_t>(i)}}});
        QVERIFY(test::record(**recorder, items[items.size() - 2]));
        QVERIFY(test::record(**recorder, items.back()));
        if (i % 20 == 0)
            QThread::usleep(300);
    }
    BNOF_VERIFY_OK((*recorder)->finish());
    const auto check = [&](Reader& reader) {
        for (const Timestamp t : {Timestamp{0}, Timestamp{1000}, Timestamp{1001}, Timestamp{2995}, Timestamp{3000},
                                  Timestamp{4990}, Timestamp{4991}, std::numeric_limits<Timestamp>::max()}) {
            reader.seek(t);
            const auto rest = test::readAll(reader);
            const auto from = std::find_if(items.begin(), items.end(), [t](const Item& item) {
                const auto* frame = std::get_if<FrameItem>(&item);
                return frame != nullptr && frame->t >= t;
            });
            if (test::firstDifference(rest, std::vector<Item>(from, items.end())) != -1)
                return false;
        }
        return true;
    };
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QVERIFY(check(**reader));
    auto bytes = readFile(file);
    BNOF_VERIFY_OK(bytes);
    bytes->resize(bytes->size() - 48);
    auto cut = Reader::openBytes({bytes->begin(), bytes->end()}, "cut");
    BNOF_VERIFY_OK(cut);
    QVERIFY(!(*cut)->health().complete);
    QVERIFY(check(**cut));
}

void TestRecording::summaryIsTheSameWithAndWithoutFooter()
{
    const std::string file = path("summary.bnr");
    const auto items = test::sampleItems(21, 500, 2);
    BNOF_VERIFY_OK(test::recordAll(file, items, test::sampleMetadata(2)));
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    const Summary& summary = (*reader)->summary();
    std::uint64_t frames = 0;
    std::uint64_t spikes = 0;
    std::uint64_t gaps = 0;
    std::uint64_t ethanol = 0;
    for (const Item& item : items) {
        frames += std::holds_alternative<FrameItem>(item) ? 1 : 0;
        if (const auto* batch = std::get_if<SpikesItem>(&item))
            spikes += batch->spikes.size();
        if (const auto* event = std::get_if<StreamEvent>(&item))
            gaps += event->kind == StreamEvent::Kind::Gap ? 1 : 0;
        if (const auto* decision = std::get_if<DecisionItem>(&item))
            ethanol += decision->decision.gas == 1 ? 1 : 0;
    }
    QCOMPARE(summary.frames, frames);
    QCOMPARE(summary.spikes, spikes);
    QCOMPARE(summary.gaps, gaps);
    QCOMPARE(summary.decisionsPerGas.at(1), ethanol);
    QCOMPARE(summary.framesPerSource.size(), std::size_t{2});
    QCOMPARE(summary.lastTime - summary.firstTime > 4 * nanosecondsPerSecond, true);
    auto bytes = readFile(file);
    BNOF_VERIFY_OK(bytes);
    auto cut = Reader::openBytes({bytes->begin(), bytes->end() - 48}, "cut");
    BNOF_VERIFY_OK(cut);
    QVERIFY((*cut)->summary() == summary);
}

void TestRecording::foreignFilesAreRefused()
{
    for (const auto& [text, why] :
         std::vector<std::pair<std::string, std::string>>{{"", "not a recording"},
                                                          {"t,a,b\n1,2,3\n", "not a recording"},
                                                          {std::string(5000, '\0'), "not a recording"}}) {
        const auto reader = Reader::openBytes({text.begin(), text.end()}, "some.csv");
        QVERIFY(!reader.ok());
        QVERIFY(reader.error().message().find(why) != std::string::npos);
        QVERIFY(reader.error().message().find("some.csv") != std::string::npos);
    }
    QVERIFY(!Reader::open(path("missing.bnr")).ok());
    QVERIFY(!Reader::open(m_folder.path().toStdString()).ok());
}

QTEST_GUILESS_MAIN(TestRecording)
#include "tst_recording.moc"
