// SPDX-License-Identifier: GPL-3.0-or-later
// From raw sensor values to features: compression, transients against causal baselines, standardisation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/olfaction/state_bytes.h"

namespace bnof::olfaction {

/// What the climate of the air does to the channels, taken off before anything else:
///   x -= perKelvin (T - temperature) + perPercent (H - humidity),
/// T and H being what the device's own sensors last said. Linear in the log response, as MOX makers' dependency curves
/// are nearly (Figaro TGS 2602 data sheet, figure "temperature/humidity dependency").
struct ClimateCompensation {
    int temperatureChannel = -1; ///< -1: there is none
    int humidityChannel = -1;
    double temperature = 0; ///< at which nothing is taken off, in the channel's unit
    double humidity = 0;
    std::vector<double> perKelvin;  ///< one a channel; 0 for the climate's own
    std::vector<double> perPercent; ///< the same

    [[nodiscard]] bool used() const { return !perKelvin.empty(); }
    bool operator==(const ClimateCompensation&) const = default;
};

/// A block of features x - b more: the log ratio to a baseline that follows x with a time constant of `seconds` while
/// x is within `freezeAbove` of it and stands still beyond, so that a long exposure does not become the new clean air.
/// Where x never comes back it is followed at a thirtieth of the pace.
struct FreezingBaseline {
    double seconds = 0;              ///< 0: not used
    std::vector<double> freezeAbove; ///< one a channel

    [[nodiscard]] bool used() const { return seconds > 0; }
    bool operator==(const FreezingBaseline&) const = default;
};

/// A block of features x + tau dx/dt more: what a sensor that follows the gas as a first-order system will come to,
/// with a time constant for rising and one for falling signals (the log-domain model of Martinez, Burgues & Marco,
/// Sensors 19 (2019) 4029). The derivative is that of the smoothed signal.
struct Deconvolution {
    std::vector<double> risingSeconds; ///< one a channel; empty: not used
    std::vector<double> fallingSeconds;

    [[nodiscard]] bool used() const { return !risingSeconds.empty(); }
    bool operator==(const Deconvolution&) const = default;
};

/// x = sign(v) log(1 + |v|/scale), smoothed by a first-order low-pass; features are x itself and, for each
/// transient time constant, x minus its low-pass: the log-ratio of the present response to a causal baseline
/// (the exponential-moving-average transients of Muezzinoglu et al., Sens. Actuators B 137 (2009) 507-512,
/// with time constants in seconds). Feature f = block * channels + channel, block 0 being x; behind the transients come
/// the blocks of the freezing baseline and the deconvolution where they are used.
struct FrontEndParameters {
    std::vector<double> scale;            ///< one a channel, in the channel's unit; > 0
    double smoothingSeconds = 0.3;        ///< 0 switches it off
    std::vector<double> transientSeconds; ///< > 0
    ClimateCompensation climate = {};
    FreezingBaseline baseline = {};
    Deconvolution deconvolution = {};
    std::vector<double> mean;      ///< one a feature
    std::vector<double> deviation; ///< one a feature; > 0
    double clip = 8;               ///< standardised features stay within +-clip

    [[nodiscard]] std::size_t channels() const { return scale.size(); }
    [[nodiscard]] std::size_t features() const { return scale.size() * blocks(); }
    [[nodiscard]] std::size_t blocks() const
    {
        return 1 + transientSeconds.size() + (baseline.used() ? 1 : 0) + (deconvolution.used() ? 1 : 0);
    }
    bool operator==(const FrontEndParameters&) const = default;
};

[[nodiscard]] Result<void> validate(const FrontEndParameters& parameters);
[[nodiscard]] Json toJson(const FrontEndParameters& parameters);
[[nodiscard]] Result<FrontEndParameters> frontEndFromJson(const Json& json, const std::string& path);

/// How fast the response moves, one number a transient: the logarithm of the root mean square over the channels of
/// the transient in units of its deviation in training. What is fast against what is slow tells how long ago a
/// change began, whatever its size. `features` are standardised.
void motionsOf(const FrontEndParameters& parameters, std::span<const double> features, std::vector<double>& out);

/// Causal and deterministic (exactLog, exactExp and IEEE operations only). Filters are solved exactly for a
/// signal that is piecewise linear between frames, so that features do not depend on the sample rate and
/// frames may come at irregular times. A missing value (NaN, infinity) repeats the channel's last good one;
/// a channel that never was good contributes 0 to every feature after standardisation. The baselines start at
/// the first good value, so that features mean something from the first frame on.
class FrontEnd {
public:
    explicit FrontEnd(FrontEndParameters parameters);

    void reset();
    /// Take in a frame; times must not decrease and values.size() must be the number of channels.
    /// A channel that is `masked` (not 0; empty: none is) is forgotten until it is not any more: it is as if it never
    /// had been good, and its baselines start anew afterwards.
    void update(Timestamp t, std::span<const float> values, std::span<const std::uint8_t> masked = {});
    /// Standardised features of the last frame; all 0 before the first.
    [[nodiscard]] std::span<const double> features() const { return m_features; }
    /// The same before standardisation; NaN for channels that never were good.
    void rawFeatures(std::span<double> out) const;

    void save(StateWriter& writer) const;
    /// False when the bytes do not fit this front end or hold values that it cannot have produced.
    [[nodiscard]] bool load(StateReader& reader);

    [[nodiscard]] const FrontEndParameters& parameters() const { return m_parameters; }

private:
    void setDecays(double dt);
    void updateChannel(std::size_t channel, double x, double dt);
    void standardise();
    void takeClimate(std::span<const float> values);

    FrontEndParameters m_parameters;
    bool m_started = false;
    Timestamp m_last = 0;
    double m_decaysFor = -1;             ///< the dt that m_decays was computed for
    std::vector<double> m_timeConstants; ///< smoothing first
    std::vector<double> m_decays;
    std::vector<std::uint8_t> m_good; ///< channel had a good value
    std::vector<double> m_input;      ///< last compressed value, one a channel
    std::vector<double> m_smooth;     ///< x, one a channel
    std::vector<double> m_lowPass;    ///< transient-major, one a channel each
    std::vector<double> m_baseline;   ///< one a channel, where it is used
    double m_temperature = 0;         ///< as last told
    double m_humidity = 0;
    std::vector<double> m_features;
};

} // namespace bnof::olfaction
