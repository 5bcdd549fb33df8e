// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/sensor_details.h"

#include <QDateTime>

#include <algorithm>

#include "app/studio/live/sensor_summary.h"
#include "app/studio/services/format.h"
#include "engine/sensing/faults/fault_event.h"
#include "widgets/theme.h"

namespace bnof::studio {

using widgets::Theme;

namespace {

QString escaped(const std::string& text)
{
    return toQString(text).toHtmlEscaped();
}

QString coloured(const QString& text, Theme::Severity severity)
{
    return QStringLiteral("<span style=\"color:%1\">%2</span>").arg(Theme::current().severity(severity).name(), text);
}

/// The problem of the session that tells of this fault.
const session::Problem* problemOf(const session::SessionStatus& status, std::uint32_t source,
                                  const sensing::FaultChange& fault)
{
    const std::string prefix = "fault." + std::to_string(source) + ".";
    const std::string kind = "." + std::to_string(static_cast<int>(fault.kind));
    const std::string own = prefix + std::to_string(fault.channel) + kind;
    const std::string board = prefix + "board" + kind;
    const auto found = std::find_if(status.problems.begin(), status.problems.end(),
                                    [&](const auto& problem) { return problem.id == own || problem.id == board; });
    return found == status.problems.end() ? nullptr : &*found;
}

QString since(std::int64_t utc)
{
    return QDateTime::fromMSecsSinceEpoch(utc / nanosecondsPerMillisecond).toString(QStringLiteral("HH:mm:ss t"));
}

QStringList faults(const session::SessionStatus& status, std::uint32_t number)
{
    const auto& source = status.sources[number];
    QStringList lines;
    for (const auto& fault : source.faults) {
        const Error error = sensing::faultProblem(fault, source.channels, source.device);
        QString line = coloured(QStringLiteral("▲ "), Theme::Severity::Warning) + QStringLiteral("<b>") +
                       escaped(sensing::channelName(source.channels, fault.channel)) + QStringLiteral("</b>: ") +
                       SensorSummary::fault(fault.kind);
        if (const auto* problem = problemOf(status, number, fault))
            line += QLatin1Char(' ') + SensorDetails::tr("since %1").arg(since(problem->sinceUtc));
        lines << line + QStringLiteral("<br>") + escaped(error.what) + QStringLiteral("<br>") + escaped(error.remedy);
    }
    return lines;
}

QString equivalents(const session::SourceView& source)
{
    QStringList lines;
    for (const auto& each : source.equivalents)
        lines << (each.present ? SensorDetails::tr("%1: its frames are used; %2, health %3")
                               : SensorDetails::tr("%1: stands by; %2, health %3"))
                     .arg(escaped(each.name), SensorSummary::state(each.state))
                     .arg(each.health);
    return lines.join(QStringLiteral("<br>"));
}

QString calibration(const session::SourceView& source)
{
    if (!source.calibration)
        return SensorDetails::tr("No calibration: the readings are raw.");
    const auto& used = *source.calibration;
    QString text = SensorDetails::tr("Calibration %1, version %2, made %3")
                       .arg(escaped(used.name))
                       .arg(used.version)
                       .arg(Format::dateTime(used.utc));
    if (!used.operatorName.empty())
        text += SensorDetails::tr(" by %1").arg(escaped(used.operatorName));
    if (used.expiresUtc == 0)
        return text;
    const QString until = Format::dateTime(used.expiresUtc);
    return wallNow() > used.expiresUtc
               ? text + QStringLiteral("; ") +
                     coloured(SensorDetails::tr("expired %1").arg(until), Theme::Severity::Warning)
               : text + SensorDetails::tr("; good until %1").arg(until);
}

} // namespace

QString SensorDetails::html(const session::SessionStatus& status, std::uint32_t number)
{
    if (number >= status.sources.size())
        return {};
    const auto& source = status.sources[number];
    QStringList parts;
    parts << QStringLiteral("<b>") + SensorSummary::name(source).toHtmlEscaped() + QStringLiteral("</b><br>") +
                 coloured(SensorSummary::state(source.state), SensorSummary::severity(source.state));
    if (sensing::isDelivering(source.state) && source.statistics.health < 100)
        parts.back() += tr("; health %1: %2")
                            .arg(source.statistics.health)
                            .arg(escaped(sensing::healthOf(source.statistics.quality).reason));
    const std::string id = "source." + std::to_string(number);
    for (const auto& problem : status.problems)
        if (problem.id == id)
            parts << QStringLiteral("%1<br>%2").arg(escaped(problem.error.what), escaped(problem.error.remedy));
    const QStringList faulty = faults(status, number);
    if (faulty.isEmpty() && !source.channels.empty())
        parts << tr("%n channel(s), none faulty.", nullptr, static_cast<int>(source.channels.size()));
    parts << faulty;
    if (!source.equivalents.empty())
        parts << equivalents(source);
    if (!source.channels.empty())
        parts << calibration(source);
    parts << QStringLiteral("<span style=\"color:%1\">%2</span>")
                 .arg(Theme::current().textMuted.name(), escaped(source.uri));
    return QStringLiteral("<p>") + parts.join(QStringLiteral("</p><p>")) + QStringLiteral("</p>");
}

} // namespace bnof::studio
