// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/exact_math.h"

#include <bit>
#include <cstdint>
#include <limits>

namespace bnof {
namespace {

// ln 2 split so that k * high is exact for |k| < 2^20 (fdlibm's split, Cody & Waite reduction).
constexpr double ln2High = 6.93147180369123816490e-01;
constexpr double ln2Low = 1.90821492927058770002e-10;
constexpr double inverseLn2 = 1.44269504088896338700e+00;

} // namespace

double exactLog(double x)
{
    if (x != x)
        return x;
    if (x <= 0)
        return -std::numeric_limits<double>::infinity();
    if (x > std::numeric_limits<double>::max())
        return x;
    int exponent = 0;
    if (x < std::numeric_limits<double>::min()) { // subnormal: scale into the normal range first
        x *= 0x1p54;
        exponent = -54;
    }
    auto bits = std::bit_cast<std::uint64_t>(x);
    exponent += static_cast<int>(bits >> 52) - 1023;
    bits = (bits & 0x000FFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL;
    double m = std::bit_cast<double>(bits); // in [1, 2)
    if (m > 1.4142135623730951) {
        m *= 0.5;
        ++exponent;
    }
    // ln m = 2 artanh(s), s = (m-1)/(m+1), |s| <= 0.1716: ten terms leave less than 1e-17.
    const double s = (m - 1.0) / (m + 1.0);
    const double s2 = s * s;
    double sum = 0;
    for (int k = 21; k >= 3; k -= 2)
        sum = (sum + 1.0 / k) * s2;
    const double k = exponent;
    return k * ln2High + (2.0 * s + (2.0 * s * sum + k * ln2Low));
}

double exactExp(double x)
{
    if (x != x)
        return x;
    if (x > 709.0)
        return std::numeric_limits<double>::infinity();
    if (x < -700.0)
        return 0;
    const double scaled = x * inverseLn2;
    const auto k = static_cast<int>(scaled + (scaled < 0 ? -0.5 : 0.5));
    const double r = (x - k * ln2High) - k * ln2Low; // |r| <= 0.35
    double sum = 1;
    for (int n = 14; n >= 1; --n)
        sum = 1.0 + sum * r / n;
    return sum * std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52);
}

} // namespace bnof
