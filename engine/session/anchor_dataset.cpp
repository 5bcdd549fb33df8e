// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/anchor_dataset.h"

#include "engine/session/dataset_writer.h"

namespace bnof::session {

Result<void> AnchorDataset::anchor(const sensing::LabelledFrames& frames)
{
    m_exposures.push_back(frames);
    return {};
}

Result<void> AnchorDataset::finished()
{
    const auto& first = m_exposures.front();
    BNOF_TRY_ASSIGN(const auto writer, DatasetWriter::create(m_folder, first.channels, m_simulated));
    const Timestamp zero = first.times.front();
    for (const auto& exposure : m_exposures) {
        const std::size_t width = exposure.channels.size();
        for (std::size_t i = 0; i < exposure.times.size(); ++i)
            writer->frame(toSeconds(exposure.times[i] - zero), std::span(exposure.values).subspan(i * width, width));
        // The last frame belongs to the puff, too: it ends half a period after it.
        const Timestamp length = exposure.times.back() - exposure.times.front();
        const auto half = length / (2 * static_cast<Timestamp>(exposure.times.size()));
        writer->exposure(exposure.label, toSeconds(exposure.times.front() - zero),
                         toSeconds(exposure.times.back() - zero + half), exposure.ppm);
    }
    BNOF_TRY(writer->finish());
    m_frames = writer->frames();
    return {};
}

} // namespace bnof::session
