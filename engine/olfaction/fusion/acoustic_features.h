// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <opencv2/core/mat.hpp>

#include "engine/olfaction/fusion/feature_stream.h"

namespace bnof::olfaction {

struct AcousticOptions {
    double windowSeconds = 0.064; ///< of one spectrum; rounded up to a power of two samples
    double hopSeconds = 0.032;    ///< from one spectrum to the next
    std::size_t melBands = 26;
    std::size_t coefficients = 13; ///< mel-frequency cepstral coefficients, the first is the level
    std::size_t energyBands = 6;   ///< octaves below half the sample rate
    double lowestHz = 50;          ///< of the mel bands
};

/// Spectra of a sound as they come in. Each has
/// - mel-frequency cepstral coefficients (Davis & Mermelstein, IEEE Trans. Acoust. Speech Signal Process. 28 (1980)
///   357-366): the cosine transform (DCT-II, orthonormal) of the log energies in triangular bands equally spaced in
///   mel, mel = 2595 log10(1 + f/700 Hz) (O'Shaughnessy, Speech Communication, Addison-Wesley 1987, p. 150);
/// - of the power spectrum (Peeters, "A large set of audio features for sound description", IRCAM 2004): centroid and
///   bandwidth (its standard deviation) in Hz, the roll-off frequency below which 85 % of the energy lies, and the
///   flatness (geometric by arithmetic mean: 1 for white noise, 0 for a tone);
/// - the natural logarithm of the energy in each octave below half the sample rate, the highest first.
/// A Hann window; the Fourier transform is OpenCV's, in double precision. Times are those of the last sample.
class AcousticAnalyser {
public:
    explicit AcousticAnalyser(double sampleRateHz, const AcousticOptions& options = {});

    /// The stream that process() appends to: names, and no rows.
    [[nodiscard]] FeatureStream emptyStream() const;
    void process(std::span<const float> samples, FeatureStream& stream);

private:
    void analyse(FeatureStream& stream);

    AcousticOptions m_options;
    double m_rate;
    std::size_t m_window = 0;
    std::size_t m_hop = 0;
    std::vector<double> m_hann;
    std::vector<double> m_melWeights; ///< a row of window/2 + 1 a band
    std::vector<double> m_recent;     ///< the last m_window samples, as a ring
    std::size_t m_count = 0;          ///< samples since the beginning
    cv::Mat m_frame;
    cv::Mat m_spectrum;
    std::vector<double> m_power;
};

} // namespace bnof::olfaction
