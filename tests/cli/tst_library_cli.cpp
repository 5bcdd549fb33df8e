// SPDX-License-Identifier: GPL-3.0-or-later
// list, reindex, the audit trail and the history of a recording, as a user runs them.
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>

#include <sqlite3.h>

#include "engine/base/sha256.h"
#include "engine/recording/reader.h"
#include "tests/cli/bnof_process.h"
#include "tests/recording/sample_recording.h"
#include "tests/support/suite.h"

using namespace bnof;
using namespace bnof::recording;
using test::Outcome;

class TestLibraryCli : public test::Suite {
    Q_OBJECT

private slots:
    void init();
    void listNarrowsByEveryOption();
    void listSaysWhyItIsEmpty();
    void datesAndOptionsThatMakeNoSense();
    void missingRecordingsStayUntilForgotten();
    void movedAndCopiedFilesAreRecognised();
    void verifyPassFillsTheHashesOnce();
    void reindexRebuildsFromTheFilesAlone();
    void aDamagedCatalogueIsRebuiltWithoutAnError();
    void theTrailNamesWhatWasAltered();
    void calibrationsAreOnTheTrail();
    void historyOfARecording();
    void twoListsAndAReindexAtOnce();

private:
    [[nodiscard]] QString file(const QString& name) const { return m_folder->filePath(name); }
    QString recordingAt(const QString& name, const char* title, const char* operatorName, int days) const;
    [[nodiscard]] Outcome bnofRun(QStringList arguments) const;
    /// Titles that `bnof list --json` gives, in its order.
    [[nodiscard]] QStringList titles(const QStringList& options) const;
    [[nodiscard]] QList<QJsonObject> lines(const QStringList& arguments) const;
    void start(QProcess& process, QStringList arguments) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestLibraryCli::init()
{
    Suite::init();
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(QDir(m_folder->path()).mkpath(QStringLiteral("library/deep")));
}

QString TestLibraryCli::recordingAt(const QString& name, const char* title, const char* operatorName, int days) const
{
    RecordingMetadata metadata = test::sampleMetadata();
    metadata.title = title;
    metadata.operatorName = operatorName;
    metadata.notes = "fume hood 2";
    metadata.wallAtZero = (1'772'668'800LL + days * 86'400LL) * nanosecondsPerSecond; // 2026-03-05T00:00Z
    const QString path = file(QStringLiteral("library/") + name);
    const auto done =
        test::recordAll(path.toStdString(), test::sampleItems(static_cast<std::uint64_t>(days) + 1, 60), metadata);
    return done.ok() ? path : QString();
}

void TestLibraryCli::start(QProcess& process, QStringList arguments) const
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const char* name : {"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"})
        environment.insert(QString::fromLatin1(name), file(QString::fromLatin1(name)));
    QDir().mkpath(file(QStringLiteral("XDG_DATA_HOME")));
    process.setProcessEnvironment(environment);
    arguments << QStringLiteral("--set") << QStringLiteral("recording.folder=") + file(QStringLiteral("library"))
              << QStringLiteral("--set") << QStringLiteral("general.operator=Ada");
    process.start(test::program, arguments);
    process.closeWriteChannel();
}

Outcome TestLibraryCli::bnofRun(QStringList arguments) const
{
    QProcess process;
    start(process, std::move(arguments));
    return test::finish(process);
}

QList<QJsonObject> TestLibraryCli::lines(const QStringList& arguments) const
{
    const Outcome outcome = bnofRun(arguments + QStringList{QStringLiteral("--json")});
    QList<QJsonObject> out;
    for (const QByteArray& line : outcome.out.split('\n')) {
        if (!line.isEmpty())
            out << QJsonDocument::fromJson(line).object();
    }
    return out;
}

QStringList TestLibraryCli::titles(const QStringList& options) const
{
    QStringList out;
    for (const QJsonObject& line : lines(QStringList{QStringLiteral("list")} + options))
        out << line[QLatin1String("title")].toString();
    return out;
}

void TestLibraryCli::listNarrowsByEveryOption()
{
    recordingAt(QStringLiteral("a.bnr"), "Ethanol, first", "Ada", 0);
    recordingAt(QStringLiteral("deep/b.bnr"), "Acetone", "Grace", 3);
    const QString cut = recordingAt(QStringLiteral("c.bnr"), "Ethanol, second", "Grace", 10);
    QVERIFY(QFile::resize(cut, QFile(cut).size() - 20));
    const QStringList all{QStringLiteral("Ethanol, second"), QStringLiteral("Acetone"),
                          QStringLiteral("Ethanol, first")};
    QCOMPARE(titles({}), all);
    QCOMPARE(titles({QStringLiteral("--search"), QStringLiteral("first ETHANOL")}), QStringList{all[2]});
    QCOMPARE(titles({QStringLiteral("--filter"), QStringLiteral("fume")}), all);
    QCOMPARE(titles({QStringLiteral("--search"), QStringLiteral("\"hood 2\" b.bnr")}), QStringList{all[1]});
    QCOMPARE(titles({QStringLiteral("--operator"), QStringLiteral("grace")}), all.mid(0, 2));
    QCOMPARE(titles({QStringLiteral("--device"), QStringLiteral("simulated")}), all);
    QCOMPARE(titles({QStringLiteral("--device"), QStringLiteral("usb")}), QStringList());
    QCOMPARE(titles({QStringLiteral("--model"), QStringLiteral("default")}), all);
    QCOMPARE(titles({QStringLiteral("--since"), QStringLiteral("2026-03-08")}), all.mid(0, 2));
    QCOMPARE(titles({QStringLiteral("--until"), QStringLiteral("2026-03-08")}), all.mid(1, 2)); // that day too
    QCOMPARE(titles({QStringLiteral("--since"), QStringLiteral("2026-03-08"), QStringLiteral("--until"),
                     QStringLiteral("2026-03-08T12:00")}),
             QStringList{all[1]});
    QCOMPARE(titles({QStringLiteral("--since"), QStringLiteral("2026-03-08T02:00+02:00"), QStringLiteral("--operator"),
                     QStringLiteral("grace"), QStringLiteral("--search"), QStringLiteral("b.bnr")}),
             QStringList{all[1]});
    QCOMPARE(titles({QStringLiteral("--damaged")}), QStringList{all[0]});
    QCOMPARE(titles({file(QStringLiteral("library/deep"))}), QStringList{all[1]});
    const QString gas =
        lines({QStringLiteral("list")}).first()[QLatin1String("gases")].toString().section(QStringLiteral(", "), 0, 0);
    QVERIFY(titles({QStringLiteral("--gas"), gas}).contains(all[0]));
    QCOMPARE(titles({QStringLiteral("--gas"), QStringLiteral("no such gas")}), QStringList());
    const QJsonObject line = lines({QStringLiteral("list"), QStringLiteral("--damaged")}).first();
    QCOMPARE(line[QLatin1String("state")].toString(), QStringLiteral("cut off"));
    QCOMPARE(line[QLatin1String("notes")].toString(), QStringLiteral("fume hood 2"));
    QVERIFY(!line[QLatin1String("finding")].toString().isEmpty());
    QVERIFY(line[QLatin1String("sha256")].isNull());
}

void TestLibraryCli::listSaysWhyItIsEmpty()
{
    Outcome outcome = bnofRun({QStringLiteral("list")});
    QCOMPARE(outcome.code, 0);
    QVERIFY2(outcome.out.startsWith("No recordings in " + file(QStringLiteral("library")).toUtf8()), outcome.out);
    recordingAt(QStringLiteral("a.bnr"), "A", "Ada", 0);
    outcome = bnofRun({QStringLiteral("list"), QStringLiteral("--search"), QStringLiteral("xenon")});
    QCOMPARE(outcome.out, QByteArray("None of 1 recording is what was asked for.\n"));
    QVERIFY(
        bnofRun({QStringLiteral("list"), QStringLiteral("--search"), QStringLiteral("xenon"), QStringLiteral("--json")})
            .out.isEmpty());
    // A file that is none is named, and the rest is listed.
    QFile bad(file(QStringLiteral("library/bad.bnr")));
    QVERIFY(bad.open(QIODevice::WriteOnly));
    bad.write("no recording");
    bad.close();
    outcome = bnofRun({QStringLiteral("list")});
    QCOMPARE(outcome.code, 0);
    QVERIFY2(outcome.err.contains("left out") && outcome.err.contains("bad.bnr"), outcome.err);
    QCOMPARE(outcome.out.count('\n'), 1);
}

void TestLibraryCli::datesAndOptionsThatMakeNoSense()
{
    for (const QStringList& bad :
         {QStringList{QStringLiteral("--since"), QStringLiteral("yesterday")},
          QStringList{QStringLiteral("--until"), QStringLiteral("2026-02-30")},
          QStringList{QStringLiteral("--since"), QStringLiteral("")}, QStringList{QStringLiteral("--forget")}}) {
        const Outcome outcome = bnofRun(QStringList{QStringLiteral("list")} + bad);
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.contains("bnof list"), outcome.err);
    }
    QCOMPARE(bnofRun({QStringLiteral("list"), file(QStringLiteral("nowhere"))}).code, 3);
    QCOMPARE(bnofRun({QStringLiteral("reindex"), file(QStringLiteral("nowhere"))}).code, 3);
    QCOMPARE(bnofRun({QStringLiteral("info"), QStringLiteral("--audit"), file(QStringLiteral("none.bnr"))}).code, 3);
    QCOMPARE(bnofRun({QStringLiteral("verify")}).code, 2);
}

void TestLibraryCli::missingRecordingsStayUntilForgotten()
{
    const QString gone = recordingAt(QStringLiteral("gone.bnr"), "Gone", "Ada", 0);
    recordingAt(QStringLiteral("here.bnr"), "Here", "Ada", 1);
    QCOMPARE(titles({}).size(), 2);
    QVERIFY(QFile::remove(gone));
    QCOMPARE(titles({}).size(), 2);
    QCOMPARE(titles({QStringLiteral("--missing")}), QStringList{QStringLiteral("Gone")});
    const Outcome listed = bnofRun({QStringLiteral("list"), QStringLiteral("--missing")});
    QVERIFY2(listed.out.contains(gone.toUtf8()) && listed.out.contains("file is gone"), listed.out);
    QCOMPARE(bnofRun({QStringLiteral("list"), QStringLiteral("--missing"), QStringLiteral("--forget")}).code, 0);
    QCOMPARE(titles({QStringLiteral("--missing")}), QStringList());
    QCOMPARE(titles({}), QStringList{QStringLiteral("Here")});
    const Outcome trail = bnofRun({QStringLiteral("verify"), QStringLiteral("--audit"), QStringLiteral("--json")});
    QCOMPARE(trail.code, 0);
    QCOMPARE(test::lastLine(trail.out)[QLatin1String("entries")].toInt(), 1);
}

void TestLibraryCli::movedAndCopiedFilesAreRecognised()
{
    const QString first = recordingAt(QStringLiteral("first.bnr"), "One", "Ada", 0);
    QCOMPARE(titles({}).size(), 1);
    const QString moved = file(QStringLiteral("library/deep/moved.bnr"));
    QVERIFY(QFile::rename(first, moved));
    QVERIFY(QFile::copy(moved, file(QStringLiteral("library/xcopy.bnr"))));
    const auto listed = lines({QStringLiteral("list")});
    QCOMPARE(listed.size(), 2);
    QCOMPARE(listed[0][QLatin1String("path")].toString(), moved);
    QCOMPARE(listed[0][QLatin1String("copy")].toBool(), false);
    QCOMPARE(listed[0][QLatin1String("earlier_paths")].toArray().first().toString(), first);
    QCOMPARE(listed[1][QLatin1String("copy")].toBool(), true);
    QCOMPARE(listed[1][QLatin1String("uuid")], listed[0][QLatin1String("uuid")]);
    QVERIFY(bnofRun({QStringLiteral("list")}).out.contains("  copy"));
}

void TestLibraryCli::verifyPassFillsTheHashesOnce()
{
    const QString a = recordingAt(QStringLiteral("a.bnr"), "A", "Ada", 0);
    recordingAt(QStringLiteral("b.bnr"), "B", "Ada", 1);
    QCOMPARE(titles({QStringLiteral("--unverified")}).size(), 2);
    QCOMPARE(bnofRun({QStringLiteral("verify"), a}).code, 0);
    QCOMPARE(titles({QStringLiteral("--unverified")}), QStringList{QStringLiteral("B")});
    QCOMPARE(bnofRun({QStringLiteral("list"), QStringLiteral("--verify")}).code, 0);
    QCOMPARE(titles({QStringLiteral("--unverified")}), QStringList());
    const auto hash = [&] {
        return lines({QStringLiteral("list"), QStringLiteral("--search"), QStringLiteral("a.bnr")});
    };
    const QString before = hash().first()[QLatin1String("sha256")].toString();
    QCOMPARE(before.size(), 64);
    QCOMPARE(bnofRun({QStringLiteral("list"), QStringLiteral("--verify")}).code, 0); // nothing left to do
    const Outcome trail = bnofRun({QStringLiteral("verify"), QStringLiteral("--audit"), QStringLiteral("--json")});
    QCOMPARE(test::lastLine(trail.out)[QLatin1String("entries")].toInt(), 2);
    // Damage that only a check of every byte sees.
    QFile damaged(a);
    QVERIFY(damaged.open(QIODevice::ReadWrite));
    damaged.seek(damaged.size() / 2);
    damaged.write(QByteArray(64, '\x55'));
    damaged.close();
    const Outcome found = bnofRun({QStringLiteral("list"), QStringLiteral("--verify")});
    QCOMPARE(found.code, 1);
    QVERIFY2(found.err.contains("a.bnr"), found.err);
    QCOMPARE(titles({QStringLiteral("--damaged")}), QStringList{QStringLiteral("A")});
}

void TestLibraryCli::reindexRebuildsFromTheFilesAlone()
{
    recordingAt(QStringLiteral("a.bnr"), "A", "Ada", 0);
    recordingAt(QStringLiteral("deep/b.bnr"), "B", "Ada", 1);
    const Outcome before = bnofRun({QStringLiteral("list"), QStringLiteral("--json")});
    QVERIFY(QDir(file(QStringLiteral("XDG_DATA_HOME"))).removeRecursively());
    const Outcome reindexed = bnofRun({QStringLiteral("reindex"), QStringLiteral("--json")});
    QCOMPARE(reindexed.code, 0);
    QCOMPARE(test::lastLine(reindexed.out)[QLatin1String("recordings")].toInt(), 2);
    const auto after = lines({QStringLiteral("list")});
    QCOMPARE(after.size(), 2);
    int line = 0;
    for (QJsonObject entry : after) {
        QJsonObject old = QJsonDocument::fromJson(before.out.split('\n').at(line++)).object();
        for (QJsonObject* object : {&entry, &old})
            object->remove(QLatin1String("first_seen"));
        QCOMPARE(entry, old);
    }
    const Outcome two =
        bnofRun({QStringLiteral("reindex"), file(QStringLiteral("library")), file(QStringLiteral("library/deep"))});
    QCOMPARE(two.code, 0);
    QCOMPARE(two.out.count('\n'), 2);
}

void TestLibraryCli::aDamagedCatalogueIsRebuiltWithoutAnError()
{
    recordingAt(QStringLiteral("a.bnr"), "A", "Ada", 0);
    QCOMPARE(titles({}).size(), 1);
    const QString database = file(QStringLiteral("XDG_DATA_HOME/bnof/catalogue.sqlite"));
    for (const bool newer : {false, true}) {
        if (newer) {
            sqlite3* raw = nullptr;
            QCOMPARE(sqlite3_open(database.toUtf8().constData(), &raw), SQLITE_OK);
            QCOMPARE(sqlite3_exec(raw, "PRAGMA user_version=99", nullptr, nullptr, nullptr), SQLITE_OK);
            sqlite3_close(raw);
        } else {
            QFile damaged(database);
            QVERIFY(damaged.open(QIODevice::ReadWrite));
            damaged.write(QByteArray(static_cast<int>(damaged.size()), '\x5A'));
        }
        // The diagnosis tells the one from the other, and leaves both as they are.
        const QByteArray diagnosis = bnofRun({QStringLiteral("doctor")}).out;
        QVERIFY2(diagnosis.contains(newer ? "note   catalogue: " : "FAILS  catalogue: "), diagnosis);
        const Outcome listed = bnofRun({QStringLiteral("list")});
        QCOMPARE(listed.code, 0);
        QVERIFY2(listed.out.contains("a.bnr"), listed.out);
        QVERIFY2(listed.err.contains("it is kept as") && listed.err.contains("rebuilt"), listed.err);
        const Outcome again = bnofRun({QStringLiteral("list")});
        QVERIFY2(again.err.isEmpty(), again.err);
    }
    // One of an older version is nothing to worry about.
    sqlite3* raw = nullptr;
    QCOMPARE(sqlite3_open(database.toUtf8().constData(), &raw), SQLITE_OK);
    QCOMPARE(sqlite3_exec(raw, "PRAGMA user_version=1", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(raw);
    const QByteArray diagnosis = bnofRun({QStringLiteral("doctor")}).out;
    QVERIFY2(diagnosis.contains("note   catalogue: ") && diagnosis.contains("will be upgraded"), diagnosis);
    QCOMPARE(titles({}).size(), 1);
    QVERIFY(bnofRun({QStringLiteral("doctor")}).out.contains("ok     catalogue: "));
}

void TestLibraryCli::theTrailNamesWhatWasAltered()
{
    const QString a = recordingAt(QStringLiteral("a.bnr"), "A", "Ada", 0);
    QCOMPARE(bnofRun({QStringLiteral("verify"), QStringLiteral("--audit")}).code, 0); // nothing yet
    for (int i = 0; i < 3; ++i)
        QCOMPARE(bnofRun({QStringLiteral("verify"), a}).code, 0);
    const Outcome intact = bnofRun({QStringLiteral("verify"), a, QStringLiteral("--audit")});
    QCOMPARE(intact.code, 0);
    QVERIFY2(intact.out.contains("4 entries"), intact.out);
    QFile log(file(QStringLiteral("XDG_DATA_HOME/bnof/audit.ndjson")));
    QVERIFY(log.open(QIODevice::ReadOnly));
    const QByteArray text = log.readAll();
    log.close();
    const auto checkWith = [&](const QByteArray& content) {
        if (!log.open(QIODevice::WriteOnly | QIODevice::Truncate))
            return QByteArray("cannot write");
        log.write(content);
        log.close();
        const Outcome outcome = bnofRun({QStringLiteral("verify"), QStringLiteral("--audit")});
        return outcome.code == 1 ? outcome.out : QByteArray("exit code ") + QByteArray::number(outcome.code);
    };
    QList<QByteArray> rows = text.trimmed().split('\n');
    QByteArray altered = text;
    altered.replace(text.indexOf("\"intact\"", rows[0].size()), 8, "\"INTACT\"");
    QVERIFY2(checkWith(altered).contains("Entry 2") && checkWith(altered).contains("altered"), checkWith(altered));
    QVERIFY(checkWith(rows[0] + '\n' + rows[2] + '\n' + rows[3] + '\n').contains("Entry 2 is missing"));
    QVERIFY(checkWith(rows[0] + '\n' + rows[2] + '\n' + rows[1] + '\n' + rows[3] + '\n').contains("place 2") ||
            checkWith(rows[0] + '\n' + rows[2] + '\n' + rows[1] + '\n' + rows[3] + '\n').contains("Entry 2"));
    QVERIFY(checkWith(rows[0] + '\n' + rows[1] + '\n').contains("2 entries are missing at the end"));
    QVERIFY(checkWith({}).contains("4 entries are missing"));
}

/// A sensor's own calibration, commanded over a port, and a calibration of ours.
void TestLibraryCli::calibrationsAreOnTheTrail()
{
    const test::Simulator device(
        {QStringLiteral("--device"), QStringLiteral("mh-z19"), QStringLiteral("--on"), QStringLiteral("pty")});
    const QStringList command{QStringLiteral("calibrate"), QStringLiteral("device"),
                              device.uri(QStringLiteral("poll=0.1")), QStringLiteral("--span"), QStringLiteral("2000")};
    const Outcome asked = bnofRun(command);
    QCOMPARE(asked.code, 2);
    QVERIFY2(asked.err.contains("--yes"), asked.err);
    QVERIFY(!QFile::exists(file(QStringLiteral("XDG_DATA_HOME/bnof/audit.ndjson")))); // nothing was sent
    const auto sent = lines(command + QStringList{QStringLiteral("--yes")});
    QCOMPARE(sent.size(), 1);
    QCOMPARE(sent[0][QLatin1String("command")].toString(), QStringLiteral("FF 01 88 07 D0 00 00 00 A0"));
    QVERIFY(std::abs(sent[0][QLatin1String("after_ppm")].toDouble() - 2000) < 100);
    QVERIFY(std::abs(sent[0][QLatin1String("before_ppm")].toDouble() - 2000) > 500);
    QCOMPARE(
        bnofRun({QStringLiteral("calibrate"), QStringLiteral("device"), QStringLiteral("serial:/dev/null?decoder=csv"),
                 QStringLiteral("--zero"), QStringLiteral("--yes")})
            .code,
        2); // no sensor of that kind

    const QString a = recordingAt(QStringLiteral("a.bnr"), "Clean air", "Ada", 0);
    const Outcome captured = bnofRun({QStringLiteral("calibrate"), QStringLiteral("capture"), a,
                                      QStringLiteral("--unstable"), QStringLiteral("--name"), QStringLiteral("bench"),
                                      QStringLiteral("--folder"), file(QStringLiteral("calibrations"))});
    QVERIFY2(captured.code == 0, captured.err);
    QFile log(file(QStringLiteral("XDG_DATA_HOME/bnof/audit.ndjson")));
    QVERIFY(log.open(QIODevice::ReadOnly));
    const QList<QByteArray> entries = log.readAll().trimmed().split('\n');
    QCOMPARE(entries.size(), 2);
    QVERIFY2(entries[0].contains("sensor calibrated") && entries[0].contains("\"span_ppm\":2000") &&
                 entries[0].contains("Ada"),
             entries[0]);
    QVERIFY2(entries[1].contains("calibration saved") && entries[1].contains("\"how\":\"clean air\"") &&
                 entries[1].contains("\"name\":\"bench\""),
             entries[1]);
    QCOMPARE(bnofRun({QStringLiteral("verify"), QStringLiteral("--audit")}).code, 0);
}

void TestLibraryCli::historyOfARecording()
{
    const QString a = recordingAt(QStringLiteral("a.bnr"), "First title", "Ada", 0);
    QCOMPARE(titles({}).size(), 1);
    BNOF_VERIFY_OK(editDescription(a.toStdString(), {0, "Second title", "Grace", "looked again"}));
    QCOMPARE(bnofRun({QStringLiteral("verify"), a}).code, 0);
    QCOMPARE(bnofRun({QStringLiteral("report"), a, QStringLiteral("--out"), file(QStringLiteral("a.pdf"))}).code, 0);
    const QString moved = file(QStringLiteral("library/deep/moved.bnr"));
    QVERIFY(QFile::rename(a, moved));
    QCOMPARE(titles({}).size(), 1);
    const Outcome shown = bnofRun({QStringLiteral("info"), QStringLiteral("--audit"), moved});
    QCOMPARE(shown.code, 0);
    for (const char* words : {"recorded (Ada)", "First title", "description changed (Grace)", "looked again",
                              "first listed", "verified (Ada, account ", "result intact", "report made", "a.pdf"})
        QVERIFY2(shown.out.contains(words), shown.out.constData());
    const QJsonObject known = test::lastLine(
        bnofRun({QStringLiteral("info"), QStringLiteral("--audit"), moved, QStringLiteral("--json")}).out);
    QCOMPARE(known[QLatin1String("trail_intact")].toBool(), true);
    QStringList happened;
    for (const auto& item : known[QLatin1String("history")].toArray())
        happened << item.toObject()[QLatin1String("what")].toString();
    QCOMPARE(happened.first(), QStringLiteral("recorded"));
    QCOMPARE(happened.filter(QStringLiteral("verified")).size(), 1);
    QCOMPARE(known[QLatin1String("catalogue")].toObject()[QLatin1String("path")].toString(), moved);
    // The hash in the trail is that of the report.
    QFile pdf(file(QStringLiteral("a.pdf")));
    QVERIFY(pdf.open(QIODevice::ReadOnly));
    const QByteArray bytes = pdf.readAll();
    const std::string hash =
        sha256Hex({reinterpret_cast<const std::uint8_t*>(bytes.constData()), static_cast<std::size_t>(bytes.size())});
    QVERIFY2(shown.out.contains(hash.c_str()), shown.out.constData());
    // The history of a file that is gone is still known, by its last place or an earlier one.
    QVERIFY(QFile::remove(moved));
    for (const QString& path : {moved, a}) {
        const Outcome gone = bnofRun({QStringLiteral("info"), QStringLiteral("--audit"), path});
        QVERIFY2(gone.code == 0 && gone.out.contains("verified (Ada") && gone.out.contains("cannot be read now"),
                 gone.out.constData());
    }
}

void TestLibraryCli::twoListsAndAReindexAtOnce()
{
    for (int i = 0; i < 8; ++i)
        QVERIFY(!recordingAt(QStringLiteral("r%1.bnr").arg(i), "R", "Ada", i).isEmpty());
    QProcess processes[3];
    const QStringList commands[3]{{QStringLiteral("list"), QStringLiteral("--verify")},
                                  {QStringLiteral("list"), QStringLiteral("--search"), QStringLiteral("R")},
                                  {QStringLiteral("reindex")}};
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 3; ++i)
            start(processes[i], commands[i]);
        for (QProcess& process : processes) {
            const Outcome outcome = test::finish(process);
            QVERIFY2(outcome.code == 0, outcome.err.constData());
        }
    }
    QCOMPARE(titles({}).size(), 8);
    QCOMPARE(titles({QStringLiteral("--unverified")}).size(), 0);
    QCOMPARE(bnofRun({QStringLiteral("verify"), QStringLiteral("--audit")}).code, 0);
}

QTEST_GUILESS_MAIN(TestLibraryCli)
#include "tst_library_cli.moc"
