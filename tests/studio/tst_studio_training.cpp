// SPDX-License-Identifier: GPL-3.0-or-later
// The Training workspace as an operator uses it: data is chosen and looked at, a model is trained beside the plain
// competitors, judged, kept, used and described on paper.
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QTableWidget>
#include <QtTest>

#include "app/report/model_card.h"
#include "app/studio/services/services.h"
#include "app/studio/training/data_panel.h"
#include "app/studio/training/models_panel.h"
#include "app/studio/training/plan_panel.h"
#include "app/studio/training/training.h"
#include "app/studio/training/training_workspace.h"
#include "app/studio/training/verdict.h"
#include "app/studio/training/verdict_panel.h"
#include "engine/olfaction/model.h"
#include "studio_fixture.h"
#include "tests/olfaction/synthetic_nose.h"
#include "widgets/confusion_matrix.h"
#include "widgets/split_view.h"

using namespace bnof;
using namespace bnof::studio;

class TestStudioTraining : public bnof::test::StudioSuite {
    Q_OBJECT

private slots:
    void init() { freshHome(); }
    void cleanup() { endProgram(); }
    void emptyWorkspaceSaysWhatToDo();
    void modelIsTrainedJudgedKeptAndUsed();
    void unfitDataIsRefusedWithARemedy();
    void trainingIsCancelled();

private:
    /// A folder of recordings of a made-up nose, one frame a second.
    QString dataFolder(int sessions = 2, bool air = true);
};

QString TestStudioTraining::dataFolder(int sessions, bool air)
{
    const auto data = test::noseData(sessions, 1);
    const QString folder = home() + QStringLiteral("/data-%1-%2").arg(sessions).arg(air ? 1 : 0);
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
                const auto gas = static_cast<std::size_t>(recording.labels[i]);
                manifest += name + ',' + QByteArray::fromStdString(air ? data.labels[gas] : "alpha") + ",s" +
                            QByteArray::number(static_cast<int>(r)) + ',' + QByteArray::number(static_cast<int>(i)) +
                            ',' + QByteArray::number(static_cast<int>(end)) + ",50\n";
            }
        }
        writeFile(folder + QLatin1Char('/') + QString::fromLatin1(name), text);
    }
    writeFile(folder + QStringLiteral("/manifest.csv"), manifest);
    return folder;
}

void TestStudioTraining::emptyWorkspaceSaysWhatToDo()
{
    auto& program = startProgram();
    action(program, "workspace-training")->trigger();
    QCOMPARE(program.window().workspace(), QStringLiteral("training"));
    QVERIFY(!action(program, "train")->isEnabled());
    auto& models = program.window().training().models();
    QTRY_COMPARE(models.table().rowCount(), 1); // the one that ships with the program, in use
    QVERIFY(models.table().item(0, 0)->text().contains(QStringLiteral("in use")));
    QVERIFY(!action(program, "model-use")->isEnabled());
    QVERIFY(!action(program, "model-delete")->isEnabled());
    QVERIFY(models.verdict().text().contains(QStringLiteral("no figures")));
}

void TestStudioTraining::modelIsTrainedJudgedKeptAndUsed()
{
    auto& program = startProgram();
    auto& workspace = program.window().training();
    auto& training = workspace.training();
    workspace.data().chooseFolder(dataFolder());
    QTRY_VERIFY(!training.isReading());
    QVERIFY2(training.data().problem.isEmpty(), qPrintable(training.data().problem));
    QCOMPARE(training.data().protocol, olfaction::Protocol::HeldOut);
    QCOMPARE(workspace.plan().split().rows().size(), 2U);
    QVERIFY(!workspace.plan().split().rows()[0].exposures.empty());
    QVERIFY(!workspace.plan().split().rows()[0].uses.front().trains);
    QVERIFY(workspace.plan().split().rows()[1].uses.front().trains);
    QVERIFY(action(program, "train")->isEnabled());

    workspace.plan().setName(QStringLiteral("bench nose"));
    workspace.plan().findChild<QComboBox*>(QStringLiteral("modelKind"))->setCurrentIndex(1);  // LDA
    QVERIFY(!workspace.plan().findChild<QComboBox*>(QStringLiteral("encoder"))->isEnabled()); // it does not spike
    workspace.plan().findChild<QCheckBox*>(QStringLiteral("deconvolution"))->setChecked(true);
    action(program, "train")->trigger();
    QVERIFY(training.isRunning());
    QVERIFY(!action(program, "train")->isEnabled());
    QTRY_VERIFY_WITH_TIMEOUT(!training.isRunning(), 240'000);
    QVERIFY2(training.failure().isEmpty(), qPrintable(training.failure()));
    QVERIFY(!training.progress().curves.empty());
    QVERIFY(training.evaluation()["accuracy"].toDouble() > 0.5);

    auto& models = workspace.models();
    QTRY_COMPARE(models.table().rowCount(), 2);
    QTRY_COMPARE(models.table().currentRow(), 0);
    const auto& model = models.models().front();
    QCOMPARE(model.name, std::string("bench nose"));
    QVERIFY(model.signature.trusted);
    const QByteArray made = readAll(QString::fromStdString(model.path));
    const auto parsed = olfaction::modelFromBytes(
        {reinterpret_cast<const std::uint8_t*>(made.data()), static_cast<std::size_t>(made.size())});
    BNOF_VERIFY_OK(parsed);
    QVERIFY(parsed->frontEnd.deconvolution.used() && !parsed->frontEnd.baseline.used());
    // In words, beside the competitors; simulated data says so.
    QVERIFY(models.verdict().text().contains(QStringLiteral("was not trained on")));
    QVERIFY(models.verdict().text().contains(QStringLiteral("LDA")));
    QVERIFY(models.verdict().text().contains(QStringLiteral("simulated")));
    QVERIFY(Verdict::accuracies(training.evaluation()).size() >= 4);
    auto* confusion = models.verdict().findChild<widgets::ConfusionMatrix*>();
    QVERIFY(confusion && confusion->truth().contains(QStringLiteral("alpha")));

    action(program, "model-use")->trigger();
    const QString inUse = program.services().configuration.text("recognition.model");
    QCOMPARE(inUse, QString::fromStdString(model.path));
    QVERIFY(!action(program, "model-delete")->isEnabled()); // in use
    action(program, "undo")->trigger();
    QCOMPARE(program.services().configuration.text("recognition.model"), QStringLiteral("default"));

    const QString card = home() + QStringLiteral("/card.pdf");
    BNOF_VERIFY_OK(report::writeModelCard(model.path, card.toStdString(), "en"));
    const QByteArray first = readAll(card);
    QVERIFY(first.startsWith("%PDF"));
    QVERIFY(!report::writeModelCard(model.path, card.toStdString(), "en").ok()); // never overwritten
    QFile::remove(card);
    BNOF_VERIFY_OK(report::writeModelCard(model.path, card.toStdString(), "en"));
    QCOMPARE(readAll(card), first); // byte for byte
    QProcess text;
    text.start(QStringLiteral("pdftotext"), {QStringLiteral("-layout"), card, QStringLiteral("-")});
    QVERIFY(text.waitForFinished());
    const QString words = QString::fromUtf8(text.readAllStandardOutput());
    for (const char* wanted : {"bench nose", "alpha", "beta", "Shrinkage LDA", "simulated", "What it is not for"})
        QVERIFY2(words.contains(QLatin1String(wanted)), wanted);
}

void TestStudioTraining::unfitDataIsRefusedWithARemedy()
{
    auto& program = startProgram();
    auto& workspace = program.window().training();
    writeFile(home() + QStringLiteral("/nothing/readme.txt"), "no data");
    workspace.data().chooseFolder(home() + QStringLiteral("/nothing"));
    QTRY_VERIFY(!workspace.training().isReading());
    QVERIFY(!workspace.training().data().problem.isEmpty());
    QVERIFY(!action(program, "train")->isEnabled());
    workspace.data().chooseFolder({});
    QVERIFY(workspace.training().data().problem.isEmpty());
    // A single exposure of a gas leaves nothing to test.
    writeFile(home() + QStringLiteral("/few/a.csv"), "time,s1\n0,1\n1,2\n2,3\n3,2\n4,1\n5,2\n6,3\n7,1\n");
    writeFile(home() + QStringLiteral("/few/manifest.csv"), "file,label,group,onset_s,offset_s,ppm\na.csv,x,g,2,4,5\n");
    workspace.data().chooseFolder(home() + QStringLiteral("/few"));
    QTRY_VERIFY(!workspace.training().isReading());
    QVERIFY(!workspace.training().data().problem.isEmpty());
    workspace.training().start({});
    QVERIFY(!workspace.training().isRunning());
}

void TestStudioTraining::trainingIsCancelled()
{
    auto& program = startProgram();
    auto& workspace = program.window().training();
    workspace.data().chooseFolder(dataFolder());
    QTRY_VERIFY(!workspace.training().isReading());
    action(program, "train")->trigger();
    QVERIFY(workspace.training().isRunning());
    workspace.training().cancel();
    QTRY_VERIFY_WITH_TIMEOUT(!workspace.training().isRunning(), 120'000);
    QVERIFY(workspace.training().failure().contains(QStringLiteral("cancelled")));
    QVERIFY(workspace.training().modelPath().isEmpty());
    QVERIFY(QDir(workspace.training().modelsFolder()).entryList(QDir::Files).isEmpty());
}

QTEST_MAIN(TestStudioTraining)
#include "tst_studio_training.moc"
