// SPDX-License-Identifier: GPL-3.0-or-later
// The Compare workspace as an operator uses it: two models are set up, what that can show is said before, the
// evidence grows, the outcome is looked at, promoted and rolled back.
#include <QAction>
#include <QLabel>
#include <QTableWidget>
#include <QtTest>

#include "app/studio/compare/compare_workspace.h"
#include "app/studio/compare/comparison.h"
#include "app/studio/compare/evidence_panel.h"
#include "app/studio/compare/setup_panel.h"
#include "app/studio/recordings/recording_viewer.h"
#include "app/studio/recordings/recordings_workspace.h"
#include "app/studio/services/services.h"
#include "engine/olfaction/training.h"
#include "studio_fixture.h"
#include "tests/olfaction/synthetic_nose.h"
#include "widgets/evidence_view.h"

using namespace bnof;
using namespace bnof::studio;

class TestStudioCompare : public bnof::test::StudioSuite {
    Q_OBJECT

private slots:
    void init() { freshHome(); }
    void cleanup() { endProgram(); }
    void emptyWorkspaceSaysWhatToDo();
    void modelsAreComparedAndTheVerdictIsShown();
    void unfitDataIsRefusedWithARemedy();
    void experimentsOfOthersAreFollowed();

private:
    QString dataFolder(int sessions);
    QString modelFile(const char* name, int sessions);
};

QString TestStudioCompare::dataFolder(int sessions)
{
    const auto data = test::noseData(sessions, 1, 300);
    const QString folder = home() + QStringLiteral("/data-%1").arg(sessions);
    QByteArray manifest = "file,label,group,onset_s,offset_s,ppm\n";
    for (std::size_t r = 0; r < data.recordings.size(); ++r) {
        const auto& recording = data.recordings[r];
        const QByteArray name = "run" + QByteArray::number(static_cast<int>(r)) + ".csv";
        QByteArray text = "# simulated\ntime,s1,s2,s3,s4,s5,s6\n";
        for (std::size_t i = 0; i < recording.frames(); ++i) {
            text += QByteArray::number(toSeconds(recording.times[i]), 'f', 1);
            for (std::size_t c = 0; c < test::noseChannels; ++c)
                text += ',' + QByteArray::number(static_cast<double>(recording.values[i * test::noseChannels + c]));
            text += '\n';
            if (recording.labels[i] > 0 && (i == 0 || recording.labels[i - 1] != recording.labels[i])) {
                std::size_t end = i;
                while (end < recording.frames() && recording.labels[end] == recording.labels[i])
                    ++end;
                manifest +=
                    name + ',' + QByteArray::fromStdString(data.labels[static_cast<std::size_t>(recording.labels[i])]) +
                    ",s" + QByteArray::number(static_cast<int>(r)) + ',' + QByteArray::number(static_cast<int>(i)) +
                    ',' + QByteArray::number(static_cast<int>(end)) + ",50\n";
            }
        }
        writeFile(folder + QLatin1Char('/') + QString::fromLatin1(name), text);
    }
    writeFile(folder + QStringLiteral("/manifest.csv"), manifest);
    return folder;
}

QString TestStudioCompare::modelFile(const char* name, int sessions)
{
    auto data = test::noseData(sessions, 1);
    for (std::size_t c = 0; c < data.channels.size(); ++c)
        data.channels[c].name = "s" + std::to_string(c + 1);
    const auto model = olfaction::trainLda(data);
    if (!model.ok())
        qFatal("%s", model.error().message().c_str());
    const QString path = home() + QLatin1Char('/') + QLatin1String(name) + QStringLiteral(".bnofmodel");
    writeFile(path, QByteArray(reinterpret_cast<const char*>(model->data()), static_cast<qsizetype>(model->size())));
    return path;
}

void TestStudioCompare::emptyWorkspaceSaysWhatToDo()
{
    auto& program = startProgram();
    action(program, "workspace-compare")->trigger();
    QCOMPARE(program.window().workspace(), QStringLiteral("compare"));
    QCOMPARE(action(program, "workspace-compare")->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_6));
    for (const char* id : {"compare-start", "compare-report", "compare-promote", "compare-rollback"}) {
        QVERIFY(!action(program, id)->isEnabled());
        QVERIFY(!action(program, id)->toolTip().isEmpty());
    }
    auto& workspace = program.window().compare();
    QVERIFY(workspace.setup().prospect().contains(QStringLiteral("before anything")));
    QVERIFY(workspace.evidence().evidence().summary().contains(QStringLiteral("No exposure")));
    workspace.comparison().open(home() + QStringLiteral("/nothing.sqlite"));
    QTRY_VERIFY(!workspace.comparison().state().problem.isEmpty());
}

void TestStudioCompare::modelsAreComparedAndTheVerdictIsShown()
{
    auto& program = startProgram();
    auto& workspace = program.window().compare();
    auto& comparison = workspace.comparison();
    workspace.setup().setVariants(modelFile("old", 1), modelFile("new", 4));
    workspace.setup().setData({dataFolder(4)});
    workspace.setup().setName(QStringLiteral("old against new"));
    QTRY_VERIFY_WITH_TIMEOUT(action(program, "compare-start")->isEnabled(), 60'000);
    QVERIFY2(workspace.setup().prospect().startsWith(QStringLiteral("With ")),
             qPrintable(workspace.setup().prospect()));
    action(program, "compare-start")->trigger();
    QVERIFY(comparison.isRunning());
    QVERIFY(!action(program, "compare-start")->isEnabled());
    QTRY_VERIFY_WITH_TIMEOUT(!comparison.isRunning(), 120'000);
    QVERIFY2(comparison.failure().isEmpty(), qPrintable(comparison.failure()));
    QTRY_VERIFY(!comparison.state().trail.empty() && comparison.state().trail.back().what == "verdict");
    const ComparisonState& state = comparison.state();
    QVERIFY(state.units.size() > 10);
    QCOMPARE(state.points.size(), state.units.size());
    auto& panel = workspace.evidence();
    QVERIFY(!panel.verdict().isEmpty());
    QCOMPARE(panel.verdict(), QString::fromStdString(state.words));
    QCOMPARE(panel.evidence().points().size(), state.units.size());
    QVERIFY(panel.evidence().summary().contains(QStringLiteral("percentage points")));
    QVERIFY(panel.guardrails().rowCount() >= 9);
    QVERIFY(panel.history().rowCount() >= 2);
    // Few exposures: promotion is refused with the rule that is not met, rolling back is always possible.
    QVERIFY(!action(program, "compare-promote")->isEnabled());
    QVERIFY(action(program, "compare-rollback")->isEnabled());
    action(program, "compare-rollback")->trigger();
    QTRY_VERIFY(comparison.state().ramp.rolledBack);
    QCOMPARE(comparison.state().trail.back().what, std::string("rolled back"));
    QTRY_VERIFY(panel.history().item(0, 2)->text() == QStringLiteral("rolled back"));

    const QString pdf = home() + QStringLiteral("/ab.pdf");
    comparison.writeReport(pdf);
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(pdf), 60'000);
    QTRY_VERIFY(readAll(pdf).startsWith("%PDF"));
    // For looking at by hand.
    if (const QByteArray keep = qgetenv("BNOF_TEST_KEEP"); !keep.isEmpty()) {
        action(program, "workspace-compare")->trigger();
        QTest::qWait(300);
        program.window().grab().save(QString::fromLocal8Bit(keep) + QStringLiteral("-light.png"));
        action(program, "theme-dark")->trigger();
        QTest::qWait(300);
        program.window().grab().save(QString::fromLocal8Bit(keep) + QStringLiteral("-dark.png"));
    }
}

void TestStudioCompare::unfitDataIsRefusedWithARemedy()
{
    auto& program = startProgram();
    auto& workspace = program.window().compare();
    workspace.setup().setVariants(QStringLiteral("default"), modelFile("new", 2));
    workspace.setup().setData({dataFolder(1)});
    QTRY_VERIFY_WITH_TIMEOUT(workspace.comparison().obstacle().contains(QStringLiteral("not trained on")), 60'000);
    QVERIFY(!action(program, "compare-start")->isEnabled());
    workspace.setup().setData({});
    QTRY_VERIFY(workspace.comparison().obstacle().contains(QStringLiteral("Choose two models")));
}

void TestStudioCompare::experimentsOfOthersAreFollowed()
{
    // As a session writes it in another process.
    const std::string path = (home() + QStringLiteral("/live.sqlite")).toStdString();
    experiments::LockedPlan locked;
    locked.variantA = "a";
    locked.variantB = "b";
    locked.labels = {"ethanol", "acetone"};
    auto store = experiments::ExperimentStore::open(path, locked, "Ada");
    BNOF_VERIFY_OK(store);
    const QString recording = QStringLiteral(BNOF_SAMPLE_RECORDING);
    const auto add = [&](int i) {
        experiments::ComparedUnit unit;
        unit.id = std::to_string(i);
        unit.group = i / 10;
        unit.label = i % 2;
        unit.a.said = i % 3 == 0 ? 1 - unit.label : unit.label;
        unit.b.said = unit.label;
        unit.recording = recording.toStdString();
        unit.seconds = 20;
        return (*store)->add(unit);
    };
    for (int i = 0; i < 30; ++i)
        BNOF_VERIFY_OK(add(i));
    auto& program = startProgram();
    auto& workspace = program.window().compare();
    workspace.comparison().open(QString::fromStdString(path));
    QTRY_COMPARE(workspace.comparison().state().units.size(), std::size_t{30});
    for (int i = 30; i < 60; ++i)
        BNOF_VERIFY_OK(add(i));
    QTRY_COMPARE(workspace.comparison().state().units.size(), std::size_t{60});
    QCOMPARE(workspace.evidence().outcomes().rowCount(), 20); // where they disagree
    // The other process is asked to roll back.
    workspace.comparison().rollBack(QStringLiteral("it smells"));
    QTRY_VERIFY(QFile::exists(QString::fromStdString(path + ".rollback")));
    QCOMPARE(experiments::takeRollBackRequest(path).value_or(""), std::string("it smells"));
    // Enough evidence, and the file is free again: one step up.
    for (int i = 60; i < 400; ++i)
        BNOF_VERIFY_OK(add(i));
    store->reset();
    QTRY_VERIFY_WITH_TIMEOUT(action(program, "compare-promote")->isEnabled(), 20'000);
    action(program, "compare-promote")->trigger();
    QTRY_COMPARE(workspace.comparison().state().ramp.share, 0.01);
    // To the moment of a disagreement.
    auto& outcomes = workspace.evidence().outcomes();
    emit outcomes.itemActivated(outcomes.item(0, 0));
    QCOMPARE(program.window().workspace(), QStringLiteral("recordings"));
    QTRY_COMPARE(program.window().recordings().viewer().path(), recording);
    QTRY_VERIFY(program.window().recordings().viewer().isComplete());
}

QTEST_MAIN(TestStudioCompare)
#include "tst_studio_compare.moc"
