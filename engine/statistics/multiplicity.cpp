// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/multiplicity.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bnof::statistics {
namespace {

std::vector<std::size_t> ascending(std::span<const double> values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&values](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    return order;
}

/// From the largest p downwards: min over what follows of factor(place) p, place counting from 1 in ascending order.
template <typename Factor> std::vector<double> stepUp(std::span<const double> p, Factor factor)
{
    const auto order = ascending(p);
    std::vector<double> out(p.size());
    double smallest = 1;
    for (std::size_t place = p.size(); place-- > 0;) {
        smallest = std::min(smallest, factor(static_cast<double>(place + 1)) * p[order[place]]);
        out[order[place]] = smallest;
    }
    return out;
}

} // namespace

std::vector<double> bonferroni(std::span<const double> p)
{
    std::vector<double> out;
    for (const double value : p)
        out.push_back(std::min(1.0, value * static_cast<double>(p.size())));
    return out;
}

std::vector<double> holm(std::span<const double> p)
{
    const auto order = ascending(p);
    std::vector<double> out(p.size());
    double largest = 0;
    for (std::size_t place = 0; place < p.size(); ++place) {
        largest = std::max(largest, static_cast<double>(p.size() - place) * p[order[place]]);
        out[order[place]] = std::min(1.0, largest);
    }
    return out;
}

std::vector<double> hochberg(std::span<const double> p)
{
    const auto m = static_cast<double>(p.size());
    return stepUp(p, [m](double place) { return m - place + 1; });
}

std::vector<double> benjaminiHochberg(std::span<const double> p)
{
    const auto m = static_cast<double>(p.size());
    return stepUp(p, [m](double place) { return m / place; });
}

std::vector<double> benjaminiYekutieli(std::span<const double> p)
{
    double harmonic = 0;
    for (std::size_t i = 1; i <= p.size(); ++i)
        harmonic += 1 / static_cast<double>(i);
    const double scaled = static_cast<double>(p.size()) * harmonic;
    return stepUp(p, [scaled](double place) { return scaled / place; });
}

std::vector<bool> eBenjaminiHochberg(std::span<const double> logE, double alpha)
{
    const auto order = ascending(logE);
    const std::size_t m = logE.size();
    const double needed = std::log(static_cast<double>(m) / alpha);
    std::size_t rejected = 0;
    for (std::size_t k = 1; k <= m; ++k) {
        if (std::log(static_cast<double>(k)) + logE[order[m - k]] >= needed)
            rejected = k;
    }
    std::vector<bool> out(m);
    for (std::size_t k = 1; k <= rejected; ++k)
        out[order[m - k]] = true;
    return out;
}

} // namespace bnof::statistics
