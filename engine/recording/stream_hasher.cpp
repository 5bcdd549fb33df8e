// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <bit>

#include "engine/recording/recording.h"
#include "engine/storage/bytes.h"

namespace bnof::recording {

void appendCanonical(const Decision& decision, std::vector<std::uint8_t>& out)
{
    using namespace storage;
    put(out, decision.t);
    put(out, static_cast<std::int32_t>(decision.gas));
    put(out, static_cast<std::uint32_t>(decision.probabilities.size()));
    for (const float probability : decision.probabilities)
        putFloat(out, probability);
    putFloat(out, decision.novelty);
    put(out, static_cast<std::uint8_t>(decision.ppm ? 1 : 0));
    putFloat(out, decision.ppm.value_or(0));
    putFloat(out, decision.ppmLow);
    putFloat(out, decision.ppmHigh);
    put(out, decision.onset);
    if (decision.degraded > 0) // so that the bytes of all others stay what they were
        put(out, decision.degraded);
}

void StreamHasher::spikes(std::size_t layer, std::span<const Spike> spikes)
{
    if (layer >= m_layers.size()) {
        m_layers.resize(layer + 1);
        m_spikeCounts.resize(layer + 1);
    }
    m_spikeCounts[layer] += spikes.size();
    if constexpr (std::endian::native == std::endian::little && sizeof(Spike) == 8) {
        m_layers[layer].update({reinterpret_cast<const std::uint8_t*>(spikes.data()), spikes.size_bytes()});
    } else {
        std::array<std::uint8_t, 8> bytes{};
        for (const Spike& spike : spikes) {
            storage::storeLittle(bytes.data(), spike.neuron);
            storage::storeLittle(bytes.data() + 4, spike.tick);
            m_layers[layer].update(bytes);
        }
    }
}

void StreamHasher::decision(const Decision& decision)
{
    std::vector<std::uint8_t> bytes;
    appendCanonical(decision, bytes);
    m_decisions.update(bytes);
    ++m_decisionCount;
}

std::string StreamHasher::spikesHash() const
{
    Sha256 all;
    for (const Sha256& layer : m_layers)
        all.update(layer.digest());
    return all.hexDigest();
}

std::string StreamHasher::decisionsHash() const
{
    return m_decisions.hexDigest();
}

std::uint64_t StreamHasher::spikeCount() const
{
    std::uint64_t sum = 0;
    for (const std::uint64_t count : m_spikeCounts)
        sum += count;
    return sum;
}

} // namespace bnof::recording
