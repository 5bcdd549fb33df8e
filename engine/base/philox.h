// SPDX-License-Identifier: GPL-3.0-or-later
// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a pure
// function of key and counter, so that any thread, vector lane or GPU block draws the same numbers.
#pragma once

#include <array>
#include <cstdint>

namespace bnof {

using PhiloxBlock = std::array<std::uint32_t, 4>;

constexpr std::uint32_t philoxMultiplierA = 0xD2511F53U;
constexpr std::uint32_t philoxMultiplierB = 0xCD9E8D57U;
constexpr std::uint32_t philoxWeylA = 0x9E3779B9U;
constexpr std::uint32_t philoxWeylB = 0xBB67AE85U;

/// Four random words for a 128-bit counter and a 64-bit key.
[[nodiscard]] constexpr PhiloxBlock philox(PhiloxBlock counter, std::uint32_t key0, std::uint32_t key1)
{
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = std::uint64_t{philoxMultiplierA} * counter[0];
        const std::uint64_t b = std::uint64_t{philoxMultiplierB} * counter[2];
        counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key0, static_cast<std::uint32_t>(b),
                   static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key1, static_cast<std::uint32_t>(a)};
        key0 += philoxWeylA;
        key1 += philoxWeylB;
    }
    return counter;
}

/// A reproducible sequence keyed by (seed, stream). Not for use inside simulation ticks, where draws
/// are keyed by (seed, stream, neuron, tick) directly.
class PhiloxSequence {
public:
    PhiloxSequence(std::uint64_t seed, std::uint32_t stream) : m_seed(seed), m_stream(stream) {}

    std::uint32_t next()
    {
        if (m_used == 4) {
            m_block = philox(
                {static_cast<std::uint32_t>(m_counter), static_cast<std::uint32_t>(m_counter >> 32), m_stream, 0x5EEDU},
                static_cast<std::uint32_t>(m_seed), static_cast<std::uint32_t>(m_seed >> 32));
            ++m_counter;
            m_used = 0;
        }
        return m_block[m_used++];
    }
    /// Uniform integer in [0, bound); bound > 0. Unbiased (Lemire 2019, with rejection).
    std::uint32_t below(std::uint32_t bound)
    {
        std::uint64_t product = std::uint64_t{next()} * bound;
        if (auto low = static_cast<std::uint32_t>(product); low < bound) {
            const std::uint32_t threshold = (0U - bound) % bound;
            while (low < threshold) {
                product = std::uint64_t{next()} * bound;
                low = static_cast<std::uint32_t>(product);
            }
        }
        return static_cast<std::uint32_t>(product >> 32);
    }
    /// Uniform in [0, 1) with 53 random bits.
    double uniform()
    {
        const std::uint64_t high = next() >> 5;
        const std::uint64_t low = next() >> 6;
        return static_cast<double>((high << 26) | low) * 0x1p-53;
    }
    /// Approximately standard normal: the sum of 12 uniforms less 6 (Irwin-Hall). Integers only until the
    /// last step, so that every machine draws the same value (libm's log and cos differ between systems).
    double normal()
    {
        std::uint64_t sum = 0;
        for (int i = 0; i < 12; ++i)
            sum += next();
        return static_cast<double>(static_cast<std::int64_t>(sum) - std::int64_t{6} * 0xFFFFFFFFLL) * 0x1p-32;
    }

private:
    std::uint64_t m_seed;
    std::uint32_t m_stream;
    std::uint64_t m_counter = 0;
    PhiloxBlock m_block{};
    std::size_t m_used = 4;
};

} // namespace bnof
