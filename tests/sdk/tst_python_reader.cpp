// SPDX-License-Identifier: GPL-3.0-or-later
// The reader in Python (engine/sdk/python), which was written from the format document, against files that the
// recorder wrote and against what bnof says about them.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <cmath>
#include <csignal>
#include <limits>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/philox.h"
#include "engine/recording/convert.h"
#include "engine/recording/late_source.h"
#include "engine/recording/segments.h"
#include "engine/storage/chunk_reader.h"
#include "tests/cli/bnof_process.h"
#include "tests/recording/sample_recording.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::recording;

class TestPythonReader : public test::Suite {
    Q_OBJECT

private slots:
    void initTestCase();
    void checksumsAndCodecsFollowTheirSpecifications();
    void holdsWhatBnofExports_data();
    void holdsWhatBnofExports();
    void spikesHaveExactTimes();
    void zstandardIsNamed();
    void aMissingFileIsNamed();
    void theProgramPrintsASummary();
    void damageIsReported_data();
    void damageIsReported();

private:
    QString path(const QString& name) const { return m_folder.filePath(name); }
    /// Runs check_reader.py; "same" is its answer when everything was as it should be.
    QByteArray check(const QStringList& arguments, int milliseconds = 60000) const;

    QTemporaryDir m_folder;
};

namespace {

/// Every kind of value, and spikes as a simulation gives them.
std::vector<Item> orderedItems(std::size_t frames)
{
    PhiloxSequence random(21, 0);
    std::vector<Item> items{StreamEvent{StreamEvent::Kind::RecogniserReset, 5 * nanosecondsPerSecond, 0, 0, {}}};
    for (std::size_t i = 0; i < frames; ++i) {
        FrameItem frame;
        frame.t = 5 * nanosecondsPerSecond + static_cast<Timestamp>(i) * 100 * nanosecondsPerMillisecond;
        frame.deviceSeconds = toSeconds(frame.t) * 1.0000025;
        for (int c = 0; c < 16; ++c) {
            // Counts of an ADC, decimals, floats of full precision, a ramp, and what is no number.
            const float noise = static_cast<float>(random.below(64));
            frame.values.push_back(c % 5 == 0   ? (8000 + noise) / 16
                                   : c % 5 == 1 ? 21.37F + 0.01F * noise
                                   : c % 5 == 2 ? static_cast<float>(random.uniform())
                                   : c % 5 == 3 ? static_cast<float>(i) * 3
                                   : i % 7 == 0 ? std::numeric_limits<float>::quiet_NaN()
                                                : noise);
        }
        items.emplace_back(frame);
        test::appendOrderedSpikes(items, i, random);
    }
    return items;
}

/// What the others leave out: few spikes at fine ticks, other calibrations of values, more than a block's section.
std::vector<Item> sparseItems(std::size_t frames)
{
    PhiloxSequence random(22, 0);
    std::vector<Item> items{StreamEvent{StreamEvent::Kind::RecogniserReset, 5 * nanosecondsPerSecond, 0, 0, {}}};
    for (std::size_t i = 0; i < frames; ++i) {
        FrameItem frame;
        frame.t = 5 * nanosecondsPerSecond + static_cast<Timestamp>(i) * nanosecondsPerMillisecond;
        frame.deviceSeconds = i % 100 == 99 ? std::numeric_limits<double>::quiet_NaN() : toSeconds(frame.t) + 1;
        const auto count = static_cast<double>(random.below(4096));
        frame.values = {static_cast<float>(count * 0.0123 + 4.56), static_cast<float>(std::ldexp(count, -9)),
                        static_cast<float>(std::sin(static_cast<double>(i) * 0.01)), 7};
        items.emplace_back(frame);
        SpikesItem batch;
        std::uint32_t tick = static_cast<std::uint32_t>(i) * 1000;
        for (; tick < (i + 1) * 1000; tick += 1 + random.below(300))
            batch.spikes.push_back({random.below(1u << 14), tick});
        items.emplace_back(std::move(batch));
        if (i % 50 == 0) {
            Decision decision;
            decision.t = frame.t;
            decision.probabilities.assign(1 + i % 3, 0.5F);
            items.emplace_back(DecisionItem{decision, 1000});
        }
    }
    return items;
}

/// A third source, which the head does not describe.
std::vector<Item> withLateSource(std::vector<Item> items)
{
    const LateSource late{2, {"udp://:9000", "late nose", {{"R1", "resistance", "kOhm", "", 0, 0}}, true}};
    items.insert(items.begin() + 20, toEvent(late, 1));
    return items;
}

/// Each change of the description ends a group, so that their number does not hang on how fast the writer is.
Result<void> recordInGroups(const std::string& file, const std::vector<Item>& items, std::size_t itemsPerGroup,
                            const RecordingMetadata& metadata, const RecorderOptions& options)
{
    BNOF_TRY_ASSIGN(auto recorder, Recorder::create(file, metadata, {}, {}, options));
    for (std::size_t i = 0; i < items.size(); ++i) {
        const bool accepted = test::record(*recorder, items[i]) &&
                              (i % itemsPerGroup != 0 || recorder->describe({7, "title " + std::to_string(i), "", ""}));
        if (!accepted)
            return makeError(ErrorKind::Storage, "an item was not accepted", file);
    }
    return recorder->finish();
}

/// A process that is killed while it records; the last items are only in its open end.
void recordAndDie(const std::string& file, const std::vector<Item>& items)
{
    const pid_t child = fork();
    QVERIFY(child >= 0);
    if (child == 0) {
        RecorderOptions options;
        options.flushNanoseconds = nanosecondsPerMillisecond;
        auto recorder = Recorder::create(file, test::sampleMetadata(2), {}, {}, options);
        for (std::size_t i = 0; recorder.ok() && i < items.size(); ++i) {
            test::record(**recorder, items[i]);
            if (i == items.size() / 2)
                (*recorder)->describe({7, "half of it", "Ada", ""});
        }
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    QCOMPARE(waitpid(child, &status, 0), child);
    QVERIFY(WIFSIGNALED(status) && QFile::exists(QString::fromStdString(file) + QStringLiteral(".open")));
}

/// What a power failure leaves: everything behind the last group is gone, and the open end with it.
void cutFooter(const std::string& file)
{
    auto source = storage::openFileSource(file);
    QVERIFY(source.ok());
    const auto chunks = storage::ChunkReader::open(std::move(*source), file);
    QVERIFY(chunks.ok() && (*chunks)->footer());
    QVERIFY(QFile::resize(QString::fromStdString(file), static_cast<qint64>((*chunks)->footer()->offset)));
}

} // namespace

QByteArray TestPythonReader::check(const QStringList& arguments, int milliseconds) const
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("PYTHONPATH"), QStringLiteral(BNOF_TEST_SOURCE_DIR "/engine/sdk/python"));
    environment.insert(QStringLiteral("PYTHONDONTWRITEBYTECODE"), QStringLiteral("1"));
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral("/usr/bin/python3"),
                  QStringList{QStringLiteral(BNOF_TEST_SOURCE_DIR "/tests/sdk/check_reader.py")} + arguments);
    if (!process.waitForFinished(milliseconds)) {
        process.kill();
        process.waitForFinished();
        return "it did not end in time: " + process.readAll();
    }
    return process.readAll().trimmed();
}

void TestPythonReader::initTestCase()
{
    const auto file = [this](const char* name) { return path(QLatin1String(name)).toStdString(); };
    BNOF_VERIFY_OK(test::recordAll(file("sample.bnr"), test::sampleItems(3, 300, 2), test::sampleMetadata(2), {},
                                   {1, 2, 3, 4, 5}, {9, 8, 7}));
    BNOF_VERIFY_OK(editDescription(file("sample.bnr"), {3, "later title – ä", "Ada", "n"}));
    BNOF_VERIFY_OK(test::recordAll(file("ordered.bnr"), orderedItems(60), test::sampleMetadata()));
    for (const char* codec : {"none", "lz4", "zstd", "gzip"}) {
        BNOF_VERIFY_OK(convert(file("ordered.bnr"), file("cold ") + codec + ".bnr", {true, codec}));
        BNOF_VERIFY_OK(convert(file("sample.bnr"), file("hot ") + codec + ".bnr", {false, codec}));
    }
    RecorderOptions options;
    options.segmentBytes = 96 * 1024;
    BNOF_VERIFY_OK(
        recordInGroups(file("long.bnr"), test::sampleItems(4, 2500, 2), 400, test::sampleMetadata(2), options));
    QVERIFY(laterSegments(file("long.bnr")).size() >= 2);
    BNOF_VERIFY_OK(recordInGroups(file("cut.bnr"), test::sampleItems(6, 700), 400, test::sampleMetadata(), options));
    const auto later = laterSegments(file("cut.bnr"));
    cutFooter(later.empty() ? file("cut.bnr") : later.back().path);
    BNOF_VERIFY_OK(test::recordAll(file("empty.bnr"), {}, test::sampleMetadata()));
    QVERIFY(QFile::copy(QStringLiteral(BNOF_TEST_SOURCE_DIR "/tests/recording/fixtures/version1.bnr"),
                        path(QStringLiteral("version1.bnr"))));
    // Ticks of a microsecond; a value with an offset, powers of two; long blocks; decisions of several lengths.
    auto metadata = test::sampleMetadata();
    metadata.tickMs = 0.001;
    metadata.sources[0].channels.resize(4);
    BNOF_VERIFY_OK(test::recordAll(file("sparse.bnr"), sparseItems(4000), metadata));
    BNOF_VERIFY_OK(convert(file("sparse.bnr"), file("cold sparse.bnr"), {true, "gzip"}));
    BNOF_VERIFY_OK(
        recordInGroups(file("pages.bnr"), withLateSource(test::sampleItems(6, 700)), 20, test::sampleMetadata(), {}));
    auto source = storage::openFileSource(file("pages.bnr"));
    const auto chunks = storage::ChunkReader::open(std::move(*source), file("pages.bnr"));
    QVERIFY((*chunks)->footer()->contents.pages().size() > 2);
    recordAndDie(file("killed.bnr"), withLateSource(test::sampleItems(8, 700, 2)));
    // Small ones, to be damaged at many places.
    BNOF_VERIFY_OK(test::recordAll(file("small.bnr"), test::sampleItems(5, 30, 2), test::sampleMetadata(2)));
    BNOF_VERIFY_OK(test::recordAll(file("few.bnr"), orderedItems(10), test::sampleMetadata()));
    BNOF_VERIFY_OK(convert(file("few.bnr"), file("few cold.bnr"), {true, "gzip"}));
}

void TestPythonReader::checksumsAndCodecsFollowTheirSpecifications()
{
    QCOMPARE(check({QStringLiteral("parts")}), QByteArray("same"));
}

void TestPythonReader::holdsWhatBnofExports_data()
{
    QTest::addColumn<bool>("complete");
    for (const char* name : {"sample", "ordered", "cold none", "cold lz4", "cold gzip", "hot none", "hot lz4",
                             "hot gzip", "long", "empty", "version1", "sparse", "cold sparse", "pages"})
        QTest::newRow(name) << true;
    for (const char* name : {"cut", "killed"})
        QTest::newRow(name) << false;
}

void TestPythonReader::holdsWhatBnofExports()
{
    QFETCH(bool, complete);
    const QString name = QString::fromLatin1(QTest::currentDataTag());
    const QString file = path(name + QStringLiteral(".bnr"));
    const test::Outcome info = test::runBnof({QStringLiteral("info"), file, QStringLiteral("--json")});
    QVERIFY2(info.code == 0, info.err);
    QCOMPARE(test::lastLine(info.out).value(QStringLiteral("complete")).toBool(), complete);
    const QString said = path(name + QStringLiteral(".json"));
    QFile out(said);
    QVERIFY(out.open(QIODevice::WriteOnly) && out.write(info.out) == info.out.size());
    out.close();
    const QString arrays = path(name + QStringLiteral(" arrays"));
    const test::Outcome exported = test::runBnof({QStringLiteral("export"), file, QStringLiteral("--format"),
                                                  QStringLiteral("npy"), QStringLiteral("--out"), arrays});
    QVERIFY2(exported.code == 0, exported.err);
    const QByteArray answer = check({QStringLiteral("same"), file, said, arrays});
    QVERIFY2(answer == "same", answer);
}

void TestPythonReader::spikesHaveExactTimes()
{
    // Tick 0 is at 5 s, as the event says, and a tick takes 0.5 ms.
    for (const char* name : {"ordered.bnr", "cold lz4.bnr"})
        QCOMPARE(check({QStringLiteral("times"), path(QLatin1String(name)), QStringLiteral("5000000000"),
                        QStringLiteral("500000")}),
                 QByteArray("same"));
}

void TestPythonReader::zstandardIsNamed()
{
    QCOMPARE(check({QStringLiteral("zstandard"), path(QStringLiteral("hot zstd.bnr"))}), QByteArray("same"));
}

void TestPythonReader::aMissingFileIsNamed()
{
    const QString hidden = path(QStringLiteral("long.0001.bnr.hidden"));
    QVERIFY(QFile::rename(path(QStringLiteral("long.0001.bnr")), hidden));
    QCOMPARE(check({QStringLiteral("missing"), path(QStringLiteral("long.bnr"))}), QByteArray("same"));
    QVERIFY(QFile::rename(hidden, path(QStringLiteral("long.0001.bnr"))));
    // One part can be read alone.
    QCOMPARE(check({QStringLiteral("alone"), path(QStringLiteral("long.0001.bnr"))}), QByteArray("same"));
}

void TestPythonReader::theProgramPrintsASummary()
{
    const test::Outcome verify =
        test::runBnof({QStringLiteral("verify"), path(QStringLiteral("sample.bnr")), QStringLiteral("--json")});
    QCOMPARE(verify.code, 0);
    QProcess process;
    process.setWorkingDirectory(QStringLiteral(BNOF_TEST_SOURCE_DIR "/engine/sdk/python"));
    const auto run = [&process](const QString& file) {
        process.start(QStringLiteral("/usr/bin/python3"),
                      {QStringLiteral("-B"), QStringLiteral("-m"), QStringLiteral("bnof.recording"), file});
        return test::finish(process);
    };
    const test::Outcome summary = run(path(QStringLiteral("sample.bnr")));
    QVERIFY2(summary.code == 0 && summary.err.isEmpty(), summary.err);
    const QJsonObject printed = QJsonDocument::fromJson(summary.out).object();
    const QJsonObject expected = test::lastLine(verify.out);
    for (const char* name : {"frames", "spikes_hash", "decisions_hash", "complete"})
        QCOMPARE(printed.value(QLatin1String(name)), expected.value(QLatin1String(name)));
    const test::Outcome refused = run(QStringLiteral(BNOF_TEST_SOURCE_DIR "/README.md"));
    QCOMPARE(refused.code, 1);
    QVERIFY2(refused.err.contains("this is no .bnr recording"), refused.err);
}

void TestPythonReader::damageIsReported_data()
{
    QTest::addColumn<int>("flips");
    QTest::newRow("small") << 90;
    QTest::newRow("few") << 60;
    QTest::newRow("few cold") << 60;
    QTest::newRow("version1") << 50;
}

void TestPythonReader::damageIsReported()
{
    QFETCH(int, flips);
    const QString file = path(QString::fromLatin1(QTest::currentDataTag()) + QStringLiteral(".bnr"));
    const QByteArray answer = check({QStringLiteral("damage"), file, QString::number(flips)});
    QVERIFY2(answer == "same", answer);
}

QTEST_GUILESS_MAIN(TestPythonReader)
#include "tst_python_reader.moc"
