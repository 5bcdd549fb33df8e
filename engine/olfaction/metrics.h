// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of merit of labelled answers. Everything is a share of 1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/statistics/interval.h"

namespace bnof::olfaction {

/// What was there and what was said, at one instant. Classes count from 0; said -1 is "unknown".
struct Answer {
    int truth = 0;
    int said = -1;
    int block = 0; ///< answers of one block (a session, a stretch of time) are not independent of each other
    int unit = 0;  ///< the exposure
};

[[nodiscard]] double accuracyOf(std::span<const Answer> answers);
/// Mean recall over the classes that occur.
[[nodiscard]] double balancedAccuracyOf(std::span<const Answer> answers, std::size_t classes);
/// Mean F1 over the classes that occur.
[[nodiscard]] double macroF1Of(std::span<const Answer> answers, std::size_t classes);
/// Area under the ROC curve of "a score of `positive` exceeds one of `negative`"; ties count half. 0.5 when
/// either is empty.
[[nodiscard]] double auroc(std::span<const double> positive, std::span<const double> negative);

using statistics::Interval;

/// 95 % percentile interval of the mean of `values` when whole groups are drawn with replacement
/// (statistics::clusterBootstrapOfMean). `groups` has one entry a value. Empty with fewer than two groups or 100
/// rounds: one day says nothing about another.
[[nodiscard]] std::optional<Interval> groupInterval(std::span<const double> values, std::span<const int> groups,
                                                    int rounds, std::uint64_t seed);
/// [low, high] or null.
[[nodiscard]] Json intervalJson(const std::optional<Interval>& interval);

/// What two recognisers answered to the same questions, one entry an answer.
struct AnswerPairs {
    std::vector<double> ours;   ///< 1 right, 0 wrong
    std::vector<double> theirs; ///< the same
    std::vector<int> groups;    ///< days, batches, stretches of time: drawn together
    std::vector<int> units;     ///< exposures: answers of one exposure count once in McNemar's test
};

/// {difference, interval (of the difference, by group), groups, exposures, only_ours, only_theirs, p, mid_p, text}.
/// `p` is McNemar's exact one over exposures, of which one counts as right when more than half of its answers are.
/// `text` is the verdict for people, in points with its interval: "the spiking model is better than LDA by 2.3 points
/// (1.1 to 3.4)".
[[nodiscard]] Json comparisonJson(const AnswerPairs& pairs, const std::string& theirName, int rounds,
                                  std::uint64_t seed);
/// The verdict alone; `difference` and `interval` as shares of 1.
[[nodiscard]] std::string verdictText(double difference, const std::optional<Interval>& interval,
                                      const std::string& theirName);

} // namespace bnof::olfaction
