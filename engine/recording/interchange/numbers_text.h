// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers as the shortest text that reads back to the same bits. Private to this folder.
#pragma once

#include <charconv>
#include <string>

#include "engine/base/time.h"

namespace bnof::recording {

template <typename T> void appendShortest(std::string& out, T value)
{
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, value);
    out.append(text, end.ptr);
}

/// Nanoseconds as seconds, every digit that is not a trailing zero.
inline void appendExactSeconds(std::string& out, Timestamp t)
{
    const bool negative = t < 0;
    const std::uint64_t magnitude = negative ? 0 - static_cast<std::uint64_t>(t) : static_cast<std::uint64_t>(t);
    if (negative)
        out += '-';
    appendShortest(out, magnitude / 1'000'000'000U);
    std::string digits = std::to_string(magnitude % 1'000'000'000U);
    digits.insert(0, 9 - digits.size(), '0');
    digits.erase(digits.find_last_not_of('0') + 1);
    if (!digits.empty())
        out += '.' + digits;
}

} // namespace bnof::recording
