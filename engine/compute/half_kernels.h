// SPDX-License-Identifier: GPL-3.0-or-later
// The border to the translation unit that is compiled for F16C: plain data only, so that the linker cannot
// pick a copy of an inline function that an older CPU does not execute.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
namespace bnof::compute {

/// Convert the first `count` elements, rounded down to whole vectors; returns how many were converted.
std::size_t halvesFromFloatsF16c(const float* values, std::uint16_t* halves, std::size_t count);
std::size_t floatsFromHalvesF16c(const std::uint16_t* halves, float* values, std::size_t count);

} // namespace bnof::compute
#endif
