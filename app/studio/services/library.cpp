// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/library.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>

#include "app/studio/services/format.h"
#include "engine/recording/audit_log.h"
#include "engine/recording/reader.h"

namespace bnof::studio {
namespace {

const QString hiddenKey = QStringLiteral("recordings/hidden");

} // namespace

/// Lives on the library's thread, where the catalogue is opened and used.
struct Library::Worker : QObject {
    std::string database;
    std::string folder; ///< searched last; searched again when the catalogue had to be made anew
    std::unique_ptr<recording::Catalogue> catalogue;

    Result<recording::Catalogue*> use()
    {
        if (!catalogue) {
            QDir().mkpath(QFileInfo(toQString(database)).absolutePath());
            BNOF_TRY_ASSIGN(catalogue, recording::Catalogue::openOrRebuild(database));
        }
        return catalogue.get();
    }
    /// After a failure: look at the catalogue again. True when it had to be made anew, so that trying again helps.
    bool recover()
    {
        catalogue.reset();
        return use().ok() && !catalogue->putAside().empty();
    }
    Result<void> search()
    {
        if (folder.empty() || !QFileInfo::exists(toQString(folder)))
            return {}; // nothing was recorded yet
        BNOF_TRY_ASSIGN(recording::Catalogue * list, use());
        BNOF_TRY(list->scan(folder));
        return {};
    }
    Result<Listing> list(const recording::CatalogueQuery& query)
    {
        BNOF_TRY_ASSIGN(recording::Catalogue * all, use());
        Listing listing;
        BNOF_TRY_ASSIGN(listing.entries, all->find({}));
        for (const auto& entry : listing.entries)
            listing.paths.push_back(entry.path);
        if (query.narrows()) {
            BNOF_TRY_ASSIGN(listing.entries, all->find(query));
        }
        BNOF_TRY_ASSIGN(listing.choices, all->choices());
        return listing;
    }
};

Library::Library(const QString& database, UiState& state, QObject* parent)
    : QObject(parent), m_state(state), m_database(database), m_worker(new Worker)
{
    m_worker->database = database.toStdString();
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    m_thread.setObjectName(QStringLiteral("bnof-catalogue"));
    m_thread.start();
}

Library::~Library()
{
    m_thread.quit();
    m_thread.wait();
}

/// Run `task(catalogue)` (Result<void>) on the thread, then read the list again. A catalogue that turns out to be
/// damaged is made anew, and the task is tried once more.
template <typename Task> void Library::post(Task task)
{
    const int number = ++m_newestQuery;
    QMetaObject::invokeMethod(
        m_worker, [this, worker = m_worker, task = std::move(task), query = m_query, number]() mutable {
            const auto tell = [this](const Error& error) {
                QMetaObject::invokeMethod(
                    this, [this, message = Format::error(error)] { emit failed(message); }, Qt::QueuedConnection);
            };
            const auto work = [&]() -> Result<void> {
                BNOF_TRY_ASSIGN(recording::Catalogue * catalogue, worker->use());
                return task(*catalogue);
            };
            const bool wasOpen = worker->catalogue != nullptr;
            auto done = work();
            auto listing = worker->list(query);
            if ((!done.ok() || !listing.ok()) && wasOpen && worker->recover()) {
                done = worker->search();
                if (done.ok())
                    done = work();
                listing = worker->list(query);
            }
            if (worker->catalogue && !worker->catalogue->putAside().empty()) {
                const QString aside = toQString(worker->catalogue->putAside());
                worker->catalogue.reset(); // told once
                QMetaObject::invokeMethod(
                    this, [this, aside] { emit rebuilt(aside); }, Qt::QueuedConnection);
            }
            if (!done.ok())
                tell(done.error());
            if (!listing.ok())
                tell(listing.error());
            else if (number == m_newestQuery) // else another listing is on its way
                QMetaObject::invokeMethod(
                    this, [this, list = std::move(listing).value()]() mutable { receive(std::move(list)); },
                    Qt::QueuedConnection);
        });
}

void Library::receive(Listing listing)
{
    const QStringList hidden = m_state.value(hiddenKey).toStringList();
    const auto isHidden = [&](const std::string& path) { return hidden.contains(toQString(path)); };
    std::erase_if(listing.entries, [&](const auto& entry) { return isHidden(entry.path); });
    m_entries = std::move(listing.entries);
    m_choices = std::move(listing.choices);
    m_total =
        static_cast<int>(listing.paths.size() -
                         static_cast<std::size_t>(std::count_if(listing.paths.begin(), listing.paths.end(), isHidden)));
    m_loaded = true;
    emit entriesChanged();
}

void Library::setQuery(const recording::CatalogueQuery& query)
{
    if (m_loaded && query == m_query)
        return;
    m_query = query;
    refresh();
}

void Library::refresh()
{
    post([](recording::Catalogue&) { return Result<void>(); });
}

void Library::scan(const QString& folder)
{
    post([worker = m_worker, path = folder.toStdString()](recording::Catalogue&) -> Result<void> {
        worker->folder = path;
        return worker->search();
    });
}

void Library::add(const QString& path)
{
    QStringList hidden = m_state.value(hiddenKey).toStringList();
    if (hidden.removeAll(path) > 0)
        m_state.setValue(hiddenKey, hidden);
    post([this, path](recording::Catalogue& catalogue) -> Result<void> {
        BNOF_TRY(catalogue.add(path.toStdString()));
        QMetaObject::invokeMethod(
            this, [this, path] { emit added(path); }, Qt::QueuedConnection);
        return {};
    });
}

void Library::describe(const QString& path, const recording::DescriptionEdit& edit)
{
    // On this one thread changes keep their order, and no two of them meet in one file.
    post([this, path, edit](recording::Catalogue& catalogue) -> Result<void> {
        BNOF_TRY(recording::editDescription(path.toStdString(), edit));
        BNOF_TRY(catalogue.add(path.toStdString()));
        QMetaObject::invokeMethod(
            this, [this, path] { emit described(path); }, Qt::QueuedConnection);
        return {};
    });
}

void Library::hide(const recording::CatalogueEntry& entry)
{
    QStringList hidden = m_state.value(hiddenKey).toStringList();
    hidden.append(toQString(entry.path));
    m_state.setValue(hiddenKey, hidden);
    post([uuid = entry.uuid, path = entry.path](recording::Catalogue& catalogue) {
        return catalogue.remove(uuid, path);
    });
}

void Library::forget(const recording::CatalogueEntry& entry)
{
    post([uuid = entry.uuid, path = entry.path](recording::Catalogue& catalogue) {
        return catalogue.remove(uuid, path);
    });
}

void Library::remember(const recording::CatalogueEntry& entry)
{
    post([entry](recording::Catalogue& catalogue) { return catalogue.restore(entry); });
}

void Library::note(const QString& operatorName, std::string_view what, const std::string& uuid, const QString& path,
                   Json detail)
{
    recording::AuditEntry entry = recording::auditBy(operatorName.toStdString(), what);
    entry.recording = uuid;
    entry.detail = std::move(detail.set("file", path.toStdString()));
    const std::string log = (QFileInfo(m_database).absolutePath() + QStringLiteral("/audit.ndjson")).toStdString();
    post([log, entry](recording::Catalogue&) -> Result<void> {
        BNOF_TRY(recording::appendAudit(log, entry));
        return {};
    });
}

void Library::unhide(const QString& path)
{
    add(path);
}

} // namespace bnof::studio
