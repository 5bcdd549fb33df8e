// SPDX-License-Identifier: GPL-3.0-or-later
// The report of a comparison: what a reader who doubts must find in it, and that it can be made again byte for byte.
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include "app/report/comparison_report.h"
#include "app/report/source_digest.h"
#include "engine/base/build_config.h"
#include "engine/base/philox.h"
#include "engine/experiments/promotion.h"
#include "tests/support/suite.h"

using namespace bnof;

namespace {

experiments::LockedPlan lockedPlan()
{
    experiments::LockedPlan out;
    out.plan.name = "old against new";
    out.variantA = "champion.bnofmodel";
    out.variantB = "challenger.bnofmodel?precision=int8";
    out.digestA = std::string(64, 'a');
    out.digestB = std::string(64, 'b');
    out.dataDigests = {std::string(64, 'd')};
    out.program = "0.1.0";
    out.labels = {"ethanol", "acetone"};
    out.where = "bench days";
    return out;
}

std::vector<experiments::ComparedUnit> units()
{
    PhiloxSequence random(3, 1);
    std::vector<experiments::ComparedUnit> out;
    for (int i = 0; i < 200; ++i) {
        experiments::ComparedUnit unit;
        unit.id = "1/run#" + std::to_string(i);
        unit.group = i / 20;
        unit.label = i % 2;
        unit.recording = "run";
        unit.seconds = 60.0 * i;
        for (experiments::Outcome* outcome : {&unit.a, &unit.b}) {
            outcome->said = unit.label;
            outcome->latencySeconds = 0.001 * (1 + random.uniform());
            outcome->cpuSeconds = 0.1;
            outcome->decisions = 100;
            outcome->spikes = 5000;
        }
        if (i % 4 == 0)
            unit.a.said = 1 - unit.label;
        if (i == 7) {
            unit.b.missing = true;
            unit.b.failure = "it threw: out of luck";
        }
        out.push_back(unit);
    }
    return out;
}

} // namespace

class TestComparisonReport : public test::Suite {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        const std::string path = file("ab.sqlite");
        auto locked = lockedPlan();
        {
            const auto early = experiments::ExperimentStore::open(path, locked, "Ada");
            BNOF_VERIFY_OK(early);
        }
        locked.plan.margin = 0.02;
        const auto store = experiments::ExperimentStore::open(path, locked, "Ada");
        BNOF_VERIFY_OK(store);
        for (const auto& unit : units())
            BNOF_VERIFY_OK((*store)->add(unit));
        BNOF_VERIFY_OK((*store)->note("verdict", Json::object().set("words", "the challenger is better")));
        const auto back = experiments::rollBack(**store, "the operator did not like it", "person");
        BNOF_VERIFY_OK(back);
    }

    void holdsWhatADoubterAsksFor()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("pdftotext")).isEmpty())
            QSKIP("poppler-utils (pdftotext) is not installed");
        const auto experiment = experiments::readExperiment(file("ab.sqlite"));
        BNOF_VERIFY_OK(experiment);
        BNOF_VERIFY_OK(report::writeComparisonReport(*experiment, file("ab.pdf")));
        if (const QByteArray keep = qgetenv("BNOF_TEST_KEEP"); !keep.isEmpty())
            QFile::copy(path("ab.pdf"), QString::fromLocal8Bit(keep));
        QProcess tool;
        tool.start(QStringLiteral("pdftotext"), {QStringLiteral("-layout"), path("ab.pdf"), QStringLiteral("-")});
        QVERIFY(tool.waitForFinished(60000));
        const QString text = QString::fromUtf8(tool.readAllStandardOutput()).simplified();
        for (const std::string& wanted : {std::string("old against new"),
                                          std::string("is better than champion.bnofmodel"),
                                          std::string(64, 'a'),
                                          std::string(64, 'b'),
                                          std::string(64, 'd'),
                                          experiment->analyses.back().digest,
                                          std::string("This is analysis 2"),
                                          std::string("2 percentage points"),
                                          std::string("McNemar"),
                                          std::string("A right 149 1"),
                                          std::string("A wrong 50 0"),
                                          std::string("ethanol 100 50.0 % 100.0 %"),
                                          std::string("latency p95"),
                                          std::string("estimated from CPU time"),
                                          std::string("it threw: out of luck"),
                                          std::string("the operator did not like it"),
                                          std::string("plan changed"),
                                          std::string("Waudby-Smith"),
                                          std::string("version " BNOF_VERSION).substr(8),
                                          std::string(report::sourceDigest()),
                                          experiment->trail.back().sha256,
                                          std::string("Figure 2")})
            QVERIFY2(text.contains(QString::fromStdString(wanted)), wanted.c_str());
    }

    void isTheSameAgain()
    {
        for (const char* name : {"one.pdf", "two.pdf"}) {
            const auto experiment = experiments::readExperiment(file("ab.sqlite"));
            BNOF_VERIFY_OK(experiment);
            BNOF_VERIFY_OK(report::writeComparisonReport(*experiment, file(name), "de"));
            QTest::qWait(1100); // a clock in the file would show in its seconds
        }
        QFile one(path("one.pdf")), two(path("two.pdf"));
        QVERIFY(one.open(QIODevice::ReadOnly) && two.open(QIODevice::ReadOnly));
        QCOMPARE(one.readAll(), two.readAll());
    }

    void refusesWhatItMust()
    {
        auto experiment = experiments::readExperiment(file("ab.sqlite"));
        BNOF_VERIFY_OK(experiment);
        QVERIFY(!report::writeComparisonReport(*experiment, file("one.pdf")).ok()); // exists
        QVERIFY(!report::writeComparisonReport(*experiment, file("no/where.pdf")).ok());
        QVERIFY(!report::writeComparisonReport(*experiment, file("la.pdf"), "la").ok());
        experiment->analyses.back().units.clear();
        const auto nothing = report::writeComparisonReport(*experiment, file("nothing.pdf"));
        QVERIFY(!nothing.ok() && !QFile::exists(path("nothing.pdf")));
        // One exposure, split mode, no labels: still a page.
        experiment->analyses.back().units = {units().front()};
        experiment->analyses.back().locked.plan.mode = "split";
        BNOF_VERIFY_OK(report::writeComparisonReport(*experiment, file("small.pdf")));
    }

private:
    [[nodiscard]] QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    [[nodiscard]] std::string file(const char* name) const { return path(name).toStdString(); }
    QTemporaryDir m_folder;
};

QTEST_MAIN(TestComparisonReport)
#include "tst_comparison_report.moc"
