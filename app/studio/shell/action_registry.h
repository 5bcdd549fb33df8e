// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QKeySequence>
#include <QObject>
#include <QStringList>

class QAction;

namespace bnof::widgets {
class CommandModel;
}

namespace bnof::studio {

/// Every action of the program, by id. Menus, buttons, shortcuts and the palette all use these; an id is
/// the command-line name of the same thing where there is one ("record", "replay", "export").
class ActionRegistry : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Add an action; shown in tool tips with its shortcut.
    QAction* add(const QString& id, const QString& text, const QString& icon = {}, const QKeySequence& shortcut = {},
                 const QString& commandLine = {});
    /// Null when there is none.
    [[nodiscard]] QAction* action(const QString& id) const { return m_actions.value(id); }
    /// Enable an action, or say in one short sentence why it cannot be used now; the palette shows it.
    void setEnabled(const QString& id, bool enabled, const QString& why);
    [[nodiscard]] const QStringList& ids() const { return m_order; }
    void fill(widgets::CommandModel& model) const;

private:
    QHash<QString, QAction*> m_actions;
    QHash<QString, QString> m_commandLines;
    QStringList m_order;
};

} // namespace bnof::studio
