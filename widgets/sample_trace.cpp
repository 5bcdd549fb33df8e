// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sample_trace.h"

#include <QLocale>
#include <QPainter>
#include <QPolygonF>

#include <algorithm>
#include <utility>

#include "widgets/theme.h"

namespace bnof::widgets {

SampleTrace::SampleTrace(QWidget* parent) : PaintedWidget(parent)
{
    setAccessibleName(tr("Samples"));
    updateSummary(true);
}

void SampleTrace::setSeries(const QStringList& names, const QString& unit, std::vector<Level> levels, double lowest,
                            double highest, double seconds)
{
    m_names = names;
    m_unit = unit;
    m_levels = std::move(levels);
    m_lowest = lowest;
    m_highest = highest > lowest ? highest : lowest + 1;
    m_seconds = seconds;
    m_samples.clear();
    updateSummary(true);
    update();
}

void SampleTrace::append(double t, const std::vector<float>& values)
{
    if (!m_samples.empty() && t <= m_samples.back().t)
        return;
    m_samples.push_back({t, values});
    while (m_samples.front().t < t - m_seconds)
        m_samples.pop_front();
    updateSummary();
    update();
}

QString SampleTrace::summary() const
{
    if (m_samples.empty())
        return tr("No samples yet");
    QStringList parts;
    const auto& values = m_samples.back().values;
    for (std::size_t i = 0; i < values.size() && static_cast<qsizetype>(i) < m_names.size(); ++i)
        parts << QStringLiteral("%1 %2 %3")
                     .arg(m_names[static_cast<qsizetype>(i)], QLocale().toString(values[i], 'f', 1), m_unit);
    return parts.join(QStringLiteral(", "));
}

QPointF SampleTrace::place(const QRectF& plot, double t, double value) const
{
    const double newest = m_samples.back().t;
    const double share = (std::clamp(value, m_lowest, m_highest) - m_lowest) / (m_highest - m_lowest);
    return {plot.right() - (newest - t) / m_seconds * plot.width(), plot.bottom() - share * plot.height()};
}

void SampleTrace::paintLevels(QPainter& painter, const QRectF& plot) const
{
    const Theme& theme = Theme::current();
    for (const Level& level : m_levels) {
        const double share = (level.value - m_lowest) / (m_highest - m_lowest);
        const double y = plot.bottom() - share * plot.height();
        painter.setPen(QPen(theme.threshold, 1, Qt::DashLine));
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        painter.setPen(theme.textMuted);
        const double height = painter.fontMetrics().height();
        const double top = y - height < plot.top() ? y + 1 : y - height;
        painter.drawText(QRectF(plot.left() + 4, top, plot.width() - 8, height), Qt::AlignLeft | Qt::AlignVCenter,
                         QStringLiteral("%1 %2 %3").arg(level.name, QLocale().toString(level.value, 'g', 4), m_unit));
    }
}

void SampleTrace::paintSeries(QPainter& painter, const QRectF& plot, std::size_t series) const
{
    QPolygonF line;
    for (const Sample& sample : m_samples)
        if (series < sample.values.size())
            line << place(plot, sample.t, static_cast<double>(sample.values[series]));
    const QColor colour = Theme::current().categorical(static_cast<int>(series));
    painter.setPen(QPen(colour, 1));
    painter.drawPolyline(line);
    painter.setPen(QPen(colour, 3, Qt::SolidLine, Qt::RoundCap));
    painter.drawPoints(line);
}

void SampleTrace::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.surface);
    painter.setFont(Theme::font(Theme::TextSize::Small));
    const int line = painter.fontMetrics().height();
    const QRectF plot = QRectF(rect()).adjusted(4, 4, -4, -line - 6);
    if (m_samples.empty()) {
        painter.setPen(theme.textMuted);
        painter.drawText(rect(), Qt::AlignCenter, summary());
        return;
    }
    paintLevels(painter, plot);
    painter.setClipRect(plot.adjusted(-2, -2, 2, 2));
    for (std::size_t i = 0; i < static_cast<std::size_t>(m_names.size()); ++i)
        paintSeries(painter, plot, i);
    painter.setClipping(false);
    double x = plot.left();
    for (qsizetype i = 0; i < m_names.size(); ++i) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.categorical(static_cast<int>(i)));
        painter.drawRect(QRectF(x, plot.bottom() + 4 + line / 2.0 - 4, 8, 8));
        painter.setPen(theme.text);
        const double wide = painter.fontMetrics().horizontalAdvance(m_names[i]);
        painter.drawText(QRectF(x + 12, plot.bottom() + 4, wide + 2, line), Qt::AlignLeft | Qt::AlignVCenter,
                         m_names[i]);
        x += wide + 24;
    }
    painter.setPen(theme.textMuted);
    painter.drawText(QRectF(plot.left(), plot.bottom() + 4, plot.width(), line), Qt::AlignRight | Qt::AlignVCenter,
                     tr("last %1 s").arg(m_seconds));
}

} // namespace bnof::widgets
