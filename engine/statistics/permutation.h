// SPDX-License-Identifier: GPL-3.0-or-later
// Permutation tests: exact error control without any assumption on the values' distribution.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "engine/base/result.h"

namespace bnof::statistics {

struct PermutationOptions {
    int rounds = 9999;
    std::uint64_t seed = 1;
};

struct PermutationResult {
    double observed = 0;
    double p = 1;       ///< (1 + as extreme rounds) / (1 + rounds), or the exact share when all were enumerated
    bool exact = false; ///< every rearrangement was looked at
    std::uint64_t rounds = 0;
};

/// Is the mean paired difference zero? The signs of whole groups (exposures) are flipped, because units of one group
/// depend on each other; two-sided. Up to 16 groups all 2^groups flips are looked at, otherwise drawn ones are counted
/// (Fisher, The Design of Experiments, 1935; the +1: Phipson & Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) 39).
/// `groups` has one entry a difference. Refuses fewer than two groups and values that are not finite.
[[nodiscard]] Result<PermutationResult> pairedPermutationTest(std::span<const double> differences,
                                                              std::span<const int> groups,
                                                              const PermutationOptions& options = {});

/// A figure of merit under rearranged labels; larger is stronger evidence.
using LabelStatistic = std::function<double(std::span<const int> labels)>;

/// How often does a figure as large as the observed one come from labels without meaning? Labels are shuffled within
/// each stratum (a day, a board), and the units of one stratum must be exchangeable: one unit an exposure. `strata` has
/// one entry a label, or is empty for one stratum (Good, Permutation, Parametric and Bootstrap Tests, 3rd ed. 2005;
/// for classifiers: Ojala & Garriga, J. Mach. Learn. Res. 11 (2010) 1833-1863). Refuses when no stratum has two
/// different labels, or the figure is not finite.
[[nodiscard]] Result<PermutationResult> labelPermutationTest(std::span<const int> labels, std::span<const int> strata,
                                                             const LabelStatistic& statistic,
                                                             const PermutationOptions& options = {});

} // namespace bnof::statistics
