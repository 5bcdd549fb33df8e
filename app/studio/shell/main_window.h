// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMainWindow>
#include <QPointer>
#include <QTimer>

#include <optional>
#include <vector>

#include "app/studio/shell/action_registry.h"

class QDialog;
class QStackedWidget;

namespace bnof::widgets {
class CommandPalette;
class StatusStrip;
} // namespace bnof::widgets

namespace bnof::studio {

class AnchorDialog;
class ExplanationDialog;
class Banner;
class CalibrationDialog;
class CompareWorkspace;
class ConnectDialog;
class DecoderEditor;
class JobBar;
class LiveWorkspace;
class NavigationRail;
class NetworkWorkspace;
class RecordingsWorkspace;
class Services;
class SessionBar;
class SettingsWorkspace;
class StatusFigures;
class TrainingWorkspace;

/// The window: rail, session bar, one workspace at a time, status strip. It shows and starts things; what
/// runs belongs to Services and outlives it.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(Services& services, bool defaultLayout = false, QWidget* parent = nullptr);
    ~MainWindow() override;

    [[nodiscard]] ActionRegistry& actionRegistry() { return m_actions; }
    [[nodiscard]] LiveWorkspace& live() { return *m_live; }
    [[nodiscard]] RecordingsWorkspace& recordings() { return *m_recordings; }
    [[nodiscard]] TrainingWorkspace& training() { return *m_training; }
    [[nodiscard]] CompareWorkspace& compare() { return *m_compare; }
    [[nodiscard]] NetworkWorkspace& network() { return *m_network; }
    [[nodiscard]] SettingsWorkspace& settingsWorkspace() { return *m_settings; }
    [[nodiscard]] widgets::CommandPalette& palette() { return *m_palette; }

    /// live, recordings, training, compare, network or settings.
    void showWorkspace(const QString& id);
    [[nodiscard]] QString workspace() const;
    /// A recording is shown, a file of another program is offered for import.
    void openFile(const QString& path);
    void setOperatorView(bool on);
    [[nodiscard]] bool isOperatorView() const { return m_operatorView; }
    /// A line at the top of the window, once.
    void notify(const QString& text, const QString& button = {});
    /// Close without asking; a running recording is finished all the same.
    void closeNow();
    /// Keep what is open where it is.
    void saveState();

signals:
    /// The window is closed and everything is on disk.
    void finished();
    void noticeButtonPressed();

protected:
    void closeEvent(QCloseEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void moveEvent(QMoveEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    struct Workspace {
        QString id;
        QAction* action;
        QWidget* widget;
    };

    void buildWindow();
    void buildMenus();
    void connectActions();
    void connectSessionActions();
    void connectRoleActions();
    void addWorkspace(const QString& id, QWidget* widget);
    void restore();
    void updateActions();
    /// In the operator view only running, marking and looking are possible.
    void lockActions();
    void unlockActions();
    void lockNetwork();
    void updateRole();
    void switchRole();
    void updateMarks();
    void updateUndo();
    void updateTheme();
    void statusActivated(const QString& id);
    void openConnectDialog();
    void openRecordingDialog();
    /// Open a dialog of this kind beside the window, or bring the one that is open to the front.
    template <typename Dialog> void openBeside(QPointer<Dialog>& dialog);
    void toggleRecording();
    void goBack();
    void askBeforeClosing();
    void finishAndClose();
    void copyDiagnostics();
    void showAbout();

    Services& m_services;
    ActionRegistry m_actions;
    NavigationRail* m_rail = nullptr;
    SessionBar* m_sessionBar = nullptr;
    Banner* m_notice = nullptr;
    QStackedWidget* m_stack = nullptr;
    LiveWorkspace* m_live = nullptr;
    RecordingsWorkspace* m_recordings = nullptr;
    TrainingWorkspace* m_training = nullptr;
    CompareWorkspace* m_compare = nullptr;
    NetworkWorkspace* m_network = nullptr;
    SettingsWorkspace* m_settings = nullptr;
    JobBar* m_jobs = nullptr;
    widgets::StatusStrip* m_strip = nullptr;
    StatusFigures* m_figures = nullptr;
    widgets::CommandPalette* m_palette = nullptr;
    std::vector<Workspace> m_workspaces;
    QPointer<ConnectDialog> m_connectDialog;
    QPointer<CalibrationDialog> m_calibration;
    QPointer<AnchorDialog> m_anchor;
    QPointer<ExplanationDialog> m_explanation;
    QPointer<DecoderEditor> m_decoderEditor;
    QPointer<QDialog> m_closeQuestion;
    QPointer<QDialog> m_roleDialog;
    QTimer m_saveTimer;
    QTimer m_figureTimer;
    bool m_operatorView = false;
    bool m_closing = false;
    bool m_closed = false;
};

} // namespace bnof::studio
