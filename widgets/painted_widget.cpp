// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/painted_widget.h"

#include <QPainter>

#include "widgets/theme.h"

namespace bnof::widgets {

namespace {

constexpr qint64 summaryInterval = 1000; // ms; screen readers cannot use more

} // namespace

PaintedWidget::PaintedWidget(QWidget* parent) : QWidget(parent)
{
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, [this] {
        themeChanged();
        update();
    });
}

void PaintedWidget::updateSummary(bool now)
{
    if (!now && m_sinceSummary.isValid() && m_sinceSummary.elapsed() < summaryInterval)
        return;
    m_sinceSummary.start();
    const QString text = summary();
    if (text != accessibleDescription())
        setAccessibleDescription(text);
}

void PaintedWidget::paintFocus(QPainter& painter) const
{
    if (!hasFocus())
        return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(Theme::current().accent, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), Theme::radius, Theme::radius);
    painter.restore();
}

void PaintedWidget::focusInEvent(QFocusEvent* event)
{
    updateSummary(true);
    QWidget::focusInEvent(event);
    update();
}

void PaintedWidget::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

} // namespace bnof::widgets
