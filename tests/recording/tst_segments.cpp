// SPDX-License-Identifier: GPL-3.0-or-later
// Recordings in several files, in the older format, without their footers, and written anew.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include "engine/base/philox.h"
#include "engine/recording/convert.h"
#include "engine/recording/range_reader.h"
#include "engine/recording/segments.h"
#include "engine/storage/chunk_reader.h"
#include "tests/recording/sample_recording.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::recording;

class TestSegments : public test::Suite {
    Q_OBJECT

private slots:
    void versionOneStaysReadable();
    void aRecordingGoesOnInTheNextFile();
    void aMissingFileIsNamedAndTheOthersAreRead();
    void moreThanFourGigabytes();
    void aLaterFileCanBeReadAlone();
    void aFileOfAnotherRecordingIsNotTakenForOne();
    void anInterruptedLaterFileIsRepaired();
    void spikesInCanonicalOrderComeBack();
    void aLostFooterIsReplacedByIndexPages();
    void convertedRecordingsHoldTheSame();
    void theAuditTrailTellsWhatWasDone();
    void partsAreAnsweredAsByReadingAll();
    void partsOfDamagedFilesAreRefused();

private:
    [[nodiscard]] std::string path(const char* name) const
    {
        return m_folder.filePath(QLatin1String(name)).toStdString();
    }

    QTemporaryDir m_folder;
};

namespace {

/// Counts of an ADC, and spikes as a simulation gives them.
std::vector<Item> orderedItems(std::size_t frames)
{
    PhiloxSequence random(21, 0);
    std::vector<Item> items{StreamEvent{StreamEvent::Kind::RecogniserReset, 5 * nanosecondsPerSecond, 0, 0, {}}};
    for (std::size_t i = 0; i < frames; ++i) {
        FrameItem frame;
        frame.t = 5 * nanosecondsPerSecond + static_cast<Timestamp>(i) * 100 * nanosecondsPerMillisecond;
        for (int c = 0; c < 16; ++c)
            frame.values.push_back(static_cast<float>(8000 + random.below(64)) / 16);
        items.emplace_back(frame);
        test::appendOrderedSpikes(items, i, random);
    }
    return items;
}

RecorderOptions smallGroups()
{
    RecorderOptions options;
    options.batch = true; // no group is longer than half of the queue, however fast this machine is
    options.queueBytes = 256 * 1024;
    return options;
}

void cutFooter(const std::string& file)
{
    auto source = storage::openFileSource(file);
    QVERIFY(source.ok());
    const auto chunks = storage::ChunkReader::open(std::move(*source), file);
    QVERIFY(chunks.ok() && (*chunks)->footer());
    QVERIFY(QFile::resize(QString::fromStdString(file), static_cast<qint64>((*chunks)->footer()->offset)));
}

} // namespace

void TestSegments::versionOneStaysReadable()
{
    const std::string file = path("version1.bnr");
    QVERIFY(QFile::copy(QStringLiteral(BNOF_TEST_SOURCE_DIR "/tests/recording/fixtures/version1.bnr"),
                        QString::fromStdString(file)));
    QVERIFY(QFile::setPermissions(QString::fromStdString(file), QFile::ReadOwner | QFile::WriteOwner));
    const auto items = test::sampleItems(11, 80, 2);
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QCOMPARE(test::firstDifference(test::readAll(**reader), items), std::ptrdiff_t{-1});
    QVERIFY((*reader)->modelBytes() == (std::vector<std::uint8_t>{1, 2, 3, 4, 5}));
    QVERIFY((*reader)->recogniserState() == (std::vector<std::uint8_t>{9, 8, 7}));
    QCOMPARE((*reader)->metadata().title, std::string("changed title"));
    QCOMPARE((*reader)->originalMetadata().title, test::sampleMetadata().title);
    const auto verification = verify(file);
    BNOF_VERIFY_OK(verification);
    QVERIFY(verification->intact);
    QCOMPARE(verification->spikesHash, std::string("3312ffd5c9cb8caaa5a0a3690b8fde3f5b8b9c2ed35aba203be6420bf5ef6141"));
    QCOMPARE(verification->decisionsHash,
             std::string("01ad92786b95e608ea8bfe88b29b7e5cf93effeb25d1109c8b3c34270f8f9126"));

    const auto refused = editDescription(file, {0, "x", "y", "z"});
    QVERIFY(!refused.ok());
    QVERIFY2(refused.error().remedy.find("bnof convert") != std::string::npos, refused.error().remedy.c_str());
    // Cut off, it is read to its end and repaired into a new file.
    QVERIFY(QFile::resize(QString::fromStdString(file), QFile(QString::fromStdString(file)).size() / 2));
    QVERIFY(!repair(file).ok());
    const auto repaired = repair(file, path("repaired1.bnr"));
    BNOF_VERIFY_OK(repaired);
    QVERIFY(verify(path("repaired1.bnr"))->intact);
    auto again = Reader::open(path("repaired1.bnr"));
    const auto part = test::readAll(**again);
    QVERIFY(part.size() > 20);
    QVERIFY(test::isSubsequence(part, items));
}

void TestSegments::aRecordingGoesOnInTheNextFile()
{
    const std::string file = path("long.bnr");
    const auto items = test::sampleItems(4, 6000, 2);
    RecorderOptions options = smallGroups();
    options.segmentBytes = 64 * 1024;
    BNOF_VERIFY_OK(test::recordAll(file, items, test::sampleMetadata(2), options, {1, 2, 3}));
    const auto later = laterSegments(file);
    QVERIFY2(later.size() >= 2, std::to_string(later.size()).c_str());
    QCOMPARE(later.front().path, path("long.0001.bnr"));
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QVERIFY((*reader)->health().complete);
    QCOMPARE(test::firstDifference(test::readAll(**reader), items), std::ptrdiff_t{-1});
    QCOMPARE((*reader)->files().size(), later.size() + 1);
    const auto verification = verify(file);
    BNOF_VERIFY_OK(verification);
    QVERIFY2(verification->intact,
             verification->health.findings.empty() ? "" : verification->health.findings[0].c_str());
    QCOMPARE(verification->summary.frames, std::uint64_t{6000});
    QVERIFY(verification->summary == (*reader)->summary());
    // A place in any of them is found, and what follows is complete.
    for (const std::size_t frame : {10U, 2500U, 5900U}) {
        const Timestamp t = 5 * nanosecondsPerSecond + static_cast<Timestamp>(frame) * 10 * nanosecondsPerMillisecond;
        (*reader)->seek(t);
        const auto rest = test::readAll(**reader);
        QVERIFY(!rest.empty());
        const auto* first = std::get_if<FrameItem>(&rest.front());
        QVERIFY(!first || first->t >= t);
        const std::vector<Item> expected(items.end() - static_cast<std::ptrdiff_t>(rest.size()), items.end());
        QCOMPARE(test::firstDifference(rest, expected), std::ptrdiff_t{-1});
    }
    // A changed description is found again; it stands in the last file.
    BNOF_VERIFY_OK(editDescription(file, {7, "new title", "Ada", ""}));
    QCOMPARE((*Reader::open(file))->metadata().title, std::string("new title"));
    QVERIFY(verify(file)->intact);
}

void TestSegments::aMissingFileIsNamedAndTheOthersAreRead()
{
    const std::string file = path("long.bnr");
    const std::string hidden = path("long.0001.bnr.hidden");
    QVERIFY(QFile::rename(QString::fromStdString(path("long.0001.bnr")), QString::fromStdString(hidden)));
    const auto verification = verify(file);
    BNOF_VERIFY_OK(verification);
    QVERIFY(!verification->intact);
    const auto& findings = verification->health.findings;
    QVERIFY(std::any_of(findings.begin(), findings.end(), [](const std::string& finding) {
        return finding.find("1 file(s) of this recording are missing before") != std::string::npos;
    }));
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    const auto part = test::readAll(**reader);
    QVERIFY(part.size() > 500);
    QVERIFY(test::isSubsequence(part, test::sampleItems(4, 6000, 2)));
    QVERIFY(!repair(file).ok()); // nothing can replace them
    BNOF_VERIFY_OK(repair(file, path("rest.bnr")));
    QVERIFY(verify(path("rest.bnr"))->intact);
    QVERIFY(QFile::rename(QString::fromStdString(hidden), QString::fromStdString(path("long.0001.bnr"))));
    QVERIFY(verify(file)->intact);
}

void TestSegments::moreThanFourGigabytes()
{
    if (!qEnvironmentVariableIsSet("BNOF_TEST_FULL"))
        QSKIP("takes 5 GB of disk space and a minute: set BNOF_TEST_FULL to run it");
    const std::string file = path("large.bnr");
    const RecordingMetadata metadata = test::sampleMetadata();
    RecorderOptions options;
    options.batch = true;
    options.codec = "none";
    // Remarks of 256 KiB make it long quickly.
    constexpr Timestamp frames = 18'000;
    auto recorder = Recorder::create(file, metadata, {}, {}, options);
    BNOF_VERIFY_OK(recorder);
    std::vector<float> values(16);
    StreamEvent remark{StreamEvent::Kind::Note, 0, 0, 0, std::string(256U << 10, 'x')};
    for (Timestamp i = 0; i < frames; ++i) {
        values[0] = static_cast<float>(i);
        remark.t = i * nanosecondsPerMillisecond;
        QVERIFY((*recorder)->frame(0, {i * nanosecondsPerMillisecond, values}, true));
        QVERIFY((*recorder)->event(remark));
    }
    BNOF_VERIFY_OK((*recorder)->finish());
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QVERIFY((*reader)->health().complete);
    QVERIFY((*reader)->fileSize() > (std::uint64_t{4} << 30));
    QVERIFY((*reader)->files().size() >= 4);
    Item item;
    for (const Timestamp i : {Timestamp{0}, frames / 3, frames / 2, frames - 1}) {
        (*reader)->seek(i * nanosecondsPerMillisecond);
        QVERIFY((*reader)->next(item));
        QCOMPARE(std::get<FrameItem>(item).values.at(0), static_cast<float>(i));
    }
    auto ranges = RangeReader::open(file);
    BNOF_VERIFY_OK(ranges);
    ChannelSamples samples;
    BNOF_VERIFY_OK(
        (*ranges)->channel({0, 0, 16'000 * nanosecondsPerMillisecond, 16'100 * nanosecondsPerMillisecond}, samples));
    QCOMPARE(samples.values.size(), std::size_t{100});
    QCOMPARE(samples.values.front(), 16'000.0F);
    // Without one of its files the others are all there.
    const std::string gone = (*reader)->files().at(1);
    QVERIFY(QFile::remove(QString::fromStdString(gone)));
    auto rest = Reader::open(file);
    BNOF_VERIFY_OK(rest);
    QVERIFY(!(*rest)->health().complete);
    (*rest)->seek((frames - 1) * nanosecondsPerMillisecond);
    QVERIFY((*rest)->next(item));
    QCOMPARE(std::get<FrameItem>(item).values.at(0), static_cast<float>(frames - 1));
    for (const std::string& name : (*rest)->files())
        QVERIFY(QFile::remove(QString::fromStdString(name)));
}

void TestSegments::aLaterFileCanBeReadAlone()
{
    QVERIFY(isLaterSegment(path("long.0001.bnr")));
    auto reader = Reader::open(path("long.0001.bnr"));
    BNOF_VERIFY_OK(reader);
    QVERIFY(!(*reader)->health().complete);
    QVERIFY((*reader)->health().findings.front().find("part 2") != std::string::npos);
    QVERIFY(test::isSubsequence(test::readAll(**reader), test::sampleItems(4, 6000, 2)));
}

void TestSegments::aFileOfAnotherRecordingIsNotTakenForOne()
{
    BNOF_VERIFY_OK(test::recordAll(path("own.bnr"), test::sampleItems(1, 50), test::sampleMetadata()));
    QVERIFY(QFile::copy(QString::fromStdString(path("long.0001.bnr")), QString::fromStdString(path("own.0001.bnr"))));
    QVERIFY(verify(path("own.bnr"))->intact);
}

void TestSegments::anInterruptedLaterFileIsRepaired()
{
    const std::string file = path("cut.bnr");
    const auto items = test::sampleItems(9, 4000);
    RecorderOptions options = smallGroups();
    options.segmentBytes = 64 * 1024;
    BNOF_VERIFY_OK(test::recordAll(file, items, test::sampleMetadata(), options));
    const auto later = laterSegments(file);
    QVERIFY(!later.empty());
    cutFooter(later.back().path);
    QVERIFY(!verify(file)->intact);
    const auto repaired = repair(file);
    BNOF_VERIFY_OK(repaired);
    QVERIFY(repaired->changed);
    QVERIFY(verify(file)->intact);
    auto reader = Reader::open(file);
    QCOMPARE(test::firstDifference(test::readAll(**reader), items), std::ptrdiff_t{-1});
}

void TestSegments::spikesInCanonicalOrderComeBack()
{
    const std::string file = path("ordered.bnr");
    const auto items = orderedItems(120);
    BNOF_VERIFY_OK(test::recordAll(file, items, test::sampleMetadata()));
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QCOMPARE(test::firstDifference(test::readAll(**reader), items), std::ptrdiff_t{-1});
    const auto verification = verify(file);
    BNOF_VERIFY_OK(verification);
    QVERIFY(verification->intact);
    // Two bytes a spike and a byte a value, roughly; 8 and 4 as they come.
    const auto bytes = static_cast<double>((*reader)->fileSize());
    const double plain = 8.0 * static_cast<double>(verification->summary.spikes) + 120 * 16 * 4;
    QVERIFY2(bytes < 0.3 * plain, std::to_string(bytes / plain).c_str());
}

void TestSegments::aLostFooterIsReplacedByIndexPages()
{
    const std::string file = path("pages.bnr");
    const auto items = test::sampleItems(6, 9000);
    auto recorder = Recorder::create(file, test::sampleMetadata(), {}, {});
    BNOF_VERIFY_OK(recorder);
    for (std::size_t i = 0; i < items.size(); ++i) {
        QVERIFY(test::record(**recorder, items[i]));
        if (i % 50 == 0) // each is a group of its own
            QVERIFY((*recorder)->describe({7, "title " + std::to_string(i), "", ""}));
    }
    BNOF_VERIFY_OK((*recorder)->finish());
    BNOF_VERIFY_OK(editDescription(file, {8, "after", "", ""}));
    const Summary whole = (*Reader::open(file))->summary();
    auto source = storage::openFileSource(file);
    const auto chunks = storage::ChunkReader::open(std::move(*source), file);
    QVERIFY((*chunks)->footer()->contents.pages().size() > 2);
    cutFooter(file);
    auto reader = Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QVERIFY(!(*reader)->health().complete);
    QVERIFY((*reader)->summary() == whole);
    QCOMPARE((*reader)->metadata().title, std::string("after"));
    QCOMPARE(test::firstDifference(test::readAll(**reader), items), std::ptrdiff_t{-1});
    (*reader)->seek(60 * nanosecondsPerSecond);
    Item item;
    QVERIFY((*reader)->next(item));
}

void TestSegments::convertedRecordingsHoldTheSame()
{
    const std::string file = path("ordered.bnr");
    BNOF_VERIFY_OK(editDescription(file, {3, "later title", "Ada", "n"}));
    const auto before = verify(file);
    qint64 hot = 0;
    for (const char* codec : {"none", "lz4", "zstd", "gzip", "auto"}) {
        for (const bool cold : {false, true}) {
            const std::string out = path("converted.bnr");
            QFile::remove(QString::fromStdString(out));
            BNOF_VERIFY_OK(convert(file, out, {cold, codec}));
            const auto after = verify(out);
            BNOF_VERIFY_OK(after);
            QVERIFY(after->intact);
            QCOMPARE(after->spikesHash, before->spikesHash);
            QCOMPARE(after->decisionsHash, before->decisionsHash);
            auto reader = Reader::open(out);
            QCOMPARE(test::firstDifference(test::readAll(**reader), orderedItems(120)), std::ptrdiff_t{-1});
            QCOMPARE((*reader)->metadata().title, std::string("later title"));
            QCOMPARE((*reader)->metadata().uuid, (*Reader::open(file))->metadata().uuid);
            const qint64 size = QFile(QString::fromStdString(out)).size();
            if (cold)
                QVERIFY2(size < hot, codec);
            else
                hot = size;
        }
    }
    QVERIFY(!convert(file, path("converted.bnr")).ok()); // never over a file
    const auto cancelled = convert(file, path("cancelled.bnr"), {}, [](double) { return false; });
    QVERIFY(cancelled.ok() || cancelled.error().kind == ErrorKind::Cancelled);
}

void TestSegments::theAuditTrailTellsWhatWasDone()
{
    const std::string file = path("audited.bnr");
    auto recorder = Recorder::create(file, test::sampleMetadata(), {}, {});
    BNOF_VERIFY_OK(recorder);
    for (const Item& item : test::sampleItems(2, 60))
        QVERIFY(test::record(**recorder, item));
    QVERIFY((*recorder)->describe({7, "while recording", "Ada", ""}));
    BNOF_VERIFY_OK((*recorder)->finish());
    BNOF_VERIFY_OK(editDescription(file, {8, "afterwards", "Grace", ""}));
    cutFooter(file);
    BNOF_VERIFY_OK(repair(file));
    BNOF_VERIFY_OK(convert(file, path("audited_anew.bnr")));
    auto reader = Reader::open(path("audited_anew.bnr"));
    BNOF_VERIFY_OK(reader);
    std::vector<std::string> words;
    for (const AuditEntry& entry : (*reader)->audit()) {
        words.push_back(entry.what);
        QCOMPARE(entry.recording, (*reader)->metadata().uuid);
    }
    const std::vector<std::string> expected{"created", "description changed", "description changed", "repaired",
                                            "written anew"};
    QVERIFY(words == expected);
    QCOMPARE((*reader)->audit()[2].operatorName, std::string("Grace"));
    QVERIFY(checkChain((*reader)->audit()).intact);
    QVERIFY(verify(path("audited_anew.bnr"))->intact);
}

void TestSegments::partsAreAnsweredAsByReadingAll()
{
    const std::string file = path("ranges.bnr");
    const auto items = orderedItems(400);
    RecorderOptions options = smallGroups();
    options.segmentBytes = 64 * 1024;
    BNOF_VERIFY_OK(test::recordAll(file, items, test::sampleMetadata(), options));
    QVERIFY(!laterSegments(file).empty());
    const auto tick = static_cast<Timestamp>(test::sampleMetadata().tickMs * 1e6);
    const Timestamp zero = 5 * nanosecondsPerSecond;
    auto reader = RangeReader::open(file);
    BNOF_VERIFY_OK(reader);
    QCOMPARE((*reader)->timeRange().first, zero);
    PhiloxSequence random(3, 3);
    for (int round = 0; round < 60; ++round) {
        SpikeQuestion question;
        question.layer = random.below(3); // one of them is empty
        question.from = zero + static_cast<Timestamp>(random.below(400'000)) * 100'000;
        question.to = question.from + static_cast<Timestamp>(random.below(30'000)) * 100'000;
        question.firstNeuron = random.below(2000);
        question.endNeuron = question.firstNeuron + random.below(500);
        TimedSpikes expected;
        ChannelSamples samples;
        ChannelQuestion channel{0, random.below(16), question.from, question.to};
        for (const Item& item : items) {
            if (const auto* spikes = std::get_if<SpikesItem>(&item); spikes && spikes->layer == question.layer)
                for (const Spike& spike : spikes->spikes) {
                    const Timestamp t = zero + static_cast<Timestamp>(spike.tick) * tick;
                    if (t >= question.from && t < question.to && spike.neuron >= question.firstNeuron &&
                        spike.neuron < question.endNeuron) {
                        expected.times.push_back(t);
                        expected.neurons.push_back(spike.neuron);
                    }
                }
            if (const auto* frame = std::get_if<FrameItem>(&item);
                frame && frame->t >= channel.from && frame->t < channel.to) {
                samples.times.push_back(frame->t);
                samples.values.push_back(frame->values[channel.channel]);
            }
        }
        TimedSpikes found;
        BNOF_VERIFY_OK((*reader)->spikes(question, found));
        QVERIFY(found.times == expected.times);
        QVERIFY(found.neurons == expected.neurons);
        ChannelSamples got;
        BNOF_VERIFY_OK((*reader)->channel(channel, got));
        QVERIFY(got.times == samples.times);
        QVERIFY(got.values == samples.values);
    }
}

void TestSegments::partsOfDamagedFilesAreRefused()
{
    const std::string file = path("damaged_ranges.bnr");
    BNOF_VERIFY_OK(test::recordAll(file, orderedItems(100), test::sampleMetadata()));
    QFile bytes(QString::fromStdString(file));
    QVERIFY(bytes.open(QIODevice::ReadWrite));
    QVERIFY(bytes.seek(bytes.size() / 3));
    bytes.write("damage damage damage damage");
    bytes.close();
    auto reader = RangeReader::open(file);
    BNOF_VERIFY_OK(reader);
    TimedSpikes spikes;
    ChannelSamples samples;
    bool refused = false;
    for (std::uint32_t layer = 0; layer < 2; ++layer) {
        const auto result = (*reader)->spikes({layer, 0, 1000 * nanosecondsPerSecond, 0, 5000}, spikes);
        refused = refused || (!result.ok() && result.error().message().find("at byte") != std::string::npos);
    }
    const auto result = (*reader)->channel({0, 3, 0, 1000 * nanosecondsPerSecond}, samples);
    QVERIFY(refused || !result.ok());
    cutFooter(path("converted.bnr"));
    QVERIFY(!RangeReader::open(path("converted.bnr")).ok());
    QVERIFY(!RangeReader::open(path("absent.bnr")).ok());
}

QTEST_GUILESS_MAIN(TestSegments)
#include "tst_segments.moc"
