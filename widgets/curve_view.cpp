// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/curve_view.h"

#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <limits>
#include <utility>

#include "widgets/theme.h"

namespace bnof::widgets {

namespace {

constexpr std::size_t mostNamed = 3; ///< of more curves only the newest is named

} // namespace

CurveView::CurveView(QWidget* parent) : PaintedWidget(parent)
{
    setAccessibleName(tr("Curves"));
    updateSummary(true);
}

void CurveView::setAxes(const QString& x, const QString& y)
{
    m_x = x;
    m_y = y;
    update();
}

void CurveView::setCurves(std::vector<Curve> curves)
{
    m_curves = std::move(curves);
    std::erase_if(m_curves, [](const Curve& curve) { return curve.points.empty(); });
    updateSummary();
    update();
}

QString CurveView::summary() const
{
    if (m_curves.empty())
        return tr("No values yet");
    QStringList out;
    for (const Curve& curve : m_curves)
        out << tr("%1: from %2 to %3")
                   .arg(curve.name, QLocale().toString(curve.points.front().second, 'g', 3),
                        QLocale().toString(curve.points.back().second, 'g', 3));
    return out.join(QLatin1String("; "));
}

CurveView::Range CurveView::range() const
{
    constexpr double most = std::numeric_limits<double>::max();
    Range out{most, -most, 0, -most};
    for (const Curve& curve : m_curves) {
        for (const auto& [x, y] : curve.points) {
            out.left = std::min(out.left, x);
            out.right = std::max(out.right, x);
            out.low = std::min(out.low, y);
            out.high = std::max(out.high, y);
        }
    }
    if (out.right <= out.left)
        out.right = out.left + 1;
    if (out.high <= out.low)
        out.high = out.low + 1;
    return out;
}

void CurveView::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), theme.surface);
    painter.setFont(Theme::font(Theme::TextSize::Small));
    if (m_curves.empty()) {
        painter.setPen(theme.textMuted);
        painter.drawText(rect(), Qt::AlignCenter, summary());
        return;
    }
    const Range shown = range();
    const int line = painter.fontMetrics().height();
    const QRectF plot = QRectF(rect()).adjusted(painter.fontMetrics().horizontalAdvance(QStringLiteral("0.0000")),
                                                line + 6, -Theme::space(2), -line - 6);
    paintAxes(painter, plot, shown);
    int at = static_cast<int>(plot.left());
    for (std::size_t i = 0; i < m_curves.size(); ++i) {
        const QColor colour = m_curves.size() == 1 ? theme.accent : theme.categorical(static_cast<int>(i));
        QPolygonF path;
        for (const auto& [x, y] : m_curves[i].points)
            path << QPointF(plot.left() + plot.width() * (x - shown.left) / (shown.right - shown.left),
                            plot.bottom() - plot.height() * (y - shown.low) / (shown.high - shown.low));
        painter.setPen(QPen(colour, 2));
        painter.drawPolyline(path);
        painter.setBrush(colour);
        painter.drawEllipse(path.back(), 3, 3);
        const int width = painter.fontMetrics().horizontalAdvance(m_curves[i].name);
        if (m_curves.size() > mostNamed && i + 1 < m_curves.size())
            continue;
        painter.fillRect(QRectF(at, line / 2.0 + 1, 12, 3), colour);
        painter.setPen(theme.text);
        painter.drawText(QRectF(at + 16, 2, width + 2, line), Qt::AlignLeft | Qt::AlignVCenter, m_curves[i].name);
        at += width + 16 + Theme::space(3);
    }
    paintFocus(painter);
}

void CurveView::paintAxes(QPainter& painter, const QRectF& plot, const Range& shown) const
{
    const Theme& theme = Theme::current();
    const double line = painter.fontMetrics().height();
    painter.setPen(theme.grid);
    painter.drawLine(plot.bottomLeft(), plot.bottomRight());
    painter.drawLine(plot.topLeft(), plot.bottomLeft());
    painter.setPen(theme.textMuted);
    const auto number = [](double value) { return QLocale().toString(value, 'g', 3); };
    const QRectF left(0, plot.top() - line / 2, plot.left() - 4, line);
    painter.drawText(left, Qt::AlignRight | Qt::AlignVCenter, number(shown.high));
    painter.drawText(left.translated(0, plot.height()), Qt::AlignRight | Qt::AlignVCenter, number(shown.low));
    const QRectF below(plot.left(), plot.bottom() + 3, plot.width(), line);
    painter.drawText(below, Qt::AlignLeft | Qt::AlignVCenter, number(shown.left));
    painter.drawText(below, Qt::AlignRight | Qt::AlignVCenter, number(shown.right));
    painter.drawText(below, Qt::AlignCenter, m_x);
    painter.drawText(QRectF(plot.left(), 2, plot.width(), line), Qt::AlignRight | Qt::AlignVCenter, m_y);
}

} // namespace bnof::widgets
