// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of the encoders: one class a code.
#pragma once

#include "engine/olfaction/encoders/encoder.h"

namespace bnof::olfaction {

[[nodiscard]] std::unique_ptr<Encoder> makeCode(const EncoderParameters& parameters, std::size_t channels);

} // namespace bnof::olfaction
