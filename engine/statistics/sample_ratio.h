// SPDX-License-Identifier: GPL-3.0-or-later
// Whether units were split between arms as planned. A split that cannot be chance makes a comparison invalid.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/result.h"

namespace bnof::statistics {

/// p below which a split is called wrong, and the expected units an arm from which the chi-squared test is used
/// (GrowthBook's defaults, https://docs.growthbook.io).
constexpr double sampleRatioLevel = 0.001;
constexpr double sampleRatioMinimumExpected = 8;

struct SampleRatio {
    double chiSquared = 0;
    double df = 1;
    double p = 1;
    bool enough = false; ///< every arm expects at least `sampleRatioMinimumExpected` units
    [[nodiscard]] bool mismatch() const { return enough && p < sampleRatioLevel; }
};

/// Pearson's chi-squared test of counts against weights (Philos. Mag. 50 (1900) 157-175; as a check of experiments:
/// Fabijan et al., KDD 2019). Weights need not sum to 1. Refuses fewer than two arms, weights that are not above 0, no
/// units at all.
[[nodiscard]] Result<SampleRatio> sampleRatio(std::span<const std::uint64_t> counts, std::span<const double> weights);

/// The same question at every unit: Bayes factor of a multinomial whose shares are Dirichlet(k w) against the planned
/// shares w (Lindon & Malek, NeurIPS 2022, arXiv:2011.03567). 1 / Bayes factor is an always-valid p value. A plain
/// value: copying it saves its state.
class SequentialSampleRatio {
public:
    /// Refuses as sampleRatio() does, and a concentration that is not above 0.
    [[nodiscard]] static Result<SequentialSampleRatio> create(std::span<const double> weights,
                                                              double concentration = 100);
    /// One more unit went to this arm.
    void add(std::size_t arm);
    /// The planned shares, which sum to 1.
    [[nodiscard]] std::span<const double> shares() const { return m_shares; }
    [[nodiscard]] std::span<const std::uint64_t> counts() const { return m_counts; }
    [[nodiscard]] double logBayesFactor() const { return m_logBayesFactor; }
    /// The smallest min(1, 1 / Bayes factor) so far.
    [[nodiscard]] double p() const;
    [[nodiscard]] bool mismatch() const { return p() < sampleRatioLevel; }

private:
    std::vector<double> m_shares;
    std::vector<std::uint64_t> m_counts;
    std::uint64_t m_total = 0;
    double m_concentration = 100;
    double m_logBayesFactor = 0;
    double m_largest = 0;
};

} // namespace bnof::statistics
