// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <opencv2/core/mat.hpp>

#include "engine/olfaction/fusion/feature_stream.h"

namespace bnof::olfaction {

/// A picture as a file or camera gives it: one number a pixel.
struct RawImage {
    int width = 0;
    int height = 0;
    int bits = 8; ///< 8 or 16
    std::vector<std::uint16_t> pixels;
};

/// What a pixel means: value = gain * pixel + offset. Radiometric cameras write temperatures so (FLIR: 0.04 K or 0.01 K
/// a step above absolute zero); a camera picture is brightness from 0 to 1.
struct PixelScale {
    double gain = 1.0 / 255;
    double offset = 0;
    std::string unit; ///< "°C"; empty: brightness

    bool operator==(const PixelScale&) const = default;
};

/// Frames of one camera as they come in. Features, in the pixels' unit where not said otherwise:
/// background (median), hot spot and cold spot (extremes of 3 x 3 means) less the background, area of what deviates by
/// more than a quarter of the larger of the two spots and at least four noise deviations (share of the pixels), the
/// same for the cold side, contrast (standard deviation), and motion (mean absolute change since the frame before; 0
/// at the first).
class ImageAnalyser {
public:
    explicit ImageAnalyser(PixelScale scale) : m_scale(std::move(scale)) {}

    [[nodiscard]] FeatureStream emptyStream() const;
    /// Errors: an empty image, or one of another size than before.
    Result<void> process(double seconds, const RawImage& image, FeatureStream& stream);

private:
    PixelScale m_scale;
    cv::Mat m_before;
};

} // namespace bnof::olfaction
