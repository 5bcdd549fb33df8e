// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/library.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>

#include "app/studio/services/format.h"
#include "engine/recording/reader.h"

namespace bnof::studio {
namespace {

const QString hiddenKey = QStringLiteral("recordings/hidden");

} // namespace

/// Lives on the library's thread, where the catalogue is opened and used.
struct Library::Worker : QObject {
    std::string database;
    std::unique_ptr<recording::Catalogue> catalogue;

    Result<recording::Catalogue*> use()
    {
        if (!catalogue) {
            QDir().mkpath(QFileInfo(toQString(database)).absolutePath());
            BNOF_TRY_ASSIGN(catalogue, recording::Catalogue::openOrRebuild(database));
        }
        return catalogue.get();
    }
};

Library::Library(const QString& database, UiState& state, QObject* parent)
    : QObject(parent), m_state(state), m_worker(new Worker)
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

/// Run `task(catalogue)` (Result<void>) on the thread, then read the list again.
template <typename Task> void Library::post(Task task)
{
    QMetaObject::invokeMethod(m_worker, [this, worker = m_worker, task = std::move(task)]() mutable {
        const auto work = [&]() -> Result<Entries> {
            BNOF_TRY_ASSIGN(recording::Catalogue * catalogue, worker->use());
            if (auto done = task(*catalogue); !done.ok()) {
                const QString message = Format::error(done.error());
                QMetaObject::invokeMethod(
                    this, [this, message] { emit failed(message); }, Qt::QueuedConnection);
            }
            return catalogue->list();
        };
        auto entries = work();
        if (entries.ok()) {
            QMetaObject::invokeMethod(
                this, [this, list = std::move(entries).value()]() mutable { receive(std::move(list)); },
                Qt::QueuedConnection);
        } else {
            const QString message = Format::error(entries.error());
            QMetaObject::invokeMethod(
                this, [this, message] { emit failed(message); }, Qt::QueuedConnection);
        }
    });
}

void Library::receive(Entries entries)
{
    const QStringList hidden = m_state.value(hiddenKey).toStringList();
    std::erase_if(entries, [&](const auto& entry) { return hidden.contains(toQString(entry.path)); });
    m_entries = std::move(entries);
    m_loaded = true;
    emit entriesChanged();
}

void Library::scan(const QString& folder)
{
    post([path = folder.toStdString()](recording::Catalogue& catalogue) -> Result<void> {
        if (!QFileInfo::exists(toQString(path)))
            return {}; // nothing was recorded yet
        BNOF_TRY(catalogue.scan(path));
        return {};
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
    post([uuid = entry.uuid](recording::Catalogue& catalogue) { return catalogue.remove(uuid); });
}

void Library::forget(const recording::CatalogueEntry& entry)
{
    post([uuid = entry.uuid](recording::Catalogue& catalogue) { return catalogue.remove(uuid); });
}

void Library::unhide(const QString& path)
{
    add(path);
}

} // namespace bnof::studio
