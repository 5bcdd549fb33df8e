// SPDX-License-Identifier: GPL-3.0-or-later
// The Recordings workspace: search, filters, why it is empty, missing files, copies, checks, a damaged catalogue.
#include <QCheckBox>
#include <QComboBox>
#include <QDateEdit>
#include <QDragEnterEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QTableView>
#include <QTableWidget>
#include <QUrl>

#include "app/studio/recordings/background_checks.h"
#include "app/studio/recordings/column_table.h"
#include "app/studio/recordings/export_dialog.h"
#include "app/studio/recordings/filter_bar.h"
#include "app/studio/recordings/import_dialog.h"
#include "app/studio/recordings/recording_details.h"
#include "app/studio/recordings/recording_viewer.h"
#include "app/studio/recordings/recordings_workspace.h"
#include "app/studio/shell/banner.h"
#include "engine/recording/audit_log.h"
#include "engine/recording/reader.h"
#include "tests/recording/sample_recording.h"
#include "tests/studio/studio_fixture.h"
#include "widgets/empty_state.h"

using namespace bnof;
using namespace bnof::studio;

class StudioRecordings : public test::StudioSuite {
    Q_OBJECT

private slots:
    void init()
    {
        Suite::init();
        freshHome();
        // What Program::start() searches when nothing is configured.
        m_folder = home() + "/Documents/BioNeuro";
        QVERIFY(QDir().mkpath(m_folder));
    }
    void cleanup() { endProgram(); }

    void anEmptyLibrarySaysWhatToDo();
    void typingNarrowsTheListAndSaysHowMany();
    void everyChoiceNarrows();
    void nothingFoundSaysWhyAndOffersAll();
    void searchIsReachedAndLeftByKeys();
    void aHiddenRecordingIsShownWhenItIsWanted();
    void missingFilesAreForgottenAndComeBack();
    void copiesAndMovesAreSaid();
    void checksAreKeptAndNoted();
    void everyExportFormatIsOffered();
    void importShowsHowAFileIsUnderstood();
    void aFileThatCannotBeImportedSaysWhy();
    void filesAreDroppedOnTheWindow();
    void hashesAreComputedWhenIdle();
    void theListIsRebuilt();
    void aDamagedCatalogueIsNoDialog();
    void aRunningRecordingIsFollowed();

private:
    QString recordingAt(const QString& name, const char* title, int daysAgo = 0);
    RecordingsWorkspace& open();
    [[nodiscard]] QStringList titles() const;
    [[nodiscard]] QString count() const;
    [[nodiscard]] QLineEdit* search() const;
    [[nodiscard]] QComboBox* choice(const char* name) const;
    [[nodiscard]] QWidget* page() const;
    [[nodiscard]] recording::AuditLog trail() const;

    QString m_folder;
};

QString StudioRecordings::recordingAt(const QString& name, const char* title, int daysAgo)
{
    recording::RecordingMetadata metadata = test::sampleMetadata();
    metadata.title = title;
    metadata.operatorName = "Ada Beispiel";
    metadata.notes = "fume hood 2";
    metadata.wallAtZero = wallNow() - (daysAgo * 86'400LL + 60) * nanosecondsPerSecond;
    const QString file = m_folder + '/' + name;
    QDir().mkpath(QFileInfo(file).absolutePath());
    const auto done =
        test::recordAll(file.toStdString(), test::sampleItems(static_cast<std::uint64_t>(daysAgo) + 1, 60), metadata);
    return done.ok() ? file : QString();
}

RecordingsWorkspace& StudioRecordings::open()
{
    auto& window = startProgram().window();
    window.resize(1280, 800);
    window.showWorkspace("recordings");
    static_cast<void>(QTest::qWaitFor([&] { return program().services().library.isLoaded(); }, 10000));
    return window.recordings();
}

QStringList StudioRecordings::titles() const
{
    QStringList out;
    for (const auto& entry : m_program->services().library.entries())
        out << QString::fromStdString(entry.title);
    return out;
}

QString StudioRecordings::count() const
{
    return m_program->window().recordings().filters().findChild<QLabel*>("recordingsCount")->text();
}

QLineEdit* StudioRecordings::search() const
{
    return m_program->window().recordings().filters().findChild<QLineEdit*>("recordingsSearch");
}

QComboBox* StudioRecordings::choice(const char* name) const
{
    for (auto* box : m_program->window().recordings().filters().findChildren<QComboBox*>())
        if (box->accessibleName() == name)
            return box;
    return nullptr;
}

QWidget* StudioRecordings::page() const
{
    auto& table = m_program->window().recordings().table();
    return qobject_cast<QStackedWidget*>(table.parentWidget())->currentWidget();
}

recording::AuditLog StudioRecordings::trail() const
{
    const auto path = recording::defaultAuditLogPath();
    const auto log = path.ok() ? recording::readAuditLog(*path) : Result<recording::AuditLog>(path.error());
    return log.ok() ? *log : recording::AuditLog{{}, {false, 0, log.error().message()}, false};
}

void StudioRecordings::anEmptyLibrarySaysWhatToDo()
{
    open();
    auto* empty = qobject_cast<widgets::EmptyState*>(page());
    QVERIFY(empty);
    QCOMPARE(empty->title(), QString("No recordings yet"));
    QCOMPARE(count(), QString("0 recordings"));
    search()->setText("ethanol"); // it is not the search that makes it empty
    QTest::qWait(400);
    QCOMPARE(qobject_cast<widgets::EmptyState*>(page())->title(), QString("No recordings yet"));
}

void StudioRecordings::typingNarrowsTheListAndSaysHowMany()
{
    recordingAt("a.bnr", "Ethanol in the morning", 2);
    recordingAt("b.bnr", "Coffee", 1);
    recordingAt("c.bnr", "Öl", 0);
    auto& recordings = open();
    QTRY_COMPARE(recordings.model().rowCount(), 3);
    QCOMPARE(count(), QString("3 recordings"));
    QTest::keyClicks(search(), "MORNING ethanol");
    QTRY_COMPARE(titles(), QStringList{"Ethanol in the morning"});
    QCOMPARE(count(), QString("1 of 3 recordings"));
    search()->setText("öl");
    QTRY_COMPARE(titles(), QStringList{"Öl"});
    search()->setText("\"fume hood\"");
    QTRY_COMPARE(recordings.model().rowCount(), 3);
    search()->setText("beispiel b.bnr");
    QTRY_COMPARE(titles(), QStringList{"Coffee"});
    // A recording that is added while a search is on is counted, and shown only when it matches.
    const QString more = recordingAt("d.bnr", "Tea");
    program().services().library.add(more);
    QTRY_COMPARE(count(), QString("1 of 4 recordings"));
    QCOMPARE(titles(), QStringList{"Coffee"});
    search()->clear();
    QTRY_COMPARE(count(), QString("4 recordings"));
}

void StudioRecordings::everyChoiceNarrows()
{
    recordingAt("old.bnr", "Old", 20);
    recordingAt("new.bnr", "New", 0);
    const QString cut = recordingAt("cut.bnr", "Cut", 3);
    QVERIFY(QFile::resize(cut, QFileInfo(cut).size() - 20));
    auto& recordings = open();
    QTRY_COMPARE(recordings.model().rowCount(), 3);
    const auto choose = [&](const char* name, const QString& value) {
        auto* box = choice(name);
        const int index = box ? box->findText(value) : -1;
        if (index >= 0)
            box->setCurrentIndex(index);
        return index >= 0;
    };
    QVERIFY(choose("Time", "Last 7 days"));
    QTRY_COMPARE(titles(), QStringList({"New", "Cut"}));
    QVERIFY(choose("State", "Damaged or cut off"));
    QTRY_COMPARE(titles(), QStringList{"Cut"});
    QVERIFY(choose("Time", "Today"));
    QTRY_COMPARE(recordings.model().rowCount(), 0);
    QVERIFY(choose("Time", "Any time"));
    QVERIFY(choose("State", "Not verified"));
    QTRY_COMPARE(recordings.model().rowCount(), 3);
    QVERIFY(choose("State", "Any state"));
    // Days of one's own choice; the wrong way round means the same.
    auto days = recordings.filters().findChildren<QDateEdit*>();
    QCOMPARE(days.size(), 2);
    QVERIFY(!days[0]->isVisible());
    QVERIFY(choose("Time", "Choose days …"));
    QVERIFY(days[0]->isVisible());
    days[0]->setDate(QDate::currentDate().addDays(-10));
    days[1]->setDate(QDate::currentDate().addDays(-30));
    QTRY_COMPARE(titles(), QStringList{"Old"});
    recordings.filters().clear();
    QTRY_COMPARE(recordings.model().rowCount(), 3);
    QVERIFY(!days[0]->isVisible());
    // What there is to choose comes from the recordings.
    QVERIFY(choice("Gas")->count() > 1);
    QCOMPARE(choice("Model")->count(), 2);
    choice("Device")->setCurrentIndex(1);
    choice("Model")->setCurrentIndex(1);
    QTRY_COMPARE(recordings.model().rowCount(), 3);
    choice("Gas")->setCurrentIndex(1);
    const std::string gas = choice("Gas")->currentText().toStdString();
    QTRY_VERIFY(program().services().library.query().gas == gas);
    for (const auto& entry : program().services().library.entries())
        QVERIFY(entry.gases.find(gas) != std::string::npos);
}

void StudioRecordings::nothingFoundSaysWhyAndOffersAll()
{
    recordingAt("a.bnr", "Coffee", 2);
    auto& recordings = open();
    QTRY_COMPARE(recordings.model().rowCount(), 1);
    search()->setText("xenon");
    choice("State")->setCurrentIndex(1);
    QTRY_VERIFY(qobject_cast<widgets::EmptyState*>(page()));
    auto* nothing = qobject_cast<widgets::EmptyState*>(page());
    QTRY_COMPARE(nothing->title(), QString("No recording matches"));
    QVERIFY2(nothing->why().contains("xenon") && nothing->why().contains("Damaged or cut off") &&
                 nothing->why().contains("only recording"),
             qPrintable(nothing->why()));
    nothing->findChild<QPushButton*>()->click();
    QTRY_COMPARE(recordings.model().rowCount(), 1);
    QCOMPARE(page(), static_cast<QWidget*>(&recordings.table()));
    QVERIFY(search()->text().isEmpty());
}

void StudioRecordings::searchIsReachedAndLeftByKeys()
{
    recordingAt("a.bnr", "Coffee", 2);
    recordingAt("b.bnr", "Tea", 1);
    auto& recordings = open();
    auto& window = program().window();
    QTRY_COMPARE(recordings.model().rowCount(), 2);
    window.showWorkspace("live");
    action(program(), "search")->trigger();
    QCOMPARE(window.workspace(), QString("recordings"));
    QCOMPARE(window.focusWidget(), search());
    QTest::keyClicks(search(), "coffee");
    QTest::keyClick(search(), Qt::Key_Return); // does not wait for the pause
    QTRY_COMPARE(titles(), QStringList{"Coffee"});
    QCOMPARE(window.focusWidget(), &recordings.table());
    action(program(), "search")->trigger();
    QTest::keyClick(search(), Qt::Key_Escape);
    QVERIFY(search()->text().isEmpty());
    QTRY_COMPARE(recordings.model().rowCount(), 2);
    QTest::keyClick(search(), Qt::Key_Down);
    QCOMPARE(window.focusWidget(), &recordings.table());
    // Every field is reached with Tab.
    for (auto* box : recordings.filters().findChildren<QComboBox*>())
        QVERIFY2(box->focusPolicy() & Qt::TabFocus, qPrintable(box->accessibleName()));
    // Also from a recording that is being shown.
    recordings.openRecording(m_folder + "/a.bnr");
    action(program(), "search")->trigger();
    QVERIFY(recordings.viewer().path().isEmpty());
    QCOMPARE(window.focusWidget(), search());
}

void StudioRecordings::aHiddenRecordingIsShownWhenItIsWanted()
{
    recordingAt("a.bnr", "Coffee", 2);
    const QString tea = recordingAt("b.bnr", "Tea", 1);
    auto& recordings = open();
    search()->setText("coffee");
    QTRY_COMPARE(titles(), QStringList{"Coffee"});
    QVERIFY(!recordings.select(tea));
    QTRY_COMPARE(recordings.model().rowCount(), 2);
    QTRY_COMPARE(recordings.table().currentIndex().siblingAtColumn(RecordingsModel::Title).data().toString(),
                 QString("Tea"));
}

void StudioRecordings::missingFilesAreForgottenAndComeBack()
{
    const QString file = recordingAt("a.bnr", "Coffee", 2);
    auto& recordings = open();
    QTRY_COMPARE(recordings.model().rowCount(), 1);
    QVERIFY(!action(program(), "forget")->isEnabled()); // the file is there
    QVERIFY(QFile::remove(file));
    program().services().library.refresh();
    QTRY_VERIFY(action(program(), "forget")->isEnabled());
    QVERIFY(RecordingsModel::stateText(*recordings.model().entryAt(0)).startsWith("file is gone"));
    QVERIFY2(recordings.details().toPlainText().contains("Last seen at"),
             qPrintable(recordings.details().toPlainText()));
    choice("State")->setCurrentIndex(3);
    QTRY_COMPARE(count(), QString("1 of 1 recording"));
    action(program(), "forget")->trigger();
    QTRY_COMPARE(program().services().library.total(), 0);
    bool said = false;
    for (auto* banner : recordings.findChildren<Banner*>())
        said = said || banner->text().contains("a.bnr is forgotten");
    QVERIFY(said);
    action(program(), "undo")->trigger();
    QTRY_COMPARE(titles(), QStringList{"Coffee"});
    QTRY_COMPARE(trail().entries.size(), std::size_t(2));
    QCOMPARE(trail().entries[0].what, std::string(recording::audit::forgotten));
    QCOMPARE(trail().entries[1].what, std::string(recording::audit::remembered));
    QVERIFY(trail().check.intact);
}

void StudioRecordings::copiesAndMovesAreSaid()
{
    const QString file = recordingAt("a.bnr", "Coffee", 2);
    auto& recordings = open();
    QTRY_COMPARE(recordings.model().rowCount(), 1);
    const QString moved = m_folder + "/moved.bnr";
    QVERIFY(QFile::rename(file, moved));
    QVERIFY(QFile::copy(moved, m_folder + "/zcopy.bnr"));
    program().services().library.scan(m_folder);
    QTRY_COMPARE(recordings.model().rowCount(), 2);
    QVERIFY(recordings.select(moved));
    QTRY_VERIFY2(recordings.details().toPlainText().contains("Before: " + file),
                 qPrintable(recordings.details().toPlainText()));
    QVERIFY(recordings.select(m_folder + "/zcopy.bnr"));
    QTRY_VERIFY(recordings.details().toPlainText().contains("This is a copy"));
    QVERIFY(RecordingsModel::stateText(*recordings.model().entryAt(recordings.model().rowOf(m_folder + "/zcopy.bnr")))
                .contains("copy"));
}

void StudioRecordings::checksAreKeptAndNoted()
{
    const QString a = recordingAt("a.bnr", "Coffee", 2);
    const QString b = recordingAt("b.bnr", "Tea", 1);
    auto& recordings = open();
    auto& jobs = program().services().jobs;
    QTRY_COMPARE(recordings.model().rowCount(), 2);
    const auto entry = [&](const QString& path) { return *recordings.model().entryAt(recordings.model().rowOf(path)); };
    recordings.verify(a);
    QTRY_COMPARE(jobs.runningCount(), 0);
    QTRY_VERIFY(entry(a).isVerified());
    QVERIFY(!entry(b).isVerified());
    QVERIFY(RecordingsModel::stateText(entry(a)).contains("verified"));
    QVERIFY(recordings.select(a));
    QTRY_VERIFY(recordings.details().toPlainText().contains(QString::fromStdString(entry(a).sha256)));
    // Damage that opening does not see, and the check of everything that is left.
    QByteArray bytes = readAll(b);
    bytes.replace(bytes.size() / 2, 64, QByteArray(64, '\x55'));
    writeFile(b, bytes);
    program().services().library.scan(m_folder);
    action(program(), "verify-all")->trigger();
    QTRY_COMPARE(jobs.runningCount(), 0);
    QVERIFY(!jobs.jobs().back()->outcome().ok);
    QVERIFY2(jobs.jobs().back()->outcome().message.contains("b.bnr"),
             qPrintable(jobs.jobs().back()->outcome().message));
    QTRY_COMPARE(entry(b).state, recording::RecordingState::Damaged);
    QVERIFY(RecordingsModel::stateText(entry(b)).contains("damaged"));
    choice("State")->setCurrentIndex(1);
    QTRY_COMPARE(titles(), QStringList{"Tea"});
    recordings.exportTo(a, home() + "/a.csv", {});
    recordings.writeReport(a, home() + "/a.pdf");
    QTRY_COMPARE_WITH_TIMEOUT(jobs.runningCount(), 0, 30000);
    const auto log = trail();
    QVERIFY2(log.check.intact, log.check.finding.c_str());
    QStringList what;
    for (const auto& item : log.entries)
        what << QString::fromStdString(item.what + ' ' + item.detail["result"].toString());
    what.sort();
    QCOMPARE(what, QStringList({"exported " + home() + "/a.csv", "report made " + home() + "/a.pdf", "verified intact",
                                "verified not intact"}));
}

void StudioRecordings::everyExportFormatIsOffered()
{
    const QString a = recordingAt("a.bnr", "Coffee", 2);
    auto& recordings = open();
    auto& jobs = program().services().jobs;
    QTRY_COMPARE(recordings.model().rowCount(), 1);
    QVERIFY(recordings.select(a));
    for (const recording::ExportFormatInfo& format : recording::exportFormats()) {
        action(program(), "export")->trigger();
        auto* dialog = recordings.findChild<ExportDialog*>();
        QVERIFY(dialog);
        auto* formats = dialog->findChild<QComboBox*>("exportFormat");
        auto* spikes = dialog->findChild<QCheckBox*>("exportSpikes");
        auto* go = dialog->findChild<QPushButton*>("exportButton");
        formats->setCurrentIndex(formats->findData(static_cast<int>(format.format)));
        QCOMPARE(spikes->isEnabled(), format.canHoldSpikes);
        QCOMPARE(spikes->isChecked(), format.spikesByDefault);
        QVERIFY(go->isEnabled());
        const QString target = dialog->target();
        QCOMPARE(target, QString::fromStdString(recording::defaultExportPath(a.toStdString(), format.format)));
        // A name that is taken is refused before anything is written.
        dialog->findChild<QLineEdit*>("exportTarget")->setText(a);
        QVERIFY(!go->isEnabled());
        dialog->findChild<QLineEdit*>("exportTarget")->setText(target);
        QTest::keyClick(dialog, Qt::Key_Return);
        QTRY_COMPARE(jobs.runningCount(), 0);
        QVERIFY2(jobs.jobs().back()->outcome().ok, qPrintable(jobs.jobs().back()->outcome().message));
        QVERIFY2(QFileInfo::exists(target), qPrintable(target));
        QTRY_VERIFY(!recordings.findChild<ExportDialog*>());
    }
    const auto log = trail();
    QVERIFY2(log.check.intact, log.check.finding.c_str());
    QCOMPARE(log.entries.size(), recording::exportFormats().size());
}

void StudioRecordings::importShowsHowAFileIsUnderstood()
{
    const QString csv = home() + "/puffs.csv";
    writeFile(csv, "time;R1;Room;Gas\n0,0;20,5;7;air\n0,5;21,5;7;air\n1,0;30,5;7;ethanol\n1,5;31,5;7;ethanol\n");
    auto& recordings = open();
    program().window().openFile(csv);
    auto* dialog = recordings.findChild<ImportDialog*>();
    QVERIFY(dialog);
    auto* rows = dialog->findChild<QTableWidget*>("importRows");
    auto* columns = dialog->findChild<ColumnTable*>("importColumns");
    auto* notes = dialog->findChild<QLabel*>("importNotes");
    auto* go = dialog->findChild<QPushButton*>("importButton");
    QTRY_COMPARE(rows->rowCount(), 4);
    QCOMPARE(rows->columnCount(), 3); // time and two channels
    QCOMPARE(rows->item(2, 1)->text(), QStringLiteral("30.5"));
    QVERIFY2(notes->text().contains("air, ethanol"), qPrintable(notes->text()));
    const auto role = [&](int row) { return qobject_cast<QComboBox*>(columns->cellWidget(row, ColumnTable::Role)); };
    QCOMPARE(role(0)->currentText(), ColumnTable::roleText(recording::ColumnRole::Time));
    QCOMPARE(role(3)->currentText(), ColumnTable::roleText(recording::ColumnRole::Label));
    // The room's number is no measurement, and R1 is a resistance that answers to ethanol.
    role(2)->setCurrentIndex(role(2)->findText(ColumnTable::roleText(recording::ColumnRole::Ignore)));
    QVERIFY(!go->isEnabled()); // until it was tried
    QTRY_COMPARE(rows->columnCount(), 2);
    const auto type = [&](int field, const QString& text) {
        auto* edit = qobject_cast<QLineEdit*>(columns->cellWidget(1, field));
        edit->setFocus();
        QTest::keyClicks(edit, text);
        QTest::keyClick(edit, Qt::Key_Tab);
    };
    type(ColumnTable::Unit, "kOhm");
    type(ColumnTable::Quantity, "resistance");
    type(ColumnTable::Gas, "ethanol");
    QTRY_VERIFY(go->isEnabled() && rows->horizontalHeaderItem(1)->text() == "R1 (kOhm)");
    const QString target = dialog->target();
    QCOMPARE(target, m_folder + "/puffs.bnr");
    go->click();
    QTRY_COMPARE(program().services().jobs.runningCount(), 0);
    const auto outcome = program().services().jobs.jobs().back()->outcome();
    QVERIFY2(outcome.ok, qPrintable(outcome.message));
    QTRY_COMPARE(titles(), QStringList{"puffs"});
    const auto reader = recording::Reader::open(target.toStdString());
    BNOF_VERIFY_OK(reader);
    const auto& channels = (*reader)->metadata().sources.front().channels;
    QCOMPARE(channels.size(), std::size_t{1});
    QCOMPARE(channels[0].unit, std::string("kOhm"));
    QCOMPARE(channels[0].quantity, std::string("resistance"));
    QCOMPARE(channels[0].gas, std::string("ethanol"));
    QCOMPARE((*reader)->summary().markLabels, (std::vector<std::string>{"air", "ethanol"}));
    const auto log = trail();
    QVERIFY2(log.check.intact, log.check.finding.c_str());
    QCOMPARE(log.entries.back().what, std::string(recording::audit::imported));
    QCOMPARE(log.entries.back().recording, (*reader)->metadata().uuid);
}

void StudioRecordings::aFileThatCannotBeImportedSaysWhy()
{
    writeFile(home() + "/words.csv", "a,b\nsome,words\nmore,words\n");
    auto& recordings = open();
    recordings.askImport(home() + "/words.csv");
    auto* dialog = recordings.findChild<ImportDialog*>();
    auto* problem = dialog->findChild<QLabel*>("importProblem");
    QTRY_VERIFY2(problem->text().contains("no column holds measured values"), qPrintable(problem->text()));
    QVERIFY(!dialog->findChild<QPushButton*>("importButton")->isEnabled());
    // Without a time it can be imported as soon as the rate is known.
    writeFile(home() + "/bare.csv", "1.5,2\n1.25,3\n1.75,2\n");
    dialog->reject();
    QTRY_VERIFY(!recordings.findChild<ImportDialog*>());
    recordings.askImport(home() + "/bare.csv");
    dialog = recordings.findChild<ImportDialog*>();
    problem = dialog->findChild<QLabel*>("importProblem");
    QTRY_VERIFY2(problem->text().contains("no column with the time"), qPrintable(problem->text()));
    QTest::keyClicks(dialog->findChild<QLineEdit*>("importRate"), "10");
    QTRY_VERIFY(dialog->findChild<QPushButton*>("importButton")->isEnabled());
    QCOMPARE(dialog->options().rateHz, 10.0);
}

void StudioRecordings::filesAreDroppedOnTheWindow()
{
    const QString a = recordingAt("a.bnr", "Coffee", 2);
    writeFile(home() + "/t.csv", "t,x\n0,1\n1,2\n");
    auto& recordings = open();
    auto& window = program().window();
    window.showWorkspace("live");
    const auto drop = [&window](const QString& path) {
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter({10, 10}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window, &enter);
        QDropEvent dropped({10, 10}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        if (enter.isAccepted())
            QCoreApplication::sendEvent(&window, &dropped);
        return enter.isAccepted();
    };
    QVERIFY(drop(a));
    QTRY_COMPARE(recordings.viewer().path(), a);
    QCOMPARE(window.workspace(), QStringLiteral("recordings"));
    QVERIFY(drop(home() + "/t.csv"));
    QTRY_VERIFY(recordings.findChild<ImportDialog*>());
    QCOMPARE(recordings.findChild<ImportDialog*>()->source(), home() + "/t.csv");
}

void StudioRecordings::hashesAreComputedWhenIdle()
{
    const QString a = recordingAt("a.bnr", "Coffee", 2);
    const QString b = recordingAt("b.bnr", "Tea", 1);
    QByteArray bytes = readAll(b);
    bytes.replace(bytes.size() / 2, 64, QByteArray(64, '\x55'));
    writeFile(b, bytes);
    auto& recordings = open();
    QTRY_COMPARE(recordings.model().rowCount(), 2);
    const auto entry = [&](const QString& path) { return *recordings.model().entryAt(recordings.model().rowOf(path)); };
    QVERIFY(!recordings.checks().isRunning()); // it waits until it is quiet
    recordings.checks().setDelay(0);
    BNOF_VERIFY_OK(program().services().configuration.set("recording.check_when_idle", "false"));
    QTest::qWait(200);
    QVERIFY(!entry(a).isVerified());
    BNOF_VERIFY_OK(program().services().configuration.set("recording.check_when_idle", "true"));
    QTRY_VERIFY(entry(a).isVerified() && entry(b).isVerified());
    QCOMPARE(entry(a).sha256, recording::verify(a.toStdString())->sha256);
    QCOMPARE(entry(b).state, recording::RecordingState::Damaged);
    QVERIFY(trail().entries.empty()); // nobody did anything
    QVERIFY(recordings.select(a));
    QTRY_VERIFY(recordings.details().toPlainText().contains(QString::fromStdString(entry(a).sha256)));
}

void StudioRecordings::theListIsRebuilt()
{
    recordingAt("a.bnr", "Coffee", 2);
    auto& recordings = open();
    QTRY_COMPARE(recordings.model().rowCount(), 1);
    recordingAt("deep/b.bnr", "Tea", 1);
    writeFile(m_folder + "/none.bnr", "no recording");
    action(program(), "reindex")->trigger();
    QTRY_COMPARE(recordings.model().rowCount(), 2);
    const auto job = program().services().jobs.jobs().back();
    QVERIFY(job->isCancellable());
    QTRY_VERIFY(job->isFinished());
    QVERIFY2(job->outcome().message.contains("2 recordings in") && job->outcome().message.contains("none.bnr"),
             qPrintable(job->outcome().message));
}

void StudioRecordings::aDamagedCatalogueIsNoDialog()
{
    recordingAt("a.bnr", "Coffee", 2);
    open();
    QTRY_COMPARE(titles(), QStringList{"Coffee"});
    const QString database = program().services().library.database();
    const auto damage = [&] {
        QFile file(database);
        QVERIFY(file.open(QIODevice::ReadWrite));
        file.write(QByteArray(static_cast<int>(file.size()), '\x5A'));
    };
    const auto problems = [&] {
        int found = 0;
        for (const auto& problem : program().services().problems.model().problems())
            found += problem.what.contains("made anew") ? 1 : 0;
        return found;
    };
    endProgram();
    damage();
    open();
    QTRY_COMPARE(titles(), QStringList{"Coffee"});
    QTRY_COMPARE(problems(), 1);
    QVERIFY(!qApp->activeModalWidget());
    // And while it runs.
    QFile::remove(database + "-wal");
    damage();
    program().services().library.scan(m_folder);
    QTRY_COMPARE(titles(), QStringList{"Coffee"});
    QVERIFY(!qApp->activeModalWidget());
    program().services().library.scan(m_folder);
    QTRY_COMPARE(titles(), QStringList{"Coffee"});
}

void StudioRecordings::aRunningRecordingIsFollowed()
{
    const std::string file = (m_folder + "/running.bnr").toStdString();
    const auto items = test::sampleItems(11, 600);
    auto recorder = recording::Recorder::create(file, test::sampleMetadata(), {}, {});
    BNOF_VERIFY_OK(recorder);
    RecordingViewer& viewer = open().viewer();
    viewer.open(QString::fromStdString(file));
    std::size_t recorded = 0;
    std::size_t frames = 0;
    std::size_t decisions = 0;
    const auto recordMore = [&](std::size_t end) {
        for (; recorded < end; ++recorded) {
            frames += std::holds_alternative<recording::FrameItem>(items[recorded]) ? 1 : 0;
            decisions += std::holds_alternative<recording::DecisionItem>(items[recorded]) ? 1 : 0;
            if (!test::record(**recorder, items[recorded]))
                return false;
        }
        return true;
    };
    QTest::qWait(100); // there is nothing in it yet
    for (const std::size_t end : {items.size() / 3, items.size() / 3 * 2, items.size()}) {
        QVERIFY(recordMore(end));
        QTRY_VERIFY_WITH_TIMEOUT(viewer.recording() != nullptr && viewer.isComplete(), 20000);
        QTRY_COMPARE_WITH_TIMEOUT(viewer.recording()->traces->published(), std::uint64_t{frames}, 20000);
        QTRY_COMPARE(viewer.recording()->decisions.size(), decisions);
        QVERIFY(viewer.findChild<Banner*>()->text().contains("still running"));
    }
    BNOF_VERIFY_OK((*recorder)->finish());
    QTRY_VERIFY_WITH_TIMEOUT(!viewer.recording()->growing, 20000);
    QVERIFY(viewer.recording()->health.complete);
    QCOMPARE(viewer.recording()->traces->published(), std::uint64_t{frames});
    QVERIFY(viewer.findChild<Banner*>()->text().isEmpty());
}

QTEST_MAIN(StudioRecordings)
#include "tst_studio_recordings.moc"
