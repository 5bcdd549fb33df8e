// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bnof::statistics {

double mean(std::span<const double> values)
{
    double sum = 0;
    for (const double value : values)
        sum += value;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

double sampleVariance(std::span<const double> values)
{
    if (values.size() < 2)
        return 0;
    const double centre = mean(values);
    double squares = 0;
    for (const double value : values)
        squares += (value - centre) * (value - centre);
    return squares / static_cast<double>(values.size() - 1);
}

double sampleDeviation(std::span<const double> values)
{
    return std::sqrt(sampleVariance(values));
}

double quantileOfSorted(std::span<const double> sorted, double q)
{
    if (sorted.empty())
        return 0;
    const double at = std::clamp(q, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double quantile(std::vector<double> values, double q)
{
    std::sort(values.begin(), values.end());
    return quantileOfSorted(values, q);
}

double median(std::vector<double> values)
{
    if (values.empty())
        return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1)
        return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

MidRanks midRanks(std::span<const double> values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&values](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    MidRanks out;
    out.ranks.resize(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t last = first + 1;
        while (last < order.size() && values[order[last]] == values[order[first]])
            ++last;
        const double rank = static_cast<double>(first + last + 1) / 2;
        for (std::size_t i = first; i < last; ++i)
            out.ranks[order[i]] = rank;
        const auto tied = static_cast<double>(last - first);
        out.tieSum += tied * tied * tied - tied;
        first = last;
    }
    return out;
}

void RunningMoments::add(double value)
{
    ++m_count;
    const double before = value - m_mean;
    m_mean += before / static_cast<double>(m_count);
    m_squares += before * (value - m_mean);
}

double RunningMoments::variance() const
{
    return m_count < 2 ? 0 : m_squares / static_cast<double>(m_count - 1);
}

} // namespace bnof::statistics
