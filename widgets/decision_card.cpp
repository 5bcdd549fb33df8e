// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/decision_card.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/bar_list.h"
#include "widgets/theme.h"
#include "widgets/time_axis.h"

namespace bnof::widgets {

namespace {

constexpr int margin = Theme::space(5);

/// Digits after the point so that the half-width of an interval shows two digits at most: 118 ± 14.
int decimalsFor(double halfWidth)
{
    if (!(halfWidth > 0))
        return 1;
    return std::clamp(1 - static_cast<int>(std::floor(std::log10(halfWidth))), 0, 4);
}

QString capitalised(QString name)
{
    if (!name.isEmpty())
        name[0] = name[0].toUpper();
    return name;
}

} // namespace

DecisionCard::DecisionCard(QWidget* parent) : PaintedWidget(parent)
{
    setAccessibleName(tr("Decision"));
    setFocusPolicy(Qt::TabFocus);
    updateSummary(true);
}

void DecisionCard::setGases(const QStringList& gases)
{
    m_gases = gases;
    updateSummary(true);
    update();
}

DecisionCard::Content DecisionCard::contentOf(const Decision& decision, Timestamp now) const
{
    Content content;
    content.gas = decision.gas;
    content.probabilities = decision.probabilities;
    const bool known = decision.gas >= 0 && decision.gas < m_gases.size();
    content.state = !known ? State::Unknown : isBackgroundName(m_gases[decision.gas]) ? State::Clean : State::Named;
    if (content.state == State::Named && decision.ppm) {
        content.ppm = *decision.ppm;
        content.ppmLow = decision.ppmLow;
        content.ppmHigh = decision.ppmHigh;
    }
    if (decision.degraded > 0) {
        if (content.state == State::Named)
            content.state = State::Degraded;
        content.reason = tr("%n faulty sensor(s) left out", nullptr, static_cast<int>(decision.degraded));
    }
    if (decision.onset >= 0 && content.state != State::Clean)
        content.sinceOnset = toSeconds(std::max<Timestamp>(now - decision.onset, 0));
    return content;
}

void DecisionCard::setContent(const Content& content)
{
    const bool turned = content.state != m_content.state || content.gas != m_content.gas;
    m_content = content;
    updateSummary(turned);
    update();
}

void DecisionCard::setSimulated(bool simulated)
{
    m_simulated = simulated;
    updateSummary(true);
    update();
}

void DecisionCard::setModelModified(bool modified)
{
    if (modified == m_modelModified)
        return;
    m_modelModified = modified;
    updateSummary(true);
    update();
}

QString DecisionCard::headline() const
{
    const bool known = m_content.gas >= 0 && m_content.gas < m_gases.size();
    switch (m_content.state) {
    case State::NoSignal: return tr("No signal");
    case State::WarmingUp: return tr("Warming up");
    case State::Clean: return tr("Clean air");
    case State::Unknown: return tr("Unknown");
    case State::Named: return known ? capitalised(m_gases[m_content.gas]) : tr("Unknown");
    case State::Degraded: return known ? capitalised(m_gases[m_content.gas]) : tr("Degraded");
    }
    return {};
}

QString DecisionCard::reasonText() const
{
    if (!m_content.reason.isEmpty())
        return m_content.reason;
    switch (m_content.state) {
    case State::NoSignal: return tr("No frames arrive from the sensor.");
    case State::WarmingUp: return tr("The baseline is settling; no gas is named before that.");
    case State::Clean: return tr("Nothing but background.");
    case State::Unknown: return tr("A smell, but none of the trained gases.");
    case State::Degraded: return tr("Decided with known faults; see the problem list.");
    case State::Named: break;
    }
    return {};
}

QColor DecisionCard::stateColour() const
{
    const Theme& theme = Theme::current();
    switch (m_content.state) {
    case State::NoSignal: return theme.severity(Theme::Severity::Error);
    case State::WarmingUp: return theme.severity(Theme::Severity::Info);
    case State::Clean: return theme.neutral;
    case State::Unknown: return theme.textMuted;
    case State::Degraded: return theme.severity(Theme::Severity::Warning);
    case State::Named: break;
    }
    return theme.gasColour(m_content.gas >= 0 && m_content.gas < m_gases.size() ? m_gases[m_content.gas] : QString());
}

QString DecisionCard::concentrationText() const
{
    if (!m_content.ppm || !std::isfinite(*m_content.ppm))
        return {};
    const double value = *m_content.ppm;
    const double below = value - m_content.ppmLow;
    const double above = m_content.ppmHigh - value;
    if (!(below >= 0) || !(above >= 0) || below + above <= 0)
        return tr("%1 ppm").arg(QString::number(value, 'f', value < 10 ? 1 : 0));
    const double half = (below + above) / 2;
    const int decimals = decimalsFor(half);
    const auto number = [decimals](double v) { return QString::number(v, 'f', decimals); };
    // A plus-minus claims symmetry: it is used only where the two sides agree within a quarter.
    if (std::abs(below - above) <= 0.25 * half)
        return tr("%1 ± %2 ppm").arg(number(value), number(half));
    return tr("%1 (%2 … %3) ppm").arg(number(value), number(m_content.ppmLow), number(m_content.ppmHigh));
}

QString DecisionCard::figuresText() const
{
    QStringList parts;
    if (m_content.sinceOnset)
        parts << tr("%1 after onset")
                     .arg(formatTime(fromSeconds(*m_content.sinceOnset), 100 * nanosecondsPerMillisecond));
    if (m_content.latency)
        parts << tr("decided in %1 ms").arg(*m_content.latency * 1000, 0, 'f', *m_content.latency < 0.01 ? 1 : 0);
    return parts.join(QStringLiteral(" · "));
}

std::optional<double> DecisionCard::confidence() const
{
    const bool says = m_content.state == State::Named || m_content.state == State::Degraded;
    if (!says || m_content.gas < 0 || static_cast<std::size_t>(m_content.gas) >= m_content.probabilities.size())
        return std::nullopt;
    return m_content.probabilities[static_cast<std::size_t>(m_content.gas)];
}

QString DecisionCard::summary() const
{
    QStringList parts{headline()};
    if (m_content.state == State::Degraded)
        parts << tr("degraded");
    if (const auto sure = confidence())
        parts << tr("confidence %1 %").arg(std::lround(*sure * 100));
    if (const QString ppm = concentrationText(); !ppm.isEmpty())
        parts << ppm;
    if (const QString figures = figuresText(); !figures.isEmpty())
        parts << figures;
    if (const QString reason = reasonText(); !reason.isEmpty())
        parts << reason;
    if (m_simulated)
        parts << tr("simulated data");
    if (m_modelModified)
        parts << tr("the network was changed");
    return parts.join(QStringLiteral(", "));
}

QSize DecisionCard::sizeHint() const
{
    return {320, 220 + 28 * static_cast<int>(m_gases.size())};
}

QSize DecisionCard::minimumSizeHint() const
{
    return {220, 200};
}

/// The badge, the word, the confidence and the reason. Returns the next free y.
int DecisionCard::paintHeadline(QPainter& painter, QRect area) const
{
    const Theme& theme = Theme::current();
    int y = area.top();
    const auto badge = [&](const QString& text, const QColor& colour, int x) {
        painter.setFont(Theme::font(Theme::TextSize::Small, true));
        const int width = painter.fontMetrics().horizontalAdvance(text) + Theme::space(4);
        const QRect box(x, y, width, Theme::space(6));
        painter.setPen(QPen(colour, 1.5));
        painter.setBrush(theme.raised);
        painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), Theme::radius, Theme::radius);
        painter.setPen(theme.text);
        painter.drawText(box, Qt::AlignCenter, text);
        return x + width + Theme::space(2);
    };
    int x = area.left();
    if (m_content.state == State::Degraded)
        x = badge(tr("Degraded"), theme.severity(Theme::Severity::Warning), x);
    if (m_simulated)
        x = badge(tr("Simulated data"), theme.severity(Theme::Severity::Info), x);
    if (m_modelModified) {
        const QString text = tr("Changed network");
        const int wide = QFontMetrics(Theme::font(Theme::TextSize::Small, true)).horizontalAdvance(text);
        if (x > area.left() && x + wide + Theme::space(4) > area.right()) { // a line of its own on a narrow card
            x = area.left();
            y += Theme::space(8);
        }
        x = badge(text, theme.severity(Theme::Severity::Warning), x);
    }
    if (x > area.left())
        y += Theme::space(8);

    QFont font = Theme::font(Theme::TextSize::Display, true);
    const QString word = headline();
    while (font.pixelSize() > 24 && QFontMetrics(font).horizontalAdvance(word) > area.width())
        font.setPixelSize(font.pixelSize() - 2);
    const QFontMetrics metrics(font);
    painter.setFont(font);
    painter.setPen(theme.text);
    painter.drawText(QRect(area.left(), y, area.width(), metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(word, Qt::ElideRight, area.width()));
    y += metrics.height();
    if (const auto sure = confidence()) {
        painter.setFont(Theme::font(Theme::TextSize::Figure, true));
        const QString text = QStringLiteral("%1 %").arg(std::lround(*sure * 100));
        const int height = painter.fontMetrics().height();
        painter.drawText(QRect(area.left(), y, area.width(), height), Qt::AlignLeft | Qt::AlignVCenter, text);
        const int after = area.left() + painter.fontMetrics().horizontalAdvance(text) + Theme::space(2);
        painter.setFont(Theme::font());
        painter.setPen(theme.textMuted);
        painter.drawText(QRect(after, y, area.right() - after, height), Qt::AlignLeft | Qt::AlignVCenter,
                         tr("confidence"));
        y += height + Theme::space(1);
    }
    if (const QString reason = reasonText(); !reason.isEmpty()) {
        painter.setFont(Theme::font());
        painter.setPen(theme.textMuted);
        const QRect box = painter.fontMetrics().boundingRect(QRect(area.left(), y, area.width(), 200),
                                                             Qt::AlignLeft | Qt::TextWordWrap, reason);
        painter.drawText(QRect(area.left(), y, area.width(), box.height()), Qt::AlignLeft | Qt::TextWordWrap, reason);
        y += box.height() + Theme::space(1);
    }
    return y;
}

/// Concentration, time since onset and latency. Returns the next free y.
int DecisionCard::paintFigures(QPainter& painter, QRect area) const
{
    const Theme& theme = Theme::current();
    int y = area.top();
    if (const QString ppm = concentrationText(); !ppm.isEmpty()) {
        QFont font = Theme::font(Theme::TextSize::Figure, true);
        while (font.pixelSize() > 16 && QFontMetrics(font).horizontalAdvance(ppm) > area.width())
            font.setPixelSize(font.pixelSize() - 1);
        painter.setFont(font);
        painter.setPen(theme.text);
        painter.drawText(QRect(area.left(), y, area.width(), painter.fontMetrics().height()), Qt::AlignLeft, ppm);
        y += painter.fontMetrics().height() + Theme::space(1);
    }
    if (const QString figures = figuresText(); !figures.isEmpty()) {
        painter.setFont(Theme::font());
        painter.setPen(theme.textMuted);
        const QRect box = painter.fontMetrics().boundingRect(QRect(area.left(), y, area.width(), 200),
                                                             Qt::AlignLeft | Qt::TextWordWrap, figures);
        painter.drawText(QRect(area.left(), y, area.width(), box.height()), Qt::AlignLeft | Qt::TextWordWrap, figures);
        y += box.height() + Theme::space(1);
    }
    return y;
}

void DecisionCard::paintProbabilities(QPainter& painter, QRect area) const
{
    // Without a decision the bars would show an answer that is not given.
    const bool decided = m_content.state != State::NoSignal && m_content.state != State::WarmingUp;
    std::vector<Bar> bars;
    for (int gas = 0; gas < m_gases.size(); ++gas) {
        const auto g = static_cast<std::size_t>(gas);
        const double value = decided && g < m_content.probabilities.size() ? m_content.probabilities[g] : 0;
        const bool named = gas == m_content.gas && confidence().has_value();
        bars.push_back({capitalised(m_gases[gas]), value, Theme::current().gasColour(m_gases[gas]),
                        decided ? QString() : QStringLiteral("—"), named});
    }
    paintBars(painter, area, bars);
}

void DecisionCard::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme.border, 1));
    painter.setBrush(theme.surface);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), Theme::radius, Theme::radius);
    painter.setPen(Qt::NoPen);
    painter.setBrush(stateColour());
    painter.drawRoundedRect(QRectF(Theme::space(2), margin, Theme::space(1), height() - 2 * margin), 2, 2);

    QRect area = rect().adjusted(margin + Theme::space(1), margin, -margin, -margin);
    area.setTop(paintHeadline(painter, area) + Theme::space(1));
    area.setTop(paintFigures(painter, area) + Theme::space(2));
    paintProbabilities(painter, area);
    paintFocus(painter);
}

} // namespace bnof::widgets
