// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/live/sensor_summary.h"

#include <QLocale>

#include "app/studio/services/format.h"

namespace bnof::studio {

using sensing::ConnectionState;
using sensing::FaultKind;
using widgets::Theme;

bool SensorSummary::isPort(const session::SourceView& source)
{
    return !source.parent && source.uri.starts_with("tcp-listen:");
}

bool SensorSummary::isLost(ConnectionState state)
{
    return state == ConnectionState::Stalled || state == ConnectionState::Reconnecting ||
           state == ConnectionState::Failed;
}

SensorCounts SensorSummary::count(const session::SessionStatus& status)
{
    SensorCounts counts;
    for (const auto& source : status.sources) {
        if (isPort(source))
            continue;
        ++counts.all;
        switch (source.state) {
        case ConnectionState::Streaming:
        case ConnectionState::WarmingUp: ++counts.streaming; break;
        case ConnectionState::Connecting: ++counts.connecting; break;
        case ConnectionState::Stalled: ++counts.stalled; break;
        case ConnectionState::Reconnecting: ++counts.away; break;
        case ConnectionState::Failed: ++counts.failed; break;
        case ConnectionState::Idle:
        case ConnectionState::Finished: break;
        }
        if (isLost(source.state) && counts.lostNames.size() < namesShown)
            counts.lostNames << name(source);
        counts.faulty += source.faults.empty() ? 0 : 1;
        counts.rateHz += source.statistics.rateHz;
        counts.health += source.statistics.health;
        counts.lost += source.statistics.dropped;
    }
    counts.health = counts.all == 0 ? 0 : counts.health / counts.all;
    counts.lost += status.droppedFrames;
    return counts;
}

QString SensorSummary::name(const session::SourceView& source)
{
    return toQString(source.device.empty() ? source.uri : source.device);
}

QString SensorSummary::state(ConnectionState state)
{
    switch (state) {
    case ConnectionState::Idle: return tr("○ Not connected");
    case ConnectionState::Connecting: return tr("○ Connecting");
    case ConnectionState::WarmingUp: return tr("◐ Warming up");
    case ConnectionState::Streaming: return tr("● Streaming");
    case ConnectionState::Stalled: return tr("▲ Sends nothing");
    case ConnectionState::Reconnecting: return tr("✕ Away, looked for");
    case ConnectionState::Failed: return tr("✕ Failed");
    case ConnectionState::Finished: return tr("■ Finished");
    }
    return {};
}

Theme::Severity SensorSummary::severity(ConnectionState state)
{
    switch (state) {
    case ConnectionState::Streaming: return Theme::Severity::Good;
    case ConnectionState::Stalled: return Theme::Severity::Warning;
    case ConnectionState::Reconnecting:
    case ConnectionState::Failed: return Theme::Severity::Error;
    default: return Theme::Severity::Info;
    }
}

QString SensorSummary::totals(const SensorCounts& counts)
{
    const QLocale locale;
    QStringList states;
    const auto add = [&](int count, const QString& text) {
        if (count > 0)
            states << text.arg(locale.toString(count));
    };
    add(counts.streaming, tr("%1 streaming"));
    add(counts.connecting, tr("%1 connecting"));
    add(counts.stalled, tr("%1 silent"));
    add(counts.away, tr("%1 away"));
    add(counts.failed, tr("%1 failed"));
    add(counts.faulty, tr("%1 with faulty channels"));
    const QString sensors = counts.all == 1 ? tr("1 sensor") : tr("%1 sensors").arg(locale.toString(counts.all));
    QString text = sensors;
    if (!states.isEmpty())
        text += QStringLiteral(": ") + states.join(QStringLiteral(", "));
    return text + tr(" · %1 frames/s · %2 lost · health %3")
                      .arg(locale.toString(counts.rateHz, 'f', counts.rateHz < 100 ? 1 : 0),
                           locale.toString(static_cast<qulonglong>(counts.lost)),
                           locale.toString(static_cast<int>(counts.health + 0.5)));
}

QString SensorSummary::names(const QStringList& first, int count)
{
    const QString listed = first.join(QStringLiteral(", "));
    const int others = count - static_cast<int>(first.size());
    return others > 0 ? tr("%1 and %n other(s)", nullptr, others).arg(listed) : listed;
}

QString SensorSummary::fault(FaultKind kind)
{
    switch (kind) {
    case FaultKind::Stuck: return tr("stuck");
    case FaultKind::Rail: return tr("at the rail");
    case FaultKind::Disconnected: return tr("open or short");
    case FaultKind::ColdSensor: return tr("heater off");
    case FaultKind::SpikeNoise: return tr("spikes");
    case FaultKind::Noise: return tr("noisy");
    case FaultKind::Drift: return tr("drifted");
    case FaultKind::Timing: return tr("irregular timing");
    }
    return {};
}

} // namespace bnof::studio
