// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"

namespace bnof::session {

struct ProtocolDataset {
    std::uint64_t frames = 0;
    int exposures = 0;   ///< complete ones
    int interrupted = 0; ///< left out, with everything until the trial began anew
};

/// Makes a training set of a recording of a protocol: FOLDER/frames.csv with the raw values and FOLDER/manifest.csv
/// with label, onset, offset and concentration of every complete exposure; blanks and the air
/// between are the background. "bnof train FOLDER" reads it. Errors: no protocol in the recording, no complete
/// exposure, a folder that exists.
[[nodiscard]] Result<ProtocolDataset> writeProtocolDataset(const std::string& recording, const std::string& folder);

} // namespace bnof::session
