// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/drift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "engine/statistics/checks.h"
#include "engine/statistics/special.h"
#include "engine/statistics/summary.h"

namespace bnof::statistics {
namespace {

constexpr std::size_t exactUpTo = 140;
constexpr double smallestShare = 1e-4;

/// A square matrix times 10^exponent, so that powers neither overflow nor vanish.
struct ScaledMatrix {
    std::size_t size = 0;
    std::vector<double> cells;
    int exponent = 0;
};

ScaledMatrix product(const ScaledMatrix& a, const ScaledMatrix& b)
{
    ScaledMatrix out{a.size, std::vector<double>(a.cells.size()), a.exponent + b.exponent};
    for (std::size_t i = 0; i < a.size; ++i) {
        for (std::size_t k = 0; k < a.size; ++k) {
            const double factor = a.cells[i * a.size + k];
            for (std::size_t j = 0; j < a.size; ++j)
                out.cells[i * a.size + j] += factor * b.cells[k * a.size + j];
        }
    }
    if (out.cells[(a.size / 2) * a.size + a.size / 2] > 1e140) {
        for (double& cell : out.cells)
            cell *= 1e-140;
        out.exponent += 140;
    }
    return out;
}

/// P[D_n < d] by Marsaglia, Tsang & Wang.
double kolmogorovCdfByMatrix(double d, std::size_t n)
{
    const double scaled = static_cast<double>(n) * d;
    const auto k = static_cast<std::size_t>(scaled) + 1;
    const std::size_t m = 2 * k - 1;
    const double h = static_cast<double>(k) - scaled;
    ScaledMatrix base{m, std::vector<double>(m * m), 0};
    for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t j = 0; j < m; ++j)
            base.cells[i * m + j] = i + 1 < j ? 0 : 1;
    }
    for (std::size_t i = 0; i < m; ++i) {
        base.cells[i * m] -= std::pow(h, static_cast<double>(i + 1));
        base.cells[(m - 1) * m + i] -= std::pow(h, static_cast<double>(m - i));
    }
    if (2 * h - 1 > 0)
        base.cells[(m - 1) * m] += std::pow(2 * h - 1, static_cast<double>(m));
    for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t j = 0; j < m && j <= i; ++j) {
            for (std::size_t g = 1; g <= i - j + 1; ++g)
                base.cells[i * m + j] /= static_cast<double>(g);
        }
    }
    ScaledMatrix power{m, std::vector<double>(m * m), 0};
    for (std::size_t i = 0; i < m; ++i)
        power.cells[i * m + i] = 1;
    for (std::size_t left = n; left > 0; left /= 2) {
        if (left % 2 == 1)
            power = product(power, base);
        if (left > 1)
            base = product(base, base);
    }
    double out = power.cells[(k - 1) * m + k - 1];
    for (std::size_t i = 1; i <= n; ++i) {
        out *= static_cast<double>(i) / static_cast<double>(n);
        if (out < 1e-140) {
            out *= 1e140;
            power.exponent -= 140;
        }
    }
    return out * std::pow(10.0, power.exponent);
}

/// P[D_n^+ >= d] by Birnbaum & Tingey.
double oneSidedTail(double d, std::size_t n)
{
    const auto size = static_cast<double>(n);
    double sum = 0;
    for (std::size_t j = 0; static_cast<double>(j) < size * (1 - d); ++j) {
        const auto at = static_cast<double>(j);
        const double left = 1 - d - at / size;
        if (left <= 0)
            break;
        sum += std::exp(logGamma(size + 1) - logGamma(at + 1) - logGamma(size - at + 1) +
                        (at - 1) * std::log(d + at / size) + (size - at) * std::log(left));
    }
    return std::min(1.0, d * sum);
}

/// P[D_n <= d] from the limit and three further terms of its expansion in 1 / sqrt(n) (Pelz & Good).
double kolmogorovCdfBySeries(double d, std::size_t n)
{
    using std::numbers::pi;
    const double root = std::sqrt(static_cast<double>(n));
    const double z = d * root;
    const double z2 = z * z;
    const double z4 = z2 * z2;
    const double z6 = z4 * z2;
    const double pi2 = pi * pi;
    std::array<double, 4> terms{};
    const int last = static_cast<int>(std::ceil(16 * z / pi));
    for (int k = last; k >= 1; --k) {
        const double odd = pi2 * (2 * k - 1) * (2 * k - 1) / 4; // (k - 1/2)^2 pi^2
        const double weight = std::exp(-odd / (2 * z2));
        terms[0] += weight;
        terms[1] += weight * (odd - z2);
        terms[2] += weight * (6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * odd + (1 - 2 * z2) * odd * odd);
        terms[3] += weight * (-30 * z6 - 90 * z6 * z2 + (135 * z4 - 96 * z6) * odd + (212 * z4 - 60 * z2) * odd * odd +
                              (5 - 30 * z2) * odd * odd * odd);
        const double even = pi2 * k * k;
        const double other = std::exp(-even / (2 * z2));
        terms[2] -= other * 2 * z4 * even;                    // over 72 z^7: z^3 / 36
        terms[3] += other * 30 * z4 * even * (3 * z2 - even); // over 6480 z^10: z^6 / 216
    }
    const double factor = std::sqrt(2 * pi);
    return factor * (terms[0] / z + terms[1] / (6 * z4 * root) + terms[2] / (72 * z6 * z * root * root) +
                     terms[3] / (6480 * z6 * z4 * root * root * root));
}

/// Both distribution functions walked along the joint values.
void walkDistributions(const std::vector<double>& a, const std::vector<double>& b, DriftFigures& out)
{
    std::size_t i = 0;
    std::size_t j = 0;
    double before = std::min(a.front(), b.front());
    while (i < a.size() || j < b.size()) {
        const double at = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
        const double distance = std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                         static_cast<double>(j) / static_cast<double>(b.size()));
        out.wasserstein += distance * (at - before);
        out.kolmogorovSmirnov = std::max(out.kolmogorovSmirnov, distance);
        before = at;
        while (i < a.size() && a[i] == at)
            ++i;
        while (j < b.size() && b[j] == at)
            ++j;
    }
}

double stabilityIndex(const std::vector<double>& reference, const std::vector<double>& current)
{
    constexpr std::size_t bins = 10;
    std::array<double, bins - 1> edges{};
    for (std::size_t i = 0; i < edges.size(); ++i)
        edges[i] = quantileOfSorted(reference, static_cast<double>(i + 1) / bins);
    const auto shares = [&edges](const std::vector<double>& values) {
        std::array<double, bins> out{};
        for (const double value : values)
            out[static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), value) - edges.begin())] += 1;
        for (double& share : out)
            share = std::max(smallestShare, share / static_cast<double>(values.size()));
        return out;
    };
    const auto expected = shares(reference);
    const auto seen = shares(current);
    double index = 0;
    for (std::size_t i = 0; i < bins; ++i)
        index += (seen[i] - expected[i]) * std::log(seen[i] / expected[i]);
    return index;
}

} // namespace

double kolmogorovTail(double d, std::size_t n)
{
    const auto size = static_cast<double>(n);
    if (n == 0 || size * d <= 0.5)
        return 1;
    if (d >= 1)
        return 0;
    const double squared = size * d * d;
    if (squared >= 4 || d >= 0.5 || (n > 140 && squared >= 2.2))
        return std::min(1.0, 2 * oneSidedTail(d, n));
    const bool exact = n <= exactUpTo || size * std::pow(d, 1.5) <= 1.4;
    return std::clamp(1 - (exact ? kolmogorovCdfByMatrix(d, n) : kolmogorovCdfBySeries(d, n)), 0.0, 1.0);
}

Result<DriftFigures> driftBetween(std::span<const double> reference, std::span<const double> current)
{
    BNOF_TRY(requireValues(reference, 1, "the reference"));
    BNOF_TRY(requireValues(current, 1, "the current stretch"));
    std::vector<double> a(reference.begin(), reference.end());
    std::vector<double> b(current.begin(), current.end());
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    DriftFigures out;
    walkDistributions(a, b, out);
    const auto n = static_cast<double>(a.size());
    const auto m = static_cast<double>(b.size());
    out.p = kolmogorovTail(out.kolmogorovSmirnov, static_cast<std::size_t>(std::llrint(n * m / (n + m))));
    out.stabilityIndex = stabilityIndex(a, b);
    return out;
}

} // namespace bnof::statistics
