// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/monitoring/detection/exponential_smoothing.h"

#include <algorithm>

namespace bnof::monitoring {

double HoltLinear::add(double value)
{
    const double expected = m_level + m_trend;
    const double level = m_options.levelWeight * value + (1 - m_options.levelWeight) * expected;
    m_trend = m_options.trendWeight * (level - m_level) + (1 - m_options.trendWeight) * m_trend;
    m_level = level;
    return expected;
}

Result<HoltWinters> HoltWinters::create(Options options)
{
    if (options.season.empty()) {
        return makeError(ErrorKind::BadInput, "the season has no steps", "season",
                         "Use HoltLinear for values without a season.");
    }
    HoltWinters out;
    out.m_options = std::move(options);
    return out;
}

double HoltWinters::add(double value)
{
    double& season = m_options.season[m_next];
    const double before = m_options.level + m_options.trend;
    const double expected = before + season;
    const double level = m_options.levelWeight * (value - season) + (1 - m_options.levelWeight) * before;
    m_options.trend = m_options.trendWeight * (level - m_options.level) + (1 - m_options.trendWeight) * m_options.trend;
    season = m_options.seasonWeight * (value - before) + (1 - m_options.seasonWeight) * season;
    m_options.level = level;
    m_next = (m_next + 1) % m_options.season.size();
    return expected;
}

double HoltWinters::forecast(std::size_t steps) const
{
    const std::size_t at = (m_next + steps - 1) % m_options.season.size();
    return m_options.level + static_cast<double>(steps) * m_options.trend + m_options.season[at];
}

std::vector<double> HoltWinters::season() const
{
    std::vector<double> out(m_options.season);
    std::rotate(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(m_next), out.end());
    return out;
}

} // namespace bnof::monitoring
