// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/monitoring/histogram_quantile.h"

#include <algorithm>

namespace bnof::monitoring {

std::optional<double> histogramQuantile(std::span<const double> bounds, std::span<const std::uint64_t> cumulative,
                                        double q)
{
    if (bounds.empty() || cumulative.size() != bounds.size() + 1 || cumulative.back() == 0)
        return std::nullopt;
    const double rank = std::clamp(q, 0.0, 1.0) * static_cast<double>(cumulative.back());
    std::size_t bucket = 0;
    while (bucket < bounds.size() && static_cast<double>(cumulative[bucket]) < rank)
        ++bucket;
    if (bucket == bounds.size())
        return bounds.back();
    if (bucket == 0 && bounds[0] <= 0)
        return bounds[0];
    const double start = bucket == 0 ? 0 : bounds[bucket - 1];
    const double below = bucket == 0 ? 0 : static_cast<double>(cumulative[bucket - 1]);
    const double inside = static_cast<double>(cumulative[bucket]) - below;
    return inside > 0 ? start + (bounds[bucket] - start) * (rank - below) / inside : start;
}

} // namespace bnof::monitoring
