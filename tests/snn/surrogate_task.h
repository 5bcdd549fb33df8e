// SPDX-License-Identifier: GPL-3.0-or-later
// Networks and inputs for the tests of surrogate training, all drawn with Philox.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "engine/base/philox.h"
#include "engine/snn/signed_weights.h"
#include "engine/snn/surrogate_training.h"

namespace bnof::test {

inline snn::LifParameters lif(double thresholdMv = -50, double refractoryMs = 2)
{
    snn::LifParameters p;
    p.membraneTimeConstantMs = 10;
    p.thresholdMv = thresholdMv;
    p.refractoryMs = refractoryMs;
    p.excitatoryTimeConstantMs = 4;
    p.inhibitoryTimeConstantMs = 6;
    return p;
}

/// Every source to every target with normal weights of the given spread and mean.
inline snn::SignedList denseWeights(std::uint32_t sources, std::uint32_t targets, double mean, double spread,
                                    std::uint32_t stream)
{
    PhiloxSequence random(77, stream);
    snn::SignedList list;
    for (std::uint32_t s = 0; s < sources; ++s)
        for (std::uint32_t t = 0; t < targets; ++t) {
            list.sources.push_back(s);
            list.targets.push_back(t);
            list.weights.push_back(static_cast<float>(mean + spread * random.normal()));
        }
    return list;
}

/// Spikes of `neurons` sources at given ticks, in canonical order, without repeats.
inline std::vector<Spike> canonical(std::vector<Spike> spikes)
{
    const auto before = [](const Spike& a, const Spike& b) {
        return a.tick != b.tick ? a.tick < b.tick : a.neuron < b.neuron;
    };
    std::sort(spikes.begin(), spikes.end(), before);
    spikes.erase(std::unique(spikes.begin(), spikes.end()), spikes.end());
    return spikes;
}

inline std::vector<Spike> noiseSpikes(PhiloxSequence& random, std::uint32_t neurons, std::uint32_t ticks, double p)
{
    std::vector<Spike> spikes;
    for (std::uint32_t t = 0; t < ticks; ++t)
        for (std::uint32_t n = 0; n < neurons; ++n)
            if (random.uniform() < p)
                spikes.push_back({n, t});
    return spikes;
}

/// A temporal task: every class is the same set of source spikes, one a source, in an order of its own, so that counts
/// tell nothing and only the times do. Each presentation moves every spike by up to two ticks.
struct TemporalTask {
    static constexpr std::uint32_t classes = 3;
    static constexpr std::uint32_t sources = 24;
    static constexpr std::uint32_t ticks = 40;

    static std::vector<snn::Presentation> draw(std::uint32_t count, std::uint32_t stream)
    {
        PhiloxSequence templates(5, 1);
        std::vector<std::vector<std::uint32_t>> times(classes, std::vector<std::uint32_t>(sources));
        for (auto& row : times)
            for (std::uint32_t& tick : row)
                tick = 3 + templates.below(ticks - 12);
        PhiloxSequence random(6, stream);
        std::vector<snn::Presentation> out;
        for (std::uint32_t i = 0; i < count; ++i) {
            snn::Presentation one;
            one.ticks = ticks;
            one.label = i % classes;
            one.spikes.resize(1);
            for (std::uint32_t n = 0; n < sources; ++n)
                one.spikes[0].push_back({n, times[one.label][n] + random.below(5) - 2});
            one.spikes[0] = canonical(one.spikes[0]);
            out.push_back(std::move(one));
        }
        return out;
    }
    /// Sources -> hidden (recurrent when asked) -> one output neuron a class, all signed.
    static snn::Network network(snn::SurrogateOptions& options, bool recurrent)
    {
        snn::Network net;
        net.name = "temporal task";
        net.populations = {
            {"source", sources, snn::PoissonParameters{0}}, {"hidden", 32, lif()}, {"output", classes, lif()}};
        const auto add = [&](const char* name, std::uint32_t from, std::uint32_t to, double mean, double spread,
                             std::uint32_t stream) {
            options.signedPairs.push_back(
                snn::addSignedProjection(
                    net, name, from, to,
                    denseWeights(net.populations[from].size, net.populations[to].size, mean, spread, stream))
                    .value());
        };
        add("in", 0, 1, 4, 8, 11);
        if (recurrent)
            add("recurrent", 1, 1, 0, 1, 12);
        add("out", 1, 2, 2, 5, 13);
        options.output = 2;
        return net;
    }
};

} // namespace bnof::test
