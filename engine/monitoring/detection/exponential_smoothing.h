// SPDX-License-Identifier: GPL-3.0-or-later
// Forecasts by exponential smoothing, one value at a time. Plain values: a copy saves their state.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/base/result.h"

namespace bnof::monitoring {

/// Level and trend (Holt 1957, reprinted Int. J. Forecast. 20 (2004) 5-10).
class HoltLinear {
public:
    struct Options {
        double levelWeight = 0.3; ///< alpha
        double trendWeight = 0.1; ///< beta
        double level = 0;         ///< before the first value
        double trend = 0;         ///< a step, before the first value
    };

    explicit HoltLinear(const Options& options) : m_options(options), m_level(options.level), m_trend(options.trend) {}
    /// What had been forecast for this value; then takes it in.
    double add(double value);
    /// `steps` values ahead.
    [[nodiscard]] double forecast(double steps) const { return m_level + steps * m_trend; }
    [[nodiscard]] double level() const { return m_level; }
    [[nodiscard]] double trend() const { return m_trend; }

private:
    Options m_options;
    double m_level;
    double m_trend;
};

/// Level, trend and additive season (Winters, Manag. Sci. 6 (1960) 324-342), the season learnt from value - level -
/// trend of the step before (Hyndman & Athanasopoulos, Forecasting: Principles and Practice, section 8.3).
class HoltWinters {
public:
    struct Options {
        double levelWeight = 0.3;
        double trendWeight = 0.05;
        double seasonWeight = 0.2; ///< gamma
        double level = 0;
        double trend = 0;
        std::vector<double> season; ///< one entry a step of the season, the first for the first value
    };

    /// Refuses an empty season.
    [[nodiscard]] static Result<HoltWinters> create(Options options);
    /// What had been forecast for this value; then takes it in.
    double add(double value);
    /// `steps` values ahead, from 1.
    [[nodiscard]] double forecast(std::size_t steps) const;
    [[nodiscard]] double level() const { return m_options.level; }
    [[nodiscard]] double trend() const { return m_options.trend; }
    /// The season from the next value on.
    [[nodiscard]] std::vector<double> season() const;

private:
    Options m_options; ///< level, trend and season are those of now
    std::size_t m_next = 0;
};

} // namespace bnof::monitoring
