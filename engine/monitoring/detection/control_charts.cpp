// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/monitoring/detection/control_charts.h"

#include <algorithm>
#include <cmath>

namespace bnof::monitoring {

bool EwmaChart::add(double value)
{
    ++m_count;
    m_average = m_options.weight * value + (1 - m_options.weight) * m_average;
    return std::abs(m_average - m_options.mean) > halfLimit();
}

double EwmaChart::halfLimit() const
{
    const double kept = 1 - m_options.weight;
    const double settled = 1 - std::pow(kept, 2 * static_cast<double>(m_count));
    return m_options.width * m_options.deviation * std::sqrt(m_options.weight / (2 - m_options.weight) * settled);
}

bool Cusum::add(double value)
{
    const double z = (value - m_options.mean) / m_options.deviation;
    m_upper = std::max(0.0, m_upper + z - m_options.slack);
    m_lower = std::max(0.0, m_lower - z - m_options.slack);
    return m_upper > m_options.limit || m_lower > m_options.limit;
}

bool PageHinkley::add(double value)
{
    ++m_count;
    m_total += value;
    m_sum += value - m_total / static_cast<double>(m_count) - m_options.tolerance;
    m_smallest = m_count == 1 ? m_sum : std::min(m_smallest, m_sum);
    return statistic() > m_options.limit;
}

} // namespace bnof::monitoring
