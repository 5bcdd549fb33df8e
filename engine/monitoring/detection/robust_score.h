// SPDX-License-Identifier: GPL-3.0-or-later
// Outliers by median and median absolute deviation, which outliers themselves cannot move.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace bnof::monitoring {

/// Limit of |modified z| that Iglewicz & Hoaglin recommend.
constexpr double robustLimit = 3.5;

struct RobustLevel {
    double median = 0;
    double mad = 0; ///< median of |value - median|, in the unit of the values
    /// 0.6745 (value - median) / mad, 0.6745 being the normal distribution's upper quartile (Iglewicz & Hoaglin, How to
    /// Detect and Handle Outliers, 1993); absent when more than half of the values are equal, so that mad is 0.
    [[nodiscard]] std::optional<double> modifiedZ(double value) const;
};
/// Of at least one value; zeros otherwise.
[[nodiscard]] RobustLevel robustLevel(std::span<const double> values);

/// The same against the last values of a stream (Hampel, J. Am. Stat. Assoc. 69 (1974) 383-393): a value is judged by
/// the values before it. Memory is the window; a value costs a pass over it.
class RobustWindow {
public:
    /// Judges from half a window on. `window` is at least 3.
    explicit RobustWindow(std::size_t window = 15);
    /// The modified z of `value` among the values before it, then takes it in; absent while there are too few of them
    /// or more than half are equal. A value that is not finite is left out.
    std::optional<double> add(double value);

private:
    std::size_t m_window;
    std::size_t m_next = 0; ///< the oldest value, once the window is full
    std::vector<double> m_arrived;
};

} // namespace bnof::monitoring
