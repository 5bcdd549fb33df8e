// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/time_view.h"

#include <QBuffer>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QSvgGenerator>

#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/theme.h"

namespace bnof::widgets {

namespace {

constexpr double zoomStep = 1.25;

} // namespace

TimeView::TimeView(QWidget* parent) : PaintedWidget(parent), m_ownAxis(new TimeAxis(this))
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setTimeAxis(nullptr);
}

void TimeView::setTimeAxis(TimeAxis* axis)
{
    if (m_axis)
        m_axis->disconnect(this);
    m_axis = axis ? axis : m_ownAxis;
    const auto moved = [this] {
        axisChanged();
        update();
    };
    connect(m_axis, &TimeAxis::changed, this, moved);
    connect(m_axis, &TimeAxis::cursorChanged, this, [this] { update(); });
    connect(m_axis, &TimeAxis::followingChanged, this, [this] { updateSummary(true); });
    // A shared axis may go before its views do.
    if (m_axis != m_ownAxis)
        connect(m_axis, &QObject::destroyed, this, [this] { setTimeAxis(nullptr); });
    moved();
}

void TimeView::setMarks(std::vector<Mark> marks)
{
    if (marks == m_marks)
        return;
    m_marks = std::move(marks);
    update();
}

void TimeView::setEmptyState(const QString& title, const QString& why)
{
    m_emptyTitle = title;
    m_emptyWhy = why;
    updateSummary(true);
    update();
}

Timestamp TimeView::timeAt(int x) const
{
    const QRect plot = plotRect();
    const double share = static_cast<double>(x - plot.left()) / std::max(plot.width(), 1);
    return m_axis->begin() + static_cast<Timestamp>(std::llround(share * static_cast<double>(m_axis->span())));
}

int TimeView::xAt(Timestamp t) const
{
    const QRect plot = plotRect();
    const double share = static_cast<double>(t - m_axis->begin()) / static_cast<double>(m_axis->span());
    return plot.left() + static_cast<int>(std::floor(std::clamp(share, -10.0, 10.0) * plot.width()));
}

QImage TimeView::toImage(double scale)
{
    scale = std::clamp(scale, 0.25, 8.0);
    QImage image((QSizeF(size()) * scale).toSize(), QImage::Format_RGB32);
    image.setDevicePixelRatio(scale);
    image.fill(Theme::current().surface);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    paintVector(painter);
    painter.end();
    image.setText(QStringLiteral("Title"), accessibleName());
    image.setText(QStringLiteral("Description"), summary());
    image.setText(QStringLiteral("Software"), QCoreApplication::applicationName());
    return image;
}

QByteArray TimeView::toSvg()
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(size());
    generator.setViewBox(rect());
    generator.setTitle(accessibleName());
    generator.setDescription(summary());
    QPainter painter(&generator);
    painter.fillRect(rect(), Theme::current().surface);
    paintVector(painter);
    painter.end();
    return buffer.data();
}

void TimeView::copyAsPng()
{
    QGuiApplication::clipboard()->setImage(toImage());
}

void TimeView::copyAsSvg()
{
    auto* svg = new QMimeData; // the clipboard takes it
    svg->setData(QStringLiteral("image/svg+xml"), toSvg());
    QGuiApplication::clipboard()->setMimeData(svg);
}

void TimeView::paintEmptyState(QPainter& painter, const QRect& area) const
{
    const Theme& theme = Theme::current();
    const QRect text = area.adjusted(Theme::space(6), Theme::space(4), -Theme::space(6), -Theme::space(4));
    const QFont titleFont = Theme::font(Theme::TextSize::Title, true);
    const QFont whyFont = Theme::font();
    const QRect title = QFontMetrics(titleFont).boundingRect(text, Qt::AlignHCenter | Qt::TextWordWrap, m_emptyTitle);
    const QRect why = QFontMetrics(whyFont).boundingRect(text, Qt::AlignHCenter | Qt::TextWordWrap, m_emptyWhy);
    const int height = title.height() + Theme::space(2) + why.height();
    int y = std::max(text.top(), text.center().y() - height / 2);
    painter.setFont(titleFont);
    painter.setPen(theme.text);
    painter.drawText(QRect(text.left(), y, text.width(), title.height()), Qt::AlignHCenter | Qt::TextWordWrap,
                     m_emptyTitle);
    y += title.height() + Theme::space(2);
    painter.setFont(whyFont);
    painter.setPen(theme.textMuted);
    painter.drawText(QRect(text.left(), y, text.width(), why.height()), Qt::AlignHCenter | Qt::TextWordWrap,
                     m_emptyWhy);
}

void TimeView::paintTimeGrid(QPainter& painter, const QRect& plot) const
{
    painter.setPen(QPen(Theme::current().grid, 1));
    for (const AxisTick& tick : timeTicks(m_axis->begin(), m_axis->end(), std::max(plot.width() / 110, 2))) {
        const int x = xAt(static_cast<Timestamp>(tick.position));
        painter.drawLine(x, plot.top(), x, plot.bottom());
    }
}

void TimeView::paintTimeLabels(QPainter& painter, const QRect& plot) const
{
    const Theme& theme = Theme::current();
    painter.setFont(Theme::font(Theme::TextSize::Small));
    painter.setPen(theme.textMuted);
    const QFontMetrics metrics = painter.fontMetrics();
    for (const AxisTick& tick : timeTicks(m_axis->begin(), m_axis->end(), std::max(plot.width() / 110, 2))) {
        const int half = metrics.horizontalAdvance(tick.label) / 2 + 1;
        const int x = xAt(static_cast<Timestamp>(tick.position));
        // A label at the edge would be cut off or jump as it scrolls in: it appears once it fits.
        if (x - half < plot.left() - Theme::space(4) || x + half > plot.right() + Theme::space(3))
            continue;
        painter.drawText(QRect(x - half, plot.bottom() + Theme::space(1), 2 * half, metrics.height()),
                         Qt::AlignHCenter | Qt::AlignTop, tick.label);
    }
}

void TimeView::paintMarks(QPainter& painter, const QRect& plot) const
{
    if (m_marks.empty())
        return;
    const Theme& theme = Theme::current();
    painter.save();
    painter.setFont(Theme::font(Theme::TextSize::Small, true));
    const QFontMetrics metrics = painter.fontMetrics();
    int freeFrom = plot.left();
    for (const Mark& mark : m_marks) {
        if (mark.t < m_axis->begin() || mark.t > m_axis->end())
            continue;
        const int x = xAt(mark.t);
        painter.setPen(QPen(theme.accent, 1, Qt::DashLine));
        painter.drawLine(x, plot.top() - 3, x, plot.bottom());
        const QString label = metrics.elidedText(QString::fromStdString(mark.label), Qt::ElideRight, 140);
        const int width = metrics.horizontalAdvance(label) + Theme::space(2);
        if (label.isEmpty() || x < freeFrom || x + width > plot.right() + 1)
            continue;
        // Above the plot, so that it covers no data.
        const QRect flag(x, plot.top() - metrics.height() - 3, width, metrics.height() + 2);
        painter.fillRect(flag, theme.accent);
        painter.setPen(theme.onAccent);
        painter.drawText(flag, Qt::AlignCenter, label);
        freeFrom = x + width + 2;
    }
    painter.restore();
}

void TimeView::paintCursor(QPainter& painter, const QRect& plot) const
{
    const auto cursor = m_axis->cursor();
    if (!cursor || *cursor < m_axis->begin() || *cursor > m_axis->end())
        return;
    const Theme& theme = Theme::current();
    const int x = xAt(*cursor);
    painter.setPen(QPen(theme.text, 1));
    painter.drawLine(x, plot.top(), x, plot.bottom());
    painter.setFont(Theme::font(Theme::TextSize::Small, true));
    const QFontMetrics metrics = painter.fontMetrics();
    const QString label = formatTime(*cursor, m_axis->span() / std::max(plot.width(), 1));
    const int width = metrics.horizontalAdvance(label) + Theme::space(3);
    const int left = std::clamp(x - width / 2, plot.left(), std::max(plot.left(), plot.right() - width));
    const QRect box(left, plot.bottom() + 2, width, metrics.height() + 3);
    painter.fillRect(box, theme.text);
    painter.setPen(theme.surface);
    painter.drawText(box, Qt::AlignCenter, label);
}

void TimeView::setLive(bool live)
{
    m_live = live;
    update();
}

QRect TimeView::badgeRect(const QRect& plot) const
{
    if (m_axis->isFollowing() || !m_live)
        return {};
    const QFontMetrics metrics(Theme::font(Theme::TextSize::Small, true));
    const int width = metrics.horizontalAdvance(badgeText()) + Theme::space(6);
    return {plot.right() - width - Theme::space(2), plot.bottom() - Theme::space(9), width, Theme::space(7)};
}

QString TimeView::badgeText() const
{
    const Timestamp behind = std::max<Timestamp>(m_axis->latest() - m_axis->end(), 0);
    if (behind < nanosecondsPerSecond)
        return tr("Frozen · End: follow live");
    return tr("Frozen, %1 behind · End: follow live").arg(formatTime(behind, nanosecondsPerSecond));
}

void TimeView::paintFrozenBadge(QPainter& painter, const QRect& plot) const
{
    const QRect badge = badgeRect(plot);
    if (badge.isEmpty())
        return;
    const Theme& theme = Theme::current();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.accent);
    painter.drawRoundedRect(badge, Theme::radius, Theme::radius);
    painter.setFont(Theme::font(Theme::TextSize::Small, true));
    painter.setPen(theme.onAccent);
    painter.drawText(badge, Qt::AlignCenter, badgeText());
    painter.restore();
}

void TimeView::wheelEvent(QWheelEvent* event)
{
    const QPoint turned = event->angleDelta();
    const bool sideways = event->modifiers().testFlag(Qt::ShiftModifier) || std::abs(turned.x()) > std::abs(turned.y());
    const int amount = turned.y() != 0 && !(std::abs(turned.x()) > std::abs(turned.y())) ? turned.y() : turned.x();
    if (amount == 0) {
        event->ignore();
        return;
    }
    if (sideways)
        m_axis->scrollBy(static_cast<Timestamp>(-amount / 120.0 * 0.1 * static_cast<double>(m_axis->span())));
    else
        m_axis->zoom(std::pow(zoomStep, -amount / 120.0), timeAt(event->position().toPoint().x()));
    event->accept();
}

void TimeView::mousePressEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    if (event->button() != Qt::LeftButton) {
        event->ignore();
        return;
    }
    if (badgeRect(plotRect()).contains(position)) {
        m_axis->followLive();
        return;
    }
    if (pressed(position))
        return;
    m_dragFrom = position;
    m_dragBegin = m_axis->begin();
}

void TimeView::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    if (m_dragFrom) {
        const int dx = position.x() - m_dragFrom->x();
        m_dragging |= std::abs(dx) >= 4;
        if (!m_dragging)
            return;
        setCursor(Qt::ClosedHandCursor);
        const double perPixel = static_cast<double>(m_axis->span()) / std::max(plotRect().width(), 1);
        const Timestamp target = m_dragBegin - static_cast<Timestamp>(std::llround(dx * perPixel));
        m_axis->scrollBy(target - m_axis->begin());
        return;
    }
    const QRect plot = plotRect();
    if (plot.contains(position))
        m_axis->setCursor(timeAt(position.x()));
    else
        m_axis->setCursor(std::nullopt);
}

void TimeView::mouseReleaseEvent(QMouseEvent*)
{
    m_dragFrom.reset();
    if (std::exchange(m_dragging, false))
        unsetCursor();
}

void TimeView::mouseDoubleClickEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    if (plotRect().contains(position))
        emit timeActivated(timeAt(position.x()));
}

void TimeView::leaveEvent(QEvent*)
{
    m_axis->setCursor(std::nullopt);
}

void TimeView::moveCursor(int pixels)
{
    const Timestamp perPixel = std::max<Timestamp>(m_axis->span() / std::max(plotRect().width(), 1), 1);
    const Timestamp from = m_axis->cursor().value_or(m_axis->begin() + m_axis->span() / 2);
    m_axis->setCursor(std::clamp(from + pixels * perPixel, m_axis->begin(), m_axis->end()));
    updateSummary(true);
}

void TimeView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) {
        copyAsPng();
        return;
    }
    const bool shift = event->modifiers().testFlag(Qt::ShiftModifier);
    if (event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) {
        QWidget::keyPressEvent(event);
        return;
    }
    const Timestamp centre = m_axis->cursor().value_or(m_axis->begin() + m_axis->span() / 2);
    switch (event->key()) {
    case Qt::Key_Left: shift ? moveCursor(-1) : m_axis->scrollBy(-m_axis->span() / 10); break;
    case Qt::Key_Right: shift ? moveCursor(1) : m_axis->scrollBy(m_axis->span() / 10); break;
    case Qt::Key_PageUp: m_axis->scrollBy(-m_axis->span()); break;
    case Qt::Key_PageDown: m_axis->scrollBy(m_axis->span()); break;
    case Qt::Key_Plus:
    case Qt::Key_Equal: m_axis->zoom(1 / zoomStep, centre); break;
    case Qt::Key_Minus: m_axis->zoom(zoomStep, centre); break;
    case Qt::Key_Home: m_axis->scrollToStart(); break;
    case Qt::Key_End: m_axis->followLive(); break;
    case Qt::Key_F: m_axis->toggleFreeze(); break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_axis->cursor())
            emit timeActivated(*m_axis->cursor());
        break;
    default: QWidget::keyPressEvent(event); return;
    }
    event->accept();
}

void TimeView::fillContextMenu(QMenu& menu)
{
    menu.addAction(tr("Copy as picture"), this, &TimeView::copyAsPng);
    menu.addAction(tr("Copy as vector graphic (SVG)"), this, &TimeView::copyAsSvg);
    menu.addSeparator();
    menu.addAction(m_axis->isFollowing() ? tr("Freeze") : tr("Follow live"), m_axis, &TimeAxis::toggleFreeze);
    menu.addAction(tr("Go to the beginning"), m_axis, &TimeAxis::scrollToStart);
}

void TimeView::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    fillContextMenu(menu);
    menu.exec(event->globalPos());
}

} // namespace bnof::widgets
