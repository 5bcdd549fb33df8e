// SPDX-License-Identifier: GPL-3.0-or-later
// The back ends by name.
#pragma once

#include <memory>

#include "engine/snn/backend.h"
#include "engine/snn/simulation.h"

namespace bnof::snn {

/// The back end that the options ask for. Errors: an unknown name, a back end that this machine cannot run, memory.
[[nodiscard]] Result<std::unique_ptr<BackEnd>> makeBackEnd(std::shared_ptr<const Plan> plan,
                                                           const SimulationOptions& options);

} // namespace bnof::snn
