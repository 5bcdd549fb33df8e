// SPDX-License-Identifier: GPL-3.0-or-later
// Where an import becomes a recording. Private to this folder.
#pragma once

#include "engine/recording/interchange/importers.h"
#include "engine/recording/new_file.h"
#include "engine/recording/recorder.h"

namespace bnof::recording {

struct ImportSource {
    std::string path;
    std::vector<std::string> files;
    std::string sha256;
    std::string state; ///< sizes and times of change, to see whether the files change meanwhile
};
[[nodiscard]] std::string fileStates(const std::vector<std::string>& files);

/// Records under a temporary name beside `out`, which appears whole or not at all.
class RecordingTarget final : public ImportTarget {
public:
    [[nodiscard]] static Result<std::unique_ptr<RecordingTarget>>
    create(const ImportSource& source, const std::string& out, const ImportOptions& options, const Progress& progress);
    Result<void> begin(const ImportDescription& description) override;
    Result<void> frame(std::uint32_t source, Timestamp t, double deviceSeconds, std::span<const float> values) override;
    Result<void> spikes(std::uint32_t layer, std::span<const Spike> spikes) override;
    Result<void> mark(const Mark& mark) override;
    Result<void> event(const StreamEvent& event) override;
    Result<void> note(const std::string& text) override;
    Result<void> progress(double share) override;

    /// Completes the recording and gives it its name.
    Result<ImportOutcome> finish();

private:
    RecordingTarget(ImportSource source, std::string out, ImportOptions options, const Progress& progress,
                    std::unique_ptr<NewPath> folder)
        : m_source(std::move(source)), m_out(std::move(out)), m_options(std::move(options)), m_progress(progress),
          m_folder(std::move(folder))
    {}
    Result<void> accepted(bool yes);

    ImportSource m_source;
    std::string m_out;
    ImportOptions m_options;
    const Progress& m_progress;
    std::unique_ptr<NewPath> m_folder; ///< holds the recording until it is complete
    std::unique_ptr<Recorder> m_recorder;
    ImportOutcome m_outcome;
    Timestamp m_last = 0;
};

} // namespace bnof::recording
