// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/shell/action_registry.h"

#include <QAction>

#include "app/studio/shell/icons.h"
#include "widgets/command_palette.h"

namespace bnof::studio {

QAction* ActionRegistry::add(const QString& id, const QString& text, const QString& icon, const QKeySequence& shortcut,
                             const QString& commandLine)
{
    auto* action = new QAction(text, this);
    action->setObjectName(id);
    if (!icon.isEmpty())
        action->setIcon(themedIcon(icon));
    if (!shortcut.isEmpty()) {
        action->setShortcut(shortcut);
        QString plain = text;
        plain.remove(QLatin1Char('&'));
        action->setToolTip(QStringLiteral("%1 (%2)").arg(plain, shortcut.toString(QKeySequence::NativeText)));
    }
    m_actions.insert(id, action);
    m_commandLines.insert(id, commandLine);
    m_order.append(id);
    return action;
}

void ActionRegistry::setEnabled(const QString& id, bool enabled, const QString& why)
{
    QAction* action = m_actions.value(id);
    action->setProperty(widgets::CommandModel::reasonProperty, enabled ? QString() : why);
    action->setEnabled(enabled);
}

void ActionRegistry::fill(widgets::CommandModel& model) const
{
    model.clear();
    for (const QString& id : m_order)
        model.add(m_actions.value(id), m_commandLines.value(id));
}

} // namespace bnof::studio
