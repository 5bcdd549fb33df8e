// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/fusion/image_features.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "engine/olfaction/baselines/scored_classifier.h"

namespace bnof::olfaction {
namespace {

/// Of the larger spot: what counts as part of it.
constexpr double spotShare = 0.25;
constexpr double noiseDeviations = 4;
/// Normal standard deviations in a median absolute deviation.
constexpr double robustFactor = 1.4826;

double medianOf(std::vector<float> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return double{*middle};
}

std::vector<float> pixelsOf(const cv::Mat& image)
{
    return {image.ptr<float>(), image.ptr<float>() + image.total()};
}

} // namespace

FeatureStream ImageAnalyser::emptyStream() const
{
    const std::string unit = m_scale.unit.empty() ? "" : " (" + m_scale.unit + ")";
    FeatureStream out;
    out.names = {"background" + unit, "hot spot" + unit, "cold spot" + unit, "hot area",
                 "cold area",         "contrast" + unit, "motion" + unit};
    return out;
}

Result<void> ImageAnalyser::process(double seconds, const RawImage& image, FeatureStream& stream)
{
    const std::size_t count = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
    if (image.width < 3 || image.height < 3 || image.pixels.size() != count)
        return makeError(ErrorKind::BadInput, "an image has fewer than 3 x 3 pixels", "images");
    if (!m_before.empty() && (m_before.cols != image.width || m_before.rows != image.height))
        return makeError(ErrorKind::BadInput, "an image has another size than the one before it", "images",
                         "A sequence must come from one camera at one resolution.");
    return guarded("reading the features of an image", [&] {
        cv::Mat now(image.height, image.width, CV_32F);
        for (std::size_t i = 0; i < count; ++i)
            now.ptr<float>()[i] = static_cast<float>(m_scale.gain * image.pixels[i] + m_scale.offset);
        const double background = medianOf(pixelsOf(now));
        const double noise = robustFactor * medianOf(pixelsOf(cv::Mat(cv::abs(now - background))));
        cv::Mat smooth;
        cv::blur(now, smooth, {3, 3});
        double coldest = 0;
        double hottest = 0;
        cv::minMaxLoc(smooth, &coldest, &hottest);
        const double hot = hottest - background;
        const double cold = coldest - background;
        const double limit = std::max(spotShare * std::max(hot, -cold), noiseDeviations * noise);
        const auto share = [&](const cv::Mat& mask) {
            return static_cast<double>(cv::countNonZero(mask)) / static_cast<double>(count);
        };
        const double hotArea = share(smooth > background + limit);
        const double coldArea = share(smooth < background - limit);
        cv::Scalar mean;
        cv::Scalar deviation;
        cv::meanStdDev(now, mean, deviation);
        double motion = 0;
        if (!m_before.empty()) {
            cv::Mat change;
            cv::absdiff(now, m_before, change);
            motion = cv::mean(change)[0];
        }
        now.copyTo(m_before);
        stream.times.push_back(seconds);
        for (const double value : {background, hot, cold, hotArea, coldArea, deviation[0], motion})
            stream.values.push_back(value);
    });
}

} // namespace bnof::olfaction
