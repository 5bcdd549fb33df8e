// SPDX-License-Identifier: GPL-3.0-or-later
// Guided calibration, anchors and the editor of device formats, with a sensor board over a real pseudo-terminal.
#include <QAbstractButton>
#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTableWidget>

#include <atomic>
#include <chrono>
#include <cmath>
#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <thread>
#include <unistd.h>

#include "app/studio/live/anchor_dialog.h"
#include "app/studio/live/calibration_dialog.h"
#include "app/studio/live/calibration_draft.h"
#include "app/studio/live/code_edit.h"
#include "app/studio/live/connect_dialog.h"
#include "app/studio/live/decoder_editor.h"
#include "app/studio/live/recalibration_page.h"
#include "engine/olfaction/dataset.h"
#include "engine/recording/audit_log.h"
#include "engine/recording/reader.h"
#include "engine/sensing/calibration/store.h"
#include "tests/studio/studio_fixture.h"

using namespace bnof;
using namespace bnof::studio;

namespace {

/// Two gas channels, temperature and humidity on a pseudo-terminal; its clock runs a hundred times as fast as ours, so
/// that half a minute of clean air is over at once.
class Board {
public:
    Board()
    {
        char name[128] = {};
        termios raw{};
        cfmakeraw(&raw);
        if (openpty(&m_master, &m_slave, name, &raw, nullptr) != 0)
            qFatal("no pseudo-terminal");
        fcntl(m_master, F_SETFL, O_NONBLOCK);
        m_path = name;
        m_thread = std::thread([this] { run(); });
    }
    ~Board()
    {
        m_stop = true;
        m_thread.join();
        close(m_master);
        close(m_slave);
    }
    [[nodiscard]] QString uri() const
    {
        return QStringLiteral("serial:%1?decoder=csv&time=device").arg(QString::fromStdString(m_path));
    }
    std::atomic<double> a0{300};
    std::atomic<double> a1{400};
    std::atomic<double> slope{0}; ///< of both, counts a second of the device's time

private:
    void run()
    {
        std::string text = "#bnof {\"device\":\"test board\",\"simulated\":true,\"channels\":["
                           "{\"name\":\"A0\",\"quantity\":\"conductance\",\"unit\":\"counts\",\"range\":[0,1023]},"
                           "{\"name\":\"A1\",\"quantity\":\"conductance\",\"unit\":\"counts\",\"range\":[0,1023]},"
                           "{\"name\":\"T\",\"quantity\":\"temperature\",\"unit\":\"°C\"},"
                           "{\"name\":\"RH\",\"quantity\":\"relative humidity\",\"unit\":\"%\"}]}\n"
                           "t_s,A0,A1,T,RH\n";
        double drift = 0;
        for (int i = 0; !m_stop; ++i) {
            drift = slope == 0 ? 0 : drift + 0.1 * slope;
            char line[128];
            std::snprintf(line, sizeof line, "%.1f,%.2f,%.2f,21.0,40.0\n", 0.1 * i, a0 + drift + i % 2,
                          a1 + drift + i % 2);
            text += line;
            if (i % 10 != 9)
                continue;
            (void)!write(m_master, text.data(), text.size());
            text.clear();
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }

    int m_master = -1, m_slave = -1;
    std::string m_path;
    std::atomic<bool> m_stop{false};
    std::thread m_thread;
};

/// As a person does: choose the entry and let the box tell.
void choose(QComboBox* box, const QString& text)
{
    const int row = box->findText(text);
    QVERIFY2(row >= 0, qPrintable(text));
    box->setCurrentIndex(row);
    emit box->activated(row);
}

int stillChannels(CalibrationDialog& dialog)
{
    int count = 0;
    for (const auto& each : dialog.draft().stillness())
        count += each.stable && dialog.draft().seconds() > 15 ? 1 : 0;
    return count;
}

} // namespace

class StudioCalibration : public test::StudioSuite {
    Q_OBJECT

private slots:
    void init()
    {
        Suite::init();
        freshHome();
    }
    void cleanup() { endProgram(); }

    void aSensorIsCalibratedStepByStep();
    void unsavedWorkIsAskedForOnce();
    void puffsBecomeATrainingSet();
    void aModelIsMovedToAnotherNoseAndBack();
    void theEditorShowsTheLineOfAMistake();
    void aWrittenFormatIsADecoder();
    void bytesAreTakenFromADevice();

private:
    /// The program with a session of this board, and the dialog over it.
    CalibrationDialog* begin(const Board& board);
};

CalibrationDialog* StudioCalibration::begin(const Board& board)
{
    auto& started = startProgram();
    auto& session = started.services().session;
    session.connectTo(board.uri());
    if (!QTest::qWaitFor([&] { return session.status().frames > 50; }, 20000) ||
        !QTest::qWaitFor([&] { return action(started, "calibrate")->isEnabled(); }, 5000))
        return nullptr;
    action(started, "calibrate")->trigger();
    auto* dialog = started.window().findChild<CalibrationDialog*>();
    if (dialog == nullptr || !QTest::qWaitFor([&] { return !dialog->draft().now().channels.empty(); }, 5000))
        return nullptr;
    return dialog;
}

void StudioCalibration::aSensorIsCalibratedStepByStep()
{
    Board board;
    auto* dialog = begin(board);
    QVERIFY(dialog != nullptr);
    auto& draft = dialog->draft();
    QCOMPARE(draft.now().channels.size(), std::size_t{2});
    QCOMPARE(draft.now().temperatureChannel, std::string("T"));
    QCOMPARE(draft.now().channels[0].supply, 1023.0);

    // The type of a sensor, and a gas that it does not answer to.
    auto* table = dialog->findChild<QTableWidget*>("channelTable");
    const auto box = [&](int column) { return static_cast<QComboBox*>(table->cellWidget(0, column)); };
    choose(box(2), "MQ-4");
    choose(box(3), "carbon monoxide (insensitive)");
    auto* outcome = dialog->findChild<QLabel*>("sensorOutcome");
    QVERIFY2(outcome->text().contains("insensitive"), qPrintable(outcome->text()));
    QVERIFY(!draft.now().channels[0].power);
    choose(box(2), "MQ-135");
    choose(box(3), "ammonia");
    QCOMPARE(draft.now().channels[0].power->b, -2.473);
    QCOMPARE(draft.now().channels[0].airRatio, 3.6);

    // Air that moves is refused with the reason, still air is taken.
    dialog->showStep(1);
    auto* air = dialog->findChild<QLabel*>("cleanAirOutcome");
    auto* useAir = dialog->findChild<QPushButton*>("useCleanAir");
    board.slope = 1;
    dialog->findChild<QPushButton*>("stillnessRestart")->click();
    QTRY_VERIFY_WITH_TIMEOUT(draft.seconds() > 15, 10000);
    useAir->click();
    QVERIFY2(air->text().contains("no channel was still"), qPrintable(air->text()));
    QVERIFY(!draft.now().channels[0].r0);
    board.slope = 0;
    QTRY_VERIFY_WITH_TIMEOUT(stillChannels(*dialog) == 2, 10000); // by itself, when the window has passed
    QTRY_VERIFY(dialog->findChild<QTableWidget*>("stillnessTable")->item(0, 4)->text() == "still");
    useAir->click();
    QVERIFY2(air->text().contains("2 of 2"), qPrintable(air->text()));
    const double wanted = (1023 - 300.5) / 300.5 / 3.6;
    QVERIFY2(std::fabs(*draft.now().channels[0].r0 / wanted - 1) < 0.01,
             qPrintable(QString::number(*draft.now().channels[0].r0)));

    // A span moves the curve of the type; undo takes it back.
    dialog->showStep(2);
    board.a0 = 600;
    dialog->findChildren<QPushButton*>("stillnessRestart").last()->click();
    QTRY_VERIFY_WITH_TIMEOUT(stillChannels(*dialog) == 2, 10000);
    dialog->findChild<QComboBox*>("spanGas")->setCurrentText("ammonia");
    dialog->findChild<QDoubleSpinBox*>("spanPpm")->setValue(80);
    auto* useSpan = dialog->findChild<QPushButton*>("useSpan");
    useSpan->click();
    QCOMPARE(draft.now().channels[0].spans.size(), std::size_t{1});
    const double ratio = draft.now().channels[0].spans[0].value;
    QVERIFY(std::fabs(draft.now().channels[0].power->a * std::pow(ratio, -2.473) - 80) < 1e-6);
    QVERIFY(dialog->findChild<QLabel*>("spanLaw")->text().contains("equivalent"));
    auto* undo = dialog->findChild<QPushButton*>("undoStep");
    QVERIFY2(undo->text().contains("ammonia"), qPrintable(undo->text()));
    undo->click();
    QVERIFY(draft.now().channels[0].spans.empty());
    useSpan->click();

    // Saved, and used by the session at once.
    dialog->showStep(4);
    QVERIFY(!dialog->findChild<QPushButton*>("saveCalibration")->isEnabled()); // it has no name
    dialog->findChild<QLineEdit*>("calibrationName")->setText("bench");
    dialog->findChild<QLineEdit*>("calibrationOperator")->setText("Ada");
    dialog->findChild<QPushButton*>("saveCalibration")->click();
    const sensing::CalibrationStore store;
    QTRY_VERIFY_WITH_TIMEOUT(store.load("bench").ok(), 5000);
    const auto& session = program().services().session;
    QTRY_VERIFY(session.status().sources[0].calibration);
    QTRY_VERIFY(!draft.isUnsaved());

    // Changed while a recording runs: version 2 is in force, noted in the file and in the audit trail.
    action(program(), "record")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(session.isRecording() && session.status().recording->frames > 0, 10000);
    const std::string file = session.status().recording->path;
    dialog->showStep(1);
    board.a0 = 310;
    dialog->findChild<QPushButton*>("stillnessRestart")->click();
    QTRY_VERIFY_WITH_TIMEOUT(stillChannels(*dialog) == 2, 10000);
    useAir->click();
    dialog->showStep(4);
    auto* shifts = dialog->findChild<QTableWidget*>("shiftTable");
    QTRY_VERIFY2(shifts->item(0, 3)->text().startsWith("-"), qPrintable(shifts->item(0, 3)->text()));
    dialog->findChild<QPushButton*>("saveCalibration")->click();
    QTRY_VERIFY_WITH_TIMEOUT(
        session.status().sources[0].calibration && session.status().sources[0].calibration->version == 2, 5000);
    const auto saved = store.load("bench");
    BNOF_VERIFY_OK(saved);
    QCOMPARE(saved->version, 2);
    QCOMPARE(saved->operatorName, std::string("Ada"));
    QCOMPARE(saved->channels[0].spans.size(), std::size_t{1});
    QVERIFY(saved->expiresUtc > wallNow());
    const auto log = recording::defaultAuditLogPath();
    BNOF_VERIFY_OK(log);
    const auto noted = [&] {
        const auto entries = recording::readAuditLog(*log);
        return entries.ok() && std::any_of(entries->entries.begin(), entries->entries.end(), [](const auto& entry) {
                   return entry.what == "calibration changed" && entry.operatorName == "Ada";
               });
    };
    QTRY_VERIFY_WITH_TIMEOUT(noted(), 5000);
    QTest::qWait(300);
    action(program(), "record")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(!session.isRecording(), 10000);
    const auto reader = recording::Reader::open(file);
    BNOF_VERIFY_OK(reader);
    QCOMPARE((*reader)->metadata().configuration["calibrations"].items()[0]["version"].toInteger(), std::int64_t{1});

    // The log of clean air that hardly moved is refused with the engine's reason.
    dialog->showStep(3);
    auto* recordings = dialog->findChild<QComboBox*>("cleanAirRecording");
    QTRY_VERIFY_WITH_TIMEOUT(recordings->count() > 0, 5000);
    dialog->findChild<QPushButton*>("fitEnvironment")->click();
    auto* fit = dialog->findChild<QLabel*>("fitOutcome");
    QTRY_VERIFY2_WITH_TIMEOUT(fit->text().contains("hardly moved"), qPrintable(fit->text()), 10000);

    // A replay comes by the change and applies it there.
    program().services().session.replay(QString::fromStdString(file), 0);
    QTRY_VERIFY_WITH_TIMEOUT(session.isReplay() && session.status().finished, 20000);
    QVERIFY(session.status().sources[0].calibration);
    QCOMPARE(session.status().sources[0].calibration->version, 2);
    QVERIFY(!draft.isConnected());
}

void StudioCalibration::unsavedWorkIsAskedForOnce()
{
    Board board;
    auto* dialog = begin(board);
    QVERIFY(dialog != nullptr);
    auto* table = dialog->findChild<QTableWidget*>("channelTable");
    choose(static_cast<QComboBox*>(table->cellWidget(1, 2)), "MQ-2");
    QVERIFY(dialog->draft().isUnsaved());
    dialog->reject();
    dialog->reject();
    QCOMPARE(dialog->findChildren<QMessageBox*>().size(), 1);
    QVERIFY(dialog->isVisible());
    const QPointer<CalibrationDialog> guard(dialog);
    dialog->findChild<QAbstractButton*>("discardCalibration")->click();
    QTRY_VERIFY(!guard);
}

void StudioCalibration::puffsBecomeATrainingSet()
{
    auto& started = startProgram();
    auto& session = started.services().session;
    session.startSimulator();
    QTRY_VERIFY_WITH_TIMEOUT(session.status().frames > 0 && !session.status().gases.empty(), 30000);
    QTRY_VERIFY(action(started, "anchor")->isEnabled());
    action(started, "record")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(session.isRecording(), 10000);
    const std::string file = session.status().recording->path;
    action(started, "anchor")->trigger();
    auto* dialog = started.window().findChild<AnchorDialog*>();
    auto* gases = dialog->findChild<QTableWidget*>("anchorGases");
    QVERIFY(gases->rowCount() >= 2);
    for (int row = 1; row < gases->rowCount(); ++row)
        gases->item(row, 0)->setCheckState(Qt::Unchecked);
    static_cast<QDoubleSpinBox*>(gases->cellWidget(0, 1))->setValue(100);
    const QString gas = gases->item(0, 0)->text();
    for (auto* box : dialog->findChildren<QDoubleSpinBox*>())
        if (box->accessibleName().startsWith("Seconds"))
            box->setValue(box->minimum());
    const QString folder = home() + "/anchors";
    dialog->findChild<QLineEdit*>("anchorFolder")->setText(folder);
    dialog->findChild<QPushButton*>("beginAnchors")->click();
    auto* go = dialog->findChild<QPushButton*>("anchorGo");
    auto* prompt = dialog->findChild<QLabel*>("anchorPrompt");
    QTRY_VERIFY(go->isEnabled() && prompt->text().contains("clean air"));
    go->click();
    QTRY_VERIFY_WITH_TIMEOUT(go->isEnabled() && prompt->text().contains(gas), 5000);
    dialog->reject(); // not in the middle of it
    QVERIFY(dialog->isVisible());
    go->click();
    QTRY_COMPARE_WITH_TIMEOUT(prompt->text(), "Finished", 5000);
    const auto dataset = olfaction::loadDataset(folder.toStdString());
    BNOF_VERIFY_OK(dataset);
    QCOMPARE(dataset->labels.size(), std::size_t{2});
    QCOMPARE(dataset->components, std::vector<std::string>{gas.toStdString()});
    QVERIFY(dataset->simulated);
    QVERIFY(dataset->frames() > 20);
    action(started, "record")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(!session.isRecording(), 10000);
    const auto reader = recording::Reader::open(file);
    BNOF_VERIFY_OK(reader);
    const auto& marks = (*reader)->summary().markLabels;
    QVERIFY(std::find(marks.begin(), marks.end(), "anchor: air") != marks.end());
    QVERIFY(std::find(marks.begin(), marks.end(), "anchor: " + gas.toStdString() + " 100 ppm") != marks.end());
}

void StudioCalibration::aModelIsMovedToAnotherNoseAndBack()
{
    const QString folder = home() + "/puffs";
    QCOMPARE(
        QProcess::execute(BNOF_TEST_BIN_DIR "/bnof", {"simulate", "--dataset", folder, "--sessions", "1", "--duration",
                                                      "200", "--rate", "5", "--seed", "6", "--unit", "2"}),
        0);
    auto& started = startProgram();
    auto& session = started.services().session;
    session.startSimulator();
    QTRY_VERIFY_WITH_TIMEOUT(session.status().frames > 0 && session.live() && session.live()->model(), 30000);
    const auto old = session.live()->model();
    RecalibrationPage page(started.services());
    const auto* use = page.findChild<QPushButton*>("useRecalibrated");
    const auto* back = page.findChild<QPushButton*>("goBackToModel");
    page.show();
    page.begin(folder, old);
    QVERIFY(page.isBusy());
    QTRY_VERIFY_WITH_TIMEOUT(!page.isBusy(), 120000);
    QVERIFY2(use->isVisible(), qPrintable(page.findChild<QLabel*>("recalibrationOutcome")->text()));
    QCOMPARE(session.live()->model()->info.modelDigest, old->info.modelDigest);   // nothing happens by itself
    QCOMPARE(page.findChild<QTableWidget*>("recalibrationTable")->rowCount(), 6); // five gases and all of them
    page.findChild<QPushButton*>("useRecalibrated")->click();
    QTRY_VERIFY_WITH_TIMEOUT(session.live()->model()->info.modelDigest != old->info.modelDigest, 30000);
    const QString kept = started.services().configuration.text("recognition.model");
    QVERIFY2(QFileInfo::exists(kept), qPrintable(kept));
    QTRY_VERIFY(back->isVisible());
    page.findChild<QPushButton*>("goBackToModel")->click();
    QTRY_COMPARE_WITH_TIMEOUT(session.live()->model()->info.modelDigest, old->info.modelDigest, 30000);
    QCOMPARE(started.services().configuration.text("recognition.model"), QString("default"));
    QVERIFY(QFileInfo::exists(kept)); // the new one is not lost

    page.begin(home() + "/nothing", old);
    QTRY_VERIFY_WITH_TIMEOUT(!page.isBusy(), 30000);
    QVERIFY(!use->isVisible());
    QVERIFY(page.findChild<QLabel*>("recalibrationOutcome")->text().contains("nothing"));
}

namespace {

const QString description = QStringLiteral(R"({
  "bnof_decoder": 1,
  "name": "my-nose",
  "framing": { "kind": "lines", "pattern": "^CO2=\\s*(\\d+) ppm T=(-?[\\d.]+)$" },
  "fields": [
    { "name": "CO2", "group": 1, "unit": "ppm", "gas": "CO2" },
    { "name": "temperature", "group": 2, "unit": "°C" }
  ]
}
)");

} // namespace

void StudioCalibration::theEditorShowsTheLineOfAMistake()
{
    auto& started = startProgram();
    action(started, "decoder-editor")->trigger();
    auto* editor = started.window().findChild<DecoderEditor*>();
    auto* text = editor->findChild<CodeEdit*>("decoderText");
    auto* templates = editor->findChild<QComboBox*>("decoderTemplate");
    QTRY_VERIFY_WITH_TIMEOUT(!text->toPlainText().isEmpty(), 5000); // the first template is there by itself
    QVERIFY(templates->count() > 7);                                // one of each kind and the devices
    auto* problem = editor->findChild<QLabel*>("decoderProblem");
    auto* save = editor->findChild<QPushButton*>("saveDecoder");
    QTRY_VERIFY(save->isEnabled());
    const auto mistake = [&](const char* from, const char* to) {
        text->setPlainText(QString(description).replace(QLatin1String(from), QLatin1String(to)));
    };
    mistake("\"group\": 2", "\"group\": \"two\"");
    QTRY_COMPARE(text->errorLine(), 7);
    QVERIFY2(problem->text().contains("line 7"), qPrintable(problem->text()));
    QVERIFY(!save->isEnabled());
    mistake("\"group\": 2", "\"group\": 3"); // the pattern has two
    QTRY_VERIFY2(problem->text().contains("only 2 groups"), qPrintable(problem->text()));
    QCOMPARE(text->errorLine(), 7);
    mistake("\"kind\": \"lines\"", "\"kind\": \"words\"");
    QTRY_COMPARE(text->errorLine(), 4);
    mistake("\"fields\": [", "\"fields\": [,");
    QTRY_COMPARE(text->errorLine(), 5);
    mistake("\"name\": \"my-nose\",", "");
    QTRY_COMPARE(text->errorLine(), 1); // what is missing has no line
    text->setPlainText(description);
    QTRY_VERIFY(save->isEnabled());
    QCOMPARE(text->errorLine(), 0);
}

void StudioCalibration::aWrittenFormatIsADecoder()
{
    auto& started = startProgram();
    action(started, "connect")->trigger();
    auto* connectDialog = started.window().findChild<ConnectDialog*>();
    connectDialog->setSourceUri("serial:/dev/ttyUSB9");
    connectDialog->findChild<QPushButton*>("newDecoder")->click();
    auto* editor = connectDialog->findChild<DecoderEditor*>();
    auto* text = editor->findChild<CodeEdit*>("decoderText");
    QTRY_VERIFY_WITH_TIMEOUT(!text->toPlainText().isEmpty(), 5000);
    text->setPlainText(description);
    const QString sample = QStringLiteral("CO2=  415 ppm T=23.1\nnonsense\nCO2=  420 ppm T=-3\n");
    editor->findChild<QPlainTextEdit*>("sampleBytes")->setPlainText(sample);
    auto* rows = editor->findChild<QTableWidget*>("decodedRows");
    QTRY_COMPARE(rows->rowCount(), 2);
    QCOMPARE(rows->horizontalHeaderItem(1)->text(), "CO2, ppm");
    QCOMPARE(rows->item(0, 1)->text(), "415");
    QCOMPARE(rows->item(1, 2)->text(), "-3");
    auto* summary = editor->findChild<QLabel*>("decoderSummary");
    QVERIFY2(summary->text().contains("9 bytes skipped") && summary->text().contains("Detection score"),
             qPrintable(summary->text()));
    // The same as bytes.
    auto* form = editor->findChild<QComboBox*>("sampleForm");
    form->setCurrentIndex(1);
    QTRY_VERIFY(summary->text().contains("not hexadecimal"));
    editor->findChild<QPlainTextEdit*>("sampleBytes")->setPlainText(QString::fromLatin1(sample.toLatin1().toHex(' ')));
    QTRY_COMPARE(rows->rowCount(), 2);

    auto* save = editor->findChild<QPushButton*>("saveDecoder");
    QTRY_VERIFY(save->isEnabled());
    save->click();
    const QString file = home() + "/config/bnof/decoders/my-nose.json";
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file), 5000);
    QCOMPARE(QString::fromUtf8(readAll(file)), description);
    BNOF_VERIFY_OK(sensing::makeDecoder("my-nose"));
    QCOMPARE(sensing::detectDecoder(sample.toStdString()).decoder, std::string("my-nose"));
    QTRY_VERIFY2(connectDialog->sourceUri().contains("decoder=my-nose"), qPrintable(connectDialog->sourceUri()));

    // A name that is there is not overwritten without a question.
    text->setPlainText(QString(description).replace("ppm\", \"gas", "ppb\", \"gas"));
    QTRY_VERIFY(save->isEnabled());
    save->click();
    QTRY_VERIFY_WITH_TIMEOUT(editor->findChild<QMessageBox*>("replaceQuestion"), 5000);
    QCOMPARE(QString::fromUtf8(readAll(file)), description);
    editor->findChild<QAbstractButton*>("replaceDecoder")->click();
    QTRY_VERIFY_WITH_TIMEOUT(readAll(file).contains("ppb"), 5000);
    // Nor is a name of the program's own.
    text->setPlainText(QString(description).replace("my-nose", "csv"));
    QTRY_VERIFY(save->isEnabled());
    save->click();
    QTRY_VERIFY(!QFile::exists(home() + "/config/bnof/decoders/csv.json") && save->isEnabled());
}

void StudioCalibration::bytesAreTakenFromADevice()
{
    Board board;
    auto& started = startProgram();
    action(started, "decoder-editor")->trigger();
    auto* editor = started.window().findChild<DecoderEditor*>();
    auto* listen = editor->findChild<QPushButton*>("listenForSample");
    editor->setSource("serial:/dev/nothing-is-here");
    listen->click();
    QTRY_VERIFY_WITH_TIMEOUT(listen->text().contains("Listen for"), 5000);
    editor->setSource(board.uri());
    listen->click();
    auto* sample = editor->findChild<QPlainTextEdit*>("sampleBytes");
    QTRY_VERIFY2_WITH_TIMEOUT(sample->toPlainText().contains(",21.0,40.0"), qPrintable(sample->toPlainText()), 10000);
    QCOMPARE(editor->findChild<QComboBox*>("sampleForm")->currentIndex(), 0);
}

QTEST_MAIN(StudioCalibration)
#include "tst_studio_calibration.moc"
