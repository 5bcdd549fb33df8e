// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <QThread>

#include <atomic>
#include <memory>
#include <vector>

#include "app/studio/services/ui_state.h"
#include "engine/base/json.h"
#include "engine/recording/catalogue.h"
#include "engine/recording/recording.h"

namespace bnof::studio {

/// The list of recordings: the catalogue on a thread of its own, its lines as values here. Recordings
/// that were taken off the list stay on disk and are remembered as hidden. GUI thread only.
class Library : public QObject {
    Q_OBJECT

public:
    using Entries = std::vector<recording::CatalogueEntry>;

    Library(const QString& database, UiState& state, QObject* parent = nullptr);
    ~Library() override;

    /// What the query leaves, newest first.
    [[nodiscard]] const Entries& entries() const { return m_entries; }
    /// How many there are without the query.
    [[nodiscard]] int total() const { return m_total; }
    [[nodiscard]] const recording::CatalogueChoices& choices() const { return m_choices; }
    [[nodiscard]] const recording::CatalogueQuery& query() const { return m_query; }
    [[nodiscard]] bool isLoaded() const { return m_loaded; }
    /// For work on other threads, which open it themselves.
    [[nodiscard]] const QString& database() const { return m_database; }

    /// Show what the query leaves; entriesChanged() follows.
    void setQuery(const recording::CatalogueQuery& query);
    /// Read the list again: another thread or process changed it.
    void refresh();
    /// Bring the list up to date with a folder.
    void scan(const QString& folder);
    /// Add or refresh one recording.
    void add(const QString& path);
    /// Change what people wrote about a finished recording, in its file and in the list; failed() when not.
    void describe(const QString& path, const recording::DescriptionEdit& edit);
    /// Take off the list; the file stays. unhide() brings it back.
    void hide(const recording::CatalogueEntry& entry);
    void unhide(const QString& path);
    /// The file is gone for good: take its line out. remember() puts it back as it was.
    void forget(const recording::CatalogueEntry& entry);
    void remember(const recording::CatalogueEntry& entry);
    /// A line in the audit trail beside the catalogue; failed() when it cannot be written.
    void note(const QString& operatorName, std::string_view what, const std::string& uuid, const QString& path,
              Json detail);

signals:
    void entriesChanged();
    void added(const QString& path);
    void described(const QString& path);
    void failed(const QString& message);
    /// The catalogue was damaged or of another version: it is kept under this name and was made anew.
    void rebuilt(const QString& keptAs);

private:
    struct Worker;
    struct Listing {
        Entries entries;
        std::vector<std::string> paths; ///< of all lines
        recording::CatalogueChoices choices;
    };

    template <typename Task> void post(Task task);
    void receive(Listing listing);

    UiState& m_state;
    QString m_database;
    QThread m_thread;
    Worker* m_worker;
    recording::CatalogueQuery m_query;
    std::atomic<int> m_newestQuery{0};
    Entries m_entries;
    recording::CatalogueChoices m_choices;
    int m_total = 0;
    bool m_loaded = false;
};

} // namespace bnof::studio
