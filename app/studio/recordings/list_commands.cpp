// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/recordings/list_commands.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>

#include "app/studio/services/background.h"
#include "app/studio/services/format.h"
#include "app/studio/services/services.h"
#include "engine/recording/audit.h"

namespace bnof::studio {
namespace {

QString fileName(const recording::CatalogueEntry& entry)
{
    return QFileInfo(toQString(entry.path)).fileName();
}

void report(Services& services, const QString& what)
{
    services.problems.report(QStringLiteral("recordings.files"), widgets::Theme::Severity::Warning, what, {});
}

void note(Services& services, std::string_view what, const recording::CatalogueEntry& entry)
{
    Json detail = Json::object();
    detail.set("title", entry.title).set("started", formatUtc(entry.startedUtc));
    services.library.note(services.configuration.text("general.operator"), what, entry.uuid, toQString(entry.path),
                          std::move(detail));
}

} // namespace

DescribeCommand::DescribeCommand(Services& services, QString path, RecordingNotes before, RecordingNotes after)
    : QUndoCommand(QCoreApplication::translate("ListCommands", "description of %1").arg(QFileInfo(path).fileName())),
      m_services(services), m_path(std::move(path)), m_before(std::move(before)), m_after(std::move(after))
{}

void DescribeCommand::describe(const RecordingNotes& notes)
{
    if (!m_services.session.describe(m_path, notes))
        m_services.library.describe(m_path, {wallNow(), notes.title.toStdString(), notes.operatorName.toStdString(),
                                             notes.notes.toStdString()});
}

HideCommand::HideCommand(Services& services, recording::CatalogueEntry entry)
    : QUndoCommand(QCoreApplication::translate("ListCommands", "removal of %1 from the list").arg(fileName(entry))),
      m_services(services), m_entry(std::move(entry))
{}

void HideCommand::redo()
{
    m_services.library.hide(m_entry);
}

void HideCommand::undo()
{
    m_services.library.unhide(toQString(m_entry.path));
}

ForgetCommand::ForgetCommand(Services& services, recording::CatalogueEntry entry)
    : QUndoCommand(QCoreApplication::translate("ListCommands", "forgetting of %1").arg(fileName(entry))),
      m_services(services), m_entry(std::move(entry))
{}

void ForgetCommand::redo()
{
    m_services.library.forget(m_entry);
    note(m_services, recording::audit::forgotten, m_entry);
}

void ForgetCommand::undo()
{
    m_services.library.remember(m_entry);
    note(m_services, recording::audit::remembered, m_entry);
}

TrashCommand::TrashCommand(Services& services, recording::CatalogueEntry entry)
    : QUndoCommand(QCoreApplication::translate("ListCommands", "deletion of %1").arg(fileName(entry))),
      m_services(services), m_entry(std::move(entry)), m_inTrash(std::make_shared<QString>())
{}

void TrashCommand::redo()
{
    inBackground(
        *m_services.executor, &m_services.library, "studio.trash",
        [path = toQString(m_entry.path)] {
            QString inTrash;
            return QFile::moveToTrash(path, &inTrash) ? inTrash : QString();
        },
        [services = &m_services, entry = m_entry, kept = m_inTrash](const QString& inTrash) {
            if (inTrash.isEmpty()) {
                report(*services, QCoreApplication::translate("ListCommands", "%1 could not be moved to the trash.")
                                      .arg(toQString(entry.path)));
                return;
            }
            *kept = inTrash;
            services->library.forget(entry);
            note(*services, recording::audit::deleted, entry);
        });
}

void TrashCommand::undo()
{
    inBackground(
        *m_services.executor, &m_services.library, "studio.restore",
        [inTrash = *m_inTrash, path = toQString(m_entry.path)] {
            return !inTrash.isEmpty() && !QFileInfo::exists(path) && QFile::rename(inTrash, path);
        },
        [services = &m_services, path = toQString(m_entry.path)](bool restored) {
            if (restored)
                services->library.add(path);
            else
                report(*services, QCoreApplication::translate(
                                      "ListCommands", "%1 could not be brought back; look into the system's trash.")
                                      .arg(path));
        });
}

} // namespace bnof::studio
