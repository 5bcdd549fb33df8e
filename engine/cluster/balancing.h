// SPDX-License-Identifier: GPL-3.0-or-later
// How loaded and how healthy a node is, as seen by whoever calls it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace bnof::cluster {

/// Round-trip time with a long memory for peaks (Finagle's peak EWMA): a longer time replaces the cost at once, a
/// shorter one pulls it down with time constant tau. Seconds throughout.
class PeakEwma {
public:
    explicit PeakEwma(double tau = 10) : m_tau(tau) {}
    void add(double time, double roundTrip);
    [[nodiscard]] double cost() const { return m_cost; }
    /// What a balancer compares: the cost of one more call behind those that are under way.
    [[nodiscard]] double load(std::size_t pending) const { return m_cost * static_cast<double>(pending + 1); }

private:
    double m_tau;
    double m_last = 0;
    double m_cost = 0;
};

struct SuccessRateOutliers {
    double mean = 0;
    double deviation = 0;              ///< of the population
    double threshold = 0;              ///< mean - factor times deviation
    std::vector<std::size_t> outliers; ///< indices of hosts below the threshold
};

/// Hosts whose success rate lies far below the others' (Envoy's outlier detection, factor 1900 / 1000). Names none with
/// fewer than `minimumHosts`.
[[nodiscard]] SuccessRateOutliers successRateOutliers(std::span<const double> rates, double deviationFactor = 1.9,
                                                      std::size_t minimumHosts = 5);

/// The longest wait before attempt 0, 1, ...: base factor^attempt, at most `cap`. With full jitter the wait is drawn
/// evenly from 0 to it (Brooker, AWS Architecture Blog 2015). Seconds throughout.
struct Backoff {
    double base = 0.1;
    double factor = 2;
    double cap = 30;
    [[nodiscard]] double longestWait(unsigned attempt) const;
};

} // namespace bnof::cluster
