// SPDX-License-Identifier: GPL-3.0-or-later
// The sensors of a session in the window: who is there, who is lost, who is sick, and what the gas amounts to. Over
// real pseudo-terminals and sockets.
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QDialog>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTableWidget>

#include <algorithm>
#include <thread>

#include "app/studio/live/connect_dialog.h"
#include "app/studio/live/live_workspace.h"
#include "app/studio/live/safety_panel.h"
#include "app/studio/live/sensor_row.h"
#include "app/studio/live/sensors_model.h"
#include "app/studio/live/sensors_panel.h"
#include "app/studio/shell/banner.h"
#include "engine/sensing/calibration/store.h"
#include "tests/sensing/pool_client.h"
#include "tests/studio/studio_fixture.h"
#include "widgets/decision_card.h"
#include "widgets/safety_card.h"
#include "widgets/trace_view.h"

using namespace bnof;
using namespace bnof::studio;
using test::SensorSocket;
using widgets::SafetyCard;

class StudioSensors : public test::StudioSuite {
    Q_OBJECT

private slots:
    void init()
    {
        Suite::init();
        freshHome();
    }
    void cleanup() { endProgram(); }

    void aDeviceVanishesAndComesBack();
    void aStuckChannelIsNamedAndForgiven();
    void manySensorsAreListedSortedAndChosen();
    void manyProblemsAreSummedUp();
    void safetyCardShowsFiguresAndUsesEditedLimits();

private:
    [[nodiscard]] LiveWorkspace& live() { return program().window().live(); }
    [[nodiscard]] SensorsPanel& panel() { return *live().findChild<SensorsPanel*>(); }
    [[nodiscard]] QString cell(int row, int column) { return panel().model().index(row, column).data().toString(); }
    [[nodiscard]] QString banner()
    {
        for (auto* each : live().findChildren<Banner*>())
            if (each->isVisible())
                return each->text();
        return {};
    }
    /// The active problem in whose words `part` occurs.
    [[nodiscard]] const widgets::Problem* problem(const QString& part)
    {
        for (const auto& each : program().services().problems.model().problems())
            if (each.active && each.what.contains(part))
                return &each;
        return nullptr;
    }
    /// A program that listens for network sensors; the port.
    int listen(const QString& parameters = {});
};

int StudioSensors::listen(const QString& parameters)
{
    Options options;
    options.source = QStringLiteral("tcp-listen://127.0.0.1:0") + parameters;
    auto& session = startProgram(options).services().session;
    int port = 0;
    (void)QTest::qWaitFor(
        [&] {
            const auto& sources = session.status().sources;
            if (!sources.empty())
                port = QString::fromStdString(sources.front().device).section(':', -1).toInt();
            return port > 0;
        },
        20000);
    return port;
}

void StudioSensors::aDeviceVanishesAndComesBack()
{
    test::PluggableNose first(home() + "/first");
    test::PluggableNose second(home() + "/second");
    QVERIFY(first.plugIn() && second.plugIn());
    Options options;
    options.source = first.uri();
    auto& session = startProgram(options).services().session;
    QTRY_VERIFY_WITH_TIMEOUT(session.status().frames > 0, 20000);
    // The second one beside it, by the dialog.
    action(program(), "connect")->trigger();
    auto* dialog = program().window().findChild<ConnectDialog*>();
    QVERIFY(dialog);
    dialog->setSourceUri(second.uri());
    dialog->findChild<QCheckBox*>("connectBeside")->click();
    QVERIFY(dialog->isBeside());
    emit dialog->connectRequested(dialog->sourceUri());
    live().showSensors();
    QTRY_COMPARE_WITH_TIMEOUT(panel().model().rowCount(), 2, 20000);
    QTRY_VERIFY_WITH_TIMEOUT(cell(0, SensorsModel::State).contains("Streaming") &&
                                 cell(1, SensorsModel::State).contains("Streaming"),
                             20000);
    QTRY_VERIFY(cell(1, SensorsModel::Rate).section(' ', 0, 0).toDouble() > 5);
    QVERIFY(banner().isEmpty());
    const QString name = cell(1, SensorsModel::Name);

    second.unplug();
    QTRY_VERIFY_WITH_TIMEOUT(cell(1, SensorsModel::State).contains("Away"), 10000);
    QTRY_VERIFY2(banner().contains("1 of 2 sensors are lost") && banner().contains(name), qPrintable(banner()));
    QTRY_VERIFY(problem("/second"));
    QVERIFY(problem("/second")->since.isValid() && !problem("/second")->remedy.isEmpty());
    // The other one goes on, and what is recognised with it.
    QVERIFY(cell(0, SensorsModel::State).contains("Streaming"));
    QVERIFY(live().findChild<widgets::DecisionCard*>()->content().state != widgets::DecisionCard::State::NoSignal);
    const auto frames = session.status().frames;
    QTRY_VERIFY(session.status().frames > frames + 5);

    QVERIFY(second.plugIn());
    QTRY_VERIFY_WITH_TIMEOUT(cell(1, SensorsModel::State).contains("Streaming"), 20000);
    QTRY_VERIFY(banner().isEmpty());
    QTRY_VERIFY(!problem("/second"));
    QTRY_COMPARE(cell(1, SensorsModel::Reconnects), QString("1"));

    // Both: nothing can be decided.
    first.unplug();
    second.unplug();
    QTRY_VERIFY2_WITH_TIMEOUT(banner().startsWith("None of the 2 sensors"), qPrintable(banner()), 10000);
    QTRY_COMPARE(live().findChild<widgets::DecisionCard*>()->content().state, widgets::DecisionCard::State::NoSignal);
}

void StudioSensors::aStuckChannelIsNamedAndForgiven()
{
    // A recording of the nose in which one channel stands still for a while.
    QProcess tool;
    tool.setWorkingDirectory(home());
    tool.start(QStringLiteral(BNOF_TEST_BIN_DIR "/bnof"), {"simulate", "--dataset", "data", "--sessions", "1",
                                                           "--duration", "120", "--rate", "20", "--seed", "3"});
    QVERIFY(tool.waitForFinished(30000) && tool.exitCode() == 0);
    QList<QByteArray> lines = readAll(home() + "/data/session-01.csv").split('\n');
    int row = 0;
    QByteArray held;
    lines.removeFirst(); // the remark that the data is simulated
    for (QByteArray& line : lines) {
        if (line.isEmpty() || line.startsWith("time_s"))
            continue;
        QList<QByteArray> cells = line.split(',');
        if (++row == 1)
            held = cells[1]; // not the highest one: that could be saturation by gas
        if (row >= 300 && row < 900)
            cells[1] = held;
        line = cells.join(',');
    }
    QVERIFY(row > 2000);
    writeFile(home() + "/stuck.csv", lines.join('\n'));
    QProcess nose;
    nose.start(QStringLiteral(BNOF_TEST_BIN_DIR "/bnof"),
               {"simulate", "--file", home() + "/stuck.csv", "--rate", "100"});
    QVERIFY(nose.waitForReadyRead(20000));
    Options options;
    options.source = QString::fromUtf8(nose.readLine()).trimmed();
    auto& session = startProgram(options).services().session;
    live().showSensors();
    const auto faults = [&] { return cell(0, SensorsModel::Faults); };
    QTRY_COMPARE_WITH_TIMEOUT(faults(), QString("none"), 20000);
    QTRY_VERIFY2_WITH_TIMEOUT(faults().startsWith("1 of 18 faulty: stuck"), qPrintable(faults()), 30000);
    const QString channel = QString::fromStdString(session.status().sources.front().channels.front().name);
    auto* details = panel().findChild<QLabel*>("sensorDetails");
    QTRY_VERIFY2(details->text().contains(channel) && details->text().contains("stuck since"),
                 qPrintable(details->text()));
    QVERIFY2(details->text().contains("Check the converter"), qPrintable(details->text()));
    QTRY_VERIFY(problem(channel + ": the same value"));
    QVERIFY(problem(channel + ": the same value")->since.isValid());
    QVERIFY(!problem(channel + ": the same value")->remedy.isEmpty());
    if (!session.status().recogniserKind.empty()) {
        auto* card = live().findChild<widgets::DecisionCard*>();
        QTRY_VERIFY2_WITH_TIMEOUT(card->content().reason.contains("1 faulty sensor left out"),
                                  qPrintable(card->content().reason), 10000);
    }
    // Well again: the table, the list and the card say so by themselves.
    QTRY_COMPARE_WITH_TIMEOUT(faults(), QString("none"), 30000);
    QTRY_VERIFY(!problem(channel));
    nose.kill();
    nose.waitForFinished();
}

void StudioSensors::manySensorsAreListedSortedAndChosen()
{
    constexpr int count = 60;
    const int port = listen();
    QVERIFY(port > 0);
    std::vector<SensorSocket> sockets;
    std::atomic<bool> stop{false};
    for (int i = 0; i < count; ++i) {
        sockets.push_back(SensorSocket::connectTo(port));
        QVERIFY(sockets.back().send("id=s" + std::to_string(100 + i) + "\na,b\n"));
    }
    std::thread sender([&] {
        for (int k = 0; !stop; ++k) {
            for (int i = 0; i < count; ++i)
                if (i % 20 != 7 || k < 30) // three of them fall silent
                    (void)sockets[std::size_t(i)].send(std::to_string(k % 11) + "," + std::to_string(i) + "\n");
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    });
    live().showSensors();
    auto& model = panel().model();
    auto& table = panel().table();
    QTRY_COMPARE_WITH_TIMEOUT(model.rowCount(), count, 20000);
    auto* totals = panel().findChild<QLabel*>("sensorTotals");
    QTRY_VERIFY2_WITH_TIMEOUT(totals->text().startsWith("60 sensors: 57 streaming, 3 silent"),
                              qPrintable(totals->text()), 20000);
    QTRY_VERIFY2(banner().startsWith("3 of 60 sensors send nothing: s107"), qPrintable(banner()));

    // Rows keep their places and their selection while figures change.
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    table.sortByColumn(SensorsModel::State, Qt::AscendingOrder); // the worst first
    QVERIFY(cell(0, SensorsModel::Name).startsWith("s107"));
    QVERIFY(cell(0, SensorsModel::State).contains("Sends nothing"));
    QTRY_VERIFY(changes.count() > 3);
    QCOMPARE(resets.count(), 0);

    // Choosing a row shows its traces, and the list above follows.
    auto* row = live().findChild<SensorRow*>();
    auto* traces = live().findChild<widgets::TraceView*>();
    QTRY_VERIFY(traces->source() != nullptr);
    const auto chosen = *model.sourceAt(2);
    table.setFocus();
    table.setCurrentIndex(model.index(2, 0));
    QCOMPARE(row->shown(), chosen);
    QTRY_VERIFY(traces->source() != nullptr);
    QVERIFY(panel().findChild<QLabel*>("sensorDetails")->text().contains(cell(2, SensorsModel::Name)));
    row->choose(*model.sourceAt(40));
    QTRY_COMPARE(table.currentIndex().row(), 40);

    // Filter by name; copy with headings, hidden columns left out.
    panel().findChild<QLineEdit*>("sensorFilter")->setText("s15");
    QCOMPARE(model.rowCount(), 10);
    table.setCurrentIndex(model.index(3, 0));
    table.selectRow(3);
    QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
    const QStringList copied = QApplication::clipboard()->text().split('\n');
    QVERIFY(copied.size() >= 2 && copied[0].startsWith("Sensor\tState\t"));
    QVERIFY2(copied[1].startsWith(cell(3, SensorsModel::Name) + '\t'), qPrintable(copied[1]));
    QVERIFY(!copied[0].contains("Skipped lines"));
    panel().findChild<QLineEdit*>("sensorFilter")->setText("sends NOTHING");
    QTRY_COMPARE(model.rowCount(), 3);
    stop = true;
    sender.join();
}

void StudioSensors::manyProblemsAreSummedUp()
{
    auto& hub = startProgram().services().problems;
    const auto faults = [](int count) {
        std::vector<session::Problem> problems;
        for (int i = 0; i < count; ++i)
            problems.push_back({"fault." + std::to_string(i) + ".0.1", session::Severity::Warning,
                                makeError(ErrorKind::Device, "A0: stuck", "board " + std::to_string(i), "Look."),
                                wallNow() - i * nanosecondsPerSecond});
        return problems;
    };
    const auto before = hub.model().activeCount();
    hub.setSessionProblems(faults(20));
    QCOMPARE(hub.model().activeCount(), before + 20);
    hub.setSessionProblems(faults(500));
    QCOMPARE(hub.model().activeCount(), before + 1);
    QVERIFY(problem("500 faults of channels, on board 0, board 1, board 2"));
    QVERIFY(problem("500 faults")->remedy.contains("Sensors"));
    hub.setSessionProblems(faults(499));
    QVERIFY(problem("499 faults"));
    QCOMPARE(problem("499 faults")->count, 1); // it went on
    hub.setSessionProblems(faults(1));
    QCOMPARE(hub.model().activeCount(), before + 1);
    QVERIFY(problem("board 0: A0: stuck"));
    hub.setSessionProblems({});
    QCOMPARE(hub.model().activeCount(), before);
    // What comes and goes for days stays bounded.
    for (int i = 0; i < 300; ++i) {
        hub.report(QString::number(i), widgets::Theme::Severity::Warning, "x", {});
        hub.resolve(QString::number(i));
    }
    QVERIFY(hub.model().rowCount() <= 100 + before);
}

void StudioSensors::safetyCardShowsFiguresAndUsesEditedLimits()
{
    sensing::Calibration calibration;
    calibration.name = "monitor";
    calibration.operatorName = "test";
    calibration.utc = wallNow();
    auto& channel = calibration.channel("co");
    channel.raw = sensing::RawKind::Concentration;
    channel.linear = sensing::LinearLaw{"carbon monoxide", 0, 1, 1000};
    BNOF_VERIFY_OK(sensing::CalibrationStore().save(calibration));
    const int port = listen("?calibration=monitor");
    QVERIFY(port > 0);
    auto socket = SensorSocket::connectTo(port);
    QVERIFY(socket.send("id=monitor\nco,T\n"));
    QTimer sender;
    connect(&sender, &QTimer::timeout, this, [&] { (void)socket.send("40,21\n"); });
    sender.start(50);

    // It shows itself when a calibrated gas with limits is measured.
    auto* dock = live().findChild<QDockWidget*>("safety");
    QVERIFY(dock->isHidden());
    QTRY_VERIFY_WITH_TIMEOUT(!dock->isHidden(), 20000);
    dock->raise();
    auto& card = live().findChild<SafetyPanel*>()->card();
    QTRY_COMPARE(card.gases().size(), std::size_t(1));
    QTRY_COMPARE(SafetyCard::levelTexts(card.gases().front()), QStringList("▲ Above the low limit, 35 ppm"));
    QCOMPARE(card.gases().front().value, 40.0);
    QTRY_VERIFY2(
        SafetyCard::quarterText(card.gases().front()).startsWith("15 min: 40.0 ppm of 200 ppm (STEL), measured"),
        qPrintable(SafetyCard::quarterText(card.gases().front())));
    QVERIFY(SafetyCard::dayText(card.gases().front()).contains("less than 1 %"));
    QTRY_VERIFY2(card.accessibleDescription().contains("Not a certified safety device"),
                 qPrintable(card.accessibleDescription()));
    QTRY_VERIFY(problem("carbon monoxide is above the low limit"));
    QTRY_VERIFY(panel().isVisible());
    live().showSensors();
    QTRY_COMPARE(cell(0, SensorsModel::Calibration), QString("monitor, version 1"));
    dock->raise();

    // Edited limits: errors are said, right ones are used at once and kept.
    live().findChild<QPushButton*>("editLimits")->click();
    auto* dialog = program().window().findChild<QDialog*>("limitsDialog");
    QVERIFY(dialog);
    auto* limits = dialog->findChild<QTableWidget*>("limitsTable");
    QTRY_VERIFY(limits->rowCount() > 5);
    const auto carbonMonoxide = limits->findItems("carbon monoxide", Qt::MatchExactly);
    QCOMPARE(carbonMonoxide.size(), qsizetype(1));
    const int row = carbonMonoxide.front()->row();
    auto* said = dialog->findChild<QLabel*>("limitsProblem");
    auto* save = dialog->findChild<QPushButton*>("limitsSave");
    limits->item(row, 2)->setText("much");
    QVERIFY(said->isVisible() && said->text().contains("\"much\" is no limit"));
    QVERIFY(!save->isEnabled());
    limits->item(row, 2)->setText("90"); // above the second alarm of 70
    QVERIFY2(said->text().contains("second alarm"), qPrintable(said->text()));
    limits->item(row, 3)->setText("120");
    QVERIFY(!said->isVisible() && save->isEnabled());
    save->click();
    QTRY_COMPARE(SafetyCard::levelTexts(card.gases().front()), QStringList("● Below all limits"));
    QCOMPARE(card.gases().front().low, std::optional<double>(90));
    QTRY_VERIFY(!problem("carbon monoxide is above"));
    const auto kept = sensing::loadLimits(sensing::userLimitsPath());
    BNOF_VERIFY_OK(kept);
    const QByteArray file = readAll(QString::fromStdString(sensing::userLimitsPath()));
    QVERIFY2(file.contains("90") && !file.contains("hydrogen sulfide"), file.constData()); // only what differs
    QVERIFY(std::any_of(kept->begin(), kept->end(),
                        [](const auto& each) { return each.gas == "carbon monoxide" && each.low == 90.0; }));

    // Back to what ships: no file of one's own is left.
    QTRY_VERIFY(!program().window().findChild<QDialog*>("limitsDialog"));
    live().findChild<QPushButton*>("editLimits")->click();
    dialog = program().window().findChild<QDialog*>("limitsDialog");
    limits = dialog->findChild<QTableWidget*>("limitsTable");
    QTRY_VERIFY(limits->rowCount() > 5);
    QCOMPARE(limits->item(row, 2)->text(), QString("90"));
    dialog->findChild<QPushButton*>("limitsReset")->click();
    QCOMPARE(limits->item(row, 2)->text(), QString("35"));
    dialog->findChild<QPushButton*>("limitsSave")->click();
    QTRY_VERIFY(!QFile::exists(QString::fromStdString(sensing::userLimitsPath())));
    QTRY_COMPARE(card.gases().front().low, std::optional<double>(35));
}

QTEST_MAIN(StudioSensors)
#include "tst_studio_sensors.moc"
