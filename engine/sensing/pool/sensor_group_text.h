// SPDX-License-Identifier: GPL-3.0-or-later
// What sensors say about themselves in text, and what is said about them.
#pragma once

#include <string>
#include <string_view>

#include "engine/sensing/frame_clock.h"

namespace bnof::sensing {

/// NAME of a line that is nothing but "id=NAME", "id: NAME" or the same behind "#": 1 to 64 letters, digits and
/// "-_.:/". Empty when the line is anything else.
[[nodiscard]] std::string idOfLine(std::string_view line);
[[nodiscard]] bool saysSimulated(std::string_view remark);
[[nodiscard]] std::string clockJumpText(const FrameClock::Jump& jump);
/// "1.250 s"
[[nodiscard]] std::string secondsText(std::int64_t nanoseconds);

} // namespace bnof::sensing
