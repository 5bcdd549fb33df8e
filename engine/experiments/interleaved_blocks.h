// SPDX-License-Identifier: GPL-3.0-or-later
// Which of two variants runs when both cannot run at once.
#pragma once

#include <cstdint>
#include <vector>

namespace bnof::experiments {

enum class Arm : std::uint8_t { A, B };

/// Blocks of four exposures, ABBA or BAAB by a draw: within a block a drift that is linear in time favours neither, and
/// nobody can tell the next block's order. Exposure i has the arm of its place; the same seed gives the same order.
[[nodiscard]] std::vector<Arm> interleavedArms(std::uint64_t seed, std::size_t exposures);

} // namespace bnof::experiments
