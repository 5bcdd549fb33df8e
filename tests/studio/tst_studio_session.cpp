// SPDX-License-Identifier: GPL-3.0-or-later
// The window with the simulated nose, over a real pseudo-terminal and real files.
#include <QAbstractButton>
#include <QApplication>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTableView>

#include "app/studio/live/connect_dialog.h"
#include "app/studio/live/display_clock.h"
#include "app/studio/live/explanation_dialog.h"
#include "app/studio/live/first_run_page.h"
#include "app/studio/live/live_workspace.h"
#include "app/studio/live/notes_panel.h"
#include "app/studio/live/replay_bar.h"
#include "app/studio/recordings/describe_dialog.h"
#include "app/studio/recordings/recording_details.h"
#include "app/studio/recordings/recording_viewer.h"
#include "app/studio/recordings/recordings_workspace.h"
#include "app/studio/shell/banner.h"
#include "engine/recording/reader.h"
#include "tests/studio/studio_fixture.h"
#include "widgets/curve_view.h"
#include "widgets/decision_card.h"
#include "widgets/importance_view.h"
#include "widgets/trace_view.h"

using namespace bnof;
using namespace bnof::studio;
using widgets::DecisionCard;

class StudioSession : public test::StudioSuite {
    Q_OBJECT

private slots:
    void init()
    {
        Suite::init();
        freshHome();
    }
    void cleanup() { endProgram(); }

    void simulatedNoseFromFirstClickToProof();
    void unplugIsSeenAndReplugGoesOn();
    void closingWhileRecordingAsksAndFinishes();
    void previewListensAndLetsGo();
    void exportAndReportRunBeside();
    void removalFromTheListCanBeUndone();
    void descriptionIsChangedWhileRecordingAndAfterwards();
    void replayGoesToATime();
    void anAnswerIsExplainedLiveAndInAReplay();
    void repairShowsProgressAndCanBeCancelled();

private:
    /// Record `milliseconds` of the simulated nose; gives the file.
    QString recordSome(int milliseconds);
};

namespace {

QString sessionState(MainWindow& window)
{
    return window.findChild<QLabel*>("sessionState")->text();
}

} // namespace

QString StudioSession::recordSome(int milliseconds)
{
    auto& started = startProgram();
    auto& session = started.services().session;
    session.startSimulator();
    if (!QTest::qWaitFor([&] { return session.status().frames > 0; }, 30000))
        return {};
    action(started, "record")->trigger();
    if (!QTest::qWaitFor([&] { return session.isRecording(); }, 10000))
        return {};
    QTest::qWait(milliseconds);
    QSignalSpy finished(&session, &SessionController::recordingFinished);
    action(started, "record")->trigger();
    if (!finished.wait(10000))
        return {};
    session.stop();
    if (!QTest::qWaitFor([&] { return session.phase() == SessionController::Phase::Idle; }, 10000))
        return {};
    return finished.first().first().toString();
}

void StudioSession::simulatedNoseFromFirstClickToProof()
{
    auto& started = startProgram();
    auto& window = started.window();
    auto& session = started.services().session;
    window.findChild<ChoiceButton*>("choice-simulate")->click();
    QTRY_VERIFY_WITH_TIMEOUT(session.status().frames > 0, 30000);
    QVERIFY(session.isSimulated());
    QVERIFY(window.findChild<QLabel*>("sessionSimulated")->isVisible());
    QTRY_VERIFY(window.live().findChild<widgets::TraceView*>()->source() != nullptr);
    QTRY_COMPARE(sessionState(window), "● Live");

    const bool recognising = !session.status().recogniserKind.empty();
    if (recognising) {
        auto* card = window.live().findChild<DecisionCard*>();
        QTRY_COMPARE_WITH_TIMEOUT(card->content().state, DecisionCard::State::Named, 60000);
        QVERIFY(card->isSimulated());
        QVERIFY(card->gases().contains(card->headline(), Qt::CaseInsensitive));
    }

    action(started, "record")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(session.isRecording(), 10000);
    QTRY_VERIFY(window.findChild<QLabel*>("sessionRecording")->isVisible());
    QTest::qWait(2000);
    action(started, "mark")->trigger();
    action(started, "mark-2")->trigger();
    QTest::qWait(2000);
    QSignalSpy finished(&session, &SessionController::recordingFinished);
    action(started, "record")->trigger();
    QVERIFY(finished.wait(10000));
    const QString file = finished.first().first().toString();
    QVERIFY2(file.startsWith(home() + "/Documents/BioNeuro/"), qPrintable(file));
    QVERIFY(QFileInfo(file).fileName().endsWith("_Simulated-nose.bnr"));

    // It appears in Recordings with its marks, and its traces open.
    auto& recordings = window.recordings();
    window.showWorkspace("recordings");
    QTRY_COMPARE(recordings.model().rowCount(), 1);
    QVERIFY(recordings.select(file));
    QTRY_VERIFY2(recordings.details().toPlainText().contains("closed properly"),
                 qPrintable(recordings.details().toPlainText()));
    QVERIFY2(recordings.details().toPlainText().contains("purge"), qPrintable(recordings.details().toPlainText()));
    action(started, "show")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(recordings.viewer().isComplete(), 10000);
    QCOMPARE(recordings.viewer().recording()->marks.size(), std::size_t(2));
    QVERIFY(recordings.viewer().recording()->traces->published() > 20);
    if (const auto& spikes = recordings.viewer().recording()->spikes) {
        QCOMPARE(spikes->late(), std::uint64_t(0)); // every spike is where it belongs
        const auto shown = spikes->spikes(0, std::numeric_limits<Timestamp>::max(), 10'000'000);
        QCOMPARE(shown.size(), std::size_t(recordings.viewer().recording()->summary.spikes));
    }

    // Replay as fast as possible.
    action(started, "replay-max")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(session.isReplay() && session.status().replay->proof.finished, 60000);
    QCOMPARE(window.workspace(), "live");
    if (!recognising)
        QSKIP("resources/models/default.bnofmodel is not there: no gas was named and no proof compared");
    const auto& proof = session.status().replay->proof;
    QVERIFY2(proof.comparable && proof.match, proof.remark.c_str());
    QVERIFY(proof.spikes > 0);
    QCOMPARE(proof.recordedSpikes, proof.replayedSpikes);
    QVERIFY(window.live().replayBar().verdict().startsWith("Proved"));
}

void StudioSession::unplugIsSeenAndReplugGoesOn()
{
    test::PluggableNose nose(home() + "/nose");
    QVERIFY(nose.plugIn());
    Options options;
    options.source = nose.uri();
    auto& started = startProgram(options);
    auto& window = started.window();
    auto& session = started.services().session;
    QTRY_COMPARE_WITH_TIMEOUT(sessionState(window), "● Live", 20000);
    action(started, "record")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(session.isRecording(), 10000);
    QTest::qWait(1000);

    nose.unplug();
    QTRY_COMPARE_WITH_TIMEOUT(sessionState(window), "● Unplugged", 5000);
    const auto banners = window.live().findChildren<Banner*>();
    QVERIFY(std::any_of(banners.begin(), banners.end(),
                        [](Banner* banner) { return banner->isVisible() && banner->text().contains("unplugged"); }));
    QVERIFY(started.services().problems.model().activeCount() > 0);
    QVERIFY(session.isRecording());

    const auto framesBefore = session.status().frames;
    QTest::qWait(1000);
    QVERIFY(nose.plugIn());
    QTRY_COMPARE_WITH_TIMEOUT(sessionState(window), "● Live", 20000);
    QTRY_VERIFY(session.status().frames > framesBefore + 10);
    QVERIFY(session.isRecording()); // the same recording goes on

    QSignalSpy finished(&session, &SessionController::recordingFinished);
    action(started, "record")->trigger();
    QVERIFY(finished.wait(10000));
    const auto reader = recording::Reader::open(finished.first().first().toString().toStdString());
    BNOF_VERIFY_OK(reader);
    QVERIFY((*reader)->summary().gaps >= 1);
    QVERIFY((*reader)->health().complete);
}

void StudioSession::closingWhileRecordingAsksAndFinishes()
{
    auto& started = startProgram();
    auto& window = started.window();
    auto& session = started.services().session;
    session.startSimulator();
    QTRY_VERIFY_WITH_TIMEOUT(session.status().frames > 0, 30000);
    action(started, "record")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(session.isRecording(), 10000);
    const QString file = QString::fromStdString(session.status().recording->path);

    // Keep recording: nothing happens.
    window.close();
    auto* question = window.findChild<QMessageBox*>("closeQuestion");
    QVERIFY(question && question->isVisible());
    QVERIFY(window.isVisible());
    question->findChild<QAbstractButton*>("keepRecording")->click();
    QTest::qWait(300);
    QVERIFY(window.isVisible() && session.isRecording());

    // Stop, save and quit: the file is whole before the program ends.
    QSignalSpy quit(&started, &Program::quitRequested);
    window.close();
    question = nullptr;
    for (auto* box : window.findChildren<QMessageBox*>("closeQuestion"))
        if (box->isVisible())
            question = box;
    QVERIFY(question);
    question->findChild<QAbstractButton*>("stopAndQuit")->click();
    QVERIFY(quit.wait(10000));
    QVERIFY(!window.isVisible());
    const auto verified = recording::verify(file.toStdString());
    BNOF_VERIFY_OK(verified);
    QVERIFY(verified->intact);
    QVERIFY(verified->summary.frames > 0);
}

void StudioSession::previewListensAndLetsGo()
{
    test::PluggableNose nose(home() + "/nose");
    QVERIFY(nose.plugIn());
    auto& started = startProgram();
    ConnectDialog dialog(started.services(), &started.window());
    dialog.show();
    dialog.setSourceUri(nose.uri());
    QAbstractButton* listen = nullptr;
    for (auto* button : dialog.findChildren<QAbstractButton*>())
        if (button->text().contains("Listen"))
            listen = button;
    QVERIFY(listen);
    QTRY_VERIFY(listen->isEnabled());
    listen->click();
    auto* values = dialog.findChild<QTableView*>();
    QTRY_VERIFY_WITH_TIMEOUT(values->model()->rowCount() == 18, 5000);
    const auto said = [&] {
        QString all;
        for (auto* label : dialog.findChildren<QLabel*>())
            all += label->text() + '\n';
        return all;
    };
    QTRY_VERIFY2(said().contains("Detected as csv"), qPrintable(said()));
    QTRY_VERIFY2(said().contains("simulated"), qPrintable(said()));
    // Connecting while it listens: the session gets the device as soon as it is free.
    QSignalSpy requested(&dialog, &ConnectDialog::connectRequested);
    for (auto* button : dialog.findChildren<QAbstractButton*>())
        if (button->text() == "Connect")
            button->click();
    QVERIFY(requested.count() == 1 || requested.wait(3000));
    started.services().session.connectTo(requested.first().first().toString());
    QTRY_VERIFY_WITH_TIMEOUT(started.services().session.status().frames > 0, 15000);
}

void StudioSession::exportAndReportRunBeside()
{
    const QString file = recordSome(2500);
    QVERIFY(!file.isEmpty());
    auto& window = program().window();
    auto& jobs = program().services().jobs;
    window.recordings().exportTo(file, home() + "/run.csv", {});
    window.recordings().writeReport(file, home() + "/run.pdf");
    window.recordings().verify(file);
    QVERIFY(jobs.runningCount() > 0);
    QTRY_COMPARE_WITH_TIMEOUT(jobs.runningCount(), 0, 60000);
    for (const auto& job : jobs.jobs())
        QVERIFY2(job->outcome().ok, qPrintable(job->outcome().message));
    QVERIFY(readAll(home() + "/run.csv").startsWith("t_s,"));
    QVERIFY(readAll(home() + "/run.pdf").startsWith("%PDF"));
    QVERIFY(QFileInfo::exists(home() + "/run.csv.json"));
}

void StudioSession::removalFromTheListCanBeUndone()
{
    const QString file = recordSome(800);
    QVERIFY(!file.isEmpty());
    auto& recordings = program().window().recordings();
    QTRY_COMPARE(recordings.model().rowCount(), 1);
    recordings.removeFromList(*recordings.model().entryAt(0));
    QTRY_COMPARE(recordings.model().rowCount(), 0);
    QVERIFY(QFileInfo::exists(file));
    program().services().library.scan(program().services().session.recordingFolder());
    QTest::qWait(500);
    QCOMPARE(recordings.model().rowCount(), 0); // a scan does not bring it back
    action(program(), "undo")->trigger();
    QTRY_COMPARE(recordings.model().rowCount(), 1);

    recordings.deleteFile(*recordings.model().entryAt(0));
    QTRY_VERIFY(!QFileInfo::exists(file));
    QTRY_COMPARE(recordings.model().rowCount(), 0);
    action(program(), "undo")->trigger();
    QTRY_VERIFY(QFileInfo::exists(file));
    QTRY_COMPARE(recordings.model().rowCount(), 1);
}

void StudioSession::descriptionIsChangedWhileRecordingAndAfterwards()
{
    auto& started = startProgram();
    auto& window = started.window();
    auto& session = started.services().session;
    QLineEdit* title = nullptr;
    for (auto* edit : window.live().findChildren<QLineEdit*>())
        if (edit->accessibleName() == "Title of the recording")
            title = edit;
    QVERIFY(title);
    title->setText("first title");
    window.live().findChild<NotesPanel*>()->findChild<QPlainTextEdit*>()->setPlainText("first notes");
    session.startSimulator();
    QTRY_VERIFY_WITH_TIMEOUT(session.status().frames > 0, 30000);
    action(started, "record")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(session.isRecording(), 10000);
    const QString file = QString::fromStdString(session.status().recording->path);

    // Typed while it runs: one step that can be undone.
    QVERIFY(title->isEnabled());
    title->setText("second title");
    emit title->editingFinished();
    QCOMPARE(session.described().title, QString("second title"));
    action(started, "undo")->trigger();
    QCOMPARE(title->text(), QString("first title"));
    QCOMPARE(session.described().title, QString("first title"));
    action(started, "redo")->trigger();
    QCOMPARE(title->text(), QString("second title"));
    title->setText("third title"); // and what was typed last is not lost when it stops
    QTest::qWait(1000);
    QSignalSpy finished(&session, &SessionController::recordingFinished);
    action(started, "record")->trigger();
    QVERIFY(finished.wait(10000));
    const auto titleInFile = [&] {
        const auto reader = recording::Reader::open(file.toStdString());
        return reader.ok() ? QString::fromStdString((*reader)->metadata().title) : QString();
    };
    QCOMPARE(titleInFile(), QString("third title"));

    // Afterwards, in the list.
    auto& recordings = window.recordings();
    window.showWorkspace("recordings");
    QTRY_COMPARE(recordings.model().rowCount(), 1);
    const auto listed = [&] { return QString::fromStdString(recordings.model().entryAt(0)->title); };
    QCOMPARE(listed(), QString("third title"));
    QVERIFY(recordings.select(file));
    action(started, "describe")->trigger();
    QTRY_VERIFY(window.findChild<DescribeDialog*>());
    auto* dialog = window.findChild<DescribeDialog*>();
    QCOMPARE(dialog->notes().notes, QString("first notes"));
    dialog->findChild<QLineEdit*>("describeTitle")->setText("fourth title");
    dialog->accept();
    QTRY_COMPARE(listed(), QString("fourth title"));
    QCOMPARE(titleInFile(), QString("fourth title"));
    action(started, "undo")->trigger();
    QTRY_COMPARE(listed(), QString("third title"));
    const auto reader = recording::Reader::open(file.toStdString());
    BNOF_VERIFY_OK(reader);
    QCOMPARE((*reader)->originalMetadata().title, std::string("first title"));
    QVERIFY((*reader)->edits().size() >= 5);
    const auto verified = recording::verify(file.toStdString());
    BNOF_VERIFY_OK(verified);
    QVERIFY(verified->intact);
}

void StudioSession::replayGoesToATime()
{
    const QString file = recordSome(9000);
    QVERIFY(!file.isEmpty());
    auto& window = program().window();
    auto& session = program().services().session;
    session.replay(file, 1);
    QTRY_VERIFY_WITH_TIMEOUT(session.isReplay(), 20000);
    window.showWorkspace("live");
    const auto replay = [&] { return *session.status().replay; };
    const Timestamp start = replay().start;
    const Timestamp length = replay().end - start;
    QVERIFY(length > 7 * nanosecondsPerSecond);

    // Forward, even when paused: it stands there and waits.
    session.setReplayPaused(true);
    auto& slider = window.live().replayBar().slider();
    QTRY_VERIFY(slider.maximum() > 7000);
    slider.setValue(4000);
    QTRY_VERIFY_WITH_TIMEOUT(session.isReplay() && replay().position > start + fromSeconds(3.8), 10000);
    QTest::qWait(500);
    QVERIFY(replay().position <= start + fromSeconds(4));
    QVERIFY(!replay().goingTo);
    QVERIFY(replay().paused);

    // Back by keys: it begins again, and stands there too.
    auto* field = window.live().findChild<QLineEdit*>("replayGoTo");
    action(program(), "go-to-time")->trigger();
    QTest::keyClicks(field, "9:99");
    QTest::keyClick(field, Qt::Key_Return); // no time: nothing happens
    QVERIFY(!session.isGoingBack());
    field->setText("0:02");
    QTest::keyClick(field, Qt::Key_Return);
    QVERIFY(session.isGoingBack());
    QTRY_VERIFY_WITH_TIMEOUT(!session.isGoingBack() && session.isReplay(), 20000);
    QTRY_VERIFY_WITH_TIMEOUT(replay().position > start + fromSeconds(1.8), 10000);
    QVERIFY(replay().position <= start + fromSeconds(2));
    QVERIFY(replay().paused);

    // To the end: the proof is one over the whole recording.
    session.setReplayPaused(false);
    session.goTo(replay().end);
    QTRY_VERIFY_WITH_TIMEOUT(session.isReplay() && replay().proof.finished, 20000);
    const auto reader = recording::Reader::open(file.toStdString());
    BNOF_VERIFY_OK(reader);
    QCOMPARE(replay().proof.frames, (*reader)->summary().frames);
    if (replay().proof.comparable)
        QVERIFY2(replay().proof.match, replay().proof.remark.c_str());
    // And back from the end.
    session.goTo(start + fromSeconds(1));
    QTRY_VERIFY_WITH_TIMEOUT(!session.isGoingBack() && session.isReplay() && !replay().proof.finished, 20000);
}

void StudioSession::anAnswerIsExplainedLiveAndInAReplay()
{
    const QString file = recordSome(6000);
    QVERIFY(!file.isEmpty());
    auto& window = program().window();
    auto& session = program().services().session;
    QVERIFY(!action(program(), "explain")->isEnabled());
    const auto explained = [&]() -> widgets::ImportanceView* {
        const auto* dialog = window.findChild<ExplanationDialog*>();
        auto* view = dialog ? dialog->findChild<widgets::ImportanceView*>() : nullptr;
        return view && !view->rows().empty() ? view : nullptr;
    };
    const auto check = [&] {
        const auto* view = explained();
        QCOMPARE(view->rows().size(), std::size_t{18});
        QVERIFY(!view->rows().front().points.empty());
        QVERIFY(!view->summary().isEmpty());
        QCOMPARE(window.findChild<ExplanationDialog*>()->findChild<widgets::CurveView*>()->curves().size(),
                 std::size_t{2});
    };
    session.startSimulator();
    QTRY_VERIFY_WITH_TIMEOUT(session.status().decisions > 10, 30000);
    auto* why = window.live().findChild<QPushButton*>("why");
    QTRY_VERIFY(why->isEnabled());
    why->click();
    QTRY_VERIFY_WITH_TIMEOUT(explained(), 60000);
    check();
    QPointer<ExplanationDialog> dialog = window.findChild<ExplanationDialog*>();
    dialog->close();
    QTRY_VERIFY(!dialog);

    session.replay(file, 1);
    QTRY_VERIFY_WITH_TIMEOUT(session.isReplay() && session.status().decisions > 5, 30000);
    session.setReplayPaused(true);
    QTRY_VERIFY(action(program(), "explain")->isEnabled());
    action(program(), "explain")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(explained(), 60000);
    check();
    // The arrow keys go through the channels and times, in words.
    auto* view = explained();
    QSignalSpy told(view, &widgets::ImportanceView::currentChanged);
    const int row = view->currentRow();
    QTest::keyClick(view, Qt::Key_Down);
    QCOMPARE(view->currentRow(), row + 1);
    QCOMPARE(told.size(), 1);
    QVERIFY(told.first().first().toString().contains(view->rows()[static_cast<std::size_t>(row) + 1].name));
}

void StudioSession::repairShowsProgressAndCanBeCancelled()
{
    const QString file = recordSome(1500);
    QVERIFY(!file.isEmpty());
    QVERIFY(QFile::resize(file, QFileInfo(file).size() - 10));
    const QByteArray before = readAll(file);
    auto& jobs = program().services().jobs;
    program().window().recordings().repair(file);
    const auto job = jobs.jobs().back();
    QVERIFY(job->isCancellable());
    QTRY_VERIFY_WITH_TIMEOUT(job->isFinished(), 20000);
    QVERIFY2(job->outcome().ok, qPrintable(job->outcome().message));
    QVERIFY(job->progress() > 0);
    const auto verified = recording::verify(file.toStdString());
    BNOF_VERIFY_OK(verified);
    QVERIFY(verified->intact);

    // Cancelled at any moment: as it was.
    test::StudioSuite::writeFile(file, before);
    const auto cancelled = recording::repair(file.toStdString(), {}, [](double share) { return share < 0.5; });
    QVERIFY(!cancelled.ok());
    QCOMPARE(cancelled.error().kind, ErrorKind::Cancelled);
    QCOMPARE(readAll(file), before);
}

QTEST_MAIN(StudioSession)
#include "tst_studio_session.moc"
