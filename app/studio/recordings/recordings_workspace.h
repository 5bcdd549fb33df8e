// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSortFilterProxyModel>
#include <QWidget>

#include <optional>

#include "app/studio/recordings/recordings_model.h"
#include "engine/recording/interchange/import.h"

class QSplitter;
class QStackedWidget;
class QTableView;

namespace bnof::widgets {
class EmptyState;
}

namespace bnof::studio {

class ActionRegistry;
class BackgroundChecks;
class Banner;
class FilterBar;
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
    /// The same, so many seconds after its first frame.
    void openRecording(const QString& path, double seconds);
    [[nodiscard]] RecordingViewer& viewer() { return *m_viewer; }
    [[nodiscard]] RecordingDetails& details() { return *m_details; }
    [[nodiscard]] QTableView& table() { return *m_table; }
    [[nodiscard]] const RecordingsModel& model() const { return m_model; }
    [[nodiscard]] BackgroundChecks& checks() { return *m_checks; }
    [[nodiscard]] FilterBar& filters() { return *m_filters; }
    /// False when it is not in the list; one that the filters hide is shown as soon as they are cleared for it.
    bool select(const QString& path);
    /// Enable what can be done with the chosen recording.
    void updateActions();

    /// Ask for the format and the place, then export the chosen recording.
    void askExport();
    void exportTo(const QString& recording, const QString& target, const recording::ExportOptions& options);
    /// Show how a file of another program is understood, then import it.
    void askImport(const QString& source);
    void chooseImport();
    void importFile(const QString& source, const QString& target, const recording::ImportOptions& options);
    void writeReport(const QString& recording, const QString& target);
    void verify(const QString& recording);
    /// Check every recording that was not verified as it is now.
    void verifyAll();
    /// Read every recording of the folder again.
    void reindex();
    void repair(const QString& recording);
    /// Ask for another title, operator and notes.
    void describe(const QString& recording);
    void removeFromList(const recording::CatalogueEntry& entry);
    /// For a recording whose file is gone: take it out of the catalogue.
    void forget(const recording::CatalogueEntry& entry);
    void deleteFile(const recording::CatalogueEntry& entry);

    [[nodiscard]] QByteArray saveLayout() const;
    void restoreLayout(const QByteArray& layout);
    void resetLayout();

signals:
    void replayRequested(const QString& path, double speed);
    void layoutChanged();

private:
    void buildPage(ActionRegistry& actions);
    void buildTable();
    QWidget* buildSide(ActionRegistry& actions);
    void focusSearch();
    void updatePage();
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
    QSortFilterProxyModel m_filter; ///< sorts; what is shown is the library's query
    QStackedWidget* m_pages;
    QWidget* m_list;
    FilterBar* m_filters;
    QTableView* m_table;
    QStackedWidget* m_tablePages;
    widgets::EmptyState* m_empty;
    widgets::EmptyState* m_noMatch;
    QString m_wanted; ///< to be selected when the list shows it
    QSplitter* m_split;
    RecordingDetails* m_details;
    RecordingViewer* m_viewer;
    Banner* m_banner;
    BackgroundChecks* m_checks;
};

} // namespace bnof::studio
