// SPDX-License-Identifier: GPL-3.0-or-later
// Sticky assignment of units to arms by hashing, without a table.
#pragma once

#include <cstdint>
#include <string_view>

namespace bnof::statistics {

/// FNV-1a, 32 bits (Fowler, Noll & Vo 1991).
[[nodiscard]] std::uint32_t fnv1a32(std::string_view text);

/// Where a unit falls in [0, 1), in steps of 1/10,000: fnv1a32 of the decimal digits of fnv1a32(seed + unit), modulo
/// 10,000 (version 2 of GrowthBook's SDK hash, MIT, cases.json). A unit belongs to arm A when its bucket lies below
/// A's weight; so a growing weight moves units one way only.
[[nodiscard]] double hashBucket(std::string_view seed, std::string_view unit);

} // namespace bnof::statistics
