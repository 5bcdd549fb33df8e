// SPDX-License-Identifier: GPL-3.0-or-later
// The decoders of particular devices, one file each.
#pragma once

#include <vector>

#include "engine/sensing/decoders/decoder.h"

namespace bnof::sensing {

[[nodiscard]] DecoderInfo winsenDecoder();
[[nodiscard]] DecoderInfo sps30Decoder();
[[nodiscard]] DecoderInfo sensorBridgeDecoder();
[[nodiscard]] DecoderInfo dgsDecoder();
[[nodiscard]] DecoderInfo cozirDecoder();
[[nodiscard]] DecoderInfo scpiDecoder();
[[nodiscard]] DecoderInfo bme688Decoder();

/// All of them.
[[nodiscard]] std::vector<DecoderInfo> deviceDecoders();

} // namespace bnof::sensing
