// SPDX-License-Identifier: GPL-3.0-or-later
// How many workers are wanted.
#pragma once

#include <cstddef>
#include <deque>

namespace bnof::cluster {

struct ScalingTarget {
    double target = 1;      ///< of the metric a worker, in its unit; above 0
    double tolerance = 0.1; ///< no change while |value / target - 1| is within it
    int minimum = 1;
    int maximum = 16;
};

/// ceil(current value / target) within [minimum, maximum]: the rule of Kubernetes' HorizontalPodAutoscaler
/// (kubernetes.io, "Algorithm details"). A ratio within rounding (1e-9) of the tolerance counts as within it.
[[nodiscard]] int desiredWorkers(int current, double value, const ScalingTarget& target);

/// Goes up at once and down only to the largest recommendation of the last `window` ones (the HorizontalPodAutoscaler's
/// stabilisation window).
class ScaleDownStabiliser {
public:
    explicit ScaleDownStabiliser(std::size_t window);
    /// The number to apply after this recommendation.
    int add(int recommendation);

private:
    struct Entry {
        std::size_t at;
        int workers;
    };
    std::size_t m_window;
    std::size_t m_count = 0;
    std::deque<Entry> m_falling; ///< recommendations that no later one exceeds, largest first
};

} // namespace bnof::cluster
