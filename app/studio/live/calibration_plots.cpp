// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/calibration_plots.h"

#include <QLocale>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

#include "app/studio/services/format.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

QString figure(double value)
{
    return QLocale().toString(value, 'g', std::fabs(value) >= 1000 ? 6 : 3);
}

} // namespace

CurvePlot::CurvePlot(QWidget* parent) : PaintedWidget(parent)
{
    setAccessibleName(tr("Curve of the channel"));
    setFocusPolicy(Qt::TabFocus);
    updateSummary(true);
}

void CurvePlot::setChannel(const sensing::ChannelCalibration* channel)
{
    m_channel = channel == nullptr ? std::nullopt : std::optional(*channel);
    updateSummary(true);
    update();
}

QString CurvePlot::summary() const
{
    if (!m_channel)
        return tr("No channel is chosen.");
    const QString name = toQString(m_channel->channel);
    const QString spans = tr("%n span(s)", nullptr, static_cast<int>(m_channel->spans.size()));
    if (m_channel->linear && m_channel->raw == sensing::RawKind::Concentration)
        return tr("%1, %2: concentration = (value − %3) × %4; %5")
            .arg(name, toQString(m_channel->linear->gas), figure(m_channel->linear->zero),
                 figure(m_channel->linear->gain), spans);
    if (m_channel->power)
        return tr("%1, %2: equivalent %3 = %4 × (Rs/R0)^%5; %6")
            .arg(name, toQString(m_channel->power->gas), toQString(m_channel->power->unit), figure(m_channel->power->a),
                 figure(m_channel->power->b), spans);
    if (!m_channel->spans.empty())
        return tr("%1, %2: one span; the curve comes with another concentration.")
            .arg(name, toQString(m_channel->spansGas));
    return tr("%1 has no curve yet: name its sensor type, or capture spans of two concentrations.").arg(name);
}

QPointF CurvePlot::Axes::map(double xValue, double yValue) const
{
    const auto share = [this](double value, const Range& range) {
        if (!logarithmic)
            return (value - range.low) / (range.high - range.low);
        return std::log(value / range.low) / std::log(range.high / range.low);
    };
    return {plot.left() + plot.width() * share(xValue, x), plot.bottom() - plot.height() * share(yValue, y)};
}

std::vector<sensing::SpanPoint> CurvePlot::curve() const
{
    if (!m_channel)
        return {};
    if (m_channel->raw == sensing::RawKind::Concentration) {
        if (!m_channel->linear || m_channel->linear->gain == 0)
            return {};
        const auto& law = *m_channel->linear;
        const double high = law.highPpm > 0 ? law.highPpm : 1;
        return {{law.zero, 0}, {law.zero + high / law.gain, high}};
    }
    if (!m_channel->power || m_channel->power->b == 0)
        return {};
    const auto& law = *m_channel->power;
    const auto ratio = [&law](double ppm) { return std::pow(ppm / law.a, 1 / law.b); };
    return {{ratio(law.low), law.low}, {ratio(law.high), law.high}}; // straight in log-log
}

CurvePlot::Axes CurvePlot::axes(const std::vector<sensing::SpanPoint>& curve) const
{
    Axes axes;
    axes.logarithmic = m_channel->raw != sensing::RawKind::Concentration;
    std::vector<sensing::SpanPoint> all = curve;
    all.insert(all.end(), m_channel->spans.begin(), m_channel->spans.end());
    axes.x = {all.front().value, all.front().value};
    axes.y = {all.front().ppm, all.front().ppm};
    for (const auto& point : all) {
        axes.x = {std::min(axes.x.low, point.value), std::max(axes.x.high, point.value)};
        axes.y = {std::min(axes.y.low, point.ppm), std::max(axes.y.high, point.ppm)};
    }
    for (Range* range : {&axes.x, &axes.y}) {
        if (axes.logarithmic) {
            range->low /= 1.3;
            range->high *= 1.3;
        } else {
            const double margin = std::max(0.08 * (range->high - range->low), 1e-9 + 0.01 * std::fabs(range->high));
            range->low -= margin;
            range->high += margin;
        }
    }
    const int line = fontMetrics().height();
    axes.plot = QRectF(rect()).adjusted(Theme::space(14), Theme::space(2) + line, -Theme::space(3), -2 * line - 6);
    return axes;
}

void CurvePlot::paintAxes(QPainter& painter, const Axes& axes) const
{
    const Theme& theme = Theme::current();
    const int line = painter.fontMetrics().height();
    const auto ticks = [&axes](const Range& range) {
        std::vector<double> out;
        if (axes.logarithmic) {
            for (int decade = static_cast<int>(std::floor(std::log10(range.low))); decade < 12; ++decade)
                for (const double step : range.high / range.low > 6
                                             ? std::vector<double>{1, 2, 5}
                                             : std::vector<double>{1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9})
                    if (const double tick = step * std::pow(10, decade); tick >= range.low && tick <= range.high)
                        out.push_back(tick);
        } else {
            for (int i = 0; i <= 4; ++i)
                out.push_back(range.low + (range.high - range.low) * i / 4);
        }
        while (out.size() > 7) // every second one
            for (std::size_t i = out.size() - 1; i < out.size() && i >= 1; i = i >= 2 ? i - 2 : 0)
                out.erase(out.begin() + static_cast<std::ptrdiff_t>(i));
        return out;
    };
    double end = -1e9;
    for (const double tick : ticks(axes.x)) {
        const double x = axes.map(tick, axes.y.low).x();
        painter.setPen(theme.grid);
        painter.drawLine(QPointF(x, axes.plot.top()), QPointF(x, axes.plot.bottom()));
        const QString text = figure(tick);
        const double half = painter.fontMetrics().horizontalAdvance(text) / 2.0;
        if (x - half < end + 6)
            continue;
        end = x + half;
        painter.setPen(theme.textMuted);
        painter.drawText(QRectF(x - 40, axes.plot.bottom() + 2, 80, line), Qt::AlignCenter, text);
    }
    for (const double tick : ticks(axes.y)) {
        const double y = axes.map(axes.x.low, tick).y();
        painter.setPen(theme.grid);
        painter.drawLine(QPointF(axes.plot.left(), y), QPointF(axes.plot.right(), y));
        painter.setPen(theme.textMuted);
        painter.drawText(QRectF(0, y - line / 2.0, axes.plot.left() - 6, line), Qt::AlignRight | Qt::AlignVCenter,
                         figure(tick));
    }
    const bool linear = m_channel->raw == sensing::RawKind::Concentration;
    painter.setPen(theme.textMuted);
    painter.drawText(QRectF(axes.plot.left(), axes.plot.bottom() + line + 2, axes.plot.width(), line), Qt::AlignCenter,
                     linear ? tr("value that the device prints") : tr("Rs/R0"));
    const QString unit = m_channel->power && !linear ? toQString(m_channel->power->unit) : QStringLiteral("ppm");
    painter.drawText(QRectF(4, 2, width() - 8, line), Qt::AlignLeft | Qt::AlignVCenter,
                     linear ? unit : tr("equivalent %1").arg(unit));
}

void CurvePlot::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), theme.surface);
    painter.setFont(Theme::font(Theme::TextSize::Small));
    const auto line = curve();
    if (!m_channel || (line.empty() && m_channel->spans.empty())) {
        painter.setPen(theme.textMuted);
        painter.drawText(rect().adjusted(12, 8, -12, -8), Qt::AlignCenter | Qt::TextWordWrap, summary());
        paintFocus(painter);
        return;
    }
    const Axes axes = this->axes(line);
    paintAxes(painter, axes);
    painter.setPen(QPen(theme.accent, 2));
    if (line.size() == 2)
        painter.drawLine(axes.map(line[0].value, line[0].ppm), axes.map(line[1].value, line[1].ppm));
    painter.setPen(QPen(theme.surface, 1.5));
    painter.setBrush(theme.text);
    for (const auto& span : m_channel->spans)
        painter.drawEllipse(axes.map(span.value, span.ppm), 4.5, 4.5);
    paintFocus(painter);
}

ShiftChart::ShiftChart(QWidget* parent) : PaintedWidget(parent)
{
    setAccessibleName(tr("R0 before and after"));
    setFocusPolicy(Qt::TabFocus);
    updateSummary(true);
}

void ShiftChart::setShifts(std::vector<sensing::CalibrationShift> shifts)
{
    std::erase_if(shifts, [](const auto& shift) { return !(shift.r0Before > 0 && shift.r0After > 0); });
    m_shifts = std::move(shifts);
    updateSummary(true);
    update();
}

QString ShiftChart::summary() const
{
    if (m_shifts.empty())
        return tr("No channel had an R0 before: there is nothing to compare with.");
    const auto most = std::max_element(m_shifts.begin(), m_shifts.end(), [](const auto& a, const auto& b) {
        return std::fabs(a.r0Shift) < std::fabs(b.r0Shift);
    });
    return tr("%n channel(s) compared", nullptr, static_cast<int>(m_shifts.size())) +
           tr("; %1 moved most, by %2 %")
               .arg(toQString(most->channel), QLocale().toString(100 * most->r0Shift, 'f', 1));
}

void ShiftChart::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.surface);
    painter.setFont(Theme::font(Theme::TextSize::Small));
    const int line = painter.fontMetrics().height();
    if (m_shifts.empty()) {
        painter.setPen(theme.textMuted);
        painter.drawText(rect().adjusted(12, 8, -12, -8), Qt::AlignCenter | Qt::TextWordWrap, summary());
        paintFocus(painter);
        return;
    }
    double most = 0.05; // less than 5 % is drawn small: it is small
    for (const auto& shift : m_shifts)
        most = std::max(most, std::fabs(shift.r0Shift));
    const QRectF plot = QRectF(rect()).adjusted(Theme::space(14), line + 6, -Theme::space(2), -line - 6);
    const double middle = plot.center().y();
    const auto at = [&](double shift) { return middle - shift / most * plot.height() / 2; };
    painter.setPen(theme.textMuted);
    painter.drawText(QRectF(4, 2, width() - 8, line), Qt::AlignLeft | Qt::AlignVCenter, tr("change of R0, %"));
    for (const double tick : {-most, 0.0, most}) {
        painter.setPen(tick == 0 ? theme.textMuted : theme.grid);
        painter.drawLine(QPointF(plot.left(), at(tick)), QPointF(plot.right(), at(tick)));
        painter.setPen(theme.textMuted);
        painter.drawText(QRectF(0, at(tick) - line / 2.0, plot.left() - 6, line), Qt::AlignRight | Qt::AlignVCenter,
                         QLocale().toString(100 * tick, 'f', most < 0.1 ? 1 : 0));
    }
    const double width = plot.width() / static_cast<double>(m_shifts.size());
    for (std::size_t i = 0; i < m_shifts.size(); ++i) {
        const double left = plot.left() + width * static_cast<double>(i);
        const double end = at(m_shifts[i].r0Shift);
        const double bar = std::min(width * 0.7, 40.0);
        painter.fillRect(
            QRectF(left + (width - bar) / 2, std::min(middle, end), bar, std::max(1.0, std::fabs(end - middle))),
            theme.accent);
        painter.setPen(theme.textMuted);
        const QString name = painter.fontMetrics().elidedText(toQString(m_shifts[i].channel), Qt::ElideMiddle,
                                                              static_cast<int>(width) - 2);
        painter.drawText(QRectF(left, plot.bottom() + 4, width, line), Qt::AlignCenter, name);
    }
    paintFocus(painter);
}

} // namespace bnof::studio
