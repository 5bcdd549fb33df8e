// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/time_axis.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace bnof::widgets {

namespace {

constexpr Timestamp shortestSpan = nanosecondsPerMillisecond;
constexpr Timestamp longestSpan = 30LL * 24 * 3600 * nanosecondsPerSecond;

} // namespace

TimeAxis::TimeAxis(QObject* parent) : QObject(parent) {}

void TimeAxis::setExtent(Timestamp earliest, Timestamp latest)
{
    if (earliest == m_earliest && latest == m_latest)
        return;
    m_earliest = earliest;
    m_latest = latest;
    if (!m_following)
        return;
    clampEnd();
    emit changed();
}

/// While following, the newest data is at the right edge; a young recording starts at the left edge.
void TimeAxis::clampEnd()
{
    m_end = std::max(m_latest, m_earliest + m_span);
}

void TimeAxis::setRange(Timestamp t0, Timestamp t1)
{
    m_span = std::clamp(t1 - t0, shortestSpan, longestSpan);
    m_end = t0 + m_span;
    setFollowing(false);
    emit changed();
}

void TimeAxis::setSpan(Timestamp span)
{
    span = std::clamp(span, shortestSpan, longestSpan);
    if (span == m_span)
        return;
    m_span = span;
    if (m_following)
        clampEnd();
    emit changed();
}

void TimeAxis::zoom(double factor, Timestamp anchor)
{
    const auto wanted = static_cast<Timestamp>(std::llround(static_cast<double>(m_span) * factor));
    const Timestamp span = std::clamp(wanted, shortestSpan, longestSpan);
    if (span == m_span)
        return;
    if (!m_following) {
        const double share = static_cast<double>(m_end - anchor) / static_cast<double>(m_span);
        m_end = anchor + static_cast<Timestamp>(std::llround(share * static_cast<double>(span)));
    }
    m_span = span;
    if (m_following)
        clampEnd();
    emit changed();
}

void TimeAxis::scrollBy(Timestamp delta)
{
    if (delta == 0 || (m_following && delta > 0))
        return;
    const Timestamp newest = std::max(m_latest, m_earliest + m_span);
    m_end += delta;
    // A window that lies before all data could not be found again.
    m_end = std::max(m_end, m_earliest + m_span / 10);
    if (delta > 0 && m_end >= newest) {
        followLive();
        return;
    }
    setFollowing(false);
    emit changed();
}

void TimeAxis::scrollToStart()
{
    m_end = m_earliest + m_span;
    setFollowing(false);
    emit changed();
}

void TimeAxis::setCursor(std::optional<Timestamp> t)
{
    if (t == m_cursor)
        return;
    m_cursor = t;
    emit cursorChanged();
}

void TimeAxis::followLive()
{
    clampEnd();
    setFollowing(true);
    emit changed();
}

void TimeAxis::freeze()
{
    setFollowing(false);
    emit changed();
}

void TimeAxis::toggleFreeze()
{
    if (m_following)
        freeze();
    else
        followLive();
}

void TimeAxis::setFollowing(bool following)
{
    if (following == m_following)
        return;
    m_following = following;
    emit followingChanged(following);
}

std::vector<AxisTick> numberTicks(double low, double high, int count)
{
    std::vector<AxisTick> ticks;
    if (!(high > low) || count < 1 || !std::isfinite(high - low))
        return ticks;
    const double rough = (high - low) / count;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    double step = 10 * power;
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough * 0.999) {
            step = factor * power;
            break;
        }
    const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
    const double first = std::ceil(low / step - 1e-9);
    const double last = std::floor(high / step + 1e-9);
    for (double k = first; k <= last && ticks.size() < 100; ++k) {
        const double position = k == 0 ? 0 : k * step;
        ticks.push_back({position, QString::number(position, 'f', decimals)});
    }
    return ticks;
}

std::vector<AxisTick> timeTicks(Timestamp t0, Timestamp t1, int count)
{
    std::vector<AxisTick> ticks;
    if (t1 <= t0 || count < 1)
        return ticks;
    constexpr Timestamp ms = nanosecondsPerMillisecond;
    constexpr Timestamp s = nanosecondsPerSecond;
    constexpr std::array<Timestamp, 33> steps{
        ms / 10,   ms / 5,    ms / 2,    ms,         2 * ms,     5 * ms,    10 * ms,  20 * ms,  50 * ms,
        100 * ms,  200 * ms,  500 * ms,  s,          2 * s,      5 * s,     10 * s,   15 * s,   30 * s,
        60 * s,    120 * s,   300 * s,   600 * s,    900 * s,    1800 * s,  3600 * s, 7200 * s, 10800 * s,
        21600 * s, 43200 * s, 86400 * s, 172800 * s, 432000 * s, 864000 * s};
    const Timestamp rough = (t1 - t0) / count;
    const auto found = std::lower_bound(steps.begin(), steps.end(), rough);
    const Timestamp step = found == steps.end() ? steps.back() : *found;
    Timestamp k = t0 / step;
    while (k * step < t0)
        ++k;
    for (; k * step <= t1 && ticks.size() < 200; ++k)
        ticks.push_back({static_cast<double>(k * step), formatTime(k * step, step)});
    return ticks;
}

QString formatTime(Timestamp t, Timestamp resolution)
{
    int decimals = 0;
    for (Timestamp unit = nanosecondsPerSecond; unit > std::max<Timestamp>(resolution, 1) && decimals < 6; unit /= 10)
        ++decimals;
    const Timestamp magnitude = std::llabs(t);
    const QString sign = t < 0 ? QStringLiteral("−") : QString();
    if (magnitude < 60 * nanosecondsPerSecond)
        return sign + QStringLiteral("%1 s").arg(toSeconds(magnitude), 0, 'f', decimals);
    // Rounded first, so that 59.96 s never prints as 60.0.
    Timestamp quantum = nanosecondsPerSecond;
    for (int i = 0; i < decimals; ++i)
        quantum /= 10;
    const Timestamp rounded = (magnitude + quantum / 2) / quantum * quantum;
    const Timestamp whole = rounded / nanosecondsPerSecond;
    QString seconds = QStringLiteral("%1").arg(whole % 60, 2, 10, QLatin1Char('0'));
    if (decimals > 0)
        seconds += QString::number(toSeconds(rounded % nanosecondsPerSecond), 'f', decimals).mid(1);
    const Timestamp minutes = whole / 60;
    if (minutes < 60)
        return sign + QStringLiteral("%1:%2").arg(minutes, 2, 10, QLatin1Char('0')).arg(seconds);
    return sign + QStringLiteral("%1:%2:%3").arg(minutes / 60).arg(minutes % 60, 2, 10, QLatin1Char('0')).arg(seconds);
}

QString formatValue(double value, const QString& unit, int digits)
{
    if (!std::isfinite(value))
        return QStringLiteral("—");
    // Prefixes only where people use them; nobody says "kilo-counts" or "milli-ppm".
    static const QStringList prefixed{QStringLiteral("Ω"), QStringLiteral("S"),  QStringLiteral("V"),
                                      QStringLiteral("A"), QStringLiteral("Hz"), QStringLiteral("Pa"),
                                      QStringLiteral("W")};
    double scaled = value;
    QString prefix;
    const bool ohm = unit == QStringLiteral("ohm") || unit == QStringLiteral("Ohm");
    const QString symbol = ohm ? QStringLiteral("Ω") : unit;
    if (prefixed.contains(symbol) && value != 0) {
        static const std::array<const char*, 8> names{"n", "µ", "m", "", "k", "M", "G", "T"};
        const int group = std::clamp(static_cast<int>(std::floor(std::log10(std::abs(value)) / 3)), -3, 4);
        scaled = value / std::pow(1000.0, group);
        prefix = QString::fromUtf8(names[static_cast<std::size_t>(group + 3)]);
    }
    const double magnitude = std::abs(scaled);
    QString number;
    if (magnitude != 0 && (magnitude >= 1e7 || magnitude < 1e-4)) {
        number = QString::number(scaled, 'e', std::max(digits - 1, 0));
    } else {
        const int before = magnitude < 1 ? 1 : static_cast<int>(std::floor(std::log10(magnitude))) + 1;
        number = QString::number(scaled, 'f', std::clamp(digits - before, 0, 6));
    }
    number.replace(QLatin1Char('-'), QStringLiteral("−"));
    const QString suffix = prefix + symbol;
    return suffix.isEmpty() ? number : number + QLatin1Char(' ') + suffix;
}

} // namespace bnof::widgets
