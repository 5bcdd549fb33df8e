// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of evaluation: do exposures to a gas that nobody taught seem unfamiliar?
#pragma once

#include "engine/olfaction/evaluation.h"
#include "engine/olfaction/exposures.h"

namespace bnof::olfaction {

/// Protocol LeaveGasOut on exposures: for each batch but the first and each gas of it, networks learn from all earlier
/// batches without that gas and are asked about the batch. novelty_auroc is that of the novelty of exposures to the gas
/// left out against those of the others, averaged over batches and gases (novelty_per_gas, novelty_per_group,
/// novelty_auroc_splits); for LDA the distance from what was learnt takes the place of the novelty. accuracy and its
/// like are those of the gases that were trained. paired.lda is of the AUROC: {difference, interval by batch, text}.
/// Errors: fewer than three gases.
[[nodiscard]] Result<Json> evaluateNovelty(const ExposureTable& table, const EvaluationOptions& options,
                                           const TrainingProgress& progress);

} // namespace bnof::olfaction
