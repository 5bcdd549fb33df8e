// SPDX-License-Identifier: GPL-3.0-or-later
// The JSON lines of `bnof watch`, of a running session and of a recording.
#pragma once

#include <vector>

#include "app/cli/command.h"
#include "engine/base/types.h"

namespace bnof::cli {

[[nodiscard]] Json channelsLine(std::uint32_t source, const std::vector<ChannelInfo>& channels);
/// t and device_s in seconds; values by channel name, as many as there are names.
[[nodiscard]] Json frameLine(std::uint32_t source, const SensorFrame& frame, const std::vector<ChannelInfo>& channels);
[[nodiscard]] Json eventLine(const StreamEvent& event);

/// `bnof watch FILE.bnr`: what a recording holds, and with --follow what is added to it until it is closed.
int watchRecording(const Invocation& invocation);

} // namespace bnof::cli
