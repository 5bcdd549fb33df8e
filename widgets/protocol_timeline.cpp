// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/protocol_timeline.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/theme.h"
#include "widgets/time_axis.h"

namespace bnof::widgets {

namespace {

constexpr int margin = 12;
constexpr int wordRow = 30; ///< height of the words above the band
constexpr int tickRow = 18; ///< height of the time labels below it
constexpr int thinnest = 3; ///< pixels; gaps between narrower phases would hide them

/// "00:42", "1:02:03": whole seconds, rounded up, so that zero means now.
QString countdownText(double seconds)
{
    const auto whole = static_cast<qint64>(std::ceil(std::max(seconds, 0.0) - 1e-6));
    const auto two = [](qint64 value) { return QStringLiteral("%1").arg(value, 2, 10, QLatin1Char('0')); };
    const QString minutes = two(whole / 60 % 60) + QLatin1Char(':') + two(whole % 60);
    return whole < 3600 ? minutes : QString::number(whole / 3600) + QLatin1Char(':') + minutes;
}

QColor blend(const QColor& over, const QColor& under, double share)
{
    const auto mix = [share](int a, int b) { return static_cast<int>(std::lround(b + (a - b) * share)); };
    return {mix(over.red(), under.red()), mix(over.green(), under.green()), mix(over.blue(), under.blue())};
}

QColor readableOn(const QColor& fill)
{
    const QColor dark(0x11, 0x15, 0x1a);
    const QColor light(0xff, 0xff, 0xff);
    return Theme::contrast(dark, fill) >= Theme::contrast(light, fill) ? dark : light;
}

} // namespace

ProtocolTimeline::ProtocolTimeline(QWidget* parent) : PaintedWidget(parent)
{
    setAccessibleName(tr("Course of the protocol"));
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    updateSummary(true);
}

void ProtocolTimeline::setPlan(std::vector<PlannedPhase> plan)
{
    if (plan == m_plan)
        return;
    m_plan = std::move(plan);
    m_ends.clear();
    m_ends.reserve(m_plan.size());
    double end = 0;
    for (const PlannedPhase& phase : m_plan)
        m_ends.push_back(end += phase.seconds);
    m_looked.reset();
    updateSummary(true);
    update();
}

void ProtocolTimeline::setProgress(const Progress& progress)
{
    if (progress == m_progress)
        return;
    const bool other = progress.state != m_progress.state || progress.phase != m_progress.phase;
    m_progress = progress;
    updateSummary(other);
    update();
}

double ProtocolTimeline::position() const
{
    if (m_plan.empty() || m_progress.state == State::Planned)
        return 0;
    if (m_progress.phase >= m_plan.size())
        return totalSeconds();
    const double left = std::clamp(m_progress.phaseLeft, 0.0, m_plan[m_progress.phase].seconds);
    return m_ends[m_progress.phase] - left;
}

int ProtocolTimeline::trialsDone() const
{
    if (m_progress.state == State::Planned || m_plan.empty())
        return 0;
    return m_progress.phase >= m_plan.size() ? trials() : m_plan[m_progress.phase].trial;
}

QString ProtocolTimeline::headline() const
{
    switch (m_progress.state) {
    case State::Planned:
        return m_plan.empty() ? tr("Nothing is planned") : m_progress.reason.isEmpty() ? tr("Ready") : tr("Waiting");
    case State::Running:
        return m_progress.phase < m_plan.size() ? m_plan[m_progress.phase].label : tr("End of the protocol");
    case State::Paused: return tr("Paused");
    case State::Finished: return tr("Finished");
    case State::Aborted: return tr("Aborted");
    }
    return {};
}

QString ProtocolTimeline::countdown() const
{
    if (m_progress.state != State::Running || m_progress.phase >= m_plan.size())
        return {};
    const std::size_t next = m_progress.phase + 1;
    const QString left = countdownText(m_progress.phaseLeft);
    return next < m_plan.size() ? tr("next in %1: %2").arg(left, m_plan[next].label) : tr("ends in %1").arg(left);
}

QString ProtocolTimeline::description(std::size_t phase) const
{
    if (phase >= m_plan.size())
        return {};
    return tr("%1: trial %2, from %3 to %4")
        .arg(m_plan[phase].label)
        .arg(m_plan[phase].trial + 1)
        .arg(countdownText(begin(phase)), countdownText(m_ends[phase]));
}

QString ProtocolTimeline::summary() const
{
    if (m_plan.empty())
        return tr("Nothing is planned");
    QStringList parts{headline()};
    if (!m_progress.reason.isEmpty())
        parts << m_progress.reason;
    if (const QString next = countdown(); !next.isEmpty())
        parts << next;
    if (m_progress.state == State::Planned)
        parts << tr("%n trial(s)", nullptr, trials()) << tr("%1 in all").arg(countdownText(totalSeconds()));
    else
        parts << tr("%1 of %n trial(s) done", nullptr, trials()).arg(trialsDone());
    if (m_looked)
        parts << description(*m_looked);
    return parts.join(QStringLiteral("; "));
}

QRect ProtocolTimeline::band() const
{
    return {margin, wordRow, std::max(width() - 2 * margin, 1), std::max(height() - wordRow - tickRow - 4, 8)};
}

int ProtocolTimeline::xAt(double seconds) const
{
    const QRect area = band();
    const double total = totalSeconds();
    const double share = total > 0 ? seconds / total : 0;
    return area.left() + static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * area.width()));
}

std::optional<std::size_t> ProtocolTimeline::phaseAt(int x) const
{
    const QRect area = band();
    if (m_plan.empty() || x < area.left() || x > area.right())
        return std::nullopt;
    const double seconds = (x - area.left() + 0.5) / area.width() * totalSeconds();
    const auto found = std::upper_bound(m_ends.begin(), m_ends.end(), seconds);
    return std::min(static_cast<std::size_t>(found - m_ends.begin()), m_plan.size() - 1);
}

void ProtocolTimeline::paintWords(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRect row(margin, 2, std::max(width() - 2 * margin, 1), wordRow - 4);
    QString right = m_looked ? description(*m_looked) : countdown();
    if (m_progress.state != State::Planned && !m_looked) {
        const QString done = tr("%1 of %n trial(s) done", nullptr, trials()).arg(trialsDone());
        right = right.isEmpty() ? done : right + QStringLiteral("  ·  ") + done;
    } else if (!m_looked && !m_plan.empty()) {
        right = tr("%n trial(s)", nullptr, trials()) + QStringLiteral("  ·  ") +
                tr("%1 in all").arg(countdownText(totalSeconds()));
    }
    painter.setFont(Theme::font(Theme::TextSize::Body));
    const int wide = std::min(painter.fontMetrics().horizontalAdvance(right) + 2, row.width() * 2 / 3);
    painter.setPen(m_progress.state == State::Running || m_looked ? theme.text : theme.textMuted);
    painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(right, Qt::ElideMiddle, wide));
    QString left = headline();
    QColor colour = theme.text;
    if (m_progress.state == State::Paused || (m_progress.state == State::Planned && !m_progress.reason.isEmpty()))
        colour = theme.severity(Theme::Severity::Warning);
    else if (m_progress.state == State::Aborted)
        colour = theme.severity(Theme::Severity::Error);
    else if (m_progress.state == State::Finished)
        colour = theme.severity(Theme::Severity::Good);
    if (!m_progress.reason.isEmpty())
        left += QStringLiteral(": ") + m_progress.reason;
    painter.setFont(Theme::font(Theme::TextSize::Title, true));
    painter.setPen(colour);
    painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(left, Qt::ElideRight, row.width() - wide - margin));
}

void ProtocolTimeline::paintPhase(QPainter& painter, const QRect& box, const PlannedPhase& phase) const
{
    const Theme& theme = Theme::current();
    switch (phase.kind) {
    case PlannedPhase::Kind::Baseline: painter.fillRect(box, blend(theme.neutral, theme.surface, 0.35)); return;
    case PlannedPhase::Kind::Recovery: painter.fillRect(box, blend(theme.neutral, theme.surface, 0.18)); return;
    case PlannedPhase::Kind::Wait:
        painter.fillRect(box, theme.background);
        painter.fillRect(box, QBrush(theme.gapHatch, Qt::BDiagPattern));
        return;
    case PlannedPhase::Kind::Exposure: break;
    }
    const QColor fill = phase.gas.isEmpty() ? theme.neutral : theme.gasColour(phase.gas);
    painter.fillRect(box, fill);
    if (painter.fontMetrics().horizontalAdvance(phase.label) + 8 <= box.width()) {
        painter.setPen(readableOn(fill));
        painter.drawText(box, Qt::AlignCenter, phase.label);
    }
}

void ProtocolTimeline::paintBand(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRect area = band();
    painter.fillRect(area, theme.background);
    if (m_plan.empty())
        return;
    painter.setFont(Theme::font(Theme::TextSize::Small, true));
    int drawn = area.left(); // what is narrower than a pixel is drawn where it still shows
    for (std::size_t i = 0; i < m_plan.size(); ++i) {
        const int left = std::max(xAt(begin(i)), drawn);
        const int right = xAt(m_ends[i]);
        const bool exposure = m_plan[i].kind == PlannedPhase::Kind::Exposure;
        if (right <= left && !exposure)
            continue;
        const int inset = exposure || right - left < thinnest ? 0 : area.height() / 5;
        paintPhase(painter,
                   QRect(left, area.top(), std::max(right - left, 1), area.height()).adjusted(0, inset, 0, -inset),
                   m_plan[i]);
        drawn = std::max(right, drawn);
    }
    const int now = xAt(position());
    if (m_progress.state == State::Planned)
        return;
    QColor past = theme.surface; // what is over steps back
    past.setAlphaF(0.55F);
    painter.fillRect(QRect(area.left(), area.top(), now - area.left(), area.height()), past);
    const QColor head = m_progress.state == State::Paused    ? theme.severity(Theme::Severity::Warning)
                        : m_progress.state == State::Aborted ? theme.severity(Theme::Severity::Error)
                                                             : theme.text;
    painter.fillRect(QRect(now - 1, area.top() - 3, 2, area.height() + 6), head);
    painter.setPen(Qt::NoPen);
    painter.setBrush(head);
    painter.drawPolygon(QPolygon({{now - 4, area.top() - 5}, {now + 4, area.top() - 5}, {now, area.top()}}));
}

void ProtocolTimeline::paintTicks(QPainter& painter) const
{
    if (m_plan.empty())
        return;
    const QRect area = band();
    painter.setFont(Theme::font(Theme::TextSize::Small));
    painter.setPen(Theme::current().textMuted);
    for (const AxisTick& tick : timeTicks(0, fromSeconds(totalSeconds()), std::max(area.width() / 110, 2))) {
        const int half = painter.fontMetrics().horizontalAdvance(tick.label) / 2 + 1;
        const int at = xAt(toSeconds(static_cast<Timestamp>(tick.position)));
        const int x = std::clamp(at, half, std::max(half, width() - half));
        painter.drawText(QRect(x - half, area.bottom() + 3, 2 * half, tickRow), Qt::AlignHCenter | Qt::AlignVCenter,
                         tick.label);
    }
}

void ProtocolTimeline::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), Theme::current().surface);
    paintWords(painter);
    paintBand(painter);
    paintTicks(painter);
    if (m_looked) {
        const QRect area = band();
        const int left = xAt(begin(*m_looked));
        painter.setPen(QPen(Theme::current().accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRect(left, area.top() - 1, std::max(xAt(m_ends[*m_looked]) - left, 3), area.height() + 2));
    }
    paintFocus(painter);
}

void ProtocolTimeline::look(std::optional<std::size_t> phase)
{
    if (phase == m_looked)
        return;
    m_looked = phase;
    updateSummary(true);
    update();
}

void ProtocolTimeline::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const auto phase = phaseAt(event->position().toPoint().x());
    look(phase == m_looked ? std::nullopt : phase);
}

void ProtocolTimeline::keyPressEvent(QKeyEvent* event)
{
    const std::size_t last = m_plan.empty() ? 0 : m_plan.size() - 1;
    const std::size_t here = m_looked.value_or(std::min(m_progress.phase, last));
    const bool any = !m_plan.empty();
    switch (event->key()) {
    case Qt::Key_Right:
        if (any)
            look(m_looked ? std::min(here + 1, last) : here);
        break;
    case Qt::Key_Left:
        if (any)
            look(m_looked && here > 0 ? here - 1 : here);
        break;
    case Qt::Key_Home:
        if (any)
            look(0);
        break;
    case Qt::Key_End:
        if (any)
            look(last);
        break;
    case Qt::Key_Escape:
        if (!m_looked) {
            QWidget::keyPressEvent(event);
            return;
        }
        look(std::nullopt);
        break;
    default: QWidget::keyPressEvent(event); return;
    }
    event->accept();
}

bool ProtocolTimeline::event(QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride && m_looked &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        event->accept(); // the window's own Escape goes back further
        return true;
    }
    if (event->type() != QEvent::ToolTip)
        return PaintedWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto phase = phaseAt(help->pos().x()))
        QToolTip::showText(help->globalPos(), description(*phase), this);
    return true;
}

} // namespace bnof::widgets
