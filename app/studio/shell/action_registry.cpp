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
    const auto engineering = m_engineering.find(id);
    if (engineering != m_engineering.end()) {
        *engineering = {enabled, why};
        apply(id);
        return;
    }
    QAction* action = m_actions.value(id);
    action->setProperty(widgets::CommandModel::reasonProperty, enabled ? QString() : why);
    action->setEnabled(enabled);
}

void ActionRegistry::markEngineering(const QString& id)
{
    const QAction* action = m_actions.value(id);
    m_engineering.insert(id, {action->isEnabled(), action->property(widgets::CommandModel::reasonProperty).toString()});
    apply(id);
}

void ActionRegistry::setEngineeringRefused(const QString& why)
{
    if (why == m_refusal)
        return;
    m_refusal = why;
    for (auto it = m_engineering.keyBegin(); it != m_engineering.keyEnd(); ++it)
        apply(*it);
}

void ActionRegistry::apply(const QString& id)
{
    const Wanted wanted = m_engineering.value(id);
    QAction* action = m_actions.value(id);
    const bool enabled = wanted.enabled && m_refusal.isEmpty();
    action->setProperty(widgets::CommandModel::reasonProperty, enabled               ? QString()
                                                               : m_refusal.isEmpty() ? wanted.why
                                                                                     : m_refusal);
    action->setEnabled(enabled);
}

void ActionRegistry::fill(widgets::CommandModel& model) const
{
    model.clear();
    for (const QString& id : m_order)
        model.add(m_actions.value(id), m_commandLines.value(id));
}

} // namespace bnof::studio
