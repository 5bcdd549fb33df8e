// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/trace_view.h"

#include <QActionGroup>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/theme.h"
#include "widgets/trace_picture.h"

namespace bnof::widgets {

TraceView::TraceView(QWidget* parent) : TimeView(parent)
{
    setAccessibleName(tr("Traces"));
    setEmptyState(tr("No data yet"), tr("Connect a sensor, or try the simulated nose."));
}

TraceView::~TraceView() = default;

void TraceView::setSource(std::shared_ptr<const TraceSource> source)
{
    m_source = std::move(source);
    m_channels = m_source ? m_source->channels() : std::vector<TraceChannel>();
    m_visible.assign(m_channels.size(), true);
    m_laneRange.assign(m_channels.size(), {0, 0});
    m_highlighted = -1;
    m_legendFirst = 0;
    m_rangeValid = false;
    m_seenRevision = 0;
    invalidate();
    refresh();
}

void TraceView::refresh()
{
    if (!m_source)
        return;
    const auto earliest = m_source->earliest();
    const auto latest = m_source->latest();
    if (earliest && latest)
        timeAxis()->setExtent(*earliest, *latest);
    const std::uint64_t revision = m_source->revision();
    if (revision == m_seenRevision)
        return;
    m_seenRevision = revision;
    // Frozen and older than the new samples: nothing visible changed.
    if (timeAxis()->isFollowing() || !latest || *latest - timeAxis()->span() <= timeAxis()->end())
        update();
    updateSummary();
}

bool TraceView::hasData() const
{
    return m_source && !m_channels.empty() && m_source->latest().has_value();
}

std::vector<int> TraceView::visibleChannels() const
{
    std::vector<int> result;
    for (std::size_t c = 0; c < m_channels.size(); ++c)
        if (m_visible[c])
            result.push_back(static_cast<int>(c));
    return result;
}

QColor TraceView::channelColour(int channel) const
{
    return Theme::current().categorical(channel);
}

void TraceView::setArrangement(Arrangement arrangement)
{
    if (arrangement == m_arrangement)
        return;
    m_arrangement = arrangement;
    m_rangeValid = false;
    invalidate();
    updateSummary(true);
    emit arrangementChanged(arrangement);
}

void TraceView::cycleArrangement()
{
    switch (m_arrangement) {
    case Arrangement::Overlay: setArrangement(Arrangement::Lanes); break;
    case Arrangement::Lanes: setArrangement(Arrangement::OverlayNormalised); break;
    case Arrangement::OverlayNormalised: setArrangement(Arrangement::Overlay); break;
    }
}

void TraceView::setFixedRange(double low, double high)
{
    if (!(high > low))
        return;
    m_autoRange = false;
    m_low = low;
    m_high = high;
    invalidate();
}

void TraceView::setAutoRange()
{
    m_autoRange = true;
    m_rangeValid = false;
    invalidate();
}

void TraceView::setChannelVisible(int channel, bool visible)
{
    const auto c = static_cast<std::size_t>(channel);
    if (channel < 0 || c >= m_visible.size() || m_visible[c] == visible)
        return;
    m_visible[c] = visible;
    m_rangeValid = false;
    invalidate();
    updateSummary(true);
    emit channelVisibilityChanged(channel, visible);
}

bool TraceView::isChannelVisible(int channel) const
{
    return channel >= 0 && static_cast<std::size_t>(channel) < m_visible.size() &&
           m_visible[static_cast<std::size_t>(channel)];
}

void TraceView::setHighlighted(int channel)
{
    channel = std::clamp(channel, -1, static_cast<int>(m_channels.size()) - 1);
    if (channel == m_highlighted)
        return;
    m_highlighted = channel;
    invalidate();
    updateSummary(true);
}

void TraceView::setLegendVisible(bool visible)
{
    m_legend = visible;
    invalidate();
}

void TraceView::invalidate()
{
    m_staticKey.clear();
    m_legendImage = QImage();
    update();
}

void TraceView::axisChanged()
{
    updateSummary();
}

void TraceView::themeChanged()
{
    invalidate();
}

void TraceView::resizeEvent(QResizeEvent* event)
{
    invalidate();
    TimeView::resizeEvent(event);
}

int TraceView::legendWidth() const
{
    if (!m_legend || m_channels.empty() || width() < 440)
        return 0;
    return width() >= 640 ? 192 : 104;
}

QRect TraceView::plotRect() const
{
    const int right = legendWidth() > 0 ? legendWidth() : Theme::space(3);
    return rect().adjusted(axisWidth, Theme::space(7), -right, -Theme::space(6));
}

QRect TraceView::legendRow(int channel) const
{
    const int legend = legendWidth();
    const auto count = static_cast<int>(m_channels.size());
    const int row = channel - m_legendFirst;
    if (legend == 0 || channel < 0 || channel >= count || row < 0)
        return {};
    const QRect plot = plotRect();
    const int height = std::clamp(plot.height() / count, 18, 26);
    const QRect result(plot.right() + Theme::space(3), plot.top() + row * height, legend - Theme::space(5), height);
    return result.bottom() > plot.bottom() + 2 ? QRect() : result;
}

int TraceView::legendAt(QPoint position) const
{
    for (int c = m_legendFirst; c < static_cast<int>(m_channels.size()); ++c)
        if (legendRow(c).contains(position))
            return c;
    return -1;
}

bool TraceView::pressed(QPoint position)
{
    const int channel = legendAt(position);
    if (channel < 0)
        return position.x() > plotRect().right();
    setChannelVisible(channel, !isChannelVisible(channel));
    return true;
}

void TraceView::wheelEvent(QWheelEvent* event)
{
    // Over the legend the wheel goes through channels that do not fit.
    if (event->position().x() > plotRect().right() && legendWidth() > 0) {
        const int last = std::max(0, static_cast<int>(m_channels.size()) - 1);
        m_legendFirst = std::clamp(m_legendFirst + (event->angleDelta().y() < 0 ? 1 : -1), 0, last);
        while (m_legendFirst > 0 && !legendRow(last).isEmpty() && legendRow(last).bottom() < plotRect().bottom() - 26)
            --m_legendFirst;
        invalidate();
        event->accept();
        return;
    }
    TimeView::wheelEvent(event);
}

bool TraceView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return TimeView::event(event);
    // A narrow legend shortens its lines; they are told in full here.
    const auto* help = static_cast<QHelpEvent*>(event);
    QString text;
    if (const int channel = legendAt(help->pos()); channel >= 0)
        text = channelSummary(channel);
    else if (legendWidth() > 0 && legendRestRect().contains(help->pos()))
        text = legendRest();
    if (text.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), text, this);
    return true;
}

void TraceView::mouseMoveEvent(QMouseEvent* event)
{
    TimeView::mouseMoveEvent(event);
    if (event->buttons() != Qt::NoButton)
        return;
    const int over = legendAt(event->position().toPoint());
    if (over != m_hovered) {
        m_hovered = over;
        invalidate();
    }
}

void TraceView::leaveEvent(QEvent* event)
{
    TimeView::leaveEvent(event);
    if (std::exchange(m_hovered, -1) != -1)
        invalidate();
}

void TraceView::keyPressEvent(QKeyEvent* event)
{
    const bool plain = !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
    const auto count = static_cast<int>(m_channels.size());
    if (plain && count > 0) {
        switch (event->key()) {
        case Qt::Key_Down: setHighlighted(m_highlighted + 1 < count ? m_highlighted + 1 : -1); return;
        case Qt::Key_Up: setHighlighted(m_highlighted >= 0 ? m_highlighted - 1 : count - 1); return;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (m_highlighted < 0)
                break;
            setChannelVisible(m_highlighted, !isChannelVisible(m_highlighted));
            return;
        case Qt::Key_Escape:
            if (m_highlighted < 0)
                break;
            setHighlighted(-1);
            return;
        case Qt::Key_L: cycleArrangement(); return;
        case Qt::Key_A: setAutoRange(); return;
        default: break;
        }
    }
    TimeView::keyPressEvent(event);
}

void TraceView::fillContextMenu(QMenu& menu)
{
    TimeView::fillContextMenu(menu);
    menu.addSeparator();
    auto* group = new QActionGroup(&menu);
    const auto add = [&](const QString& text, Arrangement arrangement) {
        QAction* action = menu.addAction(text, this, [this, arrangement] { setArrangement(arrangement); });
        action->setCheckable(true);
        action->setChecked(arrangement == m_arrangement);
        group->addAction(action);
    };
    add(tr("One common axis"), Arrangement::Overlay);
    add(tr("One lane per channel"), Arrangement::Lanes);
    add(tr("Each channel to its own range"), Arrangement::OverlayNormalised);
    menu.addSeparator();
    menu.addAction(tr("Show all channels"), this, [this] {
        for (int c = 0; c < static_cast<int>(m_channels.size()); ++c)
            setChannelVisible(c, true);
    });
    QAction* automatic = menu.addAction(tr("Automatic value range"), this, &TraceView::setAutoRange);
    automatic->setEnabled(!m_autoRange);
}

/// "R1 rising, 1.42 kΩ, threshold 1.2 kΩ exceeded".
QString TraceView::channelSummary(int channel) const
{
    const TraceChannel& info = m_channels[static_cast<std::size_t>(channel)];
    const auto now =
        timeAxis()->cursor() ? m_source->valueAt(channel, *timeAxis()->cursor()) : m_source->newest(channel);
    if (!now || std::isnan(now->value))
        return tr("%1: no value").arg(info.name);
    QString trend = tr("steady");
    const auto before =
        m_source->valueAt(channel, now->t - std::min<Timestamp>(timeAxis()->span() / 4, 2 * nanosecondsPerSecond));
    const auto [laneLow, laneHigh] = m_laneRange[static_cast<std::size_t>(channel)];
    const double scale = laneHigh > laneLow ? laneHigh - laneLow : std::abs(now->value);
    if (before && now->value - before->value > 0.03 * scale)
        trend = tr("rising");
    else if (before && before->value - now->value > 0.03 * scale)
        trend = tr("falling");
    QString text = tr("%1 %2, %3").arg(info.name, trend, formatValue(now->value, info.unit));
    if (info.threshold && now->value > *info.threshold)
        text += tr(", threshold %1 exceeded").arg(formatValue(*info.threshold, info.unit));
    return text;
}

QString TraceView::summary() const
{
    if (!hasData())
        return emptyWhy().isEmpty() ? emptyTitle() : QStringLiteral("%1. %2").arg(emptyTitle(), emptyWhy());
    const TimeAxis& axis = *timeAxis();
    const QString window = formatTime(axis.span(), std::max<Timestamp>(axis.span() / 100, 1));
    QStringList parts;
    parts << (axis.isFollowing()
                  ? tr("%n channel(s), the last %1, following live", nullptr, static_cast<int>(m_channels.size()))
                        .arg(window)
                  : tr("%n channel(s), frozen at %2, window %1", nullptr, static_cast<int>(m_channels.size()))
                        .arg(window, formatTime(axis.end(), nanosecondsPerSecond / 10)));
    if (m_highlighted >= 0) {
        parts << channelSummary(m_highlighted);
        return parts.join(QStringLiteral("; "));
    }
    // Exceeded thresholds first, then as many as a listener can bear.
    constexpr int spoken = 4;
    std::vector<int> order;
    for (const int channel : visibleChannels()) {
        const auto& threshold = m_channels[static_cast<std::size_t>(channel)].threshold;
        const auto now = m_source->newest(channel);
        if (threshold && now && now->value > *threshold)
            order.insert(order.begin(), channel);
        else
            order.push_back(channel);
    }
    for (std::size_t i = 0; i < order.size() && i < spoken; ++i)
        parts << channelSummary(order[i]);
    return parts.join(QStringLiteral("; "));
}

} // namespace bnof::widgets
