// SPDX-License-Identifier: GPL-3.0-or-later
// Labelled recordings of the program's own as a data set to train and test on.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/olfaction/dataset.h"
#include "engine/recording/export_csv.h"

namespace bnof::session {

enum class GroupBy {
    Recording, ///< each recording is a group
    Day,       ///< recordings of one day (UTC) belong together
};

/// A data set of finished recordings (.bnr) in the order of their time: frames of the source that was recognised,
/// labelled by what courseOf() makes of the marks; air is the background between exposures. What belongs to nothing
/// (interrupted trials, gaps) cuts a recording into parts of one group. Values of a channel while it was masked as
/// faulty are missing. The first recording says which channels; the others must have them by name, in any order.
/// Errors name the recording: unreadable, no marked exposure, a channel that is missing.
[[nodiscard]] Result<olfaction::Dataset> datasetOfRecordings(const std::vector<std::string>& paths,
                                                             GroupBy groupBy = GroupBy::Recording,
                                                             const recording::Progress& progress = {});

/// Whatever holds labelled measurements: a recording, a folder of recordings, or what olfaction::loadDataset() reads.
[[nodiscard]] Result<olfaction::Dataset> openDataset(const std::string& path,
                                                     const olfaction::DatasetOptions& options = {});

} // namespace bnof::session
