// SPDX-License-Identifier: GPL-3.0-or-later
// Exposure protocols in the window, on the simulated nose over a real pseudo-terminal: gates, run, marks, pause, loss
// of the sensor, the editor and its versions; and what operators may not do.
#include <QComboBox>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QTableWidget>
#include <QToolButton>

#include "app/studio/live/live_workspace.h"
#include "app/studio/live/protocol_dialog.h"
#include "app/studio/live/protocol_panel.h"
#include "app/studio/network/network_workspace.h"
#include "app/studio/services/protocol_files.h"
#include "app/studio/settings/setting_row.h"
#include "app/studio/settings/settings_workspace.h"
#include "app/studio/shell/banner.h"
#include "app/studio/shell/role_dialog.h"
#include "engine/recording/audit_log.h"
#include "engine/recording/reader.h"
#include "tests/studio/studio_fixture.h"
#include "widgets/command_palette.h"

using namespace bnof;
using namespace bnof::studio;

namespace {

session::Protocol shortProtocol()
{
    session::Protocol p;
    p.name = "short";
    p.baselineSeconds = 0.3;
    p.exposureSeconds = 0.8;
    p.recoverySeconds = 0.3;
    p.stimuli = {{"ethanol", 100, ""}};
    p.replicates = 1;
    p.blanks = 1;
    p.gates.warmUpSeconds = 1.5;
    p.gates.baselineSlopePerMinute = 0;
    p.gates.baselineSpread = 0;
    p.gates.freeMegabytes = 1;
    return p;
}

struct Recorded {
    Json configuration;
    QStringList marks;
};

Recorded readRecording(const QString& path)
{
    Recorded out;
    auto reader = recording::Reader::open(path.toStdString());
    if (!reader.ok())
        return out;
    out.configuration = (*reader)->metadata().configuration;
    for (recording::Item item; (*reader)->next(item);) {
        if (const auto* mark = std::get_if<Mark>(&item))
            out.marks << QString::fromStdString(mark->label);
    }
    return out;
}

QString stateOf(const ProtocolController& protocol)
{
    return session::toString(protocol.status().state);
}

template <typename Widget> Widget* openDialog(QWidget& window, const char* name)
{
    for (auto* dialog : window.findChildren<Widget*>(QLatin1String(name)))
        if (dialog->isVisible())
            return dialog;
    return nullptr;
}

} // namespace

class StudioProtocol : public test::StudioSuite {
    Q_OBJECT

private slots:
    void init()
    {
        Suite::init();
        freshHome();
        // The sensor is what counts here, not the recogniser.
        writeFile(home() + "/config/bnof/bnof.toml", "[recognition]\nmodel = \"\"\n");
    }
    void cleanup() { endProgram(); }

    void runsBehindItsGatesAndIsRecorded();
    void losingTheSensorPausesAndEndingAborts();
    void operatorsPassNoGates();
    void editorSavesVersionsAndRefusesNonsense();
    void operatorsChangeNothing();
    void pinGuardsTheEngineer();
    void layoutKeepsTheProtocolHidden();

private:
    QString keep(const session::Protocol& protocol)
    {
        const QString path = home() + "/config/bnof/protocols/" + QString::fromStdString(protocol.name) + ".json";
        writeFile(path, QByteArray::fromStdString(toJson(protocol).dump(2)));
        return path;
    }
    /// The window on the nose, with this protocol chosen from the panel's list.
    void startWith(test::PluggableNose& nose, const session::Protocol& protocol);
    QDockWidget* dock() { return program().window().live().findChild<QDockWidget*>("protocol"); }
};

void StudioProtocol::startWith(test::PluggableNose& nose, const session::Protocol& protocol)
{
    const QString path = keep(protocol);
    QVERIFY(nose.plugIn());
    Options options;
    options.source = nose.uri();
    auto& started = startProgram(options);
    QTRY_VERIFY_WITH_TIMEOUT(started.services().session.status().frames > 0, 20000);
    QVERIFY(dock()->isHidden()); // nobody asked for it yet
    action(started, "protocol")->trigger();
    QVERIFY(dock()->isVisible());
    auto& chooser = started.window().live().protocolPanel().chooser();
    QTRY_VERIFY(chooser.findData(path) > 0);
    chooser.setCurrentIndex(chooser.findData(path));
    emit chooser.activated(chooser.currentIndex());
    QTRY_VERIFY(started.services().protocol.protocol().has_value());
}

void StudioProtocol::runsBehindItsGatesAndIsRecorded()
{
    test::PluggableNose nose(home() + "/nose");
    startWith(nose, shortProtocol());
    auto& services = program().services();
    auto& protocol = services.protocol;
    auto& panel = program().window().live().protocolPanel();
    QAction* start = action(program(), "protocol-start");

    // The warm-up is not over: the gate says so, and Start is shut with a reason.
    QTRY_VERIFY(!protocol.gates().empty());
    QVERIFY(!start->isEnabled());
    QTRY_VERIFY(panel.findChildren<QLabel*>("protocolGate").size() == int(protocol.gates().size()));
    QStringList told;
    for (auto* label : panel.findChildren<QLabel*>("protocolGate"))
        told << label->accessibleName();
    QVERIFY2(told.join('\n').contains("Warm-up is shut"), qPrintable(told.join('\n')));
    QCOMPARE(panel.timeline().progress().state, widgets::ProtocolTimeline::State::Planned);

    // The seed decides the order.
    auto* seed = panel.findChild<QLineEdit*>("protocolSeed");
    QVERIFY(seed->text().toULongLong() > 0);
    seed->setText("4");
    emit seed->editingFinished();
    QCOMPARE(protocol.seed(), 4ULL);
    QCOMPARE(protocol.plan(), session::planOf(shortProtocol(), 4));

    QTRY_VERIFY_WITH_TIMEOUT(start->isEnabled(), 20000);
    QVERIFY(!services.session.isRecording());
    start->trigger();
    QTRY_VERIFY2_WITH_TIMEOUT(stateOf(protocol) == "running", qPrintable(protocol.problem()), 10000);
    QVERIFY(services.session.isRecording());
    QTRY_VERIFY(panel.timeline().countdown().startsWith("next in 00:0"));
    QVERIFY(!action(program(), "protocol-edit")->isEnabled());

    // An exposure that is interrupted is done again.
    QTRY_COMPARE(protocol.status().phase, std::size_t(1));
    action(program(), "protocol-pause")->trigger();
    QCOMPARE(stateOf(protocol), QString("paused"));
    QCOMPARE(panel.timeline().headline(), QString("Paused"));
    action(program(), "protocol-pause")->trigger();
    QCOMPARE(stateOf(protocol), QString("running"));
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(protocol), QString("finished"), 10000);
    QTRY_VERIFY_WITH_TIMEOUT(protocol.isRecordingFinished(), 10000); // it ends with the protocol
    QVERIFY(!services.session.isRecording());

    const Recorded recorded = readRecording(protocol.recording());
    QVERIFY(*session::protocolFromJson(recorded.configuration["protocol"]["document"], "recorded") == shortProtocol());
    QCOMPARE(recorded.configuration["protocol"]["seed"].toInteger(), std::int64_t{4});
    QCOMPARE(QString::fromStdString(recorded.configuration["role"].toString()), QString("engineer"));
    QStringList planned;
    for (const auto& phase : protocol.plan())
        planned << QString::fromStdString(phase.label);
    QCOMPARE(recorded.marks, (QStringList{planned[0], planned[1], "protocol paused", "protocol resumed"} + planned +
                              QStringList{"end of protocol"}));

    // The training set, through the dialog for its folder.
    QVERIFY(action(program(), "protocol-dataset")->isEnabled());
    action(program(), "protocol-dataset")->trigger();
    auto* chooser = panel.findChild<QFileDialog*>();
    QVERIFY(chooser);
    emit chooser->fileSelected(home() + "/set");
    chooser->close();
    QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(home() + "/set/manifest.csv"), 10000);
    QTRY_VERIFY(readAll(home() + "/set/manifest.csv").contains("ethanol"));

    const quint64 before = protocol.seed();
    action(program(), "protocol-again")->trigger();
    QCOMPARE(stateOf(protocol), QString("ready"));
    QVERIFY(protocol.seed() != before || protocol.plan() == session::planOf(shortProtocol(), before));
}

void StudioProtocol::losingTheSensorPausesAndEndingAborts()
{
    test::PluggableNose nose(home() + "/nose");
    session::Protocol p = shortProtocol();
    p.gates.warmUpSeconds = 0;
    p.baselineSeconds = 60;
    startWith(nose, p);
    auto& services = program().services();
    auto& protocol = services.protocol;

    // A recording that runs already does not hold the protocol: it is finished, and another one begun.
    action(program(), "record")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(services.session.isRecording(), 10000);
    const QString first = QString::fromStdString(services.session.status().recording->path);
    QTRY_VERIFY_WITH_TIMEOUT(action(program(), "protocol-start")->isEnabled(), 10000);
    action(program(), "protocol-start")->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(protocol), QString("running"), 10000);
    QVERIFY(protocol.recording() != first);

    nose.unplug();
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(protocol), QString("paused"), 15000);
    QVERIFY(QString::fromStdString(protocol.status().reason).contains("does not stream"));
    action(program(), "protocol-pause")->trigger(); // going on without a sensor
    QCOMPARE(stateOf(protocol), QString("paused"));
    QVERIFY(!protocol.problem().isEmpty());

    // Abort asks once; going on changes nothing.
    action(program(), "protocol-abort")->trigger();
    auto* question = openDialog<QMessageBox>(program().window(), "abortQuestion");
    QVERIFY(question);
    question->findChild<QAbstractButton*>("keepRunning")->click();
    QCOMPARE(stateOf(protocol), QString("paused"));

    action(program(), "disconnect")->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(services.session.phase(), SessionController::Phase::Idle, 15000);
    QCOMPARE(stateOf(protocol), QString("aborted"));
    const Recorded recorded = readRecording(protocol.recording());
    QVERIFY2(recorded.marks.last().startsWith("protocol aborted"), qPrintable(recorded.marks.join('|')));
    QVERIFY(readRecording(first).configuration["protocol"].isNull());
}

void StudioProtocol::operatorsPassNoGates()
{
    test::PluggableNose nose(home() + "/nose");
    session::Protocol p = shortProtocol();
    p.gates.temperatureLow = 150;
    p.gates.warmUpSeconds = 0;
    p.baselineSeconds = 60;
    startWith(nose, p);
    auto& services = program().services();
    auto& protocol = services.protocol;
    QAction* although = action(program(), "protocol-override");
    QTRY_VERIFY_WITH_TIMEOUT(although->isEnabled(), 10000);
    services.roles.becomeOperator();
    QVERIFY(!although->isEnabled());
    QVERIFY(although->property(widgets::CommandModel::reasonProperty).toString().contains("engineer"));
    protocol.start(true);
    QCOMPARE(protocol.problem(), Roles::refusal());
    const quint64 seed = protocol.seed();
    protocol.setSeed(seed + 1);
    QCOMPARE(protocol.seed(), seed);
    protocol.start(false); // and a shut gate stops everybody
    QTRY_VERIFY(protocol.problem().contains("gate is shut"));
    QVERIFY(!services.session.isRecording());

    services.roles.becomeEngineer({}, [](const QString&) {});
    QTRY_VERIFY(although->isEnabled());
    although->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(protocol), QString("running"), 10000);
    services.roles.becomeOperator(); // while it is recorded
    action(program(), "protocol-abort")->trigger();
    auto* question = openDialog<QMessageBox>(program().window(), "abortQuestion");
    QVERIFY(question);
    question->findChild<QAbstractButton*>("abortNow")->click();
    QCOMPARE(stateOf(protocol), QString("aborted"));
    QTRY_VERIFY_WITH_TIMEOUT(protocol.isRecordingFinished(), 10000);
    const Recorded recorded = readRecording(protocol.recording());
    QVERIFY2(recorded.marks.first().startsWith("started although: Temperature"), qPrintable(recorded.marks.join('|')));
    QVERIFY(recorded.marks.contains("role: operator"));
    QCOMPARE(recorded.marks.last(), QString("protocol aborted"));
    // Every switch is in the library's audit trail.
    const std::string log = (home() + "/data/bnof/audit.ndjson").toStdString();
    QTRY_COMPARE(recording::readAuditLog(log)->entries.size(), std::size_t{3});
    const auto trail = recording::readAuditLog(log);
    QVERIFY(trail->check.intact);
    QCOMPARE(QString::fromStdString(trail->entries.back().what), QString("role switched"));
    QCOMPARE(QString::fromStdString(trail->entries.back().detail["file"].toString()), protocol.recording());
}

void StudioProtocol::editorSavesVersionsAndRefusesNonsense()
{
    auto& started = startProgram();
    session::Protocol p = shortProtocol();
    p.name = "Two gases";
    const QString old = keep(p);
    const QByteArray oldBytes = readAll(old);
    auto& protocol = started.services().protocol;
    protocol.choose(old);
    QTRY_VERIFY(protocol.protocol().has_value());
    action(started, "protocol-edit")->trigger();
    auto* dialog = openDialog<ProtocolDialog>(started.window(), "protocolDialog");
    QVERIFY(dialog);
    auto* save = dialog->findChild<QPushButton*>("protocolSave");
    auto* preview = dialog->findChild<widgets::ProtocolTimeline*>();
    QVERIFY(save->isEnabled());
    QCOMPARE(preview->trials(), 2);

    // Rows are added, moved and removed; what cannot be is named and not saved.
    auto* table = dialog->findChild<QTableWidget*>("protocolStimuli");
    dialog->findChild<QToolButton*>("stimulusAdd")->click();
    QCOMPARE(table->rowCount(), 2);
    QCOMPARE(preview->trials(), 3);
    table->item(1, 0)->setText("ethanol");
    QVERIFY2(dialog->problem().contains("listed twice"), qPrintable(dialog->problem()));
    QVERIFY(!save->isEnabled());
    table->item(1, 0)->setText("acetone");
    QVERIFY2(dialog->problem().isEmpty(), qPrintable(dialog->problem()));
    table->item(1, 1)->setData(Qt::EditRole, -5.0);
    QVERIFY(!dialog->problem().isEmpty());
    dialog->undoStack().undo();
    QVERIFY(dialog->problem().isEmpty());
    table->setCurrentCell(1, 0);
    dialog->findChild<QToolButton*>("stimulusUp")->click();
    QCOMPARE(table->item(0, 0)->text(), QString("acetone"));
    auto* line = dialog->findChild<QLineEdit*>("protocol.valves.source");
    line->setText("nonsense");
    emit line->textEdited("nonsense");
    QVERIFY(!save->isEnabled());
    line->setText("serial:/dev/ttyACM0?baud=9600");
    emit line->textEdited(line->text());
    QVERIFY2(dialog->problem().contains("safe"), qPrintable(dialog->problem())); // nothing would shut the valves
    dialog->undoStack().undo();                                                  // both edits of the line are one step
    QCOMPARE(line->text(), QString());
    QVERIFY(save->isEnabled());
    auto* exposure = dialog->findChild<QDoubleSpinBox*>("protocol.exposure_s");
    exposure->setValue(30);
    QCOMPARE(dialog->draft().exposureSeconds, 30.0);

    // The next version is another file, and becomes the chosen one.
    save->click();
    QTRY_VERIFY(!dialog->isVisible());
    QTRY_COMPARE(protocol.protocol()->version, 2);
    QCOMPARE(protocol.protocol()->stimuli.size(), std::size_t{2});
    QVERIFY(protocol.path() != old);
    QCOMPARE(readAll(old), oldBytes);
    // Also from the older version comes the next one after all that are there.
    const auto third = saveNextVersion(home() + "/config/bnof/protocols", p, 1);
    BNOF_VERIFY_OK(third);
    QCOMPARE(session::readProtocol(third->toStdString())->version, 3);
    const auto listed = listProtocols(home() + "/config/bnof/protocols");
    QCOMPARE(listed.front().version, 3);
    QVERIFY(std::any_of(listed.begin(), listed.end(), [](const ProtocolFile& file) { return file.shipped; }));

    // Closing with changes asks.
    action(started, "protocol-new")->trigger();
    dialog = openDialog<ProtocolDialog>(started.window(), "protocolDialog");
    QVERIFY(dialog && !dialog->problem().isEmpty()); // it has no name yet
    dialog->findChild<QDoubleSpinBox*>("protocol.exposure_s")->setValue(5);
    dialog->reject();
    QVERIFY(dialog->isVisible());
    openDialog<QMessageBox>(*dialog, "discardQuestion")->findChild<QAbstractButton*>("discardNow")->click();
    QTRY_VERIFY(!openDialog<ProtocolDialog>(started.window(), "protocolDialog"));
}

void StudioProtocol::operatorsChangeNothing()
{
    auto& started = startProgram();
    auto& window = started.window();
    auto& store = started.services().configuration;
    auto* role = window.findChild<QToolButton*>("roleButton");
    QVERIFY(role);
    QCOMPARE(role->text(), QString("Engineer")); // nothing changes for who works alone
    BNOF_VERIFY_OK(store.change("display.trace_window", "90", "Time on screen"));
    action(started, "role")->trigger(); // there is no PIN
    QVERIFY(!started.services().roles.isEngineer());
    QCOMPARE(role->text(), QString("Operator"));
    QVERIFY(!action(started, "undo")->isEnabled()); // an engineer's change is not the operator's to undo

    QVERIFY(!store.change("recording.codec", "none", "Compression").ok());
    QVERIFY(!store.change("general.role", "engineer", "Role").ok());
    QVERIFY(!store.change("general.engineer_pin", "x", "PIN").ok());
    BNOF_VERIFY_OK(store.change("general.operator", "Ada", "Operator")); // who it is may change
    window.showWorkspace("settings");
    QVERIFY(!window.settingsWorkspace().row("recording.codec")->isEnabled());
    QVERIFY(window.settingsWorkspace().row("general.operator")->isEnabled());
    QVERIFY(!window.settingsWorkspace().row("general.engineer_pin"));
    const auto banners = window.settingsWorkspace().findChildren<Banner*>();
    QVERIFY(std::any_of(banners.begin(), banners.end(),
                        [](Banner* banner) { return banner->isVisible() && banner->text().contains("Switch role"); }));
    for (const char* id : {"network-apply", "network-save", "protocol-edit", "protocol-new", "engineer-pin", "delete"})
        QVERIFY2(!action(started, id)->isEnabled(), id);
    for (const char* id : {"connect", "simulate", "open", "role", "palette"})
        QVERIFY2(action(started, id)->isEnabled(), id);
    // Leaving the operator view gives nothing back that the role does not allow.
    action(started, "operator-view")->trigger();
    action(started, "operator-view")->trigger();
    QVERIFY(!action(started, "protocol-new")->isEnabled());

    action(started, "role")->trigger();
    QVERIFY(started.services().roles.isEngineer());
    QVERIFY(action(started, "protocol-new")->isEnabled());
    QVERIFY(window.settingsWorkspace().row("recording.codec")->isEnabled());
    BNOF_VERIFY_OK(store.change("recording.codec", "none", "Compression"));
}

void StudioProtocol::pinGuardsTheEngineer()
{
    // Against hashlib: sha256(salt + pin), then sha256(digest + salt + pin).
    QCOMPARE(QString::fromStdString(hashPin("1234", "00ff", 2)),
             QString("sha256:2:00ff:53810c122b7538cbca4b13f829b671ea24aba76348f4b444b7c124ece5af4e25"));
    QCOMPARE(pinMatches(hashPin("1234", "00ff", 3), "1234"), std::optional(true));
    QCOMPARE(pinMatches(hashPin("1234", "00ff", 3), "1235"), std::optional(false));
    QVERIFY(!pinMatches("sha256:999999999:00ff:0", "1234"));
    QVERIFY(!pinMatches("1234", "1234"));

    auto& started = startProgram();
    auto& window = started.window();
    auto& roles = started.services().roles;
    action(started, "engineer-pin")->trigger();
    auto* pin = openDialog<QDialog>(window, "pinDialog");
    QVERIFY(pin);
    pin->findChild<QLineEdit*>("newPin")->setText("2468");
    pin->findChild<QLineEdit*>("newPinAgain")->setText("2469");
    pin->findChild<QPushButton*>("pinKeep")->click();
    QVERIFY(!pin->findChild<QLabel*>("pinProblem")->text().isEmpty());
    pin->findChild<QLineEdit*>("newPinAgain")->setText("2468");
    pin->findChild<QPushButton*>("pinKeep")->click();
    QTRY_VERIFY_WITH_TIMEOUT(roles.hasPin(), 20000);
    QTRY_VERIFY(!openDialog<QDialog>(window, "pinDialog"));
    action(started, "role")->trigger();
    QVERIFY(!roles.isEngineer());
    endProgram();

    // The PIN and the role outlive the program; the PIN itself is nowhere.
    auto& again = startProgram();
    QVERIFY(!again.services().roles.isEngineer());
    const QByteArray file = readAll(home() + "/config/bnof/bnof.toml");
    QVERIFY(file.contains("sha256:100000:"));
    QVERIFY(!file.contains("2468\""));
    action(again, "role")->trigger();
    auto* dialog = openDialog<QDialog>(again.window(), "roleDialog");
    QVERIFY(dialog);
    dialog->findChild<QLineEdit*>("rolePin")->setText("0000");
    dialog->findChild<QPushButton*>("roleSwitch")->click();
    QTRY_VERIFY_WITH_TIMEOUT(!dialog->findChild<QLabel*>("pinProblem")->text().isEmpty(), 20000);
    QVERIFY(!again.services().roles.isEngineer());
    dialog->findChild<QLineEdit*>("rolePin")->setText("2468");
    dialog->findChild<QPushButton*>("roleSwitch")->click();
    QTRY_VERIFY_WITH_TIMEOUT(again.services().roles.isEngineer(), 20000);
    QTRY_VERIFY(!openDialog<QDialog>(again.window(), "roleDialog"));
}

void StudioProtocol::layoutKeepsTheProtocolHidden()
{
    startProgram();
    QVERIFY(dock()->isHidden());
    dock()->show();
    action(program(), "reset-layout")->trigger();
    QVERIFY(dock()->isHidden()); // nothing is chosen
    program().services().protocol.choose(keep(shortProtocol()));
    QTRY_VERIFY(!dock()->isHidden());
    dock()->setFloating(true);
    action(program(), "reset-layout")->trigger();
    QVERIFY(!dock()->isHidden());
    QVERIFY(!dock()->isFloating());
    program().window().saveState();
    endProgram();
    QVERIFY(!startProgram().window().live().findChild<QDockWidget*>("protocol")->isHidden());
}

QTEST_MAIN(StudioProtocol)
#include "tst_studio_protocol.moc"
