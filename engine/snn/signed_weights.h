// SPDX-License-Identifier: GPL-3.0-or-later
// Signed weights in a network whose receptors have the signs: one projection to the excitatory receptor carries the
// positive parts and one to the inhibitory receptor the negative parts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/snn/network.h"

namespace bnof::snn {

/// Two projections of a network, by index, from one population to another.
struct SignedPair {
    std::uint32_t excitatory = 0;
    std::uint32_t inhibitory = 0;

    bool operator==(const SignedPair&) const = default;
};

/// Synapses with weights of either sign, in mV.
struct SignedList {
    std::vector<std::uint32_t> sources;
    std::vector<std::uint32_t> targets;
    std::vector<float> weights;

    bool operator==(const SignedList&) const = default;
};

/// Which synapses the two lists of a split name.
enum class ZeroWeights : std::uint8_t {
    Keep, ///< both lists name every synapse, with weight 0 where the sign is the other one: what training needs
    Drop, ///< each list names the synapses that have its sign: the smaller network, with the same spikes
};

struct SplitWeights {
    ExplicitList excitatory;
    ExplicitList inhibitory;
};

/// excitatory = max(w, 0), inhibitory = max(-w, 0); exact. A negative zero counts as zero.
[[nodiscard]] SplitWeights splitSigned(const SignedList& list, ZeroWeights zeros = ZeroWeights::Keep);

/// Appends two projections, "<name> (excitatory)" and "<name> (inhibitory)", that express `list` together. The network
/// is left as it was when the lists are of unequal length or the populations do not exist; validate() checks the rest.
[[nodiscard]] Result<SignedPair> addSignedProjection(Network& network, const std::string& name, std::uint32_t source,
                                                     std::uint32_t target, const SignedList& list, double delayMs = 0);

/// The inverse of the split: excitatory minus inhibitory weight of each pair of neurons that one of the two projections
/// connects, ordered by source, then target. A pair of neurons that a list names more than once counts with its sum.
/// Exact when a pair has weight on one side only, as after a split. Errors: projections that are not explicit lists, do
/// not join the same populations, or have the wrong receptors. Two receptors with different time constants still filter
/// the signs differently; the sum speaks of weights only.
[[nodiscard]] Result<SignedList> mergeSigned(const Network& network, const SignedPair& pair);

} // namespace bnof::snn
