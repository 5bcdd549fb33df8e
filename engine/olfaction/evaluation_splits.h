// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of evaluation: what trains and what tests.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/olfaction/evaluation.h"

namespace bnof::olfaction {

/// Answers are not asked for before a recogniser can have decided.
constexpr double firstAnswerSeconds = 1;

/// One training and its test.
struct Split {
    Dataset train;
    Dataset test;
    double skipSeconds = 0;
    double scoreFrom = firstAnswerSeconds;
};

/// The splits of the chosen protocol. Errors: a data set that does not allow it.
[[nodiscard]] Result<std::vector<Split>> splitsOf(const Dataset& data, const EvaluationOptions& options);
/// One entry a label: whether any frame has it.
[[nodiscard]] std::vector<std::uint8_t> trainedLabels(const Dataset& data);

} // namespace bnof::olfaction
