// SPDX-License-Identifier: GPL-3.0-or-later
// A plasticity rule made ready to run: every constant is an integer, so that learning gives the same weights on
// every machine.
//
// Weights are int32 in units of 2^-16 weight units. Traces have 12 fraction bits; the decay over n ticks is a
// table entry with 16 fraction bits, read as (trace * table[n]) >> 16. A table ends, with an exact zero, after six
// time constants (e^-6 = 0.25 %), so that what is older has no effect at all and rows that have been silent for that
// long need no work.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/snn/network.h"
#include "engine/snn/plasticity_units.h"

namespace bnof::snn {

/// Exponential decay by whole ticks.
struct DecayTable {
    std::vector<std::uint32_t> factor; ///< factor[0] = 65536; beyond the end: 0

    [[nodiscard]] std::uint32_t read(std::uint32_t trace, std::int64_t ticks) const
    {
        if (static_cast<std::uint64_t>(ticks) >= factor.size())
            return 0;
        return static_cast<std::uint32_t>((std::uint64_t{trace} * factor[static_cast<std::size_t>(ticks)]) >>
                                          decayShift);
    }
    [[nodiscard]] std::int64_t window() const { return static_cast<std::int64_t>(factor.size()); }
};

struct PlasticityPlan {
    LearningRule rule = LearningRule::Pair;
    PlasticStorage storage = PlasticStorage::Int32;
    std::int32_t limit = 0;        ///< largest weight
    DecayTable pre;                ///< x, r1
    DecayTable post;               ///< y, o1
    DecayTable slowPre;            ///< triplet: r2
    DecayTable slowPost;           ///< triplet: o2
    std::int64_t potentiation = 0; ///< weight steps for one trace unit
    std::int64_t depression = 0;
    std::int64_t tripletPotentiation = 0;
    std::int64_t tripletDepression = 0;
    std::int64_t offset = 0;             ///< symmetric: weight steps
    std::uint32_t eligibilityPeriod = 0; ///< three factors: ticks from decay to decay
    std::uint32_t eligibilityDecay = 0;  ///< its factor, 16 fraction bits
    double learningRate = 0;
    std::uint32_t scalingPeriod = 0; ///< ticks; 0: no homeostasis
    double scalingTarget = 0;        ///< spikes in a period
    double scalingStrength = 0;
    std::uint32_t roundingKey = 0; ///< int16: keeps the random rounding of projections apart
};

/// `unit`: what one weight unit of the receptor is, in the unit of the weights.
[[nodiscard]] PlasticityPlan planPlasticity(const Plasticity& plasticity, double tickMs, double unit,
                                            std::uint32_t projection);

} // namespace bnof::snn
