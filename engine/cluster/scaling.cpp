// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cluster/scaling.h"

#include <algorithm>
#include <cmath>

namespace bnof::cluster {
namespace {

constexpr double rounding = 1e-9;

} // namespace

int desiredWorkers(int current, double value, const ScalingTarget& target)
{
    const double ratio = value / target.target;
    int wanted = current;
    // A metric that is not a number recommends nothing.
    if (std::isfinite(ratio) && std::abs(ratio - 1) > target.tolerance + rounding) {
        const double exact = std::ceil(static_cast<double>(current) * ratio - rounding);
        wanted = static_cast<int>(std::min(exact, static_cast<double>(target.maximum)));
    }
    return std::max(target.minimum, std::min(wanted, target.maximum));
}

ScaleDownStabiliser::ScaleDownStabiliser(std::size_t window) : m_window(std::max<std::size_t>(1, window)) {}

int ScaleDownStabiliser::add(int recommendation)
{
    while (!m_falling.empty() && m_falling.back().workers <= recommendation)
        m_falling.pop_back();
    m_falling.push_back({m_count, recommendation});
    while (m_falling.front().at + m_window <= m_count)
        m_falling.pop_front();
    ++m_count;
    return m_falling.front().workers;
}

} // namespace bnof::cluster
