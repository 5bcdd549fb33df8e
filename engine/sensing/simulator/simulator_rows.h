// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/sensing/decoders/decoder_text.h"
#include "engine/sensing/simulator/simulated_nose.h"

namespace bnof::sensing {

/// One line of a simulated device, before it is printed.
struct SimulatorRow {
    double seconds = 0;              ///< since the first row
    std::vector<std::string> fields; ///< as text, in the order of columns()
};

/// Where a simulated device takes its values from.
class RowSource {
public:
    virtual ~RowSource() = default;
    [[nodiscard]] virtual const std::vector<std::string>& columns() const = 0;
    [[nodiscard]] virtual const DeviceDescription& description() const = 0;
    /// What the data is, in a sentence for a comment line.
    [[nodiscard]] virtual std::string notice() const = 0;
    /// False at the end of the data; an error is left in `problem`.
    virtual bool next(SimulatorRow& row) = 0;
    [[nodiscard]] virtual std::optional<Error> problem() const { return std::nullopt; }
};

/// The simulated nose: a time column "t_s" and its channels.
[[nodiscard]] std::unique_ptr<RowSource> makeNoseRows(const NoseOptions& options, NoseScript script);

struct FileRowsOptions {
    std::string path;                     ///< CSV with a header line, plain or gzip
    std::vector<std::string> omitColumns; ///< e.g. the labels
    double rateHz = 0;                    ///< 0: the file's own time column sets the pace
    double fromSeconds = 0;               ///< in the file's time
    double toSeconds = 0;                 ///< 0: to the end
};
/// The rows of a real recording, so that a source can be tested with real data.
[[nodiscard]] Result<std::unique_ptr<RowSource>> makeFileRows(const FileRowsOptions& options);

} // namespace bnof::sensing
