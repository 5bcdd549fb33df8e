// SPDX-License-Identifier: GPL-3.0-or-later
// `bnof tune` and the training workspace: a search over a recogniser's settings whose winner has to prove itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/experiments/paired_comparison.h"
#include "engine/tuning/recogniser_problem.h"
#include "engine/tuning/study.h"

namespace bnof::tuning {

struct TuneOptions {
    SearchSpace space = {}; ///< empty: usualSpace()
    SamplerOptions sampler = {};
    PrunerOptions pruner = {};
    std::uint32_t trials = 40;
    std::uint32_t workers = 1;
    std::uint32_t folds = 5;             ///< of the inner cross-validation, at most as many as there are groups
    double heldOutShare = 0.25;          ///< of the groups, the last ones in time, at least one
    std::uint64_t seed = 1;              ///< of every training
    std::string presentKind = "spiking"; ///< of the model in use, and of trials whose space names no kind
    std::string journal;                 ///< empty: none is kept
    experiments::ComparisonOptions comparison = {};
    StudyProgress progress = {};
    GoOn goOn = [] { return true; };
};

/// What a search needs to know of its data: which groups it may see.
struct TuneSplit {
    std::vector<int> search;  ///< indices into RecogniserProblem::groups()
    std::vector<int> heldOut; ///< seen by nothing before the comparison at the end
    std::size_t folds = 0;    ///< group i of `search` is tested in fold i mod folds
};
[[nodiscard]] TuneSplit splitFor(const RecogniserProblem& problem, const TuneOptions& options);

struct TuneResult {
    std::vector<Trial> trials;
    std::size_t chosen = 0;         ///< index into trials: the simplest of those within one standard error of the best
    std::vector<std::size_t> front; ///< no trial is better in error, decision time and bytes at once
    experiments::PairedComparison comparison; ///< A: the present settings, B: the chosen ones
    bool mayBePromoted = false;
    std::string verdict;             ///< for people
    std::vector<std::uint8_t> model; ///< of recordings: the chosen settings, trained on all groups of the search
    Json report;                     ///< all of it
};

/// Searches by grouped cross-validation inside the groups of the search, takes the simplest among equals, trains it and
/// the present settings on all groups of the search, and lets both answer the held-out exposures. It may be promoted
/// when it is better there, or equivalent and smaller. Loss is the share of wrong answers, fold by fold. The samplers
/// see nothing but the loss, because measured time would make trials irreproducible. Errors: cancelled (the journal can
/// be resumed), no complete trial, whatever the journal, the space or the present settings' training report.
[[nodiscard]] Result<TuneResult> tuneRecogniser(const RecogniserProblem& problem, const TuneOptions& options);

/// What a display shows of one trial: {number, state, parameters, error, standard_error, seconds_per_decision, bytes}.
[[nodiscard]] Json trialJson(const SearchSpace& space, const Trial& trial);

} // namespace bnof::tuning
