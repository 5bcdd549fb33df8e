// SPDX-License-Identifier: GPL-3.0-or-later
// A model together with the truth about it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/evaluation.h"

namespace bnof::olfaction {

/// A stretch of one recording and what it is used for when a model is judged.
struct SplitStretch {
    std::size_t recording = 0; ///< of Dataset::recordings
    double from = 0;           ///< seconds since the recording's first frame
    double to = 0;
    bool trains = false; ///< else it tests
};

/// How a data set can be judged honestly: groups held out where there are two or more that share labels, else the
/// later part of the time.
[[nodiscard]] Protocol suitableProtocol(const Dataset& data);
/// What trains and what tests in each split of the protocol, for people to see; what is in no stretch does neither.
/// None when the protocol does not fit the data.
[[nodiscard]] std::vector<std::vector<SplitStretch>> splitsToShow(const Dataset& data,
                                                                  const EvaluationOptions& options);

struct JudgedModel {
    std::vector<std::uint8_t> bytes;
    Json evaluation; ///< what evaluate() says; also in the model's metrics under "evaluation"
};

/// Judges by held-out data first, then trains on everything, so that the figure is of data that no training saw.
/// `kind`: "spiking", "lda", "template", "virtual-receptors" or one of classifierKinds(). The same data and options
/// give the same bytes. Errors: those of evaluate() and of training; cancelled.
[[nodiscard]] Result<JudgedModel> trainAndJudge(const std::string& kind, const Dataset& data,
                                                const EvaluationOptions& options,
                                                const TrainingProgress& progress = {});

} // namespace bnof::olfaction
