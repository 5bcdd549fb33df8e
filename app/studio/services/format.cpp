// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/services/format.h"

#include <QDateTime>
#include <QLocale>

#include <array>
#include <cmath>

namespace bnof::studio {

QString Format::clock(Timestamp duration)
{
    const auto seconds = duration / nanosecondsPerSecond;
    return QStringLiteral("%1:%2:%3")
        .arg(seconds / 3600, 2, 10, QLatin1Char('0'))
        .arg(seconds / 60 % 60, 2, 10, QLatin1Char('0'))
        .arg(seconds % 60, 2, 10, QLatin1Char('0'));
}

std::optional<double> Format::parseClock(const QString& text)
{
    const QStringList parts = text.trimmed().split(QLatin1Char(':'));
    if (parts.size() > 3)
        return std::nullopt;
    double seconds = 0;
    for (qsizetype i = 0; i < parts.size(); ++i) {
        bool ok = false;
        QString part = parts[i];
        const double value = part.replace(QLatin1Char(','), QLatin1Char('.')).toDouble(&ok);
        const bool fits = ok && value >= 0 && std::isfinite(value) && (i == 0 || value < 60) &&
                          (i == parts.size() - 1 || value == std::floor(value));
        if (!fits)
            return std::nullopt;
        seconds = seconds * 60 + value;
    }
    return seconds <= 1e9 ? std::optional(seconds) : std::nullopt;
}

QString Format::duration(double seconds)
{
    if (!(seconds >= 0) || !std::isfinite(seconds))
        return tr("unknown");
    const auto whole = static_cast<qint64>(seconds + 0.5);
    if (whole < 60)
        return tr("%1 s").arg(whole);
    if (whole < 3600)
        return whole % 60 == 0 ? tr("%1 min").arg(whole / 60) : tr("%1 min %2 s").arg(whole / 60).arg(whole % 60);
    if (whole < 86400)
        return tr("%1 h %2 min").arg(whole / 3600).arg(whole / 60 % 60);
    if (whole < 400LL * 86400)
        return tr("%1 d %2 h").arg(whole / 86400).arg(whole / 3600 % 24);
    return tr("over a year");
}

QString Format::bytes(double count)
{
    static constexpr std::array units{"B", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    while (count >= 999.5 && unit + 1 < units.size()) {
        count /= 1000;
        ++unit;
    }
    const int decimals = unit == 0 || count >= 100 ? 0 : 1;
    return QStringLiteral("%1 %2").arg(QLocale().toString(count, 'f', decimals), QLatin1String(units[unit]));
}

QString Format::rate(double hertz)
{
    return QStringLiteral("%1 Hz").arg(QLocale().toString(hertz, 'f', hertz >= 1000 ? 0 : 1));
}

QString Format::milliseconds(double value)
{
    if (value > 0 && value < 0.1)
        return QStringLiteral("%1 µs").arg(std::round(value * 1000));
    return QStringLiteral("%1 ms").arg(QLocale().toString(value, 'f', value >= 10 ? 0 : 1));
}

QString Format::dateTime(std::int64_t utcNanoseconds)
{
    const QDateTime when = QDateTime::fromMSecsSinceEpoch(utcNanoseconds / nanosecondsPerMillisecond);
    return when.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss ")) + when.timeZoneAbbreviation();
}

QString Format::fileNamePart(const QString& text)
{
    QString out;
    for (const QChar c : text) {
        const bool plain = c.unicode() < 128 && (c.isLetterOrNumber() || c == QLatin1Char('-'));
        if (plain)
            out += c;
        else if (!out.isEmpty() && !out.endsWith(QLatin1Char('-')))
            out += QLatin1Char('-');
    }
    while (out.endsWith(QLatin1Char('-')))
        out.chop(1);
    out.truncate(40);
    return out.isEmpty() ? QStringLiteral("sensor") : out;
}

QString Format::error(const Error& error)
{
    return toQString(error.message());
}

} // namespace bnof::studio
