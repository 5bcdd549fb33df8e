// SPDX-License-Identifier: GPL-3.0-or-later
// Means, spreads, quantiles and ranks of values in any unit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bnof::statistics {

/// 0 when there are no values.
[[nodiscard]] double mean(std::span<const double> values);
/// Mean squared deviation with n - 1 in the denominator; 0 for fewer than two values.
[[nodiscard]] double sampleVariance(std::span<const double> values);
[[nodiscard]] double sampleDeviation(std::span<const double> values);
/// The q-quantile (0..1) by linear interpolation between order statistics, type 7 of Hyndman & Fan, Am. Statist. 50
/// (1996) 361-365; 0 when there are no values. Takes its argument by value because it orders it.
[[nodiscard]] double quantile(std::vector<double> values, double q);
/// The same on values that are in ascending order already.
[[nodiscard]] double quantileOfSorted(std::span<const double> sorted, double q);
[[nodiscard]] double median(std::vector<double> values);

/// Ranks from 1; equal values share the mean of their ranks.
struct MidRanks {
    std::vector<double> ranks;
    double tieSum = 0; ///< sum of t^3 - t over groups of t equal values
    [[nodiscard]] bool hasTies() const { return tieSum > 0; }
};
[[nodiscard]] MidRanks midRanks(std::span<const double> values);

/// Mean and variance of a stream, one value at a time (Welford, Technometrics 4 (1962) 419-420). A plain value: copying
/// it saves its state.
class RunningMoments {
public:
    void add(double value);
    [[nodiscard]] std::uint64_t count() const { return m_count; }
    [[nodiscard]] double mean() const { return m_mean; }
    /// With n - 1 in the denominator; 0 for fewer than two values.
    [[nodiscard]] double variance() const;

private:
    std::uint64_t m_count = 0;
    double m_mean = 0;
    double m_squares = 0;
};

} // namespace bnof::statistics
