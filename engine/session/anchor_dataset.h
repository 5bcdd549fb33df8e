// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/sensing/calibration/anchors.h"

namespace bnof::session {

/// Makes a training set of clean air and the puffs after it, for "bnof train FOLDER". Nothing is written before every
/// gas has had its puff, so that what was given up leaves no half folder.
class AnchorDataset final : public sensing::AnchorReceiver {
public:
    AnchorDataset(std::string folder, bool simulated) : m_folder(std::move(folder)), m_simulated(simulated) {}

    Result<void> anchor(const sensing::LabelledFrames& frames) override;
    /// Errors: the folder exists already or cannot be written.
    Result<void> finished() override;
    [[nodiscard]] std::uint64_t frames() const { return m_frames; }

private:
    std::string m_folder;
    bool m_simulated;
    std::uint64_t m_frames = 0;
    std::vector<sensing::LabelledFrames> m_exposures;
};

} // namespace bnof::session
