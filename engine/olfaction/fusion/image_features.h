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
/// - background (median); hot spot and cold spot (extremes of 3 x 3 means) less the background; hot and cold area, the
///   share of the pixels that deviate to that side by more than a quarter of the larger spot and at least four noise
///   deviations (by the median absolute deviation);
/// - the same four of the change against a causal background model, the running mean of each pixel (a time constant of
///   60 s; until then the mean of all frames so far), which is what a steady hot machine does not show up in (Piccardi,
///   "Background subtraction techniques: a review", IEEE SMC 2004, section 2.1);
/// - contrast (standard deviation), and motion (mean absolute change since the frame before; 0 at the first).
class ImageAnalyser {
public:
    explicit ImageAnalyser(PixelScale scale) : m_scale(std::move(scale)) {}

    [[nodiscard]] FeatureStream emptyStream() const;
    /// Errors: an image of fewer than 3 x 3 pixels, or of another size than before.
    Result<void> process(double seconds, const RawImage& image, FeatureStream& stream);

private:
    PixelScale m_scale;
    cv::Mat m_before;
    cv::Mat m_usual; ///< running mean of each pixel
    double m_last = 0;
    double m_frames = 0;
};

} // namespace bnof::olfaction
