// SPDX-License-Identifier: GPL-3.0-or-later
// Do stated probabilities come true? Everything is a share of 1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"

namespace bnof::statistics {

struct ReliabilityBin {
    double confidence = 0; ///< mean stated probability; 0 when empty
    double accuracy = 0;   ///< share that came true
    std::uint64_t count = 0;
};

struct Calibration {
    std::vector<ReliabilityBin> bins; ///< equal widths from 0 to 1
    double expectedError = 0;         ///< ECE: mean of |accuracy - confidence| weighted by count
    double largestError = 0;          ///< MCE
    double brier = 0;                 ///< mean squared error of the stated probabilities (Brier 1950)
    double logLoss = 0;               ///< mean -ln of the probability of what happened, floored at 1e-15
};

/// Stated probabilities against what came true (not 0). Bins and ECE: Naeini, Cooper & Hauskrecht, AAAI 2015; Guo et
/// al., ICML 2017, arXiv:1706.04599. Refuses no values, unequal lengths, probabilities outside [0, 1], no bins.
[[nodiscard]] Result<Calibration> calibrationOf(std::span<const double> stated, std::span<const int> cameTrue,
                                                std::size_t bins = 15);

} // namespace bnof::statistics
