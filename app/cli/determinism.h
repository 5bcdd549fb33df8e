// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace bnof::cli {

/// `bnof verify --determinism MODEL RECORDING`: the recording's frames through the model's network on every back end of
/// this machine, and once more handed from back end to back end as saved state; FailedCheck when any bit of the
/// spikes, the decisions or the final state differs.
int runDeterminism(const Invocation& invocation);

} // namespace bnof::cli
