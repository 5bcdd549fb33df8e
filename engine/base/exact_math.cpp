// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/exact_math.h"

#include <bit>
#include <cstdint>
#include <limits>

#include "engine/base/exact_log.h"

namespace bnof {
namespace {

constexpr double inverseLn2 = 1.44269504088896338700e+00;

} // namespace

double exactLog(double x)
{
    return exactLogBody(x);
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
