// SPDX-License-Identifier: GPL-3.0-or-later
// Making calibrations: clean air, spans of a known gas, and the influence of temperature and humidity.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"
#include "engine/sensing/calibration/calibration.h"

namespace bnof::sensing {

/// How still a channel was while something was captured. Relative to its mean.
struct Stillness {
    std::string channel;
    std::uint64_t samples = 0;
    double mean = 0; ///< resistance, or the raw value where the device prints concentrations
    double rawMean = 0;
    double spread = 0;         ///< standard deviation
    double slopePerMinute = 0; ///< of a straight line
    bool stable = false;
};

struct CaptureOptions {
    double largestSpread = 0.02;         ///< 2 %
    double largestSlopePerMinute = 0.01; ///< 1 % a minute
    double shortestSeconds = 10;
};

/// Averages the channels of a calibration over a stretch of still air or gas. Welford's sums, so that an hour of it
/// needs no memory; the compensation for temperature and humidity is applied where the calibration has one.
class StillCapture {
public:
    StillCapture(Calibrator calibrator, const CaptureOptions& options = {});
    void add(const SensorFrame& frame);
    void restart();
    [[nodiscard]] double seconds() const;
    /// One a calibrated channel, in the calibration's order of the device's channels.
    [[nodiscard]] std::vector<Stillness> result() const;

private:
    struct Sums {
        std::uint64_t n = 0;
        double mean = 0, squares = 0, rawMean = 0;
        double timeMean = 0, timeSquares = 0, cross = 0;
    };
    Calibrator m_calibrator;
    CaptureOptions m_options;
    std::vector<Sums> m_sums;
    std::vector<std::string> m_names;
    bool m_started = false;
    Timestamp m_first = 0, m_last = 0;
};

/// A new clean-air level: R0 = Rs(air) / air ratio for every still channel. Returns how many were set; channels that
/// were not still keep what they had. Errors: none was still (with the stillest one's figures).
[[nodiscard]] Result<std::size_t> setCleanAir(Calibration& calibration, const std::vector<Stillness>& still);

/// One look at clean air.
struct EnvironmentSample {
    double temperature = 0;      ///< degC
    double absoluteHumidity = 0; ///< g/m^3
    double resistance = 0;
};
/// Ordinary least squares of ln Rs on T and ln AH. Errors: fewer than 30 samples, or temperature and humidity moved too
/// little, or only together, to tell their influences apart.
[[nodiscard]] Result<EnvironmentModel> fitEnvironment(std::span<const EnvironmentSample> samples);

/// ln ppm = ln a + b ln(Rs/R0). One point keeps the exponent of `known`; two or more give both. Errors: a point that is
/// not positive, equal points, an exponent beyond 6 (insensitive).
[[nodiscard]] Result<PowerLaw> fitPower(const std::string& gas, std::span<const SpanPoint> points,
                                        const std::optional<PowerLaw>& known);
/// Zero and gain by least squares. Errors: fewer than two different points.
[[nodiscard]] Result<LinearLaw> fitLinear(const std::string& gas, std::span<const SpanPoint> points);

/// A captured span of a known gas: it joins the earlier spans of the same gas, and every still channel's curve is
/// fitted anew. Resistances need clean air captured before; the first span of a sensor without a curve waits for the
/// second one. Returns how many channels were set. Errors: none was.
[[nodiscard]] Result<std::size_t> addSpan(Calibration& calibration, const std::vector<Stillness>& still,
                                          const std::string& gas, double ppm);

/// What a new calibration changes in one channel, for the before/after chart.
struct CalibrationShift {
    std::string channel;
    double r0Before = 0, r0After = 0; ///< 0: there was none
    double r0Shift = 0;               ///< relative
    double spreadBefore = 0;          ///< of ln Rs on the clean-air log, without and
    double spreadAfter = 0;           ///< with compensation; 0: not fitted
};
[[nodiscard]] std::vector<CalibrationShift> compareCalibrations(const Calibration& before, const Calibration& after);

/// A calibration that measures resistances and nothing more, as a beginning: every channel that a converter reads
/// becomes a divider of its range, resistances and conductances what they are, concentrations linear. Temperature and
/// humidity are recognised by their quantity.
[[nodiscard]] Calibration beginCalibration(const std::vector<ChannelInfo>& channels);

} // namespace bnof::sensing
