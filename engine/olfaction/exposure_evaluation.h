// SPDX-License-Identifier: GPL-3.0-or-later
// Honest figures on exposures recorded over months: what a recogniser trained on earlier batches reaches on later ones.
#pragma once

#include "engine/olfaction/evaluation.h"
#include "engine/olfaction/exposures.h"

namespace bnof::olfaction {

/// Protocols FirstBatch, PreviousBatches, FewShot and LeaveGasOut (evaluateNovelty()). The result has the fields of
/// evaluate(), with the batches as groups; accuracy_mean and paired.*.difference_mean weigh every batch the same. In
/// FewShot every figure is the mean over the draws of the labelled exposures, all recognisers get the same draws, and
/// paired.*.interval is that of the mean difference over the draws (Student's t), interval_groups that over batches.
/// `adapted` are the same figures with re-centring by a running mean and deviation of the batch so far (no label is
/// looked at, none of the future is). per_seed and seed_range, or per_draw and draw_range, are mean accuracies over the
/// batches. Errors: those of refuseUnfit().
[[nodiscard]] Result<Json> evaluateExposures(const ExposureTable& table, const EvaluationOptions& options,
                                             const TrainingProgress& progress = {});

} // namespace bnof::olfaction
