// SPDX-License-Identifier: GPL-3.0-or-later
// What can be done with an experiment that is on the disk, and with more than two models.
#pragma once

#include <optional>

#include "app/cli/command.h"

namespace bnof::cli {

/// "status FILE", "promote FILE", "rollback FILE", "report FILE PDF", "league MODEL..."; nothing: none of these.
[[nodiscard]] std::optional<int> runExperimentCommand(const Invocation& invocation);

} // namespace bnof::cli
