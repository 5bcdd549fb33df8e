// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/raster_view.h"

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "widgets/theme.h"

namespace bnof::widgets {

namespace {

constexpr int headerHeight = 20;
constexpr int leastLane = 10;         ///< px; with less on average for a layer the headers are given up
constexpr int activityInterval = 500; // ms
constexpr Timestamp activityWindow = nanosecondsPerSecond; ///< over which rate and sparsity are told
constexpr double fullRate = 60;                            ///< Hz per neuron that gets the strongest tone
constexpr double faintest = 0.28;                          ///< tone of a single spike, so that it can always be seen
constexpr std::int64_t noColumn = std::numeric_limits<std::int64_t>::min();

} // namespace

/// The picture of the densities: one image column a time column, at (column modulo width), so that
/// scrolling and freezing only move where the blit begins.
struct RasterView::Ring {
    /// Where a layer's rows are drawn, in device pixels of the image.
    struct Lane {
        int top = 0;
        int height = 0;
    };
    /// What an image column shows.
    struct Cell {
        std::int64_t column = noColumn;
        bool final = false; ///< its bins are all there: it never changes again
        bool blank = false; ///< it lies after the newest bin
    };

    QImage image;
    QImage spikes; ///< the single-spike picture
    double scale = 1;
    bool compact = false; ///< too low for headers: the names lie on the lanes
    Timestamp columnWidth = 1;
    std::vector<Lane> lanes;
    std::vector<Cell> cells;
    std::array<QRgb, 256> table{};
    std::vector<std::uint16_t> counts; // scratch
    std::vector<std::uint32_t> sums;   // scratch
};

RasterView::RasterView(QWidget* parent) : TimeView(parent), m_ring(std::make_unique<Ring>())
{
    setAccessibleName(tr("Spikes"));
    setEmptyState(tr("No spikes yet"), tr("They appear as soon as a recogniser runs on a connected sensor."));
}

RasterView::~RasterView() = default;

void RasterView::setHistory(std::shared_ptr<const SpikeHistory> history)
{
    m_history = std::move(history);
    m_activity.clear();
    m_sinceActivity.invalidate();
    m_seenRevision = 0;
    layOut();
    refresh();
    update();
}

void RasterView::setLayerTitles(const QStringList& titles)
{
    m_titles = titles;
    update();
}

void RasterView::setPlotMargins(int left, int right)
{
    if (left == m_left && right == m_right)
        return;
    m_left = left;
    m_right = right;
    layOut();
    update();
}

bool RasterView::hasData() const
{
    return m_history && !m_history->layers().empty() && m_history->latest();
}

void RasterView::refresh()
{
    if (!m_history)
        return;
    const auto earliest = m_history->earliest();
    const auto latest = m_history->latest();
    // A linked axis also carries the traces, which begin earlier and end later than whole bins.
    if (earliest && latest && *latest > timeAxis()->latest())
        timeAxis()->setExtent(std::min(*earliest, timeAxis()->latest() ? timeAxis()->earliest() : *earliest), *latest);
    const std::uint64_t revision = m_history->published();
    if (revision == m_seenRevision)
        return;
    m_seenRevision = revision;
    if (timeAxis()->isFollowing() || (latest && *latest - timeAxis()->span() <= timeAxis()->end()))
        update();
    updateSummary();
}

QRect RasterView::plotRect() const
{
    return rect().adjusted(m_left, Theme::space(5), -m_right, -Theme::space(6));
}

QRect RasterView::layerRect(int layer) const
{
    if (layer < 0 || static_cast<std::size_t>(layer) >= m_ring->lanes.size())
        return {};
    const Ring::Lane& lane = m_ring->lanes[static_cast<std::size_t>(layer)];
    const double scale = m_ring->scale;
    const QRect plot = plotRect();
    return {plot.left(), plot.top() + static_cast<int>(std::lround(lane.top / scale)), plot.width(),
            static_cast<int>(std::lround(lane.height / scale))};
}

/// Share the height among the layers: larger layers get more, but not in proportion.
void RasterView::layOut()
{
    Ring& ring = *m_ring;
    ring.scale = devicePixelRatioF();
    ring.lanes.clear();
    ring.cells.clear();
    const QRect plot = plotRect();
    if (!m_history || plot.width() < 1 || plot.height() < 1)
        return;
    const auto& layers = m_history->layers();
    double weights = 0;
    for (const auto& layer : layers)
        weights += std::sqrt(std::max(layer.rows, 4U));
    const int count = static_cast<int>(layers.size());
    ring.compact = plot.height() - headerHeight * count < leastLane * count;
    const int header = ring.compact ? 0 : headerHeight;
    const int bodies = std::max(plot.height() - header * count, 0);
    const QSize pixels = (QSizeF(plot.size()) * ring.scale).toSize();
    double y = 0;
    for (const auto& layer : layers) {
        y += header;
        // Names on lanes want lanes of one height; else larger layers get more.
        const double height =
            ring.compact ? double(bodies) / count : bodies * std::sqrt(std::max(layer.rows, 4U)) / weights;
        // In a view too low for all layers the last ones have no room: never draw below the picture.
        const int top = std::min(static_cast<int>(std::lround(y * ring.scale)), pixels.height());
        const int wanted = std::max(static_cast<int>(std::lround((height - 2) * ring.scale)), 1);
        ring.lanes.push_back({top, std::min(wanted, pixels.height() - top)});
        y += height;
    }
    ring.image = QImage(pixels, QImage::Format_RGB32);
    ring.spikes = QImage();
    ring.cells.assign(static_cast<std::size_t>(pixels.width()), {});
    for (std::size_t i = 0; i < ring.table.size(); ++i)
        ring.table[i] = Theme::current().density(static_cast<double>(i) / 255).rgb();
}

void RasterView::axisChanged()
{
    updateSummary();
}

void RasterView::themeChanged()
{
    layOut();
}

void RasterView::resizeEvent(QResizeEvent* event)
{
    layOut();
    TimeView::resizeEvent(event);
}

bool RasterView::showsSingleSpikes() const
{
    if (!hasData())
        return false;
    const auto since = m_history->spikesSince();
    const Timestamp column = timeAxis()->span() / std::max(plotRect().width(), 1);
    return since && *since <= std::max(timeAxis()->begin(), *m_history->earliest()) &&
           column * 4 < m_history->binWidth();
}

/// Sum the counts of the time bins that a column stands for into ring.sums; the time they cover in s.
double RasterView::sumColumn(std::int64_t column) const
{
    Ring& ring = *m_ring;
    const Timestamp bin = m_history->binWidth();
    const Timestamp from = column * ring.columnWidth;
    ring.sums.assign(m_history->rowCount(), 0);
    std::int64_t first = from / bin;
    std::int64_t end = first + 1;
    if (ring.columnWidth >= bin) {
        // The bins that begin inside the column: each bin belongs to exactly one.
        first = (from + bin - 1) / bin;
        end = (from + ring.columnWidth + bin - 1) / bin;
    }
    for (std::int64_t b = first; b < end; ++b)
        if (m_history->counts(b, ring.counts))
            for (std::size_t row = 0; row < ring.sums.size(); ++row)
                ring.sums[row] += ring.counts[row];
    return toSeconds(bin) * static_cast<double>(std::max<std::int64_t>(end - first, 1));
}

void RasterView::fillColumn(std::int64_t column)
{
    Ring& ring = *m_ring;
    const auto x = static_cast<std::size_t>(column % ring.image.width());
    const auto stride = static_cast<std::ptrdiff_t>(ring.image.bytesPerLine() / static_cast<qsizetype>(sizeof(QRgb)));
    auto* bits = reinterpret_cast<QRgb*>(ring.image.bits()) + x;
    const bool blank = column * ring.columnWidth >= *m_history->latest();
    const double seconds = blank ? 1 : sumColumn(column);
    for (std::size_t l = 0; l < ring.lanes.size(); ++l) {
        const auto& layer = m_history->layers()[l];
        const Ring::Lane& lane = ring.lanes[l];
        QRgb* pixel = bits + lane.top * stride;
        for (int y = 0; y < lane.height; ++y, pixel += stride) {
            if (blank || layer.rows == 0) {
                *pixel = ring.table[0];
                continue;
            }
            // Neighbouring pixels may share a row, and a pixel may show several.
            const auto rows = static_cast<std::int64_t>(layer.rows);
            const std::int64_t first = y * rows / lane.height;
            const std::int64_t last = std::max(first + 1, (y + 1) * rows / lane.height);
            std::uint64_t count = 0;
            for (std::int64_t row = first; row < last; ++row)
                count += ring.sums[layer.firstRow + static_cast<std::size_t>(row)];
            if (count == 0) {
                *pixel = ring.table[0];
                continue;
            }
            const double neurons =
                static_cast<double>(layer.info.size) * static_cast<double>(last - first) / layer.rows;
            const double share = static_cast<double>(count) / (neurons * seconds * fullRate);
            const double tone = std::min(faintest + (1 - faintest) * std::sqrt(share), 1.0);
            *pixel = ring.table[static_cast<std::size_t>(tone * 255)];
        }
    }
    Ring::Cell& cell = ring.cells[x];
    cell.column = column;
    cell.blank = blank;
    cell.final = (column + 1) * ring.columnWidth + m_history->binWidth() <= *m_history->latest();
}

/// A column of another width shows other bins: start again.
void RasterView::matchColumnWidth() const
{
    Ring& ring = *m_ring;
    const auto width = static_cast<Timestamp>(std::max<std::size_t>(ring.cells.size(), 1));
    const Timestamp wanted = std::max<Timestamp>(timeAxis()->span() / width, 1);
    if (wanted == ring.columnWidth)
        return;
    ring.columnWidth = wanted;
    ring.cells.assign(ring.cells.size(), {});
}

void RasterView::updateRing()
{
    Ring& ring = *m_ring;
    matchColumnWidth();
    const auto width = static_cast<std::int64_t>(ring.cells.size());
    const std::int64_t first = std::max<Timestamp>(timeAxis()->begin(), 0) / ring.columnWidth;
    for (std::int64_t column = first; column < first + width; ++column) {
        const Ring::Cell& cell = ring.cells[static_cast<std::size_t>(column % width)];
        const bool known =
            cell.column == column && (cell.final || (cell.blank && column * ring.columnWidth >= *m_history->latest()));
        if (!known)
            fillColumn(column);
    }
}

void RasterView::blitRing(QPainter& painter) const
{
    const Ring& ring = *m_ring;
    const QRect plot = plotRect();
    const auto width = static_cast<std::int64_t>(ring.cells.size());
    const std::int64_t first = std::max<Timestamp>(timeAxis()->begin(), 0) / ring.columnWidth;
    const auto split = static_cast<int>(first % width);
    const auto right = static_cast<int>(width) - split;
    for (const Ring::Lane& lane : ring.lanes) {
        const double top = plot.top() + lane.top / ring.scale;
        const double height = lane.height / ring.scale;
        painter.drawImage(QRectF(plot.left(), top, right / ring.scale, height), ring.image,
                          QRectF(split, lane.top, right, lane.height));
        if (split > 0)
            painter.drawImage(QRectF(plot.left() + right / ring.scale, top, split / ring.scale, height), ring.image,
                              QRectF(0, lane.top, split, lane.height));
    }
}

void RasterView::paintSpikes(QPainter& painter) const
{
    Ring& ring = *m_ring;
    const TimeAxis& axis = *timeAxis();
    if (ring.spikes.size() != ring.image.size())
        ring.spikes = QImage(ring.image.size(), QImage::Format_RGB32);
    ring.spikes.fill(Theme::current().surface);
    const double perNanosecond = ring.spikes.width() / static_cast<double>(axis.span());
    const auto wide = std::max(static_cast<int>(std::lround(2 * ring.scale)), 1);
    for (const auto& spike : m_history->spikes(axis.begin(), axis.end())) {
        std::size_t l = 0;
        while (l + 1 < ring.lanes.size() && spike.neuron >= m_history->layers()[l + 1].firstNeuron)
            ++l;
        const auto& layer = m_history->layers()[l];
        const Ring::Lane& lane = ring.lanes[l];
        const auto index = static_cast<std::int64_t>(spike.neuron - layer.firstNeuron);
        const auto size = static_cast<std::int64_t>(layer.info.size);
        const int top = lane.top + static_cast<int>(index * lane.height / size);
        const int tall = std::clamp(static_cast<int>(lane.height / size) - 1, 2, static_cast<int>(16 * ring.scale));
        const int left = static_cast<int>(static_cast<double>(spike.t - axis.begin()) * perNanosecond);
        const QRgb colour = Theme::current().categorical(static_cast<int>(l)).rgb();
        for (int y = top; y < std::min(top + tall, lane.top + lane.height); ++y) {
            auto* line = reinterpret_cast<QRgb*>(ring.spikes.scanLine(y));
            for (int x = left; x < std::min(left + wide, ring.spikes.width()); ++x)
                line[x] = colour;
        }
    }
    const QRect plot = plotRect();
    painter.drawImage(QRectF(plot), ring.spikes, QRectF(ring.spikes.rect()));
}

std::uint64_t RasterView::spikesInColumn(int layer, int x) const
{
    if (!hasData() || layer < 0 || static_cast<std::size_t>(layer) >= m_history->layers().size())
        return 0;
    const auto& info = m_history->layers()[static_cast<std::size_t>(layer)];
    const QRect plot = plotRect();
    std::uint64_t total = 0;
    if (showsSingleSpikes()) {
        for (const auto& spike : m_history->spikes(timeAt(x), timeAt(x + 1)))
            total += spike.neuron >= info.firstNeuron && spike.neuron < info.firstNeuron + info.info.size ? 1 : 0;
        return total;
    }
    matchColumnWidth();
    const std::int64_t first = std::max<Timestamp>(timeAxis()->begin(), 0) / m_ring->columnWidth;
    const auto scale = m_ring->scale;
    const auto from = static_cast<std::int64_t>(std::lround((x - plot.left()) * scale));
    const auto to = static_cast<std::int64_t>(std::lround((x - plot.left() + 1) * scale));
    for (std::int64_t column = first + from; column < first + to; ++column) {
        std::ignore = sumColumn(column);
        for (std::uint32_t row = 0; row < info.rows; ++row)
            total += m_ring->sums[info.firstRow + row];
    }
    return total;
}

void RasterView::updateActivity()
{
    if (m_sinceActivity.isValid() && m_sinceActivity.elapsed() < activityInterval)
        return;
    m_sinceActivity.start();
    const Timestamp until = std::min(*m_history->latest(), timeAxis()->end());
    m_activity = m_history->activity(until - activityWindow, until);
}

QString RasterView::layerTitle(int layer) const
{
    const auto& info = m_history->layers()[static_cast<std::size_t>(layer)].info;
    const QString name = layer < m_titles.size() ? m_titles[layer] : QString::fromStdString(info.name);
    return QStringLiteral("%1 (%2)").arg(name).arg(info.size);
}

QString RasterView::activityText(int layer) const
{
    if (static_cast<std::size_t>(layer) >= m_activity.size())
        return {};
    const auto& activity = m_activity[static_cast<std::size_t>(layer)];
    const double share = activity.active * 100;
    return tr("%1 Hz, %2 % active")
        .arg(activity.rate, 0, 'f', activity.rate < 100 ? 1 : 0)
        .arg(share, 0, 'f', share > 0 && share < 9.95 ? 1 : 0);
}

void RasterView::paintLabels(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRect plot = plotRect();
    for (int l = 0; l < static_cast<int>(m_ring->lanes.size()); ++l) {
        const QRect lane = layerRect(l);
        QRect header(plot.left(), lane.top() - headerHeight, plot.width(), headerHeight);
        painter.setFont(Theme::font(Theme::TextSize::Small, true));
        const QFontMetrics metrics = painter.fontMetrics();
        const QString title = layerTitle(l);
        painter.setPen(theme.text);
        if (m_ring->compact) {
            const int width = metrics.horizontalAdvance(title) + Theme::space(2);
            header = QRect(lane.left(), lane.center().y() - metrics.height() / 2, width, metrics.height());
            painter.fillRect(header, theme.surface);
            painter.drawText(header, Qt::AlignLeft | Qt::AlignVCenter, title);
            continue;
        }
        painter.drawText(header, Qt::AlignLeft | Qt::AlignVCenter, title);
        painter.setFont(Theme::font(Theme::TextSize::Small));
        painter.setPen(theme.textMuted);
        painter.drawText(header.adjusted(metrics.horizontalAdvance(title) + Theme::space(3), 0, 0, 0),
                         Qt::AlignLeft | Qt::AlignVCenter, activityText(l));
        painter.setPen(QPen(theme.grid, 1));
        painter.drawLine(lane.left(), lane.bottom() + 1, lane.right(), lane.bottom() + 1);
    }
}

void RasterView::paintContent(QPainter& painter)
{
    painter.fillRect(rect(), Theme::current().surface);
    if (!hasData() || m_ring->cells.empty()) {
        paintEmptyState(painter, rect());
        return;
    }
    updateActivity();
    if (showsSingleSpikes()) {
        paintSpikes(painter);
    } else {
        updateRing();
        blitRing(painter);
    }
    const QRect plot = plotRect();
    paintLabels(painter);
    paintMarks(painter, plot);
    paintTimeLabels(painter, plot);
    paintCursor(painter, plot);
}

void RasterView::paintEvent(QPaintEvent*)
{
    const Timestamp begin = threadCpuNow();
    if (m_ring->scale != devicePixelRatioF())
        layOut();
    QPainter painter(this);
    paintContent(painter);
    if (hasData())
        paintFrozenBadge(painter, plotRect());
    paintFocus(painter);
    m_lastPaint = threadCpuNow() - begin;
}

void RasterView::paintVector(QPainter& painter)
{
    paintContent(painter);
}

QString RasterView::summary() const
{
    if (!hasData())
        return emptyWhy().isEmpty() ? emptyTitle() : QStringLiteral("%1. %2").arg(emptyTitle(), emptyWhy());
    QStringList parts;
    for (int l = 0; l < static_cast<int>(m_history->layers().size()); ++l) {
        const QString activity = activityText(l);
        parts << (activity.isEmpty() ? layerTitle(l) : layerTitle(l) + QStringLiteral(": ") + activity);
    }
    return parts.join(QStringLiteral("; "));
}

} // namespace bnof::widgets
