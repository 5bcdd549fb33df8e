// SPDX-License-Identifier: GPL-3.0-or-later
// How a TraceView is drawn. The trace lines go straight into an image (SpanRaster) on top of a cached
// static layer; text, marks and the cursor are few and use QPainter.
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <array>
#include <cmath>

#include "widgets/span_raster.h"
#include "widgets/theme.h"
#include "widgets/trace_picture.h"
#include "widgets/trace_view.h"

namespace bnof::widgets {

namespace {

constexpr int legendInterval = 100; // ms; faster figures cannot be read
constexpr double lineThickness = 1.5;
constexpr double strongThickness = 2.5;
constexpr double dotSpacing = 7; ///< pixels between samples from which on each one gets a dot

QColor fade(const QColor& colour, const QColor& under, double share)
{
    const auto blend = [share](int a, int b) { return static_cast<int>(std::lround(a + (b - a) * share)); };
    return {blend(colour.red(), under.red()), blend(colour.green(), under.green()), blend(colour.blue(), under.blue())};
}

/// Divisor and unit for an axis, so that tick labels stay short: 12 300 Ω become 12.3 kΩ.
struct AxisScale {
    double divisor = 1;
    QString unit;
};

AxisScale axisScale(double low, double high, const QString& unit)
{
    const double magnitude = std::max(std::abs(low), std::abs(high));
    const QString symbol = unit == QStringLiteral("ohm") ? QStringLiteral("Ω") : unit;
    const bool prefixed = symbol == QStringLiteral("Ω") || symbol == QStringLiteral("S") ||
                          symbol == QStringLiteral("V") || symbol == QStringLiteral("A");
    if (magnitude <= 0 || !std::isfinite(magnitude))
        return {1, symbol};
    const int group = static_cast<int>(std::floor(std::log10(magnitude) / 3));
    static const std::array<const char*, 8> names{"n", "µ", "m", "", "k", "M", "G", "T"};
    if (prefixed && group != 0 && group >= -3 && group <= 4)
        return {std::pow(1000.0, group), QString::fromUtf8(names[static_cast<std::size_t>(group + 3)]) + symbol};
    if (!prefixed && (magnitude >= 1e6 || magnitude < 1e-3)) {
        static const QStringList superscript{
            QStringLiteral("⁰"), QStringLiteral("¹"), QStringLiteral("²"), QStringLiteral("³"), QStringLiteral("⁴"),
            QStringLiteral("⁵"), QStringLiteral("⁶"), QStringLiteral("⁷"), QStringLiteral("⁸"), QStringLiteral("⁹")};
        QString power = group < 0 ? QStringLiteral("⁻") : QString();
        for (const QChar digit : QString::number(std::abs(3 * group)))
            power += superscript[digit.digitValue()];
        return {std::pow(1000.0, group), QStringLiteral("×10%1 %2").arg(power, symbol).trimmed()};
    }
    return {1, symbol};
}

std::pair<double, double> extentOf(const TraceSeries& series)
{
    std::pair<double, double> extent{1, 0};
    const auto take = [&](double low, double high) {
        if (extent.first > extent.second)
            extent = {low, high};
        extent = {std::min(extent.first, low), std::max(extent.second, high)};
    };
    for (const TraceColumn& column : series.columns)
        if (column.hasData)
            take(column.low, column.high);
    for (const TracePoint& point : series.points)
        if (!std::isnan(point.value))
            take(point.value, point.value);
    return extent;
}

/// Follow `data` with a range that rarely moves: it grows at once with room to spare and shrinks only
/// when the data fills less than a third of it. True when it changed.
bool followRange(std::pair<double, double>& range, std::pair<double, double> data, bool restart)
{
    if (data.first > data.second)
        return false;
    double length = data.second - data.first;
    const double middle = (data.first + data.second) / 2;
    const double least = std::max(std::abs(middle) * 1e-3, 1e-9);
    length = std::max(length, least);
    const bool inside = data.first >= range.first && data.second <= range.second;
    const bool roomy = length < (range.second - range.first) * 0.35;
    if (!restart && inside && !roomy)
        return false;
    range = {middle - length * 0.65, middle + length * 0.65};
    return true;
}

/// The runs of one series; `columnWidth` in nanoseconds, one column a device pixel.
void fillSpans(SpanRaster& raster, const TraceSeries& series, const TraceLane& lane, const TracePicture& picture,
               double scale)
{
    raster.clear();
    const auto y = [&](double value) { return lane.y(value) * scale; };
    if (series.raw) {
        for (std::size_t i = 0; i < series.points.size(); ++i) {
            const TracePoint& point = series.points[i];
            if (std::isnan(point.value))
                continue;
            const double x = static_cast<double>(point.t - picture.t0) / static_cast<double>(picture.columnWidth);
            const TracePoint* before = i > 0 ? &series.points[i - 1] : nullptr;
            if (before && !point.gapBefore && !std::isnan(before->value)) {
                const double from =
                    static_cast<double>(before->t - picture.t0) / static_cast<double>(picture.columnWidth);
                raster.addLine(from, y(before->value), x, y(point.value));
            } else {
                raster.add(static_cast<int>(std::floor(x)), y(point.value), y(point.value));
            }
        }
        return;
    }
    int last = -1;
    double lastTop = 0;
    double lastBottom = 0;
    for (int k = 0; k < static_cast<int>(series.columns.size()); ++k) {
        const TraceColumn& column = series.columns[static_cast<std::size_t>(k)];
        if (!column.hasData) {
            if (column.hasSamples || column.gap)
                last = -1;
            continue;
        }
        const double top = y(column.high);
        const double bottom = y(column.low);
        raster.add(k, top, bottom);
        if (last >= 0 && !column.gap) {
            // Join the nearer ends; they meet half-way between neighbouring columns.
            const double from =
                lastBottom < top ? lastBottom : (lastTop > bottom ? lastTop : std::clamp(lastBottom, top, bottom));
            const double to = std::clamp(from, top, bottom);
            raster.addLine(last + 0.5, from, k + 0.5, to);
        }
        last = k;
        lastTop = top;
        lastBottom = bottom;
    }
}

} // namespace

QColor TraceView::drawnColour(int channel) const
{
    const QColor colour = channelColour(channel);
    const int strong = emphasised();
    return strong >= 0 && strong != channel ? fade(colour, Theme::current().surface, 0.72) : colour;
}

QString TraceView::commonUnit() const
{
    QString unit;
    bool first = true;
    for (const int channel : visibleChannels()) {
        const QString& other = m_channels[static_cast<std::size_t>(channel)].unit;
        if (!first && other != unit)
            return tr("mixed units");
        unit = other;
        first = false;
    }
    return unit;
}

TracePicture TraceView::collect(int columns)
{
    TracePicture picture;
    const TimeAxis& axis = *timeAxis();
    picture.columnWidth = std::max<Timestamp>(axis.span() / std::max(columns, 1), 1);
    picture.t0 = axis.begin() / picture.columnWidth * picture.columnWidth;
    if (picture.t0 > axis.begin())
        picture.t0 -= picture.columnWidth;
    picture.channels = visibleChannels();
    picture.series =
        m_source->series(picture.channels, picture.t0, picture.t0 + picture.columnWidth * (columns + 1), columns + 1);
    for (const TraceSeries& series : picture.series)
        picture.extents.push_back(extentOf(series));
    return picture;
}

void TraceView::updateRange(TracePicture& picture)
{
    std::pair<double, double> all{1, 0};
    for (std::size_t i = 0; i < picture.extents.size(); ++i) {
        const auto& extent = picture.extents[i];
        if (extent.first > extent.second)
            continue;
        if (all.first > all.second)
            all = extent;
        all = {std::min(all.first, extent.first), std::max(all.second, extent.second)};
        followRange(m_laneRange[static_cast<std::size_t>(picture.channels[i])], extent, !m_rangeValid);
    }
    if (m_autoRange) {
        std::pair<double, double> range{m_low, m_high};
        followRange(range, all, !m_rangeValid);
        m_low = range.first;
        m_high = range.second;
    }
    if (all.first <= all.second)
        m_rangeValid = true;
}

void TraceView::layOut(TracePicture& picture, const QRectF& plot) const
{
    const auto count = static_cast<double>(picture.channels.size());
    for (std::size_t i = 0; i < picture.channels.size(); ++i) {
        const int channel = picture.channels[i];
        TraceLane lane{channel, plot, m_low, m_high};
        if (m_arrangement != Arrangement::Overlay) {
            const auto& range = m_laneRange[static_cast<std::size_t>(channel)];
            lane.low = range.second > range.first ? range.first : 0;
            lane.high = range.second > range.first ? range.second : 1;
        }
        if (m_arrangement == Arrangement::Lanes) {
            const double height = plot.height() / count;
            lane.rect = QRectF(plot.left(), plot.top() + static_cast<double>(i) * height, plot.width(), height)
                            .adjusted(0, std::min(2.0, height / 8), 0, -std::min(2.0, height / 8));
        }
        picture.lanes.push_back(lane);
    }
}

std::vector<double> TraceView::staticKey(const TracePicture& picture, double scale) const
{
    std::vector<double> key{
        static_cast<double>(width()),       static_cast<double>(height()),         scale,
        static_cast<double>(m_arrangement), Theme::current().isDark() ? 1.0 : 0.0, static_cast<double>(emphasised())};
    for (const TraceLane& lane : picture.lanes) {
        key.push_back(lane.channel);
        key.push_back(lane.low);
        key.push_back(lane.high);
    }
    return key;
}

void TraceView::paintCommonAxis(QPainter& painter, const TraceLane& lane) const
{
    const Theme& theme = Theme::current();
    const bool normalised = m_arrangement == Arrangement::OverlayNormalised;
    const AxisScale scale =
        normalised ? AxisScale{0.01, tr("% of range")} : axisScale(lane.low, lane.high, commonUnit());
    const QFontMetrics metrics = painter.fontMetrics();
    for (const AxisTick& tick : numberTicks(lane.low / scale.divisor, lane.high / scale.divisor,
                                            std::max(static_cast<int>(lane.rect.height()) / 48, 2))) {
        const int y = static_cast<int>(std::lround(lane.y(tick.position * scale.divisor)));
        painter.setPen(QPen(theme.grid, 1));
        painter.drawLine(static_cast<int>(lane.rect.left()), y, static_cast<int>(lane.rect.right()), y);
        if (y < lane.rect.top() + 2 || y > lane.rect.bottom() - 2)
            continue;
        painter.setPen(theme.textMuted);
        painter.drawText(QRect(0, y - metrics.height() / 2, axisWidth - Theme::space(2), metrics.height()),
                         Qt::AlignRight | Qt::AlignVCenter,
                         QString(tick.label).replace(QLatin1Char('-'), QStringLiteral("−")));
    }
    painter.setPen(theme.textMuted);
    const int unitWidth = metrics.horizontalAdvance(scale.unit) + 1;
    const int unitLeft = std::max(Theme::space(3), axisWidth - Theme::space(2) - unitWidth);
    painter.drawText(QRect(unitLeft, 0, unitWidth, static_cast<int>(lane.rect.top())), Qt::AlignLeft | Qt::AlignVCenter,
                     scale.unit);
}

void TraceView::paintLaneAxis(QPainter& painter, const TraceLane& lane) const
{
    const Theme& theme = Theme::current();
    const TraceChannel& channel = m_channels[static_cast<std::size_t>(lane.channel)];
    const QFontMetrics metrics = painter.fontMetrics();
    painter.setPen(QPen(theme.grid, 1));
    const int bottom = static_cast<int>(lane.rect.bottom()) + 2;
    painter.drawLine(static_cast<int>(lane.rect.left()), bottom, static_cast<int>(lane.rect.right()), bottom);
    const QRect label(Theme::space(1), static_cast<int>(lane.rect.top()), axisWidth - Theme::space(3),
                      static_cast<int>(lane.rect.height()));
    painter.setPen(theme.text);
    const QString name = metrics.elidedText(channel.name, Qt::ElideRight, label.width());
    if (label.height() < 3 * metrics.height()) {
        painter.drawText(label, Qt::AlignRight | Qt::AlignVCenter, name);
        return;
    }
    const int digits = static_cast<int>(std::clamp(
        std::ceil(std::log10(std::max(std::abs(lane.low), std::abs(lane.high)) / (lane.high - lane.low))) + 2, 3.0,
        6.0));
    painter.drawText(label, Qt::AlignRight | Qt::AlignVCenter, name);
    painter.setPen(theme.textMuted);
    painter.drawText(label, Qt::AlignRight | Qt::AlignTop, formatValue(lane.high, channel.unit, digits));
    painter.drawText(label, Qt::AlignRight | Qt::AlignBottom, formatValue(lane.low, channel.unit, digits));
}

void TraceView::paintStatic(QPainter& painter, const TracePicture& picture) const
{
    const Theme& theme = Theme::current();
    const QRect plot = plotRect();
    painter.fillRect(rect(), theme.surface);
    painter.setFont(Theme::font(Theme::TextSize::Small));
    if (m_arrangement == Arrangement::Lanes) {
        for (const TraceLane& lane : picture.lanes)
            paintLaneAxis(painter, lane);
    } else {
        const bool normalised = m_arrangement == Arrangement::OverlayNormalised;
        paintCommonAxis(painter, {-1, QRectF(plot), normalised ? 0 : m_low, normalised ? 1 : m_high});
    }
    paintThresholds(painter, picture);
    painter.setPen(QPen(theme.border, 1));
    painter.drawLine(plot.left(), plot.bottom() + 1, plot.right() + 1, plot.bottom() + 1);
}

void TraceView::paintThresholds(QPainter& painter, const TracePicture& picture) const
{
    const QRect plot = plotRect();
    painter.save();
    painter.setClipRect(plot);
    for (const TraceLane& lane : picture.lanes) {
        const auto& threshold = m_channels[static_cast<std::size_t>(lane.channel)].threshold;
        if (!threshold || *threshold < lane.low || *threshold > lane.high)
            continue;
        const auto y = static_cast<int>(std::lround(lane.y(*threshold)));
        painter.setPen(QPen(fade(Theme::current().threshold, Theme::current().surface,
                                 emphasised() >= 0 && emphasised() != lane.channel ? 0.7 : 0.0),
                            1, Qt::DashLine));
        painter.drawLine(plot.left(), y, plot.right(), y);
    }
    painter.restore();
}

void TraceView::paintGaps(QPainter& painter, const QRect& plot) const
{
    const auto gaps = m_source->gaps(timeAxis()->begin(), timeAxis()->end());
    if (gaps.empty())
        return;
    painter.save();
    painter.setClipRect(plot);
    painter.setPen(Qt::NoPen);
    painter.setBrush(QBrush(Theme::current().gapHatch, Qt::BDiagPattern));
    for (const TraceGap& gap : gaps) {
        const int left = xAt(std::max(gap.from, timeAxis()->begin()));
        const int right = xAt(std::min(gap.to, timeAxis()->end()));
        painter.drawRect(QRect(left, plot.top(), std::max(right - left, 2), plot.height()));
    }
    painter.restore();
}

void TraceView::paintLegend(QPainter& painter) const
{
    painter.fillRect(QRect(plotRect().right() + 2, 0, legendWidth(), height()), Theme::current().surface);
    for (int channel = m_legendFirst; channel < static_cast<int>(m_channels.size()); ++channel) {
        const QRect row = legendRow(channel);
        if (row.isEmpty())
            break;
        paintLegendRow(painter, channel, row);
    }
    const QString rest = legendRest();
    if (rest.isEmpty())
        return;
    const QRect area = legendRestRect();
    painter.setFont(Theme::font(Theme::TextSize::Small));
    painter.setPen(Theme::current().textMuted);
    painter.drawText(area, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(rest, Qt::ElideRight, area.width()));
}

QRect TraceView::legendRestRect() const
{
    return {plotRect().right() + Theme::space(3), plotRect().bottom(), legendWidth() - Theme::space(4),
            height() - plotRect().bottom()};
}

QString TraceView::legendRest() const
{
    const auto count = static_cast<int>(m_channels.size());
    int hidden = m_legendFirst;
    for (int channel = count - 1; channel > m_legendFirst && legendRow(channel).isEmpty(); --channel)
        ++hidden;
    return hidden > 0 ? tr("%n more: scroll", nullptr, hidden) : QString();
}

void TraceView::paintLegendRow(QPainter& painter, int channel, const QRect& row) const
{
    const Theme& theme = Theme::current();
    const TraceChannel& info = m_channels[static_cast<std::size_t>(channel)];
    const bool shown = isChannelVisible(channel);
    const bool strong = emphasised() == channel;
    if (strong) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.raised);
        painter.drawRoundedRect(row, 4, 4);
    }
    const QRectF swatch(row.left() + Theme::space(1), row.center().y() - 4.5, 10, 10);
    painter.setPen(QPen(channelColour(channel), 1.5));
    painter.setBrush(shown ? QBrush(channelColour(channel)) : Qt::NoBrush);
    painter.drawRoundedRect(swatch, 2, 2);
    painter.setFont(Theme::font(Theme::TextSize::Small, strong));
    const QFontMetrics metrics = painter.fontMetrics();
    QRect text = row.adjusted(Theme::space(6), 0, -Theme::space(1), 0);
    if (shown && legendWidth() > 150) {
        const auto cursor = timeAxis()->cursor();
        const auto point = cursor ? m_source->valueAt(channel, *cursor) : m_source->newest(channel);
        const QString value = point ? formatValue(point->value, info.unit) : QStringLiteral("—");
        painter.setPen(cursor ? theme.text : theme.textMuted);
        painter.drawText(text, Qt::AlignRight | Qt::AlignVCenter, value);
        text.setRight(text.right() - metrics.horizontalAdvance(value) - Theme::space(2));
    }
    painter.setPen(shown ? theme.text : theme.textMuted);
    painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(info.name, Qt::ElideRight, text.width()));
}

void TraceView::paintTracesInto(QImage& image, const TracePicture& picture, double scale) const
{
    const QRect plot = plotRect();
    const int left = static_cast<int>(std::lround(plot.left() * scale));
    const int columns = static_cast<int>(std::lround(plot.width() * scale));
    SpanRaster raster(columns, left);
    const int strong = emphasised();
    // The highlighted one last, on top.
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < picture.channels.size(); ++i)
        if (picture.channels[i] != strong)
            order.push_back(i);
    for (std::size_t i = 0; i < picture.channels.size(); ++i)
        if (picture.channels[i] == strong)
            order.push_back(i);
    for (const std::size_t i : order) {
        const TraceSeries& series = picture.series[i];
        const TraceLane& lane = picture.lanes[i];
        const QRectF deep(lane.rect.left() * scale, lane.rect.top() * scale, lane.rect.width() * scale,
                          lane.rect.height() * scale);
        const QRect clip = deep.toAlignedRect();
        const QRgb colour = drawnColour(picture.channels[i]).rgb();
        fillSpans(raster, series, lane, picture, scale);
        raster.draw(image, clip, colour, (picture.channels[i] == strong ? strongThickness : lineThickness) * scale);
        const double spacing =
            series.points.size() > 1 ? columns / static_cast<double>(series.points.size() - 1) : columns;
        if (!series.raw || spacing < dotSpacing * scale)
            continue;
        for (const TracePoint& point : series.points)
            if (!std::isnan(point.value))
                raster.drawDot(image, clip, colour,
                               static_cast<double>(point.t - picture.t0) / static_cast<double>(picture.columnWidth),
                               lane.y(point.value) * scale, 2.25 * scale);
    }
}

void TraceView::paintTracesVector(QPainter& painter, const TracePicture& picture) const
{
    const QRect plot = plotRect();
    SpanRaster raster(plot.width(), 0);
    painter.save();
    painter.setBrush(Qt::NoBrush);
    for (std::size_t i = 0; i < picture.channels.size(); ++i) {
        fillSpans(raster, picture.series[i], picture.lanes[i], picture, 1.0);
        painter.setClipRect(picture.lanes[i].rect);
        const bool strong = picture.channels[i] == emphasised();
        painter.setPen(QPen(drawnColour(picture.channels[i]), strong ? strongThickness : lineThickness, Qt::SolidLine,
                            Qt::RoundCap, Qt::RoundJoin));
        QPainterPath path;
        bool open = false;
        for (int c = 0; c < raster.columns(); ++c) {
            if (raster.isEmpty(c)) {
                open = false;
                continue;
            }
            const double x = plot.left() + c + 0.5;
            // Enter each column at the end nearer to where the line comes from.
            const bool down = open && std::abs(path.currentPosition().y() - raster.top(c)) <=
                                          std::abs(path.currentPosition().y() - raster.bottom(c));
            const QPointF first(x, down ? raster.top(c) : raster.bottom(c));
            const QPointF second(x, down ? raster.bottom(c) : raster.top(c));
            open ? path.lineTo(first) : path.moveTo(first);
            path.lineTo(second);
            open = true;
        }
        painter.drawPath(path);
    }
    painter.restore();
}

void TraceView::paintFrame(double scale)
{
    const QRect plot = plotRect();
    TracePicture picture = collect(static_cast<int>(std::lround(plot.width() * scale)));
    updateRange(picture);
    layOut(picture, QRectF(plot));
    const QSize pixels = (QSizeF(size()) * scale).toSize();
    const auto key = staticKey(picture, scale);
    if (key != m_staticKey || m_static.size() != pixels) {
        m_static = QImage(pixels, QImage::Format_RGB32);
        m_static.setDevicePixelRatio(scale);
        QPainter painter(&m_static);
        paintStatic(painter, picture);
        m_staticKey = key;
        m_legendImage = QImage();
    }
    if (m_frame.size() != pixels || m_frame.devicePixelRatio() != scale) {
        m_frame = QImage(pixels, QImage::Format_RGB32);
        m_frame.setDevicePixelRatio(scale);
    }
    std::copy_n(m_static.constBits(), m_static.sizeInBytes(), m_frame.bits());
    {
        QPainter painter(&m_frame);
        paintTimeGrid(painter, plot);
        paintGaps(painter, plot);
    }
    paintTracesInto(m_frame, picture, scale);
    if (legendWidth() == 0)
        return;
    if (m_legendImage.isNull() || timeAxis()->cursor() || m_sinceLegend.elapsed() >= legendInterval) {
        const int left = plot.right() + 2;
        m_legendImage = QImage((QSizeF(legendWidth(), height()) * scale).toSize(), QImage::Format_RGB32);
        m_legendImage.setDevicePixelRatio(scale);
        QPainter painter(&m_legendImage);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.translate(-left, 0);
        paintLegend(painter);
        m_sinceLegend.start();
    }
}

void TraceView::paintEvent(QPaintEvent*)
{
    const Timestamp begin = threadCpuNow();
    QPainter painter(this);
    if (!hasData()) {
        painter.fillRect(rect(), Theme::current().surface);
        paintEmptyState(painter, rect());
        paintFocus(painter);
        return;
    }
    paintFrame(devicePixelRatioF());
    const QRect plot = plotRect();
    painter.drawImage(0, 0, m_frame);
    if (legendWidth() > 0)
        painter.drawImage(plot.right() + 2, 0, m_legendImage);
    paintMarks(painter, plot);
    paintTimeLabels(painter, plot);
    paintCursor(painter, plot);
    paintFrozenBadge(painter, plot);
    paintFocus(painter);
    m_lastPaint = threadCpuNow() - begin;
}

void TraceView::paintVector(QPainter& painter)
{
    if (!hasData()) {
        painter.fillRect(rect(), Theme::current().surface);
        paintEmptyState(painter, rect());
        return;
    }
    const QRect plot = plotRect();
    TracePicture picture = collect(plot.width());
    updateRange(picture);
    layOut(picture, QRectF(plot));
    paintStatic(painter, picture);
    paintTimeGrid(painter, plot);
    paintGaps(painter, plot);
    paintTracesVector(painter, picture);
    if (legendWidth() > 0)
        paintLegend(painter);
    paintMarks(painter, plot);
    paintTimeLabels(painter, plot);
    paintCursor(painter, plot);
}

} // namespace bnof::widgets
