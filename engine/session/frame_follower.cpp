// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/frame_follower.h"

#include <algorithm>
#include <limits>

namespace bnof::session {

void FrameFollower::pull(const std::function<void(const SensorFrame&)>& take)
{
    const auto history = m_live->traces(m_source);
    if (!history)
        return;
    const std::uint64_t published = history->published();
    const auto latest = history->latest();
    if (history != m_history || !latest) {
        m_history = history;
        m_published = published;
        m_last = latest.value_or(std::numeric_limits<Timestamp>::min() + 1);
        return;
    }
    if (published == m_published || *latest <= m_last)
        return;
    // With a column for every new frame the history gives the samples themselves.
    const std::uint64_t fresh = std::min<std::uint64_t>(published - m_published, history->capacity());
    const auto from = std::max(m_last + 1, history->earliest().value_or(*latest));
    const auto window = history->window(from, *latest + 1, static_cast<int>(fresh) + 64);
    if (!window.raw)
        return; // more came meanwhile; the next look has them all
    const std::size_t width = history->channelCount();
    std::vector<std::vector<TracePoint>> columns;
    std::size_t rows = std::numeric_limits<std::size_t>::max();
    for (std::size_t channel = 0; channel < width; ++channel) {
        auto points = history->series(window, channel).points;
        std::erase_if(points, [&](const TracePoint& point) { return point.t < from || point.t > *latest; });
        rows = std::min(rows, points.size());
        columns.push_back(std::move(points));
    }
    std::vector<float> values(width);
    for (std::size_t row = 0; width > 0 && row < rows; ++row) {
        // The oldest may have been overwritten between two channels: the newest ones belong together.
        for (std::size_t channel = 0; channel < width; ++channel)
            values[channel] = columns[channel][columns[channel].size() - rows + row].value;
        take({columns[0][columns[0].size() - rows + row].t, values});
    }
    m_published = published;
    m_last = *latest;
}

} // namespace bnof::session
