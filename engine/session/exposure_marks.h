// SPDX-License-Identifier: GPL-3.0-or-later
// What the marks of a recording say about its exposures: those that a protocol set, or a person.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/recording/recording.h"

namespace bnof::session {

/// One complete exposure: frames in [from, to).
struct MarkedExposure {
    Timestamp from = 0;
    Timestamp to = 0;
    std::string gas; ///< "air": a blank
    double ppm = 0;  ///< NaN: unknown; 0: a blank
};

struct MarkedCourse {
    bool byProtocol = false;
    std::vector<MarkedExposure> exposures;
    std::vector<std::pair<Timestamp, Timestamp>> spoilt; ///< [from, to) belongs to nothing: interrupted trials
    std::vector<std::string> notes;                      ///< marks that were not understood or have no end
};

/// In a recording of a protocol only the protocol's marks count, and an interrupted trial is spoilt until it began
/// anew. Elsewhere a person's mark begins an exposure when it names a gas with a concentration ("ethanol 100 ppm",
/// "H2S 20 ppb"), or reads "exposure GAS" or "blank"; it ends with the next exposure or with "end", "off", "air",
/// "purge", "recovery", "baseline", "wait" or "valve closed". An exposure that never ended is left out and noted.
/// Errors: the protocol in the recording cannot be read.
[[nodiscard]] Result<MarkedCourse> courseOf(const recording::RecordingMetadata& metadata,
                                            const std::vector<Mark>& marks, const std::string& name);

} // namespace bnof::session
