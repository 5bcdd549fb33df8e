// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/statistics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <system_error>
#include <thread>
#include <vector>

#include "engine/base/philox.h"
#include "engine/statistics/checks.h"
#include "engine/statistics/clusters.h"
#include "engine/statistics/distributions.h"
#include "engine/statistics/special.h"
#include "engine/statistics/summary.h"

namespace bnof::statistics {
namespace {

constexpr std::size_t mostThreads = 64; // fewer than rounds
constexpr std::uint64_t bootstrapKey = 0xB007'57A9'0000'0000ULL;

/// A figure of the clusters drawn, by their indices. A fresh one for every thread.
using ClusterStatistic = std::function<double(std::span<const std::uint32_t> drawn)>;
using MakeStatistic = std::function<ClusterStatistic()>;
using Jackknife = std::function<std::vector<double>()>;

void drawRounds(const BootstrapOptions& options, std::size_t clusters, std::size_t first, std::size_t last,
                const ClusterStatistic& statistic, std::vector<double>& figures)
{
    std::vector<std::uint32_t> drawn(clusters);
    for (std::size_t round = first; round < last; ++round) {
        PhiloxSequence random(options.seed ^ bootstrapKey, static_cast<std::uint32_t>(round));
        for (std::uint32_t& cluster : drawn)
            cluster = random.below(static_cast<std::uint32_t>(clusters));
        figures[round] = statistic(drawn);
    }
}

std::vector<double> resample(const BootstrapOptions& options, std::size_t clusters, const MakeStatistic& make)
{
    std::vector<double> figures(static_cast<std::size_t>(options.rounds));
    const std::size_t parts = std::clamp<std::size_t>(options.threads, 1, mostThreads);
    std::vector<std::thread> threads;
    for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t first = figures.size() * part / parts;
        const std::size_t last = figures.size() * (part + 1) / parts;
        const auto work = [&, first, last, statistic = make()] {
            drawRounds(options, clusters, first, last, statistic, figures);
        };
        if (part + 1 == parts) {
            work(); // the caller's thread does the last part itself
            break;
        }
        try {
            threads.emplace_back(work);
        } catch (const std::system_error&) { // no more threads to be had: the result does not depend on them
            work();
        }
    }
    for (std::thread& thread : threads)
        thread.join();
    return figures;
}

/// The figure without one cluster after the other.
std::vector<double> leaveOneOut(std::size_t clusters, const ClusterStatistic& statistic)
{
    std::vector<double> figures(clusters);
    std::vector<std::uint32_t> kept(clusters - 1);
    std::iota(kept.begin(), kept.end(), 1U);
    for (std::size_t out = 0; out < clusters; ++out) {
        figures[out] = statistic(kept);
        if (out + 1 < clusters)
            kept[out] = static_cast<std::uint32_t>(out); // the next cluster is out, this one is in
    }
    return figures;
}

double accelerationOf(const std::vector<double>& figures)
{
    const double centre = mean(figures);
    double squares = 0;
    double cubes = 0;
    for (const double figure : figures) {
        const double d = centre - figure;
        squares += d * d;
        cubes += d * d * d;
    }
    return squares > 0 && std::isfinite(squares) ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

void addBca(BootstrapResult& out, const std::vector<double>& sorted, double alpha)
{
    const auto below = std::lower_bound(sorted.begin(), sorted.end(), out.estimate);
    const auto above = std::upper_bound(below, sorted.end(), out.estimate);
    const double share = (static_cast<double>(below - sorted.begin()) + 0.5 * static_cast<double>(above - below)) /
                         static_cast<double>(sorted.size());
    if (share <= 0 || share >= 1) {
        out.bcaReason = "every resample lies on one side of the estimate";
        return;
    }
    out.bias = normalQuantile(share);
    const auto adjusted = [&out](double p) {
        const double z = out.bias + normalQuantile(p);
        return normalCdf(out.bias + z / (1 - out.acceleration * z));
    };
    out.bca =
        Interval{quantileOfSorted(sorted, adjusted(alpha / 2)), quantileOfSorted(sorted, adjusted(1 - alpha / 2))};
}

Result<BootstrapResult> bootstrapClusters(std::size_t clusters, const MakeStatistic& make, const Jackknife& jackknife,
                                          const BootstrapOptions& options)
{
    BNOF_TRY(requireLevel(options.alpha));
    if (clusters < 2) {
        return cannotTest("there are fewer than two independent clusters of units",
                          "Collect units of another exposure, day or board.");
    }
    if (options.rounds < 100)
        return cannotTest("a bootstrap needs at least 100 rounds", "10,000 are usual.");
    std::vector<std::uint32_t> all(clusters);
    std::iota(all.begin(), all.end(), 0U);
    BootstrapResult out;
    out.clusters = clusters;
    out.estimate = make()(all);
    if (!std::isfinite(out.estimate))
        return cannotTest("the figure is not defined for these units");
    std::vector<double> figures = resample(options, clusters, make);
    const auto undefined =
        std::count_if(figures.begin(), figures.end(), [](double figure) { return !std::isfinite(figure); });
    if (undefined > 0) {
        return cannotTest("the figure is not defined in " + std::to_string(undefined) + " of " +
                              std::to_string(figures.size()) + " resamples",
                          "Use a figure that is defined for every choice of units.");
    }
    std::sort(figures.begin(), figures.end());
    out.percentile = {quantileOfSorted(figures, options.alpha / 2), quantileOfSorted(figures, 1 - options.alpha / 2)};
    out.acceleration = accelerationOf(jackknife());
    addBca(out, figures, options.alpha);
    return out;
}

} // namespace

Result<BootstrapResult> clusterBootstrap(std::span<const int> clusters, const UnitStatistic& statistic,
                                         const BootstrapOptions& options)
{
    const auto units = unitsByCluster(clusters);
    const MakeStatistic make = [&units, &statistic]() -> ClusterStatistic {
        return [&units, &statistic, list = std::vector<std::uint32_t>()](std::span<const std::uint32_t> drawn) mutable {
            list.clear();
            for (const std::uint32_t cluster : drawn)
                list.insert(list.end(), units[cluster].begin(), units[cluster].end());
            return statistic(list);
        };
    };
    return bootstrapClusters(
        units.size(), make, [&] { return leaveOneOut(units.size(), make()); }, options);
}

Result<BootstrapResult> clusterBootstrapOfMean(std::span<const double> values, std::span<const int> clusters,
                                               const BootstrapOptions& options)
{
    if (values.size() != clusters.size())
        return cannotTest("there are not as many clusters as values");
    BNOF_TRY(requireValues(values, 1, "the list of values"));
    std::vector<double> sums;
    std::vector<double> counts;
    for (const auto& units : unitsByCluster(clusters)) {
        double sum = 0;
        for (const std::uint32_t unit : units)
            sum += values[unit];
        sums.push_back(sum);
        counts.push_back(static_cast<double>(units.size()));
    }
    const MakeStatistic make = [&sums, &counts]() -> ClusterStatistic {
        return [&sums, &counts](std::span<const std::uint32_t> drawn) {
            double sum = 0;
            double count = 0;
            for (const std::uint32_t cluster : drawn) {
                sum += sums[cluster];
                count += counts[cluster];
            }
            return sum / count;
        };
    };
    const Jackknife jackknife = [&sums, &counts] {
        const double sum = std::accumulate(sums.begin(), sums.end(), 0.0);
        const double count = std::accumulate(counts.begin(), counts.end(), 0.0);
        std::vector<double> means;
        for (std::size_t out = 0; out < sums.size(); ++out)
            means.push_back((sum - sums[out]) / (count - counts[out]));
        return means;
    };
    return bootstrapClusters(sums.size(), make, jackknife, options);
}

} // namespace bnof::statistics
