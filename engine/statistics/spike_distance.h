// SPDX-License-Identifier: GPL-3.0-or-later
// Distances of spike trains. Times ascend, in one unit throughout (milliseconds, say).
#pragma once

#include <span>

namespace bnof::statistics {

/// Least cost of turning one train into the other: 1 to add or remove a spike, `costPerTime` times the distance to move
/// one (Victor & Purpura, J. Neurophysiol. 76 (1996) 1310-1326). O(n m) time, O(m) memory.
[[nodiscard]] double victorPurpuraDistance(std::span<const double> a, std::span<const double> b, double costPerTime);

/// Distance of the trains filtered with exp(-t / tau), normalised so that one extra spike costs sqrt(1/2) (van Rossum,
/// Neural Comput. 13 (2001) 751-763; in O(n + m) by running sums, Houghton & Kreuz, Network 23 (2012) 48-58).
[[nodiscard]] double vanRossumDistance(std::span<const double> a, std::span<const double> b, double tau);

} // namespace bnof::statistics
