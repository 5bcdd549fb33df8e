// SPDX-License-Identifier: GPL-3.0-or-later
// Figures of merit of class answers. Everything but counts is a share of 1.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"

namespace bnof::statistics {

struct ClassFigures {
    double precision = 0; ///< 0 when the class was never said
    double recall = 0;    ///< 0 when the class never occurs
    double f1 = 0;
    std::uint64_t occurs = 0;
    std::uint64_t said = 0;
};

struct ClassificationFigures {
    double accuracy = 0;
    double balancedAccuracy = 0; ///< mean recall of the classes that occur
    double macroF1 = 0;          ///< mean F1 of all classes; one that neither occurs nor was said counts 0
    double kappa = 0;            ///< Cohen, Educ. Psychol. Meas. 20 (1960) 37-46; 0 when chance agreement is 1
    double mcc = 0;              ///< Matthews correlation of many classes (Gorodkin 2004); 0 when undefined
    std::vector<std::vector<std::uint64_t>> confusion; ///< rows are the truth; unknown answers stand in `unknown`
    std::vector<std::uint64_t> unknown;                ///< answers of -1 a true class
    std::vector<ClassFigures> classes;
    std::vector<int> emptyClasses; ///< classes that never occur: their recall says nothing
};

/// `truth` counts classes from 0; `said` may be -1 for "unknown", which is wrong. Refuses no answers, unequal lengths,
/// classes out of range.
[[nodiscard]] Result<ClassificationFigures> classificationFigures(std::span<const int> truth, std::span<const int> said,
                                                                  std::size_t classes);

} // namespace bnof::statistics
