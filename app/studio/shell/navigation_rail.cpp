// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/shell/navigation_rail.h"

#include <QAction>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

NavigationRail::NavigationRail(QWidget* parent) : QFrame(parent), m_layout(new QVBoxLayout(this))
{
    setObjectName(QStringLiteral("navigationRail"));
    setAccessibleName(tr("Workspaces"));
    m_layout->setContentsMargins(Theme::space(1), Theme::space(2), Theme::space(1), Theme::space(2));
    m_layout->setSpacing(Theme::space(1));
    connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, this,
            &NavigationRail::styleForTheme);
    styleForTheme();
}

void NavigationRail::addWorkspace(QAction* action)
{
    auto* button = new QToolButton(this);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    button->setIconSize({24, 24});
    button->setFont(Theme::font(Theme::TextSize::Small));
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    button->setMinimumHeight(Theme::space(15));
    const int text = QFontMetrics(button->font()).horizontalAdvance(action->iconText());
    button->setMinimumWidth(std::max(Theme::space(20), text + Theme::space(4)));
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAccessibleName(tr("Workspace %1").arg(action->iconText()));
    m_layout->addWidget(button);
}

void NavigationRail::addStretch()
{
    m_layout->addStretch(1);
}

void NavigationRail::styleForTheme()
{
    const auto& theme = Theme::current();
    setStyleSheet(QStringLiteral("#navigationRail { background: %1; border: none; border-right: 1px solid %2; }"
                                 "#navigationRail QToolButton { border: 2px solid transparent; border-radius: 6px;"
                                 " color: %3; padding: 4px 2px; background: transparent; }"
                                 "#navigationRail QToolButton:hover { background: %4; }"
                                 "#navigationRail QToolButton:checked { background: %4; color: %5;"
                                 " border-left: 3px solid %5; }"
                                 "#navigationRail QToolButton:focus { border-color: %5; }")
                      .arg(theme.background.name(), theme.border.name(), theme.text.name(), theme.raised.name(),
                           theme.accent.name()));
}

} // namespace bnof::studio
