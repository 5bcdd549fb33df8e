// SPDX-License-Identifier: GPL-3.0-or-later
// bnof export and bnof import as a user runs them.
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>

#include <csignal>

#include "tests/cli/bnof_process.h"
#include "tests/support/suite.h"

using namespace bnof::test;

class TestInterchange : public Suite {
    Q_OBJECT

private slots:
    void init();
    void helpHasAnExampleForEveryOption_data();
    void helpHasAnExampleForEveryOption();
    void roundTrips_data();
    void roundTrips();
    void bothAreInTheAuditTrail();
    void columnsGetQuantityAndGas();
    void preview();
    void usageErrors_data();
    void usageErrors();
    void badInputIsThree();
    void interruptLeavesNothing();

private:
    QString path(const char* name) const { return m_folder->filePath(QString::fromLatin1(name)); }
    QString write(const char* name, const QByteArray& text) const
    {
        QFile file(path(name));
        return file.open(QIODevice::WriteOnly) && file.write(text) == text.size() ? file.fileName() : QString();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    const QString m_sample = QStringLiteral(BNOF_TEST_SOURCE_DIR "/resources/samples/simulated-nose.bnr");
};

void TestInterchange::init()
{
    Suite::init();
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestInterchange::helpHasAnExampleForEveryOption_data()
{
    QTest::addColumn<QString>("command");
    QTest::addColumn<QStringList>("options");
    QTest::newRow("export") << "export" << QStringList{"--format", "--out", "--spikes", "--no-spikes"};
    QTest::newRow("import") << "import" << QStringList{"--out",   "--format",    "--preview",  "--map",
                                                       "--rate",  "--delimiter", "--decimal",  "--header-lines",
                                                       "--start", "--title",     "--operator", "--strict"};
}

void TestInterchange::helpHasAnExampleForEveryOption()
{
    QFETCH(QString, command);
    QFETCH(QStringList, options);
    const Outcome help = runBnof({command, QStringLiteral("--help")});
    QCOMPARE(help.code, 0);
    const QString text = QString::fromUtf8(help.out).simplified();
    for (const QString& option : options) {
        const QRegularExpression example(QStringLiteral("Example: [^.]*") + QRegularExpression::escape(option) +
                                         QStringLiteral("\\b"));
        QVERIFY2(text.contains(example), qPrintable(option));
    }
    QVERIFY(text.contains(QStringLiteral("bnof ") + command));
}

void TestInterchange::roundTrips_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<bool>("spikes");
    QTest::newRow("csv") << "a.csv" << false;
    QTest::newRow("nwb") << "a.nwb" << true;
    QTest::newRow("mat") << "a.mat" << true;
    QTest::newRow("npy") << "a.npy" << true;
}

void TestInterchange::roundTrips()
{
    QFETCH(QString, file);
    QFETCH(bool, spikes);
    const QString out = m_folder->filePath(file);
    QStringList exporting{QStringLiteral("export"), m_sample, QStringLiteral("--out"), out, QStringLiteral("--json")};
    if (file.endsWith(QLatin1String("npy")))
        exporting << QStringLiteral("--format") << QStringLiteral("npy");
    const Outcome exported = runBnof(exporting);
    QCOMPARE(exported.err, QByteArray());
    QCOMPARE(exported.code, 0);
    for (const auto& written : lastLine(exported.out)[QStringLiteral("files")].toArray())
        QVERIFY(QFile::exists(written.toString()));
    const QString back = path("b.bnr");
    const Outcome imported =
        runBnof({QStringLiteral("import"), out, QStringLiteral("--out"), back, QStringLiteral("--json")});
    QCOMPARE(imported.err, QByteArray());
    QCOMPARE(imported.code, 0);
    const QJsonObject was = lastLine(runBnof({QStringLiteral("info"), m_sample, QStringLiteral("--json")}).out);
    const QJsonObject is = lastLine(runBnof({QStringLiteral("info"), back, QStringLiteral("--json")}).out);
    QVERIFY(was[QStringLiteral("frames")].toInt() > 100);
    QCOMPARE(is[QStringLiteral("frames")], was[QStringLiteral("frames")]);
    if (spikes)
        QCOMPARE(is[QStringLiteral("spikes")], was[QStringLiteral("spikes")]);
    const QJsonObject from = is[QStringLiteral("configuration")].toObject()[QStringLiteral("import")].toObject();
    QCOMPARE(from[QStringLiteral("file")].toString(), file);
    QCOMPARE(from[QStringLiteral("sha256")], lastLine(imported.out)[QStringLiteral("source_sha256")]);
    QCOMPARE(runBnof({QStringLiteral("verify"), back}).code, 0);
}

void TestInterchange::bothAreInTheAuditTrail()
{
    const auto entries = [] {
        const Outcome checked =
            runBnof({QStringLiteral("verify"), QStringLiteral("--audit"), QStringLiteral("--json")});
        return lastLine(checked.out)[QStringLiteral("entries")].toInt();
    };
    const int before = entries();
    const QString csv = path("a.csv");
    QCOMPARE(runBnof({QStringLiteral("export"), m_sample, QStringLiteral("--out"), csv}).code, 0);
    QCOMPARE(entries(), before + 1);
    const QString back = path("b.bnr");
    QCOMPARE(runBnof({QStringLiteral("import"), csv, QStringLiteral("--out"), back}).code, 0);
    QCOMPARE(entries(), before + 2);
    const Outcome history = runBnof({QStringLiteral("info"), QStringLiteral("--audit"), back});
    QVERIFY2(history.out.contains("imported"), history.out);
    // What is only looked at or fails is no deed.
    QCOMPARE(runBnof({QStringLiteral("import"), csv, QStringLiteral("--preview")}).code, 0);
    QVERIFY(runBnof({QStringLiteral("import"), csv, QStringLiteral("--out"), back}).code != 0);
    QCOMPARE(entries(), before + 2);
}

void TestInterchange::columnsGetQuantityAndGas()
{
    const QString in = write("in.csv", "t,R1,Room\n0,1.5,7\n1,2.5,7\n");
    const QJsonObject preview =
        lastLine(runBnof({QStringLiteral("import"), in, QStringLiteral("--preview"), QStringLiteral("--json"),
                          QStringLiteral("--map"), QStringLiteral("R1=channel:kOhm:resistance:ethanol"),
                          QStringLiteral("--map"), QStringLiteral("#3=ignore")})
                     .out);
    const QJsonArray channels = preview[QStringLiteral("sources")][0][QStringLiteral("channels")].toArray();
    QCOMPARE(channels.size(), 1);
    QCOMPARE(channels[0], QJsonValue(QJsonObject{{QStringLiteral("name"), QStringLiteral("R1")},
                                                 {QStringLiteral("quantity"), QStringLiteral("resistance")},
                                                 {QStringLiteral("unit"), QStringLiteral("kOhm")},
                                                 {QStringLiteral("gas"), QStringLiteral("ethanol")}}));
    const Outcome wrong = runBnof({QStringLiteral("import"), in, QStringLiteral("--preview"), QStringLiteral("--map"),
                                   QStringLiteral("t=time:s:duration")});
    QCOMPARE(wrong.code, 2);
    QVERIFY2(wrong.err.contains("only a channel has a quantity"), wrong.err);
}

void TestInterchange::preview()
{
    const QString in = write("in.csv", "Zeit [ms];A [kOhm];Gas\n0;1,5;air\n10;2,5;air\n20;3,5;ethanol\n");
    const Outcome human = runBnof({QStringLiteral("import"), in, QStringLiteral("--preview")});
    QCOMPARE(human.code, 0);
    QCOMPARE(human.out, QByteArray("format      csv\n"
                                   "delimiter   semicolon\n"
                                   "decimal     ,\n"
                                   "header_lines 1\n"
                                   "first_data_line 2\n"
                                   "column 1  \"Zeit\"  time [ms]  (its name)\n"
                                   "column 2  \"A\"  channel [kOhm]  (numbers)\n"
                                   "column 3  \"Gas\"  label  (its name)\n"
                                   "t 0 s  1.5\n"
                                   "t 0.01 s  2.5\n"
                                   "t 0.02 s  3.5\n"
                                   "mark at 0 s: air\n"
                                   "mark at 0.02 s: ethanol\n"));
    const Outcome machine =
        runBnof({QStringLiteral("import"), in, QStringLiteral("--preview"), QStringLiteral("--json")});
    const QJsonObject object = lastLine(machine.out);
    QCOMPARE(object[QStringLiteral("understood")].toObject()[QStringLiteral("columns")].toArray().size(), 3);
    QCOMPARE(object[QStringLiteral("rows")].toArray().size(), 3);
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files), QStringList{QStringLiteral("in.csv")});
}

void TestInterchange::usageErrors_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("no --out") << QStringList{"import", "FILE"}
                              << QByteArray(
                                     "bnof import: --out is missing. Say where the recording goes (--out run.bnr), or "
                                     "look at the file first (--preview).");
    QTest::newRow("format") << QStringList{"import", "FILE", "--format", "xlsx", "--out", "x.bnr"}
                            << QByteArray("--format: there is no import format \"xlsx\". Choose one of auto, csv, uci, "
                                          "windtunnel, bme, npy, nwb, hdf5, mat.");
    QTest::newRow("delimiter") << QStringList{"import", "FILE", "--delimiter", "dash", "--preview"}
                               << QByteArray(
                                      "--delimiter: \"dash\" is not known. Choose one of comma, semicolon, tab, bar, "
                                      "blanks.");
    QTest::newRow("rate") << QStringList{"import", "FILE", "--rate", "fast", "--preview"}
                          << QByteArray("--rate: \"fast\" is not a number from 1e-06 to 1e+09.");
    QTest::newRow("start") << QStringList{"import", "FILE", "--start", "noon", "--preview"}
                           << QByteArray("--start: \"noon\" is not a date and time. Write it as 2026-03-05T14:02:11Z.");
    QTest::newRow("export format") << QStringList{"export", "FILE", "--format", "doc"}
                                   << QByteArray(
                                          "--format: there is no export format \"doc\". Choose one of csv, nwb, mat, "
                                          "npy, arff, xdf.");
    QTest::newRow("spikes in ARFF") << QStringList{"export", "FILE", "--format", "arff", "--spikes"}
                                    << QByteArray(
                                           "--spikes: arff files cannot hold spikes. Leave one out, or choose another "
                                           "format.");
}

void TestInterchange::usageErrors()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, expected);
    const QString in = write("in.csv", "t,A\n0,1\n1,2\n");
    arguments.replaceInStrings(QStringLiteral("FILE"), in);
    const Outcome outcome = runBnof(arguments);
    QCOMPARE(outcome.code, 2);
    QCOMPARE(outcome.err, "bnof: " + expected + "\n");
}

void TestInterchange::badInputIsThree()
{
    const QString in = write("in.csv", "t_s,A\n0,1\n");
    const Outcome missing = runBnof({QStringLiteral("import"), path("no.csv"), QStringLiteral("--out"), path("o.bnr")});
    QCOMPARE(missing.code, 3);
    QCOMPARE(missing.err, "bnof: " + path("no.csv").toUtf8() + ": there is no such file or folder. Check the path.\n");
    QVERIFY(!write("o.bnr", "mine").isEmpty());
    QCOMPARE(runBnof({QStringLiteral("import"), in, QStringLiteral("--out"), path("o.bnr")}).code, 3);
    QCOMPARE(runBnof({QStringLiteral("export"), in, QStringLiteral("--format"), QStringLiteral("nwb")}).code, 3);
}

void TestInterchange::interruptLeavesNothing()
{
    QByteArray text = "t_s,A,B,C\n";
    for (int i = 0; i < 3'000'000; ++i)
        text += QByteArray::number(i) + ",1.25,2.5,3.125\n";
    const QString in = write("in.csv", text);
    QProcess process;
    process.start(program, {QStringLiteral("import"), in, QStringLiteral("--out"), path("out.bnr")});
    // Wait until it writes, then press Ctrl-C.
    const auto parts = [this] {
        return QDir(m_folder->path()).entryList({QStringLiteral("out.bnr.part*")}, QDir::AllEntries);
    };
    while (parts().isEmpty() && process.state() != QProcess::NotRunning)
        process.waitForFinished(5);
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    const Outcome outcome = finish(process);
    QCOMPARE(outcome.code, 1);
    QCOMPARE(outcome.err, "bnof: " + in.toUtf8() + ": the import was cancelled; no file was left behind.\n");
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot),
             QStringList{QStringLiteral("in.csv")});
}

QTEST_GUILESS_MAIN(TestInterchange)
#include "tst_interchange.moc"
