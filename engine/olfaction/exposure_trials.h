// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of evaluation: what a fast classical baseline, trained again and again, says about the data themselves. Do the
// labels mean anything (permutation test), and how many exposures more would help (learning curve)? The baseline is the
// shrinkage discriminant on one row an exposure: training the spiking network hundreds of times would take days.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/told_apart.h"

namespace bnof::olfaction {

/// Exposures to learn from, and others to ask about.
struct ExposureTrial {
    ExposureRows train;
    std::vector<std::uint32_t> units; ///< one a row of `train`: the exposure that it describes
    ExposureRows test;
};

/// Trials that share their exposures; the figure of all is the mean of their balanced accuracies.
struct ExposureTrials {
    std::size_t dimension = 0;
    std::vector<std::string> labels;
    std::vector<ExposureTrial> trials;
    std::vector<int> label; ///< of each unit
    std::vector<int> group; ///< of each unit: a day, a batch
};

/// One trial on recordings: a row for each exposure to a gas, the mean compressed signal of its second half less that
/// of the background before it, where there is one.
[[nodiscard]] ExposureTrials trialsOfRecordings(const Dataset& train, const Dataset& test);

/// The labels of the training exposures are shuffled within their groups, the baseline is trained anew each time.
/// {balanced_accuracy, chance, p, rounds, what, text}; p and text are null with a reason where nothing can be shuffled.
[[nodiscard]] Json permutationByTraining(const ExposureTrials& trials, std::uint64_t seed, int rounds);

/// Answers to one exposure that was asked about.
struct AnsweredExposure {
    int truth = 0;
    int group = 0;
    std::vector<double> said; ///< how often each class was said; what is missing to `asked` was "unknown"
    double asked = 0;
};

/// The same for a recogniser whose answers are kept: the labels of the tested exposures are shuffled within their
/// groups instead.
[[nodiscard]] Json permutationOfAnswers(const std::vector<AnsweredExposure>& exposures, std::size_t classes,
                                        const std::string& name, std::uint64_t seed, int rounds);

/// The baseline on 2, 3, 4, 6, 8, 12 ... exposures of each gas, chosen ten times anew, and the inverse power law
/// a - b n^-c through the mean balanced accuracies (Cortes et al., Advances in Neural Information Processing Systems 6
/// (1994) 327-334; Figueroa et al., BMC Med. Inform. Decis. Mak. 12 (2012) 8). {points: [{exposures, balanced_accuracy,
/// low, high}], levels_off_at, target, more_per_gas, more_low, more_high, text}. more_per_gas is null where the target
/// is out of reach of exposures like these, or farther off than ten times what there is; everything is null with a
/// reason with fewer than five exposures of a gas.
[[nodiscard]] Json learningCurve(const ExposureTrials& trials, double target, std::uint64_t seed);

} // namespace bnof::olfaction
