// SPDX-License-Identifier: GPL-3.0-or-later
// From raw counts to resistances, ratios and equivalent concentrations. A calibration is data: who made it, when, for
// which device, until when. Raw counts stay what is recorded; this is applied on top of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/base/types.h"

namespace bnof::sensing {

/// How a channel's raw value becomes a sensor resistance.
enum class RawKind : std::uint8_t {
    Divider,       ///< volts or counts across the load resistor: Rs = RL (Vc - V) / V
    Resistance,    ///< the value is the resistance
    Conductance,   ///< the value is its reciprocal
    Concentration, ///< the device already prints a concentration: only zero and span apply
};
[[nodiscard]] const char* toString(RawKind kind);

/// ln Rs = b0 + b1 T + b2 ln AH, fitted on the lab's own clean-air log (the energy-band model of Huerta et al., Chemom.
/// Intell. Lab. Syst. 157 (2016) 169-176). T in degC, AH the absolute humidity in g/m^3.
struct EnvironmentModel {
    double b0 = 0, b1 = 0, b2 = 0;
    double r2 = 0;       ///< share of the variance of ln Rs that it explains
    double residual = 0; ///< standard deviation of ln Rs that is left
    double before = 0;   ///< and the one that there was
    std::int64_t samples = 0;
    double temperatureLow = 0, temperatureHigh = 0; ///< of the log; outside, the correction is held and flagged
    double humidityLow = 0, humidityHigh = 0;       ///< absolute, g/m^3
    double temperatureMean = 0, logHumidityMean = 0;

    bool operator==(const EnvironmentModel&) const = default;
};

/// concentration = a (Rs/R0)^b of one pure, known gas.
struct PowerLaw {
    std::string gas;
    double a = 0;
    double b = 0;
    double low = 0; ///< outside, the figure is clamped and flagged
    double high = 0;
    std::string unit = "ppm";
    std::string origin; ///< "datasheet curve of MQ-135" or "fitted to 3 spans"

    bool operator==(const PowerLaw&) const = default;
};

/// ppm = (raw - zero) * gain, for sensors that are linear in the concentration.
struct LinearLaw {
    std::string gas;
    double zero = 0;
    double gain = 1;
    double highPpm = 0; ///< the largest span; 0: no upper end

    bool operator==(const LinearLaw&) const = default;
};

/// A channel's answer to a known concentration.
struct SpanPoint {
    double value = 0; ///< Rs/R0, or raw for linear sensors
    double ppm = 0;

    bool operator==(const SpanPoint&) const = default;
};

struct ChannelCalibration {
    std::string channel;
    std::string sensor; ///< type, e.g. "MQ-135"; empty: unknown
    RawKind raw = RawKind::Divider;
    double supply = 0;   ///< Divider: what Vc is in the unit of the raw values, e.g. 1023
    double load = 1;     ///< ohms; 1 gives resistances in units of the load resistor
    double airRatio = 1; ///< Rs/R0 in clean air, see MqSensor
    std::optional<double> r0;
    double r0Spread = 0; ///< relative standard deviation while it was captured
    std::optional<EnvironmentModel> environment;
    std::optional<PowerLaw> power;
    std::optional<LinearLaw> linear;
    std::vector<SpanPoint> spans; ///< of the curve's gas, that it was fitted to
    std::string spansGas;         ///< the spans' gas while there is no curve yet: one alone gives none

    bool operator==(const ChannelCalibration&) const = default;
};

struct Calibration {
    std::string name;
    int version = 0;    ///< 0: not saved yet
    std::string device; ///< its identity, see deviceIdentity()
    std::string operatorName;
    std::int64_t utc = 0;        ///< when it was made, nanoseconds since 1970
    std::int64_t expiresUtc = 0; ///< 0: never
    std::string notes;
    std::string temperatureChannel; ///< empty: none
    std::string humidityChannel;    ///< relative, in percent
    std::vector<ChannelCalibration> channels;

    [[nodiscard]] const ChannelCalibration* find(const std::string& channel) const;
    [[nodiscard]] ChannelCalibration& channel(const std::string& name); ///< adds it where it is missing
    bool operator==(const Calibration&) const = default;
};

/// The document of resources/schemas/calibration.schema.json.
[[nodiscard]] Json toJson(const Calibration& calibration);
/// Errors name the field; curves that are as good as insensitive (|b| > 6) are refused.
[[nodiscard]] Result<Calibration> calibrationFromJson(const Json& json, const std::string& where);

/// What tells one device from another: the name with its serial number where the operating system knows one, else the
/// source without its parameters.
[[nodiscard]] std::string deviceIdentity(const std::string& deviceName, const std::string& uri);

/// Why a calibration should not be trusted for this device now: expired, or made for another device. Empty: fine.
[[nodiscard]] std::vector<Error> calibrationWarnings(const Calibration& calibration, const std::string& device,
                                                     std::int64_t nowUtc);

/// Absolute humidity in g/m^3 over water (Magnus formula with the WMO coefficients of 2008, ideal gas).
[[nodiscard]] double absoluteHumidity(double temperature, double relativeHumidity);
/// Sensor resistance of a raw value in the unit of the load resistor; NaN where the formula has none.
[[nodiscard]] double resistanceOf(const ChannelCalibration& channel, double raw);

/// A calibrated channel of one frame.
struct CalibratedValue {
    enum Flag : std::uint8_t {
        Missing = 1,            ///< no raw value, or one outside the formula
        BelowRange = 2,         ///< clamped to the curve's lower end
        AboveRange = 4,         ///< clamped to its upper end
        OutsideEnvironment = 8, ///< temperature or humidity outside the clean-air log
        Uncompensated = 16,     ///< there is a correction but no temperature or humidity to apply it with
    };
    std::uint32_t channel = 0; ///< of the device
    float resistance = 0;      ///< compensated; NaN without one
    float ratio = 0;           ///< Rs/R0; NaN without R0
    float ppm = 0;             ///< "equivalent ppm" (or the curve's unit) of the curve's gas; NaN without a curve
    std::uint8_t flags = 0;
};

/// Applies a calibration to frames; allocates nothing per frame.
class Calibrator {
public:
    /// Channels are matched by name. Errors: none of the calibration's channels is there.
    [[nodiscard]] static Result<Calibrator> create(const Calibration& calibration,
                                                   const std::vector<ChannelInfo>& channels);
    [[nodiscard]] const std::vector<CalibratedValue>& apply(const SensorFrame& frame);
    [[nodiscard]] const Calibration& calibration() const { return m_calibration; }
    /// The gas of a calibrated channel's curve; empty without one.
    [[nodiscard]] const std::string& gasOf(std::size_t value) const;
    /// Which of the calibration's channels a value belongs to.
    [[nodiscard]] std::size_t calibrationIndex(std::size_t value) const { return m_entries[value].index; }

private:
    struct Entry {
        std::size_t channel = 0; ///< of the device
        std::size_t index = 0;   ///< of the calibration
    };
    void applyOne(const Entry& entry, double raw, double temperature, double humidity, CalibratedValue& out) const;

    Calibration m_calibration;
    std::vector<Entry> m_entries;
    std::optional<std::size_t> m_temperature, m_humidity;
    std::vector<CalibratedValue> m_values;
};

} // namespace bnof::sensing
