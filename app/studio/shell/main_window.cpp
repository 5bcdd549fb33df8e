// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/shell/main_window.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileDialog>
#include <QKeyEvent>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QUrl>
#include <QVBoxLayout>

#include "app/studio/compare/compare_workspace.h"
#include "app/studio/live/anchor_dialog.h"
#include "app/studio/live/calibration_dialog.h"
#include "app/studio/live/connect_dialog.h"
#include "app/studio/live/decoder_editor.h"
#include "app/studio/live/display_clock.h"
#include "app/studio/live/explanation_dialog.h"
#include "app/studio/live/live_workspace.h"
#include "app/studio/live/protocol_panel.h"
#include "app/studio/live/replay_bar.h"
#include "app/studio/network/network_workspace.h"
#include "app/studio/recordings/recording_viewer.h"
#include "app/studio/recordings/recordings_workspace.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "app/studio/settings/setting_row.h"
#include "app/studio/settings/setting_texts.h"
#include "app/studio/settings/settings_workspace.h"
#include "app/studio/shell/actions.h"
#include "app/studio/shell/banner.h"
#include "app/studio/shell/job_bar.h"
#include "app/studio/shell/navigation_rail.h"
#include "app/studio/shell/role_dialog.h"
#include "app/studio/shell/session_bar.h"
#include "app/studio/shell/status_figures.h"
#include "app/studio/training/training_workspace.h"
#include "engine/base/build_config.h"
#include "engine/base/log.h"
#include "widgets/command_palette.h"
#include "widgets/status_field.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

constexpr int stateVersion = 1;

QString id(const char* text)
{
    return QLatin1String(text);
}

} // namespace

MainWindow::MainWindow(Services& services, bool defaultLayout, QWidget* parent)
    : QMainWindow(parent), m_services(services)
{
    setObjectName(id("mainWindow"));
    setWindowTitle(tr("BioNeuro Olfactory Fusion"));
    setWindowIcon(QIcon(id(":/icons/bnof.svg")));
    createActions(m_actions);
    for (const QString& action : m_actions.ids()) // shortcuts work while the menu bar is hidden, too
        addAction(m_actions.action(action));
    buildWindow();
    buildMenus();
    connectActions();
    connectSessionActions();
    connectRoleActions();
    setAcceptDrops(true);
    m_palette = new widgets::CommandPalette(this);
    m_actions.fill(*m_palette->model());
    qApp->installEventFilter(this);

    m_saveTimer.setSingleShot(true);
    m_saveTimer.setInterval(1000);
    connect(&m_saveTimer, &QTimer::timeout, this, &MainWindow::saveState);
    m_figureTimer.setInterval(250);
    connect(&m_figureTimer, &QTimer::timeout, this, [this] {
        m_sessionBar->refresh();
        m_figures->refresh();
    });
    m_figureTimer.start();
    resize(1400, 900);
    showWorkspace(id("live"));
    if (!defaultLayout)
        restore();
    updateMarks();
    updateUndo();
    updateTheme();
    updateRole();
    updateActions();
}

MainWindow::~MainWindow()
{
    qApp->removeEventFilter(this);
}

void MainWindow::buildWindow()
{
    m_rail = new NavigationRail(this);
    m_sessionBar = new SessionBar(m_services.session, m_actions, this);
    m_notice = new Banner(tr("Notice"), this);
    m_stack = new QStackedWidget(this);
    m_live = new LiveWorkspace(m_services, m_actions, this);
    m_recordings = new RecordingsWorkspace(m_services, m_actions, this);
    m_training = new TrainingWorkspace(m_services, m_actions, this);
    m_compare = new CompareWorkspace(m_services, m_actions, this);
    m_network = new NetworkWorkspace(m_services, m_actions, this);
    m_settings = new SettingsWorkspace(m_services, m_actions, this);
    m_jobs = new JobBar(m_services.jobs, this);
    m_strip = new widgets::StatusStrip(this);
    m_strip->setAccessibleName(tr("Status"));
    m_figures = new StatusFigures(m_services, *m_strip, this);
    addWorkspace(id("live"), m_live);
    addWorkspace(id("recordings"), m_recordings);
    addWorkspace(id("training"), m_training);
    addWorkspace(id("compare"), m_compare);
    addWorkspace(id("network"), m_network);
    m_rail->addStretch();
    addWorkspace(id("settings"), m_settings);

    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_rail);
    middle->addWidget(m_stack, 1);
    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_sessionBar);
    layout->addWidget(m_notice);
    layout->addLayout(middle, 1);
    layout->addWidget(m_jobs);
    layout->addWidget(m_strip);
    setCentralWidget(centre);

    connect(m_notice, &Banner::pressed, this, [this] {
        m_notice->clear();
        emit noticeButtonPressed();
    });
    connect(m_strip, &widgets::StatusStrip::activated, this, &MainWindow::statusActivated);
    connect(&m_live->clock(), &DisplayClock::measured, this, [this] {
        m_figures->setDisplay(m_live->clock().framesPerSecond(), m_live->clock().cpuMillisecondsPerFrame());
    });
    connect(&m_network->clock(), &DisplayClock::measured, this, [this] {
        m_figures->setDisplay(m_network->clock().framesPerSecond(), m_network->clock().cpuMillisecondsPerFrame());
    });
    connect(m_network, &NetworkWorkspace::backEndChoiceRequested, this, [this] { statusActivated(id("backend")); });
    connect(m_network, &NetworkWorkspace::notice, this, [this](const QString& text) { notify(text); });
    connect(m_training, &TrainingWorkspace::notice, this, [this](const QString& text) { notify(text); });
    connect(m_compare, &CompareWorkspace::notice, this, [this](const QString& text) { notify(text); });
    connect(m_compare, &CompareWorkspace::jumpRequested, this, [this](const QString& path, double seconds) {
        showWorkspace(id("recordings"));
        m_recordings->openRecording(path, seconds);
    });
    connect(m_live, &LiveWorkspace::layoutChanged, &m_saveTimer, qOverload<>(&QTimer::start));
    connect(m_recordings, &RecordingsWorkspace::layoutChanged, &m_saveTimer, qOverload<>(&QTimer::start));
    connect(m_recordings, &RecordingsWorkspace::replayRequested, this, [this](const QString& path, double speed) {
        showWorkspace(id("live"));
        m_services.session.replay(path, speed);
    });
}

void MainWindow::addWorkspace(const QString& workspace, QWidget* widget)
{
    QAction* action = m_actions.action(QStringLiteral("workspace-") + workspace);
    m_rail->addWorkspace(action);
    m_stack->addWidget(widget);
    m_workspaces.push_back({workspace, action, widget});
    connect(action, &QAction::triggered, this, [this, workspace] { showWorkspace(workspace); });
}

void MainWindow::buildMenus()
{
    const auto fill = [this](QMenu* menu, std::initializer_list<const char*> ids) {
        for (const char* action : ids) {
            if (*action == '\0')
                menu->addSeparator();
            else
                menu->addAction(m_actions.action(id(action)));
        }
        return menu;
    };
    QMenu* session =
        fill(menuBar()->addMenu(tr("&Session")), {"connect", "simulate", "open", "import", "", "record", "mark"});
    QMenu* marks = session->addMenu(tr("Labelled marks"));
    for (int number = 1; number <= 9; ++number)
        marks->addAction(m_actions.action(QStringLiteral("mark-%1").arg(number)));
    fill(session, {"freeze", "pause-replay", "go-to-time", "", "explain", "calibrate", "anchor", "decoder-editor", "",
                   "disconnect", "", "role", "engineer-pin", "", "quit"});
    fill(menuBar()->addMenu(tr("&Edit")), {"undo", "redo"});
    fill(menuBar()->addMenu(tr("&Recording")),
         {"show",   "replay", "replay-10x", "replay-max", "",           "describe", "",
          "export", "report", "",           "verify",     "verify-all", "repair",   "",
          "reveal", "remove", "forget",     "delete",     "",           "search",   "reindex"});
    fill(menuBar()->addMenu(tr("&Protocol")),
         {"protocol", "", "protocol-start", "protocol-override", "protocol-pause", "protocol-abort", "protocol-again",
          "", "protocol-dataset", "", "protocol-edit", "protocol-new"});
    fill(menuBar()->addMenu(tr("&Training")),
         {"train", "training-folder", "", "model-use", "model-card", "model-reveal", "model-delete"});
    fill(menuBar()->addMenu(tr("&Compare")),
         {"compare-start", "compare-open", "", "compare-report", "", "compare-promote", "compare-rollback"});
    fill(menuBar()->addMenu(tr("&Network")), {"network-apply", "network-revert", "", "network-save"});
    QMenu* view = fill(menuBar()->addMenu(tr("&View")),
                       {"workspace-live", "workspace-recordings", "workspace-training", "workspace-compare",
                        "workspace-network", "workspace-settings", "", "palette", "problems"});
    QMenu* panels = view->addMenu(tr("Panels of Live"));
    for (QDockWidget* dock : m_live->docks())
        panels->addAction(dock->toggleViewAction());
    fill(view->addMenu(tr("Theme")), {"theme-system", "theme-light", "theme-dark"});
    fill(view, {"reset-layout", "", "operator-view", "back"});
    fill(menuBar()->addMenu(tr("&Help")), {"copy-diagnostics", "about"});
}

void MainWindow::connectActions()
{
    const auto on = [this](const char* action, auto slot) {
        connect(m_actions.action(id(action)), &QAction::triggered, this, slot);
    };
    auto* undo = m_services.configuration.undoStack();
    on("quit", &QWidget::close);
    on("undo", [undo] { undo->undo(); });
    on("redo", [undo] { undo->redo(); });
    on("palette", [this] { m_palette->open(); });
    on("problems", [this] { statusActivated(id("problems")); });
    on("reset-layout", [this] {
        m_live->resetLayout();
        m_recordings->resetLayout();
        m_training->resetLayout();
        m_compare->resetLayout();
        saveState();
    });
    on("operator-view", [this] { setOperatorView(!m_operatorView); });
    on("back", &MainWindow::goBack);
    on("copy-diagnostics", &MainWindow::copyDiagnostics);
    on("about", &MainWindow::showAbout);
    for (const char* theme : {"system", "light", "dark"}) {
        connect(m_actions.action(QStringLiteral("theme-") + id(theme)), &QAction::triggered, this, [this, theme] {
            if (!m_services.configuration.change("appearance.theme", id(theme), SettingTexts::title("appearance.theme"))
                     .ok())
                updateTheme();
        });
    }
    connect(undo, &QUndoStack::indexChanged, this, &MainWindow::updateUndo);
    connect(&m_services.configuration, &ConfigurationStore::changed, this, [this](const QString& key) {
        if (key.startsWith(id("marks.")))
            updateMarks();
        if (key == id("appearance.theme"))
            updateTheme();
    });
    connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, this, &MainWindow::updateTheme);
}

void MainWindow::connectSessionActions()
{
    const auto on = [this](const char* action, auto slot) {
        connect(m_actions.action(id(action)), &QAction::triggered, this, slot);
    };
    auto& session = m_services.session;
    on("connect", &MainWindow::openConnectDialog);
    on("open", &MainWindow::openRecordingDialog);
    on("calibrate", [this] { openBeside(m_calibration); });
    on("anchor", [this] { openBeside(m_anchor); });
    const auto why = [this] {
        openBeside(m_explanation);
        // What is looked at is explained: on a stopped display, the answer at its end.
        const auto& axis = m_live->timeAxis();
        m_explanation->explain(axis.isFollowing() ? INT64_MAX : axis.end());
    };
    on("explain", why);
    connect(m_live, &LiveWorkspace::whyWanted, this, why);
    on("decoder-editor", [this] { openBeside(m_decoderEditor); });
    on("simulate", [this] {
        showWorkspace(id("live"));
        m_services.session.startSimulator();
    });
    on("disconnect", [this] { m_services.session.stop(); });
    on("record", &MainWindow::toggleRecording);
    on("mark", [this] { m_services.session.mark(tr("mark")); });
    for (int number = 1; number <= 9; ++number)
        connect(m_actions.action(QStringLiteral("mark-%1").arg(number)), &QAction::triggered, this,
                [this, number] { m_services.session.mark(markLabel(m_services.configuration.values(), number)); });
    on("freeze", [this] { m_live->timeAxis().toggleFreeze(); });
    on("pause-replay", [this] {
        if (const auto& replay = m_services.session.status().replay)
            m_services.session.setReplayPaused(!replay->paused);
    });
    on("protocol", [this] {
        showWorkspace(id("live"));
        m_live->showProtocol();
    });
    on("go-to-time", [this] {
        showWorkspace(id("live"));
        m_live->replayBar().askForTime();
    });
    connect(&m_live->timeAxis(), &widgets::TimeAxis::followingChanged, this,
            [this](bool following) { m_actions.action(id("freeze"))->setChecked(!following); });
    connect(&session, &SessionController::phaseChanged, this, [this] {
        updateActions();
        m_sessionBar->refresh();
    });
    connect(&session, &SessionController::statusChanged, this, &MainWindow::updateActions);
    connect(&m_services.library, &Library::entriesChanged, this, &MainWindow::updateActions); // after Recordings
    connect(m_services.configuration.undoStack(), &QUndoStack::indexChanged, this, &MainWindow::updateActions);
    connect(&session, &SessionController::stopped, this, [this] {
        if (m_closing)
            close();
    });
}

void MainWindow::connectRoleActions()
{
    connect(m_actions.action(id("role")), &QAction::triggered, this, &MainWindow::switchRole);
    connect(m_actions.action(id("engineer-pin")), &QAction::triggered, this, [this] {
        auto* dialog = new PinDialog(m_services.roles, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        connect(dialog, &QDialog::accepted, this, [this] {
            notify(m_services.roles.hasPin() ? tr("Becoming an engineer needs the PIN from now on.")
                                             : tr("Becoming an engineer needs no PIN from now on."));
        });
        dialog->open();
    });
    connect(&m_services.roles, &Roles::changed, this, &MainWindow::updateRole);
}

void MainWindow::switchRole()
{
    Roles& roles = m_services.roles;
    if (roles.isEngineer()) {
        roles.becomeOperator();
        notify(tr("You are an operator now: you can run, mark, acknowledge and export."));
        return;
    }
    if (!roles.hasPin()) {
        roles.becomeEngineer({}, [](const QString&) {});
        notify(tr("You are an engineer now."));
        return;
    }
    if (m_roleDialog) {
        m_roleDialog->raise();
        return;
    }
    m_roleDialog = new RoleDialog(roles, this);
    m_roleDialog->setAttribute(Qt::WA_DeleteOnClose);
    m_roleDialog->open();
}

void MainWindow::updateRole()
{
    const bool engineer = m_services.roles.isEngineer();
    QAction* role = m_actions.action(id("role"));
    role->setIconText(m_services.roles.roleName());
    role->setToolTip(tr("You are: %1. Press to switch.").arg(m_services.roles.roleName()));
    m_actions.setEngineeringRefused(engineer ? QString() : Roles::refusal());
    lockNetwork();
}

void MainWindow::showWorkspace(const QString& workspace)
{
    for (const auto& entry : m_workspaces) {
        entry.action->setChecked(entry.id == workspace);
        if (entry.id == workspace)
            m_stack->setCurrentWidget(entry.widget);
    }
    m_services.state.setValue(id("window/workspace"), workspace);
    if (workspace == id("live"))
        m_live->refresh();
    if (workspace == id("recordings"))
        m_recordings->table().setFocus(Qt::OtherFocusReason);
}

QString MainWindow::workspace() const
{
    for (const auto& entry : m_workspaces)
        if (entry.widget == m_stack->currentWidget())
            return entry.id;
    return {};
}

void MainWindow::restore()
{
    const auto bytes = [this](const char* key) { return m_services.state.value(id(key)).toByteArray(); };
    if (const auto geometry = bytes("window/geometry"); !geometry.isEmpty())
        restoreGeometry(geometry);
    if (const auto layout = bytes("live/layout"); !layout.isEmpty())
        m_live->restoreLayout(layout);
    if (const auto layout = bytes("recordings/layout"); !layout.isEmpty())
        m_recordings->restoreLayout(layout);
    showWorkspace(m_services.state.value(id("window/workspace"), id("live")).toString());
}

void MainWindow::saveState()
{
    if (m_operatorView)
        return; // the full screen is not the layout to come back to
    m_services.state.setValue(id("window/geometry"), saveGeometry());
    m_services.state.setValue(id("window/version"), stateVersion);
    m_services.state.setValue(id("live/layout"), m_live->saveLayout());
    m_services.state.setValue(id("recordings/layout"), m_recordings->saveLayout());
}

void MainWindow::moveEvent(QMoveEvent* event)
{
    QMainWindow::moveEvent(event);
    m_saveTimer.start();
}

void MainWindow::resizeEvent(QResizeEvent* event)
{
    QMainWindow::resizeEvent(event);
    m_saveTimer.start();
}

bool MainWindow::eventFilter(QObject* watched, QEvent* event)
{
    // Space puts down marks wherever the focus is; buttons are pressed with Return instead.
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        auto* button = qobject_cast<QAbstractButton*>(watched);
        if (button && (key == Qt::Key_Return || key == Qt::Key_Enter) && button->window() == this) {
            button->animateClick();
            return true;
        }
    }
    return QMainWindow::eventFilter(watched, event);
}

void MainWindow::updateActions()
{
    const auto& session = m_services.session;
    const bool idle = session.phase() == SessionController::Phase::Idle;
    const bool live = session.isRunning() && !session.isReplay();
    QAction* record = m_actions.action(id("record"));
    const bool recording = session.isRecording();
    const QString notLive = session.isReplay() ? tr("A replay is running.") : tr("Connect a sensor first.");
    m_actions.setEnabled(id("record"), live, notLive);
    const QString text = recording ? tr("Stop &recording") : tr("&Record");
    if (record->text() != text) {
        record->setText(text);
        record->setIconText(recording ? tr("Stop") : tr("Record"));
    }
    m_actions.setEnabled(id("mark"), live, notLive);
    m_actions.setEnabled(id("explain"), session.isRunning() && session.status().decisions > 0,
                         tr("Nothing was answered yet."));
    for (const char* action : {"calibrate", "anchor"})
        m_actions.setEnabled(id(action), live && session.status().frames > 0, notLive);
    for (int number = 1; number <= 9; ++number)
        m_actions.setEnabled(QStringLiteral("mark-%1").arg(number), live, notLive);
    m_actions.setEnabled(id("freeze"), !idle, tr("Nothing is running."));
    for (const char* action : {"pause-replay", "go-to-time"})
        m_actions.setEnabled(id(action), session.isReplay(), tr("No replay is running."));
    m_actions.setEnabled(id("disconnect"), !idle, tr("Nothing is running."));
    m_actions.setEnabled(id("protocol"), !idle, tr("Connect a sensor first."));
    for (const char* action : {"connect", "simulate", "open", "quit"})
        m_actions.action(id(action))->setEnabled(true);
    updateUndo();
    if (m_operatorView)
        lockActions();
}

void MainWindow::lockActions()
{
    static const QStringList allowed{
        id("record"),         id("mark"),           id("freeze"),         id("operator-view"),
        id("problems"),       id("back"),           id("pause-replay"),   id("copy-diagnostics"),
        id("protocol-start"), id("protocol-pause"), id("protocol-abort"), id("protocol-again")};
    for (const QString& action : m_actions.ids())
        if (!allowed.contains(action) && !action.startsWith(id("mark-")))
            m_actions.setEnabled(action, false, tr("Locked in the operator view."));
}

void MainWindow::unlockActions()
{
    for (const QString& action : m_actions.ids())
        m_actions.setEnabled(action, true, {});
    m_recordings->updateActions();
    m_network->updateActions();
    m_training->updateActions();
    m_compare->updateActions();
    m_live->protocolPanel().updateActions();
    updateActions();
}

void MainWindow::updateMarks()
{
    for (int number = 1; number <= 9; ++number)
        m_actions.action(QStringLiteral("mark-%1").arg(number))
            ->setText(tr("Mark: %1").arg(markLabel(m_services.configuration.values(), number)));
}

void MainWindow::updateUndo()
{
    const auto* stack = m_services.configuration.undoStack();
    QAction* undo = m_actions.action(id("undo"));
    QAction* redo = m_actions.action(id("redo"));
    m_actions.setEnabled(id("undo"), stack->canUndo(), tr("There is nothing to undo."));
    m_actions.setEnabled(id("redo"), stack->canRedo(), tr("There is nothing to redo."));
    const QString undoText = stack->canUndo() ? tr("Undo %1").arg(stack->undoText()) : tr("Undo");
    const QString redoText = stack->canRedo() ? tr("Redo %1").arg(stack->redoText()) : tr("Redo");
    if (undo->text() != undoText)
        undo->setText(undoText);
    if (redo->text() != redoText)
        redo->setText(redoText);
}

void MainWindow::updateTheme()
{
    const QString theme = m_services.configuration.text("appearance.theme");
    for (const char* name : {"system", "light", "dark"})
        m_actions.action(QStringLiteral("theme-") + id(name))->setChecked(theme == id(name));
}

void MainWindow::statusActivated(const QString& figure)
{
    if (figure == id("recording") && !m_operatorView) {
        showWorkspace(id("recordings"));
    } else if (figure == id("backend") && !m_operatorView) {
        showWorkspace(id("settings"));
        m_settings->row(id("recognition.back_end"))->editor()->setFocus(Qt::ShortcutFocusReason);
    } else {
        showWorkspace(id("live"));
        m_live->showProblems();
    }
}

void MainWindow::openConnectDialog()
{
    if (m_connectDialog) {
        m_connectDialog->raise();
        m_connectDialog->activateWindow();
        return;
    }
    m_connectDialog = new ConnectDialog(m_services, this);
    m_connectDialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(m_connectDialog, &ConnectDialog::connectRequested, this, [this](const QString& uri) {
        const bool beside = m_connectDialog->isBeside();
        m_connectDialog->accept();
        showWorkspace(id("live"));
        if (beside)
            m_services.session.connectBeside(uri);
        else
            m_services.session.connectTo(uri);
    });
    m_connectDialog->open();
}

template <typename Dialog> void MainWindow::openBeside(QPointer<Dialog>& dialog)
{
    if (!dialog) {
        dialog = new Dialog(m_services, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
    }
    dialog->show();
    dialog->raise();
    dialog->activateWindow();
}

void MainWindow::openRecordingDialog()
{
    auto* dialog =
        new QFileDialog(this, tr("Open a recording"), m_services.session.recordingFolder(), tr("Recordings (*.bnr)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openFile);
    dialog->open();
}

void MainWindow::openFile(const QString& path)
{
    showWorkspace(id("recordings"));
    if (!path.endsWith(QLatin1String(".bnr"), Qt::CaseInsensitive)) {
        m_recordings->askImport(path);
        return;
    }
    m_services.library.add(path);
    m_recordings->openRecording(path);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.size() == 1 && urls.front().isLocalFile() && m_actions.action(id("open"))->isEnabled())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    event->acceptProposedAction();
    // The program that the file comes from waits for the drop to end.
    QMetaObject::invokeMethod(
        this, [this, path = event->mimeData()->urls().value(0).toLocalFile()] { openFile(path); },
        Qt::QueuedConnection);
}

void MainWindow::toggleRecording()
{
    if (m_services.session.isRecording())
        m_services.session.stopRecording();
    else
        m_services.session.startRecording();
}

void MainWindow::goBack()
{
    if (m_stack->currentWidget() == m_live && !m_live->timeAxis().isFollowing())
        m_live->timeAxis().followLive();
    else if (m_stack->currentWidget() == m_recordings && !m_recordings->viewer().path().isEmpty())
        emit m_recordings->viewer().backRequested();
    else if (m_stack->currentWidget() == m_network && m_network->hasSelection())
        m_network->clearSelection();
    else if (!m_operatorView && m_services.session.phase() != SessionController::Phase::Idle)
        showWorkspace(id("live"));
}

void MainWindow::lockNetwork()
{
    m_network->setLocked(m_operatorView                   ? tr("Locked in the operator view.")
                         : !m_services.roles.isEngineer() ? Roles::refusal()
                                                          : QString());
}

void MainWindow::setOperatorView(bool on)
{
    if (on == m_operatorView)
        return;
    if (on)
        saveState();
    m_operatorView = on;
    m_actions.action(id("operator-view"))->setChecked(on);
    menuBar()->setVisible(!on);
    m_rail->setVisible(!on);
    m_live->setLocked(on);
    lockNetwork();
    if (on) {
        showWorkspace(id("live"));
        showFullScreen();
        notify(tr("Operator view: record, mark and freeze. F11 leaves it."));
    } else {
        m_notice->clear();
        showNormal();
    }
    if (on)
        updateActions();
    else
        unlockActions();
}

void MainWindow::notify(const QString& text, const QString& button)
{
    m_notice->showMessage(Theme::Severity::Info, text, button.isEmpty() ? tr("Close") : button);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (m_closed) {
        event->accept();
        return;
    }
    if (m_services.session.phase() == SessionController::Phase::Idle) {
        m_closed = true;
        saveState();
        event->accept();
        emit finished();
        return;
    }
    event->ignore();
    if (m_services.session.isRecording() && !m_closing)
        askBeforeClosing();
    else
        finishAndClose();
}

void MainWindow::askBeforeClosing()
{
    if (m_closeQuestion) {
        m_closeQuestion->raise();
        return;
    }
    auto* question = new QMessageBox(this);
    m_closeQuestion = question;
    question->setObjectName(id("closeQuestion"));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setIcon(QMessageBox::Question);
    question->setWindowTitle(tr("A recording is running"));
    question->setText(tr("Stop the recording and quit?"));
    question->setInformativeText(tr("Everything up to now is saved and the file is closed properly."));
    auto* stop = question->addButton(tr("Stop, save and quit"), QMessageBox::AcceptRole);
    stop->setObjectName(id("stopAndQuit"));
    auto* keep = question->addButton(tr("Keep recording"), QMessageBox::RejectRole);
    keep->setObjectName(id("keepRecording"));
    question->setDefaultButton(keep);
    question->setEscapeButton(keep);
    connect(stop, &QAbstractButton::clicked, this, &MainWindow::finishAndClose);
    question->open();
}

void MainWindow::finishAndClose()
{
    m_closing = true;
    if (m_services.session.isRecording())
        notify(tr("Finishing the recording; the window closes when all of it is on disk."));
    m_services.session.stop(); // stopped() closes the window
}

void MainWindow::closeNow()
{
    m_closing = true;
    close();
}

void MainWindow::copyDiagnostics()
{
    const auto& session = m_services.session.status();
    QStringList lines{
        QStringLiteral("BioNeuro Olfactory Fusion %1, Qt %2, %3")
            .arg(QCoreApplication::applicationVersion(), id(qVersion()), QGuiApplication::platformName())};
    if (!session.backEnd.empty())
        lines << QStringLiteral("%1: %2, %3")
                     .arg(toQString(session.modelName), toQString(session.backEnd), toQString(session.backEndReason));
    for (const auto& problem : m_services.problems.model().problems())
        lines << QStringLiteral("%1 %2 %3 %4")
                     .arg(problem.since.toString(Qt::ISODate), problem.id, problem.what, problem.remedy);
    for (const auto& record : log::recent())
        lines << toQString(record);
    QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')) + QLatin1Char('\n'));
    notify(tr("The problem report was copied; paste it where it is needed."));
}

void MainWindow::showAbout()
{
    auto* about = new QMessageBox(this);
    about->setAttribute(Qt::WA_DeleteOnClose);
    about->setWindowTitle(tr("About this program"));
    about->setIconPixmap(windowIcon().pixmap(64, 64));
    about->setText(tr("BioNeuro Olfactory Fusion %1").arg(QCoreApplication::applicationVersion()));
    about->setInformativeText(tr("From a gas sensor to a named gas, recorded and replayed bit for bit.\n"
                                 "Free software under the GNU General Public License, version 3 or later."));
    about->open();
}

} // namespace bnof::studio
