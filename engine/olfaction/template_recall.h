// SPDX-License-Identifier: GPL-3.0-or-later
// Recall of odours from corrupted sensor vectors after one look at each: an easy task that was published as a hard one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/olfaction/evaluation.h"

namespace bnof::olfaction {

/// Vectors of small whole numbers, one a sensor.
struct TemplateSet {
    std::string name;
    std::size_t sensors = 0;
    int levels = 0;                          ///< values are 0 .. levels - 1
    std::vector<std::vector<int>> templates; ///< one an odour
    std::vector<std::vector<int>> corrupted;
    std::vector<int> truth; ///< odour of each corrupted vector
    std::string digest;     ///< SHA-256 of the data that was read
};

/// Reads from a folder the pair of files NAME_0.csv (one row an odour) and NAME_1.csv (the same number of corrupted
/// rows for each odour, odour after odour) with the most odours; no headers. Errors: no such pair with at least two
/// odours, rows of different lengths, values that are no whole numbers from 0 to 255.
[[nodiscard]] Result<TemplateSet> loadTemplates(const std::string& path);

/// Each sensor has one receptor neuron a level (a population code); a block of output neurons an odour listens to the
/// receptors that its template makes fire, with equal weights (one-shot Hebbian learning); the block with the most
/// spikes in 200 ms names the odour. Beside it the nearest templates by Hamming and by L1 distance, because these solve
/// the task: a network that does too has shown nothing more. The result has the fields of evaluate().
[[nodiscard]] Result<Json> evaluateTemplateRecall(const TemplateSet& set, const EvaluationOptions& options);

} // namespace bnof::olfaction
