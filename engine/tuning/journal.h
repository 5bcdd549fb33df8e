// SPDX-License-Identifier: GPL-3.0-or-later
// What a study has done so far, on the disk: every step is there before the next one begins, so that a study that was
// killed goes on where it was.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/tuning/trial.h"

namespace bnof::tuning {

/// A study as it is written down. For displays: readJournal() may be called while another process runs it.
struct StudyRecord {
    Json plan;                 ///< what StudyPlan::toJson() wrote
    std::vector<Trial> trials; ///< by number; those under way are Running
    Json result;               ///< what was noted at the end; null before
    SearchSpace space;         ///< of the plan
};

/// Errors: no such file, no journal of this program, damaged.
[[nodiscard]] Result<StudyRecord> readJournal(const std::string& path);

/// The writer. One process at a time; may be called from several threads.
class Journal {
public:
    /// Creates the file, or goes on with it when it holds the same plan. Errors: another plan (the first field that
    /// differs is named), another process is writing it, not permitted, disk full.
    [[nodiscard]] static Result<std::unique_ptr<Journal>> open(const std::string& path, const Json& plan);
    /// Keeps nothing: for studies that need not survive.
    [[nodiscard]] static std::unique_ptr<Journal> inMemory();
    virtual ~Journal() = default;

    /// What was there when it was opened.
    [[nodiscard]] virtual const std::vector<Trial>& trials() const = 0;
    virtual Result<void> begin(const Trial& trial, const SearchSpace& space) = 0;
    /// The last loss of the trial, and its detail so far.
    virtual Result<void> step(const Trial& trial) = 0;
    /// State, detail and reason of a trial that has ended.
    virtual Result<void> finish(const Trial& trial) = 0;
    virtual Result<void> noteResult(const Json& result) = 0;
};

} // namespace bnof::tuning
