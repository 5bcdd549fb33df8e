// SPDX-License-Identifier: GPL-3.0-or-later
// How much spikes tell about a label.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bnof::olfaction {

/// Mutual information in bits between a neuron's responses (small integers, one a window) and the labels of the
/// windows: the plug-in estimate less its mean over `shuffles` random reassignments of the labels, which is what it
/// would say of a neuron that tells nothing (shuffle subtraction; Panzeri, Senatore, Montemurro & Petersen 2007, J.
/// Neurophysiol. 98). At least 0. Deterministic in `seed`. The labels must not be negative.
[[nodiscard]] double mutualInformation(std::span<const std::uint32_t> responses, std::span<const int> labels,
                                       std::uint64_t seed, int shuffles = 10);

} // namespace bnof::olfaction
