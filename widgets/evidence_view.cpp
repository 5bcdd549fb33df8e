// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/evidence_view.h"

#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "widgets/theme.h"
#include "widgets/time_axis.h"

namespace bnof::widgets {
namespace {

QString pointsText(double share)
{
    return (share >= 0 ? QStringLiteral("+") : QString()) + QLocale().toString(share * 100, 'f', 1);
}

} // namespace

EvidenceView::EvidenceView(QWidget* parent) : PaintedWidget(parent)
{
    setAccessibleName(tr("Evidence"));
    updateSummary(true);
}

void EvidenceView::setEvidence(std::vector<Point> given, double margin, std::size_t decidedAt)
{
    m_points = std::move(given);
    m_margin = margin;
    m_decidedAt = decidedAt;
    updateSummary();
    update();
}

QString EvidenceView::summary() const
{
    if (m_points.empty())
        return tr("No exposure has been compared yet");
    const Point& last = m_points.back();
    QString text = tr("After %n exposure(s) B less A is %1 percentage points, %2 to %3", nullptr,
                      static_cast<int>(m_points.size()))
                       .arg(pointsText(last.difference), pointsText(last.low), pointsText(last.high));
    if (m_decidedAt > 0)
        text += QLatin1String("; ") + tr("decided after %n exposure(s)", nullptr, static_cast<int>(m_decidedAt));
    return text;
}

void EvidenceView::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), theme.surface);
    painter.setFont(Theme::font(Theme::TextSize::Small));
    if (m_points.empty()) {
        painter.setPen(theme.textMuted);
        painter.drawText(rect(), Qt::AlignCenter, summary());
        paintFocus(painter);
        return;
    }
    // The first intervals are as wide as can be and would flatten the rest.
    double reach = std::max(0.05, 2 * m_margin);
    for (std::size_t i = m_points.size() / 10; i < m_points.size(); ++i)
        reach = std::max({reach, std::abs(m_points[i].low), std::abs(m_points[i].high)});
    reach = std::min(1.0, reach * 1.05);
    const int line = painter.fontMetrics().height();
    const QRectF plot = QRectF(rect()).adjusted(painter.fontMetrics().horizontalAdvance(QStringLiteral("+100.0")) + 8,
                                                line + 6, -Theme::space(2), -line - 8);
    paintAxes(painter, plot, reach);
    const auto count = static_cast<double>(m_points.size());
    const auto at = [&](std::size_t i, double value) {
        return QPointF(plot.left() + plot.width() * (static_cast<double>(i) + 1) / count,
                       plot.center().y() - plot.height() / 2 * std::clamp(value / reach, -1.0, 1.0));
    };
    // No more corners than the plot has columns.
    const auto stride =
        std::max<std::size_t>(1, m_points.size() / static_cast<std::size_t>(std::max(50.0, plot.width())));
    QPolygonF band, lower, path;
    for (std::size_t i = 0; i < m_points.size(); i += i + stride < m_points.size() ? stride : 1) {
        band << at(i, m_points[i].high);
        lower << at(i, m_points[i].low);
        path << at(i, m_points[i].difference);
    }
    std::reverse(lower.begin(), lower.end());
    QColor fill = theme.accent;
    fill.setAlphaF(0.18F);
    painter.setPen(QPen(theme.accent, 1));
    painter.setBrush(fill);
    painter.drawPolygon(band + lower);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.text, 2));
    painter.drawPolyline(path);
    if (m_decidedAt > 0 && m_decidedAt <= m_points.size()) {
        const double x = at(m_decidedAt - 1, 0).x();
        painter.setPen(QPen(theme.threshold, 1.5));
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()));
        const bool right = x > plot.center().x();
        painter.drawText(QRectF(right ? x - 204 : x + 4, plot.top() + 2, 200, line),
                         (right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter, tr("decided"));
    }
    paintFocus(painter);
}

void EvidenceView::paintAxes(QPainter& painter, const QRectF& plot, double reach) const
{
    const Theme& theme = Theme::current();
    const double line = painter.fontMetrics().height();
    const auto y = [&](double value) { return plot.center().y() - plot.height() / 2 * value / reach; };
    for (const AxisTick& tick : numberTicks(-reach * 100, reach * 100, 5)) {
        painter.setPen(theme.grid);
        painter.drawLine(QPointF(plot.left(), y(tick.position / 100)), QPointF(plot.right(), y(tick.position / 100)));
        painter.setPen(theme.textMuted);
        painter.drawText(QRectF(0, y(tick.position / 100) - line / 2, plot.left() - 4, line),
                         Qt::AlignRight | Qt::AlignVCenter, tick.label);
    }
    painter.setPen(QPen(theme.threshold, 1, Qt::DashLine));
    for (const double value : {m_margin, -m_margin})
        painter.drawLine(QPointF(plot.left(), y(value)), QPointF(plot.right(), y(value)));
    painter.setPen(QPen(theme.textMuted, 1));
    painter.drawLine(QPointF(plot.left(), y(0)), QPointF(plot.right(), y(0)));
    const QRectF below(plot.left(), plot.bottom() + 3, plot.width(), line);
    painter.drawText(below, Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("0"));
    painter.drawText(below, Qt::AlignRight | Qt::AlignVCenter, QLocale().toString(m_points.size()));
    painter.drawText(below, Qt::AlignCenter, tr("exposures"));
    painter.drawText(QRectF(plot.left(), 2, plot.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
                     tr("accuracy of B less A, percentage points"));
}

} // namespace bnof::widgets
