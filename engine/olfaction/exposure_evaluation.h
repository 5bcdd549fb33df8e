// SPDX-License-Identifier: GPL-3.0-or-later
// Honest figures on exposures recorded over months: what a recogniser trained on earlier batches reaches on later ones.
#pragma once

#include "engine/olfaction/evaluation.h"
#include "engine/olfaction/exposures.h"

namespace bnof::olfaction {

/// Protocols FirstBatch, PreviousBatches and FewShot. The result has the fields of evaluate(), with the batches as
/// groups; in FewShot every figure is the mean over the draws of the labelled exposures, all recognisers get the same
/// draws, and paired.*.interval is that of the mean difference over the draws (Student's t). `adapted` are the same
/// figures with re-centring by a running mean and deviation of the batch so far (no label is looked at, none of the
/// future is). Errors: fewer than two groups, a group without exposures.
[[nodiscard]] Result<Json> evaluateExposures(const ExposureTable& table, const EvaluationOptions& options,
                                             const TrainingProgress& progress = {});

} // namespace bnof::olfaction
