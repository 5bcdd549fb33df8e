// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/fusion/image_features.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "engine/base/exact_math.h"
#include "engine/olfaction/baselines/scored_classifier.h"

namespace bnof::olfaction {
namespace {

/// Of the larger spot: what counts as part of it.
constexpr double spotShare = 0.25;
constexpr double noiseDeviations = 4; ///< of a 3 x 3 mean, a third of those of a pixel
constexpr double usualSeconds = 60;
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

/// Hot spot and cold spot against the median, and the area of each side.
void appendSpots(const cv::Mat& image, double median, std::vector<double>& out)
{
    const double noise = robustFactor * medianOf(pixelsOf(cv::Mat(cv::abs(image - median))));
    cv::Mat smooth;
    cv::blur(image, smooth, {3, 3});
    double coldest = 0;
    double hottest = 0;
    cv::minMaxLoc(smooth, &coldest, &hottest);
    const double hot = hottest - median;
    const double cold = coldest - median;
    const double limit = std::max(spotShare * std::max(hot, -cold), noiseDeviations * noise / 3);
    const auto share = [&](const cv::Mat& mask) {
        return static_cast<double>(cv::countNonZero(mask)) / static_cast<double>(image.total());
    };
    out.insert(out.end(), {hot, cold, share(smooth > median + limit), share(smooth < median - limit)});
}

} // namespace

FeatureStream ImageAnalyser::emptyStream() const
{
    const std::string unit = m_scale.unit.empty() ? "" : " (" + m_scale.unit + ")";
    FeatureStream out;
    out.names = {"background" + unit, "hot spot" + unit, "cold spot" + unit, "hot area", "cold area"};
    for (const char* name : {"hot change", "cold change"})
        out.names.push_back(name + unit);
    for (const std::string& name :
         {std::string("area of hot change"), std::string("area of cold change"), "contrast" + unit, "motion" + unit})
        out.names.push_back(name);
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
        if (m_usual.empty())
            m_usual = now.clone();
        std::vector<double> values{medianOf(pixelsOf(now))};
        appendSpots(now, values.front(), values);
        const cv::Mat change = now - m_usual;
        appendSpots(change, medianOf(pixelsOf(change)), values);
        m_frames += 1;
        const double share = m_frames == 1 ? 1 : 1 - exactExp(-std::max(seconds - m_last, 0.0) / usualSeconds);
        m_usual += change * std::max(share, 1 / m_frames); // the mean of all frames until the time constant rules
        m_last = seconds;
        cv::Scalar mean;
        cv::Scalar deviation;
        cv::meanStdDev(now, mean, deviation);
        values.push_back(deviation[0]);
        values.push_back(m_before.empty() ? 0 : cv::mean(cv::Mat(cv::abs(now - m_before)))[0]);
        m_before = now;
        stream.times.push_back(seconds);
        stream.values.insert(stream.values.end(), values.begin(), values.end());
    });
}

} // namespace bnof::olfaction
