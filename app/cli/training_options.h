// SPDX-License-Identifier: GPL-3.0-or-later
// What `train` and `evaluate` take alike.
#pragma once

#include "app/cli/command.h"
#include "engine/olfaction/training.h"

namespace bnof::cli {

/// --encoder and --learning.
void describeTraining(QCommandLineParser& parser);
/// Puts them into `options`. Errors: unknown names.
[[nodiscard]] Result<void> readTraining(const Invocation& invocation, olfaction::TrainingOptions& options);

} // namespace bnof::cli
