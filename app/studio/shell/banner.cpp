// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/shell/banner.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace bnof::studio {

using widgets::Theme;

Banner::Banner(const QString& name, QWidget* parent)
    : QFrame(parent), m_text(new QLabel(this)), m_button(new QPushButton(this))
{
    setObjectName(QStringLiteral("banner"));
    setAccessibleName(name);
    m_text->setFont(Theme::font(Theme::TextSize::Body, true));
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_button->hide();
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(Theme::space(3), Theme::space(1), Theme::space(2), Theme::space(1));
    layout->addWidget(m_text, 1);
    layout->addWidget(m_button);
    connect(m_button, &QPushButton::clicked, this, &Banner::pressed);
    connect(&widgets::ThemeNotifier::instance(), &widgets::ThemeNotifier::changed, this, &Banner::styleForTheme);
    hide();
}

void Banner::showMessage(Theme::Severity severity, const QString& text, const QString& button)
{
    if (isVisible() && severity == m_severity && text == m_text->text())
        return;
    m_severity = severity;
    m_text->setText(text);
    m_text->setAccessibleName(text);
    setAccessibleDescription(text);
    m_button->setText(button);
    m_button->setAccessibleName(button);
    m_button->setVisible(!button.isEmpty());
    styleForTheme();
    show();
}

void Banner::clear()
{
    m_text->clear();
    hide();
}

QString Banner::text() const
{
    return m_text->text();
}

void Banner::styleForTheme()
{
    const auto& theme = Theme::current();
    const QColor colour = theme.severity(m_severity);
    setStyleSheet(QStringLiteral("#banner { background: %1; border: none; border-left: 4px solid %2; }"
                                 "#banner QLabel { color: %3; background: transparent; }")
                      .arg(theme.raised.name(), colour.name(), theme.text.name()));
}

} // namespace bnof::studio
