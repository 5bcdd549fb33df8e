// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "engine/base/result.h"
#include "engine/recording/reader.h"

namespace bnof::recording {

/// Called with the share done (0..1); return false to cancel.
using Progress = std::function<bool(double)>;

/// Write `path` (frames as CSV: t_s, device_s, utc, channels, gas, confidence, ppm, mark, event),
/// `path`.spikes.csv when `withSpikes`, and `path`.json (the metadata sidecar: units, model, hashes, loss
/// counters, columns). Never overwrites; a cancelled or failed export leaves no files.
Result<void> exportCsv(Reader& reader, const std::string& path, bool withSpikes = false, const Progress& progress = {});

} // namespace bnof::recording
