// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/decoders/device_decoders.h"

namespace bnof::sensing {

std::vector<DecoderInfo> deviceDecoders()
{
    return {winsenDecoder(), sps30Decoder(), sensorBridgeDecoder(), dgsDecoder(),
            cozirDecoder(),  scpiDecoder(),  bme688Decoder()};
}

} // namespace bnof::sensing
