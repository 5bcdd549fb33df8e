// SPDX-License-Identifier: GPL-3.0-or-later
// Detectors of a changed mean, one value at a time with a few numbers of state. Each is a plain value: a copy saves its
// state. None resets itself after an alarm: whoever acts on it calls reset().
#pragma once

#include <cstdint>

namespace bnof::monitoring {

/// Exponentially weighted moving average chart (Roberts, Technometrics 1 (1959) 239-250) with the exact limits of early
/// samples (Lucas & Saccucci, Technometrics 32 (1990) 1-12).
class EwmaChart {
public:
    struct Options {
        double mean = 0;      ///< while all is well, in the unit of the values
        double deviation = 1; ///< of one value
        double weight = 0.05; ///< lambda: of the newest value
        double width = 2.7;   ///< L: limits in deviations of the average
    };

    explicit EwmaChart(const Options& options) : m_options(options), m_average(options.mean) {}
    /// True when the average lies beyond its limits after this value.
    bool add(double value);
    [[nodiscard]] double average() const { return m_average; }
    /// The limits are mean +- this.
    [[nodiscard]] double halfLimit() const;
    void reset() { *this = EwmaChart(m_options); }

private:
    Options m_options;
    double m_average;
    std::uint64_t m_count = 0;
};

/// Two-sided cumulative sum of standardised values (Page, Biometrika 41 (1954) 100-115; tabular form of Montgomery,
/// Statistical Quality Control). With slack 0.5 and limit 5 a false alarm comes about every 465 values.
class Cusum {
public:
    struct Options {
        double mean = 0;
        double deviation = 1;
        double slack = 0.5; ///< k, in deviations: half the shift to be found
        double limit = 5;   ///< h, in deviations
    };

    explicit Cusum(const Options& options) : m_options(options) {}
    /// True when a sum lies above the limit after this value.
    bool add(double value);
    [[nodiscard]] double upper() const { return m_upper; }
    [[nodiscard]] double lower() const { return m_lower; }
    void reset() { *this = Cusum(m_options); }

private:
    Options m_options;
    double m_upper = 0;
    double m_lower = 0;
};

/// Page and Hinkley's test for an increase of the mean (Hinkley, Biometrika 58 (1971) 509-523): the mean is that of all
/// values so far, this one included; nothing is forgotten. For a decrease give it the negated values.
class PageHinkley {
public:
    struct Options {
        double tolerance = 0.005; ///< delta: an increase that does not matter
        double limit = 8;         ///< lambda, in the unit of the values
    };

    explicit PageHinkley(const Options& options) : m_options(options) {}
    /// True when the statistic lies above the limit after this value.
    bool add(double value);
    [[nodiscard]] double statistic() const { return m_sum - m_smallest; }
    void reset() { *this = PageHinkley(m_options); }

private:
    Options m_options;
    std::uint64_t m_count = 0;
    double m_total = 0;
    double m_sum = 0;
    double m_smallest = 0;
};

} // namespace bnof::monitoring
