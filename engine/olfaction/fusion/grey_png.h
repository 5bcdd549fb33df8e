// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/olfaction/fusion/image_features.h"

namespace bnof::olfaction {

/// The bytes of a 16-bit grey PNG file (ISO/IEC 15948) with a text chunk "Comment".
[[nodiscard]] std::string greyPng(const RawImage& image, const std::string& comment);

} // namespace bnof::olfaction
