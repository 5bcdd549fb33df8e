// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/histogram_view.h"

#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <utility>

#include "widgets/theme.h"

namespace bnof::widgets {

HistogramView::HistogramView(QWidget* parent) : PaintedWidget(parent)
{
    setAccessibleName(tr("Histogram"));
    updateSummary(true);
}

void HistogramView::setBins(std::vector<std::uint64_t> bins, double lowest, double highest, const QString& unit)
{
    m_bins = std::move(bins);
    m_lowest = lowest;
    m_highest = highest;
    m_unit = unit;
    updateSummary(true);
    update();
}

QString HistogramView::valueText(double value) const
{
    const QString number = QLocale().toString(value, 'g', 3);
    return m_unit.isEmpty() ? number : number + QLatin1Char(' ') + m_unit;
}

QString HistogramView::summary() const
{
    if (m_bins.empty())
        return tr("No values");
    if (m_bins.size() == 1)
        return tr("All %L1 values are %2").arg(m_bins.front()).arg(valueText(m_lowest));
    const auto most = std::max_element(m_bins.begin(), m_bins.end()) - m_bins.begin();
    const double width = (m_highest - m_lowest) / static_cast<double>(m_bins.size());
    return tr("From %1 to %2, most often near %3")
        .arg(valueText(m_lowest), valueText(m_highest),
             valueText(m_lowest + width * (static_cast<double>(most) + 0.5)));
}

void HistogramView::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.surface);
    painter.setFont(Theme::font(Theme::TextSize::Small));
    const int line = painter.fontMetrics().height();
    if (m_bins.size() <= 1) {
        painter.setPen(theme.textMuted);
        painter.drawText(rect().adjusted(4, 0, -4, 0), Qt::AlignCenter | Qt::TextWordWrap, summary());
        return;
    }
    const QRectF plot = QRectF(rect()).adjusted(4, 4, -4, -line - 4);
    const double most = static_cast<double>(*std::max_element(m_bins.begin(), m_bins.end()));
    const double width = plot.width() / static_cast<double>(m_bins.size());
    for (std::size_t i = 0; i < m_bins.size(); ++i) {
        if (m_bins[i] == 0)
            continue;
        const double height = std::max(1.0, plot.height() * static_cast<double>(m_bins[i]) / most);
        painter.fillRect(QRectF(plot.left() + width * static_cast<double>(i), plot.bottom() - height,
                                std::max(1.0, width - 1), height),
                         theme.accent);
    }
    painter.setPen(theme.grid);
    painter.drawLine(plot.bottomLeft(), plot.bottomRight());
    painter.setPen(theme.textMuted);
    const QRectF labels(plot.left(), plot.bottom() + 2, plot.width(), line);
    painter.drawText(labels, Qt::AlignLeft | Qt::AlignVCenter, valueText(m_lowest));
    painter.drawText(labels, Qt::AlignRight | Qt::AlignVCenter, valueText(m_highest));
}

} // namespace bnof::widgets
