// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "engine/recording/reader.h"

namespace bnof::recording {

struct ConvertOptions {
    bool cold = false;         ///< smallest: long blocks, entropy coded; slower to read at a place
    std::string codec = "lz4"; ///< of what has no codec of its own, see storage::codecFromName
    std::uint64_t segmentBytes = 1ULL << 30;
};

/// Write a recording anew: the same items, model, descriptions and uuid in the newest format. What is damaged stays
/// behind. `progress` gets the share done (0..1); false stops it (ErrorKind::Cancelled). After an error no new file is
/// left. Errors: `outPath` exists, what cannot be read, disk full.
Result<void> convert(const std::string& path, const std::string& outPath, const ConvertOptions& options = {},
                     const std::function<bool(double)>& progress = {});

} // namespace bnof::recording
