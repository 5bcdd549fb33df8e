// SPDX-License-Identifier: GPL-3.0-or-later
// Lists of spikes that a codec may find hard, shared by tests and fuzz seeds.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/philox.h"
#include "engine/storage/spike_codec.h"

namespace bnof::test {

inline void addSpike(storage::SpikeColumns& spikes, std::uint32_t tick, std::uint32_t neuron)
{
    spikes.ticks.push_back(tick);
    spikes.neurons.push_back(neuron);
}

inline storage::SpikeColumns sorted(const storage::SpikeColumns& spikes)
{
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (std::size_t i = 0; i < spikes.size(); ++i)
        pairs.emplace_back(spikes.ticks[i], spikes.neurons[i]);
    std::sort(pairs.begin(), pairs.end());
    storage::SpikeColumns out;
    for (const auto& [tick, neuron] : pairs)
        addSpike(out, tick, neuron);
    return out;
}

/// `count` spikes of `neurons` neurons, on average `perTick` in a tick, a tenth of the neurons ten times as busy.
inline storage::SpikeColumns randomSpikes(std::uint64_t seed, std::size_t count, std::uint32_t neurons, double perTick,
                                          std::uint32_t firstTick = 0, std::uint32_t firstNeuron = 0)
{
    PhiloxSequence random(seed, 0);
    storage::SpikeColumns spikes;
    double tick = 0;
    for (std::size_t i = 0; i < count; ++i) {
        tick += 2 * random.uniform() / perTick;
        const bool busy = neurons >= 10 && random.below(2) == 0;
        addSpike(spikes, firstTick + static_cast<std::uint32_t>(tick),
                 firstNeuron + random.below(busy ? neurons / 10 : neurons));
    }
    return sorted(spikes);
}

struct NamedSpikes {
    std::string name;
    storage::SpikeColumns spikes;
};

inline std::vector<NamedSpikes> difficultSpikes()
{
    std::vector<NamedSpikes> lists;
    const auto add = [&](std::string name, storage::SpikeColumns spikes) {
        lists.push_back({std::move(name), std::move(spikes)});
    };
    add("none", {});
    add("one", {{0}, {0}});
    add("one, greatest", {{UINT32_MAX}, {UINT32_MAX}});
    add("both ends", {{0, UINT32_MAX}, {UINT32_MAX, 0}});
    add("both ends, same tick", {{5, 5}, {0, UINT32_MAX}});
    add("all equal", {std::vector<std::uint32_t>(3000, 7), std::vector<std::uint32_t>(3000, 1023)});
    storage::SpikeColumns burst, steady, sparse, twice;
    for (std::uint32_t i = 0; i < 5000; ++i) {
        addSpike(burst, 100000, i);
        addSpike(steady, UINT32_MAX - 5000 + i, 42);
        addSpike(sparse, i * 800000, i * 858993);
        addSpike(twice, i / 2 * 10, i / 4 % 3000);
    }
    add("burst at one tick", burst);
    add("one neuron every tick", steady);
    add("sparse everywhere", sorted(sparse));
    add("duplicates", sorted(twice));
    for (const std::size_t size : {2U, 127U, 128U, 129U, 2047U, 2048U, 2049U, 4096U, 4097U})
        add("size " + std::to_string(size), randomSpikes(size, size, 1000, 3));
    add("fine ticks", randomSpikes(1, 20000, 10000, 0.04));
    add("coarse ticks", randomSpikes(2, 20000, 10000, 4));
    add("very coarse ticks", randomSpikes(3, 20000, 3000, 100));
    add("latest ticks and ids", randomSpikes(4, 5000, 2000, 2, UINT32_MAX - 4000, UINT32_MAX - 2000));
    add("two distant populations", [] {
        storage::SpikeColumns both = randomSpikes(5, 3000, 500, 0.5);
        const storage::SpikeColumns other = randomSpikes(6, 3000, 500, 0.5, 0, 3'000'000'000U);
        both.ticks.insert(both.ticks.end(), other.ticks.begin(), other.ticks.end());
        both.neurons.insert(both.neurons.end(), other.neurons.begin(), other.neurons.end());
        return sorted(both);
    }());
    return lists;
}

} // namespace bnof::test
