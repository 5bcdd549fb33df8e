// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/shell/primary_button.h"

#include <QAction>
#include <QToolButton>

#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

QToolButton* makePrimaryButton(QAction* action, const QString& accessibleName, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    button->setMinimumHeight(Theme::space(9));
    button->setMinimumWidth(Theme::space(30));
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAccessibleName(accessibleName);
    const auto style = [button] {
        const auto& theme = Theme::current();
        button->setStyleSheet(QStringLiteral("QToolButton { border: 1px solid %1; border-radius: 6px; background: %2;"
                                             " color: %3; padding: 4px 12px; }"
                                             "QToolButton:enabled { background: %4; color: %5; }"
                                             "QToolButton:focus { border: 2px solid %6; }")
                                  .arg(theme.border.name(), theme.raised.name(), theme.textMuted.name(),
                                       theme.accent.name(), theme.onAccent.name(), theme.text.name()));
    };
    QObject::connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, button, style);
    style();
    return button;
}

} // namespace bnof::studio
