// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/olfaction/front_end_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "engine/olfaction/csv_table.h"

namespace bnof::olfaction {
namespace {

constexpr std::size_t mostFrames = 60'000;
constexpr double climateRidge = 1e-3; ///< relative to the variance
constexpr double noiseDeviations = 8;
constexpr double leastFreeze = 0.02;     ///< in log units: 2 %
constexpr double noiseOfMedian = 1.4826; ///< standard deviation of a Gaussian over its median magnitude
constexpr std::array<double, 10> timeConstants{0, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64};

int channelThatMeasures(const Dataset& data, std::string_view quantity)
{
    for (std::size_t c = 0; c < data.channels.size(); ++c) {
        if (measures(data.channels[c], quantity))
            return static_cast<int>(c);
    }
    return -1;
}

/// Every so many-th frame makes at most mostFrames.
std::size_t strideOf(const Dataset& data)
{
    return std::max<std::size_t>(1, data.frames() / mostFrames);
}

/// Sums of one label, for covariances around its mean.
struct Sums {
    double n = 0;
    double t = 0, h = 0, tt = 0, hh = 0, th = 0;
    std::vector<double> x, xt, xh; ///< one a channel
};

void fitClimate(const Dataset& data, FrontEndParameters& p)
{
    ClimateCompensation& climate = p.climate;
    const std::size_t channels = p.channels();
    FrontEndParameters plain;
    plain.scale = p.scale;
    plain.smoothingSeconds = 0;
    plain.mean.assign(channels, 0);
    plain.deviation.assign(channels, 1);
    std::map<int, Sums> labels;
    std::vector<double> x(channels);
    double all = 0;
    const std::size_t stride = strideOf(data);
    for (const LabelledRecording& r : data.recordings) {
        FrontEnd frontEnd(plain);
        for (std::size_t i = 0; i < r.frames(); i += stride) {
            const std::span<const float> values(r.values.data() + i * channels, channels);
            const auto told = [&](int c, double otherwise) {
                return c < 0 ? otherwise : static_cast<double>(values[static_cast<std::size_t>(c)]);
            };
            const double t = told(climate.temperatureChannel, 0);
            const double h = told(climate.humidityChannel, 0);
            frontEnd.update(r.times[i], values);
            frontEnd.rawFeatures(x);
            if (!std::isfinite(t) || !std::isfinite(h) || r.labels[i] < 0 ||
                std::any_of(x.begin(), x.end(), [](double v) { return !std::isfinite(v); }))
                continue;
            Sums& s = labels[r.labels[i]];
            if (s.x.empty()) {
                s.x.assign(channels, 0);
                s.xt = s.xh = s.x;
            }
            s.n += 1;
            s.t += t;
            s.h += h;
            s.tt += t * t;
            s.hh += h * h;
            s.th += t * h;
            for (std::size_t c = 0; c < channels; ++c) {
                s.x[c] += x[c];
                s.xt[c] += x[c] * t;
                s.xh[c] += x[c] * h;
            }
            all += 1;
            climate.temperature += t;
            climate.humidity += h;
        }
    }
    climate.perKelvin.assign(channels, 0);
    climate.perPercent.assign(channels, 0);
    if (all == 0)
        return;
    climate.temperature /= all;
    climate.humidity /= all;
    double tt = 0;
    double hh = 0;
    double th = 0;
    for (const auto& [label, s] : labels) {
        tt += s.tt - s.t * s.t / s.n;
        hh += s.hh - s.h * s.h / s.n;
        th += s.th - s.t * s.h / s.n;
    }
    // What never changes cannot be learned from, and is not divided by.
    const double least = 1e-9 * all;
    tt = tt * (1 + climateRidge) + least;
    hh = hh * (1 + climateRidge) + least;
    const double determinant = tt * hh - th * th;
    for (std::size_t c = 0; c < channels; ++c) {
        if (static_cast<int>(c) == climate.temperatureChannel || static_cast<int>(c) == climate.humidityChannel)
            continue;
        double xt = 0;
        double xh = 0;
        for (const auto& [label, s] : labels) {
            xt += s.xt[c] - s.x[c] * s.t / s.n;
            xh += s.xh[c] - s.x[c] * s.h / s.n;
        }
        climate.perKelvin[c] = std::clamp((xt * hh - xh * th) / determinant, -10.0, 10.0);
        climate.perPercent[c] = std::clamp((xh * tt - xt * th) / determinant, -10.0, 10.0);
    }
}

/// The smoothed signal, and its slope where it rises and where it falls: sums of one exposure or of everything.
struct Slopes {
    double n = 0;
    std::array<double, 3> sum{};
    std::array<double, 9> product{};

    void add(const std::array<double, 3>& v)
    {
        n += 1;
        for (std::size_t a = 0; a < 3; ++a) {
            sum[a] += v[a];
            for (std::size_t b = 0; b < 3; ++b)
                product[3 * a + b] += v[a] * v[b];
        }
    }
    void addScatterTo(std::array<double, 9>& out) const
    {
        for (std::size_t a = 0; a < 3 && n > 0; ++a) {
            for (std::size_t b = 0; b < 3; ++b)
                out[3 * a + b] += product[3 * a + b] - sum[a] * sum[b] / n;
        }
    }
};

double scatterOf(const std::array<double, 9>& scatter, const std::array<double, 3>& weights)
{
    double out = 0;
    for (std::size_t a = 0; a < 3; ++a) {
        for (std::size_t b = 0; b < 3; ++b)
            out += weights[a] * weights[b] * scatter[3 * a + b];
    }
    return out;
}

/// What the signals of a front end do, channel by channel.
struct Course {
    std::vector<std::array<double, 9>> within; ///< exposures
    std::vector<Slopes> all;
    std::vector<double> noise; ///< standard deviation, from the median
};

Course courseOf(const Dataset& data, const FrontEndParameters& p)
{
    const std::size_t channels = p.channels();
    FrontEndParameters probe = p;
    probe.transientSeconds.clear();
    probe.baseline = {};
    probe.deconvolution.risingSeconds.assign(channels, 1); // the block is then the signal and its slope
    probe.deconvolution.fallingSeconds.assign(channels, 1);
    probe.mean.assign(probe.features(), 0);
    probe.deviation.assign(probe.features(), 1);
    Course out;
    out.within.resize(channels);
    out.all.resize(channels);
    std::vector<Slopes> exposure(channels);
    std::vector<std::vector<double>> moves(channels);
    std::vector<double> raw(probe.features());
    const std::size_t stride = strideOf(data);
    const auto endExposure = [&] {
        for (std::size_t c = 0; c < channels; ++c) {
            exposure[c].addScatterTo(out.within[c]);
            exposure[c] = {};
        }
    };
    for (const LabelledRecording& r : data.recordings) {
        FrontEnd frontEnd(probe);
        for (std::size_t i = 0; i < r.frames(); ++i) {
            if (i > 0 && r.labels[i] != r.labels[i - 1])
                endExposure();
            frontEnd.update(r.times[i], {r.values.data() + i * channels, channels});
            if (i % stride != 0)
                continue;
            frontEnd.rawFeatures(raw);
            for (std::size_t c = 0; c < channels; ++c) {
                const double slope = raw[channels + c] - raw[c];
                if (!std::isfinite(slope))
                    continue;
                const std::array<double, 3> v{raw[c], std::max(slope, 0.0), std::min(slope, 0.0)};
                exposure[c].add(v);
                out.all[c].add(v);
                moves[c].push_back(std::abs(slope) * p.smoothingSeconds);
            }
        }
        endExposure();
    }
    for (std::vector<double>& m : moves) {
        const auto middle = m.begin() + static_cast<std::ptrdiff_t>(m.size() / 2);
        std::nth_element(m.begin(), middle, m.end());
        out.noise.push_back(m.empty() ? 0 : noiseOfMedian * *middle);
    }
    return out;
}

void fitDeconvolution(const Course& course, std::size_t channels, Deconvolution& out)
{
    for (std::size_t c = 0; c < channels; ++c) {
        std::array<double, 9> total{};
        course.all[c].addScatterTo(total);
        double best = std::numeric_limits<double>::infinity();
        double rising = 0;
        double falling = 0;
        for (const double up : timeConstants) {
            for (const double down : timeConstants) {
                const std::array<double, 3> weights{1, up, down};
                const double all = scatterOf(total, weights);
                const double ratio = all > 0 ? scatterOf(course.within[c], weights) / all : 1;
                if (ratio < best) {
                    best = ratio;
                    rising = up;
                    falling = down;
                }
            }
        }
        out.risingSeconds.push_back(rising);
        out.fallingSeconds.push_back(falling);
    }
}

} // namespace

bool measures(const ChannelInfo& channel, std::string_view quantity)
{
    return lowerCase(channel.quantity).find(quantity) != std::string::npos ||
           lowerCase(channel.name).find(quantity) != std::string::npos;
}

Result<void> fitFrontEndParts(const Dataset& data, const FrontEndChoice& choice, FrontEndParameters& p)
{
    if (choice.climate) {
        p.climate.temperatureChannel = channelThatMeasures(data, "temperature");
        p.climate.humidityChannel = channelThatMeasures(data, "humidity");
        if (p.climate.temperatureChannel < 0 && p.climate.humidityChannel < 0)
            return makeError(ErrorKind::BadInput, "no channel measures temperature or humidity", data.name,
                             "Leave the compensation off, or name the channels \"temperature\" and \"humidity\".");
        fitClimate(data, p);
    }
    if (choice.baselineSeconds <= 0 && !choice.deconvolution)
        return {};
    const Course course = courseOf(data, p);
    if (choice.baselineSeconds > 0) {
        p.baseline.seconds = choice.baselineSeconds;
        for (const double noise : course.noise)
            p.baseline.freezeAbove.push_back(std::max(noiseDeviations * noise, leastFreeze));
    }
    if (choice.deconvolution)
        fitDeconvolution(course, p.channels(), p.deconvolution);
    return {};
}

} // namespace bnof::olfaction
