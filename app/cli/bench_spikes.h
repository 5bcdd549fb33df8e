// SPDX-License-Identifier: GPL-3.0-or-later
// The reference set of spikes that the storage benchmarks share: activity like an insect's olfactory system, from a
// seed, as long as anyone wants it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/base/philox.h"
#include "engine/storage/spike_codec.h"

namespace bnof::bench {

/// 10,000 neurons: 1,000 like projection neurons (log-normal rates with mean 40 Hz, 2 ms refractory, phases of a
/// 40 Hz rhythm with von Mises concentration 1), then 9,000 like Kenyon cells (0.49 Hz, concentration 3).
class ReferenceSpikes {
public:
    static constexpr std::uint32_t neurons = 10'000;
    static constexpr std::uint32_t projectionNeurons = 1'000;

    /// Ticks per second, e.g. 1e6 or 1e4, scales the times of the same spikes.
    ReferenceSpikes(std::uint64_t seed, double ticksPerSecond);
    /// Append the spikes of the next `seconds`, in canonical order; about 44,000 a second. A tick must fit 32 bits.
    void next(double seconds, storage::SpikeColumns& out);

private:
    struct Neuron {
        PhiloxSequence random;
        double time = 0;         ///< of its next spike, s
        double greatestRate = 0; ///< at the best phase, Hz
        bool projection = false;
    };
    void advance(Neuron& neuron) const;

    double m_ticksPerSecond;
    double m_now = 0;
    std::vector<Neuron> m_neurons;
    std::array<std::vector<double>, 2> m_phaseWeights; ///< relative rate over one period: Kenyon, projection
    std::vector<std::uint64_t> m_keys;
};

/// Information in a list of spikes, from the frequencies in the list itself.
struct SpikeEntropy {
    double stepBits = 0;   ///< H of the ticks between one spike and the next
    double neuronBits = 0; ///< H of the neuron
    double orderBits = 0;  ///< of the order inside a tick, which says nothing: mean log2(k!) / k
    /// Of one spike whose neighbours say nothing about it.
    [[nodiscard]] double bytesPerSpike() const { return (stepBits + neuronBits - orderBits) / 8; }
};
[[nodiscard]] SpikeEntropy entropyOf(const storage::SpikeColumns& spikes);

} // namespace bnof::bench
