// SPDX-License-Identifier: GPL-3.0-or-later
// Training on some groups of a data set and answering the exposures of others: what a search measures.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/exposures.h"
#include "engine/tuning/recogniser_settings.h"

namespace bnof::tuning {

/// One exposure of a tested group.
struct HeldOutAnswer {
    std::uint32_t unit = 0; ///< the same exposure has the same number, whatever was trained
    int group = 0;
    int truth = 0;
    int said = -1;
};

struct TrainedAndTested {
    std::vector<HeldOutAnswer> answers;
    double modelBytes = 0;         ///< of the model file; of exposures: of the numbers that the recogniser consists of
    double secondsPerDecision = 0; ///< CPU time, measured
    double spikesPerDecision = 0;  ///< 0 for what does not spike
    std::vector<std::uint8_t> model; ///< of recordings: the model file
};

/// Called now and then; false cancels.
using GoOn = std::function<bool()>;

/// Labelled data in groups (recordings of a session, days, batches) that are never split. May be used by several
/// threads at once.
class RecogniserProblem {
public:
    virtual ~RecogniserProblem() = default;
    [[nodiscard]] virtual const std::vector<std::string>& groups() const = 0; ///< in their order in time
    [[nodiscard]] virtual bool isExposures() const = 0;
    /// What the data is: {name, digest, exposures}; equal data gives equal descriptions.
    [[nodiscard]] virtual Json describe() const = 0;
    [[nodiscard]] virtual const std::vector<std::string>& notes() const = 0;
    /// Indices into groups(). Errors: what the training reports, cancelled.
    virtual Result<TrainedAndTested> run(const RecogniserSettings& settings, const std::vector<int>& train,
                                         const std::vector<int>& test, const GoOn& goOn) const = 0;
};

/// A data set with fewer than `fewestGroups` groups is cut into six parts of equal time, which is noted. Errors:
/// whatever refuseUnfit() refuses.
[[nodiscard]] Result<std::unique_ptr<RecogniserProblem>> problemOf(olfaction::Dataset data);
[[nodiscard]] Result<std::unique_ptr<RecogniserProblem>> problemOf(olfaction::ExposureTable table);
/// Two to search with, one for the comparison at the end.
constexpr std::size_t fewestGroups = 3;

} // namespace bnof::tuning
