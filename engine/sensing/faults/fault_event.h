// SPDX-License-Identifier: GPL-3.0-or-later
// Faults of channels as events of a recording, and back: a replay masks what was masked, whatever it knew before the
// recording began.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/sensing/faults/channel_faults.h"

namespace bnof::sensing {

/// An event "channel fault" in numbers: StreamEvent::count holds channel (bits 0-23, all set: the whole device), kind
/// (24-31), source (32-47) and whether it began (48).
struct FaultNote {
    std::uint32_t source = 0;
    std::uint32_t channel = 0;
    FaultKind kind = FaultKind::Stuck;
    bool active = false;
};

[[nodiscard]] StreamEvent faultEvent(std::uint32_t source, const FaultChange& change,
                                     const std::vector<ChannelInfo>& channels, Timestamp t);
/// Nothing when the event is of another kind.
[[nodiscard]] std::optional<FaultNote> faultNote(const StreamEvent& event);
/// One sample, of the frame at `t` that follows, is withheld from the recogniser as a spike.
[[nodiscard]] StreamEvent withheldEvent(std::uint32_t source, std::uint32_t channel, Timestamp t);

/// The fault for the list of problems: what, where, and how to mend it.
[[nodiscard]] Error faultProblem(const FaultChange& change, const std::vector<ChannelInfo>& channels,
                                 const std::string& device);
/// The name of the channel, or what stands for the whole device.
[[nodiscard]] std::string channelName(const std::vector<ChannelInfo>& channels, std::uint32_t channel);

/// The mask of one source, put together from the events that stand before each frame.
class RecordedMask {
public:
    explicit RecordedMask(std::uint32_t source, std::size_t channels) : m_source(source), m_kinds(channels, 0)
    {
        m_mask.resize(channels, ChannelMask::Good);
    }
    void event(const StreamEvent& event);
    /// For the frame that comes now; a sample withheld counts for this frame alone.
    [[nodiscard]] const std::vector<ChannelMask>& next();

private:
    std::uint32_t m_source;
    std::vector<std::uint16_t> m_kinds; ///< active masking faults, one bit each
    std::vector<std::uint32_t> m_withheld;
    std::vector<ChannelMask> m_mask;
};

} // namespace bnof::sensing
