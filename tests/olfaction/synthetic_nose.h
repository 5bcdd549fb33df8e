// SPDX-License-Identifier: GPL-3.0-or-later
// A small made-up nose for the tests: power-law sensors with first-order kinetics, in memory.
#pragma once

#include <cmath>

#include "engine/base/philox.h"
#include "engine/olfaction/dataset.h"

namespace bnof::test {

constexpr std::size_t noseChannels = 6;

/// Steady response of a channel: 1000 (1 + a c^0.6), with a pattern for each gas. Gas 0 is air.
inline double steadyResponse(int gas, std::size_t channel, double ppm)
{
    constexpr double patterns[4][noseChannels] = {{0, 0, 0, 0, 0, 0},
                                                  {0.30, 0.25, 0.05, 0.02, 0.10, 0.02},
                                                  {0.04, 0.06, 0.30, 0.28, 0.02, 0.12},
                                                  {0.02, 0.30, 0.02, 0.02, 0.40, 0.40}};
    return 1000 * (1 + patterns[gas][channel] * std::pow(ppm, 0.6));
}

struct Exposure {
    int gas = 0;
    double ppm = 0;
    double seconds = 20;
};

/// One recording of exposures in turn, at `rate` Hz. Labels: 0 air, 1 alpha, 2 beta (3: not labelled).
inline olfaction::LabelledRecording record(const std::vector<Exposure>& exposures, double rate, std::uint64_t seed,
                                           const std::string& group = "session")
{
    olfaction::LabelledRecording out;
    out.name = group;
    out.group = group;
    PhiloxSequence random(seed, 7);
    double gain[noseChannels];
    double state[noseChannels];
    for (std::size_t c = 0; c < noseChannels; ++c) {
        gain[c] = 1 + 0.02 * random.normal();
        state[c] = steadyResponse(0, c, 0);
    }
    std::int64_t frame = 0;
    for (const Exposure& exposure : exposures) {
        const auto frames = static_cast<std::int64_t>(exposure.seconds * rate);
        for (std::int64_t i = 0; i < frames; ++i, ++frame) {
            out.times.push_back(fromSeconds(static_cast<double>(frame) / rate));
            out.labels.push_back(exposure.gas == 3 ? std::int16_t{-1} : static_cast<std::int16_t>(exposure.gas));
            for (const int component : {1, 2})
                out.ppm.push_back(exposure.gas == component ? static_cast<float>(exposure.ppm) : 0.0F);
            for (std::size_t c = 0; c < noseChannels; ++c) {
                const double target = steadyResponse(exposure.gas, c, exposure.ppm);
                const double tau = target > state[c] ? 1.5 : 4.0;
                state[c] += (target - state[c]) * (1 - std::exp(-1 / rate / tau));
                out.values.push_back(static_cast<float>(gain[c] * state[c] + 2 * random.normal()));
            }
        }
    }
    return out;
}

inline olfaction::Dataset emptyNoseData()
{
    olfaction::Dataset data;
    data.name = "synthetic nose";
    data.simulated = true;
    for (std::size_t c = 0; c < noseChannels; ++c) {
        ChannelInfo channel;
        channel.name = "s" + std::string(1, static_cast<char>('1' + c));
        data.channels.push_back(channel);
    }
    data.labels = {"air", "alpha", "beta"};
    data.background = 0;
    data.components = {"alpha", "beta"};
    data.labelComponents = {{}, {0}, {1}};
    return data;
}

/// `sessions` recordings of air and both gases at changing concentrations, each with its own sensor gains.
inline olfaction::Dataset noseData(int sessions, double rate = 10, std::uint64_t seed = 100)
{
    olfaction::Dataset data = emptyNoseData();
    for (int s = 0; s < sessions; ++s) {
        std::vector<Exposure> exposures{{0, 0, 15}};
        PhiloxSequence random(seed + static_cast<std::uint64_t>(s), 8);
        for (int e = 0; e < 6; ++e) {
            const int gas = 1 + static_cast<int>((static_cast<unsigned>(e) + random.below(2)) % 2);
            exposures.push_back({gas, 20 + 80 * random.uniform(), 20});
            exposures.push_back({0, 0, 20});
        }
        data.recordings.push_back(record(exposures, rate, seed + static_cast<std::uint64_t>(s),
                                         "session " + std::string(1, static_cast<char>('A' + s))));
    }
    return data;
}

} // namespace bnof::test
