// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/clock_drift.h"

#include <algorithm>
#include <cmath>

#include "engine/base/time.h"

namespace bnof::sensing {
namespace {

constexpr double windowSeconds = 1;
/// A clock that is further off than this within one step was set or restarted.
constexpr double stepSeconds = 5;
constexpr std::uint32_t fewestPoints = 30;

} // namespace

void ClockDrift::frame(std::int64_t arrival, double deviceSeconds)
{
    if (!std::isfinite(deviceSeconds))
        return;
    const double seconds = toSeconds(arrival - m_zero);
    const double delay = seconds - (deviceSeconds - m_deviceZero);
    if (m_zero == 0 || !(std::abs(delay - m_best) < stepSeconds)) {
        *this = {};
        m_zero = arrival;
        m_deviceZero = deviceSeconds;
        return;
    }
    const double window = std::floor(seconds / windowSeconds);
    if (window > m_window) {
        addPoint(m_bestAt, m_best);
        m_window = window;
    } else if (delay >= m_best) {
        return;
    }
    m_best = delay;
    m_bestAt = seconds;
}

void ClockDrift::addPoint(double seconds, double delay)
{
    ++m_points;
    const double dx = seconds - m_meanX;
    const double dy = delay - m_meanY;
    m_meanX += dx / m_points;
    m_meanY += dy / m_points;
    m_xx += dx * (seconds - m_meanX);
    m_xy += dx * (delay - m_meanY);
    m_yy += dy * (delay - m_meanY);
}

std::optional<ClockDriftEstimate> ClockDrift::estimate() const
{
    if (m_points < fewestPoints || m_xx <= 0)
        return std::nullopt;
    const double slope = m_xy / m_xx;
    const double rest = std::max(0.0, m_yy - slope * m_xy);
    return ClockDriftEstimate{-slope * 1e6, std::sqrt(rest / (m_points - 2) / m_xx) * 1e6};
}

} // namespace bnof::sensing
