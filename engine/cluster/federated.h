// SPDX-License-Identifier: GPL-3.0-or-later
// Joining what several hosts have learnt. Weights are flat lists in one order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/result.h"

namespace bnof::cluster {

using Weights = std::vector<double>;

/// One host's contribution.
struct Update {
    Weights weights;
    std::uint64_t samples = 1;   ///< it was trained on
    std::uint64_t staleness = 0; ///< server steps since the host fetched the weights that it started from
};

/// All of these refuse an empty list, and an update of another length or with a value that is not finite, by its place.

/// Mean weighted by samples (FedAvg: McMahan et al., AISTATS 2017, arXiv:1602.05629). Refuses no samples at all.
[[nodiscard]] Result<Weights> federatedAverage(const std::vector<Update>& updates);

/// global + rate / K times the sum of (weights - global) / sqrt(1 + staleness) over the K updates of a buffer (FedBuff:
/// Nguyen et al., AISTATS 2022, arXiv:2106.06639).
[[nodiscard]] Result<Weights> bufferedUpdate(const Weights& global, const std::vector<Update>& updates, double rate);

/// Median of every weight by itself: bears less than half of the hosts sending anything (Yin et al., ICML 2018,
/// arXiv:1803.01498).
[[nodiscard]] Result<Weights> coordinateMedian(const std::vector<Update>& updates);

/// Mean of every weight without its `trim` smallest and largest values (Yin et al. 2018). Refuses fewer than 2 trim + 1
/// updates.
[[nodiscard]] Result<Weights> trimmedMean(const std::vector<Update>& updates, std::size_t trim);

/// Sends the k largest entries of a gradient and keeps the rest for later, so that nothing is lost (Stich, Cordonnier &
/// Jaggi, NeurIPS 2018, arXiv:1809.07599). Of equal sizes the lower index goes first.
class TopKCompressor {
public:
    explicit TopKCompressor(std::size_t k) : m_k(k) {}
    /// What is sent of this gradient and what was kept before, zeros elsewhere. Refuses another length than before.
    Result<Weights> compress(const Weights& gradient);
    [[nodiscard]] const Weights& residual() const { return m_residual; }

private:
    std::size_t m_k;
    Weights m_residual;
};

} // namespace bnof::cluster
