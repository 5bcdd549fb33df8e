// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers that devices mostly print ("512", "-3.25"), read eight characters at a time and correctly rounded.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bnof::sensing {

/// Powers of ten that a double holds exactly, as far as they are needed here.
inline constexpr std::array<double, 16> exactPowersOfTen{1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                         1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/// Text that is read, and how far memory behind it may be looked at (never before `end`): words of eight
/// characters are loaded where that does not go beyond.
struct TextSpan {
    const char* at;
    const char* end;
    const char* readable;
};

/// The first characters at `at` as a word, the first one lowest, on a machine of either byte order.
[[nodiscard]] inline std::uint64_t loadWord(const char* at)
{
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    if constexpr (std::endian::native == std::endian::big)
        word = __builtin_bswap64(word);
    return word;
}

/// A run of decimal digits.
struct DigitRun {
    std::uint64_t value = 0;
    unsigned count = 0;
};

/// The digits at `at`, at most 16 of them: more count as 16, with a value that means nothing.
[[nodiscard]] inline DigitRun scanDigits(const char* at, const TextSpan& text)
{
    DigitRun run;
    if (text.readable - at >= 8) {
        // A digit's character is 0x30 + its value; with that taken away, a byte of 10 or more is no digit.
        const std::uint64_t values = loadWord(at) ^ 0x3030303030303030U;
        const std::uint64_t others =
            (((values & 0x7F7F7F7F7F7F7F7FU) + 0x7676767676767676U) | values) & 0x8080808080808080U;
        run.count = static_cast<unsigned>(std::countr_zero(others)) >> 3;
        const auto left = static_cast<std::uint64_t>(text.end - at);
        run.count = run.count < left ? run.count : static_cast<unsigned>(left);
        if (run.count == 0)
            return run;
        // Leading zeros in front make eight digits of any run; neighbours are joined to 2, 4 and 8 digits.
        std::uint64_t digits = values << (64 - 8 * run.count);
        digits = (digits & 0x0F0F0F0F0F0F0F0FU) * 2561 >> 8;
        digits = (digits & 0x00FF00FF00FF00FFU) * 6553601 >> 16;
        run.value = (digits & 0x0000FFFF0000FFFFU) * 42949672960001U >> 32;
        if (run.count < 8)
            return run;
        at += 8;
    }
    for (; at < text.end && run.count < 16; ++at, ++run.count) {
        const auto digit = static_cast<unsigned>(*at - '0');
        if (digit > 9)
            break;
        run.value = run.value * 10 + digit;
    }
    return run;
}

/// A plain decimal at the beginning of `text`: sign, digits and possibly a point (or `comma`) with digits behind it,
/// at most 15 digits in all. An exact integer over an exact power of ten, so that one division gives the correctly
/// rounded result (Clinger, "How to read floating point numbers accurately", PLDI 1990), the same as from_chars
/// gives. True: `text.at` stands behind it; what follows is for the caller to judge. False: nothing was taken.
[[nodiscard]] inline bool scanPlain(TextSpan& text, char comma, double& value)
{
    const char* at = text.at;
    const bool negative = at < text.end && *at == '-';
    at += negative ? 1 : 0;
    const DigitRun whole = scanDigits(at, text);
    if (whole.count == 0 || whole.count > 15)
        return false;
    at += whole.count;
    double magnitude = static_cast<double>(static_cast<std::int64_t>(whole.value));
    if (at < text.end && (*at == '.' || *at == comma)) {
        static constexpr std::array<std::uint64_t, 16> powers{1,
                                                              10,
                                                              100,
                                                              1000,
                                                              10000,
                                                              100000,
                                                              1000000,
                                                              10000000,
                                                              100000000,
                                                              1000000000,
                                                              10000000000,
                                                              100000000000,
                                                              1000000000000,
                                                              10000000000000,
                                                              100000000000000,
                                                              1000000000000000};
        const DigitRun rest = scanDigits(++at, text);
        if (rest.count == 0 || whole.count + rest.count > 15)
            return false;
        at += rest.count;
        magnitude = static_cast<double>(static_cast<std::int64_t>(whole.value * powers[rest.count] + rest.value)) /
                    exactPowersOfTen[rest.count];
    }
    value = negative ? -magnitude : magnitude;
    text.at = at;
    return true;
}

/// Do the characters `wanted[0..length)` stand at `at`? `wanted` may be read up to eight characters beyond.
[[nodiscard]] inline bool standsThere(const char* at, const TextSpan& text, const char* wanted, std::size_t length)
{
    if (static_cast<std::size_t>(text.end - at) < length)
        return false;
    while (length >= 8) {
        if (loadWord(at) != loadWord(wanted))
            return false;
        at += 8;
        wanted += 8;
        length -= 8;
    }
    if (length == 0)
        return true;
    if (text.readable - at >= 8)
        return ((loadWord(at) ^ loadWord(wanted)) << (64 - 8 * length)) == 0;
    return std::memcmp(at, wanted, length) == 0;
}

} // namespace bnof::sensing
