// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bar_list.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/theme.h"

namespace bnof::widgets {

namespace {

constexpr int rowHeight = 28;

QString figure(const Bar& bar)
{
    return bar.text.isEmpty() ? QStringLiteral("%1 %").arg(std::lround(bar.value * 100)) : bar.text;
}

} // namespace

void paintBars(QPainter& painter, const QRect& area, const std::vector<Bar>& bars)
{
    if (bars.empty() || area.height() < 12)
        return;
    const Theme& theme = Theme::current();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QFontMetrics metrics(Theme::font(Theme::TextSize::Body, true));
    int nameWidth = 0;
    int figureWidth = metrics.horizontalAdvance(QStringLiteral("100 %"));
    for (const Bar& bar : bars) {
        nameWidth = std::max(nameWidth, metrics.horizontalAdvance(bar.name));
        figureWidth = std::max(figureWidth, metrics.horizontalAdvance(figure(bar)));
    }
    nameWidth = std::min(nameWidth, area.width() * 2 / 5);
    const int least = metrics.height() + 2;
    auto fitting = static_cast<std::size_t>(std::max(area.height() / least, 1));
    if (fitting < bars.size() && fitting > 1)
        --fitting; // room for the line that says how many are missing
    const std::size_t shown = std::min(fitting, bars.size());
    const int height = std::min(rowHeight, area.height() / static_cast<int>(shown + (shown < bars.size() ? 1 : 0)));
    for (std::size_t i = 0; i < shown; ++i) {
        const Bar& bar = bars[i];
        const QRect row(area.left(), area.top() + static_cast<int>(i) * height, area.width(), height);
        painter.setFont(Theme::font(Theme::TextSize::Body, bar.strong));
        painter.setPen(theme.text);
        painter.drawText(QRect(row.left(), row.top(), nameWidth, height), Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(bar.name, Qt::ElideRight, nameWidth));
        painter.setPen(bar.strong ? theme.text : theme.textMuted);
        painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter, figure(bar));
        const int thick = std::min(10, height - 6);
        const QRectF track(row.left() + nameWidth + Theme::space(3), row.center().y() - thick / 2.0 + 0.5,
                           row.width() - nameWidth - figureWidth - Theme::space(6), thick);
        if (track.width() < Theme::space(2))
            continue;
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.raised);
        painter.drawRoundedRect(track, thick / 2.0, thick / 2.0);
        QRectF filled = track;
        filled.setWidth(track.width() * std::clamp(bar.value, 0.0, 1.0));
        if (filled.width() < 1)
            continue;
        painter.setBrush(bar.colour.isValid() ? bar.colour : theme.accent);
        painter.setClipRect(filled);
        painter.drawRoundedRect(track, thick / 2.0, thick / 2.0);
        painter.setClipping(false);
    }
    if (shown < bars.size()) {
        painter.setFont(Theme::font(Theme::TextSize::Small));
        painter.setPen(theme.textMuted);
        painter.drawText(QRect(area.left(), area.top() + static_cast<int>(shown) * height, area.width(), height),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         BarList::tr("%n more", nullptr, static_cast<int>(bars.size() - shown)));
    }
    painter.restore();
}

BarList::BarList(QWidget* parent) : PaintedWidget(parent) {}

void BarList::setBars(std::vector<Bar> bars)
{
    const bool resized = bars.size() != m_bars.size();
    m_bars = std::move(bars);
    if (resized)
        updateGeometry();
    updateSummary(resized);
    update();
}

QString BarList::summary() const
{
    QStringList parts;
    for (const Bar& bar : m_bars)
        parts << QStringLiteral("%1 %2").arg(bar.name, figure(bar));
    return parts.join(QStringLiteral(", "));
}

QSize BarList::sizeHint() const
{
    return {280, rowHeight * static_cast<int>(std::max<std::size_t>(m_bars.size(), 1))};
}

QSize BarList::minimumSizeHint() const
{
    return {160, rowHeight};
}

void BarList::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintBars(painter, rect(), m_bars);
    paintFocus(painter);
}

} // namespace bnof::widgets
