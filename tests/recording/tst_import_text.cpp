// SPDX-License-Identifier: GPL-3.0-or-later
// Tables of text as people have them: dialects, times, labels, units, and what is said about what cannot be used.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <bit>
#include <cmath>
#include <limits>

#include <zlib.h>

#include "engine/base/files.h"
#include "engine/recording/interchange/import.h"
#include "tests/recording/sample_recording.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::recording;

namespace {

const QString shared = QStringLiteral(BNOF_TEST_SHARED_DATA);

} // namespace

class TestImportText : public test::Suite {
    Q_OBJECT

private slots:
    void init();
    void dialects_data();
    void dialects();
    void times_data();
    void times();
    void floatsAreExact();
    void labelsAndMarks();
    void mappings();
    void missingAndBadCells();
    void badInput_data();
    void badInput();
    void badOptions_data();
    void badOptions();
    void strictNamesLineAndColumn();
    void gzip();
    void provenance();
    void ownExportComesBack();
    void cancelledLeavesNothing();
    void nothingIsOverwritten();
    void uci();
    void bme();
    void realData_data();
    void realData();

private:
    std::string path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)).toStdString(); }
    std::string write(const char* name, const std::string& text) const
    {
        return writeFileAtomically(path(name), text).ok() ? path(name) : std::string();
    }
    ImportPreview preview(const std::string& text, const ImportOptions& options = {}, std::size_t rows = 100);
    QStringList filesHere() const { return QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestImportText::init()
{
    Suite::init();
    m_folder = std::make_unique<QTemporaryDir>();
}

ImportPreview TestImportText::preview(const std::string& text, const ImportOptions& options, std::size_t rows)
{
    auto found = previewImport(write("in.csv", text), options, rows);
    if (!found.ok()) {
        QTest::qFail(found.error().message().c_str(), __FILE__, __LINE__);
        return {};
    }
    return std::move(*found);
}

void TestImportText::dialects_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("delimiter");
    QTest::addColumn<QByteArray>("units");
    const QByteArray none = ";;";
    QTest::newRow("comma") << QByteArray("t_s,A,B\n0,1.5,2\n1,2.5,3\n2,3.5,4\n") << QByteArray("comma") << none;
    QTest::newRow("comma without an end")
        << QByteArray("t_s,A,B\n0,1.5,2\n1,2.5,3\n2,3.5,4") << QByteArray("comma") << none;
    QTest::newRow("CR LF and BOM") << QByteArray("\xEF\xBB\xBFt_s,A,B\r\n0,1.5,2\r\n1,2.5,3\r\n2,3.5,4\r\n")
                                   << QByteArray("comma") << none;
    QTest::newRow("CR") << QByteArray("t_s,A,B\r0,1.5,2\r1,2.5,3\r2,3.5,4\r") << QByteArray("comma") << none;
    QTest::newRow("semicolon, decimal comma")
        << QByteArray("t_s;A;B\n0;1,5;2\n1;2,5;3\n2;3,5;4\n") << QByteArray("semicolon") << none;
    QTest::newRow("tab, decimal comma") << QByteArray("t_s\tA\tB\n0\t1,5\t2\n1\t2,5\t3\n2\t3,5\t4\n")
                                        << QByteArray("tab") << none;
    QTest::newRow("bar") << QByteArray("t_s|A|B\n0|1.5|2\n1|2.5|3\n2|3.5|4\n") << QByteArray("bar") << none;
    QTest::newRow("blanks") << QByteArray("t_s   A  B\n 0  1.5  2\n 1  2.5  3\n 2  3.5  4\n") << QByteArray("blanks")
                            << none;
    QTest::newRow("quotes")
        << QByteArray("\"t_s\",\"A\",\"B\"\n\"0\",\"1.5\",\"2\"\n\"1\",\"2.5\",\"3\"\n\"2\",\"3.5\",\"4\"\n")
        << QByteArray("comma") << none;
    QTest::newRow("comments and a preamble")
        << QByteArray(
               "Device: nose 7\nOperator: E\n# a note\nt_s,A,B\n0,1.5,2\n% more\n\n1,2.5,3\n// and more\n2,3.5,4\n")
        << QByteArray("comma") << none;
    QTest::newRow("a line of units") << QByteArray("t_s;A;B\ns;kOhm;%\n0;1.5;2\n1;2.5;3\n2;3.5;4\n")
                                     << QByteArray("semicolon") << QByteArray("s;kOhm;%");
    QTest::newRow("units in names") << QByteArray("Time [s];A [kOhm];B (%)\n0;1.5;2\n1;2.5;3\n2;3.5;4\n")
                                    << QByteArray("semicolon") << QByteArray("s;kOhm;%");
    QTest::newRow("delimiter at the end")
        << QByteArray("t_s,A,B\n0,1.5,2,\n1,2.5,3,\n2,3.5,4,\n") << QByteArray("comma") << none;
    QTest::newRow("ms") << QByteArray("t_ms,A,B\n0,1.5,2\n1000,2.5,3\n2000,3.5,4\n") << QByteArray("comma") << none;
    QTest::newRow("no header") << QByteArray("0,1.5,2\n1,2.5,3\n2,3.5,4\n") << QByteArray("comma") << none;
}

void TestImportText::dialects()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, delimiter);
    QFETCH(QByteArray, units);
    const ImportPreview found = preview(text.toStdString());
    QCOMPARE(found.format, ImportFormat::Csv);
    QCOMPARE(found.understood["delimiter"].toString(), delimiter.toStdString());
    QCOMPARE(found.rows.size(), std::size_t{3});
    for (int i = 0; i < 3; ++i) {
        const auto& row = found.rows[static_cast<std::size_t>(i)];
        QCOMPARE(row.t, i * nanosecondsPerSecond);
        QCOMPARE(row.values, (std::vector<float>{1.5F + static_cast<float>(i), 2.0F + static_cast<float>(i)}));
    }
    const auto& channels = found.sources.at(0).channels;
    if (!text.startsWith("0")) {
        QCOMPARE(channels.at(0).name, std::string("A"));
        QCOMPARE(channels.at(1).name, std::string("B"));
    }
    const QList<QByteArray> expected = units.split(';');
    QCOMPARE(channels.at(0).unit, expected.at(1).toStdString());
    QCOMPARE(channels.at(1).unit, expected.at(2).toStdString());
}

void TestImportText::times_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<QByteArray>("first");
    QTest::addColumn<QByteArray>("second");
    QTest::addColumn<qint64>("t0");
    QTest::addColumn<qint64>("t1");
    QTest::addColumn<qint64>("wall");                 ///< -1: not known
    constexpr qint64 day = 1'772'719'331'250'000'000; // 2026-03-05T14:02:11.250Z
    QTest::newRow("seconds") << QByteArray("time_s") << QByteArray("0.123456789") << QByteArray("7")
                             << qint64{123'456'789} << qint64{7'000'000'000} << qint64{-1};
    QTest::newRow("negative") << QByteArray("time_s") << QByteArray("-1.5") << QByteArray("1e1")
                              << qint64{-1'500'000'000} << qint64{10'000'000'000} << qint64{-1};
    QTest::newRow("ms") << QByteArray("time [ms]") << QByteArray("0.5") << QByteArray("20") << qint64{500'000}
                        << qint64{20'000'000} << qint64{-1};
    QTest::newRow("us") << QByteArray("time_us") << QByteArray("1") << QByteArray("2.25") << qint64{1000}
                        << qint64{2250} << qint64{-1};
    QTest::newRow("minutes") << QByteArray("time (min)") << QByteArray("0") << QByteArray("0.5") << qint64{0}
                             << qint64{30'000'000'000} << qint64{-1};
    QTest::newRow("ISO") << QByteArray("timestamp") << QByteArray("2026-03-05T14:02:11.250Z")
                         << QByteArray("2026-03-05T14:02:11.260000001Z") << qint64{0} << qint64{10'000'001} << day;
    QTest::newRow("ISO with a zone") << QByteArray("timestamp") << QByteArray("2026-03-05 15:02:11.250+01:00")
                                     << QByteArray("2026-03-05 15:02:12.250+0100") << qint64{0} << qint64{1'000'000'000}
                                     << day;
    QTest::newRow("German") << QByteArray("Zeit") << QByteArray("05.03.2026 14:02:11.25")
                            << QByteArray("05.03.2026 14:03") << qint64{0} << qint64{48'750'000'000} << day;
    QTest::newRow("seconds since 1970") << QByteArray("time") << QByteArray("1772719331.25")
                                        << QByteArray("1772719332.25") << qint64{0} << qint64{1'000'000'000} << day;
    QTest::newRow("ms since 1970") << QByteArray("time") << QByteArray("1772719331250") << QByteArray("1772719331251")
                                   << qint64{0} << qint64{1'000'000} << day;
    QTest::newRow("time of day over midnight")
        << QByteArray("clock") << QByteArray("23:59:59.5") << QByteArray("00:00:01") << qint64{0}
        << qint64{1'500'000'000} << qint64{-1};
    QTest::newRow("day and hour") << QByteArray("date;time") << QByteArray("2026-03-05;14:02:11.250")
                                  << QByteArray("2026-03-06;14:02:11.250") << qint64{0} << qint64{86'400'000'000'000}
                                  << day;
}

void TestImportText::times()
{
    QFETCH(QByteArray, header);
    QFETCH(QByteArray, first);
    QFETCH(QByteArray, second);
    QFETCH(qint64, t0);
    QFETCH(qint64, t1);
    QFETCH(qint64, wall);
    const std::string in = write("in.csv", (header + ";A\n" + first + ";1\n" + second + ";2\n").toStdString());
    BNOF_VERIFY_OK(importRecording(in, path("out.bnr")));
    const auto reader = Reader::open(path("out.bnr"));
    BNOF_VERIFY_OK(reader);
    const auto items = test::readAll(**reader);
    std::vector<Timestamp> found;
    for (const Item& item : items) {
        if (const auto* frame = std::get_if<FrameItem>(&item))
            found.push_back(frame->t);
    }
    QCOMPARE(found, (std::vector<Timestamp>{t0, t1}));
    const Json& import = (*reader)->metadata().configuration["import"];
    QCOMPARE(import["start_known"].toBool(), wall >= 0);
    if (wall >= 0)
        QCOMPARE((*reader)->metadata().wallAtZero, wall);
}

void TestImportText::floatsAreExact()
{
    // The shortest text of a float, and texts that two roundings (to double, then to float) would get wrong.
    const std::vector<float> values{0.1F,        -0.0F,          1e-45F, std::numeric_limits<float>::max(),
                                    16777217.0F, 1.17549435e-38F};
    const ImportPreview found =
        preview("t_s,a,b,c,d,e,f\n0,0.1,-0,1e-45,3.4028235e+38,16777217,1.1754943508222875e-38\n"
                "1,1.00000017881393432617187499,1.00000017881393432617187501,inf,-inf,1e999,1e-999\n");
    QCOMPARE(found.rows.size(), std::size_t{2});
    for (std::size_t i = 0; i < values.size(); ++i)
        QCOMPARE(std::bit_cast<std::uint32_t>(found.rows[0].values.at(i)), std::bit_cast<std::uint32_t>(values[i]));
    const auto& extreme = found.rows[1].values;
    QCOMPARE(std::bit_cast<std::uint32_t>(extreme.at(0)), 0x3F800001U);
    QCOMPARE(std::bit_cast<std::uint32_t>(extreme.at(1)), 0x3F800002U);
    QVERIFY(std::isinf(extreme.at(2)) && extreme.at(2) > 0 && std::isinf(extreme.at(3)) && extreme.at(3) < 0);
}

void TestImportText::labelsAndMarks()
{
    const ImportPreview found =
        preview("t_s,R,label,mark\n0,1,air,start\n1,2,air,\n2,3,ethanol,\n3,4,,\n4,5,ethanol,\"a, b\"\n");
    const std::vector<Mark> expected{{0, "air"},
                                     {0, "start"},
                                     {2 * nanosecondsPerSecond, "ethanol"},
                                     {4 * nanosecondsPerSecond, "ethanol"},
                                     {4 * nanosecondsPerSecond, "a, b"}};
    QCOMPARE(found.marks, expected);
    QCOMPARE(found.sources.at(0).channels.size(), std::size_t{1});
    QCOMPARE(found.rows.size(), std::size_t{5});
}

void TestImportText::mappings()
{
    ImportOptions options;
    options.map = {*columnMappingFromText("#1=time:ms"), *columnMappingFromText("a=b=channel:kOhm"),
                   *columnMappingFromText("step=label"), *columnMappingFromText("C=ignore")};
    const ImportPreview found = preview("n,a=b,step,c\n0,1,7,9\n10,2,7,9\n20,3,8,9\n", options);
    QCOMPARE(found.rows.at(2).t, 20 * nanosecondsPerMillisecond);
    const auto& channels = found.sources.at(0).channels;
    QCOMPARE(channels.size(), std::size_t{1});
    QCOMPARE(channels[0].name, std::string("a=b"));
    QCOMPARE(channels[0].unit, std::string("kOhm"));
    QCOMPARE(found.marks, (std::vector<Mark>{{0, "7"}, {20 * nanosecondsPerMillisecond, "8"}}));

    ImportOptions rate;
    rate.rateHz = 4;
    QCOMPARE(preview("A,B\n1,2\n3,4\n", rate).rows.at(1).t, Timestamp{250'000'000});
    rate.delimiter = ';';
    rate.decimal = ',';
    rate.headerLines = 0;
    QCOMPARE(preview("1,5;2\n3,5;4\n", rate).rows.at(0).values, (std::vector<float>{1.5F, 2}));
}

void TestImportText::missingAndBadCells()
{
    std::string text = "t_s,A,B\n0,1,2\n1,,nan\n2,N/A,4294967295\n3,oops,5\n";
    for (int i = 4; i < 40; ++i)
        text += std::to_string(i) + ",1,2\n";
    const ImportPreview found = preview(text + "40,1,2,3,4\n38,1,2\nlate,1,2\n");
    QCOMPARE(found.rows.size(), std::size_t{40});
    for (const std::size_t row : {1U, 2U})
        QVERIFY(std::isnan(found.rows[row].values[0]) && std::isnan(found.rows[row].values[1]));
    QCOMPARE(found.notes,
             (std::vector<std::string>{
                 "3 rows were left out: line 42: 5 columns instead of 3; line 43, column 1 (t_s): the time goes back; "
                 "line 44, column 1 (t_s): \"late\" is not a "
                 "time in s",
                 "1 cell is no number and became a missing value; the first is line 5, column 2 (A): \"oops\""}));
}

void TestImportText::badInput_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("empty") << QByteArray()
                           << QByteArray("there are no rows of data. Check that this is the right file.");
    QTest::newRow("comments only") << QByteArray("# a\n\n# b\n")
                                   << QByteArray("there are no rows of data. Check that this is the right file.");
    QTest::newRow("no time") << QByteArray("A,B\n1,2\n3,4\n")
                             << QByteArray(
                                    "the file has no column with the time. Say how fast it was sampled (--rate 10), "
                                    "or which column is the time (--map COLUMN=time).");
    QTest::newRow("prose") << QByteArray("Dear reader,\nthis is no table.\nIt says nothing.\n")
                           << QByteArray(
                                  "no column holds measured values. See how the file is understood with --preview; "
                                  "--map COLUMN=channel names one.");
    QTest::newRow("binary") << QByteArray("a,b\n\0\1\2,3\n", 10)
                            << QByteArray(
                                   "this is not a text file: it contains NUL bytes. Name its format with --format if "
                                   "it is one that can be imported.");
    QTest::newRow("UTF-16") << QByteArray("\xFF\xFE"
                                          "a\0,\0")
                            << QByteArray("the text is encoded as UTF-16. Save it as UTF-8 (in a spreadsheet: \"CSV "
                                          "UTF-8\"), or run iconv -f UTF-16 -t UTF-8.");
    QTest::newRow("XDF") << QByteArray("XDF:\x01")
                         << QByteArray(
                                "XDF files are exported, not imported. Convert it, e.g. with pyxdf, to CSV or NumPy.");
    QTest::newRow("archive") << QByteArray("PK\x03\x04")
                             << QByteArray(
                                    "this is a ZIP archive (a spreadsheet, or an .npz file). Save the spreadsheet as "
                                    "CSV, or unpack the archive and import what is in it.");
    QTest::newRow("gzip, cut off") << QByteArray("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")
                                   << QByteArray("the gzip file is damaged or cut off. Copy it again from its source.");
}

void TestImportText::badInput()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);
    const std::string in = write("in.csv", text.toStdString());
    const auto outcome = importRecording(in, path("out.bnr"));
    QVERIFY(!outcome.ok());
    QCOMPARE(QByteArray::fromStdString(outcome.error().message()), QByteArray::fromStdString(in) + ": " + expected);
    QCOMPARE(outcome.error().kind, ErrorKind::BadInput);
    QCOMPARE(filesHere(), QStringList{QStringLiteral("in.csv")});
    QVERIFY(!previewImport(in).ok());
}

void TestImportText::badOptions_data()
{
    QTest::addColumn<QByteArray>("map");
    QTest::addColumn<QByteArray>("expected");
    const QByteArray how = " Write COLUMN=time[:UNIT], COLUMN=device, COLUMN=channel[:UNIT[:QUANTITY[:GAS]]], "
                           "COLUMN=label, COLUMN=mark or "
                           "COLUMN=ignore; COLUMN is a name or #3 for the third.";
    QTest::newRow("no role") << QByteArray("A") << "--map \"A\": there is no role." + how;
    QTest::newRow("wrong role") << QByteArray("A=tiem") << "--map \"A=tiem\": there is no role \"tiem\"." + how;
    QTest::newRow("wrong unit")
        << QByteArray("A=time:weeks")
        << "--map \"A=time:weeks\": there is no unit of time \"weeks\" (s, ms, us, ns, min, h, date "
           "or clock)." +
               how;
    QTest::newRow("no column") << QByteArray("C=label")
                               << QByteArray("FILE: there is no column \"C\" to map. The columns "
                                             "are: t, A.");
}

void TestImportText::badOptions()
{
    QFETCH(QByteArray, map);
    QFETCH(QByteArray, expected);
    const std::string in = write("in.csv", "t,A\n0,1\n1,2\n");
    const auto mapping = columnMappingFromText(map.toStdString());
    if (!mapping.ok()) {
        QCOMPARE(QByteArray::fromStdString(mapping.error().message()), expected);
        return;
    }
    ImportOptions options;
    options.map = {*mapping};
    const auto outcome = importRecording(in, path("out.bnr"), options);
    QVERIFY(!outcome.ok());
    QCOMPARE(outcome.error().kind, ErrorKind::Usage);
    QCOMPARE(QByteArray::fromStdString(outcome.error().message()),
             expected.replace("FILE", QByteArray::fromStdString(in)));
}

void TestImportText::strictNamesLineAndColumn()
{
    const std::string in = write("in.csv", "t_s,A,B\n0,1,2\n1,2,x1\n2,3,4\n3,4,5\n4,5,6\n5,6,7\n");
    ImportOptions options;
    options.strict = true;
    const auto outcome = importRecording(in, path("out.bnr"), options);
    QVERIFY(!outcome.ok());
    QCOMPARE(outcome.error().message(), in + ": line 3, column 3 (B): \"x1\" is not a number. Mend this row, or import "
                                             "without --strict, which leaves such rows out and counts them.");
    QCOMPARE(filesHere(), QStringList{QStringLiteral("in.csv")});
}

void TestImportText::gzip()
{
    std::string text = "t_s,A\n";
    for (int i = 0; i < 200'000; ++i)
        text += std::to_string(i) + "," + std::to_string(i % 7) + ".5\n";
    gzFile file = gzopen(path("in.csv.gz").c_str(), "wb");
    QCOMPARE(gzwrite(file, text.data(), static_cast<unsigned>(text.size())), static_cast<int>(text.size()));
    gzclose(file);
    double last = 0;
    const auto outcome = importRecording(path("in.csv.gz"), path("out.bnr"), {}, [&last](double share) {
        const bool forward = share >= last;
        last = share;
        return forward;
    });
    BNOF_VERIFY_OK(outcome);
    QCOMPARE(outcome->frames, std::uint64_t{200'000});
    QCOMPARE(last, 1.0);
    const auto verification = verify(path("out.bnr"));
    BNOF_VERIFY_OK(verification);
    QVERIFY(verification->intact);
    QCOMPARE(verification->summary.frames, std::uint64_t{200'000});
    QCOMPARE(verification->summary.droppedFrames, std::uint64_t{0});
}

void TestImportText::provenance()
{
    const std::string text = "t_s,A [ohm]\n0,1\n1,2\n";
    const std::string in = write("bananas.csv", text);
    ImportOptions options;
    options.operatorName = "E. Nose";
    options.startUtc = *utcFromText("2026-03-05T14:02:11Z");
    const auto outcome = importRecording(in, path("out.bnr"), options);
    BNOF_VERIFY_OK(outcome);
    Sha256 hash;
    hash.update(text);
    QCOMPARE(outcome->sha256, hash.hexDigest());
    const auto reader = Reader::open(path("out.bnr"));
    BNOF_VERIFY_OK(reader);
    const RecordingMetadata& metadata = (*reader)->metadata();
    QCOMPARE(metadata.uuid, outcome->uuid);
    QCOMPARE(metadata.title, std::string("bananas"));
    QCOMPARE(metadata.operatorName, std::string("E. Nose"));
    QCOMPARE(metadata.wallAtZero, std::int64_t{1'772'719'331'000'000'000});
    QCOMPARE(metadata.sources.at(0).uri, std::string("import:csv?file=bananas.csv"));
    QVERIFY(!metadata.sources.at(0).simulated);
    const Json& import = metadata.configuration["import"];
    QCOMPARE(import["file"].toString(), std::string("bananas.csv"));
    QCOMPARE(import["sha256"].toString(), hash.hexDigest());
    QCOMPARE(import["format"].toString(), std::string("csv"));
    QCOMPARE(import["understood"]["columns"].items().at(1)["role"].toString(), std::string("channel"));
}

void TestImportText::ownExportComesBack()
{
    RecordingMetadata metadata = test::sampleMetadata();
    const auto items = test::sampleItems(9, 300);
    BNOF_VERIFY_OK(test::recordAll(path("a.bnr"), items, metadata));
    auto reader = Reader::open(path("a.bnr"));
    BNOF_VERIFY_OK(reader);
    BNOF_VERIFY_OK(exportRecording(**reader, path("a.csv"), {ExportFormat::Csv, false}));
    BNOF_VERIFY_OK(importRecording(path("a.csv"), path("b.bnr")));
    auto back = Reader::open(path("b.bnr"));
    BNOF_VERIFY_OK(back);
    QCOMPARE((*back)->metadata().sources.at(0).channels, metadata.sources[0].channels);
    QVERIFY((*back)->metadata().sources.at(0).simulated);
    QCOMPARE((*back)->metadata().wallAtZero, metadata.wallAtZero);
    QCOMPARE((*back)->metadata().title, metadata.title);
    std::vector<FrameItem> frames;
    for (const Item& item : test::readAll(**back)) {
        if (const auto* frame = std::get_if<FrameItem>(&item))
            frames.push_back(*frame);
    }
    std::size_t at = 0;
    for (const Item& item : items) {
        const auto* frame = std::get_if<FrameItem>(&item);
        if (frame == nullptr)
            continue;
        QVERIFY(at < frames.size());
        QCOMPARE(frames[at].t, frame->t);
        for (std::size_t c = 0; c < frame->values.size(); ++c) {
            // Text has one kind of NaN.
            if (std::isnan(frame->values[c]))
                QVERIFY(std::isnan(frames[at].values[c]));
            else
                QCOMPARE(std::bit_cast<std::uint32_t>(frames[at].values[c]),
                         std::bit_cast<std::uint32_t>(frame->values[c]));
        }
        ++at;
    }
    QCOMPARE(frames.size(), at);
}

void TestImportText::cancelledLeavesNothing()
{
    std::string text = "t_s,A\n";
    for (int i = 0; i < 20'000; ++i)
        text += std::to_string(i) + ",1\n";
    const std::string in = write("in.csv", text);
    for (const int calls : {0, 1, 2, 5}) {
        int left = calls;
        const auto outcome = importRecording(in, path("out.bnr"), {}, [&left](double) { return left-- > 0; });
        QVERIFY(!outcome.ok());
        QCOMPARE(outcome.error().kind, ErrorKind::Cancelled);
        QCOMPARE(filesHere(), QStringList{QStringLiteral("in.csv")});
    }
}

void TestImportText::nothingIsOverwritten()
{
    const std::string in = write("in.csv", "t_s,A\n0,1\n1,2\n");
    write("out.bnr", "mine");
    const auto outcome = importRecording(in, path("out.bnr"));
    QVERIFY(!outcome.ok());
    QCOMPARE(outcome.error().message(), path("out.bnr") +
                                            ": this file already exists, and an import overwrites nothing. "
                                            "Choose another name, or delete the file first.");
    QCOMPARE(*readFile(path("out.bnr")), std::string("mine"));
    QVERIFY(!importRecording(in, path("no/folder/out.bnr")).ok());
}

void TestImportText::uci()
{
    const std::string lines = "1;10.000000 1:1.5 2:2.5 3:-3\n1;10.000000 1:1 2:2 3:3\n2;0.50 1:4 3:6\n";
    const ImportPreview found = preview(lines);
    QCOMPARE(found.format, ImportFormat::Uci);
    QCOMPARE(found.marks, (std::vector<Mark>{{0, "class 1 10 ppm"}, {2 * nanosecondsPerSecond, "class 2 0.5 ppm"}}));
    QCOMPARE(found.rows.at(0).values, (std::vector<float>{1.5F, 2.5F, -3}));
    QVERIFY(std::isnan(found.rows.at(2).values.at(1)));
    QCOMPARE(found.sources.at(0).channels.at(1).name, std::string("feature 2"));

    const auto damaged = previewImport(write("bad.dat", lines + "x;1 1:2\n3;9 1:2 4:1\n3;9 1:2 2;1\n"), {}, 10);
    BNOF_VERIFY_OK(damaged);
    QCOMPARE(damaged->notes.back(),
             std::string(
                 "3 rows were left out: line 4, column 1: expected the number of a class; line 5: feature 4, but the "
                 "first line has 3; line 6, column 9: expected a feature as number:value"));
}

void TestImportText::bme()
{
    // Two sensors in turn, three heater steps, two rounds; the second sensor starts half a round later.
    Json columns = Json::array();
    for (const auto& [name, key] :
         {std::pair("Resistance Gassensor", "resistance_gassensor"), std::pair("Sensor Index", "sensor_index"),
          std::pair("Time Since PowerOn", "timestamp_since_poweron"), std::pair("Real time clock", "real_time_clock"),
          std::pair("Temperature", "temperature"), std::pair("Heater Profile Step Index", "heater_profile_step_index"),
          std::pair("Label Tag", "label_tag"), std::pair("Error Code", "error_code")})
        columns.push(Json::object().set("name", name).set("key", key).set("unit", ""));
    Json block = Json::array();
    const auto row = [&block](double ohm, int sensor, int ms, int step, int label, int error) {
        Json cells = Json::array();
        cells.push(ohm).push(sensor).push(ms).push(1'772'719'331).push(25.5).push(step).push(label).push(error);
        block.push(cells);
    };
    for (int i = 0; i < 6; ++i) {
        row(1000 + i, 0, 140 * i, i % 3, i < 3 ? 0 : 1001, 0);
        if (i > 0)
            row(2000.5 + i, 5, 140 * i + 10, (i + 1) % 3, i < 3 ? 0 : 1001, i == 5 ? 4 : 0);
    }
    row(1, 0, 10, 0, 0, 0); // goes back
    row(1, 99, 2000, 0, 0, 0);
    const auto fileOf = [&](const Json& table) {
        return Json::object().set("configHeader", Json::object()).set("rawDataBody", table).dump();
    };
    const std::string in =
        write("a.bmerawdata", fileOf(Json::object().set("dataColumns", columns).set("dataBlock", block)));
    const auto found = previewImport(in, {}, 10);
    BNOF_VERIFY_OK(found);
    QCOMPARE(found->format, ImportFormat::Bme);
    const auto& channels = found->sources.at(0).channels;
    QCOMPARE(channels.size(), std::size_t{2 * (3 + 3)});
    QCOMPARE(channels.at(1).name, std::string("S0 step 1"));
    QCOMPARE(channels.at(6).name, std::string("S5 step 0"));
    QCOMPARE(channels.at(9).name, std::string("S5 temperature"));
    QCOMPARE(found->rows.size(), std::size_t{2});
    const auto& first = found->rows[0].values;
    QCOMPARE((std::vector<float>(first.begin(), first.begin() + 4)), (std::vector<float>{1000, 1001, 1002, 25.5F}));
    QCOMPARE(first[8], 2001.5F); // step 2 of sensor 5 at 150 ms
    QCOMPARE(found->rows[1].values[2], 1005.0F);
    QCOMPARE(found->marks, (std::vector<Mark>{{420 * nanosecondsPerMillisecond, "button 1"}}));
    QCOMPARE(found->notes, (std::vector<std::string>{"2 rows were left out: rawDataBody.dataBlock[11]: the time goes "
                                                     "back; rawDataBody.dataBlock[12]: the sensor "
                                                     "index is not a number from 0 to 63",
                                                     "1 measurements carry an error code of the sensor"}));

    write("a.bmelabelinfo", R"({"labelInformation":[{"labelTag":1001,"labelName":"Coffee"}]})");
    QCOMPARE(previewImport(in, {}, 10)->marks.at(0).label, std::string("Coffee"));
    const auto none = previewImport(write("b.bmerawdata", fileOf(Json::object())));
    QCOMPARE(none.error().message(), path("b.bmerawdata") +
                                         ": there is no rawDataBody with dataColumns and dataBlock. This "
                                         "is not a .bmerawdata file of BME AI-Studio.");
    const auto columnless = previewImport(
        write("c.bmerawdata", fileOf(Json::object().set("dataColumns", Json::array()).set("dataBlock", block))));
    QCOMPARE(columnless.error().message(),
             path("c.bmerawdata") +
                 ": rawDataBody.dataColumns has no column \"Sensor Index\". Export the raw data from BME "
                 "AI-Studio or the development kit again.");
    const auto broken = previewImport(write("d.bmerawdata", R"({"rawDataBody": {"dataColumns": [}})"));
    QVERIFY2(broken.error().message().find("d.bmerawdata:1:") != std::string::npos, broken.error().message().c_str());
}

void TestImportText::realData_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("format");
    QTest::addColumn<qulonglong>("frames");
    QTest::addColumn<qulonglong>("channels");
    QTest::addColumn<double>("rate");
    const int csv = static_cast<int>(ImportFormat::Csv);
    const int uci = static_cast<int>(ImportFormat::Uci);
    QTest::newRow("UCI, one batch") << "uci_gas_drift/batch1.dat" << uci << 445ULL << 128ULL << 0.0;
    QTest::newRow("UCI, the folder") << "uci_gas_drift" << uci << 5933ULL << 128ULL << 0.0;
    QTest::newRow("wind tunnel") << "windtunnel/raw_201102210255_Methane_1000ppm_p7.txt"
                                 << static_cast<int>(ImportFormat::WindTunnel) << 11688ULL << 91ULL << 0.0;
    QTest::newRow("dynamic mixtures") << "uci_dynamic_mixtures/stream_5hz.csv.gz" << csv << 75013ULL << 18ULL << 0.0;
    QTest::newRow("MQ sensors") << "multimodal_mq7/Gas_Sensors_Measurements.csv" << csv << 6400ULL << 7ULL << 0.5;
}

void TestImportText::realData()
{
    QFETCH(QString, file);
    QFETCH(int, format);
    QFETCH(qulonglong, frames);
    QFETCH(qulonglong, channels);
    QFETCH(double, rate);
    const QString source = shared + QLatin1Char('/') + file;
    if (!QFile::exists(source))
        QSKIP("the shared data sets are not here");
    ImportOptions options;
    options.rateHz = rate;
    const auto outcome = importRecording(source.toStdString(), path("out.bnr"), options);
    BNOF_VERIFY_OK(outcome);
    QCOMPARE(static_cast<int>(outcome->format), format);
    QCOMPARE(outcome->frames, frames);
    const auto reader = Reader::open(path("out.bnr"));
    BNOF_VERIFY_OK(reader);
    QCOMPARE((*reader)->metadata().sources.at(0).channels.size(), channels);
    QCOMPARE((*reader)->summary().frames, frames);
    QCOMPARE((*reader)->summary().droppedFrames, std::uint64_t{0});
    if (file.endsWith(QLatin1String("batch1.dat"))) {
        Item item;
        while ((*reader)->next(item) && !std::holds_alternative<FrameItem>(item)) {
        }
        const auto& values = std::get<FrameItem>(item).values;
        QCOMPARE(values.at(0), 15596.162100F);
        QCOMPARE(values.at(1), 1.868245F);
        QCOMPARE((*reader)->summary().markLabels.at(0), std::string("ethanol 10 ppm"));
    }
    if (file.contains(QLatin1String("mq7")))
        QCOMPARE((*reader)->summary().markLabels, (std::vector<std::string>{"NoGas", "Perfume", "Smoke", "Mixture"}));
}

QTEST_GUILESS_MAIN(TestImportText)
#include "tst_import_text.moc"
