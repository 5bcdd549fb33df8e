// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <QThread>

#include <memory>
#include <vector>

#include "app/studio/services/ui_state.h"
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

    [[nodiscard]] const Entries& entries() const { return m_entries; }
    [[nodiscard]] bool isLoaded() const { return m_loaded; }
    /// Read every recording below the folder again.
    void scan(const QString& folder);
    /// Add or refresh one recording.
    void add(const QString& path);
    /// Change what people wrote about a finished recording, in its file and in the list; failed() when not.
    void describe(const QString& path, const recording::DescriptionEdit& edit);
    /// Take off the list; the file stays. unhide() brings it back.
    void hide(const recording::CatalogueEntry& entry);
    void unhide(const QString& path);
    /// The file is gone for good: take its line out.
    void forget(const recording::CatalogueEntry& entry);

signals:
    void entriesChanged();
    void added(const QString& path);
    void described(const QString& path);
    void failed(const QString& message);

private:
    struct Worker;

    template <typename Task> void post(Task task);
    void receive(Entries entries);

    UiState& m_state;
    QThread m_thread;
    Worker* m_worker;
    Entries m_entries;
    bool m_loaded = false;
};

} // namespace bnof::studio
