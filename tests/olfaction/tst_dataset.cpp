// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <QTemporaryDir>
#include <zlib.h>

#include "engine/base/files.h"
#include "engine/olfaction/csv_table.h"
#include "engine/olfaction/dataset.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::olfaction;

class TestDataset : public test::Suite {
    Q_OBJECT

    std::string put(const QTemporaryDir& dir, const char* name, const std::string& text)
    {
        const std::string path = dir.filePath(QString::fromUtf8(name)).toStdString();
        if (const auto result = writeFileAtomically(path, text); !result.ok())
            qFatal("%s", result.error().message().c_str());
        return path;
    }
    void refused(const std::string& path, const char* expected, const DatasetOptions& options = {})
    {
        const auto data = loadDataset(path, options);
        QVERIFY(!data.ok());
        QVERIFY2(data.error().message().find(expected) != std::string::npos, data.error().message().c_str());
    }

private slots:
    void numbersAsPeopleWriteThem()
    {
        QCOMPARE(parseCsvNumber(" +1.5e3 ", false), 1500.0);
        QCOMPARE(parseCsvNumber("1,5", true), 1.5);
        for (const char* missing : {"", "nan", "NA", "null", "-", "4294967295", "inf", "1.5x", "--3"})
            QVERIFY2(std::isnan(parseCsvNumber(missing, false)), missing);
        QCOMPARE(parseIsoSeconds("1970-01-02T00:00:01.5Z"), 86401.5);
        QCOMPARE(parseIsoSeconds("2024-02-29 12:00:00"), 1709208000.0);
        QVERIFY(std::isnan(parseIsoSeconds("2024-13-01 12:00:00")));
    }
    void tablesOfEveryKind()
    {
        const auto german = CsvTable::parse("\xEF\xBB\xBF# Kommentar\r\nzeit;s1\r\n0,1;2,5\r\n0,2;\r\n", "g");
        BNOF_VERIFY_OK(german);
        QCOMPARE(german->rows(), std::size_t{2});
        QCOMPARE(german->number(0, 1), 2.5);
        QVERIFY(std::isnan(german->number(1, 1)));
        QCOMPARE(german->comments(), std::string("Kommentar\n"));
        const auto quoted = CsvTable::parse("\"a, b\",c\n1,2\n3\n1,2,3,4\n", "q");
        BNOF_VERIFY_OK(quoted);
        QCOMPARE(quoted->header().front(), std::string("a, b"));
        QCOMPARE(quoted->rows(), std::size_t{2}); // the long row is left out, the short one is filled
        QCOMPARE(quoted->malformedRows(), std::uint64_t{1});
        QVERIFY(CsvTable::parse("a,b\n1,2\n", "n")->number(0, 1) == 2);
        QVERIFY(CsvTable::parse("1\t2\n3\t4\n", "t")->hasHeader() == false);
        QVERIFY(!CsvTable::parse("", "empty").ok());
        QVERIFY(!CsvTable::parse("only,a,header\n", "header").ok());
    }
    void continuousRecordingWithSetPoints()
    {
        QTemporaryDir dir;
        put(dir, "any name.csv",
            "t_s,co_ppm_setpoint,ethylene_ppm,s1,s2\n0,0,0,1,2\n0.2,100,0,3,4\n0.4,100,5,,nan\n0.4,0,0,9,9\n"
            "0.6,0,5,5,4294967295\n");
        const auto data = loadDataset(dir.path().toStdString());
        BNOF_VERIFY_OK(data);
        QCOMPARE(data->labels, (std::vector<std::string>{"air", "co", "ethylene", "co+ethylene"}));
        QCOMPARE(data->background, 0);
        QCOMPARE(data->components, (std::vector<std::string>{"co", "ethylene"}));
        QCOMPARE(data->labelComponents[3], (std::vector<int>{0, 1}));
        QCOMPARE(data->channels.size(), std::size_t{2});
        const LabelledRecording& r = data->recordings.front();
        QCOMPARE(r.labels, (std::vector<std::int16_t>{0, 1, 3, 2})); // the repeated time is left out
        QCOMPARE(data->notes.size(), std::size_t{1});
        QVERIFY(std::isnan(r.values[4]) && std::isnan(r.values[5]) && std::isnan(r.values[7]));
        QCOMPARE(r.ppm[2], 100.0F);
        QCOMPARE(r.times.back(), fromSeconds(0.6));
        QCOMPARE(data->digest.size(), std::size_t{64});
        QVERIFY(!data->simulated);
    }
    void gzipAndTextLabels()
    {
        QTemporaryDir dir;
        const std::string path = dir.filePath(QStringLiteral("x.csv.gz")).toStdString();
        const std::string text = "#bnof {\"simulated\": true}\ntime_ms,label,a\n1000,air,1\n1500,wine,2\n1600,,3\n";
        gzFile file = gzopen(path.c_str(), "wb");
        gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
        gzclose(file);
        const auto data = loadDataset(dir.path().toStdString());
        BNOF_VERIFY_OK(data);
        QVERIFY(data->simulated);
        QCOMPARE(data->recordings.front().times, (std::vector<Timestamp>{0, fromSeconds(0.5), fromSeconds(0.6)}));
        QCOMPARE(data->recordings.front().labels, (std::vector<std::int16_t>{0, 1, -1}));
        auto packed = readFile(path);
        BNOF_VERIFY_OK(packed);
        put(dir, "x.csv.gz", packed->substr(0, packed->size() - 12));
        refused(path, "damaged or cut off");
    }
    void manifest()
    {
        QTemporaryDir dir;
        const std::string rows = "t;a;b\n0;1;1\n1;1;1\n2;5;1,5\n3;5;1\n4;1;1\n";
        put(dir, "one.csv", rows);
        put(dir, "two.csv", rows);
        put(dir, "manifest.csv",
            "file,label,group,onset_s,offset_s,ppm\none.csv,beta,day 1,2,4,7\ntwo.csv,alpha,day 2,1,2,3\n"
            "two.csv,beta,day 2,3,,\n");
        const auto data = loadDataset(dir.path().toStdString());
        BNOF_VERIFY_OK(data);
        QCOMPARE(data->labels, (std::vector<std::string>{"air", "alpha", "beta"}));
        QCOMPARE(data->groups(), (std::vector<std::string>{"day 1", "day 2"}));
        QCOMPARE(data->recordings[0].labels, (std::vector<std::int16_t>{0, 0, 2, 2, 0}));
        QCOMPARE(data->recordings[1].labels, (std::vector<std::int16_t>{0, 1, 0, 2, 2}));
        QCOMPARE(data->recordings[0].values[5], 1.5F);
        const std::size_t width = data->components.size();
        const auto beta = static_cast<std::size_t>(data->labelComponents[2].front());
        QCOMPARE(data->recordings[0].ppm[2 * width + beta], 7.0F);
        QCOMPARE(data->recordings[0].ppm[beta], 0.0F);
        QVERIFY(std::isnan(data->recordings[1].ppm[3 * width + beta])); // not stated, so unknown
        QCOMPARE(selectGroups(*data, {"day 2"}).recordings.size(), std::size_t{1});
        QCOMPARE(selectGroups(*data, {"day 2"}, false).recordings.front().group, std::string("day 1"));
        const Dataset part = timeSlice(*data, 1, 3);
        QCOMPARE(part.recordings[0].frames(), std::size_t{2});
        BNOF_VERIFY_OK(validate(part));
    }
    void wholeRecordingsWithoutTimes()
    {
        QTemporaryDir dir;
        put(dir, "a.csv", "1,2\n3,4\n5,6\n");
        put(dir, "manifest.csv", "file,label\na.csv,tea\n");
        refused(dir.path().toStdString(), "no header line");
        const auto data = loadDataset(dir.path().toStdString(), {.sampleRateHz = 2});
        BNOF_VERIFY_OK(data);
        QCOMPARE(data->background, -1);
        QCOMPARE(data->recordings.front().times.back(), fromSeconds(1));
        QCOMPARE(data->recordings.front().labels, (std::vector<std::int16_t>{0, 0, 0}));
    }
    void badInputIsExplained()
    {
        QTemporaryDir dir;
        const std::string folder = dir.path().toStdString();
        refused(folder + "/missing", "no such file");
        refused(folder, "no CSV file");
        put(dir, "a.csv", "t,s1\n0,1\n1,2\n");
        refused(folder, "nothing in this file says which gas");
        put(dir, "b.csv", "x,y\n0,1\n");
        refused(folder, "2 CSV files");
        refused(folder + "/b.csv", "no time column");
        put(dir, "manifest.csv", "name,label\na.csv,x\n");
        refused(folder, "needs the columns file and label");
        put(dir, "manifest.csv", "file,label\n../a.csv,x\n");
        refused(folder, "outside the folder");
        put(dir, "manifest.csv", "file,label,onset_s,offset_s\na.csv,x,5,3\n");
        refused(folder, "not after onset_s");
        put(dir, "manifest.csv", "file,label\na.csv,x\nb.csv,y\n");
        refused(folder, "b.csv");
        put(dir, "b.csv", "t,s1,s2\n0,1,1\n1,2,2\n");
        refused(folder, "the sensor columns differ from those of the first file (2 against 1");
    }
};

QTEST_APPLESS_MAIN(TestDataset)
#include "tst_dataset.moc"
