// SPDX-License-Identifier: GPL-3.0-or-later
// How soon decisions follow what is there, how often they cry wolf, and whether their confidence is honest.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/base/json.h"

namespace bnof::olfaction {

/// Follows decisions of one recording beside the truth. A change of label is answered at the first right decision
/// ("first"), and stably at the first right one after which the next three seconds, or the rest of the label, say
/// nothing else ("stable"). A false alarm is the onset of a named gas while the label has been the background for more
/// than 30 s.
class ReactionMeter {
public:
    explicit ReactionMeter(int background) : m_background(background) {}

    /// The label from `seconds` on; -1: unknown, which is not judged.
    void truth(double seconds, int label);
    void decision(double seconds, int said);
    /// The recording is over; the next one begins at any time.
    void finish(double seconds);

    void append(const ReactionMeter& more);
    /// {changes, missed, first_median, first_p90, stable_median, stable_p90 in seconds, false_alarms, background_hours,
    /// false_alarms_per_hour}; null where there is nothing to tell.
    [[nodiscard]] Json toJson() const;

private:
    void closeChange(double seconds);

    int m_background;
    bool m_started = false;
    int m_label = -1;
    double m_since = 0;
    bool m_isChange = false;  ///< the label replaced another one
    double m_first = -1;      ///< s of the first right decision, or < 0
    double m_rightSince = -1; ///< s since which all decisions are right, or < 0
    double m_stable = -1;
    int m_said = -1;
    std::vector<double> m_firsts;
    std::vector<double> m_stables;
    std::size_t m_changes = 0;
    std::size_t m_missed = 0;
    std::size_t m_alarms = 0;
    double m_backgroundSeconds = 0;
};

/// Confidence against truth, in ten bins of equal width: expected calibration error (Guo, Pleiss, Sun & Weinberger,
/// ICML 2017) and the reliability diagram.
class Reliability {
public:
    void add(double confidence, bool right);
    void append(const Reliability& more);
    /// {ece, bins: [{confidence, accuracy, count}, ...]}; ece is null without answers.
    [[nodiscard]] Json toJson() const;

private:
    static constexpr std::size_t binCount = 10;
    struct Bin {
        double confidence = 0;
        double right = 0;
        double count = 0;
    };
    std::vector<Bin> m_bins = std::vector<Bin>(binCount);
};

} // namespace bnof::olfaction
