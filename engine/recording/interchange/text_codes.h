// SPDX-License-Identifier: GPL-3.0-or-later
// Between UTF-8 and the other ways of writing text. What is not valid becomes U+FFFD.
#pragma once

#include <string>
#include <string_view>

namespace bnof::recording {

[[nodiscard]] std::u32string codePoints(std::string_view utf8);
[[nodiscard]] std::string utf8Of(std::u32string_view codePoints);
[[nodiscard]] std::u16string utf16Of(std::string_view utf8);
[[nodiscard]] bool isUtf8(std::string_view text);
/// The text as it is when it is UTF-8, else read as Windows-1252, which old loggers write.
[[nodiscard]] std::string asUtf8(std::string_view text);
/// For XML 1.0: markup escaped, forbidden control characters left out.
[[nodiscard]] std::string xmlText(std::string_view utf8);

} // namespace bnof::recording
