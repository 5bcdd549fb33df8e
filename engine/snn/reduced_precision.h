// SPDX-License-Identifier: GPL-3.0-or-later
// The same network with its weights given in fewer bits.
#pragma once

#include <span>

#include "engine/base/result.h"
#include "engine/snn/clip_calibration.h"
#include "engine/snn/network.h"

namespace bnof::snn {

/// Every projection that does not learn gives its weights in `precision`; learning ones keep theirs.
[[nodiscard]] Network withPrecision(Network network, Precision precision);

/// Int8 where `clips` says so, full precision elsewhere. Weights above the projection's percentile become that
/// percentile, which leaves the others finer steps. `clips` has one entry a projection, or is empty: everything int8,
/// nothing clipped. Errors: another number of entries, a percentile outside (0, 100], a learning projection.
[[nodiscard]] Result<Network> withClips(Network network, std::span<const ProjectionClip> clips);

/// Projections that withClips has something to choose for: those with weights of their own that do not learn.
[[nodiscard]] bool hasClip(const Projection& projection);

} // namespace bnof::snn
