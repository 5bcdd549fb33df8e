// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/recording/interchange/text_codes.h"

namespace bnof::recording {
namespace {

constexpr char32_t replacement = 0xFFFD;

/// The code point at `at`, which moves behind it; `valid` becomes false for what is not UTF-8 (one byte is passed).
char32_t decode(std::string_view text, std::size_t& at, bool& valid)
{
    const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(at++);
    if (first < 0x80)
        return first;
    const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (first < 0xC2 || first > 0xF4 || at + more > text.size()) {
        valid = false;
        return replacement;
    }
    char32_t code = first & (0x3FU >> more);
    for (std::size_t i = 0; i < more; ++i) {
        if ((byte(at + i) & 0xC0U) != 0x80) {
            valid = false;
            return replacement;
        }
        code = code << 6U | (byte(at + i) & 0x3FU);
    }
    if ((more == 2 && code < 0x800) || (more == 3 && code < 0x10000) || code > 0x10FFFF ||
        (code >= 0xD800 && code < 0xE000)) {
        valid = false;
        return replacement;
    }
    at += more;
    return code;
}

void append(std::string& out, char32_t code)
{
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        code = replacement;
    if (code < 0x80) {
        out += static_cast<char>(code);
        return;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr unsigned lead[] = {0, 0xC0, 0xE0, 0xF0};
    out += static_cast<char>(lead[more] | (code >> static_cast<unsigned>(6 * more)));
    for (int i = more - 1; i >= 0; --i)
        out += static_cast<char>(0x80U | ((code >> static_cast<unsigned>(6 * i)) & 0x3FU));
}

/// 0x80..0x9F of Windows-1252 (the Unicode Consortium's CP1252.TXT); 0 where nothing is assigned.
constexpr char32_t windows1252[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                      0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                      0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

} // namespace

std::u32string codePoints(std::string_view utf8)
{
    std::u32string out;
    bool valid = true;
    for (std::size_t at = 0; at < utf8.size();)
        out += decode(utf8, at, valid);
    return out;
}

std::string utf8Of(std::u32string_view codePoints)
{
    std::string out;
    for (const char32_t code : codePoints)
        append(out, code);
    return out;
}

std::u16string utf16Of(std::string_view utf8)
{
    std::u16string out;
    for (const char32_t code : codePoints(utf8)) {
        if (code < 0x10000) {
            out += static_cast<char16_t>(code);
        } else {
            out += static_cast<char16_t>(0xD800 + ((code - 0x10000) >> 10U));
            out += static_cast<char16_t>(0xDC00 + ((code - 0x10000) & 0x3FFU));
        }
    }
    return out;
}

bool isUtf8(std::string_view text)
{
    bool valid = true;
    for (std::size_t at = 0; at < text.size() && valid;)
        static_cast<void>(decode(text, at, valid));
    return valid;
}

std::string asUtf8(std::string_view text)
{
    if (isUtf8(text))
        return std::string(text);
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const char32_t code = byte >= 0x80 && byte < 0xA0 ? windows1252[byte - 0x80] : byte;
        append(out, code == 0 ? replacement : code);
    }
    return out;
}

std::string xmlText(std::string_view utf8)
{
    std::string out;
    for (const char32_t code : codePoints(utf8)) {
        switch (code) {
        case U'&': out += "&amp;"; break;
        case U'<': out += "&lt;"; break;
        case U'>': out += "&gt;"; break;
        case U'"': out += "&quot;"; break;
        default:
            if (code >= 0x20 || code == U'\n' || code == U'\t' || code == U'\r')
                append(out, code);
        }
    }
    return out;
}

} // namespace bnof::recording
