// SPDX-License-Identifier: GPL-3.0-or-later
// A spike pattern as the cache sees it: features that change little when spikes are moved by a few milliseconds, a
// short signature of them that can be searched, and a name of the very spikes.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/types.h"

namespace bnof::cache {

/// What patterns of one kind have in common. Two shapes that differ in anything give signatures that have nothing to
/// do with each other.
struct PatternShape {
    std::uint32_t neurons = 0;
    std::uint32_t windowTicks = 0;     ///< spikes lie in [0, windowTicks) behind the pattern's first tick
    std::uint32_t binTicks = 20;       ///< 20 ms at 1 ms ticks: jitter of 3 ms moves a sixth of a spike's weight
    std::uint32_t signatureBits = 128; ///< 128 or 256
    std::uint64_t seed = 0x0D0E;       ///< of the projection

    bool operator==(const PatternShape&) const = default;
    [[nodiscard]] std::uint32_t bins() const { return (windowTicks + binTicks - 1) / binTicks; }
    [[nodiscard]] std::size_t features() const { return std::size_t{neurons} * bins(); }
};

/// The first signatureBits / 64 words count; the others are 0.
using Signature = std::array<std::uint64_t, 4>;
/// Names spikes by content: equal for equal spikes in equal order, different otherwise but for one chance in 2^64 or so
/// (the features are compared as well).
using ContentKey = std::array<std::uint64_t, 2>;

/// Different bits.
[[nodiscard]] std::uint32_t hammingDistance(const Signature& a, const Signature& b);

struct Pattern {
    ContentKey content{};
    Signature signature{};
    /// Neuron-major square roots of soft spike counts, 256 is one spike; at most largestFeature (kernels.h).
    std::vector<std::uint16_t> features;
    std::uint64_t energy = 0; ///< sum of the squares of the features
};

/// The relative distance of two patterns of one shape: the Euclidean distance of their features by the length of the
/// longer one; 0 for equal ones, about 1.4 for those that share nothing. Two empty patterns are equal.
[[nodiscard]] double relativeDistance(std::span<const std::uint16_t> a, std::uint64_t energyA,
                                      std::span<const std::uint16_t> b, std::uint64_t energyB);

/// Turns spikes into patterns. Integer arithmetic and Philox numbers only, so every machine gives the same bits.
/// Const functions may be called from several threads, each with its own `out`.
///
/// A spike counts in the two bins whose centres it lies between, in proportion ("soft" bins; at the ends of the window
/// in one); the square root of each count makes the noise of strong and weak cells alike; the mean over all features
/// is removed; bit j of the signature is the sign of the product with row j of a random matrix (SimHash, Charikar, STOC
/// 2002), so the expected share of different bits is the angle between two patterns by pi.
class PatternEncoder {
public:
    /// Refuses a shape without neurons or ticks, with other than 128 or 256 bits, or with more than 2^20 features
    /// (the projection takes a byte a feature and bit).
    [[nodiscard]] static Result<PatternEncoder> create(const PatternShape& shape);

    [[nodiscard]] const PatternShape& shape() const { return m_shape; }
    /// Spikes of neurons or ticks outside the shape are left out of the features but not of the content.
    void encode(std::span<const Spike> spikes, std::uint32_t firstTick, Pattern& out) const;
    /// The signature of features that are there already, e.g. read from a file.
    [[nodiscard]] Signature sign(std::span<const std::uint16_t> features) const;

private:
    explicit PatternEncoder(const PatternShape& shape);

    PatternShape m_shape;
    std::vector<std::int8_t> m_rows;     ///< feature-major, signatureBits each
    std::vector<std::int64_t> m_rowSums; ///< over all features, one a bit
};

} // namespace bnof::cache
