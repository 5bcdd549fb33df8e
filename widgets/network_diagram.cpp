// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/network_diagram.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QPainter>
#include <QPainterPathStroker>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include "widgets/theme.h"

namespace bnof::widgets {

namespace {

constexpr double fullRateHz = 100; ///< the bar of a population is full at this mean rate, on a logarithmic scale

double at(const std::vector<double>& values, int index)
{
    const auto i = static_cast<std::size_t>(index);
    return i < values.size() ? values[i] : -1;
}

/// 0 ... 1, so that 0.1 Hz and 50 Hz can both be seen.
double barOf(double rateHz)
{
    return rateHz <= 0 ? 0 : std::clamp(std::log1p(rateHz * 4) / std::log1p(fullRateHz * 4), 0.0, 1.0);
}

} // namespace

NetworkDiagram::NetworkDiagram(QWidget* parent) : PaintedWidget(parent)
{
    setAccessibleName(tr("Network"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    updateSummary(true);
}

QString NetworkDiagram::rateText(double rateHz)
{
    if (rateHz < 0)
        return QStringLiteral("—");
    return tr("%1 Hz").arg(QLocale().toString(rateHz, 'f', rateHz < 9.95 ? 1 : 0));
}

QString NetworkDiagram::eventText(double eventsHz)
{
    if (eventsHz < 0)
        return QStringLiteral("—");
    constexpr std::array units{"", " k", " M", " G"};
    std::size_t unit = 0;
    for (; eventsHz >= 999.5 && unit + 1 < units.size(); ++unit)
        eventsHz /= 1000;
    const int digits = eventsHz < 9.95 && unit > 0 ? 1 : 0;
    return QLocale().toString(eventsHz, 'f', digits) + QLatin1String(units[unit]) + tr("/s");
}

void NetworkDiagram::setNetwork(std::vector<Population> populations, std::vector<Projection> projections)
{
    const auto sameShape = [&] {
        return populations.size() == m_populations.size() && projections.size() == m_projections.size() &&
               std::equal(projections.begin(), projections.end(), m_projections.begin(),
                          [](const auto& a, const auto& b) { return a.source == b.source && a.target == b.target; });
    };
    const bool same = sameShape();
    m_populations = std::move(populations);
    m_projections = std::move(projections);
    if (!same) {
        m_activity = {};
        m_hovered = {};
        layOut();
        const int count =
            static_cast<int>(m_selection.part == Part::Population ? m_populations.size() : m_projections.size());
        if (m_selection.part != Part::Nothing && m_selection.index >= count)
            select({});
    }
    updateSummary(!same);
    update();
}

void NetworkDiagram::setActivity(Activity activity)
{
    m_activity = std::move(activity);
    updateSummary();
    update();
}

void NetworkDiagram::layOut()
{
    std::vector<LayoutEdge> edges;
    for (const Projection& projection : m_projections)
        edges.push_back({projection.source, projection.target});
    NetworkLayoutMetrics metrics;
    const QFontMetricsF small(Theme::font(Theme::TextSize::Small));
    const QFontMetricsF body(Theme::font(Theme::TextSize::Body, true));
    metrics.label = {std::max(72.0, small.horizontalAdvance(QStringLiteral("88,8 mV · 8 ms")) + 4),
                     2 * small.height() + 4};
    metrics.box = {std::max(130.0, small.horizontalAdvance(QStringLiteral("888.888 Neuronen")) + 24),
                   body.height() + 2 * small.height() + 34};
    metrics.gutter = metrics.label.width() + 8;
    const int boxes = static_cast<int>(m_populations.size());
    m_layout = layOutNetwork(boxes, edges, QSizeF(size()), metrics);
    // The least width is that of one column; the least height follows from the width, as that of text does.
    const double width = layOutNetwork(boxes, edges, {}, metrics).size.width();
    const double height = layOutNetwork(boxes, edges, QSizeF(this->width(), 0), metrics).size.height();
    const QSize least(static_cast<int>(std::ceil(width)), static_cast<int>(std::ceil(height)));
    if (least != m_least) {
        m_least = least;
        updateGeometry();
    }
}

void NetworkDiagram::resizeEvent(QResizeEvent* event)
{
    PaintedWidget::resizeEvent(event);
    layOut();
}

QSize NetworkDiagram::sizeHint() const
{
    return {900, 480};
}

QSize NetworkDiagram::minimumSizeHint() const
{
    return m_least;
}

std::vector<NetworkDiagram::Selection> NetworkDiagram::order() const
{
    // As one reads: each population, then what leaves it.
    std::vector<Selection> out;
    for (int p = 0; p < static_cast<int>(m_populations.size()); ++p) {
        out.push_back({Part::Population, p});
        for (int i = 0; i < static_cast<int>(m_projections.size()); ++i)
            if (m_projections[static_cast<std::size_t>(i)].source == p)
                out.push_back({Part::Projection, i});
    }
    return out;
}

void NetworkDiagram::select(Selection selection)
{
    if (selection == m_selection)
        return;
    m_selection = selection;
    updateSummary(true);
    update();
    emit selectionChanged();
}

void NetworkDiagram::step(int by)
{
    const auto parts = order();
    if (parts.empty())
        return;
    const auto found = std::find(parts.begin(), parts.end(), m_selection);
    const int count = static_cast<int>(parts.size());
    const int now = found == parts.end() ? (by > 0 ? -1 : count) : static_cast<int>(found - parts.begin());
    select(parts[static_cast<std::size_t>(std::clamp(now + by, 0, count - 1))]);
}

/// The nearest part in the direction of an arrow key.
void NetworkDiagram::stepTowards(int key)
{
    const auto middle = [this](const Selection& part) {
        const auto i = static_cast<std::size_t>(part.index);
        return part.part == Part::Population ? m_layout.boxes[i].rect.center() : m_layout.edges[i].label.center();
    };
    if (m_selection.part == Part::Nothing) {
        step(1);
        return;
    }
    const QPointF from = middle(m_selection);
    Selection best;
    double nearest = 1e12;
    for (const Selection& part : order()) {
        if (part == m_selection)
            continue;
        const QPointF way = middle(part) - from;
        const double along = key == Qt::Key_Right  ? way.x()
                             : key == Qt::Key_Left ? -way.x()
                             : key == Qt::Key_Down ? way.y()
                                                   : -way.y();
        const double across = key == Qt::Key_Right || key == Qt::Key_Left ? way.y() : way.x();
        if (along < 4 || std::abs(across) > 2.5 * along)
            continue;
        if (const double distance = along + 2 * std::abs(across); distance < nearest) {
            nearest = distance;
            best = part;
        }
    }
    if (best.part != Part::Nothing)
        select(best);
}

void NetworkDiagram::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down: stepTowards(event->key()); return;
    case Qt::Key_Home: select(order().empty() ? Selection{} : order().front()); return;
    case Qt::Key_End: select(order().empty() ? Selection{} : order().back()); return;
    case Qt::Key_Escape:
        if (m_selection.part != Part::Nothing) {
            select({});
            return;
        }
        break;
    default: break;
    }
    PaintedWidget::keyPressEvent(event);
}

/// Tab goes through the parts before it leaves the diagram.
bool NetworkDiagram::focusNextPrevChild(bool next)
{
    const auto parts = order();
    if (hasFocus() && !parts.empty()) {
        const Selection& last = next ? parts.back() : parts.front();
        if (m_selection != last) {
            step(next ? 1 : -1);
            return true;
        }
    }
    return PaintedWidget::focusNextPrevChild(next);
}

NetworkDiagram::Selection NetworkDiagram::partAt(const QPointF& point) const
{
    for (std::size_t i = 0; i < m_layout.boxes.size(); ++i)
        if (m_layout.boxes[i].rect.contains(point))
            return {Part::Population, static_cast<int>(i)};
    for (std::size_t i = 0; i < m_layout.edges.size(); ++i)
        if (m_layout.edges[i].label.contains(point))
            return {Part::Projection, static_cast<int>(i)};
    QPainterPathStroker stroker;
    stroker.setWidth(14);
    for (std::size_t i = 0; i < m_layout.edges.size(); ++i)
        if (stroker.createStroke(m_layout.edges[i].path).contains(point))
            return {Part::Projection, static_cast<int>(i)};
    return {};
}

void NetworkDiagram::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        select(partAt(event->position()));
}

void NetworkDiagram::mouseMoveEvent(QMouseEvent* event)
{
    const Selection under = partAt(event->position());
    if (under == m_hovered)
        return;
    m_hovered = under;
    setCursor(under.part == Part::Nothing ? Qt::ArrowCursor : Qt::PointingHandCursor);
    update();
}

void NetworkDiagram::leaveEvent(QEvent* event)
{
    m_hovered = {};
    update();
    PaintedWidget::leaveEvent(event);
}

bool NetworkDiagram::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const Selection under = partAt(help->pos());
        if (under.part == Part::Nothing)
            QToolTip::hideText();
        else
            QToolTip::showText(help->globalPos(), describe(under), this);
        return true;
    }
    return PaintedWidget::event(event);
}

QString NetworkDiagram::describe(const Selection& part) const
{
    const auto i = static_cast<std::size_t>(part.index);
    QString out;
    if (part.part == Part::Population && i < m_populations.size()) {
        const Population& population = m_populations[i];
        out = tr("%1: %L2 neurons, %3").arg(population.name).arg(population.size).arg(population.model);
        if (const double rate = at(m_activity.rateHz, part.index); rate >= 0)
            out += tr(", %1 a neuron").arg(rateText(rate));
        if (const double share = at(m_activity.activeShare, part.index); share >= 0)
            out += tr(", %1 % active").arg(QString::number(share * 100, 'f', share < 0.0995 ? 1 : 0));
        out += population.wrong ? tr(", a value makes no sense") : population.changed ? tr(", changed") : QString();
    } else if (part.part == Part::Projection && i < m_projections.size()) {
        const Projection& projection = m_projections[i];
        const auto name = [this](int index) { return m_populations[static_cast<std::size_t>(index)].name; };
        out = (projection.inhibitory ? tr("%1: %2 inhibits %3") : tr("%1: %2 excites %3"))
                  .arg(projection.name, name(projection.source), name(projection.target));
        out += QStringLiteral(", ") + projection.strength;
        if (projection.plastic)
            out += tr(", learns");
        if (const double events = at(m_activity.eventsHz, part.index); events >= 0)
            out += tr(", %1 events").arg(eventText(events));
        out += projection.wrong ? tr(", a value makes no sense") : projection.changed ? tr(", changed") : QString();
    }
    return out;
}

QString NetworkDiagram::summary() const
{
    if (m_populations.empty())
        return tr("No network");
    if (m_selection.part != Part::Nothing)
        return describe(m_selection);
    QStringList parts;
    for (int i = 0; i < static_cast<int>(m_populations.size()); ++i)
        parts << tr("%1 %2").arg(m_populations[static_cast<std::size_t>(i)].name, rateText(at(m_activity.rateHz, i)));
    return tr("%n population(s): ", nullptr, static_cast<int>(m_populations.size())) + parts.join(QStringLiteral(", "));
}

// --- painting ---------------------------------------------------------------------------------------

QColor NetworkDiagram::colourOf(const Projection& projection) const
{
    return Theme::current().categorical(projection.inhibitory ? 1 : 0);
}

double NetworkDiagram::widthOf(int projection) const
{
    const double events = at(m_activity.eventsHz, projection);
    return events <= 1 ? 1.5 : std::min(1.5 + 0.75 * std::log10(events), 7.0);
}

bool NetworkDiagram::concerns(const Selection& selection, int projection) const
{
    const Projection& one = m_projections[static_cast<std::size_t>(projection)];
    return selection.part == Part::Nothing ||
           (selection.part == Part::Projection ? selection.index == projection
                                               : selection.index == one.source || selection.index == one.target);
}

void NetworkDiagram::paintHead(QPainter& painter, const NetworkLayout::Edge& edge, const QColor& colour, double width,
                               bool inhibitory) const
{
    const QPointF along = edge.direction;
    const QPointF across(-along.y(), along.x());
    if (inhibitory) {
        painter.setPen(QPen(colour, std::max(3.0, width * 0.8), Qt::SolidLine, Qt::FlatCap));
        const QPointF bar = edge.tip - along * 3;
        painter.drawLine(bar - across * (5 + width), bar + across * (5 + width));
        return;
    }
    const double length = 8 + width;
    const double half = 4 + width * 0.7;
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawPolygon(
        QPolygonF{edge.tip, edge.tip - along * length + across * half, edge.tip - along * length - across * half});
}

void NetworkDiagram::paintProjection(QPainter& painter, int index) const
{
    const Theme& theme = Theme::current();
    const auto i = static_cast<std::size_t>(index);
    const Projection& projection = m_projections[i];
    const NetworkLayout::Edge& edge = m_layout.edges[i];
    const double width = widthOf(index);
    QColor colour = colourOf(projection);
    const bool lit = concerns(m_selection, index) || concerns(m_hovered, index) == (m_hovered.part != Part::Nothing);
    if (!lit)
        colour.setAlphaF(0.3F);
    const Selection self{Part::Projection, index};
    painter.setBrush(Qt::NoBrush);
    if (m_selection == self || m_hovered == self) {
        QColor halo = theme.accent;
        halo.setAlphaF(m_selection == self ? 0.35F : 0.18F);
        painter.setPen(QPen(halo, width + 8, Qt::SolidLine, Qt::RoundCap));
        painter.drawPath(edge.path);
    }
    QPen pen(colour, width, Qt::SolidLine, Qt::FlatCap);
    if (projection.plastic)
        pen.setDashPattern({3, 1.6});
    painter.setPen(pen);
    painter.drawPath(edge.path);
    paintHead(painter, edge, colour, width, projection.inhibitory);
}

void NetworkDiagram::paintLabel(QPainter& painter, int index) const
{
    const Theme& theme = Theme::current();
    const auto i = static_cast<std::size_t>(index);
    const Projection& projection = m_projections[i];
    const Selection self{Part::Projection, index};
    const bool chosen = m_selection == self;
    painter.setFont(Theme::font(Theme::TextSize::Small, chosen));
    const QFontMetricsF metrics(painter.font());
    const QString events = eventText(at(m_activity.eventsHz, index));
    const QString strength = projection.strength + (projection.changed ? QStringLiteral(" *") : QString());
    QRectF box = m_layout.edges[i].label;
    const double wide = std::max(metrics.horizontalAdvance(strength), metrics.horizontalAdvance(events)) + 8;
    box.adjust((box.width() - wide) / 2, 0, (wide - box.width()) / 2, 0);
    QColor ground = theme.background;
    ground.setAlphaF(0.9F);
    painter.setPen(chosen             ? QPen(theme.accent, 1.5)
                   : projection.wrong ? QPen(theme.severity(Theme::Severity::Error), 1.5)
                                      : QPen(Qt::NoPen));
    painter.setBrush(ground);
    painter.drawRoundedRect(box, 4, 4);
    const bool lit = concerns(m_selection, index);
    painter.setPen(lit ? theme.text : theme.textMuted);
    painter.drawText(QRectF(box.left(), box.top(), box.width(), box.height() / 2), Qt::AlignCenter, events);
    painter.setPen(theme.textMuted);
    painter.drawText(QRectF(box.left(), box.center().y(), box.width(), box.height() / 2), Qt::AlignCenter, strength);
}

void NetworkDiagram::paintActivity(QPainter& painter, const QRectF& area, int index) const
{
    const Theme& theme = Theme::current();
    painter.setFont(Theme::font(Theme::TextSize::Small));
    const QFontMetricsF metrics(painter.font());
    const double rate = at(m_activity.rateHz, index);
    const double share = at(m_activity.activeShare, index);
    painter.setPen(theme.textMuted);
    const QRectF texts(area.left(), area.top(), area.width(), metrics.height());
    if (share >= 0)
        painter.drawText(texts, Qt::AlignRight | Qt::AlignVCenter,
                         tr("%1 % active").arg(QString::number(share * 100, 'f', share < 0.0995 ? 1 : 0)));
    painter.setPen(theme.text);
    painter.setFont(Theme::font(Theme::TextSize::Small, true));
    painter.drawText(texts, Qt::AlignLeft | Qt::AlignVCenter, rateText(rate));
    const QRectF track(area.left(), texts.bottom() + 4, area.width(), 8);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.raised);
    painter.drawRoundedRect(track, 4, 4);
    QRectF filled = track;
    filled.setWidth(track.width() * barOf(rate));
    if (filled.width() > 0.5) {
        painter.setBrush(theme.accent);
        painter.drawRoundedRect(filled, std::min(4.0, filled.width() / 2), 4);
    }
}

void NetworkDiagram::paintPopulation(QPainter& painter, int index) const
{
    const Theme& theme = Theme::current();
    const auto i = static_cast<std::size_t>(index);
    const Population& population = m_populations[i];
    const QRectF rect = m_layout.boxes[i].rect;
    const Selection self{Part::Population, index};
    const bool chosen = m_selection == self;
    const QColor edge = population.wrong ? theme.severity(Theme::Severity::Error)
                        : chosen         ? theme.accent
                                         : (m_hovered == self ? theme.textMuted : theme.border);
    painter.setPen(QPen(edge, chosen || population.wrong ? 2.5 : 1.5));
    painter.setBrush(theme.surface);
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), Theme::radius, Theme::radius);
    QRectF area = rect.adjusted(11, 8, -11, -10);
    painter.setFont(Theme::font(Theme::TextSize::Body, true));
    painter.setPen(theme.text);
    const QFontMetricsF body(painter.font());
    const QString name = population.name + (population.changed ? QStringLiteral(" *") : QString());
    painter.drawText(QRectF(area.topLeft(), QSizeF(area.width(), body.height())), Qt::AlignLeft | Qt::AlignVCenter,
                     body.elidedText(name, Qt::ElideRight, area.width()));
    area.setTop(area.top() + body.height());
    painter.setFont(Theme::font(Theme::TextSize::Small));
    painter.setPen(theme.textMuted);
    const QFontMetricsF small(painter.font());
    painter.drawText(QRectF(area.topLeft(), QSizeF(area.width(), small.height())), Qt::AlignLeft | Qt::AlignVCenter,
                     small.elidedText(tr("%L1 neurons").arg(population.size), Qt::ElideRight, area.width()));
    area.setTop(area.bottom() - small.height() - 12);
    paintActivity(painter, area, index);
}

void NetworkDiagram::paintEvent(QPaintEvent*)
{
    const auto begin = std::chrono::steady_clock::now();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), Theme::current().background);
    const int projections = static_cast<int>(m_projections.size());
    for (int i = 0; i < projections; ++i)
        paintProjection(painter, i);
    for (int i = 0; i < static_cast<int>(m_populations.size()); ++i)
        paintPopulation(painter, i);
    for (int i = 0; i < projections; ++i)
        paintLabel(painter, i);
    paintFocus(painter);
    m_lastPaint = (std::chrono::steady_clock::now() - begin).count();
}

} // namespace bnof::widgets
