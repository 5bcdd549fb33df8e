// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/sensing/faults/channel_faults.h"
#include "engine/session/recording_control.h"
#include "engine/session/status_board.h"

namespace bnof::session {

/// Looks for faulty channels in what the sources of a live session send. What it finds becomes events of the
/// recording, problems of the session and the mask that the recogniser gets. Used by the compute thread.
class ChannelWatch {
public:
    explicit ChannelWatch(StatusBoard& board) : m_board(board) {}

    /// What the source measures; begins to look anew when that has changed.
    void setChannels(std::uint32_t source, const std::vector<ChannelInfo>& channels, const std::string& device);
    /// Take in a frame: the events that belong before it.
    std::span<const StreamEvent> look(std::uint32_t source, const SensorFrame& frame);
    /// For the frame of the last look().
    [[nodiscard]] std::span<const sensing::ChannelMask> mask(std::uint32_t source) const;
    /// What the recogniser says tells when the device breathes clean air.
    void decided(std::uint32_t source, bool cleanAir);
    /// A recording begins: it learns what is faulty already.
    void tell(RecordingControl& recording, Timestamp t) const;

private:
    struct Source {
        std::vector<ChannelInfo> channels;
        std::string device;
        std::unique_ptr<sensing::ChannelFaults> faults;
    };
    void show(std::uint32_t source);

    StatusBoard& m_board;
    std::vector<Source> m_sources;
    std::vector<StreamEvent> m_events;
    std::vector<std::string> m_shown; ///< ids of the problems on the board
};

} // namespace bnof::session
