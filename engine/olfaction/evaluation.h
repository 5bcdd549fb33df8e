// SPDX-License-Identifier: GPL-3.0-or-later
// Honest figures: the spiking recogniser and the classical baseline, trained on one part of a data set and
// scored on another, at the same instants.
#pragma once

#include <string>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/olfaction/dataset.h"
#include "engine/olfaction/training.h"

namespace bnof::olfaction {

enum class Protocol {
    TimeSplit, ///< the first part of every recording's time trains, the rest tests; never shuffled
    HeldOut,   ///< groups (sessions, days, rooms) that were not trained on test
    /// Like TimeSplit, once for each gas, which is taken out of the training part: does it seem novel in the test?
    LeaveGasOut,
    FirstBatch,      ///< exposures: the first group trains, each later one tests
    PreviousBatches, ///< exposures: all earlier groups train
    TemplateRecall,  ///< one template an odour, then corrupted ones
    FewShot,         ///< exposures: the first group and a few labelled exposures per gas of the tested one train
};

/// "time-split", "held-out", "leave-gas-out", "first-batch", "previous-batches", "few-shot",
/// "template-recall"; the error lists them.
[[nodiscard]] Result<Protocol> protocolFromName(const std::string& name);
[[nodiscard]] std::string nameOf(Protocol protocol);

struct EvaluationOptions {
    Protocol protocol = Protocol::TimeSplit;
    double trainFraction = 0.6;    ///< TimeSplit
    double dropSeconds = 150;      ///< TimeSplit: not trained on at the start (at most a tenth of a recording)
    double gapSeconds = 20;        ///< TimeSplit: between training and scoring
    double scoreStepSeconds = 0.6; ///< one answer is scored every so often, against the label at that instant
    double settledSeconds = 30;    ///< "settled" is later than this after a change of label
    std::size_t folds = 5;         ///< HeldOut: at most so many trainings; groups are dealt to them in turn
    /// HeldOut: the groups that train; empty: those with "train" in their name, or, where there are none, all but one
    /// fold in turn.
    std::vector<std::string> trainGroups = {};
    std::size_t shots = 1;  ///< FewShot: labelled exposures of each gas
    std::size_t draws = 20; ///< FewShot: how often they are drawn anew
    /// Networks of different seeds; figures are their mean. 0: five for FirstBatch and PreviousBatches, else one.
    std::size_t seeds = 0;
    std::vector<std::string> baselines = {}; ///< beside LDA, nearest template and majority: see classifierKinds()
    int bootstrapRounds = 1000;
    int permutationRounds = 200;  ///< shuffles of labels
    double targetAccuracy = 0.95; ///< balanced, of the learning curve's forecast
    TrainingOptions training;
};

/// Train and score; the result is the object that `bnof evaluate --json` prints: protocol, accuracy,
/// accuracy_mean, balanced_accuracy, macro_f1, interval, per_group, settled_accuracy, unknown, rmse,
/// ppm_intervals {component: coverage, median_width in ppm, and both _settled; 0.9 is promised},
/// novelty_auroc, spikes_per_decision, kenyon_activity, baselines.lda,
/// .nearest_template and .majority, paired.lda and .nearest_template (comparisonJson()), label_permutation.spiking (its
/// stored answers) and .lda (trained anew for every shuffle), learning_curve (of LDA; learningCurve()), seeds, per_seed
/// and seed_range (accuracy), leak_test {accuracy, chance, warning, exposures}, confounders and class_balance
/// (confoundersOf()), reaction (ReactionMeter), reliability, confusion, answers (of one seed), training_seconds (wall
/// clock, all seeds), simulated. Intervals draw whole groups; they are null where there is one group only.
/// novelty_auroc is that of exposures to gases that were not trained against those to trained ones, by their mean
/// novelty, averaged over the splits; null with novelty_reason where every gas was trained. Instants of untrained gases
/// count nowhere else. Shares are 0..1, concentrations ppm. Errors: too little data, one group only, whatever
/// refuseUnfit() refuses.
[[nodiscard]] Result<Json> evaluate(const Dataset& data, const EvaluationOptions& options = {},
                                    const TrainingProgress& progress = {});

/// Whether what a sensor shows before an exposure betrays the gas that is about to come: a discriminant is
/// trained on the last seconds of background before the exposures of `train` (without a background: on the
/// first seconds of recordings) and asked about those of `test`. {accuracy, chance, warning, exposures};
/// accuracy is null when there are fewer than 5 exposures on either side.
[[nodiscard]] Json leakTest(const Dataset& train, const Dataset& test);

} // namespace bnof::olfaction
