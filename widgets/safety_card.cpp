// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/safety_card.h"

#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <utility>

namespace bnof::widgets {

namespace {

constexpr int margin = Theme::space(3);

/// Three digits: a sensor gives no more.
QString figure(double value)
{
    if (!std::isfinite(value))
        return QStringLiteral("–");
    const double size = std::abs(value);
    const int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : 2;
    return QLocale().toString(value, 'f', decimals);
}

/// A limit as it was written.
QString limitFigure(double value)
{
    return QLocale().toString(value, 'g', 6);
}

QString averageText(const QString& span, const QString& limitName, const SafetyCard::Average& average,
                    const QString& unit)
{
    if (!(average.coverage > 0))
        return {};
    const auto percent = std::lround(average.coverage * 100);
    const QString measured = percent == 0 ? SafetyCard::tr("measured less than 1 % of the time")
                                          : SafetyCard::tr("measured %1 % of the time").arg(percent);
    const QString value = figure(average.value) + QLatin1Char(' ') + unit;
    return average.limit ? SafetyCard::tr("%1: %2 of %3 %4 (%5), %6")
                               .arg(span, value, limitFigure(*average.limit), unit, limitName, measured)
                         : SafetyCard::tr("%1: %2, %3").arg(span, value, measured);
}

/// Draws (with a painter) and measures wrapped text; the height.
int line(QPainter* painter, const QString& text, const QFont& font, const QColor& colour, int top, int width)
{
    if (text.isEmpty())
        return 0;
    const QRect room(margin, top, std::max(width - 2 * margin, 40), 10'000);
    if (painter) {
        painter->setFont(font);
        painter->setPen(colour);
        painter->drawText(room, Qt::AlignLeft | Qt::TextWordWrap, text);
    }
    return QFontMetrics(font).boundingRect(room, Qt::AlignLeft | Qt::TextWordWrap, text).height() + 2;
}

} // namespace

SafetyCard::SafetyCard(QWidget* parent) : PaintedWidget(parent)
{
    setAccessibleName(tr("Safety figures"));
    setFocusPolicy(Qt::TabFocus);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    updateSummary(true);
}

void SafetyCard::setGases(std::vector<Gas> gases)
{
    const bool other = gases.size() != m_gases.size() ||
                       !std::equal(gases.begin(), gases.end(), m_gases.begin(),
                                   [](const Gas& a, const Gas& b) { return a.exceeded == b.exceeded; });
    m_gases = std::move(gases);
    if (other)
        updateGeometry();
    updateSummary(other);
    update();
}

QString SafetyCard::notice()
{
    return tr("Not a certified safety device: sensors and limits are for orientation only.");
}

QStringList SafetyCard::levelTexts(const Gas& gas)
{
    QStringList texts;
    const auto at = [&](const std::optional<double>& limit) {
        return limit ? limitFigure(*limit) + QLatin1Char(' ') + gas.unit : QString();
    };
    for (const Level level : gas.exceeded) {
        switch (level) {
        case Level::Below: break;
        case Level::Low:
            texts
                << (gas.falling ? tr("▲ Below the first limit, %1") : tr("▲ Above the low limit, %1")).arg(at(gas.low));
            break;
        case Level::High:
            texts << (gas.falling ? tr("▲ Below the second limit, %1") : tr("▲ Above the high limit, %1"))
                         .arg(at(gas.high));
            break;
        case Level::Stel: texts << tr("▲ 15-minute average above the STEL, %1").arg(at(gas.quarter.limit)); break;
        case Level::Twa: texts << tr("▲ 8-hour average above the TWA, %1").arg(at(gas.day.limit)); break;
        }
    }
    if (!texts.isEmpty())
        return texts;
    if (!std::isfinite(gas.value))
        return {tr("○ No reading now")};
    const bool any = gas.low || gas.high || gas.quarter.limit || gas.day.limit;
    return {!any ? tr("○ No limit is set") : gas.falling ? tr("● Within the limits") : tr("● Below all limits")};
}

Theme::Severity SafetyCard::severity(const Gas& gas)
{
    if (!gas.exceeded.empty())
        return gas.exceeded.size() == 1 && gas.exceeded.front() == Level::Low ? Theme::Severity::Warning
                                                                              : Theme::Severity::Error;
    return std::isfinite(gas.value) ? Theme::Severity::Good : Theme::Severity::Info;
}

QString SafetyCard::quarterText(const Gas& gas)
{
    return averageText(tr("15 min"), tr("STEL"), gas.quarter, gas.unit);
}

QString SafetyCard::dayText(const Gas& gas)
{
    return averageText(tr("8 h"), tr("TWA"), gas.day, gas.unit);
}

QString SafetyCard::limitsText(const Gas& gas)
{
    QStringList parts;
    const auto add = [&](const QString& name, const std::optional<double>& limit) {
        if (limit)
            parts << name + QLatin1Char(' ') + limitFigure(*limit);
    };
    add(gas.falling ? tr("first") : tr("low"), gas.low);
    add(gas.falling ? tr("second") : tr("high"), gas.high);
    add(tr("STEL"), gas.quarter.limit);
    add(tr("TWA"), gas.day.limit);
    return parts.isEmpty() ? QString() : tr("Limits: %1 %2").arg(parts.join(QStringLiteral(", ")), gas.unit);
}

int SafetyCard::layGas(QPainter* painter, const Gas& gas, int top, int width) const
{
    const Theme& theme = Theme::current();
    int y = top + Theme::space(2);
    QString name = gas.name;
    if (!name.isEmpty())
        name[0] = name[0].toUpper();
    y += line(painter, name, Theme::font(Theme::TextSize::Body, true), theme.text, y, width);
    y += line(painter, figure(gas.value) + QLatin1Char(' ') + gas.unit, Theme::font(Theme::TextSize::Figure, true),
              theme.text, y, width);
    for (const QString& level : levelTexts(gas))
        y += line(painter, level, Theme::font(Theme::TextSize::Body, true), theme.severity(severity(gas)), y, width);
    y += line(painter, quarterText(gas), Theme::font(), theme.text, y, width);
    y += line(painter, dayText(gas), Theme::font(), theme.text, y, width);
    y += line(painter, limitsText(gas), Theme::font(Theme::TextSize::Small), theme.textMuted, y, width);
    y += Theme::space(2);
    if (painter) {
        painter->setPen(QPen(theme.grid, 1));
        painter->drawLine(margin, y, width - margin, y);
    }
    return y - top;
}

int SafetyCard::lay(QPainter* painter, int width) const
{
    const Theme& theme = Theme::current();
    int y = Theme::space(1);
    if (m_gases.empty())
        y +=
            line(painter,
                 tr("No gas with a limit is measured. Figures appear when a calibrated channel or the recogniser gives "
                    "the concentration of one."),
                 Theme::font(), theme.textMuted, y + Theme::space(2), width) +
            Theme::space(2);
    for (const Gas& gas : m_gases)
        y += layGas(painter, gas, y, width);
    y += Theme::space(2);
    y += line(painter, notice(), Theme::font(Theme::TextSize::Body, true), theme.severity(Theme::Severity::Warning), y,
              width);
    return y + Theme::space(1);
}

QString SafetyCard::summary() const
{
    QStringList parts;
    for (const Gas& gas : m_gases) {
        QStringList words{QStringLiteral("%1 %2 %3").arg(gas.name, figure(gas.value), gas.unit)};
        for (QString level : levelTexts(gas))
            words << level.mid(2); // without the symbol
        for (const QString& average : {quarterText(gas), dayText(gas)})
            if (!average.isEmpty())
                words << average;
        parts << words.join(QStringLiteral(", "));
    }
    parts << notice();
    return parts.join(QStringLiteral(". "));
}

int SafetyCard::heightForWidth(int width) const
{
    return lay(nullptr, width);
}

QSize SafetyCard::sizeHint() const
{
    return {300, heightForWidth(300)};
}

QSize SafetyCard::minimumSizeHint() const
{
    return {180, Theme::space(10)};
}

void SafetyCard::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), Theme::current().surface);
    lay(&painter, width());
    paintFocus(painter);
}

} // namespace bnof::widgets
