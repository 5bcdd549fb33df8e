// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cache/pattern.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "engine/base/philox.h"
#include "engine/cache/kernels.h"

namespace bnof::cache {
namespace {

/// One spike, in soft counts as well as in features.
constexpr std::uint32_t one = 256;
constexpr std::size_t mostFeatures = std::size_t{1} << 20;

std::uint32_t integerRoot(std::uint32_t value)
{
    // Exact for 32 bits: a double holds the value, sqrt is correctly rounded (IEEE 754).
    return static_cast<std::uint32_t>(std::sqrt(static_cast<double>(value)));
}

/// A bijection of 64 bits that spreads every bit (the finaliser of SplitMix64, Steele et al., OOPSLA 2014).
std::uint64_t mix(std::uint64_t value)
{
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31);
}

} // namespace

std::uint32_t hammingDistance(const Signature& a, const Signature& b)
{
    int bits = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        bits += std::popcount(a[i] ^ b[i]);
    return static_cast<std::uint32_t>(bits);
}

double relativeDistance(std::span<const std::uint16_t> a, std::uint64_t energyA, std::span<const std::uint16_t> b,
                        std::uint64_t energyB)
{
    const std::uint64_t longer = std::max(energyA, energyB);
    if (longer == 0)
        return 0;
    const std::uint64_t squares = kernels().squaredDistance(a.data(), b.data(), std::min(a.size(), b.size()));
    return std::sqrt(static_cast<double>(squares) / static_cast<double>(longer));
}

Result<PatternEncoder> PatternEncoder::create(const PatternShape& shape)
{
    if (shape.neurons == 0 || shape.windowTicks == 0 || shape.binTicks == 0)
        return makeError(ErrorKind::Usage, "a spike pattern needs neurons, a window and bins");
    if (shape.signatureBits != 128 && shape.signatureBits != 256)
        return makeError(ErrorKind::Usage, "a signature has 128 or 256 bits");
    if (shape.features() > mostFeatures)
        return makeError(ErrorKind::Usage,
                         "a spike pattern of " + std::to_string(shape.features()) + " features is too large to cache",
                         {}, "Use fewer neurons, a shorter window or longer bins.");
    return PatternEncoder(shape);
}

PatternEncoder::PatternEncoder(const PatternShape& shape)
    : m_shape(shape), m_rows(shape.features() * shape.signatureBits), m_rowSums(shape.signatureBits)
{
    // Byte k of block b of feature f: bit 16 b + k. -128 becomes -127, so that no sign is stronger.
    const std::size_t bits = shape.signatureBits;
    for (std::size_t feature = 0; feature < shape.features(); ++feature) {
        std::int8_t* row = m_rows.data() + feature * bits;
        for (std::size_t block = 0; block < bits / 16; ++block) {
            const PhiloxBlock words =
                philox({static_cast<std::uint32_t>(feature), static_cast<std::uint32_t>(block), shape.neurons, 0x51A5U},
                       static_cast<std::uint32_t>(shape.seed), static_cast<std::uint32_t>(shape.seed >> 32));
            for (std::size_t k = 0; k < 16; ++k) {
                const int byte = static_cast<int>((words[k / 4] >> (8 * (k % 4))) & 0xFFU) - 128;
                row[block * 16 + k] = static_cast<std::int8_t>(std::max(byte, -127));
            }
        }
        for (std::size_t j = 0; j < bits; ++j)
            m_rowSums[j] += row[j];
    }
}

void PatternEncoder::encode(std::span<const Spike> spikes, std::uint32_t firstTick, Pattern& out) const
{
    const std::uint32_t bins = m_shape.bins();
    const std::uint32_t width = 2 * m_shape.binTicks; // a bin in half ticks, so that its centre is whole
    std::vector<std::uint32_t> counts(m_shape.features());
    std::uint64_t first = 0x9E3779B97F4A7C15U;
    std::uint64_t second = spikes.size();
    for (const Spike spike : spikes) {
        const std::uint32_t tick = spike.tick - firstTick;
        const std::uint64_t word = std::uint64_t{spike.neuron} << 32 | tick;
        first = mix(first ^ word);
        second = mix(second + 0xD1342543DE82EF95U * word) + first;
        if (spike.neuron >= m_shape.neurons || tick >= m_shape.windowTicks)
            continue;
        // The middle of the tick, measured from the centre of the bin in front of bin 0.
        const std::uint32_t place = 2 * tick + 1 + m_shape.binTicks;
        const std::uint32_t right = place / width; // bin right of it, counted from 0 ...
        const std::uint32_t share = place % width * one / width;
        std::uint32_t* row = counts.data() + std::size_t{spike.neuron} * bins;
        row[std::min(right, bins - 1)] += share;
        row[right > 0 ? std::min(right - 1, bins - 1) : 0] += one - share;
    }
    out.content = {first, second};
    out.features.resize(counts.size());
    out.energy = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        std::uint32_t feature = 0;
        if (counts[i] != 0)
            feature =
                std::min(integerRoot(std::min(counts[i], largestFeature * largestFeature / one) * one), largestFeature);
        out.features[i] = static_cast<std::uint16_t>(feature);
        out.energy += std::uint64_t{feature} * feature;
    }
    out.signature = sign(out.features);
}

Signature PatternEncoder::sign(std::span<const std::uint16_t> features) const
{
    const std::size_t bits = m_shape.signatureBits;
    std::array<std::int64_t, 256> products{};
    std::array<std::int32_t, 256> sums{};
    std::array<std::uint32_t, projectedAtOnce> indices; // filled before they are read
    std::array<std::uint16_t, projectedAtOnce> values;
    std::size_t waiting = 0;
    std::uint64_t total = 0;
    const auto flush = [&] {
        kernels().project(m_rows.data(), indices.data(), values.data(), waiting, bits, sums.data());
        for (std::size_t j = 0; j < bits; ++j)
            products[j] += std::exchange(sums[j], 0);
        waiting = 0;
    };
    for (std::size_t i = 0; i < std::min(features.size(), m_shape.features()); ++i) {
        if (features[i] == 0)
            continue;
        indices[waiting] = static_cast<std::uint32_t>(i);
        values[waiting] = features[i];
        total += features[i];
        if (++waiting == projectedAtOnce)
            flush();
    }
    flush();
    // The mean in 256ths, rounded down: |product * 256| <= 2^20 * 4,095 * 127 * 256 < 2^48.
    const auto mean = static_cast<std::int64_t>(total * 256 / m_shape.features());
    Signature signature{};
    for (std::size_t j = 0; j < bits; ++j) {
        if (products[j] * 256 > mean * m_rowSums[j])
            signature[j / 64] |= std::uint64_t{1} << (j % 64);
    }
    return signature;
}

} // namespace bnof::cache
