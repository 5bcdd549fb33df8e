// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "engine/sensing/decoders/binary_decoder.h"
#include "engine/sensing/decoders/decoder_description.h"

namespace bnof::sensing {

/// The checksums that decoder descriptions name, over these bytes:
/// sum8 (low byte of the sum), sum8-negated (sum and checksum add up to 0), sum8-inverted (they add up to 0xFF),
/// xor8, sum16, crc8 (polynomial 0x31, initial value 0xFF), crc16-modbus (0xA001 reflected, 0xFFFF),
/// crc16-ccitt (0x1021, 0xFFFF), crc32 (IEEE 802.3).
[[nodiscard]] std::uint32_t checksumOf(DecoderDescription::Checksum kind, Bytes bytes);

} // namespace bnof::sensing
