// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/calibration/calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/exact_math.h"
#include "engine/base/time.h"
#include "engine/sensing/calibration/mq_sensors.h"

namespace bnof::sensing {
namespace {

constexpr const char* format = "bnof-calibration";
constexpr int schemaVersion = 1;
constexpr double largest = 1e15;
constexpr float none = std::numeric_limits<float>::quiet_NaN();

double power(double base, double exponent)
{
    return exactExp(exponent * exactLog(base));
}

Json toJson(const EnvironmentModel& m)
{
    return Json::object()
        .set("b0", m.b0)
        .set("b1_per_degc", m.b1)
        .set("b2", m.b2)
        .set("r2", m.r2)
        .set("residual", m.residual)
        .set("before", m.before)
        .set("samples", m.samples)
        .set("temperature_degc", Json(Json::Array{Json(m.temperatureLow), Json(m.temperatureHigh)}))
        .set("absolute_humidity_g_m3", Json(Json::Array{Json(m.humidityLow), Json(m.humidityHigh)}))
        .set("temperature_mean_degc", m.temperatureMean)
        .set("log_humidity_mean", m.logHumidityMean);
}

Result<EnvironmentModel> environmentFromJson(const Json& json, const std::string& where)
{
    EnvironmentModel m;
    JsonFields fields(json, where);
    m.b0 = fields.number("b0", -1e3, 1e3);
    m.b1 = fields.number("b1_per_degc", -10, 10);
    m.b2 = fields.number("b2", -100, 100);
    m.r2 = fields.numberOr("r2", 0, -1, 1);
    m.residual = fields.numberOr("residual", 0, 0, 1e3);
    m.before = fields.numberOr("before", 0, 0, 1e3);
    m.samples = fields.integerOr("samples", 0, 0, 1LL << 50);
    const auto range = [&](const char* key, double& low, double& high, double least, double most) {
        const auto& list = fields.array(key).items();
        if (!fields.ok())
            return;
        if (list.size() == 2) {
            low = list[0].toDouble(most + 1);
            high = list[1].toDouble(least - 1);
        }
        if (list.size() != 2 || !(low >= least && high <= most && low <= high))
            fields.fail(key, "must be two numbers, low and high");
    };
    range("temperature_degc", m.temperatureLow, m.temperatureHigh, -100, 500);
    range("absolute_humidity_g_m3", m.humidityLow, m.humidityHigh, 0, 1000);
    m.temperatureMean = fields.number("temperature_mean_degc", -100, 500);
    m.logHumidityMean = fields.number("log_humidity_mean", -30, 10);
    BNOF_TRY(fields.status());
    return m;
}

Result<PowerLaw> powerFromJson(const Json& json, const std::string& where)
{
    PowerLaw law;
    JsonFields fields(json, where);
    law.gas = fields.string("gas");
    law.a = fields.number("a", 1e-12, largest);
    law.b = fields.number("b", -100, 100);
    law.low = fields.number("low", 0, largest);
    law.high = fields.number("high", 0, largest);
    law.unit = fields.stringOr("unit", "ppm");
    law.origin = fields.stringOr("origin", "");
    if (fields.ok() && !(std::fabs(law.b) <= largestExponent))
        fields.fail("b", "the curve is as good as insensitive (|b| > 6): noise would read as gas",
                    "Use another sensor for this gas.");
    if (fields.ok() && (law.b == 0 || law.low >= law.high))
        fields.fail("high", "the curve must have a slope and a range");
    BNOF_TRY(fields.status());
    return law;
}

Result<LinearLaw> linearFromJson(const Json& json, const std::string& where)
{
    LinearLaw law;
    JsonFields fields(json, where);
    law.gas = fields.string("gas");
    law.zero = fields.number("zero", -largest, largest);
    law.gain = fields.number("gain", -largest, largest);
    law.highPpm = fields.numberOr("high_ppm", 0, 0, largest);
    BNOF_TRY(fields.status());
    return law;
}

Result<RawKind> rawFromName(const std::string& name, const std::string& where)
{
    for (const RawKind kind : {RawKind::Divider, RawKind::Resistance, RawKind::Conductance, RawKind::Concentration}) {
        if (name == toString(kind))
            return kind;
    }
    return makeError(ErrorKind::BadInput, "\"" + name + "\" is no kind of raw value", where,
                     "Use divider, resistance, conductance or concentration.");
}

Json toJson(const ChannelCalibration& c)
{
    Json out = Json::object().set("channel", c.channel).set("sensor", c.sensor).set("raw", toString(c.raw));
    out.set("supply", c.supply).set("load_ohm", c.load).set("air_ratio", c.airRatio);
    if (c.r0)
        out.set("r0", *c.r0).set("r0_spread", c.r0Spread);
    if (c.environment)
        out.set("environment", toJson(*c.environment));
    if (c.power)
        out.set("power_law", Json::object()
                                 .set("gas", c.power->gas)
                                 .set("a", c.power->a)
                                 .set("b", c.power->b)
                                 .set("low", c.power->low)
                                 .set("high", c.power->high)
                                 .set("unit", c.power->unit)
                                 .set("origin", c.power->origin));
    if (c.linear)
        out.set("linear", Json::object()
                              .set("gas", c.linear->gas)
                              .set("zero", c.linear->zero)
                              .set("gain", c.linear->gain)
                              .set("high_ppm", c.linear->highPpm));
    Json spans = Json::array();
    for (const SpanPoint& span : c.spans)
        spans.push(Json::object().set("value", span.value).set("ppm", span.ppm));
    if (!c.spansGas.empty())
        out.set("spans_gas", c.spansGas);
    return out.set("spans", std::move(spans));
}

Result<ChannelCalibration> channelFromJson(const Json& json, const std::string& where)
{
    ChannelCalibration c;
    JsonFields fields(json, where);
    c.channel = fields.string("channel");
    c.sensor = fields.stringOr("sensor", "");
    const std::string raw = fields.stringOr("raw", "divider");
    c.supply = fields.numberOr("supply", 0, 0, largest);
    c.load = fields.numberOr("load_ohm", 1, 1e-9, largest);
    c.airRatio = fields.numberOr("air_ratio", 1, 1e-6, 1e6);
    if (fields.has("r0"))
        c.r0 = fields.number("r0", 1e-12, largest);
    c.r0Spread = fields.numberOr("r0_spread", 0, 0, 1e6);
    c.spansGas = fields.stringOr("spans_gas", "");
    if (fields.has("spans")) {
        for (const Json& entry : fields.array("spans").items()) {
            JsonFields span(entry, where + ".spans");
            c.spans.push_back({span.number("value", -largest, largest), span.number("ppm", 0, 1e9)});
            BNOF_TRY(span.status());
        }
    }
    BNOF_TRY(fields.status());
    BNOF_TRY_ASSIGN(c.raw, rawFromName(raw, where + ".raw"));
    if (c.raw == RawKind::Divider && !(c.supply > 0))
        return makeError(ErrorKind::BadInput, "a divider needs its supply", where + ".supply",
                         "Give Vc in the unit of the raw values, such as 1023 for a 10-bit converter.");
    if (fields.has("environment")) {
        BNOF_TRY_ASSIGN(c.environment, environmentFromJson(json["environment"], where + ".environment"));
    }
    if (fields.has("power_law")) {
        BNOF_TRY_ASSIGN(c.power, powerFromJson(json["power_law"], where + ".power_law"));
    }
    if (fields.has("linear")) {
        BNOF_TRY_ASSIGN(c.linear, linearFromJson(json["linear"], where + ".linear"));
    }
    return c;
}

} // namespace

const char* toString(RawKind kind)
{
    switch (kind) {
    case RawKind::Divider: return "divider";
    case RawKind::Resistance: return "resistance";
    case RawKind::Conductance: return "conductance";
    case RawKind::Concentration: return "concentration";
    }
    return "divider";
}

const ChannelCalibration* Calibration::find(const std::string& channelName) const
{
    const auto it = std::find_if(channels.begin(), channels.end(),
                                 [&](const ChannelCalibration& each) { return each.channel == channelName; });
    return it == channels.end() ? nullptr : &*it;
}

ChannelCalibration& Calibration::channel(const std::string& channelName)
{
    for (ChannelCalibration& each : channels) {
        if (each.channel == channelName)
            return each;
    }
    channels.emplace_back().channel = channelName;
    return channels.back();
}

Json toJson(const Calibration& c)
{
    Json out = Json::object().set("format", format).set("schema", schemaVersion).set("name", c.name);
    out.set("version", c.version).set("device", c.device).set("operator", c.operatorName);
    out.set("made", formatUtc(c.utc)).set("made_utc_ns", c.utc);
    out.set("expires", c.expiresUtc > 0 ? Json(formatUtc(c.expiresUtc)) : Json());
    out.set("expires_utc_ns", c.expiresUtc).set("notes", c.notes);
    out.set("temperature_channel", c.temperatureChannel).set("humidity_channel", c.humidityChannel);
    Json channels = Json::array();
    for (const ChannelCalibration& channel : c.channels)
        channels.push(toJson(channel));
    return out.set("channels", std::move(channels));
}

Result<Calibration> calibrationFromJson(const Json& json, const std::string& where)
{
    Calibration c;
    JsonFields fields(json, where);
    if (fields.string("format") != format || fields.integer("schema", 1, 1'000'000) > schemaVersion) {
        BNOF_TRY(fields.status());
        return makeError(ErrorKind::BadInput, "this is not a calibration that this program understands", where,
                         "It must have \"format\": \"bnof-calibration\" and \"schema\": 1.");
    }
    c.name = fields.string("name");
    c.version = static_cast<int>(fields.integerOr("version", 0, 0, 1'000'000));
    c.device = fields.stringOr("device", "");
    c.operatorName = fields.stringOr("operator", "");
    c.utc = fields.integerOr("made_utc_ns", 0, 0, std::numeric_limits<std::int64_t>::max());
    c.expiresUtc = fields.integerOr("expires_utc_ns", 0, 0, std::numeric_limits<std::int64_t>::max());
    c.notes = fields.stringOr("notes", "");
    c.temperatureChannel = fields.stringOr("temperature_channel", "");
    c.humidityChannel = fields.stringOr("humidity_channel", "");
    const auto& list = fields.array("channels").items();
    BNOF_TRY(fields.status());
    if (list.size() > 65'536)
        return makeError(ErrorKind::BadInput, "there are too many channels", where + ".channels");
    for (std::size_t i = 0; i < list.size(); ++i) {
        BNOF_TRY_ASSIGN(auto channel, channelFromJson(list[i], where + ".channels[" + std::to_string(i) + "]"));
        if (c.find(channel.channel) != nullptr)
            return makeError(ErrorKind::BadInput, "the channel \"" + channel.channel + "\" is calibrated twice",
                             where + ".channels[" + std::to_string(i) + "]");
        c.channels.push_back(std::move(channel));
    }
    return c;
}

std::string deviceIdentity(const std::string& deviceName, const std::string& uri)
{
    if (!deviceName.empty())
        return deviceName;
    return uri.substr(0, uri.find('?'));
}

std::vector<Error> calibrationWarnings(const Calibration& calibration, const std::string& device, std::int64_t nowUtc)
{
    std::vector<Error> out;
    const std::string where = calibration.name + " version " + std::to_string(calibration.version);
    if (calibration.expiresUtc > 0 && nowUtc > calibration.expiresUtc)
        out.push_back(makeError(ErrorKind::BadInput,
                                "the calibration expired on " + formatUtc(calibration.expiresUtc).substr(0, 10), where,
                                "Make a new one: \"bnof calibrate\", or the calibration panel."));
    if (!calibration.device.empty() && calibration.device != device)
        out.push_back(makeError(ErrorKind::BadInput,
                                "this device (" + device + ") is not the one that was calibrated (" +
                                    calibration.device +
                                    "): two specimens differ by far more than the calibration's error",
                                where, "Calibrate this device, or choose its own calibration."));
    return out;
}

double absoluteHumidity(double temperature, double relativeHumidity)
{
    // WMO-No. 8 (2008), annex 4.B: saturation vapour pressure over water in hPa; ideal gas with 461.5 J/(kg K).
    const double saturation = 6.112 * exactExp(17.62 * temperature / (243.12 + temperature));
    return 216.68 * (relativeHumidity / 100 * saturation) / (273.15 + temperature);
}

double resistanceOf(const ChannelCalibration& c, double raw)
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    switch (c.raw) {
    case RawKind::Divider: return raw > 0 && raw < c.supply ? c.load * (c.supply - raw) / raw : nan;
    case RawKind::Resistance: return raw > 0 ? raw : nan;
    case RawKind::Conductance: return raw > 0 ? 1 / raw : nan;
    case RawKind::Concentration: return nan;
    }
    return nan;
}

Result<Calibrator> Calibrator::create(const Calibration& calibration, const std::vector<ChannelInfo>& channels)
{
    Calibrator out;
    out.m_calibration = calibration;
    for (std::size_t i = 0; i < channels.size(); ++i) {
        for (std::size_t k = 0; k < calibration.channels.size(); ++k) {
            if (calibration.channels[k].channel == channels[i].name) {
                out.m_entries.push_back({i, k});
                out.m_values.push_back({static_cast<std::uint32_t>(i), none, none, none, CalibratedValue::Missing});
            }
        }
        if (!channels[i].name.empty() && channels[i].name == calibration.temperatureChannel)
            out.m_temperature = i;
        if (!channels[i].name.empty() && channels[i].name == calibration.humidityChannel)
            out.m_humidity = i;
    }
    if (out.m_entries.empty())
        return makeError(ErrorKind::BadInput, "the device has none of the calibrated channels",
                         calibration.name + " version " + std::to_string(calibration.version),
                         "Calibrate this device, or choose its own calibration.");
    return out;
}

const std::string& Calibrator::gasOf(std::size_t value) const
{
    static const std::string nothing;
    const ChannelCalibration& c = m_calibration.channels[m_entries[value].index];
    return c.power ? c.power->gas : c.linear ? c.linear->gas : nothing;
}

const std::vector<CalibratedValue>& Calibrator::apply(const SensorFrame& frame)
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto at = [&](std::optional<std::size_t> index) {
        return index && *index < frame.values.size() ? static_cast<double>(frame.values[*index]) : nan;
    };
    const double temperature = at(m_temperature);
    const double relative = at(m_humidity);
    const double humidity = relative > 0 ? absoluteHumidity(temperature, relative) : nan;
    for (std::size_t i = 0; i < m_entries.size(); ++i)
        applyOne(m_entries[i], at(m_entries[i].channel), temperature, humidity, m_values[i]);
    return m_values;
}

void Calibrator::applyOne(const Entry& entry, double raw, double temperature, double humidity,
                          CalibratedValue& out) const
{
    const ChannelCalibration& c = m_calibration.channels[entry.index];
    out = {static_cast<std::uint32_t>(entry.channel), none, none, none, 0};
    if (!std::isfinite(raw)) {
        out.flags = CalibratedValue::Missing;
        return;
    }
    double ppm = std::numeric_limits<double>::quiet_NaN();
    if (c.linear) {
        ppm = (raw - c.linear->zero) * c.linear->gain;
        if (c.linear->highPpm > 0 && ppm > 1.2 * c.linear->highPpm)
            out.flags |= CalibratedValue::AboveRange;
    }
    double resistance = resistanceOf(c, raw);
    if (!std::isfinite(resistance)) {
        if (c.raw != RawKind::Concentration)
            out.flags |= CalibratedValue::Missing;
        out.ppm = static_cast<float>(ppm);
        return;
    }
    if (const auto& m = c.environment) {
        if (std::isfinite(temperature) && humidity > 0) {
            const double t = std::clamp(temperature, m->temperatureLow, m->temperatureHigh);
            const double h = std::clamp(humidity, m->humidityLow, m->humidityHigh);
            if (t != temperature || h != humidity)
                out.flags |= CalibratedValue::OutsideEnvironment;
            resistance *= exactExp(-(m->b1 * (t - m->temperatureMean) + m->b2 * (exactLog(h) - m->logHumidityMean)));
        } else {
            out.flags |= CalibratedValue::Uncompensated;
        }
    }
    out.resistance = static_cast<float>(resistance);
    if (c.r0) {
        const double ratio = resistance / *c.r0;
        out.ratio = static_cast<float>(ratio);
        if (c.power && ratio > 0) {
            ppm = c.power->a * power(ratio, c.power->b);
            if (ppm < c.power->low)
                out.flags |= CalibratedValue::BelowRange;
            if (ppm > c.power->high)
                out.flags |= CalibratedValue::AboveRange;
            ppm = std::clamp(ppm, c.power->low, c.power->high);
        }
    }
    out.ppm = static_cast<float>(ppm);
}

} // namespace bnof::sensing
