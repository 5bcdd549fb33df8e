// SPDX-License-Identifier: GPL-3.0-or-later
// The bnof program as a user runs it: real processes, real pseudo-terminals, real files.
#include <QElapsedTimer>
#include <QFileInfo>
#include <QJsonArray>
#include <QSet>
#include <QTemporaryDir>

#include <csignal>

#include "tests/cli/bnof_process.h"
#include "tests/support/suite.h"

using namespace bnof;
using test::lastLine;
using test::program;
using test::runBnof;
using test::Simulator;

class TestCli : public test::Suite {
    Q_OBJECT

private slots:
    void everyCommandHasHelpWithAnExample();
    void exitCodesAreAsDocumented_data();
    void exitCodesAreAsDocumented();
    void recordReplayExportReport();
    void killedRecordingIsNamedAndRepaired();
    void interruptEndsARecordingCleanly();
    void linesOnStandardInputBecomeMarks();
    void configurationIsCheckedWithLineNumbers();
    void trainsAndRecognisesAUsersOwnData();
    void aFusionIsFittedAndAsked();
    void calibrationsAndAnchors();
    void whatTheSimulatorWroteItPlays();
    void realRecordingThroughAPort();
    void everyBackEndGivesTheSameBits();
    void referenceVectorsAreCompared();

private:
    [[nodiscard]] QString file(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }

    QTemporaryDir m_folder;
};

void TestCli::everyCommandHasHelpWithAnExample()
{
    const auto overview = runBnof({QStringLiteral("--help")});
    QCOMPARE(overview.code, 0);
    for (const char* name : {"devices",  "simulate", "watch",  "record", "replay",  "recognise", "train",
                             "evaluate", "list",     "info",   "verify", "repair",  "export",    "import",
                             "report",   "config",   "doctor", "bench",  "compare", "fuse",      "explain"}) {
        QVERIFY2(overview.out.contains(QByteArray("\n  ") + name + ' '), name);
        const auto help = runBnof({QString::fromLatin1(name), QStringLiteral("--help")});
        QCOMPARE(help.code, 0);
        QVERIFY2(help.out.contains("Example:\n  bnof "), name);
        QVERIFY2(help.out.contains("--json"), name);
    }
}

void TestCli::exitCodesAreAsDocumented_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char* name, const char* arguments, int code, const char* says) {
        QTest::newRow(name) << QString::fromLatin1(arguments).split(u' ', Qt::SkipEmptyParts) << code
                            << QByteArray(says);
    };
    row("no command", "", 2, "");
    row("unknown command", "sniff", 2, "sniff");
    row("unknown option", "devices --colour", 2, "colour");
    row("missing argument", "record --out x.bnr", 2, "argument is missing");
    row("missing --out", "record tcp://127.0.0.1:1", 2, "--out");
    row("bad URI", "watch seriel:/dev/ttyUSB0", 2, "seriel");
    row("bad number", "watch tcp://127.0.0.1:1 --duration soon", 2, "soon");
    row("bad setting", "doctor --set recording.codec=zip", 2, "lz4|zstd");
    row("missing recording", "info /nonexistent/run.bnr", 3, "/nonexistent/run.bnr");
    row("two recordings", "verify a.bnr b.bnr", 2, "--determinism");
    row("determinism of nothing", "verify --determinism default", 2, "MODEL RECORDING");
    row("not a recording", "verify " BNOF_TEST_SOURCE_DIR "/README.md", 3, "README.md");
    row("missing model", "recognise tcp://127.0.0.1:1 --model /nonexistent.bnofmodel", 3, "nonexistent");
    row("missing data set", "train /nonexistent --out x.bnofmodel", 3, "nonexistent");
    row("anchor without a folder", "calibrate anchor tcp://127.0.0.1:1", 2, "--out");
    row("anchor without a number", "calibrate anchor tcp://127.0.0.1:1 --out x --puff CO=much", 2, "CO=much");
    row("anchor into a folder", "calibrate anchor tcp://127.0.0.1:1 --out /tmp --puff CO", 2, "exists");
    row("unknown kind of model", "train data --out x.bnofmodel --kind oracle", 2, "svm");
    row("nothing to fuse", "fuse", 2, "folder");
    row("missing scenes", "fuse /nonexistent", 3, "/nonexistent/manifest.json");
    row("scenes into a folder", "simulate --leak-scene " BNOF_TEST_SOURCE_DIR, 3, "not empty");
    row("no such camera", "fuse --camera /nonexistent.avi", 3, "film");
    row("nothing to compare", "compare", 2, "--check-vectors");
    row("missing vectors", "compare --check-vectors /nonexistent.json", 3, "/nonexistent.json");
    row("no vectors", "compare --check-vectors " BNOF_TEST_SOURCE_DIR "/CMakePresets.json", 3, "sections");
    row("unknown benchmark", "bench no.such.benchmark", 2, "no.such.benchmark");
}

void TestCli::exitCodesAreAsDocumented()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    QFETCH(QByteArray, says);
    const auto outcome = runBnof(arguments);
    QCOMPARE(outcome.code, code);
    QVERIFY2(outcome.err.contains(says), outcome.err.constData());
}

void TestCli::recordReplayExportReport()
{
    const Simulator simulator(
        {QStringLiteral("--speed"), QStringLiteral("20"), QStringLiteral("--seed"), QStringLiteral("3")});
    const QString recording = file("run.bnr");
    const auto record = runBnof({QStringLiteral("record"), simulator.uri(QStringLiteral("time=device")),
                                 QStringLiteral("--model"), QStringLiteral("default"), QStringLiteral("--out"),
                                 recording, QStringLiteral("--duration"), QStringLiteral("4"), QStringLiteral("--set"),
                                 QStringLiteral("recording.flush=150"), QStringLiteral("--json")});
    QVERIFY2(record.code == 0, record.err.constData());
    QVERIFY(lastLine(record.out)[QLatin1String("frames")].toInt() > 500);

    const auto again = runBnof({QStringLiteral("record"), simulator.uri(), QStringLiteral("--out"), recording,
                                QStringLiteral("--duration"), QStringLiteral("5")});
    QCOMPARE(again.code, 3); // never overwritten
    QVERIFY(again.err.contains("run.bnr"));

    const auto info = lastLine(runBnof({QStringLiteral("info"), recording, QStringLiteral("--json")}).out);
    for (const char* key : {"frames", "duration", "streams", "complete", "lost", "sha256", "configuration"})
        QVERIFY2(info.contains(QLatin1String(key)), key);
    QVERIFY(info[QLatin1String("complete")].toBool());
    const auto inForce = info[QLatin1String("configuration")].toObject();
    QCOMPARE(inForce[QLatin1String("recording.codec")].toString(), QStringLiteral("lz4"));
    QCOMPARE(inForce[QLatin1String("recording.flush")].toDouble(), 150.0);
    QCOMPARE(inForce[QLatin1String("recognition.model")].toString(), QStringLiteral("default"));

    const auto replay = runBnof({QStringLiteral("replay"), recording});
    QCOMPARE(replay.code, 0);
    const auto proof = lastLine(replay.out);
    QCOMPARE(proof[QLatin1String("match")].toBool(), true);
    QCOMPARE(proof[QLatin1String("frames")], info[QLatin1String("frames")]);
    QCOMPARE(proof[QLatin1String("spikes_hash")], info[QLatin1String("spikes_hash")]);
    QVERIFY(replay.out.count('\n') > 50);
    const auto explained = runBnof({QStringLiteral("explain"), recording, QStringLiteral("--json"),
                                    QStringLiteral("--segments"), QStringLiteral("2")});
    QCOMPARE(explained.code, 0);
    const auto why = lastLine(explained.out);
    QCOMPARE(why[QLatin1String("as_recorded")].toBool(), true);
    QCOMPARE(why[QLatin1String("edges")].toArray().size(), 3);
    QVERIFY(!why[QLatin1String("channels")].toArray().isEmpty());
    QCOMPARE(runBnof({QStringLiteral("explain"), recording, QStringLiteral("--at"), QStringLiteral("0")}).code, 3);
    // The scalar back end must agree with the vector one that recorded.
    const auto reference = runBnof({QStringLiteral("replay"), recording, QStringLiteral("--quiet"),
                                    QStringLiteral("--set"), QStringLiteral("recognition.back_end=reference")});
    QCOMPARE(lastLine(reference.out)[QLatin1String("match")].toBool(), true);

    QCOMPARE(runBnof({QStringLiteral("export"), recording, QStringLiteral("--out"), file("run.csv")}).code, 0);
    QVERIFY(QFileInfo(file("run.csv")).size() > 10000);
    QVERIFY(QFileInfo(file("run.csv.json")).size() > 100);
    const auto report = runBnof({QStringLiteral("report"), recording, QStringLiteral("--report"), file("run.pdf")});
    QVERIFY2(report.code == 0, report.err.constData());
    QVERIFY(QFileInfo(file("run.pdf")).size() > 10000);
}

void TestCli::killedRecordingIsNamedAndRepaired()
{
    const Simulator simulator({QStringLiteral("--rate"), QStringLiteral("100")});
    const QString recording = file("killed.bnr");
    QProcess recorder;
    recorder.start(program, {QStringLiteral("record"), simulator.uri(), QStringLiteral("--model"),
                             QStringLiteral("default"), QStringLiteral("--out"), recording});
    // The model comes first in the file; what grows behind it are frames, spikes and decisions.
    const qint64 model = QFileInfo(QStringLiteral(BNOF_TEST_SOURCE_DIR "/resources/models/default.bnofmodel")).size();
    QElapsedTimer timer;
    timer.start();
    while (QFileInfo(recording).size() < model + 50000 && timer.elapsed() < 30000)
        QTest::qWait(20);
    ::kill(static_cast<pid_t>(recorder.processId()), SIGKILL);
    recorder.waitForFinished();
    const auto verify = runBnof({QStringLiteral("verify"), recording});
    QCOMPARE(verify.code, 1);
    QVERIFY(verify.out.contains("not intact"));
    const auto before = lastLine(runBnof({QStringLiteral("info"), recording, QStringLiteral("--json")}).out);
    QVERIFY(before[QLatin1String("frames")].toInt() > 20);
    QCOMPARE(runBnof({QStringLiteral("repair"), recording}).code, 0);
    QCOMPARE(runBnof({QStringLiteral("verify"), recording}).code, 0);
    const auto after = lastLine(runBnof({QStringLiteral("info"), recording, QStringLiteral("--json")}).out);
    QCOMPARE(after[QLatin1String("frames")], before[QLatin1String("frames")]);
    QVERIFY(after[QLatin1String("complete")].toBool());
}

void TestCli::interruptEndsARecordingCleanly()
{
    const Simulator simulator({QStringLiteral("--on"), QStringLiteral("tcp")});
    const QString recording = file("interrupted.bnr");
    QProcess recorder;
    recorder.start(program, {QStringLiteral("record"), simulator.uri(), QStringLiteral("--out"), recording});
    QElapsedTimer timer;
    timer.start();
    while (QFileInfo(recording).size() < 3000 && timer.elapsed() < 20000)
        QTest::qWait(20);
    recorder.terminate();
    QVERIFY(recorder.waitForFinished(10000));
    QCOMPARE(recorder.exitCode(), 0);
    QCOMPARE(runBnof({QStringLiteral("verify"), recording}).code, 0);
}

void TestCli::linesOnStandardInputBecomeMarks()
{
    const Simulator simulator(
        {QStringLiteral("--on"), QStringLiteral("tcp"), QStringLiteral("--format"), QStringLiteral("ndjson")});
    QProcess recorder;
    recorder.start(program, {QStringLiteral("record"), simulator.uri(), QStringLiteral("--out"), file("marks.bnr"),
                             QStringLiteral("--marks"), QStringLiteral("--duration"), QStringLiteral("3")});
    QTest::qWait(1500);
    recorder.write("first puff\nsecond puff\n");
    QVERIFY(recorder.waitForFinished(20000));
    const auto info = runBnof({QStringLiteral("info"), file("marks.bnr"), QStringLiteral("--json")});
    QVERIFY2(info.out.contains(R"({"kind":"marks","count":2})"), info.out.constData());
}

void TestCli::configurationIsCheckedWithLineNumbers()
{
    QFile config(file("bnof.toml"));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write("[recording]\nflush = 200\ncodek = \"lz4\"\n\n[display]\ntrace_window = \"wide\"\n");
    config.close();
    const auto check = runBnof({QStringLiteral("config"), QStringLiteral("check"), config.fileName()});
    QCOMPARE(check.code, 1);
    QVERIFY(check.out.contains(":3 ") && check.out.contains("recording.codec"));
    QVERIFY(check.out.contains(":6 "));
    QVERIFY(config.open(QIODevice::WriteOnly | QIODevice::Truncate));
    config.write("[recording]\nflush = 100\n");
    config.close();
    QCOMPARE(runBnof({QStringLiteral("config"), QStringLiteral("check"), config.fileName()}).code, 0);
    const auto show = runBnof({QStringLiteral("config"), QStringLiteral("show"), config.fileName()});
    QVERIFY(show.out.contains("* recording.flush = 100 ms"));
}

void TestCli::trainsAndRecognisesAUsersOwnData()
{
    const auto made = runBnof({QStringLiteral("simulate"), QStringLiteral("--dataset"), file("data"),
                               QStringLiteral("--sessions"), QStringLiteral("3"), QStringLiteral("--duration"),
                               QStringLiteral("300"), QStringLiteral("--rate"), QStringLiteral("10")});
    QVERIFY2(made.code == 0, made.err.constData());
    const auto train =
        runBnof({QStringLiteral("train"), file("data"), QStringLiteral("--kenyon"), QStringLiteral("500"),
                 QStringLiteral("--out"), file("own.bnofmodel"), QStringLiteral("--json")},
                180000);
    QVERIFY2(train.code == 0, train.err.constData());
    QCOMPARE(lastLine(train.out)[QLatin1String("kind")].toString(), QStringLiteral("spiking"));
    const Simulator simulator({QStringLiteral("--speed"), QStringLiteral("20")});
    const auto recognise =
        runBnof({QStringLiteral("recognise"), simulator.uri(QStringLiteral("time=device")), QStringLiteral("--model"),
                 file("own.bnofmodel"), QStringLiteral("--duration"), QStringLiteral("3")});
    QVERIFY2(recognise.code == 0, recognise.err.constData());
    const auto decision = lastLine(recognise.out);
    QVERIFY(decision.contains(QLatin1String("gas")));
    QVERIFY(decision[QLatin1String("probabilities")].toObject().size() >= 4);
    // A classical competitor goes the same way.
    const auto support =
        runBnof({QStringLiteral("train"), file("data"), QStringLiteral("--kind"), QStringLiteral("svm"),
                 QStringLiteral("--out"), file("svm.bnofmodel"), QStringLiteral("--json")});
    QVERIFY2(support.code == 0, support.err.constData());
    QCOMPARE(lastLine(support.out)[QLatin1String("kind")].toString(), QStringLiteral("svm"));
    const auto named =
        runBnof({QStringLiteral("recognise"), simulator.uri(QStringLiteral("time=device")), QStringLiteral("--model"),
                 file("svm.bnofmodel"), QStringLiteral("--duration"), QStringLiteral("1")});
    QVERIFY2(named.code == 0, named.err.constData());
    QVERIFY(lastLine(named.out)[QLatin1String("probabilities")].toObject().size() >= 4);
}

void TestCli::aFusionIsFittedAndAsked()
{
    const auto made = runBnof({QStringLiteral("simulate"), QStringLiteral("--leak-scene"), file("scenes"),
                               QStringLiteral("--scenes"), QStringLiteral("10"), QStringLiteral("--duration"),
                               QStringLiteral("15"), QStringLiteral("--seed"), QStringLiteral("5")});
    QVERIFY2(made.code == 0, made.err.constData());
    const auto table =
        runBnof({QStringLiteral("fuse"), file("scenes"), QStringLiteral("--folds"), QStringLiteral("2")});
    QVERIFY(table.code == 3 && table.err.contains("one scene only")); // each kind occurs twice: none is left to test on
    const auto fitted = runBnof({QStringLiteral("fuse"), file("scenes"), QStringLiteral("--out"), file("fusion.json")});
    QVERIFY2(fitted.code == 0, fitted.err.constData());
    const auto asked = runBnof({QStringLiteral("fuse"), file("scenes"), QStringLiteral("--model"), file("fusion.json"),
                                QStringLiteral("--without"), QStringLiteral("sound")});
    QVERIFY2(asked.code == 0, asked.err.constData());
    QCOMPARE(asked.out.count('\n'), 10 * 14);
    const auto line = lastLine(asked.out);
    QVERIFY(line[QLatin1String("simulated")].toBool());
    QVERIFY(line[QLatin1String("note")].toString().contains(QLatin1String("without sound")));
    QCOMPARE(line[QLatin1String("weights")].toObject()[QLatin1String("sound")].toDouble(), 0.0);
}

void TestCli::calibrationsAndAnchors()
{
    const Simulator device({QStringLiteral("--on"), QStringLiteral("tcp"), QStringLiteral("--speed"),
                            QStringLiteral("20")}); // a second is twenty of the device
    const QString uri = device.uri(QStringLiteral("time=device"));
    const auto anchor = runBnof({QStringLiteral("calibrate"),
                                 QStringLiteral("anchor"),
                                 uri,
                                 QStringLiteral("--out"),
                                 file("anchors"),
                                 QStringLiteral("--puff"),
                                 QStringLiteral("ethanol=100"),
                                 QStringLiteral("--puff"),
                                 QStringLiteral("acetone"),
                                 QStringLiteral("--air"),
                                 QStringLiteral("1"),
                                 QStringLiteral("--lead"),
                                 QStringLiteral("0"),
                                 QStringLiteral("--length"),
                                 QStringLiteral("1"),
                                 QStringLiteral("--recovery"),
                                 QStringLiteral("0"),
                                 QStringLiteral("--record"),
                                 file("anchors.bnr"),
                                 QStringLiteral("--json")});
    QVERIFY2(anchor.code == 0, anchor.err.constData());
    const auto made = lastLine(anchor.out);
    QCOMPARE(made[QLatin1String("labels")].toArray(), QJsonArray({"air", "ethanol", "acetone"}));
    QVERIFY(made[QLatin1String("frames")].toInt() > 600);
    QVERIFY(anchor.out.contains(R"("phase":"capture","label":"acetone")"));
    QFile manifest(file("anchors/manifest.csv"));
    QVERIFY(manifest.open(QIODevice::ReadOnly));
    const QList<QByteArray> rows = manifest.readAll().trimmed().split('\n');
    QCOMPARE(rows.size(), 4);
    QCOMPARE(rows[0], QByteArray("file,label,group,onset_s,offset_s,ppm"));
    QVERIFY2(rows[1].startsWith("frames.csv,air,recording,0,") && rows[1].endsWith(",0"), rows[1].constData());
    QVERIFY2(rows[2].startsWith("frames.csv,ethanol,") && rows[2].endsWith(",100"), rows[2].constData());
    QVERIFY2(rows[3].startsWith("frames.csv,acetone,") && rows[3].endsWith(","), rows[3].constData());
    const auto info = runBnof({QStringLiteral("info"), file("anchors.bnr"), QStringLiteral("--json")});
    QVERIFY2(info.out.contains(R"({"kind":"marks","count":6})"), info.out.constData()); // begin and end of each

    // Clean air of that recording as a calibration; its minute is too short to tell temperature from humidity.
    const auto calibrate = [&](const QStringList& more) {
        return runBnof(QStringList{QStringLiteral("calibrate")} + more +
                       QStringList{QStringLiteral("--name"), QStringLiteral("bench"), QStringLiteral("--folder"),
                                   file("calibrations"), QStringLiteral("--json")});
    };
    const auto capture = calibrate({QStringLiteral("capture"), file("anchors.bnr"), QStringLiteral("--unstable"),
                                    QStringLiteral("--supply"), QStringLiteral("65535")});
    QVERIFY2(capture.code == 0, capture.err.constData());
    QCOMPARE(lastLine(capture.out)[QLatin1String("version")].toInt(), 1);
    const auto fit = calibrate({QStringLiteral("fit"), file("anchors.bnr")});
    QCOMPARE(fit.code, 3);
    QVERIFY2(fit.err.contains("hardly moved"), fit.err.constData());
    QVERIFY(calibrate({QStringLiteral("list")}).out.contains("\"version\":1"));
}

void TestCli::whatTheSimulatorWroteItPlays()
{
    const auto made =
        runBnof({QStringLiteral("simulate"), QStringLiteral("--dataset"), file("played"), QStringLiteral("--sessions"),
                 QStringLiteral("1"), QStringLiteral("--duration"), QStringLiteral("30")});
    QVERIFY2(made.code == 0, made.err.constData());
    const Simulator device({QStringLiteral("--file"), file("played/session-01.csv"), QStringLiteral("--on"),
                            QStringLiteral("tcp"), QStringLiteral("--speed"), QStringLiteral("max")});
    QProcess watch;
    watch.start(program, {QStringLiteral("watch"), device.uri()});
    QByteArray line;
    for (int i = 0; i < 50 && !line.contains("\"values\""); ++i) {
        QVERIFY(watch.canReadLine() || watch.waitForReadyRead(10000));
        line = watch.readLine();
    }
    QVERIFY2(line.contains("MOX-A1") || line.contains("\"values\""), line.constData());
    watch.terminate();
    watch.waitForFinished(5000);
}

void TestCli::realRecordingThroughAPort()
{
    const QString shared = qEnvironmentVariable("BNOF_SHARED_DATA", QStringLiteral(BNOF_TEST_SHARED_DATA));
    const QString stream = shared + QStringLiteral("/uci_dynamic_mixtures/stream_5hz.csv.gz");
    if (!QFileInfo::exists(stream))
        QSKIP("the real recording uci_dynamic_mixtures is not on this machine");
    const auto train = runBnof({QStringLiteral("train"), shared + QStringLiteral("/uci_dynamic_mixtures"),
                                QStringLiteral("--train-fraction"), QStringLiteral("0.25"), QStringLiteral("--skip"),
                                QStringLiteral("150"), QStringLiteral("--kenyon"), QStringLiteral("500"),
                                QStringLiteral("--out"), file("uci.bnofmodel")},
                               200000);
    QVERIFY2(train.code == 0, train.err.constData());
    const Simulator device({QStringLiteral("--file"), stream, QStringLiteral("--from"), QStringLiteral("4000"),
                            QStringLiteral("--to"), QStringLiteral("4600"), QStringLiteral("--omit"),
                            QStringLiteral("co_ppm_setpoint,ethylene_ppm_setpoint"), QStringLiteral("--speed"),
                            QStringLiteral("60")});
    const auto record =
        runBnof({QStringLiteral("record"), device.uri(QStringLiteral("time=device")), QStringLiteral("--model"),
                 file("uci.bnofmodel"), QStringLiteral("--out"), file("uci.bnr"), QStringLiteral("--duration"),
                 QStringLiteral("9"), QStringLiteral("--json")});
    QVERIFY2(record.code == 0, record.err.constData());
    QVERIFY(lastLine(record.out)[QLatin1String("frames")].toInt() > 1500);
    const auto replay = runBnof({QStringLiteral("replay"), file("uci.bnr")});
    QCOMPARE(replay.code, 0);
    QCOMPARE(lastLine(replay.out)[QLatin1String("match")].toBool(), true);
    // Two states and more must have been named in ten minutes of changing mixtures.
    int named = 0;
    for (const char* gas : {"\"gas\":\"air\"", "\"gas\":\"co\"", "\"gas\":\"ethylene\"", "\"gas\":\"co+ethylene\""})
        named += replay.out.contains(gas) ? 1 : 0;
    QVERIFY(named >= 2);
    QCOMPARE(runBnof({QStringLiteral("export"), file("uci.bnr"), QStringLiteral("--out"), file("uci.csv")}).code, 0);
}

void TestCli::everyBackEndGivesTheSameBits()
{
    const QString sample = QStringLiteral(BNOF_TEST_SOURCE_DIR "/resources/samples/simulated-nose.bnr");
    const QString model = QStringLiteral(BNOF_TEST_SOURCE_DIR "/resources/models/default.bnofmodel");
    const auto verify = runBnof(
        {QStringLiteral("verify"), QStringLiteral("--determinism"), model, sample, QStringLiteral("--json")}, 200000);
    QVERIFY2(verify.code == 0, verify.err.constData());
    const QList<QByteArray> lines = verify.out.trimmed().split('\n');
    const auto summary = lastLine(verify.out);
    QVERIFY(summary[QLatin1String("match")].toBool());
    QCOMPARE(summary[QLatin1String("different")].toInt(), 0);
    QVERIFY(summary[QLatin1String("frames")].toInt() > 100);
    QVERIFY(summary[QLatin1String("spikes")].toInt() > 1000);
    QCOMPARE(summary[QLatin1String("runs")].toInt(), lines.size() - 1);
    QSet<QString> names;
    for (const QByteArray& line : lines.first(lines.size() - 1)) {
        const QJsonObject run = QJsonDocument::fromJson(line).object();
        names.insert(run[QLatin1String("back_end")].toString());
        QVERIFY(run[QLatin1String("equal")].toBool());
        QCOMPARE(run[QLatin1String("state_hash")].toString().size(), 64);
        QCOMPARE(run[QLatin1String("state_hash")], lastLine(lines.first())[QLatin1String("state_hash")]);
        QCOMPARE(run[QLatin1String("spikes_hash")], lastLine(lines.first())[QLatin1String("spikes_hash")]);
    }
    for (const char* name : {"reference", "parallel, 2 threads", "parallel, 3 threads", "in turns, from saved states"})
        QVERIFY2(names.contains(QLatin1String(name)), name);

    const auto missing = runBnof(
        {QStringLiteral("verify"), QStringLiteral("--determinism"), QStringLiteral("/nonexistent.bnofmodel"), sample});
    QCOMPARE(missing.code, 3);
}

void TestCli::referenceVectorsAreCompared()
{
    const auto vectors = [this](const char* second) {
        QFile out(file("vectors.json"));
        if (!out.open(QIODevice::WriteOnly))
            qFatal("the vectors cannot be written");
        out.write(R"({"sections":{"mcnemar":[{"id":"mcnemar_01","rel_tol":1e-9,
            "input":{"b_only_A_correct":0,"c_only_B_correct":5},"output":{"p_exact":0.0625,"p_midp":)");
        out.write(second);
        out.write("}}]}}");
        return out.fileName();
    };
    const QStringList check{QStringLiteral("compare"), QStringLiteral("--check-vectors")};
    auto outcome = runBnof(check + QStringList{vectors("0.03125")});
    QCOMPARE(outcome.code, 0);
    QCOMPARE(outcome.out, QByteArray("1 passed, 0 failed\n"));
    outcome = runBnof(check + QStringList{vectors("0.03126")});
    QCOMPARE(outcome.code, 1);
    QVERIFY2(outcome.out.contains("p_midp: expected 0.03126, got 0.03125"), outcome.out.constData());
    QVERIFY(outcome.out.endsWith("\n0 passed, 1 failed\n"));
    outcome = runBnof(check + QStringList{vectors("0.03126"), QStringLiteral("--json")});
    QCOMPARE(outcome.code, 1);
    QCOMPARE(lastLine(outcome.out)[QLatin1String("failed")].toInt(), 1);
}

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
