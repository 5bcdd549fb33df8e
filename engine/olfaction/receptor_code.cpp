// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/receptor_code.h"

#include <algorithm>
#include <cmath>

#include "engine/base/philox.h"
#include "engine/olfaction/json_vectors.h"

namespace bnof::olfaction {
namespace {

double channelValue(const ReceptorCode& code, std::size_t channel, const std::vector<double>& u)
{
    double q = 0;
    for (std::size_t a = 0; a < code.axes; ++a)
        q += code.mixtures[channel * code.axes + a] * u[a];
    return q;
}

/// Ramps that each span two of the gaps between `ramps` + 2 quantile knots of the values.
void placeRamps(std::vector<double> values, std::size_t ramps, ReceptorCode& code)
{
    std::sort(values.begin(), values.end());
    const auto quantile = [&values](double q) {
        return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
    };
    const double span = std::max(quantile(0.99) - quantile(0.01), 1e-6);
    const auto knot = [&](std::size_t i) {
        return quantile(0.01 + 0.98 * static_cast<double>(i) / static_cast<double>(ramps + 1));
    };
    for (std::size_t i = 0; i < ramps; ++i) {
        code.rampStart.push_back(knot(i));
        code.rampWidth.push_back(std::max(knot(i + 2) - knot(i), 1e-3 * span));
    }
}

/// One ramp over nearly all of the values.
void placeRange(std::vector<double> values, ReceptorCode& code)
{
    std::sort(values.begin(), values.end());
    const auto last = static_cast<double>(values.size() - 1);
    const double low = values[static_cast<std::size_t>(0.02 * last)];
    const double high = values[static_cast<std::size_t>(0.98 * last)];
    code.rampStart.push_back(low);
    code.rampWidth.push_back(std::max(high - low, 1e-6));
}

} // namespace

std::size_t ReceptorCode::channelOf(std::size_t receptor) const
{
    if (spikes())
        return receptor / neuronsPerChannel(encoder);
    return receptor < 2 * rampStart.size() ? receptor / (2 * rampsPerChannel) : channels();
}

void encode(const ReceptorCode& code, const DiscriminantPoint& point, std::vector<float>& driveMv)
{
    driveMv.resize(code.receptors());
    std::size_t at = 0;
    const auto put = [&](double activity) {
        const double g = std::clamp(activity, 0.0, 1.0);
        driveMv[at++] = g > 0 ? static_cast<float>(code.baseMv + code.gainMv * g) : 0.0F;
    };
    for (std::size_t c = 0; c < code.channels(); ++c) {
        const double q = channelValue(code, c, point.u);
        for (std::size_t i = 0; i < code.rampsPerChannel; ++i) {
            const std::size_t ramp = c * code.rampsPerChannel + i;
            const double on = (q - code.rampStart[ramp]) / code.rampWidth[ramp];
            put(on);
            put(1 - on);
        }
    }
    for (std::size_t i = 0; i < code.residualStart.size(); ++i)
        put((point.residual - code.residualStart[i]) / code.residualWidth[i]);
}

void encoderValues(const ReceptorCode& code, const DiscriminantPoint& point, std::vector<double>& values)
{
    values.resize(code.inputs());
    for (std::size_t c = 0; c < code.channels(); ++c)
        values[c] = std::clamp((channelValue(code, c, point.u) - code.rampStart[c]) / code.rampWidth[c], 0.0, 1.0);
    for (std::size_t i = 0; i < code.residualStart.size(); ++i)
        values[code.channels() + i] =
            std::clamp((point.residual - code.residualStart[i]) / code.residualWidth[i], 0.0, 1.0);
}

ReceptorCode fitReceptorCode(const std::vector<DiscriminantPoint>& points, double familiarResidual,
                             const ReceptorCodeOptions& options)
{
    ReceptorCode code;
    code.axes = points.empty() ? 0 : points.front().u.size();
    if (options.encoder.name != "offset")
        code.encoder = options.encoder;
    code.rampsPerChannel = code.spikes() ? 1 : options.ramps;
    std::vector<double> scale(code.axes, 0);
    for (const DiscriminantPoint& point : points) {
        for (std::size_t a = 0; a < code.axes; ++a)
            scale[a] += point.u[a] * point.u[a] / static_cast<double>(points.size());
    }
    PhiloxSequence random(options.seed, 0xC0DE);
    const std::size_t channels = code.axes + (code.axes > 1 ? options.mixtures : 0);
    for (std::size_t c = 0; c < channels; ++c) {
        for (std::size_t a = 0; a < code.axes; ++a) {
            const double unit = 1 / std::sqrt(std::max(scale[a], 1e-12));
            const double weight = c < code.axes ? (a == c ? 1.0 : 0.0) : random.normal();
            code.mixtures.push_back(weight * unit);
        }
    }
    std::vector<double> values(points.size());
    for (std::size_t c = 0; c < channels; ++c) {
        for (std::size_t i = 0; i < points.size(); ++i)
            values[i] = channelValue(code, c, points[i].u);
        if (code.spikes())
            placeRange(values, code);
        else
            placeRamps(values, options.ramps, code);
    }
    if (code.spikes()) {
        code.encoder.seed = options.seed;
        code.encoder.noise.clear();
        if (options.residualRamps > 0) {
            code.residualStart.push_back(familiarResidual * 0.75);
            code.residualWidth.push_back(familiarResidual * 2);
        }
        return code;
    }
    // The ordinary range of the residual is of no interest; its receptors look at what lies beyond.
    for (std::size_t i = 0; i < options.residualRamps; ++i) {
        const double step = familiarResidual / 4;
        code.residualStart.push_back(familiarResidual * 0.75 + step * static_cast<double>(i));
        code.residualWidth.push_back(2 * step);
    }
    return code;
}

Json toJson(const ReceptorCode& code)
{
    Json out = Json::object();
    out.set("mixtures", Json::arrayOf(code.mixtures));
    out.set("ramps_per_channel", code.rampsPerChannel);
    out.set("ramp_start", Json::arrayOf(code.rampStart));
    out.set("ramp_width", Json::arrayOf(code.rampWidth));
    out.set("residual_start", Json::arrayOf(code.residualStart));
    out.set("residual_width", Json::arrayOf(code.residualWidth));
    out.set("base_mv", code.baseMv);
    out.set("gain_mv", code.gainMv);
    if (code.spikes())
        out.set("encoder", toJson(code.encoder));
    return out;
}

Result<ReceptorCode> receptorCodeFromJson(const Json& json, const std::string& path, std::size_t axes)
{
    JsonFields fields(json, path);
    ReceptorCode code;
    code.axes = axes;
    code.mixtures = readNumbers<double>(fields, "mixtures", 100'000);
    code.rampsPerChannel = static_cast<std::size_t>(fields.integer("ramps_per_channel", 1, 1000));
    code.rampStart = readNumbers<double>(fields, "ramp_start", 100'000);
    code.rampWidth = readNumbers<double>(fields, "ramp_width", 100'000);
    code.residualStart = readNumbers<double>(fields, "residual_start", 1000);
    code.residualWidth = readNumbers<double>(fields, "residual_width", 1000);
    code.baseMv = fields.number("base_mv", -1000, 1000);
    code.gainMv = fields.number("gain_mv", 0, 1000);
    BNOF_TRY(fields.status());
    const auto bad = [&path](const char* what, const char* field) {
        return makeError(ErrorKind::BadInput, what, path + field);
    };
    if (axes == 0 || code.mixtures.empty() || code.mixtures.size() % axes != 0)
        return bad("there must be one row of weights a code channel", ".mixtures");
    if (code.rampStart.size() != code.channels() * code.rampsPerChannel ||
        code.rampWidth.size() != code.rampStart.size())
        return bad("there must be ramps_per_channel ramps for every code channel", ".ramp_start");
    if (code.residualStart.size() != code.residualWidth.size())
        return bad("there must be as many widths as starts", ".residual_width");
    if (fields.has("encoder")) {
        const Json& encoder = fields.objectField("encoder");
        BNOF_TRY(fields.status());
        if (code.rampsPerChannel != 1 || code.residualStart.size() > 1)
            return bad("with an encoder there must be one ramp for every channel", ".ramps_per_channel");
        BNOF_TRY_ASSIGN(code.encoder, encoderFromJson(encoder, path + ".encoder", code.inputs()));
    }
    const auto positive = [](const std::vector<double>& widths) {
        return std::all_of(widths.begin(), widths.end(), [](double w) { return w >= 1e-12; });
    };
    if (!positive(code.rampWidth) || !positive(code.residualWidth))
        return bad("a width is not positive", ".ramp_width");
    return code;
}

} // namespace bnof::olfaction
