// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/empty_state.h"

#include <QAction>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/theme.h"

namespace bnof::widgets {

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent), m_title(new QLabel(this)), m_why(new QLabel(this)), m_steps(new QVBoxLayout)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(Theme::space(6), Theme::space(6), Theme::space(6), Theme::space(6));
    layout->setSpacing(Theme::space(2));
    layout->addStretch(2);
    for (QLabel* label : {m_title, m_why}) {
        label->setAlignment(Qt::AlignCenter);
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        layout->addWidget(label);
    }
    layout->addSpacing(Theme::space(3));
    m_steps->setSpacing(Theme::space(2)); // one below the other: side by side they would set the window's width
    layout->addLayout(m_steps);
    layout->addStretch(3);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &EmptyState::styleForTheme);
    styleForTheme();
}

EmptyState::EmptyState(const QString& title, const QString& why, QWidget* parent) : EmptyState(parent)
{
    setText(title, why);
}

void EmptyState::setText(const QString& title, const QString& why)
{
    m_title->setText(title);
    m_why->setText(why);
    m_why->setVisible(!why.isEmpty());
    setAccessibleName(title);
    setAccessibleDescription(why);
}

QString EmptyState::title() const
{
    return m_title->text();
}

QString EmptyState::why() const
{
    return m_why->text();
}

QPushButton* EmptyState::addStep(const QString& label)
{
    auto* button = new QPushButton(label, this);
    button->setProperty("primary", m_steps->count() == 0); // what most people want
    button->setMinimumHeight(Theme::space(9));
    m_steps->addWidget(button, 0, Qt::AlignHCenter);
    return button;
}

QPushButton* EmptyState::addStep(QAction* action)
{
    QPushButton* button = addStep(action->text());
    const auto follow = [button, action] {
        button->setText(action->text());
        button->setEnabled(action->isEnabled());
        button->setToolTip(action->toolTip());
    };
    follow();
    connect(action, &QAction::changed, button, follow);
    connect(button, &QPushButton::clicked, action, &QAction::trigger);
    return button;
}

void EmptyState::clearSteps()
{
    while (QLayoutItem* item = m_steps->takeAt(0)) {
        delete item->widget();
        delete item;
    }
}

void EmptyState::styleForTheme()
{
    m_title->setFont(Theme::font(Theme::TextSize::Title, true));
    m_why->setFont(Theme::font());
    QPalette muted = m_why->palette();
    muted.setColor(QPalette::WindowText, Theme::current().textMuted);
    m_why->setPalette(muted);
}

} // namespace bnof::widgets
