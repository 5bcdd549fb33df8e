// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/decision_timeline.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/theme.h"

namespace bnof::widgets {

namespace {

constexpr int labelRow = 18; ///< height of the time labels below the strip

void extend(std::vector<TimelineSpan>& spans, const Decision& decision, const QStringList& gases, Timestamp maxGap)
{
    const bool known = decision.gas >= 0 && decision.gas < gases.size();
    const QString label = known ? gases[decision.gas] : QString();
    const auto gas = static_cast<std::size_t>(std::max(decision.gas, 0));
    const double sure =
        known && gas < decision.probabilities.size() ? static_cast<double>(decision.probabilities[gas]) : 0.0;
    if (!spans.empty()) {
        TimelineSpan& last = spans.back();
        const bool near = decision.t >= last.to && decision.t - last.to <= maxGap;
        if (near && last.label == label) {
            // A moving mean keeps the strength steady without keeping every decision.
            last.confidence += 0.2 * (sure - last.confidence);
            last.to = decision.t;
            return;
        }
        if (near)
            last.to = decision.t;
    }
    spans.push_back({decision.t, decision.t, label, sure});
}

QString shownLabel(const QString& label)
{
    return label.isEmpty() ? DecisionTimeline::tr("unknown") : label;
}

QColor readableOn(const QColor& fill)
{
    const QColor dark(0x11, 0x15, 0x1a);
    const QColor light(0xff, 0xff, 0xff);
    return Theme::contrast(dark, fill) >= Theme::contrast(light, fill) ? dark : light;
}

} // namespace

std::vector<TimelineSpan> spansOf(const std::vector<Decision>& decisions, const QStringList& gases, Timestamp maxGap)
{
    std::vector<TimelineSpan> spans;
    for (const Decision& decision : decisions)
        extend(spans, decision, gases, maxGap);
    return spans;
}

DecisionTimeline::DecisionTimeline(QWidget* parent) : PaintedWidget(parent)
{
    setAccessibleName(tr("Decisions over time"));
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setMouseTracking(true);
    updateSummary(true);
}

void DecisionTimeline::setSpans(std::vector<TimelineSpan> spans)
{
    m_spans = std::move(spans);
    updateSummary(true);
    update();
}

void DecisionTimeline::append(const Decision& decision, const QStringList& gases, Timestamp maxGap)
{
    extend(m_spans, decision, gases, maxGap);
    updateSummary();
    update();
}

void DecisionTimeline::setMarks(std::vector<Mark> marks)
{
    m_marks = std::move(marks);
    updateSummary(true);
    update();
}

void DecisionTimeline::setGaps(std::vector<TimelineSpan> gaps)
{
    m_gaps = std::move(gaps);
    update();
}

void DecisionTimeline::setRange(Timestamp t0, Timestamp t1)
{
    m_t0 = t0;
    m_t1 = std::max(t1, t0 + 1);
    update();
}

void DecisionTimeline::setTimeAxis(TimeAxis* axis)
{
    if (m_axis)
        m_axis->disconnect(this);
    m_axis = axis;
    if (m_axis) {
        connect(m_axis, &TimeAxis::changed, this, qOverload<>(&QWidget::update));
        connect(m_axis, &TimeAxis::cursorChanged, this, qOverload<>(&QWidget::update));
    }
    update();
}

void DecisionTimeline::setWindow(Timestamp t0, Timestamp t1)
{
    m_window = {t0, t1};
    update();
}

void DecisionTimeline::setPosition(std::optional<Timestamp> t)
{
    if (t == m_position)
        return;
    m_position = t;
    update();
}

void DecisionTimeline::setPlotMargins(int left, int right)
{
    m_left = left;
    m_right = right;
    update();
}

QRect DecisionTimeline::strip() const
{
    return {m_left, Theme::space(1), std::max(width() - m_left - m_right, 1),
            std::max(height() - labelRow - Theme::space(2), 12)};
}

std::pair<Timestamp, Timestamp> DecisionTimeline::range() const
{
    return m_axis ? std::pair(m_axis->begin(), m_axis->end()) : std::pair(m_t0, m_t1);
}

Timestamp DecisionTimeline::timeAt(int x) const
{
    const auto [t0, t1] = range();
    const QRect area = strip();
    const double share = std::clamp(static_cast<double>(x - area.left()) / area.width(), 0.0, 1.0);
    return t0 + static_cast<Timestamp>(std::llround(share * static_cast<double>(t1 - t0)));
}

int DecisionTimeline::xAt(Timestamp t) const
{
    const auto [t0, t1] = range();
    const QRect area = strip();
    const double share = static_cast<double>(t - t0) / static_cast<double>(t1 - t0);
    return area.left() + static_cast<int>(std::lround(std::clamp(share, -1.0, 2.0) * area.width()));
}

const TimelineSpan* DecisionTimeline::spanAt(Timestamp t) const
{
    const auto after = std::upper_bound(m_spans.begin(), m_spans.end(), t,
                                        [](Timestamp time, const TimelineSpan& span) { return time < span.from; });
    if (after == m_spans.begin())
        return nullptr;
    const TimelineSpan& span = *std::prev(after);
    return t <= span.to ? &span : nullptr;
}

void DecisionTimeline::paintSpan(QPainter& painter, const QRect& area, const TimelineSpan& span) const
{
    const Theme& theme = Theme::current();
    const int left = std::max(xAt(span.from), area.left());
    const int right = std::min(std::max(xAt(span.to), left + 1), area.right() + 1);
    const QRect box(left, area.top(), right - left, area.height());
    const bool quiet = span.label.isEmpty() || isBackgroundName(span.label);
    QColor fill = theme.raised;
    if (!quiet) {
        fill = theme.gasColour(span.label);
        // Weak decisions look weaker, but never vanish.
        const double strength = 0.35 + 0.65 * std::clamp(span.confidence, 0.0, 1.0);
        const auto blend = [strength](int over, int under) {
            return static_cast<int>(std::lround(under + (over - under) * strength));
        };
        fill = QColor(blend(fill.red(), theme.surface.red()), blend(fill.green(), theme.surface.green()),
                      blend(fill.blue(), theme.surface.blue()));
    }
    painter.fillRect(box, fill);
    if (span.label.isEmpty()) {
        painter.setPen(QPen(theme.textMuted, 1, Qt::DotLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(box.adjusted(0, 0, -1, -1));
    }
    const QString label = shownLabel(span.label);
    if (painter.fontMetrics().horizontalAdvance(label) + Theme::space(2) <= box.width()) {
        painter.setPen(quiet ? theme.textMuted : readableOn(fill));
        painter.drawText(box, Qt::AlignCenter, label);
    }
}

void DecisionTimeline::paintOverlay(QPainter& painter, const QRect& area) const
{
    const Theme& theme = Theme::current();
    const auto [t0, t1] = range();
    for (const TimelineSpan& gap : m_gaps) {
        if (gap.to < t0 || gap.from > t1)
            continue;
        const int left = std::max(xAt(gap.from), area.left());
        const int right = std::min(xAt(gap.to), area.right() + 1);
        painter.fillRect(QRect(left, area.top(), std::max(right - left, 2), area.height()), theme.surface);
        painter.fillRect(QRect(left, area.top(), std::max(right - left, 2), area.height()),
                         QBrush(theme.gapHatch, Qt::BDiagPattern));
    }
    for (const Mark& mark : m_marks) {
        if (mark.t < t0 || mark.t > t1)
            continue;
        const int x = xAt(mark.t);
        painter.fillRect(QRect(x - 1, area.top() - 3, 3, area.height() + 6), theme.surface);
        painter.fillRect(QRect(x, area.top() - 3, 1, area.height() + 6), theme.accent);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.accent);
        painter.drawPolygon(QPolygon({{x - 3, area.top() - 4}, {x + 4, area.top() - 4}, {x, area.top() + 1}}));
    }
    if (m_window) {
        const QRect box(QPoint(xAt(m_window->first), area.top() - 2), QPoint(xAt(m_window->second), area.bottom() + 2));
        painter.setPen(QPen(theme.text, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(box.intersected(area.adjusted(0, -2, 0, 2)));
    }
    const auto position = m_axis && m_axis->cursor() ? m_axis->cursor() : m_position;
    if (position && *position >= t0 && *position <= t1)
        painter.fillRect(QRect(xAt(*position) - 1, area.top() - 3, 2, area.height() + 6), theme.text);
}

void DecisionTimeline::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.surface);
    const QRect area = strip();
    const auto [t0, t1] = range();
    painter.fillRect(area, theme.background);
    painter.setFont(Theme::font(Theme::TextSize::Small, true));
    painter.setClipRect(area.adjusted(0, -4, 1, 4));
    const auto first = std::lower_bound(m_spans.begin(), m_spans.end(), t0,
                                        [](const TimelineSpan& span, Timestamp t) { return span.to < t; });
    for (auto span = first; span != m_spans.end() && span->from <= t1; ++span)
        paintSpan(painter, area, *span);
    paintOverlay(painter, area);
    painter.setClipping(false);
    painter.setPen(theme.textMuted);
    painter.setFont(Theme::font(Theme::TextSize::Small));
    for (const AxisTick& tick : timeTicks(t0, t1, std::max(area.width() / 110, 2))) {
        const int half = painter.fontMetrics().horizontalAdvance(tick.label) / 2 + 1;
        const int x = std::clamp(xAt(static_cast<Timestamp>(tick.position)), half, std::max(half, width() - half));
        painter.drawText(QRect(x - half, area.bottom() + 3, 2 * half, labelRow), Qt::AlignHCenter | Qt::AlignVCenter,
                         tick.label);
    }
    paintFocus(painter);
}

void DecisionTimeline::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        emit seekRequested(timeAt(event->position().toPoint().x()));
}

void DecisionTimeline::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons().testFlag(Qt::LeftButton))
        emit seekRequested(timeAt(event->position().toPoint().x()));
}

void DecisionTimeline::keyPressEvent(QKeyEvent* event)
{
    const Timestamp here = m_position.value_or(m_window ? m_window->first : range().first);
    const auto after = std::upper_bound(m_spans.begin(), m_spans.end(), here,
                                        [](Timestamp t, const TimelineSpan& span) { return t < span.from; });
    const auto before = std::lower_bound(m_spans.begin(), m_spans.end(), here,
                                         [](const TimelineSpan& span, Timestamp t) { return span.from < t; });
    switch (event->key()) {
    case Qt::Key_Right:
        if (after != m_spans.end())
            emit seekRequested(after->from);
        break;
    case Qt::Key_Left: emit seekRequested(before != m_spans.begin() ? std::prev(before)->from : range().first); break;
    case Qt::Key_Home: emit seekRequested(range().first); break;
    case Qt::Key_End: emit seekRequested(range().second); break;
    default: QWidget::keyPressEvent(event); return;
    }
    event->accept();
}

bool DecisionTimeline::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return PaintedWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const Timestamp t = timeAt(help->pos().x());
    QStringList lines{formatTime(t, 100 * nanosecondsPerMillisecond)};
    if (const TimelineSpan* span = spanAt(t))
        lines << QStringLiteral("%1, %2 %").arg(shownLabel(span->label)).arg(std::lround(span->confidence * 100));
    for (const Mark& mark : m_marks)
        if (std::abs(xAt(mark.t) - help->pos().x()) <= 4)
            lines << QString::fromStdString(mark.label);
    QToolTip::showText(help->globalPos(), lines.join(QLatin1Char('\n')), this);
    return true;
}

QString DecisionTimeline::summary() const
{
    if (m_spans.empty())
        return tr("No decisions yet");
    constexpr std::size_t spoken = 5;
    QStringList parts;
    for (std::size_t i = m_spans.size() > spoken ? m_spans.size() - spoken : 0; i < m_spans.size(); ++i)
        parts << tr("%1 from %2 to %3")
                     .arg(shownLabel(m_spans[i].label), formatTime(m_spans[i].from, nanosecondsPerSecond / 10),
                          formatTime(m_spans[i].to, nanosecondsPerSecond / 10));
    if (!m_marks.empty())
        parts << tr("%n mark(s)", nullptr, static_cast<int>(m_marks.size()));
    return parts.join(QStringLiteral("; "));
}

} // namespace bnof::widgets
