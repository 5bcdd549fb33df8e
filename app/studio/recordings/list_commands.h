// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QUndoCommand>

#include <memory>

#include "app/studio/services/session_controller.h"
#include "engine/recording/catalogue.h"

namespace bnof::studio {

class Services;

/// Take a recording off the list; the file stays where it is.
class HideCommand : public QUndoCommand {
public:
    HideCommand(Services& services, recording::CatalogueEntry entry);
    void undo() override;
    void redo() override;

private:
    Services& m_services;
    recording::CatalogueEntry m_entry;
};

/// Take a recording whose file is gone out of the catalogue; undo puts its line back. Both are in the audit trail.
class ForgetCommand : public QUndoCommand {
public:
    ForgetCommand(Services& services, recording::CatalogueEntry entry);
    void undo() override;
    void redo() override;

private:
    Services& m_services;
    recording::CatalogueEntry m_entry;
};

/// Move a recording's file to the system's trash; undo brings it back.
class TrashCommand : public QUndoCommand {
public:
    TrashCommand(Services& services, recording::CatalogueEntry entry);
    void undo() override;
    void redo() override;

private:
    Services& m_services;
    recording::CatalogueEntry m_entry;
    std::shared_ptr<QString> m_inTrash; ///< written by the work that moves it, before undo can run
};

/// Change title, operator and notes of a recording that runs or is finished.
class DescribeCommand : public QUndoCommand {
public:
    DescribeCommand(Services& services, QString path, RecordingNotes before, RecordingNotes after);
    void undo() override { describe(m_before); }
    void redo() override { describe(m_after); }

private:
    void describe(const RecordingNotes& notes);

    Services& m_services;
    QString m_path;
    RecordingNotes m_before;
    RecordingNotes m_after;
};

} // namespace bnof::studio
