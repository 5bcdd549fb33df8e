// SPDX-License-Identifier: GPL-3.0-or-later
// How a program talks to the process that reads HDF5 and MAT files for it. Private to this folder and to
// engine/recording/array_reader.
//
// Requests are lines: "list", or "read NUMBER FIRST_ROW ROWS" (NUMBER counts the listed arrays). Each is answered by
// one frame: length u32 (of what follows, at most 64 MiB), kind u8, payload. Everything is little-endian.
//   'J' payload: JSON {"arrays": [...], "groups": {path: {attribute: value}}}
//   'B' payload: element type u8, elements u64, then the elements; a text is length u32 and UTF-8
//   'E' payload: why the request failed, for people
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/recording/interchange/arrays.h"

namespace bnof::recording {

inline constexpr std::uint32_t maxReply = 64U << 20;

[[nodiscard]] std::string encodeReply(char kind, std::string_view payload);
[[nodiscard]] std::string encodeBlock(const ArrayBlock& block);
/// Checks every length; none when they do not fit.
[[nodiscard]] std::optional<ArrayBlock> decodeBlock(std::string_view payload);

} // namespace bnof::recording
