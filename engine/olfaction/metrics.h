// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of merit of labelled answers. Everything is a share of 1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bnof::olfaction {

/// What was there and what was said, at one instant. Classes count from 0; said -1 is "unknown".
struct Answer {
    int truth = 0;
    int said = -1;
    int block = 0; ///< answers of one block (a session, a stretch of time) are not independent of each other
};

[[nodiscard]] double accuracyOf(std::span<const Answer> answers);
/// Mean recall over the classes that occur.
[[nodiscard]] double balancedAccuracyOf(std::span<const Answer> answers, std::size_t classes);
/// Mean F1 over the classes that occur.
[[nodiscard]] double macroF1Of(std::span<const Answer> answers, std::size_t classes);
/// Area under the ROC curve of "a score of `positive` exceeds one of `negative`"; ties count half. 0.5 when
/// either is empty.
[[nodiscard]] double auroc(std::span<const double> positive, std::span<const double> negative);

struct Interval {
    double low = 0;
    double high = 0;
};

/// 95 % percentile interval of the mean of `values` when whole blocks are drawn with replacement (block
/// bootstrap, Künsch, Ann. Statist. 17 (1989) 1217-1241). `blocks` has one entry a value.
[[nodiscard]] Interval blockBootstrap(std::span<const double> values, std::span<const int> blocks, int rounds,
                                      std::uint64_t seed);

} // namespace bnof::olfaction
