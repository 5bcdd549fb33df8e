// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/monitoring/detection/robust_score.h"

#include <algorithm>
#include <cmath>

#include "engine/statistics/summary.h"

namespace bnof::monitoring {
namespace {

constexpr double normalUpperQuartile = 0.674489750196081743;

} // namespace

std::optional<double> RobustLevel::modifiedZ(double value) const
{
    if (!(mad > 0))
        return std::nullopt;
    return normalUpperQuartile * (value - median) / mad;
}

RobustLevel robustLevel(std::span<const double> values)
{
    RobustLevel out;
    out.median = statistics::median({values.begin(), values.end()});
    std::vector<double> distances;
    distances.reserve(values.size());
    for (const double value : values)
        distances.push_back(std::abs(value - out.median));
    out.mad = statistics::median(std::move(distances));
    return out;
}

RobustWindow::RobustWindow(std::size_t window) : m_window(std::max<std::size_t>(3, window)) {}

std::optional<double> RobustWindow::add(double value)
{
    if (!std::isfinite(value))
        return std::nullopt;
    std::optional<double> score;
    if (2 * m_arrived.size() >= m_window)
        score = robustLevel(m_arrived).modifiedZ(value);
    if (m_arrived.size() < m_window) {
        m_arrived.push_back(value);
    } else {
        m_arrived[m_next] = value;
        m_next = (m_next + 1) % m_window;
    }
    return score;
}

} // namespace bnof::monitoring
