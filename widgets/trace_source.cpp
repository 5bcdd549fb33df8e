// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/trace_source.h"

#include <utility>

namespace bnof::widgets {

namespace {

std::vector<TraceChannel> namesAndUnits(const std::vector<ChannelInfo>& channels)
{
    std::vector<TraceChannel> result;
    for (const ChannelInfo& channel : channels)
        result.push_back({QString::fromStdString(channel.name), QString::fromStdString(channel.unit), std::nullopt});
    return result;
}

} // namespace

HistoryTraceSource::HistoryTraceSource(std::shared_ptr<const TraceHistory> history, std::vector<TraceChannel> channels)
    : m_history(std::move(history)), m_channels(std::move(channels))
{}

HistoryTraceSource::HistoryTraceSource(std::shared_ptr<const TraceHistory> history,
                                       const std::vector<ChannelInfo>& channels)
    : HistoryTraceSource(std::move(history), namesAndUnits(channels))
{}

std::vector<TraceSeries> HistoryTraceSource::series(const std::vector<int>& channels, Timestamp t0, Timestamp t1,
                                                    int columnCount) const
{
    const TraceHistory::Window window = m_history->window(t0, t1, columnCount);
    std::vector<TraceSeries> result;
    result.reserve(channels.size());
    for (const int channel : channels)
        result.push_back(m_history->series(window, static_cast<std::size_t>(channel)));
    return result;
}

std::optional<TracePoint> HistoryTraceSource::valueAt(int channel, Timestamp t) const
{
    return m_history->valueAt(static_cast<std::size_t>(channel), t);
}

std::optional<TracePoint> HistoryTraceSource::newest(int channel) const
{
    return m_history->newest(static_cast<std::size_t>(channel));
}

std::vector<TraceGap> HistoryTraceSource::gaps(Timestamp t0, Timestamp t1) const
{
    return m_history->gaps(t0, t1);
}

} // namespace bnof::widgets
