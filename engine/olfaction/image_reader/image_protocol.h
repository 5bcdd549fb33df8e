// SPDX-License-Identifier: GPL-3.0-or-later
// Between bnof-image-reader and who started it, on one socket. Asked: a line "read PATH", "open SOURCE" or "next …".
// Answered: an ImageReply in this machine's byte order, then its text or its pixels, 16 bits each, row after row.
#pragma once

#include <cstdint>

namespace bnof::olfaction {

/// Pixels along a side of an image.
constexpr std::uint32_t largestSide = 8192;

struct ImageReply {
    enum Kind : std::uint32_t { Nothing = 1, Failure = 2, Frame = 3 };
    std::uint32_t kind;
    std::uint32_t bits;
    std::uint32_t width; ///< Failure: bytes of the text
    std::uint32_t height;
    double seconds;
};

} // namespace bnof::olfaction
