// SPDX-License-Identifier: GPL-3.0-or-later
// Spike patterns for the tests of the cache: odours that differ in which neurons fire and when.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "engine/base/philox.h"
#include "engine/base/types.h"

namespace bnof::test {

inline void sortSpikes(std::vector<Spike>& spikes)
{
    std::sort(spikes.begin(), spikes.end(),
              [](Spike a, Spike b) { return a.tick != b.tick ? a.tick < b.tick : a.neuron < b.neuron; });
}

/// Pattern `number` of a family: every neuron has its own rate and the rate its own course over the window.
inline std::vector<Spike> randomPattern(std::uint64_t seed, std::uint32_t number, std::uint32_t neurons,
                                        std::uint32_t ticks)
{
    PhiloxSequence random(seed, number);
    std::vector<Spike> spikes;
    for (std::uint32_t neuron = 0; neuron < neurons; ++neuron) {
        const double rate = random.uniform() < 0.5 ? 0.01 : 0.06;
        const std::uint32_t centre = random.below(ticks);
        for (std::uint32_t tick = 0; tick < ticks; ++tick) {
            const double away = (static_cast<double>(tick) - centre) / 25.0;
            if (random.uniform() < rate * (0.2 + 2 / (1 + away * away)))
                spikes.push_back({neuron, tick});
        }
    }
    sortSpikes(spikes);
    return spikes;
}

/// The same again: each spike moved by about `deviation` ticks (standard deviation) inside the window, or dropped with
/// the probability `drop`.
inline std::vector<Spike> jittered(const std::vector<Spike>& spikes, double deviation, double drop, std::uint64_t seed,
                                   std::uint32_t number, std::uint32_t ticks)
{
    PhiloxSequence random(seed, number ^ 0x40000000U);
    std::vector<Spike> out;
    for (const Spike spike : spikes) {
        if (random.uniform() < drop)
            continue;
        const double moved = std::floor(spike.tick + random.normal() * deviation + 0.5);
        out.push_back({spike.neuron, static_cast<std::uint32_t>(std::clamp(moved, 0.0, ticks - 1.0))});
    }
    sortSpikes(out);
    return out;
}

} // namespace bnof::test
