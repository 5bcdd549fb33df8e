// SPDX-License-Identifier: GPL-3.0-or-later
// How value types are written into recordings and models.
#pragma once

#include "engine/base/json.h"
#include "engine/base/types.h"

namespace bnof {

[[nodiscard]] Json toJson(const ChannelInfo& channel);
/// What is missing or of another type becomes empty or 0.
[[nodiscard]] ChannelInfo channelFromJson(const Json& json);

} // namespace bnof
