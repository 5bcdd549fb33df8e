// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/sensing/calibration/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "engine/sensing/calibration/mq_sensors.h"

namespace bnof::sensing {
namespace {

std::string percent(double share)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
    return text;
}

bool startsWithAny(const std::string& text, std::initializer_list<const char*> words)
{
    return std::any_of(words.begin(), words.end(), [&](const char* word) { return text.rfind(word, 0) == 0; });
}

} // namespace

StillCapture::StillCapture(Calibrator calibrator, const CaptureOptions& options)
    : m_calibrator(std::move(calibrator)), m_options(options)
{}

void StillCapture::restart()
{
    m_sums.clear();
    m_started = false;
}

double StillCapture::seconds() const
{
    return m_started ? toSeconds(m_last - m_first) : 0;
}

void StillCapture::add(const SensorFrame& frame)
{
    const auto& values = m_calibrator.apply(frame);
    if (!m_started) {
        m_started = true;
        m_first = frame.t;
    }
    m_last = std::max(m_last, frame.t);
    m_sums.resize(values.size());
    const double t = toSeconds(frame.t - m_first);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double raw = frame.values[values[i].channel];
        const double value = std::isfinite(values[i].resistance) ? values[i].resistance : raw;
        if (!std::isfinite(value) || (values[i].flags & CalibratedValue::Missing) != 0)
            continue;
        Sums& s = m_sums[i];
        ++s.n;
        const auto n = static_cast<double>(s.n);
        const double delta = value - s.mean;
        const double dt = t - s.timeMean;
        s.mean += delta / n;
        s.timeMean += dt / n;
        s.squares += delta * (value - s.mean);
        s.timeSquares += dt * (t - s.timeMean);
        s.cross += delta * (t - s.timeMean);
        s.rawMean += (raw - s.rawMean) / n;
    }
}

std::vector<Stillness> StillCapture::result() const
{
    std::vector<Stillness> out;
    const auto& channels = m_calibrator.calibration().channels;
    for (std::size_t i = 0; i < m_sums.size(); ++i) {
        const Sums& s = m_sums[i];
        Stillness still;
        still.channel = channels[m_calibrator.calibrationIndex(i)].channel;
        still.samples = s.n;
        still.mean = s.mean;
        still.rawMean = s.rawMean;
        const double scale = std::max(std::fabs(s.mean), 1e-30);
        if (s.n >= 3) {
            still.spread = std::sqrt(s.squares / static_cast<double>(s.n - 1)) / scale;
            still.slopePerMinute = s.timeSquares > 0 ? 60 * s.cross / s.timeSquares / scale : 0;
            still.stable = seconds() >= m_options.shortestSeconds && still.spread <= m_options.largestSpread &&
                           std::fabs(still.slopePerMinute) <= m_options.largestSlopePerMinute;
        }
        out.push_back(std::move(still));
    }
    return out;
}

Result<std::size_t> setCleanAir(Calibration& calibration, const std::vector<Stillness>& still)
{
    std::size_t set = 0;
    const Stillness* best = nullptr;
    for (const Stillness& each : still) {
        if (best == nullptr || each.spread < best->spread)
            best = &each;
        if (!each.stable)
            continue;
        ChannelCalibration& channel = calibration.channel(each.channel);
        if (channel.raw == RawKind::Concentration) {
            if (!channel.linear)
                channel.linear = LinearLaw{};
            channel.linear->zero = each.rawMean;
        } else {
            channel.r0 = each.mean / channel.airRatio;
            channel.r0Spread = each.spread;
        }
        ++set;
    }
    if (set == 0)
        return makeError(ErrorKind::BadInput,
                         "no channel was still" +
                             (best == nullptr ? std::string()
                                              : ": even " + best->channel + " spread by " + percent(best->spread) +
                                                    " and moved by " + percent(best->slopePerMinute) + " a minute"),
                         "clean-air capture",
                         "Give the sensors more time in clean air, out of draughts, and capture for "
                         "at least ten seconds.");
    return set;
}

Result<EnvironmentModel> fitEnvironment(std::span<const EnvironmentSample> samples)
{
    EnvironmentModel m;
    const double far = std::numeric_limits<double>::infinity();
    m.temperatureLow = m.humidityLow = far;
    m.temperatureHigh = m.humidityHigh = -far;
    std::array<double, 3> mean{};
    for (const EnvironmentSample& s : samples) {
        if (!(s.resistance > 0 && s.absoluteHumidity > 0 && std::isfinite(s.temperature)))
            continue;
        ++m.samples;
        const auto n = static_cast<double>(m.samples);
        mean[0] += (s.temperature - mean[0]) / n;
        mean[1] += (std::log(s.absoluteHumidity) - mean[1]) / n;
        mean[2] += (std::log(s.resistance) - mean[2]) / n;
        m.temperatureLow = std::min(m.temperatureLow, s.temperature);
        m.temperatureHigh = std::max(m.temperatureHigh, s.temperature);
        m.humidityLow = std::min(m.humidityLow, s.absoluteHumidity);
        m.humidityHigh = std::max(m.humidityHigh, s.absoluteHumidity);
    }
    const char* remedy = "Log clean air over a day or more, so that temperature and humidity change by themselves.";
    if (m.samples < 30)
        return makeError(ErrorKind::BadInput,
                         "only " + std::to_string(m.samples) + " samples of clean air; 30 are needed",
                         "temperature and humidity", remedy);
    // Centred sums: the two influences, their product, and what they share with ln Rs.
    double tt = 0, hh = 0, th = 0, ty = 0, hy = 0, yy = 0;
    for (const EnvironmentSample& s : samples) {
        if (!(s.resistance > 0 && s.absoluteHumidity > 0 && std::isfinite(s.temperature)))
            continue;
        const double t = s.temperature - mean[0];
        const double h = std::log(s.absoluteHumidity) - mean[1];
        const double y = std::log(s.resistance) - mean[2];
        tt += t * t;
        hh += h * h;
        th += t * h;
        ty += t * y;
        hy += h * y;
        yy += y * y;
    }
    const auto n = static_cast<double>(m.samples);
    const double determinant = tt * hh - th * th;
    if (m.temperatureHigh - m.temperatureLow < 1 || std::sqrt(hh / n) < 0.02)
        return makeError(ErrorKind::BadInput, "temperature or humidity hardly moved in this log",
                         "temperature and humidity", remedy);
    if (determinant < 0.02 * tt * hh)
        return makeError(ErrorKind::BadInput,
                         "temperature and humidity only moved together, so their influences cannot be told apart",
                         "temperature and humidity", remedy);
    m.b1 = (ty * hh - hy * th) / determinant;
    m.b2 = (hy * tt - ty * th) / determinant;
    m.b0 = mean[2] - m.b1 * mean[0] - m.b2 * mean[1];
    m.temperatureMean = mean[0];
    m.logHumidityMean = mean[1];
    const double left = std::max(0.0, yy - m.b1 * ty - m.b2 * hy);
    m.before = std::sqrt(yy / (n - 1));
    m.residual = std::sqrt(left / (n - 3));
    m.r2 = yy > 0 ? 1 - left / yy : 0;
    return m;
}

Result<PowerLaw> fitPower(const std::string& gas, std::span<const SpanPoint> points,
                          const std::optional<PowerLaw>& known)
{
    PowerLaw law;
    law.gas = gas;
    law.low = std::numeric_limits<double>::infinity();
    double x = 0, y = 0;
    for (const SpanPoint& p : points) {
        if (!(p.value > 0 && p.ppm > 0))
            return makeError(ErrorKind::BadInput, "a span needs a positive ratio and concentration", "span of " + gas,
                             "Capture clean air first; then let a known concentration flow.");
        x += std::log(p.value);
        y += std::log(p.ppm);
        law.low = std::min(law.low, p.ppm);
        law.high = std::max(law.high, p.ppm);
    }
    if (points.empty())
        return makeError(ErrorKind::Usage, "there is no span", "span of " + gas);
    const auto n = static_cast<double>(points.size());
    x /= n;
    y /= n;
    double xx = 0, xy = 0;
    for (const SpanPoint& p : points) {
        xx += (std::log(p.value) - x) * (std::log(p.value) - x);
        xy += (std::log(p.value) - x) * (std::log(p.ppm) - y);
    }
    if (points.size() == 1) {
        if (!known)
            return makeError(ErrorKind::Usage, "one span alone does not give the slope of a curve", "span of " + gas,
                             "Name the sensor's type, or give spans of two concentrations.");
        law.b = known->b;
        law.low = known->low;
        law.high = known->high;
        law.unit = known->unit;
        law.origin = "one span on the " + known->origin;
    } else {
        if (xx < 1e-6)
            return makeError(ErrorKind::BadInput, "the sensor gave the same answer to different concentrations",
                             "span of " + gas, "Use another sensor for this gas.");
        law.b = xy / xx;
        law.low /= 2; // a little beyond the spans is still a measurement; farther is a guess
        law.high *= 2;
        law.origin = "fitted to " + std::to_string(points.size()) + " spans";
    }
    if (!(std::fabs(law.b) <= largestExponent))
        return makeError(ErrorKind::BadInput,
                         "the curve is as good as insensitive (exponent " + std::to_string(static_cast<int>(law.b)) +
                             "): noise would read as gas",
                         "span of " + gas, "Use another sensor for this gas.");
    law.a = std::exp(y - law.b * x);
    return law;
}

Result<LinearLaw> fitLinear(const std::string& gas, std::span<const SpanPoint> points)
{
    double x = 0, y = 0, high = 0;
    for (const SpanPoint& p : points) {
        x += p.value;
        y += p.ppm;
        high = std::max(high, p.ppm);
    }
    const auto n = static_cast<double>(std::max<std::size_t>(points.size(), 1));
    x /= n;
    y /= n;
    double xx = 0, xy = 0;
    for (const SpanPoint& p : points) {
        xx += (p.value - x) * (p.value - x);
        xy += (p.value - x) * (p.ppm - y);
    }
    if (points.size() < 2 || xx <= 0 || xy == 0)
        return makeError(ErrorKind::BadInput, "zero and span need two different concentrations", "span of " + gas,
                         "Capture clean air (0 ppm), then a known concentration.");
    LinearLaw law;
    law.gas = gas;
    law.gain = xy / xx;
    law.zero = x - y / law.gain;
    law.highPpm = high;
    return law;
}

namespace {

Result<void> addSpan(ChannelCalibration& channel, const Stillness& still, const std::string& gas, double ppm)
{
    const bool linear = channel.raw == RawKind::Concentration;
    const std::string& earlier =
        linear ? (channel.linear ? channel.linear->gas : gas) : (channel.power ? channel.power->gas : channel.spansGas);
    std::vector<SpanPoint> spans = earlier == gas || earlier.empty() ? channel.spans : std::vector<SpanPoint>();
    const double value = linear ? still.rawMean : still.mean / *channel.r0;
    std::erase_if(spans, [&](const SpanPoint& span) { return span.ppm == ppm; }); // captured again
    spans.push_back({value, ppm});
    if (linear) {
        std::vector<SpanPoint> points = spans;
        points.push_back({channel.linear ? channel.linear->zero : 0, 0});
        BNOF_TRY_ASSIGN(channel.linear, fitLinear(gas, points));
    } else if (!channel.power && spans.size() == 1) {
        channel.spansGas = gas; // the curve comes with the next concentration
    } else {
        const auto known = channel.power && channel.power->gas == gas ? channel.power : std::nullopt;
        BNOF_TRY_ASSIGN(channel.power, fitPower(gas, spans, known));
        channel.spansGas.clear();
    }
    channel.spans = std::move(spans);
    return {};
}

} // namespace

Result<std::size_t> addSpan(Calibration& calibration, const std::vector<Stillness>& still, const std::string& gas,
                            double ppm)
{
    std::size_t set = 0;
    std::optional<Error> problem;
    for (const Stillness& each : still) {
        ChannelCalibration& channel = calibration.channel(each.channel);
        if (!each.stable || (channel.raw != RawKind::Concentration && !channel.r0))
            continue;
        if (const auto added = addSpan(channel, each, gas, ppm); !added.ok())
            problem = added.error();
        else
            ++set;
    }
    if (set == 0)
        return problem.value_or(makeError(ErrorKind::BadInput, "no channel was still and had clean air captured before",
                                          "span of " + gas, "Capture clean air first, then let the gas settle."));
    return set;
}

std::vector<CalibrationShift> compareCalibrations(const Calibration& before, const Calibration& after)
{
    std::vector<CalibrationShift> out;
    for (const ChannelCalibration& now : after.channels) {
        CalibrationShift shift;
        shift.channel = now.channel;
        const ChannelCalibration* earlier = before.find(now.channel);
        shift.r0Before = earlier != nullptr ? earlier->r0.value_or(0) : 0;
        shift.r0After = now.r0.value_or(0);
        if (shift.r0Before > 0 && shift.r0After > 0)
            shift.r0Shift = shift.r0After / shift.r0Before - 1;
        if (now.environment) {
            shift.spreadBefore = now.environment->before;
            shift.spreadAfter = now.environment->residual;
        }
        out.push_back(std::move(shift));
    }
    return out;
}

Calibration beginCalibration(const std::vector<ChannelInfo>& channels)
{
    Calibration out;
    for (const ChannelInfo& info : channels) {
        if (info.quantity == "temperature") {
            if (out.temperatureChannel.empty())
                out.temperatureChannel = info.name;
            continue;
        }
        if (startsWithAny(info.quantity, {"relative humidity", "humidity"})) {
            if (out.humidityChannel.empty())
                out.humidityChannel = info.name;
            continue;
        }
        if (startsWithAny(info.quantity, {"pressure", "altitude", "heater", "flow", "time"}))
            continue;
        ChannelCalibration channel;
        channel.channel = info.name;
        const bool converter = info.unit == "counts" || info.unit == "V" || info.unit == "mV" || info.unit.empty();
        if (converter && info.rangeHigh > info.rangeLow) {
            channel.raw = RawKind::Divider;
            channel.supply = info.rangeHigh;
        } else if (info.quantity == "resistance") {
            channel.raw = RawKind::Resistance;
        } else if (info.quantity == "concentration" || startsWithAny(info.unit, {"ppm", "ppb", "%"})) {
            channel.raw = RawKind::Concentration;
        } else {
            channel.raw = RawKind::Conductance;
        }
        out.channels.push_back(std::move(channel));
    }
    return out;
}

} // namespace bnof::sensing
