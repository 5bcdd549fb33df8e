// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace bnof::olfaction {

struct Sound {
    double sampleRateHz = 0;
    std::vector<float> samples; ///< the mean of the channels; full scale is -1 to 1
    std::uint32_t channels = 1; ///< that the file had
};

/// RIFF/WAVE (Microsoft, "Multimedia Programming Interface and Data Specifications 1.0", 1991, with
/// WAVE_FORMAT_EXTENSIBLE) holding PCM of 16, 24 or 32 bits or IEEE floats of 32 bits, 1 to 64 channels. A data chunk
/// that is cut off is read as far as it goes. Errors: other formats, rates outside 1 kHz to 768 kHz, no samples.
[[nodiscard]] Result<Sound> soundFromWav(std::string_view bytes, const std::string& sourceName);
[[nodiscard]] Result<Sound> readWav(const std::string& path);
/// The bytes of a 16-bit WAV file with a comment chunk (LIST INFO ICMT).
[[nodiscard]] std::string wavBytes(const Sound& sound, const std::string& comment);

} // namespace bnof::olfaction
