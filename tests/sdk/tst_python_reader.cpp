// SPDX-License-Identifier: GPL-3.0-or-later
// The reader in Python (engine/sdk/python), which was written from the format document, against files that the
// recorder wrote and against what bnof says about them.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include "engine/base/philox.h"
#include "engine/recording/convert.h"
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

/// Spikes as a simulation gives them, by tick and then by neuron, some neurons much busier than others.
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
        for (std::uint32_t layer = 0; layer < 2; ++layer) {
            SpikesItem batch;
            batch.layer = layer;
            for (std::uint32_t tick = 0; tick < 200; ++tick)
                for (std::uint32_t neuron = random.below(90); neuron < 2000; neuron += 1 + random.below(900))
                    batch.spikes.push_back({neuron, static_cast<std::uint32_t>(i * 200 + tick)});
            items.emplace_back(std::move(batch));
        }
    }
    return items;
}

RecorderOptions smallGroups()
{
    RecorderOptions options;
    options.flushNanoseconds = nanosecondsPerMillisecond;
    return options;
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
    BNOF_VERIFY_OK(test::recordAll(file("ordered.bnr"), orderedItems(120), test::sampleMetadata()));
    for (const char* codec : {"none", "lz4", "zstd", "gzip"}) {
        BNOF_VERIFY_OK(convert(file("ordered.bnr"), file("cold ") + codec + ".bnr", {true, codec}));
        BNOF_VERIFY_OK(convert(file("sample.bnr"), file("hot ") + codec + ".bnr", {false, codec}));
    }
    RecorderOptions options = smallGroups();
    options.segmentBytes = 128 * 1024;
    BNOF_VERIFY_OK(
        test::recordAll(file("long.bnr"), test::sampleItems(4, 4000, 2), test::sampleMetadata(2), options, {1, 2}));
    QVERIFY(laterSegments(file("long.bnr")).size() >= 2);
    BNOF_VERIFY_OK(test::recordAll(file("cut.bnr"), test::sampleItems(6, 1000), test::sampleMetadata(), options));
    const auto later = laterSegments(file("cut.bnr"));
    cutFooter(later.empty() ? file("cut.bnr") : later.back().path);
    BNOF_VERIFY_OK(test::recordAll(file("empty.bnr"), {}, test::sampleMetadata()));
    QVERIFY(QFile::copy(QStringLiteral(BNOF_TEST_SOURCE_DIR "/tests/recording/fixtures/version1.bnr"),
                        path(QStringLiteral("version1.bnr"))));
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
                             "hot gzip", "long", "empty", "version1"})
        QTest::newRow(name) << true;
    QTest::newRow("cut") << false;
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
    QCOMPARE(check({QStringLiteral("same"), file, said, arrays}), QByteArray("same"));
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
    QTest::newRow("small") << 150;
    QTest::newRow("few") << 120;
    QTest::newRow("few cold") << 120;
    QTest::newRow("version1") << 60;
}

void TestPythonReader::damageIsReported()
{
    QFETCH(int, flips);
    const QString file = path(QString::fromLatin1(QTest::currentDataTag()) + QStringLiteral(".bnr"));
    QCOMPARE(check({QStringLiteral("damage"), file, QString::number(flips)}), QByteArray("same"));
}

QTEST_GUILESS_MAIN(TestPythonReader)
#include "tst_python_reader.moc"
