// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/front_end.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/exact_math.h"
#include "engine/olfaction/json_vectors.h"

namespace bnof::olfaction {
namespace {

/// No compressed value of a float can be larger: log(1 + FLT_MAX/DBL_MIN) < 800.
constexpr double largestState = 1e4;
/// Mean square of a transient below which nothing moves any more.
constexpr double stillness = 1e-4;

/// How much slower a frozen baseline follows.
constexpr double frozenPace = 30;

double compress(double value, double scale)
{
    const double magnitude = exactLog(1 + std::abs(value) / scale);
    return value < 0 ? -magnitude : magnitude;
}

} // namespace

Result<void> validate(const FrontEndParameters& p)
{
    const auto bad = [](const char* what, const char* where) { return makeError(ErrorKind::BadInput, what, where); };
    if (p.channels() == 0 || p.channels() > 4096)
        return bad("there must be between 1 and 4096 channels", "front_end.scale");
    if (p.transientSeconds.size() > 16)
        return bad("at most 16 transient time constants", "front_end.transient_s");
    const auto within = [](const std::vector<double>& values, double low, double high) {
        return std::all_of(values.begin(), values.end(), [low, high](double v) { return v >= low && v <= high; });
    };
    if (!within(p.scale, 1e-30, 1e30))
        return bad("every scale must be within 1e-30 and 1e30", "front_end.scale");
    if (!within(p.transientSeconds, 1e-3, 1e6))
        return bad("time constants must be within 0.001 and 1,000,000 s", "front_end.transient_s");
    if (!(p.smoothingSeconds >= 0 && p.smoothingSeconds <= 1e4))
        return bad("the smoothing must be within 0 and 10,000 s", "front_end.smoothing_s");
    const std::size_t channels = p.channels();
    const auto oneEach = [channels](const std::vector<double>& values) { return values.size() == channels; };
    const auto isChannel = [channels](int c) { return c >= -1 && c < static_cast<int>(channels); };
    if (p.climate.used() && (!isChannel(p.climate.temperatureChannel) || !isChannel(p.climate.humidityChannel) ||
                             !(std::abs(p.climate.temperature) <= 1e6) || !(std::abs(p.climate.humidity) <= 1e6) ||
                             !oneEach(p.climate.perKelvin) || !oneEach(p.climate.perPercent) ||
                             !within(p.climate.perKelvin, -10, 10) || !within(p.climate.perPercent, -10, 10)))
        return bad("channels, reference and coefficients (within +-10) do not fit", "front_end.climate");
    if (p.baseline.used() &&
        (!(p.baseline.seconds <= 1e6) || !oneEach(p.baseline.freezeAbove) || !within(p.baseline.freezeAbove, 0, 1e4)))
        return bad("there must be one limit a channel, within 0 and 10,000", "front_end.baseline");
    if (p.deconvolution.used() &&
        (!oneEach(p.deconvolution.risingSeconds) || !oneEach(p.deconvolution.fallingSeconds) ||
         !within(p.deconvolution.risingSeconds, 0, 1e3) || !within(p.deconvolution.fallingSeconds, 0, 1e3)))
        return bad("there must be two time constants a channel, within 0 and 1000 s", "front_end.deconvolution");
    if (p.mean.size() != p.features() || !within(p.mean, -1e6, 1e6))
        return bad("there must be one mean a feature, within +-1e6", "front_end.mean");
    if (p.deviation.size() != p.features() || !within(p.deviation, 1e-12, 1e6))
        return bad("there must be one deviation a feature, within 1e-12 and 1e6", "front_end.deviation");
    if (!(p.clip > 0 && p.clip <= 1e3))
        return bad("clip must be within 0 and 1000", "front_end.clip");
    return {};
}

Json toJson(const FrontEndParameters& p)
{
    Json out = Json::object();
    out.set("scale", Json::arrayOf(p.scale));
    out.set("smoothing_s", p.smoothingSeconds);
    out.set("transient_s", Json::arrayOf(p.transientSeconds));
    if (p.climate.used())
        out.set("climate", Json::object()
                               .set("temperature_channel", p.climate.temperatureChannel)
                               .set("humidity_channel", p.climate.humidityChannel)
                               .set("temperature", p.climate.temperature)
                               .set("humidity", p.climate.humidity)
                               .set("per_kelvin", Json::arrayOf(p.climate.perKelvin))
                               .set("per_percent", Json::arrayOf(p.climate.perPercent)));
    if (p.baseline.used())
        out.set("baseline", Json::object()
                                .set("seconds", p.baseline.seconds)
                                .set("freeze_above", Json::arrayOf(p.baseline.freezeAbove)));
    if (p.deconvolution.used())
        out.set("deconvolution", Json::object()
                                     .set("rising_s", Json::arrayOf(p.deconvolution.risingSeconds))
                                     .set("falling_s", Json::arrayOf(p.deconvolution.fallingSeconds)));
    out.set("mean", Json::arrayOf(p.mean));
    out.set("deviation", Json::arrayOf(p.deviation));
    out.set("clip", p.clip);
    return out;
}

Result<FrontEndParameters> frontEndFromJson(const Json& json, const std::string& path)
{
    FrontEndParameters p;
    JsonFields fields(json, path);
    p.scale = readNumbers<double>(fields, "scale", 4096);
    p.smoothingSeconds = fields.number("smoothing_s", 0, 1e4);
    p.transientSeconds = readNumbers<double>(fields, "transient_s", 16);
    if (fields.has("climate")) {
        JsonFields part(fields.objectField("climate"), path + ".climate");
        p.climate.temperatureChannel = static_cast<int>(part.integer("temperature_channel", -1, 4095));
        p.climate.humidityChannel = static_cast<int>(part.integer("humidity_channel", -1, 4095));
        p.climate.temperature = part.number("temperature", -1e6, 1e6);
        p.climate.humidity = part.number("humidity", -1e6, 1e6);
        p.climate.perKelvin = readNumbers<double>(part, "per_kelvin", 4096);
        p.climate.perPercent = readNumbers<double>(part, "per_percent", 4096);
        BNOF_TRY(part.status());
    }
    if (fields.has("baseline")) {
        JsonFields part(fields.objectField("baseline"), path + ".baseline");
        p.baseline.seconds = part.number("seconds", 1e-3, 1e6);
        p.baseline.freezeAbove = readNumbers<double>(part, "freeze_above", 4096);
        BNOF_TRY(part.status());
    }
    if (fields.has("deconvolution")) {
        JsonFields part(fields.objectField("deconvolution"), path + ".deconvolution");
        p.deconvolution.risingSeconds = readNumbers<double>(part, "rising_s", 4096);
        p.deconvolution.fallingSeconds = readNumbers<double>(part, "falling_s", 4096);
        BNOF_TRY(part.status());
    }
    p.mean = readNumbers<double>(fields, "mean", 4096 * 19);
    p.deviation = readNumbers<double>(fields, "deviation", 4096 * 19);
    p.clip = fields.number("clip", 1e-3, 1e3);
    BNOF_TRY(fields.status());
    BNOF_TRY(validate(p));
    return p;
}

void motionsOf(const FrontEndParameters& p, std::span<const double> features, std::vector<double>& out)
{
    out.clear();
    for (std::size_t i = 0; i < p.transientSeconds.size(); ++i) {
        double sum = 0;
        for (std::size_t c = 0; c < p.channels(); ++c) {
            const std::size_t f = (i + 1) * p.channels() + c;
            const double transient = features[f] + p.mean[f] / p.deviation[f];
            sum += transient * transient;
        }
        out.push_back(0.5 * exactLog(sum / static_cast<double>(p.channels()) + stillness));
    }
}

FrontEnd::FrontEnd(FrontEndParameters parameters) : m_parameters(std::move(parameters))
{
    m_timeConstants.push_back(m_parameters.smoothingSeconds);
    m_timeConstants.insert(m_timeConstants.end(), m_parameters.transientSeconds.begin(),
                           m_parameters.transientSeconds.end());
    reset();
}

void FrontEnd::reset()
{
    const std::size_t channels = m_parameters.channels();
    m_started = false;
    m_last = 0;
    m_decaysFor = -1;
    m_decays.assign(m_timeConstants.size(), 0);
    m_good.assign(channels, 0);
    m_input.assign(channels, 0);
    m_smooth.assign(channels, 0);
    m_lowPass.assign(channels * m_parameters.transientSeconds.size(), 0);
    m_baseline.assign(m_parameters.baseline.used() ? channels : 0, 0);
    m_temperature = m_parameters.climate.temperature;
    m_humidity = m_parameters.climate.humidity;
    m_features.assign(m_parameters.features(), 0);
}

void FrontEnd::setDecays(double dt)
{
    if (dt == m_decaysFor)
        return;
    m_decaysFor = dt;
    for (std::size_t i = 0; i < m_decays.size(); ++i)
        m_decays[i] = m_timeConstants[i] > 0 ? exactExp(-dt / m_timeConstants[i]) : 0;
}

void FrontEnd::updateChannel(std::size_t channel, double x, double dt)
{
    const std::size_t channels = m_parameters.channels();
    if (!m_good[channel]) {
        m_good[channel] = 1;
        m_input[channel] = x;
        m_smooth[channel] = x;
        for (std::size_t i = 0; i + 1 < m_timeConstants.size(); ++i)
            m_lowPass[i * channels + channel] = x;
        if (m_parameters.baseline.used())
            m_baseline[channel] = x;
        return;
    }
    // A low-pass y of a ramp from a to b that takes dt: y' = b - s tau + (y - a + s tau) e^(-dt/tau), s = (b-a)/dt.
    const auto follow = [dt](double y, double a, double b, double tau, double decay) {
        if (dt <= 0)
            return y;
        const double lag = (b - a) / dt * tau;
        return b - lag + (y - a + lag) * decay;
    };
    const double before = m_smooth[channel];
    if (m_timeConstants[0] > 0)
        m_smooth[channel] = follow(before, m_input[channel], x, m_timeConstants[0], m_decays[0]);
    else
        m_smooth[channel] = x;
    m_input[channel] = x;
    for (std::size_t i = 0; i + 1 < m_timeConstants.size(); ++i) {
        double& low = m_lowPass[i * channels + channel];
        low = follow(low, before, m_smooth[channel], m_timeConstants[i + 1], m_decays[i + 1]);
    }
    if (m_parameters.baseline.used()) {
        const FreezingBaseline& p = m_parameters.baseline;
        const bool frozen = std::abs(m_smooth[channel] - m_baseline[channel]) > p.freezeAbove[channel];
        const double pace = dt / (frozen ? frozenPace * p.seconds : p.seconds);
        m_baseline[channel] += (m_smooth[channel] - m_baseline[channel]) * (1 - exactExp(-pace));
    }
}

void FrontEnd::takeClimate(std::span<const float> values)
{
    const auto take = [&](int channel, double& out) {
        if (channel >= 0 && std::isfinite(values[static_cast<std::size_t>(channel)]))
            out = static_cast<double>(values[static_cast<std::size_t>(channel)]);
    };
    take(m_parameters.climate.temperatureChannel, m_temperature);
    take(m_parameters.climate.humidityChannel, m_humidity);
}

void FrontEnd::update(Timestamp t, std::span<const float> values, std::span<const std::uint8_t> masked)
{
    const double dt = m_started ? toSeconds(t - m_last) : 0;
    m_started = true;
    m_last = t;
    setDecays(dt);
    const ClimateCompensation& climate = m_parameters.climate;
    takeClimate(values);
    for (std::size_t c = 0; c < m_parameters.channels(); ++c) {
        const double value = values[c];
        if (c < masked.size() && masked[c] != 0) {
            m_good[c] = 0;
            m_input[c] = m_smooth[c] = 0;
            for (std::size_t i = 0; i + 1 < m_timeConstants.size(); ++i)
                m_lowPass[i * m_parameters.channels() + c] = 0;
            if (m_parameters.baseline.used())
                m_baseline[c] = 0;
        } else if (std::isfinite(value)) {
            double x = compress(value, m_parameters.scale[c]);
            if (climate.used())
                x -= climate.perKelvin[c] * (m_temperature - climate.temperature) +
                     climate.perPercent[c] * (m_humidity - climate.humidity);
            updateChannel(c, std::clamp(x, -largestState, largestState), dt);
        } else if (m_good[c])
            updateChannel(c, m_input[c], dt);
    }
    standardise();
}

void FrontEnd::rawFeatures(std::span<double> out) const
{
    const std::size_t channels = m_parameters.channels();
    for (std::size_t c = 0; c < channels; ++c) {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        out[c] = m_good[c] ? m_smooth[c] : nan;
        for (std::size_t i = 0; i + 1 < m_timeConstants.size(); ++i)
            out[(i + 1) * channels + c] = m_good[c] ? m_smooth[c] - m_lowPass[i * channels + c] : nan;
        std::size_t block = m_timeConstants.size();
        if (m_parameters.baseline.used())
            out[block++ * channels + c] = m_good[c] ? m_smooth[c] - m_baseline[c] : nan;
        if (m_parameters.deconvolution.used()) {
            // A first-order low-pass moves by (input - output) / tau a second.
            const double slope = m_timeConstants[0] > 0 ? (m_input[c] - m_smooth[c]) / m_timeConstants[0] : 0;
            const double tau =
                slope > 0 ? m_parameters.deconvolution.risingSeconds[c] : m_parameters.deconvolution.fallingSeconds[c];
            out[block * channels + c] = m_good[c] ? m_smooth[c] + tau * slope : nan;
        }
    }
}

void FrontEnd::standardise()
{
    rawFeatures(m_features);
    const std::size_t channels = m_parameters.channels();
    for (std::size_t f = 0; f < m_features.size(); ++f) {
        const double z = m_good[f % channels] ? (m_features[f] - m_parameters.mean[f]) / m_parameters.deviation[f] : 0;
        m_features[f] = std::clamp(z, -m_parameters.clip, m_parameters.clip);
    }
}

void FrontEnd::save(StateWriter& writer) const
{
    writer.put(static_cast<std::uint8_t>(m_started));
    writer.put(m_last);
    writer.putAll(m_good);
    writer.putAll(m_input);
    writer.putAll(m_smooth);
    writer.putAll(m_lowPass);
    if (m_parameters.baseline.used())
        writer.putAll(m_baseline);
    if (m_parameters.climate.used()) {
        writer.put(m_temperature);
        writer.put(m_humidity);
    }
}

bool FrontEnd::load(StateReader& reader)
{
    reset();
    const std::size_t channels = m_parameters.channels();
    m_started = reader.get<std::uint8_t>() != 0;
    m_last = reader.get<Timestamp>();
    reader.getAll(m_good, channels);
    reader.getAll(m_input, channels);
    reader.getAll(m_smooth, channels);
    reader.getAll(m_lowPass, channels * m_parameters.transientSeconds.size());
    if (m_parameters.baseline.used())
        reader.getAll(m_baseline, channels);
    if (m_parameters.climate.used()) {
        m_temperature = reader.get<double>();
        m_humidity = reader.get<double>();
    }
    const auto sane = [](const std::vector<double>& values) {
        return std::all_of(values.begin(), values.end(), [](double v) { return std::abs(v) <= largestState; });
    };
    if (!reader.ok() || !sane(m_input) || !sane(m_smooth) || !sane(m_lowPass) || !sane(m_baseline) ||
        !std::isfinite(m_temperature) || !std::isfinite(m_humidity)) {
        reset();
        return false;
    }
    if (m_started)
        standardise();
    return true;
}

} // namespace bnof::olfaction
