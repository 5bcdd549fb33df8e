// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/fusion/acoustic_features.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>

#include "engine/base/exact_math.h"

namespace bnof::olfaction {
namespace {

/// Added to energies before the logarithm: far below the noise of any microphone (full scale is 1).
constexpr double energyFloor = 1e-12;
constexpr double rollOffShare = 0.85;

double melOf(double hz)
{
    return 2595 * std::log10(1 + hz / 700);
}

double hzOf(double mel)
{
    return 700 * (std::pow(10, mel / 2595) - 1);
}

/// Centroid, bandwidth, roll-off (Hz) and flatness.
void appendShape(const std::vector<double>& power, double hzPerBin, std::vector<double>& out)
{
    double total = energyFloor;
    double first = 0;
    double logs = 0;
    for (std::size_t k = 1; k < power.size(); ++k) {
        total += power[k];
        first += power[k] * static_cast<double>(k);
        logs += exactLog(power[k] + energyFloor);
    }
    const double centroid = first / total;
    double second = 0;
    double below = 0;
    std::size_t rollOff = 0;
    for (std::size_t k = 1; k < power.size(); ++k) {
        const double d = static_cast<double>(k) - centroid;
        second += power[k] * d * d;
        if (below < rollOffShare * total) {
            below += power[k];
            rollOff = k;
        }
    }
    const auto bins = static_cast<double>(power.size() - 1);
    out.push_back(centroid * hzPerBin);
    out.push_back(std::sqrt(second / total) * hzPerBin);
    out.push_back(static_cast<double>(rollOff) * hzPerBin);
    out.push_back(exactExp(logs / bins) / (total / bins + energyFloor));
}

} // namespace

AcousticAnalyser::AcousticAnalyser(double sampleRateHz, const AcousticOptions& options)
    : m_options(options), m_rate(sampleRateHz)
{
    m_window = 16;
    while (static_cast<double>(m_window) < options.windowSeconds * m_rate)
        m_window *= 2;
    m_hop = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(options.hopSeconds * m_rate)));
    for (std::size_t i = 0; i < m_window; ++i)
        m_hann.push_back(0.5 -
                         0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(m_window)));
    const std::size_t bins = m_window / 2 + 1;
    const double low = melOf(options.lowestHz);
    const double step = (melOf(m_rate / 2) - low) / static_cast<double>(options.melBands + 1);
    m_melWeights.assign(options.melBands * bins, 0);
    for (std::size_t b = 0; b < options.melBands; ++b) {
        const double left = hzOf(low + step * static_cast<double>(b));
        const double middle = hzOf(low + step * static_cast<double>(b + 1));
        const double right = hzOf(low + step * static_cast<double>(b + 2));
        for (std::size_t k = 0; k < bins; ++k) {
            const double hz = static_cast<double>(k) * m_rate / static_cast<double>(m_window);
            m_melWeights[b * bins + k] =
                std::max(0.0, std::min((hz - left) / (middle - left), (right - hz) / (right - middle)));
        }
    }
    m_recent.assign(m_window, 0);
    m_frame.create(1, static_cast<int>(m_window), CV_64F);
    m_power.resize(bins);
}

FeatureStream AcousticAnalyser::emptyStream() const
{
    FeatureStream out;
    for (std::size_t i = 0; i < m_options.coefficients; ++i)
        out.names.push_back("mfcc " + std::to_string(i));
    for (const char* name : {"centroid (Hz)", "bandwidth (Hz)", "roll-off (Hz)", "flatness"})
        out.names.emplace_back(name);
    for (std::size_t i = 0; i < m_options.energyBands; ++i)
        out.names.push_back("log energy below " + std::to_string(std::lround(m_rate / 2 / std::exp2(i))) + " Hz");
    return out;
}

void AcousticAnalyser::process(std::span<const float> samples, FeatureStream& stream)
{
    for (const float sample : samples) {
        m_recent[m_count % m_window] = std::isfinite(sample) ? double{sample} : 0;
        ++m_count;
        if (m_count >= m_window && (m_count - m_window) % m_hop == 0)
            analyse(stream);
    }
}

void AcousticAnalyser::analyse(FeatureStream& stream)
{
    for (std::size_t i = 0; i < m_window; ++i)
        m_frame.ptr<double>()[i] = m_hann[i] * m_recent[(m_count + i) % m_window];
    cv::dft(m_frame, m_spectrum, cv::DFT_COMPLEX_OUTPUT);
    const std::size_t bins = m_power.size();
    const auto* spectrum = m_spectrum.ptr<double>();
    const double scale = 4 / static_cast<double>(m_window) / static_cast<double>(m_window);
    for (std::size_t k = 0; k < bins; ++k)
        m_power[k] = scale * (spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1]);
    std::vector<double> logs;
    for (std::size_t b = 0; b < m_options.melBands; ++b) {
        double energy = energyFloor;
        for (std::size_t k = 0; k < bins; ++k)
            energy += m_melWeights[b * bins + k] * m_power[k];
        logs.push_back(exactLog(energy));
    }
    stream.times.push_back(static_cast<double>(m_count) / m_rate);
    const auto bands = static_cast<double>(m_options.melBands);
    for (std::size_t c = 0; c < m_options.coefficients; ++c) {
        double sum = 0;
        for (std::size_t b = 0; b < m_options.melBands; ++b)
            sum +=
                logs[b] * std::cos(std::numbers::pi * static_cast<double>(c) * (static_cast<double>(b) + 0.5) / bands);
        stream.values.push_back(sum * std::sqrt((c == 0 ? 1 : 2) / bands));
    }
    appendShape(m_power, m_rate / static_cast<double>(m_window), stream.values);
    std::size_t top = bins;
    for (std::size_t i = 0; i < m_options.energyBands; ++i) {
        const std::size_t bottom = i + 1 == m_options.energyBands ? 0 : top / 2;
        double energy = energyFloor;
        for (std::size_t k = bottom; k < top; ++k)
            energy += m_power[k];
        stream.values.push_back(exactLog(energy));
        top = bottom;
    }
}

} // namespace bnof::olfaction
