// SPDX-License-Identifier: GPL-3.0-or-later
// The body of exactLog(), which the GPU runs as well.
#pragma once

#include <cstdint>

#include "engine/base/kernel.h"

namespace bnof {

// ln 2 split so that k * high is exact for |k| < 2^20 (fdlibm's split, Cody & Waite reduction).
constexpr double ln2High = 6.93147180369123816490e-01;
constexpr double ln2Low = 1.90821492927058770002e-10;

/// See exactLog().
BNOF_KERNEL double exactLogBody(double x)
{
    constexpr double smallestNormal = 0x1p-1022;
    constexpr double largest = 0x1.FFFFFFFFFFFFFp1023;
    if (x != x)
        return x;
    if (x <= 0)
        return -__builtin_huge_val();
    if (x > largest)
        return x;
    int exponent = 0;
    if (x < smallestNormal) { // subnormal: scale into the normal range first
        x *= 0x1p54;
        exponent = -54;
    }
    auto bits = __builtin_bit_cast(std::uint64_t, x);
    exponent += static_cast<int>(bits >> 52) - 1023;
    bits = (bits & 0x000FFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL;
    double m = __builtin_bit_cast(double, bits); // in [1, 2)
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

} // namespace bnof
