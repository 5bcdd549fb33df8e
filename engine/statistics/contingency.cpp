// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/contingency.h"

#include <algorithm>
#include <cmath>

#include "engine/statistics/checks.h"
#include "engine/statistics/distributions.h"
#include "engine/statistics/special.h"

namespace bnof::statistics {

McNemar mcNemar(const Discordant& counts)
{
    McNemar out;
    const auto b = static_cast<double>(counts.onlyA);
    const auto c = static_cast<double>(counts.onlyB);
    const double n = b + c;
    if (n == 0)
        return out;
    const double fewer = std::min(b, c);
    if (b != c) {
        const double twoSided = 2 * fairBinomialCdf(fewer, n);
        out.exact = std::min(1.0, twoSided);
        out.midP = twoSided - fairBinomialMass(fewer, n);
    }
    const double difference = std::abs(b - c);
    out.chiSquared = difference * difference / n;
    out.chiSquaredP = chiSquaredTail(*out.chiSquared, 1);
    out.chiSquaredCorrected = (difference - 1) * (difference - 1) / n;
    out.chiSquaredCorrectedP = chiSquaredTail(*out.chiSquaredCorrected, 1);
    return out;
}

Result<FisherExact> fisherExact(const TwoByTwo& table)
{
    const auto a = static_cast<double>(table[0][0]);
    const auto b = static_cast<double>(table[0][1]);
    const auto c = static_cast<double>(table[1][0]);
    const auto d = static_cast<double>(table[1][1]);
    const double total = a + b + c + d;
    if (total > 1e7)
        return cannotTest("the table has more than 10 million units", "Use the chi-squared test.");
    FisherExact out;
    if (b * c > 0)
        out.oddsRatio = a * d / (b * c);
    const double row = a + b;
    const double column = a + c;
    const double low = std::max(0.0, row + column - total);
    const double high = std::min(row, column);
    if (low >= high)
        return out; // only this table has these margins
    const auto logChoose = [](double n, double k) { return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1); };
    const double norm = logChoose(total, row);
    const auto mass = [&](double x) {
        return std::exp(logChoose(column, x) + logChoose(total - column, row - x) - norm);
    };
    const double seen = mass(a) * (1 + 1e-7);
    out.twoSided = out.less = out.greater = 0;
    for (double x = low; x <= high; x += 1) {
        const double p = mass(x);
        out.twoSided += p <= seen ? p : 0;
        out.less += x <= a ? p : 0;
        out.greater += x >= a ? p : 0;
    }
    out.twoSided = std::min(1.0, out.twoSided);
    out.less = std::min(1.0, out.less);
    out.greater = std::min(1.0, out.greater);
    return out;
}

} // namespace bnof::statistics
