// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/spike_history.h"
#include "engine/base/trace_history.h"
#include "engine/recording/reader.h"

namespace bnof::studio {

/// A recording in memory as displays want it. The histories may be read while they are being filled.
struct LoadedRecording {
    std::string path;
    recording::RecordingMetadata metadata;
    recording::Summary summary;
    recording::Health health;
    std::uint64_t fileSize = 0;
    std::shared_ptr<TraceHistory> traces; ///< of the first source
    std::shared_ptr<SpikeHistory> spikes; ///< null when it holds none
    bool onlyNewest = false;              ///< too long for memory: traces hold the newest part
    // Complete once loadStreams() has returned.
    std::vector<Decision> decisions;
    std::vector<Mark> marks;
    std::vector<StreamEvent> events;
};

/// What the file says about itself, and empty histories of the right size. Not for the GUI thread.
[[nodiscard]] Result<std::shared_ptr<LoadedRecording>> openRecording(const std::string& path);
/// Fill the histories. `progress` gets the share done and stops by returning false. Not for the GUI thread.
Result<void> loadStreams(LoadedRecording& loaded, const std::function<bool(double)>& progress);

} // namespace bnof::studio
