// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/spike_distance.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace bnof::statistics {

double victorPurpuraDistance(std::span<const double> a, std::span<const double> b, double costPerTime)
{
    std::vector<double> above(b.size() + 1);
    std::vector<double> here(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        above[j] = static_cast<double>(j);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        here[0] = static_cast<double>(i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const double moved = above[j - 1] + costPerTime * std::abs(a[i - 1] - b[j - 1]);
            here[j] = std::min({above[j] + 1, here[j - 1] + 1, moved});
        }
        std::swap(above, here);
    }
    return above.back();
}

double vanRossumDistance(std::span<const double> a, std::span<const double> b, double tau)
{
    // D^2 is half the sum of sign_i sign_j exp(-|t_i - t_j| / tau) over all pairs of the joint train, where the spikes
    // of b count -1. `trace` is the filtered joint train just before a spike.
    double sum = 0;
    double trace = 0;
    double last = 0;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() || j < b.size()) {
        const bool fromA = j == b.size() || (i < a.size() && a[i] <= b[j]);
        const double time = fromA ? a[i++] : b[j++];
        const double sign = fromA ? 1 : -1;
        trace *= i + j > 1 ? std::exp((last - time) / tau) : 0;
        sum += 1 + 2 * sign * trace;
        trace += sign;
        last = time;
    }
    return std::sqrt(std::max(0.0, sum / 2));
}

} // namespace bnof::statistics
