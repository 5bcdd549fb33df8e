// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/report/figures.h"

#include <QFontMetricsF>
#include <QImage>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

#include "app/report/sheet.h"
#include "app/report/text.h"
#include "widgets/theme.h"

namespace bnof::report {
namespace {

constexpr double labelWidth = millimetres(31);
constexpr double scaleWidth = millimetres(15);
constexpr double markBand = millimetres(4);
constexpr double axisBand = millimetres(9);
/// More marks than this are drawn as lines without their numbers.
constexpr std::size_t numberedMarks = 60;
const QColor frameColour(0x70, 0x70, 0x70);
const QColor gridColour(0xDD, 0xDD, 0xDD);

/// The step of a time axis that gives at most `most` labels: 1, 2, 5 below a minute, then whole parts of
/// minutes and hours.
double timeStep(double span, double most)
{
    for (double power = 1e-6; power < 11; power *= 10) {
        for (const double digit : {1.0, 2.0, 5.0}) {
            if (digit * power < 10.5 && span / (digit * power) <= most)
                return digit * power;
        }
    }
    for (const double step :
         {15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0, 21600.0, 43200.0}) {
        if (span / step <= most)
            return step;
    }
    return 86400.0 * std::ceil(span / most / 86400.0);
}

/// Where time lies on paper, and what all figures over time draw alike.
class TimePlot {
public:
    TimePlot(QPainter& painter, const QRectF& area, const ReportContents& contents)
        : m_painter(painter), m_contents(contents), m_plot(area.adjusted(labelWidth, markBand, -scaleWidth, -axisBand))
    {}

    [[nodiscard]] const QRectF& plot() const { return m_plot; }
    [[nodiscard]] double x(Timestamp t) const
    {
        const double share =
            static_cast<double>(t - m_contents.begin) / static_cast<double>(m_contents.end - m_contents.begin);
        return m_plot.left() + m_plot.width() * std::clamp(share, 0.0, 1.0);
    }
    [[nodiscard]] double columnX(double column) const
    {
        return m_plot.left() + m_plot.width() * column / static_cast<double>(timeColumns);
    }
    void background();
    void gaps();
    void foreground();
    /// Text left of a lane: a name and, smaller, what belongs to it.
    void laneLabel(const QRectF& lane, const QString& name, const QString& detail, const QColor& swatch);
    void laneScale(const QRectF& lane, const QString& high, const QString& low);

private:
    void axis();

    QPainter& m_painter;
    const ReportContents& m_contents;
    QRectF m_plot;
};

void TimePlot::gaps()
{
    for (const StreamEvent& gap : m_contents.gaps.items) {
        QRectF hole(QPointF(x(gap.t), m_plot.top()), QPointF(x(gap.t2), m_plot.bottom()));
        hole.setWidth(std::max(hole.width(), points(1)));
        m_painter.fillRect(hole, QColor(0xF0, 0xF0, 0xF0));
        m_painter.save();
        m_painter.setClipRect(hole);
        m_painter.setPen(QPen(QColor(0xA8, 0xA8, 0xA8), points(0.4)));
        const double step = points(6);
        for (double at = hole.left() - hole.height(); at < hole.right(); at += step)
            m_painter.drawLine(QPointF(at, hole.bottom()), QPointF(at + hole.height(), hole.top()));
        m_painter.restore();
    }
}

void TimePlot::background()
{
    gaps();
    axis();
}

void TimePlot::axis()
{
    const double span = toSeconds(m_contents.end - m_contents.begin);
    const double step = timeStep(span, 10);
    m_painter.setFont(textFont(7));
    for (int i = 0; i * step <= span * (1 + 1e-9); ++i) {
        const double at = m_plot.left() + m_plot.width() * (i * step / span);
        m_painter.setPen(QPen(gridColour, points(0.4)));
        m_painter.drawLine(QPointF(at, m_plot.top()), QPointF(at, m_plot.bottom()));
        m_painter.setPen(QPen(frameColour, points(0.6)));
        m_painter.drawLine(QPointF(at, m_plot.bottom()), QPointF(at, m_plot.bottom() + points(3)));
        m_painter.setPen(Qt::black);
        m_painter.drawText(QRectF(at - millimetres(15), m_plot.bottom() + points(4), millimetres(30), points(9)),
                           Qt::AlignHCenter | Qt::AlignTop, axisTimeText(i * step, step, span));
    }
    m_painter.drawText(QRectF(m_plot.left(), m_plot.bottom() + points(13.5), m_plot.width(), points(10)),
                       Qt::AlignHCenter | Qt::AlignTop, ReportText::tr("recording time (%1)").arg(axisTimeUnit(span)));
}

void TimePlot::foreground()
{
    m_painter.setBrush(Qt::NoBrush);
    m_painter.setPen(QPen(frameColour, points(0.6)));
    m_painter.drawRect(m_plot);
    const bool numbered = m_contents.marks.total <= numberedMarks;
    m_painter.setFont(textFont(6.5, true));
    double freeFrom = m_plot.left() - labelWidth;
    for (std::size_t i = 0; i < m_contents.marks.items.size(); ++i) {
        const double at = x(m_contents.marks.items[i].t);
        m_painter.setPen(QPen(Qt::black, points(0.7), Qt::DashLine));
        m_painter.drawLine(QPointF(at, m_plot.top()), QPointF(at, m_plot.bottom()));
        const QString number = QString::number(i + 1);
        const double width = QFontMetricsF(m_painter.font()).horizontalAdvance(number) + points(4);
        if (!numbered || at - width / 2 < freeFrom)
            continue;
        const QRectF box(at - width / 2, m_plot.top() - points(10), width, points(9));
        m_painter.setPen(QPen(Qt::black, points(0.5)));
        m_painter.setBrush(Qt::white);
        m_painter.drawRect(box);
        m_painter.drawText(box, Qt::AlignCenter, number);
        freeFrom = box.right() + points(1);
    }
    m_painter.setBrush(Qt::NoBrush);
}

void TimePlot::laneLabel(const QRectF& lane, const QString& name, const QString& detail, const QColor& swatch)
{
    QRectF text(m_plot.left() - labelWidth, lane.top(), labelWidth - points(5), lane.height());
    if (swatch.isValid()) {
        m_painter.fillRect(QRectF(text.left(), lane.center().y() - points(3.5), points(5), points(7)), swatch);
        text.setLeft(text.left() + points(8));
    }
    const QFont nameFont = textFont(7.5);
    const QFont detailFont = textFont(6.5);
    const QFontMetricsF nameMetrics(nameFont);
    m_painter.setFont(nameFont);
    m_painter.setPen(Qt::black);
    const bool two = !detail.isEmpty() && lane.height() >= points(18);
    const QString shownName = nameMetrics.elidedText(name, Qt::ElideRight, text.width());
    m_painter.drawText(two ? QRectF(text.left(), lane.center().y() - points(9.5), text.width(), points(10)) : text,
                       Qt::AlignLeft | Qt::AlignVCenter, shownName);
    if (two) {
        m_painter.setFont(detailFont);
        m_painter.setPen(frameColour.darker(130));
        m_painter.drawText(QRectF(text.left(), lane.center().y() + points(0.5), text.width(), points(9)),
                           Qt::AlignLeft | Qt::AlignVCenter,
                           QFontMetricsF(detailFont).elidedText(detail, Qt::ElideRight, text.width()));
    }
}

void TimePlot::laneScale(const QRectF& lane, const QString& high, const QString& low)
{
    m_painter.setFont(textFont(6));
    m_painter.setPen(Qt::black);
    const QRectF text(m_plot.right() + points(3), lane.top(), scaleWidth - points(3), lane.height());
    m_painter.drawText(text.adjusted(0, points(1.5), 0, 0), Qt::AlignLeft | Qt::AlignTop, high);
    m_painter.drawText(text.adjusted(0, 0, 0, -points(1.5)), Qt::AlignLeft | Qt::AlignBottom, low);
}

/// Whether data stops between two columns: a gap lies between their centres.
bool gapBetween(const ReportContents& contents, std::size_t left, std::size_t right)
{
    return std::any_of(contents.gaps.items.begin(), contents.gaps.items.end(), [&](const StreamEvent& gap) {
        return contents.column(gap.t) <= right && contents.column(gap.t2) >= left;
    });
}

/// The envelope of one channel as runs of connected columns.
void drawEnvelope(QPainter& painter, const TimePlot& plot, const QRectF& lane, const ReportContents& contents,
                  const ChannelContents& channel)
{
    const double span = static_cast<double>(channel.highest) - static_cast<double>(channel.lowest);
    const auto y = [&](float value) {
        if (span <= 0)
            return lane.center().y();
        return lane.bottom() -
               lane.height() * (static_cast<double>(value) - static_cast<double>(channel.lowest)) / span;
    };
    QPolygonF run;
    std::size_t previous = 0;
    const auto flush = [&] {
        if (run.size() == 1)
            run << run.front() + QPointF(points(0.5), 0);
        if (!run.isEmpty())
            painter.drawPolyline(run);
        run.clear();
    };
    for (std::size_t column = 0; column < timeColumns; ++column) {
        if (std::isnan(channel.low[column]))
            continue;
        if (!run.isEmpty() && column > previous + 1 && gapBetween(contents, previous, column))
            flush();
        const double at = plot.columnX(static_cast<double>(column) + 0.5);
        const double low = y(channel.low[column]);
        const double high = y(channel.high[column]);
        // Enter the column at the end that lies nearer to where the line is.
        const bool lowFirst = run.isEmpty() || std::abs(run.back().y() - low) <= std::abs(run.back().y() - high);
        run << QPointF(at, lowFirst ? low : high);
        if (low != high)
            run << QPointF(at, lowFirst ? high : low);
        previous = column;
    }
    flush();
}

QString channelDetail(const ChannelInfo& info)
{
    QStringList parts;
    if (!info.unit.empty())
        parts << printed(info.unit);
    if (!info.gas.empty())
        parts << printed(info.gas);
    return parts.join(QStringLiteral(" · "));
}

constexpr double rasterBandHeight = millimetres(22);
constexpr double rasterBandGap = points(5);

/// One layer as an image: row 0 (the first neurons) at the bottom, black is the busiest cell.
QImage rasterImage(const LayerContents& layer)
{
    QImage image(static_cast<int>(timeColumns), static_cast<int>(layer.rows), QImage::Format_Grayscale8);
    const std::uint32_t most = std::max(1U, *std::max_element(layer.density.begin(), layer.density.end()));
    for (std::size_t row = 0; row < layer.rows; ++row) {
        uchar* line = image.scanLine(static_cast<int>(layer.rows - 1 - row));
        for (std::size_t column = 0; column < timeColumns; ++column) {
            const std::uint32_t count = layer.density[row * timeColumns + column];
            // Square root: single spikes stay visible beside bursts.
            const double tone = count == 0 ? 0 : 0.25 + 0.75 * std::sqrt(static_cast<double>(count) / most);
            line[column] = static_cast<uchar>(std::lround(255 * (1 - tone)));
        }
    }
    return image;
}

} // namespace

double traceFigureHeight(std::size_t channels)
{
    const double lane = channels > 12 ? millimetres(10.5) : millimetres(13);
    return markBand + axisBand + lane * static_cast<double>(std::max<std::size_t>(channels, 1));
}

void drawTraces(QPainter& painter, const QRectF& area, const ReportContents& contents, std::size_t source,
                std::size_t firstChannel, std::size_t channels)
{
    TimePlot plot(painter, area, contents);
    plot.background();
    const double height = plot.plot().height() / static_cast<double>(channels);
    for (std::size_t i = 0; i < channels; ++i) {
        const ChannelContents& channel = contents.sources[source].channels[firstChannel + i];
        const QRectF lane(plot.plot().left(), plot.plot().top() + static_cast<double>(i) * height, plot.plot().width(),
                          height);
        const QColor colour = widgets::Theme::light().categorical(static_cast<int>(firstChannel + i));
        if (i > 0) {
            painter.setPen(QPen(gridColour, points(0.4)));
            painter.drawLine(lane.topLeft(), lane.topRight());
        }
        plot.laneLabel(lane, printed(channel.info.name), channelDetail(channel.info), colour);
        if (channel.samples == 0) {
            painter.setFont(textFont(7));
            painter.setPen(frameColour);
            painter.drawText(lane, Qt::AlignCenter, ReportText::tr("no values"));
            continue;
        }
        plot.laneScale(lane, valueText(channel.highest), valueText(channel.lowest));
        painter.setPen(QPen(colour, points(0.8), Qt::SolidLine, Qt::RoundCap, Qt::BevelJoin));
        drawEnvelope(painter, plot, lane.adjusted(0, height * 0.1, 0, -height * 0.1), contents, channel);
    }
    plot.foreground();
}

double rasterFigureHeight(const ReportContents& contents)
{
    return markBand + axisBand + (rasterBandHeight + rasterBandGap) * static_cast<double>(contents.layers.size());
}

void drawRaster(QPainter& painter, const QRectF& area, const ReportContents& contents)
{
    TimePlot plot(painter, area, contents);
    plot.background();
    const double seconds = toSeconds(contents.end - contents.begin);
    double y = plot.plot().top();
    const double height = plot.plot().height() / static_cast<double>(contents.layers.size());
    for (const LayerContents& layer : contents.layers) {
        const QRectF band(plot.plot().left(), y + rasterBandGap / 2, plot.plot().width(), height - rasterBandGap);
        const double rate = layer.info.size == 0
                                ? 0
                                : static_cast<double>(layer.spikes) / (static_cast<double>(layer.info.size) * seconds);
        plot.laneLabel(
            band, layerText(layer.info.name),
            ReportText::tr("%1 neurons, %2 Hz")
                .arg(countText(layer.info.size), ReportText::locale().toString(rate, 'f', rate < 10 ? 2 : 1)),
            {});
        plot.laneScale(band, layer.info.size == 0 ? QString() : countText(layer.info.size - 1), QStringLiteral("0"));
        if (layer.spikes > 0 && layer.rows > 0) {
            painter.drawImage(band, rasterImage(layer));
        } else {
            painter.setFont(textFont(7));
            painter.setPen(frameColour);
            painter.drawText(band, Qt::AlignCenter, ReportText::tr("no spikes"));
        }
        painter.setPen(QPen(gridColour.darker(120), points(0.4)));
        painter.drawRect(band);
        y += height;
    }
    plot.gaps(); // the images have covered them
    plot.foreground();
}

double decisionFigureHeight(const ReportContents& contents)
{
    return markBand + axisBand + millimetres(9) * static_cast<double>(contents.gases.size());
}

void drawDecisions(QPainter& painter, const QRectF& area, const ReportContents& contents)
{
    TimePlot plot(painter, area, contents);
    plot.background();
    const double height = plot.plot().height() / static_cast<double>(contents.gases.size());
    // A decision holds until the next one: columns between two decisions belong to the earlier.
    std::vector<std::pair<std::size_t, std::size_t>> decided; // column, gas
    for (std::size_t column = 0; column < timeColumns; ++column) {
        std::size_t best = contents.gases.size();
        for (std::size_t gas = 0; gas < contents.gases.size(); ++gas) {
            if (contents.gases[gas].columnCount[column] > 0 &&
                (best == contents.gases.size() ||
                 contents.gases[gas].columnCount[column] > contents.gases[best].columnCount[column]))
                best = gas;
        }
        if (best < contents.gases.size())
            decided.emplace_back(column, best);
    }
    for (std::size_t gas = 0; gas < contents.gases.size(); ++gas) {
        const QRectF lane(plot.plot().left(), plot.plot().top() + static_cast<double>(gas) * height,
                          plot.plot().width(), height);
        const QColor colour = widgets::Theme::light().gasColour(QString::fromStdString(contents.gases[gas].name));
        plot.laneLabel(lane, gasText(contents.gases[gas].name), {}, colour);
        plot.laneScale(lane.adjusted(0, height * 0.08, 0, 0), ReportText::tr("100 %"), QStringLiteral("0"));
        for (std::size_t i = 0; i < decided.size(); ++i) {
            const auto [column, decidedGas] = decided[i];
            if (decidedGas != gas)
                continue;
            const std::size_t next = i + 1 < decided.size() ? decided[i + 1].first : column + 1;
            const std::size_t until = gapBetween(contents, column, next) ? column + 1 : next;
            const double confidence = std::clamp(static_cast<double>(contents.gases[gas].columnConfidence[column]) /
                                                     contents.gases[gas].columnCount[column],
                                                 0.0, 1.0);
            const double left = plot.columnX(static_cast<double>(column));
            const double high = height * (0.04 + 0.82 * confidence);
            painter.fillRect(QRectF(left, lane.bottom() - high, plot.columnX(static_cast<double>(until)) - left, high),
                             colour);
        }
        painter.setPen(QPen(gridColour.darker(115), points(0.4)));
        painter.drawLine(lane.bottomLeft(), lane.bottomRight());
    }
    plot.foreground();
}

} // namespace bnof::report
