// SPDX-License-Identifier: GPL-3.0-or-later
// Inside of the samplers: where their random numbers come from, and how choices are modelled.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/philox.h"
#include "engine/tuning/sampler.h"

namespace bnof::tuning {

enum class Stream : std::uint32_t {
    Uniform = 0x701,
    Parzen = 0x702,
    Evolution = 0x703,
    Restart = 0x704,
    Choice = 0x705
};

/// Independent numbers for each trial, whatever was drawn for the others.
[[nodiscard]] inline PhiloxSequence sequenceFor(std::uint64_t seed, Stream stream, std::uint64_t number)
{
    return {seed + number * 0x9E3779B97F4A7C15ULL, static_cast<std::uint32_t>(stream)};
}

[[nodiscard]] Point uniformPoint(const SearchSpace& space, PhiloxSequence& random);

/// The trials of the past in two parts, and how much each of them counts.
struct GoodAndOther {
    std::vector<const Point*> good;
    std::vector<const Point*> other;
    std::vector<double> goodWeights;
    std::vector<double> otherWeights;
};
[[nodiscard]] GoodAndOther splitPast(const Past& past);

/// A value of parameter `index`, which is active, by the univariate TPE.
[[nodiscard]] double proposeOne(const SearchSpace& space, std::size_t index, const GoodAndOther& parts,
                                std::uint32_t candidates, PhiloxSequence& random);

} // namespace bnof::tuning
