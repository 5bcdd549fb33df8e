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
    /// This action changes what only an engineer may change; see setEngineeringRefused().
    void markEngineering(const QString& id);
    [[nodiscard]] bool isEngineering(const QString& id) const { return m_engineering.contains(id); }
    /// With a sentence that says why not, actions that only engineers may use stay disabled whatever setEnabled()
    /// says; empty: they are as setEnabled() last left them.
    void setEngineeringRefused(const QString& why);
    [[nodiscard]] const QStringList& ids() const { return m_order; }
    void fill(widgets::CommandModel& model) const;

private:
    struct Wanted {
        bool enabled = true;
        QString why;
    };

    void apply(const QString& id);

    QHash<QString, QAction*> m_actions;
    QHash<QString, Wanted> m_engineering; ///< and how they would be for an engineer
    QString m_refusal;
    QHash<QString, QString> m_commandLines;
    QStringList m_order;
};

} // namespace bnof::studio
