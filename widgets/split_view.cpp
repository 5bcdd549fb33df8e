// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/split_view.h"

#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <utility>

#include "widgets/theme.h"

namespace bnof::widgets {
namespace {

/// Train is filled, test hatched: told apart without colour, too.
void paintUse(QPainter& painter, const QRectF& area, bool trains)
{
    const Theme& theme = Theme::current();
    QColor tone = theme.accent;
    if (trains) {
        tone.setAlpha(70);
        painter.fillRect(area, tone);
    } else {
        painter.fillRect(area, QBrush(theme.textMuted, Qt::BDiagPattern));
    }
}

} // namespace

SplitView::SplitView(QWidget* parent) : PaintedWidget(parent)
{
    setAccessibleName(tr("What trains and what tests"));
    updateSummary(true);
}

void SplitView::setRows(std::vector<SplitRow> rows)
{
    m_rows = std::move(rows);
    updateGeometry();
    updateSummary(true);
    update();
}

QString SplitView::summary() const
{
    if (m_rows.empty())
        return tr("No recordings");
    double trains = 0;
    double tests = 0;
    for (const SplitRow& row : m_rows) {
        for (const SplitRow::Use& use : row.uses)
            (use.trains ? trains : tests) += use.to - use.from;
    }
    return tr("%n recording(s); %1 min train, %2 min test.", nullptr, static_cast<int>(m_rows.size()))
        .arg(QLocale().toString(trains / 60, 'f', 1), QLocale().toString(tests / 60, 'f', 1));
}

int SplitView::rowHeight() const
{
    return QFontMetrics(Theme::font(Theme::TextSize::Small)).height() + Theme::space(2);
}

QSize SplitView::sizeHint() const
{
    return {480, rowHeight() * (static_cast<int>(m_rows.size()) + 1) + Theme::space(2)};
}

QSize SplitView::minimumSizeHint() const
{
    return {240, sizeHint().height()};
}

QStringList SplitView::gases() const
{
    QStringList out;
    for (const SplitRow& row : m_rows) {
        for (const SplitRow::Exposure& exposure : row.exposures) {
            if (!out.contains(exposure.gas))
                out << exposure.gas;
        }
    }
    return out;
}

void SplitView::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.surface);
    painter.setFont(Theme::font(Theme::TextSize::Small));
    if (m_rows.empty()) {
        painter.setPen(theme.textMuted);
        painter.drawText(rect(), Qt::AlignCenter, summary());
        return;
    }
    double longest = 1e-9;
    int nameWidth = 0;
    for (const SplitRow& row : m_rows) {
        longest = std::max(longest, row.seconds);
        nameWidth = std::max(nameWidth, painter.fontMetrics().horizontalAdvance(row.name) + 2);
    }
    nameWidth = std::min(nameWidth, width() / 3);
    const int height = rowHeight();
    QRect line(Theme::space(1), Theme::space(1), width() - Theme::space(2), height);
    for (const SplitRow& row : m_rows) {
        paintRow(painter, row, line, nameWidth, longest);
        line.translate(0, height);
    }
    paintLegend(painter, line);
    paintFocus(painter);
}

void SplitView::paintRow(QPainter& painter, const SplitRow& row, const QRect& area, int nameWidth, double longest) const
{
    const Theme& theme = Theme::current();
    painter.setPen(theme.text);
    painter.drawText(QRect(area.left(), area.top(), nameWidth, area.height()), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(row.name, Qt::ElideMiddle, nameWidth));
    const QRectF band = QRectF(area).adjusted(nameWidth + Theme::space(2), 3, 0, -3);
    const auto x = [&](double seconds) { return band.left() + band.width() * seconds / longest; };
    for (const SplitRow::Use& use : row.uses)
        paintUse(painter, QRectF(QPointF(x(use.from), band.top()), QPointF(x(use.to), band.bottom())), use.trains);
    for (const SplitRow::Exposure& exposure : row.exposures) {
        const double from = x(exposure.from);
        const QRectF block(from, band.top() + 3, std::max(2.0, x(exposure.to) - from), band.height() - 6);
        painter.fillRect(block, theme.gasColour(exposure.gas));
    }
    painter.setPen(theme.border);
    painter.drawRect(QRectF(QPointF(band.left(), band.top()), QPointF(x(row.seconds), band.bottom())));
}

void SplitView::paintLegend(QPainter& painter, const QRect& area) const
{
    const Theme& theme = Theme::current();
    int x = area.left();
    const auto entry = [&](const QString& text, const auto& fill) {
        const QRect box(x, area.center().y() - 5, 14, 10);
        fill(box);
        const int width = painter.fontMetrics().horizontalAdvance(text);
        painter.setPen(theme.textMuted);
        painter.drawText(QRect(x + 18, area.top(), width + 2, area.height()), Qt::AlignLeft | Qt::AlignVCenter, text);
        x += 18 + width + Theme::space(3);
    };
    entry(tr("trains"), [&](const QRect& box) { paintUse(painter, box, true); });
    entry(tr("tests"), [&](const QRect& box) { paintUse(painter, box, false); });
    for (const QString& gas : gases()) {
        if (x > area.right() - Theme::space(10))
            break;
        entry(gas, [&](const QRect& box) { painter.fillRect(box, theme.gasColour(gas)); });
    }
}

} // namespace bnof::widgets
