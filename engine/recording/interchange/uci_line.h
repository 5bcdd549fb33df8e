// SPDX-License-Identifier: GPL-3.0-or-later
// One line of the UCI gas-sensor sets: "class;ppm 1:v 2:v ..." (set 270; without ";ppm": set 224).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bnof::recording {

constexpr std::size_t maxUciFeatures = 65'536;

struct UciLine {
    long label = 0;
    std::string ppm;                                                ///< as it stands there; empty: none
    std::vector<std::pair<std::size_t, std::string_view>> features; ///< index from 0, and the number as text
};

/// Reads a line; `out` points into it. Returns what is wrong with the line, with its column; empty: nothing.
[[nodiscard]] std::string parseUciLine(std::string_view line, UciLine& out);
/// The name of a class of a set with `width` features: the drift set (six gases, 16 sensors with 8 features each)
/// gives its gases, others "class N".
[[nodiscard]] std::string uciClassName(long label, std::size_t width);

} // namespace bnof::recording
