// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a trial that is not finished is worth going on with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/tuning/trial.h"

namespace bnof::tuning {

struct PrunerOptions {
    std::string kind = "median"; ///< "none", "median", "halving"
    std::uint32_t startup = 5;   ///< complete trials before any is given up
    std::uint32_t warmUp = 1;    ///< steps that every trial may run
    std::uint32_t reduction = 3; ///< halving: one in so many goes on from each rung
};

/// Errors: an unknown kind, a reduction below 2.
[[nodiscard]] Result<void> validate(const PrunerOptions& options);

/// After each step of a trial, with the trials of earlier rounds. "median": its mean loss so far is above the median of
/// what complete trials had at the same step (Golovin et al., "Google Vizier", KDD 2017, section 3.2). "halving": after
/// 1, eta, eta^2 ... steps it is not among the best 1/eta of all that came so far (asynchronous successive halving, Li
/// et al., MLSys 2020).
[[nodiscard]] bool shouldPrune(const PrunerOptions& options, const std::vector<Trial>& finished,
                               const std::vector<double>& losses);

} // namespace bnof::tuning
