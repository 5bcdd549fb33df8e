// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace bnof::statistics {

/// The units of every cluster, clusters in ascending order of their number.
[[nodiscard]] inline std::vector<std::vector<std::uint32_t>> unitsByCluster(std::span<const int> clusters)
{
    std::map<int, std::vector<std::uint32_t>> byNumber;
    for (std::size_t i = 0; i < clusters.size(); ++i)
        byNumber[clusters[i]].push_back(static_cast<std::uint32_t>(i));
    std::vector<std::vector<std::uint32_t>> out;
    for (auto& [number, units] : byNumber)
        out.push_back(std::move(units));
    return out;
}

} // namespace bnof::statistics
