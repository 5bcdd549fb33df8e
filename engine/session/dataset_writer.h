// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"

namespace bnof::session {

/// Writes a training set that "bnof train" reads: FOLDER/frames.csv with the raw values and FOLDER/manifest.csv with
/// label, onset, offset and concentration of every exposure (see olfaction::loadDataset()).
class DatasetWriter {
public:
    /// Errors: the folder exists already or cannot be made.
    [[nodiscard]] static Result<std::unique_ptr<DatasetWriter>>
    create(const std::string& folder, const std::vector<ChannelInfo>& channels, bool simulated);
    /// `seconds` since the first frame, strictly increasing.
    void frame(double seconds, std::span<const float> values);
    /// Frames in [from, to) are of `label`. `ppm`: NaN where it is not known.
    void exposure(const std::string& label, double from, double to, double ppm);
    /// Errors: the disk is full, or the files cannot be written.
    Result<void> finish();
    [[nodiscard]] std::uint64_t frames() const { return m_count; }

private:
    explicit DatasetWriter(std::string folder);

    std::string m_folder;
    std::ofstream m_frames;
    std::ofstream m_manifest;
    std::uint64_t m_count = 0;
};

} // namespace bnof::session
