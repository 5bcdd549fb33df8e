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
    bool growing = false;                 ///< it is being recorded
    // What RecordingLoader found, in the order of the file.
    std::vector<Decision> decisions;
    std::vector<Mark> marks;
    std::vector<StreamEvent> events;
};

/// What the file says about itself, and empty histories of the right size. Not for the GUI thread.
[[nodiscard]] Result<std::shared_ptr<LoadedRecording>> openRecording(const std::string& path);
/// Fills the histories of a recording, and goes on as the recording grows. One call at a time, not on the GUI thread.
class RecordingLoader {
public:
    /// What displays keep beside the histories; theirs to add to a LoadedRecording.
    struct Additions {
        std::vector<Decision> decisions;
        std::vector<Mark> marks;
        std::vector<StreamEvent> events;
        recording::Summary summary; ///< of all of the recording
        recording::Health health;
        bool growing = false; ///< there may be more
    };

    explicit RecordingLoader(std::shared_ptr<LoadedRecording> loaded);
    ~RecordingLoader();
    RecordingLoader(const RecordingLoader&) = delete;
    RecordingLoader& operator=(const RecordingLoader&) = delete;

    /// What has come since the last call. `progress` gets the share done and stops by returning false.
    [[nodiscard]] Result<Additions> load(const std::function<bool(double)>& progress);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace bnof::studio
