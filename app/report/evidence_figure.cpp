// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/evidence_figure.h"

#include <QPainterPath>

#include <algorithm>
#include <cmath>

#include "app/report/sheet.h"
#include "app/report/text.h"

namespace bnof::report {
namespace {

const QColor frameColour(0x70, 0x70, 0x70);
const QColor gridColour(0xDD, 0xDD, 0xDD);
constexpr std::size_t mostPoints = 600;

/// 1, 2 or 5 times a power of ten, at most `most` steps in the span.
double niceStep(double span, double most)
{
    const double power = std::pow(10, std::floor(std::log10(span / most)));
    for (const double digit : {1.0, 2.0, 5.0}) {
        if (span / (digit * power) <= most)
            return digit * power;
    }
    return 10 * power;
}

class Axes {
public:
    Axes(QPainter& painter, const QRectF& area, double count, double low, double high)
        : m_painter(painter), m_plot(area.adjusted(millimetres(14), millimetres(2), -millimetres(3), -millimetres(9))),
          m_count(std::max(count, 1.0)), m_low(low), m_high(high)
    {}

    [[nodiscard]] QPointF at(double unit, double value) const
    {
        const double share = (std::clamp(value, m_low, m_high) - m_low) / (m_high - m_low);
        return {m_plot.left() + m_plot.width() * unit / m_count, m_plot.bottom() - m_plot.height() * share};
    }

    template <typename Text> void draw(Text label)
    {
        m_painter.setFont(textFont(7));
        const double step = niceStep(m_high - m_low, 6);
        for (double value = std::ceil(m_low / step) * step; value <= m_high + step * 1e-9; value += step) {
            const double y = at(0, value).y();
            m_painter.setPen(QPen(gridColour, points(0.4)));
            m_painter.drawLine(QPointF(m_plot.left(), y), QPointF(m_plot.right(), y));
            m_painter.setPen(Qt::black);
            m_painter.drawText(QRectF(m_plot.left() - millimetres(14), y - points(6), millimetres(13), points(12)),
                               Qt::AlignRight | Qt::AlignVCenter, label(std::abs(value) < step * 1e-6 ? 0.0 : value));
        }
        const double across = std::max(1.0, niceStep(m_count, 8));
        for (double unit = 0; unit <= m_count; unit += across) {
            const double x = at(unit, m_low).x();
            m_painter.setPen(QPen(frameColour, points(0.6)));
            m_painter.drawLine(QPointF(x, m_plot.bottom()), QPointF(x, m_plot.bottom() + points(3)));
            m_painter.setPen(Qt::black);
            m_painter.drawText(QRectF(x - millimetres(12), m_plot.bottom() + points(3), millimetres(24), points(10)),
                               Qt::AlignHCenter | Qt::AlignTop, countText(static_cast<std::uint64_t>(unit)));
        }
        m_painter.drawText(QRectF(m_plot.left(), m_plot.bottom() + points(12), m_plot.width(), points(10)),
                           Qt::AlignHCenter | Qt::AlignTop, ReportText::tr("exposures"));
        m_painter.setPen(QPen(frameColour, points(0.6)));
        m_painter.setBrush(Qt::NoBrush);
        m_painter.drawRect(m_plot);
    }

    void dashed(double value)
    {
        if (value < m_low || value > m_high)
            return;
        m_painter.setPen(QPen(frameColour, points(0.8), Qt::DashLine));
        m_painter.drawLine(at(0, value), at(m_count, value));
    }

    template <typename Value> void line(const std::vector<Look>& looks, Value value)
    {
        QPainterPath path;
        each(looks, [&](double unit, const Look& look) {
            const QPointF point = at(unit, value(look));
            path.elementCount() == 0 ? path.moveTo(point) : path.lineTo(point);
        });
        m_painter.setPen(QPen(Qt::black, points(1.1)));
        m_painter.setBrush(Qt::NoBrush);
        m_painter.drawPath(path);
    }

    void band(const std::vector<Look>& looks)
    {
        QPolygonF polygon;
        each(looks, [&](double unit, const Look& look) { polygon << at(unit, look.interval.high * 100); });
        QPolygonF lower;
        each(looks, [&](double unit, const Look& look) { lower << at(unit, look.interval.low * 100); });
        std::reverse(lower.begin(), lower.end());
        polygon += lower;
        m_painter.setPen(QPen(QColor(0x55, 0x7A, 0xA8), points(0.6)));
        m_painter.setBrush(QColor(0xD5, 0xE2, 0xF0));
        m_painter.drawPolygon(polygon);
    }

private:
    template <typename Do> static void each(const std::vector<Look>& looks, Do work)
    {
        const std::size_t stride = std::max<std::size_t>(1, looks.size() / mostPoints);
        for (std::size_t i = 0; i < looks.size(); i += stride)
            work(static_cast<double>(i + 1), looks[i]);
        if ((looks.size() - 1) % stride != 0)
            work(static_cast<double>(looks.size()), looks.back());
    }

    QPainter& m_painter;
    QRectF m_plot;
    double m_count;
    double m_low;
    double m_high;
};

} // namespace

void drawDifference(QPainter& painter, const QRectF& area, const std::vector<Look>& looks, double margin)
{
    if (looks.empty())
        return;
    // The first intervals are as wide as can be and would flatten the rest.
    double reach = 5;
    for (std::size_t i = looks.size() / 10; i < looks.size(); ++i)
        reach = std::max({reach, std::abs(looks[i].interval.low) * 100, std::abs(looks[i].interval.high) * 100});
    reach = std::min(reach * 1.05, 100.0);
    Axes axes(painter, area, static_cast<double>(looks.size()), -reach, reach);
    axes.band(looks);
    axes.draw([](double value) { return ReportText::locale().toString(value, 'g', 3); });
    axes.dashed(margin * 100);
    axes.dashed(-margin * 100);
    axes.line(looks, [](const Look& look) { return look.difference * 100; });
}

void drawEvidence(QPainter& painter, const QRectF& area, const std::vector<Look>& looks, double alpha)
{
    if (looks.empty())
        return;
    const double threshold = -std::log10(alpha);
    double low = -1, high = threshold * 1.3;
    for (const Look& look : looks) {
        low = std::min(low, look.logE / std::log(10.0));
        high = std::max(high, look.logE / std::log(10.0));
    }
    Axes axes(painter, area, static_cast<double>(looks.size()), low, high);
    axes.draw([](double value) { return ReportText::tr("1e%1").arg(ReportText::locale().toString(value, 'g', 3)); });
    axes.dashed(threshold);
    axes.line(looks, [](const Look& look) { return look.logE / std::log(10.0); });
}

} // namespace bnof::report
