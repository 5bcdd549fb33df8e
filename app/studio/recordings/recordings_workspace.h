// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <optional>

#include "app/studio/recordings/recordings_model.h"

class QLabel;
class QLineEdit;
class QSplitter;
class QStackedWidget;
class QTableView;

namespace bnof::widgets {
class EmptyState;
}

namespace bnof::studio {

class ActionRegistry;
class Banner;
class RecordingDetails;
class RecordingViewer;
class Services;

/// All recordings, what is in them, and what can be done with them.
class RecordingsWorkspace : public QWidget {
    Q_OBJECT

public:
    RecordingsWorkspace(Services& services, ActionRegistry& actions, QWidget* parent = nullptr);

    /// Show a recording with its traces; it need not be in the list.
    void openRecording(const QString& path);
    [[nodiscard]] RecordingViewer& viewer() { return *m_viewer; }
    [[nodiscard]] RecordingDetails& details() { return *m_details; }
    [[nodiscard]] QTableView& table() { return *m_table; }
    [[nodiscard]] const RecordingsModel& model() const { return m_model; }
    bool select(const QString& path);
    /// Enable what can be done with the chosen recording.
    void updateActions();

    void exportCsv(const QString& recording, const QString& target);
    void writeReport(const QString& recording, const QString& target);
    void verify(const QString& recording);
    void repair(const QString& recording);
    /// Ask for another title, operator and notes.
    void describe(const QString& recording);
    void removeFromList(const recording::CatalogueEntry& entry);
    void deleteFile(const recording::CatalogueEntry& entry);

    [[nodiscard]] QByteArray saveLayout() const;
    void restoreLayout(const QByteArray& layout);
    void resetLayout();

signals:
    void replayRequested(const QString& path, double speed);
    void layoutChanged();

private:
    void buildPage(ActionRegistry& actions);
    void connectActions(ActionRegistry& actions);
    void updateEntries();
    void confirmDelete();
    [[nodiscard]] std::optional<recording::CatalogueEntry> current() const;
    [[nodiscard]] QString currentPath() const;
    void askTarget(const QString& title, const QString& suffix, const QString& filter,
                   void (RecordingsWorkspace::*then)(const QString&, const QString&));

    Services& m_services;
    ActionRegistry& m_actions;
    RecordingsModel m_model;
    RecordingsFilter m_filter;
    QStackedWidget* m_pages;
    QWidget* m_list;
    QLineEdit* m_search;
    QLabel* m_count;
    QTableView* m_table;
    QStackedWidget* m_tablePages;
    widgets::EmptyState* m_empty;
    QSplitter* m_split;
    RecordingDetails* m_details;
    RecordingViewer* m_viewer;
    Banner* m_banner;
};

} // namespace bnof::studio
