// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/special.h"

#include <cmath>
#include <numbers>

namespace bnof::statistics {
namespace {

constexpr double halfLogTwoPi = 0.91893853320467274178;

} // namespace

double logGamma(double x)
{
    double product = 1;
    while (x < 10) {
        product *= x;
        x += 1;
    }
    const double inverse = 1 / x;
    const double square = inverse * inverse;
    const double series =
        inverse *
        (1.0 / 12 +
         square * (-1.0 / 360 +
                   square * (1.0 / 1260 +
                             square * (-1.0 / 1680 +
                                       square * (1.0 / 1188 + square * (-691.0 / 360360 + square * (1.0 / 156)))))));
    return (x - 0.5) * std::log(x) - x + halfLogTwoPi + series - std::log(product);
}

double logBeta(double a, double b)
{
    return logGamma(a) + logGamma(b) - logGamma(a + b);
}

double normalCdf(double z)
{
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double normalLogCdf(double z)
{
    if (z > -30)
        return std::log(normalCdf(z));
    return -0.5 * z * z - std::log(-z) - halfLogTwoPi + std::log1p(-1 / (z * z)); // Abramowitz & Stegun 26.2.12
}

double normalTail(double z)
{
    return 0.5 * std::erfc(z / std::numbers::sqrt2);
}

double normalTwoSided(double z)
{
    return std::erfc(std::abs(z) / std::numbers::sqrt2);
}

} // namespace bnof::statistics
