// SPDX-License-Identifier: GPL-3.0-or-later
// Comparisons from the command line: past data with a report, live beside a session, roll-back from elsewhere.
#include <QFile>
#include <QTemporaryDir>

#include "engine/base/files.h"
#include "tests/cli/bnof_process.h"
#include "tests/support/suite.h"

using namespace bnof;
using test::finish;
using test::lastLine;
using test::Outcome;
using test::program;
using test::runBnof;
using test::Simulator;

class TestCompareCli : public test::Suite {
    Q_OBJECT

private slots:
    /// A recording with marked exposures, made once.
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        const Simulator nose({QStringLiteral("--rate"), QStringLiteral("50")});
        QProcess record;
        record.start(program, {QStringLiteral("record"), nose.uri(), QStringLiteral("--out"), file("run.bnr"),
                               QStringLiteral("--marks"), QStringLiteral("--duration"), QStringLiteral("12")});
        QVERIFY(record.waitForStarted());
        QTest::qWait(2000);
        for (const char* mark : {"exposure ethanol", "end", "exposure acetone", "end", "exposure toluene", "end"}) {
            record.write(QByteArray(mark) + '\n');
            QTest::qWait(1400);
        }
        const Outcome made = finish(record);
        QVERIFY2(made.code == 0, made.err.constData());
    }

    void pastDataIsComparedAndReported()
    {
        const Outcome done =
            runBnof({QStringLiteral("compare"), QStringLiteral("default"), QStringLiteral("default?precision=int8"),
                     file("run.bnr"), QStringLiteral("--store"), file("ab.sqlite"), QStringLiteral("--report"),
                     file("ab.pdf"), QStringLiteral("--json")});
        QVERIFY2(done.code == 0, done.err.constData());
        const QJsonObject result = lastLine(done.out);
        QCOMPARE(result[QStringLiteral("units")].toInt(), 3);
        QVERIFY(result[QStringLiteral("before")][QStringLiteral("words")].toString().contains(
            QStringLiteral("no verdict")));
        QFile pdf(file("ab.pdf"));
        QVERIFY(pdf.open(QIODevice::ReadOnly) && pdf.readAll().startsWith("%PDF"));
        // The stored experiment gives the same report again.
        for (const char* name : {"one.pdf", "two.pdf"})
            QCOMPARE(runBnof({QStringLiteral("compare"), QStringLiteral("report"), file("ab.sqlite"), file(name)}).code,
                     0);
        QFile one(file("one.pdf")), two(file("two.pdf"));
        QVERIFY(one.open(QIODevice::ReadOnly) && two.open(QIODevice::ReadOnly));
        QCOMPARE(one.readAll(), two.readAll());
    }

    void statusPromotionAndRollBack()
    {
        const auto compare = [&](const char* what) {
            return runBnof(
                {QStringLiteral("compare"), QLatin1String(what), file("ab.sqlite"), QStringLiteral("--json")});
        };
        const Outcome status = compare("status");
        QCOMPARE(status.code, 0);
        const QJsonObject told = lastLine(status.out);
        QCOMPARE(told[QStringLiteral("ramp")].toDouble(), 0.0);
        QVERIFY(!told[QStringLiteral("plan_sha256")].toString().isEmpty());
        const Outcome promoted = compare("promote");
        QCOMPARE(promoted.code, 1); // three exposures are too few
        QVERIFY(promoted.err.contains("exposures"));
        QCOMPARE(compare("rollback").code, 0);
        QVERIFY(lastLine(compare("status").out)[QStringLiteral("rolled_back")].toBool());
        QCOMPARE(runBnof({QStringLiteral("compare"), QStringLiteral("status"), file("none.sqlite")}).code, 3);
        QCOMPARE(runBnof({QStringLiteral("compare"), QStringLiteral("status")}).code, 2);
    }

    void otherModesAndLeagues()
    {
        for (const char* mode : {"split", "blocks"}) {
            const Outcome done =
                runBnof({QStringLiteral("compare"), QStringLiteral("default"), QStringLiteral("default?precision=int8"),
                         file("run.bnr"), QStringLiteral("--mode"), QLatin1String(mode), QStringLiteral("--json")});
            QVERIFY2(done.code == 0, done.err.constData());
            QCOMPARE(lastLine(done.out)[QStringLiteral("mode")].toString(), QLatin1String(mode));
        }
        QCOMPARE(runBnof({QStringLiteral("compare"), QStringLiteral("default"), QStringLiteral("default"),
                          file("run.bnr"), QStringLiteral("--mode"), QStringLiteral("often")})
                     .code,
                 3);
        // One group says nothing about days: named with the remedy.
        const Outcome league =
            runBnof({QStringLiteral("compare"), QStringLiteral("league"), QStringLiteral("default"),
                     QStringLiteral("default?precision=int8"), QStringLiteral("default?precision=fp16"),
                     QStringLiteral("--data"), file("run.bnr")});
        QCOMPARE(league.code, 3);
        QVERIFY2(league.err.contains("group"), league.err.constData());
        QCOMPARE(runBnof({QStringLiteral("compare"), QStringLiteral("league"), QStringLiteral("default")}).code, 2);
    }

    void aReplayIsComparedWithAChallenger()
    {
        const QString source = QStringLiteral("replay:%1?speed=max").arg(file("run.bnr"));
        const Outcome done =
            runBnof({QStringLiteral("recognise"), source, QStringLiteral("--model"), QStringLiteral("default"),
                     QStringLiteral("--challenger"), QStringLiteral("default?precision=int8"),
                     QStringLiteral("--store"), file("live.sqlite")});
        QVERIFY2(done.code == 0, done.err.constData());
        const QJsonObject last = lastLine(done.out);
        QCOMPARE(last[QStringLiteral("units")].toInt(), 3);
        QCOMPARE(last[QStringLiteral("acting")].toString(), QStringLiteral("A"));
        QVERIFY(last[QStringLiteral("b")][QStringLiteral("cpu_seconds")].toDouble() > 0);
        QVERIFY(done.out.split('\n').first().contains("\"variant\":\"A\""));
        QCOMPARE(runBnof({QStringLiteral("recognise"), source, QStringLiteral("--store"), file("x.sqlite")}).code, 2);
    }

    void aLiveComparisonRollsBackWhenAskedFromElsewhere()
    {
        const Simulator nose({QStringLiteral("--rate"), QStringLiteral("50")});
        QProcess live;
        live.start(program, {QStringLiteral("recognise"), nose.uri(), QStringLiteral("--model"),
                             QStringLiteral("default"), QStringLiteral("--challenger"), QStringLiteral("default"),
                             QStringLiteral("--store"), file("running.sqlite"), QStringLiteral("--marks")});
        QVERIFY(live.waitForStarted());
        QVERIFY(live.waitForReadyRead(20000));
        live.write("exposure ethanol\n");
        QTest::qWait(2500);
        live.write("end\n");
        const auto status = [&] {
            return lastLine(runBnof({QStringLiteral("compare"), QStringLiteral("status"), file("running.sqlite"),
                                     QStringLiteral("--json")})
                                .out);
        };
        QTRY_COMPARE_WITH_TIMEOUT(status()[QStringLiteral("units")].toInt(), 1, 20000);
        QCOMPARE(runBnof({QStringLiteral("compare"), QStringLiteral("rollback"), file("running.sqlite"),
                          QStringLiteral("--reason"), QStringLiteral("it smells")})
                     .code,
                 0);
        QTRY_VERIFY_WITH_TIMEOUT(status()[QStringLiteral("rolled_back")].toBool(), 10000);
        QCOMPARE(status()[QStringLiteral("reason")].toString(), QStringLiteral("it smells"));
        live.kill(); // nothing is lost by it
        live.waitForFinished();
        QCOMPARE(status()[QStringLiteral("units")].toInt(), 1);
    }

private:
    [[nodiscard]] QString file(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCompareCli)
#include "tst_compare_cli.moc"
