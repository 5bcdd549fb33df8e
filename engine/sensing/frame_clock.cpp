// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/frame_clock.h"

#include <algorithm>

namespace bnof::sensing {

std::optional<FrameClock::Jump> FrameClock::stamp(Timestamp arrival, std::int64_t periodNanoseconds,
                                                  const std::vector<double>& deviceSeconds, std::vector<Timestamp>& out)
{
    const std::size_t count = deviceSeconds.size();
    out.resize(count);
    std::optional<Jump> jump;
    if (m_mode == Mode::Device) {
        for (std::size_t i = 0; i < count; ++i) {
            Timestamp t = arrival;
            if (auto found = stampByDevice(arrival, deviceSeconds[i], t))
                jump = found;
            out[i] = m_last == std::numeric_limits<Timestamp>::min() ? t : std::max(t, m_last + 1);
            m_last = out[i];
        }
        return jump;
    }
    std::int64_t spacing = periodNanoseconds > 0 ? periodNanoseconds : 1;
    if (count > 1 && m_last != std::numeric_limits<Timestamp>::min() && arrival > m_last)
        spacing = std::min(spacing, std::max<std::int64_t>((arrival - m_last) / static_cast<std::int64_t>(count), 1));
    for (std::size_t i = 0; i < count; ++i) {
        const Timestamp t = arrival - static_cast<std::int64_t>(count - 1 - i) * spacing;
        out[i] = m_last == std::numeric_limits<Timestamp>::min() ? t : std::max(t, m_last + 1);
        m_last = out[i];
    }
    return jump;
}

std::optional<FrameClock::Jump> FrameClock::stampByDevice(Timestamp arrival, double seconds, Timestamp& t)
{
    if (std::isnan(seconds))
        return std::nullopt;
    std::optional<Jump> jump;
    if (m_mapped) {
        const double elapsed = (seconds - m_deviceZero) * 1e9;
        const bool backward = seconds < m_deviceLast;
        // Step against step: a clock that merely runs at another pace (a file played fast) is followed.
        const double step = (seconds - m_deviceLast) * 1e9;
        const bool away =
            !(std::fabs(step - static_cast<double>(arrival - m_arrivalLast)) < static_cast<double>(jumpNanoseconds));
        if (backward || away) {
            jump = Jump{m_deviceLast, seconds};
            m_mapped = false;
        } else {
            t = m_mappedZero + static_cast<Timestamp>(elapsed + 0.5);
        }
    }
    if (!m_mapped) {
        m_mapped = true;
        m_deviceZero = seconds;
        // Never before the last frame: the device's distances are kept from here on.
        m_mappedZero = m_last == std::numeric_limits<Timestamp>::min() ? arrival : std::max(arrival, m_last + 1);
        t = m_mappedZero;
    }
    m_deviceLast = seconds;
    m_arrivalLast = arrival;
    return jump;
}

void RateMeter::add(std::int64_t arrival, std::size_t frames)
{
    if (frames == 0)
        return;
    if (m_count > 0) {
        const auto interval = static_cast<double>(arrival - m_lastArrival);
        const double perFrame = interval / static_cast<double>(frames);
        // The first values count fully, later ones are smoothed over some ten portions.
        const double weight = std::max(0.1, 1.0 / static_cast<double>(m_count));
        m_framePeriod += (perFrame - m_framePeriod) * weight;
        m_portionPeriod += (interval - m_portionPeriod) * weight;
    }
    m_total += frames;
    m_ring[m_count % ringSize] = {arrival, m_total};
    ++m_count;
    m_lastArrival = arrival;
}

void RateMeter::restart()
{
    m_count = 0;
    m_total = 0;
}

double RateMeter::rateHz(std::int64_t now) const
{
    if (m_count < 2)
        return 0;
    const std::size_t kept = std::min(m_count, ringSize);
    const Portion& newest = m_ring[(m_count - 1) % ringSize];
    for (std::size_t back = 1; back < kept; ++back) {
        const Portion& older = m_ring[(m_count - 1 - back) % ringSize];
        const std::uint64_t frames = newest.total - older.total;
        const bool secondFull = newest.arrival - older.arrival >= nanosecondsPerSecond;
        if (back + 1 < kept && !(secondFull && frames >= 10))
            continue;
        const std::int64_t span = newest.arrival - older.arrival;
        // While the next portion is overdue the rate can only be lower than it was.
        const double overdue = static_cast<double>(now - newest.arrival) - 2 * m_portionPeriod;
        const double length = static_cast<double>(span) + std::max(0.0, overdue);
        return length > 0 ? static_cast<double>(frames) * 1e9 / length : 0;
    }
    return 0;
}

} // namespace bnof::sensing
