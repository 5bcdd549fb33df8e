// SPDX-License-Identifier: GPL-3.0-or-later
// A search: trials in rounds, on one thread or several, interrupted or not, always the same trials.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/tuning/journal.h"
#include "engine/tuning/pruner.h"
#include "engine/tuning/sampler.h"

namespace bnof::tuning {

/// What is searched and how. Everything that the trials depend on is in here.
struct StudyPlan {
    SearchSpace space;
    SamplerOptions sampler;
    PrunerOptions pruner;
    Json subject = Json::object(); ///< what the objective is: data, folds, present values
};
/// {space, sampler, pruner, subject}.
[[nodiscard]] Json toJson(const StudyPlan& plan);

/// What a point is worth. Called from several threads at once, never twice at once for the same trial; the same
/// arguments must give the same loss.
class Objective {
public:
    virtual ~Objective() = default;
    [[nodiscard]] virtual std::size_t steps() const = 0;
    /// Loss of one step (a fold), smaller is better. An error of kind Cancelled stops the study, any other one fails
    /// the trial. `detail` is the trial's, for what else there is to tell.
    virtual Result<double> run(const Point& point, std::size_t step, Json& detail) = 0;
};

/// How a study is doing; called on one of its threads, one at a time. False stops it after the steps under way.
using StudyProgress = std::function<bool(const std::vector<Trial>& trials)>;

struct StudyOptions {
    std::uint32_t trials = 50; ///< in all, with those that the journal has already
    std::uint32_t workers = 1;
    StudyProgress progress = {};
};

/// Runs or goes on. Every trial, by number. What was done of a trial that was interrupted is not done again. Errors:
/// cancelled (the journal can be resumed), whatever the journal reports, unusable options.
[[nodiscard]] Result<std::vector<Trial>> runStudy(const StudyPlan& plan, Objective& objective, Journal& journal,
                                                  const StudyOptions& options);

} // namespace bnof::tuning
