// SPDX-License-Identifier: GPL-3.0-or-later
// Constants that the encoder and the decoder of spike blocks share. Private to this folder.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace bnof::storage {

/// Spikes in one page of a hot block; the last page of a group may be shorter. Small enough that a short question
/// decodes little, large enough that the directory costs hardly anything.
inline constexpr std::size_t spikePage = 2048;
/// Ticks that a page with counts per tick covers at most.
inline constexpr std::size_t maxPageTicks = 4 * spikePage;
/// Room behind a page that kernels may overwrite.
inline constexpr std::size_t pageSlack = 16;

/// How the spikes of a page are kept. The numbers are in the blocks: never renumber.
enum class PageKind : std::uint8_t {
    Deltas = 0, ///< tick differences, local ids
    Runs = 1,   ///< spikes per tick, differences of local ids that restart with each tick
};

/// Neurons of a cold block whose counts have the same number of bits share a code table.
[[nodiscard]] inline unsigned activityClass(std::uint32_t spikes)
{
    return static_cast<unsigned>(std::bit_width(spikes));
}
inline constexpr std::size_t activityClasses = 22; ///< 0 does not occur; 2^20 spikes have class 21

} // namespace bnof::storage
