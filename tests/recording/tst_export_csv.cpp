// SPDX-License-Identifier: GPL-3.0-or-later
// What a spreadsheet gets: cells, quoting, the sidecar, and nothing at all after a failure.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "engine/base/files.h"
#include "engine/recording/export_csv.h"
#include "tests/recording/sample_recording.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::recording;

class TestExportCsv : public test::Suite {
    Q_OBJECT

private slots:
    void init();
    void cellsAreExact();
    void decisionsMarksAndEventsStandAtTheirTime();
    void severalSourcesHaveTheirOwnColumns();
    void valuesWithoutAChannelNameGetAColumn();
    void sidecarDescribesTheFile();
    void spikesAreExported();
    void cancelledExportLeavesNothing();
    void nothingIsOverwritten();
    void numbersReadBackToTheSameBits();

private:
    std::unique_ptr<Reader> readerOf(const std::vector<Item>& items, const RecordingMetadata& metadata);
    std::vector<std::string> linesOf(const std::string& file) const;
    QStringList filesHere() const { return QDir(m_folder->path()).entryList(QDir::Files); }
    std::string path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)).toStdString(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<QTemporaryDir> m_recordings;
};

void TestExportCsv::init()
{
    Suite::init();
    m_folder = std::make_unique<QTemporaryDir>();
    m_recordings = std::make_unique<QTemporaryDir>();
}

std::unique_ptr<Reader> TestExportCsv::readerOf(const std::vector<Item>& items, const RecordingMetadata& metadata)
{
    return test::recordedReader(m_recordings->filePath(QStringLiteral("source.bnr")).toStdString(), items, metadata);
}

std::vector<std::string> TestExportCsv::linesOf(const std::string& file) const
{
    const auto text = readFile(file);
    std::vector<std::string> lines;
    if (!text.ok())
        return lines;
    std::size_t at = 0;
    while (at < text->size()) {
        const std::size_t end = text->find('\n', at);
        lines.push_back(text->substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

namespace {

RecordingMetadata twoChannels()
{
    RecordingMetadata metadata = test::sampleMetadata();
    metadata.wallAtZero = 0;
    metadata.sources[0].channels = {{"R,1", "resistance", "ohm", "", 0, 0}, {"T", "temperature", "°C", "", 0, 0}};
    return metadata;
}

} // namespace

void TestExportCsv::cellsAreExact()
{
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto reader = readerOf(
        {
            FrameItem{0, 1'500'000'000, 12.125, true, {0.1F, 25}},
            FrameItem{0, 1'600'000'001, std::numeric_limits<double>::quiet_NaN(), true, {nan, -1e-30F}},
            FrameItem{0, -250'000'000, 0, true, {std::numeric_limits<float>::infinity(), 16777216.0F}},
            FrameItem{0, 2'000'000'000, 0, true, {1}},
        },
        twoChannels());
    QVERIFY(reader != nullptr);
    BNOF_VERIFY_OK(exportCsv(*reader, path("a.csv")));
    const auto lines = linesOf(path("a.csv"));
    QCOMPARE(lines.size(), std::size_t{5});
    QCOMPARE(lines[0], std::string("t_s,device_s,utc,\"R,1\",T,gas,confidence,ppm,mark,event"));
    QCOMPARE(lines[1], std::string("1.5,12.125,1970-01-01T00:00:01.500Z,0.1,25,,,,,"));
    QCOMPARE(lines[2], std::string("1.600000001,,1970-01-01T00:00:01.600Z,,-1e-30,,,,,"));
    QCOMPARE(lines[3], std::string("-0.25,0,1969-12-31T23:59:59.750Z,inf,16777216,,,,,"));
    QCOMPARE(lines[4], std::string("2,0,1970-01-01T00:00:02.000Z,1,,,,,,"));
}

void TestExportCsv::decisionsMarksAndEventsStandAtTheirTime()
{
    const auto frame = [](Timestamp t) { return FrameItem{0, t, 0, true, {1, 2}}; };
    Decision ethanol;
    ethanol.t = 200;
    ethanol.gas = 1;
    ethanol.probabilities = {0.125F, 0.75F, 0, 0};
    ethanol.ppm = 40.5F;
    Decision unknown;
    unknown.t = 400;
    unknown.probabilities = {0.25F, 0.25F, 0.25F, 0.25F};
    const auto reader = readerOf(
        {
            frame(100),
            frame(200),
            frame(300),
            DecisionItem{ethanol, 5}, // arrives late, holds from 200 on
            Mark{250, "said \"hello\""},
            Mark{260, "twice"},
            frame(400),
            DecisionItem{unknown, 5},
            frame(500),
            StreamEvent{StreamEvent::Kind::Gap, 550, 550 + 1'250'000'000, 0, "unplugged"},
            frame(600),
            Mark{700, "after the end"},
        },
        twoChannels());
    QVERIFY(reader != nullptr);
    BNOF_VERIFY_OK(exportCsv(*reader, path("a.csv")));
    const auto lines = linesOf(path("a.csv"));
    QCOMPARE(lines.size(), std::size_t{8});
    const auto ends = [&](std::size_t line, const std::string& text) {
        return lines[line].size() >= text.size() &&
               lines[line].compare(lines[line].size() - text.size(), text.size(), text) == 0;
    };
    QVERIFY(ends(1, ",1,2,,,,,"));
    QVERIFY(ends(2, ",1,2,ethanol,0.75,40.5,,"));
    QVERIFY(ends(3, ",1,2,ethanol,0.75,40.5,\"said \"\"hello\"\"; twice\","));
    QVERIFY(ends(4, ",1,2,unknown,,,,"));
    QVERIFY(ends(5, ",1,2,unknown,,,,"));
    QVERIFY(ends(6, ",1,2,unknown,,,,gap of 1.25 s: unplugged"));
    QCOMPARE(lines[7], std::string("0.0000007,,1970-01-01T00:00:00.000Z,,,,,,after the end,"));
}

void TestExportCsv::severalSourcesHaveTheirOwnColumns()
{
    RecordingMetadata metadata = twoChannels();
    metadata.sources.push_back(metadata.sources[0]);
    metadata.sources[1].channels.resize(1);
    const auto reader = readerOf({FrameItem{0, 1, 0, true, {1, 2}}, FrameItem{1, 2, 0, true, {3}}}, metadata);
    QVERIFY(reader != nullptr);
    BNOF_VERIFY_OK(exportCsv(*reader, path("a.csv")));
    const auto lines = linesOf(path("a.csv"));
    QCOMPARE(lines[0], std::string("t_s,device_s,utc,source,\"1:R,1\",1:T,\"2:R,1\",gas,confidence,ppm,mark,event"));
    QCOMPARE(lines[1], std::string("0.000000001,0,1970-01-01T00:00:00.000Z,1,1,2,,,,,,"));
    QCOMPARE(lines[2], std::string("0.000000002,0,1970-01-01T00:00:00.000Z,2,,,3,,,,,"));
}

void TestExportCsv::valuesWithoutAChannelNameGetAColumn()
{
    RecordingMetadata metadata = twoChannels();
    metadata.sources[0].channels.clear();
    const auto reader = readerOf({FrameItem{0, 1, 0, true, {1}}, FrameItem{0, 2, 0, true, {1, 2, 3}}}, metadata);
    QVERIFY(reader != nullptr);
    BNOF_VERIFY_OK(exportCsv(*reader, path("a.csv")));
    const auto lines = linesOf(path("a.csv"));
    QCOMPARE(lines.size(), std::size_t{3});
    QCOMPARE(lines[0], std::string("t_s,device_s,utc,ch1,ch2,ch3,gas,confidence,ppm,mark,event"));
    QCOMPARE(lines[2], std::string("0.000000002,0,1970-01-01T00:00:00.000Z,1,2,3,,,,,"));
}

void TestExportCsv::sidecarDescribesTheFile()
{
    const auto items = test::sampleItems(4, 100);
    const auto reader = readerOf(items, test::sampleMetadata());
    QVERIFY(reader != nullptr);
    BNOF_VERIFY_OK(exportCsv(*reader, path("a.csv")));
    const auto text = readFile(path("a.csv.json"));
    BNOF_VERIFY_OK(text);
    const auto json = Json::parse(*text);
    BNOF_VERIFY_OK(json);
    QCOMPARE((*json)["columns"].items().size(), std::size_t{3 + 16 + 5});
    const Json& channel = (*json)["columns"].items()[3];
    QCOMPARE(channel["name"].toString(), std::string("TGS-0"));
    QCOMPARE(channel["unit"].toString(), std::string("ohm"));
    QCOMPARE((*json)["rows"].toInteger(), std::int64_t{100});
    QCOMPARE((*json)["recording"]["model_sha256"].toString(), std::string(64, 'a'));
    QCOMPARE((*json)["losses"]["complete"].toBool(), true);
    QCOMPARE((*json)["losses"]["gaps"].toInteger(), static_cast<std::int64_t>(reader->summary().gaps));
    const auto verified = verify(reader->path());
    BNOF_VERIFY_OK(verified);
    QCOMPARE((*json)["hashes"]["spikes"].toString(), verified->spikesHash);
    QCOMPARE((*json)["hashes"]["decisions"].toString(), verified->decisionsHash);
    QCOMPARE(filesHere().size(), 2);
}

void TestExportCsv::spikesAreExported()
{
    const auto reader = readerOf({SpikesItem{1, {{7, 8}, {1999, 8}}}, SpikesItem{0, {{3, 9}}}}, test::sampleMetadata());
    QVERIFY(reader != nullptr);
    BNOF_VERIFY_OK(exportCsv(*reader, path("a.csv"), true));
    QVERIFY((linesOf(path("a.csv.spikes.csv")) ==
             std::vector<std::string>{"layer,neuron,tick", "Kenyon,7,8", "Kenyon,1999,8", "receptor,3,9"}));
}

void TestExportCsv::cancelledExportLeavesNothing()
{
    const auto reader = readerOf(test::sampleItems(4, 3000), test::sampleMetadata());
    QVERIFY(reader != nullptr);
    double last = -1;
    int calls = 0;
    const auto cancelled = exportCsv(*reader, path("a.csv"), true, [&](double share) {
        const bool grows = share >= last && share <= 1;
        last = share;
        return grows && ++calls < 3;
    });
    QVERIFY(!cancelled.ok());
    QVERIFY(cancelled.error().kind == ErrorKind::Cancelled);
    QCOMPARE(calls, 3);
    QVERIFY(filesHere().isEmpty());
    BNOF_VERIFY_OK(exportCsv(*reader, path("a.csv"), true, [&](double share) {
        last = share;
        return true;
    }));
    QCOMPARE(last, 1.0);
    QCOMPARE(filesHere().size(), 3);
}

void TestExportCsv::nothingIsOverwritten()
{
    const auto reader = readerOf(test::sampleItems(4, 30), test::sampleMetadata());
    QVERIFY(reader != nullptr);
    for (const char* taken : {"a.csv", "a.csv.json", "a.csv.spikes.csv"}) {
        m_folder = std::make_unique<QTemporaryDir>();
        BNOF_VERIFY_OK(writeFileAtomically(path(taken), "mine"));
        const auto refused = exportCsv(*reader, path("a.csv"), true);
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().what.find("already exists") != std::string::npos);
        QCOMPARE(refused.error().where, path(taken));
        QCOMPARE(*readFile(path(taken)), std::string("mine"));
        QCOMPARE(filesHere().size(), 1);
        // Also when the name is taken while the export runs.
        QVERIFY(QFile::remove(QString::fromStdString(path(taken))));
        const auto late = exportCsv(*reader, path("a.csv"), true,
                                    [&](double) { return writeFileAtomically(path(taken), "mine").ok(); });
        QVERIFY(!late.ok());
        QCOMPARE(*readFile(path(taken)), std::string("mine"));
        QCOMPARE(filesHere().size(), 1);
    }
    QVERIFY(!exportCsv(*reader, path("no/folder/a.csv")).ok());
}

void TestExportCsv::numbersReadBackToTheSameBits()
{
    const auto items = test::sampleItems(123, 400, 1, 2);
    RecordingMetadata metadata = twoChannels();
    const auto reader = readerOf(items, metadata);
    QVERIFY(reader != nullptr);
    BNOF_VERIFY_OK(exportCsv(*reader, path("a.csv")));
    const auto lines = linesOf(path("a.csv"));
    std::size_t line = 1;
    for (const Item& item : items) {
        const auto* frame = std::get_if<FrameItem>(&item);
        if (frame == nullptr)
            continue;
        const QStringList cells = QString::fromStdString(lines.at(line++)).split(QLatin1Char(','));
        for (int c = 0; c < 2; ++c) {
            const float value = frame->values[static_cast<std::size_t>(c)];
            const QString cell = cells[3 + c];
            if (std::isnan(value))
                QVERIFY(cell.isEmpty());
            else
                QCOMPARE(std::strtof(cell.toLatin1().constData(), nullptr), value);
        }
        QCOMPARE(cells[0].toDouble(), static_cast<double>(frame->t) / 1e9);
    }
}

QTEST_GUILESS_MAIN(TestExportCsv)
#include "tst_export_csv.moc"
